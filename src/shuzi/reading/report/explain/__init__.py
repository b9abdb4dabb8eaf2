"""A reading becomes an image that explains it."""

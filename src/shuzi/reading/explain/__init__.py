"""A reading becomes one image that shows how it came about."""

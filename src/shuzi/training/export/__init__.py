"""A trained network becomes files that others can use."""

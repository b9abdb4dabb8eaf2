"""A trained network becomes files that other programs can use."""

"""A model and labelled images become numbers and pictures that show how good it is."""

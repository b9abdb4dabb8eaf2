"""MNIST and own pictures, as datasets."""

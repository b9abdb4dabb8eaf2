"""MNIST and your own pictures become datasets."""

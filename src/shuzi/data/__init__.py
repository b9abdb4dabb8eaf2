"""MNIST, pen strokes and your own pictures become datasets."""

"""Composed pages become what a training learns from, or what a reader is evaluated on."""

"""Composed pages become what a network learns from."""

"""Digits and strokes become composed pages, and samples to learn from."""

"""Digits and strokes become composed pages and training samples."""

"""Composed pages become training samples, or pages to evaluate a reader on."""

"""Whole lines of writing: cut into strips, read by the line recogniser, and searched together with the candidates."""

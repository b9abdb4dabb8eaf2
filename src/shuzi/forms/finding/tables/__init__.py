"""Ruled tables are found on photographs, and their cells cut out."""

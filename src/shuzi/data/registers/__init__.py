"""Cells of handwritten numbers and words, cut out of real registers."""

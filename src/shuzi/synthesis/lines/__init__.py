"""Texts become pages of one line of writing, by one hand, on all kinds of paper."""

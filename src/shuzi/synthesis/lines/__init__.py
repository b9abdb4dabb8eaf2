"""Texts become pages with one line of writing in one hand, on all kinds of paper."""

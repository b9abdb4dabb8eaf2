"""Compare readers on a folder of labelled pictures."""

"""Readers and a folder of labelled pictures become figures that can be compared."""

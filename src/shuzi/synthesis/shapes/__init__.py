"""Digits, signs and letters as lines that code draws, in the shapes of the world."""

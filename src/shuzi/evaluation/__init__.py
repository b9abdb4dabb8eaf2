"""Measure how good a model is on labelled images, in numbers and pictures."""

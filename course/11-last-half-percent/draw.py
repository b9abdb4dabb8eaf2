"""The figure of the lesson: the fifteen test images whose labels most people reject, each with its label."""

from matplotlib.figure import Figure

import shuzi
from shuzi.evaluation.accuracy import DISPUTED


def doubtful(theme):
    test = shuzi.load_mnist().test
    figure = Figure(figsize=(7, 4.6))
    for cell, place in zip(figure.subplots(3, 5).flat, DISPUTED, strict=True):
        cell.imshow(test.images[place], cmap=theme.ink)
        cell.set(xticks=[], yticks=[])
        cell.set_title(f"{test.labels[place]}", color=theme.accent)
        cell.spines[:].set(visible=True, color=theme.faint)
    return figure

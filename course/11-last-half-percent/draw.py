"""The figure of the lesson: the fifteen test images whose labels most people reject, each with its label."""

from matplotlib.figure import Figure

import shuzi
from figures import picture
from shuzi.evaluation.accuracy import DISPUTED


def doubtful(theme):
    test = shuzi.load_mnist().test
    figure = Figure(figsize=(7, 4.8))
    for cell, place in zip(figure.subplots(3, 5).flat, DISPUTED, strict=True):
        picture(cell, test.images[place], theme)
        cell.set_title(theme.say(f"label {test.labels[place]}", f"标签 {test.labels[place]}"), color=theme.second)
    return figure

"""Where a network with few and with many neurons draws the line between two kinds of points."""

import importlib.util
from functools import cache
from pathlib import Path

import numpy as np
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure


@cache
def _lesson():
    description = importlib.util.spec_from_file_location("lesson", Path(__file__).with_name("lesson.py"))
    lesson = importlib.util.module_from_spec(description)
    description.loader.exec_module(lesson)
    return lesson


def boundaries(theme):
    """Points whose two coordinates have the same sign, and the others; 1, 2, 4 and 32 neurons have learnt to tell."""
    lesson = _lesson()
    points = np.random.default_rng(0).uniform(-1, 1, (400, 2))
    kind = (points[:, 0] * points[:, 1] > 0).astype(int)
    there = np.stack(np.meshgrid(*[np.linspace(-1, 1, 200)] * 2), axis=-1).reshape(-1, 2)
    figure = Figure(figsize=(8.6, 2.5))
    for cell, neurons in zip(figure.subplots(1, 4), (1, 2, 4, 32), strict=True):
        network = lesson.new(2, neurons, 2)
        for _ in range(4000):
            for values, slope in zip(network, lesson.gradient(points, np.eye(2)[kind], *network), strict=True):
                values -= 0.5 * slope
        answer = lesson.forward(there, *network)[1].argmax(axis=1).reshape(200, 200)
        colours = ListedColormap([theme.second, theme.accent])
        cell.imshow(answer, extent=(-1, 1, -1, 1), origin="lower", cmap=colours, vmin=0, vmax=1, alpha=0.25)
        cell.scatter(*points.T, c=kind, cmap=colours, s=4)
        cell.set(title=str(neurons), xticks=[], yticks=[])
    return figure

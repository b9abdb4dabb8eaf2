"""A small network with all its numbers, and where few and many neurons draw the line between two kinds of points."""

import importlib.util
from functools import cache
from pathlib import Path

import numpy as np
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Circle


@cache
def _lesson():
    description = importlib.util.spec_from_file_location("lesson", Path(__file__).with_name("lesson.py"))
    lesson = importlib.util.module_from_spec(description)
    description.loader.exec_module(lesson)
    return lesson


def network(theme):
    """Forward in the circles and on the arrows, backward below them; the negative neuron is cut off."""
    figure = Figure(figsize=(8.4, 3.9))
    stage = figure.subplots()
    stage.set(xlim=(-0.7, 9.3), ylim=(-1.2, 3.4), aspect="equal")
    stage.axis("off")
    columns = (0, 3.4, 6.8)
    values = (("1", "0.5"), ("2", "−1"), ("1", "2"))
    slopes = (("", ""), ("0.366", "−1.462 × 0 = 0"), ("−0.731", "0.731"))
    weights = ((("1", "−1"), ("2", "0")), (("0.5", "1"), ("1", "−1")))
    heights = (2.6, 0)
    for layer, table in enumerate(weights):
        for start, row in enumerate(table):
            for end, weight in enumerate(row):
                off = (layer == 0 and end == 1) or (layer == 1 and start == 1)
                tail, head = (columns[layer], heights[start]), (columns[layer + 1], heights[end])
                style = {
                    "arrowstyle": "->",
                    "color": theme.faint if off else theme.text,
                    "shrinkA": 38,
                    "shrinkB": 38,
                }
                stage.annotate("", head, tail, arrowprops=style)
                at = 0.3 if start != end else 0.5
                x, y = (1 - at) * tail[0] + at * head[0], (1 - at) * tail[1] + at * head[1]
                box = {"facecolor": theme.page, "edgecolor": "none", "pad": 1.5}
                stage.text(x, y, weight, ha="center", va="center", fontsize=10, color=theme.second, bbox=box)
    for layer, column in enumerate(columns):
        for place, height in enumerate(heights):
            off = layer == 1 and place == 1
            edge = theme.faint if off else theme.text
            stage.add_patch(Circle((column, height), 0.55, facecolor=theme.page, edgecolor=edge, linewidth=1.6))
            shown = "−1 → 0" if off else values[layer][place]
            stage.text(column, height, shown, ha="center", va="center", fontsize=10 if off else 13)
            slope = slopes[layer][place]
            stage.text(column, height - 0.85, slope, ha="center", va="center", fontsize=11, color=theme.accent)
    for height, y, label in zip(heights, ("0.269", "0.731"), ("1", "0"), strict=True):
        stage.text(columns[2] + 0.9, height, f"y = {y}", va="center", fontsize=11)
        stage.text(columns[2] + 0.9, height - 0.85, f"{y} − {label}", va="center", fontsize=11, color=theme.accent)
    return figure


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

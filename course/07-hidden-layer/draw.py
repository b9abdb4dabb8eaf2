"""A small network with all its numbers, where neurons draw the line between points, and what 32 of them look at."""

import importlib.util
from functools import cache
from pathlib import Path

import numpy as np
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Circle

from figures import picture


@cache
def _lesson():
    description = importlib.util.spec_from_file_location("lesson", Path(__file__).with_name("lesson.py"))
    lesson = importlib.util.module_from_spec(description)
    description.loader.exec_module(lesson)
    return lesson


def network(theme):
    """Forward in the circles and on the arrows, backward below them; the negative neuron is cut off."""
    figure = Figure(figsize=(8.4, 5))
    stage = figure.subplots()
    stage.set(xlim=(-0.7, 9.3), ylim=(-2.1, 4.2), aspect="equal")
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
                stage.text(x, y, weight, ha="center", va="center", fontsize=10, color=theme.third, bbox=box)
    for layer, column in enumerate(columns):
        for place, height in enumerate(heights):
            off = layer == 1 and place == 1
            edge = theme.faint if off else theme.text
            stage.add_patch(Circle((column, height), 0.55, facecolor=theme.page, edgecolor=edge, linewidth=1.6))
            shown = "−1 → 0" if off else values[layer][place]
            stage.text(column, height, shown, ha="center", va="center", fontsize=10 if off else 13)
            slope = slopes[layer][place]
            stage.text(column, height - 0.85, slope, ha="center", va="center", fontsize=11, color=theme.second)
    for height, y, label in zip(heights, ("0.269", "0.731"), ("1", "0"), strict=True):
        stage.text(columns[2] + 0.9, height, f"y = {y}", va="center", fontsize=11)
        stage.text(columns[2] + 0.9, height - 0.85, f"{y} − {label}", va="center", fontsize=11, color=theme.second)
    names = theme.say("inputs", "输入"), theme.say("hidden neurons", "隐藏神经元"), theme.say("scores", "分数")
    for column, name in zip(columns, names, strict=True):
        stage.text(column, 3.6, name, ha="center", va="center", fontsize=12)
    legend = (
        (theme.text, theme.say("in the circles: values", "圈里：数值")),
        (theme.third, theme.say("on the arrows: weights", "箭头上：权重")),
        (theme.second, theme.say("below the circles: slopes", "圈下：斜率")),
    )
    for column, (colour, name) in zip((0.1, 3.6, 7.1), legend, strict=True):
        stage.text(column, -1.75, name, ha="center", va="center", fontsize=11, color=colour)
    return figure


_POINTS = np.random.default_rng(0).uniform(-1, 1, (400, 2))
_KIND = (_POINTS[:, 0] * _POINTS[:, 1] > 0).astype(int)
_SQUARE = np.stack(np.meshgrid(*[np.linspace(-1, 1, 200)] * 2), axis=-1).reshape(-1, 2)


@cache
def _answers(neurons, moments):
    """Train on the points, and return the answer at every place of the square after each number of steps."""
    lesson, found = _lesson(), []
    network = lesson.new(2, neurons, 2)
    for step in range(moments[-1] + 1):
        if step in moments:
            found.append(lesson.forward(_SQUARE, *network)[1].argmax(axis=1).reshape(200, 200))
        for values, slope in zip(network, lesson.gradient(_POINTS, np.eye(2)[_KIND], *network), strict=True):
            values -= 0.5 * slope
    return found


def _square(cell, answer, theme, title):
    colours = ListedColormap([theme.second, theme.accent])
    cell.imshow(answer, extent=(-1, 1, -1, 1), origin="lower", cmap=colours, vmin=0, vmax=1, alpha=0.25)
    for kind, name in ((1, theme.say("same sign", "同号")), (0, theme.say("different signs", "异号"))):
        cell.scatter(*_POINTS[kind == _KIND].T, color=colours(kind), s=4, label=name)
    cell.set(title=title, xticks=[-1, 0, 1], yticks=[-1, 0, 1], xlabel="a")


def boundaries(theme):
    """Points whose two coordinates have the same sign, and the others; 1, 2, 4 and 32 neurons have learnt to tell."""
    figure = Figure(figsize=(8.6, 3.2))
    for cell, neurons in zip(figure.subplots(1, 4, sharey=True), (1, 2, 4, 32), strict=True):
        title = theme.say("1 neuron" if neurons == 1 else f"{neurons} neurons", f"{neurons} 个神经元")
        _square(cell, _answers(neurons, (4000,))[0], theme, title)
    figure.axes[0].set_ylabel("b", rotation=0)
    handles = figure.axes[0].get_legend_handles_labels()
    figure.legend(*handles, loc="outside lower center", ncols=2, markerscale=3)
    return figure


def bending(theme):
    """Eight neurons, whose boundary bends into place."""
    moments = (0, 10, 25, 50, 100, 200, 350, 500, 800, 1200, 2000, 4000)
    for step, answer in zip(moments, _answers(8, moments), strict=True):
        figure = Figure(figsize=(3.6, 4.1))
        cell = figure.subplots()
        _square(cell, answer, theme, theme.say(f"8 neurons, step {step:,}", f"8 个神经元，第 {step} 步"))
        cell.set_ylabel("b", rotation=0)
        figure.legend(loc="outside lower center", ncols=2, markerscale=3)
        yield figure


def neurons(theme):
    """The weights of 32 trained neurons, and what each puts out for a 7."""
    lesson = _lesson()
    network = lesson.train(32)
    split = lesson.data.validation
    seven = split.images[np.argmax(split.labels == 7)]
    (hidden,), _ = lesson.forward(seven.reshape(1, 784) / 255, *network)
    figure = Figure(figsize=(8.6, 5))
    left, right = figure.subfigures(1, 2, width_ratios=(1, 5))
    cell = left.subplots()
    picture(cell, seven, theme)
    cell.set_title(theme.say("a 7", "一个 7"))
    for index, cell in enumerate(right.subplots(4, 8).flat):
        weights = network[0][:, index].reshape(28, 28)
        most = np.abs(weights).max()
        picture(cell, weights, theme, cmap=theme.signs, vmin=-most, vmax=most)
        colour = theme.accent if hidden[index] else theme.faint
        cell.set_title(f"{hidden[index]:.1f}" if hidden[index] else "0", color=colour, fontsize=10)
    return figure

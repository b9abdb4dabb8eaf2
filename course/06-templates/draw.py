"""Ten templates: what the network learnt, the mean of each digit's pictures, how they form, and one laid over a 7."""

import importlib.util
from contextlib import redirect_stdout
from functools import cache
from io import StringIO
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from figures import picture


@cache
def _lesson():
    description = importlib.util.spec_from_file_location("lesson", Path(__file__).with_name("lesson.py"))
    lesson = importlib.util.module_from_spec(description)
    with redirect_stdout(StringIO()):
        description.loader.exec_module(lesson)
    return lesson


@cache
def _on_the_way():
    """Return the number of steps, the weights and the accuracy at some moments of the training."""
    lesson = _lesson()
    moments, train = [], lesson.shuzi.load_mnist(seed=0).train
    w, b = np.zeros((784, 10)), np.zeros(10)
    for step in range(1, 2001):
        pictures, digits = train.next_batch(64)
        x, label = pictures.reshape(-1, 784) / 255, np.eye(10)[digits]
        y = lesson.softmax(x @ w + b)
        w -= 0.001 * x.T @ (y - label)
        b -= 0.001 * (y - label).sum(axis=0)
        if step in (1, 3, 10, 30, 60, 100, 200, 400, 800, 1400, 2000):
            moments.append((step, w.copy(), float(lesson.accuracy(lesson.flat, w, b))))
    return moments


def templates(theme):
    """Above, the weights of each digit; below, the mean of its pictures."""
    weights, means = _lesson().w, _lesson().means
    figure = Figure(figsize=(8.6, 2.3))
    for digit, (above, below) in enumerate(figure.subplots(2, 10).T):
        template = weights[:, digit].reshape(28, 28)
        most = np.abs(template).max()
        above.imshow(template, cmap=theme.signs, vmin=-most, vmax=most)
        above.set_title(str(digit))
        below.imshow(means[:, digit].reshape(28, 28), cmap=theme.ink, vmin=0, vmax=1)
        for cell in (above, below):
            cell.set(xticks=[], yticks=[])
            cell.spines[:].set_visible(False)
    figure.axes[0].set_ylabel(theme.say("weights", "权重"))
    figure.axes[10].set_ylabel(theme.say("mean", "平均图"))
    bar = figure.colorbar(
        figure.axes[0].images[0], ax=figure.axes, ticks=figure.axes[0].images[0].get_clim(), pad=0.01
    )
    bar.ax.set_yticklabels([theme.say("against", "减分"), theme.say("for", "加分")])
    return figure


def forming(theme):
    """The ten templates after more and more steps, and the accuracy."""
    for step, weights, accuracy in _on_the_way():
        figure = Figure(figsize=(8.6, 1.5))
        for digit, cell in enumerate(figure.subplots(1, 10)):
            image = weights[:, digit].reshape(28, 28)
            most = np.abs(image).max()
            cell.imshow(image, cmap=theme.signs, vmin=-most, vmax=most)
            cell.set_title(str(digit))
            cell.axis("off")
        figure.suptitle(theme.say(f"step {step:,}: {accuracy:.0%} right", f"第 {step} 步：对 {accuracy:.0%}"))
        yield figure


def laid_over(theme):
    """A 7, the template of the 7 and their product, pixel by pixel; below it the same with the template of the 1."""
    lesson = _lesson()
    seven = lesson.images[np.argmax(lesson.labels == 7)] / 255
    figure = Figure(figsize=(6.4, 4.2))
    for row, digit in zip(figure.subplots(2, 3), (7, 1), strict=True):
        template = lesson.w[:, digit].reshape(28, 28)
        product = seven * template
        most = np.abs(lesson.w[:, [1, 7]]).max()
        picture(row[0], seven, theme)
        for cell, values in ((row[1], template), (row[2], product)):
            picture(cell, values, theme, cmap=theme.signs, vmin=-most, vmax=most)
        row[0].set_title(theme.say("the picture", "图"))
        row[1].set_title(theme.say(f"× template of the {digit}", f"× {digit} 的模板"))
        total = f"{product.sum():.1f}".replace("-", "−")
        row[2].set_title(theme.say(f"= products, in all {total}", f"= 乘积，加起来 {total}"))
    return figure

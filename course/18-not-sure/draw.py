"""The figures of the lesson: what the network promises and keeps, and letters with the answers of both outputs."""

import contextlib
import io
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from figures import picture

EDGES = (0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 0.97, 1.01)


@cache
def _lesson():
    code = (Path(__file__).parent / "lesson.py").read_text("utf-8").partition("reader =")[0]
    lesson = {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(code, lesson)  # noqa: S102 - the lesson's own code, without what it prints
    return lesson


def _kept(temperature):
    scores, labels = _lesson()["scores"][2500:], _lesson()["labels"][2500:]
    y = _lesson()["softmax"](scores / temperature)
    confidence, right = y.max(axis=1), y.argmax(axis=1) == labels
    chosen = [(confidence >= low) & (confidence < high) for low, high in pairwise(EDGES)]
    return np.array([(confidence[each].mean(), right[each].mean()) for each in chosen]).T


def promises(theme):
    figure = Figure(figsize=(4.6, 4.2))
    cell = figure.subplots()
    cell.plot([0.3, 1], [0.3, 1], ":", color=theme.text, linewidth=1, label=theme.say("every word true", "句句实话"))
    fitted = _lesson()["temperature"]
    trained = theme.say("as trained", "刚练好")
    cooled = theme.say(f"at temperature {fitted:.1f}", f"温度 {fitted:.1f}")
    for temperature, colour, label in ((1.0, theme.second, trained), (fitted, theme.accent, cooled)):
        cell.plot(*_kept(temperature), color=colour, marker="o", markersize=4, linewidth=1.2, label=label)
    cell.set(xlim=(0.3, 1.01), ylim=(0.2, 1.01), aspect="equal")
    cell.set(
        xlabel=theme.say("promised: confidence", "答应的：把握"),
        ylabel=theme.say("kept: fraction right", "做到的：答对的比例"),
    )
    cell.legend(loc="lower right")
    cell.grid(alpha=0.4)
    return figure


def letters(theme):
    """The letters that are taken for a digit with more than 0.9, before and after the second question."""
    lesson = _lesson()
    y = lesson["softmax"](lesson["ours"] / lesson["temperature"])
    inside = np.array(lesson["inner"](lesson["letters"] / 255))
    second = 1 / (1 + np.exp(-(inside @ lesson["w"] + lesson["b"])))
    figure = Figure(figsize=(8.4, 3.5))
    cells = figure.subplots(2, 9).flat
    for cell in cells:
        cell.axis("off")
    for cell, place in zip(figure.axes, np.flatnonzero(y.max(axis=1) > 0.9), strict=False):
        cell.axis("on")
        picture(cell, lesson["letters"][place], theme)
        cell.set_title(f"{y[place].argmax()}: {y[place].max():.2f}", fontsize=10)
        colour = theme.second if second[place] >= 0.5 else theme.accent
        cell.set_xlabel(f"{second[place]:.2f}", color=colour, fontsize=10)
    return figure

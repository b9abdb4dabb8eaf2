"""Composed pages with their centres, and the detector's map of a page before and after it has learnt."""

from functools import cache
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from figures import picture

_CODE = (Path(__file__).parent / "lesson.py").read_text("utf-8")


def pages(theme):
    """Three pages as the lesson composes them, and a cross in each cell that has a centre."""
    lesson = {}
    exec(_CODE.partition("def around")[0], lesson)  # noqa: S102 - the lesson's own code
    figure = Figure(figsize=(8.4, 1.7))
    for cell in figure.subplots(1, 3):
        page, cells = lesson["compose"](*lesson["mnist"].train.next_batch(5))
        picture(cell, page, theme)
        rows, columns = np.nonzero(cells < 10)
        cell.plot(4 * columns + 1.5, 4 * rows + 1.5, "+", color=theme.second, markersize=9, markeredgewidth=2)
    return figure


@cache
def _maps():
    """Return a page, the probability of a centre in its cells before and after training, and what is found in it."""
    lesson = {"print": lambda *_: None}
    before, _, after = _CODE.partition('exam("before")')
    exec(before, lesson)  # noqa: S102 - the lesson's own code
    untrained = [values.copy() for values in lesson["network"]]
    exec(after, lesson)  # noqa: S102
    test = lesson["mnist"].test
    page, _ = lesson["compose"](test.images[:5], test.labels[:5], width=100)
    windows = lesson["around"](page)
    x = windows.reshape(-1, 784) / np.float32(255)
    said = [lesson["forward"](x, *network)[1][:, 10] for network in (untrained, lesson["network"])]
    return page, [1 - empty.reshape(windows.shape[:2]) for empty in said], lesson["detect"](page)


def cells(theme):
    """The page, the probability of a centre in each cell before and after, and the digits found."""
    page, (before, after), found = _maps()
    figure = Figure(figsize=(5.4, 6.4))
    top, middle, bottom = figure.subplots(3, 1)
    picture(top, page, theme)
    top.set_title(theme.say("the page", "页面"))
    for cell, there, title in (
        (middle, before, theme.say("before training", "练之前")),
        (bottom, after, theme.say("after training", "练之后")),
    ):
        picture(cell, there, theme, vmin=0, vmax=1, extent=(-0.5, page.shape[1] - 0.5, page.shape[0] - 0.5, -0.5))
        cell.set_title(title)
    box = {"facecolor": theme.page, "edgecolor": theme.accent, "pad": 1.5}
    for x, y, digit in found:
        bottom.text(x, y - 9, str(digit), color=theme.accent, ha="center", va="center", fontsize=12, bbox=box)
    return figure

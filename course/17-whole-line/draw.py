"""The figures of the lesson: the paths that spell 17, and what the trained network says in each column of a line."""

from functools import cache
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Circle

from figures import picture

_TABLE = np.array([[0.7, 0.2, 0.1], [0.1, 0.4, 0.5], [0.1, 0.4, 0.5]])
_CODE = (Path(__file__).parent / "lesson.py").read_text("utf-8")


def paths(theme):
    """Stops from top to bottom, columns from left to right; in each circle what has been added up there."""
    lesson = {}
    exec(_CODE.partition("data, draws")[0], lesson)  # noqa: S102 - the lesson's own code
    stops = np.array([2, 0, 2, 1, 2])
    sums = lesson["add_up"](_TABLE[:, stops], stops[2:] != stops[:-2])
    figure = Figure(figsize=(8.4, 4.9))
    stage = figure.subplots()
    stage.set(xlim=(-1.5, 7.6), ylim=(-0.7, 5.0), aspect="equal")
    stage.axis("off")
    for t in range(3):
        name = theme.say(f"column {t + 1}", f"第 {t + 1} 列")
        stage.text(3 * t, 4.75, name, ha="center", va="center", fontsize=11)
        for stop, (symbol, total) in enumerate(zip("_1_7_", sums[t], strict=True)):
            height = 4 - stop
            for before in (stop - 2, stop - 1, stop) if t else ():
                allowed = before >= 0 and (before > stop - 2 or symbol == "7")
                if allowed and sums[t - 1, before] and total:
                    style = {"arrowstyle": "->", "color": theme.text, "shrinkA": 19, "shrinkB": 19}
                    stage.annotate("", (3 * t, height), (3 * t - 3, 4 - before), arrowprops=style)
            end = t == 2 and stop > 2
            colour = theme.accent if end else theme.text if total else theme.faint
            stage.add_patch(Circle((3 * t, height), 0.38, facecolor=theme.page, edgecolor=colour, linewidth=1.6))
            shown = f"{total:.3f}".rstrip("0") if total else "0"
            stage.text(3 * t, height, shown, ha="center", va="center", fontsize=9, color=colour)
            chance = _TABLE[t]["17_".index(symbol)]
            stage.text(3 * t, height - 0.47, f"× {chance}", ha="center", va="center", fontsize=8, color=theme.third)
    for stop, symbol in enumerate("_1_7_"):
        stage.text(-1.1, 4 - stop, symbol, ha="center", va="center", fontsize=15)
    return figure


@cache
def _answers():
    """Return a line, and what the network says of it after 100 steps and after all of them."""
    said = []
    for steps in ("101", "3001"):
        lesson = {"print": lambda *_: None}
        exec(_CODE.replace("3001", steps), lesson)  # noqa: S102 - the lesson's own code
        page = lesson["line"](lesson["data"].test.images[15:18], [-1] * 3)
        said.append(lesson["forward"](page[None], *lesson["network"])[2])
    return page, said


def columns(theme):
    """The line, and below it eleven probabilities for each column: early in training and at its end."""
    page, said = _answers()
    figure = Figure(figsize=(8.4, 6.6))
    top, *tables = figure.subplots(3, 1, height_ratios=(28, 66, 66))
    picture(top, page[:, 9:87], theme, extent=(-0.5, 12.5, 28, 0), aspect="auto")
    titles = theme.say("after 100 steps", "走了 100 步"), theme.say("after 3,000 steps", "走了 3000 步")
    for cell, y, title in zip(tables, said, titles, strict=True):
        cell.imshow(y.T, cmap=theme.ink, vmin=0, vmax=1, aspect="auto")
        cell.set(xticks=range(13), yticks=range(11), yticklabels=[*map(str, range(10)), "_"], title=title)
        for column, best in enumerate(y.argmax(axis=1)):
            colour = theme.page if y[column, best] > 0.5 else theme.text
            cell.text(column, best, "0123456789_"[best], ha="center", va="center", fontsize=9, color=colour)
    tables[-1].set_xlabel(theme.say("column", "列"))
    return figure

"""The figures of the lesson: a photo and what the network gets after each step, and how a digit is framed."""

import contextlib
import io
from functools import cache
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

CHOSEN = 7


@cache
def _stages():
    """Return a photo of a 7 that is misread until it is framed, its five stages, and the probabilities of each."""
    code, lesson = (Path(__file__).parent / "lesson.py").read_text("utf-8"), {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(code, lesson)  # noqa: S102 - the lesson's own code
    squash, frame, ink_map, normalize = (lesson[name] for name in ("squash", "frame", "ink_map", "normalize"))
    for picture, label in zip(lesson["photos"], lesson["test"].labels[:200], strict=True):
        if label != CHOSEN:
            continue
        ink = ink_map(picture)
        seen = np.stack([squash(picture), squash(255 - picture), squash(ink), frame(ink), normalize(ink)])
        probabilities = lesson["reader"].classify(seen)
        if (probabilities.argmax(axis=1) == label).tolist() == [False, False, False, True, True]:
            return picture, ink, seen, probabilities
    raise AssertionError("no 7 is misread until it is framed")


def _picture(cell, pixels, theme, **options):
    cell.imshow(pixels, **options)
    cell.set(xticks=[], yticks=[])
    cell.spines[:].set(visible=True, color=theme.faint)


def steps(theme):
    picture, _, seen, probabilities = _stages()
    figure = Figure(figsize=(11, 3.4))
    cells = figure.subplots(2, 6)
    _picture(cells[0, 0], picture, theme, cmap="gray", vmin=0, vmax=255)
    cells[1, 0].axis("off")
    for place, (image, y) in enumerate(zip(seen, probabilities, strict=True), start=1):
        # as the network takes them: 0 is black, 255 white
        _picture(cells[0, place], image, theme, cmap="gray", vmin=0, vmax=255)
        cells[0, place].set_title(f"{place}")
        colors = [theme.accent if digit == y.argmax() else theme.faint for digit in range(10)]
        cells[1, place].bar(range(10), y, color=colors)
        cells[1, place].set(ylim=(0, 1), xticks=range(10), yticks=[0, 0.5, 1])
        cells[1, place].tick_params(length=0, labelsize=7)
        cells[1, place].get_xticklabels()[CHOSEN].set(fontweight="bold", color=theme.second)
    return figure


def framed(theme):
    _, ink, seen, _ = _stages()
    rows, columns = np.nonzero(ink > 60)
    y, x = (np.average(place, weights=seen[3]) for place in np.indices(seen[3].shape))
    figure = Figure(figsize=(5.6, 2.8))
    left, right = figure.subplots(1, 2)
    _picture(left, ink, theme, cmap=theme.ink)
    corner, size = (columns.min() - 1, rows.min() - 1), (np.ptp(columns) + 2, np.ptp(rows) + 2)
    left.add_patch(Rectangle(corner, *size, fill=False, color=theme.accent))
    _picture(right, seen[3], theme, cmap=theme.ink)
    right.add_patch(Rectangle((3.5, 3.5), 20, 20, fill=False, color=theme.second, linestyle=":"))
    right.plot(x, y, "+", color=theme.accent, markersize=14)
    return figure

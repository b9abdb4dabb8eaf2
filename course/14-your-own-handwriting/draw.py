"""A photo of a 7 that is misread, and the same after each of the five steps, with what the network answers."""

import contextlib
import io
from functools import cache
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from figures import bars, picture


@cache
def _lesson():
    code, lesson = (Path(__file__).parent / "lesson.py").read_text("utf-8"), {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(code.partition("photos =")[0] + _functions(code), lesson)  # noqa: S102 - the lesson's own code
    return lesson


def _functions(code):
    """Return the lesson's functions that prepare a picture, without what counts."""
    return "\n\n".join(
        "def " + each.partition("\n\n\nshow")[0] for each in code.split("\ndef ")[1:] if not each.startswith("show")
    )


def _stages():
    """Return what each step hands on in full size, and the 28x28 that comes of it."""
    lesson = _lesson()
    photo, squash = lesson["seven"], lesson["squash"]
    ink = lesson["ink_map"](photo)
    framed = lesson["frame"](ink)
    return {
        "squash": (photo, squash(photo)),
        "invert": (255 - photo, squash(255 - photo)),
        "paper": (ink, squash(ink)),
        "frame": (ink, framed),
        "pen": (framed, lesson["normalize"](ink)),
    }


def _step(theme, name, marks=None):
    """Draw what goes in, the 28×28 that comes out, and the ten probabilities."""
    before, after = _stages()[name]
    (y,) = _lesson()["shuzi"].load().classify(after[np.newaxis])
    figure = Figure(figsize=(8.4, 2.5))
    left, middle, right = figure.subplots(1, 3, width_ratios=(1, 1, 1.5))
    raw = {"cmap": "gray", "vmin": 0, "vmax": 255}  # as the network takes them: 0 is black, 255 white
    picture(left, before, theme, **raw)
    left.set_title(theme.say("before", "之前"))
    picture(middle, after, theme, **raw)
    middle.set_title(theme.say("what the network gets", "网络看到的"))
    bars(right, y, theme, right=7)
    answer = int(y.argmax())
    right.set_title(theme.say(f"it answers {answer}", f"它答 {answer}"))
    if marks:
        marks(left, middle)
    return figure


def photo(theme):
    """The photo of the lesson."""
    figure = Figure(figsize=(3, 3))
    picture(figure.subplots(), _lesson()["seven"], theme, cmap="gray", vmin=0, vmax=255)
    return figure


def squash(theme):
    return _step(theme, "squash")


def invert(theme):
    return _step(theme, "invert")


def paper(theme):
    return _step(theme, "paper")


def frame(theme):
    """The box and, in the frame, the centre of mass and the 20×20 in the middle."""
    ink, framed = _stages()["frame"]
    rows, columns = np.nonzero(ink > 60)
    y, x = (np.average(place, weights=framed) for place in np.indices(framed.shape))

    def marks(left, middle):
        corner, size = (columns.min() - 1, rows.min() - 1), (np.ptp(columns) + 2, np.ptp(rows) + 2)
        left.add_patch(Rectangle(corner, *size, fill=False, color="#93b4f5", linewidth=1.5))
        middle.add_patch(Rectangle((3.5, 3.5), 20, 20, fill=False, color="#e7ae6a", linestyle=":", linewidth=1.5))
        middle.plot(x, y, "+", color="#93b4f5", markersize=14, markeredgewidth=2)

    return _step(theme, "frame", marks)


def pen(theme):
    return _step(theme, "pen")

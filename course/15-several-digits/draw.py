"""The figure of the lesson: digits apart, digits touching as pieces of ink, and as the detector finds them."""

from functools import cache
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

import shuzi
from figures import picture


@cache
def _rows():
    code = (Path(__file__).parent / "lesson.py").read_text("utf-8").partition("answers =")[0]
    lesson = {}
    exec(code, lesson)  # noqa: S102 - the lesson's own code, without what it prints
    digits = lesson["test"].images[:3]
    apart, touching = (lesson["number"](digits, gap) for gap in (3, -3))
    found = shuzi.load().read(255 - np.pad(touching, 20)).digits
    detected = [(box.x - 20, box.y - 20, box.right - 20, box.bottom - 20) for box in (each.box for each in found)]
    return [(apart, lesson["boxes"](apart > 0)), (touching, lesson["boxes"](touching > 0)), (touching, detected)]


def found(theme):
    figure = Figure(figsize=(8.4, 1.9))
    titles = (
        theme.say("apart: pieces of ink", "分开的：一块墨一个框"),
        theme.say("touching: pieces of ink", "挨着的：一块墨一个框"),
        theme.say("touching: the detector", "挨着的：检测器的框"),
    )
    for cell, (page, boxes), title in zip(figure.subplots(1, 3), _rows(), titles, strict=True):
        picture(cell, page[:, :72], theme)
        cell.set_title(title)
        for left, top, right, bottom in boxes:
            size = (right - left + 1, bottom - top + 1)
            cell.add_patch(Rectangle((left - 1, top - 1), *size, fill=False, color=theme.accent))
    return figure

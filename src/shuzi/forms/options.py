"""The options of a field become boxes to tick with room for their labels, in millimetres."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from shuzi.forms.spec import TICK, Field
from shuzi.ink.boxes import Box

POINT = 25.4 / 72
"""Millimetres of a point, the unit of font sizes."""

OPTION_SIZE = 10.0
"""The size of the font of an option, in points."""

_SIDE, _PITCH = 5.0, 8.0  # of a box, and from one line of them to the next
_LABEL, _APART = (
    1.8,
    3.0,
)  # from a box to its label, which no margin of the box reaches, and from there to the next box
_LETTER = 0.62  # of the size of a font: the width of a Latin letter
_ROOM = 1.0  # beyond the estimate of a label's width


@dataclass(frozen=True)
class Option:
    """An option: its box to tick, and the box of its label."""

    box: Box
    label: Box


def options_at(field: Field, x: float, y: float, room: float, high: float) -> list[Option]:
    """Place the options of a field beside one another, on several lines if there are too many.

    Parameters
    ----------
    field
        The field.
    x, y
        The upper left corner of the first line.
    room
        The width that a line may have; where a single option is wider, so is its line.
    high
        The height of the first line, in whose middle the boxes are.

    Examples
    --------
    >>> field = Field("q", kind="tick", boxes=2, options=("yes", "no"))
    >>> [option.box for option in options_at(field, 100.0, 40.0, room=80.0, high=9.0)]
    [Box(x=100.0, y=42.0, width=5.0, height=5.0), Box(x=117.4, y=42.0, width=5.0, height=5.0)]
    >>> [option.box.y for option in options_at(field, 100.0, 40.0, room=20.0, high=9.0)]
    [42.0, 50.0]
    """
    placed, left, top = list[Option](), x, y + (high - _SIDE) / 2
    for name in field.options:
        wide = width_of(name, OPTION_SIZE) + _ROOM
        if placed and left + _SIDE + _LABEL + wide > x + room + 0.1:
            left, top = x, top + _PITCH
        label = Box(round(left + _SIDE + _LABEL, 1), top, wide, _SIDE)
        placed.append(Option(Box(round(left, 1), top, _SIDE, _SIDE), label))
        left = label.right + _APART
    return placed


def with_labels(field: Field, boxes: Sequence[Box], frame: Box) -> Box:
    """Return the frame of a field's boxes with the labels that are printed beside boxes to tick.

    >>> field = Field("q", kind="tick", boxes=2, options=("yes", "no"))
    >>> boxes = [Box(0.0, 0.0, 5.0, 5.0), Box(17.4, 0.0, 5.0, 5.0)]
    >>> with_labels(field, boxes, Box(0.0, 0.0, 22.4, 5.0)).right > 22.4 + width_of("no", OPTION_SIZE)
    True
    """
    if field.kind != TICK or field.at:  # a traced form says nothing of its labels
        return frame
    labels = [_LABEL + width_of(name, OPTION_SIZE) + _ROOM for name in field.options]
    right = max(box.right + label for box, label in zip(boxes, labels, strict=True))
    return frame._replace(width=right - frame.x)


def size_of(field: Field, room: float) -> tuple[float, float]:
    """Return the width of a field's options, and by how much their lines are higher than a single one.

    >>> size_of(Field("q", kind="tick", boxes=2, options=("yes", "no")), room=20.0)[1]
    8.0
    """
    placed = options_at(field, 0.0, 0.0, room, _SIDE)
    return max(option.label.right for option in placed), placed[-1].box.y


def width_of(text: str, size: float) -> float:
    """Estimate the width of a text in millimetres.

    >>> width_of("ab", 10) < width_of("数字", 10)
    True
    """
    wide = sum(1.0 if unicodedata.east_asian_width(character) in "WF" else _LETTER for character in text)
    return wide * size * POINT

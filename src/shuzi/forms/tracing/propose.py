"""The empty boxes of a form become fields: boxes beside one another are the digits of one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from shuzi.errors import DataError
from shuzi.forms.finding.find_frames import frame_around
from shuzi.forms.finding.flat import SCALE
from shuzi.forms.parsing.grammar import MOST_BOXES, MOST_DECIMALS
from shuzi.forms.spec import BOXES, COMB, DATE, OPEN, TICK, Field
from shuzi.forms.tracing.find_boxes import DARK, Printed
from shuzi.ink.boxes import Box, as_array, iou

_SLENDER = 1.3  # width of a box for one digit, in its heights, at most
_EVEN = 1.0  # millimetres by which the boxes of one field may differ in place and height
_ALIKE = 0.2  # of their width by which they may differ in it
_APART = 0.9  # of their width: boxes further apart are not of one field
_DIGIT, _RIM = 6.5, 3.0  # millimetres that a digit takes in an open field, and at its ends
_RULE, _LEAST_POINT = 0.5, 0.1  # millimetres from the middle of a box's line to paper; square millimetres of ink
_SAME_LINE = 4.0  # millimetres: fields whose tops differ by less are read from left to right
_SAME = 0.5  # the intersection over union from which a box that was drawn is the one that is printed

Run = list[Box]


def propose(printed: Sequence[Printed], flat: NDArray[np.uint8]) -> tuple[Field, ...]:
    """Propose fields for the boxes of a form, from top to bottom; they have no names.

    Parameters
    ----------
    printed
        What `find_boxes` found.
    flat
        The form: uint8 (h, w). Something printed in a small gap between boxes is a decimal point.

    Examples
    --------
    >>> flat = np.full((800, 1600), 255, np.uint8)
    >>> digits = [Printed(Box(20.0 + 7 * n, 30.0, 7.0, 8.5), 1) for n in range(3)]
    >>> others = [Printed(Box(60.0, 30.0, 42.0, 8.5), 6), Printed(Box(20.0, 50.0, 50.0, 9.0), 1)]
    >>> found = propose([*digits, *others], flat)
    >>> [(each.style, each.boxes) for each in found]
    [('boxes', 3), ('comb', 6), ('open', 7)]
    """
    narrow = [boxes.box for boxes in printed if boxes.parts == 1 and _is_narrow(boxes.box)]
    fields = [field for group in _groups(_runs(narrow)) for field in _of_runs(group, flat)]
    fields += [
        field for boxes in printed if boxes.parts > 1 for field in _short(COMB, _divided(boxes.box, boxes.parts))
    ]
    fields += [_open(boxes.box) for boxes in printed if boxes.parts == 1 and not _is_narrow(boxes.box)]
    lines: list[list[Field]] = []
    for field in sorted(fields, key=lambda traced: traced.at[0].y):
        if lines and field.at[0].y - lines[-1][0].at[0].y < _SAME_LINE:
            lines[-1].append(field)
        else:
            lines.append([field])
    return tuple(field for line in lines for field in sorted(line, key=lambda traced: traced.at[0].x))


def snapped(field: Field, printed: Sequence[Printed]) -> Field:
    """Move a field that a person drew onto the boxes that are printed there.

    Parameters
    ----------
    field
        With `at`; without a style, what is printed decides on it.
    printed
        What `find_boxes` found.

    Raises
    ------
    DataError
        Another number of boxes is printed there.

    Examples
    --------
    >>> digits = [Printed(Box(20.0 + 7 * n, 30.0, 7.0, 8.5), 1) for n in range(3)]
    >>> drawn = Field("n", boxes=3, style="", at=tuple(Box(19.0 + 7.2 * n, 29.5, 7.2, 9.0) for n in range(3)))
    >>> snapped(drawn, digits).at[2]
    Box(x=34.0, y=30.0, width=7.0, height=8.5)
    """
    if field.kind == TICK:
        return replace(field, style=BOXES, at=tuple(_nearest(box, printed) for box in field.at))
    whole = frame_around(field.at)
    inner = [boxes for boxes in printed if _holds(whole, boxes.box)]
    count = sum(boxes.parts for boxes in inner)
    if len(inner) == count == field.boxes and field.style in ("", BOXES):
        return replace(field, style=BOXES, at=tuple(box for row in _rows(inner) for box in row))
    if count > 1 and count != field.boxes and field.style != OPEN:
        raise DataError("error.trace.boxes", name=field.name, found=count, wanted=field.boxes)
    if len(inner) == 1 and inner[0].parts == field.boxes > 1 and field.style in ("", COMB):
        return replace(field, style=COMB, at=_divided(inner[0].box, field.boxes))
    alike = iou(np.array(whole, np.float64), as_array(boxes.box for boxes in printed)) if printed else np.zeros(1)
    if alike.max() >= _SAME:
        best = printed[int(alike.argmax())]
        if best.parts == 1 and field.style in ("", OPEN):
            return replace(field, style=OPEN, at=(best.box,))
    return field if field.style else replace(field, style=OPEN, at=(whole,))


def _nearest(box: Box, printed: Sequence[Printed]) -> Box:
    """Return the printed box that a drawn one to tick is meant to be, or the drawn one if there is none."""
    x, y = box.x + box.width / 2, box.y + box.height / 2
    single = [boxes.box for boxes in printed if boxes.parts == 1 and _is_narrow(boxes.box)]
    near = [own for own in single if _holds(own, box) or _holds(box, own)]
    return min(near, key=lambda own: abs(own.x + own.width / 2 - x) + abs(own.y + own.height / 2 - y), default=box)


def _is_narrow(box: Box) -> bool:
    return box.width <= _SLENDER * box.height


def _holds(whole: Box, box: Box) -> bool:
    x, y = box.x + box.width / 2, box.y + box.height / 2
    return whole.x < x < whole.right and whole.y < y < whole.bottom


def _rows(printed: Sequence[Printed]) -> list[Run]:
    """Return boxes in the order of reading: the rows from above, each from the left."""
    rows: list[Run] = []
    for box in sorted((boxes.box for boxes in printed), key=lambda inner: inner.y):
        if rows and box.y - rows[-1][0].y < rows[-1][0].height / 2:
            rows[-1].append(box)
        else:
            rows.append([box])
    return [sorted(row) for row in rows]


def _divided(box: Box, parts: int) -> tuple[Box, ...]:
    wide = box.width / parts
    return tuple(Box(box.x + n * wide, box.y, wide, box.height) for n in range(parts))


def _runs(boxes: list[Box]) -> list[Run]:
    """Put boxes that touch, side by side, together."""
    runs: list[Run] = []
    for box in sorted(boxes):
        before = [run for run in runs if _next(run[-1], box, _EVEN)]
        if before:
            min(before, key=lambda run: abs(run[-1].right - box.x)).append(box)
        else:
            runs.append([box])
    return runs


def _groups(runs: list[Run]) -> list[list[Run]]:
    """Put runs that are only a printed sign apart together."""
    groups: list[list[Run]] = []
    for run in sorted(runs):
        before = [group for group in groups if _next(group[-1][-1], run[0], _APART * run[0].width)]
        if before:
            before[0].append(run)
        else:
            groups.append([run])
    return groups


def _next(box: Box, other: Box, gap: float) -> bool:
    level = abs(box.y - other.y) <= _EVEN and abs(box.height - other.height) <= _EVEN
    alike = abs(box.width - other.width) <= _ALIKE * box.width
    return level and alike and -_EVEN <= other.x - box.right <= gap


def _of_runs(runs: list[Run], flat: NDArray[np.uint8]) -> list[Field]:
    boxes = tuple(box for run in runs for box in run)
    if [len(run) for run in runs] == [4, 2, 2]:
        return [Field("", kind=DATE, boxes=8, style=BOXES, at=boxes)]
    fits = len(runs) == 2 and len(boxes) <= MOST_BOXES and len(runs[1]) <= MOST_DECIMALS
    if fits and _has_point(flat, runs[0][-1], runs[1][0]):
        return [Field("", boxes=len(boxes), decimals=len(runs[1]), style=BOXES, at=boxes)]
    return _short(BOXES, boxes)


def _has_point(flat: NDArray[np.uint8], before: Box, after: Box) -> bool:
    """Tell whether a decimal point is printed between two boxes: a gap alone may as well group digits."""
    wide = after.x - before.right
    if not 2 * _RULE < wide < _APART / 2 * before.width:
        return False
    gap = Box(before.right + _RULE, before.y + _RULE, wide - 2 * _RULE, before.height - 2 * _RULE)
    dark = flat[Box(*(side * SCALE for side in gap)).pixels()] < DARK
    return bool(dark.sum() >= _LEAST_POINT * SCALE**2)


def _short(style: str, boxes: tuple[Box, ...]) -> list[Field]:
    """Make fields of boxes side by side: several, if they are more than one may have."""
    parts = [boxes[start : start + MOST_BOXES] for start in range(0, len(boxes), MOST_BOXES)]
    return [Field("", boxes=len(boxes), style=style, at=boxes) for boxes in parts]


def _open(box: Box) -> Field:
    return Field("", boxes=min(max(round((box.width - _RIM) / _DIGIT), 1), MOST_BOXES), style=OPEN, at=(box,))

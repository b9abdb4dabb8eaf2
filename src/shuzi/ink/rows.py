"""Boxes of digits become the rows that they stand on; a comma below a row, or what the edge cuts off, is no row."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from shuzi.ink.boxes import Box
from shuzi.ink.components import in_reading_order

NEAR = 1.2
"""Of a digit's height: the widest gap to the next character of a row."""

MOST_ROWS = 200
"""Rows that are compared with each other, as dear as reading four photographs of six digits; a receipt has 75."""

SMALL, STROKE = 0.75, 1.1  # of a row's digits: a higher box, or a higher and narrow one, is no comma
NARROW = 0.6  # of its height: the width of a stroke
BELOW = 0.1  # of a digit's height: how far below a row a comma may start
LOW, DEEP = 0.4, 0.2  # of a digit's height: how far below its top and its bottom a comma starts and ends at least
SAME = 0.5  # of the lower digit's height: two nearby digits that share this much are on one row
BESIDE = 3  # digits next to a comma that tell where the row is
EDGE = 1.5  # pixels: a box as near to the edge is cut off
CUT_OFF, ONE_CUT_OFF = 0.75, 0.6  # of the digits' height: a row at the edge, of one digit, that is lower is a rest


def rows_of(boxes: Sequence[Box], shape: tuple[int, ...]) -> list[list[int]]:
    """Group boxes into rows as `in_reading_order` does, without what only seems to be a digit or a row.

    Left out are small boxes that hang on a row, such as commas, and rows that the picture's edge cuts off.

    Parameters
    ----------
    boxes
        What may be digits.
    shape
        Height and width of the picture.

    Returns
    -------
    For each row, from top to bottom, the positions of its boxes, from left to right. More than `MOST_ROWS` are
    those of `in_reading_order`.

    Examples
    --------
    >>> digits, comma, sliver = [Box(8, 20, 10, 30), Box(26, 20, 10, 30)], Box(20, 44, 4, 16), Box(9, 0, 10, 8)
    >>> rows_of([*digits, comma, sliver], (70, 60))
    [[0, 1]]
    """
    # the detector's boxes may reach beyond the picture
    boxes = [_inside(box, shape) for box in boxes]
    groups = in_reading_order(boxes)
    if len(groups) > MOST_ROWS:
        return groups
    strength = [sum(boxes[index].height for index in group) for group in groups]
    strongest_first = sorted(range(len(groups)), key=lambda row: -strength[row])
    whole = [row for row in strongest_first if not _at_edge([boxes[index] for index in groups[row]], shape)]
    kept: dict[int, list[int]] = {}
    for row in strongest_first:
        own = [boxes[index] for index in groups[row]]
        least = CUT_OFF if len(own) > 1 else ONE_CUT_OFF
        if whole and _at_edge(own, shape) and _height(own) < least * _height([boxes[i] for i in groups[whole[0]]]):
            continue
        if any(_hangs(own, [boxes[index] for index in indices]) for indices in kept.values()):
            continue
        # seen from a digit that is far off, one nearby may seem to stand on another row
        same = (old for old, indices in kept.items() if _interlock(own, [boxes[index] for index in indices]))
        owner = next(same, row)
        kept[owner] = kept.get(owner, []) + groups[row]
    rows = [sorted(kept[row], key=lambda index: boxes[index].x + boxes[index].width / 2) for row in sorted(kept)]
    return [[index for index in row if not _is_comma(boxes[index], [boxes[i] for i in row])] for row in rows]


def hangs_on(box: Box, row: Sequence[Box], below: float = BELOW) -> bool:
    """Tell whether a small box starts beside the digits of a row or just below them, as a comma does.

    >>> hangs_on(Box(20, 52, 4, 12), [Box(8, 20, 10, 30), Box(26, 20, 10, 30)])
    True
    """
    height, top, bottom = _next_to(box, row)
    gap = max(min(digit.x for digit in row) - box.right, box.x - max(digit.right for digit in row))
    if box.height >= SMALL * height:
        below = 0.0
    most = STROKE if box.width < NARROW * box.height else SMALL
    return gap < NEAR * height and box.height < most * height and top < box.y <= bottom + below * height


def _hangs(own: Sequence[Box], row: Sequence[Box]) -> bool:
    """Tell whether a row is the commas of another one; more than one small digit may be a row of its own."""
    top, bottom = min(digit.y for digit in row), max(digit.bottom for digit in row)
    # most rows of a page are far from each other
    return top < own[0].y <= bottom + BELOW * (bottom - top) and all(
        hangs_on(box, row, BELOW if len(own) == 1 else 0.0) for box in own
    )


def _interlock(own: Sequence[Box], row: Sequence[Box]) -> bool:
    """Tell whether half of a row's digits, where another row is near, stand beside its digits."""
    top, bottom = min(digit.y for digit in row), max(digit.bottom for digit in row)
    if all(digit.y >= bottom or digit.bottom <= top for digit in own):
        return False
    near = [[_stand_on_one_row(digit, other) for other in row if _are_near(digit, other)] for digit in own]
    return 0 < sum(map(bool, near)) <= 2 * sum(map(any, near))


def _are_near(left: Box, right: Box) -> bool:
    return max(left.x - right.right, right.x - left.right) < NEAR * max(left.height, right.height)


def _stand_on_one_row(left: Box, right: Box) -> bool:
    shared = min(left.bottom, right.bottom) - max(left.y, right.y)
    return shared >= SAME * min(left.height, right.height)


def _is_comma(box: Box, row: Sequence[Box]) -> bool:
    digits = [digit for digit in row if digit is not box]
    if not digits or not hangs_on(box, digits):
        return False
    height, top, bottom = _next_to(box, digits)
    return box.y > top + LOW * height and box.bottom > bottom + DEEP * height


def _next_to(box: Box, row: Sequence[Box]) -> tuple[float, float, float]:
    """Return the height, the top and the bottom of the digits of a row that are next to a box."""
    middle = box.x + box.width / 2
    near = sorted(row, key=lambda digit: abs(digit.x + digit.width / 2 - middle))[:BESIDE]
    top, bottom = np.median([[digit.y, digit.bottom] for digit in near], axis=0).tolist()
    return _height(near), top, bottom


def _inside(box: Box, shape: tuple[int, ...]) -> Box:
    """Return the part of a box that is in the picture."""
    left, top = max(box.x, 0), max(box.y, 0)
    right, bottom = max(min(box.right, shape[1]), left), max(min(box.bottom, shape[0]), top)
    return Box(left, top, right - left, bottom - top)


def _height(boxes: Sequence[Box]) -> float:
    return float(np.median([box.height for box in boxes]))


def _at_edge(boxes: Sequence[Box], shape: tuple[int, ...]) -> bool:
    """Tell whether the picture's upper or lower edge cuts off all of these boxes."""
    return all(box.y <= EDGE for box in boxes) or all(box.bottom >= shape[0] - EDGE for box in boxes)

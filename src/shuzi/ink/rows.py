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
    boxes = [_inside(each, shape) for each in boxes]
    found = in_reading_order(boxes)
    if len(found) > MOST_ROWS:
        return found
    strength = [sum(boxes[place].height for place in row) for row in found]
    order = sorted(range(len(found)), key=lambda each: -strength[each])
    whole = [each for each in order if not _at_edge([boxes[place] for place in found[each]], shape)]
    kept: dict[int, list[int]] = {}
    for number in order:
        own = [boxes[place] for place in found[number]]
        least = CUT_OFF if len(own) > 1 else ONE_CUT_OFF
        if whole and _at_edge(own, shape) and _height(own) < least * _height([boxes[at] for at in found[whole[0]]]):
            continue
        if any(_hangs(own, [boxes[place] for place in row]) for row in kept.values()):
            continue
        # seen from a digit that is far off, one nearby may seem to stand on another row
        same = next((each for each, row in kept.items() if _interlock(own, [boxes[place] for place in row])), number)
        kept[same] = kept.get(same, []) + found[number]
    rows = [sorted(kept[each], key=lambda place: boxes[place].x + boxes[place].width / 2) for each in sorted(kept)]
    return [[place for place in row if not _is_comma(boxes[place], [boxes[each] for each in row])] for row in rows]


def hangs_on(box: Box, row: Sequence[Box], below: float = BELOW) -> bool:
    """Tell whether a small box starts beside the digits of a row or just below them, as a comma does.

    >>> hangs_on(Box(20, 52, 4, 12), [Box(8, 20, 10, 30), Box(26, 20, 10, 30)])
    True
    """
    height, top, bottom = _beside(box, row)
    gap = max(min(each.x for each in row) - box.right, box.x - max(each.right for each in row))
    if box.height >= SMALL * height:
        below = 0.0
    most = STROKE if box.width < NARROW * box.height else SMALL
    return gap < NEAR * height and box.height < most * height and top < box.y <= bottom + below * height


def _hangs(own: Sequence[Box], row: Sequence[Box]) -> bool:
    """Tell whether a row is the commas of another one; more than one small digit may be a row of its own."""
    top, bottom = min(each.y for each in row), max(each.bottom for each in row)
    # most rows of a page are far from each other
    return top < own[0].y <= bottom + BELOW * (bottom - top) and all(
        hangs_on(each, row, BELOW if len(own) == 1 else 0.0) for each in own
    )


def _interlock(own: Sequence[Box], row: Sequence[Box]) -> bool:
    """Tell whether half of a row's digits, where another row is near, stand beside its digits."""
    top, bottom = min(each.y for each in row), max(each.bottom for each in row)
    if all(each.y >= bottom or each.bottom <= top for each in own):
        return False
    beside = [[_stand_together(each, other) for other in row if _are_near(each, other)] for each in own]
    return 0 < sum(map(bool, beside)) <= 2 * sum(map(any, beside))


def _are_near(one: Box, other: Box) -> bool:
    return max(one.x - other.right, other.x - one.right) < NEAR * max(one.height, other.height)


def _stand_together(one: Box, other: Box) -> bool:
    shared = min(one.bottom, other.bottom) - max(one.y, other.y)
    return shared >= SAME * min(one.height, other.height)


def _is_comma(box: Box, row: Sequence[Box]) -> bool:
    others = [each for each in row if each is not box]
    if not others or not hangs_on(box, others):
        return False
    height, top, bottom = _beside(box, others)
    return box.y > top + LOW * height and box.bottom > bottom + DEEP * height


def _beside(box: Box, row: Sequence[Box]) -> tuple[float, float, float]:
    """Return the height, the top and the bottom of the digits of a row that are next to a box."""
    middle = box.x + box.width / 2
    near = sorted(row, key=lambda each: abs(each.x + each.width / 2 - middle))[:BESIDE]
    top, bottom = np.median([[each.y, each.bottom] for each in near], axis=0).tolist()
    return _height(near), top, bottom


def _inside(box: Box, shape: tuple[int, ...]) -> Box:
    """Return the part of a box that is in the picture."""
    left, top = max(box.x, 0), max(box.y, 0)
    right, bottom = max(min(box.right, shape[1]), left), max(min(box.bottom, shape[0]), top)
    return Box(left, top, right - left, bottom - top)


def _height(boxes: Sequence[Box]) -> float:
    return float(np.median([each.height for each in boxes]))


def _at_edge(boxes: Sequence[Box], shape: tuple[int, ...]) -> bool:
    """Tell whether the picture's upper or lower edge cuts off all of these boxes."""
    return all(each.y <= EDGE for each in boxes) or all(each.bottom >= shape[0] - EDGE for each in boxes)

"""Boxes become the rows in which they are read, without what only seems to be a digit or a row."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Sequence
from operator import itemgetter
from statistics import median

from shuzi.ink.boxes import Box
from shuzi.reading.find.candidates import TooMuch
from shuzi.reading.find.find_thresholds import (
    CHARACTER_GAP,
    COMMA_BELOW,
    COMMA_BOTTOM,
    COMMA_HEIGHT,
    COMMA_TOP,
    CUT_OFF_DIGIT,
    CUT_OFF_ROW,
    DIGITS_BESIDE_COMMA,
    MAX_ROWS,
    ROW_EDGE_PIXELS,
    SAME_LINE,
    SAME_ROW,
    STROKE_HEIGHT,
    STROKE_WIDTH,
)


def group_rows(boxes: Sequence[Box], shape: tuple[int, ...]) -> list[list[int]]:
    """Group boxes into rows as `group_in_reading_order` does, without what only seems to be a digit or a row.

    Left out are small boxes that hang on a row, such as commas, and rows that the edge of the picture, (h, w), cuts
    off. Return the indices of each row's boxes, from left to right; raises TooMuch beyond `MAX_ROWS`.

    >>> digits, comma, sliver = [Box(8, 20, 10, 30), Box(26, 20, 10, 30)], Box(20, 44, 4, 16), Box(9, 0, 10, 8)
    >>> group_rows([*digits, comma, sliver], (70, 60))
    [[0, 1]]
    """
    # the detector's boxes may reach beyond the picture
    boxes = [_clip(box, shape) for box in boxes]
    groups = group_in_reading_order(boxes)
    if len(groups) > MAX_ROWS:
        raise TooMuch("reading.many_lines", len(groups))
    strength = [sum(boxes[index].height for index in group) for group in groups]
    strongest_first = sorted(range(len(groups)), key=lambda row: -strength[row])
    whole = [row for row in strongest_first if not _at_edge([boxes[index] for index in groups[row]], shape)]
    kept: dict[int, list[int]] = {}
    for row in strongest_first:
        own = [boxes[index] for index in groups[row]]
        least = CUT_OFF_ROW if len(own) > 1 else CUT_OFF_DIGIT
        tallest = [boxes[index] for index in groups[whole[0]]] if whole else own
        if whole and _at_edge(own, shape) and _median_height(own) < least * _median_height(tallest):
            continue
        if any(_hangs(own, [boxes[index] for index in indices]) for indices in kept.values()):
            continue
        # seen from a digit that is far off, one nearby may seem to stand on another row
        same = (old for old, indices in kept.items() if _interlock(own, [boxes[index] for index in indices]))
        owner = next(same, row)
        kept[owner] = kept.get(owner, []) + groups[row]
    rows = [sorted(kept[row], key=lambda index: boxes[index].x + boxes[index].width / 2) for row in sorted(kept)]
    return [[index for index in row if not _is_comma(boxes[index], [boxes[i] for i in row])] for row in rows]


def hangs_on(box: Box, row: Sequence[Box], below: float = COMMA_BELOW) -> bool:
    """Tell whether a small box starts beside the digits of a row or just below them, as a comma does.

    >>> hangs_on(Box(20, 52, 4, 12), [Box(8, 20, 10, 30), Box(26, 20, 10, 30)])
    True
    """
    height, top, bottom = _measure_neighbours(box, row)
    gap = max(min(digit.x for digit in row) - box.right, box.x - max(digit.right for digit in row))
    if box.height >= COMMA_HEIGHT * height:
        below = 0.0
    most = STROKE_HEIGHT if box.width < STROKE_WIDTH * box.height else COMMA_HEIGHT
    return gap < CHARACTER_GAP * height and box.height < most * height and top < box.y <= bottom + below * height


def _hangs(own: Sequence[Box], row: Sequence[Box]) -> bool:
    """Tell whether a row is the commas of another one; more than one small digit may be a row of its own."""
    top, bottom = min(digit.y for digit in row), max(digit.bottom for digit in row)
    # most rows of a page are far from each other
    return top < own[0].y <= bottom + COMMA_BELOW * (bottom - top) and all(
        hangs_on(box, row, COMMA_BELOW if len(own) == 1 else 0.0) for box in own
    )


def _interlock(own: Sequence[Box], row: Sequence[Box]) -> bool:
    """Tell whether half of a row's digits, where another row is near, stand beside its digits."""
    top, bottom = min(digit.y for digit in row), max(digit.bottom for digit in row)
    if all(digit.y >= bottom or digit.bottom <= top for digit in own):
        return False
    near = [[_stand_on_one_row(digit, other) for other in row if _are_near(digit, other)] for digit in own]
    return 0 < sum(map(bool, near)) <= 2 * sum(map(any, near))


def _are_near(left: Box, right: Box) -> bool:
    return max(left.x - right.right, right.x - left.right) < CHARACTER_GAP * max(left.height, right.height)


def _stand_on_one_row(left: Box, right: Box) -> bool:
    shared = min(left.bottom, right.bottom) - max(left.y, right.y)
    return shared >= SAME_ROW * min(left.height, right.height)


def _is_comma(box: Box, row: Sequence[Box]) -> bool:
    digits = [digit for digit in row if digit is not box]
    if not digits or not hangs_on(box, digits):
        return False
    height, top, bottom = _measure_neighbours(box, digits)
    return box.y > top + COMMA_TOP * height and box.bottom > bottom + COMMA_BOTTOM * height


def _measure_neighbours(box: Box, row: Sequence[Box]) -> tuple[float, float, float]:
    """Return the height, the top and the bottom of the digits of a row that are next to a box."""
    middle = box.x + box.width / 2
    near = sorted(row, key=lambda digit: abs(digit.x + digit.width / 2 - middle))[:DIGITS_BESIDE_COMMA]
    top, bottom = median(digit.y for digit in near), median(digit.bottom for digit in near)
    return _median_height(near), top, bottom


def _clip(box: Box, shape: tuple[int, ...]) -> Box:
    """Return the part of a box that is in the picture."""
    left, top = max(box.x, 0), max(box.y, 0)
    right, bottom = max(min(box.right, shape[1]), left), max(min(box.bottom, shape[0]), top)
    return Box(left, top, right - left, bottom - top)


def _at_edge(boxes: Sequence[Box], shape: tuple[int, ...]) -> bool:
    """Tell whether the picture's upper or lower edge cuts off all of these boxes."""
    return all(box.y <= ROW_EDGE_PIXELS for box in boxes) or all(
        box.bottom >= shape[0] - ROW_EDGE_PIXELS for box in boxes
    )


def group_in_reading_order(boxes: Sequence[Box]) -> list[list[int]]:
    """Group boxes into lines from top to bottom, each from left to right; return their indices.

    >>> group_in_reading_order([Box(30, 2, 10, 20), Box(5, 0, 10, 20), Box(8, 40, 10, 20)])
    [[1, 0], [2]]
    """
    lines: list[list[int]] = []
    starts: list[_Starts] = []
    # the bottom and the index of each line; nothing whose middle is lower reaches a line that ends above its top
    bottoms: list[tuple[float, int]] = []
    for index in sorted(range(len(boxes)), key=lambda index: boxes[index].y + boxes[index].height / 2):
        box = boxes[index]
        fitting = []
        for bottom, line in bottoms[bisect_right(bottoms, box.y, key=itemgetter(0)) :]:
            near = boxes[starts[line].nearest(box.x)]
            if _measure_shared_height(near, box) >= SAME_LINE:
                fitting.append((abs(near.x - box.x), line, bottom))
        if fitting:
            # sloping lines also fit at their far ends, so the nearest neighbour decides
            _, line, bottom = min(fitting)
            del bottoms[bisect_left(bottoms, (bottom, line))]
        else:
            line, bottom = len(lines), box.bottom
            lines.append([])
            starts.append(_Starts())
        lines[line].append(index)
        starts[line].add(box.x, index)
        insort(bottoms, (max(bottom, box.bottom), line))
    return [sorted(line, key=lambda index: boxes[index].x + boxes[index].width / 2) for line in lines]


class _Starts:
    """The left edges of a line's boxes, in order, so that the nearest one is found without looking at all."""

    def __init__(self) -> None:
        self._edges: list[float] = []
        self._boxes: list[tuple[int, int]] = []  # the turn and the index of the box

    def add(self, x: float, index: int) -> None:
        """Add a box; of several with one left edge, the first counts."""
        at = bisect_left(self._edges, x)
        if self._edges[at : at + 1] != [x]:
            self._edges.insert(at, x)
            self._boxes.insert(at, (len(self._edges), index))

    def nearest(self, x: float) -> int:
        """Return the index of the box whose left edge is nearest; of two, the one that was added first."""
        at = bisect_left(self._edges, x)
        neighbours = range(max(0, at - 1), min(at + 1, len(self._edges)))
        return min((abs(self._edges[i] - x), *self._boxes[i]) for i in neighbours)[2]


def _measure_shared_height(upper: Box, lower: Box) -> float:
    both = min(upper.bottom, lower.bottom) - max(upper.y, lower.y)
    return both / max(min(upper.height, lower.height), 1e-6)


def _median_height(digits: Sequence[Box]) -> float:
    """Return the median height of digits."""
    return median(digit.height for digit in digits)

"""Candidates and connected components become the lines of writing, and the frames in which each is recognised."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from shuzi.ink.boxes import Box, intersection
from shuzi.ink.components import in_reading_order
from shuzi.ink.strips import band, whole
from shuzi.reading.find.candidates import TooMuch
from shuzi.reading.find.find_thresholds import (
    BAND_ABOVE,
    BAND_BELOW,
    CHARACTER_GAP,
    COMMA_BELOW,
    COMMA_BOTTOM,
    COMMA_HEIGHT,
    COMMA_TOP,
    CUT_OFF_DIGIT,
    CUT_OFF_ROW,
    DIGITS_BESIDE_COMMA,
    FRAME_MARGIN,
    LEAST_HANGING_HEIGHT,
    LEAST_IN_BAND,
    MOST_ROWS,
    ROW_EDGE_PIXELS,
    SAME_ROW,
    SMALLEST_POINT,
    STROKE_HEIGHT,
    STROKE_WIDTH,
    TALLEST_CHARACTER,
)
from shuzi.reading.values import Candidate, Line


def lines_of(
    candidates: Sequence[Candidate],
    components: NDArray[np.int32],
    shape: tuple[int, ...],
    specks: NDArray[np.int32] | None = None,
) -> list[Line]:
    """Group candidates into lines, and frame each together with the components that stand on it.

    Candidates that are no digits of a line, such as commas, are on none. No component is on two lines. A line is
    framed twice: by the band of its median digit, which keeps small zeros large beside a long descender, and from the
    highest to the lowest digit or comma, which cuts nothing off.

    Parameters
    ----------
    candidates
        The digits found in a picture.
    components
        int32 (k, 4): x, y, width, height of the connected components of its ink.
    shape
        Height and width of the picture.
    specks
        int32 (m, 4): those of components too small to be digits. The next one before and after a line is framed too,
        since it may be a point.

    Raises
    ------
    TooMuch
        There are more than `MOST_ROWS`.

    Examples
    --------
    >>> lines_of([], np.array([[10, 10, 8, 20], [24, 10, 8, 20]], np.int32), (60, 60))[0].frames[0]
    Box(x=0.0, y=3.0, width=42.0, height=34.0)
    """
    pieces = [Box(*map(float, piece)) for piece in components.tolist()]
    positions = rows_of([candidate.box for candidate in candidates] if candidates else pieces, shape)
    if len(positions) > MOST_ROWS:
        raise TooMuch("reading.many_lines", len(positions))
    if not candidates:
        groups = [[pieces[position] for position in row] for row in positions]
        return [_framed((), group, group, group) for group in groups]
    rows = [tuple(candidates[position] for position in row) for row in positions]
    digits = [[candidate.box for candidate in row] for row in rows]
    lines = []
    for row, boxes, own in zip(rows, digits, _by_row(digits, components.astype(np.float64)), strict=True):
        upright = [piece for piece in own if piece.height >= LEAST_HANGING_HEIGHT * piece.width]
        hanging = [piece for piece in upright if hangs_on(piece, boxes)]
        characters = [*boxes, *_on_line(boxes, own), *hanging]
        points = [] if specks is None else _possible_points(boxes, characters, specks)
        lines.append(_framed(row, boxes, [*boxes, *hanging], [*characters, *points]))
    return lines


def _by_row(rows: Sequence[list[Box]], pieces: NDArray[np.float64]) -> list[list[Box]]:
    """Give each piece to the row whose digits it covers most of, or else to the one whose height it shares most."""
    if not len(pieces):
        return [[] for _ in rows]
    covered = np.array([sum(intersection(np.array(digit), pieces) for digit in row) for row in rows])
    heights = [
        np.minimum(pieces[:, 1] + pieces[:, 3], low) - np.maximum(pieces[:, 1], high)
        for high, low in map(_band, rows)
    ]
    shared = np.maximum(np.array(heights), 0)
    fits = np.where(covered.any(axis=0), covered, shared)
    owners = np.where(fits.any(axis=0), fits.argmax(axis=0), -1)
    return [[Box(*piece) for piece in pieces[owners == row].tolist()] for row in range(len(rows))]


def _framed(
    candidates: tuple[Candidate, ...], digits: list[Box], high: Sequence[Box], characters: Sequence[Box]
) -> Line:
    height = _height(digits)
    left = min(box.x for box in characters) - FRAME_MARGIN * height
    right = max(box.right for box in characters) + FRAME_MARGIN * height
    vertical = [band(digits), whole(high)]
    return Line(candidates, tuple(Box(left, top, right - left, down) for _, top, _, down in vertical), height)


def _possible_points(digits: list[Box], characters: list[Box], specks: NDArray[np.int32]) -> list[Box]:
    """Return the next speck before the characters of a line that may be a point, and the next one after them."""
    height = _height(digits)
    left, right = min(box.x for box in characters), max(box.right for box in characters)
    gaps = np.maximum(left - specks[:, 0] - specks[:, 2], specks[:, 0] - right)
    possible = specks[
        (specks[:, 2:].max(axis=1) >= SMALLEST_POINT * height) & (gaps >= 0) & (gaps < CHARACTER_GAP * height)
    ]
    near = _in_band(digits, [Box(*map(float, speck)) for speck in possible.tolist()])
    before = max((speck for speck in near if speck.right <= left), key=lambda speck: speck.right, default=None)
    after = min((speck for speck in near if speck.x >= right), key=lambda speck: speck.x, default=None)
    return [speck for speck in (before, after) if speck is not None]


def _on_line(digits: list[Box], pieces: list[Box]) -> list[Box]:
    """Return the components that stand on the line of these digits, each near to the next."""
    height = _height(digits)
    left, right = min(digit.x for digit in digits), max(digit.right for digit in digits)
    waiting = _in_band(digits, pieces)
    on_line: list[Box] = []
    while near := [piece for piece in waiting if _is_near(piece, left, right, height)]:
        on_line += near
        waiting = [piece for piece in waiting if not _is_near(piece, left, right, height)]
        left, right = min(left, *(piece.x for piece in near)), max(right, *(piece.right for piece in near))
    return on_line


def _is_near(piece: Box, left: float, right: float, height: float) -> bool:
    return max(left - piece.right, piece.x - right) < CHARACTER_GAP * height


def _in_band(digits: list[Box], pieces: list[Box]) -> list[Box]:
    """Return the pieces that lie at the height of these digits."""
    height = _height(digits)
    top, bottom = _band(digits)
    return [
        piece
        for piece in pieces
        if piece.height < TALLEST_CHARACTER * height
        and min(piece.bottom, bottom) - max(piece.y, top) > LEAST_IN_BAND * min(piece.height, bottom - top)
    ]


def _band(digits: list[Box]) -> tuple[float, float]:
    """Return from where to where characters next to these digits may reach."""
    height = _height(digits)
    top, bottom = np.median([[digit.y, digit.bottom] for digit in digits], axis=0).tolist()
    return top - BAND_ABOVE * height, bottom + BAND_BELOW * height


def _height(digits: Sequence[Box]) -> float:
    """Return the median height of digits."""
    return float(np.median([digit.height for digit in digits]))


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
        least = CUT_OFF_ROW if len(own) > 1 else CUT_OFF_DIGIT
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


def hangs_on(box: Box, row: Sequence[Box], below: float = COMMA_BELOW) -> bool:
    """Tell whether a small box starts beside the digits of a row or just below them, as a comma does.

    >>> hangs_on(Box(20, 52, 4, 12), [Box(8, 20, 10, 30), Box(26, 20, 10, 30)])
    True
    """
    height, top, bottom = _next_to(box, row)
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
    height, top, bottom = _next_to(box, digits)
    return box.y > top + COMMA_TOP * height and box.bottom > bottom + COMMA_BOTTOM * height


def _next_to(box: Box, row: Sequence[Box]) -> tuple[float, float, float]:
    """Return the height, the top and the bottom of the digits of a row that are next to a box."""
    middle = box.x + box.width / 2
    near = sorted(row, key=lambda digit: abs(digit.x + digit.width / 2 - middle))[:DIGITS_BESIDE_COMMA]
    top, bottom = np.median([[digit.y, digit.bottom] for digit in near], axis=0).tolist()
    return _height(near), top, bottom


def _inside(box: Box, shape: tuple[int, ...]) -> Box:
    """Return the part of a box that is in the picture."""
    left, top = max(box.x, 0), max(box.y, 0)
    right, bottom = max(min(box.right, shape[1]), left), max(min(box.bottom, shape[0]), top)
    return Box(left, top, right - left, bottom - top)


def _at_edge(boxes: Sequence[Box], shape: tuple[int, ...]) -> bool:
    """Tell whether the picture's upper or lower edge cuts off all of these boxes."""
    return all(box.y <= ROW_EDGE_PIXELS for box in boxes) or all(
        box.bottom >= shape[0] - ROW_EDGE_PIXELS for box in boxes
    )

"""Candidates become lines: rows of what stands side by side, and where each line's strips are cut."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right, insort
from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter
from statistics import median

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.ink.boxes import Box, intersection
from shuzi.ink.strips import frame_band, frame_whole
from shuzi.reading.thresholds import (
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
    MAX_ROWS,
    MIN_HANGING_HEIGHT,
    MIN_IN_BAND,
    ROW_EDGE_PIXELS,
    SAME_LINE,
    SMALLEST_POINT,
    STRIKE_AROUND,
    STRIKE_BEYOND,
    STRIKE_ENDED,
    STRIKE_FREE,
    STRIKE_GOES_ON,
    STRIKE_INK,
    STRIKE_INSIDE,
    STRIKE_INSIDE_TWO,
    STRIKE_MIDDLE,
    STRIKE_RISE,
    STRIKE_SEEN,
    STRIKE_STEPS,
    STRIKE_WIDTH,
    STROKE_HEIGHT,
    STROKE_WIDTH,
    TALLEST_CHARACTER,
)
from shuzi.reading.values import Candidate, Line, TooMuch


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
    kept: list[int] = []
    for row in strongest_first:
        own = [boxes[index] for index in groups[row]]
        lowest = CUT_OFF_ROW if len(own) > 1 else CUT_OFF_DIGIT
        tallest = [boxes[index] for index in groups[whole[0]]] if whole else own
        if whole and _at_edge(own, shape) and _median_height(own) < lowest * _median_height(tallest):
            continue
        if not any(_hangs(own, [boxes[index] for index in groups[other]]) for other in kept):
            kept.append(row)
    rows = [groups[row] for row in sorted(kept)]
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
    max_height = STROKE_HEIGHT if box.width < STROKE_WIDTH * box.height else COMMA_HEIGHT
    return (
        gap < CHARACTER_GAP * height and box.height < max_height * height and top < box.y <= bottom + below * height
    )


def _hangs(own: Sequence[Box], row: Sequence[Box]) -> bool:
    """Tell whether a row is the commas of another one; more than one small digit may be a row of its own."""
    top, bottom = min(digit.y for digit in row), max(digit.bottom for digit in row)
    # most rows of a page are far from each other
    return top < own[0].y <= bottom + COMMA_BELOW * (bottom - top) and all(
        hangs_on(box, row, COMMA_BELOW if len(own) == 1 else 0.0) for box in own
    )


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


def is_struck_out(contrast: NDArray[np.uint8], digits: Sequence[Box]) -> bool:
    """Tell whether a straight stroke goes through all digits of a line, on a contrast map, uint8 (h, w).

    It ends beside them, where a printed line goes on. Nothing is said of a single digit: its own strokes are as long.

    >>> page = np.full((60, 140), 64, np.uint8)
    >>> page[20:40, 40:100:12] = 255  # six 1s
    >>> ones = [Box(x, 20, 1, 20) for x in range(40, 101, 12)]
    >>> is_struck_out(page, ones)
    False
    >>> page[30, 35:106] = 255
    >>> is_struck_out(page, ones)
    True
    >>> page[30] = 255  # a printed line
    >>> is_struck_out(page, ones)
    False
    """
    if len(digits) < 2:
        return False
    height = median(box.height for box in digits)
    left, right = min(box.x for box in digits), max(box.right for box in digits)
    top, bottom = median(box.y for box in digits), median(box.bottom for box in digits)
    step = max(height / STRIKE_STEPS, 1.0)
    # 1. where there is ink, at some columns from beside the digits to beside them, a little above and below too
    reach = STRIKE_BEYOND * height
    x = left - reach + step * np.arange(math.floor((right - left + 2 * reach) / step) + 1)
    column = np.floor(x + 0.5).astype(int)
    x, column = (values[(column >= 0) & (column < contrast.shape[1])] for values in (x, column))
    first = max(0, math.floor(top - 2 * STRIKE_AROUND * height))
    last = min(contrast.shape[0], math.ceil(bottom + 2 * STRIKE_AROUND * height) + 1)
    if last <= first:
        return False
    half = max(1, math.floor(STRIKE_WIDTH * height + 0.5))
    band = cv2.dilate(contrast[first:last], np.ones((2 * half + 1, 1), np.uint8))
    has_ink = band[:, column].T >= STRIKE_INK
    along = (x - left) / (right - left)
    inside = STRIKE_INSIDE if len(digits) > 2 else STRIKE_INSIDE_TWO
    inner = (along >= inside) & (along <= 1 - inside)
    if not inner.any() or has_ink[inner].any(axis=1).mean() < STRIKE_SEEN:
        return False
    # 2. all straight lines through the middle of the digits, by their heights at both ends
    around = STRIKE_AROUND * height
    ends = top - around + step * np.arange(math.floor((bottom - top + 2 * around) / step) + 1)
    start, end = (heights.ravel() for heights in np.meshgrid(ends, ends, indexing="ij"))
    middle = (start + end) / 2
    steep = np.abs(end - start) > STRIKE_RISE * (right - left)
    central = (middle >= top + STRIKE_MIDDLE * height) & (middle <= bottom - STRIKE_MIDDLE * height)
    start, end = start[central & ~steep], end[central & ~steep]
    row = np.floor(start[:, None] + (end - start)[:, None] * along + 0.5).astype(int) - first
    is_within = (row >= 0) & (row < len(band))
    seen = has_ink[np.arange(len(x)), np.clip(row, 0, len(band) - 1)] & is_within
    seen = seen[seen[:, inner].mean(axis=1) >= STRIKE_SEEN]
    if not len(seen):
        return False
    # 3. beside the digits, where there is room to see it, none of them goes on and all end
    sides = (x < left - STRIKE_FREE * height, x > right + STRIKE_FREE * height)
    beside = [seen[:, side].mean(axis=1) for side in sides if side.sum() * step >= STRIKE_FREE * height]
    goes_on = any(bool((fraction > STRIKE_GOES_ON).any()) for fraction in beside)
    return not goes_on and any(bool((fraction <= STRIKE_ENDED).all()) for fraction in beside)


def frame_lines(
    rows: Sequence[Sequence[int]],
    candidates: Sequence[Candidate],
    components: NDArray[np.int32],
    specks: NDArray[np.int32] | None = None,
) -> list[Line]:
    """Frame each row of candidates together with the components that stand on it.

    No component is on two lines. A line is framed twice: by the band of its median digit, which keeps small zeros
    large beside a long descender, and from the highest to the lowest digit or comma, which cuts nothing off.

    `rows` have the indices of candidates, or of components where there are no candidates, as `rows.group_rows`
    returns them. Components are x, y, width, height, int32 (k, 4), and so are `specks`, which are too small to be
    digits: the next one before and after a line is framed too, since it may be a point.

    >>> frame_lines([[0, 1]], [], np.array([[10, 10, 8, 20], [24, 10, 8, 20]], np.int32))[0].frames[0]
    Box(x=0.0, y=3.0, width=42.0, height=34.0)
    """
    if not candidates:
        groups = [[Box(*map(float, components[position].tolist())) for position in row] for row in rows]
        return [_frame((), _Band.of(group), group, group) for group in groups]
    bands = [_Band.of([candidates[position].box for position in row]) for row in rows]
    lines = []
    for row, band, own in zip(rows, bands, _assign_to_rows(bands, components.astype(np.float64)), strict=True):
        upright = [piece for piece in own if piece.height >= MIN_HANGING_HEIGHT * piece.width]
        hanging = [piece for piece in upright if hangs_on(piece, band.digits)]
        characters = [*band.digits, *_find_on_line(band, own), *hanging]
        points = [] if specks is None else _find_points(band, characters, specks)
        on_row = tuple(candidates[position] for position in row)
        lines.append(_frame(on_row, band, [*band.digits, *hanging], [*characters, *points]))
    return lines


@dataclass(frozen=True)
class _Band:
    """Where characters next to the digits of a row may stand."""

    digits: list[Box]  # the boxes of the digits
    height: float  # their median height, in pixels
    # from where to where characters next to them may reach
    top: float
    bottom: float

    @staticmethod
    def of(digits: list[Box]) -> _Band:
        height = median(digit.height for digit in digits)
        top, bottom = median(digit.y for digit in digits), median(digit.bottom for digit in digits)
        return _Band(digits, height, top - BAND_ABOVE * height, bottom + BAND_BELOW * height)


def _assign_to_rows(bands: Sequence[_Band], pieces: NDArray[np.float64]) -> list[list[Box]]:
    """Give each piece to the row whose digits it covers most of, or else to the one whose height it shares most."""
    if not len(pieces):
        return [[] for _ in bands]
    covered = np.array([sum(intersection(np.array(digit), pieces) for digit in band.digits) for band in bands])
    heights = [
        np.minimum(pieces[:, 1] + pieces[:, 3], band.bottom) - np.maximum(pieces[:, 1], band.top) for band in bands
    ]
    shared = np.maximum(np.array(heights), 0)
    fits = np.where(covered.any(axis=0), covered, shared)
    owners = np.where(fits.any(axis=0), fits.argmax(axis=0), -1)
    return [[Box(*piece) for piece in pieces[owners == row].tolist()] for row in range(len(bands))]


def _frame(candidates: tuple[Candidate, ...], band: _Band, high: Sequence[Box], characters: Sequence[Box]) -> Line:
    height = band.height
    left = min(box.x for box in characters) - FRAME_MARGIN * height
    right = max(box.right for box in characters) + FRAME_MARGIN * height
    vertical = [frame_band(band.digits), frame_whole(high)]
    return Line(candidates, tuple(Box(left, top, right - left, down) for _, top, _, down in vertical), height)


def _find_points(band: _Band, characters: list[Box], specks: NDArray[np.int32]) -> list[Box]:
    """Return the next speck before the characters of a line that may be a point, and the next one after them."""
    height = band.height
    left, right = min(box.x for box in characters), max(box.right for box in characters)
    gaps = np.maximum(left - specks[:, 0] - specks[:, 2], specks[:, 0] - right)
    possible = specks[
        (specks[:, 2:].max(axis=1) >= SMALLEST_POINT * height) & (gaps >= 0) & (gaps < CHARACTER_GAP * height)
    ]
    near = _find_in_band(band, [Box(*map(float, speck)) for speck in possible.tolist()])
    before = max((speck for speck in near if speck.right <= left), key=lambda speck: speck.right, default=None)
    after = min((speck for speck in near if speck.x >= right), key=lambda speck: speck.x, default=None)
    return [speck for speck in (before, after) if speck is not None]


def _find_on_line(band: _Band, pieces: list[Box]) -> list[Box]:
    """Return the components that stand on the line of these digits, each near to the next."""
    height = band.height
    left, right = min(digit.x for digit in band.digits), max(digit.right for digit in band.digits)
    waiting = _find_in_band(band, pieces)
    on_line: list[Box] = []
    while near := [piece for piece in waiting if _is_near(piece, left, right, height)]:
        on_line += near
        waiting = [piece for piece in waiting if not _is_near(piece, left, right, height)]
        left, right = min(left, *(piece.x for piece in near)), max(right, *(piece.right for piece in near))
    return on_line


def _is_near(piece: Box, left: float, right: float, height: float) -> bool:
    return max(left - piece.right, piece.x - right) < CHARACTER_GAP * height


def _find_in_band(band: _Band, pieces: list[Box]) -> list[Box]:
    """Return the pieces that lie at the height of these digits."""
    return [
        piece
        for piece in pieces
        if piece.height < TALLEST_CHARACTER * band.height
        and min(piece.bottom, band.bottom) - max(piece.y, band.top)
        > MIN_IN_BAND * min(piece.height, band.bottom - band.top)
    ]

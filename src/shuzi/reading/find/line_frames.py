"""Candidates and connected components become the lines of writing, and the frames in which each is recognised."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from shuzi.ink.boxes import Box, intersection
from shuzi.ink.rows import MOST_ROWS, NEAR, hangs_on, rows_of
from shuzi.ink.strips import band, whole
from shuzi.reading.find.candidates import Candidate, TooMuch
from shuzi.reading.find.find_thresholds import (
    BAND_ABOVE,
    BAND_BELOW,
    FRAME_MARGIN,
    LEAST_HANGING_HEIGHT,
    LEAST_IN_BAND,
    PROPOSED_SCORE,
    SMALLEST_POINT,
    TALLEST_CHARACTER,
)


@dataclass(frozen=True)
class Line:
    """A line of writing.

    Parameters
    ----------
    candidates
        Its digits as found so far, from left to right.
    frames
        Where to cut strips: x, y, width, height in pixels of the searched picture.
    height
        The median height of its digits, in pixels.
    """

    candidates: tuple[Candidate, ...]
    frames: tuple[Box, ...]
    height: float

    @cached_property
    def proposed(self) -> tuple[int, ...]:
        """The digits that the candidates alone would make of it."""
        return tuple(int(each.probabilities.argmax()) for each in self.candidates if each.score >= PROPOSED_SCORE)


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
    digits = [[each.box for each in row] for row in rows]
    lines = []
    for row, boxes, own in zip(rows, digits, _shared_out(digits, components.astype(np.float64)), strict=True):
        hanging = [each for each in own if each.height >= LEAST_HANGING_HEIGHT * each.width and hangs_on(each, boxes)]
        characters = [*boxes, *_on_line(boxes, own), *hanging]
        beside = [] if specks is None else _beside(boxes, characters, specks)
        lines.append(_framed(row, boxes, [*boxes, *hanging], [*characters, *beside]))
    return lines


def _shared_out(rows: Sequence[list[Box]], pieces: NDArray[np.float64]) -> list[list[Box]]:
    """Give each piece to the row whose digits it covers most of, or else to the one whose height it shares most."""
    if not len(pieces):
        return [[] for _ in rows]
    covered = np.array([sum(intersection(np.array(digit), pieces) for digit in row) for row in rows])
    shared = [
        np.minimum(pieces[:, 1] + pieces[:, 3], low) - np.maximum(pieces[:, 1], high)
        for high, low in map(_band, rows)
    ]
    beside = np.maximum(np.array(shared), 0)
    fits = np.where(covered.any(axis=0), covered, beside)
    owners = np.where(fits.any(axis=0), fits.argmax(axis=0), -1)
    return [[Box(*each) for each in pieces[owners == number].tolist()] for number in range(len(rows))]


def _framed(
    candidates: tuple[Candidate, ...], digits: list[Box], high: Sequence[Box], characters: Sequence[Box]
) -> Line:
    height = float(np.median([each.height for each in digits]))
    left = min(each.x for each in characters) - FRAME_MARGIN * height
    right = max(each.right for each in characters) + FRAME_MARGIN * height
    vertical = [band(digits), whole(high)]
    return Line(candidates, tuple(Box(left, top, right - left, down) for _, top, _, down in vertical), height)


def _beside(digits: list[Box], characters: list[Box], specks: NDArray[np.int32]) -> list[Box]:
    """Return the next speck before the characters of a line that may be a point, and the next one after them."""
    height = float(np.median([each.height for each in digits]))
    left, right = min(each.x for each in characters), max(each.right for each in characters)
    gaps = np.maximum(left - specks[:, 0] - specks[:, 2], specks[:, 0] - right)
    possible = specks[(specks[:, 2:].max(axis=1) >= SMALLEST_POINT * height) & (gaps >= 0) & (gaps < NEAR * height)]
    near = _in_band(digits, [Box(*map(float, each)) for each in possible.tolist()])
    before = max((each for each in near if each.right <= left), key=lambda each: each.right, default=None)
    after = min((each for each in near if each.x >= right), key=lambda each: each.x, default=None)
    return [each for each in (before, after) if each is not None]


def _in_band(digits: list[Box], pieces: list[Box]) -> list[Box]:
    """Return the pieces that lie at the height of these digits."""
    height = float(np.median([each.height for each in digits]))
    top, bottom = _band(digits)
    return [
        each
        for each in pieces
        if each.height < TALLEST_CHARACTER * height
        and min(each.bottom, bottom) - max(each.y, top) > LEAST_IN_BAND * min(each.height, bottom - top)
    ]


def _band(digits: list[Box]) -> tuple[float, float]:
    """Return from where to where characters beside these digits may reach."""
    height = float(np.median([each.height for each in digits]))
    top, bottom = np.median([[each.y, each.bottom] for each in digits], axis=0).tolist()
    return top - BAND_ABOVE * height, bottom + BAND_BELOW * height


def _on_line(digits: list[Box], pieces: list[Box]) -> list[Box]:
    """Return the components that stand on the line of these digits, each near to the next."""
    height = float(np.median([each.height for each in digits]))
    left, right = min(each.x for each in digits), max(each.right for each in digits)
    waiting = _in_band(digits, pieces)
    found: list[Box] = []
    while near := [each for each in waiting if _is_near(each, left, right, height)]:
        found += near
        waiting = [each for each in waiting if not _is_near(each, left, right, height)]
        left, right = min(left, *(each.x for each in near)), max(right, *(each.right for each in near))
    return found


def _is_near(piece: Box, left: float, right: float, height: float) -> bool:
    return max(left - piece.right, piece.x - right) < NEAR * height

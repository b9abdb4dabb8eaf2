"""Lines are told from strokes of digits, so that a drawn table may be sure though nobody counted its columns.

Strokes of digits that stand below one another may look like a line. But they end at the lines that they meet, each a
little aside of the one before, and are as dark as digits, not as lines; a line goes on across the others.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, replace
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.forms.finding.flat import PAPER
from shuzi.forms.finding.tables.spacing import Settled, Shape, gaps_of

_STEP = 3  # pixels along a line from one look at it to the next
_REACH, _BESIDE = 8, 6  # pixels beside its expected course that it may lie at, and from it to the paper
_TURNING = 0.3  # of a line's usual darkness that it costs to lie a pixel farther aside
_NEAR, _FAR = 4.0, 40.0  # pixels from a crossing that the crossing line takes, and that tell where a line crosses
_SEEN = 0.4  # of its usual darkness: what is paler is a gap
_VISIBLE = 0.9  # of a line that must be visible
_FEWEST, _PLACES = 4, 3  # crossings that tell an upright line from strokes of digits, and places that tell its course
_LONG = 3.0  # times the height of a row: no level stroke of digits is so long
_JUMP, _LARGEST_JUMP, _MOST = 0.6, 1.2, 0.8  # pixels between its courses on both sides: half and most of crossings
_LEAST_SEEN = 0.6  # of a line: if less is seen, it may be none
_NOISE, _PALE_SEEN = 6.0, 0.85  # levels: what is no darker may be noise, unless so much of it is seen
_ALIKE = 2.0  # times as dark as the others a line may be
_THIN, _PALEST = 5, 0.35  # pixels beside a thin line where paper is; of the usual darkness that it has at least
_END, _CROSSED = 0.15, 3  # of a cell's height: its ends, which digits seldom reach; pixels there of the crossing line
_DASHED, _IN_ROWS = 0.3, 0.8  # of a cell's height that a dashed line covers, and of all rows that it goes through
_AT_ENDS, _WANDER = 0.15, 5  # of the ends of cells that it covers, where digits are rare; pixels that it may go aside
_SOME = 5  # lines that tell how dark lines are, as all of them are alike
_LOW, _NARROW = 0.7, 0.9  # of the usual height of a row: lower or narrower cells may be parts of one


@dataclass(frozen=True)
class _Course:
    """How dark a line is, how much of it is visible, its length, and how far aside it goes on at each crossing."""

    dark: float
    visible: float
    length: float
    jumps: NDArray[np.float64]

    def is_certain(self, upright: bool, high: float) -> bool:
        """Tell whether it goes on across others, as strokes of digits do not, where rows are so many pixels high."""
        if self.visible < _VISIBLE:
            return False
        if not upright:
            return self.length >= _LONG * high and float(np.median([0.0, *self.jumps])) <= _LARGEST_JUMP
        if len(self.jumps) < _FEWEST:
            return False
        return bool(np.median(self.jumps) <= _JUMP and (self.jumps <= _LARGEST_JUMP).mean() >= _MOST)


def are_certain(
    nodes: NDArray[np.float64], lit: NDArray[np.uint8], unseen: tuple[Set[int], Set[int]]
) -> tuple[bool, bool]:
    """Tell whether all rows, and all columns, are surely between lines, but for those already known to be doubtful.

    Parameters
    ----------
    nodes
        The crossings of lines: x and y, float64 (rows, columns, 2).
    lit
        The flattened table: uint8 (h, w), paper 255.
    unseen
        The rows, and the columns, that were not seen but should be there.

    Examples
    --------
    >>> lit = np.full((300, 400), 255, np.uint8)
    >>> lit[50:251:40, 50:351] = lit[50:251, 50:351:100] = 90
    >>> nodes = np.stack(np.meshgrid(np.arange(50.0, 351, 100), np.arange(50.0, 251, 40)), axis=2)
    >>> are_certain(nodes, lit, (set(), set()))
    (True, True)
    """
    turned = nodes.swapaxes(0, 1)
    heights, widths = gaps_of(nodes), gaps_of(turned)
    high = float(np.median(heights))
    rows = bool((heights >= _LOW * high).all()) and _are_lines(nodes, lit, unseen[0], False, high)
    columns = bool((widths >= _NARROW * high).all()) and _are_lines(turned, lit, unseen[1], True, high)
    hidden = may_hide_lines(nodes, lit)
    return rows and not hidden[0], columns and not hidden[1]


def may_hide_lines(nodes: NDArray[np.float64], lit: NDArray[np.uint8]) -> tuple[bool, bool]:
    """Tell whether a line that was missed, such as a dashed one, may stand in a row, and in a column.

    In most rows there is then something thin in the same position, in parts of its height, also near the row's ends.

    Parameters
    ----------
    nodes
        The crossings of the lines that were found: x and y, float64 (rows, columns, 2).
    lit
        The flattened table: uint8 (h, w), paper 255.

    Examples
    --------
    >>> lit = np.full((300, 400), 255, np.uint8)
    >>> lit[50:251:40, 50:351] = lit[50:251, 50:351:100] = 90
    >>> nodes = np.stack(np.meshgrid(np.array([50.0, 150, 350]), np.arange(50.0, 251, 40)), axis=2)
    >>> may_hide_lines(nodes, lit)
    (False, True)
    """
    return (
        _may_hide_line(nodes.swapaxes(0, 1)[..., ::-1], np.ascontiguousarray(lit.T)),
        _may_hide_line(nodes, lit),
    )


def doubt_unseen(table: Settled, lit: NDArray[np.uint8], shape: Shape) -> Settled:
    """Doubt inner lines of which too little is seen, as of serifs of digits, where no given number settles it.

    Parameters
    ----------
    table
        Whose outer lines were seen.
    lit
        The flattened table: uint8 (h, w), paper 255.
    shape
        How many rows and columns the table has, if that is known.
    """
    rows = frozenset[int]() if shape.rows else _unseen(table.nodes, lit)
    columns = frozenset[int]() if shape.columns else _unseen(table.nodes.swapaxes(0, 1), lit)
    beside_rows, beside_columns = ({gap for line in own for gap in (line - 1, line)} for own in (rows, columns))
    return replace(
        table,
        rows=table.rows | beside_rows,
        columns=table.columns | beside_columns,
        row_lines=table.row_lines | rows,
        column_lines=table.column_lines | columns,
    )


def _unseen(nodes: NDArray[np.float64], lit: NDArray[np.uint8]) -> frozenset[int]:
    courses = [_followed(line, lit) for line in nodes[1:-1]]
    least = [_PALE_SEEN if course.dark < _NOISE else _LEAST_SEEN for course in courses]
    inner = enumerate(zip(courses, least, strict=True), start=1)
    return frozenset(line for line, (course, needed) in inner if course.visible < needed)


def _may_hide_line(nodes: NDArray[np.float64], lit: NDArray[np.uint8]) -> bool:
    """Tell whether a line may stand between two upright lines of crossings (rows, columns, 2)."""
    some = nodes.swapaxes(0, 1)[:: -(-nodes.shape[1] // _SOME)]
    usual = float(np.median([_followed(line, lit).dark for line in some]))
    high = max(2 * _BESIDE, round(float(np.median(np.linalg.norm(np.diff(nodes, axis=0), axis=2)))))
    down = (np.arange(high, dtype=np.float32) + 0.5) / high
    end = max(_CROSSED + 1, round(_END * high))
    for left, right in pairwise(nodes.astype(np.float32).swapaxes(0, 1)):
        # all cells of a column, stretched to the size of its widest
        wide = max(2 * _BESIDE, round(float(np.linalg.norm(right - left, axis=1).max())))
        across = (np.arange(wide, dtype=np.float32) + 0.5) / wide
        edges = [side[:-1, None] + np.diff(side, axis=0)[:, None] * down[:, None] for side in (left, right)]
        points = edges[0][:, :, None] + (edges[1] - edges[0])[:, :, None] * across[:, None]
        x, y = np.moveaxis(points.reshape(-1, wide, 2), 2, 0)
        dark = PAPER - cv2.blur(cv2.remap(lit, x, y, cv2.INTER_LINEAR), (1, 5)).astype(np.float32)
        # darker than what is a little beside it on both sides
        beside = np.pad(dark, ((0, 0), (_THIN, _THIN)), mode="edge")
        is_thin = dark - np.maximum(beside[:, : -2 * _THIN], beside[:, 2 * _THIN :]) >= _PALEST * usual
        is_thin[:, :_BESIDE] = is_thin[:, -_BESIDE:] = False
        near = cv2.dilate(is_thin.astype(np.float32), np.ones((1, _WANDER), np.uint8)).reshape(-1, high, wide)
        in_rows = (near.mean(axis=1) >= _DASHED).mean(axis=0)
        at_ends = np.concatenate([near[:, _CROSSED:end], near[:, -end:-_CROSSED]], axis=1).mean(axis=(0, 1))
        if ((in_rows >= _IN_ROWS) & (at_ends >= _AT_ENDS)).any():
            return True
    return False


def _are_lines(
    nodes: NDArray[np.float64], lit: NDArray[np.uint8], unseen: Set[int], upright: bool, high: float
) -> bool:
    """Tell whether all lines of one direction are certain, and alike."""
    courses = [_followed(line, lit) for index, line in enumerate(nodes) if index not in unseen]
    dark = np.array([course.dark for course in courses])
    usual = float(np.median(dark)) if courses else 0.0
    alike = (dark * _ALIKE >= usual).all() and (dark <= usual * _ALIKE).all()
    return bool(courses and alike and all(course.is_certain(upright, high) for course in courses))


def _followed(crossings: NDArray[np.float64], lit: NDArray[np.uint8]) -> _Course:
    """Follow a line through crossings (n, 2)."""
    pieces = [_darker(start, end, lit) for start, end in pairwise(crossings)]
    dark = np.asarray(cv2.blur(np.concatenate(pieces), (1, 3)), np.float64)
    usual = max(float(np.median(dark.max(axis=1))), 1.0)
    dark = np.minimum(dark, usual)  # digits near a line may be darker
    path = _path(dark / usual)
    levels = np.take_along_axis(dark, path[:, None], axis=1)[:, 0]
    around = (path[:, None] + np.arange(-2, 3)).clip(0, dark.shape[1] - 1)
    weights = np.maximum(np.take_along_axis(dark, around, axis=1), 1e-6)
    aside = (weights * around).sum(axis=1) / weights.sum(axis=1)
    lengths = np.linalg.norm(np.diff(crossings, axis=0), axis=1)
    counts = [len(piece) for piece in pieces]
    after = np.concatenate([(np.arange(count) + 0.5) / count for count in counts]) * np.repeat(lengths, counts)
    before = np.repeat(lengths, counts) - after  # pixels to the next crossing, and from the last
    between = np.minimum(after, before) > _NEAR
    seen = between & (levels >= max(_SEEN * usual, 1.0))
    parts = [own[seen[own]] for own in np.split(np.arange(len(path)), np.cumsum(counts)[:-1])]
    jumps = [
        abs(_at_crossing(before[part], aside[part]) - _at_crossing(after[next_part], aside[next_part]))
        for part, next_part in pairwise(parts)
    ]
    return _Course(
        float(np.median(levels)), float(seen.sum() / max(between.sum(), 1)), float(lengths.sum()), np.array(jumps)
    )


def _darker(start: NDArray[np.float64], end: NDArray[np.float64], lit: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return how much darker it is along a piece of a line, and aside, than on one side of it: float32 (n, 17)."""
    way = end - start
    pixels = max(float(np.linalg.norm(way)), 1.0)
    count = max(4, round(pixels / _STEP))
    along = (np.arange(count) + 0.5) / count
    away = np.arange(-_REACH - _BESIDE, _REACH + _BESIDE + 1)
    across = np.array([-way[1], way[0]]) / pixels
    points = start + way * along[:, None, None] + across * away[:, None]
    x, y = np.moveaxis(points.astype(np.float32), 2, 0)
    levels = cv2.remap(lit, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    dark = (PAPER - levels.astype(np.float32)).clip(0)
    return np.asarray(dark[:, _BESIDE:-_BESIDE] - np.minimum(dark[:, : -2 * _BESIDE], dark[:, 2 * _BESIDE :]))


def _path(dark: NDArray[np.float64]) -> NDArray[np.intp]:
    """Return the darkest course through a band (n, wide) that goes aside by a pixel in a step, at most: intp (n,)."""
    best = np.full((len(dark), dark.shape[1] + 2), -np.inf)  # of all courses to a pixel; none comes from outside
    best[0, 1:-1] = dark[0]
    for last, own, level in zip(best[:-1], best[1:, 1:-1], dark[1:], strict=True):
        aside = last - _TURNING
        np.maximum(aside[:-2], aside[2:], out=own)
        np.maximum(own, last[1:-1], out=own)
        own += level
    path = [int(best[-1].argmax())]
    for last in best[-2::-1]:
        left, middle, right = last[path[-1] - 1 : path[-1] + 2].tolist()
        ways = left - _TURNING, middle, right - _TURNING
        path.append(path[-1] - 1 + ways.index(max(ways)))
    return np.array(path[::-1]) - 1


def _at_crossing(far: NDArray[np.float64], aside: NDArray[np.float64]) -> float:
    """Return how far aside a line is at a crossing, by what is seen of it near that, so many pixels from it."""
    near = far <= _FAR
    if near.sum() < _PLACES:
        return np.inf
    return float(np.polyfit(far[near], aside[near], 1)[1])

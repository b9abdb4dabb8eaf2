"""The lines of a table that were found alone are graded: some may be strokes that stand below one another."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.forms.finding.flat import PAPER
from shuzi.forms.finding.tables.spacing import DOUBTFUL, SEEN, Grid, gaps_of, is_multiple, usual_gap

_VISIBLE = 0.8  # of a line that is sure wherever it is: no more than some pieces are missing
_PARTLY = 0.25  # of a line that must be visible to be sure because of its distance from others
_EVEN = 0.06  # of a half or third of such a gap: pale lines between thick ones divide it evenly
_WAVERS, _TIMES = 1.75, 3.0  # pixels by which strokes in a column differ, and times as much as most lines do
_HALVES = (0.15, 0.5), (0.5, 0.85)  # of a piece between two crossings, away from these
_REACH, _PEAK = 8, 3  # pixels beside a line that it may lie at, and around its darkest
_SAMPLES = 24  # along half of a piece
_DARK = 15  # levels by which a line is darker than what is beside it, where it can be followed
_FEWEST = 10  # halves of pieces that tell whether a line wavers


def grade_lines(
    nodes: NDArray[np.float64], rows: Sequence[float], columns: Sequence[float], lit: NDArray[np.uint8]
) -> Grid:
    """Doubt lines that waver, or divide a usual gap although little of them is visible: digits may make them.

    Parameters
    ----------
    nodes
        The crossings of the lines that were found: x and y, float64 (rows, columns, 2).
    rows, columns
        The fraction of each line that is visible.
    lit
        The flattened table: uint8 (h, w), paper 255.

    Examples
    --------
    >>> x, y = [0, 90, 180, 230, 270, 360], [0, 30, 60]
    >>> nodes = np.stack(np.meshgrid(x, y), axis=2).astype(float)
    >>> lit = np.full((60, 360), 255, np.uint8)
    >>> grade_lines(nodes, [1, 1, 1], [1, 1, 1, 0.5, 1, 0.9], lit).columns == (SEEN, SEEN, SEEN, DOUBTFUL, SEEN, SEEN)
    True
    """
    return Grid(nodes, _grades(nodes, rows, lit), _grades(nodes.swapaxes(0, 1), columns, lit))


def _grades(nodes: NDArray[np.float64], visible: Sequence[float], lit: NDArray[np.uint8]) -> tuple[int, ...]:
    ends = 0, len(nodes) - 1
    straight = [not wavers or line in ends for line, wavers in enumerate(_wavering(nodes, lit))]
    clear = [line for line in np.flatnonzero(straight).tolist() if visible[line] >= _VISIBLE or line in ends]
    grades = [SEEN if is_straight else DOUBTFUL for is_straight in straight]
    gaps = gaps_of(nodes[clear])
    usual = usual_gap(gaps)
    for (first, last), gap in zip(pairwise(clear), gaps, strict=True):
        places = np.cumsum(gaps_of(nodes[first : last + 1]))[:-1] / gap
        even = any(np.abs(places * count - np.rint(places * count)).max(initial=0) <= _EVEN for count in (2, 3))
        partly = min(visible[first + 1 : last], default=1.0) >= _PARTLY
        if is_multiple(gap, usual) and round(gap / usual) == 1 and not (even and partly):
            grades[first + 1 : last] = [DOUBTFUL] * (last - first - 1)
    return tuple(grades)


def _wavering(nodes: NDArray[np.float64], lit: NDArray[np.uint8]) -> list[bool]:
    """Tell which lines are not straight, as a printed one is, but shift from row to row, as strokes of a hand do."""
    shifts = np.array([_shift_of(line, lit) for line in nodes])
    return [shift > max(_WAVERS, _TIMES * float(np.median(shifts))) for shift in shifts.tolist()]


def _shift_of(crossings: NDArray[np.float64], lit: NDArray[np.uint8]) -> float:
    """Return the median distance, in pixels, of parts of a line between crossings (n, 2) from their neighbours."""
    away = np.arange(-_REACH, _REACH + 1)
    found = []
    for start, end in pairwise(crossings):
        way = end - start
        across = np.array([-way[1], way[0]]) / max(float(np.linalg.norm(way)), 1.0)
        for half in _HALVES:
            along = start + way * np.linspace(*half, _SAMPLES)[:, None]
            x, y = np.moveaxis((along[None] + away[:, None, None] * across).astype(np.float32), 2, 0)
            levels = cv2.remap(lit, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
            dark = PAPER - np.median(levels, axis=1)
            dark = np.maximum(dark - np.median(dark), 0)
            near = np.abs(away - away[dark.argmax()]) <= _PEAK
            if dark.max() >= _DARK:
                found.append(float((dark * away)[near].sum() / dark[near].sum()))
    if len(found) < _FEWEST:
        return 0.0
    at = np.array(found)
    return float(np.median(np.abs(at[1:-1] - (at[:-2] + at[2:]) / 2)))

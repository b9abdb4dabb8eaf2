"""The lines of a table that were found alone gain those that are too pale for it, and those that should be there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.errors import PictureError

SEEN, PALE, ASSUMED, DOUBTFUL = range(4)
"""How sure a line is: seen alone; seen on average, at a regular distance; not seen, where one should be at a regular
distance; and something of which nobody knows whether it is a line."""

MOST_LINES = 100
"""Of a table, in one direction."""

_BESIDE = 7  # pixels of the flattened table from the middle of a line to the paper beside it
_NEAR = 0.05, 0.18  # of a cell's side from a crossing: where digits seldom are
_SAMPLES = 12  # of a piece so long
_PALEST = 1.5, 5.0  # levels by which a line is darker than the paper beside it, and how many times the noise
_AGREE = 0.6  # of the pieces must be darker by half as much
_BENDS = 2  # pixels that a piece lies from where it should
_EQUAL = 0.12  # of the usual gap by which lines at regular distances may be off
_REGULAR, _LEAST_REGULAR = 0.6, 3  # of the gaps, and how many of them, are the usual one where distances are regular

_LOW, _NARROW = 0.5, 0.3  # of the usual height of a row: no digit is written in a lower row or a narrower column

_KINDS = (SEEN,), (SEEN, PALE), (SEEN, PALE, ASSUMED), (SEEN, PALE, DOUBTFUL), (SEEN, PALE, ASSUMED, DOUBTFUL)
"""Which lines may together be those of a table whose size is known."""

_Places = list[list[tuple[float, int]]]
"""For each gap between lines, where others are, of the way from one to the next, and how sure they are."""


@dataclass(frozen=True)
class Grid:
    """The lines of a table.

    Parameters
    ----------
    nodes
        Their crossings on the flattened table: x and y, float64 (rows, columns, 2).
    rows, columns
        How sure each horizontal and each vertical line is.
    """

    nodes: NDArray[np.float64]
    rows: tuple[int, ...]
    columns: tuple[int, ...]

    def turned(self) -> Grid:
        """Return the grid with rows for columns."""
        return Grid(self.nodes.transpose(1, 0, 2), self.columns, self.rows)


@dataclass(frozen=True)
class Shape:
    """How many rows and columns a table has; 0 if unknown."""

    rows: int = 0
    columns: int = 0


UNKNOWN = Shape()


@dataclass(frozen=True)
class Settled:
    """The crossings of a table's lines, and the rows and columns, from 0, of which nobody knows whether they are one.

    Parameters
    ----------
    nodes
        x and y, float64 (rows + 1, columns + 1, 2).
    rows, columns
        The doubtful ones.
    row_lines, column_lines
        The lines, from 0, that cannot be seen.
    """

    nodes: NDArray[np.float64]
    rows: frozenset[int]
    columns: frozenset[int]
    row_lines: frozenset[int] = frozenset()
    column_lines: frozenset[int] = frozenset()


def settle(grid: Grid, shape: Shape, name: str) -> Settled:
    """Decide which lines of a grid are those of the table.

    Parameters
    ----------
    grid
        As `complete` returns it.
    shape
        The rows and columns that the table has, if that is known.
    name
        Of the photograph, for errors.

    Raises
    ------
    PictureError
        It has not the rows and columns that it should.

    Examples
    --------
    >>> grid = Grid(np.zeros((4, 3, 2)), (SEEN, ASSUMED, SEEN, SEEN), (SEEN, SEEN, SEEN))
    >>> sorted(settle(grid, Shape(), "a.jpg").rows), sorted(settle(grid, Shape(rows=3), "a.jpg").rows)
    ([0, 1], [])
    >>> settle(grid, Shape(rows=2), "a.jpg").nodes.shape
    (3, 3, 2)
    """
    rows, columns = _ways(grid.rows, shape.rows), _ways(grid.columns, shape.columns)
    if not (rows and columns):
        seen = {"rows": grid.rows, "columns": grid.columns}
        found = {what: sum(grade != DOUBTFUL for grade in grades) - 1 for what, grades in seen.items()}
        wanted = {"wanted_rows": shape.rows or found["rows"], "wanted_columns": shape.columns or found["columns"]}
        raise PictureError("error.form.shape", path=name, **found, **wanted)
    # a number settles it only where no other lines make as many
    none = frozenset[int](), frozenset[int]()
    in_rows, row_lines = none if shape.rows and len(rows) == 1 else _doubtful(grid.rows, rows[0])
    in_columns, column_lines = none if shape.columns and len(columns) == 1 else _doubtful(grid.columns, columns[0])
    nodes = grid.nodes[rows[0]][:, columns[0]]
    heights = np.median(np.diff(nodes[..., 1], axis=0), axis=1)
    widths = np.median(np.diff(nodes[..., 0], axis=1), axis=0)
    usual = float(np.median(heights))
    if not shape.rows:
        row_lines |= _lines_around(heights < _LOW * usual)
        in_rows |= _gaps_beside(row_lines, len(heights))
    if not shape.columns:
        column_lines |= _lines_around(widths < _NARROW * usual)
        in_columns |= _gaps_beside(column_lines, len(widths))
    return Settled(nodes, in_rows, in_columns, row_lines, column_lines)


def _lines_around(narrow: NDArray[np.bool_]) -> frozenset[int]:
    """Return the lines around gaps that are too narrow, one of which may be none; those of the frame are."""
    lines = {int(gap) + side for gap in np.flatnonzero(narrow) for side in (0, 1)}
    return frozenset(lines - {0, len(narrow)})


def _gaps_beside(lines: Iterable[int], count: int) -> frozenset[int]:
    return frozenset(gap for line in lines for gap in (line - 1, line) if 0 <= gap < count)


def _ways(grades: Sequence[int], count: int) -> list[list[int]]:
    """Return the lines that may be those of a table with so many gaps (0 if unknown), the most likely first."""
    found = list[list[int]]()
    for kinds in _KINDS if count else [(SEEN, PALE, ASSUMED)]:
        lines = [line for line, grade in enumerate(grades) if grade in kinds]
        if count in (0, len(lines) - 1) and lines not in found:
            found.append(lines)
    return found


def _doubtful(grades: Sequence[int], kept: Sequence[int]) -> tuple[frozenset[int], frozenset[int]]:
    """Return the gaps between lines that are kept which a doubtful line is in or beside, and those lines."""
    gaps = enumerate(pairwise(kept))
    doubtful = frozenset(gap for gap, (first, last) in gaps if max(grades[first : last + 1]) >= ASSUMED)
    return doubtful, frozenset(number for number, line in enumerate(kept) if grades[line] >= ASSUMED)


def complete(grid: Grid, lit: NDArray[np.uint8]) -> Grid:
    """Add lines between those found: pale ones, and those that are missing where distances are regular.

    Parameters
    ----------
    grid
        The lines that were found.
    lit
        The flattened table: uint8 (h, w), paper 255.
    """
    soft = np.asarray(cv2.GaussianBlur(lit.astype(np.float32), (0, 0), 1.0), np.float32)
    size: tuple[int, ...] = ()
    while size != grid.nodes.shape:  # where columns are new, more is seen of the rows
        size = grid.nodes.shape
        for _ in range(2):
            grid = _with(grid, [[added for added in gap if added[1] == PALE] for gap in _pale(grid, soft)]).turned()
    for _ in range(2):
        assumed, doubtful = _missing(grid, soft), _pale(grid, soft)
        grid = _with(grid, [sure or unsure for sure, unsure in zip(assumed, doubtful, strict=True)]).turned()
    return grid


def _with(grid: Grid, places: _Places) -> Grid:
    """Add horizontal lines to a grid."""
    found, grades = [grid.nodes[0]], [grid.rows[0]]
    for (above, below), grade, gap in zip(pairwise(grid.nodes), grid.rows[1:], places, strict=True):
        found += [*(above + (below - above) * fraction for fraction, _ in gap), below]
        grades += [*(added for _, added in gap), grade]
    return grid if len(found) > MOST_LINES else Grid(np.array(found), tuple(grades), grid.columns)


def _pale(grid: Grid, soft: NDArray[np.float32]) -> _Places:
    """Return where lines are seen on average, and whether they are at regular distances."""
    gaps = gaps_of(grid.nodes)
    seen = [_seen_between(above, below, soft) for above, below in pairwise(grid.nodes)]
    parts = [np.diff([0.0, *places, 1.0]) * gap for places, gap in zip(seen, gaps, strict=True)]
    usual = usual_gap(np.concatenate(parts))
    return [
        [
            (fraction, PALE if is_multiple(fraction * gap, usual) and is_multiple(gap, usual) else DOUBTFUL)
            for fraction in places
        ]
        for places, gap in zip(seen, gaps, strict=True)
    ]


def _missing(grid: Grid, soft: NDArray[np.float32]) -> _Places:
    """Return where lines should be because distances are regular; in doubt where something is written across."""
    gaps = gaps_of(grid.nodes)
    usual = usual_gap(gaps)
    found: _Places = []
    for (above, below), gap in zip(pairwise(grid.nodes), gaps, strict=True):
        count = round(gap / usual) if usual and is_multiple(gap, usual) else 1
        places = [part / count for part in range(1, count)]
        free = not any(_is_crossed(above, below, fraction, soft) for fraction in places)
        found.append([(fraction, ASSUMED if free else DOUBTFUL) for fraction in places])
    return found


def gaps_of(nodes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the distances between neighbouring lines, of which the crossings are given: float64 (lines - 1,)."""
    return np.asarray(np.linalg.norm(np.diff(nodes, axis=0), axis=2).mean(axis=1))


def usual_gap(gaps: Sequence[float] | NDArray[np.float64]) -> float:
    """Return the usual distance of lines; 0 if distances are not regular.

    >>> round(usual_gap([10, 10, 10.5, 20, 10]), 1), usual_gap([10, 20, 30, 15])
    (10.0, 0.0)
    """
    usual = float(np.median(gaps))
    regular = np.abs(np.asarray(gaps) - usual) <= _EQUAL * usual
    return usual if regular.sum() >= _LEAST_REGULAR and regular.mean() >= _REGULAR else 0.0


def is_multiple(distance: float, usual: float) -> bool:
    """Tell whether a distance is the usual one, or several times as much."""
    times = distance / usual if usual else 0.0
    return round(times) >= 1 and abs(times - round(times)) <= _EQUAL


def _sampled(
    above: NDArray[np.float64], below: NDArray[np.float64], ways: NDArray[np.float64], along: NDArray[np.float64]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the x and y of points between two lines: float32 (ways, cells, along)."""
    first, last = (line[:-1, None] + (line[1:] - line[:-1])[:, None] * along[:, None] for line in (above, below))
    points = first + (last - first) * ways[:, None, None, None]
    return points[..., 0].astype(np.float32), points[..., 1].astype(np.float32)


def _levels(soft: NDArray[np.float32], x: NDArray[np.float32], y: NDArray[np.float32]) -> NDArray[np.float32]:
    shape = len(x), -1
    seen = cv2.remap(soft, x.reshape(shape), y.reshape(shape), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(seen.reshape(x.shape), np.float32)


def _seen_between(above: NDArray[np.float64], below: NDArray[np.float64], soft: NDArray[np.float32]) -> list[float]:
    """Return where lines are seen on average between two others (columns, 2), of the way from one to the other."""
    count = round(float(np.linalg.norm(below - above, axis=1).mean()))
    if count < 4 * _BESIDE:
        return []
    near = np.linspace(*_NEAR, _SAMPLES)
    points = _sampled(above, below, np.arange(count + 1) / count, np.concatenate([near, 1 - near]))
    pieces = _levels(soft, *points).reshape(count + 1, -1, _SAMPLES).mean(axis=2)
    beside = np.minimum(pieces[: -2 * _BESIDE], pieces[2 * _BESIDE :])  # the edge of a shadow is dark on one side
    dark = beside - pieces[_BESIDE:-_BESIDE]
    usual = np.median(dark, axis=1)
    nothing = float(np.median(usual))
    noise = 1.4826 * float(np.median(np.abs(usual - nothing)))
    positions = list[int]()
    for position in np.argsort(-usual).tolist():
        if usual[position] < nothing + max(_PALEST[0], _PALEST[1] * noise):
            break
        around = dark[max(0, position - _BENDS) : position + _BENDS + 1].max(axis=0)
        ends = -_BESIDE, count - _BESIDE, *positions
        apart = min(abs(position - end) for end in ends)
        if (around > usual[position] / 2).mean() >= _AGREE and apart >= 2 * _BESIDE:
            positions.append(position)
    return [(position + _BESIDE) / count for position in sorted(positions)]


def _is_crossed(
    above: NDArray[np.float64], below: NDArray[np.float64], place: float, soft: NDArray[np.float32]
) -> bool:
    """Tell whether something dark goes across where a line should be, in the middle of a cell."""
    points = _sampled(above, below, np.array([place]), np.linspace(_NEAR[1], 1 - _NEAR[1], 100))
    levels = _levels(soft, *points)
    return bool((levels < np.median(levels) - 60).any())

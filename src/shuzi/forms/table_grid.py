"""The lines of a table that were found become its grid: pale, missing and doubtful lines, and sides without one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.errors import PictureError
from shuzi.forms.flatten import PAPER
from shuzi.forms.printed_lines import levels_at, levels_beside, levels_between

SEEN, PALE, ASSUMED, DOUBTFUL = range(4)
"""How sure a line is: seen alone; seen on average, at a regular distance; not seen, where one should be at a regular
distance; and something of which nobody knows whether it is a line."""

MAX_LINES = 100
"""Of a table, in one direction."""

ASIDE = 8
"""Pixels of the flattened table beside its expected path that a line may lie at."""

_BESIDE = 7  # pixels of the flattened table from the middle of a line to the paper beside it
_NEAR = 0.05, 0.18  # of a cell's side from a crossing: where digits seldom are
_SAMPLES = 12  # of a piece so long
_MIN_CONTRAST = 1.5, 5.0  # levels by which a line is darker than the paper beside it, and how many times the noise
_AGREE = 0.6  # of the pieces must be darker by half as much
_BENDS = 2  # pixels that a piece lies from where it should
_EQUAL = 0.12  # of the usual gap by which lines at regular distances may be off
_REGULAR, _MIN_REGULAR = 0.6, 3  # of the gaps, and how many of them, are the usual one where distances are regular

_LOW, _NARROW = 0.5, 0.3  # of the usual height of a row: no digit is written in a lower row or a narrower column

_KINDS = (SEEN,), (SEEN, PALE), (SEEN, PALE, ASSUMED), (SEEN, PALE, DOUBTFUL), (SEEN, PALE, ASSUMED, DOUBTFUL)
"""Which lines may together be those of a table whose size is known."""

_Places = list[list[tuple[float, int]]]
"""For each gap between lines, where others are, of the way from one to the next, and how sure they are."""


@dataclass(frozen=True)
class Grid:
    """The lines of a table."""

    nodes: NDArray[np.float64]  # their crossings on the flattened table: x and y, float64 (rows, columns, 2)
    rows: tuple[int, ...]  # how sure each horizontal and each vertical line is
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
    """The crossings of a table's lines, and the rows and columns, from 0, that may not be one each."""

    nodes: NDArray[np.float64]  # x and y, float64 (rows + 1, columns + 1, 2)
    rows: frozenset[int]  # the doubtful ones
    columns: frozenset[int]
    row_lines: frozenset[int] = frozenset()  # the lines, from 0, that cannot be seen
    column_lines: frozenset[int] = frozenset()


def settle(grid: Grid, shape: Shape, name: str) -> Settled:
    """Decide which lines of a grid are those of the table."""
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
    """Add lines between those found: pale ones, and those that are missing where distances are regular."""
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
    return grid if len(found) > MAX_LINES else Grid(np.array(found), tuple(grades), grid.columns)


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
    return usual if regular.sum() >= _MIN_REGULAR and regular.mean() >= _REGULAR else 0.0


def is_multiple(distance: float, usual: float) -> bool:
    """Tell whether a distance is the usual one, or several times as much."""
    times = distance / usual if usual else 0.0
    return round(times) >= 1 and abs(times - round(times)) <= _EQUAL


def between(
    above: NDArray[np.float64], below: NDArray[np.float64], ways: NDArray[np.float64], along: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return points between two lines, given by their crossings (n, 2): x and y, float64 (ways, n - 1, along, 2).

    `ways`: fractions of the way from one line to the other. `along`: fractions of the way between two crossings.
    """
    first, last = (line[:-1, None] + (line[1:] - line[:-1])[:, None] * along[:, None] for line in (above, below))
    return np.asarray(first + (last - first) * ways[:, None, None, None])


def _seen_between(above: NDArray[np.float64], below: NDArray[np.float64], soft: NDArray[np.float32]) -> list[float]:
    """Return where lines are seen on average between two others (columns, 2), of the way from one to the other."""
    count = round(float(np.linalg.norm(below - above, axis=1).mean()))
    if count < 4 * _BESIDE:
        return []
    near = np.linspace(*_NEAR, _SAMPLES)
    points = between(above, below, np.arange(count + 1) / count, np.concatenate([near, 1 - near]))
    pieces = levels_between(soft, points).reshape(count + 1, -1, _SAMPLES).mean(axis=2)
    beside = np.minimum(pieces[: -2 * _BESIDE], pieces[2 * _BESIDE :])  # the edge of a shadow is dark on one side
    dark = beside - pieces[_BESIDE:-_BESIDE]
    usual = np.median(dark, axis=1)
    nothing, noise = noise_of(usual)
    positions = list[int]()
    for position in np.argsort(-usual).tolist():
        if usual[position] < nothing + max(_MIN_CONTRAST[0], _MIN_CONTRAST[1] * noise):
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
    levels = levels_between(soft, between(above, below, np.array([place]), np.linspace(_NEAR[1], 1 - _NEAR[1], 100)))
    return bool((levels < np.median(levels) - 60).any())


def noise_of(levels: NDArray[np.floating[Any]]) -> tuple[float, float]:
    """Return the usual one of some levels, and their standard deviation but for outliers; 0 for none."""
    if not levels.size:
        return 0.0, 0.0
    usual = float(np.median(levels))
    return usual, 1.4826 * float(np.median(np.abs(levels - usual)))


_STEP, _STRAY, _BREAK = 4, 6, 24  # pixels: at such steps a line is followed, so far aside, over such breaks
_OVER = 0.68  # of the median gap: so far lines go on beyond the last one that crosses them; farther, where none is
_LONG = 1.75  # of it: farther they are those of ruled paper, not of the table
_INSET, _POINTS, _INKED = 0.2, 24, 6  # of a cell's sides: where it is looked at, points on each, and dark ones of ink
_WRITTEN = 0.3  # of the cells beyond the last line: if so many are written in, they belong to the table
_ENDED = 0.2  # of the lowest gap: where lines go on farther beyond the last, what is written there may be the table's
_GONE = 0.4  # of a row's vertical lines: if no more is visible, it is ruled paper


@dataclass(frozen=True)
class Closed:
    """The crossings of lines (rows, columns, 2)."""

    nodes: NDArray[np.float64]  # x and y
    rows: tuple[bool, bool] = (False, False)  # whether the first and the last of each are in doubt
    columns: tuple[bool, bool] = (False, False)
    added: tuple[bool, bool] = (False, False)  # whether the first and the last of those across were not seen

    def turned(self) -> Closed:
        """Return them with rows for columns."""
        return Closed(self.nodes.swapaxes(0, 1), self.columns, self.rows, self.added)

    def doubt(self, grid: Grid) -> Grid:
        """Doubt the outer lines of a grid accordingly."""
        grades = [
            tuple(ASSUMED if doubtful.get(line) else grade for line, grade in enumerate(own))
            for own, doubtful in (
                (own, {0: first, len(own) - 1: last})
                for own, (first, last) in ((grid.rows, self.rows), (grid.columns, self.columns))
            )
        ]
        return Grid(grid.nodes, *grades)


def close_sides(
    nodes: NDArray[np.float64], level: NDArray[np.uint8], vertical: NDArray[np.uint8], shape: Shape, name: str
) -> Closed:
    """Add the outer lines that a table without a frame lacks, and drop those of ruled paper beside it.

    `nodes`: the crossings of the lines that were found: x and y, float64 (rows, columns, 2). `level`, `vertical`:
    what may be level lines, and vertical ones: uint8 (h, w).
    """
    ink = level & vertical
    closed = _trimmed(_trimmed(Closed(nodes), vertical, ink).turned(), level, ink).turned()
    # columns first: what is written in the outer ones tells of rows
    for turned in (len(closed.nodes) > 1, len(closed.nodes) == 1):
        if turned:
            closed = _closed(closed.turned(), level, ink, ("left", "right"), shape.columns, name).turned()
        else:
            closed = _closed(closed, vertical, ink, ("top", "bottom"), shape.rows, name)
    return closed


def are_ended(closed: Closed, level: NDArray[np.uint8], vertical: NDArray[np.uint8]) -> tuple[bool, bool]:
    """Tell whether nothing that may be the table's is written beyond the outer rows, and columns, that were seen."""
    ink = level & vertical
    return _is_ended(closed, vertical, ink), _is_ended(closed.turned(), level, ink)


def _is_ended(closed: Closed, crossing: NDArray[np.uint8], ink: NDArray[np.uint8]) -> bool:
    for nodes, doubtful in zip((closed.nodes, closed.nodes[::-1]), closed.rows, strict=True):
        if doubtful:  # then a sentence names the side
            continue
        end, next_line = _ends(nodes, crossing, 1, slice(None)), 2 * nodes[0] - nodes[1]
        over = float(np.linalg.norm(end - nodes[0], axis=1)[0]) / max(float(gaps_of(closed.nodes).min()), 1.0)
        if over > _ENDED and max(_written(nodes[0], far, ink) for far in (end, next_line)) > 0:
            return False
    return True


def _trimmed(closed: Closed, crossing: NDArray[np.uint8], ink: NDArray[np.uint8]) -> Closed:
    """Drop outer rows through which no line goes, as of ruled paper; doubt the end where one is written in."""
    nodes, doubtful = closed.nodes, list[bool]()
    for _ in range(2):  # from the first on, and from the last
        written = False
        while len(nodes) > 2 and _visible(nodes[:2], crossing) < _GONE:
            written = _written(nodes[1], nodes[0], ink) > 0
            nodes = nodes[1:]
        doubtful.append(written)
        nodes = nodes[::-1]
    return Closed(nodes, (doubtful[0], doubtful[1]), closed.columns)


def _visible(pair: NDArray[np.float64], crossing: NDArray[np.uint8]) -> float:
    """Return how much of the lines between two others (2, columns, 2) is visible, of 1."""
    points = pair[0] + (pair[1] - pair[0]) * np.linspace(0.2, 0.8, 40)[:, None, None]
    beside = [(aside, 0) for aside in range(-2, 3)] + [(0, aside) for aside in (-2, -1, 1, 2)]
    return float(np.max([levels_at(crossing, points + shift) for shift in beside], axis=0).mean())


def _closed(
    closed: Closed, crossing: NDArray[np.uint8], ink: NDArray[np.uint8], sides: tuple[str, str], count: int, name: str
) -> Closed:
    """Add the first and the last row, where cross lines go on beyond the lines that were found."""
    nodes = closed.nodes
    seen = slice(int(closed.added[0]), nodes.shape[1] - int(closed.added[1]))
    lines, ends = nodes[[0, -1]], [_ends(nodes, crossing, 1, seen), _ends(nodes[::-1], crossing, -1, seen)]
    lengths = np.array([np.linalg.norm(end - line, axis=1)[0] for line, end in zip(lines, ends, strict=True)])
    gap = float(np.median(gaps_of(nodes)) if len(nodes) > 1 else lengths.mean())
    over = (lengths / max(gap, 1.0)).tolist()
    if max(over) <= _OVER:
        return closed
    written = [
        _written(line, end, ink) if far > _OVER else 0.0 for line, end, far in zip(lines, ends, over, strict=True)
    ]
    is_open = [part >= _WRITTEN for part in written]
    both = min(over) > _OVER and max(over) <= _LONG  # an open frame is open on both sides
    if not any(is_open):
        alone = [side for side, far in zip(sides, over, strict=True) if far > _OVER]
        if len(alone) == 1 and max(over) <= _LONG and not count:
            raise PictureError(f"error.form.no_side.{alone[0]}", path=name)
        if not max(written) and (not both or len(nodes) > 1):
            return closed
    if not both and not count:  # what is written must not be left out without a word
        for side, part in zip(sides, written, strict=True):
            if 0 < part < _WRITTEN:
                raise PictureError(f"error.form.no_side.{side}", path=name)
    added = is_open[0] or both, is_open[1] or both
    if added[0]:
        nodes = np.concatenate([ends[0][None], nodes])
    if added[1]:
        nodes = np.concatenate([nodes, ends[1][None]])
    doubtful = added[0] or closed.rows[0], added[1] or closed.rows[1]
    return Closed(nodes, doubtful, closed.columns, added)


def _ends(nodes: NDArray[np.float64], crossing: NDArray[np.uint8], sign: int, seen: slice) -> NDArray[np.float64]:
    """Return where the cross lines end beyond the first row of a grid, all as far from it: float64 (columns, 2)."""
    if len(nodes) > 1:
        ways = nodes[0] - nodes[1]
    else:
        along = nodes[0, -1] - nodes[0, 0]
        way = along[::-1] * [1, -1] * (sign if abs(along[0]) > abs(along[1]) else -sign)
        ways = np.repeat(way[None], nodes.shape[1], axis=0)
    ways = ways / np.maximum(np.linalg.norm(ways, axis=1), 1)[:, None]
    lengths = [_length(start, way, crossing) for start, way in zip(nodes[0, seen], ways[seen], strict=True)]
    return np.asarray(nodes[0] + ways * max(float(np.median(lengths)), 1e-6))


def _length(start: NDArray[np.float64], way: NDArray[np.float64], ink: NDArray[np.uint8]) -> float:
    """Follow a line from a point on, and return how many pixels it goes on."""
    aside = np.arange(-_STRAY, _STRAY + 1)
    across = np.array([-way[1], way[0]])
    at, length, last = start.astype(float), 0.0, 0.0
    while length - last <= _BREAK:
        at, length = at + _STEP * way, length + _STEP
        x, y = np.rint(at).astype(int)
        if not (0 <= x < ink.shape[1] and 0 <= y < ink.shape[0]):
            break
        dark = levels_at(ink, at + across * aside[:, None]) > 0
        if dark.any():
            last = length
            at += across * float(np.clip(aside[dark].mean(), -1, 1))
    return last


def _written(line: NDArray[np.float64], end: NDArray[np.float64], ink: NDArray[np.uint8]) -> float:
    """Return how many of the cells between the last line (columns, 2) and the end of the table are written in."""
    steps = np.linspace(_INSET, 1 - _INSET, _POINTS)
    marks = levels_at(ink, between(line, end, steps, steps)).sum(axis=(0, 2))
    return float((marks >= _INKED).mean()) if len(marks) else 0.0


_VISIBLE = 0.8  # of a line that is sure wherever it is: no more than some pieces are missing
_PARTLY = 0.25  # of a line that must be visible to be sure because of its distance from others
_EVEN = 0.06  # of a half or third of such a gap: pale lines between thick ones divide it evenly
_WAVERS, _TIMES = 1.75, 3.0  # pixels by which strokes in a column differ, and times as much as most lines do
_HALVES = (0.15, 0.5), (0.5, 0.85)  # of a piece between two crossings, away from these
_PEAK = 3  # pixels around the darkest beside a line
_HALF_SAMPLES = 24  # along half of a piece
_DARK = 15  # levels by which a line is darker than what is beside it, where it can be followed
_MIN_HALVES = 10  # halves of pieces that tell whether a line wavers


def grade_lines(
    nodes: NDArray[np.float64], rows: Sequence[float], columns: Sequence[float], lit: NDArray[np.uint8]
) -> Grid:
    """Doubt lines that waver, or divide a usual gap although little of them is visible: digits may make them.

    `nodes`: the crossings of the lines that were found: x and y, float64 (rows, columns, 2). `rows`, `columns`: the
    fraction of each line that is visible.

    >>> x, y = [0, 90, 180, 230, 270, 360], [0, 30, 60]
    >>> nodes = np.stack(np.meshgrid(x, y), axis=2).astype(float)
    >>> lit = np.full((60, 360), 255, np.uint8)
    >>> grade_lines(nodes, [1, 1, 1], [1, 1, 1, 0.5, 1, 0.9], lit).columns == (SEEN, SEEN, SEEN, DOUBTFUL, SEEN, SEEN)
    True
    """
    return Grid(nodes, _grades(nodes, rows, lit), _grades(nodes.swapaxes(0, 1), columns, lit))


def _grades(nodes: NDArray[np.float64], visible: Sequence[float], lit: NDArray[np.uint8]) -> tuple[int, ...]:
    ends = 0, len(nodes) - 1
    # a printed line is straight, and strokes of a hand shift from row to row
    shifts = np.array([_shift_of(line, lit) for line in nodes])
    wavering = (shifts > max(_WAVERS, _TIMES * float(np.median(shifts)))).tolist()
    straight = [not wavers or line in ends for line, wavers in enumerate(wavering)]
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


def _shift_of(crossings: NDArray[np.float64], lit: NDArray[np.uint8]) -> float:
    """Return the median distance, in pixels, of parts of a line between crossings (n, 2) from their neighbours."""
    away = np.arange(-ASIDE, ASIDE + 1)
    found = []
    for start, end in pairwise(crossings):
        for half in _HALVES:
            levels = levels_beside(lit, (start, end), np.linspace(*half, _HALF_SAMPLES), away)
            dark = PAPER - np.median(levels, axis=0)
            dark = np.maximum(dark - np.median(dark), 0)
            near = np.abs(away - away[dark.argmax()]) <= _PEAK
            if dark.max() >= _DARK:
                found.append(float((dark * away)[near].sum() / dark[near].sum()))
    if len(found) < _MIN_HALVES:
        return 0.0
    at = np.array(found)
    return float(np.median(np.abs(at[1:-1] - (at[:-2] + at[2:]) / 2)))

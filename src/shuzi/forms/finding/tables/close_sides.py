"""The lines of a table that was ruled without a frame gain the sides that are missing, where its lines end."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shuzi.errors import PictureError
from shuzi.forms.finding.tables.spacing import ASSUMED, Grid, Shape, gaps_of

_STEP, _STRAY, _BREAK = 4, 6, 24  # pixels: at such steps a line is followed, so far aside, over such breaks
_OVER = 0.68  # of the median gap: so far lines go on beyond the last one that crosses them; farther, where none is
_LONG = 1.75  # of it: farther they are those of ruled paper, not of the table
_INSET, _POINTS, _INKED = 0.2, 24, 6  # of a cell's sides: where it is looked at, points on each, and dark ones of ink
_WRITTEN = 0.3  # of the cells beyond the last line: if so many are written in, they belong to the table
_ENDED = 0.2  # of the lowest gap: where lines go on farther beyond the last, what is written there may be the table's
_GONE = 0.4  # of a row's upright lines: if no more is visible, it is ruled paper


@dataclass(frozen=True)
class Closed:
    """The crossings of lines (rows, columns, 2).

    Parameters
    ----------
    nodes
        x and y.
    rows, columns
        Whether the first and the last of each are in doubt.
    added
        Whether the first and the last of those across were not seen.
    """

    nodes: NDArray[np.float64]
    rows: tuple[bool, bool] = (False, False)
    columns: tuple[bool, bool] = (False, False)
    added: tuple[bool, bool] = (False, False)

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
    nodes: NDArray[np.float64], level: NDArray[np.uint8], upright: NDArray[np.uint8], shape: Shape, name: str
) -> Closed:
    """Add the outer lines that a table without a frame lacks, and drop those of ruled paper beside it.

    Parameters
    ----------
    nodes
        The crossings of the lines that were found: x and y, float64 (rows, columns, 2).
    level, upright
        What may be level lines, and upright ones: uint8 (h, w).
    shape
        The rows and columns that the table has, if that is known.
    name
        Of the photograph, for errors.

    Raises
    ------
    PictureError
        Lines go on where an outer line should be, on one side only, and little or nothing is written there.
    """
    ink = level & upright
    closed = _trimmed(_trimmed(Closed(nodes), upright, ink).turned(), level, ink).turned()
    # columns first: what is written in the outer ones tells of rows
    for turned in (len(closed.nodes) > 1, len(closed.nodes) == 1):
        if turned:
            closed = _closed(closed.turned(), level, ink, ("left", "right"), shape.columns, name).turned()
        else:
            closed = _closed(closed, upright, ink, ("top", "bottom"), shape.rows, name)
    return closed


def are_ended(closed: Closed, level: NDArray[np.uint8], upright: NDArray[np.uint8]) -> tuple[bool, bool]:
    """Tell whether nothing that may be the table's is written beyond the outer rows, and columns, that were seen."""
    ink = level & upright
    return _is_ended(closed, upright, ink), _is_ended(closed.turned(), level, ink)


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
    along = np.linspace(0.2, 0.8, 40)[:, None, None]
    x, y = np.moveaxis(np.rint(pair[0] + (pair[1] - pair[0]) * along).astype(int), 2, 0)
    seen = [_at(crossing, x + aside, y) for aside in range(-2, 3)] + [
        _at(crossing, x, y + aside) for aside in (-2, -1, 1, 2)
    ]
    return float(np.max(seen, axis=0).mean())


def _at(ink: NDArray[np.uint8], x: NDArray[np.intp], y: NDArray[np.intp]) -> NDArray[np.uint8]:
    return np.asarray(ink[y.clip(0, ink.shape[0] - 1), x.clip(0, ink.shape[1] - 1)], np.uint8)


def _closed(
    closed: Closed,
    crossing: NDArray[np.uint8],
    ink: NDArray[np.uint8],
    sides: tuple[str, str],
    count: int,
    name: str,
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
        x, y = np.rint(at[:, None] + across[:, None] * aside).astype(int)
        if not (0 <= x[_STRAY] < ink.shape[1] and 0 <= y[_STRAY] < ink.shape[0]):
            break
        dark = _at(ink, x, y) > 0
        if dark.any():
            last = length
            at += across * float(np.clip(aside[dark].mean(), -1, 1))
    return last


def _written(line: NDArray[np.float64], end: NDArray[np.float64], ink: NDArray[np.uint8]) -> float:
    """Return how many of the cells between the last line (columns, 2) and the end of the table are written in."""
    near, far = np.meshgrid(*[np.linspace(_INSET, 1 - _INSET, _POINTS)] * 2)
    found = []
    for first in range(len(line) - 1):
        (a, b), (c, d) = line[first : first + 2], end[first : first + 2]
        inner, outer = a + (b - a) * near[..., None], c + (d - c) * near[..., None]
        points = inner + (outer - inner) * far[..., None]
        x, y = np.moveaxis(np.rint(points).astype(int), 2, 0)
        found.append(int(_at(ink, x, y).sum()) >= _INKED)
    return float(np.mean(found)) if found else 0.0

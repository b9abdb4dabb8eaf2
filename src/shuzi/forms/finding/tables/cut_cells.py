"""The lines of a ruled table become its cells, cut out upright, without the lines, however thick each of them is."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.forms.finding.course import ORDINARY, Line, find_lines
from shuzi.forms.finding.erase import Erased, erase
from shuzi.forms.finding.flat import PAPER, SCALE
from shuzi.forms.finding.pieces import below_paper, threshold_of
from shuzi.forms.finding.tables.flat_table import FlatTable
from shuzi.forms.finding.tables.shared_ink import cells_sharing_ink
from shuzi.forms.finding.thickness import REACH, THICKEST, goes_below, width_of
from shuzi.forms.finding.written import LEAST_INK, MARGIN, Inside, inside_of, peak_of
from shuzi.ink.boxes import Box

_HIGH = 9.0  # millimetres that the median row is taken for, so that strokes have the size they have on sheets
_PALE, _FEW = 0.4, 5  # of the ink of other cells, if there are so many
_WITHIN, _LEAST_ROWS = 1.3, 3  # millimetres between digits of a number, and pixels of ink above one another
_PIECE, _SAMPLES = (0.15, 0.85), 40  # of a cell's side: between the lines that cross it, and points on it

_Key = tuple[bool, int]  # whether a line of the table is upright, and which of those it is
_Usual = dict[_Key, NDArray[np.float64]]  # what each line of a table looks like in most positions


ABOVE, LEFT, ROW, COLUMN = "above", "left", "row", "column"
"""What is unclear: the line above a row or left of a column, or whether a row or column is one or several."""

ROWS, COLUMNS = "rows", "columns"
"""What else may be: how many rows or columns there are, where the lines were followed through gaps."""

Unclear = tuple[str, int]
"""Which of them, and the row or column, from 0; one more than the last is for the lower or right line."""


@dataclass(frozen=True)
class TableCell:
    """A cell of a ruled table.

    Parameters
    ----------
    row, column
        From 0.
    inside
        Without its lines: uint8 (h, w), paper 255; None if nothing is written in it.
    kept
        The same with all that may be ink rather than a line; None if that is no more.
    picture
        With its surroundings, for people: uint8 (h, w).
    box
        x, y, width, height on the photograph, in whole pixels.
    unclear
        What leaves it unclear whether it is one cell: a line around it that was not seen, or one that may be in it.
    doubtful
        Whether ink goes below thick lines, where nobody can see the rest of it, or is so pale that it may be the edge
        of a shadow, or a stroke may lie on a line, or be another cell's.
    """

    row: int
    column: int
    inside: NDArray[np.uint8] | None
    kept: NDArray[np.uint8] | None
    picture: NDArray[np.uint8]
    box: Box
    unclear: tuple[Unclear, ...] = ()
    doubtful: bool = False

    @property
    def sure(self) -> bool:
        """Whether it surely is one cell: all lines around it were seen, and none that may be in it."""
        return not self.unclear


@dataclass(frozen=True)
class _Lined:
    """A cell with its margin, uint8 (h, w), where it is in that, its lines, and how thick those on each side are."""

    picture: NDArray[np.uint8]
    box: Box
    lines: list[tuple[_Key, Line]]
    thick: list[float]

    def erased(self, usual: _Usual) -> Erased:
        """Return it without its lines."""
        return erase(self.picture, [line for _, line in self.lines], [usual[key] for key, _ in self.lines])

    def cleaned(self, erased: Erased) -> Inside:
        """Return what is in it, of all that is left without lines."""
        high, wide = self.picture.shape
        around = [Box(x, -high, wide, 3 * high) for x in (self.box.x - wide, self.box.right)]
        around += [Box(-wide, y, 3 * wide, high) for y in (self.box.y - high, self.box.bottom)]
        return inside_of(erased, self.box, around)


def cut_cells(found: FlatTable) -> list[TableCell]:
    """Cut the cells out of a table."""
    lit, to_photo, table = found.lit, found.to_photo, found.table
    # cut out each cell with its lines, each as thick as it is
    nodes = table.nodes
    unit = float(np.median(np.linalg.norm(np.diff(nodes, axis=0), axis=2))) / _HIGH
    thick = {(False, line): _thickness(lit, nodes[line], unit) for line in range(nodes.shape[0])}
    thick |= {(True, line): _thickness(lit, nodes[:, line], unit) for line in range(nodes.shape[1])}
    positions = [(row, column) for row in range(nodes.shape[0] - 1) for column in range(nodes.shape[1] - 1)]
    lined = [_lined(lit, nodes, row, column, unit, thick) for row, column in positions]
    # take the lines out, by what each looks like in most positions
    seen: dict[_Key, list[NDArray[np.float64]]] = {}
    for cell in lined:
        for key, line in cell.lines:
            seen.setdefault(key, []).append(line.profile)
    usual = {key: np.median(profiles, axis=0) for key, profiles in seen.items()}
    erased = [cell.erased(usual) for cell in lined]
    cleaned = [cell.cleaned(own) for cell, own in zip(lined, erased, strict=True)]
    # tell how dark ink is in the table, and which cells share some
    peaks = np.array([peak_of(inside.ink) for inside in cleaned])
    inked = peaks[peaks >= 2 * LEAST_INK]
    palest = _PALE * float(np.median(inked)) if len(inked) >= _FEW else 0.0
    parts = {position: (own, cell.box) for position, own, cell in zip(positions, erased, lined, strict=True)}
    shared = cells_sharing_ink(parts, max(palest, LEAST_INK))
    if found.is_drawn:
        inks = zip(cleaned, peaks.tolist(), lined, strict=True)
        rims = [_rims(inside.ink, peak, cell.box) for inside, peak, cell in inks]
        shared |= _joined(dict(zip(positions, rims, strict=True)))
    cells = []
    for (row, column), cell, inside, peak in zip(positions, lined, cleaned, peaks.tolist(), strict=True):
        there = cv2.perspectiveTransform(_corners(nodes, row, column)[None], to_photo)[0]
        (left, top), (right, bottom) = np.floor(there.min(axis=0)), np.ceil(there.max(axis=0))
        box = Box(int(left), int(top), int(right - left), int(bottom - top))
        written = inside.ink if peak >= LEAST_INK else None
        pale = written is not None and (peak < palest or goes_below(inside.ink, cell.thick))
        doubtful = pale or (row, column) in shared
        unclear = (
            *_unclear(row, table.rows, table.row_lines, (ABOVE, ROW)),
            *_unclear(column, table.columns, table.column_lines, (LEFT, COLUMN)),
        )
        cells.append(TableCell(row, column, written, inside.kept, cell.picture, box, unclear, doubtful))
    return cells


def _unclear(index: int, doubtful: Set[int], unseen: Set[int], names: tuple[str, str]) -> list[Unclear]:
    """Return what is unclear about a row or column, by the names of a line and of itself."""
    lines = [(names[0], line) for line in (index, index + 1) if line in unseen]
    return lines if lines or index not in doubtful else [(names[1], index)]


def _rims(ink: NDArray[np.uint8], peak: float, box: Box) -> tuple[float, float]:
    """Return how far from its left and right line the ink in a cell is, in millimetres; infinity if there is none."""
    if peak < LEAST_INK:
        return np.inf, np.inf
    columns = np.flatnonzero((below_paper(ink) >= threshold_of(peak)).sum(axis=0) >= _LEAST_ROWS) + 0.5
    if not len(columns):
        return np.inf, np.inf
    return float(columns[0] - box.x) / SCALE, float(box.right - columns[-1]) / SCALE


def _joined(rims: Mapping[tuple[int, int], tuple[float, float]]) -> set[tuple[int, int]]:
    """Return cells whose ink is as near to their neighbours' as digits of a number: it may be one across a line.

    >>> sorted(_joined({(0, 0): (2.0, 0.3), (0, 1): (0.5, 2.0), (1, 0): (2.0, 1.2), (1, 1): (1.2, 2.0)}))
    [(0, 0), (0, 1)]
    """
    pairs = [((row, column), (row, column + 1)) for row, column in rims if (row, column + 1) in rims]
    return {cell for pair in pairs if rims[pair[0]][1] + rims[pair[1]][0] < _WITHIN for cell in pair}


def _corners(nodes: NDArray[np.float64], row: int, column: int) -> NDArray[np.float64]:
    """Return the corners of a cell, clockwise from the upper left: float64 (4, 2)."""
    return nodes[[row, row, row + 1, row + 1], [column, column + 1, column + 1, column]]


def _lined(
    lit: NDArray[np.uint8],
    nodes: NDArray[np.float64],
    row: int,
    column: int,
    unit: float,
    thick: dict[_Key, float],
) -> _Lined:
    """Cut out a cell with its margin, and find its lines."""
    corners = _corners(nodes, row, column)
    sides = np.linalg.norm(corners - np.roll(corners, -1, axis=0), axis=1)
    wide, high = (float(SCALE * (sides[side] + sides[side + 2]) / 2 / unit) for side in (0, 1))
    rim = round(MARGIN * SCALE)
    inner = np.array([[rim, rim], [rim + wide, rim], [rim + wide, rim + high], [rim, rim + high]], np.float32)
    matrix = cv2.getPerspectiveTransform(inner, corners.astype(np.float32))
    size = (round(wide) + 2 * rim, round(high) + 2 * rim)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    part = np.asarray(cv2.warpPerspective(lit, matrix, size, flags=flags, borderValue=PAPER), np.uint8)
    keys = [(True, column), (True, column + 1), (False, row), (False, row + 1)]
    lines = find_lines(part, [rim, rim + wide], [rim, rim + high], thick=[thick[key] for key in keys])
    middle = {True: rim + wide / 2, False: rim + high / 2}
    named = [
        ((line.upright, (column if line.upright else row) + int(line.expected[0] > middle[line.upright])), line)
        for line in lines
    ]
    around = [thick[key] for key in (keys[0], keys[2], keys[1], keys[3])]
    return _Lined(part, Box(rim, rim, wide, high), named, around)


def _thickness(lit: NDArray[np.uint8], nodes: NDArray[np.float64], unit: float) -> float:
    """Return how thick a line through crossings (n, 2) is, in millimetres: of its pieces, the median."""
    reach = round(REACH * SCALE)
    away = np.arange(-reach, reach + 1)[:, None] * unit / SCALE
    along = np.linspace(*_PIECE, _SAMPLES)[:, None]
    found = list[float]()
    for start, end in pairwise(nodes):
        across = (end - start)[::-1] * [-1, 1] / max(float(np.linalg.norm(end - start)), 1.0)
        points = (start + (end - start) * along)[None] + away[..., None] * across
        x, y = np.moveaxis(points.astype(np.float32), 2, 0)
        levels = cv2.remap(lit, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        found += width_of(np.asarray(PAPER - np.median(levels, axis=1), np.float64))
    middle_one = float(np.median(found)) if found else ORDINARY
    return max(middle_one, ORDINARY) if middle_one <= THICKEST else ORDINARY

"""The lines of a ruled table become its cells, cut out upright, without the lines, however thick each of them is."""

from __future__ import annotations

import math
from collections.abc import Mapping, Set
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.forms.flatten import PAPER, SCALE, in_photo
from shuzi.forms.printed_lines import LINE, Erased, Line, erase, find_lines, measure_thickness, turned, usual_profiles
from shuzi.forms.result import Unclear
from shuzi.forms.table_grid import Settled
from shuzi.forms.writing import (
    MARGIN,
    MIN_AREA,
    MIN_DARK,
    MIN_INK,
    MIN_STROKE,
    MIN_THICKNESS,
    Inside,
    below_paper,
    darkest,
    goes_below,
    inside_of,
    palest_of,
    peak_of,
    threshold_of,
)
from shuzi.ink.boxes import Box

_HIGH = 9.0  # millimetres that the median row is taken for, so that strokes have the size they have on sheets
_WITHIN, _MIN_ROWS = 1.3, 3  # millimetres between digits of a number, and pixels of ink above one another
_SEVERAL = 1.1  # as wide for its height is no digit, but a number

_Key = tuple[bool, int]  # whether a line of the table is upright, and which of those it is
_Usual = dict[_Key, NDArray[np.float64]]  # what each line of a table looks like in most positions


ABOVE, LEFT, ROW, COLUMN = "above", "left", "row", "column"
"""What is unclear: the line above a row or left of a column, or whether a row or column is one or several."""

ROWS, COLUMNS = "rows", "columns"
"""What else may be: how many rows or columns there are, where the lines were followed through gaps."""


@dataclass(frozen=True)
class TableCell:
    """A cell of a ruled table."""

    row: int  # from 0
    column: int
    inside: NDArray[np.uint8] | None  # without its lines: uint8 (h, w), paper 255; None if nothing is written in it
    kept: NDArray[np.uint8] | None  # the same with all that may be ink rather than a line; None if that is no more
    picture: NDArray[np.uint8]  # with its surroundings, for people: uint8 (h, w)
    box: Box  # x, y, width, height on the photograph, in whole pixels
    # what leaves it unclear whether it is one cell: a line around it that was not seen, or one that may be in it
    unclear: tuple[Unclear, ...] = ()
    # whether ink goes below thick lines, where nobody can see the rest of it, or is so pale that it may be the edge
    # of a shadow, or a stroke may lie on a line, or be another cell's
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
    thickness: list[float]

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
    thickness = {(False, line): measure_thickness(lit, pairwise(nodes[line]), unit) for line in range(nodes.shape[0])}
    thickness |= {
        (True, line): measure_thickness(lit, pairwise(nodes[:, line]), unit) for line in range(nodes.shape[1])
    }
    positions = [(row, column) for row in range(nodes.shape[0] - 1) for column in range(nodes.shape[1] - 1)]
    lined = [_lined(lit, nodes, row, column, unit, thickness) for row, column in positions]
    # take the lines out, by what each looks like in most positions
    usual = usual_profiles(line for cell in lined for line in cell.lines)
    erased = [cell.erased(usual) for cell in lined]
    cleaned = [cell.cleaned(own) for cell, own in zip(lined, erased, strict=True)]
    # tell how dark ink is in the table, and which cells share some
    peaks = np.array([peak_of(inside.ink) for inside in cleaned])
    palest = palest_of(peaks, MIN_INK)
    parts = {position: (own, cell.box) for position, own, cell in zip(positions, erased, lined, strict=True)}
    shared = cells_sharing_ink(parts, max(palest, MIN_INK))
    inks = zip(cleaned, peaks.tolist(), lined, strict=True)
    extents = [_extent(inside.ink, peak, cell.box) for inside, peak, cell in inks]
    shared |= _joined(dict(zip(positions, extents, strict=True)), found.is_drawn)
    cells = []
    for (row, column), cell, inside, peak in zip(positions, lined, cleaned, peaks.tolist(), strict=True):
        box = Box.around(in_photo(to_photo, _corners(nodes, row, column)))
        written = inside.ink if peak >= MIN_INK else None
        pale = written is not None and (peak < palest or goes_below(inside.ink, cell.thickness))
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


@dataclass(frozen=True)
class _Extent:
    """How far from its left and right line the ink of a cell is, in millimetres, and how wide for its height."""

    left: float
    right: float
    proportion: float


def _extent(ink: NDArray[np.uint8], peak: float, box: Box) -> _Extent | None:
    """Return where in a cell its ink is; None if there is none."""
    if peak < MIN_INK:
        return None
    written = below_paper(ink) >= threshold_of(peak)
    columns = np.flatnonzero(written.sum(axis=0) >= _MIN_ROWS) + 0.5
    if not len(columns):
        return None
    rows = np.flatnonzero(written.any(axis=1))
    proportion = float((columns[-1] - columns[0]) / (rows[-1] - rows[0] + 1))
    return _Extent(float(columns[0] - box.x) / SCALE, float(box.right - columns[-1]) / SCALE, proportion)


def _joined(extents: Mapping[tuple[int, int], _Extent | None], drawn: bool) -> set[tuple[int, int]]:
    """Return cells whose ink is as near to their neighbours' as digits of a number: it may be one across a line.

    Where lines are printed, so are single digits; a number of several is what runs over.

    >>> number, digit = _Extent(2.0, 0.3, 2.2), _Extent(0.5, 2.0, 0.7)
    >>> sorted(_joined({(0, 0): number, (0, 1): digit, (1, 0): digit, (1, 1): None}, drawn=False))
    [(0, 0), (0, 1)]
    >>> _joined({(0, 0): _Extent(2.0, 0.3, 0.7), (0, 1): digit}, drawn=False)
    set()
    """
    found = set[tuple[int, int]]()
    for (row, column), one in extents.items():
        other = extents.get((row, column + 1))
        if not one or not other or one.right + other.left >= _WITHIN:
            continue
        if drawn or max(one.proportion, other.proportion) > _SEVERAL:
            found |= {(row, column), (row, column + 1)}
    return found


def _corners(nodes: NDArray[np.float64], row: int, column: int) -> NDArray[np.float64]:
    """Return the corners of a cell, clockwise from the upper left: float64 (4, 2)."""
    return nodes[[row, row, row + 1, row + 1], [column, column + 1, column + 1, column]]


def _lined(
    lit: NDArray[np.uint8],
    nodes: NDArray[np.float64],
    row: int,
    column: int,
    unit: float,
    thickness: dict[_Key, float],
) -> _Lined:
    """Cut out a cell with its margin, and find its lines."""
    corners = _corners(nodes, row, column)
    sides = np.linalg.norm(corners - np.roll(corners, -1, axis=0), axis=1)
    wide, high = (float(SCALE * (sides[side] + sides[side + 2]) / 2 / unit) for side in (0, 1))
    rim = round(MARGIN * SCALE)
    inner = Box(rim, rim, wide, high).corners.astype(np.float32)
    matrix = cv2.getPerspectiveTransform(inner, corners.astype(np.float32))
    size = (round(wide) + 2 * rim, round(high) + 2 * rim)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    part = np.asarray(cv2.warpPerspective(lit, matrix, size, flags=flags, borderValue=PAPER), np.uint8)
    keys = [(True, column), (True, column + 1), (False, row), (False, row + 1)]
    lines = find_lines(part, [rim, rim + wide], [rim, rim + high], thickness=[thickness[key] for key in keys])
    middle = {True: rim + wide / 2, False: rim + high / 2}
    named = [
        ((line.vertical, (column if line.vertical else row) + int(line.expected[0] > middle[line.vertical])), line)
        for line in lines
    ]
    around = [thickness[key] for key in (keys[0], keys[2], keys[1], keys[3])]
    return _Lined(part, Box(rim, rim, wide, high), named, around)


_MIDDLE, _ON = 0.45, 0.3  # millimetres from there to the middle and the edge of a stroke on the line, not beside it
_MAX_STROKE_WIDTH = 1.2  # millimetres across the line of a stroke that is just a 1
_PLAIN, _MIN_PART = 0.25, 0.5  # of a digit's width, and millimetres: if less of it is in one cell, it is the other's
_EXPLAINED = 0.5  # the fraction of a stroke on a line that a digit must touch to own it

Cells = Mapping[tuple[int, int], tuple[Erased, Box]]
"""Each cell by row and column, with a margin and without lines, and where it is in that, in pixels."""


@dataclass(frozen=True)
class _Piece:
    """A piece of ink that touches a line."""

    start: float  # where along the line it does, of the cell's length
    end: float
    reach: float  # how far it reaches into the cell, and to the other side of the line, in pixels
    beyond: float
    is_on_line: bool  # whether it is a vertical stroke that lies on the line, as a 1 may
    gap: float  # how far other ink in the cell is from it, in pixels, to the side; infinity if there is none


def cells_sharing_ink(cells: Cells, palest: float) -> set[tuple[int, int]]:
    """Return the rows and columns of cells between which ink is, so that nobody knows to which it belongs.

    >>> left, right = np.full((84, 84), 250, np.uint8), np.full((84, 84), 250, np.uint8)
    >>> left[20:60, 74:78] = right[20:60, 6:10] = 40
    >>> box = Box(8.0, 8.0, 68.0, 68.0)
    >>> sorted(cells_sharing_ink({(0, 0): (Erased(left, left), box), (0, 1): (Erased(right, right), box)}, 34.0))
    [(0, 0), (0, 1)]
    """
    found = set[tuple[int, int]]()
    for row, column in cells:
        for neighbour, vertical in (((row, column + 1), True), ((row + 1, column), False)):
            if neighbour in cells:
                sides = [((row, column), True), (neighbour, False)]
                before, after = (_touching(*cells[cell], palest, vertical, is_last) for cell, is_last in sides)
                if _is_shared(before, after):
                    found |= {(row, column), neighbour}
    return found


def _is_shared(before: list[_Piece], after: list[_Piece]) -> bool:
    """Tell whether a piece of ink belongs to the cells on both sides of a line, or to neither."""
    digits = [piece for piece in (*before, *after) if not piece.is_on_line]
    for stroke in (*before, *after):
        touched = [min(stroke.end, digit.end) - max(stroke.start, digit.start) for digit in digits]
        if stroke.is_on_line and max(touched, default=0.0) < _EXPLAINED * (stroke.end - stroke.start):
            return True
    return any(
        _is_parted(*sorted((piece, opposite), key=lambda own: own.reach))
        for piece in before
        for opposite in after
        if piece.start <= opposite.end
        and opposite.start <= piece.end
        and max(piece.beyond, opposite.beyond) >= _MIN_PART * SCALE
    )


def _is_parted(less: _Piece, more: _Piece) -> bool:
    """Tell whether a piece of ink across a line may be of either cell, less of which is in one."""
    # where the line makes a stroke pale, the other cell may show more of it
    reach = max(less.reach, more.beyond) if less.reach >= _ON * SCALE else less.reach
    if reach >= max(_PLAIN * (reach + more.reach), _MIN_PART * SCALE):
        return True
    # it is as near to what else is written in that cell as digits of a number
    return reach >= _ON * SCALE and less.gap < _WITHIN * SCALE


def _touching(erased: Erased, box: Box, palest: float, vertical: bool, is_last: bool) -> list[_Piece]:
    """Find the pieces of ink, and what was taken out with the line, at one line of a cell: the first or the last."""
    start, length = (box.y, box.height) if vertical else (box.x, box.width)
    line = (box.right if vertical else box.bottom) if is_last else (box.x if vertical else box.y)
    dark, more = (below_paper(turned(picture, vertical)) for picture in (erased.ink, erased.kept))
    # how far each column of pixels is inside the cell
    inside = (np.arange(dark.shape[1]) + 0.5 - line) * (-1 if is_last else 1)
    near = np.abs(inside) <= LINE * SCALE
    solid = dark >= threshold_of(max(peak_of(erased.ink), palest))
    found = []
    lost = (more - dark >= MIN_DARK) & near & vertical
    pieces = _pieces(solid)
    reaches = [float(inside[columns].max()) for _, columns in pieces]
    for index, (rows, columns) in enumerate([*pieces, *_pieces(lost)]):
        touches = rows[near[columns]]
        long, away = int(np.ptp(rows)) + 1, inside[columns]
        is_narrow = np.ptp(columns) < _MAX_STROKE_WIDTH * SCALE
        if not len(touches) or darkest(more[rows, columns]) < palest:
            continue
        if is_narrow and len(rows) < MIN_THICKNESS * SCALE * long:
            continue  # what is left of the line
        is_stroke = vertical and is_narrow and long >= MIN_STROKE * SCALE
        on_line = is_stroke and abs(away.mean()) <= _MIDDLE * SCALE and np.abs(away).min() <= _ON * SCALE
        ends = float((touches.min() - start) / length), float((touches.max() + 1 - start) / length)
        reach = float(away.max())
        within = [
            float(inside[others].min())
            for (_, others), other_reach in zip(pieces, reaches, strict=True)
            if index < len(pieces) and other_reach > reach and len(others) >= MIN_AREA * SCALE**2
        ]
        gap = min(within, default=np.inf) - reach
        found.append(_Piece(*ends, reach, float(-away.min()), bool(on_line), gap))
    return found


def _pieces(ink: NDArray[np.bool_]) -> list[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Return the rows and columns of the pixels of each piece of ink."""
    count, labels = cv2.connectedComponents(ink.astype(np.uint8), connectivity=8)
    found = []
    for piece in range(1, count):
        rows, columns = np.nonzero(labels == piece)
        found.append((rows, columns))
    return found


LEVEL = 0.006
"""The slope up to which a line is level."""

RIM = 30
"""Pixels around the flattened table."""

_MAX_FLAT, _MIN_FLAT = 1_500, 700  # pixels of the longer side of the flattened table, at most and at least
_LONG, _MAX_POINTS = 30, 20_000  # pixels of a line that tells how lines lie, and how many of all tell it
_MAX_SLOPE = 0.12  # pixels that such lines fall in each, at most


@dataclass(frozen=True)
class FlatTable:
    """A table that was found."""

    lit: NDArray[np.uint8]  # the flattened table: uint8 (h, w), paper 255
    to_photo: NDArray[np.float64]  # the homography from there to the photograph: float64 (3, 3)
    table: Settled  # where its lines cross
    is_drawn: bool = False  # whether its lines are as people draw them, so that numbers may go across
    certain_rows: bool = True  # whether all of them are surely between lines
    certain_columns: bool = True


def flatten(
    grey: NDArray[np.uint8], corners: NDArray[np.float64], finest: float = math.inf
) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """Turn a table upright, with a margin, and return it with the homography from there to the photograph.

    `corners`: of the table, clockwise from the upper left: x and y, float64 (4, 2). `finest`: pixels of the result to
    a pixel of the photograph, at most.
    """
    sides = np.linalg.norm(corners - np.roll(corners, -1, axis=0), axis=1)
    wide, high = max(sides[0], sides[2]), max(sides[1], sides[3])
    longer = min(max(finest * float(max(wide, high)), _MIN_FLAT), _MAX_FLAT)
    wide, high = (round(float(side * longer / max(wide, high))) for side in (wide, high))
    target = Box(RIM, RIM, wide, high).corners.astype(np.float32)
    matrix = cv2.getPerspectiveTransform(target, corners.astype(np.float32))
    size = (wide + 2 * RIM, high + 2 * RIM)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    flat = cv2.warpPerspective(grey, matrix, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(flat, np.uint8), np.asarray(matrix, np.float64)


def slope_of(ink: NDArray[np.uint8]) -> float:
    """Return by how many rows most lines that are nearly level descend from column to column."""
    long = cv2.morphologyEx(np.ascontiguousarray(ink), cv2.MORPH_OPEN, np.ones((1, _LONG), np.uint8))
    y, x = np.nonzero(long)
    step = max(1, len(x) // _MAX_POINTS)
    x, y = x[::step], y[::step]
    steepest = round(_MAX_SLOPE * ink.shape[1])
    slopes = np.arange(-steepest, steepest + 1, 4) / ink.shape[1]
    sharp = [
        (np.bincount((y - slope * x + steepest).round().astype(int) // 2) ** 2).sum() for slope in slopes.tolist()
    ]
    return float(slopes[int(np.argmax(sharp))]) if len(x) else 0.0


def rectangle_around(hull: NDArray[np.float64], matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the corners, on the photograph, of a rectangle around a hull on the plane that is mapped to there."""
    points = cv2.perspectiveTransform(hull[None], np.linalg.inv(matrix))[0]
    (left, top), (right, low) = points.min(axis=0), points.max(axis=0)
    rectangle = np.array([[left, top], [right, top], [right, low], [left, low]])
    return np.asarray(cv2.perspectiveTransform(rectangle[None], matrix)[0], np.float64)


def fans(corners: NDArray[np.float64]) -> float:
    """Return by how much the slopes of opposite sides differ, of corners (4, 2) clockwise from the upper left."""
    top, right, low, left = np.roll(corners, -1, axis=0) - corners
    rows, columns = abs(top[1] / top[0] - low[1] / low[0]), abs(right[0] / right[1] - left[0] / left[1])
    return float(max(rows, columns))


def rectangle_to(corners: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the homography that maps an upright rectangle to corners (4, 2)."""
    left, right = corners[[0, 3], 0].mean(), corners[[1, 2], 0].mean()
    top, low = corners[[0, 1], 1].mean(), corners[[2, 3], 1].mean()
    flat = np.array([[left, top], [right, top], [right, low], [left, low]], np.float32)
    return np.asarray(cv2.getPerspectiveTransform(flat, corners.astype(np.float32)), np.float64)

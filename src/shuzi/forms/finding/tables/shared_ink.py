"""Ink on the line between two cells becomes a doubt about both, unless it plainly belongs to one of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.forms.finding.course import turned
from shuzi.forms.finding.erase import Erased
from shuzi.forms.finding.flat import SCALE
from shuzi.forms.finding.pieces import LEAST_DARK, THINNEST, below_paper, darkest, threshold_of
from shuzi.forms.finding.written import peak_of
from shuzi.ink.boxes import Box

_NEAR = 0.5  # millimetres from the middle of a line to ink that touches it
_MIDDLE, _ON = 0.45, 0.3  # millimetres from there to the middle and the edge of a stroke on the line, not beside it
_WIDEST, _SHORTEST = 1.2, 3.0  # millimetres of a stroke that is no more than a 1: across the line and along it
_PLAIN, _LEAST = 0.25, 0.5  # of a digit's width, and millimetres: if less of it is in one cell, it is the other's
_EXPLAINED = 0.5  # the fraction of a stroke on a line that a digit must touch to own it

Cells = Mapping[tuple[int, int], tuple[Erased, Box]]
"""Each cell by row and column, with a margin and without lines, and where it is in that, in pixels."""


@dataclass(frozen=True)
class _Piece:
    """A piece of ink that touches a line.

    Parameters
    ----------
    start, end
        Where along the line it does, of the cell's length.
    reach, beyond
        How far it reaches into the cell, and to the other side of the line, in pixels.
    is_on_line
        Whether it is an upright stroke that lies on the line, as a 1 may.
    """

    start: float
    end: float
    reach: float
    beyond: float
    is_on_line: bool


def cells_sharing_ink(cells: Cells, palest: float) -> set[tuple[int, int]]:
    """Return the rows and columns of cells between which ink is, so that nobody knows to which it belongs.

    Parameters
    ----------
    cells
        All cells of a table.
    palest
        The grey levels by which ink is darker than paper at least.

    Examples
    --------
    >>> left, right = np.full((84, 84), 250, np.uint8), np.full((84, 84), 250, np.uint8)
    >>> left[20:60, 74:78] = right[20:60, 6:10] = 40
    >>> box = Box(8.0, 8.0, 68.0, 68.0)
    >>> sorted(cells_sharing_ink({(0, 0): (Erased(left, left), box), (0, 1): (Erased(right, right), box)}, 34.0))
    [(0, 0), (0, 1)]
    """
    found = set[tuple[int, int]]()
    for row, column in cells:
        for neighbour, upright in (((row, column + 1), True), ((row + 1, column), False)):
            if neighbour in cells:
                sides = [((row, column), True), (neighbour, False)]
                before, after = (_touching(*cells[cell], palest, upright, is_last) for cell, is_last in sides)
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
        min(piece.reach, opposite.reach) >= max(_PLAIN * (piece.reach + opposite.reach), _LEAST * SCALE)
        for piece in before
        for opposite in after
        if piece.start <= opposite.end
        and opposite.start <= piece.end
        and max(piece.beyond, opposite.beyond) >= _LEAST * SCALE
    )


def _touching(erased: Erased, box: Box, palest: float, upright: bool, is_last: bool) -> list[_Piece]:
    """Find the pieces of ink, and what was taken out with the line, at one line of a cell: the first or the last."""
    start, length = (box.y, box.height) if upright else (box.x, box.width)
    line = (box.right if upright else box.bottom) if is_last else (box.x if upright else box.y)
    dark, more = (below_paper(turned(picture, upright)) for picture in (erased.ink, erased.kept))
    # how far each column of pixels is inside the cell
    inside = (np.arange(dark.shape[1]) + 0.5 - line) * (-1 if is_last else 1)
    near = np.abs(inside) <= _NEAR * SCALE
    solid = dark >= threshold_of(max(peak_of(erased.ink), palest))
    found = []
    lost = (more - dark >= LEAST_DARK) & near & upright
    for rows, columns in [*_pieces(solid), *_pieces(lost)]:
        touches = rows[near[columns]]
        long, away = int(np.ptp(rows)) + 1, inside[columns]
        is_narrow = np.ptp(columns) < _WIDEST * SCALE
        if not len(touches) or darkest(more[rows, columns]) < palest:
            continue
        if is_narrow and len(rows) < THINNEST * SCALE * long:
            continue  # what is left of the line
        is_stroke = upright and is_narrow and long >= _SHORTEST * SCALE
        on_line = is_stroke and abs(away.mean()) <= _MIDDLE * SCALE and np.abs(away).min() <= _ON * SCALE
        ends = float((touches.min() - start) / length), float((touches.max() + 1 - start) / length)
        found.append(_Piece(*ends, float(away.max()), float(-away.min()), bool(on_line)))
    return found


def _pieces(ink: NDArray[np.bool_]) -> list[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Return the rows and columns of the pixels of each piece of ink."""
    count, labels = cv2.connectedComponents(ink.astype(np.uint8), connectivity=8)
    found = []
    for piece in range(1, count):
        rows, columns = np.nonzero(labels == piece)
        found.append((rows, columns))
    return found

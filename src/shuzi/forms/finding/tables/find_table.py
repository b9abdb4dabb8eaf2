"""A photograph of a ruled table becomes its cells, cut out upright and without the lines."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.errors import PictureError
from shuzi.forms.finding.flat import even_light
from shuzi.forms.finding.tables.certain_lines import doubt_unseen, may_hide_lines
from shuzi.forms.finding.tables.corners import corners_of, largest_table
from shuzi.forms.finding.tables.cut_cells import COLUMNS, ROWS, TableCell, cut_cells
from shuzi.forms.finding.tables.drawn_lines import find_drawn
from shuzi.forms.finding.tables.flat_table import RIM, FlatTable, flatten
from shuzi.forms.finding.tables.follow_lines import (
    ALL,
    COVERED,
    CURVED,
    LEAST_GAP,
    crossing,
    drop_close,
    find_covered,
    keep_reaching,
    lie_in_order,
    reaches,
    with_ink,
)
from shuzi.forms.finding.tables.grade_lines import grade_lines
from shuzi.forms.finding.tables.line_ink import dark_ink
from shuzi.forms.finding.tables.spacing import UNKNOWN, Shape, complete, settle
from shuzi.ink.resize import resize

_SEARCHED = 1_400  # pixels of the longer side at which lines are sought
_EDGE = 0.75  # of the median gap: nearer to the edge must the first and last lines be, or some were overlooked
_STRIPS = 14  # pieces in which the course of a line is followed


def find_table(grey: NDArray[np.uint8], name: str, shape: Shape = UNKNOWN) -> list[TableCell]:
    """Find the largest ruled table on a photograph that is roughly upright, and cut out its cells.

    Parameters
    ----------
    grey
        uint8 (h, w).
    name
        Of the photograph, for errors.
    shape
        How many rows and columns the table has, if that is known.

    Raises
    ------
    PictureError
        No ruled table is on the photograph, it lacks the expected rows and columns, or nobody knows where it ends.
    """
    small = resize(grey, min(1.0, _SEARCHED / max(grey.shape)))
    try:
        table = _find_clear(grey, small, name, shape)
    except PictureError as refused:
        try:
            table = find_drawn(grey, small, name, shape)
        except PictureError as problem:
            raise (refused if problem.key == "error.form.no_table" else problem) from None
    # strokes as high as cells look like lines, dashed lines like strokes; then only who knows the table can tell
    counted = (ROWS, shape.rows or table.certain_rows), (COLUMNS, shape.columns or table.certain_columns)
    uncounted = [(what, 0) for what, is_known in counted if not is_known]
    return [replace(cell, unclear=(*uncounted, *cell.unclear)) for cell in cut_cells(table)]


def _find_clear(grey: NDArray[np.uint8], small: NDArray[np.uint8], name: str, shape: Shape) -> FlatTable:
    """Find a table whose lines are clear, straight and closed on all sides."""
    scale = small.shape[1] / grey.shape[1]
    joined = np.asarray(cv2.morphologyEx(dark_ink(small), cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8)), np.uint8)
    corners, _ = corners_of(largest_table(joined, joined, False, name))
    flat, to_photo = flatten(grey, corners / scale)
    dark = dark_ink(flat)
    down, across = _lines(dark, horizontal=True), _lines(dark, horizontal=False)
    if min(len(down), len(across)) < 2:
        raise PictureError("error.form.no_table", path=name)
    nodes, visible_rows, visible_columns = _drawn(
        np.array([[crossing(row, column) for column in across] for row in down]), dark
    )
    if min(nodes.shape[:2]) < 2:
        raise PictureError("error.form.no_table", path=name)
    lit = even_light(flat)
    table = settle(complete(grade_lines(nodes, visible_rows, visible_columns, lit), lit), shape, name)
    if not _is_whole(table.nodes, flat.shape):
        raise PictureError("error.form.no_table", path=name)
    hidden = may_hide_lines(table.nodes, lit)
    return FlatTable(lit, to_photo, doubt_unseen(table, lit, shape), False, not hidden[0], not hidden[1])


def _drawn(
    nodes: NDArray[np.float64], dark: NDArray[np.uint8]
) -> tuple[NDArray[np.float64], list[float], list[float]]:
    """Keep the lines that reach their crossings (rows, columns, 2): digits below one another end before them.

    Returns
    -------
    Their crossings, and how many pieces of each row and of each column are visible from end to end, of 1.
    """
    (_, across), (_, down) = with_ink(nodes, dark, dark)
    nodes = nodes[np.ix_(*keep_reaching(nodes, across, down))]
    return nodes, reaches(nodes, across, ALL), reaches(nodes.swapaxes(0, 1), down, ALL)


def _is_whole(nodes: NDArray[np.float64], shape: tuple[int, ...]) -> bool:
    """Tell whether the crossings (rows, columns, 2) of lines lie in their order, and on all sides near the edge."""
    if not lie_in_order(nodes, shape):
        return False
    size = np.array([shape[1], shape[0]])
    across, down = np.diff(nodes[..., 0], axis=1), np.diff(nodes[..., 1], axis=0)
    first = nodes[:, 0, 0].mean(), nodes[0, :, 1].mean()
    last = nodes[:, -1, 0].mean(), nodes[-1, :, 1].mean()
    beyond = RIM + np.maximum(_EDGE * np.array([np.median(across), np.median(down)]), LEAST_GAP * 1.5)
    return bool((first < beyond).all() and (last > size - beyond).all())


def _lines(dark: NDArray[np.uint8], horizontal: bool) -> list[NDArray[np.float64]]:
    """Follow the lines of one direction: for each, y as a polynomial of x (or x of y), from the first to the last."""
    long, covered, rows = find_covered(dark, horizontal, COVERED)
    return [_course(long, row) for row in drop_close(rows, covered)]


def _course(long: NDArray[np.uint8], row: int) -> NDArray[np.float64]:
    top, bottom = max(0, row - 2 * CURVED), row + 2 * CURVED + 1
    band = long[top:bottom].astype(np.float64)
    heights = np.arange(top, top + len(band))[:, None]
    xs, ys, weights = [], [], []
    for part in np.array_split(np.arange(band.shape[1]), _STRIPS):
        ink = band[:, part]
        if ink.sum() > 0.3 * len(part):
            xs.append(part.mean())
            ys.append(float((ink * heights).sum() / ink.sum()))
            weights.append(ink.sum())
    if len(xs) < 4:
        return np.array([0.0, 0.0, float(row)])
    found = np.polyfit(xs, ys, 2 if len(xs) >= 6 else 1, w=np.sqrt(weights))
    return np.concatenate([np.zeros(3 - len(found)), found])

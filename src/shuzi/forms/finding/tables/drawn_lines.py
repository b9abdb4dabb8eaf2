"""The lines of a table as people draw them: faint, curved or leaning, without a frame, or on ruled paper."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.errors import PictureError
from shuzi.forms.finding.flat import even_light
from shuzi.forms.finding.tables.certain_lines import are_certain
from shuzi.forms.finding.tables.close_sides import are_ended, close_sides
from shuzi.forms.finding.tables.corners import corners_of, largest_table
from shuzi.forms.finding.tables.flat_table import (
    LEVEL,
    FlatTable,
    fans,
    flatten,
    rectangle_around,
    rectangle_to,
    slope_of,
)
from shuzi.forms.finding.tables.follow_lines import (
    ALL,
    COVERED,
    LEAST_GAP,
    crossing,
    follow_lines,
    keep_far,
    keep_reaching,
    lie_in_order,
    reaches,
    with_ink,
)
from shuzi.forms.finding.tables.grade_lines import grade_lines
from shuzi.forms.finding.tables.line_ink import line_ink
from shuzi.forms.finding.tables.spacing import Shape, complete, settle

_LEANS = (-9, -3, 3, 9), (-3, 0, 3)  # degrees of lines on the photograph, and on the flattened table
_LEAST_AREA = 0.002  # of the photograph
_FINEST = 1.6  # pixels of the flattened table to a pixel of the photograph: of small ones no more is seen
_PARTED = 15  # pixels between parts of a line where a pen was lifted
_MOST_CROSSINGS = 2_500  # of a table; what has more is a pattern, and takes long
_PAPER = np.arange(8, 17)  # pixels from a line to the paper on both sides of it
_EDGE = 0.72  # of the light on one side that is on the other: less is beyond the edge of the paper
_CLEAR = 0.8  # of a line that surely is one
_RIVAL = 0.25  # of a line's pieces: if so many are whole, it may be one although it was dropped


def find_drawn(grey: NDArray[np.uint8], small: NDArray[np.uint8], name: str, shape: Shape) -> FlatTable:
    """Find the largest table on a photograph that is roughly upright; what cannot be seen of its lines is doubtful.

    Parameters
    ----------
    grey, small
        The photograph, and the same as small as lines are sought: uint8 (h, w).
    name
        Of the photograph, for errors.
    shape
        How many rows and columns the table has, if that is known.

    Raises
    ------
    PictureError
        No table is on the photograph, it lacks the expected rows and columns, or nobody knows where it ends.
    """
    scale = small.shape[1] / grey.shape[1]
    dark = np.bitwise_or(*line_ink(small, _LEANS[0]))
    joined = np.asarray(cv2.morphologyEx(dark, cv2.MORPH_CLOSE, np.ones((_PARTED, _PARTED), np.uint8)), np.uint8)
    corners, hull = corners_of(largest_table(joined, dark, True, name))
    flat, to_photo = _flat(grey, corners / scale, name)
    level, upright = line_ink(flat, _LEANS[1])
    slopes = slope_of(level), slope_of(upright.T)
    if max(map(abs, slopes)) > LEVEL:  # its outline does not tell how a table without a frame lies
        lean = np.array([[1, slopes[1], 0], [slopes[0], 1, 0], [0, 0, 1]])
        flat, to_photo = _flat(grey, rectangle_around(hull / scale, to_photo @ lean), name)
        level, upright = line_ink(flat, _LEANS[1])
    nodes, rivalled = _nodes(level, upright, name)
    outer = nodes[[0, 0, -1, -1], [0, -1, -1, 0]]
    if min(nodes.shape[:2]) > 1 and fans(outer) > LEVEL:
        flat, to_photo = _flat(grey, rectangle_around(hull / scale, to_photo @ rectangle_to(outer)), name)
        level, upright = line_ink(flat, _LEANS[1])
        nodes, rivalled = _nodes(level, upright, name)
    nodes = _without_edges(nodes, flat)
    closed = close_sides(nodes, level, upright, shape, name)
    if not lie_in_order(closed.nodes, flat.shape):
        raise PictureError("error.form.no_table", path=name)
    lit = even_light(flat)
    level_reach, upright_reach = (reaches(lines, ink, ALL) for lines, ink in with_ink(closed.nodes, level, upright))
    grid = complete(closed.doubt(grade_lines(closed.nodes, level_reach, upright_reach, lit)), lit)
    table = settle(grid, shape, name)
    ends = np.ix_([0, -1], [0, -1])
    if not np.allclose(table.nodes[ends], closed.nodes[ends]) or not lie_in_order(table.nodes, flat.shape):
        raise PictureError(
            "error.form.no_table", path=name
        )  # outer rows are not left out to have the expected number
    certain = are_certain(table.nodes, lit, (table.row_lines, table.column_lines))
    found = zip(certain, are_ended(closed, level, upright), rivalled, strict=True)
    rows, columns = (is_certain and is_ended and not is_rivalled for is_certain, is_ended, is_rivalled in found)
    return FlatTable(lit, to_photo, table, True, rows, columns)


def _flat(
    grey: NDArray[np.uint8], corners: NDArray[np.float64], name: str
) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """Flatten a table, if its corners are anywhere near the photograph."""
    size = np.array(grey.shape[::-1])
    near = ((corners > -size) & (corners < 2 * size)).all()
    if not near or cv2.contourArea(corners.astype(np.float32)) < _LEAST_AREA * size.prod():
        raise PictureError("error.form.no_table", path=name)
    return flatten(grey, corners, _FINEST)


def _without_edges(nodes: NDArray[np.float64], flat: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Drop outer lines that are the edge of the paper: it is as dark beyond them as nowhere before."""
    for _ in range(4):
        nodes = np.rot90(nodes)
        while min(nodes.shape[:2]) > 1:
            line, inner = (row[:-1] + np.diff(row, axis=0) / 2 for row in nodes[:2])  # between the lines across
            way = (line - inner) / np.maximum(np.linalg.norm(line - inner, axis=1), 1)[:, None]
            before, beyond = (_levels(line[None] + way * away[:, None, None], flat) for away in (-_PAPER, _PAPER))
            if _EDGE < beyond / max(before, 1) < 1 / _EDGE:
                break
            nodes = nodes[1:]
    return nodes


def _levels(points: NDArray[np.float64], flat: NDArray[np.uint8]) -> float:
    """Return the median level of a picture at points (…, 2)."""
    x, y = np.moveaxis(np.rint(points).astype(int), -1, 0)
    return float(np.median(flat[y.clip(0, flat.shape[0] - 1), x.clip(0, flat.shape[1] - 1)]))


def _nodes(
    level: NDArray[np.uint8], upright: NDArray[np.uint8], name: str
) -> tuple[NDArray[np.float64], tuple[bool, bool]]:
    """Return where the lines of a table cross: float64 (rows, columns, 2); and where others may be: rows, columns."""
    down, across = follow_lines(level, horizontal=True), follow_lines(upright, horizontal=False)
    if down and across and len(down) * len(across) <= _MOST_CROSSINGS:
        crossings = np.array([[crossing(row, column) for column in across] for row in down])
        rows, columns = _drawn(crossings, level, upright)
        nodes = crossings[np.ix_(rows, columns)]
        in_order = all((np.diff(nodes[..., axis], axis=1 - axis) > 0).all() for axis in (0, 1))
        if nodes.size and max(nodes.shape[:2]) > 1 and in_order:
            (down_all, across_ink), (across_all, down_ink) = with_ink(crossings, level, upright)
            rivalled = (
                _is_rivalled(down_all[:, columns], rows, 1, across_ink),
                _is_rivalled(across_all[:, rows], columns, 0, down_ink),
            )
            return nodes, rivalled
    raise PictureError("error.form.no_table", path=name)


def _is_rivalled(lines: NDArray[np.float64], kept: Sequence[int], axis: int, ink: NDArray[np.uint8]) -> bool:
    """Tell whether whole pieces are visible of a line that was dropped, and which is not one of those kept."""
    apart = np.abs(lines[:, None] - lines[kept])[..., axis].mean(axis=2).min(axis=1)
    dropped = lines[apart >= LEAST_GAP]
    return any(reach >= _RIVAL for reach in reaches(dropped, ink, ALL))


def _drawn(
    nodes: NDArray[np.float64], level: NDArray[np.uint8], upright: NDArray[np.uint8]
) -> tuple[list[int], list[int]]:
    """Keep the lines that reach their crossings (rows, columns, 2): digits below one another end before them."""
    (rows, across), (columns, down) = with_ink(nodes, level, upright)
    clear = [
        np.flatnonzero([_seen(line, ink) >= _CLEAR for line in lines]).tolist()
        for lines, ink in ((rows, across), (columns, down))
    ]
    if min(map(len, clear)) >= 2:  # only what surely is a line tells where others should be visible
        far = [
            np.minimum(reaches(lines[:, own], ink), reaches(lines[:, own], ink, ALL)).tolist()
            for lines, ink, own in ((rows, across, clear[1]), (columns, down, clear[0]))
        ]
        kept = [keep_far(reach, nodes[..., 1 - axis].swapaxes(0, axis), COVERED) for axis, reach in enumerate(far)]
        return kept[0], kept[1]
    if min(map(len, clear)) == 1 and max(map(len, clear)) >= 2:
        return clear[0], clear[1]
    return keep_reaching(nodes, across, down)


def _seen(crossings: NDArray[np.float64], thick: NDArray[np.uint8]) -> float:
    """Return how much of a line through crossings (n, 2) is visible, of 1."""
    lengths = np.append(0, np.cumsum(np.linalg.norm(np.diff(crossings, axis=0), axis=1)))
    at = np.arange(0, lengths[-1] + 1)
    x, y = (np.rint(np.interp(at, lengths, crossings[:, axis])).astype(int) for axis in (0, 1))
    return float(thick[y.clip(0, thick.shape[0] - 1), x.clip(0, thick.shape[1] - 1)].mean())

"""A photograph of a ruled table becomes its cells, cut out upright and without the lines."""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.errors import PictureError
from shuzi.forms.finding.flat import even_light
from shuzi.forms.finding.tables.close_sides import close_sides
from shuzi.forms.finding.tables.corners import corners_of
from shuzi.forms.finding.tables.cut_cells import TableCell, cut_cells
from shuzi.forms.finding.tables.flat_table import LEVEL, fans, flattened, rectangle_around, rectangle_to, slope_of
from shuzi.forms.finding.tables.follow_lines import COVERED, CURVED, LEAST_GAP, crossing, follow_lines
from shuzi.forms.finding.tables.grade_lines import grade_lines
from shuzi.forms.finding.tables.line_ink import line_ink
from shuzi.forms.finding.tables.spacing import UNKNOWN, Shape, complete, settle
from shuzi.ink.resize import resize

_SEARCHED = 1_400  # pixels of the longer side at which lines are sought
_LEANS = (-9, -3, 3, 9), (-3, 0, 3)  # degrees of lines on the photograph, and on the flattened table
_NEAR = 0.05, 0.16  # of a cell's side from a crossing: where lines are visible and digits seldom are
_ALL = 0.05, 0.95  # of it: the whole of a piece but the crossings
_LINE = 4  # pixels of the flattened table that the crossing line takes
_CLEAR = 0.8  # of a line that surely is one
_WHOLE = 0.9  # of such a piece that is dark if the line is there


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
        No ruled table is on the photograph, or it lacks the expected rows and columns.
    """
    scale = min(1.0, _SEARCHED / max(grey.shape))
    small = resize(grey, scale)
    scale = small.shape[1] / grey.shape[1]
    corners, hull = corners_of(np.bitwise_or(*line_ink(small, _LEANS[0])), name)
    flat, to_photo = flattened(grey, corners / scale)
    level, upright = line_ink(flat, _LEANS[1])
    slopes = slope_of(level), slope_of(upright.T)
    if max(map(abs, slopes)) > LEVEL:  # its outline does not tell how a table without a frame lies
        lean = np.array([[1, slopes[1], 0], [slopes[0], 1, 0], [0, 0, 1]])
        flat, to_photo = flattened(grey, rectangle_around(hull / scale, to_photo @ lean))
        level, upright = line_ink(flat, _LEANS[1])
    nodes = _nodes(level, upright, name)
    outer = nodes[[0, 0, -1, -1], [0, -1, -1, 0]]
    if min(nodes.shape[:2]) > 1 and fans(outer) > LEVEL:
        flat, to_photo = flattened(grey, rectangle_around(hull / scale, to_photo @ rectangle_to(outer)))
        level, upright = line_ink(flat, _LEANS[1])
        nodes = _nodes(level, upright, name)
    closed = close_sides(nodes, level, upright, shape, name)
    lit = even_light(flat)
    rows, columns = (_reaches(lines, ink, _ALL) for lines, ink in _both(closed.nodes, level, upright))
    grid = complete(closed.doubt(grade_lines(closed.nodes, rows, columns, lit)), lit)
    table = settle(grid, shape, name)
    if not _is_whole(table.nodes, flat.shape):
        raise PictureError("error.form.no_table", path=name)
    return cut_cells(lit, to_photo, table)


def _nodes(level: NDArray[np.uint8], upright: NDArray[np.uint8], name: str) -> NDArray[np.float64]:
    """Return where the lines of a table cross: float64 (rows, columns, 2)."""
    down, across = follow_lines(level, horizontal=True), follow_lines(upright, horizontal=False)
    if down and across:
        nodes = _drawn(np.array([[crossing(row, column) for column in across] for row in down]), level, upright)
        if nodes.size:
            return nodes
    raise PictureError("error.form.no_table", path=name)


def _both(
    nodes: NDArray[np.float64], level: NDArray[np.uint8], upright: NDArray[np.uint8]
) -> list[tuple[NDArray[np.float64], NDArray[np.uint8]]]:
    """Return the crossings of rows, and of columns, each with what may be ink of such lines, and a little beside."""
    sizes = (level, (CURVED, 1)), (upright, (1, CURVED))
    thick = [np.asarray(cv2.dilate(ink, np.ones(size, np.uint8)), np.uint8) for ink, size in sizes]
    return [*zip((nodes, nodes.swapaxes(0, 1)), thick, strict=True)]


def _drawn(nodes: NDArray[np.float64], level: NDArray[np.uint8], upright: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Keep the lines that reach their crossings (rows, columns, 2): digits below one another end before them."""
    (rows, across), (columns, down) = _both(nodes, level, upright)
    clear = [
        np.flatnonzero([_seen(line, ink) >= _CLEAR for line in lines]) for lines, ink in _both(nodes, level, upright)
    ]
    if min(map(len, clear)) >= 2:  # only what surely is a line tells where others should be visible
        far = [
            np.minimum(_reaches(lines[:, own], ink), _reaches(lines[:, own], ink, _ALL)).tolist()
            for lines, ink, own in ((rows, across, clear[1]), (columns, down, clear[0]))
        ]
        kept = [_kept(reach, nodes[..., 1 - axis].swapaxes(0, axis), COVERED) for axis, reach in enumerate(far)]
        return nodes[np.ix_(*kept)]
    if min(map(len, clear)) == 1 and max(map(len, clear)) >= 2:
        return nodes[np.ix_(*clear)]
    for least in (COVERED / 2, COVERED):  # where digits make a line seem to be, those across it seem to have a gap
        (rows, _), (columns, _) = _both(nodes, level, upright)
        chosen = _kept(_reaches(rows, across), nodes[..., 1], least)
        others = _kept(_reaches(columns, down), nodes[..., 0].T, least)
        nodes = nodes[np.ix_(chosen, others)]
    return nodes


def _seen(crossings: NDArray[np.float64], thick: NDArray[np.uint8]) -> float:
    """Return how much of a line through crossings (n, 2) is visible, of 1."""
    lengths = np.append(0, np.cumsum(np.linalg.norm(np.diff(crossings, axis=0), axis=1)))
    at = np.arange(0, lengths[-1] + 1)
    x, y = (np.rint(np.interp(at, lengths, crossings[:, axis])).astype(int) for axis in (0, 1))
    return float(thick[y.clip(0, thick.shape[0] - 1), x.clip(0, thick.shape[1] - 1)].mean())


def _reaches(lines: NDArray[np.float64], thick: NDArray[np.uint8], part: tuple[float, float] = _NEAR) -> list[float]:
    return [_reach(line, thick, part) for line in lines]


def _reach(crossings: NDArray[np.float64], thick: NDArray[np.uint8], part: tuple[float, float] = _NEAR) -> float:
    """Return how many of the pieces next to the crossings (n, 2) of a line are visible in that part, of 1."""
    ends = []
    for start, end in (*pairwise(crossings), *pairwise(crossings[::-1])):
        pixels = max(float(np.linalg.norm(end - start)), 1.0)
        near = max(_LINE, part[0] * pixels)
        along = np.arange(near, max(near + _LINE, part[1] * pixels))[:, None] / pixels
        x, y = np.round(start + (end - start) * along).astype(int).T
        inside = thick[y.clip(0, thick.shape[0] - 1), x.clip(0, thick.shape[1] - 1)]
        ends.append(inside.mean() >= _WHOLE)
    return float(np.mean(ends)) if ends else 0.0


def _kept(reach: list[float], courses: NDArray[np.float64], least: float) -> list[int]:
    """Return the lines that reach far enough; of two along the same printed line, the one that reaches farther."""
    kept = list[int]()
    for line in sorted(range(len(reach)), key=lambda index: -reach[index]):
        apart = [np.abs(courses[line] - courses[other]).max() for other in kept]
        if reach[line] >= least and min(apart, default=np.inf) >= LEAST_GAP / 2:
            kept.append(line)
    return sorted(kept)


def _is_whole(nodes: NDArray[np.float64], shape: tuple[int, ...]) -> bool:
    """Tell whether the crossings (rows, columns, 2) of lines lie in their order on a picture (h, w)."""
    rows, columns = nodes.shape[:2]
    if min(rows, columns) < 2 or max(rows, columns) < 3:  # the outline of a sheet is a single cell
        return False
    size = np.array([shape[1], shape[0]])
    inside = (nodes >= 0).all() and (nodes < size).all()
    across, down = np.diff(nodes[..., 0], axis=1), np.diff(nodes[..., 1], axis=0)
    return bool(inside and min(across.min(), down.min()) >= LEAST_GAP / 2)

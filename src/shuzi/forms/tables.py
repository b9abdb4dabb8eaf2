"""A photograph of a table, ruled or drawn by hand, becomes its cells, cut out upright and without the lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.errors import PictureError
from shuzi.forms.flatten import clockwise, even_light
from shuzi.forms.table_cells import (
    COLUMNS,
    LEVEL,
    RIM,
    ROWS,
    FlatTable,
    TableCell,
    cut_cells,
    fans,
    flatten,
    rectangle_around,
    rectangle_to,
    slope_of,
)
from shuzi.forms.table_grid import UNKNOWN, Shape, are_ended, close_sides, complete, grade_lines, settle
from shuzi.forms.table_lines import (
    ALL,
    COVERED,
    CURVED,
    MIN_GAP,
    are_certain,
    crossing,
    dark_ink,
    doubt_unseen,
    drop_close,
    find_covered,
    follow_lines,
    keep_far,
    keep_reaching,
    lie_in_order,
    line_ink,
    may_hide_lines,
    reaches,
    with_ink,
)
from shuzi.ink.resize import resize

_SEARCHED = 1_400  # pixels of the longer side at which lines are sought
_EDGE = 0.75  # of the median gap: nearer to the edge must the first and last lines be, or some were overlooked
_STRIPS = 14  # pieces in which the path of a line is followed


def find_table(grey: NDArray[np.uint8], name: str, shape: Shape = UNKNOWN) -> list[TableCell]:
    """Find the largest ruled table on a photograph that is roughly upright, and cut out its cells."""
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
    """Keep the lines that reach their crossings (rows, columns, 2): digits below one another end before them."""
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
    beyond = RIM + np.maximum(_EDGE * np.array([np.median(across), np.median(down)]), MIN_GAP * 1.5)
    return bool((first < beyond).all() and (last > size - beyond).all())


def _lines(dark: NDArray[np.uint8], horizontal: bool) -> list[NDArray[np.float64]]:
    """Follow the lines of one direction: for each, y as a polynomial of x (or x of y), from the first to the last."""
    long, covered, rows = find_covered(dark, horizontal, COVERED)
    return [_line_path(long, row) for row in drop_close(rows, covered)]


def _line_path(long: NDArray[np.uint8], row: int) -> NDArray[np.float64]:
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


_LEANS = (-9, -3, 3, 9), (-3, 0, 3)  # degrees of lines on the photograph, and on the flattened table
_MIN_AREA = 0.002  # of the photograph
_MAX_SCALE = 1.6  # pixels of the flattened table to a pixel of the photograph: of small ones no more is seen
_PARTED = 15  # pixels between parts of a line where a pen was lifted
_MAX_CROSSINGS = 2_500  # of a table; what has more is a pattern, and takes long
_PAPER = np.arange(8, 17)  # pixels from a line to the paper on both sides of it
_PAPER_EDGE = 0.72  # of the light on one side that is on the other: less is beyond the edge of the paper
_CLEAR = 0.8  # of a line that surely is one
_RIVAL = 0.25  # of a line's pieces: if so many are whole, it may be one although it was dropped


def find_drawn(grey: NDArray[np.uint8], small: NDArray[np.uint8], name: str, shape: Shape) -> FlatTable:
    """Find the largest table on a photograph that is roughly upright; what cannot be seen of its lines is doubtful.

    `grey`, `small`: the photograph, and the same as small as lines are sought: uint8 (h, w).
    """
    scale = small.shape[1] / grey.shape[1]
    dark = np.bitwise_or(*line_ink(small, _LEANS[0]))
    joined = np.asarray(cv2.morphologyEx(dark, cv2.MORPH_CLOSE, np.ones((_PARTED, _PARTED), np.uint8)), np.uint8)
    corners, hull = corners_of(largest_table(joined, dark, True, name))
    flat, to_photo = _flat(grey, corners / scale, name)
    level, vertical = line_ink(flat, _LEANS[1])
    slopes = slope_of(level), slope_of(vertical.T)
    if max(map(abs, slopes)) > LEVEL:  # its outline does not tell how a table without a frame lies
        lean = np.array([[1, slopes[1], 0], [slopes[0], 1, 0], [0, 0, 1]])
        flat, to_photo = _flat(grey, rectangle_around(hull / scale, to_photo @ lean), name)
        level, vertical = line_ink(flat, _LEANS[1])
    nodes, rivalled = _nodes(level, vertical, name)
    outer = nodes[[0, 0, -1, -1], [0, -1, -1, 0]]
    if min(nodes.shape[:2]) > 1 and fans(outer) > LEVEL:
        flat, to_photo = _flat(grey, rectangle_around(hull / scale, to_photo @ rectangle_to(outer)), name)
        level, vertical = line_ink(flat, _LEANS[1])
        nodes, rivalled = _nodes(level, vertical, name)
    nodes = _without_edges(nodes, flat)
    closed = close_sides(nodes, level, vertical, shape, name)
    if not lie_in_order(closed.nodes, flat.shape):
        raise PictureError("error.form.no_table", path=name)
    lit = even_light(flat)
    level_reach, vertical_reach = (reaches(lines, ink, ALL) for lines, ink in with_ink(closed.nodes, level, vertical))
    grid = complete(closed.doubt(grade_lines(closed.nodes, level_reach, vertical_reach, lit)), lit)
    table = settle(grid, shape, name)
    ends = np.ix_([0, -1], [0, -1])
    if not np.allclose(table.nodes[ends], closed.nodes[ends]) or not lie_in_order(table.nodes, flat.shape):
        raise PictureError(
            "error.form.no_table", path=name
        )  # outer rows are not left out to have the expected number
    certain = are_certain(table.nodes, lit, (table.row_lines, table.column_lines))
    found = zip(certain, are_ended(closed, level, vertical), rivalled, strict=True)
    rows, columns = (is_certain and is_ended and not is_rivalled for is_certain, is_ended, is_rivalled in found)
    return FlatTable(lit, to_photo, table, True, rows, columns)


def _flat(
    grey: NDArray[np.uint8], corners: NDArray[np.float64], name: str
) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """Flatten a table, if its corners are anywhere near the photograph."""
    size = np.array(grey.shape[::-1])
    near = ((corners > -size) & (corners < 2 * size)).all()
    if not near or cv2.contourArea(corners.astype(np.float32)) < _MIN_AREA * size.prod():
        raise PictureError("error.form.no_table", path=name)
    return flatten(grey, corners, _MAX_SCALE)


def _without_edges(nodes: NDArray[np.float64], flat: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Drop outer lines that are the edge of the paper: it is as dark beyond them as nowhere before."""
    for _ in range(4):
        nodes = np.rot90(nodes)
        while min(nodes.shape[:2]) > 1:
            line, inner = (row[:-1] + np.diff(row, axis=0) / 2 for row in nodes[:2])  # between the lines across
            way = (line - inner) / np.maximum(np.linalg.norm(line - inner, axis=1), 1)[:, None]
            before, beyond = (_levels(line[None] + way * away[:, None, None], flat) for away in (-_PAPER, _PAPER))
            if _PAPER_EDGE < beyond / max(before, 1) < 1 / _PAPER_EDGE:
                break
            nodes = nodes[1:]
    return nodes


def _levels(points: NDArray[np.float64], flat: NDArray[np.uint8]) -> float:
    """Return the median level of a picture at points (…, 2)."""
    x, y = np.moveaxis(np.rint(points).astype(int), -1, 0)
    return float(np.median(flat[y.clip(0, flat.shape[0] - 1), x.clip(0, flat.shape[1] - 1)]))


def _nodes(
    level: NDArray[np.uint8], vertical: NDArray[np.uint8], name: str
) -> tuple[NDArray[np.float64], tuple[bool, bool]]:
    """Return where the lines of a table cross: float64 (rows, columns, 2); and where others may be: rows, columns."""
    down, across = follow_lines(level, horizontal=True), follow_lines(vertical, horizontal=False)
    if down and across and len(down) * len(across) <= _MAX_CROSSINGS:
        crossings = np.array([[crossing(row, column) for column in across] for row in down])
        rows, columns = _completed(crossings, level, vertical)
        nodes = crossings[np.ix_(rows, columns)]
        in_order = all((np.diff(nodes[..., axis], axis=1 - axis) > 0).all() for axis in (0, 1))
        if nodes.size and max(nodes.shape[:2]) > 1 and in_order:
            (down_all, across_ink), (across_all, down_ink) = with_ink(crossings, level, vertical)
            rivalled = (
                _is_rivalled(down_all[:, columns], rows, 1, across_ink),
                _is_rivalled(across_all[:, rows], columns, 0, down_ink),
            )
            return nodes, rivalled
    raise PictureError("error.form.no_table", path=name)


def _is_rivalled(lines: NDArray[np.float64], kept: Sequence[int], axis: int, ink: NDArray[np.uint8]) -> bool:
    """Tell whether whole pieces are visible of a line that was dropped, and which is not one of those kept."""
    apart = np.abs(lines[:, None] - lines[kept])[..., axis].mean(axis=2).min(axis=1)
    dropped = lines[apart >= MIN_GAP]
    return any(reach >= _RIVAL for reach in reaches(dropped, ink, ALL))


def _completed(
    nodes: NDArray[np.float64], level: NDArray[np.uint8], vertical: NDArray[np.uint8]
) -> tuple[list[int], list[int]]:
    """Keep the lines that reach their crossings (rows, columns, 2): digits below one another end before them."""
    (rows, across), (columns, down) = with_ink(nodes, level, vertical)
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


def _seen(crossings: NDArray[np.float64], thickened: NDArray[np.uint8]) -> float:
    """Return how much of a line through crossings (n, 2) is visible, of 1."""
    lengths = np.append(0, np.cumsum(np.linalg.norm(np.diff(crossings, axis=0), axis=1)))
    at = np.arange(0, lengths[-1] + 1)
    x, y = (np.rint(np.interp(at, lengths, crossings[:, axis])).astype(int) for axis in (0, 1))
    return float(thickened[y.clip(0, thickened.shape[0] - 1), x.clip(0, thickened.shape[1] - 1)].mean())


_MIN_SIDES = 0.05, 0.15  # of the photograph's longer side: what is lower or narrower is no table


def largest_table(joined: NDArray[np.uint8], ink: NDArray[np.uint8], goes_on: bool, name: str) -> NDArray[np.uint8]:
    """Return where the largest table on a photograph is: uint8 (h, w), 1 where there is some of it.

    `joined`: what may be lines, with gaps closed: uint8 (h, w), 1 where there is some. `ink`: what of it counts where
    tables are compared: uint8 (h, w). `goes_on`: whether it may go on beyond two opposite edges, as ruled paper does;
    else only beyond one.
    """
    count, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    left, top, wide, high, _ = stats[1:count].T
    area = np.bincount(labels[ink > 0], minlength=count)[1:]
    min_high, min_wide = (fraction * max(joined.shape) for fraction in _MIN_SIDES)
    spans = (np.minimum(wide, high) >= min_high) & (np.maximum(wide, high) >= min_wide)
    level = (left == 0).astype(int) + (left + wide == joined.shape[1])
    vertical = (top == 0).astype(int) + (top + high == joined.shape[0])
    inside = (level == 0) | (vertical == 0) if goes_on else level + vertical < 2
    # a table has many lines but is not solid; the outline of the sheet has few, and what surrounds that is no table
    likely = np.where(spans & (area < 0.6 * wide * high) & inside, area, 0)
    if not likely.any():
        raise PictureError("error.form.no_table", path=name)
    return np.asarray((labels == 1 + int(likely.argmax())).astype(np.uint8))


def corners_of(ink: NDArray[np.uint8]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the corners of a table, clockwise from the upper left, and its hull: float64 (4, 2), (n, 2).

    `ink`: of its lines: uint8 (h, w), 1 where there is some.

    >>> ink = np.zeros((300, 400), np.uint8)
    >>> ink[50:251:50, 60:341] = ink[50:251, 60:341:70] = 1
    >>> corners_of(ink)[0].tolist()
    [[60.0, 50.0], [340.0, 50.0], [340.0, 250.0], [60.0, 250.0]]
    """
    hull = cv2.convexHull(np.asarray(cv2.findNonZero(ink)))
    shape = cv2.approxPolyDP(hull, 0.008 * cv2.arcLength(hull, True), True).reshape(-1, 2).astype(np.float64)
    points = _four_sided(shape)
    if points is None:
        points = np.asarray(cv2.boxPoints(cv2.minAreaRect(hull)), np.float64)
    return clockwise(points), hull.reshape(-1, 2).astype(np.float64)


def _four_sided(shape: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """Extend the sides of a convex shape until four are left, where a corner is cut off; None if that fails."""
    while len(shape) > 4:
        best: tuple[float, NDArray[np.float64]] | None = None
        for index in range(len(shape)):
            before, first, last, after = (shape[(index + step) % len(shape)] for step in (-1, 0, 1, 2))
            ways = np.column_stack([first - before, after - last])
            if abs(np.linalg.det(ways)) < 1e-6:
                continue
            ahead, back = np.linalg.solve(ways, last - first)
            if ahead < 0 or back > 0:  # the neighbours of this side meet on its inner side
                continue
            corner = first + ahead * (first - before)
            (x1, y1), (x2, y2) = corner - first, last - first
            if best is None or abs(x1 * y2 - x2 * y1) < best[0]:
                rest = [point for corner_index, point in enumerate(shape) if corner_index != (index + 1) % len(shape)]
                index_of_first = index if (index + 1) % len(shape) else index - 1
                rest[index_of_first] = corner
                best = abs(x1 * y2 - x2 * y1), np.array(rest)
        if best is None:
            return None
        shape = best[1]
    return shape if len(shape) == 4 else None

"""What may be the lines of a flat table becomes the course of each of them, however it bends."""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.forms.finding.tables.spacing import MOST_LINES

COVERED = 0.3
"""Of the table that a line must be visible along: one of three pieces is enough."""

LEAST_GAP = 14
"""Pixels of the flattened table between two lines."""

CURVED = 5
"""Pixels by which a line may bend from the straight in a piece."""

NEAR = 0.05, 0.16
"""Of a cell's side from a crossing: where lines are visible and digits seldom are."""

ALL = 0.05, 0.95
"""Of it: the whole of a piece but the crossings."""

_CROSSED = 4  # pixels of the flattened table that the crossing line takes
_WHOLE = 0.9  # of such a piece that is dark if the line is there
_CLOSEST = 0.3  # of the median gap: lines that are closer are one
_MOST_BENT = 60  # pixels that one end of a line, or its middle, is lower than another part
_LEAST_REACH = 3  # pixels beside such a course that its line is sought at
_TIMES = 3  # that such a course is followed anew
_STRIPS = 14  # pieces in which the course of a line is followed


def follow_lines(dark: NDArray[np.uint8], horizontal: bool) -> list[NDArray[np.float64]]:
    """Follow the lines of one direction: for each, y as a polynomial of x (or x of y), from the first to the last."""
    long, covered, rows = find_covered(dark, horizontal)
    rows = drop_close(rows, covered)
    usual = float(np.median(np.diff(rows))) if len(rows) > 1 else np.inf
    reach = int(np.clip(usual / 2 - 1, _LEAST_REACH, 2 * CURVED))
    return [_course(long, row, reach) for row in rows]


def find_covered(
    dark: NDArray[np.uint8], horizontal: bool, least: float | None = None
) -> tuple[NDArray[np.uint8], NDArray[np.float64], list[int]]:
    """Find the rows of a picture (or its columns) that are dark along much of their length.

    Parameters
    ----------
    dark
        uint8 (h, w), 1 where it is dark.
    horizontal
        Whether rows are sought; otherwise columns, and the picture is turned.
    least
        The fraction of the length that must be dark; None for a part of that of the darkest.

    Returns
    -------
    What is long in the picture, the dark fraction of each row, and the rows, the darkest first.
    """
    picture = dark if horizontal else np.ascontiguousarray(dark.T)
    piece = max(15, picture.shape[1] // 60)
    thick = cv2.dilate(picture, np.ones((3, 1), np.uint8))
    long = np.asarray(cv2.morphologyEx(thick, cv2.MORPH_OPEN, np.ones((1, piece), np.uint8)), np.uint8)
    # a line that bends a little still counts along all of its length
    covered = np.asarray(cv2.dilate(long, np.ones((CURVED, 1), np.uint8)).mean(axis=1), np.float64)
    least = COVERED * float(covered.max()) if least is None else least
    rows = list[int]()
    for row in np.argsort(-covered, kind="stable").tolist():
        if covered[row] < least or len(rows) == MOST_LINES:
            break
        if all(abs(row - line) >= LEAST_GAP for line in rows):
            rows.append(row)
    return long, covered, rows


def drop_close(rows: list[int], covered: NDArray[np.float64]) -> list[int]:
    """Drop the paler of two lines that are much closer than most: a thick or bent line looks like two."""
    kept = sorted(rows)
    while len(kept) > 2:
        gaps = np.diff(kept)
        closest = int(gaps.argmin())
        if gaps[closest] >= _CLOSEST * np.median(gaps):
            break
        pair = kept[closest : closest + 2]
        kept.remove(min(pair, key=lambda row: float(covered[row])))
    return kept


def _course(long: NDArray[np.uint8], row: int, reach: int) -> NDArray[np.float64]:
    course = np.array([0.0, 0.0, float(row)])
    for _ in range(_TIMES):  # where a line bends, it leaves the pixels around its row
        course = _followed(long, course, reach)
    return course


def _followed(long: NDArray[np.uint8], course: NDArray[np.float64], reach: int) -> NDArray[np.float64]:
    """Fit the course of a line to the ink so many pixels beside it."""
    away = np.arange(-reach, reach + 1)[:, None]
    along = np.arange(long.shape[1])
    heights = np.rint(np.polyval(course, along)).astype(int) + away
    band = np.where((heights >= 0) & (heights < len(long)), long[heights.clip(0, len(long) - 1), along], 0)
    xs, ys = [], []
    for part in np.array_split(along, _STRIPS):
        ink = band[:, part].astype(np.float64)
        if (ink.max(axis=0) > 0).mean() >= 0.5:
            xs.append(part.mean())
            ys.append(float((ink * heights[:, part]).sum() / ink.sum()))
    if len(xs) < 4:
        return course
    bends = len(xs) >= 6 and np.ptp(xs) >= 0.6 * long.shape[1]
    found = np.polyfit(xs, ys, 2 if bends else 1)
    found = np.concatenate([np.zeros(3 - len(found)), found])
    return found if np.ptp(np.polyval(found, along)) <= _MOST_BENT else course


def crossing(row: NDArray[np.float64], column: NDArray[np.float64]) -> tuple[float, float]:
    """Return where a level line (y as a polynomial of x) and an upright one (x of y) cross: x and y.

    >>> crossing(np.array([0.0, 0.1, 5.0]), np.array([0.0, 0.0, 50.0]))
    (50.0, 10.0)
    """
    x, y = float(column[2]), float(row[2])
    for _ in range(5):
        y = float(np.polyval(row, x))
        x = float(np.polyval(column, y))
    return x, y


def reach_of(crossings: NDArray[np.float64], thick: NDArray[np.uint8], part: tuple[float, float] = NEAR) -> float:
    """Return how many of the pieces next to the crossings (n, 2) of a line are visible in that part, of 1."""
    ends = []
    for start, end in (*pairwise(crossings), *pairwise(crossings[::-1])):
        pixels = max(float(np.linalg.norm(end - start)), 1.0)
        near = max(_CROSSED, part[0] * pixels)
        along = np.arange(near, max(near + _CROSSED, part[1] * pixels))[:, None] / pixels
        x, y = np.round(start + (end - start) * along).astype(int).T
        inside = thick[y.clip(0, thick.shape[0] - 1), x.clip(0, thick.shape[1] - 1)]
        ends.append(inside.mean() >= _WHOLE)
    return float(np.mean(ends)) if ends else 0.0


def reaches(lines: NDArray[np.float64], thick: NDArray[np.uint8], part: tuple[float, float] = NEAR) -> list[float]:
    """Return for each of several lines what `reach_of` returns."""
    return [reach_of(line, thick, part) for line in lines]


def with_ink(
    nodes: NDArray[np.float64], level: NDArray[np.uint8], upright: NDArray[np.uint8]
) -> list[tuple[NDArray[np.float64], NDArray[np.uint8]]]:
    """Return the crossings of rows, and of columns, each with what may be ink of such lines, and a little beside."""
    sizes = (level, (CURVED, 1)), (upright, (1, CURVED))
    thick = [np.asarray(cv2.dilate(ink, np.ones(size, np.uint8)), np.uint8) for ink, size in sizes]
    return [*zip((nodes, nodes.swapaxes(0, 1)), thick, strict=True)]


def keep_reaching(
    nodes: NDArray[np.float64], across: NDArray[np.uint8], down: NDArray[np.uint8]
) -> tuple[list[int], list[int]]:
    """Return the rows and columns of crossings that reach far enough, on what `with_ink` returns of both."""
    rows, columns = [*range(nodes.shape[0])], [*range(nodes.shape[1])]
    for least in (COVERED / 2, COVERED):  # where digits make a line seem to be, those across it seem to have a gap
        own = nodes[np.ix_(rows, columns)]
        far_rows = keep_far(reaches(own, across), own[..., 1], least)
        far_columns = keep_far(reaches(own.swapaxes(0, 1), down), own[..., 0].T, least)
        rows, columns = [rows[row] for row in far_rows], [columns[column] for column in far_columns]
    return rows, columns


def keep_far(reach: list[float], courses: NDArray[np.float64], least: float) -> list[int]:
    """Return the lines that reach far enough; of two along the same printed line, the one that reaches farther."""
    kept = list[int]()
    for line in sorted(range(len(reach)), key=lambda index: -reach[index]):
        apart = [np.abs(courses[line] - courses[other]).max() for other in kept]
        if reach[line] >= least and min(apart, default=np.inf) >= LEAST_GAP / 2:
            kept.append(line)
    return sorted(kept)


def lie_in_order(nodes: NDArray[np.float64], shape: tuple[int, ...]) -> bool:
    """Tell whether the crossings (rows, columns, 2) of a table's lines lie in their order on a picture (h, w)."""
    rows, columns = nodes.shape[:2]
    if min(rows, columns) < 2 or max(rows, columns) < 3:  # the outline of a sheet is a single cell
        return False
    inside = (nodes >= 0).all() and (nodes < np.array([shape[1], shape[0]])).all()
    across, down = np.diff(nodes[..., 0], axis=1), np.diff(nodes[..., 1], axis=0)
    return bool(inside and min(across.min(), down.min()) >= LEAST_GAP / 2)

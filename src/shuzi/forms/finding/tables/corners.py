"""What may be lines on a photograph becomes the ink of its largest table, and that its corners, even one cut off."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.errors import PictureError
from shuzi.forms.finding.flat import clockwise

_LEAST_SIDES = 0.05, 0.15  # of the photograph's longer side: what is lower or narrower is no table


def largest_table(joined: NDArray[np.uint8], ink: NDArray[np.uint8], goes_on: bool, name: str) -> NDArray[np.uint8]:
    """Return where the largest table on a photograph is: uint8 (h, w), 1 where there is some of it.

    Parameters
    ----------
    joined
        What may be lines, with gaps closed: uint8 (h, w), 1 where there is some.
    ink
        What of it counts where tables are compared: uint8 (h, w).
    goes_on
        Whether it may go on beyond two opposite edges, as ruled paper does; else only beyond one.
    name
        Of the photograph, for errors.

    Raises
    ------
    PictureError
        Nothing on it may be a table.
    """
    count, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    left, top, wide, high, _ = stats[1:count].T
    area = np.bincount(labels[ink > 0], minlength=count)[1:]
    least, most = (fraction * max(joined.shape) for fraction in _LEAST_SIDES)
    spans = (np.minimum(wide, high) >= least) & (np.maximum(wide, high) >= most)
    level = (left == 0).astype(int) + (left + wide == joined.shape[1])
    upright = (top == 0).astype(int) + (top + high == joined.shape[0])
    inside = (level == 0) | (upright == 0) if goes_on else level + upright < 2
    # a table has many lines but is not solid; the outline of the sheet has few, and what surrounds that is no table
    likely = np.where(spans & (area < 0.6 * wide * high) & inside, area, 0)
    if not likely.any():
        raise PictureError("error.form.no_table", path=name)
    return np.asarray((labels == 1 + int(likely.argmax())).astype(np.uint8))


def corners_of(ink: NDArray[np.uint8]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the corners of a table, clockwise from the upper left, and its hull: float64 (4, 2), (n, 2).

    Parameters
    ----------
    ink
        Of its lines: uint8 (h, w), 1 where there is some.

    Examples
    --------
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

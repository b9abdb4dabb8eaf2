"""The ink of a table becomes its four corners, also where one is cut off."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray


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
    middle = points.mean(axis=0)
    order = np.argsort(np.arctan2(*(points - middle).T[::-1]))
    points = points[order]
    return np.roll(points, -int(points.sum(axis=1).argmin()), axis=0), hull.reshape(-1, 2).astype(np.float64)


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

"""What may be lines on a photograph becomes the four corners of its largest table."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.errors import PictureError

_LEAST_SIDES = 0.05, 0.15  # of the photograph's longer side: what is lower or narrower is no table
_PARTED = 15  # pixels between parts of a line where a pen was lifted


def corners_of(dark: NDArray[np.uint8], name: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the corners of the largest table, clockwise from the upper left, and its hull: float64 (4, 2), (n, 2).

    Parameters
    ----------
    dark
        What may be lines of a photograph, and ink: uint8 (h, w), 1 where there is some.
    name
        Of the photograph, for errors.

    Raises
    ------
    PictureError
        No ruled table is on the photograph.

    Examples
    --------
    >>> dark = np.zeros((300, 400), np.uint8)
    >>> dark[50:251:50, 60:341] = dark[50:251, 60:341:70] = 1
    >>> corners_of(dark, "a.jpg")[0].tolist()
    [[60.0, 50.0], [340.0, 50.0], [340.0, 250.0], [60.0, 250.0]]
    """
    joined = cv2.morphologyEx(dark, cv2.MORPH_CLOSE, np.ones((_PARTED, _PARTED), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    left, top, wide, high, _ = stats[1:count].T
    area = np.bincount(labels[dark > 0], minlength=count)[1:]
    least, most = (fraction * max(dark.shape) for fraction in _LEAST_SIDES)
    spans = (np.minimum(wide, high) >= least) & (np.maximum(wide, high) >= most)
    level = (left == 0).astype(int) + (left + wide == dark.shape[1])
    upright = (top == 0).astype(int) + (top + high == dark.shape[0])
    # a table has many lines but is not solid; the outline of the sheet has few, and what surrounds that is no table;
    # ruled paper may go on to both sides
    likely = np.where(spans & (area < 0.6 * wide * high) & ((level == 0) | (upright == 0)), area, 0)
    if not likely.any():
        raise PictureError("error.form.no_table", path=name)
    ink = (labels == 1 + int(likely.argmax())).astype(np.uint8)
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

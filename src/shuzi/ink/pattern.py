"""Printed patterns under writing, such as the fine waves of cheques: thin pieces of ink all over the page."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

SMALL, SPECK = 0.15, 3  # of a digit's height, and pixels: smaller pieces are specks
MANY = 30  # pieces
OVER = 0.5  # of the page's squares, each as wide as a digit is high: a pattern is in so many

THIN = 0.8
"""Of the pen's thickness: the lines of a pattern are no thicker."""


def thickness(labels: NDArray[np.int32], areas: NDArray[np.int32]) -> NDArray[np.float64]:
    """Return how thick the strokes of pieces of ink are: twice a piece's area by the length of its edge.

    Parameters
    ----------
    labels
        The piece of each pixel, 0 for paper: int32 (h, w).
    areas
        The pixels of each piece, the paper first: int32 (n,).

    Returns
    -------
    float64 (n,), in pixels; that of the paper says nothing.

    Examples
    --------
    >>> labels = np.zeros((9, 40), np.int32)
    >>> labels[3:6, 2:38] = 1
    >>> thickness(labels, np.array([252, 108], np.int32))[1].round(1)
    np.float64(2.8)
    """
    padded = np.pad(labels, 1)
    edges = np.zeros(len(areas), np.int64)
    for neighbours in (padded[:-2, 1:-1], padded[2:, 1:-1], padded[1:-1, :-2], padded[1:-1, 2:]):
        edges += np.bincount(labels[labels != neighbours], minlength=len(edges))
    return np.asarray(2 * areas / np.maximum(edges, 1))


def is_patterned(labels: NDArray[np.int32], stats: NDArray[np.int32], pen: float, height: float) -> bool:
    """Tell whether a page has a printed pattern: many pieces thinner than the pen's strokes, nearly everywhere.

    Parameters
    ----------
    labels
        The piece of each pixel of ink that belongs to no character, 0 for the rest: int32 (h, w).
    stats
        x, y, width, height and area of each piece, the rest first: int32 (n, 5).
    pen
        How thick the strokes of the characters are, in pixels.
    height
        The median height of the digits, in pixels.

    Examples
    --------
    >>> labels, stats = np.zeros((60, 200), np.int32), [[0, 0, 200, 60, 0]]
    >>> for label, (x, y) in enumerate([(x, y) for x in range(3, 195, 10) for y in (10, 30, 50)], start=1):
    ...     labels[y, x : x + 5] = label
    ...     stats.append([x, y, 5, 1, 5])
    >>> is_patterned(labels, np.array(stats, np.int32), 4.0, 20.0)
    True
    """
    x, y, wide, high, _ = stats[1:].T
    counts = np.maximum(wide, high) >= max(SPECK, SMALL * height)
    counts &= thickness(labels, stats[:, 4])[1:] <= THIN * pen
    if counts.sum() < MANY:
        return False
    seen = np.zeros([int(np.ceil(side / height)) for side in labels.shape], np.bool_)
    seen[((y + high / 2)[counts] / height).astype(int), ((x + wide / 2)[counts] / height).astype(int)] = True
    return bool(seen.sum() >= OVER * seen.size)

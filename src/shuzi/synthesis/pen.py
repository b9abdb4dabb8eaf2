"""Digits become pens' lines: the middle line of each stroke, and how far every pixel is from it.

From that distance a digit can be drawn again with a pen of any width, at any size. MNIST's strokes are much of one
thickness; those of people who draw with a mouse, a ball pen or a brush are not.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

FINE = 2
"""Pixels of a distance field for each pixel of the image."""

UNIT = 16
"""A distance of one of the image's pixels, as it is written in a field."""

_PIECE = 2_000  # images thinned at once: 6 MB an array


def distance_fields(images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return how far every place is from the middle line of the nearest stroke.

    Parameters
    ----------
    images
        uint8 (n, 28, 28), background 0, ink 255.

    Returns
    -------
    uint8 (n, 56, 56), in sixteenths of a pixel of the image; 255 for all that is farther.

    Examples
    --------
    >>> image = np.zeros((1, 28, 28), np.uint8)
    >>> image[0, 4:24, 12:17] = 255
    >>> field = distance_fields(image)[0]
    >>> int(field[28].argmin()) // FINE, int(field[28, 28 - 4 * FINE]) > int(field[28, 28])
    (14, True)
    """
    fields = np.empty((len(images), 28 * FINE, 28 * FINE), np.uint8)
    for start in range(0, len(images), _PIECE):
        piece = images[start : start + _PIECE]
        fine = np.stack([cv2.resize(image, None, fx=FINE, fy=FINE, interpolation=cv2.INTER_CUBIC) for image in piece])
        for place, line in enumerate(thinned(fine > 127)):
            if not line.any():
                fields[start + place] = 255
                continue
            distance = cv2.distanceTransform((~line).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
            fields[start + place] = np.minimum(np.rint(distance * (UNIT / FINE)), 255)
    return fields


def thinned(shapes: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Thin shapes to lines one pixel wide that hang together as the shapes did (Zhang and Suen, 1984).

    Parameters
    ----------
    shapes
        bool (n, h, w).

    Returns
    -------
    bool (n, h, w).

    Examples
    --------
    >>> bar = np.zeros((1, 7, 12), bool)
    >>> bar[0, 2:5, 1:11] = True
    >>> int(thinned(bar)[0].any(axis=1).sum())
    1
    """
    now = np.pad(shapes, ((0, 0), (1, 1), (1, 1)))
    changing = np.arange(len(now))
    while len(changing):
        part = now[changing]
        before = part.copy()
        for first in (True, False):
            part[:, 1:-1, 1:-1] &= ~_removable(part, first)
        now[changing] = part
        changing = changing[(part != before).any(axis=(1, 2))]
    return np.asarray(now[:, 1:-1, 1:-1])


def _removable(shapes: NDArray[np.bool_], first: bool) -> NDArray[np.bool_]:
    """Find the pixels of an edge that can go in one of the two halves of a round."""
    n, s = shapes[:, :-2, 1:-1], shapes[:, 2:, 1:-1]
    w, e = shapes[:, 1:-1, :-2], shapes[:, 1:-1, 2:]
    nw, ne = shapes[:, :-2, :-2], shapes[:, :-2, 2:]
    sw, se = shapes[:, 2:, :-2], shapes[:, 2:, 2:]
    around = (n, ne, e, se, s, sw, w, nw)
    neighbours = np.zeros(n.shape, np.uint8)
    turns = np.zeros(n.shape, np.uint8)
    for this, following in zip(around, (*around[1:], n), strict=True):
        neighbours += this
        turns += ~this & following
    open_side = ~(n & e & s) & ~(e & s & w) if first else ~(n & e & w) & ~(n & s & w)
    removable = (neighbours >= 2) & (neighbours <= 6) & (turns == 1) & open_side
    # four pixels in a square and nothing around them would all go at once
    three = np.pad(shapes[:, 1:-1, 1:-1] & (neighbours == 3), ((0, 0), (0, 1), (0, 1)))
    removable &= ~(three[:, :-1, :-1] & three[:, :-1, 1:] & three[:, 1:, :-1] & three[:, 1:, 1:])
    return np.asarray(removable)

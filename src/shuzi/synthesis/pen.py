"""Images of digits become distance fields: how far every pixel is from the centre line of the nearest stroke.

From these a digit can be redrawn with a pen of any width, at any size. MNIST's strokes are all about equally thick;
those of a mouse, a ballpoint pen or a brush are not.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

FINE = 2
"""Pixels of a distance field per pixel of the image."""

UNIT = 16
"""The value in a field that stands for a distance of one image pixel."""

_PIECE = 2_000  # images thinned at once: 6 MB per array


def distance_fields(images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the distance of every pixel from the centre line of the nearest stroke.

    Parameters
    ----------
    images
        uint8 (n, 28, 28), background 0, ink 255.

    Returns
    -------
    uint8 (n, 56, 56), in sixteenths of an image pixel, capped at 255.

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
        for index, line in enumerate(thinned(fine > 127)):
            if not line.any():
                fields[start + index] = 255
                continue
            distance = cv2.distanceTransform((~line).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
            fields[start + index] = np.minimum(np.rint(distance * (UNIT / FINE)), 255)
    return fields


def thinned(shapes: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Thin shapes to lines one pixel wide, connected as the shapes were (Zhang and Suen, 1984).

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
    """Find the edge pixels that can be removed in one of the two halves of a pass."""
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
    # otherwise all four pixels of an isolated square would be removed at once
    three = np.pad(shapes[:, 1:-1, 1:-1] & (neighbours == 3), ((0, 0), (0, 1), (0, 1)))
    removable &= ~(three[:, :-1, :-1] & three[:, :-1, 1:] & three[:, 1:, :-1] & three[:, 1:, 1:])
    return np.asarray(removable)

"""A grey picture becomes a scan: its ink map, its contrast map and the connected components of its ink."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.ink.components import SOLID, Components, find_components
from shuzi.ink.paper import make_ink_dark, map_contrast, map_ink
from shuzi.ink.resize import resize

ONE_PIXEL_WIDE = 0.12  # fraction of solid ink in full squares of 2x2 pixels; where it is less, strokes fill no square
NEAR = 3  # columns of paper between two characters that would touch, or nearly, if both were widened
TALL, POINT = 0.5, 0.3  # of the height of all ink: how high a character is at least, and a point at most
LOW = 40  # pixels of height: where all ink is lower, a stroke of one pixel is often broken by how it was shrunk


@dataclass(frozen=True, eq=False)
class Scan:
    """A picture prepared for reading.

    Parameters
    ----------
    grey
        uint8 (h, w).
    shape
        Height and width of the original picture, which may be larger.
    ink
        The ink map, as `ink_map` makes it: uint8 (h, w).
    contrast
        The contrast map, as `contrast_map` makes it: uint8 (h, w).
    components
        The connected components of the ink.

    Examples
    --------
    >>> page = np.full((40, 400), 230, np.uint8)
    >>> page[10:30, 18:22] = 20
    >>> scan = Scan.of(page, largest=200)
    >>> scan.grey.shape, scan.shape, scan.components.boxes.tolist()
    ((20, 200), (40, 400), [[9, 5, 2, 10]])
    """

    grey: NDArray[np.uint8]
    shape: tuple[int, int]
    ink: NDArray[np.uint8]
    contrast: NDArray[np.uint8]
    components: Components

    @cached_property
    def is_one_piece(self) -> bool:
        """Whether all solid ink touches, across gaps of one pixel, as a thin pen leaves in a small picture."""
        solid = (self.ink >= SOLID).astype(np.uint8)
        wide = cv2.dilate(solid, np.ones((2, 2), np.uint8))
        return cv2.connectedComponents(wide, connectivity=8)[0] == 2 and not has_neighbours(solid)  # the paper is one

    @staticmethod
    def of(grey: NDArray[np.uint8], largest: int) -> Scan:
        """Prepare a picture, uint8 (h, w), shrunk so that its longer side has at most `largest` pixels."""
        small = resize(grey, min(1.0, largest / max(grey.shape)))
        dark = make_ink_dark(small)
        ink = map_ink(dark)
        if has_thin_strokes(ink):
            dark = widen_strokes(dark)
            ink = map_ink(dark)
        return Scan(small, (grey.shape[0], grey.shape[1]), ink, map_contrast(dark), find_components(ink))


def has_thin_strokes(ink: NDArray[np.uint8]) -> bool:
    """Tell whether an ink map, uint8 (h, w), is of low writing whose strokes are one pixel wide, to be widened.

    Drawn so, or shrunk by leaving out pixels, such strokes fall apart. The limits were chosen on UNIPEN's validation
    writers: of 300 digits drawn so, 12 to 22 pixels high, 193 were right and "ok", and 245 once widened. Where
    characters are so close together that they would touch, all stay as they are.

    Examples
    --------
    >>> ink = np.zeros((28, 28), np.uint8)
    >>> ink[5:23, 14] = 255
    >>> has_thin_strokes(ink), has_thin_strokes(np.repeat(ink, 2, axis=1))
    (True, False)
    """
    solid = (ink >= SOLID).astype(np.uint8)
    height = cv2.boundingRect(solid)[3]
    if not 0 < height <= LOW:
        return False
    # a square lies inside the ink where its last pixel survives
    inside = cv2.erode(cv2.copyMakeBorder(solid, 1, 1, 1, 1, cv2.BORDER_CONSTANT), np.ones((2, 2), np.uint8))
    is_thin = np.count_nonzero(inside) < ONE_PIXEL_WIDE * np.count_nonzero(solid)
    return bool(is_thin) and not has_neighbours(solid)


def has_neighbours(solid: NDArray[np.uint8]) -> bool:
    """Tell whether two characters stand so close in a mask, uint8 (h, w), that widened strokes would join them.

    Two pieces side by side are characters if both are tall, or if the lower one is a point.

    Examples
    --------
    >>> solid = np.zeros((28, 28), np.uint8)
    >>> solid[5:23, [10, 14]] = 1
    >>> has_neighbours(solid), has_neighbours(solid[:, :12])
    (True, False)
    """
    columns = np.flatnonzero(solid.any(axis=0))
    spans = np.split(columns, np.flatnonzero(np.diff(columns) > 1) + 1)
    rows = [np.flatnonzero(solid[:, span[0] : span[-1] + 1].any(axis=1)) for span in spans if span.size]
    _, top, _, height = cv2.boundingRect(solid)
    for (left, right), (before, after) in zip(pairwise(spans), pairwise(rows), strict=True):
        if right[0] - left[-1] - 1 > NEAR:
            continue
        lower = min(before, after, key=np.ptp)
        is_point = np.ptp(lower) < POINT * height and lower[0] >= top + (1 - POINT) * height
        if is_point or np.ptp(lower) + 1 >= TALL * height:
            return True
    return False


def widen_strokes(dark: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Widen dark strokes by a pixel to each side: uint8 (h, w) for uint8 (h, w).

    Examples
    --------
    >>> widen_strokes(np.array([[9, 9, 9], [9, 2, 9], [9, 9, 9], [9, 2, 9]], np.uint8))[:3].tolist()
    [[9, 2, 9], [2, 2, 2], [9, 2, 9]]
    """
    return np.asarray(cv2.erode(dark, cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))), np.uint8)

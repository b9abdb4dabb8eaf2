"""Ink that belongs to no character becomes a list of what was left out: no drop of it vanishes without a word."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.ink.boxes import Box
from shuzi.ink.components import SOLID
from shuzi.reading.result import RULING, STAIN, UNKNOWN

LARGE = 0.4
"""Of the digits' median height: ink that is as high or as wide is named."""

_GROWN = 0.16  # of a digit's height: how far ink may reach beyond a character's box and still belong to it
_LONG = 6.0  # times as long as it is thick: a printed line
_RULED = 3.0  # of a digit's height: a level line that is no longer may be a dash
_SPANS = 0.9  # of the picture's side: a line from one side to the other
_HOLLOW = 0.16  # of its box: a frame or squared paper has less ink
_FRAME = 1.6  # of a digit's height: a frame is at least that wide and high
_PIECE, _THIN = (
    2.5,
    0.2,
)  # times as long as thick; thickness as a fraction of a digit's height: a piece of a level line
_OUTSIDE = 0.15  # of a digit's height: a level piece no further inside the row is on, below or above it
_NEAR = 0.5  # of a digit's height: the distance from the row at which a line may be for writing on
_PALE = 0.5  # of the digits' darkness: paler ink is a stain
_PAPER_AROUND = 0.3  # of a digit's height: the margin whose paper a piece is compared with


def left_out(
    grey: NDArray[np.uint8], ink: NDArray[np.uint8], taken: Sequence[Box], height: float
) -> list[tuple[str, Box]]:
    """Find the ink outside all characters that is large enough to be one.

    Parameters
    ----------
    grey, ink
        The picture and its ink map, paper 0 and ink up to 255: both uint8 (h, w).
    taken
        The boxes of all digits, marks and signs.
    height
        The median height of the digits, in pixels.

    Returns
    -------
    The kind of each, RULING, STAIN or UNKNOWN, and its box in pixels.

    Examples
    --------
    >>> ink = np.zeros((40, 100), np.uint8)
    >>> ink[10:30, 10:14] = ink[10:30, 40:60] = ink[36, 2:98] = 255
    >>> left_out(255 - ink, ink, [Box(10, 10, 4, 20)], 20.0)
    [('unknown', Box(x=40, y=10, width=20, height=20)), ('ruling', Box(x=2, y=36, width=96, height=1))]
    """
    solid = (ink >= SOLID).astype(np.uint8)
    _, pieces = cv2.connectedComponents(solid, connectivity=8)
    near = _PAPER_AROUND * height
    known = [_darkness(grey, ink, box, near, ink[box.pixels()] >= SOLID) for box in taken]
    darkness = float(np.median(known)) if known else 0.0
    for box in taken:
        around = box.pixels(rim=_GROWN * height)
        # around a box, only what hangs together with its ink belongs to it
        own = np.isin(pieces[around], np.unique(pieces[box.pixels()]))
        solid[around][own] = 0
    count, labels, stats, _ = cv2.connectedComponentsWithStats(solid, connectivity=8)
    found = []
    for number in range(1, count):
        x, y, wide, high, area = stats[number].tolist()
        if max(wide, high) < LARGE * height:
            continue
        box = Box(x, y, wide, high)
        dark = _darkness(grey, ink, box, near, labels[box.pixels()] == number)
        line = _is_printed(box, area, height, ink.shape) or _is_beside(box, taken, height)
        found.append((RULING if line else STAIN if dark < _PALE * darkness else UNKNOWN, box))
    return found


def _darkness(
    grey: NDArray[np.uint8], ink: NDArray[np.uint8], box: Box, near: float, inked: NDArray[np.bool_]
) -> float:
    """Return by how many grey levels the ink in a box differs from the paper around it; an ink map does not tell."""
    around = box.pixels(rim=near)
    paper = grey[around][ink[around] < SOLID]
    if not paper.size or not inked.any():
        return 0.0
    return abs(float(np.median(paper)) - float(np.median(grey[box.pixels()][inked])))


def _is_printed(box: Box, area: int, height: float, shape: tuple[int, ...]) -> bool:
    """Tell whether a piece is too long or too hollow for a character, as printed lines and frames are."""
    long, thick = max(box.width, box.height), min(box.width, box.height)
    spans = box.width >= _SPANS * shape[1] or box.height >= _SPANS * shape[0]
    longest = _RULED if box.width > box.height else _FRAME
    if long >= _LONG * thick and (long > longest * height or spans):
        return True
    return area < _HOLLOW * box.width * box.height and (thick >= _FRAME * height or spans)


def _is_beside(box: Box, taken: Sequence[Box], height: float) -> bool:
    """Tell whether a level piece lies where lines are that people write on; a dash is at half height.

    Digits that cross or touch a printed line break it into such pieces.
    """
    if box.width < _PIECE * box.height or box.height > _THIN * height or not taken:
        return False
    middle = box.y + box.height / 2
    nearest = min((each.y + each.height / 2 for each in taken), key=lambda y: abs(y - middle))
    row = [each for each in taken if abs(each.y + each.height / 2 - nearest) < height / 2]
    tall = [each for each in row if each.height >= height / 2] or row
    top, bottom = (float(np.median(ends)) for ends in zip(*((each.y, each.bottom) for each in tall), strict=True))
    inside, near = _OUTSIDE * height, _NEAR * height
    return bottom - inside <= middle <= bottom + near or top - near <= middle <= top + inside

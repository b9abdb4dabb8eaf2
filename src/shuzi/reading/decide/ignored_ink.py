"""Ink that belongs to no character becomes a list of what was left out: no drop of it vanishes without a word."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.ink.boxes import Box
from shuzi.ink.components import SOLID
from shuzi.ink.pattern import THIN, is_patterned, thickness
from shuzi.ink.ruling import Ruling
from shuzi.reading.decide.decide_thresholds import (
    CHARACTER_MARGIN,
    DARKNESS_MARGIN,
    IMAGES_PER_PIECE,
    LARGE_INK,
    MOST_CUT_OFF,
    PIXELS_PER_IMAGE,
    PRINT_DARKNESS,
    SAME_LINE_OVERLAP,
    STAIN_DARKNESS,
)
from shuzi.reading.find.find_thresholds import MOST_WORK
from shuzi.reading.report.result import NEIGHBOUR, PRINT, RULING, STAIN, UNKNOWN


def left_out(
    grey: NDArray[np.uint8], ink: NDArray[np.uint8], taken: Sequence[Box], height: float, most: float = MOST_WORK
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
    most
        What may be done to tell kinds, in images classified; the ink beyond that is UNKNOWN.

    Returns
    -------
    The kind of each, RULING, STAIN, PRINT, NEIGHBOUR or UNKNOWN, and its box in pixels.

    Examples
    --------
    >>> ink = np.zeros((40, 100), np.uint8)
    >>> ink[10:30, 10:14] = ink[10:30, 40:60] = ink[36, 2:98] = 255
    >>> left_out(255 - ink, ink, [Box(10, 10, 4, 20)], 20.0)
    [('unknown', Box(x=40, y=10, width=20, height=20)), ('ruling', Box(x=2, y=36, width=96, height=1))]
    """
    every = ink >= SOLID
    solid = every.astype(np.uint8)
    _, pieces = cv2.connectedComponents(solid, connectivity=8)
    near = DARKNESS_MARGIN * height
    known = [_darkness(grey, ink, box, near, ink[box.pixels()] >= SOLID) for box in taken]
    darkness = float(np.median(known)) if known else 0.0
    for box in taken:
        around = box.pixels(rim=CHARACTER_MARGIN * height)
        # around a box, only what hangs together with its ink belongs to it
        own = np.isin(pieces[around], np.unique(pieces[box.pixels()]))
        solid[around][own] = 0
    _, found_labels, found_stats, _ = cv2.connectedComponentsWithStats(solid, connectivity=8)
    labels, stats = np.asarray(found_labels, np.int32), np.asarray(found_stats, np.int32)
    ruling = Ruling(every, solid.astype(np.bool_), taken, height, LARGE_INK * height)
    found: list[tuple[str, Box]] = []
    fine: list[tuple[int, int]] = []  # the place in `found` and the number of what may be a part of a pattern
    large = np.flatnonzero(stats[1:, 2:4].max(axis=1) >= LARGE_INK * height) + 1
    for number in large.tolist():
        x, y, wide, high, area = stats[number].tolist()
        box = Box(x, y, wide, high)
        most -= IMAGES_PER_PIECE + ruling.looked_at(box, area) / PIXELS_PER_IMAGE
        if most < 0:
            found.append((UNKNOWN, box))  # to tell takes long where nested frames or a page of print fill the picture
            continue
        piece = labels[box.pixels()] == number
        dark = _darkness(grey, ink, box, near, piece)
        pale = dark < STAIN_DARKNESS * darkness
        line = ruling.is_line(box, piece) or (not pale and ruling.is_comb(box, piece))
        if not line and not pale and dark <= PRINT_DARKNESS * darkness and max(wide, high) <= height:
            fine.append((len(found), number))
        rest = NEIGHBOUR if _is_neighbour(box, ink.shape, taken, height) else UNKNOWN
        found.append((RULING if line else STAIN if pale else rest, box))
    if fine:
        pen = _pen(every, taken)
        if is_patterned(labels, stats, pen, height):
            thick = thickness(labels, stats[:, cv2.CC_STAT_AREA])
            for place, number in fine:
                if thick[number] <= THIN * pen:
                    found[place] = (PRINT, found[place][1])
    return found


def _is_neighbour(box: Box, shape: tuple[int, ...], taken: Sequence[Box], height: float) -> bool:
    """Tell whether the picture's edge cuts off ink that is in no line: in a line it may be a part of the number."""
    above_or_below = (box.y <= 0 or box.bottom >= shape[0]) and box.height < MOST_CUT_OFF * height
    beside = (box.x <= 0 or box.right >= shape[1]) and box.width < MOST_CUT_OFF * height
    return (above_or_below or beside) and not any(
        min(box.bottom, each.bottom) - max(box.y, each.y) > SAME_LINE_OVERLAP * min(box.height, each.height)
        for each in taken
    )


def _pen(every: NDArray[np.bool_], taken: Sequence[Box]) -> float:
    """Return the median thickness of the strokes of characters, in pixels; 0 if there are none."""
    inks = [every[box.pixels()].astype(np.int32) for box in taken]
    found = [thickness(each, np.array([0, each.sum()], np.int32))[1] for each in inks]
    return float(np.median(found)) if found else 0.0


def _darkness(
    grey: NDArray[np.uint8], ink: NDArray[np.uint8], box: Box, near: float, inked: NDArray[np.bool_]
) -> float:
    """Return by how many grey levels the ink in a box differs from the paper around it; an ink map does not tell."""
    around = box.pixels(rim=near)
    paper = grey[around][ink[around] < SOLID]
    if not paper.size or not inked.any():
        return 0.0
    return abs(float(np.median(paper)) - float(np.median(grey[box.pixels()][inked])))

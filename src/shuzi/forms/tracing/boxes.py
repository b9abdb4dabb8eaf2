"""A blank form becomes the empty boxes that are printed on it, with the ticks of combs."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.forms.finding.flat import SCALE
from shuzi.ink.boxes import Box

DARK = 222
"""The level below which something is printed; lines are often grey."""

_LINE = 3.0  # millimetres: shorter lines bound no box
_LEAST_WIDE, _LEAST_HIGH, _MOST_HIGH = 3.5, 4.5, 22.0  # millimetres of a box; smaller ones are to be ticked
_RECTANGULAR = 0.9  # of its bounding box that a box fills
_INNER = 0.8  # millimetres from its edge within which nothing is printed
_EMPTY = 0.008  # of a box that may be dark all the same: specks
_TICK, _TICKED = 0.2, 0.6  # the lower part of a box in which ticks are sought; how much of it a tick fills
_REGULAR = 0.15  # of their distance by which ticks may lie off their place


@dataclass(frozen=True)
class Printed:
    """An empty box: its place in millimetres, and how many digits it is divided for by ticks (1 without)."""

    box: Box
    parts: int


def find_boxes(flat: NDArray[np.uint8]) -> list[Printed]:
    """Find the empty boxes of a blank form.

    Parameters
    ----------
    flat
        uint8 (h, w), as `shuzi.forms.finding.flat.flatten` makes it.

    Returns
    -------
    Upright rectangles between printed lines, with nothing in them but the ticks of a comb, in no particular order.

    Examples
    --------
    >>> flat = np.full((400, 800), 255, np.uint8)
    >>> _ = cv2.rectangle(flat, (80, 80), (160, 152), 100, 2)
    >>> _ = cv2.rectangle(flat, (240, 80), (480, 152), 100, 2)
    >>> for x in (320, 400):
    ...     _ = cv2.line(flat, (x, 130), (x, 152), 100, 2)
    >>> [(round(each.box.x), round(each.box.width), each.parts) for each in find_boxes(flat)]
    [(10, 10, 1), (30, 30, 3)]
    """
    dark = np.asarray(cv2.GaussianBlur(flat, (0, 0), 0.8) < DARK, np.uint8)
    length = round(_LINE * SCALE)
    # paper that is not quite flat: a line may move by a pixel or two along its length
    high, wide = cv2.dilate(dark, np.ones((3, 1), np.uint8)), cv2.dilate(dark, np.ones((1, 3), np.uint8))
    across = cv2.morphologyEx(high, cv2.MORPH_OPEN, np.ones((1, length), np.uint8))
    down = cv2.morphologyEx(wide, cv2.MORPH_OPEN, np.ones((length, 1), np.uint8))
    lines = cv2.dilate(cv2.bitwise_or(across, down), np.ones((3, 3), np.uint8))
    count, _, stats, _ = cv2.connectedComponentsWithStats(1 - lines, connectivity=4)
    found = []
    for left, top, broad, tall, area in stats[1:count].tolist():
        reach = 4 / SCALE  # to the middle of the line, from where it was widened
        box = Box(left / SCALE - reach, top / SCALE - reach, broad / SCALE + 2 * reach, tall / SCALE + 2 * reach)
        edge = left == 0 or top == 0 or left + broad == flat.shape[1] or top + tall == flat.shape[0]
        if edge or box.width < _LEAST_WIDE or not _LEAST_HIGH <= box.height <= _MOST_HIGH:
            continue
        if area < _RECTANGULAR * broad * tall:
            continue
        rim = round((_INNER - reach) * SCALE)
        inside = dark[top + rim : top + tall - rim, left + rim : left + broad - rim].astype(bool)
        if inside.size == 0:
            continue
        parts = _parts(dark[top : top + tall, left : left + broad].astype(bool), rim)
        upper = inside[: round(len(inside) * 0.5)] if parts > 1 else inside
        if upper.mean() <= _EMPTY:
            found.append(Printed(box, parts))
    return found


def _parts(inside: NDArray[np.bool_], rim: int) -> int:
    """Return for how many digits ticks at its lower edge divide a box: 1 if there are none."""
    high, wide = inside.shape
    low = inside[round(high * (1 - _TICK)) :].mean(axis=0) >= _TICKED
    low[:rim] = low[-rim:] = False
    starts = np.flatnonzero(np.diff(np.concatenate([[False], low, [False]]).astype(int)) == 1)
    ends = np.flatnonzero(np.diff(np.concatenate([[False], low, [False]]).astype(int)) == -1)
    ticks = (starts + ends) / 2
    if not len(ticks):
        return 1
    pitch = wide / (len(ticks) + 1)
    regular = np.abs(ticks - pitch * np.arange(1, len(ticks) + 1)).max() <= _REGULAR * pitch
    return len(ticks) + 1 if regular else 1

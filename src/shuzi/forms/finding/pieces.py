"""A flat piece of a sheet without printed lines becomes pieces of ink, each of which belongs to one of its boxes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.forms.finding.course import LINE
from shuzi.forms.finding.flat import PAPER, SCALE
from shuzi.ink.boxes import Box

LEAST_DARK = 28.0
"""Grey levels by which ink in a box differs from paper."""

WIDEST_REST = 0.8
"""Millimetres: what is left of a line is no wider."""

THINNEST = 0.3
"""Millimetres: what is left of a line is thinner."""

_SOLID = 0.4  # of the darkest ink in a box
_LEAST_PIXELS = 5  # of a piece of ink
_SHARED = 0.25  # of a piece of ink is in another box: it may be that one's too
_BEYOND = 0.75  # millimetres from a box to the middle of a stroke that still belongs to it, if to no other box
_SHORT = 1.5  # millimetres: shorter pieces of a line are left of it


@dataclass(frozen=True)
class Pieces:
    """The pieces of ink of a part of a sheet.

    Parameters
    ----------
    labels
        int32 (h, w): the piece of each pixel, from 1; 0 for paper.
    owners
        int (n + 1,): the index of each piece's box; -1 for what is left of lines, and neighbours' ink.
    doubtful
        bool (number of boxes,): whether a piece at the box may be ink of it, or not.
    """

    labels: NDArray[np.int32]
    owners: NDArray[np.intp]
    doubtful: NDArray[np.bool_]


def pieces_of(
    part: NDArray[np.uint8], boxes: Sequence[Box], peaks: Sequence[float], others: Sequence[Box] = ()
) -> Pieces:
    """Tell to which box each piece of ink belongs.

    Parameters
    ----------
    part
        Without printed lines: uint8 (h, w), paper 255.
    boxes
        From left to right, in pixels of the part.
    peaks
        How dark the darkest ink is in each.
    others
        Other boxes nearby, in pixels of the part: ink in them is theirs.
    """
    dark = below_paper(part)
    middles = np.array([box.x + box.width / 2 for box in boxes])
    nearest = np.abs(np.arange(part.shape[1])[:, None] + 0.5 - middles).argmin(axis=1)
    solid = dark >= np.array([threshold_of(peak) for peak in peaks])[nearest]
    labels, shared = _divided(solid, nearest)
    count = int(labels.max()) + 1
    owners, doubtful = np.full(count, -1), np.isin(np.arange(len(boxes)), shared)
    for piece in range(1, count):
        own = labels == piece
        rows, columns = np.nonzero(own)
        area = len(rows)
        if area < _LEAST_PIXELS:
            continue
        x, y = float(columns.mean()) + 0.5, float(rows.mean()) + 0.5
        wide, high = int(np.ptp(columns)) + 1, int(np.ptp(rows)) + 1
        index = int(np.abs(middles - x).argmin())
        box = boxes[index]
        away = max(box.x - x, x - box.right, box.y - y, y - box.bottom) / SCALE
        foreign = away > _BEYOND or _goes_on(dark, own) or any(_holds(neighbour, x, y) for neighbour in others)
        if away > 0 and foreign:
            continue
        if _is_rest(box, x, y, wide, high):
            thin = area < THINNEST * SCALE * max(wide, high)
            if thin or max(wide, high) < _SHORT * SCALE:
                doubtful[index] |= not thin
                continue
        owners[piece] = index
    return Pieces(labels, owners, doubtful)


def _divided(solid: NDArray[np.bool_], nearest: NDArray[np.intp]) -> tuple[NDArray[np.int32], list[int]]:
    """Label pieces of ink, and divide those that are in two boxes, as digits that touch are: they are in doubt.

    Returns
    -------
    The piece of each pixel, int32 (h, w), and the indices of the boxes that share one.
    """
    count, found = cv2.connectedComponents(solid.astype(np.uint8), connectivity=8)
    labels, shared = np.asarray(found, np.int32), list[int]()
    for piece in range(1, count):
        rows, columns = np.nonzero(found == piece)
        at = nearest[columns]
        several = [index for index in np.unique(at).tolist() if (at == index).mean() >= _SHARED]
        for index in several[1:]:
            shared += [several[0], index]
            inside = at == index
            labels[rows[inside], columns[inside]] = labels.max() + 1
    return labels, shared


def _holds(box: Box, x: float, y: float) -> bool:
    return box.x <= x < box.right and box.y <= y < box.bottom


def _goes_on(dark: NDArray[np.float32], piece: NDArray[np.bool_]) -> bool:
    """Tell whether a piece of ink goes on beyond the edge of the part, more than its soft edge does."""
    inner = np.zeros(piece.shape, bool)
    inner[1:-1, 1:-1] = True
    return bool((dark[piece & ~inner] >= dark[piece].max() / 2).any())


def _is_rest(box: Box, x: float, y: float, wide: float, high: float) -> bool:
    """Tell whether a piece lies along a line of a box and is as narrow as what may be left of it."""
    near, narrow = 1.2 * LINE * SCALE, WIDEST_REST * SCALE
    on_x, on_y = min(abs(x - box.x), abs(x - box.right)) < near, min(abs(y - box.y), abs(y - box.bottom)) < near
    return (on_x and wide < narrow) or (on_y and high < narrow)


def threshold_of(peak: float) -> float:
    """Return by how many grey levels ink is darker than paper in a box whose darkest ink is."""
    return max(LEAST_DARK * 0.7, _SOLID * peak)


def below_paper(part: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return by how many grey levels each pixel is darker than most of a part: float32 (h, w)."""
    return np.float32(levels_of(part)[1]) - part.astype(np.float32)


def levels_of(part: NDArray[np.uint8]) -> tuple[float, float]:
    """Return the level of the darkest pixels, apart from eleven, and the median; counting is faster than sorting.

    >>> part = np.full((10, 10), 250, np.uint8)
    >>> part[:, :2] = np.arange(20).reshape(10, 2)
    >>> levels_of(part), levels_of(part[:5, :4])
    ((11.0, 250.0), (250.0, 129.5))
    """
    below = np.cumsum(np.bincount(part.ravel(), minlength=PAPER + 1))
    ranks = min(12, part.size), (part.size + 1) // 2, part.size // 2 + 1
    dark, low, high = np.searchsorted(below, ranks).tolist()
    return float(dark), (low + high) / 2


def darkest(dark: NDArray[np.float32]) -> float:
    """Return how dark the darkest of some pixels are, apart from a few."""
    return float(np.partition(dark, -12)[-12]) if len(dark) >= 12 else 0.0


def keep_touching(extra: NDArray[np.bool_], solid: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the pieces of what else may be ink that touch what is."""
    _, labels = cv2.connectedComponents(extra.astype(np.uint8), connectivity=8)
    near = cv2.dilate(solid.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    return extra & np.isin(labels, np.unique(labels[near & extra]))

"""A flat piece of a sheet without printed lines becomes the ink that belongs to each of its boxes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.errors import PictureError
from shuzi.forms.finding.erase import Erased, with_points
from shuzi.forms.finding.flat import PAPER, SCALE
from shuzi.forms.finding.pieces import (
    LEAST_DARK,
    below_paper,
    darkest,
    keep_touching,
    levels_of,
    pieces_of,
    threshold_of,
)
from shuzi.ink.boxes import Box
from shuzi.ink.normalize import normalize

MARGIN = 1.0
"""Millimetres around a box that are cut out with it, since digits cross its lines."""

LEAST_INK = 34.0
"""Grey levels by which ink in a cell without divisions differs from paper: paler is none."""

_LEAST_AREA = 0.35  # square millimetres of ink: less is a speck
_CLEAR_AREA = 0.9  # square millimetres: less may be a speck or a faint stroke
_WIDEST_PEN = 2.0  # millimetres: what is dark for longer in all directions is the edge of a shadow
_NARROW = 0.75  # of how dark a stroke is, at least, it is darker than the paper at both of its sides
_STROKE, _ON_LINE = 3.0, 0.5  # millimetres of a stroke of a 1 at least, and from a box to where it is on its line
_LEAST_KEPT = 0.12  # square millimetres: what else may be ink, before it counts


@dataclass(frozen=True)
class Written:
    """The content of one box.

    Parameters
    ----------
    image
        uint8 (28, 28), as the classifier takes it; None if the box is empty.
    faint
        Whether it is uncertain that this is what is written: there is so little ink that it may be a speck, some
        that may be a line or a neighbour's, or it is so wide that it may be the edge of a shadow.
    kept
        The same with all that may be ink rather than a printed line; None if that is no more.
    """

    image: NDArray[np.uint8] | None
    faint: bool
    kept: NDArray[np.uint8] | None = None

    @property
    def views(self) -> list[NDArray[np.uint8]]:
        """Every possible text."""
        return [view for view in (self.image, self.kept) if view is not None]


@dataclass(frozen=True)
class Inside:
    """The content of one box without divisions.

    Parameters
    ----------
    ink
        It without its lines: uint8 (h, w), paper 255.
    kept
        The same with all that may be ink rather than a line; None if that is no more.
    doubtful
        Whether a stroke may lie on a line of the box, or just beyond it.
    """

    ink: NDArray[np.uint8]
    kept: NDArray[np.uint8] | None
    doubtful: bool


def peak_of(part: NDArray[np.uint8]) -> float:
    """Return how dark the darkest ink in a box with its margin is: in grey levels below its paper."""
    rim = round(MARGIN * SCALE)
    darkest, middle = levels_of(part[rim:-rim, rim:-rim])
    return middle - darkest


def written_in(part: NDArray[np.uint8]) -> Written:
    """Separate the ink in a box from its paper.

    Parameters
    ----------
    part
        The box with its margin, without printed lines: uint8 (h, w), paper 255.

    Examples
    --------
    >>> box = np.full((84, 72), 250, np.uint8)
    >>> box[22:62, 34:38] = 60
    >>> written_in(box).image.shape, written_in(box[:, :25]).image is None
    ((28, 28), True)
    """
    (written,) = written_in_boxes(Erased(part, part), [_inside(part)])
    return written


def _inside(part: NDArray[np.uint8]) -> Box:
    rim = MARGIN * SCALE
    return Box(rim, rim, part.shape[1] - 2 * rim, part.shape[0] - 2 * rim)


def written_in_boxes(
    erased: Erased,
    boxes: Sequence[Box],
    least: float = LEAST_DARK,
    others: Sequence[Box] = (),
    certain: float = 0.0,
) -> list[Written]:
    """Separate the ink in each of several boxes from the paper.

    Parameters
    ----------
    erased
        The boxes with their margin, without printed lines.
    boxes
        From left to right, in pixels.
    least
        The grey levels by which ink is darker than paper, from which there surely is some.
    others
        Other boxes nearby, in pixels: ink in them is theirs.
    certain
        The grey levels by which ink is darker than paper, from which it surely is no shadow.
    """
    peaks = [peak_of(erased.ink[box.pixels(rim=MARGIN * SCALE)]) for box in boxes]
    pieces = pieces_of(erased.ink, boxes, peaks, others)
    dark, more = below_paper(erased.ink), below_paper(erased.kept)
    narrow = _narrow(erased.ink)
    lost = _lost_with_lines(dark, more, (pieces.owners >= 0)[pieces.labels])
    found = []
    for index, (box, peak, doubtful) in enumerate(zip(boxes, peaks, pieces.doubtful.tolist(), strict=True)):
        solid = (pieces.owners == index)[pieces.labels]
        area = float(solid.sum()) / SCALE**2
        if area < _LEAST_AREA or max(peak, darkest(dark[solid])) < least:
            found.append(Written(None, doubtful or area > _LEAST_AREA / 2 or _is_stroke(lost, box)))
            continue
        threshold = threshold_of(peak)
        image = _image(dark, solid, threshold)
        extra = keep_touching((more >= threshold) & (pieces.labels == 0), solid)
        kept = _image(more, solid | extra, threshold) if extra.sum() >= _LEAST_KEPT * SCALE**2 else None
        level = darkest(dark[solid])
        faint = area < _CLEAR_AREA or level < certain or darkest(narrow[solid]) < _NARROW * level
        found.append(Written(image, doubtful or image is None or faint, kept))
    return found


def _lost_with_lines(
    dark: NDArray[np.float32], more: NDArray[np.float32], own: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Return what may be ink and was taken out with lines, apart from what touches ink of a box."""
    lost = more - dark >= LEAST_DARK
    return lost & ~keep_touching(lost, own)


def _narrow(part: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return by how many grey levels each pixel is darker than what is on both sides of it: float32 (h, w)."""
    side = round(_WIDEST_PEN * SCALE) | 1
    smooth = cv2.blur(part, (3, 3))
    return np.asarray(cv2.morphologyEx(smooth, cv2.MORPH_BLACKHAT, np.ones((side, side), np.uint8)), np.float32)


def _is_stroke(ink: NDArray[np.bool_], box: Box, rim: float = _ON_LINE) -> bool:
    """Tell whether ink in a box, and so many millimetres around it, may be a 1."""
    region = ink[box.pixels(rim=rim * SCALE)].astype(np.uint8)
    high, area = cv2.connectedComponentsWithStats(region, connectivity=8)[2][1:, 3:].T
    return bool(((high >= _STROKE * SCALE) & (area >= _LEAST_AREA * SCALE**2)).any())


def _image(dark: NDArray[np.float32], solid: NDArray[np.bool_], threshold: float) -> NDArray[np.uint8] | None:
    """Return solid ink with its soft edges as the classifier takes it; None if hardly anything is left."""
    rows, columns = np.nonzero(solid)
    around = slice(max(0, rows.min() - 3), rows.max() + 4), slice(max(0, columns.min() - 3), columns.max() + 4)
    near = cv2.dilate(solid[around].astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    full = max(float(np.median(dark[solid])), 1.0)
    ink = np.clip((dark[around] - threshold / 2) * (255 / max(full - threshold / 2, 1)), 0, 255)
    try:
        return normalize(np.rint(np.where(near, ink, 0)).astype(np.uint8))
    except PictureError:
        return None


def without(part: NDArray[np.uint8], foreign: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Turn ink with its soft edges into paper."""
    return np.where(cv2.dilate(foreign.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0, PAPER, part).astype(np.uint8)


def inside_of(erased: Erased, box: Box, others: Sequence[Box] = ()) -> Inside:
    """Separate the ink in one box without divisions from the paper.

    Parameters
    ----------
    erased
        The box with its margin, without printed lines.
    box
        In pixels.
    others
        Other boxes nearby, in pixels: ink in them is theirs.
    """
    peak = peak_of(erased.ink)
    pieces = pieces_of(erased.ink, [box], [peak], others)
    own = (pieces.owners == 0)[pieces.labels]
    ink = with_points(without(erased.ink, (pieces.labels > 0) & ~own), erased.ink, round(MARGIN * SCALE), peak)
    more = below_paper(erased.kept)
    lost = _lost_with_lines(below_paper(erased.ink), more, own)
    doubtful = bool(pieces.doubtful[0]) or _is_stroke(lost, box) or _is_stroke(_beyond(own, box), box, MARGIN)
    extra = keep_touching((more >= threshold_of(peak)) & (pieces.labels == 0), own)
    if extra.sum() < _LEAST_KEPT * SCALE**2:
        return Inside(ink, None, doubtful)
    near = cv2.dilate(extra.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    return Inside(ink, np.where(near, np.minimum(ink, erased.kept), ink), doubtful)


def _beyond(own: NDArray[np.bool_], box: Box) -> NDArray[np.bool_]:
    """Return the pieces of ink that are all beyond the lines of their box."""
    within = np.zeros_like(own)
    within[box.pixels()] = True
    beyond = own & ~within
    return beyond & ~keep_touching(beyond, own & within)

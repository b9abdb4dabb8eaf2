"""A flat piece of a sheet without printed lines becomes the ink that belongs to each of its boxes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.errors import PictureError
from shuzi.forms.finding.course import LINE
from shuzi.forms.finding.erase import Erased, with_points
from shuzi.forms.finding.flat import PAPER, SCALE
from shuzi.ink.boxes import Box
from shuzi.ink.normalize import normalize

MARGIN = 1.0
"""Millimetres around a box that are cut out with it, since digits cross its lines."""

LEAST_INK = 34.0
"""Grey levels by which ink in a cell without divisions differs from paper: paler is none."""

LEAST_DARK = 28.0
"""Grey levels by which ink in a box differs from paper."""

WIDEST_REST = 0.8
"""Millimetres: what is left of a line is no wider."""

_LEAST_AREA = 0.35  # square millimetres of ink: less is a speck
_CLEAR_AREA = 0.9  # square millimetres: less may be a speck or a faint stroke
_SOLID = 0.4  # of the darkest ink in a box
_LEAST_PIXELS = 5  # of a piece of ink
_SHARED = 0.25  # of a piece of ink is in another box: it may be that one's too
_BEYOND = 0.75  # millimetres from a box to the middle of a stroke that still belongs to it, if to no other box
_THINNEST = 0.3  # millimetres: what is left of a line is thinner
_SHORT = 1.5  # millimetres: shorter pieces of a line are left of it
_STROKE, _ON_LINE = 3.0, 0.5  # millimetres of a stroke of a 1 at least, and from a box to where it is on its line
_LEAST_KEPT = 0.12  # square millimetres: what else may be ink, before it counts


@dataclass(frozen=True)
class Written:
    """What is in one box.

    Parameters
    ----------
    image
        uint8 (28, 28), as the classifier takes it; None if the box is empty.
    faint
        Whether it is uncertain that this is what is written: there is so little ink that it may be a speck, or some
        that may be a line or a neighbour's.
    kept
        The same with all that may be ink rather than a printed line; None if that is no more.
    """

    image: NDArray[np.uint8] | None
    faint: bool
    kept: NDArray[np.uint8] | None = None

    @property
    def views(self) -> list[NDArray[np.uint8]]:
        """What may be written, in all ways that it may be."""
        return [view for view in (self.image, self.kept) if view is not None]


def peak_of(part: NDArray[np.uint8]) -> float:
    """Return how dark the darkest ink in a box with its margin is: in grey levels below its paper."""
    rim = round(MARGIN * SCALE)
    dark = PAPER - part[rim:-rim, rim:-rim].astype(np.float32)
    return float(np.partition(dark.ravel(), -12)[-12] - np.median(dark))


def threshold_of(peak: float) -> float:
    """Return by how many grey levels ink is darker than paper in a box whose darkest ink is."""
    return max(LEAST_DARK * 0.7, _SOLID * peak)


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
    dark = _below_paper(part)
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
        foreign = away > _BEYOND or _goes_on(dark, own) or any(_holds(other, x, y) for other in others)
        if away > 0 and foreign:
            continue
        if _is_rest(box, x, y, wide, high):
            thin = area < _THINNEST * SCALE * max(wide, high)
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


def written_in(part: NDArray[np.uint8], least: float = LEAST_DARK) -> Written:
    """Separate the ink in a box from its paper.

    Parameters
    ----------
    part
        The box with its margin, without printed lines: uint8 (h, w), paper 255.
    least
        The grey levels by which ink is darker than paper, from which there surely is some.

    Examples
    --------
    >>> box = np.full((84, 72), 250, np.uint8)
    >>> box[22:62, 34:38] = 60
    >>> written_in(box).image.shape, written_in(box[:, :25]).image is None
    ((28, 28), True)
    """
    (written,) = written_in_boxes(Erased(part, part), [_inside(part)], least)
    return written


def _inside(part: NDArray[np.uint8]) -> Box:
    rim = MARGIN * SCALE
    return Box(rim, rim, part.shape[1] - 2 * rim, part.shape[0] - 2 * rim)


def written_in_boxes(
    erased: Erased, boxes: Sequence[Box], least: float = LEAST_DARK, others: Sequence[Box] = ()
) -> list[Written]:
    """Separate the ink in each of several boxes from the paper.

    Parameters
    ----------
    erased
        The boxes with their margin, without printed lines.
    boxes
        From left to right, in pixels.
    least
        As for `written_in`.
    others
        Other boxes nearby, in pixels: ink in them is theirs.
    """
    peaks = [peak_of(erased.ink[box.pixels(rim=MARGIN * SCALE)]) for box in boxes]
    pieces = pieces_of(erased.ink, boxes, peaks, others)
    dark, more = _below_paper(erased.ink), _below_paper(erased.kept)
    lost = more - dark >= LEAST_DARK
    lost &= ~_joined(lost, (pieces.owners >= 0)[pieces.labels])
    found = []
    for index, (box, peak, doubtful) in enumerate(zip(boxes, peaks, pieces.doubtful.tolist(), strict=True)):
        solid = (pieces.owners == index)[pieces.labels]
        area = float(solid.sum()) / SCALE**2
        if area < _LEAST_AREA or max(peak, _darkest(dark[solid])) < least:
            found.append(Written(None, doubtful or area > _LEAST_AREA / 2 or _is_stroke(lost, box)))
            continue
        threshold = threshold_of(peak)
        image = _image(dark, solid, threshold)
        extra = _joined((more >= threshold) & (pieces.labels == 0), solid)
        kept = _image(more, solid | extra, threshold) if extra.sum() >= _LEAST_KEPT * SCALE**2 else None
        found.append(Written(image, doubtful or image is None or area < _CLEAR_AREA, kept))
    return found


def _is_stroke(lost: NDArray[np.bool_], box: Box) -> bool:
    """Tell whether what was lost with the lines of a box may be a 1."""
    region = lost[box.pixels(rim=_ON_LINE * SCALE)].astype(np.uint8)
    high, area = cv2.connectedComponentsWithStats(region, connectivity=8)[2][1:, 3:].T
    return bool(((high >= _STROKE * SCALE) & (area >= _LEAST_AREA * SCALE**2)).any())


def _below_paper(part: NDArray[np.uint8]) -> NDArray[np.float32]:
    dark = (PAPER - part).astype(np.float32)
    return dark - np.float32(np.median(dark))


def _darkest(dark: NDArray[np.float32]) -> float:
    return float(np.partition(dark, -12)[-12]) if len(dark) >= 12 else 0.0


def _joined(extra: NDArray[np.bool_], solid: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the pieces of what else may be ink that touch what is."""
    _, labels = cv2.connectedComponents(extra.astype(np.uint8), connectivity=8)
    near = cv2.dilate(solid.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    return extra & np.isin(labels, np.unique(labels[near & extra]))


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


def inside_of(
    erased: Erased, box: Box, others: Sequence[Box] = ()
) -> tuple[NDArray[np.uint8], NDArray[np.uint8] | None]:
    """Return the ink in one box without divisions, and all that may be, uint8 (h, w); the latter None if no more."""
    peak = peak_of(erased.ink)
    pieces = pieces_of(erased.ink, [box], [peak], others)
    own = (pieces.owners == 0)[pieces.labels]
    inside = with_points(without(erased.ink, (pieces.labels > 0) & ~own), erased.ink, round(MARGIN * SCALE), peak)
    extra = _joined((_below_paper(erased.kept) >= threshold_of(peak)) & (pieces.labels == 0), own)
    if extra.sum() < _LEAST_KEPT * SCALE**2:
        return inside, None
    near = cv2.dilate(extra.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    return inside, np.where(near, np.minimum(inside, erased.kept), inside)

"""A flat piece of a sheet without printed lines becomes pieces of ink, each of which belongs to one of its boxes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.errors import PictureError
from shuzi.forms.flatten import PAPER, SCALE
from shuzi.forms.printed_lines import LINE, Erased, gone_from, with_points
from shuzi.ink.boxes import Box
from shuzi.ink.normalize import normalize

MIN_DARK = 28.0
"""Grey levels by which ink in a box differs from paper."""

MARGIN = 1.0
"""Millimetres around a box that are cut out with it, since digits cross its lines."""

MIN_INK = 34.0
"""Grey levels by which ink in a cell without divisions differs from paper: paler is none."""

MIN_AREA = 0.35
"""Square millimetres of ink: less is a speck."""

MIN_KEPT = 0.12
"""Square millimetres of what may be ink, or left of a line: less does not count."""

MIN_STROKE = 3.0
"""Millimetres of a stroke of a 1 at least."""

_CLEAR_AREA = 0.9  # square millimetres: less may be a speck or a faint stroke
_MAX_PEN_WIDTH = 2.0  # millimetres: what is dark for longer in all directions is the edge of a shadow
_NARROW = 0.75  # of how dark a stroke is, at least, it is darker than the paper at both of its sides


@dataclass(frozen=True)
class Written:
    """The content of one box."""

    image: NDArray[np.uint8] | None  # uint8 (28, 28), as the classifier takes it; None if the box is empty
    # whether it is uncertain that this is what is written: there is so little ink that it may be a speck, some that
    # may be a line or a neighbour's, or it is so wide that it may be the edge of a shadow
    faint: bool
    # the same with all that may be ink rather than a printed line; None if that is no more
    kept: NDArray[np.uint8] | None = None

    @property
    def views(self) -> list[NDArray[np.uint8]]:
        """Every possible text."""
        return [view for view in (self.image, self.kept) if view is not None]


@dataclass(frozen=True)
class Inside:
    """The content of one box without divisions."""

    ink: NDArray[np.uint8]  # it without its lines: uint8 (h, w), paper 255
    kept: NDArray[np.uint8] | None  # the same with all that may be ink rather than a line; None if that is no more
    doubtful: bool  # whether a stroke may lie on a line of the box, or just beyond it


def peak_of(part: NDArray[np.uint8]) -> float:
    """Return how dark the darkest ink in a box with its margin is: in grey levels below its paper."""
    rim = round(MARGIN * SCALE)
    darkest, middle = levels_of(part[rim:-rim, rim:-rim])
    return middle - darkest


def written_in(part: NDArray[np.uint8]) -> Written:
    """Separate the ink in a box from its paper.

    `part`: the box with its margin, without printed lines: uint8 (h, w), paper 255.

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
    erased: Erased, boxes: Sequence[Box], min_dark: float = MIN_DARK, others: Sequence[Box] = (), certain: float = 0.0
) -> list[Written]:
    """Separate the ink in each of several boxes from the paper."""
    peaks = [peak_of(erased.ink[box.pixels(rim=MARGIN * SCALE)]) for box in boxes]
    pieces = pieces_of(erased.ink, boxes, peaks, others)
    dark, more = below_paper(erased.ink), below_paper(erased.kept)
    narrow = _narrow(erased.ink)
    lost = _lost_with_lines(dark, more, (pieces.owners >= 0)[pieces.labels])
    found = []
    for index, (box, peak, doubtful) in enumerate(zip(boxes, peaks, pieces.doubtful.tolist(), strict=True)):
        solid = (pieces.owners == index)[pieces.labels]
        area = float(solid.sum()) / SCALE**2
        if area < MIN_AREA or max(peak, darkest(dark[solid])) < min_dark:
            found.append(Written(None, doubtful or area > MIN_AREA / 2 or _is_stroke(lost, box)))
            continue
        threshold = threshold_of(peak)
        image = _image(dark, solid, threshold)
        extra = keep_touching((more >= threshold) & (pieces.labels == 0), solid)
        kept = _image(more, solid | extra, threshold) if extra.sum() >= MIN_KEPT * SCALE**2 else None
        level = darkest(dark[solid])
        faint = area < _CLEAR_AREA or level < certain or darkest(narrow[solid]) < _NARROW * level
        found.append(Written(image, doubtful or image is None or faint, kept))
    return found


def _lost_with_lines(
    dark: NDArray[np.float32], more: NDArray[np.float32], own: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Return what may be ink and was taken out with lines, apart from what touches ink of a box."""
    lost = more - dark >= MIN_DARK
    return lost & ~keep_touching(lost, own)


def _narrow(part: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return by how many grey levels each pixel is darker than what is on both sides of it: float32 (h, w)."""
    side = round(_MAX_PEN_WIDTH * SCALE) | 1
    smooth = cv2.blur(part, (3, 3))
    return np.asarray(cv2.morphologyEx(smooth, cv2.MORPH_BLACKHAT, np.ones((side, side), np.uint8)), np.float32)


def _is_stroke(ink: NDArray[np.bool_], box: Box, rim: float = LINE) -> bool:
    """Tell whether ink in a box, and so many millimetres around it, may be a 1."""
    region = ink[box.pixels(rim=rim * SCALE)].astype(np.uint8)
    high, area = cv2.connectedComponentsWithStats(region, connectivity=8)[2][1:, 3:].T
    return bool(((high >= MIN_STROKE * SCALE) & (area >= MIN_AREA * SCALE**2)).any())


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
    """Separate the ink in one box without divisions from the paper."""
    peak = peak_of(erased.ink)
    pieces = pieces_of(erased.ink, [box], [peak], others)
    own = (pieces.owners == 0)[pieces.labels]
    ink = with_points(without(erased.ink, (pieces.labels > 0) & ~own), erased.ink, round(MARGIN * SCALE), peak)
    more = below_paper(erased.kept)
    lost = _lost_with_lines(below_paper(erased.ink), more, own)
    doubtful = bool(pieces.doubtful[0]) or _is_stroke(lost, box) or _is_stroke(_beyond(own, box), box, MARGIN)
    extra = keep_touching((more >= threshold_of(peak)) & (pieces.labels == 0), own)
    if extra.sum() < MIN_KEPT * SCALE**2:
        return Inside(ink, None, doubtful)
    near = cv2.dilate(extra.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    return Inside(ink, np.where(near, np.minimum(ink, erased.kept), ink), doubtful)


def _beyond(own: NDArray[np.bool_], box: Box) -> NDArray[np.bool_]:
    """Return the pieces of ink that are all beyond the lines of their box."""
    within = np.zeros_like(own)
    within[box.pixels()] = True
    beyond = own & ~within
    return beyond & ~keep_touching(beyond, own & within)


MAX_REST_WIDTH = 0.8
"""Millimetres: what is left of a line is no wider."""

MIN_THICKNESS = 0.3
"""Millimetres: what is left of a line is thinner."""

_SOLID = 0.4  # of the darkest ink in a box
_PALE, _FEW = 0.4, 5  # of the median of what is written in boxes, if there is ink in so many
_MIN_PIXELS = 5  # of a piece of ink
_SHARED = 0.25  # of a piece of ink is in another box: it may be that one's too
_BEYOND = 0.75  # millimetres from a box to the middle of a stroke that still belongs to it, if to no other box
_SHORT = 1.5  # millimetres: shorter pieces of a line are left of it


@dataclass(frozen=True)
class Pieces:
    """The pieces of ink of a part of a sheet."""

    labels: NDArray[np.int32]  # int32 (h, w): the piece of each pixel, from 1; 0 for paper
    # int (n + 1,): the index of each piece's box; -1 for what is left of lines, and neighbours' ink
    owners: NDArray[np.intp]
    doubtful: NDArray[np.bool_]  # bool (number of boxes,): whether a piece at the box may be ink of it, or not


def pieces_of(
    part: NDArray[np.uint8], boxes: Sequence[Box], peaks: Sequence[float], others: Sequence[Box] = ()
) -> Pieces:
    """Tell to which box each piece of ink belongs.

    `part`: without printed lines: uint8 (h, w), paper 255. `boxes`: from left to right, in pixels of the part.
    `others`: other boxes nearby, in pixels of the part: ink in them is theirs.
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
        if area < _MIN_PIXELS:
            continue
        x, y = float(columns.mean()) + 0.5, float(rows.mean()) + 0.5
        wide, high = int(np.ptp(columns)) + 1, int(np.ptp(rows)) + 1
        index = int(np.abs(middles - x).argmin())
        box = boxes[index]
        away = max(box.x - x, x - box.right, box.y - y, y - box.bottom) / SCALE
        foreign = away > _BEYOND or _goes_on(dark, own) or any(neighbour.holds(x, y) for neighbour in others)
        if away > 0 and foreign:
            continue
        if _is_rest(box, x, y, wide, high):
            thin = area < MIN_THICKNESS * SCALE * max(wide, high)
            if thin or max(wide, high) < _SHORT * SCALE:
                doubtful[index] |= not thin
                continue
        owners[piece] = index
    return Pieces(labels, owners, doubtful)


def _divided(solid: NDArray[np.bool_], nearest: NDArray[np.intp]) -> tuple[NDArray[np.int32], list[int]]:
    """Return the piece of ink of each pixel, those in two boxes divided, and the indices of the boxes sharing one."""
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


def _goes_on(dark: NDArray[np.float32], piece: NDArray[np.bool_]) -> bool:
    """Tell whether a piece of ink goes on beyond the edge of the part, more than its soft edge does."""
    inner = np.zeros(piece.shape, bool)
    inner[1:-1, 1:-1] = True
    return bool((dark[piece & ~inner] >= dark[piece].max() / 2).any())


def _is_rest(box: Box, x: float, y: float, wide: float, high: float) -> bool:
    """Tell whether a piece lies along a line of a box and is as narrow as what may be left of it."""
    near, narrow = 1.2 * LINE * SCALE, MAX_REST_WIDTH * SCALE
    on_x, on_y = min(abs(x - box.x), abs(x - box.right)) < near, min(abs(y - box.y), abs(y - box.bottom)) < near
    return (on_x and wide < narrow) or (on_y and high < narrow)


def threshold_of(peak: float) -> float:
    """Return by how many grey levels ink is darker than paper in a box whose darkest ink is."""
    return max(MIN_DARK * 0.7, _SOLID * peak)


def palest_of(peaks: NDArray[np.float64], min_dark: float) -> float:
    """Return how dark ink is at least among what else is written: paler may be the edge of a shadow; 0 if unknown.

    >>> palest_of(np.array([90.0, 100.0, 110.0, 100.0, 100.0, 5.0]), 28.0), palest_of(np.array([90.0, 100.0]), 28.0)
    (40.0, 0.0)
    """
    inked = peaks[peaks >= 2 * min_dark]
    return _PALE * float(np.median(inked)) if len(inked) >= _FEW else 0.0


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


THICK = 0.8
"""Millimetres of a line that hides what is written on it."""

_BESIDE_LINE, _REACHES = 2, 3  # pixels beside a thick line, and how many dark ones mean that ink goes on below it


def goes_below(part: NDArray[np.uint8], thickness: Sequence[float]) -> bool:
    """Tell whether ink reaches the lines around a box, which were taken out with all that is below them.

    `part`: the box with its margin, without lines: uint8 (h, w), paper 255. `thickness`: how thick its lines are, in
    millimetres: left, above, right and below; one thinner than `THICK` hides nothing.
    """
    if max(thickness) < THICK:
        return False
    left, top, right, bottom = (round((MARGIN + gone_from(width)) * SCALE) for width in thickness)
    high, wide = part.shape
    inside = part[top : high - bottom, left : wide - right]
    if min(inside.shape) < 2 * _BESIDE_LINE:
        return True
    dark = PAPER - inside.astype(np.float32) >= max(MIN_DARK, 0.4 * peak_of(part))
    beside = np.zeros(dark.shape, bool)
    for width, edge in zip(thickness, (beside.T, beside, beside.T[::-1], beside[::-1]), strict=True):
        edge[:_BESIDE_LINE] |= width >= THICK
    return bool((dark & beside).sum() >= _REACHES)

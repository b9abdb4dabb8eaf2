"""A blank form shows where filled ones lie, what is printed in and beside its fields, and the lines to write on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.errors import DataError, PictureError
from shuzi.forms.boxes import cut_fields, frame_around, pieces_of_frame
from shuzi.forms.flatten import PAPER, SCALE, flatten, in_photo
from shuzi.forms.grammar import COMB, OPEN
from shuzi.forms.layout import PlacedField
from shuzi.forms.printed_lines import (
    DARKEST,
    DOTS_APART,
    FAR,
    NO_SHADOW,
    PALE,
    PIECE,
    PRINT_AROUND,
    fit_most,
    see_through,
)
from shuzi.forms.trace_fields import prints_on
from shuzi.forms.writing import MIN_KEPT, MIN_THICKNESS, written_in
from shuzi.ink.boxes import Box
from shuzi.ink.paper import resize
from shuzi.pictures.open import open_picture

_MIN_PRINT = 0.5  # square millimetres that are printed in a box to tick
_ABOUT = 1.3  # millimetres above and below the edge of a field within which its line is
_TICK, _TICK_WIDE = 0.7, 0.7  # of the height of a comb, and millimetres on both sides of where a tick should be
_CURVED = 4  # pieces of a line that show how it bends
_MIN_LINE = 16.0  # grey levels by which a line differs from paper
_BEND = 0.6  # millimetres that a piece may lie from where the others say
_CORE = 0.6  # of how dark a line is, where it surely is one
_AS_DARK = 0.35  # of a line on the blank form, at least, or it is not there
_NEARER = 0.15  # of the greatest likeness that a shift loses at the limit of the search


def printed_in(flat: NDArray[np.uint8], fields: Sequence[PlacedField]) -> list[bool]:
    """Tell for each field whether something is printed in it: read as written, it would be on every copy."""
    found = []
    flat = _without_shadows(lifted(flat, flat, fields).flat)
    for placed in fields:  # each by itself: what is printed in one says nothing of what is ink in another
        (cut,) = cut_fields(flat, [placed], np.eye(3), "", 0.0)
        if placed.field.is_tick:
            found.append(any(ink.area >= _MIN_PRINT for ink in cut.ticks))
        elif placed.field.style == OPEN:
            found.append(written_in(cut.inside).image is not None)
        else:  # what is faint may be left of a line where a photographed form bends, and is never read as sure
            found.append(any(box.image is not None and not box.faint for box in cut.boxes))
    return found


def _without_shadows(flat: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a flat form without the shadows of a photograph, which are wide and pale: uint8 (h, w)."""
    around = np.ones((PRINT_AROUND, PRINT_AROUND), np.uint8)
    print_alone = PAPER - cv2.morphologyEx(flat, cv2.MORPH_BLACKHAT, around)
    return np.where(flat < NO_SHADOW, flat, print_alone).astype(np.uint8)


@dataclass(frozen=True)
class Lifted:
    """A flat copy without the lines on which people write."""

    flat: NDArray[np.uint8]  # uint8 (h, w)
    fields: tuple[PlacedField, ...]  # where its fields are by their lines
    missing: frozenset[int]  # the indices of fields whose lines are not there


def lifted(flat: NDArray[np.uint8], blank: NDArray[np.uint8], fields: Sequence[PlacedField]) -> Lifted:
    """Take the lines below fields without a frame, and the ticks on them, out of a flat copy.

    >>> from shuzi.forms.kinds import Field
    >>> blank = np.full((200, 400), 255, np.uint8)
    >>> blank[150:153, 80:300:8] = blank[150:153, 81:300:8] = 90
    >>> copy = np.roll(blank, 5, axis=0)
    >>> field = PlacedField(Field("n", style=OPEN, boxes=4), 0, (Box(10.0, 11.0, 27.5, 8.0),), framed=False)
    >>> int(lifted(copy, blank, [field]).flat.min()), lifted(blank * 0 + 255, blank, [field]).missing
    (255, frozenset({0}))
    """
    clean, moved, missing = flat.copy(), [*fields], set[int]()
    for index, placed in enumerate(fields):
        if placed.framed or placed.field.is_tick:
            continue
        zones = _zones(placed, blank)
        if zones is None:
            continue
        area, dark = zones
        shift = _lift(clean, area, dark)
        if shift is None:
            missing.add(index)
            continue
        right, down = shift if placed.field.style == COMB else (0.0, shift[1])
        boxes = tuple(box._replace(x=box.x + right, y=box.y + down) for box in placed.boxes)
        moved[index] = replace(placed, boxes=boxes, settled=True)
    return Lifted(clean, tuple(moved), frozenset(missing))


def _zones(placed: PlacedField, blank: NDArray[np.uint8]) -> tuple[Box, NDArray[np.float32]] | None:
    """Return the area of a field's line and ticks, in pixels, and how much darker than paper it is; or None."""
    frame = placed.frame
    high = _TICK * frame.height if placed.field.style == COMB else _ABOUT
    first, last = (round(y * SCALE) for y in (frame.bottom - high, frame.bottom + _ABOUT))
    left, right = (round(x * SCALE) for x in (frame.x - _TICK_WIDE, frame.right + _TICK_WIDE))
    first, left = max(first, 0), max(left, 0)
    part = PAPER - blank[first:last, left:right].astype(np.float32)
    if not part.size or part.max() < _MIN_LINE:
        return None
    wanted = np.zeros(part.shape, bool)
    wanted[max(0, round((frame.bottom - _ABOUT) * SCALE) - first) :] = True
    if placed.field.style == COMB:
        for x in (*(box.x for box in placed.boxes), frame.right):
            middle, reach = x * SCALE - left, _TICK_WIDE * SCALE
            wanted[:, max(0, round(middle - reach)) : round(middle + reach)] = True
    dark = np.where(wanted, part, 0)
    return Box(left, first, dark.shape[1], dark.shape[0]), dark


def _lift(flat: NDArray[np.uint8], area: Box, dark: NDArray[np.float32]) -> tuple[float, float] | None:
    """Divide what is printed out of a flat copy, in place."""
    reach = round(FAR * SCALE)
    x, y = int(area.x), int(area.y)
    padded = cv2.copyMakeBorder(flat, reach, reach, reach, reach, cv2.BORDER_REPLICATE)
    around = padded[y : y + dark.shape[0] + 2 * reach, x : x + dark.shape[1] + 2 * reach]
    seen = np.minimum(PAPER - around.astype(np.float32), DARKEST * dark.max())
    count = max(1, round(dark.shape[1] / (PIECE * SCALE)))
    edges = np.linspace(0, dark.shape[1], count + 1).round().astype(int).tolist()
    pieces = [*pairwise(edges)]
    found = [_shift(seen[:, start : end + 2 * reach], dark[:, start:end], reach) for start, end in pieces]
    down = [min(max(low, -reach), reach) for low in _bent(np.array(found, np.float64))]
    right = _along(seen, dark, pieces, down)
    printed = np.zeros(seen.shape, np.float32)
    for (start, end), low in zip(pieces, down, strict=True):
        first, last = max(0, start - 2), min(end + 2, dark.shape[1])
        under = printed[reach + low : reach + low + len(dark), reach + right + first : reach + right + last]
        np.maximum(under, dark[:, first:last], out=under)
    # dots are a line: where paper bends, they lie elsewhere along it
    gap = np.ones((1, round(DOTS_APART * SCALE)), np.uint8)
    core, nearest = printed >= _CORE * dark.max(), cv2.dilate(seen, gap)
    strength = float(np.median(nearest[core] / printed[core])) if core.any() else 0.0
    if strength < _AS_DARK:
        return None
    printed = cv2.morphologyEx(printed, cv2.MORPH_CLOSE, gap)
    # a little more than it is: the edge of a line is soft, and pixels do not meet
    printed = cv2.dilate(printed, np.ones((3, 3), np.uint8)) * min(max(strength, 0.8), DARKEST)
    clean, _ = see_through(around.astype(np.float32).T, (PAPER - printed).T)
    around[:] = _swept(clean.T.astype(np.uint8), printed)
    flat[:] = padded[reach:-reach, reach:-reach]
    return right / SCALE, float(np.median(down)) / SCALE


def _shift(seen: NDArray[np.float32], dark: NDArray[np.float32], reach: int) -> int:
    """Return by how many pixels a piece lies further below than on the blank form."""
    likeness = cv2.matchTemplate(np.ascontiguousarray(seen), dark - dark.mean(), cv2.TM_CCORR)
    away = np.hypot(*np.meshgrid(*[np.arange(-reach, reach + 1)] * 2))
    likeness = likeness - _NEARER * max(float(likeness.max()), 1.0) * away / reach  # of several as good, the nearest
    return int(np.argmax(likeness.max(axis=1))) - reach


def _bent(down: NDArray[np.float64]) -> list[int]:
    """Return where the pieces of a line lie, in whole pixels: along a curve, from which few may be far off."""
    curve: NDArray[np.float64] = np.full(len(down), np.median(down))
    if len(down) >= _CURVED:
        basis = np.vander(np.linspace(-1, 1, len(down)), 3)
        curve = fit_most(basis, down, np.ones(len(down), bool), _BEND / 2 * SCALE)
    near = np.abs(down - curve) <= _BEND * SCALE
    return [round(value) for value in np.where(near, down, curve).tolist()]


def _along(
    seen: NDArray[np.float32], dark: NDArray[np.float32], pieces: Sequence[tuple[int, int]], down: Sequence[int]
) -> int:
    """Return by how many pixels a line lies further to the right: as its ends, dots and ticks do."""
    reach: int = (seen.shape[1] - dark.shape[1]) // 2
    base = int(dark.sum(axis=1).argmax())
    rows = np.arange(base - 2, base + 3).clip(0, len(dark) - 1)
    lower = np.zeros(seen.shape[1], int)
    for (start, end), low in zip(pieces, down, strict=True):
        lower[start + reach : end + reach] = low
    lower[:reach], lower[len(lower) - reach :] = down[0], down[-1]
    levels = seen[(rows[:, None] + reach + lower).clip(0, len(seen) - 1), np.arange(seen.shape[1])].mean(axis=0)
    printed = dark[rows].mean(axis=0)
    likeness = np.correlate(levels, printed - printed.mean(), mode="valid")
    away = np.abs(np.arange(len(likeness)) - reach) / reach
    return int(np.argmax(likeness - _NEARER * max(float(likeness.max()), 1.0) * away)) - reach


def _swept(clean: NDArray[np.uint8], printed: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Return a picture without what little is left of a line: thin, small or pale, and touching no ink."""
    near = cv2.dilate((printed > _MIN_LINE / 2).astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    ink = PAPER - clean.astype(np.float32)
    count, labels, stats, _ = cv2.connectedComponentsWithStats((ink >= _MIN_LINE).astype(np.uint8), connectivity=8)
    outside = np.bincount(labels[~near], minlength=count) > 0
    peaks = np.zeros(count, np.float32)
    np.maximum.at(peaks, np.asarray(labels, np.intp), ink)
    high, area = stats[:, cv2.CC_STAT_HEIGHT], stats[:, cv2.CC_STAT_AREA]
    rest = ~outside & ((high <= MIN_THICKNESS * SCALE) | (area <= MIN_KEPT * SCALE**2) | (peaks <= PALE * ink.max()))
    rest[0] = False
    return np.where(cv2.dilate(rest[labels].astype(np.uint8), np.ones((3, 3), np.uint8)) > 0, PAPER, clean)


_COMPARED = 5.0  # pixels of the blank form to a millimetre when its features are found
_SEARCHED = 1_700  # pixels of a photograph's longer side, at which a sheet that fills it has about as many
_FEATURES, _DISTINCT = 6_000, 0.85  # features of a picture; how much nearer the best match is than the next
_MIN_MATCHES = 15  # features that agree on where the form lies; a homography needs four
_STRAY = 4.0  # pixels that a match may lie off the plane: paper bends
_HALF = 2  # blocks are compared on pictures of half the size
_BLOCK, _STEP = 12.0, 8.0  # millimetres of a block that is compared, and from one to the next
_SEARCH_REACHES = (6.0, 2.5)  # millimetres that a block is sought around its place, at first and again
_WIDTHS = (3.0, 2.0, 1.5, 1.0, 0.7, 0.7)  # millimetres off the plane from which a block counts less, round by round
_CORNERED = 60.0  # grey levels: how much a block must differ from itself moved in any direction
_ALIKE = 0.5  # the correlation from which a block is there
_AWAY = 2.0  # millimetres that a block may lie off the plane
_RIM = 1.5  # millimetres from the edge of a field to where only writing is
_MIN_ALIKE = 0.5  # of the blocks
_MIN_BLOCKS = 12  # blocks that show where the form lies

Homography = NDArray[np.float64]


class Blank:
    """A blank form, with which filled sheets are compared.

    `flat`: its picture, flat, upright and evenly lit, 8 pixels to a millimetre: uint8 (8 * height, 8 * width).
    `size`: width and height of the paper in millimetres. `boxes`: those of its fields, in millimetres: what is
    written in them says nothing of whether it is this form.
    """

    def __init__(self, flat: NDArray[np.uint8], size: tuple[float, float], boxes: Sequence[Box] = ()) -> None:
        self.flat, self.size = flat, size
        self._inside = [box.scaled(SCALE / _HALF).pixels(rim=-_RIM * SCALE / _HALF) for box in boxes]
        self._points, self._features = _features(resize(flat, _COMPARED / SCALE))
        self._small = _smaller(flat)
        self._blocks = _cornered(self._small)

    @staticmethod
    def of(picture: bytes, size: tuple[float, float], boxes: Sequence[Box] = ()) -> Blank:
        """Open the picture that is kept beside a spec."""
        try:
            flat = open_picture(picture)
        except PictureError as problem:
            raise DataError("error.spec.blank", reason=problem) from problem
        wanted = tuple(round(side * SCALE) for side in reversed(size))
        if flat.shape != wanted:
            raise DataError("error.spec.blank_size", width=wanted[1], height=wanted[0])
        found = Blank(flat, size, boxes)
        if not found.distinct:
            raise DataError("error.trace.empty")
        return found

    @property
    def distinct(self) -> bool:
        """Whether so much is printed on it that sheets can be recognised."""
        return len(self._points) >= 4 * _MIN_MATCHES and len(self._blocks) >= _MIN_BLOCKS

    def find(self, grey: NDArray[np.uint8], name: str) -> tuple[Homography, float]:
        """Find the form on a photograph, at any angle and either way up.

        Returns: The homography from millimetres of the paper to pixels, float64 (3, 3), and which fraction of what is
        printed on the form is there.
        """
        homography = self._rough(grey)
        if homography is None:
            raise PictureError("error.form.no_blank", path=name)
        alike = 0.0
        for reach in _SEARCH_REACHES:
            there = _smaller(flatten(grey, homography, self.size, name))
            if reach < max(_SEARCH_REACHES):  # the fields lie where they should
                self._empty(there)
            homography, alike = self._fitted(there, homography, reach)
        if alike < _MIN_ALIKE:
            raise PictureError("error.form.poor_fit", path=name, found=alike)
        return homography, alike

    def _rough(self, grey: NDArray[np.uint8]) -> Homography | None:
        """Return the homography that most features agree on; None if too few do."""
        scale = min(1.0, _SEARCHED / max(grey.shape))
        small = resize(grey, scale)
        points, features = _features(small)
        if len(points) < _MIN_MATCHES:
            return None
        pairs = cv2.BFMatcher(cv2.NORM_HAMMING).knnMatch(self._features, features, k=2)
        best = [pair[0] for pair in pairs if len(pair) == 2 and pair[0].distance < _DISTINCT * pair[1].distance]
        if len(best) < _MIN_MATCHES:
            return None
        paper = self._points[[match.queryIdx for match in best]] / _COMPARED
        pixels = points[[match.trainIdx for match in best]] / (small.shape[1] / grey.shape[1])
        stray = _STRAY * grey.shape[1] / small.shape[1]
        cv2.setRNGSeed(0)  # the same photograph gives the same place
        found: Any = cv2.findHomography(paper, pixels, cv2.USAC_MAGSAC, stray, maxIters=5_000, confidence=0.999)
        homography, agree = found
        if homography is None or int(agree.sum()) < _MIN_MATCHES:
            return None
        return np.asarray(homography, np.float64) if self._possible(homography, grey.shape) else None

    def _possible(self, homography: Homography, shape: tuple[int, ...]) -> bool:
        """Tell whether a sheet can lie so: seen from above, convex, and neither tiny nor far outside the picture."""
        corners = Box(0, 0, *self.size).corners
        depth = np.column_stack([corners, np.ones(4)]) @ homography[2]
        if not (depth.min() > 0 or depth.max() < 0):
            return False
        seen = in_photo(homography, corners).astype(np.float32)
        area = cv2.contourArea(seen, oriented=True)
        return bool(cv2.isContourConvex(seen) and 0.02 < area / (shape[0] * shape[1]) < 4)

    def _empty(self, there: NDArray[np.uint8]) -> None:
        """Take out what is written inside of fields, in place."""
        for inside in self._inside:
            there[inside] = PAPER

    def _fitted(self, there: NDArray[np.uint8], homography: Homography, reach: float) -> tuple[Homography, float]:
        """Move a homography so that blocks of the form lie where they should; return which fraction does."""
        scale = SCALE / _HALF
        side, margin = round(_BLOCK * scale), round(reach * scale)
        padded = cv2.copyMakeBorder(there, margin, margin, margin, margin, cv2.BORDER_REPLICATE)
        moved, alike = [], []
        for x, y in self._blocks:
            block = self._small[y : y + side, x : x + side]
            around = padded[y : y + side + 2 * margin, x : x + side + 2 * margin]
            likeness = cv2.matchTemplate(around, block, cv2.TM_CCOEFF_NORMED)
            _, peak, _, (right, down) = cv2.minMaxLoc(likeness)
            alike.append(peak)
            moved.append((right - margin, down - margin))
        centres = (np.array(self._blocks, np.float64) + side / 2) / scale
        shifts = np.array(moved, np.float64) / scale
        seen = np.array(alike) >= _ALIKE
        if seen.sum() < _MIN_BLOCKS:
            return homography, 0.0
        correction = _agreed(centres[seen], shifts[seen])
        away = np.linalg.norm(in_photo(correction, centres) - centres - shifts, axis=1)
        return homography @ correction, float((seen & (away <= _AWAY)).mean())


def _agreed(points: NDArray[np.float64], shifts: NDArray[np.float64]) -> Homography:
    """Return the homography that moves points, (n, 2) in millimetres, as most of them say; few may be far off."""
    moved, correction = np.tile(np.median(shifts, axis=0), (len(points), 1)), np.eye(3)
    for width in _WIDTHS:
        away = np.linalg.norm(shifts - moved, axis=1)
        spread = max(width, float(np.median(away)))
        correction = _weighted(points, points + shifts, 1 / (1 + (away / spread) ** 4))
        moved = in_photo(correction, points) - points
    return correction


def _weighted(before: NDArray[np.float64], after: NDArray[np.float64], weights: NDArray[np.float64]) -> Homography:
    """Fit a homography by least squares with weights: the direct linear transform, around the points' middle."""
    middle, scale = before.mean(axis=0), float(before.std())
    (x, y), (u, v) = ((before - middle) / scale).T, ((after - middle) / scale).T
    one, zero = np.ones_like(x), np.zeros_like(x)
    rows = np.concatenate(
        [
            np.stack([x, y, one, zero, zero, zero, -u * x, -u * y], axis=1),
            np.stack([zero, zero, zero, x, y, one, -v * x, -v * y], axis=1),
        ]
    )
    known = rows * np.tile(weights, 2)[:, None]
    found = np.linalg.solve(known.T @ rows + 1e-9 * np.eye(8), known.T @ np.concatenate([u, v]))
    there = np.array([[1 / scale, 0, -middle[0] / scale], [0, 1 / scale, -middle[1] / scale], [0, 0, 1]])
    return np.asarray(np.linalg.inv(there) @ np.append(found, 1.0).reshape(3, 3) @ there)


def _features(grey: NDArray[np.uint8]) -> tuple[NDArray[np.float64], NDArray[np.uint8]]:
    """Return ORB features: their points, float64 (n, 2), and descriptors, uint8 (n, 32)."""
    found: Any = cv2.ORB.create(_FEATURES, fastThreshold=10).detectAndCompute(grey, None)
    points, features = found
    if features is None:
        return np.zeros((0, 2)), np.zeros((0, 32), np.uint8)
    return np.array([point.pt for point in points], np.float64), np.asarray(features, np.uint8)


def _smaller(flat: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.asarray(cv2.GaussianBlur(resize(flat, 1 / _HALF), (0, 0), 1.0), np.uint8)


def _cornered(small: NDArray[np.uint8]) -> list[tuple[int, int]]:
    """Return the upper left corners of blocks whose place is certain in both directions: not paper, not one line."""
    side, step = (round(length * SCALE / _HALF) for length in (_BLOCK, _STEP))
    along_x = cv2.Sobel(small, cv2.CV_32F, 1, 0) / 4
    along_y = cv2.Sobel(small, cv2.CV_32F, 0, 1) / 4
    found = []
    for y in range(0, small.shape[0] - side + 1, step):
        for x in range(0, small.shape[1] - side + 1, step):
            part = slice(y, y + side), slice(x, x + side)
            dx, dy = along_x[part], along_y[part]
            xx, yy, xy = (dx * dx).mean(), (dy * dy).mean(), (dx * dy).mean()
            smaller = (xx + yy) / 2 - np.hypot((xx - yy) / 2, xy)
            if smaller >= _CORNERED:
                found.append((x, y))
    return found


PRINT = "print"
"""The rule that a field breaks if what is printed beside it is not what the blank form has there."""

_GAP = (0.6, 1.9)  # millimetres between letters of a piece of print: above one another, and beside
_HEIGHT, _MIN_AREA = (1.2, 9.0), 1.0  # millimetres of a piece, and its square millimetres
_STRAIGHT = 15.0  # millimetres of a line of words that does not bend, however the paper does
_LINE = 6.0  # millimetres: what is as straight for longer is a line
_PRINT_RIM = 0.6  # millimetres around a field, where its lines are, and of paper around a piece
_RIGHT = 15.0  # millimetres from a field to what is its own at its right
_LOOSE, _SWAY = 2.0, 0.4  # tolerance in millimetres of where a piece is, and of where a letter is in it
_LETTER = 1.2  # the width of a tile that is compared, in heights of the piece
_BLUR, _EVEN = 1.5, 12.0  # pixels of an average in which a sharper print is like a coarser one; levels of mere paper
# Threshold, relative to the page's median likeness. On five forms, filled in and photographed, no piece was below
# 0.96; 98 % of other pieces in its place were below 0.85.
_PRINT_ALIKE = 0.88


class PrintsBeside:
    """What is printed beside each field of a blank form."""

    def __init__(self, blank: NDArray[np.uint8], fields: Sequence[PlacedField]) -> None:
        self._blank = _blurred(blank)
        words = prints_on(blank).dark
        words &= 1 - _long_lines(words)
        for placed in fields:
            for box in placed.boxes:
                words[box.scaled(SCALE).pixels(rim=_PRINT_RIM * SCALE)] = 0
        joined = cv2.morphologyEx(words, cv2.MORPH_CLOSE, np.ones([round(gap * SCALE) | 1 for gap in _GAP], np.uint8))
        stats = cv2.connectedComponentsWithStats(joined, connectivity=8)[2][1:]
        low, high = (side * SCALE for side in _HEIGHT)
        self._pieces = [
            piece
            for left, top, wide, tall, area in stats.tolist()
            if low <= tall <= high and area >= _MIN_AREA * SCALE**2
            for piece in pieces_of_frame(Box(left, top, wide, tall), _STRAIGHT * SCALE)
        ]
        self._beside = [{*self._pieces_beside(placed)} for placed in fields]

    def differing(self, flat: NDArray[np.uint8]) -> frozenset[int]:
        """Return the indices of the fields beside which a flat copy, uint8 (h, w), has other print than the form."""
        copy = _blurred(flat)
        alike = [_likeness(self._blank, copy, piece) for piece in self._pieces]
        others = {index for index, own in enumerate(alike) if own < _PRINT_ALIKE * float(np.median(alike))}
        return frozenset(index for index, pieces in enumerate(self._beside) if pieces & others)

    def _pieces_beside(self, placed: PlacedField) -> Iterator[int]:
        """Yield the indices of what is in the row of a field or heads its column, and what is near behind it."""
        frames = placed.boxes if placed.field.is_tick else (frame_around(placed.boxes),)
        for frame in (own.scaled(SCALE) for own in frames):
            heads = list[tuple[float, int]]()
            for index, piece in enumerate(self._pieces):
                if frame.y <= piece.y + piece.height / 2 <= frame.bottom:
                    if piece.right <= frame.x + SCALE or 0 <= piece.x - frame.right <= _RIGHT * SCALE:
                        yield index
                elif piece.bottom <= frame.y + SCALE:
                    shared = min(piece.right, frame.right) - max(piece.x, frame.x)
                    if shared >= min(piece.width, frame.width) / 2:
                        heads.append((piece.bottom, index))
            top = frame.y
            for bottom, index in sorted(heads, reverse=True):
                piece = self._pieces[index]
                if top < frame.y and top - bottom > piece.height:
                    break
                top = min(top, piece.y)
                yield index


def _long_lines(dark: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return what is longer and straighter than words are, as the lines of tables: uint8 (h, w), 0 or 1."""
    found, length = np.zeros_like(dark), round(_LINE * SCALE)
    for along, bends in (((1, length), (3, 1)), ((length, 1), (1, 3))):
        wide = cv2.dilate(dark, np.ones(bends, np.uint8))
        found |= np.asarray(cv2.morphologyEx(wide, cv2.MORPH_OPEN, np.ones(along, np.uint8)), np.uint8)
    return np.asarray(cv2.dilate(found, np.ones((3, 3), np.uint8)), np.uint8)


def _blurred(flat: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.asarray(cv2.GaussianBlur(flat, (0, 0), _BLUR), np.uint8)


def _likeness(blank: NDArray[np.uint8], copy: NDArray[np.uint8], piece: Box) -> float:
    """Return the lowest correlation of any letter of a piece with the same letter on a copy: -1 to 1."""
    rows, columns = piece.pixels(rim=_PRINT_RIM * SCALE)
    wanted = blank[rows, columns]
    loose, sway = round(_LOOSE * SCALE), round(_SWAY * SCALE)
    edge = loose + sway
    around = cv2.copyMakeBorder(copy, edge, edge, edge, edge, cv2.BORDER_REPLICATE)[
        rows.start : rows.start + wanted.shape[0] + 2 * edge,
        columns.start : columns.start + wanted.shape[1] + 2 * edge,
    ]
    found = cv2.matchTemplate(around[sway:-sway, sway:-sway], wanted, cv2.TM_CCOEFF_NORMED)
    _, _, _, (right, down) = cv2.minMaxLoc(found)
    count = max(1, round(wanted.shape[1] / (_LETTER * wanted.shape[0])))
    alike = [1.0]
    for start, end in pairwise(np.linspace(0, wanted.shape[1], count + 1).round().astype(int).tolist()):
        letter = wanted[:, start:end]
        if letter.std() >= _EVEN:
            near = around[down : down + len(wanted) + 2 * sway, right + start : right + end + 2 * sway]
            alike.append(float(cv2.matchTemplate(near, letter, cv2.TM_CCOEFF_NORMED).max()))
    return min(alike)

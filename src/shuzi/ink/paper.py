"""A grey picture becomes an ink map, a contrast map and components of ink, whatever its polarity or its light."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

SOLID = 60
"""Ink below this is the pale edge of a stroke, or paper."""

SPECK = 0.12  # a component smaller than this fraction of the largest, in both directions, is a speck
MIN_WRITING = 0.03  # of the picture's longer side
WRITTEN = 0.12  # of a frame's height: anything this tall inside it is writing
MAX_COMPARED = 20_000_000  # pairs: with more, what is inside the smaller hollow components is not looked for

MIN_CONTRAST = 24
"""Grey levels by which ink must differ from the paper; less is noise."""

PAPER, CONTRAST = 64, 128
"""In a contrast map: the level of the paper, and how much brighter full ink is."""

COARSE = 48  # pixels of the longer side; enough to estimate the paper, whose brightness changes slowly
DARKEST = 0.004  # fraction of a picture covered by the ink of a single small digit
FLAT = 0.6  # if more than this fraction of the pixels has exactly one level, that level is the paper
DIVIDED = 0.02  # if more than this fraction of the rim is on each side of the threshold, the rim alone cannot decide
RIM_AGAINST_STROKES = 2.0  # chosen on pages and tight crops made from the validation digits
LOOKED_AT = 320  # pixels of the longer side; strokes are still visible at this size
NO_SPREAD = 1e-3
STROKE_REACH = 0.75  # of a digit's height: what is darker over a shorter way is a stroke, not a shadow
LEVEL = 230  # to which the paper around a line is brought
ROUNDS = 4  # of separating paper from ink and refitting the paper

ONE_PIXEL_WIDE = 0.12  # fraction of solid ink in full squares of 2x2 pixels; where it is less, strokes fill no square
NEAR = 3  # columns of paper between two characters that would touch, or nearly, if both were widened
TALL = 0.5  # of the height of all ink, that a character has at least
POINT, MARK = 0.3, 0.3  # of it: how high a point is at most, and how far below the top a dash begins
WHOLE = 0.85  # of it, that each of two characters has that lean over one another; parts of a broken one seldom do
LINE = 0.4  # of it, that each of two lines has at least
ROWS, END = 2, 2  # rows of paper between two lines; columns that both ends of a broken stroke take at most
LOW = 40  # pixels of height: where all ink is lower, a stroke of one pixel is often broken by how it was shrunk

Pixels = TypeVar("Pixels", np.uint8, np.float32)


def resize(picture: NDArray[Pixels], scale: float, min_side: int = 1) -> NDArray[Pixels]:
    """Resize a picture by averaging areas where it shrinks, by linear interpolation where it grows."""
    height, width = (max(min_side, round(side * scale)) for side in picture.shape)
    if (height, width) == picture.shape:
        return picture
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(picture, (width, height), interpolation=method), picture.dtype)


def ink_map(grey: NDArray[np.uint8], min_contrast: float = MIN_CONTRAST) -> NDArray[np.uint8]:
    """Separate ink from paper, even in a soft shadow: of uint8 (h, w), return 0 for paper, 255 for full ink."""
    return _map_ink(_make_ink_dark(grey), min_contrast)


def map_ink_and_contrast(grey: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return the ink map and the contrast map of a picture, uint8 (h, w), with thin strokes widened in both."""
    dark = _make_ink_dark(grey)
    ink = _map_ink(dark)
    if _has_thin_strokes(ink):
        dark = _widen_strokes(dark)
        ink = _map_ink(dark)
    return ink, _map_contrast(dark)


def map_line(grey: NDArray[np.uint8], height: float) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return the ink map and the contrast map of a picture of one line, whatever shadows or edges cross it."""
    dark = _level(_make_ink_dark(grey), height)
    return _map_ink(dark), _map_contrast(dark)


def _level(dark: NDArray[np.uint8], height: float) -> NDArray[np.uint8]:
    """Make the paper around dark strokes equally bright everywhere, however sharp the edge of a shadow is."""
    reach = max(3, round(STROKE_REACH * height) | 1)
    paper = _close(np.asarray(cv2.blur(dark, (3, 3)), np.uint8), reach).astype(np.float32)
    level = np.rint(dark.astype(np.float32) * (np.float32(LEVEL) / np.maximum(paper, 1)))
    return np.clip(level, 0, 255).astype(np.uint8)


def _map_ink(dark: NDArray[np.uint8], min_contrast: float = MIN_CONTRAST) -> NDArray[np.uint8]:
    """Return the ink map of a picture whose ink is dark: uint8 (h, w) for uint8 (h, w)."""
    difference = cv2.subtract(_paper(dark), dark)
    threshold, _ = cv2.threshold(difference, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    ink, paper = difference[difference > threshold], difference[difference <= threshold]
    # the edges of strokes are paler than the strokes, so the contrast is measured on the darker part
    if not ink.size or np.percentile(ink, 75) < min_contrast:
        return np.zeros_like(dark)
    # the paper's own variation is cut off; the darker half of the ink counts as full
    floor = min(np.percentile(paper, 95), threshold / 2) if paper.size else 0.0
    full = max(float(np.median(ink)), floor + 1)
    scaled = (difference.astype(np.float32) - floor) * (255 / (full - floor))
    return np.clip(np.rint(scaled), 0, 255).astype(np.uint8)


def contrast_map(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Bring a picture's paper to 64 and its darkest ink to 192, and keep shadows, ruling and print for a network."""
    return _map_contrast(_make_ink_dark(grey))


def _map_contrast(dark: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the contrast map of a picture whose ink is dark: uint8 (h, w) for uint8 (h, w)."""
    smooth = cv2.blur(dark, (3, 3))
    counts = np.cumsum(np.bincount(smooth.ravel(), minlength=256))
    paper = int(np.searchsorted(counts, counts[-1] / 2))
    darkest = int(np.searchsorted(counts, counts[-1] * DARKEST))
    scale = CONTRAST / max(paper - darkest, MIN_CONTRAST)
    levels = np.clip(np.rint(PAPER + (paper - np.arange(256)) * scale), 0, 255).astype(np.uint8)
    return np.asarray(cv2.LUT(dark, levels), np.uint8)


def _has_thin_strokes(ink: NDArray[np.uint8]) -> bool:
    """Tell whether an ink map, uint8 (h, w), is of low writing whose strokes are one pixel wide, to be widened.

    Drawn so, or shrunk by leaving out pixels, such strokes fall apart. The limits were chosen on UNIPEN's validation
    writers: of 300 digits drawn so, 12 to 22 pixels high, 193 were right and "ok", and 245 once widened. Where
    characters are so close together that they would touch, all stay as they are.
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
    """Tell whether two characters stand so close in a mask, uint8 (h, w), that widened strokes would join them."""
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
        # a dash, unless ink beside it, level with it, says that it is what is left of a broken stroke
        level = solid[max(lower[0] - 1, 0) : lower[-1] + 2]
        first, end = (right[0] - NEAR, right[0]) if lower is after else (left[-1] + 1, left[-1] + 1 + NEAR)
        if lower[0] >= top + MARK * height and not level[:, max(first, 0) : end].any():
            return True
    stats = cv2.connectedComponentsWithStats(solid)[2]
    if np.count_nonzero(stats[1:, cv2.CC_STAT_HEIGHT] >= WHOLE * height) > 1:
        return True
    inked = np.flatnonzero(solid.any(axis=1))
    lines = np.split(inked, np.flatnonzero(np.diff(inked) > ROWS) + 1)
    for upper, lower in pairwise(lines):
        ends = np.concatenate([np.flatnonzero(solid[upper[-1]]), np.flatnonzero(solid[lower[0]])])
        # where both end in a point and one below the other, it is a broken stroke
        if np.ptp(ends) > END and min(np.ptp(upper), np.ptp(lower)) + 1 >= LINE * height:
            return True
    return False


def _widen_strokes(dark: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Widen dark strokes by a pixel to each side: uint8 (h, w) for uint8 (h, w)."""
    return np.asarray(cv2.erode(dark, cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))), np.uint8)


def _make_ink_dark(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Make the ink dark: the rim, which ink seldom covers, shows on which side of Otsu's threshold the paper lies.

    If a shadow or a lamp divides the rim, thin things count too: strokes are few and differ strongly from their
    surroundings, so they skew the distribution of differences to their side.
    """
    height, width = grey.shape
    rim = max(1, min(height, width) // 20)
    frame = np.concatenate([grey[:rim].ravel(), grey[-rim:].ravel(), grey[:, :rim].ravel(), grey[:, -rim:].ravel()])
    threshold, _ = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    light = float(np.mean(frame > threshold))
    for_dark_ink = 2 * light - 1
    if DIVIDED < light < 1 - DIVIDED:
        for_dark_ink = RIM_AGAINST_STROKES * for_dark_ink - _skewness(grey)
    return grey if for_dark_ink >= 0 else 255 - grey


def _skewness(grey: NDArray[np.uint8]) -> float:
    """Return the skewness of the differences from the surroundings: below 0 if thin things are dark."""
    scale = min(1.0, LOOKED_AT / max(grey.shape))
    fine = cv2.blur(resize(grey, scale).astype(np.float32), (3, 3))
    around = max(3, min(fine.shape) // 2 | 1)
    differences = fine - cv2.blur(fine, (around, around))
    squares = differences * differences
    # multiplying is many times faster than raising to the third power
    square, cube = float(np.mean(squares)), float(np.mean(squares * differences))
    return cube / float(square**1.5 + NO_SPREAD)


def _paper(dark: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Estimate the bare paper: a smooth surface fitted to what is not ink, plus local differences from it."""
    counts = np.bincount(dark.ravel(), minlength=256)
    if counts.max() > FLAT * counts.sum():  # a drawing: nothing to estimate
        return np.full_like(dark, counts.argmax())
    height, width = dark.shape
    coarse = resize(dark, min(1.0, COARSE / max(height, width))).astype(np.float32)
    # a first guess, too bright where the light falls off at a rim
    closed = surface = _close(coarse, max(coarse.shape) // 2 | 1)
    for _ in range(ROUNDS):
        bare = surface - coarse < max(_gap(surface - coarse), MIN_CONTRAST / 2)
        surface = _surface(coarse, bare)
    paper = surface + _spread(np.where(bare, coarse - surface, 0), bare)
    # such a surface cannot follow the edge of a shadow, but the brightest level nearby is close enough there
    paper = np.minimum(paper, cv2.blur(closed, (max(coarse.shape) // 8 | 1,) * 2, borderType=cv2.BORDER_REPLICATE))
    whole = cv2.resize(np.clip(paper, 0, 255), (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(np.rint(whole), dtype=np.uint8)


def _close(picture: NDArray[Pixels], reach: int) -> NDArray[Pixels]:
    """Cover strokes with the brightest level in squares of so many pixels."""
    kernel = cv2.getStructuringElement(cv2.MORPH_RECT, (reach, reach))  # many times faster than a round one
    closed = cv2.morphologyEx(picture, cv2.MORPH_CLOSE, kernel, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(closed, picture.dtype)


def _gap(darker: NDArray[np.float32]) -> float:
    """Return half of the difference that Otsu's method finds between ink and paper."""
    levels = np.clip(np.rint(darker), 0, 255).astype(np.uint8)
    threshold, _ = cv2.threshold(levels, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    return float(threshold) / 2


def _surface(coarse: NDArray[np.float32], bare: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Fit a quadratic surface to the bare pixels."""
    basis = _second_degree(coarse.shape)
    of_bare = basis * bare.ravel()
    # the normal equations are small and many times faster than a fit over all pixels
    factors = np.linalg.lstsq(of_bare @ basis.T, of_bare @ coarse.ravel(), rcond=None)[0]
    return np.asarray((factors @ basis).reshape(coarse.shape), dtype=np.float32)


@lru_cache(maxsize=16)
def _second_degree(shape: tuple[int, int]) -> NDArray[np.float64]:
    """Return 1, x, y, x², xy and y² at each pixel: float64 (6, h * w)."""
    y, x = np.indices(shape) / max(shape)
    return np.stack([np.ones_like(x), x, y, x * x, x * y, y * y]).reshape(6, -1)


def _spread(values: NDArray[np.float32], bare: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Smooth values over their neighbourhood, counting only those of bare paper."""
    reach = max(values.shape) / 8
    sums = cv2.GaussianBlur(values, (0, 0), reach, borderType=cv2.BORDER_REPLICATE)
    weights = cv2.GaussianBlur(bare.astype(np.float32), (0, 0), reach, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(sums / np.maximum(weights, 0.05), dtype=np.float32)


@dataclass(frozen=True, eq=False)
class Scan:
    """A picture prepared for reading."""

    grey: NDArray[np.uint8]
    shape: tuple[int, int]  # height and width of the original picture, which may be larger
    ink: NDArray[np.uint8]  # as `ink_map` makes it
    contrast: NDArray[np.uint8]  # as `contrast_map` makes it
    components: Components

    @cached_property
    def is_one_piece(self) -> bool:
        """Whether all solid ink touches, across gaps of one pixel, as a thin pen leaves in a small picture."""
        solid = (self.ink >= SOLID).astype(np.uint8)
        wide = cv2.dilate(solid, np.ones((2, 2), np.uint8))
        return cv2.connectedComponents(wide, connectivity=8)[0] == 2 and not has_neighbours(solid)  # the paper is one

    @staticmethod
    def of(grey: NDArray[np.uint8], max_side: int) -> Scan:
        """Prepare a picture, uint8 (h, w), shrunk so that its longer side has at most `max_side` pixels."""
        small = resize(grey, min(1.0, max_side / max(grey.shape)))
        ink, contrast = map_ink_and_contrast(small)
        return Scan(small, (grey.shape[0], grey.shape[1]), ink, contrast, find_components(ink))


@dataclass(frozen=True)
class Components:
    """The connected components of ink in a picture."""

    boxes: NDArray[np.int32]  # (k, 4): x, y, width, height
    areas: NDArray[np.int32]  # (k,): ink pixels in each
    # (m, 4): the boxes of those too small to be digits, such as points
    specks: NDArray[np.int32] = field(default_factory=lambda: np.empty((0, 4), np.int32))


def find_components(ink: NDArray[np.uint8]) -> Components:
    """Find the connected components of ink, uint8 (h, w), without ruled lines and frames around other components."""
    count, _, stats, _ = cv2.connectedComponentsWithStats((ink >= SOLID).astype(np.uint8), connectivity=8)
    if count == 1:
        return Components(np.empty((0, 4), np.int32), np.empty(0, np.int32))
    pieces = stats[1:].astype(np.int32)
    pieces = pieces[~_printed(pieces, ink.shape)]
    longest = pieces[:, 2:4].max(axis=1)
    large = longest >= SPECK * longest.max()
    return Components(pieces[large, :4], pieces[large, 4], pieces[~large, :4])


def _printed(pieces: NDArray[np.int32], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Mark ruled lines, and frames or rings around other components; nothing if that would leave no writing."""
    x, y, width, height, area = pieces.T
    # a 1 is also such a line, but it seldom spans the picture
    lines = ((width >= 8 * height) & (width >= 0.3 * shape[1])) | (
        (height >= 8 * width) & (height >= 0.95 * shape[0])
    )
    hollow = np.flatnonzero((area < 0.1 * width * height) & ~lines)
    # a page of writing has a hundred times fewer
    hollow = hollow[np.argsort(-height[hollow], kind="stable")][: MAX_COMPARED // len(pieces)]
    for frame in hollow:
        inside = (x > x[frame]) & (y > y[frame])
        inside &= (x + width < x[frame] + width[frame]) & (y + height < y[frame] + height[frame])
        lines[frame] = bool(np.any(height[inside] >= WRITTEN * height[frame]))
    rest = np.maximum(width, height)[~lines]
    # a 1 among specks is not ruling: what remains must be large enough to be writing
    return lines if rest.size and rest.max() >= MIN_WRITING * max(shape) else np.zeros(len(pieces), np.bool_)

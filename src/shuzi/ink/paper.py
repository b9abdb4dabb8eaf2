"""A grey picture becomes an ink map: ink bright, paper black, whatever the polarity or the light."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.ink.resize import resize

LEAST_CONTRAST = 24
"""Grey levels by which ink must differ from its paper; less is noise."""

PAPER, CONTRAST = 64, 128
"""In a contrast map: what paper is, and by how much full ink is brighter."""

_COARSE = 48  # the paper's brightness changes slowly: it is looked for at this size
_DARKEST = 0.004  # the share of a picture that the ink of a single small digit covers
_FLAT = 0.6  # the share of a picture that has exactly one brightness, from which on that is the paper
_DIVIDED = 0.02  # the share of a rim by which it lies on both sides of the threshold
_RIM_AGAINST_STROKES = 2.0  # chosen on pages and tight cuts made of the validation digits
_LOOKED_AT = 320  # pixels of the longer side, at which strokes are still seen
_NO_SPREAD = 1e-3
_ROUNDS = 4  # of telling paper from ink and fitting the paper anew


def ink_map(grey: NDArray[np.uint8], least: float = LEAST_CONTRAST) -> NDArray[np.uint8]:
    """Tell ink from paper.

    The paper's brightness is followed across the picture, so that a slow shadow is not ink. Grey edges of
    strokes stay grey.

    Parameters
    ----------
    grey
        uint8 (h, w).
    least
        Grey levels by which ink must differ from its paper.

    Returns
    -------
    uint8 (h, w): 0 where there is paper, 255 where the ink is full. All 0 when there is no ink.

    Examples
    --------
    >>> page = np.full((40, 40), 230, np.uint8)
    >>> page[10:30, 18:22] = 20
    >>> ink = ink_map(page)
    >>> int(ink[20, 20]), int(ink[5, 5]), bool((ink == ink_map(255 - page)).all())
    (255, 0, True)
    """
    return ink_of(dark_on_light(grey), least)


def ink_of(dark: NDArray[np.uint8], least: float = LEAST_CONTRAST) -> NDArray[np.uint8]:
    """Return the ink map of a picture whose ink is dark: uint8 (h, w) for uint8 (h, w)."""
    difference = cv2.subtract(_paper(dark), dark)
    threshold, _ = cv2.threshold(difference, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    ink, paper = difference[difference > threshold], difference[difference <= threshold]
    # the edges of strokes are paler than the strokes, so the contrast is that of the darker part
    if not ink.size or np.percentile(ink, 75) < least:
        return np.zeros_like(dark)
    # what the paper itself varies by is cut off; the darker half of the ink counts as full
    floor = min(np.percentile(paper, 95), threshold / 2) if paper.size else 0.0
    full = max(float(np.median(ink)), floor + 1)
    scaled = (difference.astype(np.float32) - floor) * (255 / (full - floor))
    return np.clip(np.rint(scaled), 0, 255).astype(np.uint8)


def contrast_map(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Bring a picture's paper and ink to the same two brightnesses, and judge nothing else.

    Unlike in an ink map, shadows, ruling and print are still there: it is for a network that knows them.

    Parameters
    ----------
    grey
        uint8 (h, w).

    Returns
    -------
    uint8 (h, w): 64 where there is most of the paper, 192 for the darkest ink.

    Examples
    --------
    >>> page = np.full((40, 40), 230, np.uint8)
    >>> page[10:30, 18:22] = 20
    >>> contrast = contrast_map(page)
    >>> int(contrast[5, 5]), int(contrast[20, 20]), bool((contrast == contrast_map(255 - page)).all())
    (64, 192, True)
    """
    return contrast_of(dark_on_light(grey))


def contrast_of(dark: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the contrast map of a picture whose ink is dark: uint8 (h, w) for uint8 (h, w)."""
    smooth = cv2.blur(dark, (3, 3))
    counts = np.cumsum(np.bincount(smooth.ravel(), minlength=256))
    paper = int(np.searchsorted(counts, counts[-1] / 2))
    darkest = int(np.searchsorted(counts, counts[-1] * _DARKEST))
    scale = CONTRAST / max(paper - darkest, LEAST_CONTRAST)
    levels = np.clip(np.rint(PAPER + (paper - np.arange(256)) * scale), 0, 255).astype(np.uint8)
    return np.asarray(cv2.LUT(dark, levels), np.uint8)


def dark_on_light(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Make ink dark: the rim, which ink seldom covers, tells on which side of Otsu's threshold the paper lies.

    Where a shadow or a lamp divides the rim, what is thin decides as well: strokes are few and far from what is
    around them, so they bend the distribution of the differences to their side.
    """
    height, width = grey.shape
    rim = max(1, min(height, width) // 20)
    frame = np.concatenate([grey[:rim].ravel(), grey[-rim:].ravel(), grey[:, :rim].ravel(), grey[:, -rim:].ravel()])
    threshold, _ = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    light = float(np.mean(frame > threshold))
    for_dark_ink = 2 * light - 1
    if _DIVIDED < light < 1 - _DIVIDED:
        for_dark_ink = _RIM_AGAINST_STROKES * for_dark_ink - _skewness(grey)
    return grey if for_dark_ink >= 0 else 255 - grey


def _skewness(grey: NDArray[np.uint8]) -> float:
    """Return how lopsided the differences from the surroundings are: below 0 where what is thin is dark."""
    scale = min(1.0, _LOOKED_AT / max(grey.shape))
    fine = cv2.blur(resize(grey, scale).astype(np.float32), (3, 3))
    around = max(3, min(fine.shape) // 2 | 1)
    differences = fine - cv2.blur(fine, (around, around))
    squares = differences * differences
    # a product is many times quicker than a third power
    square, cube = float(np.mean(squares)), float(np.mean(squares * differences))
    return cube / float(square**1.5 + _NO_SPREAD)


def _paper(dark: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Estimate the bare paper: a smooth surface through what is not ink, and its local differences from it."""
    counts = np.bincount(dark.ravel(), minlength=256)
    if counts.max() > _FLAT * counts.sum():  # a drawing, where nothing has to be estimated
        return np.full_like(dark, counts.argmax())
    height, width = dark.shape
    coarse = resize(dark, min(1.0, _COARSE / max(height, width))).astype(np.float32)
    closed = surface = _closed(coarse)
    for _ in range(_ROUNDS):
        bare = surface - coarse < max(_gap(surface - coarse), LEAST_CONTRAST / 2)
        surface = _surface(coarse, bare)
    paper = surface + _spread(np.where(bare, coarse - surface, 0), bare)
    # an edge of a shadow bends no such surface, but there the brightest nearby is near enough
    paper = np.minimum(paper, cv2.blur(closed, (max(coarse.shape) // 8 | 1,) * 2, borderType=cv2.BORDER_REPLICATE))
    whole = cv2.resize(np.clip(paper, 0, 255), (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(np.rint(whole), dtype=np.uint8)


def _closed(coarse: NDArray[np.float32]) -> NDArray[np.float32]:
    """Close strokes over by the brightest nearby; a first guess, too bright where light falls towards a rim."""
    reach = max(coarse.shape) // 2 | 1
    kernel = cv2.getStructuringElement(cv2.MORPH_RECT, (reach, reach))  # many times quicker than a round one
    return np.asarray(cv2.morphologyEx(coarse, cv2.MORPH_CLOSE, kernel, borderType=cv2.BORDER_REPLICATE), np.float32)


def _gap(darker: NDArray[np.float32]) -> float:
    """Return half of what Otsu's method finds to lie between ink and paper."""
    levels = np.clip(np.rint(darker), 0, 255).astype(np.uint8)
    threshold, _ = cv2.threshold(levels, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    return float(threshold) / 2


def _surface(coarse: NDArray[np.float32], bare: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Fit a surface of the second degree to the bare pixels."""
    basis = _second_degree(coarse.shape)
    known = basis * bare.ravel()
    # the normal equations are small, and many times quicker than the pixels one by one
    factors = np.linalg.lstsq(known @ basis.T, known @ coarse.ravel(), rcond=None)[0]
    return np.asarray((factors @ basis).reshape(coarse.shape), dtype=np.float32)


@lru_cache(maxsize=16)
def _second_degree(shape: tuple[int, int]) -> NDArray[np.float64]:
    """Return 1, x, y, x², xy and y² at each pixel: float64 (6, h * w)."""
    y, x = np.indices(shape) / max(shape)
    return np.stack([np.ones_like(x), x, y, x * x, x * y, y * y]).reshape(6, -1)


def _spread(values: NDArray[np.float32], known: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Smooth values over their neighbourhood, where only the known ones count."""
    reach = max(values.shape) / 8
    sums = cv2.GaussianBlur(values, (0, 0), reach, borderType=cv2.BORDER_REPLICATE)
    weights = cv2.GaussianBlur(known.astype(np.float32), (0, 0), reach, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(sums / np.maximum(weights, 0.05), dtype=np.float32)

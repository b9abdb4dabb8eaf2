"""A picture becomes what may be lines on it: thin dark things, and lines so faint that only all of them tells."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

_LEAST_DARK, _STRONG = 0.06, 0.2  # of the paper's brightness by which ink is darker, and pens are
_FAINTEST, _NOISE = 0.012, 6.0  # of it by which a faint line is, and how many times the noise
_ALONG, _FREE = 25, 0.5  # pixels that a faint line is seen along, and of these, without ink
_SPARSE = 5  # pixels between those that tell the noise
_BESIDE = 5  # pixels from the middle of a faint line to the paper on both sides


def line_ink(grey: NDArray[np.uint8], leans: Sequence[float]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Mark what may be level lines, and upright ones: uint8 (h, w) each, 1 where there is some.

    Ink, which is darker than faint lines, is in both.

    Parameters
    ----------
    grey
        uint8 (h, w).
    leans
        The degrees by which lines may lean.

    Examples
    --------
    >>> grey = np.random.default_rng(0).normal(200, 3, (120, 160)).clip(0, 255).astype(np.uint8)
    >>> grey[60] -= 12
    >>> level, upright = line_ink(grey, (0,))
    >>> bool(level[60, 20:140].mean() > 0.9), bool(upright.mean() < 0.01)
    (True, True)
    """
    dark, smooth, around = _ink_and_light(grey)
    strong = (around - smooth > _STRONG * around).astype(np.uint8)
    inked = np.maximum(cv2.dilate(dark, np.ones((5, 5))), cv2.dilate(strong, np.ones((11, 11))))
    free = np.asarray(1 - inked, np.float32)
    light = np.asarray(smooth / np.maximum(around, 1), np.float32)
    level, upright = _faint(light, free, leans), _faint(light.T, free.T, leans).T
    return dark | level, dark | upright


def dark_ink(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Mark thin dark things: uint8 (h, w), 1 where there are some."""
    return _ink_and_light(grey)[0]


def _ink_and_light(grey: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.float32], NDArray[np.float32]]:
    """Return where thin dark things are, how light each pixel is, and how light it is around."""
    smooth = np.asarray(cv2.GaussianBlur(grey.astype(np.float32), (0, 0), 1.0), np.float32)  # first: noise is no line
    around = np.asarray(cv2.morphologyEx(smooth, cv2.MORPH_CLOSE, np.ones((13, 13), np.uint8)), np.float32)
    return (around - smooth > np.maximum(_LEAST_DARK * around, 9)).astype(np.uint8), smooth, around


def _faint(light: NDArray[np.float32], free: NDArray[np.float32], leans: Sequence[float]) -> NDArray[np.uint8]:
    """Mark faint level lines: where it is darker along some pixels than along as many above and below.

    Parameters
    ----------
    light
        How light it is, of what is around: float32 (h, w).
    free
        1 where there is no ink: float32 (h, w).
    leans
        In degrees.
    """
    high, wide = light.shape
    found = np.zeros((high, wide), np.uint8)
    for lean in leans:
        matrix = cv2.getRotationMatrix2D((wide / 2, high / 2), lean, 1.0)
        turned = [cv2.warpAffine(picture, matrix, (wide, high)) for picture in (light * free, free)]
        total, count = (cv2.blur(picture, (_ALONG, 1)) for picture in turned)
        mean = total / np.maximum(count, _FREE)
        edge = np.pad(mean, ((_BESIDE, _BESIDE), (0, 0)), mode="edge")
        seen = np.pad(count, ((_BESIDE, _BESIDE), (0, 0))) >= _FREE
        both = (count >= _FREE) & seen[: -2 * _BESIDE] & seen[2 * _BESIDE :] & (turned[1] > 0)
        darker = np.where(both, np.minimum(edge[: -2 * _BESIDE], edge[2 * _BESIDE :]) - mean, 0)
        some = darker[::_SPARSE, ::_SPARSE][both[::_SPARSE, ::_SPARSE]]
        nothing = float(np.median(some)) if len(some) else 0.0
        noise = 1.4826 * float(np.median(np.abs(some - nothing))) if len(some) else 0.0
        mask = (darker >= max(_FAINTEST, nothing + _NOISE * noise)).astype(np.uint8)
        back = cv2.warpAffine(mask, matrix, (wide, high), flags=cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP)
        found |= np.asarray(back, np.uint8)
    return found

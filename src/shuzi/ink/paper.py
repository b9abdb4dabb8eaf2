"""A grey picture becomes an ink map: ink bright, paper black, whatever the polarity or the light."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

LEAST_CONTRAST = 24
"""Grey levels by which ink must differ from its paper; less is noise."""

_COARSE = 128  # the paper's brightness changes slowly: it is looked for at this size


def ink_map(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Tell ink from paper.

    The paper's brightness is followed across the picture, so that a slow shadow is not ink. Grey edges of
    strokes stay grey.

    Parameters
    ----------
    grey
        uint8 (h, w).

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
    dark_on_light = grey if _paper_is_light(grey) else 255 - grey
    difference = cv2.subtract(_paper(dark_on_light), dark_on_light)
    threshold, _ = cv2.threshold(difference, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    ink, paper = difference[difference > threshold], difference[difference <= threshold]
    if not ink.size or np.median(ink) < LEAST_CONTRAST:
        return np.zeros_like(grey)
    # what the paper itself varies by is cut off; the darker half of the ink counts as full
    floor = min(np.percentile(paper, 95), threshold / 2) if paper.size else 0.0
    full = max(float(np.median(ink)), floor + 1)
    scaled = (difference.astype(np.float32) - floor) * (255 / (full - floor))
    return np.clip(np.rint(scaled), 0, 255).astype(np.uint8)


def _paper_is_light(grey: NDArray[np.uint8]) -> bool:
    """Tell by the picture's rim, which ink seldom covers, on which side of Otsu's threshold the paper lies."""
    height, width = grey.shape
    rim = max(1, min(height, width) // 20)
    frame = np.concatenate([grey[:rim].ravel(), grey[-rim:].ravel(), grey[:, :rim].ravel(), grey[:, -rim:].ravel()])
    threshold, _ = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    return bool(np.mean(frame > threshold) >= 0.5)


def _paper(dark_on_light: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Estimate the bare paper: strokes are closed over by the brightest nearby, then the light is smoothed."""
    height, width = dark_on_light.shape
    scale = min(1.0, _COARSE / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    coarse = cv2.resize(dark_on_light, size, interpolation=cv2.INTER_AREA)
    reach = max(size) // 2 | 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
    closed = cv2.morphologyEx(coarse, cv2.MORPH_CLOSE, kernel, borderType=cv2.BORDER_REPLICATE)
    smooth = cv2.blur(closed, (max(1, reach // 4 | 1),) * 2, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(cv2.resize(smooth, (width, height), interpolation=cv2.INTER_LINEAR), dtype=np.uint8)

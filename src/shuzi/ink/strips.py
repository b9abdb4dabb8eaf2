"""The boxes of one line of writing, or a picture of one line of a display, become a strip, 48 pixels high."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.ink.paper import CONTRAST, PAPER

HEIGHT = 48
"""The height of a strip in pixels."""

COLUMN = 4
"""Pixels of a strip's width per output column of the line recogniser."""

LONGEST = 640
"""The maximum width of a strip in pixels; longer lines are squeezed."""

SHORTEST = 24
"""The minimum width in pixels; shorter strips are padded by repeating the edge."""

AROUND = 0.35  # of the median digit's height, above and below its band
BESIDE = 0.5  # of that height, left and right
RIM = 0.12  # of the height of all ink, around it

DISPLAY_LIGHT = 49  # pixels of a strip: light and paper change over such a distance, segments over less
DISPLAY_AROUND = 129  # pixels: where contrast differs over such a distance, it is evened out
DISPLAY_NOISE = 2.0  # grey levels; a contrast below is none

Box = tuple[float, float, float, float]


def frame_band(boxes: Sequence[Box]) -> Box:
    """Frame boxes by the band of the median digit: a long descender is cut, and zeros stay large."""
    x, y, width, height = np.asarray(boxes, np.float64).reshape(-1, 4).T
    tall = height >= 0.5 * np.quantile(height, 0.75)  # so that neither dots and dashes nor a long descender decide
    middle = median(height[tall].tolist())
    bottom = median((y + height)[tall].tolist())
    top = min(median(y[tall].tolist()), bottom - middle)
    left, right = float(x.min()) - BESIDE * middle, float((x + width).max()) + BESIDE * middle
    return left, top - AROUND * middle, right - left, bottom - top + 2 * AROUND * middle


def frame_whole(boxes: Sequence[Box]) -> Box:
    """Frame a line from the highest to the lowest ink."""
    x, y, width, height = np.asarray(boxes, np.float64).reshape(-1, 4).T
    top, bottom = float(y.min()), float((y + height).max())
    high = bottom - top
    margin = BESIDE * min(high, median(height.tolist()))
    left, right = float(x.min()) - margin, float((x + width).max()) + margin
    return left, top - RIM * high, right - left, high * (1 + 2 * RIM)


def measure_length(frame: Box) -> int:
    """Return the width in pixels that a strip of this frame has: a multiple of 4 from 24 to 640."""
    return max(SHORTEST, -(-_wide(frame) // COLUMN) * COLUMN)


def _wide(frame: Box) -> int:
    """Return how many pixels of a strip its frame fills."""
    return min(max(round(frame[2] * HEIGHT / max(frame[3], 1.0)), 1), LONGEST)


def cut_strip(contrast: NDArray[np.uint8], frame: Box) -> NDArray[np.uint8]:
    """Cut a strip, uint8 (48, w), out of a contrast map; beyond the picture, its edge is repeated."""
    x, y, width, height = frame
    scale = HEIGHT / max(height, 1.0)
    across = _wide(frame) / max(width, 1.0)
    columns = measure_length(frame)
    # average before shrinking, so that thin strokes do not fall between the pixels
    left, top = int(np.floor(x)), int(np.floor(y))
    right, bottom = int(np.ceil(x + width)) + 1, int(np.ceil(y + height)) + 1
    inside = contrast[max(top, 0) : max(bottom, 0), max(left, 0) : max(right, 0)]
    if not inside.size:
        return np.full((HEIGHT, columns), PAPER, np.uint8)
    left, top = max(left, 0), max(top, 0)
    shrink = min(scale, across)
    if shrink < 0.7:
        size = (max(1, round(inside.shape[1] * across)), max(1, round(inside.shape[0] * scale)))
        fx, fy = size[0] / inside.shape[1], size[1] / inside.shape[0]
        inside = np.asarray(cv2.resize(inside, size, interpolation=cv2.INTER_AREA), np.uint8)
    else:
        fx = fy = 1.0
    start_x, start_y = (x - left) * fx, (y - top) * fy
    step_x, step_y = fx / across, fy / scale
    matrix = np.array(
        [[step_x, 0, start_x + 0.5 * step_x - 0.5], [0, step_y, start_y + 0.5 * step_y - 0.5]], np.float64
    )
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    strip = cv2.warpAffine(inside, matrix, (columns, HEIGHT), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(strip, np.uint8)


def display_strip(grey: NDArray[np.uint8], light_on_dark: bool = False) -> NDArray[np.uint8]:
    """Turn a picture of a display's line, uint8 (h, w), into a strip, uint8 (48, w), whose digits are bright.

    Light, frame and glare count for little in it.
    """
    height, width = grey.shape
    wide = min(max(round(width * HEIGHT / height / COLUMN) * COLUMN, SHORTEST), LONGEST)
    method = cv2.INTER_AREA if height > HEIGHT else cv2.INTER_LINEAR
    levels = cv2.resize(grey, (wide, HEIGHT), interpolation=method).astype(np.float32)
    border = cv2.BORDER_REFLECT
    darker = cv2.blur(levels, (DISPLAY_LIGHT, DISPLAY_LIGHT), borderType=border) - levels
    squares = cv2.blur(darker * darker, (DISPLAY_AROUND, DISPLAY_AROUND), borderType=border)
    scaled = darker * (CONTRAST / 2) / np.sqrt(np.maximum(squares, DISPLAY_NOISE**2))
    return np.asarray(np.clip(np.rint(PAPER + (-scaled if light_on_dark else scaled)), 0, 255), np.uint8)

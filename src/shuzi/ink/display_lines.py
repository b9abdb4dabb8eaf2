"""A picture of one line of a display becomes a strip, in which light, frame and glare count for little."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.ink.paper import CONTRAST, PAPER
from shuzi.ink.strips import COLUMN, HEIGHT, LONGEST, SHORTEST

LIGHT = 49  # pixels of a strip: light and paper change over such a distance, segments over less
AROUND = 129  # pixels: where contrast differs over such a distance, it is evened out
NOISE = 2.0  # grey levels; a contrast below is none


def display_strip(grey: NDArray[np.uint8], light_on_dark: bool = False) -> NDArray[np.uint8]:
    """Turn a picture of a line, uint8 (h, w), into a strip, uint8 (48, w), whose digits are bright."""
    height, width = grey.shape
    wide = min(max(round(width * HEIGHT / height / COLUMN) * COLUMN, SHORTEST), LONGEST)
    method = cv2.INTER_AREA if height > HEIGHT else cv2.INTER_LINEAR
    levels = cv2.resize(grey, (wide, HEIGHT), interpolation=method).astype(np.float32)
    border = cv2.BORDER_REFLECT
    darker = cv2.blur(levels, (LIGHT, LIGHT), borderType=border) - levels
    squares = cv2.blur(darker * darker, (AROUND, AROUND), borderType=border)
    scaled = darker * (CONTRAST / 2) / np.sqrt(np.maximum(squares, NOISE**2))
    return np.asarray(np.clip(np.rint(PAPER + (-scaled if light_on_dark else scaled)), 0, 255), np.uint8)

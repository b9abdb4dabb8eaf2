"""A line of writing on a photograph becomes a small picture of its own, in which it lies level."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.ink.boxes import Box
from shuzi.ink.paper import resize

LINE_DIGIT: Final = 40.0  # pixels: digits of a line's own picture are at most so high
BESIDE: Final = 0.6  # of a digit's height: what a line's own picture shows beside it
AROUND: Final = 0.45  # the same above and below it
SHRUNK: Final = 0.7  # what is shrunk further is averaged first, so that thin strokes do not fall between the pixels

FRAMES: Final = (1.7, 1.35)
"""The heights of a line's strips as multiples of its digits' height: a third one, or others, read no more."""


@dataclass(frozen=True)
class TextLine:
    """A line of writing."""

    start: tuple[float, float]  # x and y of its two ends, along the middle of its digits, in pixels of the picture
    end: tuple[float, float]
    height: float  # of its digits, in pixels
    score: float  # the mean probability of its core, 0 to 1

    @property
    def length(self) -> float:
        """How long it is, in pixels."""
        return math.dist(self.start, self.end)

    @cached_property
    def box(self) -> Box:
        """The box of its digits, in pixels."""
        left, right = sorted((self.start[0], self.end[0]))
        top, bottom = sorted((self.start[1], self.end[1]))
        return Box(left, top - self.height / 2, right - left, bottom - top + self.height)

    def part(self, first: float, last: float) -> TextLine:
        """Return its part between two distances from its start, in pixels."""
        (x, y), (right, bottom), length = self.start, self.end, max(self.length, 1.0)
        across, down = (right - x) / length, (bottom - y) / length
        start, end = ((x + across * at, y + down * at) for at in (first, last))
        return TextLine(start, end, self.height, self.score)

    def scaled(self, x: float, y: float) -> TextLine:
        """Return the line in a picture that many times as wide and high."""
        return TextLine(
            (self.start[0] * x, self.start[1] * y), (self.end[0] * x, self.end[1] * y), self.height * y, self.score
        )


@dataclass(frozen=True, eq=False)
class LinePicture:
    """A line's own small picture, in which it lies level."""

    grey: NDArray[np.uint8]
    height: float  # of its digits there, in pixels
    matrix: NDArray[np.float64]  # (2, 3): from x, y, 1 of this picture to x, y of the whole one

    def in_whole(self, box: Box) -> Box:
        """Return the box, in the whole picture, around a box of this one."""
        x, y, right, bottom = box.x, box.y, box.right, box.bottom
        corners = self.matrix @ np.array([[x, right, right, x], [y, y, bottom, bottom], [1, 1, 1, 1]])
        (left, top), (right, bottom) = corners.min(axis=1).tolist(), corners.max(axis=1).tolist()
        return Box(left, top, right - left, bottom - top)


def straighten(grey: NDArray[np.uint8], line: TextLine) -> LinePicture:
    """Cut a line out of its picture, uint8 (h, w), level and with a little paper around it."""
    scale = min(1.0, LINE_DIGIT / line.height)
    length, height = max(line.length, 1.0), line.height
    along = np.array([(line.end[0] - line.start[0]) / length, (line.end[1] - line.start[1]) / length])
    away = np.array([-along[1], along[0]])
    corner = np.array(line.start) - along * BESIDE * height - away * (0.5 + AROUND) * height
    size = (
        max(1, round((length + 2 * BESIDE * height) * scale)),
        max(1, round((1 + 2 * AROUND) * height * scale)),
    )
    matrix = np.stack([along / scale, away / scale, corner], axis=1)
    corners = matrix @ np.array([[0, size[0], size[0], 0], [0, 0, size[1], size[1]], [1, 1, 1, 1]])
    left, top = (max(0, math.floor(side)) for side in corners.min(axis=1).tolist())
    right, bottom = (math.ceil(side) for side in corners.max(axis=1).tolist())
    part = grey[top : max(bottom, top + 1), left : max(right, left + 1)]
    if not part.size:
        return LinePicture(np.full(size[::-1], 255, np.uint8), height * scale, matrix)
    small = resize(part, scale) if scale < SHRUNK else part
    fx, fy = small.shape[1] / part.shape[1], small.shape[0] / part.shape[0]
    # from pixel centres of the line's picture to those of the shrunk part
    centres = matrix.copy()
    centres[:, 2] += centres[:, :2] @ [0.5, 0.5] - [left, top]
    centres *= np.array([[fx], [fy]])
    centres[:, 2] -= 0.5
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    cut = cv2.warpAffine(small, centres, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return LinePicture(np.asarray(cut, np.uint8), height * scale, matrix)


def frame_line(picture: LinePicture, times: float) -> Box:
    """Return where to cut a strip out of a line's picture, so many times as high as its digits."""
    height, width = picture.grey.shape
    high = times * picture.height
    return Box(0.0, (height - high) / 2, float(width), high)

"""Cells of real registers become strips for the line recogniser, framed a little differently each time."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.data.registers import Cells
from shuzi.ink.paper import CONTRAST, PAPER, contrast_map
from shuzi.ink.strips import cut_strip
from shuzi.models.tasks import DIGITS
from shuzi.synthesis.lines.texts import target

Strip = tuple[NDArray[np.uint8], str]

_WORDS = 0.15  # fraction of the cells that hold words, if there are any
_TIGHT = 0.6  # fraction of strips framed by the ink, not by the edges in the table
_REACH = 0.35  # of a cell's height: the paper around the writing
_FEW, _LEAST = 0.02, 0.35  # fraction of the ink beyond each edge, and of a box's height


class RegisterCells:
    """Strips from cells; small registers are drawn less often than large ones, but their cells more often.

    Parameters
    ----------
    cells
        The cells; at least one.
    """

    def __init__(self, cells: Cells) -> None:
        self._cells = cells
        is_number = np.array([any(each in DIGITS for each in text) for text in cells.texts], np.bool_)
        self._numbers, self._words = (
            _by_register(np.array(cells.registers), np.flatnonzero(kind)) for kind in (is_number, ~is_number)
        )

    def strip(self, rng: np.random.Generator) -> Strip:
        """Cut out a cell: uint8 (48, w), and its text, with `SIGN` for each letter."""
        groups = self._words if not self._numbers or (self._words and rng.random() < _WORDS) else self._numbers
        sizes = np.sqrt([len(group) for group in groups])
        group = groups[int(rng.choice(len(groups), p=sizes / sizes.sum()))]
        index = int(group[int(rng.integers(len(group)))])
        grey, (left, top, right, bottom) = _varied(rng, self._cells.picture(index), self._cells.boxes[index])
        contrast = contrast_map(grey)
        if rng.random() < _TIGHT:
            top, bottom = _ink(contrast, (left, top, right, bottom))
        high = bottom - top
        # as the band of the digits, or the ink from top to bottom, frames a line
        above, below = rng.uniform(-0.04, _REACH * (1.0 if rng.random() < 0.5 else 0.4), 2) * high
        beside = rng.uniform(0.0, _REACH, 2) * high
        frame = (left - beside[0], top - above, right - left + beside.sum(), high + above + below)
        return cut_strip(contrast, frame), target(self._cells.texts[index])


def _by_register(registers: NDArray[np.str_], indices: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    return [indices[registers[indices] == name] for name in np.unique(registers[indices])]


def _ink(contrast: NDArray[np.uint8], box: tuple[float, float, float, float]) -> tuple[float, float]:
    """Return the top and bottom edge of most ink in a box; those of the box if that is little of its height."""
    left, top, right, bottom = (round(each) for each in box)
    inside = contrast[max(0, top) : bottom, max(0, left) : right].astype(np.int64) - (PAPER + CONTRAST // 3)
    ink = np.cumsum(np.maximum(inside, 0).sum(axis=1))
    if not len(ink) or not ink[-1]:
        return box[1], box[3]
    first, last = np.searchsorted(ink, np.array([_FEW, 1 - _FEW]) * ink[-1])
    if last - first < _LEAST * len(ink):
        return box[1], box[3]
    return max(0, top) + float(first), max(0, top) + float(last) + 1


def _varied(
    rng: np.random.Generator, grey: NDArray[np.uint8], box: NDArray[np.float32]
) -> tuple[NDArray[np.uint8], tuple[float, float, float, float]]:
    """Slant, rotate and stretch a cell, and change its tones and sharpness; return it with the writing's new box."""
    height, width = grey.shape
    slant, turn = rng.normal(0, 0.12), rng.normal(0, 0.02)
    wide, size = math.exp(rng.normal(0, 0.12)), math.exp(rng.normal(0, 0.2))
    middle = np.array([width / 2, height / 2])
    matrix = size * np.array([[wide, -slant], [turn, 1.0]])
    across, down = max(8, round(width * size * wide)), max(8, round(height * size))
    whole = np.column_stack([matrix, np.array([across, down]) / 2 - matrix @ middle])
    flags = cv2.INTER_AREA if size < 1 else cv2.INTER_LINEAR
    moved = cv2.warpAffine(grey, whole, (across, down), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    levels = moved.astype(np.float32)
    if rng.random() < 0.3:
        levels = np.asarray(cv2.GaussianBlur(levels, (0, 0), rng.uniform(0.3, 1.2)), np.float32)
    if rng.random() < 0.4:
        levels += rng.uniform(1, 8) * rng.standard_normal(levels.shape, np.float32)
    left, right = (float(whole[0] @ (x, (box[1] + box[3]) / 2, 1)) for x in (box[0], box[2]))
    top, bottom = (float(whole[1] @ ((box[0] + box[2]) / 2, y, 1)) for y in (box[1], box[3]))
    return np.asarray(np.clip(levels, 0, 255), np.uint8), (left, top, right, bottom)

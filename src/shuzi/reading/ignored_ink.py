"""Ink that belongs to no character becomes a list of what was left out: no drop of it vanishes without a word."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.ink.boxes import Box
from shuzi.ink.paper import SOLID
from shuzi.ink.pattern import find_patterns
from shuzi.ink.ruling import Ruling
from shuzi.models.tasks import MARKS, SIGN
from shuzi.reading.characters import Character
from shuzi.reading.outcome import Outcome
from shuzi.reading.result import NEIGHBOUR, PRINT, RULING, SIGN_INK, STAIN, UNKNOWN, Ignored
from shuzi.reading.thresholds import (
    CHARACTER_MARGIN,
    COMMA_BELOW,
    DARKNESS_MARGIN,
    IMAGES_PER_PIECE,
    LARGE_INK,
    MAX_CUT_OFF,
    MAX_WORK,
    MIN_KIND_WORK,
    PIXELS_PER_IMAGE,
    PRINT_DARKNESS,
    SAME_LINE_OVERLAP,
    STAIN_DARKNESS,
)
from shuzi.reading.values import Findings


def name_ignored_ink(seen: Findings, outcomes: Sequence[Outcome], digits: Sequence[Character]) -> tuple[Ignored, ...]:
    """Name the ink that is in no text of a page, from left to right; `digits` are those of lines that hold some."""
    characters = [character for line in outcomes for character in line.characters]
    ignored = [(SIGN_INK, character.box) for character in characters if character.character == SIGN]
    # a mark on a line without a digit is in no text
    blank = [line for line in outcomes if not line.has_digits]
    ignored += [(UNKNOWN, mark.box) for line in blank for mark in line.characters if mark.character in MARKS]
    heights = [digit.box.height for digit in digits or characters] or [line.line.height for line in seen.texts]
    boxes = [character.box for character in characters]
    work_left = max(seen.work_left, MIN_KIND_WORK)
    ignored += find_left_out(seen.grey, seen.ink, boxes, median(heights), work_left)
    left_to_right = sorted(ignored, key=lambda piece: piece[1].x)
    return tuple(Ignored(kind, seen.in_original(box)) for kind, box in left_to_right)


def find_left_out(
    grey: NDArray[np.uint8], ink: NDArray[np.uint8], taken: Sequence[Box], height: float, work_left: float = MAX_WORK
) -> list[tuple[str, Box]]:
    """Find the ink outside all characters that is large enough to be one; return its kinds and boxes, in pixels.

    `grey` and `ink`, paper 0, are uint8 (h, w). `taken` are the boxes of all digits, marks and signs, and `height` is
    the digits' median height. Telling kinds may take `work_left`, in images classified; ink beyond that is UNKNOWN.

    >>> ink = np.zeros((40, 100), np.uint8)
    >>> ink[10:30, 10:14] = ink[10:30, 40:60] = ink[36, 2:98] = 255
    >>> find_left_out(255 - ink, ink, [Box(10, 10, 4, 20)], 20.0)
    [('unknown', Box(x=40, y=10, width=20, height=20)), ('ruling', Box(x=2, y=36, width=96, height=1))]
    """
    inked = ink >= SOLID
    outside = inked.astype(np.uint8)
    _, pieces = cv2.connectedComponents(outside, connectivity=8)
    near = DARKNESS_MARGIN * height
    of_digits = [_measure_darkness(grey, ink, box, near, ink[box.pixels()] >= SOLID) for box in taken]
    darkness = float(np.median(of_digits)) if of_digits else 0.0
    # 1. the ink outside all characters, in pieces
    for box in taken:
        around = box.pixels(rim=CHARACTER_MARGIN * height)
        # around a box, only what hangs together with its ink belongs to it
        own = np.isin(pieces[around], np.unique(pieces[box.pixels()]))
        outside[around][own] = 0
    _, raw_labels, raw_stats, _ = cv2.connectedComponentsWithStats(outside, connectivity=8)
    labels, stats = np.asarray(raw_labels, np.int32), np.asarray(raw_stats, np.int32)
    ruling = Ruling(inked, outside.astype(np.bool_), taken, height, LARGE_INK * height)
    # 2. the kind of each that is large
    kinds: list[tuple[str, Box]] = []
    fine: list[tuple[int, int]] = []  # the index in `kinds` and the label of what may be a part of a pattern
    large = np.flatnonzero(stats[1:, 2:4].max(axis=1) >= LARGE_INK * height) + 1
    for label in large.tolist():
        x, y, wide, high, area = stats[label].tolist()
        box = Box(x, y, wide, high)
        rest = NEIGHBOUR if _is_neighbour(box, ink.shape, taken, height) else UNKNOWN
        work_left -= IMAGES_PER_PIECE + ruling.looked_at(box, area) / PIXELS_PER_IMAGE
        if work_left < 0:
            kinds.append((UNKNOWN, box))  # to tell takes long where nested frames or a page of print fill the picture
            continue
        piece = labels[box.pixels()] == label
        dark = _measure_darkness(grey, ink, box, near, piece)
        pale = dark < STAIN_DARKNESS * darkness
        line = ruling.is_printed(box, piece, pale)
        if not line and not pale and dark <= PRINT_DARKNESS * darkness:
            fine.append((len(kinds), label))
        kinds.append((RULING if line else STAIN if pale else rest, box))
    # 3. a pattern is told by all of its pieces
    if fine:
        is_print = find_patterns(labels, stats, [inked[box.pixels()] for box in taken], height)
        for index, label in fine:
            if is_print[label]:
                kinds[index] = (PRINT, kinds[index][1])
    return kinds


def _is_neighbour(box: Box, shape: tuple[int, ...], taken: Sequence[Box], height: float) -> bool:
    """Tell whether the picture's edge cuts off ink that is in no line: in a line it may be a part of the number."""
    at_top_or_bottom = (box.y <= 0 or box.bottom >= shape[0]) and box.height < MAX_CUT_OFF * height
    at_side = (box.x <= 0 or box.right >= shape[1]) and box.width < MAX_CUT_OFF * height
    # a comma begins just below the digits, and the edge may cut it off as well
    may_be_comma = box.bottom >= shape[0] and any(
        abs(box.y - character.bottom) <= COMMA_BELOW * height for character in taken
    )
    return (
        (at_top_or_bottom or at_side)
        and not may_be_comma
        and not any(
            min(box.bottom, character.bottom) - max(box.y, character.y)
            > SAME_LINE_OVERLAP * min(box.height, character.height)
            for character in taken
        )
    )


def _measure_darkness(
    grey: NDArray[np.uint8], ink: NDArray[np.uint8], box: Box, near: float, inked: NDArray[np.bool_]
) -> float:
    """Return by how many grey levels the ink in a box differs from the paper around it; an ink map does not tell."""
    around = box.pixels(rim=near)
    paper = grey[around][ink[around] < SOLID]
    if not paper.size or not inked.any():
        return 0.0
    return abs(float(np.median(paper)) - float(np.median(grey[box.pixels()][inked])))

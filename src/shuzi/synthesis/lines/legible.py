"""Tell whether a composed line is legible: a reader's confidence is judged by legible lines only.

Composing is blind: it writes upright slashes beside straight ones, lays one digit over another, and puts dots where
the camera no longer sees them. For an illegible line, no confidence would be correct.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.ink.paper import PAPER, contrast_map
from shuzi.models.tasks import DIGITS, MARKS
from shuzi.synthesis.lines.handwriting import Ink
from shuzi.synthesis.lines.layout import INKED

_LEANS, _LEANS_ALONE = math.radians(12), math.radians(14)  # slant of a slash beyond its neighbours', or the writing's
_LONGER, _LONGER_LEANS = 1.35, math.radians(4)  # of the height: a slash this long need not lean as much
_HIDDEN = 0.15  # fraction of a character's ink that lies on others
_DARK = 0.5  # of the digits' contrast
_AGAINST_PAPER = 1.5  # of the contrast of the paper around
_DOT, _COMMA, _DASH = 0.12, 0.17, 0.14  # of the height, in addition to the pen's width
_COLON = 0.15  # of the height
_SMALL, _TOUCHED = 0.3, 0.1  # of the height; fraction of so small a character and its rim
_AROUND = 0.25  # of the height


def told_apart(characters: str, inks: Sequence[Ink], height: float, pen: float, slant: float) -> bool:
    """Tell whether each mark is distinct: no slash like a 1, no comma, dash or colon like a dot.

    Parameters
    ----------
    characters, inks
        The characters, and the ink of each: uint8 (h, w).
    height, pen
        The height of a digit and the width of the pen, in pixels.
    slant
        How far the writing leans to the right, as a fraction of its height.

    Examples
    --------
    >>> upright, leaning = np.full((40, 4), 255, np.uint8), np.eye(40, dtype=np.uint8)[::-1] * 255
    >>> told_apart("1/", [upright, leaning], 30, 3, 0.0), told_apart("1/", [upright, upright], 30, 3, 0.0)
    (True, False)
    """
    written = [(each, _tight(ink)) for each, ink in zip(characters, inks, strict=True)]
    ones = [lean(ink) for each, ink in written if each == "1"]
    upright = max(ones) if ones else math.atan(slant)
    leans = _LEANS if ones else _LEANS_ALONE
    return all(
        {
            "/": lean(ink) - upright >= (_LONGER_LEANS if len(ink) > _LONGER * height else leans),
            ".": max(ink.shape) <= pen + _DOT * height,
            ",": len(ink) >= pen + _COMMA * height,
            ":": _has_two_dots(ink, height),
            "-": ink.shape[1] >= max(pen + _DASH * height, len(ink)),
        }.get(each, True)
        for each, ink in written
    )


def _has_two_dots(ink: Ink, height: float) -> bool:
    """Tell whether a colon has two separate dots; some recordings have only one."""
    if not ink.size:  # OpenCV would crash
        return False
    _, _, _, centres = cv2.connectedComponentsWithStats((ink > INKED).astype(np.uint8))
    y = centres[1:, 1]  # the first is the paper
    return len(y) > 1 and float(np.ptp(y)) >= _COLON * height


def _tight(ink: Ink) -> Ink:
    x, y, wide, high = cv2.boundingRect((ink > INKED).astype(np.uint8))
    return ink[y : y + high, x : x + wide]


def lean(ink: Ink) -> float:
    """Return how far a stroke leans to the right, in radians from upright."""
    y, x = np.nonzero(ink > 127)
    if len(x) < 2:
        return 0.0
    spread = np.cov(np.stack([x, y]))
    _, axes = np.linalg.eigh(spread)
    across, down = axes[:, 1]
    return float(math.atan2(-across * math.copysign(1, down), abs(down)))


def is_apart(placed: Sequence[tuple[Ink, int, int, bool]], height: float) -> bool:
    """Tell whether no character lies on others, and no small one, such as a dot, touches them.

    Parameters
    ----------
    placed
        The characters: the ink of each, uint8 (h, w), its left and top edge, and whether it counts.
    height
        The height of a digit, in pixels.

    Examples
    --------
    >>> one = np.full((20, 4), 255, np.uint8)
    >>> is_apart([(one, 0, 0, True), (one, 6, 0, True)], 20), is_apart([(one, 0, 0, True), (one, 1, 0, True)], 20)
    (True, False)
    """
    if len(placed) < 2:
        return True
    left, top = min(x for _, x, _, _ in placed) - 1, min(y for _, _, y, _ in placed) - 1
    right = max(x + ink.shape[1] for ink, x, _, _ in placed) + 1
    bottom = max(y + ink.shape[0] for ink, _, y, _ in placed) + 1
    layers = np.zeros((bottom - top, right - left), np.uint8)
    parts = []
    for ink, x, y, _ in placed:
        dark = (np.pad(ink, 1) > INKED).astype(np.uint8)
        box = np.s_[y - top - 1 : y - top + len(ink) + 1, x - left - 1 : x - left + ink.shape[1] + 1]
        layers[box] += dark
        parts.append((dark, box))
    for dark, box in parts:
        others = layers[box] - dark > 0
        _, _, wide, high = cv2.boundingRect(dark)
        if max(wide, high) < _SMALL * height:
            near, most = cv2.dilate(dark, np.ones((3, 3), np.uint8)), _TOUCHED
        else:
            near, most = dark, _HIDDEN
        if np.count_nonzero(near.astype(bool) & others) > most * np.count_nonzero(near):
            return False
    return True


def is_seen(grey: NDArray[np.uint8], text: str, boxes: NDArray[np.float32]) -> bool:
    """Tell whether a picture still shows each character whole, and its marks against the paper and its lines.

    Parameters
    ----------
    grey
        uint8 (h, w).
    text
        What is written.
    boxes
        float32 (k, 4): x, y, width, height of each character.
    """
    height, width = grey.shape
    if not len(boxes):
        return True
    ends = boxes[:, :2] + boxes[:, 2:]
    if boxes[:, :2].min() < -1 or (ends - (width, height)).max() > 1 or boxes[:, 2:].min() <= 0:
        return False
    marks = [index for index, each in enumerate(text) if each in MARKS]
    if not marks:
        return True
    contrast = contrast_map(grey).astype(np.float32) - PAPER
    digits = [index for index, each in enumerate(text) if each in DIGITS] or range(len(text))
    usual = float(np.median([_strongest(contrast, boxes[index]) for index in digits]))
    letter = float(np.median(boxes[list(digits), 3]))
    paper = np.ones(contrast.shape, np.uint8)
    for box in boxes:
        x, y, right, bottom = _corners(box, 2, contrast.shape)
        paper[y:bottom, x:right] = 0
    for index in marks:
        x, y, right, bottom = _corners(boxes[index], _AROUND * letter, contrast.shape)
        around = contrast[y:bottom, x:right][paper[y:bottom, x:right] > 0]
        beside = float(np.percentile(around, 97)) if around.size else 0.0
        if _strongest(contrast, boxes[index]) < max(_DARK * usual, _AGAINST_PAPER * beside):
            return False
    return True


def _strongest(contrast: NDArray[np.float32], box: NDArray[np.float32]) -> float:
    x, y, right, bottom = _corners(box, 0, contrast.shape)
    part = cv2.blur(np.ascontiguousarray(contrast[y:bottom, x:right]), (2, 2))
    return float(np.percentile(part, 90))


def _corners(box: NDArray[np.float32], rim: float, size: tuple[int, ...]) -> tuple[int, int, int, int]:
    x, y, wide, high = box.tolist()
    left, top = min(max(0, round(x - rim)), size[1] - 1), min(max(0, round(y - rim)), size[0] - 1)
    return left, top, max(left + 1, round(x + wide + rim)), max(top + 1, round(y + high + rim))

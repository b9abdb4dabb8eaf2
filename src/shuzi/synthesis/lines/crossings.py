"""Cross digits out: to a reader they are then signs, never the digits under the strokes."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.models.tasks import DIGITS, SIGN
from shuzi.synthesis.lines.handwriting import Ink, Line, shaken, written
from shuzi.synthesis.lines.writers import Hand

Inks = list[tuple[Ink, int, int, bool]]
"""Characters: the ink of each, uint8 (h, w), its left and top edge, and whether it counts."""

_TWO = 0.25  # fraction of crossings that cover two digits
_WAYS = {"bar": 0.34, "bars": 0.12, "slash": 0.22, "cross": 0.12, "zigzag": 0.12, "scribble": 0.08}


def cross_out(rng: np.random.Generator, text: str, inks: Inks, hand: Hand) -> tuple[str, Inks]:
    """Cross out one digit of a text, or two neighbours.

    Parameters
    ----------
    rng
        Decides which and how.
    text, inks
        The characters and their ink.
    hand
        Who wrote them, and crosses them out with the same pen.

    Returns
    -------
    The text with `SIGN` for crossed-out digits, and the ink with the strokes added; both unchanged without a digit.
    """
    digits = [index for index, each in enumerate(text) if each in DIGITS]
    if not digits:
        return text, inks
    first = digits[int(rng.integers(len(digits)))]
    last = first + 1 if first + 1 in digits and rng.random() < _TWO else first
    struck = list(range(first, last + 1))
    boxes = [_box(*inks[index][:3]) for index in struck]
    left, top = min(x for x, _, _, _ in boxes), min(y for _, y, _, _ in boxes)
    right, bottom = max(x for _, _, x, _ in boxes), max(y for _, _, _, y in boxes)
    lines = _strokes(rng, text[first : last + 1], (left, top, right, bottom), hand.height)
    pen = replace(hand.pen, width=max(1.0, hand.pen.width * float(rng.uniform(0.8, 1.3))))
    over, across, down = written(shaken(rng, lines, 0.03 * hand.height), pen)
    cuts = [-math.inf, *((box[2] + following[0]) / 2 for box, following in pairwise(boxes)), math.inf]
    changed, columns = list(inks), np.arange(over.shape[1]) + int(across)
    for index, start, end in zip(struck, cuts, cuts[1:], strict=False):
        part = over * ((columns >= start) & (columns < end)).astype(np.uint8)
        changed[index] = lay_over(inks[index], part, int(across), int(down))
    return text[:first] + SIGN * len(struck) + text[last + 1 :], changed


def _box(ink: Ink, x: int, y: int) -> tuple[int, int, int, int]:
    """Return the left, top, right and bottom edge of the dark pixels."""
    inner_x, inner_y, wide, high = cv2.boundingRect((ink > 0).astype(np.uint8))
    return x + inner_x, y + inner_y, x + inner_x + wide, y + inner_y + high


def _strokes(rng: np.random.Generator, digits: str, box: tuple[int, int, int, int], height: float) -> list[Line]:
    """Draw the strokes of one way to cross a box out."""
    left, top, right, bottom = box
    way = str(rng.choice(list(_WAYS), p=list(_WAYS.values())))
    if way == "slash" and digits == "0":  # some people write a zero like this
        way = "cross"
    # a short bar would make a 7 crossed, or a 1 a plus sign
    beside = rng.uniform(0.18 if way == "bar" else 0.05, 0.45, 2) * height
    start, end = left - float(beside[0]), right + float(beside[1])
    tall, middle = float(bottom - top), (top + bottom) / 2
    if way in ("bar", "bars"):
        offsets = (0.0,) if way == "bar" else (-0.16, 0.16)
        shift, tilt = rng.normal(0, 0.09) * tall, rng.normal(0, 0.08) * height
        levels = [middle + shift + offset * tall for offset in offsets]
        return [_line((start, level + tilt), (end, level - tilt)) for level in levels]
    over, under = top - rng.uniform(-0.1, 0.25) * height, bottom + rng.uniform(-0.1, 0.25) * height
    rising, falling = _line((start, under), (end, over)), _line((start, over), (end, under))
    if way == "cross":
        return [rising, falling]
    if way == "slash":
        return [rising if rng.random() < 0.75 else falling]
    turns = int(rng.integers(3, 6)) if way == "zigzag" else int(rng.integers(7, 14))
    x = np.linspace(start, end, turns) + rng.normal(0, 0.03, turns) * height
    y = np.where(np.arange(turns) % 2 == int(rng.integers(2)), over, under) + rng.normal(0, 0.06, turns) * height
    return [np.stack([x, y], axis=1).astype(np.float32)]


def _line(start: tuple[float, float], end: tuple[float, float]) -> Line:
    """Return a straight line of several points, so that a hand can bend it."""
    along = np.linspace(0, 1, 7)[:, None]
    return np.asarray(np.array(start) * (1 - along) + np.array(end) * along, np.float32)


def lay_over(
    character: tuple[Ink, int, int, bool], ink: NDArray[np.uint8], x: int, y: int
) -> tuple[Ink, int, int, bool]:
    """Lay strokes over a character; x and y are the position of their ink, in pixels."""
    under, own_x, own_y, counts = character
    left, top = min(x, own_x), min(y, own_y)
    right = max(x + ink.shape[1], own_x + under.shape[1])
    bottom = max(y + len(ink), own_y + len(under))
    whole = np.zeros((bottom - top, right - left), np.uint8)
    whole[own_y - top : own_y - top + len(under), own_x - left : own_x - left + under.shape[1]] = under
    box = np.s_[y - top : y - top + len(ink), x - left : x - left + ink.shape[1]]
    whole[box] = np.maximum(whole[box], ink)
    inner_x, inner_y, wide, high = cv2.boundingRect((whole > 0).astype(np.uint8))
    return whole[inner_y : inner_y + high, inner_x : inner_x + wide], left + inner_x, top + inner_y, counts

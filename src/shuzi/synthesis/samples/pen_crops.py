"""Recorded pen strokes become crops: digits, real letters and signs, parts of them, and several in one box."""

from __future__ import annotations

import math
import string
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.data.strokes import Strokes
from shuzi.ink.boxes import Box, overlap_of_smaller, union
from shuzi.ink.normalize import cut_out
from shuzi.ink.paper import ink_map
from shuzi.models.tasks import DIGITS, MARKS
from shuzi.synthesis.backgrounds import background
from shuzi.synthesis.camera import photographed
from shuzi.synthesis.lines.collection import Writers, by_character, trusted_samples
from shuzi.synthesis.lines.layout import any_hand, any_style, place
from shuzi.synthesis.lines.texts import OTHERS, Text
from shuzi.synthesis.lines.writers import Recorded
from shuzi.synthesis.samples.labels import LOOKS_LIKE, NOT_A_DIGIT, label_of

Cut = tuple[NDArray[np.uint8], int]

SIGNS = OTHERS + MARKS + "'`~_;|\\\""
"""The recorded characters that are neither digits nor letters."""

_DRAWN = "✓×¥€年月日元"  # drawn by code, since no recorded pen wrote them
_LETTERS = 0.8  # fraction of letters among letters and signs
_SMALLEST, _LARGEST = 14.0, 60.0  # of a digit's height, in pixels
_IMAGES = 0.4  # fraction of lines whose digits come from MNIST
_WITH_NEIGHBOUR, _PARTS, _WHOLE, _RINGS = 0.5, 0.4, 0.3, 0.08
_COVERED = 0.35  # of a box: with more of another character in it, the label would be ambiguous
_PART = -1  # placeholder label of a part until it is cropped
_AS_LARGE = 0.5  # of its neighbour's height; a smaller character could be a mark or a speck
_NARROW = 7  # pixels of a crop: a part of a letter that is not wider is a single stroke, like a 1


class PenCrops:
    """Makes crops from recorded pen strokes.

    Parameters
    ----------
    writers
        MNIST's digits and the writers of the strokes.
    strokes
        The same strokes.
    """

    def __init__(self, writers: Writers, strokes: Strokes) -> None:
        self._writers = writers
        samples = trusted_samples(strokes, DIGITS + string.ascii_letters + SIGNS)
        recorded = by_character(strokes, samples)
        self._anybody = Recorded(strokes, recorded, recorded, 0.0)
        self._digits, self._letters, self._signs = (
            [character for character in characters if character in recorded]
            for characters in (DIGITS, string.ascii_letters, SIGNS)
        )

    def digit(self, rng: np.random.Generator) -> Cut | None:
        """Write a digit with another pen, normalised as in MNIST; None if none was recorded."""
        return self._alone(rng, _any_of(rng, self._digits))

    def other(self, rng: np.random.Generator) -> Cut | None:
        """Write a letter or a sign."""
        return self._alone(rng, self._other(rng))

    def line(self, rng: np.random.Generator) -> list[Cut]:
        """Write a few characters side by side on paper and crop each, parts of them, and several at once."""
        characters = self._text(rng)
        writer, others = self._writers.pair(rng, _IMAGES)
        height = _height(rng)
        hand = any_hand(rng, height, images=writer is self._writers.images)
        placed = place(rng, writer, others, hand, any_style(rng), Text(characters))
        rim = round(0.5 * height)
        left, top = min(x for _, x, _, _ in placed.inks) - rim, min(y for _, _, y, _ in placed.inks) - rim
        right = max(x + ink.shape[1] for ink, x, _, _ in placed.inks) + rim
        bottom = max(y + ink.shape[0] for ink, _, y, _ in placed.inks) + rim
        sheet = np.zeros((bottom - top, right - left), np.uint8)
        boxes = np.empty((len(placed.inks), 4), np.float32)
        for index, (ink, x, y, _) in enumerate(placed.inks):
            down, across = ink.shape
            part = sheet[y - top : y - top + down, x - left : x - left + across]
            np.maximum(part, ink, out=part)
            boxes[index] = x - left, y - top, across, down
        crops = self._crops(rng, characters, boxes)
        if rng.random() < _RINGS:
            crops.append((_surround(rng, sheet, boxes[int(rng.integers(len(boxes)))], hand.pen.width), NOT_A_DIGIT))
        paper = background(rng, len(sheet), sheet.shape[1], height)
        ink_seen = ink_map(photographed(rng, paper, sheet.astype(np.float32) / np.float32(255)))
        cuts = [(cut_out(ink_seen, Box(*box.tolist()).pixels()), label) for box, label in crops]
        return [(image, _of_part(image) if label == _PART else label) for image, label in cuts if image is not None]

    def _alone(self, rng: np.random.Generator, character: str) -> Cut | None:
        if not character:
            return None
        ink = self._anybody.write(rng, character, any_hand(rng, _height(rng), images=False)).ink
        image = cut_out(ink, Box(0, 0, *ink.shape[::-1]).pixels())
        return None if image is None else (image, label_of(character))

    def _other(self, rng: np.random.Generator) -> str:
        return _any_of(rng, self._letters if rng.random() < _LETTERS else self._signs)

    def _text(self, rng: np.random.Generator) -> str:
        """Choose a text: a number, letters, or both."""
        kind = rng.random()
        if kind < 0.15:
            return str(rng.choice(["10", "10", "100", "11", "12", "1", "0"]))
        count = int(rng.integers(1, 5))
        number = "".join(map(str, rng.integers(0, 10, count)))
        if kind < 0.4:
            return number
        others = [
            self._other(rng) or "×" if rng.random() < 0.95 else _any_of(rng, _DRAWN)
            for _ in range(rng.integers(1, 4))
        ]
        if kind < 0.65:
            return "".join(others)
        where = int(rng.integers(count + 1))
        return number[:where] + "".join(others[:2]) + number[where:]

    def _crops(
        self, rng: np.random.Generator, characters: str, boxes: NDArray[np.float32]
    ) -> list[tuple[NDArray[np.float32], int]]:
        """Choose boxes and their labels; they are about as exact as a detector's."""
        crops = []
        everything = np.arange(len(boxes))
        for index, (character, box) in enumerate(zip(characters, boxes, strict=True)):
            others = boxes[everything != index]
            if len(others) and overlap_of_smaller(box, others).max() > _COVERED:
                continue
            crops.append((box + rng.normal(0, 0.05, 4) * np.tile(box[2:], 2), label_of(character)))
            if character not in DIGITS and rng.random() < _PARTS:
                crops.append((_part(rng, box), _PART))
        for box, following in pairwise(boxes):
            apart = following[0] > box[0] + 0.9 * box[2]
            lower, higher = sorted((box[3], following[3]))
            if apart and lower > _AS_LARGE * higher and rng.random() < _WITH_NEIGHBOUR:
                crops.append((union(box, following), NOT_A_DIGIT))
        if len(boxes) > 2 and rng.random() < _WHOLE:
            low, high = boxes[:, :2].min(axis=0), (boxes[:, :2] + boxes[:, 2:]).max(axis=0)
            crops.append((np.concatenate([low, high - low]), NOT_A_DIGIT))
        return [(np.asarray(box, np.float32), label) for box, label in crops]


def _any_of(rng: np.random.Generator, characters: list[str] | str) -> str:
    return characters[int(rng.integers(len(characters)))] if characters else ""


def _height(rng: np.random.Generator) -> float:
    return math.exp(rng.uniform(math.log(_SMALLEST), math.log(_LARGEST)))


def _part(rng: np.random.Generator, box: NDArray[np.float32]) -> NDArray[np.float32]:
    """Choose a part of a letter on one of its four sides."""
    x, y, width, height = box
    fraction = rng.uniform(0.35, 0.65)
    match int(rng.integers(4)):
        case 0:
            return np.array([x, y, width * fraction, height], np.float32)
        case 1:
            return np.array([x + width * (1 - fraction), y, width * fraction, height], np.float32)
        case 2:
            return np.array([x, y, width, height * fraction], np.float32)
        case _:
            return np.array([x, y + height * (1 - fraction), width, height * fraction], np.float32)


def _of_part(image: NDArray[np.uint8]) -> int:
    """Return the label of a part of a letter."""
    wide = np.ptp(np.flatnonzero((image > 64).any(axis=0))) + 1
    return LOOKS_LIKE + 1 if wide <= _NARROW else NOT_A_DIGIT


def _surround(
    rng: np.random.Generator, sheet: NDArray[np.uint8], box: NDArray[np.float32], pen: float
) -> NDArray[np.float32]:
    """Draw a ring or a box around a character, and return its box."""
    x, y, width, height = box
    middle, reach = (x + width / 2, y + height / 2), 0.5 * np.array([width, height]) + rng.uniform(0.1, 0.35) * height
    line = max(1, round(pen * rng.uniform(0.6, 1.2)))
    corners = np.rint([middle - reach, middle + reach]).astype(int)
    if rng.random() < 0.7:
        axes = (round(float(reach[0]) * 1.25), round(float(reach[1]) * 1.1))
        turn, end = float(rng.normal(0, 8)), float(rng.uniform(330, 380))
        cv2.ellipse(sheet, (round(middle[0]), round(middle[1])), axes, turn, 0, end, 255, line, cv2.LINE_AA)
        reach = np.array(axes, np.float64)
    else:
        (left, top), (right, bottom) = corners.tolist()
        cv2.rectangle(sheet, (left, top), (right, bottom), 255, line, cv2.LINE_AA)
    reach += line
    return np.array([*(middle - reach), *(2 * reach)], np.float32)

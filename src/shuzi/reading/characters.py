"""The characters of a line's text get the boxes of their ink, and what else each could be."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.ink.boxes import Box
from shuzi.ink.normalize import SIDE, cut_out
from shuzi.ink.paper import SOLID
from shuzi.ink.strips import COLUMN, HEIGHT, LONGEST
from shuzi.models.tasks import CLASSES, DIGITS
from shuzi.reading.recogniser import add_blanks, align
from shuzi.reading.thresholds import (
    CANDIDATE_WEIGHT,
    CHARACTER_REACH,
    CUT_DISTANCE,
    LOG_OF_ZERO,
    MIN_TEXT_PROBABILITY,
    OFF_CENTRE_COST,
)
from shuzi.reading.values import LineTexts


@dataclass(frozen=True)
class Character:
    """A character of a line."""

    character: str  # a digit, a mark, or `SIGN`
    box: Box  # x, y, width, height in pixels of the searched picture
    # of each class, over all texts of the line: float64 (16,); they add up to 1 at most
    probabilities: NDArray[np.float64]
    image: NDArray[np.uint8]  # its ink as the classifier would see it: uint8 (28, 28)

    @property
    def probability(self) -> float:
        """The probability that this character stands here."""
        return float(self.probabilities[CLASSES.index(self.character)])


def find_characters(
    line: LineTexts, texts: Sequence[str], probabilities: Sequence[float], ink: NDArray[np.uint8]
) -> tuple[Character, ...]:
    """Find the characters of the first of some texts, each with its probability, on its line; ink is uint8 (h, w)."""
    text, by_class = texts[0], sum_by_character(texts, probabilities)
    digits = [DIGITS.index(character) for character in text if character in DIGITS]
    aligned = iter(align(digits, line.line.candidates).candidates)
    characters = []
    for character, box, of_classes in zip(text, frame_characters(line, text, ink), by_class, strict=True):
        image, index = None, next(aligned) if character in DIGITS else None
        if index is not None:
            candidate = line.line.candidates[index]
            box, image = candidate.box, candidate.image
            of_classes[: len(DIGITS)] += CANDIDATE_WEIGHT * of_classes.sum() * candidate.probabilities
            of_classes /= 1 + CANDIDATE_WEIGHT
        image = cut_out(ink, box.pixels()) if image is None else image
        seen = np.zeros((SIDE, SIDE), np.uint8) if image is None else image
        characters.append(Character(character, box, of_classes, seen))
    return tuple(characters)


def frame_characters(line: LineTexts, text: str, ink: NDArray[np.uint8]) -> list[Box]:
    """Cut a line between its characters, where the least ink is, and frame the ink of each; `ink` is uint8 (h, w).

    Where there is no ink, the box is all of the character's slice of the line.
    """
    if not text:
        return []
    frame, middles = line.line.frames[0], find_middles(line, text)
    rows, _ = frame.pixels()
    profile = ink[rows].sum(axis=0, dtype=np.float64)
    edges = [frame.x, *(_cut(profile, *pair) for pair in pairwise(middles)), frame.right]
    reach = CHARACTER_REACH * line.line.height
    return [
        _frame_ink(ink, rows, max(left, middle - reach), min(right, middle + reach), frame)
        for middle, (left, right) in zip(middles, pairwise(edges), strict=True)
    ]


def find_middles(line: LineTexts, text: str) -> list[float]:
    """Return where the middle of each character is, from left to right, in pixels of the picture."""
    frame = line.line.frames[0]
    # pixels of the strip per pixel of the picture, from left to right
    across = min(HEIGHT / max(frame.height, 1.0), LONGEST / max(frame.width, 1.0))
    spans = find_spans(line.columns[0], tuple(map(CLASSES.index, text)))
    return [frame.x + (first + last) / 2 * COLUMN / across for first, last in spans]


def find_spans(log_probabilities: NDArray[np.float32], labels: tuple[int, ...]) -> list[tuple[int, int]]:
    """Return the most probable column range of each character in a text: the first column and the one after the last.

    The log probabilities are float32 (columns, classes), the last class blank; there are at least as many columns as
    labels.

    >>> columns = np.log(np.array([[0.6, 0.1, 0.3], [0.2, 0.1, 0.7], [0.1, 0.8, 0.1]], np.float32))
    >>> find_spans(columns, (0, 1))
    [(0, 1), (2, 3)]
    """
    if not labels:
        return []
    states, skips = add_blanks(labels, log_probabilities.shape[1] - 1)
    columns = log_probabilities.astype(np.float64)[:, states]
    best = np.full(len(states), LOG_OF_ZERO)
    best[:2] = columns[0, :2]
    came = np.zeros((len(columns), len(states)), np.int8)
    for index, column in enumerate(columns[1:], start=1):
        ways = np.full((3, len(states)), LOG_OF_ZERO)
        ways[0], ways[1, 1:], ways[2, 2:] = best, best[:-1], np.where(skips[2:], best[:-2], LOG_OF_ZERO)
        came[index] = ways.argmax(axis=0)
        best = ways.max(axis=0) + column
    state = len(states) - 1 if best[-1] >= best[-2] else len(states) - 2
    path = np.empty(len(columns), np.int32)
    for index in range(len(columns) - 1, -1, -1):
        path[index] = state
        state -= int(came[index, state])
    runs = [np.flatnonzero(path == 2 * position + 1) for position in range(len(labels))]
    return [(int(run[0]), int(run[-1]) + 1) if run.size else (0, 0) for run in runs]


def sum_by_character(texts: Sequence[str], probabilities: Sequence[float]) -> NDArray[np.float64]:
    """Add up, for each character of the first text, the probabilities of the texts that have a class in its position.

    Return float64 (characters, 16).

    >>> by_class = sum_by_character(["12", "17", "112"], [0.6, 0.3, 0.1])
    >>> by_class[0, 1].round(2), by_class[1, [2, 7]].round(2).tolist()
    (np.float64(1.0), [0.7, 0.3])
    """
    best = texts[0]
    by_class = np.zeros((len(best), len(CLASSES)))
    for text, probability in zip(texts, probabilities, strict=True):
        if probability >= MIN_TEXT_PROBABILITY:
            for character, position in _align(text, best):
                by_class[position, CLASSES.index(character)] += probability
    return by_class


def _align(text: str, best: str) -> Iterator[tuple[str, int]]:
    """Yield the characters of a text that stand where one of the best text does, with the position of that."""
    if len(text) == len(best):
        yield from zip(text, range(len(best)), strict=True)
        return
    for tag, first, last, start, end in SequenceMatcher(None, text, best, autojunk=False).get_opcodes():
        if tag == "equal" or (tag == "replace" and last - first == end - start):
            yield from zip(text[first:last], range(start, end), strict=True)


def _cut(profile: NDArray[np.float64], left: float, right: float) -> float:
    """Return the column between two characters in which there is the least ink."""
    first = max(0, round(left + CUT_DISTANCE * (right - left)))
    part = profile[first : max(first, round(right - CUT_DISTANCE * (right - left))) + 1]
    middle = (left + right) / 2
    if not part.size:
        return middle
    away = np.abs(np.arange(first, first + part.size) - middle) / max(right - left, 1.0)
    return first + int((part + OFF_CENTRE_COST * part.max() * away).argmin()) + 0.5


def _frame_ink(ink: NDArray[np.uint8], rows: slice, left: float, right: float, frame: Box) -> Box:
    """Frame the solid ink between two edges of a line's band."""
    first, last = max(0, round(left)), max(0, math.ceil(right))
    part = (ink[rows, first:last] >= SOLID).astype(np.uint8)
    x, y, width, height = cv2.boundingRect(part) if part.size else (0, 0, 0, 0)
    if not width:
        return Box(left, frame.y, max(right - left, 1.0), frame.height)
    return Box(float(first + x), float(rows.start + y), float(width), float(height))

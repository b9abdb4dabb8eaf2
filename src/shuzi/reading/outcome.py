"""A line's likely texts become its best text, and those of all lines the most probable whole texts."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from shuzi.concepts import softmax
from shuzi.ink.boxes import as_array, iou, overlap_of_smaller
from shuzi.models.tasks import DIGITS, SIGN
from shuzi.reading.characters import Character, find_characters
from shuzi.reading.recogniser import score_texts
from shuzi.reading.thresholds import (
    MAX_ALTERNATIVES,
    SAME_CHARACTER_IOU,
    SAME_INK,
)
from shuzi.reading.values import Findings, LineTexts, Weights

Choices = Sequence[tuple[str, float]]
"""What a part of a text may say, and the probability of each."""


@dataclass(frozen=True)
class Outcome:
    """The texts of a line, with their probabilities."""

    # its likely texts, the most probable one first, and the probability of each if one of them is right
    texts: tuple[str, ...]
    probabilities: tuple[float, ...]
    characters: tuple[Character, ...]  # those of the first text
    agreed: bool  # whether its digits are those of the candidates
    is_struck: bool = False  # whether a straight stroke goes through all of them

    @property
    def has_digits(self) -> bool:
        """Whether its best text has a digit."""
        return has_digits(self.texts[0])

    @property
    def has_sign_inside(self) -> bool:
        """Whether a sign stands between digits of its best text."""
        return is_sign_inside(self.texts[0])

    @property
    def probability_of_digits(self) -> float:
        """The probability of all texts with the digits of the best one."""
        best = _digits_of(self.texts[0])
        pairs = zip(self.texts, self.probabilities, strict=True)
        return min(1.0, sum(probability for text, probability in pairs if _digits_of(text) == best))

    @property
    def probability_of_no_digit(self) -> float:
        """The probability of all texts without a digit."""
        pairs = zip(self.texts, self.probabilities, strict=True)
        return sum(probability for text, probability in pairs if not has_digits(text))

    @property
    def without_signs(self) -> Choices:
        """Its texts without signs, and the probability of each; the best text first."""
        merged = _add_up_without_signs(self.texts, self.probabilities)
        first = self.texts[0].replace(SIGN, "")
        return [(first, merged.pop(first)), *sorted(merged.items(), key=lambda text: -text[1])]


@dataclass(frozen=True)
class Outcomes:
    """The texts of a page's lines, with their probabilities."""

    of_lines: tuple[Outcome, ...]  # one for each line, from top to bottom
    # those of them that are no repetition: a line most of whose characters are another line's is left out
    counted_once: tuple[Outcome, ...]
    is_shared: bool  # whether a digit or mark of one of these stands where another character does
    written: tuple[Outcome, ...]  # those of them that hold digits
    # the most probable whole texts of the written lines, without signs, the best one first
    texts: list[tuple[str, float]]
    has_sign_inside: bool  # whether a sign stands between digits of a written line
    probability_of_digits: float  # the probability of all texts with the digits of the best one

    @property
    def is_struck(self) -> bool:
        """Whether all digits of a written line are crossed out."""
        return any(line.is_struck for line in self.written)


def choose_texts(seen: Findings, weights: Weights) -> Outcomes:
    """Choose the best text of each line of a page."""
    outcomes = tuple(choose_text(line, weights, seen.ink) for line in seen.texts)
    kept: list[int] = []
    is_shared = False
    counts = [len(_digits_of(line.texts[0])) for line in outcomes]
    for index in sorted(range(len(outcomes)), key=lambda index: -counts[index]):
        own = outcomes[index].characters
        boxes = as_array(character.box for character in own)
        taken = as_array(character.box for line in kept for character in outcomes[line].characters)
        # half of a box, or of one that is taken, is the ink of both
        repeated = [len(taken) and bool(overlap_of_smaller(box, taken).max() >= SAME_INK) for box in boxes]
        if own and 2 * sum(repeated) >= len(own):
            continue
        is_shared |= any(
            twice and character.character != SIGN for character, twice in zip(own, repeated, strict=True)
        )
        is_shared |= any(iou(left, right[None])[0] >= SAME_CHARACTER_IOU for left, right in pairwise(boxes))
        kept.append(index)
    counted_once = tuple(outcomes[index] for index in sorted(kept))
    written = tuple(line for line in counted_once if line.has_digits)
    texts = rank_texts(put_on_lines([line.without_signs] for line in written))
    has_sign_inside = any(line.has_sign_inside for line in written)
    probability_of_digits = math.prod(line.probability_of_digits for line in written)
    return Outcomes(outcomes, counted_once, is_shared, written, texts, has_sign_inside, probability_of_digits)


def choose_text(line: LineTexts, weights: Weights, ink: NDArray[np.uint8]) -> Outcome:
    """Choose the best text of a line of a picture with that ink map, uint8 (h, w)."""
    likely = compute_probabilities(line, weights)
    # texts that differ in signs alone are one text, for signs are in none
    whole = _add_up_without_signs(line.texts, likely.tolist())
    ranked = np.lexsort((-likely, np.array([-whole[text.replace(SIGN, "")] for text in line.texts])))
    texts, probabilities = tuple(line.texts[index] for index in ranked), tuple(likely[ranked].tolist())
    characters = find_characters(line, texts, probabilities, ink)
    return Outcome(texts, probabilities, characters, bool(line.scores[ranked[0], -1]), line.line.is_struck)


def _add_up_without_signs(texts: Sequence[str], probabilities: Sequence[float]) -> dict[str, float]:
    return add_up(zip((text.replace(SIGN, "") for text in texts), probabilities, strict=True))


def add_up(texts: Iterable[tuple[str, float]]) -> dict[str, float]:
    """Return each text once, with the sum of its probabilities.

    >>> add_up([("1", 0.2), ("7", 0.5), ("1", 0.25)])
    {'1': 0.45, '7': 0.5}
    """
    sums: dict[str, float] = {}
    for text, probability in texts:
        sums[text] = sums.get(text, 0.0) + probability
    return sums


def compute_probabilities(line: LineTexts, weights: Weights) -> NDArray[np.float64]:
    """Return the probability of each text of a line if one of them is right: float64 (n,)."""
    return np.asarray(softmax(weigh_texts(line, weights)), np.float64)


def weigh_texts(line: LineTexts, weights: Weights, texts: Sequence[str] | None = None) -> NDArray[np.float64]:
    """Return the log probability, up to a constant, of each text of a line, or of other texts: float64 (n,)."""
    scores = line.scores if texts is None else score_texts(line, texts)
    adjusted = [_add_adjustments(line, text) for text in (line.texts if texts is None else texts)]
    if texts is None and line.priors:
        adjusted = [more + prior for more, prior in zip(adjusted, line.priors, strict=True)]
    return np.asarray(scores @ np.array(weights) + np.array(adjusted, np.float64), np.float64)


def _add_adjustments(line: LineTexts, text: str) -> float:
    """Return by how much corrected digits raise a text."""
    if not line.adjustments:
        return 0.0
    digits = _digits_of(text)
    if len(digits) != line.adjusted_length:
        return 0.0
    return sum(
        adjustment.logit
        for adjustment in line.adjustments
        if digits[adjustment.digit_index] == DIGITS[adjustment.digit]
    )


def put_on_lines(lines: Iterable[Iterable[Choices]]) -> list[Choices]:
    r"""Put the ends of lines between the parts of each.

    >>> put_on_lines([[[("1", 1.0)]], [[("2", 1.0)]]])
    [[('1', 1.0)], [('\n', 1.0)], [('2', 1.0)]]
    """
    parts: list[Choices] = []
    for index, line in enumerate(lines):
        parts += [[("\n", 1.0)], *line] if index else line
    return parts


def rank_texts(parts: Iterable[Choices], max_texts: int = MAX_ALTERNATIVES) -> list[tuple[str, float]]:
    """Return the most probable ways to choose a text for each part, joined, the best one first.

    >>> best = rank_texts([[("1", 0.6), ("7", 0.4)], [("0", 0.9), ("6", 0.1)]], max_texts=3)
    >>> [(text, round(probability, 2)) for text, probability in best]
    [('10', 0.54), ('70', 0.36), ('16', 0.06)]
    """
    best = [("", 1.0)]
    for part in parts:
        likely = sorted(part, key=_least_probable_last)[:max_texts]
        longer = [(text + more, before * probability) for text, before in best for more, probability in likely]
        best = sorted(longer, key=_least_probable_last)[:max_texts]
    return best


def has_digits(text: str) -> bool:
    """Tell whether a text has a digit."""
    return bool(set(text) & set(DIGITS))


def is_sign_inside(text: str) -> bool:
    """Tell whether a sign stands between digits."""
    digits = [position for position, character in enumerate(text) if character in DIGITS]
    return SIGN in text[digits[0] : digits[-1]]


def _digits_of(text: str) -> str:
    return "".join(character for character in text if character in DIGITS)


def _least_probable_last(text: tuple[str, float]) -> float:
    return -text[1]

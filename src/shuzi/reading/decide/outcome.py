"""A line's likely texts become its best text, with the probability of each character and what else it could be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from shuzi.ink.boxes import Box, as_array, iou, overlap_of_smaller
from shuzi.ink.normalize import SIDE, cut_out
from shuzi.models.tasks import CLASSES, DIGITS, SIGN
from shuzi.reading.decide.decide_thresholds import (
    CANDIDATE_WEIGHT,
    LEAST_PROBABILITY_SUM,
    LEAST_TEXT_PROBABILITY,
    MOST_MARK_ALTERNATIVES,
    SAME_CHARACTER_IOU,
    SAME_INK,
)
from shuzi.reading.recognise.alignment import align
from shuzi.reading.recognise.character_boxes import boxes_of
from shuzi.reading.recognise.search import probabilities_of
from shuzi.reading.report.result import OK, UNSURE, Digit, Mark
from shuzi.reading.values import Candidates, LineTexts, Weights


@dataclass(frozen=True)
class Character:
    """A character of a line.

    Parameters
    ----------
    character
        A digit, a mark, or `SIGN`.
    box
        x, y, width, height in pixels of the searched picture.
    probabilities
        Of each class, over all texts of the line: float64 (16,); they add up to 1 at most.
    image
        Its ink as the classifier would see it: uint8 (28, 28).
    """

    character: str
    box: Box
    probabilities: NDArray[np.float64]
    image: NDArray[np.uint8]

    @property
    def probability(self) -> float:
        """The probability that this character stands here."""
        return float(self.probabilities[CLASSES.index(self.character)])


@dataclass(frozen=True)
class Outcome:
    """What a line says.

    Parameters
    ----------
    texts, probabilities
        Its likely texts, the most probable one first, and the probability of each if one of them is right.
    characters
        Those of the first text.
    agreed
        Whether its digits are those of the candidates.
    """

    texts: tuple[str, ...]
    probabilities: tuple[float, ...]
    characters: tuple[Character, ...]
    agreed: bool


@dataclass(frozen=True)
class Outcomes:
    """What the lines of a page say.

    Parameters
    ----------
    of_lines
        One for each line, from top to bottom.
    counted_once
        Those of them that are no repetition: a line most of whose characters are another line's is left out.
    is_shared
        Whether a digit or mark of one of these stands where another character does.
    """

    of_lines: tuple[Outcome, ...]
    counted_once: tuple[Outcome, ...]
    is_shared: bool


def outcomes_of(seen: Candidates, weights: Weights) -> Outcomes:
    """Choose the best text of each line of a page.

    Parameters
    ----------
    seen
        What was found, with the texts of its lines.
    weights
        How much each score of a text counts.
    """
    outcomes = tuple(outcome(line, weights, seen.ink) for line in seen.texts)
    kept: list[int] = []
    is_shared = False
    for index in sorted(range(len(outcomes)), key=lambda index: -_count_digits(outcomes[index])):
        own = outcomes[index].characters
        taken = as_array(character.box for line in kept for character in outcomes[line].characters)
        repeated = [_is_taken(character.box, taken) for character in own]
        if own and 2 * sum(repeated) >= len(own):
            continue
        is_shared |= any(
            twice and character.character != SIGN for character, twice in zip(own, repeated, strict=True)
        )
        is_shared |= any(_is_same(left.box, right.box) for left, right in pairwise(own))
        kept.append(index)
    return Outcomes(outcomes, tuple(outcomes[index] for index in sorted(kept)), is_shared)


def outcome(line: LineTexts, weights: Weights, ink: NDArray[np.uint8]) -> Outcome:
    """Choose the best text of a line.

    Parameters
    ----------
    line
        Its likely texts.
    weights
        How much each score of them counts.
    ink
        The picture's ink map: uint8 (h, w).
    """
    likely = probabilities_of(line, weights)
    # texts that differ in signs alone are one text, for signs are in none
    whole: dict[str, float] = {}
    for text, probability in zip(line.texts, likely.tolist(), strict=True):
        whole[text.replace(SIGN, "")] = whole.get(text.replace(SIGN, ""), 0.0) + probability
    ranked = np.lexsort((-likely, np.array([-whole[text.replace(SIGN, "")] for text in line.texts])))
    texts, probabilities = tuple(line.texts[index] for index in ranked), likely[ranked]
    by_class = by_character(texts, probabilities.tolist())
    characters = characters_of(line, texts[0], by_class, ink)
    return Outcome(texts, tuple(probabilities.tolist()), characters, bool(line.scores[ranked[0], -1]))


def characters_of(
    line: LineTexts, text: str, by_class: NDArray[np.float64], ink: NDArray[np.uint8]
) -> tuple[Character, ...]:
    """Find the characters of a text on its line.

    Parameters
    ----------
    line
        The line's likely texts.
    text
        One of them, or another that may stand there.
    by_class
        What `by_character` returns for it.
    ink
        The picture's ink map: uint8 (h, w).
    """
    digits = [DIGITS.index(character) for character in text if character in DIGITS]
    aligned = iter(align(digits, line.line.candidates).candidates)
    characters = []
    for character, box, probabilities in zip(text, boxes_of(line, text, ink), by_class.copy(), strict=True):
        image, index = None, next(aligned) if character in DIGITS else None
        if index is not None:
            candidate = line.line.candidates[index]
            box, image = candidate.box, candidate.image
            probabilities[: len(DIGITS)] += CANDIDATE_WEIGHT * probabilities.sum() * candidate.probabilities
            probabilities /= 1 + CANDIDATE_WEIGHT
        image = cut_out(ink, box) if image is None else image
        seen = np.zeros((SIDE, SIDE), np.uint8) if image is None else image
        characters.append(Character(character, box, probabilities, seen))
    return tuple(characters)


def by_character(texts: Sequence[str], probabilities: Sequence[float]) -> NDArray[np.float64]:
    """Add up, for each character of the first text, the probabilities of the texts that have a class in its position.

    Returns
    -------
    float64 (characters, 16).

    Examples
    --------
    >>> by_class = by_character(["12", "17", "112"], [0.6, 0.3, 0.1])
    >>> by_class[0, 1].round(2), by_class[1, [2, 7]].round(2).tolist()
    (np.float64(1.0), [0.7, 0.3])
    """
    best = texts[0]
    by_class = np.zeros((len(best), len(CLASSES)))
    for text, probability in zip(texts, probabilities, strict=True):
        if probability >= LEAST_TEXT_PROBABILITY:
            for character, position in _aligned(text, best):
                by_class[position, CLASSES.index(character)] += probability
    return by_class


def _aligned(text: str, best: str) -> Iterator[tuple[str, int]]:
    """Yield the characters of a text that stand where one of the best text does, with the position of that."""
    if len(text) == len(best):
        yield from zip(text, range(len(best)), strict=True)
        return
    for tag, first, last, start, end in SequenceMatcher(None, text, best, autojunk=False).get_opcodes():
        if tag == "equal" or (tag == "replace" and last - first == end - start):
            yield from zip(text[first:last], range(start, end), strict=True)


def has_digits(text: str) -> bool:
    """Tell whether a text has a digit."""
    return bool(set(text) & set(DIGITS))


def is_sign_inside(text: str) -> bool:
    """Tell whether a sign stands between digits."""
    digits = [position for position, character in enumerate(text) if character in DIGITS]
    return SIGN in text[digits[0] : digits[-1]]


def digit_of(character: Character, seen: Candidates, probability: float, ok: float) -> Digit:
    """Make a digit of a character.

    Parameters
    ----------
    character
        The character.
    seen
        What was found in its picture.
    probability
        The probability that it is this digit.
    ok
        The probability from which it is "ok".
    """
    of_digits = character.probabilities[: len(DIGITS)]
    probabilities = (of_digits / max(float(of_digits.sum()), LEAST_PROBABILITY_SUM)).astype(np.float32)
    status = OK if probability >= ok else UNSURE
    box = seen.in_original(character.box)
    return Digit(int(character.character), probability, probabilities, box, status, character.image)


def mark_of(character: Character, seen: Candidates, probability: float) -> Mark:
    """Make a mark of a character, with the probability that it is this mark, and name what else it may be."""
    others = [
        (CLASSES[label], float(character.probabilities[label]))
        for label in np.argsort(-character.probabilities, kind="stable").tolist()
        if CLASSES[label] != character.character and character.probabilities[label] > 0
    ]
    box = seen.in_original(character.box)
    return Mark(character.character, probability, box, tuple(others[:MOST_MARK_ALTERNATIVES]))


def _count_digits(line: Outcome) -> int:
    return sum(character in DIGITS for character in line.texts[0])


def _is_taken(box: Box, taken: NDArray[np.float64]) -> bool:
    """Tell whether half of a box, or of one that is taken, is the ink of both."""
    return bool(len(taken)) and float(overlap_of_smaller(np.array(box, np.float64), taken).max()) >= SAME_INK


def _is_same(left: Box, right: Box) -> bool:
    """Tell whether two characters are one piece of ink."""
    return float(iou(np.array(left, np.float64), as_array([right]))[0]) >= SAME_CHARACTER_IOU

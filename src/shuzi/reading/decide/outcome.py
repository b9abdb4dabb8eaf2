"""A line's likely texts become its best text, with the probability of each character and what else it could be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

import numpy as np
from numpy.typing import NDArray

from shuzi.ink.boxes import Box
from shuzi.ink.normalize import SIDE, cut_out
from shuzi.models.tasks import CLASSES, DIGITS, SIGN
from shuzi.reading.decide.decide_thresholds import CANDIDATE_WEIGHT, LEAST_TEXT_PROBABILITY
from shuzi.reading.recognise.character_boxes import boxes_of
from shuzi.reading.recognise.search import LineTexts, Weights, align


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


def outcome(found: LineTexts, weights: Weights, ink: NDArray[np.uint8]) -> Outcome:
    """Choose the best text of a line.

    Parameters
    ----------
    found
        Its likely texts.
    weights
        How much each score of them counts.
    ink
        The picture's ink map: uint8 (h, w).
    """
    likely = found.probabilities(weights)
    # texts that differ in signs alone are one text, for signs are in none
    whole: dict[str, float] = {}
    for text, probability in zip(found.texts, likely.tolist(), strict=True):
        whole[text.replace(SIGN, "")] = whole.get(text.replace(SIGN, ""), 0.0) + probability
    ranked = np.lexsort((-likely, np.array([-whole[text.replace(SIGN, "")] for text in found.texts])))
    texts, probabilities = tuple(found.texts[place] for place in ranked), likely[ranked]
    shares = by_character(texts, probabilities.tolist())
    characters = characters_of(found, texts[0], shares, ink)
    return Outcome(texts, tuple(probabilities.tolist()), characters, bool(found.scores[ranked[0], -1]))


def characters_of(
    found: LineTexts, text: str, shares: NDArray[np.float64], ink: NDArray[np.uint8]
) -> tuple[Character, ...]:
    """Find the characters of a text on its line.

    Parameters
    ----------
    found
        The line's likely texts.
    text
        One of them, or another that may stand there.
    shares
        What `by_character` returns for it.
    ink
        The picture's ink map: uint8 (h, w).
    """
    digits = [DIGITS.index(each) for each in text if each in DIGITS]
    aligned = iter(align(digits, found.line.candidates).places)
    characters = []
    for character, box, share in zip(text, boxes_of(found, text, ink), shares.copy(), strict=True):
        image, place = None, next(aligned) if character in DIGITS else None
        if place is not None:
            candidate = found.line.candidates[place]
            box, image = candidate.box, candidate.image
            share[: len(DIGITS)] += CANDIDATE_WEIGHT * share.sum() * candidate.probabilities
            share /= 1 + CANDIDATE_WEIGHT
        image = cut_out(ink, box) if image is None else image
        seen = np.zeros((SIDE, SIDE), np.uint8) if image is None else image
        characters.append(Character(character, box, share, seen))
    return tuple(characters)


def by_character(texts: Sequence[str], probabilities: Sequence[float]) -> NDArray[np.float64]:
    """Add up, for each character of the first text, the probabilities of the texts that have a class in its place.

    Returns
    -------
    float64 (characters, 16).

    Examples
    --------
    >>> shares = by_character(["12", "17", "112"], [0.6, 0.3, 0.1])
    >>> shares[0, 1].round(2), shares[1, [2, 7]].round(2).tolist()
    (np.float64(1.0), [0.7, 0.3])
    """
    best = texts[0]
    shares = np.zeros((len(best), len(CLASSES)))
    for text, probability in zip(texts, probabilities, strict=True):
        if probability >= LEAST_TEXT_PROBABILITY:
            for character, place in _aligned(text, best):
                shares[place, CLASSES.index(character)] += probability
    return shares


def _aligned(text: str, best: str) -> Iterator[tuple[str, int]]:
    """Yield the characters of a text that stand in the place of one of the best text, with that place."""
    if len(text) == len(best):
        yield from zip(text, range(len(best)), strict=True)
        return
    for what, first, last, start, end in SequenceMatcher(None, text, best, autojunk=False).get_opcodes():
        if what == "equal" or (what == "replace" and last - first == end - start):
            yield from zip(text[first:last], range(start, end), strict=True)

"""A line's characters become the digits, the marks and the ignored ink of a reading."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from shuzi.ink.boxes import Box, as_array, iou, overlap_of_smaller
from shuzi.models.tasks import CLASSES, DIGITS, MARKS, SIGN
from shuzi.reading.decide.decide_thresholds import (
    LEAST_KIND_WORK,
    LEAST_PROBABILITY_SUM,
    MOST_MARK_ALTERNATIVES,
    SAME_CHARACTER_IOU,
    SAME_INK,
)
from shuzi.reading.decide.ignored_ink import left_out
from shuzi.reading.decide.outcome import Character, Outcome
from shuzi.reading.find.candidates import Candidates
from shuzi.reading.report.result import OK, SIGN_INK, UNKNOWN, UNSURE, Digit, Ignored, Mark


def has_digits(text: str) -> bool:
    """Tell whether a text has a digit."""
    return bool(set(text) & set(DIGITS))


def is_sign_inside(text: str) -> bool:
    """Tell whether a sign stands between digits."""
    places = [place for place, each in enumerate(text) if each in DIGITS]
    return SIGN in text[places[0] : places[-1]]


def counted_once(outcomes: Sequence[Outcome]) -> tuple[list[Outcome], bool]:
    """Leave out lines most of whose characters are those of another line.

    Parameters
    ----------
    outcomes
        What the lines of a page say.

    Returns
    -------
    The others, and whether a digit or mark of one of them stands where another character does.
    """
    kept: list[int] = []
    in_doubt = False
    for place in sorted(range(len(outcomes)), key=lambda each: -_digits_in(outcomes[each])):
        own = outcomes[place].characters
        taken = as_array(each.box for other in kept for each in outcomes[other].characters)
        twice = [_is_among(each.box, taken) for each in own]
        if own and 2 * sum(twice) >= len(own):
            continue
        in_doubt |= any(each.character != SIGN for each, shared in zip(own, twice, strict=True) if shared)
        in_doubt |= any(_is_alike(one.box, other.box) for one, other in pairwise(own))
        kept.append(place)
    return [outcomes[place] for place in sorted(kept)], in_doubt


def _digits_in(found: Outcome) -> int:
    return sum(each in DIGITS for each in found.texts[0])


def _is_among(box: Box, taken: NDArray[np.float64]) -> bool:
    """Tell whether half of a box, or of one of the others, is the ink of both."""
    return bool(len(taken)) and float(overlap_of_smaller(np.array(box, np.float64), taken).max()) >= SAME_INK


def _is_alike(one: Box, other: Box) -> bool:
    return float(iou(np.array(one, np.float64), as_array([other]))[0]) >= SAME_CHARACTER_IOU


def digit_of(found: Character, seen: Candidates, probability: float, ok: float) -> Digit:
    """Make a digit of a character.

    Parameters
    ----------
    found
        The character.
    seen
        What was found in its picture.
    probability
        The probability that it is this digit.
    ok
        The probability from which it is "ok".
    """
    shares = found.probabilities[: len(DIGITS)]
    probabilities = (shares / max(float(shares.sum()), LEAST_PROBABILITY_SUM)).astype(np.float32)
    status = OK if probability >= ok else UNSURE
    return Digit(int(found.character), probability, probabilities, seen.in_original(found.box), status, found.image)


def mark_of(found: Character, seen: Candidates, probability: float) -> Mark:
    """Make a mark of a character, with the probability that it is this mark, and name what else it may be."""
    others = [
        (CLASSES[place], float(found.probabilities[place]))
        for place in np.argsort(-found.probabilities, kind="stable").tolist()
        if CLASSES[place] != found.character and found.probabilities[place] > 0
    ]
    return Mark(found.character, probability, seen.in_original(found.box), tuple(others[:MOST_MARK_ALTERNATIVES]))


def ignored_on(seen: Candidates, outcomes: Sequence[Outcome], digits: Sequence[Character]) -> tuple[Ignored, ...]:
    """Name the ink that is in no text of a page, from left to right.

    Parameters
    ----------
    seen
        What was found.
    outcomes
        What its lines say.
    digits
        The digits of the lines that hold some.
    """
    characters = [character for each in outcomes for character in each.characters]
    found = [(SIGN_INK, each.box) for each in characters if each.character == SIGN]
    # a mark on a line without a digit is in no text
    alone = [each for each in outcomes if not has_digits(each.texts[0])]
    found += [(UNKNOWN, each.box) for line in alone for each in line.characters if each.character in MARKS]
    heights = [each.box.height for each in digits or characters] or [each.line.height for each in seen.lines]
    boxes = [each.box for each in characters]
    found += left_out(seen.grey, seen.ink, boxes, float(np.median(heights)), max(seen.work_left, LEAST_KIND_WORK))
    return tuple(Ignored(kind, seen.in_original(box)) for kind, box in sorted(found, key=lambda each: each[1].x))

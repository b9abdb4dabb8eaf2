"""A line's characters become the digits, the marks and the ignored ink of a reading."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from shuzi.models.tasks import CLASSES, DIGITS, MARKS, SIGN
from shuzi.reading.candidates import Candidates
from shuzi.reading.ignored import left_out
from shuzi.reading.lines.outcome import Character, Outcome
from shuzi.reading.result import OK, SIGN_INK, UNKNOWN, UNSURE, Digit, Ignored, Mark

_LEAST = 1e-6
_NAMED = 5  # other characters that a mark names


def has_digits(text: str) -> bool:
    """Tell whether a text has a digit."""
    return bool(set(text) & set(DIGITS))


def is_sign_inside(text: str) -> bool:
    """Tell whether a sign stands between digits."""
    places = [place for place, each in enumerate(text) if each in DIGITS]
    return SIGN in text[places[0] : places[-1]]


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
    probabilities = (shares / max(float(shares.sum()), _LEAST)).astype(np.float32)
    status = OK if probability >= ok else UNSURE
    return Digit(int(found.character), probability, probabilities, seen.in_original(found.box), status, found.image)


def mark_of(found: Character, seen: Candidates, probability: float) -> Mark:
    """Make a mark of a character, with the probability that it is this mark, and name what else it may be."""
    others = [
        (CLASSES[place], float(found.probabilities[place]))
        for place in np.argsort(-found.probabilities, kind="stable").tolist()
        if CLASSES[place] != found.character and found.probabilities[place] > 0
    ]
    return Mark(found.character, probability, seen.in_original(found.box), tuple(others[:_NAMED]))


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
    found += left_out(seen.grey, seen.ink, [each.box for each in characters], float(np.median(heights)))
    return tuple(Ignored(kind, seen.in_original(box)) for kind, box in sorted(found, key=lambda each: each[1].x))

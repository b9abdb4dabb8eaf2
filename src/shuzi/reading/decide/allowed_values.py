"""A list of values and a reading become the value that is written, or a doubt where that is not clear."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from shuzi.errors import DataError
from shuzi.models.tasks import DIGITS, MARKS
from shuzi.reading.decide.characters import digit_of, has_digits, ignored_on, is_sign_inside, mark_of
from shuzi.reading.decide.decide_thresholds import (
    CLEARLY_OTHER,
    LEAST_RARITY,
    LEAST_VALUE_SCORE,
    LISTED_PROBABILITY,
    LONGEST_VALUE,
    MOST_ALTERNATIVES,
    MOST_VALUES,
    VALUE_OK,
)
from shuzi.reading.decide.line_confidence import LineScale
from shuzi.reading.decide.outcome import Outcome, by_character, characters_of, outcome
from shuzi.reading.decide.value_scores import Scored, scored
from shuzi.reading.find.candidates import Candidates
from shuzi.reading.report.result import (
    BLANK,
    NOT_A_DIGIT,
    OK,
    SIGN_INK,
    UNKNOWN,
    UNSURE,
    Digit,
    Ignored,
    Reading,
    without_marks,
)

_INK = "ink"


def checked(values: Sequence[str]) -> list[str]:
    """Return the values without surrounding spaces and duplicates, in their order.

    Raises
    ------
    DataError
        There are none or too many, or one has characters other than digits and marks.

    Examples
    --------
    >>> checked(["10234", " 10243 ", "10234"])
    ['10234', '10243']
    """
    values = values if isinstance(values, str) else [*values]
    if isinstance(values, str) or not all(isinstance(each, str) for each in values):
        raise DataError("error.among.kind")
    kept = [*dict.fromkeys(each.strip() for each in values if each.strip())]
    if not kept:
        raise DataError("error.among.empty")
    if len(kept) > MOST_VALUES:
        raise DataError("error.among.many", n=len(kept), most=MOST_VALUES)
    for each in kept:
        if not set(each) <= set(DIGITS + MARKS) or not set(each) & set(DIGITS) or len(each) > LONGEST_VALUE:
            shown = each if len(each) <= LONGEST_VALUE else f"{each[:LONGEST_VALUE]}…"
            raise DataError("error.among.value", value=shown)
    return kept


def choose(reading: Reading, seen: Candidates, values: Sequence[str], scale: LineScale) -> Reading:
    """Choose the value that is most probably written.

    Values are compared with the text if one of them has a mark, otherwise with its digits. Blank pictures, pictures
    without a digit and those that hold too much stay as they were read.

    Parameters
    ----------
    reading
        The reading without the list.
    seen
        What it was made from.
    values
        As `checked` returns them.
    scale
        Weighs the scores of texts.

    Returns
    -------
    The reading with the value as its text. It is "ok" only if the value is clearly the only one that fits, no other
    text fits much better, and each of its digits has its ink. Other ink is named; it is a doubt where a longer value
    is on the list. The alternatives are values only.
    """
    if reading.status in (BLANK, NOT_A_DIGIT) or seen.too_much is not None:
        return reading
    with_marks = any(set(each) & set(MARKS) for each in values)
    found = scored(reading, seen, values, scale, with_marks)
    ranked = np.argsort(-found.scores, kind="stable")[:MOST_ALTERNATIVES].tolist()
    best, highest = found.values[ranked[0]], float(found.scores[ranked[0]])
    # an unlisted text is one of all texts of that length, so each of them is rare
    rare = len(values) / max(10.0 ** len(without_marks(best)), len(values))
    other = (
        math.exp(min(found.free - highest, 500.0))
        * max(rare, LEAST_RARITY)
        * (1 - LISTED_PROBABILITY)
        / LISTED_PROBABILITY
    )
    exponents = np.exp(found.scores - highest)
    probabilities = exponents / (float(exponents.sum()) + other)
    confidence = float(probabilities[ranked[0]])
    chosen = [(found.texts[place], float(probabilities[place])) for place in ranked]
    several = "\n" in reading.text
    told = None if several else _told(reading, seen, found, chosen, scale)
    if several:
        doubt = "reading.among.lines"
    elif told is None or highest < LEAST_VALUE_SCORE or found.free - highest > CLEARLY_OTHER:
        doubt = "reading.among.none"
    else:
        doubt = _INK if told.status != OK or (_has_unknown(told) and _longer(values, best)) else ""
    status = OK if confidence >= VALUE_OK and not doubt else UNSURE
    alternatives = tuple((found.values[place], float(probabilities[place])) for place in ranked)
    near = {"value": best}
    if doubt:
        advice = told.advice if told and doubt == _INK else (doubt, near)
    elif status == OK:
        beside = told is not None and any(each.kind in (UNKNOWN, SIGN_INK) for each in told.ignored)
        advice = "reading.among.ok_beside" if beside else "reading.among.ok", {"value": best}
    elif len(alternatives) > 1 and alternatives[1][1] * 10 > 1 - confidence:
        advice = "reading.among.rival", {"other": alternatives[1][0]}
    else:
        advice = "reading.among.none", near
    return replace(
        reading,
        text=best,
        status=status,
        confidence=confidence,
        digits=told.digits if told else (),
        marks=told.marks if told else (),
        ignored=told.ignored if told else _everything(reading),
        advice=advice,
        alternatives=alternatives,
        digits_confidence=confidence,
        digits_status=status,
    )


def _told(
    reading: Reading, seen: Candidates, found: Scored, texts: Sequence[tuple[str, float]], scale: LineScale
) -> Reading | None:
    """Tell where the digits of a value stand, and what other ink there is; None if nobody could say.

    Parameters
    ----------
    reading, seen, scale
        As for `choose`.
    found
        The values, scored.
    texts
        What may stand there and the probability of each, the chosen value first.

    Returns
    -------
    The reading with the digits, marks and ignored ink of the value; it is "ok" unless a sign stands among them.
    """
    text = texts[0][0]
    digits = without_marks(text)
    if len(digits) < len(reading.digits):
        return None  # what was read as a digit would be a mark, a sign or nothing
    if found.line is None:
        if len(digits) > len(reading.digits):
            return None
        pairs = zip(reading.digits, map(int, digits), strict=True)
        return replace(reading, status=OK, digits=tuple(_as(each, digit) for each, digit in pairs))
    characters = characters_of(found.line, text, by_character(*zip(*texts, strict=True)), seen.ink)
    if not all(each.image.any() for each in characters):
        return None
    outcomes = [outcome(each, scale.weights, seen.ink) for each in seen.lines]
    read = [each.texts[0] for each in outcomes if has_digits(each.texts[0])]
    inside = is_sign_inside(text) or (
        len(digits) == len(reading.digits) and any(is_sign_inside(each) for each in read)
    )
    own = [each for each in characters if each.character in DIGITS]
    return replace(
        reading,
        status=UNSURE if inside else OK,
        digits=tuple(digit_of(each, seen, each.probability, VALUE_OK) for each in own),
        marks=tuple(mark_of(each, seen, each.probability) for each in characters if each.character in MARKS),
        ignored=ignored_on(seen, [Outcome((text,), (1.0,), characters, agreed=False)], own),
        advice=("reading.sign_inside" if inside else "reading.unknown_ink", {}),
    )


def _as(digit: Digit, value: int) -> Digit:
    """Return a digit as the one that the list says it is."""
    return replace(digit, digit=value, probability=float(digit.probabilities[value]))


def _has_unknown(reading: Reading) -> bool:
    return any(each.kind == UNKNOWN for each in reading.ignored)


def _longer(values: Sequence[str], best: str) -> bool:
    """Tell whether another value has all digits of the best one and more: unknown ink may be the rest of it."""
    digits = without_marks(best)
    return any(len(each) > len(digits) and _is_part(digits, each) for each in map(without_marks, values))


def _is_part(digits: str, value: str) -> bool:
    """Tell whether digits stand in a value in this order."""
    rest = iter(value)
    return all(each in rest for each in digits)


def _everything(reading: Reading) -> tuple[Ignored, ...]:
    """Name all ink, where it is not clear what of it belongs to the value."""
    boxes = [*(each.box for each in reading.digits), *(each.box for each in reading.marks)]
    return (*reading.ignored, *(Ignored(UNKNOWN, box) for box in boxes))

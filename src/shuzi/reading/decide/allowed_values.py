"""A list of values and a reading become the value that is written, or a doubt where that is not clear."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from shuzi.errors import DataError
from shuzi.models.tasks import DIGITS, MARKS
from shuzi.reading.decide.decide_thresholds import (
    CLEARLY_OTHER,
    LEAST_RARITY,
    LEAST_VALUE_SCORE,
    LISTED_PROBABILITY,
    LONGEST_VALUE,
    MOST_ALTERNATIVES,
    MOST_VALUES,
    STEEPEST_LOGIT,
    VALUE_OK,
)
from shuzi.reading.decide.ignored_ink import name_ignored_ink
from shuzi.reading.decide.line_confidence import LineScale
from shuzi.reading.decide.line_text import make_digits_and_marks
from shuzi.reading.decide.outcome import Outcome, Outcomes, is_sign_inside
from shuzi.reading.decide.value_scores import ScoredValues, score_values
from shuzi.reading.recognise.characters import find_characters
from shuzi.reading.report.result import (
    BLANK,
    NOT_A_DIGIT,
    OK,
    SIGN_INK,
    UNKNOWN,
    UNSURE,
    Ignored,
    Reading,
    Status,
    without_marks,
)
from shuzi.reading.values import Findings

_INK = "ink"


def check_values(values: Sequence[str]) -> list[str]:
    """Return the values without surrounding spaces and duplicates, in their order.

    Raises
    ------
    DataError
        There are none or too many, or one has characters other than digits and marks.

    Examples
    --------
    >>> check_values(["10234", " 10243 ", "10234"])
    ['10234', '10243']
    """
    values = values if isinstance(values, str) else [*values]
    if isinstance(values, str) or not all(isinstance(value, str) for value in values):
        raise DataError("error.among.kind")
    distinct = [*dict.fromkeys(value.strip() for value in values if value.strip())]
    if not distinct:
        raise DataError("error.among.empty")
    if len(distinct) > MOST_VALUES:
        raise DataError("error.among.many", n=len(distinct), most=MOST_VALUES)
    for value in distinct:
        if not set(value) <= set(DIGITS + MARKS) or not set(value) & set(DIGITS) or len(value) > LONGEST_VALUE:
            shown = value if len(value) <= LONGEST_VALUE else f"{value[:LONGEST_VALUE]}…"
            raise DataError("error.among.value", value=shown)
    return distinct


def choose_value(
    reading: Reading, seen: Findings, outcomes: Outcomes, values: Sequence[str], scale: LineScale
) -> Reading:
    """Choose the value that is most probably written.

    Values are compared with the text if one of them has a mark, otherwise with its digits. Blank pictures, pictures
    without a digit and those that hold too much stay as they were read.

    Parameters
    ----------
    reading
        The reading without the list.
    seen, outcomes
        What it was made from, and what its lines say.
    values
        As `check_values` returns them.
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
    # 1. the probability of each value among all, and of what is not on the list
    with_marks = any(set(value) & set(MARKS) for value in values)
    scored = score_values(reading, seen.texts, values, scale.weights, with_marks)
    ranked = np.argsort(-scored.scores, kind="stable")[:MOST_ALTERNATIVES].tolist()
    best, highest = scored.values[ranked[0]], float(scored.scores[ranked[0]])
    # an unlisted text is one of all texts of that length, so each of them is rare
    rare = len(values) / max(10.0 ** len(without_marks(best)), len(values))
    odds = math.exp(min(scored.unlisted - highest, STEEPEST_LOGIT))
    unlisted = odds * max(rare, LEAST_RARITY) * (1 - LISTED_PROBABILITY) / LISTED_PROBABILITY
    exponents = np.exp(scored.scores - highest)
    probabilities = exponents / (float(exponents.sum()) + unlisted)
    confidence = float(probabilities[ranked[0]])
    alternatives = tuple((scored.values[index], float(probabilities[index])) for index in ranked)
    # 2. where its digits stand, and what speaks against it
    texts = [(scored.texts[index], float(probabilities[index])) for index in ranked]
    has_lines = "\n" in reading.text
    placed = None if has_lines else _place(reading, seen, outcomes, scored, texts)
    if has_lines:
        doubt = "reading.among.lines"
    elif placed is None or highest < LEAST_VALUE_SCORE or scored.unlisted - highest > CLEARLY_OTHER:
        doubt = "reading.among.none"
    elif outcomes.is_struck:
        doubt = "reading.struck"
    elif reading.advice[0] == "reading.edge" and _has_longer(values, best):
        doubt = "reading.edge"
    else:
        doubt = _INK if placed.status != OK or (_has_unknown(placed) and _has_longer(values, best)) else ""
    status: Status = OK if confidence >= VALUE_OK and not doubt else UNSURE
    # 3. a sentence
    if doubt:
        advice = placed.advice if placed and doubt == _INK else (doubt, {"value": best})
    elif status == OK:
        has_other_ink = placed is not None and any(piece.kind in (UNKNOWN, SIGN_INK) for piece in placed.ignored)
        advice = "reading.among.ok_beside" if has_other_ink else "reading.among.ok", {"value": best}
    elif len(alternatives) > 1 and alternatives[1][1] * 10 > 1 - confidence:
        advice = "reading.among.rival", {"other": alternatives[1][0]}
    else:
        advice = "reading.among.none", {"value": best}
    return replace(
        reading,
        text=best,
        status=status,
        confidence=confidence,
        digits=placed.digits if placed else (),
        marks=placed.marks if placed else (),
        ignored=placed.ignored if placed else _name_all_ink(reading),
        advice=advice,
        alternatives=alternatives,
        digits_confidence=confidence,
        digits_status=status,
    )


def _place(
    reading: Reading,
    seen: Findings,
    outcomes: Outcomes,
    scored: ScoredValues,
    texts: Sequence[tuple[str, float]],
) -> Reading | None:
    """Tell where the digits of a value stand, and what other ink there is; None if nobody could say.

    Parameters
    ----------
    reading, seen, outcomes
        As for `choose_value`.
    scored
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
    if scored.line is None:
        if len(digits) > len(reading.digits):
            return None
        pairs = zip(reading.digits, map(int, digits), strict=True)
        renamed = [replace(old, digit=new, probability=float(old.probabilities[new])) for old, new in pairs]
        return replace(reading, status=OK, digits=tuple(renamed))
    possible, probabilities = zip(*texts, strict=True)
    characters = find_characters(scored.line, possible, probabilities, seen.ink)
    if not all(character.image.any() for character in characters):
        return None
    sign_inside = is_sign_inside(text) or (
        len(digits) == len(reading.digits)
        and any(line.has_sign_inside for line in outcomes.of_lines if line.has_digits)
    )
    own = [character for character in characters if character.character in DIGITS]
    read_digits, marks = make_digits_and_marks(
        characters, [character.probability for character in characters], seen, VALUE_OK
    )
    return replace(
        reading,
        status=UNSURE if sign_inside else OK,
        digits=read_digits,
        marks=marks,
        ignored=name_ignored_ink(seen, [Outcome((text,), (1.0,), characters, agreed=False)], own),
        advice=("reading.sign_inside" if sign_inside else "reading.unknown_ink", {}),
    )


def _has_unknown(reading: Reading) -> bool:
    return any(piece.kind == UNKNOWN for piece in reading.ignored)


def _has_longer(values: Sequence[str], best: str) -> bool:
    """Tell whether another value has all digits of the best one and more: unknown ink may be the rest of it."""
    digits = without_marks(best)
    return any(len(value) > len(digits) and _is_part(digits, value) for value in map(without_marks, values))


def _is_part(digits: str, value: str) -> bool:
    """Tell whether digits stand in a value in this order."""
    rest = iter(value)
    return all(digit in rest for digit in digits)


def _name_all_ink(reading: Reading) -> tuple[Ignored, ...]:
    """Name all ink, where it is not clear what of it belongs to the value."""
    boxes = [*(digit.box for digit in reading.digits), *(mark.box for mark in reading.marks)]
    return (*reading.ignored, *(Ignored(UNKNOWN, box) for box in boxes))

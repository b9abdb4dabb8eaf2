"""A list of values becomes the one that stands in a picture, or a doubt where two of them may."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shuzi.errors import DataError
from shuzi.models.tasks import DIGITS, MARKS, SIGN
from shuzi.reading.candidates import Candidates
from shuzi.reading.lines.confidence import LineScale
from shuzi.reading.lines.search import LineTexts
from shuzi.reading.result import BLANK, MOST_ALTERNATIVES, NOT_A_DIGIT, OK, UNSURE, Reading, without_marks

MOST_VALUES = 100_000
"""Values that a list may have."""

OK_FROM = 0.99
"""The probability, among the values, from which a value is `ok`."""

_LISTED = 0.98  # the probability that what is written is on the list
_LOWEST, _LEAST = -60.0, 1e-6
_LONGEST = 40  # characters of a value


def checked(values: Sequence[str]) -> list[str]:
    """Return the values without spaces around them and without doubles, in their order.

    Raises
    ------
    DataError
        There are none or too many, or one has other characters than digits and marks.

    Examples
    --------
    >>> checked(["10234", " 10243 ", "10234"])
    ['10234', '10243']
    """
    kept = [*dict.fromkeys(each.strip() for each in values if each.strip())]
    if not kept:
        raise DataError("error.among.empty")
    if len(kept) > MOST_VALUES:
        raise DataError("error.among.many", n=len(kept), most=MOST_VALUES)
    for each in kept:
        if not set(each) <= set(DIGITS + MARKS) or not set(each) & set(DIGITS) or len(each) > _LONGEST:
            raise DataError("error.among.value", value=each[:_LONGEST])
    return kept


def choose(reading: Reading, seen: Candidates, values: Sequence[str], scale: LineScale) -> Reading:
    """Choose the value that is most probably written.

    Values are compared with the text if one of them has a mark, otherwise with its digits. What is blank or no number
    stays so.

    Parameters
    ----------
    reading
        What was read without the list.
    seen
        What it was read from.
    values
        As `checked` returns them.
    scale
        Weighs the scores of texts.

    Returns
    -------
    The reading with the value as its text: "ok" if it is clearly the only one that fits, otherwise "unsure". The
    alternatives are values only.
    """
    if reading.status in (BLANK, NOT_A_DIGIT):
        return reading
    with_marks = any(set(each) & set(MARKS) for each in values)
    scores, free = _scores(reading, seen, values, scale, with_marks)
    ranked = np.argsort(-scores, kind="stable")[:MOST_ALTERNATIVES]
    highest = float(scores[ranked[0]])
    shares = np.exp(scores - highest)
    # a text that is not on the list is one of all that are as long, each of them seldom
    seldom = len(values) / max(10.0 ** len(without_marks(values[int(ranked[0])])), len(values))
    other = math.exp(min(free - highest, 500.0)) * seldom * (1 - _LISTED) / _LISTED
    probabilities = shares / (float(shares.sum()) + other)
    best = values[int(ranked[0])]
    sure = float(probabilities[ranked[0]])
    alternatives = tuple((values[place], float(probabilities[place])) for place in ranked.tolist())
    message: dict[str, Any] = {"value": best}
    key = "reading.among.ok"
    if sure < OK_FROM:
        rival = len(alternatives) > 1 and alternatives[1][1] * 10 > 1 - sure
        key, message = ("reading.among.rival", {"other": alternatives[1][0]}) if rival else ("reading.among.none", {})
    fits = _same_digits(reading, best)
    return replace(
        reading,
        text=best,
        status=OK if sure >= OK_FROM else UNSURE,
        confidence=sure,
        digits=reading.digits if fits else (),
        marks=reading.marks if fits and with_marks else (),
        advice=(key, message),
        alternatives=alternatives,
        digits_confidence=sure,
        digits_status=OK if sure >= OK_FROM else UNSURE,
    )


def _same_digits(reading: Reading, value: str) -> bool:
    return without_marks(value) == _joined(reading.text)


def _joined(text: str) -> str:
    return without_marks(text).replace("\n", "")


def _scores(
    reading: Reading, seen: Candidates, values: Sequence[str], scale: LineScale, with_marks: bool
) -> tuple[NDArray[np.float64], float]:
    """Return the log probability of each value, up to a constant, and that of the best text not on the list."""
    if seen.lines:
        # of several lines, the one that a value fits best
        found = [_of_line(each, values, scale, with_marks) for each in seen.lines]
        return max(found, key=lambda each: float(each[0].max()) - each[1])
    scores = [_of_digits(reading, without_marks(value)) for value in values]
    listed = set(map(without_marks, values))
    others = [_of_digits(reading, _joined(text)) for text, _ in reading.alternatives if _joined(text) not in listed]
    return np.array(scores, np.float64), max(others, default=_LOWEST)


def _of_line(
    line: LineTexts, values: Sequence[str], scale: LineScale, with_marks: bool
) -> tuple[NDArray[np.float64], float]:
    weights = np.array(scale.weights)
    scores, listed = line.score(values) @ weights, set(values)
    # what was read counts for the value with its digits, whatever marks were read between them
    read: dict[str, float] = {}
    for text, score in zip(line.texts, (line.scores @ weights).tolist(), strict=True):
        plain = text.replace(SIGN, "") if with_marks else without_marks(text)
        read[plain] = max(read.get(plain, -math.inf), score)
    best = [max(score, read.get(value, -math.inf)) for value, score in zip(values, scores.tolist(), strict=True)]
    others = [score for text, score in read.items() if text not in listed]
    return np.array(best, np.float64), max(others, default=-math.inf)


def _of_digits(reading: Reading, value: str) -> float:
    """Return the log probability of a value by the single digits of a reading."""
    if len(value) != len(reading.digits):
        return _LOWEST
    shares = [float(digit.probabilities[int(each)]) for digit, each in zip(reading.digits, value, strict=True)]
    return sum(math.log(max(share, _LEAST)) for share in shares)

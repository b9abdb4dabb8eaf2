"""A list of values and a reading become the value that is written, or a doubt where that is not clear."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from shuzi.errors import DataError
from shuzi.models.tasks import DIGITS, MARKS, SIGN
from shuzi.reading.candidates import Candidates
from shuzi.reading.lines.confidence import LineScale
from shuzi.reading.lines.search import LineTexts
from shuzi.reading.result import (
    BLANK,
    MOST_ALTERNATIVES,
    NOT_A_DIGIT,
    OK,
    UNKNOWN,
    UNSURE,
    Digit,
    Ignored,
    Reading,
    without_marks,
)

MOST_VALUES = 100_000
"""Values that a list may have."""

OK_FROM = 0.99
"""The probability, among the values, from which a value is `ok`."""

_LISTED = 0.98  # the probability that what is written is on the list
_CLEARLY = 5.0  # if another text is more probable by this log ratio, no value is written
_LOWEST, _LEAST = -60.0, 1e-6
_IMPOSSIBLE = _LOWEST / 2  # a value with a lower score is not written
_INK = "ink"
_LONGEST = 40  # characters of a value
_COMPARED = 256  # values, those nearest to what was read, that are scored
_CHUNK = 4_096  # values whose distance is computed at once


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
    if isinstance(values, str) or not all(isinstance(each, str) for each in values):
        raise DataError("error.among.kind")
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

    Values are compared with the text if one of them has a mark, otherwise with its digits. Blank pictures and
    pictures without a digit stay as they were read.

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
    text fits much better, and no ink is unaccounted for. The alternatives are values only.
    """
    if reading.status in (BLANK, NOT_A_DIGIT):
        return reading
    with_marks = any(set(each) & set(MARKS) for each in values)
    near = _nearest(values, [text for text, _ in reading.alternatives] or [reading.text], with_marks)
    scores, free = _scores(reading, seen, near, scale, with_marks)
    ranked = np.argsort(-scores, kind="stable")[:MOST_ALTERNATIVES]
    best, highest = near[int(ranked[0])], float(scores[ranked[0]])
    # an unlisted text is one of all texts of that length, so each of them is rare
    rare = len(values) / max(10.0 ** len(without_marks(best)), len(values))
    other = math.exp(min(free - highest, 500.0)) * max(rare, _LEAST) * (1 - _LISTED) / _LISTED
    exponents = np.exp(scores - highest)
    probabilities = exponents / (float(exponents.sum()) + other)
    confidence = float(probabilities[ranked[0]])
    alternatives = tuple((near[place], float(probabilities[place])) for place in ranked.tolist())
    doubt = _doubt(reading, best, highest, free)
    told = doubt != "reading.among.lines" and _as_many_digits(reading, best)
    status = OK if confidence >= OK_FROM and not doubt else UNSURE
    if doubt:
        advice = reading.advice if doubt == _INK else (doubt, {})
    elif status == OK:
        advice = "reading.among.ok", {"value": best}
    elif len(alternatives) > 1 and alternatives[1][1] * 10 > 1 - confidence:
        advice = "reading.among.rival", {"other": alternatives[1][0]}
    else:
        advice = "reading.among.none", {}
    return replace(
        reading,
        text=best,
        status=status,
        confidence=confidence,
        digits=_relabelled(reading, best) if told else (),
        marks=reading.marks if told else (),
        ignored=reading.ignored if told else _everything(reading),
        advice=advice,
        alternatives=alternatives,
        digits_confidence=confidence,
        digits_status=status,
    )


def _doubt(reading: Reading, best: str, highest: float, free: float) -> str:
    """Return the key of the reason why no value can be sure; "" if there is none, `_INK` if the reading tells it."""
    if "\n" in reading.text:
        return "reading.among.lines"
    if highest < _IMPOSSIBLE or free - highest > _CLEARLY:
        return "reading.among.none"
    if reading.advice[0] == "reading.sign_inside" or any(each.kind == UNKNOWN for each in reading.ignored):
        return _INK
    # nobody could say where a digit stands that was not found, or what the ink of another is
    return "" if _as_many_digits(reading, best) else "reading.among.none"


def _as_many_digits(reading: Reading, value: str) -> bool:
    return len(without_marks(value)) == len(reading.digits)


def _relabelled(reading: Reading, value: str) -> tuple[Digit, ...]:
    """Return the digits of a reading as those of a value that has as many."""
    pairs = zip(reading.digits, without_marks(value), strict=True)
    return tuple(replace(digit, digit=int(each)) for digit, each in pairs)


def _everything(reading: Reading) -> tuple[Ignored, ...]:
    """Name all ink, where it is not clear what of it belongs to the value."""
    boxes = [*(each.box for each in reading.digits), *(each.box for each in reading.marks)]
    return (*reading.ignored, *(Ignored(UNKNOWN, box) for box in boxes))


def _lines(text: str, with_marks: bool) -> list[str]:
    return [line if with_marks else without_marks(line) for line in text.split("\n")]


def _nearest(values: Sequence[str], texts: Sequence[str], with_marks: bool) -> list[str]:
    """Return the values nearest to what was read by edit distance, in their order; all of a short list."""
    if len(values) <= _COMPARED:
        return [*values]
    wanted = [*dict.fromkeys(line for text in texts for line in _lines(text, with_marks))][:MOST_ALTERNATIVES]
    distances = np.full(len(values), _LONGEST, np.int64)
    for start in range(0, len(values), _CHUNK):
        part = values[start : start + _CHUNK]
        for text in wanted:
            found = distances[start : start + _CHUNK]
            np.minimum(found, _edit_distances(part, text), out=found)
    return [values[place] for place in np.sort(np.argsort(distances, kind="stable")[:_COMPARED])]


def _edit_distances(values: Sequence[str], text: str) -> NDArray[np.int64]:
    """Return how many characters to insert, delete or replace to turn each value into a text: int64 (n,)."""
    longest = max(map(len, values))
    letters = np.array([[ord(each) for each in value.ljust(longest, "\0")] for value in values])
    lengths = np.array([len(value) for value in values])
    row = np.tile(np.arange(len(text) + 1), (len(values), 1))
    result = np.where(lengths == 0, len(text), 0)
    for place in range(longest):
        following = np.empty_like(row)
        following[:, 0] = place + 1
        for column, each in enumerate(text):
            replaced = row[:, column] + (letters[:, place] != ord(each))
            other = np.minimum(row[:, column + 1], following[:, column]) + 1
            following[:, column + 1] = np.minimum(replaced, other)
        row = following
        result = np.where(lengths == place + 1, row[:, -1], result)
    return result


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
    texts = {without_marks(text).replace("\n", "") for text, _ in reading.alternatives} - listed
    return np.array(scores, np.float64), max((_of_digits(reading, text) for text in texts), default=_LOWEST)


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
    pairs = zip(reading.digits, value, strict=True)
    return sum(math.log(max(float(digit.probabilities[int(each)]), _LEAST)) for digit, each in pairs)

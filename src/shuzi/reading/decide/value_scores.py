"""The values of a list get the probability that each is written, by all that was seen of a picture."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shuzi.models.tasks import SIGN
from shuzi.reading.decide.decide_thresholds import (
    COMPARED_VALUES,
    DISTANCES_AT_ONCE,
    IMPOSSIBLE_VALUE,
    LEAST_DIGIT_OF_VALUE,
    LONGEST_VALUE,
    MOST_ALTERNATIVES,
)
from shuzi.reading.decide.line_confidence import LineScale
from shuzi.reading.find.candidates import Candidates
from shuzi.reading.recognise.search import LineTexts
from shuzi.reading.report.result import Reading, without_marks


@dataclass(frozen=True)
class Scored:
    """How well values fit what was seen.

    Parameters
    ----------
    values
        The values, all of a short list, and those nearest to what was read of a long one.
    scores
        The log probability of each, up to a constant: float64 (n,).
    free
        The log probability of the best text that is no value, up to the same constant.
    texts
        What each value would be with the marks and signs that may stand between its digits.
    line
        The line on which the best value may stand; None if no line recogniser was used.
    """

    values: list[str]
    scores: NDArray[np.float64]
    free: float
    texts: list[str]
    line: LineTexts | None


def scored(reading: Reading, seen: Candidates, values: Sequence[str], scale: LineScale, with_marks: bool) -> Scored:
    """Score values.

    Parameters
    ----------
    reading
        The reading without the list.
    seen
        What it was made from.
    values
        Digits, and marks if they are compared.
    scale
        Weighs the scores of texts.
    with_marks
        Whether marks are compared.
    """
    near = _nearest(values, [text for text, _ in reading.alternatives] or [reading.text], with_marks)
    if seen.lines:
        # of several lines, the one that a value fits best
        found = [_of_line(each, near, scale, with_marks) for each in seen.lines]
        return max(found, key=lambda each: float(each.scores.max()) - each.free)
    scores = [_of_digits(reading, without_marks(value)) for value in near]
    listed = set(map(without_marks, near))
    texts = {without_marks(text).replace("\n", "") for text, _ in reading.alternatives} - listed
    free = max((_of_digits(reading, text) for text in texts), default=IMPOSSIBLE_VALUE)
    return Scored(near, np.array(scores, np.float64), free, near, None)


def _of_line(line: LineTexts, values: list[str], scale: LineScale, with_marks: bool) -> Scored:
    # what was read counts for the value with its digits, whatever marks were read between them
    read: dict[str, tuple[float, str]] = {}
    for text, score in zip(line.texts, line.totals(scale.weights).tolist(), strict=True):
        plain = text.replace(SIGN, "") if with_marks else without_marks(text)
        read[plain] = max(read.get(plain, (-math.inf, "")), (score, text))
    plainly = zip(line.totals(scale.weights, values).tolist(), values, strict=True)
    best = [max(each, read.get(value, (-math.inf, ""))) for each, value in zip(plainly, values, strict=True)]
    listed = set(values)
    free = max((score for text, (score, _) in read.items() if text not in listed), default=-math.inf)
    return Scored(values, np.array([each for each, _ in best], np.float64), free, [text for _, text in best], line)


def _of_digits(reading: Reading, value: str) -> float:
    """Return the log probability of a value by the single digits of a reading."""
    if len(value) != len(reading.digits):
        return IMPOSSIBLE_VALUE
    pairs = zip(reading.digits, value, strict=True)
    return sum(math.log(max(float(digit.probabilities[int(each)]), LEAST_DIGIT_OF_VALUE)) for digit, each in pairs)


def _lines(text: str, with_marks: bool) -> list[str]:
    return [line if with_marks else without_marks(line) for line in text.split("\n")]


def _nearest(values: Sequence[str], texts: Sequence[str], with_marks: bool) -> list[str]:
    """Return the values nearest to what was read by edit distance, in their order; all of a short list."""
    if len(values) <= COMPARED_VALUES:
        return [*values]
    wanted = [*dict.fromkeys(line for text in texts for line in _lines(text, with_marks))][:MOST_ALTERNATIVES]
    distances = np.full(len(values), LONGEST_VALUE, np.int64)
    for start in range(0, len(values), DISTANCES_AT_ONCE):
        part = values[start : start + DISTANCES_AT_ONCE]
        for text in wanted:
            found = distances[start : start + DISTANCES_AT_ONCE]
            np.minimum(found, _edit_distances(part, text), out=found)
    return [values[place] for place in np.sort(np.argsort(distances, kind="stable")[:COMPARED_VALUES])]


def nearest_values(values: Sequence[str], text: str, count: int) -> list[str]:
    """Return so many of the values: those nearest to a text by edit distance, the nearest first.

    >>> nearest_values(["5000", "20232002", "20232802"], "20737002", 2)
    ['20232002', '20232802']
    """
    order = np.argsort(_edit_distances(values, text), kind="stable")
    return [values[index] for index in order[:count].tolist()]


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

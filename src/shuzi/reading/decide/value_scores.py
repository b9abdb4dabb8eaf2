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
from shuzi.reading.decide.outcome import weigh_texts
from shuzi.reading.report.result import Reading, without_marks
from shuzi.reading.values import LineTexts, Weights


@dataclass(frozen=True)
class ScoredValues:
    """How well values fit what was seen.

    Parameters
    ----------
    values
        The values, all of a short list, and those nearest to what was read of a long one.
    scores
        The log probability of each, up to a constant: float64 (n,).
    unlisted
        The log probability of the best text that is no value, up to the same constant.
    texts
        What each value would be with the marks and signs that may stand between its digits.
    line
        The line on which the best value may stand; None if no line recogniser was used.
    """

    values: list[str]
    scores: NDArray[np.float64]
    unlisted: float
    texts: list[str]
    line: LineTexts | None


def score_values(
    reading: Reading, lines: Sequence[LineTexts], values: Sequence[str], weights: Weights, with_marks: bool
) -> ScoredValues:
    """Score values.

    Parameters
    ----------
    reading
        The reading without the list.
    lines
        What may stand on the lines that it was made from.
    values
        Digits, and marks if they are compared.
    weights
        How much each score of a text counts.
    with_marks
        Whether marks are compared.
    """
    near = _find_nearest(values, [text for text, _ in reading.alternatives] or [reading.text], with_marks)
    if lines:
        # of several lines, the one that a value fits best
        of_lines = [_score_on_line(line, near, weights, with_marks) for line in lines]
        return max(of_lines, key=lambda scored: float(scored.scores.max()) - scored.unlisted)
    scores = [_score_digits(reading, without_marks(value)) for value in near]
    listed = set(map(without_marks, near))
    texts = {without_marks(text).replace("\n", "") for text, _ in reading.alternatives} - listed
    unlisted = max((_score_digits(reading, text) for text in texts), default=IMPOSSIBLE_VALUE)
    return ScoredValues(near, np.array(scores, np.float64), unlisted, near, None)


def _score_on_line(line: LineTexts, values: list[str], weights: Weights, with_marks: bool) -> ScoredValues:
    # what was read counts for the value with its digits, whatever marks were read between them
    read: dict[str, tuple[float, str]] = {}
    for text, score in zip(line.texts, weigh_texts(line, weights).tolist(), strict=True):
        plain = text.replace(SIGN, "") if with_marks else without_marks(text)
        read[plain] = max(read.get(plain, (-math.inf, "")), (score, text))
    plainly = zip(weigh_texts(line, weights, values).tolist(), values, strict=True)
    best = [max(scored, read.get(value, (-math.inf, ""))) for scored, value in zip(plainly, values, strict=True)]
    listed = set(values)
    unlisted = max((score for text, (score, _) in read.items() if text not in listed), default=-math.inf)
    scores = np.array([score for score, _ in best], np.float64)
    return ScoredValues(values, scores, unlisted, [text for _, text in best], line)


def _score_digits(reading: Reading, value: str) -> float:
    """Return the log probability of a value by the single digits of a reading."""
    if len(value) != len(reading.digits):
        return IMPOSSIBLE_VALUE
    pairs = zip(reading.digits, value, strict=True)
    return sum(math.log(max(float(digit.probabilities[int(label)]), LEAST_DIGIT_OF_VALUE)) for digit, label in pairs)


def _find_nearest(values: Sequence[str], texts: Sequence[str], with_marks: bool) -> list[str]:
    """Return the values nearest to what was read by edit distance, in their order; all of a short list."""
    if len(values) <= COMPARED_VALUES:
        return [*values]
    lines = [line if with_marks else without_marks(line) for text in texts for line in text.split("\n")]
    wanted = [*dict.fromkeys(lines)][:MOST_ALTERNATIVES]
    distances = np.full(len(values), LONGEST_VALUE, np.int64)
    for start in range(0, len(values), DISTANCES_AT_ONCE):
        part, nearest = values[start : start + DISTANCES_AT_ONCE], distances[start : start + DISTANCES_AT_ONCE]
        for text in wanted:
            np.minimum(nearest, _measure_distances(part, text), out=nearest)
    return [values[index] for index in np.sort(np.argsort(distances, kind="stable")[:COMPARED_VALUES])]


def find_nearest_values(values: Sequence[str], text: str, count: int) -> list[str]:
    """Return the given number of values: those nearest to a text by edit distance, the nearest first.

    >>> find_nearest_values(["5000", "20232002", "20232802"], "20737002", 2)
    ['20232002', '20232802']
    """
    order = np.argsort(_measure_distances(values, text), kind="stable")
    return [values[index] for index in order[:count].tolist()]


def _measure_distances(values: Sequence[str], text: str) -> NDArray[np.int64]:
    """Return how many characters to insert, delete or replace to turn each value into a text: int64 (n,)."""
    longest = max(map(len, values))
    letters = np.array([[ord(letter) for letter in value.ljust(longest, "\0")] for value in values])
    lengths = np.array([len(value) for value in values])
    # row by row of the table of distances between beginnings (Wagner and Fischer, 1974), for all values at once
    row = np.tile(np.arange(len(text) + 1), (len(values), 1))
    result = np.where(lengths == 0, len(text), 0)
    for position in range(longest):
        following = np.empty_like(row)
        following[:, 0] = position + 1
        for column, letter in enumerate(text):
            replaced = row[:, column] + (letters[:, position] != ord(letter))
            added_or_removed = np.minimum(row[:, column + 1], following[:, column]) + 1
            following[:, column + 1] = np.minimum(replaced, added_or_removed)
        row = following
        result = np.where(lengths == position + 1, row[:, -1], result)
    return result

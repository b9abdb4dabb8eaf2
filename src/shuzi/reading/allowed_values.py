"""A list of values and a reading become the value that is written, or a doubt where that is not clear."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from shuzi.errors import DataError
from shuzi.models.tasks import DIGITS, MARKS, SIGN
from shuzi.reading.characters import find_characters
from shuzi.reading.confidence import LineScale
from shuzi.reading.ignored_ink import name_ignored_ink
from shuzi.reading.line_text import make_digits_and_marks
from shuzi.reading.outcome import Outcome, Outcomes, is_sign_inside, weigh_texts
from shuzi.reading.result import (
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
from shuzi.reading.thresholds import (
    CLEARLY_OTHER,
    COMPARED_VALUES,
    DISTANCES_AT_ONCE,
    IMPOSSIBLE_VALUE,
    LISTED_PROBABILITY,
    LONGEST_VALUE,
    MAX_ALTERNATIVES,
    MAX_VALUES,
    MIN_DIGIT_OF_VALUE,
    MIN_RARITY,
    MIN_VALUE_SCORE,
    STEEPEST_LOGIT,
    VALUE_OK,
)
from shuzi.reading.values import Findings, LineTexts, Weights


@dataclass(frozen=True)
class ScoredValues:
    """How well values fit what was seen."""

    values: list[str]  # the values, all of a short list, and those nearest to what was read of a long one
    scores: NDArray[np.float64]  # the log probability of each, up to a constant: float64 (n,)
    unlisted: float  # the log probability of the best text that is no value, up to the same constant
    texts: list[str]  # what each value would be with the marks and signs that may stand between its digits
    line: LineTexts | None  # the line on which the best value may stand; None if no line recogniser was used


def score_values(
    reading: Reading, lines: Sequence[LineTexts], values: Sequence[str], weights: Weights, with_marks: bool
) -> ScoredValues:
    """Score values as what stands on the lines that a reading was made from, with marks if these are compared."""
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
    return sum(math.log(max(float(digit.probabilities[int(label)]), MIN_DIGIT_OF_VALUE)) for digit, label in pairs)


def _find_nearest(values: Sequence[str], texts: Sequence[str], with_marks: bool) -> list[str]:
    """Return the values nearest to what was read by edit distance, in their order; all of a short list."""
    if len(values) <= COMPARED_VALUES:
        return [*values]
    lines = [line if with_marks else without_marks(line) for text in texts for line in text.split("\n")]
    wanted = [*dict.fromkeys(lines)][:MAX_ALTERNATIVES]
    distances = np.full(len(values), LONGEST_VALUE, np.int64)
    for start in range(0, len(values), DISTANCES_AT_ONCE):
        part, nearest = values[start : start + DISTANCES_AT_ONCE], distances[start : start + DISTANCES_AT_ONCE]
        for text in wanted:
            np.minimum(nearest, _measure_distances(part, text), out=nearest)
    return [values[index] for index in np.sort(np.argsort(distances, kind="stable")[:COMPARED_VALUES])]


def is_clearly_other(probability: float, of_value: float) -> bool:
    """Tell whether a text that is no value is clearly what is written, by its probability and that of the best value.

    A list tells which of two likely numbers it is, never that a clear one is another.
    """
    return probability > math.exp(CLEARLY_OTHER) * of_value


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


_INK = "ink"


def check_values(values: Sequence[str]) -> list[str]:
    """Return the values without surrounding spaces and duplicates, in their order; raises DataError.

    >>> check_values(["10234", " 10243 ", "10234"])
    ['10234', '10243']
    """
    values = values if isinstance(values, str) else [*values]
    if isinstance(values, str) or not all(isinstance(value, str) for value in values):
        raise DataError("error.among.kind")
    distinct = [*dict.fromkeys(value.strip() for value in values if value.strip())]
    if not distinct:
        raise DataError("error.among.empty")
    if len(distinct) > MAX_VALUES:
        raise DataError("error.among.many", n=len(distinct), max=MAX_VALUES)
    for value in distinct:
        if not set(value) <= set(DIGITS + MARKS) or not set(value) & set(DIGITS) or len(value) > LONGEST_VALUE:
            shown = value if len(value) <= LONGEST_VALUE else f"{value[:LONGEST_VALUE]}…"
            raise DataError("error.among.value", value=shown)
    return distinct


def choose_value(
    reading: Reading, seen: Findings, outcomes: Outcomes, values: Sequence[str], scale: LineScale
) -> Reading:
    """Choose the value that is most probably written, of those that `check_values` returned.

    Values are compared with the text if one of them has a mark, otherwise with its digits. Blank pictures, pictures
    without a digit and those that hold too much stay as they were read.

    The reading with the value as its text is "ok" only if the value is clearly the only one that fits, no other text
    fits much better, and each of its digits has its ink. Other ink is named; it is a doubt where a longer value is on
    the list. The alternatives are values only.
    """
    if reading.status in (BLANK, NOT_A_DIGIT) or seen.too_much is not None:
        return reading
    # 1. the probability of each value among all, and of what is not on the list
    with_marks = any(set(value) & set(MARKS) for value in values)
    scored = score_values(reading, seen.texts, values, scale.weights, with_marks)
    ranked = np.argsort(-scored.scores, kind="stable")[:MAX_ALTERNATIVES].tolist()
    best, highest = scored.values[ranked[0]], float(scored.scores[ranked[0]])
    # an unlisted text is one of all texts of that length, so each of them is rare
    rare = len(values) / max(10.0 ** len(without_marks(best)), len(values))
    odds = math.exp(min(scored.unlisted - highest, STEEPEST_LOGIT))
    unlisted = odds * max(rare, MIN_RARITY) * (1 - LISTED_PROBABILITY) / LISTED_PROBABILITY
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
    elif placed is None or highest < MIN_VALUE_SCORE or is_clearly_other(odds, 1.0):
        doubt = "reading.among.none"
    elif len(without_marks(best)) == 1 and seen.candidates and all(ink.is_digit < 0.5 for ink in seen.candidates):
        # that a digit is on the list makes no digit of a coin
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
    """Return the reading with the digits, marks and ignored ink of a value; None if nobody could say where they are.

    It is "ok" unless a sign stands among them. `texts` are what may stand there, the chosen value first, and the
    probability of each.
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

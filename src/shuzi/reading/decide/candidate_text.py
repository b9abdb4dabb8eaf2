"""Candidates become a reading where no line was recognised, or none has a digit."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from shuzi.ink.boxes import as_array, overlap_of_smaller
from shuzi.ink.components import in_reading_order
from shuzi.ink.paper import LEAST_CONTRAST
from shuzi.models.tasks import SIGN
from shuzi.reading.decide.confidence import Scale
from shuzi.reading.decide.decide_thresholds import LEAST_ALTERNATIVE, NO_DIGIT_PROBABILITY, SAME_INK
from shuzi.reading.decide.ignored_ink import ignored_on
from shuzi.reading.decide.outcome import Choices, Outcome, Outcomes, has_digits, most_probable, on_lines
from shuzi.reading.report.advice import OF_PICTURES, about_candidates, about_no_writing, is_much_smaller
from shuzi.reading.report.result import BLANK, NOT_A_DIGIT, OK, UNSURE, Digit, Reading, Status
from shuzi.reading.values import Candidate, Findings


def text_of_candidates(seen: Findings, scale: Scale) -> Reading:
    """Put candidates in reading order and make a reading of them.

    Parameters
    ----------
    seen
        What was found.
    scale
        Calibrates the confidence and gives the thresholds.
    """
    if not seen.candidates:
        # on an even surface nothing can have been overlooked, unless shrinking made it even
        is_even = np.ptp(seen.grey) < LEAST_CONTRAST / 2 and not is_much_smaller(seen)
        return Reading("", BLANK, 1.0 if is_even else scale.blank, (), about_no_writing(seen), scale.calibrated)
    order = in_reading_order([candidate.box for candidate in seen.candidates])
    confidence = scale.way(seen.simple).of_text(seen)
    lines = [[_digit(seen.candidates[index], seen, scale, confidence) for index in line] for line in order]
    digits = tuple(digit for line in lines for digit in line)
    status = _status(digits, confidence, scale)
    return Reading(
        "\n".join("".join(str(digit.digit) for digit in line) for line in lines),
        status,
        confidence,
        digits,
        about_candidates(seen, digits, status),
        scale.calibrated,
        alternatives=best_products(on_lines([map(_choices, line) for line in lines]), confidence),
    )


def reject_lines(reading: Reading, seen: Findings, outcomes: Outcomes) -> Reading:
    """Take back the status of a reading of candidates in whose lines the recogniser sees no digit at all.

    Parameters
    ----------
    reading
        The reading of the candidates.
    seen, outcomes
        What was found, and what its lines say. Without lines, the reading stays as it is, and so does that of a blank
        picture.
    """
    if reading.status == BLANK or not outcomes.of_lines:
        return reading
    boxes = as_array(digit.box for digit in reading.digits)
    ignored = tuple(
        piece
        for piece in ignored_on(seen, outcomes.counted_once, [])
        if not len(boxes) or overlap_of_smaller(np.array(piece.box, np.float64), boxes).max() < SAME_INK
    )
    no_digit = math.prod(_probability_of_no_digit(line) for line in outcomes.counted_once)
    sign = any(SIGN in line.texts[0] for line in outcomes.counted_once)
    is_none = reading.status == NOT_A_DIGIT or (sign and no_digit >= NO_DIGIT_PROBABILITY)
    status: Status = NOT_A_DIGIT if is_none else UNSURE
    if status == reading.status:
        return replace(reading, ignored=ignored)
    advice = reading.advice
    if advice[0] not in OF_PICTURES:
        advice = ("reading.not_a_digit" if status == NOT_A_DIGIT else "reading.signs"), {}
    digits = tuple(replace(digit, status=status) for digit in reading.digits)
    return replace(reading, status=status, digits_status=status, digits=digits, advice=advice, ignored=ignored)


def best_products(parts: Iterable[Choices], confidence: float) -> tuple[tuple[str, float], ...]:
    """Return the best texts of independent parts; the first gets the confidence, the others in proportion to it.

    >>> best = best_products([[("1", 0.6), ("7", 0.3), ("2", 0.1)]], 0.5)
    >>> [(text, round(probability, 2)) for text, probability in best]
    [('1', 0.5), ('7', 0.25), ('2', 0.08)]
    """
    (text, highest), *others = most_probable(parts)
    scale = confidence / max(highest, LEAST_ALTERNATIVE)
    scale = min(scale, (1 - confidence) / max(sum(probability for _, probability in others), LEAST_ALTERNATIVE))
    return (text, confidence), *(
        (other, probability * scale) for other, probability in others if probability * scale >= LEAST_ALTERNATIVE
    )


def _digit(candidate: Candidate, seen: Findings, scale: Scale, text: float) -> Digit:
    """Turn a candidate into a digit whose confidence is at least that of the whole text."""
    confidence = max(scale.way(seen.simple).of_digit(candidate), text)
    status: Status = OK if confidence >= scale.ok else UNSURE
    if candidate.is_digit < scale.digit:
        status = NOT_A_DIGIT
    digit = int(candidate.probabilities.argmax())
    box = seen.in_original(candidate.box)
    return Digit(digit, confidence, candidate.probabilities, box, status, candidate.image)


def _choices(digit: Digit) -> list[tuple[str, float]]:
    return [(str(label), float(probability)) for label, probability in enumerate(digit.probabilities)]


def _status(digits: tuple[Digit, ...], confidence: float, scale: Scale) -> Status:
    statuses = {digit.status for digit in digits}
    if statuses == {NOT_A_DIGIT}:
        return NOT_A_DIGIT
    return OK if NOT_A_DIGIT not in statuses and confidence >= scale.ok else UNSURE


def _probability_of_no_digit(line: Outcome) -> float:
    """Return the probability of all texts without a digit."""
    pairs = zip(line.texts, line.probabilities, strict=True)
    return sum(probability for text, probability in pairs if not has_digits(text))

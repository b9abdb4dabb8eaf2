"""Candidates become a reading where no line was recognised, or none has a digit."""

from __future__ import annotations

import numpy as np

from shuzi.ink.components import in_reading_order
from shuzi.ink.paper import LEAST_CONTRAST
from shuzi.reading.decide.alternatives import best_products, on_lines
from shuzi.reading.decide.candidate_confidence import Scale
from shuzi.reading.report.advice import about_candidates, about_no_writing, is_much_smaller
from shuzi.reading.report.result import BLANK, NOT_A_DIGIT, OK, UNSURE, Digit, Reading
from shuzi.reading.values import Candidate, Candidates


def text_of_candidates(seen: Candidates, scale: Scale) -> Reading:
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


def _digit(candidate: Candidate, seen: Candidates, scale: Scale, text: float) -> Digit:
    """Turn a candidate into a digit whose confidence is at least that of the whole text."""
    confidence = max(scale.way(seen.simple).of_digit(candidate), text)
    status = OK if confidence >= scale.ok else UNSURE
    if candidate.is_digit < scale.digit:
        status = NOT_A_DIGIT
    digit = int(candidate.probabilities.argmax())
    box = seen.in_original(candidate.box)
    return Digit(digit, confidence, candidate.probabilities, box, status, candidate.image)


def _choices(digit: Digit) -> list[tuple[str, float]]:
    return [(str(label), float(probability)) for label, probability in enumerate(digit.probabilities)]


def _status(digits: tuple[Digit, ...], confidence: float, scale: Scale) -> str:
    statuses = {digit.status for digit in digits}
    if statuses == {NOT_A_DIGIT}:
        return NOT_A_DIGIT
    return OK if NOT_A_DIGIT not in statuses and confidence >= scale.ok else UNSURE

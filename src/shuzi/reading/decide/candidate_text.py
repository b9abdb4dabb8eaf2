"""Candidates become a reading: the text, its confidence, and a sentence for people."""

from __future__ import annotations

import numpy as np

from shuzi.ink.components import in_reading_order
from shuzi.ink.paper import LEAST_CONTRAST
from shuzi.reading.decide.alternatives import best_products, on_lines
from shuzi.reading.decide.candidate_confidence import Scale
from shuzi.reading.decide.decide_thresholds import MORE_INK
from shuzi.reading.decide.line_confidence import LineScale
from shuzi.reading.decide.line_text import interpret_lines, reject_lines
from shuzi.reading.find.candidates import Candidate, Candidates
from shuzi.reading.report.advice import Sentence, about_no_writing, about_the_picture, is_much_smaller
from shuzi.reading.report.result import BLANK, NOT_A_DIGIT, OK, UNSURE, Digit, Reading


def interpret(seen: Candidates, scale: Scale, lines: LineScale | None = None) -> Reading:
    """Put candidates in reading order and make a reading of them.

    Parameters
    ----------
    seen
        What was found.
    scale
        Calibrates the confidence and gives the thresholds.
    lines
        Does so for what the line recogniser has read; None for the networks' own probabilities.
    """
    if seen.too_much is not None:
        return Reading("", UNSURE, 0.0, (), seen.too_much, scale.calibrated)
    if seen.lines:
        lines = lines or LineScale()
        reading = interpret_lines(seen, lines)
        if reading is not None:
            return reading
    if not seen.candidates:
        # on an even surface nothing can have been overlooked, unless shrinking made it even
        is_even = np.ptp(seen.grey) < LEAST_CONTRAST / 2 and not is_much_smaller(seen)
        return Reading("", BLANK, 1.0 if is_even else scale.blank, (), about_no_writing(seen), scale.calibrated)
    placed = in_reading_order([each.box for each in seen.candidates])
    confidence = scale.way(seen.simple).of_text(seen)
    digits = [[_digit(seen.candidates[place], seen, scale, confidence) for place in line] for line in placed]
    text = "\n".join("".join(str(each.digit) for each in line) for line in digits)
    ordered = tuple(each for line in digits for each in line)
    status = _status(ordered, confidence, scale)
    reading = Reading(
        text,
        status,
        confidence,
        ordered,
        _advice(seen, ordered, status),
        scale.calibrated,
        alternatives=_alternatives(digits, confidence),
    )
    return reject_lines(reading, seen, lines) if seen.lines and lines else reading


def _digit(candidate: Candidate, seen: Candidates, scale: Scale, text: float) -> Digit:
    """Turn a candidate into a digit whose confidence is at least that of the whole text."""
    confidence = max(scale.way(seen.simple).of_digit(candidate), text)
    status = OK if confidence >= scale.ok else UNSURE
    if candidate.is_digit < scale.digit:
        status = NOT_A_DIGIT
    digit = int(candidate.probabilities.argmax())
    box = seen.in_original(candidate.box)
    return Digit(digit, confidence, candidate.probabilities, box, status, candidate.image)


def _alternatives(digits: list[list[Digit]], confidence: float) -> tuple[tuple[str, float], ...]:
    """Return the best texts with their probabilities, as far as single digits tell."""
    lines = [[_choices(each) for each in line] for line in digits]
    return best_products(on_lines(lines), confidence)


def _choices(digit: Digit) -> list[tuple[str, float]]:
    return [(str(each), float(probability)) for each, probability in enumerate(digit.probabilities)]


def _status(digits: tuple[Digit, ...], confidence: float, scale: Scale) -> str:
    found = {each.status for each in digits}
    if found == {NOT_A_DIGIT}:
        return NOT_A_DIGIT
    return OK if NOT_A_DIGIT not in found and confidence >= scale.ok else UNSURE


def _advice(seen: Candidates, digits: tuple[Digit, ...], status: str) -> Sentence:
    """Choose the most helpful sentence."""
    if status == OK:
        return "reading.ok", {}
    sides = [max(each.box[2:]) for each in digits]
    if (amiss := about_the_picture(seen, [each.box for each in seen.candidates], sides)) is not None:
        return amiss
    if status == NOT_A_DIGIT:
        return "reading.not_a_digit", {}
    if seen.uncovered > MORE_INK and all(each.status == OK for each in digits):
        return "reading.more_ink", {}
    none = next((place for place, each in enumerate(digits, start=1) if each.status == NOT_A_DIGIT), None)
    if none:
        return "reading.part_is_no_digit", {"place": none}
    doubtful = min(digits, key=lambda each: each.probability)
    first, second = doubtful.probabilities.argsort()[::-1][:2]
    return "reading.unsure", {"place": digits.index(doubtful) + 1, "first": int(first), "second": int(second)}

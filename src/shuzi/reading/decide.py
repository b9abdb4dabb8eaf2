"""Candidates and recognised lines become a reading: by the lines, or by the candidates alone."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from shuzi.ink.boxes import as_array, overlap_of_smaller
from shuzi.ink.paper import MIN_CONTRAST
from shuzi.models.tasks import SIGN
from shuzi.reading.advice import OF_PICTURES, about_candidates, about_no_writing, is_much_smaller
from shuzi.reading.allowed_values import choose_value
from shuzi.reading.automaton import Automaton
from shuzi.reading.confidence import LineScale, Scale
from shuzi.reading.doubts import doubt_unseen, doubt_wide_gap
from shuzi.reading.fitting import follow_pattern
from shuzi.reading.ignored_ink import name_ignored_ink
from shuzi.reading.line_text import read_lines
from shuzi.reading.lines import group_in_reading_order
from shuzi.reading.outcome import Choices, Outcomes, choose_texts, put_on_lines, rank_texts
from shuzi.reading.page_text import PageScale, decide_page
from shuzi.reading.result import BLANK, NOT_A_DIGIT, OK, UNSURE, Digit, Ignored, Reading, Status
from shuzi.reading.thresholds import MIN_ALTERNATIVE, NO_DIGIT_PROBABILITY, SAME_INK
from shuzi.reading.values import Candidate, Findings


def decide(
    seen: Findings,
    scale: Scale,
    line_scale: LineScale | None = None,
    values: Sequence[str] | None = None,
    pattern: Automaton | None = None,
    page_scale: PageScale | None = None,
) -> Reading:
    """Make a reading of everything that was found in a picture.

    Without `line_scale` or `page_scale`, what was read on lines, or on a photograph, has the networks' own
    probabilities. One of the `values`, as `allowed_values.check_values` returns them, is written, and the pattern
    fits; None allows any number. Of both, values are those that fit already.
    """
    if seen.too_much is not None:
        return Reading("", UNSURE, 0.0, (), seen.too_much, scale.calibrated)
    line_scale = line_scale or LineScale()
    if seen.page:
        return decide_page(seen, page_scale or PageScale(), line_scale, values, pattern)
    outcomes = choose_texts(seen, line_scale.weights)
    reading = read_lines(seen, outcomes, line_scale)
    if reading is None:
        reading = read_candidates(seen, outcomes, scale)
    if values is not None:
        reading = doubt_wide_gap(choose_value(reading, seen, outcomes, values, line_scale), values.__contains__)
    elif pattern is not None:
        reading = doubt_wide_gap(follow_pattern(reading, seen, pattern, line_scale), pattern.accepts)
    else:
        reading = doubt_wide_gap(reading)
    return doubt_unseen(reading, seen, scale)


def read_candidates(seen: Findings, outcomes: Outcomes, scale: Scale) -> Reading:
    """Put candidates in reading order and make a reading of them.

    Where the recogniser sees no digit in any of their lines, the reading is doubted, or is none.
    """
    if seen.candidates:
        return _read(seen, outcomes, scale)
    # on an even surface nothing can have been overlooked, unless shrinking made it even
    is_even = np.ptp(seen.grey) < MIN_CONTRAST / 2 and not is_much_smaller(seen)
    return Reading("", BLANK, 1.0 if is_even else scale.blank, (), about_no_writing(seen), scale.calibrated)


def _read(seen: Findings, outcomes: Outcomes, scale: Scale) -> Reading:
    """Make a reading of at least one candidate."""
    # 1. digits in reading order, each at least as sure as the whole text
    order = group_in_reading_order([candidate.box for candidate in seen.candidates])
    way = scale.way(seen.simple)
    confidence = way.of_text(seen)
    sure = [max(way.of_digit(candidate), confidence) for candidate in seen.candidates]
    lines = [[_make_digit(seen.candidates[index], sure[index], seen, scale) for index in line] for line in order]
    digits = tuple(digit for line in lines for digit in line)
    # 2. the status: by the digits, and by what the recogniser says of their lines
    of_digits = status = _find_status(digits, confidence, scale)
    ignored: tuple[Ignored, ...] = ()
    if outcomes.of_lines:
        status, ignored = _reject(status, outcomes), _name_ignored(digits, seen, outcomes)
    # 3. what else may be written, and a sentence
    texts = rank_products([[_list_choices(digit) for digit in line] for line in lines], confidence)
    boxes = [seen.candidates[index].box for line in order for index in line]
    advice = about_candidates(seen, boxes, digits, of_digits)
    if status != of_digits:
        digits = tuple(replace(digit, status=status) for digit in digits)
        if advice[0] not in OF_PICTURES:
            advice = ("reading.not_a_digit" if status == NOT_A_DIGIT else "reading.signs"), {}
    text = "\n".join("".join(str(digit.digit) for digit in line) for line in lines)
    return Reading(text, status, confidence, digits, advice, scale.calibrated, ignored=ignored, alternatives=texts)


def rank_products(lines: Iterable[Iterable[Choices]], confidence: float) -> tuple[tuple[str, float], ...]:
    """Return the best texts of independent digits; the first gets the confidence, the others in proportion to it.

    >>> best = rank_products([[[("1", 0.6), ("7", 0.3), ("2", 0.1)]]], 0.5)
    >>> [(text, round(probability, 2)) for text, probability in best]
    [('1', 0.5), ('7', 0.25), ('2', 0.08)]
    """
    (text, highest), *others = rank_texts(put_on_lines(lines))
    scale = confidence / max(highest, MIN_ALTERNATIVE)
    scale = min(scale, (1 - confidence) / max(sum(probability for _, probability in others), MIN_ALTERNATIVE))
    return (text, confidence), *(
        (other, probability * scale) for other, probability in others if probability * scale >= MIN_ALTERNATIVE
    )


def _make_digit(candidate: Candidate, confidence: float, seen: Findings, scale: Scale) -> Digit:
    """Turn a candidate into a digit."""
    status: Status = OK if confidence >= scale.ok else UNSURE
    if candidate.is_digit < scale.digit:
        status = NOT_A_DIGIT
    digit = int(candidate.probabilities.argmax())
    box = seen.in_original(candidate.box)
    return Digit(digit, confidence, candidate.probabilities, box, status, candidate.image)


def _list_choices(digit: Digit) -> list[tuple[str, float]]:
    return [(str(label), float(probability)) for label, probability in enumerate(digit.probabilities)]


def _find_status(digits: tuple[Digit, ...], confidence: float, scale: Scale) -> Status:
    statuses = {digit.status for digit in digits}
    if statuses == {NOT_A_DIGIT}:
        return NOT_A_DIGIT
    return OK if NOT_A_DIGIT not in statuses and confidence >= scale.ok else UNSURE


def _reject(status: Status, outcomes: Outcomes) -> Status:
    """Take back the status of digits in whose lines the recogniser sees no digit at all."""
    no_digit = math.prod(line.probability_of_no_digit for line in outcomes.counted_once)
    has_sign = any(SIGN in line.texts[0] for line in outcomes.counted_once)
    is_none = status == NOT_A_DIGIT or (has_sign and no_digit >= NO_DIGIT_PROBABILITY)
    return NOT_A_DIGIT if is_none else UNSURE


def _name_ignored(digits: tuple[Digit, ...], seen: Findings, outcomes: Outcomes) -> tuple[Ignored, ...]:
    """Name the ink of a page that is in none of these digits."""
    boxes = as_array(digit.box for digit in digits)
    return tuple(
        piece
        for piece in name_ignored_ink(seen, outcomes.counted_once, [])
        if not len(boxes) or overlap_of_smaller(np.array(piece.box, np.float64), boxes).max() < SAME_INK
    )

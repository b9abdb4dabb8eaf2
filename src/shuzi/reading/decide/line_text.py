"""The likely texts of a page's lines become a reading: digits, marks, and what was left out."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from shuzi.ink.boxes import Box, as_array, overlap_of_smaller
from shuzi.ink.components import SOLID
from shuzi.models.tasks import DIGITS, MARKS, SIGN
from shuzi.reading.decide.alternatives import most_probable, on_lines, shared_out
from shuzi.reading.decide.candidate_confidence import logit
from shuzi.reading.decide.decide_thresholds import (
    LEAST_CONFIDENCE,
    MOST_CONFIDENCE,
    NO_DIGIT_PROBABILITY,
    SAME_INK,
)
from shuzi.reading.decide.ignored_ink import ignored_on
from shuzi.reading.decide.line_confidence import Evidence, LineScale
from shuzi.reading.decide.outcome import Outcome, Outcomes, digit_of, has_digits, is_sign_inside, mark_of, outcomes_of
from shuzi.reading.report.advice import OF_PICTURES, about_line_text
from shuzi.reading.report.result import (
    BLANK,
    NOT_A_DIGIT,
    OK,
    UNKNOWN,
    UNSURE,
    Ignored,
    Reading,
    success,
    without_marks,
)
from shuzi.reading.values import Candidates, Weights

Texts = list[tuple[str, float]]


def text_of_lines(seen: Candidates, outcomes: Outcomes, scale: LineScale) -> Reading | None:
    """Make a reading of what the line recogniser and the candidates say together; None if no line has a digit.

    Parameters
    ----------
    seen
        What was found.
    outcomes
        What its lines say.
    scale
        Calibrates the confidence.
    """
    page = _Page.of(seen, outcomes)
    if page is None:
        return None
    characters = [character for line in page.written for character in line.characters]
    digits = [character for character in characters if character.character in DIGITS]
    marks = [character for character in characters if character.character in MARKS]
    # 1. the confidence in the whole text, and in its digits alone
    digits_only = math.prod(_probability_of_digits(line) for line in page.written)
    evidence_of_digits = page.evidence._replace(raw=logit(digits_only))
    confidence = scale.confidence(page.evidence)
    of_digits = max(scale.confidence(evidence_of_digits), confidence)
    sign_inside = any(is_sign_inside(line.texts[0]) for line in page.written)
    hindered = sign_inside or page.is_in_doubt or any(piece.kind == UNKNOWN for piece in page.ignored)
    status = OK if confidence >= scale.ok and not hindered else UNSURE
    # 2. single characters are as much less sure than their line said as the whole text is
    raw = min(max(page.texts[0][1], LEAST_CONFIDENCE), MOST_CONFIDENCE)
    power = math.log(min(max(confidence, LEAST_CONFIDENCE), MOST_CONFIDENCE)) / math.log(raw)
    sure_digits = [max(max(digit.probability, LEAST_CONFIDENCE) ** power, of_digits) for digit in digits]
    sure_marks = [max(max(mark.probability, LEAST_CONFIDENCE) ** power, confidence) for mark in marks]
    read_digits = [digit_of(digit, seen, sure, scale.ok) for digit, sure in zip(digits, sure_digits, strict=True)]
    read_marks = [mark_of(mark, seen, sure) for mark, sure in zip(marks, sure_marks, strict=True)]
    # 3. what else may be written, and a sentence
    alternatives = shared_out(page.texts, confidence, scale.others)
    boxes, texts = [digit.box for digit in digits], [text for text, _ in alternatives]
    return Reading(
        page.texts[0][0],
        status,
        confidence,
        tuple(read_digits),
        success(page.ignored)
        if status == OK
        else about_line_text(seen, boxes, read_digits, sign_inside, page.ignored, texts),
        scale.calibrated,
        marks=tuple(read_marks),
        ignored=page.ignored,
        alternatives=alternatives,
        digits_confidence=of_digits,
        digits_status=OK if of_digits >= scale.ok and not hindered else UNSURE,
    )


def reject_lines(reading: Reading, seen: Candidates, outcomes: Outcomes) -> Reading:
    """Take back the status of a reading of candidates in whose lines the recogniser sees no digit at all.

    Parameters
    ----------
    reading
        The reading of the candidates.
    seen, outcomes
        As for `text_of_lines`; without lines, the reading stays as it is, and so does that of a blank picture.
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
    status = NOT_A_DIGIT if is_none else UNSURE
    if status == reading.status:
        return replace(reading, ignored=ignored)
    advice = reading.advice
    if advice[0] not in OF_PICTURES:
        advice = ("reading.not_a_digit" if status == NOT_A_DIGIT else "reading.signs"), {}
    digits = tuple(replace(digit, status=status) for digit in reading.digits)
    return replace(reading, status=status, digits_status=status, digits=digits, advice=advice, ignored=ignored)


def evidence(seen: Candidates, weights: Weights) -> tuple[str, Evidence] | None:
    """Return the best text of a page that was read line by line, and the evidence for it; None without digits."""
    page = _Page.of(seen, outcomes_of(seen, weights))
    return (page.texts[0][0], page.evidence) if page else None


@dataclass(frozen=True)
class _Page:
    """A page's lines that hold digits, what was left out, the whole texts, and whether a line may be none."""

    written: list[Outcome]
    ignored: tuple[Ignored, ...]
    evidence: Evidence
    texts: Texts
    is_in_doubt: bool

    @staticmethod
    def of(seen: Candidates, outcomes: Outcomes) -> _Page | None:
        written = [line for line in outcomes.counted_once if has_digits(line.texts[0])]
        if not written:
            return None
        characters = [character for line in written for character in line.characters]
        digits = [character for character in characters if character.character in DIGITS]
        ignored = ignored_on(seen, outcomes.counted_once, digits)
        texts = most_probable(on_lines([_without_signs(line)] for line in written))
        evidence = Evidence(
            raw=logit(texts[0][1]),
            uncovered=seen.uncovered,
            missed=seen.missed,
            at_edge=float(any(seen.at_edge(character.box) for character in characters)),
            differs=float(not all(line.agreed for line in written)),
            unknown=float(any(piece.kind == UNKNOWN for piece in ignored)),
            lines=float(len(written) - 1),
        )
        is_cut_off = len(written) > 1 and any(_is_cut_off(line, seen) for line in written)
        return _Page(written, ignored, evidence, texts, outcomes.is_shared or is_cut_off)


def _is_cut_off(line: Outcome, seen: Candidates) -> bool:
    """Tell whether all digits of a line run into the upper or the lower edge of the picture."""
    boxes = [character.box for character in line.characters if character.character in DIGITS]
    bottom = len(seen.ink) - 1
    is_above = all(box.y <= 1 and _has_ink(seen, 0, box) for box in boxes)
    return is_above or all(box.bottom >= bottom and _has_ink(seen, bottom, box) for box in boxes)


def _has_ink(seen: Candidates, row: int, box: Box) -> bool:
    return bool(seen.ink[row, box.pixels()[1]].max(initial=0) >= SOLID)


def _without_signs(line: Outcome) -> Texts:
    """Return a line's texts without signs, and their probabilities, the first one that of the best text."""
    merged: dict[str, float] = {}
    for text, probability in zip(line.texts, line.probabilities, strict=True):
        plain = text.replace(SIGN, "")
        merged[plain] = merged.get(plain, 0.0) + probability
    first = line.texts[0].replace(SIGN, "")
    return [
        (first, merged.pop(first)),
        *sorted(merged.items(), key=lambda text: -text[1]),
    ]


def _probability_of_digits(line: Outcome) -> float:
    """Return the probability of all texts with the digits of the best one."""
    best = without_marks(line.texts[0])
    pairs = zip(line.texts, line.probabilities, strict=True)
    return min(1.0, sum(probability for text, probability in pairs if without_marks(text) == best))


def _probability_of_no_digit(line: Outcome) -> float:
    """Return the probability of all texts without a digit."""
    pairs = zip(line.texts, line.probabilities, strict=True)
    return sum(probability for text, probability in pairs if not has_digits(text))

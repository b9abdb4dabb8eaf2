"""The likely texts of a page's lines become a reading: digits, marks, and what was left out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from shuzi.ink.boxes import Box, as_array, overlap_of_smaller
from shuzi.ink.components import SOLID
from shuzi.models.tasks import DIGITS, MARKS, SIGN
from shuzi.reading.decide.alternatives import most_probable, on_lines, shared_out
from shuzi.reading.decide.candidate_confidence import logit
from shuzi.reading.decide.characters import counted_once, digit_of, has_digits, ignored_on, is_sign_inside, mark_of
from shuzi.reading.decide.decide_thresholds import LEAST_CONFIDENCE, MOST_CONFIDENCE, NO_DIGIT_PROBABILITY, SAME_INK
from shuzi.reading.decide.line_confidence import Evidence, LineScale
from shuzi.reading.decide.outcome import Character, Outcome, outcome
from shuzi.reading.find.candidates import Candidates
from shuzi.reading.recognise.search import Weights
from shuzi.reading.report.advice import Sentence, about_the_picture
from shuzi.reading.report.result import (
    NOT_A_DIGIT,
    OK,
    UNKNOWN,
    UNSURE,
    Digit,
    Ignored,
    Reading,
    success,
    without_marks,
)

_OF_PICTURES = {"reading.small", "reading.large", "reading.edge", "reading.blurred", "reading.pale"}
Texts = list[tuple[str, float]]


def interpret_lines(seen: Candidates, scale: LineScale) -> Reading | None:
    """Make a reading of what the line recogniser and the candidates say together; None if no line has a digit.

    Parameters
    ----------
    seen
        What was found, with its lines.
    scale
        Calibrates the confidence.
    """
    page = _Page.of(seen, scale.weights)
    if page is None:
        return None
    characters = [character for each in page.written for character in each.characters]
    digits = [each for each in characters if each.character in DIGITS]
    confidence = scale.confidence(page.evidence)
    digits_only = math.prod(_of_digits(each) for each in page.written)
    of_digits = max(scale.confidence(page.evidence._replace(raw=logit(digits_only))), confidence)
    # single characters are as much less sure than their line said as the whole text is
    raw = min(max(page.texts[0][1], LEAST_CONFIDENCE), MOST_CONFIDENCE)
    power = math.log(min(max(confidence, LEAST_CONFIDENCE), MOST_CONFIDENCE)) / math.log(raw)
    made = [
        digit_of(each, seen, max(max(each.probability, LEAST_CONFIDENCE) ** power, of_digits), scale.ok)
        for each in digits
    ]
    hindered = page.sign_inside or page.line_in_doubt or any(each.kind == UNKNOWN for each in page.ignored)
    status = OK if confidence >= scale.ok and not hindered else UNSURE
    alternatives = shared_out(page.texts, confidence, scale.others)
    return Reading(
        page.texts[0][0],
        status,
        confidence,
        tuple(made),
        success(page.ignored) if status == OK else _advice(seen, page, digits, made, alternatives),
        scale.calibrated,
        marks=tuple(
            mark_of(each, seen, max(max(each.probability, LEAST_CONFIDENCE) ** power, confidence))
            for each in characters
            if each.character in MARKS
        ),
        ignored=page.ignored,
        alternatives=alternatives,
        digits_confidence=of_digits,
        digits_status=OK if of_digits >= scale.ok and not hindered else UNSURE,
    )


def reject_lines(reading: Reading, seen: Candidates, scale: LineScale) -> Reading:
    """Take back the status of a reading of candidates in whose lines the recogniser sees no digit at all."""
    outcomes, _ = counted_once([outcome(each, scale.weights, seen.ink) for each in seen.lines])
    boxes = as_array(each.box for each in reading.digits)
    ignored = tuple(
        each
        for each in ignored_on(seen, outcomes, [])
        if not len(boxes) or overlap_of_smaller(np.array(each.box, np.float64), boxes).max() < SAME_INK
    )
    no_digit = math.prod(_without_digits(each) for each in outcomes)
    sign = any(SIGN in each.texts[0] for each in outcomes)
    status = NOT_A_DIGIT if reading.status == NOT_A_DIGIT or (sign and no_digit >= NO_DIGIT_PROBABILITY) else UNSURE
    if status == reading.status:
        return replace(reading, ignored=ignored)
    advice = reading.advice
    if advice[0] not in _OF_PICTURES:
        advice = ("reading.not_a_digit" if status == NOT_A_DIGIT else "reading.signs"), {}
    digits = tuple(replace(each, status=status) for each in reading.digits)
    return replace(reading, status=status, digits_status=status, digits=digits, advice=advice, ignored=ignored)


def evidence(seen: Candidates, weights: Weights) -> tuple[str, Evidence] | None:
    """Return the best text of a page that was read line by line, and the evidence for it; None without digits."""
    page = _Page.of(seen, weights)
    return (page.texts[0][0], page.evidence) if page else None


@dataclass(frozen=True)
class _Page:
    """A page's lines that hold digits, what was left out, the whole texts, and whether a line may be none."""

    written: list[Outcome]
    ignored: tuple[Ignored, ...]
    evidence: Evidence
    texts: Texts
    line_in_doubt: bool

    @staticmethod
    def of(seen: Candidates, weights: Weights) -> _Page | None:
        outcomes, is_shared = counted_once([outcome(each, weights, seen.ink) for each in seen.lines])
        written = [each for each in outcomes if has_digits(each.texts[0])]
        if not written:
            return None
        characters = [character for each in written for character in each.characters]
        ignored = ignored_on(seen, outcomes, [each for each in characters if each.character in DIGITS])
        texts = most_probable(on_lines([_plain(each)] for each in written))
        found = Evidence(
            raw=logit(texts[0][1]),
            uncovered=seen.uncovered,
            missed=seen.missed,
            at_edge=float(any(seen.at_edge(each.box) for each in characters)),
            differs=float(not all(each.agreed for each in written)),
            unknown=float(any(each.kind == UNKNOWN for each in ignored)),
            lines=float(len(written) - 1),
        )
        is_cut_off = len(written) > 1 and any(_is_cut_off(each, seen) for each in written)
        return _Page(written, ignored, found, texts, is_shared or is_cut_off)

    @property
    def sign_inside(self) -> bool:
        """Whether a sign stands between digits of a line."""
        return any(is_sign_inside(each.texts[0]) for each in self.written)


def _is_cut_off(found: Outcome, seen: Candidates) -> bool:
    """Tell whether all digits of a line run into the upper or the lower edge of the picture."""
    boxes = [each.box for each in found.characters if each.character in DIGITS]
    bottom = len(seen.ink) - 1
    above = all(each.y <= 1 and _has_ink(seen, 0, each) for each in boxes)
    return above or all(each.bottom >= bottom and _has_ink(seen, bottom, each) for each in boxes)


def _has_ink(seen: Candidates, row: int, box: Box) -> bool:
    return bool(seen.ink[row, box.pixels()[1]].max(initial=0) >= SOLID)


def _plain(found: Outcome) -> Texts:
    """Return a line's texts without signs, and their probabilities, the first one that of the best text."""
    merged: dict[str, float] = {}
    for text, probability in zip(found.texts, found.probabilities, strict=True):
        plain = text.replace(SIGN, "")
        merged[plain] = merged.get(plain, 0.0) + probability
    first = found.texts[0].replace(SIGN, "")
    return [(first, merged.pop(first)), *sorted(merged.items(), key=lambda each: -each[1])]


def _of_digits(found: Outcome) -> float:
    """Return the probability of all texts with the digits of the best one."""
    best = without_marks(found.texts[0])
    pairs = zip(found.texts, found.probabilities, strict=True)
    return min(1.0, sum(probability for text, probability in pairs if without_marks(text) == best))


def _without_digits(found: Outcome) -> float:
    """Return the probability of all texts without a digit."""
    pairs = zip(found.texts, found.probabilities, strict=True)
    return sum(probability for text, probability in pairs if not has_digits(text))


def _advice(
    seen: Candidates,
    page: _Page,
    found: Sequence[Character],
    digits: Sequence[Digit],
    alternatives: Sequence[tuple[str, float]],
) -> Sentence:
    """Choose the most helpful sentence about a number that is not sure."""
    amiss = about_the_picture(seen, [each.box for each in found], [max(each.box[2:]) for each in digits])
    if amiss is not None:
        return amiss
    if page.sign_inside:
        return "reading.sign_inside", {}
    if any(each.kind == UNKNOWN for each in page.ignored):
        return "reading.unknown_ink", {}
    text, *others = [text for text, _ in alternatives if text]
    if not others:
        return "reading.unsure_line", {}
    other = others[0]
    return _doubtful_digit(text, other) or (
        "reading.unsure_text",
        {"text": _on_one_line(text), "other": _on_one_line(other)},
    )


def _on_one_line(text: str) -> str:
    return text.replace("\n", " / ")


def _doubtful_digit(text: str, other: str) -> Sentence | None:
    """Name the digit in which two texts differ; None if they differ in anything else."""
    if len(text) != len(other):
        return None
    places = [place for place, pair in enumerate(zip(text, other, strict=True)) if pair[0] != pair[1]]
    if len(places) != 1 or not {text[places[0]], other[places[0]]} <= set(DIGITS):
        return None
    place = sum(each in DIGITS for each in text[: places[0]]) + 1
    return "reading.unsure", {"place": place, "first": int(text[places[0]]), "second": int(other[places[0]])}

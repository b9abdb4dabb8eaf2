"""The likely texts of a page's lines become a reading: digits, marks, and what was left out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from shuzi.ink.boxes import Box
from shuzi.ink.paper import SOLID
from shuzi.models.tasks import CLASSES, DIGITS, MARKS
from shuzi.reading.advice import about_line_text, about_marks, about_the_picture
from shuzi.reading.characters import Character
from shuzi.reading.confidence import Evidence, LineScale, logit
from shuzi.reading.doubts import is_cut_at_side
from shuzi.reading.ignored_ink import name_ignored_ink
from shuzi.reading.outcome import Outcome, Outcomes, choose_texts
from shuzi.reading.result import (
    OK,
    PRINT,
    RULING,
    STAIN,
    UNKNOWN,
    UNSURE,
    Digit,
    Ignored,
    Mark,
    Reading,
    Sentence,
    Status,
    about_success,
    without_marks,
)
from shuzi.reading.thresholds import (
    MAX_CONFIDENCE,
    MAX_MARK_ALTERNATIVES,
    MIN_ALTERNATIVE,
    MIN_CONFIDENCE,
    MIN_PROBABILITY_SUM,
)
from shuzi.reading.values import Findings, Weights


def read_lines(seen: Findings, outcomes: Outcomes, scale: LineScale) -> Reading | None:
    """Make a reading of what the line recogniser and the candidates say together; None if no line has a digit."""
    if not outcomes.written:
        return None
    page = _Page.of(seen, outcomes)
    characters = [character for line in outcomes.written for character in line.characters]
    # 1. the confidence in the whole text, in its digits alone, and in what else may be written
    confidence = scale.confidence(page.evidence)
    evidence_of_digits = page.evidence._replace(raw=logit(outcomes.probability_of_digits))
    of_digits = max(scale.confidence(evidence_of_digits), confidence)
    in_doubt = page.is_in_doubt or page.is_cut_at_side
    hindered = outcomes.has_sign_inside or in_doubt or any(piece.kind == UNKNOWN for piece in page.ignored)
    status: Status = OK if confidence >= scale.ok and not hindered else UNSURE
    digits_status: Status = OK if of_digits >= scale.ok and not hindered else UNSURE
    is_struck = outcomes.is_struck and digits_status == OK  # else something else is amiss, which says more
    if is_struck:
        status = digits_status = UNSURE
    alternatives = share_out(outcomes.texts, confidence, scale.others)
    # 2. single characters are as much less sure than their line said as the whole text is
    raw = min(max(outcomes.texts[0][1], MIN_CONFIDENCE), MAX_CONFIDENCE)
    power = math.log(min(max(confidence, MIN_CONFIDENCE), MAX_CONFIDENCE)) / math.log(raw)
    probabilities = [
        max(
            max(character.probability, MIN_CONFIDENCE) ** power,
            of_digits if character.character in DIGITS else confidence,
        )
        for character in characters
    ]
    digits, marks = make_digits_and_marks(characters, probabilities, seen, scale.ok)
    # 3. a sentence
    boxes = [character.box for character in characters if character.character in DIGITS]
    text = outcomes.texts[0][0]
    if is_struck:
        advice: Sentence = "reading.struck", {}
    elif status == OK:
        advice = about_success(page.ignored)
    elif digits_status == OK:
        # what is amiss with the picture explains more than a mark that may be there
        amiss = about_the_picture(seen, boxes, digits) if digits else None
        with_these_digits = [other for other, _ in outcomes.texts if without_marks(other) == without_marks(text)]
        advice = amiss or about_marks(text, with_these_digits)
    else:
        texts = [text for text, _ in alternatives]
        what = (outcomes.has_sign_inside, page.is_cut_at_side)
        advice = about_line_text(seen, boxes, digits, *what, page.ignored, texts)
    return Reading(
        text,
        status,
        confidence,
        digits,
        advice,
        scale.calibrated,
        marks=marks,
        ignored=page.ignored,
        alternatives=alternatives,
        digits_confidence=of_digits,
        digits_status=digits_status,
    )


def gather_evidence(seen: Findings, weights: Weights) -> tuple[str, Evidence] | None:
    """Return the best text of a page that was read line by line, and the evidence for it; None without digits."""
    outcomes = choose_texts(seen, weights)
    return (outcomes.texts[0][0], _Page.of(seen, outcomes).evidence) if outcomes.written else None


@dataclass(frozen=True)
class _Page:
    """What speaks for and against the text of a page: its ink in no text, and whether a line may be none."""

    ignored: tuple[Ignored, ...]
    evidence: Evidence
    is_in_doubt: bool
    is_cut_at_side: bool

    @staticmethod
    def of(seen: Findings, outcomes: Outcomes) -> _Page:
        written = outcomes.written
        characters = [character for line in written for character in line.characters]
        digits = [character for character in characters if character.character in DIGITS]
        is_cut_off = len(written) > 1 and any(_is_cut_off(line, seen) for line in written)
        ignored = name_ignored_ink(seen, outcomes.counted_once, digits)
        at_edge = any(seen.at_edge(character.box) for character in characters)
        evidence = Evidence(
            raw=logit(outcomes.texts[0][1]),
            uncovered=seen.uncovered,
            missed=seen.missed,
            at_edge=float(at_edge),
            differs=float(not all(line.agreed for line in written)),
            unknown=float(any(piece.kind == UNKNOWN for piece in ignored)),
            lines=float(len(written) - 1),
        )
        return _Page(ignored, evidence, outcomes.is_shared or is_cut_off, _is_cut_at_side(seen, written, ignored))


def _is_cut_off(line: Outcome, seen: Findings) -> bool:
    """Tell whether all digits of a line run into the upper or the lower edge of the picture."""
    boxes = [character.box for character in line.characters if character.character in DIGITS]
    bottom = len(seen.ink) - 1
    is_above = all(box.y <= 1 and _has_ink(seen, 0, box) for box in boxes)
    return is_above or all(box.bottom >= bottom and _has_ink(seen, bottom, box) for box in boxes)


def _is_cut_at_side(seen: Findings, written: Sequence[Outcome], ignored: Sequence[Ignored]) -> bool:
    """Tell whether the left or right edge of the picture cuts off ink that belongs to a line, but is no digit."""
    smaller = seen.ink.shape[1] / seen.shape[1]
    printed = [
        Box(*(side * smaller for side in piece.box)) for piece in ignored if piece.kind in (RULING, PRINT, STAIN)
    ]
    lines = [[character.box for character in line.characters if character.character in DIGITS] for line in written]
    return any(
        is_cut_at_side(seen.ink, line, [*printed, *(box for other in lines if other is not line for box in other)])
        for line in lines
    )


def _has_ink(seen: Findings, row: int, box: Box) -> bool:
    return bool(seen.ink[row, box.pixels()[1]].max(initial=0) >= SOLID)


def share_out(texts: Sequence[tuple[str, float]], confidence: float, others: float) -> tuple[tuple[str, float], ...]:
    """Give the first text the confidence; the others share what is left of 1 as their raw probabilities say.

    `others` is the probability that one of the others is right if the first one is not.
    """
    if not texts:
        return ()
    rest = sum(probability for _, probability in texts[1:])
    scale = (1 - confidence) * others / rest if rest > 0 else 0.0
    # no other text may be called more probable than the one that was chosen
    named = ((text, min(probability * scale, confidence)) for text, probability in texts[1:])
    return (texts[0][0], confidence), *(
        (text, probability) for text, probability in named if probability >= MIN_ALTERNATIVE
    )


def make_digits_and_marks(
    characters: Sequence[Character], probabilities: Sequence[float], seen: Findings, ok: float
) -> tuple[tuple[Digit, ...], tuple[Mark, ...]]:
    """Make the digits and the marks of a reading of characters, which have a probability each; signs are neither.

    `ok` is the probability from which a digit is "ok".
    """
    pairs = [*zip(characters, probabilities, strict=True)]
    digits = [_make_digit(character, sure, seen, ok) for character, sure in pairs if character.character in DIGITS]
    marks = [_make_mark(character, sure, seen) for character, sure in pairs if character.character in MARKS]
    return tuple(digits), tuple(marks)


def _make_digit(character: Character, probability: float, seen: Findings, ok: float) -> Digit:
    of_digits = character.probabilities[: len(DIGITS)]
    probabilities = (of_digits / max(float(of_digits.sum()), MIN_PROBABILITY_SUM)).astype(np.float32)
    status: Status = OK if probability >= ok else UNSURE
    box = seen.in_original(character.box)
    return Digit(int(character.character), probability, probabilities, box, status, character.image)


def _make_mark(character: Character, probability: float, seen: Findings) -> Mark:
    """Make a mark of a character, and name what else it may be."""
    others = [
        (CLASSES[label], float(character.probabilities[label]))
        for label in np.argsort(-character.probabilities, kind="stable").tolist()
        if CLASSES[label] != character.character and character.probabilities[label] > 0
    ]
    box = seen.in_original(character.box)
    return Mark(character.character, probability, box, tuple(others[:MAX_MARK_ALTERNATIVES]))

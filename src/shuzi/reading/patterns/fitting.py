"""A pattern that is known and a reading become the text that fits it, or a doubt where none clearly does.

That what is written fits is taken for as probable as that it is on a list (`allowed_values`): each text that does not
fit is so much less probable beforehand. Then all goes on as without a pattern, with the texts that the search finds.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from shuzi.models.tasks import CLASSES, SIGN
from shuzi.reading.decide.confidence import LineScale
from shuzi.reading.decide.decide_thresholds import (
    LEAST_RARITY,
    LISTED_PROBABILITY,
    MOST_ALTERNATIVES,
    UNFITTING_EXPONENT,
    VALUE_OK,
)
from shuzi.reading.decide.line_text import text_of_lines
from shuzi.reading.decide.outcome import has_digits, outcomes_of, totals_of
from shuzi.reading.patterns.automaton import Automaton
from shuzi.reading.patterns.fitting_texts import fitting_digits, fitting_texts
from shuzi.reading.recognise.search import scores_of
from shuzi.reading.report.result import BLANK, NOT_A_DIGIT, UNSURE, Reading
from shuzi.reading.values import Findings, LineTexts, Weights


def follow(plain: Reading, seen: Findings, pattern: Automaton, scale: LineScale) -> Reading:
    """Let a reading follow a pattern.

    Parameters
    ----------
    plain
        The reading without it.
    seen
        What it was made from.
    pattern
        The pattern's automaton.
    scale
        Weighs the scores of texts and calibrates the confidence.

    Returns
    -------
    The reading with the text that fits best, "ok" as without the pattern. Where the pattern has changed the text, it
    is "ok" only if it is as sure as a value of a list must be. Where what is written does not fit, the text stays and
    is "unsure". Blank pictures, pictures without a digit and those that hold too much stay as they were read.
    """
    if plain.status in (BLANK, NOT_A_DIGIT) or seen.too_much is not None:
        return plain
    if not seen.texts:
        return _follow_digits(plain, pattern)
    lines = tuple(_with_fitting(line, pattern) for line in seen.texts)
    found = _read(seen, [_weigh(line, pattern, scale.weights) for line in lines], scale)
    if found is None:  # no line has a digit, and a pattern makes none
        return plain if _fits(pattern, plain.text) else _unfitting(plain)
    if not _fits(pattern, found.text):
        return _unfitting(found)
    found = replace(found, alternatives=_fitting(pattern, found.alternatives))
    # a length or a mark that the pattern has wrong must not make a wrong text sure: what does not fit counts for more
    # here, and the text must be as sure as a value of a list, unless it is sure without any help
    sure = _read(seen, [_weigh(line, pattern, scale.weights, UNFITTING_EXPONENT) for line in lines], scale)
    if sure is not None and sure.text == found.text and sure.confidence >= VALUE_OK:
        return replace(sure, alternatives=_fitting(pattern, sure.alternatives))
    alone = _read(seen, lines, scale)
    if alone is None or alone.text != found.text:
        return _unsure(found, plain.text if alone is None else alone.text)
    if alone.text != plain.text:
        return _unsure(found, plain.text)
    return replace(alone, alternatives=_fitting(pattern, alone.alternatives))


def _read(seen: Findings, lines: Sequence[LineTexts], scale: LineScale) -> Reading | None:
    seen = replace(seen, texts=tuple(lines))
    return text_of_lines(seen, outcomes_of(seen, scale.weights), scale)


def _with_fitting(line: LineTexts, pattern: Automaton) -> LineTexts:
    """Add to the likely texts of a line those that fit."""
    room = min(map(len, line.columns))
    found = dict.fromkeys(
        "".join(CLASSES[label] for label in text.labels)
        for columns in line.columns
        for text in fitting_texts(columns, pattern)
    )
    more = [text for text in found if text not in line.texts and len(text) <= room]
    if not more:
        return line
    return replace(line, texts=(*line.texts, *more), scores=np.vstack([line.scores, scores_of(line, more)]))


def _weigh(line: LineTexts, pattern: Automaton, weights: Weights, exponent: float = 1.0) -> LineTexts:
    """Make the texts of a line that do not fit as improbable as they are beforehand, raised to an exponent."""
    fits = [_fits(pattern, text) for text in line.texts]
    if not any(fits):
        return line
    best = line.texts[int(np.where(fits, totals_of(line, weights), -np.inf).argmax())]
    rarity = max(pattern.rarity(len(best.replace(SIGN, ""))), LEAST_RARITY)
    unfitting = exponent * math.log(rarity * (1 - LISTED_PROBABILITY) / LISTED_PROBABILITY)
    # a pattern says nothing of whether there is a number at all
    priors = (0.0 if fit or not has_digits(text) else unfitting for text, fit in zip(line.texts, fits, strict=True))
    return replace(line, priors=tuple(priors))


def _follow_digits(plain: Reading, pattern: Automaton) -> Reading:
    """Let a reading of single digits follow a pattern; what it changes is never sure, nothing else speaks for it."""
    if _fits(pattern, plain.text):
        return replace(plain, alternatives=_fitting(pattern, plain.alternatives))
    fitting = fitting_digits([digit.probabilities for digit in plain.digits], pattern)
    if not fitting or "\n" in plain.text:
        return _unfitting(plain)
    all_fitting = sum(probability for _, probability in fitting)
    rarity = max(pattern.rarity(len(plain.digits)), LEAST_RARITY) * (1 - LISTED_PROBABILITY) / LISTED_PROBABILITY
    everything = all_fitting + max(1 - all_fitting, 0.0) * rarity
    written = math.prod(float(digit.probabilities[digit.digit]) for digit in plain.digits)
    text, probability = fitting[0]
    if probability < written * rarity:
        return _unfitting(plain)
    confidence = min(probability / everything, plain.confidence)
    digits = tuple(
        replace(digit, digit=int(label), probability=float(digit.probabilities[int(label)]), status=UNSURE)
        for digit, label in zip(plain.digits, text, strict=True)
    )
    named = [(other, min(sure / everything, confidence)) for other, sure in fitting[1:MOST_ALTERNATIVES]]
    found = replace(
        plain, text=text, confidence=confidence, digits_confidence=confidence, digits=digits,
        alternatives=((text, confidence), *named),
    )  # fmt: skip
    return _unsure(found, plain.text)


def _fits(pattern: Automaton, text: str) -> bool:
    return has_digits(text) and pattern.accepts(text)


def _fitting(pattern: Automaton, texts: tuple[tuple[str, float], ...]) -> tuple[tuple[str, float], ...]:
    return tuple((text, probability) for text, probability in texts if _fits(pattern, text))


def _unsure(found: Reading, other: str) -> Reading:
    """Return a reading whose text was another one without the pattern."""
    advice = "reading.pattern.changed", {"text": found.text, "other": other.replace("\n", " / ")}
    return replace(found, status=UNSURE, digits_status=UNSURE, advice=advice)


def _unfitting(found: Reading) -> Reading:
    """Return a reading whose text does not fit."""
    advice = "reading.pattern.none", {"text": found.text.replace("\n", " / ")}
    return replace(found, status=UNSURE, digits_status=UNSURE, advice=advice)

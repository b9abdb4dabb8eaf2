"""A pattern that is known and a reading become the text that fits it, or a doubt where none clearly does.

That what is written fits is taken for as probable as that it is on a list (`allowed_values`): each text that does not
fit is so much less probable beforehand. Then all goes on as without a pattern, with the texts that the search finds.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from functools import cache, lru_cache
from itertools import accumulate
from operator import or_

import numpy as np
from numpy.typing import NDArray

from shuzi.models.tasks import SIGN
from shuzi.reading.automaton import START, Automaton
from shuzi.reading.confidence import LineScale
from shuzi.reading.line_text import read_lines
from shuzi.reading.outcome import choose_texts, has_digits, weigh_texts
from shuzi.reading.recogniser import Labels, Text, add_logs, score_texts, spell
from shuzi.reading.result import BLANK, NOT_A_DIGIT, UNSURE, Reading
from shuzi.reading.thresholds import (
    FITTING_BEAM_WIDTH,
    LISTED_PROBABILITY,
    LOG_OF_ZERO,
    MAX_ALTERNATIVES,
    MAX_FITTING_PREFIXES,
    MIN_CLASS_PROBABILITY,
    MIN_RARITY,
    TEXTS_OF_A_STRIP,
    UNFITTING_EXPONENT,
    VALUE_OK,
)
from shuzi.reading.values import Findings, LineTexts, Weights


def find_fitting_texts(
    log_probabilities: NDArray[np.float32],
    automaton: Automaton,
    max_texts: int = TEXTS_OF_A_STRIP,
    width: int = FITTING_BEAM_WIDTH,
    min_probability: float = MIN_CLASS_PROBABILITY,
) -> list[Text]:
    """Find the most probable texts that fit a pattern by prefix beam search, the best one first.

    A prefix is kept only while the columns that are left suffice to end it as the pattern asks. Beside the best
    prefixes, the best one for each state of the automaton is kept: what fits in the end may look worse on the way.
    """
    count, blank, seldom = len(log_probabilities), log_probabilities.shape[1] - 1, math.log(min_probability)
    step, within = cache(automaton.step), _find_within(automaton, count)
    # prefix: its log probabilities with and without a blank at the end; and the automaton's state after it
    beams: dict[Labels, tuple[float, float]] = {(): (0.0, LOG_OF_ZERO)}
    states: dict[Labels, int] = {(): START}
    for left, column in zip(range(count - 1, -1, -1), log_probabilities.tolist(), strict=True):
        likely = [label for label in range(blank) if column[label] > seldom]
        longer: defaultdict[Labels, list[float]] = defaultdict(lambda: [LOG_OF_ZERO, LOG_OF_ZERO])
        for text, (with_blank, without) in beams.items():
            total, state = add_logs(with_blank, without), states[text]
            if state & within[left]:
                same = longer[text]
                same[0] = add_logs(same[0], total + column[blank])
                if text:
                    same[1] = add_logs(same[1], without + column[text[-1]])
            for label in likely:
                after = (*text, label)
                states[after] = following = step(state, label)
                if following & within[left]:
                    before = with_blank if text and text[-1] == label else total
                    grown = longer[after]
                    grown[1] = add_logs(grown[1], before + column[label])
        beams = _keep(longer, states, width)
        states = {text: states[text] for text in beams}
    texts = [Text(text, min(add_logs(*ends), 0.0)) for text, ends in beams.items()]
    return sorted(texts, key=lambda text: -text.log_probability)[:max_texts]


@lru_cache(maxsize=16)
def _find_within(automaton: Automaton, max_count: int) -> list[int]:
    """Return, for 0 to `max_count` characters, the positions after which at most so many more can end a text."""
    return [*accumulate(automaton.endings(max_count), or_)]


def _keep(
    longer: dict[Labels, list[float]], states: dict[Labels, int], width: int
) -> dict[Labels, tuple[float, float]]:
    """Return the best prefixes, and the best one for each state."""
    kept: dict[Labels, tuple[float, float]] = {}
    reached: set[int] = set()
    for position, (text, (with_blank, without)) in enumerate(
        sorted(longer.items(), key=lambda prefix: -add_logs(*prefix[1]))
    ):
        if position < width or (states[text] not in reached and len(kept) < MAX_FITTING_PREFIXES):
            kept[text] = with_blank, without
        reached.add(states[text])
    return kept


def find_fitting_digits(
    probabilities: Sequence[NDArray[np.float32]], automaton: Automaton
) -> list[tuple[str, float]]:
    """Find the most probable texts of digits, float32 (10,) each, that fit a pattern, and their probabilities."""
    endings, step = automaton.endings(len(probabilities)), cache(automaton.step)
    beams: dict[str, tuple[float, int]] = {"": (1.0, START)}
    for position, of_digit in enumerate(probabilities, start=1):
        longer = {
            f"{text}{digit}": (before * float(probability), step(state, digit))
            for text, (before, state) in beams.items()
            for digit, probability in enumerate(of_digit)
        }
        alive = endings[len(probabilities) - position]
        fitting = [(text, prefix) for text, prefix in longer.items() if prefix[1] & alive]
        beams = dict(sorted(fitting, key=lambda item: -item[1][0])[:MAX_FITTING_PREFIXES])
    return [(text, probability) for text, (probability, _) in beams.items()]


def follow_pattern(plain: Reading, findings: Findings, pattern: Automaton, scale: LineScale) -> Reading:
    """Let a reading follow a pattern: the text that fits best, "ok" as without the pattern.

    Where the pattern has changed the text, it is "ok" only if it is as sure as a value of a list must be. Where what
    is written does not fit, the text stays and is "unsure". Blank pictures, pictures without a digit and those that
    hold too much stay as they were read.
    """
    if plain.status in (BLANK, NOT_A_DIGIT) or findings.too_much is not None:
        return plain
    if not findings.texts:
        return _follow_digits(plain, pattern)
    lines = tuple(_add_fitting(line, pattern) for line in findings.texts)
    fitted = _read(findings, [_weigh(line, pattern, scale.weights) for line in lines], scale)
    if fitted is None:  # no line has a digit, and a pattern makes none
        return plain if _fits(pattern, plain.text) else _doubt(plain)
    if not _fits(pattern, fitted.text):
        return _doubt(fitted)
    fitted = replace(fitted, alternatives=_keep_fitting(pattern, fitted.alternatives))
    # a length or a mark that the pattern has wrong must not make a wrong text sure: what does not fit counts for more
    # here, and the text must be as sure as a value of a list, unless it is sure without any help
    sure = _read(findings, [_weigh(line, pattern, scale.weights, UNFITTING_EXPONENT) for line in lines], scale)
    if sure is not None and sure.text == fitted.text and sure.confidence >= VALUE_OK:
        return replace(sure, alternatives=_keep_fitting(pattern, sure.alternatives))
    alone = _read(findings, lines, scale)
    if alone is None or alone.text != fitted.text:
        return _doubt_change(fitted, plain.text if alone is None else alone.text)
    if alone.text != plain.text:
        return _doubt_change(fitted, plain.text)
    return replace(alone, alternatives=_keep_fitting(pattern, alone.alternatives))


def _read(findings: Findings, lines: Sequence[LineTexts], scale: LineScale) -> Reading | None:
    findings = replace(findings, texts=tuple(lines))
    return read_lines(findings, choose_texts(findings, scale.weights), scale)


def _add_fitting(line: LineTexts, pattern: Automaton) -> LineTexts:
    """Add to the likely texts of a line those that fit."""
    room = min(map(len, line.columns))
    fitting = dict.fromkeys(
        spell(text.labels) for columns in line.columns for text in find_fitting_texts(columns, pattern)
    )
    more = [text for text in fitting if text not in line.texts and len(text) <= room]
    if not more:
        return line
    return replace(line, texts=(*line.texts, *more), scores=np.vstack([line.scores, score_texts(line, more)]))


def _weigh(line: LineTexts, pattern: Automaton, weights: Weights, exponent: float = 1.0) -> LineTexts:
    """Make the texts of a line that do not fit as improbable as they are beforehand, raised to an exponent."""
    fits = [_fits(pattern, text) for text in line.texts]
    if not any(fits):
        return line
    best = line.texts[int(np.where(fits, weigh_texts(line, weights), -np.inf).argmax())]
    rarity = max(pattern.rarity(len(best.replace(SIGN, ""))), MIN_RARITY)
    unfitting = exponent * math.log(rarity * (1 - LISTED_PROBABILITY) / LISTED_PROBABILITY)
    # a pattern says nothing of whether there is a number at all
    priors = (0.0 if fit or not has_digits(text) else unfitting for text, fit in zip(line.texts, fits, strict=True))
    return replace(line, priors=tuple(priors))


def _follow_digits(plain: Reading, pattern: Automaton) -> Reading:
    """Let a reading of single digits follow a pattern; what it changes is never sure, nothing else speaks for it."""
    if _fits(pattern, plain.text):
        return replace(plain, alternatives=_keep_fitting(pattern, plain.alternatives))
    fitting = find_fitting_digits([digit.probabilities for digit in plain.digits], pattern)
    if not fitting or "\n" in plain.text:
        return _doubt(plain)
    all_fitting = sum(probability for _, probability in fitting)
    rarity = max(pattern.rarity(len(plain.digits)), MIN_RARITY) * (1 - LISTED_PROBABILITY) / LISTED_PROBABILITY
    everything = all_fitting + max(1 - all_fitting, 0.0) * rarity
    written = math.prod(float(digit.probabilities[digit.digit]) for digit in plain.digits)
    text, probability = fitting[0]
    if probability < written * rarity:
        return _doubt(plain)
    confidence = min(probability / everything, plain.confidence)
    digits = tuple(
        replace(digit, digit=int(label), probability=float(digit.probabilities[int(label)]), status=UNSURE)
        for digit, label in zip(plain.digits, text, strict=True)
    )
    named = [(other, min(sure / everything, confidence)) for other, sure in fitting[1:MAX_ALTERNATIVES]]
    fitted = replace(
        plain, text=text, confidence=confidence, digits_confidence=confidence, digits=digits,
        alternatives=((text, confidence), *named),
    )  # fmt: skip
    return _doubt_change(fitted, plain.text)


def _fits(pattern: Automaton, text: str) -> bool:
    return has_digits(text) and pattern.accepts(text)


def _keep_fitting(pattern: Automaton, texts: tuple[tuple[str, float], ...]) -> tuple[tuple[str, float], ...]:
    return tuple((text, probability) for text, probability in texts if _fits(pattern, text))


def _doubt_change(reading: Reading, other: str) -> Reading:
    """Return a reading whose text was another one without the pattern."""
    advice = "reading.pattern.changed", {"text": reading.text, "other": other.replace("\n", " / ")}
    return replace(reading, status=UNSURE, digits_status=UNSURE, advice=advice)


def _doubt(reading: Reading) -> Reading:
    """Return a reading whose text does not fit."""
    advice = "reading.pattern.none", {"text": reading.text.replace("\n", " / ")}
    return replace(reading, status=UNSURE, digits_status=UNSURE, advice=advice)

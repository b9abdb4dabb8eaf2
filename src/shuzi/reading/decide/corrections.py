"""Corrected digits of one person reach the texts of a line, which the line recogniser would decide alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from shuzi.models.tasks import DIGITS
from shuzi.reading.decide.outcome import choose_text, weigh_texts
from shuzi.reading.recognise.ctc import score_texts
from shuzi.reading.recognise.hand import CorrectedClassifier, Correction
from shuzi.reading.values import Adjustment, Findings, LineTexts, Weights


def correct(seen: Findings, classifier: CorrectedClassifier, weights: Weights) -> Findings:
    """Let corrected digits speak about the lines of a page."""
    return replace(seen, texts=tuple(_correct_line(line, seen, classifier, weights) for line in seen.texts))


def _correct_line(line: LineTexts, seen: Findings, classifier: CorrectedClassifier, weights: Weights) -> LineTexts:
    """Add the texts that corrected digits speak for, and raise their probabilities as much as these say."""
    best = choose_text(line, weights, seen.ink)
    text = best.texts[0]
    positions = [position for position, character in enumerate(text) if character in DIGITS]
    if not positions:
        return line
    images = np.stack([best.characters[position].image for position in positions])
    of_digits = classifier.corrections(images, [int(text[position]) for position in positions])
    corrections = [
        (index, position, correction)
        for index, (position, correction) in enumerate(zip(positions, of_digits, strict=True))
        if correction
    ]
    if not corrections:
        return line
    singly = [_correct_text(text, [(position, correction)]) for _, position, correction in corrections]
    totals = weigh_texts(line, weights, [text, *singly])
    adjustments = []
    for (index, _, correction), total in zip(corrections, (totals[1:] - totals[0]).tolist(), strict=True):
        # between what the line says and what the corrected digit says
        logit = max(correction.alike * (correction.logit - total), 0.0)
        adjustments.append(Adjustment(index, correction.digit, logit))
    likely = _correct_text(
        text, [(position, correction) for _, position, correction in corrections if correction.logit > 0]
    )
    more = [new for new in dict.fromkeys([*singly, likely]) if new not in line.texts]
    if more:
        scores = np.concatenate([line.scores, score_texts(line, more)])
        line = replace(line, texts=(*line.texts, *more), scores=scores)
    return replace(line, adjustments=tuple(adjustments), adjusted_length=len(positions))


def _correct_text(text: str, corrections: Iterable[tuple[int, Correction]]) -> str:
    """Return a text with its digits at some positions corrected."""
    characters = list(text)
    for position, correction in corrections:
        characters[position] = str(correction.digit)
    return "".join(characters)

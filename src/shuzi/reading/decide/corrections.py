"""Corrected digits of one person reach the texts of a line, which the line recogniser would decide alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from shuzi.models.tasks import DIGITS
from shuzi.reading.decide.outcome import outcome
from shuzi.reading.find.candidates import Candidates
from shuzi.reading.recognise.hand import Correction, Hand
from shuzi.reading.recognise.search import LineTexts, Raise, Weights


def correct(seen: Candidates, hand: Hand, weights: Weights) -> Candidates:
    """Let corrected digits speak about the lines of a page.

    Parameters
    ----------
    seen
        What was found, with its lines.
    hand
        Knows the corrected digits.
    weights
        How much each score of a text counts.
    """
    return replace(seen, lines=tuple(_corrected(each, seen, hand, weights) for each in seen.lines))


def _corrected(found: LineTexts, seen: Candidates, hand: Hand, weights: Weights) -> LineTexts:
    """Add the texts that corrected digits speak for, and raise their probabilities as much as these say."""
    best = outcome(found, weights, seen.ink)
    text = best.texts[0]
    places = [place for place, each in enumerate(text) if each in DIGITS]
    if not places:
        return found
    images = np.stack([best.characters[place].image for place in places])
    told = hand.corrections(images, [int(text[place]) for place in places])
    corrections = [
        (number, place, each) for number, (place, each) in enumerate(zip(places, told, strict=True)) if each
    ]
    if not corrections:
        return found
    singly = [_with(text, [(place, each)]) for _, place, each in corrections]
    changes = found.totals(weights, [text, *singly])
    raises = []
    for (number, _, each), total in zip(corrections, (changes[1:] - changes[0]).tolist(), strict=True):
        # between what the line says and what the corrected digit says
        raises.append(Raise(number, each.digit, max(each.alike * (each.logit - total), 0.0)))
    together = _with(text, [(place, each) for _, place, each in corrections if each.logit > 0])
    more = [each for each in dict.fromkeys([*singly, together]) if each not in found.texts]
    if more:
        scores = np.concatenate([found.scores, found.score(more)])
        found = replace(found, texts=(*found.texts, *more), scores=scores)
    return replace(found, raises=tuple(raises), digits=len(places))


def _with(text: str, corrections: list[tuple[int, Correction]]) -> str:
    characters = list(text)
    for place, each in corrections:
        characters[place] = str(each.digit)
    return "".join(characters)

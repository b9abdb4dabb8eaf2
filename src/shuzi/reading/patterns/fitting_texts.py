"""Finds the most probable texts that fit a pattern: the search itself follows it, nothing is filtered afterwards."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from functools import cache, lru_cache
from itertools import accumulate
from operator import or_

import numpy as np
from numpy.typing import NDArray

from shuzi.reading.patterns.automaton import START, Automaton
from shuzi.reading.recognise.ctc import Text, add_logs
from shuzi.reading.recognise.recognise_thresholds import (
    FITTING_BEAM_WIDTH,
    LEAST_CLASS_PROBABILITY,
    LOG_OF_ZERO,
    MOST_FITTING_PREFIXES,
    TEXTS_OF_A_STRIP,
)

Labels = tuple[int, ...]


def find_fitting_texts(
    log_probabilities: NDArray[np.float32],
    automaton: Automaton,
    most: int = TEXTS_OF_A_STRIP,
    width: int = FITTING_BEAM_WIDTH,
    least: float = LEAST_CLASS_PROBABILITY,
) -> list[Text]:
    """Find the most probable texts that fit a pattern by prefix beam search, the best one first.

    A prefix is kept only while the columns that are left suffice to end it as the pattern asks. Beside the best
    prefixes, the best one for each state of the automaton is kept: what fits in the end may look worse on the way.

    Parameters
    ----------
    log_probabilities, most, width, least
        As for `ctc.find_best_texts`.
    automaton
        The pattern's.

    Examples
    --------
    >>> from shuzi.reading.patterns.automaton import Part, join_sequence
    >>> two_characters = Automaton.of(join_sequence([Part.of(0b11)] * 2))
    >>> columns = np.log(np.array([[0.6, 0.1, 0.3], [0.2, 0.1, 0.7], [0.1, 0.8, 0.1]], np.float32))
    >>> best = find_fitting_texts(columns, two_characters, most=2)
    >>> [(text.labels, round(float(np.exp(text.log_probability)), 3)) for text in best]
    [((0, 1), 0.534), ((1, 1), 0.056)]
    """
    count, blank, seldom = len(log_probabilities), log_probabilities.shape[1] - 1, math.log(least)
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
    return sorted(texts, key=lambda text: -text.log_probability)[:most]


@lru_cache(maxsize=16)
def _find_within(automaton: Automaton, most: int) -> list[int]:
    """Return, for 0 to `most` characters, the positions after which at most so many more can end a text."""
    return [*accumulate(automaton.endings(most), or_)]


def _keep(
    longer: dict[Labels, list[float]], states: dict[Labels, int], width: int
) -> dict[Labels, tuple[float, float]]:
    """Return the best prefixes, and the best one for each state."""
    kept: dict[Labels, tuple[float, float]] = {}
    reached: set[int] = set()
    for position, (text, (with_blank, without)) in enumerate(
        sorted(longer.items(), key=lambda prefix: -add_logs(*prefix[1]))
    ):
        if position < width or (states[text] not in reached and len(kept) < MOST_FITTING_PREFIXES):
            kept[text] = with_blank, without
        reached.add(states[text])
    return kept


def find_fitting_digits(
    probabilities: Sequence[NDArray[np.float32]], automaton: Automaton
) -> list[tuple[str, float]]:
    """Find the most probable texts of so many digits that fit a pattern, the best one first.

    Parameters
    ----------
    probabilities
        Of each digit, in order: float32 (10,).
    automaton
        The pattern's.

    Returns
    -------
    Texts and their probabilities, the products of those of their digits.
    """
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
        beams = dict(sorted(fitting, key=lambda item: -item[1][0])[:MOST_FITTING_PREFIXES])
    return [(text, probability) for text, (probability, _) in beams.items()]

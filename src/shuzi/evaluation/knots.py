"""Measure the accuracy at each level of a confidence curve."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from shuzi.reading.decide.candidate_confidence import logit
from shuzi.reading.decide.decide_thresholds import KNOTS
from shuzi.reading.recognise.hand import sigmoid_of_each

_RARE = 1e-9
_BESIDE = 1.0  # knots: up to this distance a text contributes to a knot
_DOUBT = 5.0  # texts: the curve weighs as much as this many observations


def measured(probabilities: Iterable[float], right: Sequence[bool]) -> tuple[float, ...]:
    """Return the fraction of correct texts at each of `KNOTS`, from the probabilities that the curves predicted.

    >>> found = measured([0.5] * 1_000, [True, True, True, False] * 250)
    >>> round(found[KNOTS.index(0.0)], 2)
    0.75
    """
    logits = np.clip([logit(each) for each in probabilities], KNOTS[0], KNOTS[-1])
    knots = np.array(KNOTS)
    near = np.clip(1 - np.abs(logits - knots[:, None]) / _BESIDE, 0, 1)
    # the error of the curves changes slowly, so it is averaged instead of the accuracy itself
    off = near @ (np.array(right, np.float64) - sigmoid_of_each(logits)) / (near.sum(axis=1) + _DOUBT)
    return tuple(np.maximum.accumulate(np.clip(sigmoid_of_each(knots) + off, _RARE, 1 - _RARE)).tolist())

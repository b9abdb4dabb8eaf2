"""The accuracies of several seeds become a mean with its 95 % confidence interval."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

_LEVEL = 0.95
_HALVINGS = 100  # of the interval in which the quantile lies: more than a float can resolve


@dataclass(frozen=True)
class Summary:
    """A sample of accuracies in numbers.

    Parameters
    ----------
    n
        The number of accuracies.
    mean
        Their mean.
    deviation
        Their standard deviation, with n - 1 in the denominator; None for a single one.
    interval
        Student's 95 % confidence interval of the mean over seeds, within 0 and 1; None for a single one.
    """

    n: int
    mean: float
    deviation: float | None
    interval: tuple[float, float] | None


def summary(accuracies: Sequence[float]) -> Summary:
    """Summarise at least one accuracy.

    >>> found = summary([0.91, 0.92, 0.93])
    >>> round(found.mean, 4), round(found.deviation, 4), [round(end, 4) for end in found.interval]
    (0.92, 0.01, [0.8952, 0.9448])
    """
    n, mean = len(accuracies), statistics.fmean(accuracies)
    if n == 1:
        return Summary(n, mean, None, None)
    deviation = statistics.stdev(accuracies)
    half = quantile(n - 1) * deviation / math.sqrt(n)
    return Summary(n, mean, deviation, (max(0.0, mean - half), min(1.0, mean + half)))


def quantile(freedom: int) -> float:
    """Return the 97.5 % quantile of Student's t with so many degrees of freedom: 95 % of values lie within it of 0.

    >>> round(quantile(1), 3), round(quantile(9), 3), round(quantile(499), 3)
    (12.706, 2.262, 1.965)
    """
    low, high = 0.0, 100.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if _within(middle, freedom) < _LEVEL else (low, middle)
    return high


def _within(distance: float, freedom: int) -> float:
    """Return the probability that Student's t lies within a distance from 0 (Abramowitz and Stegun, 26.7.3-4)."""
    angle = math.atan2(distance, math.sqrt(freedom))
    cosine = math.cos(angle)
    odd = freedom % 2
    term = cosine if odd else 1.0
    total = 0.0
    for power in range(2 + odd, freedom + 1, 2):
        total += term
        term *= cosine**2 * (power - 1) / power
    total *= math.sin(angle)
    return 2 / math.pi * (angle + total) if odd else total

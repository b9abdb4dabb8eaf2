"""Probabilities and labels become measures of how well a model's confidence can be trusted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shuzi.concepts import negative_log_likelihood

BINS = 15
SURE = 0.99


@dataclass(frozen=True)
class Bin:
    """Answers of similar confidence: how many, their mean confidence, their accuracy."""

    n: int
    confidence: float
    accuracy: float


@dataclass(frozen=True)
class Calibration:
    """How well a model's confidence matches its accuracy.

    Parameters
    ----------
    negative_log_likelihood
        The mean of -log(probability of the correct digit).
    expected_error
        ECE: the gap between confidence and accuracy, averaged over 15 bins of equal width (Guo et al., 2017).
    sure_mistakes
        Mistakes with a confidence of 0.99 or more.
    bins
        The non-empty ones of the 15 bins, least confident first.
    coverage
        Pairs (fraction of images answered, accuracy on those) if only the most confident are answered.
    """

    negative_log_likelihood: float
    expected_error: float
    sure_mistakes: int
    bins: tuple[Bin, ...]
    coverage: tuple[tuple[float, float], ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the numbers as JSON values."""
        return {
            "nll": self.negative_log_likelihood,
            "ece": self.expected_error,
            "mistakes_at_0.99": self.sure_mistakes,
            "coverage": [list(pair) for pair in self.coverage],
        }


FRACTIONS = (0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 1.0)


def calibration(probabilities: NDArray[np.float32], labels: NDArray[np.uint8]) -> Calibration:
    """Compare the confidence of probabilities (n, 10) with the labels (n,).

    Examples
    --------
    >>> half_sure = np.tile([0.5, 0.5], (100, 1))
    >>> judged = calibration(half_sure, np.array([0, 1] * 50, np.uint8))
    >>> round(judged.expected_error, 3), judged.sure_mistakes
    (0.0, 0)
    """
    confidence = probabilities.max(axis=1).astype(np.float64)
    right = (probabilities.argmax(axis=1) == labels).astype(np.float64)
    surest_first = np.argsort(-confidence, kind="stable")
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    groups = [bins == index for index in np.unique(bins)]
    bins = tuple(Bin(int(group.sum()), confidence[group].mean(), right[group].mean()) for group in groups)
    expected = sum(each.n * abs(each.confidence - each.accuracy) for each in bins) / len(labels)
    answered = [max(1, round(fraction * len(labels))) for fraction in FRACTIONS]
    return Calibration(
        negative_log_likelihood=negative_log_likelihood(probabilities, labels),
        expected_error=float(expected),
        sure_mistakes=int(np.sum((confidence >= SURE) & (right == 0))),
        bins=bins,
        coverage=tuple(
            (fraction, float(right[surest_first[:n]].mean())) for fraction, n in zip(FRACTIONS, answered, strict=True)
        ),
    )

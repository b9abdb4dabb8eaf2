"""Probabilities and labels become accuracy, confusion matrix, mistakes, and how far the confidence can be trusted."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shuzi.concepts import negative_log_likelihood
from shuzi.models.card import Score

DISPUTED = (947, 1621, 1901, 2130, 2462, 2597, 2654, 3520, 3558, 5937, 6651, 6783, 8527, 9679, 9729)
"""Test images whose labels most people reject. Headline figures include them; a second score leaves them out."""


@dataclass(frozen=True)
class Mistake:
    """A misread image: its position in the dataset, its label, the answer and the answer's probability."""

    index: int
    label: int
    answer: int
    probability: float


@dataclass(frozen=True)
class Evaluation:
    """A model's results on a labelled dataset."""

    score: Score
    confusion: NDArray[np.int64]  # (10, 10): how many images with the row's label were read as the column's digit
    mistakes: tuple[Mistake, ...]  # all, most confident first

    @property
    def precision(self) -> list[float | None]:
        """For each digit, the fraction of the images read as it that show it; None if none were."""
        return _shares(self.confusion.diagonal(), self.confusion.sum(axis=0))

    @property
    def recall(self) -> list[float | None]:
        """For each digit, the fraction of its images that were read as it; None if there are none."""
        return _shares(self.confusion.diagonal(), self.confusion.sum(axis=1))

    def without(self, left_out: Collection[int]) -> Score:
        """Return the score without some images, given by position."""
        wrong = sum(mistake.index not in left_out for mistake in self.mistakes)
        n = self.score.n - len(left_out)
        return Score(n - wrong, n)

    def as_dict(self, max_mistakes: int = 20) -> dict[str, Any]:
        """Return everything as JSON values, with the most confident mistakes."""
        return self.score.as_dict() | {
            "precision": self.precision,
            "recall": self.recall,
            "confusion": self.confusion.tolist(),
            "mistakes": [dict(vars(mistake)) for mistake in self.mistakes[:max_mistakes]],
        }


def evaluate(probabilities: NDArray[np.float32], labels: NDArray[np.uint8]) -> Evaluation:
    """Compare a model's probabilities (n, 10) with the labels (n,)."""
    answers = probabilities.argmax(axis=1)
    confusion = np.zeros((10, 10), np.int64)
    np.add.at(confusion, (labels, answers), 1)
    wrong = np.flatnonzero(answers != labels)
    surest = wrong[np.argsort(-probabilities[wrong, answers[wrong]], kind="stable")]
    mistakes = tuple(
        Mistake(int(i), int(labels[i]), int(answers[i]), float(probabilities[i, answers[i]])) for i in surest
    )
    return Evaluation(Score(len(labels) - len(wrong), len(labels)), confusion, mistakes)


def _shares(part: NDArray[np.int64], whole: NDArray[np.int64]) -> list[float | None]:
    return [int(p) / int(w) if w else None for p, w in zip(part, whole, strict=True)]


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
    """How well a model's confidence matches its accuracy."""

    negative_log_likelihood: float  # mean of -log(probability of the correct digit)
    expected_error: float  # ECE: the mean gap between confidence and accuracy over 15 bins (Guo et al., 2017)
    sure_mistakes: int  # with a confidence of 0.99 or more
    bins: tuple[Bin, ...]  # the non-empty ones, least confident first
    coverage: tuple[tuple[float, float], ...]  # (fraction answered, accuracy on those) if only the surest are

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
    """Compare the confidence of probabilities (n, 10) with the labels (n,)."""
    confidence = probabilities.max(axis=1).astype(np.float64)
    right = (probabilities.argmax(axis=1) == labels).astype(np.float64)
    surest_first = np.argsort(-confidence, kind="stable")
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    groups = [bins == index for index in np.unique(bins)]
    bins = tuple(Bin(int(group.sum()), confidence[group].mean(), right[group].mean()) for group in groups)
    expected = sum(group.n * abs(group.confidence - group.accuracy) for group in bins) / len(labels)
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

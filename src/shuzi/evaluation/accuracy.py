"""Probabilities and labels become an evaluation: accuracy, confusion matrix, mistakes."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

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
    """A model's results on a labelled dataset.

    Parameters
    ----------
    score
        Correct answers out of n.
    confusion
        int64 (10, 10): how many images with the row's label were read as the column's digit.
    mistakes
        All mistakes, most confident first.
    """

    score: Score
    confusion: NDArray[np.int64]
    mistakes: tuple[Mistake, ...]

    @property
    def precision(self) -> list[float | None]:
        """For each digit, the fraction of the images read as it that show it; None if none were."""
        return _shares(self.confusion.diagonal(), self.confusion.sum(axis=0))

    @property
    def recall(self) -> list[float | None]:
        """For each digit, the fraction of its images that were read as it; None if there are none."""
        return _shares(self.confusion.diagonal(), self.confusion.sum(axis=1))

    def without(self, left_out: Collection[int]) -> Score:
        """Return the score without some images, given by position.

        >>> evaluate(np.eye(10, dtype=np.float32)[[7, 2]], np.array([7, 3], np.uint8)).without([1])
        Score(correct=1, n=1)
        """
        wrong = sum(mistake.index not in left_out for mistake in self.mistakes)
        n = self.score.n - len(left_out)
        return Score(n - wrong, n)

    def as_dict(self, most_mistakes: int = 20) -> dict[str, Any]:
        """Return everything as JSON values, with the most confident mistakes."""
        return self.score.as_dict() | {
            "precision": self.precision,
            "recall": self.recall,
            "confusion": self.confusion.tolist(),
            "mistakes": [dict(vars(each)) for each in self.mistakes[:most_mistakes]],
        }


def evaluate(probabilities: NDArray[np.float32], labels: NDArray[np.uint8]) -> Evaluation:
    """Compare a model's probabilities (n, 10) with the labels (n,).

    Examples
    --------
    >>> probabilities = np.eye(10, dtype=np.float32)[[7, 2, 1]]
    >>> found = evaluate(probabilities, np.array([7, 2, 4], np.uint8))
    >>> found.score.correct, found.mistakes
    (2, (Mistake(index=2, label=4, answer=1, probability=1.0),))
    """
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

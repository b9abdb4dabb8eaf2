"""A count of correct answers becomes an accuracy with a confidence interval."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from shuzi.declared import Fraction, Whole, expected

Z = 1.959963984540054  # 95 % of a normal distribution lie within this many standard deviations


class Measured(TypedDict):
    """An accuracy over n examples and its 95 % interval, as JSON."""

    accuracy: Fraction
    n: Whole
    interval: Annotated[list[Fraction], Field(min_length=2, max_length=2), expected("expected.interval")]


@dataclass(frozen=True)
class Score:
    """`correct` answers out of `n`.

    Examples
    --------
    >>> score = Score(correct=9131, n=10_000)
    >>> score.accuracy, [round(end, 4) for end in score.interval]
    (0.9131, [0.9074, 0.9185])
    """

    correct: int
    n: int

    @property
    def accuracy(self) -> float:
        """The fraction of correct answers, 0 to 1."""
        return self.correct / self.n

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval by Wilson (1927), which stays valid near 0 and 1."""
        accuracy, spread = self.accuracy, Z**2 / self.n
        middle = (accuracy + spread / 2) / (1 + spread)
        half = math.sqrt(accuracy * (1 - accuracy) * spread + spread**2 / 4) / (1 + spread)
        # near 0 and 1, rounding would put the accuracy itself outside
        return min(accuracy, max(0.0, middle - half)), max(accuracy, min(1.0, middle + half))

    def as_dict(self) -> Measured:
        """Return accuracy, n and interval as JSON values."""
        return {"accuracy": self.accuracy, "n": self.n, "interval": list(self.interval)}

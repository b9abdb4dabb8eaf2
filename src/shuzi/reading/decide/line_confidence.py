"""The scores of lines become confidence: the measured probability that the whole text of a page is correct."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from shuzi.reading.decide.candidate_confidence import logit, name_knots, sigmoid
from shuzi.reading.decide.decide_thresholds import (
    KNOTS,
    LINE_CURVE,
    LINE_OK,
    LINE_OTHERS,
    LINE_WAY,
    LINE_WEIGHT,
    UNFITTED,
)
from shuzi.reading.values import Weights


class Evidence(NamedTuple):
    """The evidence about a page that was read line by line.

    Parameters
    ----------
    raw
        The logit of the product of its lines' probabilities.
    uncovered
        The fraction of the ink outside the candidates.
    missed
        The score of the best rejected candidate.
    at_edge
        1 if a digit touches the picture's edge.
    differs
        1 if the digits are not those of the candidates.
    unknown
        1 if there is unknown ink as large as a digit.
    lines
        The number of lines beyond the first.
    """

    raw: float
    uncovered: float
    missed: float
    at_edge: float
    differs: float
    unknown: float
    lines: float


class Curve(NamedTuple):
    """Coefficients of the logit that a text is right, for each of `Evidence` and a constant."""

    raw: float = 1.0
    uncovered: float = 0.0
    missed: float = 0.0
    at_edge: float = 0.0
    differs: float = 0.0
    unknown: float = 0.0
    lines: float = 0.0
    constant: float = 0.0

    def of(self, evidence: Evidence) -> float:
        """Return the probability that the text is right, before it was measured."""
        return sigmoid(sum(weight * value for weight, value in zip(self, (*evidence, 1.0), strict=True)))


EVIDENCE = Evidence._fields
"""The names of the evidence."""
PLAIN_CURVE = Curve()
"""The coefficients used if nothing was fitted."""


@dataclass(frozen=True)
class LineScale:
    """Calibrates what was read line by line.

    Parameters
    ----------
    weights
        How much each score of a text counts.
    curve, measured
        From the evidence to a probability, and the fraction of right texts at each of its `KNOTS`; empty if unknown.
    ok
        The confidence from which a text is "ok".
    others
        The probability that one of the other likely texts is right if the best one is not.

    Examples
    --------
    >>> scale = LineScale.of({"line-weight-same": 0.5})
    >>> scale.weights.same, scale.calibrated, round(scale.confidence(Evidence(2.0, 0, 0, 0, 0, 0, 0)), 2)
    (0.5, False, 0.88)
    """

    weights: Weights = field(default_factory=Weights)
    curve: Curve = field(default_factory=Curve)
    measured: tuple[float, ...] = ()
    ok: float = UNFITTED["line_ok"]
    others: float = UNFITTED["line_others"]

    @staticmethod
    def of(numbers: Mapping[str, float]) -> LineScale:
        """Take the numbers of a card's calibration; what is missing stays as it is."""
        weights = {name: numbers[LINE_WEIGHT + name] for name in Weights._fields if LINE_WEIGHT + name in numbers}
        curve = {name: numbers[LINE_CURVE + name] for name in Curve._fields if LINE_CURVE + name in numbers}
        measured = [numbers[name] for name in name_knots(LINE_WAY) if name in numbers]
        return LineScale(
            Weights(**weights),
            Curve(**curve),
            tuple(measured) if len(measured) == len(KNOTS) else (),
            numbers.get(LINE_OK, UNFITTED["line_ok"]),
            numbers.get(LINE_OTHERS, UNFITTED["line_others"]),
        )

    @property
    def calibrated(self) -> bool:
        """Whether confidence was fitted."""
        return bool(self.measured)

    def confidence(self, evidence: Evidence) -> float:
        """Return the probability that a text is right."""
        curved = self.curve.of(evidence)
        return float(np.interp(logit(curved), KNOTS, self.measured)) if self.measured else curved

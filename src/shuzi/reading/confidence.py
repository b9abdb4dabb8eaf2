"""Evidence becomes confidence: in candidates and their texts, and in the texts of lines."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from shuzi.models.card import DIGIT_FROM, UNSURE_BELOW
from shuzi.reading.thresholds import (
    AT_KNOT,
    CLIPPED_PROBABILITY,
    DETECTED_WAY,
    KNOTS,
    LINE_CURVE,
    LINE_OK,
    LINE_OTHERS,
    LINE_WAY,
    LINE_WEIGHT,
    REALLY_BLANK,
    SIMPLE_WAY,
    STEEPEST_LOGIT,
    TEXT_OK,
    UNFITTED,
)
from shuzi.reading.values import Candidate, Findings, Weights


class Curves(NamedTuple):
    """Coefficients that calibrate confidence for pictures read in one way."""

    # slopes of the logit of "this digit is correct" in the logits of: the probability of the named digit, given
    # that it is one; the probability that it is one; and, if the detector was used, its score
    named: float = 1.0
    is_digit: float = 1.0
    found: float = 1.0
    shift: float = 0.0  # the intercept of that logit
    # the logit of "nothing is wrong apart from the digits" if nothing indicates otherwise
    whole: float = STEEPEST_LOGIT
    # how much that logit falls with the fraction of ink outside all digits, with the score of the best rejected
    # candidate, and if a digit touches the picture's edge
    uncovered: float = 0.0
    missed: float = 0.0
    at_edge: float = 0.0

    def of_digit(self, candidate: Candidate) -> float:
        """Return the probability that a digit is correct."""
        named, is_digit, detected = signs_of_digit(candidate)
        return sigmoid(self.named * named + self.is_digit * is_digit + self.found * detected + self.shift)

    def of_text(self, seen: Findings) -> float:
        """Return the probability that all digits are correct and nothing else is wrong, assuming independence."""
        uncovered, missed, at_edge = signs_of_text(seen)
        whole = self.whole - self.uncovered * uncovered - self.missed * missed - self.at_edge * at_edge
        return math.prod(map(self.of_digit, seen.candidates)) * sigmoid(whole)


CURVES = Curves._fields
"""The names of the coefficients."""


def signs_of_digit(candidate: Candidate) -> tuple[float, float, float]:
    """Return the evidence for a digit as logits: which one, that it is one, the detector's score (0 if unused)."""
    return (
        logit(float(candidate.probabilities.max())),
        logit(candidate.is_digit),
        0.0 if candidate.detector_score == 1 else logit(candidate.detector_score),
    )


def signs_of_text(seen: Findings) -> tuple[float, float, float]:
    """Return the evidence against a text: ink outside it, the best rejected candidate, a digit at the edge."""
    return seen.uncovered, seen.missed, float(any(seen.at_edge(candidate.box) for candidate in seen.candidates))


@dataclass(frozen=True)
class Way:
    """Calibrated confidence for pictures read in one way."""

    curves: Curves | None = None  # give the probabilities of digits and texts; None uses the networks' own
    # the fraction of correct texts at each knot of the curves' output; empty if not measured
    measured: tuple[float, ...] = ()

    def of_digit(self, candidate: Candidate) -> float:
        """Return the probability that a digit is correct."""
        return self.curves.of_digit(candidate) if self.curves else candidate.score

    def of_text(self, seen: Findings) -> float:
        """Return the probability that all digits are correct and nothing else is wrong."""
        if self.curves is None:
            return math.prod(candidate.score for candidate in seen.candidates)
        raw = self.curves.of_text(seen)
        return float(np.interp(logit(raw), KNOTS, self.measured)) if self.measured else raw


@dataclass(frozen=True)
class Scale:
    """Turns raw confidence into calibrated confidence, with the thresholds it must reach.

    >>> scale = Scale.of({"text-ok": 0.8})
    >>> scale.way(simple=True).curves is None, scale.ok, scale.digit, scale.blank
    (True, 0.8, 0.5, 1.0)
    """

    # for simple ink, and for pictures read with the detector
    simple: Way
    detected: Way
    ok: float  # the confidence from which a text is `ok`
    digit: float  # the probability from which something is a digit at all
    blank: float = 1.0  # the probability that a picture in which nothing was found really holds no digit

    @staticmethod
    def of(thresholds: Mapping[str, float]) -> Scale:
        """Build it from a card's thresholds and calibration; without them, confidence is the networks' own."""
        return Scale(
            simple=_way(thresholds, SIMPLE_WAY),
            detected=_way(thresholds, DETECTED_WAY),
            ok=thresholds.get(TEXT_OK, thresholds.get(UNSURE_BELOW, UNFITTED["text_ok"])),
            digit=thresholds.get(DIGIT_FROM, UNFITTED["digit"]),
            blank=thresholds.get(REALLY_BLANK, UNFITTED["blank"]),
        )

    @property
    def calibrated(self) -> bool:
        """Whether confidence was fitted for both ways of reading."""
        return self.simple.curves is not None and self.detected.curves is not None

    def way(self, simple: bool) -> Way:
        """Return the calibration for simple ink, or for pictures read with the detector."""
        return self.simple if simple else self.detected


def name_knots(way: str) -> list[str]:
    """Return the names under which a card stores the accuracy at each knot, such as `found-right-0`."""
    return [f"{way}{AT_KNOT}{knot}" for knot in range(len(KNOTS))]


def logit(probability: float) -> float:
    """Return the logit of a probability, clipped away from 0 and 1.

    >>> logit(0.5), round(logit(1.0), 2)
    (0.0, 9.21)
    """
    clipped = min(max(probability, CLIPPED_PROBABILITY), 1 - CLIPPED_PROBABILITY)
    return math.log(clipped / (1 - clipped))


def sigmoid(score: float) -> float:
    """Return the probability of a logit.

    >>> sigmoid(0.0), round(sigmoid(9.21), 4)
    (0.5, 0.9999)
    """
    return 1 / (1 + math.exp(-min(max(score, -STEEPEST_LOGIT), STEEPEST_LOGIT)))


def _way(thresholds: Mapping[str, float], way: str) -> Way:
    """Return the calibration named `way`; an incomplete one counts as none."""
    curves, measured = [f"{way}-{field}" for field in Curves._fields], name_knots(way)
    if not thresholds.keys() >= {*curves, *measured}:
        return Way()
    return Way(Curves(*(thresholds[name] for name in curves)), tuple(thresholds[name] for name in measured))


class Evidence(NamedTuple):
    """The evidence about a page that was read line by line."""

    raw: float  # the logit of the product of its lines' probabilities
    uncovered: float  # the fraction of the ink outside the candidates
    missed: float  # the score of the best rejected candidate
    at_edge: float  # 1 if a digit touches the picture's edge
    differs: float  # 1 if the digits are not those of the candidates
    unknown: float  # 1 if there is unknown ink as large as a digit
    lines: float  # the number of lines beyond the first


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

    >>> scale = LineScale.of({"line-weight-same": 0.5})
    >>> scale.weights.same, scale.calibrated, round(scale.confidence(Evidence(2.0, 0, 0, 0, 0, 0, 0)), 2)
    (0.5, False, 0.88)
    """

    weights: Weights = field(default_factory=Weights)  # how much each score of a text counts
    # from the evidence to a probability, and the fraction of right texts at each of its `KNOTS`; empty if unknown
    curve: Curve = field(default_factory=Curve)
    measured: tuple[float, ...] = ()
    ok: float = UNFITTED["line_ok"]  # the confidence from which a text is "ok"
    # the probability that one of the other likely texts is right if the best one is not
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

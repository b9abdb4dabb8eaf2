"""Scores of candidates become confidence: the measured probability that all of a text is correct.

A network's own probabilities come from single crops and know nothing of an overlooked digit or of a distractor taken
for one. A curve for each digit (Platt, 1999) and one for the whole picture correct most of that; what these miss,
since mistakes in one picture are correlated, is measured. All is fitted on composed pages and kept in the card.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from shuzi.models.card import DIGIT_FROM, UNSURE_BELOW
from shuzi.reading.decide.decide_thresholds import (
    AT_KNOT,
    CLIPPED_PROBABILITY,
    DETECTED_WAY,
    KNOTS,
    REALLY_BLANK,
    SIMPLE_WAY,
    STEEPEST_LOGIT,
    TEXT_OK,
    UNFITTED,
)
from shuzi.reading.find.candidates import Candidate
from shuzi.reading.values import Findings


class Curves(NamedTuple):
    """Coefficients that calibrate confidence for pictures read in one way.

    Parameters
    ----------
    named, is_digit, found
        Slopes of the logit of "this digit is correct" in the logits of: the probability of the named digit, given
        that it is one; the probability that it is one; and, if the detector was used, its score.
    shift
        The intercept of that logit.
    whole
        The logit of "nothing is wrong apart from the digits" if nothing indicates otherwise.
    uncovered, missed, at_edge
        How much that logit falls with the fraction of ink outside all digits, with the score of the best rejected
        candidate, and if a digit touches the picture's edge.
    """

    named: float = 1.0
    is_digit: float = 1.0
    found: float = 1.0
    shift: float = 0.0
    whole: float = STEEPEST_LOGIT
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
    """Calibrated confidence for pictures read in one way.

    Parameters
    ----------
    curves
        Give the probabilities of digits and texts; None uses the networks' own.
    measured
        The fraction of correct texts at each knot of the curves' output; empty if not measured.
    """

    curves: Curves | None = None
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

    Parameters
    ----------
    simple, detected
        For simple ink, and for pictures read with the detector.
    ok
        The confidence from which a text is `ok`.
    digit
        The probability from which something is a digit at all.
    blank
        The probability that a picture in which nothing was found really holds no digit.

    Examples
    --------
    >>> scale = Scale.of({"text-ok": 0.8})
    >>> scale.way(simple=True).curves is None, scale.ok, scale.digit, scale.blank
    (True, 0.8, 0.5, 1.0)
    """

    simple: Way
    detected: Way
    ok: float
    digit: float
    blank: float = 1.0

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

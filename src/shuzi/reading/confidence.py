"""How sure each look was becomes how sure the whole text is: the chance, as measured, that all of it is right.

What networks say of their sureness was learnt on single cuts. That a digit was overlooked, or a mark taken for one,
is not in it. A curve for each digit (Platt, 1999) and one for the picture as a whole mend most of that. What they
still miss, since mistakes in one picture come together, is measured. All is fitted on composed pages and kept in the
model's card.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from shuzi.reading.candidates import Candidate, Candidates

_STEEPEST = 500.0  # math.exp ends at 709
_NEVER = 1e-4  # what networks say nearer to 0 or 1 than this tells nothing more

KNOTS = (-4.0, -3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0, 4.0, 5.0)
"""The logits of what the curves say at which it is measured how much is right."""


class Curves(NamedTuple):
    """What makes sureness honest, for pictures that were read in one way.

    Parameters
    ----------
    named, is_digit, found
        By how much the logit of a digit's chance to be right rises with the logits of: how sure it is which digit it
        is, if it is one; that it is one; and, where the detector was asked, that one is there.
    shift
        What is added to that logit.
    whole
        The logit of the chance that nothing is amiss beside the digits, when nothing speaks for it.
    uncovered, missed, at_edge
        By how much that falls with the share of the ink that lies outside of all digits, with the worth of the best
        look that was not taken for a digit, and when a digit touches the picture's edge.
    """

    named: float = 1.0
    is_digit: float = 1.0
    found: float = 1.0
    shift: float = 0.0
    whole: float = _STEEPEST
    uncovered: float = 0.0
    missed: float = 0.0
    at_edge: float = 0.0

    def of_digit(self, candidate: Candidate) -> float:
        """Return the chance that a digit is right."""
        named, is_digit, found = signs_of_digit(candidate)
        return _sigmoid(self.named * named + self.is_digit * is_digit + self.found * found + self.shift)

    def of_text(self, seen: Candidates) -> float:
        """Return the chance that all digits are right and nothing is amiss, as if each could go wrong by itself."""
        uncovered, missed, at_edge = signs_of_text(seen)
        whole = self.whole - self.uncovered * uncovered - self.missed * missed - self.at_edge * at_edge
        return math.prod(map(self.of_digit, seen.candidates)) * _sigmoid(whole)


def signs_of_digit(candidate: Candidate) -> tuple[float, float, float]:
    """Return what speaks for a digit, as logits: which it is, that it is one, that one was found (0 if not asked)."""
    return (
        logit(float(candidate.probabilities.max())),
        logit(candidate.is_digit),
        0.0 if candidate.found == 1 else logit(candidate.found),
    )


def signs_of_text(seen: Candidates) -> tuple[float, float, float]:
    """Return what speaks against a text: ink outside of it, what was not taken for a digit, a digit at the edge."""
    return seen.uncovered, seen.missed, float(any(seen.at_edge(candidate) for candidate in seen.candidates))


@dataclass(frozen=True)
class Way:
    """What sureness is worth in pictures that were read in one way.

    Parameters
    ----------
    curves
        What they say of digits and texts; without them it is what the networks say.
    measured
        What share of the texts was right where the curves said a knot's chance; empty where nothing was measured.
    """

    curves: Curves | None = None
    measured: tuple[float, ...] = ()

    def of_digit(self, candidate: Candidate) -> float:
        """Return the chance that a digit is right."""
        return self.curves.of_digit(candidate) if self.curves else candidate.score

    def of_text(self, seen: Candidates) -> float:
        """Return the chance that all digits are right and nothing is amiss beside them."""
        if self.curves is None:
            return math.prod(candidate.score for candidate in seen.candidates)
        said = self.curves.of_text(seen)
        return float(np.interp(logit(said), KNOTS, self.measured)) if self.measured else said


@dataclass(frozen=True)
class Scale:
    """What turns raw confidence into measured confidence, and what it must reach.

    Parameters
    ----------
    simple, found
        Where the ink was simple, and where the detector was asked.
    ok
        The confidence from which on a text is `ok`.
    digit
        The probability from which on something is a digit at all.
    blank
        The chance that a picture in which nothing was seen holds no digit.

    Examples
    --------
    >>> scale = Scale.of({"text-ok": 0.8})
    >>> scale.way(simple=True).curves is None, scale.ok, scale.digit, scale.blank
    (True, 0.8, 0.5, 1.0)
    """

    simple: Way
    found: Way
    ok: float
    digit: float
    blank: float = 1.0

    @staticmethod
    def of(thresholds: Mapping[str, float]) -> Scale:
        """Take the numbers from a card's thresholds; a card without them says what networks say."""
        return Scale(
            simple=_way(thresholds, "simple"),
            found=_way(thresholds, "found"),
            ok=thresholds.get("text-ok", thresholds.get("unsure", 0.9)),
            digit=thresholds.get("not-a-digit", 0.5),
            blank=thresholds.get("blank", 1.0),
        )

    def way(self, simple: bool) -> Way:
        """Return what holds for simple ink, or for what the detector found."""
        return self.simple if simple else self.found


def measured_at(way: str) -> list[str]:
    """Name what a card keeps of the share that was right at each knot.

    >>> measured_at("found")[:2]
    ['found-right-0', 'found-right-1']
    """
    return [f"{way}-right-{number}" for number in range(len(KNOTS))]


def logit(sure: float) -> float:
    """Return the logit of a probability that is kept away from 0 and 1.

    >>> logit(0.5), round(logit(1.0), 2)
    (0.0, 9.21)
    """
    kept = min(max(sure, _NEVER), 1 - _NEVER)
    return math.log(kept / (1 - kept))


def _way(thresholds: Mapping[str, float], way: str) -> Way:
    """Take a way's numbers, which mean something only when they are complete."""
    curves, measured = [f"{way}-{each}" for each in Curves._fields], measured_at(way)
    if not thresholds.keys() >= {*curves, *measured}:
        return Way()
    return Way(Curves(*(thresholds[name] for name in curves)), tuple(thresholds[name] for name in measured))


def _sigmoid(score: float) -> float:
    return 1 / (1 + math.exp(-min(max(score, -_STEEPEST), _STEEPEST)))

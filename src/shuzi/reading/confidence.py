"""How sure each look was becomes how sure the whole text is: the chance, as measured, that all of it is right.

What networks say of their sureness was learnt on single cuts. That a digit was overlooked, or a mark taken for one,
is not in it. A curve for each digit (Platt, 1999) and one for the picture as a whole mend that; both are fitted on
composed pages and kept in the model's card.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

_STEEPEST = 500.0  # math.exp ends at 709
_NEVER = 1e-6  # no look is surer than that it is wrong once in so many


class Curves(NamedTuple):
    """What makes sureness honest, for pictures that were read in one way.

    Parameters
    ----------
    slope, shift
        Of a line through the logit of a digit's sureness; what comes out is the logit of its chance to be right.
    whole
        The logit of the chance that nothing was overlooked or taken for a digit that is none.
    uncovered
        By how much that falls when all ink of the picture lies outside of what was taken for digits.
    """

    slope: float = 1.0
    shift: float = 0.0
    whole: float = _STEEPEST
    uncovered: float = 0.0

    def of_digit(self, sure: float) -> float:
        """Return the chance that a digit is right."""
        return _chance(self.slope * logit(sure) + self.shift)

    def of_text(self, sure: Sequence[float], uncovered: float) -> float:
        """Return the chance that all digits are right and nothing is amiss beside them."""
        return math.prod(map(self.of_digit, sure)) * _chance(self.whole - self.uncovered * uncovered)


@dataclass(frozen=True)
class Scale:
    """What turns raw confidence into measured confidence, and what it must reach.

    Parameters
    ----------
    simple, found
        The curves where the ink was simple, and where the detector was asked.
    ok
        The confidence from which on a text is `ok`.
    digit
        The probability from which on something is a digit at all.

    Examples
    --------
    >>> scale = Scale(simple=Curves(), found=Curves(0.5, 0.0, 3.0, 2.0), ok=0.9, digit=0.5)
    >>> round(scale.simple.of_text([0.9, 0.9], 0.0), 2), round(scale.found.of_text([0.9, 0.9], 0.1), 2)
    (0.81, 0.53)
    """

    simple: Curves
    found: Curves
    ok: float
    digit: float

    @staticmethod
    def of(thresholds: Mapping[str, float]) -> Scale:
        """Take the numbers from a card's thresholds; a card without them says what networks say."""
        simple, found = (
            Curves(**{each: thresholds[f"{way}-{each}"] for each in Curves._fields if f"{way}-{each}" in thresholds})
            for way in ("simple", "found")
        )
        return Scale(
            simple,
            found,
            thresholds.get("text-ok", thresholds.get("unsure", 0.9)),
            thresholds.get("not-a-digit", 0.5),
        )

    def curves(self, simple: bool) -> Curves:
        """Return the curves for simple ink, or for what the detector found."""
        return self.simple if simple else self.found


def logit(sure: float) -> float:
    """Return the logit of a probability that is kept away from 0 and 1.

    >>> logit(0.5), round(logit(1.0), 2)
    (0.0, 13.82)
    """
    kept = min(max(sure, _NEVER), 1 - _NEVER)
    return math.log(kept / (1 - kept))


def _chance(score: float) -> float:
    return 1 / (1 + math.exp(-min(max(score, -_STEEPEST), _STEEPEST)))

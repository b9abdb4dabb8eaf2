"""How sure each look was becomes how sure the whole text is: the chance, as measured, that all of it is right.

What networks say of their sureness was learnt on single cuts. That a digit was overlooked, or a mark taken for one,
is not in it. Two lines, fitted on composed pages and kept in the model's card, mend that (Platt, 1999).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_STEEPEST = 500.0  # math.exp ends at 709
_NEVER = 1e-6  # no look is surer than that it is wrong once in so many


@dataclass(frozen=True)
class Scale:
    """What turns raw confidence into measured confidence, and what it must reach.

    Parameters
    ----------
    simple, found
        The slope and the shift of a line, for the logit: where the ink was simple, and where the detector was asked.
    ok
        The confidence from which on a text is `ok`.
    digit
        The probability from which on something is a digit at all.

    Examples
    --------
    >>> scale = Scale(simple=(1.0, 0.0), found=(0.5, -1.0), ok=0.9, digit=0.5)
    >>> round(scale.confidence([0.9, 0.9], simple=True), 2), round(scale.confidence([0.9, 0.9], simple=False), 2)
    (0.81, 0.43)
    """

    simple: tuple[float, float]
    found: tuple[float, float]
    ok: float
    digit: float

    @staticmethod
    def of(thresholds: Mapping[str, float]) -> Scale:
        """Take the numbers from a card's thresholds; a card without them says what networks say."""
        return Scale(
            (thresholds.get("simple-slope", 1.0), thresholds.get("simple-shift", 0.0)),
            (thresholds.get("found-slope", 1.0), thresholds.get("found-shift", 0.0)),
            thresholds.get("text-ok", thresholds.get("unsure", 0.9)),
            thresholds.get("not-a-digit", 0.5),
        )

    def confidence(self, sure: Sequence[float], simple: bool) -> float:
        """Return the chance that all digits of a text are right, from how sure each look was."""
        slope, shift = self.simple if simple else self.found
        return 1 / (1 + math.exp(-min(max(slope * raw_logit(sure) + shift, -_STEEPEST), _STEEPEST)))


def raw_logit(sure: Sequence[float]) -> float:
    """Return the logit of the chance that all are right, if each were right by itself.

    >>> raw_logit([0.5])
    0.0
    """
    raw = min(max(math.prod(sure), _NEVER), 1 - _NEVER)
    return math.log(raw / (1 - raw))

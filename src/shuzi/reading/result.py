"""What a reader found becomes a reading that people and programs can use: sentences, JSON."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shuzi.ink.boxes import Box
from shuzi.messages import say

OK, BLANK, NOT_A_DIGIT, UNSURE = "ok", "blank", "not-a-digit", "unsure"


def percent(confidence: float) -> str:
    """Write a confidence in whole percent, rounded down.

    >>> percent(0.9996), percent(1.0)
    ('99%', '100%')
    """
    return f"{math.floor(100 * confidence)}%"


def how_sure(status: str, confidence: float) -> str:
    """Put a status into words, with the confidence if there is a number.

    >>> how_sure(OK, 0.99), how_sure(NOT_A_DIGIT, 0.3)
    ('ok, confidence 99%', 'not a digit')
    """
    words = say("read.status." + status.replace("-", "_"))
    # next to "not a digit" it would look like the probability of that
    return say("read.sure", status=words, percent=percent(confidence)) if status in (OK, UNSURE) else words


@dataclass(frozen=True)
class Digit:
    """One digit of a reading.

    Parameters
    ----------
    digit
        0 to 9, the best guess.
    probability
        The probability that it is a digit and that the guess is correct.
    probabilities
        Of each digit, given that it is one: float32 (10,).
    box
        x, y, width and height in whole pixels, in the upright picture.
    status
        "ok", "unsure" or "not-a-digit".
    image
        What the network saw: uint8 (28, 28), ink 255.
    """

    digit: int
    probability: float
    probabilities: NDArray[np.float32] = field(compare=False)
    box: Box
    status: str
    image: NDArray[np.uint8] = field(compare=False, repr=False)

    @property
    def alternatives(self) -> list[tuple[int, float]]:
        """The other nine digits and the probability of each, if it is a digit; the likeliest first."""
        others = [each for each in np.argsort(-self.probabilities, kind="stable").tolist() if each != self.digit]
        return [(each, float(self.probabilities[each])) for each in others]

    @property
    def confidence(self) -> float:
        """The old name of `probability`; it will be removed in 0.3."""
        warnings.warn("Digit.confidence is now Digit.probability", DeprecationWarning, stacklevel=2)
        return self.probability

    def as_dict(self) -> dict[str, Any]:
        """Return the digit as JSON values."""
        return {
            "digit": self.digit,
            "probability": round(self.probability, 4),
            "confidence": round(self.probability, 4),  # the old name, until 0.3
            "probabilities": [round(float(each), 4) for each in self.probabilities],
            "box": list(self.box),
            "status": self.status,
        }


@dataclass(frozen=True)
class Reading:
    """The number in a picture.

    Parameters
    ----------
    text
        The digits from left to right, one line per line of writing: the best guess, whatever the status.
    status
        "ok"; "blank" if there is no ink; "not-a-digit"; or "unsure".
    confidence
        The probability that the whole text is correct.
    digits
        Its digits in order.
    advice
        The key of a sentence that tells people what to do, and its values.
    calibrated
        Whether the confidence was fitted for the models that read, together; where it was not, it is too high.

    Examples
    --------
    >>> blank = Reading("", BLANK, 1.0, (), ("reading.blank", {}))
    >>> blank.message
    'There is no writing in this picture.'
    >>> blank.verdict
    'blank: There is no writing in this picture.'
    """

    text: str
    status: str
    confidence: float
    digits: tuple[Digit, ...]
    advice: tuple[str, dict[str, Any]] = field(hash=False)
    calibrated: bool = True

    @property
    def message(self) -> str:
        """A sentence for people, in the current language."""
        key, values = self.advice
        return say(key, **values)

    @property
    def verdict(self) -> str:
        """The status in words, with the confidence if there is a number, and advice if it is not ok."""
        status = how_sure(self.status, self.confidence)
        return status if self.status == OK else say("read.with_advice", status=status, advice=self.message)

    def as_dict(self, source: str | None = None) -> dict[str, Any]:
        """Return the reading as JSON values, with the picture's name first if it has one."""
        shown: dict[str, Any] = {} if source is None else {"source": source}
        return shown | {
            "text": self.text,
            "status": self.status,
            "confidence": round(self.confidence, 4),
            "digits": [each.as_dict() for each in self.digits],
            "message": self.message,
        }

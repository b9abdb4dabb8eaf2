"""The open fields of a page share what may be done to read them, so that a page full of ink costs little."""

from __future__ import annotations

from shuzi.reading.find.find_thresholds import MOST_WORK
from shuzi.reading.report.result import Reading
from shuzi.reading.values import Findings

TOO_MUCH_INK = "ink"
"""The rule that a field breaks if there is more in it or on its page than is read."""

_FIELD_PIXELS = 450
"""Pixels of open fields for which an image may be classified. Digits that fill their field take half of that, and all
of it where they touch lines, so that each field is read with its lines and without."""

_MOST_PICTURES = 4  # more than that many full pictures is not done for a page, however large its fields are
_SEARCHED = 2_300  # pixels: to search them with the detector takes as long as to classify an image
_PIECE, _LOOKED_AT = 0.5, 3_000  # as when the kinds of left out ink are told: for a piece, and pixels for an image


class PageWork:
    """The work left for the open fields of a page, in images classified; it is counted after each field.

    Parameters
    ----------
    pixels
        Of all its open fields.

    Examples
    --------
    >>> PageWork(800_000).is_used_up
    False
    """

    def __init__(self, pixels: int) -> None:
        self._left = min(max(MOST_WORK, pixels / _FIELD_PIXELS), _MOST_PICTURES * MOST_WORK)

    @property
    def is_used_up(self) -> bool:
        """Tell whether the other fields are not read any more."""
        return self._left < 0

    def spend(self, pixels: int, seen: Findings, reading: Reading) -> None:
        """Take off what a reading has cost.

        Parameters
        ----------
        pixels
            Of the picture of the field.
        seen
            What was found in it.
        reading
            What was made of that.
        """
        found = MOST_WORK if seen.too_much is not None else MOST_WORK - seen.work_left
        told = len(reading.ignored) * (_PIECE + pixels / _LOOKED_AT)
        self._left -= pixels / _SEARCHED + found + told

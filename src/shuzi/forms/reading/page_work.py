"""The fields of a page share what may be done to read them, so that a page full of ink costs little."""

from __future__ import annotations

from shuzi.reading.find.find_thresholds import MOST_WORK, PLAIN_SCORE
from shuzi.reading.report.result import Reading
from shuzi.reading.values import Findings

TOO_MUCH_INK = "ink"
"""The rule that a field breaks if there is more in it or on its page than is read."""

_MOST_WORK, _EACH = 1_200, 8
"""Images that may be classified for a page, or what takes as long, and for each of its fields, apart from what plain
digits explain."""

_ALWAYS, _LEFT_OUT = 6.0, 0.6  # for each reading, and for each piece of ink that is in no text
_PLAIN, _MOST_PLAIN = 8.0, 12  # not counted for each plain digit, and digits of a field: a page full of them is read


class PageWork:
    """What may still be done for the open fields or cells of a page, in images classified; counted after each.

    Parameters
    ----------
    count
        Of fields or cells.

    Examples
    --------
    >>> PageWork(100).most == MOST_WORK, PageWork(100).is_used_up
    (True, False)
    """

    def __init__(self, count: int) -> None:
        self._left = float(_MOST_WORK + _EACH * count)

    @property
    def most(self) -> float:
        """What may be done for the next one."""
        return min(self._left, MOST_WORK)

    @property
    def is_used_up(self) -> bool:
        """Tell whether the others are not read any more."""
        return self._left <= 0

    def spend(self, findings: Findings, reading: Reading) -> None:
        """Take off what a reading has cost: what was found, and what was made of that."""
        plain = min(sum(candidate.score >= PLAIN_SCORE for candidate in findings.candidates), _MOST_PLAIN)
        self._left -= max(0.0, _ALWAYS + findings.work + _LEFT_OUT * len(reading.ignored) - _PLAIN * plain)

"""What reading a picture costs is counted before it is done, and refused where a page would cost less."""

from __future__ import annotations

from typing import Any

from shuzi.reading.find.find_thresholds import MOST_WORK


class TooMuch(Exception):  # noqa: N818 - it says what is wrong, as Crashed does
    """A picture seems to hold more than a page of writing; reading it would take too long.

    Parameters
    ----------
    key
        The key of the sentence that says so.
    n
        How many of what it names there are.
    """

    def __init__(self, key: str, n: int) -> None:
        super().__init__(key)
        self.advice: tuple[str, dict[str, Any]] = key, {"n": n}


class Work:
    """What may still be done for a picture.

    Examples
    --------
    >>> work = Work()
    >>> work.spend(MOST_WORK, "reading.many_lines", 90)
    >>> work.spend(1, "reading.many_lines", 91)
    Traceback (most recent call last):
    shuzi.reading.find.work.TooMuch: reading.many_lines
    """

    def __init__(self) -> None:
        self.left = float(MOST_WORK)

    def spend(self, images: float, key: str, n: int) -> None:
        """Take so much from what may be done; raise `TooMuch`, with this sentence, if that is more than is left."""
        self.left -= images
        if self.left < 0:
            raise TooMuch(key, n)

"""A value that is written in parts, such as a date or a time, becomes the text of a cell."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

T = TypeVar("T")

_MONTH, _DAY, _HOUR = "(0[1-9]|1[0-2])", "(0[1-9]|[12]\\d|3[01])", "([01]\\d|2[0-3])"


@dataclass(frozen=True)
class Notation:
    """How a value is written in parts.

    Parameters
    ----------
    widths
        The digits of each part, in the order in which they are written.
    patterns
        An expression for each.
    short
        For each, whether its first 0 may be left out.
    order
        Which of the written parts is the first one of the text, which the second, and so on.
    joint
        Stands between them in the text.
    marks
        Those that may stand between them where people write.

    Examples
    --------
    >>> NOTATIONS["dmy"].text_of("05032024"), NOTATIONS["time"].text_of("0905")
    ('2024-03-05', '09:05')
    >>> NOTATIONS["dmy"].digits_in(["5", "3", "2024"]), NOTATIONS["time"].digits_in(["9", "5"])
    ('05032024', None)
    """

    widths: tuple[int, ...]
    patterns: tuple[str, ...]
    short: tuple[bool, ...]
    order: tuple[int, ...]
    joint: str
    marks: str

    @property
    def digits(self) -> int:
        """How many digits it has."""
        return sum(self.widths)

    def parts_of(self, written: str) -> list[str]:
        """Divide what is written in its boxes, a character each."""
        starts = [sum(self.widths[:index]) for index in range(len(self.widths))]
        return [written[start : start + wide] for start, wide in zip(starts, self.widths, strict=True)]

    def digits_in(self, parts: Sequence[str]) -> str | None:
        """Return all digits of written parts, with the zeros that were left out; None if others are missing."""
        found = ""
        for part, wide, short in zip(parts, self.widths, self.short, strict=True):
            if len(part) != wide and not (len(part) == 1 and short):
                return None
            found += part.rjust(wide, "0")
        return found

    def text_of(self, digits: str) -> str:
        """Return the text for all digits, in the order in which they are written; others stay as they are."""
        if len(digits) != self.digits:
            return digits
        parts = self.parts_of(digits)
        return self.joint.join(parts[index] for index in self.order)

    def in_text_order(self, written: Sequence[T]) -> list[T]:
        """Put what belongs to each written digit into the order of the text; as it is if there are more or fewer.

        >>> "".join(NOTATIONS["dmy"].in_text_order("05032024"))
        '20240305'
        """
        if len(written) != self.digits:
            return [*written]
        starts = [sum(self.widths[:index]) for index in range(len(self.widths))]
        return [own for index in self.order for own in written[starts[index] : starts[index] + self.widths[index]]]

    @property
    def in_boxes(self) -> str:
        """The pattern of all digits in boxes."""
        return "".join(self.patterns)

    @property
    def in_a_line(self) -> str:
        """The pattern of what is written without boxes: parts with a mark between them, or all digits of a date."""
        parts = [
            pattern.replace("(0", "(0?").replace("([01]", "([01]?") if short else pattern
            for pattern, short in zip(self.patterns, self.short, strict=True)
        ]
        joined = f"[{self.marks}]".join(parts)
        # a colon may look like a 1, so a time without one is none
        return joined if self.joint == ":" else f"{joined}|{self.in_boxes}"

    def parts_in_a_line(self, text: str) -> list[str]:
        """Divide what is written without boxes at its marks; without any, by the digits that each part has."""
        plain = text
        for mark in self.marks:
            plain = plain.replace(mark, " ")
        parts = plain.split()
        return parts if len(parts) == len(self.widths) else self.parts_of(text)


_DATE_MARKS = "-./,"
YEAR = "\\d{4}"
"""The pattern of any year."""

NOTATIONS = {
    "ymd": Notation((4, 2, 2), (YEAR, _MONTH, _DAY), (False, True, True), (0, 1, 2), "-", _DATE_MARKS),
    "dmy": Notation((2, 2, 4), (_DAY, _MONTH, YEAR), (True, True, False), (2, 1, 0), "-", _DATE_MARKS),
    "mdy": Notation((2, 2, 4), (_MONTH, _DAY, YEAR), (True, True, False), (2, 0, 1), "-", _DATE_MARKS),
    "time": Notation((2, 2), (_HOUR, "[0-5]\\d"), (True, False), (0, 1), ":", ":."),
}
"""Dates by the order of year, month and day, and times."""

DATE_ORDERS = ("ymd", "dmy", "mdy")
"""The orders in which a date may be written."""


def is_date(text: str) -> bool:
    """Tell whether there is such a day, written as ISO 8601 does.

    >>> is_date("2024-02-29"), is_date("2023-02-29"), is_date("20240229")
    (True, False, False)
    """
    if not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return False  # such as 2024-W09-4, which Python takes for a day too
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def is_time(text: str) -> bool:
    """Tell whether there is such a time of a day, in hours and minutes.

    >>> is_time("09:05"), is_time("24:00"), is_time("9:05")
    (True, False, False)
    """
    return bool(re.fullmatch("([01][0-9]|2[0-3]):[0-5][0-9]", text))


def is_number(text: str, decimals: int) -> bool:
    """Tell whether a text is a number with just so many decimals.

    >>> is_number("17.50", 2), is_number("17.5", 2), is_number("17", 0)
    (True, False, True)
    """
    whole, point, rest = text.partition(".")
    return (
        text.isascii()
        and whole.isdecimal()
        and (rest.isdecimal() and len(rest) == decimals if point else not decimals)
    )


def in_fours(digits: int, first: int) -> tuple[int, ...]:
    """Return how digits stand together in fours, as on bank cards, after a first group of its own.

    >>> in_fours(16, 4), in_fours(20, 2)
    ((4, 4, 4, 4), (2, 4, 4, 4, 4, 2))
    """
    rest = max(digits - first, 0)
    return (min(first, digits), *(4,) * (rest // 4), *((rest % 4,) if rest % 4 else ()))


def digits_of(text: str, order: str, country: str) -> str:
    """Return the text of a cell as it stands in boxes, without what is printed beside them.

    >>> digits_of("2024-03-05", "dmy", ""), digits_of("09:05", "ymd", ""), digits_of("DE89", "ymd", "DE")
    ('05032024', '0905', '89')
    """
    if order != DATE_ORDERS[0] and text.count("-") == 2:
        parts = text.split("-")
        text = "".join(parts[DATE_ORDERS[0].index(part)] for part in order)
    return text.replace("-", "").replace(".", "").replace(":", "").removeprefix(country)

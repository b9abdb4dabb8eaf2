"""How a value is written in parts, its check digit, and the length of an IBAN."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

T = TypeVar("T")

_MONTH, _DAY, _HOUR = "(0[1-9]|1[0-2])", "(0[1-9]|[12]\\d|3[01])", "([01]\\d|2[0-3])"


@dataclass(frozen=True)
class Notation:
    """How a value is written in parts.

    >>> NOTATIONS["dmy"].text_of("05032024"), NOTATIONS["time"].text_of("0905")
    ('2024-03-05', '09:05')
    >>> NOTATIONS["dmy"].digits_in(["5", "3", "2024"]), NOTATIONS["time"].digits_in(["9", "5"])
    ('05032024', None)
    """

    widths: tuple[int, ...]  # the digits of each part, in the order in which they are written
    patterns: tuple[str, ...]  # an expression for each
    short: tuple[bool, ...]  # for each, whether its first 0 may be left out
    order: tuple[int, ...]  # which of the written parts is the first one of the text, which the second, and so on
    joint: str  # stands between them in the text
    marks: str  # those that may stand between them where people write

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


_MAX_STARTS = 4  # beginnings of years that a pattern lists


def years_from(first: int, last: int) -> str:
    r"""Return a pattern of the decades, centuries or millennia of some years, whichever are few.

    >>> years_from(2019, 2026), years_from(1900, 2099), years_from(1, 2099)
    ('(201|202)\\d', '(19|20)\\d\\d', '\\d{4}')
    """
    for digits in (1, 2):
        starts = range(first // 10**digits, last // 10**digits + 1)
        if len(starts) <= _MAX_STARTS:
            return f"({'|'.join(f'{start:0{4 - digits}}' for start in starts)})" + "\\d" * digits
    return YEAR


def is_date(text: str) -> bool:
    """Tell whether there is such a day, written as ISO 8601 does."""
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


def has_decimals(text: str, decimals: int) -> bool:
    """Tell whether a text is a number with just so many decimals.

    >>> has_decimals("17.50", 2), has_decimals("17.5", 2), has_decimals("17", 0)
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


_RESIDENT = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # GB 11643-1999
_RESIDENT_CHECKS = "10X98765432"


def luhn(text: str) -> bool:
    """Check the Luhn digit of a card or account number (ISO/IEC 7812-1)."""
    if not text.isdecimal() or len(text) < 2:
        return False
    digits = [int(digit) for digit in reversed(text)]
    return (sum(digits[::2]) + sum(sum(divmod(2 * digit, 10)) for digit in digits[1::2])) % 10 == 0


def isbn(text: str) -> bool:
    """Check an ISBN of ten or thirteen characters."""
    if len(text) == 13 and text.isdecimal() and text.startswith(("978", "979")):
        return sum(int(digit) * (3 if index % 2 else 1) for index, digit in enumerate(text)) % 10 == 0
    return len(text) == 10 and mod11(text)


def mod11(text: str, weights: Sequence[int] = (), with_x: bool = True) -> bool:
    """Check a modulus 11 digit: the sum of all characters by their weights is a multiple of 11."""
    if len(text) < 2 or not text[:-1].isdecimal() or text[-1] not in ("0123456789X" if with_x else "0123456789"):
        return False
    weights = weights or range(len(text), 0, -1)
    digits = [int(digit) for digit in text[:-1]] + [10 if text[-1] == "X" else int(text[-1])]
    return len(digits) == len(weights) and sum(a * b for a, b in zip(weights, digits, strict=True)) % 11 == 0


def iban(text: str) -> bool:
    """Check an IBAN, written without spaces (ISO 13616, modulus 97)."""
    if not re.fullmatch("[A-Z]{2}[0-9]{2}[0-9A-Z]{10,30}", text):
        return False
    return int("".join(str(int(character, 36)) for character in text[4:] + text[:4])) % 97 == 1


def resident_id(text: str) -> bool:
    """Check a Chinese resident id of 18 characters: its birthday and its last character (GB 11643-1999).

    >>> resident_id("11010519491231002X"), resident_id("110105194912310021"), resident_id("11010519491331002X")
    (True, False, False)
    """
    if len(text) != 18 or not text[:17].isdecimal():
        return False
    try:
        date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return False
    weighted = sum(weight * int(digit) for weight, digit in zip(_RESIDENT, text[:17], strict=True))
    return text[17] == _RESIDENT_CHECKS[weighted % 11]


CHECKS: dict[str, Callable[[str], bool]] = {
    "luhn": luhn,
    "isbn": isbn,
    "mod11": mod11,
    "resident-id": resident_id,
    "iban": iban,
}
"""The methods by name; each tells whether a text passes."""

OF_DIGITS = ("luhn", "isbn", "mod11", "resident-id")
"""Those of texts without letters, but for a last X."""

WITH_X = ("isbn", "mod11", "resident-id")
"""Those in which the last character may be an X."""

MIN_LENGTHS = {"luhn": 2, "isbn": 10, "mod11": 2, "resident-id": 18, "iban": 14}
"""The least characters of a text that each can pass."""

_LENGTHS = {"isbn": (10, 13), "resident-id": (18,)}

PASSING = {"luhn": 1 / 10, "isbn": 1 / 10, "mod11": 1 / 11, "resident-id": 1 / 11, "iban": 1 / 97}
"""The fraction of texts that pass each by chance."""


def may_have(check: str, length: int, weights: Sequence[int] = ()) -> bool:
    """Tell whether texts of some length can pass a check; the weights are those of modulus 11.

    >>> may_have("isbn", 13), may_have("isbn", 11), may_have("mod11", 9, (3, 2, 1))
    (True, False, False)
    """
    if weights:
        return length == len(weights)
    return length in _LENGTHS.get(check, (length,)) and length >= MIN_LENGTHS[check]


def passes(check: str, text: str, weights: Sequence[int] = (), with_x: bool = True) -> bool:
    """Tell whether a text passes a check; weights and X are those of modulus 11."""
    return mod11(text, weights, with_x) if check == "mod11" else CHECKS[check](text)


IBAN_LENGTHS = {
    country: length
    for length, countries in (
        (15, "NO"),
        (16, "BE"),
        (18, "DK FI FO GL SD"),
        (19, "SI"),
        (20, "AT BA EE LT MN XK"),
        (21, "HR"),
        (22, "CR DE ME RS VA"),
        (23, "AE IL SO TL"),
        (24, "CZ ES SE SK TN"),
        (25, "LY PT ST"),
        (26, "IS"),
        (27, "BI DJ MR"),
        (28, "HU PL"),
        (29, "EG"),
    )
    for country in countries.split()
}
"""The characters of an IBAN by country, for those whose structure in the IBAN registry of SWIFT has digits only."""

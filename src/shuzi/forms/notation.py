"""How a value is written in parts, its check digit, and the length of an IBAN."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

T = TypeVar("T")

_MONTH, _DAY, _HOUR = "(0[1-9]|1[0-2])", "(0[1-9]|[12]\\d|3[01])", "([01]\\d|2[0-3])"


@dataclass(frozen=True)
class Notation:
    """How a value is written in parts.

    >>> NOTATIONS["dmy"].text_of("05032024"), HOURS.text_of("0905")
    ('2024-03-05', '09:05')
    >>> NOTATIONS["dmy"].digits_in(["5", "3", "2024"]), HOURS.digits_in(["9", "5"])
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


YEAR = "\\d{4}"
"""The pattern of any year."""

DATE_ORDERS = ("ymd", "dmy", "mdy")
"""The orders in which a date may be written."""


def _date_in(order: str) -> Notation:
    widths = {"y": 4, "m": 2, "d": 2}
    patterns = {"y": YEAR, "m": _MONTH, "d": _DAY}
    return Notation(
        tuple(widths[part] for part in order),
        tuple(patterns[part] for part in order),
        tuple(part != "y" for part in order),
        tuple(order.index(part) for part in DATE_ORDERS[0]),
        "-",
        "-./,",
    )


NOTATIONS = {order: _date_in(order) for order in DATE_ORDERS}
"""Dates by the order of year, month and day."""

HOURS = Notation((2, 2), (_HOUR, "[0-5]\\d"), (True, False), (0, 1), ":", ":.")
"""A time of a day."""


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
    # modulus 11-2 of ISO/IEC 7064: powers of two are the weights
    weighted = sum(int(digit) << (17 - index) for index, digit in enumerate(text[:17]))
    return text[17] == "10X98765432"[weighted % 11]


@dataclass(frozen=True)
class Check:
    """A method of check digits."""

    passes: Callable[[str], bool]
    modulus: int  # of so many texts, one passes by chance
    lengths: Sequence[int]  # in characters, the minimum first
    with_x: bool = False  # whether the last character may be an X


CHECKS = {
    "luhn": Check(luhn, 10, range(2, sys.maxsize)),
    "isbn": Check(isbn, 10, (10, 13), with_x=True),
    "mod11": Check(mod11, 11, range(2, sys.maxsize), with_x=True),
    "resident-id": Check(resident_id, 11, (18,), with_x=True),
    "iban": Check(iban, 97, range(14, sys.maxsize)),
}
"""The methods by name."""

OF_DIGITS = ("luhn", "isbn", "mod11", "resident-id")
"""Those of texts without letters, but for a last X."""


def may_have(check: str, length: int, weights: Sequence[int] = ()) -> bool:
    """Tell whether texts of some length can pass a check; the weights are those of modulus 11.

    >>> may_have("isbn", 13), may_have("isbn", 11), may_have("mod11", 9, (3, 2, 1))
    (True, False, False)
    """
    return length == len(weights) if weights else length in CHECKS[check].lengths


def passes(check: str, text: str, weights: Sequence[int] = (), with_x: bool = True) -> bool:
    """Tell whether a text passes a check; weights and X are those of modulus 11."""
    return mod11(text, weights, with_x) if check == "mod11" else CHECKS[check].passes(text)


_IBANS = """
NO15 BE16 DK18 FI18 FO18 GL18 SD18 SI19 AT20 BA20 EE20 LT20 MN20 XK20 HR21 CR22 DE22 ME22 RS22 VA22 AE23
IL23 SO23 TL23 CZ24 ES24 SE24 SK24 TN24 LY25 PT25 ST25 IS26 BI27 DJ27 MR27 HU28 PL28 EG29
"""

IBAN_LENGTHS = {entry[:2]: int(entry[2:]) for entry in _IBANS.split()}
"""The characters of an IBAN by country, for those whose structure in the IBAN registry of SWIFT has digits only."""

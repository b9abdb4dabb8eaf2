"""A text with a check digit is checked: Luhn, ISBN, modulus 11, and the resident id of China."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

_RESIDENT = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # GB 11643-1999
_RESIDENT_CHECKS = "10X98765432"


def luhn(text: str) -> bool:
    """Check the Luhn digit of a card or account number (ISO/IEC 7812-1).

    >>> luhn("79927398713"), luhn("79927398710")
    (True, False)
    """
    if not text.isdecimal() or len(text) < 2:
        return False
    digits = [int(digit) for digit in reversed(text)]
    return (sum(digits[::2]) + sum(sum(divmod(2 * digit, 10)) for digit in digits[1::2])) % 10 == 0


def isbn(text: str) -> bool:
    """Check an ISBN of ten or thirteen characters.

    >>> isbn("0306406152"), isbn("9780306406157"), isbn("080442957X"), isbn("9780306406158")
    (True, True, True, False)
    """
    if len(text) == 13 and text.isdecimal():
        return sum(int(digit) * (3 if index % 2 else 1) for index, digit in enumerate(text)) % 10 == 0
    return len(text) == 10 and mod11(text)


def mod11(text: str) -> bool:
    """Check a modulus 11 digit with weights 2, 3, 4 … from the right, X for 10, as in an ISBN of ten characters.

    >>> mod11("0306406152"), mod11("0306406151")
    (True, False)
    """
    if len(text) < 2 or not text[:-1].isdecimal() or text[-1] not in "0123456789X":
        return False
    digits = [int(digit) for digit in text[:-1]] + [10 if text[-1] == "X" else int(text[-1])]
    return sum(weight * digit for weight, digit in enumerate(reversed(digits), start=1)) % 11 == 0


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
}
"""The methods by name; each tells whether a text passes."""

WITH_X = ("isbn", "mod11", "resident-id")
"""Those in which the last character may be an X."""

SHORTEST = {"luhn": 2, "isbn": 10, "mod11": 2, "resident-id": 18}
"""The least characters of a text that each can pass."""

"""A text with a check digit is checked: Luhn, ISBN, modulus 11, IBAN, and the resident id of China."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
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
    if len(text) == 13 and text.isdecimal() and text.startswith(("978", "979")):
        return sum(int(digit) * (3 if index % 2 else 1) for index, digit in enumerate(text)) % 10 == 0
    return len(text) == 10 and mod11(text)


def mod11(text: str, weights: Sequence[int] = (), with_x: bool = True) -> bool:
    """Check a modulus 11 digit: the sum of all characters by their weights is a multiple of 11.

    Parameters
    ----------
    text
        Digits, of which the last may be an X for 10.
    weights
        One for each character; none for 1, 2, 3 … from the right, as in an ISBN of ten characters.
    with_x
        Whether there may be an X.

    Examples
    --------
    >>> mod11("0306406152"), mod11("0306406151"), mod11("080442957X"), mod11("080442957X", with_x=False)
    (True, False, True, False)
    >>> mod11("86011117947", (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1))  # an account number of Norway
    True
    """
    if len(text) < 2 or not text[:-1].isdecimal() or text[-1] not in ("0123456789X" if with_x else "0123456789"):
        return False
    weights = weights or range(len(text), 0, -1)
    digits = [int(digit) for digit in text[:-1]] + [10 if text[-1] == "X" else int(text[-1])]
    return len(digits) == len(weights) and sum(a * b for a, b in zip(weights, digits, strict=True)) % 11 == 0


def iban(text: str) -> bool:
    """Check an IBAN, written without spaces (ISO 13616, modulus 97).

    >>> iban("DE89370400440532013000"), iban("DE98370400440532013000"), iban("GB82WEST12345698765432")
    (True, False, True)
    """
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

SHORTEST = {"luhn": 2, "isbn": 10, "mod11": 2, "resident-id": 18, "iban": 14}
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
    return length in _LENGTHS.get(check, (length,)) and length >= SHORTEST[check]


def passes(check: str, text: str, weights: Sequence[int] = (), with_x: bool = True) -> bool:
    """Tell whether a text passes a check; weights and X are those of modulus 11."""
    return mod11(text, weights, with_x) if check == "mod11" else CHECKS[check](text)

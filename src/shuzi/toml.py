"""A text in TOML becomes its values, within TOML's own bounds."""

from __future__ import annotations

import tomllib
from typing import Any

_LARGEST = 1 << 63


def loads(text: str) -> dict[str, Any]:
    """Return the values of a text in TOML.

    Raises
    ------
    ValueError
        It is not TOML, or a whole number has more than 64 bits: `tomllib` takes such as 0xfff… of any length, and
        Python does not write all of them in decimal digits.
    RecursionError
        It is nested too deeply.

    Examples
    --------
    >>> loads("rows = 0x1f")
    {'rows': 31}
    >>> loads("rows = 0x" + 16 * "f")
    Traceback (most recent call last):
    ValueError: a whole number has more than 64 bits
    """
    values = tomllib.loads(text)
    left: list[Any] = [values]
    while left:
        value = left.pop()
        if isinstance(value, dict):
            left += value.values()
        elif isinstance(value, list):
            left += value
        elif isinstance(value, int) and not -_LARGEST <= value < _LARGEST:
            raise ValueError("a whole number has more than 64 bits")
    return values

"""A text in TOML becomes its values, within TOML's own bounds; a mistake in one is at a line."""

from __future__ import annotations

import re
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


def line_of(text: str, key: str, tables: str = "", position: int = 0) -> int:
    r"""Return the line of a key, from 1, or of the first table of that name; without either, the first of its table.

    Parameters
    ----------
    text
        In TOML.
    key
        The key, without dots.
    tables, position
        The name of a list of tables, and which of them the key is in, from 1; 0 is what stands before them.

    Examples
    --------
    >>> text = 'title = "Scores"\n[[fields]]\nname = "q1"\n[[fields]]\nname = "q2"'
    >>> line_of(text, "title"), line_of(text, "name", "fields", 2), line_of(text, "boxes", "fields", 1)
    (1, 5, 2)
    >>> line_of(text, "fields")
    2
    """
    lines = text.splitlines()
    heads = [index for index, line in enumerate(lines) if re.match(rf'\s*\[\[\s*"?{tables}"?\s*\]\]', line)]
    first, *ends = [0, *heads, len(lines)][position:] if position <= len(heads) else [0]
    name = rf"""["']?{re.escape(key)}["']?"""
    inside = range(first, ends[0] if ends else len(lines))
    found = [index for index in inside if re.match(rf"\s*{name}\s*=", lines[index])]
    if not found and position == 0:
        found = [index for index, line in enumerate(lines) if re.match(rf"\s*\[\[?\s*{name}\s*\]", line)]
    return (found[0] if found else first) + 1

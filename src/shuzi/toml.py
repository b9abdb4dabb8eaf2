"""A text in TOML becomes its values, within TOML's own bounds; a mistake in one is at a line."""

from __future__ import annotations

import re
import tomllib
from typing import Any

_LARGEST = 1 << 63


def loads(text: str) -> dict[str, Any]:
    """Return the values of a text in TOML; a ValueError also says that a whole number has more than 64 bits."""
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
    """Return the line, from 1, of a key in one of several tables (0: before them), or where that table begins."""
    lines = text.splitlines()
    heads = [index for index, line in enumerate(lines) if re.match(rf'\s*\[\[\s*"?{tables}"?\s*\]\]', line)]
    first, *ends = [0, *heads, len(lines)][position:] if position <= len(heads) else [0]
    name = rf"""["']?{re.escape(key)}["']?"""
    inside = range(first, ends[0] if ends else len(lines))
    indices = [index for index in inside if re.match(rf"\s*{name}\s*=", lines[index])]
    if not indices and position == 0:
        indices = [index for index, line in enumerate(lines) if re.match(rf"\s*\[\[?\s*{name}\s*\]", line)]
    return (indices[0] if indices else first) + 1

"""Parses numbers in the page's format."""

from __future__ import annotations

import re

_NUMBER = re.compile(r"([−-]?)(\d[\d,]*(?:\.\d+)?)(?:×10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+))?")
_RAISED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


def numbers_in(text: str) -> list[float]:
    """Return all numbers of a text.

    A minus sign that stands alone between two numbers belongs to neither.

    Examples
    --------
    >>> numbers_in("x ← 4 − 0.3 × (−8) = 22,026.5 or 4.85×10⁸, 6×10⁻⁴")
    [4.0, 0.3, -8.0, 22026.5, 485000000.0, 0.0006]
    """
    return [
        (-1 if sign else 1) * float(f"{figures.replace(',', '')}e{(power or '0').translate(_RAISED)}")
        for sign, figures, power in _NUMBER.findall(text)
    ]

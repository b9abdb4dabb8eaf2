"""The key of a question becomes the points that an answer earns, as a value and as a formula of a spreadsheet."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from fractions import Fraction

from shuzi.forms.spec import ANY, BETWEEN, DATE, NUMBER, TICK, TIME, Field
from shuzi.forms.values.notation import is_date, is_time

_INSTANT = 0.0001  # of a day, which is 1 in a spreadsheet: less than half a minute
_EXACT = 1e-9  # how far two numbers that are the same may lie apart in binary
DIGITS_KEPT = 15
"""Digits of a number that a spreadsheet keeps."""

_LONGEST = 120  # characters of a text in a formula, where quotes count twice and 255 are the most


def points_of(field: Field, text: str) -> float:
    """Return what an answer earns.

    Parameters
    ----------
    field
        With `points`.
    text
        The text of its cell.

    Examples
    --------
    >>> from dataclasses import replace
    >>> length = Field("q1", boxes=3, decimals=1, key=("9.8",), tolerance=0.1, points=2.0)
    >>> points_of(length, "9.9"), points_of(length, "9.6"), points_of(length, "")
    (2.0, 0.0, 0.0)
    >>> colours = Field("q2", kind="tick", options=("red", "blue"), choose="any", key=("red", "blue"), points=1.0)
    >>> points_of(colours, "red; blue"), points_of(colours, "red")
    (1.0, 0.0)
    >>> points_of(Field("q3", boxes=2, points=10.0), "7")
    7.0

    With `partial`, each right option earns its part, and each wrong one costs as much, down to none; with
    `half_tolerance`, a number that is near earns half.

    >>> colours = replace(colours, options=("red", "blue", "green"), partial=True)
    >>> [points_of(colours, text) for text in ("red; blue", "red", "red; blue; green", "green")]
    [1.0, 0.5, 0.5, 0.0]
    >>> points_of(replace(length, half_tolerance=0.5), "9.6")
    1.0
    """
    if not field.key:
        return _number(text) or 0.0
    if field.kind == NUMBER:
        value = _number(text)
        if value is None:
            return 0.0
        # exactly, since a float does not tell two numbers of more than fifteen digits apart
        exact = Fraction(text)
        apart = [abs(exact - Fraction(right)) - Fraction(_EXACT) for right in _right_numbers(field)]
        is_right = any(off <= field.tolerance for off in apart)
        is_near = field.half_tolerance and any(off <= field.half_tolerance for off in apart)
        return field.points if is_right else field.points / 2 if is_near else 0.0
    if field.partial:
        # as in the formula, an option counts once, and what is none counts nothing
        ticked = set(text.split(BETWEEN)) & {*field.options}
        right = len(ticked & {*field.key})
        return field.points * max(2 * right - len(ticked), 0) / len(field.key)
    return field.points if text in answers_of(field) else 0.0


def answers_of(field: Field) -> tuple[str, ...]:
    """Return the texts that are right; of any-of-n the key is a single one, which names all that must be ticked."""
    if field.kind == TICK and field.choose == ANY:
        return (BETWEEN.join(option for option in field.options if option in field.key),)
    return field.key


def formula_of(field: Field, cell: str, shown: Callable[[str], str] = str, text: str = "") -> str:
    """Return the formula for what the answer in a cell earns, so that it follows corrections.

    Parameters
    ----------
    field
        With a key.
    cell
        Such as "C2".
    shown
        Turns a text into what a cell with it holds.
    text
        What the cell holds first, if it is a number kept as text.

    Examples
    --------
    >>> formula_of(Field("q", boxes=2, key=("42", "43"), points=2.0), "C2")
    '=IF(ISNUMBER(C2),IF(MIN(ABS(C2-42),ABS(C2-43))<=1e-09,2,0),0)'
    >>> formula_of(Field("q", kind="tick", options=("A", "B"), key=("B",), points=1.5), "D7")
    '=IF(OR(EXACT(D7,"B")),1.5,0)'
    """
    if field.kind == NUMBER:
        half = f"IF({_near(field, cell, field.half_tolerance)},{field.points / 2:.15g},0)"
        rest = half if field.half_tolerance else "0"
        # not AND, which is an error where a text is compared with a number
        right = _near(field, cell, field.tolerance)
        # a cell keeps a number of more than fifteen digits as text, with which a spreadsheet cannot calculate
        long = [right for right in field.key if sum(map(str.isdigit, right)) > DIGITS_KEPT]
        same = ",".join(f"EXACT({cell},{_quoted(shown(right))})" for right in long)
        as_text = f"IF(OR({same}),{field.points:.15g},0)" if long else "0"
        if earned := points_of(field, text):
            as_text = f"IF(EXACT({cell},{_quoted(shown(text))}),{earned:.15g},{as_text})"
        return f"=IF(ISNUMBER({cell}),IF({right},{field.points:.15g},{rest}),{as_text})"
    if field.partial:
        found = "".join(f"{'+' if o in field.key else '-'}{_ticked(cell, o, shown)}" for o in field.options)
        return f"=MAX(0,0{found})*{field.points:.15g}/{len(field.key)}"
    right = f"OR({','.join(f'EXACT({cell},{_quoted(shown(text))})' for text in answers_of(field))})"
    if field.kind in {DATE, TIME}:  # such a cell holds a number, unless it is no day or time
        moments = [_moment(text) for text in answers_of(field) if is_date(text) or is_time(text)]
        near = ",".join(f"ABS({cell}-{moment})<={_INSTANT}" for moment in moments) or "FALSE"
        right = f"IF(ISNUMBER({cell}),OR({near}),{right})"
    return f"=IF({right},{field.points:.15g},0)"


def _moment(text: str) -> str:
    """Return the formula for a day as ISO 8601 has it, or a time."""
    numbers = ",".join(str(int(part)) for part in re.split("[-:]", text))
    return f"DATE({numbers})" if is_date(text) else f"TIME({numbers},0)"


def _near(field: Field, cell: str, tolerance: float) -> str:
    off = ",".join(f"ABS({cell}-{float(text):.15g})" for text in _right_numbers(field))
    return f"MIN({off})<={tolerance + _EXACT:.12g}" if off else "FALSE"


def _ticked(cell: str, option: str, shown: Callable[[str], str]) -> str:
    """Return the formula for whether an option is ticked, 1 or 0; the first one of a text may be shown otherwise."""
    names = dict.fromkeys((shown(BETWEEN + option).removeprefix(BETWEEN), shown(option)))
    found = ",".join(
        f"ISNUMBER(FIND({_quoted(BETWEEN + name + BETWEEN)},{_quoted(BETWEEN)}&{cell}&{_quoted(BETWEEN)}))"
        for name in names
    )
    return f"OR({found})"


def _quoted(text: str) -> str:
    parts = [""] if not text else [text[start : start + _LONGEST] for start in range(0, len(text), _LONGEST)]
    return "&".join('"' + part.replace('"', '""') + '"' for part in parts)


def _right_numbers(field: Field) -> list[str]:
    return [text for text in field.key if _number(text) is not None]


def _number(text: str) -> float | None:
    # as in the cell of a spreadsheet and on the page: Python's numbers may have digits of any script, and _
    value = float(text) if re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text) else math.inf
    return value if math.isfinite(value) else None

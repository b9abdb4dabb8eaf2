"""A field becomes the pattern that the search for its text follows."""

from __future__ import annotations

from dataclasses import replace

from shuzi.forms.spec import CARD, DATE, IBAN, IDENTIFIER, LEAST_DIGITS, NUMBER, PHONE, Field
from shuzi.forms.values.notation import YEAR, Notation
from shuzi.reading.patterns.automaton import Automaton
from shuzi.reading.patterns.expression import compile_pattern

_FEW = 4  # beginnings of years that a pattern lists
_OF_CHECKS = {  # an X at the end is not a digit
    "isbn": "97[89]\\d{10}|\\d{9}\\d?",
    "resident-id": "[1-9]\\d{5}(19|20)\\d\\d(0[1-9]|1[0-2])(0[1-9]|[12]\\d|3[01])\\d{3}\\d?",
}


def followed_in_a_line(field: Field) -> Automaton | None:
    """Return the pattern of what is written without boxes, with the marks that people write; None if it has none.

    >>> day = followed_in_a_line(Field("day", kind="date", boxes=8, order="dmy"))
    >>> day is not None and [day.accepts(text) for text in ("5.3.2024", "05032024", "13.13.2024")]
    [True, True, False]
    >>> followed_in_a_line(Field("n", boxes=3)) is None
    True
    """
    if notation := _notation(field):
        return compile_pattern(notation.in_a_line)
    digits = _in_boxes(field)
    if digits:
        automaton = compile_pattern(digits)
        # what is no number may be written with dashes
        automaton = automaton if field.kind == NUMBER else automaton.of_digits()
        return automaton.with_commas() if field.decimals else automaton
    if field.kind == NUMBER and field.decimals:
        whole = field.boxes - field.decimals
        return compile_pattern(f"\\d{{1,{whole}}}\\.\\d{{{field.decimals}}}").with_commas()
    return None


def followed_in_boxes(field: Field) -> Automaton | None:
    """Return the pattern of the digits in boxes, without what is printed beside them; None if it has none."""
    notation = _notation(field)
    digits = notation.in_boxes if notation else "" if field.decimals else _in_boxes(field)
    return compile_pattern(digits).of_digits() if digits else None


def _notation(field: Field) -> Notation | None:
    """Return how a value of several parts is written, with the years of a date's range."""
    notation = field.notation
    if notation is None or field.kind != DATE:
        return notation
    years = years_from(int(field.earliest[:4]), int(field.latest[:4]))
    return replace(notation, patterns=tuple(years if part == YEAR else part for part in notation.patterns))


def years_from(first: int, last: int) -> str:
    r"""Return a pattern of the decades, centuries or millennia of some years, whichever are few.

    >>> years_from(2019, 2026), years_from(1900, 2099), years_from(1, 2099)
    ('(201|202)\\d', '(19|20)\\d\\d', '\\d{4}')
    """
    for digits in (1, 2):
        starts = range(first // 10**digits, last // 10**digits + 1)
        if len(starts) <= _FEW:
            return f"({'|'.join(f'{start:0{4 - digits}}' for start in starts)})" + "\\d" * digits
    return YEAR


def _in_boxes(field: Field) -> str:
    if field.pattern:
        return field.pattern
    if field.kind in (PHONE, CARD):
        return f"\\d{{{LEAST_DIGITS[field.kind]},{field.boxes}}}"
    if field.kind == IBAN:
        return f"\\d{{{field.boxes}}}"
    return _OF_CHECKS.get(field.check, "") if field.kind == IDENTIFIER else ""

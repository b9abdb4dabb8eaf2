"""A field becomes the pattern that the search for its text follows."""

from __future__ import annotations

from shuzi.forms.spec import CARD, IBAN, IDENTIFIER, LEAST_DIGITS, NUMBER, PHONE, Field
from shuzi.reading.patterns.automaton import Automaton
from shuzi.reading.patterns.expression import compile_pattern

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
    if field.notation:
        return compile_pattern(field.notation.in_a_line)
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
    digits = field.notation.in_boxes if field.notation else "" if field.decimals else _in_boxes(field)
    return compile_pattern(digits).of_digits() if digits else None


def _in_boxes(field: Field) -> str:
    if field.pattern:
        return field.pattern
    if field.kind in (PHONE, CARD):
        return f"\\d{{{LEAST_DIGITS[field.kind]},{field.boxes}}}"
    if field.kind == IBAN:
        return f"\\d{{{field.boxes}}}"
    return _OF_CHECKS.get(field.check, "") if field.kind == IDENTIFIER else ""

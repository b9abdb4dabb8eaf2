"""A key as TOML has it becomes the texts of the cells that are right."""

from __future__ import annotations

from datetime import date, time
from typing import Any

from shuzi.errors import ShuziError
from shuzi.forms.spec import AMONG, NUMBER, TICK, Field


class WrongKeyError(Exception):
    """An answer that no cell can have, and a sentence that says why."""

    def __init__(self, answer: str, reason: ShuziError) -> None:
        super().__init__(answer)
        self.answer, self.reason = answer, reason


def answers_to(field: Field, key: Any) -> tuple[str, ...]:
    """Return the right answers of a field; raise a WrongKeyError that names one that cannot be an answer."""
    given = key if isinstance(key, list) else [key]
    answers = tuple(dict.fromkeys(_as_written(field, answer) for answer in given))
    for answer in answers:
        if reason := _reason_against(field, answer):
            raise WrongKeyError(answer, reason)
    return answers


def _reason_against(field: Field, answer: str) -> ShuziError | None:
    """Say why no cell of a field can have this text, or the same number, and keep the rules; None if one can."""
    if field.kind == TICK:
        return None if answer in field.options else ShuziError(f"form.rule.{AMONG}")
    if not can_hold(field, answer):
        return ShuziError("spec.not_in_boxes")
    forms = [answer]
    if field.kind == NUMBER:
        # a number is compared by its value, whatever zeros are written before it
        whole, point, rest = answer.partition(".")
        whole = whole.lstrip("0") or "0"
        forms = ["0" * zeros + whole + point + rest for zeros in range(field.boxes - len(whole + rest) + 1)]
    elif (form := field.text_of(field.in_boxes(answer))) != answer:
        return ShuziError("spec.other_form", form=form)
    broken = [field.broken(form) for form in forms]
    # with a tolerance, other numbers are right too, and these may keep the rules
    if "" in broken or (field.tolerance and NUMBER not in broken):
        return None
    return ShuziError(f"form.rule.{broken[0]}")


def _as_written(field: Field, answer: str | float | date | time) -> str:
    """Return a right answer, which may be a number, a date or a time of TOML, as the text of a cell."""
    if isinstance(answer, str):
        return answer.strip()
    if isinstance(answer, time):
        return answer.isoformat("minutes") if answer == answer.replace(second=0, microsecond=0) else str(answer)
    if isinstance(answer, date):
        return answer.isoformat()
    return (
        f"{answer:.{field.decimals}f}"
        if field.kind == NUMBER and answer == round(answer, field.decimals)
        else f"{answer}"
    )


def can_hold(field: Field, value: str) -> bool:
    """Return whether a value can be written in a field's boxes."""
    plain = field.in_boxes(value)
    allowed = plain[:-1] if field.last_may_be_x and plain.endswith("X") else plain
    return allowed.isdecimal() and allowed.isascii() and len(plain) <= field.boxes

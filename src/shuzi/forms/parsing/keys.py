"""A key as TOML has it becomes the texts of the cells that are right."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time
from typing import Any

from shuzi.forms.spec import DATE, NUMBER, TICK, TIME, Field


def answers_to(field: Field, key: Any) -> tuple[str, ...]:
    """Return the right answers of a field; raise a ValueError that names one that cannot be an answer."""
    given = key if isinstance(key, list) else [key]
    answers = tuple(dict.fromkeys(_as_written(field, answer) for answer in given))
    # a number is compared by its value, whatever zeros are written before it
    broken = (NUMBER,) if field.kind == NUMBER else (DATE, TIME, "length", "check")
    for answer in answers:
        fits = answer in field.options if field.kind == TICK else can_hold(field, answer)
        if not fits or replace(field, key=(), among=(), required=True).broken(answer) in broken:
            raise ValueError(answer)
    return answers


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

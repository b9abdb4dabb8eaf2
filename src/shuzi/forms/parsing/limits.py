"""The limits of a field must leave something that can be written in its boxes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from shuzi.errors import DataError
from shuzi.forms.parsing.grammar import is_number
from shuzi.forms.spec import DATE, LEAST_DIGITS, NUMBER, Field
from shuzi.forms.values.check_digits import SHORTEST

LIMITS = {"min": "earliest", "max": "latest"}
"""The keys of a range, and what a date calls its ends."""

_ENDS_OF_NUMBERS = {"min": "least", "max": "most"}


class _Wrong(Protocol):
    """Makes the error about a key of the field."""

    def __call__(self, error: str, key: str, **values: Any) -> DataError: ...


def limits_of(table: Mapping[str, Any], wrong: _Wrong) -> dict[str, Any]:
    """Return the range of a field, as `Field` takes it.

    Parameters
    ----------
    table
        The field's keys and values.
    wrong
        Makes an error from its key in the catalogues and a key of the field.

    Raises
    ------
    DataError
        A date has a limit that is no day, something else has a day, or the first day is after the last.
    """
    is_date = table.get("kind") == DATE
    limits = {key: table[key] for key in LIMITS if key in table}
    for key, limit in limits.items():
        if is_number(limit) == is_date:
            raise wrong("error.spec.limit_of_date" if is_date else "error.spec.limit_of_number", key)
    if not is_date:
        return {_ENDS_OF_NUMBERS[key]: limit for key, limit in limits.items()}
    days = {LIMITS[key]: limit.isoformat() for key, limit in limits.items()}
    if days.get("earliest", Field.earliest) > days.get("latest", Field.latest):
        raise wrong("error.spec.range_of_dates", "max" if "max" in table else "min")
    return days


def check_boxes(table: Mapping[str, Any], boxes: int, wrong: _Wrong) -> None:
    """Raise a DataError if what is asked for never fits in the boxes."""
    decimals, days = table.get("decimals", 0), table.get("kind") == DATE
    least, most = (0 if days else table.get(key, 0) for key in LIMITS)
    if decimals >= boxes:
        raise wrong("error.spec.decimals", "decimals", boxes=boxes)
    if table.get("length", 0) > boxes:
        raise wrong("error.spec.length", "length", boxes=boxes)
    length = table.get("length", boxes)
    if length < LEAST_DIGITS.get(table.get("kind", NUMBER), 0) or length <= decimals:
        raise wrong("error.spec.never", "length", boxes=boxes)
    if "min" in table and "max" in table and least > most:
        raise wrong("error.spec.range", "max")
    if least >= 10 ** (length - decimals) or most < 0:
        raise wrong("error.spec.never", "max" if most < 0 else "min", boxes=length)
    if table.get("check") and boxes < SHORTEST[table["check"]]:
        raise wrong("error.spec.check", "check", least=SHORTEST[table["check"]])

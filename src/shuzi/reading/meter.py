"""Readings of a meter, one after another: one that went back, or grew by more than a day allows, is unsure."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from shuzi.errors import DataError
from shuzi.reading.result import OK, UNSURE, Reading, Sentence

_DAY = 86_400  # seconds
_VALUE = re.compile(r"(\d{1,30})(?:[.,](\d{1,30}))?")


@dataclass(frozen=True)
class Meter:
    """What a meter showed last.

    Parameters
    ----------
    last
        The value; None if it is not known.
    max_per_day
        By how much it grows in a day at most; None for any growth. Less than a day counts as one.
    when
        When it showed that value; None if it is not known: a day before the next reading.

    Examples
    --------
    >>> read = Reading("417.3", "ok", 0.99, (), ("reading.ok", {}))
    >>> Meter(Decimal(418)).check(read)[0].message
    'The meter showed 418 before, so it cannot show 417.3 now. Please check it.'
    >>> Meter(Decimal(416), Decimal(2)).check(read)[1].last
    Decimal('417.3')
    """

    last: Decimal | None = None
    max_per_day: Decimal | None = None
    when: datetime | None = None

    @staticmethod
    def of(last: str | None = None, max_per_day: str | None = None) -> Meter:
        """Make one of numbers that a person wrote, or raise a DataError."""
        given = {"last": last, "max_per_day": max_per_day}
        values = {name: value_of(text) for name, text in given.items() if text is not None}
        for name, value in values.items():
            if value is None:
                raise DataError("error.meter.value", value=str(given[name])[:40])
        return Meter(values.get("last"), values.get("max_per_day"))

    def check(self, reading: Reading, when: datetime | None = None) -> tuple[Reading, Meter]:
        """Return a reading, "unsure" if it cannot follow the last one, and the meter after it.

        What is not "ok" tells nothing about the meter.
        """
        if reading.status != OK:
            return reading, self
        value = value_of(reading.text)
        if value is None:
            return _doubt(reading, ("reading.meter.no_value", {})), self
        if self.last is not None:
            if value < self.last:
                return _doubt(reading, ("reading.meter.back", {"last": str(self.last), "text": reading.text})), self
            days = max(1.0, (when - self.when).total_seconds() / _DAY) if when and self.when else 1.0
            grown = value - self.last
            if self.max_per_day is not None and grown > self.max_per_day * Decimal(days):
                values = {"last": str(self.last), "grown": str(grown), "max": str(self.max_per_day)}
                return _doubt(reading, ("reading.meter.jump", values)), self
        return reading, replace(self, last=value, when=when)


def value_of(text: str) -> Decimal | None:
    """Return the value of a number, with a point or a comma before its decimals; None if it is none.

    >>> value_of("004711,2"), value_of("12:30")
    (Decimal('4711.2'), None)
    """
    found = _VALUE.fullmatch(text.strip())
    return None if found is None else Decimal(f"{found[1]}.{found[2]}" if found[2] else found[1])


def _doubt(reading: Reading, advice: Sentence) -> Reading:
    lines = tuple(replace(line, status=UNSURE, advice=advice) for line in reading.own_lines)
    return replace(reading, status=UNSURE, digits_status=UNSURE, advice=advice, own_lines=lines)

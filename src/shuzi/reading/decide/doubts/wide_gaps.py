"""A gap within a line that is plainly wider than the others makes a reading unsure: it may be of two numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from statistics import median, median_low

from shuzi.ink.boxes import Box
from shuzi.models.tasks import DIGITS
from shuzi.reading.decide.decide_thresholds import LONE_GAP, TIMES_OTHER_GAPS, WIDE_GAP
from shuzi.reading.report.advice import ONLY_UNSURE
from shuzi.reading.report.result import OK, UNSURE, Reading


def doubt_wide_gap(reading: Reading, fits: Callable[[str], bool] | None = None) -> Reading:
    """Make a reading unsure if one of its lines may be two numbers.

    Whatever else is amiss is still what the reading says.

    Parameters
    ----------
    reading
        What was read.
    fits
        Tells whether a text fits a pattern or is on a list; None for any number. A text of which no part fits is one
        number.
    """
    if reading.status not in (OK, UNSURE):
        return reading
    parts = find_parts(reading)
    if parts is None or (fits is not None and not any(map(fits, parts))):
        return reading
    says_more = reading.status != OK and reading.advice[0] not in ONLY_UNSURE
    advice = reading.advice if says_more else ("reading.wide_gap", dict(zip(("first", "second"), parts, strict=True)))
    return replace(reading, status=UNSURE, digits_status=UNSURE, advice=advice)


def find_parts(reading: Reading) -> tuple[str, str] | None:
    """Return the texts on both sides of the first wide gap; None if there is none."""
    return next((parts for line in _read_lines(reading) if (parts := _split(*line)) is not None), None)


def _read_lines(reading: Reading) -> Iterator[tuple[str, list[Box]]]:
    """Yield the text of each line and the boxes of its characters."""
    if len(reading.digits) + len(reading.marks) != len(reading.text.replace("\n", "")):
        return  # a value whose marks were not seen
    digits, marks = (iter([each.box for each in them]) for them in (reading.digits, reading.marks))
    for line in reading.text.split("\n"):
        yield line, [next(digits if character in DIGITS else marks) for character in line]


def _split(text: str, boxes: list[Box]) -> tuple[str, str] | None:
    """Split a line at its widest gap between neighbouring digits; None if that is not plainly wider than the others.

    A gap with a mark in it is not between two numbers, yet it tells how far apart the digits are written.
    """
    at = [index for index, character in enumerate(text) if character in DIGITS]
    gaps = [(max(boxes[right].x - boxes[left].right, 0.0), right) for left, right in pairwise(at)]
    free = [index for index, (left, right) in enumerate(pairwise(at)) if right == left + 1]
    if not free:
        return None
    widest = max(free, key=lambda index: gaps[index][0])
    gap, start = gaps[widest]
    height = median(boxes[index].height for index in at)
    others = [other for other, _ in [*gaps[:widest], *gaps[widest + 1 :]]]
    least = max(WIDE_GAP * height, TIMES_OTHER_GAPS * median_low(others)) if others else LONE_GAP * height
    return (text[:start], text[start:]) if gap >= least else None

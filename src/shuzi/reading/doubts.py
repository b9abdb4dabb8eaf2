"""What makes a reading unsure whatever the networks say: ink that the edge cuts off, a wide gap, no line."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import median, median_low

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.ink.boxes import Box, as_array, intersection
from shuzi.ink.paper import SOLID
from shuzi.models.tasks import DIGITS
from shuzi.reading.advice import OF_PICTURES, ONLY_UNSURE
from shuzi.reading.confidence import Scale
from shuzi.reading.result import BLANK, NOT_A_DIGIT, OK, UNSURE, Reading
from shuzi.reading.thresholds import (
    CHARACTER_MARGIN,
    CUT_GAP,
    CUT_HEIGHT,
    CUT_INSIDE,
    CUT_PART,
    EDGE_PIXELS,
    LARGEST_ON_PAGE,
    LONE_GAP,
    LOW_PICTURE,
    NO_WRITING,
    PROPOSED_SCORE,
    SAME_INK,
    TIMES_OTHER_GAPS,
    WIDE_GAP,
)
from shuzi.reading.values import Findings


def is_cut_at_side(ink: NDArray[np.uint8], digits: Sequence[Box], printed: Sequence[Box]) -> bool:
    """Tell whether ink beside the digits of a line, in none of them, runs into the left or right edge of the picture.

    `ink` is uint8 (h, w); `printed` are the boxes of what is no part of the line: printed lines and patterns, stains,
    the digits of other lines.

    >>> ink = np.zeros((40, 100), np.uint8)
    >>> ink[10:30, 10:20] = ink[8:26, 96:] = 255
    >>> is_cut_at_side(ink, [Box(10, 10, 10, 20)], []), is_cut_at_side(ink, [Box(80, 10, 10, 20)], [])
    (False, True)
    """
    height, columns = median(box.height for box in digits), ink.shape[1]
    first, last = min(digits, key=lambda box: box.x), max(digits, key=lambda box: box.right)
    # seen from its edge, either side is like the other
    mirrored_last, *mirrored = (box._replace(x=columns - box.right) for box in [last, *printed])
    return _is_cut(ink, first, height, printed) or _is_cut(ink[:, ::-1], mirrored_last, height, mirrored)


def _is_cut(ink: NDArray[np.uint8], first: Box, height: float, printed: Sequence[Box]) -> bool:
    """Tell whether the left edge cuts off ink before the first digit."""
    rows = first.pixels(rim=height)[0]
    beside = (ink[rows, : max(0, math.floor(first.x))] >= SOLID).astype(np.uint8)
    if not beside.any():
        return False
    # from top to bottom of a low picture, an upright line may be a 1
    is_low = len(ink) <= LOW_PICTURE * height
    lines = as_array(box for box in printed if not is_low or box.width > box.height)
    _, _, stats, _ = cv2.connectedComponentsWithStats(beside, connectivity=8)
    parts: list[tuple[float, float]] = []  # the tops and bottoms of pieces that hang on no digit
    for x, y, wide, high, _ in stats[1:].tolist():
        box = Box(x, y + rows.start, wide, high)
        top, bottom, gap = max(box.y, first.y), min(box.bottom, first.bottom), first.x - box.right
        if box.x > EDGE_PIXELS or gap > CUT_GAP * height:
            continue
        if bottom - top < max(CUT_PART * height, CUT_INSIDE * box.height):
            continue
        if len(lines) and intersection(np.array(box, np.float64), lines).max() >= SAME_INK * box.width * box.height:
            continue
        if gap >= 1:
            parts.append((top, bottom))
        # what hangs on the digit and reaches no further than its box may be off is its own
        elif bottom - top >= CUT_HEIGHT * height and first.x > CHARACTER_MARGIN * height:
            return True
    # the two ends of a 3 are one character
    tops, bottoms = [top for top, _ in parts], [bottom for _, bottom in parts]
    return bool(parts) and max(bottoms) - min(tops) >= CUT_HEIGHT * height


def doubt_unseen(reading: Reading, seen: Findings, scale: Scale) -> Reading:
    """Make a reading blank or unsure if no line of writing was found.

    It is blank if none is probable, unless the picture is too bad to tell or the candidates say that a digit stands
    away from the edges. Digits that are so high that the line detector may miss them stay ok away from the edges.
    """
    if seen.line_score is None:
        return reading
    is_bad = reading.advice[0] in OF_PICTURES - {"reading.edge"}
    inside = any(
        candidate.score >= PROPOSED_SCORE and not seen.at_edge(candidate.box) for candidate in seen.candidates
    )
    if seen.line_score < NO_WRITING and not is_bad and not inside:
        return Reading("", BLANK, scale.blank, (), ("reading.blank", {}), scale.calibrated)
    if reading.status == UNSURE:
        return reading
    lowest = LARGEST_ON_PAGE * len(seen.grey)
    boxes = [candidate.box for candidate in seen.candidates]
    if reading.status == OK and all(box.height >= lowest and not seen.at_edge(box) for box in boxes):
        return reading
    if reading.status in (BLANK, NOT_A_DIGIT):
        reading = Reading("", UNSURE, reading.confidence, (), reading.advice, reading.calibrated)
    if reading.advice[0] not in OF_PICTURES:
        is_cut = any(map(seen.at_edge, boxes))
        reading = replace(reading, advice=("reading.edge" if is_cut else "reading.no_line", {}))
    return replace(reading, status=UNSURE, digits_status=UNSURE)


def doubt_wide_gap(reading: Reading, fits: Callable[[str], bool] | None = None) -> Reading:
    """Make a reading unsure if one of its lines may be two numbers; it still says whatever else is amiss.

    `fits` tells whether a text fits a pattern or is on a list. A text of which no part fits is one number.
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
    widest_inside = max(WIDE_GAP * height, TIMES_OTHER_GAPS * median_low(others)) if others else LONE_GAP * height
    return (text[:start], text[start:]) if gap >= widest_inside else None

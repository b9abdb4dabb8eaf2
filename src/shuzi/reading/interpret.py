"""Candidates become a reading: the text, its confidence, and a sentence for people."""

from __future__ import annotations

import math
import statistics
from typing import Any

import numpy as np

from shuzi.ink.boxes import Box
from shuzi.ink.components import in_reading_order
from shuzi.ink.paper import LEAST_CONTRAST
from shuzi.ink.sharpness import edge_width
from shuzi.reading.candidates import Candidate, Candidates, around
from shuzi.reading.confidence import Scale
from shuzi.reading.result import BLANK, NOT_A_DIGIT, OK, UNSURE, Digit, Reading

_SMALL = 10  # pixels: smaller digits cannot be read reliably
_BLURRED = 0.12  # of a digit's size: with wider edges, one digit in ten is misread and few are read with confidence
_PAPER_AROUND = 0.25  # of a digit's size: the margin in which its edges are measured
_MORE_INK = 0.05  # fraction of the ink outside all digits that is worth mentioning


def interpret(seen: Candidates, scale: Scale) -> Reading:
    """Put candidates in reading order and make a reading of them.

    Parameters
    ----------
    seen
        What was found.
    scale
        Calibrates the confidence and gives the thresholds.
    """
    if not seen.candidates:
        # on an even surface nothing can have been overlooked
        sure = scale.blank if np.ptp(seen.grey) >= LEAST_CONTRAST / 2 else 1.0
        advice: tuple[str, dict[str, Any]] = ("reading.specks" if seen.ink.any() else "reading.blank"), {}
        return Reading("", BLANK, sure, (), advice, scale.calibrated)
    lines = in_reading_order([each.box for each in seen.candidates])
    confidence = scale.way(seen.simple).of_text(seen)
    digits = [[_digit(seen.candidates[place], seen, scale, confidence) for place in line] for line in lines]
    text = "\n".join("".join(str(each.digit) for each in line) for line in digits)
    ordered = tuple(each for line in digits for each in line)
    status = _status(ordered, confidence, scale)
    return Reading(text, status, confidence, ordered, _advice(seen, ordered, status), scale.calibrated)


def _digit(candidate: Candidate, seen: Candidates, scale: Scale, text: float) -> Digit:
    """Turn a candidate into a digit whose confidence is at least that of the whole text."""
    confidence = max(scale.way(seen.simple).of_digit(candidate), text)
    status = OK if confidence >= scale.ok else UNSURE
    if candidate.is_digit < scale.digit:
        status = NOT_A_DIGIT
    digit = int(candidate.probabilities.argmax())
    return Digit(digit, confidence, candidate.probabilities, _box(candidate, seen), status, candidate.image)


def _box(candidate: Candidate, seen: Candidates) -> Box:
    """Return the box in pixels of the original picture, clipped to it."""
    (height, width), (rows, columns) = seen.shape, seen.grey.shape
    box = candidate.box
    left, right = (min(max(round(each * width / columns), 0), width) for each in (box.x, box.right))
    top, bottom = (min(max(round(each * height / rows), 0), height) for each in (box.y, box.bottom))
    left, top = min(left, width - 1), min(top, height - 1)
    return Box(left, top, max(1, right - left), max(1, bottom - top))


def _status(digits: tuple[Digit, ...], confidence: float, scale: Scale) -> str:
    found = {each.status for each in digits}
    if found == {NOT_A_DIGIT}:
        return NOT_A_DIGIT
    return OK if NOT_A_DIGIT not in found and confidence >= scale.ok else UNSURE


def _advice(seen: Candidates, digits: tuple[Digit, ...], status: str) -> tuple[str, dict[str, Any]]:
    """Choose the most helpful sentence."""
    if status == OK:
        return "reading.ok", {}
    sides = sorted(max(each.box[2:]) for each in digits)
    if sides[len(sides) // 2] < _SMALL:
        return "reading.small", {"n": sides[len(sides) // 2]}
    if any(seen.at_edge(each) for each in seen.candidates):
        return "reading.edge", {}
    edges = statistics.median(edge_width(seen.grey[around(each.box, _PAPER_AROUND)]) for each in seen.candidates)
    if edges > _BLURRED:
        return ("reading.blurred" if math.isfinite(edges) else "reading.pale"), {}
    if status == NOT_A_DIGIT:
        return "reading.not_a_digit", {}
    if seen.uncovered > _MORE_INK and all(each.status == OK for each in digits):
        return "reading.more_ink", {}
    none = next((place for place, each in enumerate(digits, start=1) if each.status == NOT_A_DIGIT), None)
    if none:
        return "reading.part_is_no_digit", {"place": none}
    doubtful = min(digits, key=lambda each: each.probability)
    first, second = doubtful.probabilities.argsort()[::-1][:2]
    return "reading.unsure", {"place": digits.index(doubtful) + 1, "first": int(first), "second": int(second)}

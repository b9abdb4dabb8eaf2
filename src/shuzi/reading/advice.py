"""The reason why a picture is hard to read becomes one sentence for people."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.ink.boxes import Box
from shuzi.ink.paper import resize
from shuzi.models.tasks import DIGITS, MARKS
from shuzi.reading.result import NOT_A_DIGIT, OK, UNKNOWN, Digit, Ignored, Sentence
from shuzi.reading.thresholds import (
    BLURRED_EDGE,
    EDGE_MARGIN,
    EDGES_MEASURED_AT,
    MIN_STEP,
    MORE_INK,
    MUCH_SHRUNK,
    SHRUNK,
    SMALL_DIGIT,
    STEEP_PERCENTILE,
)
from shuzi.reading.values import Findings

OF_PICTURES = {"reading.small", "reading.large", "reading.edge", "reading.blurred", "reading.pale"}
"""The sentences of `about_the_picture`."""

ONLY_UNSURE = {
    f"reading.{key}" for key in ("unsure", "unsure_text", "unsure_line", "mark", "mark_more", "mark_unsure")
}
"""The sentences of readings with which nothing else is amiss."""


def about_candidates(findings: Findings, boxes: Sequence[Box], digits: Sequence[Digit], status: str) -> Sentence:
    """Choose the most helpful sentence about digits that were read one by one."""
    if status == OK:
        return "reading.ok", {}
    if (amiss := about_the_picture(findings, boxes, digits)) is not None:
        return amiss
    if status == NOT_A_DIGIT:
        return "reading.not_a_digit", {}
    if findings.uncovered > MORE_INK and all(digit.status == OK for digit in digits):
        return "reading.more_ink", {}
    none = next((position for position, digit in enumerate(digits, start=1) if digit.status == NOT_A_DIGIT), None)
    if none:
        return "reading.part_is_no_digit", {"place": none}
    doubtful = min(digits, key=lambda digit: digit.probability)
    first, second = doubtful.probabilities.argsort()[::-1][:2]
    return "reading.unsure", {"place": digits.index(doubtful) + 1, "first": int(first), "second": int(second)}


def about_line_text(
    findings: Findings,
    boxes: Sequence[Box],
    digits: Sequence[Digit],
    is_sign_inside: bool,
    is_cut_at_side: bool,
    ignored: Sequence[Ignored],
    texts: Sequence[str],
) -> Sentence:
    """Choose the most helpful sentence about a number that was read line by line and is not sure."""
    amiss = about_the_picture(findings, boxes, digits)
    if amiss is not None:
        return amiss
    if is_cut_at_side:
        return "reading.edge", {}
    if is_sign_inside:
        return "reading.sign_inside", {}
    if any(piece.kind == UNKNOWN for piece in ignored):
        return "reading.unknown_ink", {}
    text, *others = [text for text in texts if text]
    if not others:
        return "reading.unsure_line", {}
    values = {"text": _join_lines(text), "other": _join_lines(others[0])}
    return _name_doubtful_digit(text, others[0]) or ("reading.unsure_text", values)


def about_line(is_sign_inside: bool, texts: Sequence[str]) -> Sentence:
    """Choose the most helpful sentence about a line of a photograph that is not sure."""
    if is_sign_inside:
        return "reading.sign_inside", {}
    text, *others = [text for text in texts if text]
    if not others:
        return "reading.unsure_line", {}
    return _name_doubtful_digit(text, others[0]) or ("reading.unsure_text", {"text": text, "other": others[0]})


def about_marks(text: str, others: Sequence[str]) -> Sentence:
    """Name the mark that is not sure where all digits are."""
    other = next((other for other in others if other != text), None)
    if other is None:
        return "reading.mark_unsure", {}
    place = next((index for index, pair in enumerate(zip(text, other, strict=False)) if pair[0] != pair[1]), None)
    at = min(len(text), len(other)) if place is None else place
    values = {"text": _join_lines(text), "other": _join_lines(other)}
    if text[at : at + 1] in [*MARKS]:
        return "reading.mark", {**values, "mark": text[at], "place": at + 1}
    return "reading.mark_more", {**values, "mark": other[at]}


def about_the_picture(findings: Findings, boxes: Sequence[Box], digits: Sequence[Digit]) -> Sentence | None:
    """Return what is wrong with the picture: too small or large, cut off, blurred or pale; None if nothing is."""
    sides = sorted(max(digit.box[2:]) for digit in digits)
    middle = sides[len(sides) // 2]
    if middle < SMALL_DIGIT:
        return "reading.small", {"n": middle}
    if _shrinking(findings) >= SHRUNK and middle < SMALL_DIGIT * _shrinking(findings):
        return "reading.large", _in_pixels(findings)
    # the edge explains no doubt about a digit that does not touch it
    doubtful = [box for box, digit in zip(boxes, digits, strict=True) if digit.status != OK]
    if any(findings.at_edge(box) for box in doubtful or boxes):
        return "reading.edge", {}
    around = [box.pixels(rim=EDGE_MARGIN * max(box[2:])) for box in boxes]
    edges = statistics.median(measure_edge_width(findings.grey[pixels]) for pixels in around)
    if edges > BLURRED_EDGE:
        return ("reading.blurred" if math.isfinite(edges) else "reading.pale"), {}
    return None


def measure_edge_width(grey: NDArray[np.uint8]) -> float:
    """Return how wide the sharper edges of a digit, uint8 (h, w), are, as a fraction of its longer side."""
    small = resize(grey.astype(np.float32), min(1.0, EDGES_MEASURED_AT / max(grey.shape)))
    darkest, lightest = np.percentile(small, (2, 98)).tolist()
    if lightest - darkest < MIN_STEP or min(small.shape) < 2:
        return float("inf")
    # Scharr's weights on one side add up to 16, and the two sides are two pixels apart
    across, down = (cv2.Scharr(small, cv2.CV_32F, *order, scale=1 / 32) for order in ((1, 0), (0, 1)))
    steepest = float(np.percentile(np.hypot(across, down), STEEP_PERCENTILE))
    return float((lightest - darkest) / max(steepest, 1e-6) / max(small.shape))


def about_no_writing(findings: Findings) -> Sentence:
    """Return what to say of a picture in which no writing was found."""
    if is_much_smaller(findings):
        return "reading.lost", _in_pixels(findings)
    return ("reading.specks" if findings.ink.any() else "reading.blank"), {}


def is_much_smaller(findings: Findings) -> bool:
    """Tell whether a picture was shrunk so much before it was searched that writing may be lost."""
    return _shrinking(findings) > MUCH_SHRUNK


def _shrinking(findings: Findings) -> float:
    return float(max(findings.shape) / max(findings.grey.shape))


def _in_pixels(findings: Findings) -> dict[str, Any]:
    return {"side": max(findings.shape), "searched": max(findings.grey.shape)}


def _join_lines(text: str) -> str:
    return text.replace("\n", " / ")


def _name_doubtful_digit(text: str, other: str) -> Sentence | None:
    """Name the digit in which two texts differ; None if they differ in anything else."""
    if len(text) != len(other):
        return None
    differing = [position for position, pair in enumerate(zip(text, other, strict=True)) if pair[0] != pair[1]]
    if len(differing) != 1 or not {text[differing[0]], other[differing[0]]} <= set(DIGITS):
        return None
    position = sum(character in DIGITS for character in text[: differing[0]]) + 1
    return "reading.unsure", {"place": position, "first": int(text[differing[0]]), "second": int(other[differing[0]])}

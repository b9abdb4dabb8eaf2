"""A scanned picture becomes candidates for its digits, from components or by the detector, and lines of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from shuzi.ink.boxes import Box, as_array, overlap_of_smaller, union
from shuzi.ink.paper import Scan
from shuzi.ink.strips import measure_length
from shuzi.reading import thresholds
from shuzi.reading.candidates import (
    Candidate,
    TooMuch,
    Work,
    classify_pieces,
    measure_covered,
    measure_unexplained,
    multiply_confidence,
)
from shuzi.reading.detector import Detector, has_more, search_by_scale, search_pale
from shuzi.reading.lines import frame_lines, group_rows, is_struck_out
from shuzi.reading.values import Findings, Line

if TYPE_CHECKING:
    from shuzi.reading.classifier import Classifier


def locate(
    scan: Scan,
    classifier: Classifier,
    detector: Detector | None,
    has_lines: bool,
    max_work: float = thresholds.MAX_WORK,
) -> Findings:
    """Find the digits in a picture, classify each, and frame the lines that they stand on.

    The detector looks where the ink is not simple. `has_lines`: lines are recognised next; a single sure digit needs
    no line. `max_work` is what may be done, in images classified.
    """
    ink, components = scan.ink, scan.components
    work = Work(_limit_work(scan.grey.size, max_work))
    try:
        if len(components.boxes) > thresholds.MAX_COMPONENTS:
            raise TooMuch("reading.many_pieces", len(components.boxes))
        # 1. the candidates: components, or what the detector finds where these do not explain the ink
        candidates: list[Candidate] = []
        considered: list[Candidate] = []
        simple, is_one = True, False
        if len(components.boxes):
            candidates = _take_components(scan, classifier, work)
            is_sure = multiply_confidence(candidates) >= thresholds.SURE_CONFIDENCE
            is_clear = is_sure and measure_unexplained(ink, candidates) <= thresholds.MAX_UNEXPLAINED_INK
            # joined with a point or a stroke beside it, a digit is one candidate too
            in_one_piece = len(components.boxes) + len(components.specks) == 1
            is_one = is_clear and len(candidates) == 1 and (in_one_piece or scan.is_one_piece)
            if detector is not None and not is_clear:
                enough = thresholds.GOOD_SCORE_BEFORE_LINES if has_lines else thresholds.GOOD_SCORE
                detected, all_detected = search_by_scale(scan, classifier, detector, candidates, enough, work)
                if not is_sure or has_more(candidates, detected):
                    candidates, considered, simple = detected, all_detected, False
        elif detector is not None:
            ink, candidates, considered = search_pale(scan, classifier, detector, work)
            simple = not candidates
        # 2. the lines: what is on none of them is no digit
        pieces = [Box(*map(float, piece)) for piece in components.boxes.tolist()]
        rows = group_rows([candidate.box for candidate in candidates] or pieces, ink.shape)
        lines = frame_lines(rows, candidates, components.boxes, components.specks)
        on_lines = {id(candidate) for line in lines for candidate in line.candidates}
        candidates = [candidate for candidate in candidates if id(candidate) in on_lines]
        if (simple and is_one) or not has_lines:
            lines = []
        lines = [replace(line, is_struck=_is_struck(line, scan)) for line in lines]
        plain = sum(candidate.score >= thresholds.PLAIN_SCORE for candidate in candidates)
        work.left += min(plain, thresholds.MAX_PLAIN)
        strips = sum(measure_length(frame) for line in lines for frame in line.frames)
        work.spend(strips / thresholds.STRIP_PIXELS_PER_IMAGE, "reading.many_lines", len(lines))
    except TooMuch as problem:
        return Findings(scan.grey, scan.shape, False, scan.ink, [], 1.0, too_much=problem.advice, work=work.done)
    # 3. what they leave out: ink, and what was considered where none of them is
    uncovered, missed = 1 - measure_covered(ink, candidates), 0.0
    if considered:
        boxes = as_array(candidate.box for candidate in candidates)
        rejected = [
            candidate.score
            for candidate in considered
            if not candidates
            or overlap_of_smaller(np.array(candidate.box), boxes).max() < thresholds.SAME_DIGIT_OVERLAP
        ]
        missed = max(rejected, default=0.0)
    return Findings(
        scan.grey,
        scan.shape,
        simple,
        ink,
        candidates,
        uncovered,
        missed,
        tuple(lines),
        work_left=work.left,
        work=work.done,
    )


def _is_struck(line: Line, scan: Scan) -> bool:
    return is_struck_out(scan.contrast, [candidate.box for candidate in line.candidates])


def _limit_work(pixels: int, max_work: float) -> float:
    """Return what may be done for a picture of so many pixels, and at most, in images classified.

    >>> _limit_work(32 * 32, 1_800), _limit_work(640 * 480, 1_800), _limit_work(640 * 480, 200)
    (202.4, 1800, 200)
    """
    return min(max_work, thresholds.MAX_WORK, thresholds.MIN_WORK + pixels / thresholds.PIXELS_PER_WORK)


def _take_components(scan: Scan, classifier: Classifier, work: Work) -> list[Candidate]:
    """Take each component for a digit, or join nearby components if that gives more confidence."""
    boxes = scan.components.boxes
    if len(boxes) > thresholds.MAX_SIMPLE_COMPONENTS:
        return []
    candidates = classify_pieces(scan.ink, _join_strokes(boxes), classifier, work)
    may_be_broken = 1 < len(boxes) <= thresholds.MAX_BROKEN_STROKES
    if may_be_broken and multiply_confidence(candidates) < thresholds.SURE_CONFIDENCE:
        strokes = _join_strokes(boxes, thresholds.LARGEST_STROKE_GAP)
        broken = classify_pieces(scan.ink, strokes, classifier, work)
        candidates = max(candidates, broken, key=multiply_confidence)
    return candidates


def _join_strokes(boxes: NDArray[np.int32], near: float = 0.0) -> NDArray[np.int32]:
    """Join boxes that lie above each other, such as the two strokes of a 5: int32 (k, 4) becomes fewer.

    Boxes in any position are also joined if the gap between them is less than `near` times the taller one's height.

    Examples
    --------
    >>> _join_strokes(np.array([[10, 10, 20, 30], [12, 2, 22, 5], [50, 10, 5, 30]], np.int32)).tolist()
    [[10, 2, 24, 38], [50, 10, 5, 30]]
    """
    left = [box.astype(np.int64) for box in boxes]
    first = 0
    while first < len(left):
        for second in range(first + 1, len(left)):
            if _are_one_digit(left[first], left[second]) or _are_near(left[first], left[second], near):
                left[first] = union(left[first], left.pop(second))
                first = -1
                break
        first += 1
    return np.array(left, np.int32).reshape(-1, 4)


def _are_one_digit(first: NDArray[np.int64], second: NDArray[np.int64]) -> bool:
    """Tell whether one box covers most of the other's width and is close to it, as strokes of one digit are."""
    across = min(first[0] + first[2], second[0] + second[2]) - max(first[0], second[0])
    if across < 0.5 * min(first[2], second[2]):
        return False
    apart = max(first[1], second[1]) - min(first[1] + first[3], second[1] + second[3])
    return bool(apart < 0.35 * max(first[3], second[3]))


def _are_near(first: NDArray[np.int64], second: NDArray[np.int64], near: float) -> bool:
    gap = np.maximum(first[:2], second[:2]) - np.minimum(first[:2] + first[2:], second[:2] + second[2:])
    return bool(gap.max() < near * max(first[3], second[3]))

"""A scanned picture becomes candidates for its digits, from components or by the detector, and lines of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shuzi.ink.boxes import Box
from shuzi.ink.scan import Scan
from shuzi.ink.strips import measure_length
from shuzi.reading.find import find_thresholds as thresholds
from shuzi.reading.find.candidates import (
    TooMuch,
    Work,
    has_more,
    limit_work,
    measure_covered,
    measure_unexplained,
    multiply_confidence,
    score_best_rejected,
)
from shuzi.reading.find.detector import Detector, search_by_scale, search_pale
from shuzi.reading.find.line_frames import frame_lines
from shuzi.reading.find.rows import group_rows
from shuzi.reading.find.simple_ink import take_components
from shuzi.reading.values import Candidate, Findings

if TYPE_CHECKING:
    from shuzi.reading.recognise.classifier import Classifier


def locate(
    scan: Scan, classifier: Classifier, detector: Detector | None, has_lines: bool, most: float = thresholds.MOST_WORK
) -> Findings:
    """Find the digits in a picture, classify each, and frame the lines that they stand on.

    Parameters
    ----------
    scan
        The picture.
    classifier
        Classifies what is found.
    detector
        Finds digits where the ink is not simple; None for no detector.
    has_lines
        Whether lines are recognised next. A single sure digit needs no line.
    most
        What may be done for it, in images classified.
    """
    ink, components = scan.ink, scan.components
    work = Work(limit_work(scan.grey.size, most))
    try:
        if len(components.boxes) > thresholds.MOST_COMPONENTS:
            raise TooMuch("reading.many_pieces", len(components.boxes))
        # 1. the candidates: components, or what the detector finds where these do not explain the ink
        candidates: list[Candidate] = []
        considered: list[Candidate] = []
        simple, is_one = True, False
        if len(components.boxes):
            candidates = take_components(scan, classifier, work)
            is_sure = multiply_confidence(candidates) >= thresholds.SURE_CONFIDENCE
            is_clear = is_sure and measure_unexplained(ink, candidates) <= thresholds.MOST_UNEXPLAINED_INK
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
        plain = sum(candidate.score >= thresholds.PLAIN_SCORE for candidate in candidates)
        work.left += min(plain, thresholds.MOST_PLAIN)
        strips = sum(measure_length(frame) for line in lines for frame in line.frames)
        work.spend(strips / thresholds.STRIP_PIXELS_PER_IMAGE, "reading.many_lines", len(lines))
    except TooMuch as problem:
        return Findings(scan.grey, scan.shape, False, scan.ink, [], 1.0, too_much=problem.advice, work=work.done)
    # 3. what they leave out
    uncovered, missed = 1 - measure_covered(ink, candidates), score_best_rejected(candidates, considered)
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

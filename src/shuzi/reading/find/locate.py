"""A scanned picture becomes candidates for its digits, from components or by the detector, and lines of them."""

from __future__ import annotations

import math
import statistics
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from shuzi.ink.boxes import Box
from shuzi.ink.components import joined, letter_height
from shuzi.ink.paper import CONTRAST, LEAST_CONTRAST, PAPER, ink_map
from shuzi.ink.scan import Scan
from shuzi.ink.strips import length
from shuzi.reading.find.candidates import candidates_at
from shuzi.reading.find.detector import Detector, possible_scale
from shuzi.reading.find.find_thresholds import (
    CLEAR_DETECTION,
    DIGIT_HEIGHT,
    GOOD_SCORE,
    GOOD_SCORE_BEFORE_LINES,
    IMAGES_PER_SEPARATION,
    LARGEST_STROKE_GAP,
    LEAST_SCALE_STEP,
    MOST_BROKEN_STROKES,
    MOST_COMPONENTS,
    MOST_DETECTOR_RUNS,
    MOST_SIMPLE_COMPONENTS,
    MOST_UNEXPLAINED_INK,
    PALE_MARGIN,
    STRIP_PIXELS_PER_IMAGE,
    SURE_CONFIDENCE,
    TYPICAL_HEIGHTS,
)
from shuzi.reading.find.line_frames import lines_of
from shuzi.reading.find.selection import (
    adds_to,
    best_rejected,
    chosen,
    confidence_of,
    covered,
    explanation,
    unexplained,
    without_low,
)
from shuzi.reading.find.work import TooMuch, Work
from shuzi.reading.values import Candidate, Candidates

if TYPE_CHECKING:
    from shuzi.reading.recognise.classifier import Classifier


def locate(scan: Scan, classifier: Classifier, detector: Detector | None, has_lines: bool) -> Candidates:
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
    """
    try:
        return _located(scan, classifier, detector, has_lines)
    except TooMuch as problem:
        return Candidates(scan.grey, scan.shape, False, scan.ink, [], 1.0, too_much=problem.advice)


def _located(scan: Scan, classifier: Classifier, detector: Detector | None, has_lines: bool) -> Candidates:
    ink, components, work = scan.ink, scan.components, Work()
    if len(components.boxes) > MOST_COMPONENTS:
        raise TooMuch("reading.many_pieces", len(components.boxes))
    # 1. the candidates: components, or what the detector finds where these do not explain the ink
    candidates: list[Candidate] = []
    rejected: list[Candidate] = []
    simple = True
    if len(components.boxes):
        candidates = _from_components(scan, classifier)
        sure = confidence_of(candidates) >= SURE_CONFIDENCE
        if detector is not None and (not sure or unexplained(ink, candidates) > MOST_UNEXPLAINED_INK):
            enough = GOOD_SCORE_BEFORE_LINES if has_lines else GOOD_SCORE
            detected, all_detected = _by_detector(scan, classifier, detector, candidates, enough, work)
            if not sure or adds_to(candidates, detected):
                candidates, rejected, simple = detected, all_detected, False
    elif detector is not None:
        ink, candidates, rejected = _pale(scan, classifier, detector, work)
        simple = not candidates
    is_one = simple and _is_one_sure_digit(scan, candidates)
    # 2. the lines: what is on none of them is no digit
    lines = lines_of(candidates, components.boxes, ink.shape, components.specks)
    on_lines = {id(candidate) for line in lines for candidate in line.candidates}
    candidates = [candidate for candidate in candidates if id(candidate) in on_lines]
    if is_one or not has_lines:
        lines = []
    strips = sum(length(frame) for line in lines for frame in line.frames)
    work.spend(strips / STRIP_PIXELS_PER_IMAGE, "reading.many_lines", len(lines))
    # 3. what they leave out
    uncovered, missed = 1 - covered(ink, candidates), best_rejected(candidates, rejected)
    return Candidates(
        scan.grey, scan.shape, simple, ink, candidates, uncovered, missed, tuple(lines), work_left=work.left
    )


def _is_one_sure_digit(scan: Scan, candidates: list[Candidate]) -> bool:
    """Tell whether there is nothing to recognise but one digit, and that is sure."""
    # joined with a point or a stroke beside it, a digit is one candidate too
    in_one_piece = len(scan.components.boxes) + len(scan.components.specks) == 1
    sure = len(candidates) == 1 and confidence_of(candidates) >= SURE_CONFIDENCE
    return in_one_piece and sure and unexplained(scan.ink, candidates) <= MOST_UNEXPLAINED_INK


def _from_components(scan: Scan, classifier: Classifier) -> list[Candidate]:
    """Take each component for a digit, or join nearby components if that gives more confidence."""
    boxes = scan.components.boxes
    if len(boxes) > MOST_SIMPLE_COMPONENTS:
        return []

    def taken(pieces: NDArray[np.int32]) -> list[Candidate]:
        return without_low(candidates_at(scan.ink, [Box(*piece) for piece in pieces.tolist()], classifier))

    candidates = taken(joined(boxes))
    if 1 < len(boxes) <= MOST_BROKEN_STROKES and confidence_of(candidates) < SURE_CONFIDENCE:
        candidates = max(candidates, taken(joined(boxes, LARGEST_STROKE_GAP)), key=confidence_of)
    return candidates


def _by_detector(
    scan: Scan, classifier: Classifier, detector: Detector, simple: list[Candidate], enough: float, work: Work
) -> tuple[list[Candidate], list[Candidate]]:
    """Find digits with the detector, at the scale suggested by the ink and at others if that fits badly.

    Returns
    -------
    The best candidates, or the simple ones if the detector finds nothing; and all that it found with the best.
    """
    ink, letter = scan.ink, letter_height(scan.components, scan.ink.shape)
    best, all_of_best, best_score = list[Candidate](), list[Candidate](), 0.0
    scale, tried = possible_scale(DIGIT_HEIGHT / letter, ink.shape), list[float]()
    while True:
        detections = detector.find(scan.contrast, scale)
        boxes = [detection.box for detection in detections]
        all_candidates = candidates_at(ink, boxes, classifier, detections, work)
        candidates = chosen(all_candidates)
        if (score := explanation(ink, candidates)) > best_score or not best:
            best, all_of_best, best_score = candidates, all_candidates, score
        tried.append(scale)
        if best_score >= enough or len(tried) == MOST_DETECTOR_RUNS:
            return best or simple, all_of_best
        # what was found is the best guide to the digits' height; if they touch print, or nothing was found, try
        # typical heights
        heights = [statistics.median(candidate.box.height for candidate in candidates)] if candidates else []
        heights += [fraction * min(ink.shape) for fraction in TYPICAL_HEIGHTS]
        scales = (possible_scale(DIGIT_HEIGHT / height, ink.shape) for height in heights)
        untried = (new for new in scales if all(abs(math.log(new / old)) > LEAST_SCALE_STEP for old in tried))
        if (following := next(untried, None)) is None:
            return best or simple, all_of_best
        scale = following


def _pale(
    scan: Scan, classifier: Classifier, detector: Detector, work: Work
) -> tuple[NDArray[np.uint8], list[Candidate], list[Candidate]]:
    """Find digits with the detector if the writing is too pale or the paper too uneven for an ink map.

    Returns
    -------
    An ink map of what was found, the candidates, and all that was found.
    """
    grey, ink = scan.grey, np.zeros_like(scan.grey)
    for fraction in TYPICAL_HEIGHTS:
        found = detector.find(scan.contrast, DIGIT_HEIGHT / (fraction * min(grey.shape)))
        detections = [detection for detection in found if _is_in(grey, detection.box)]
        if any(detection.score >= CLEAR_DETECTION for detection in detections):
            break
    else:
        detections = []
    work.spend(IMAGES_PER_SEPARATION * len(detections), "reading.many_digits", len(detections))
    for detection in detections:
        surroundings = detection.box.pixels_around(PALE_MARGIN)
        part = ink_map(grey[surroundings], LEAST_CONTRAST / 2)
        if not part.any():  # the detector found it, so it is not noise
            darker = np.maximum(scan.contrast[surroundings].astype(np.float32) - PAPER, 0)
            part = np.minimum(np.rint(darker * (255 / CONTRAST)), 255).astype(np.uint8)
        np.maximum(ink[surroundings], part, out=ink[surroundings])
    candidates = candidates_at(ink, [detection.box for detection in detections], classifier, detections, work)
    return ink, chosen(candidates), candidates


def _is_in(grey: NDArray[np.uint8], box: Box) -> bool:
    """Tell whether a box reaches into the picture."""
    return box.x < grey.shape[1] and box.y < grey.shape[0] and box.right > 0 and box.bottom > 0

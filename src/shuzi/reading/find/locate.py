"""A scanned picture becomes candidates for its digits, from components or by the detector, and lines of them."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from shuzi.ink.boxes import Box, as_array, iou, non_maximum_suppression, overlap_of_smaller
from shuzi.ink.components import SOLID, Components, is_one_piece, joined
from shuzi.ink.paper import CONTRAST, LEAST_CONTRAST, PAPER, ink_map
from shuzi.ink.scan import Scan
from shuzi.ink.strips import length
from shuzi.reading.find import find_thresholds as thresholds
from shuzi.reading.find.candidates import TooMuch, Work, candidates_at, most_work
from shuzi.reading.find.detector import Detector, possible_scale
from shuzi.reading.find.line_frames import lines_of
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
    work = Work(min(most, most_work(scan.grey.size)))
    try:
        return _located(scan, classifier, detector, has_lines, work)
    except TooMuch as problem:
        return Findings(scan.grey, scan.shape, False, scan.ink, [], 1.0, too_much=problem.advice, work=work.done)


def _located(scan: Scan, classifier: Classifier, detector: Detector | None, has_lines: bool, work: Work) -> Findings:
    ink, components = scan.ink, scan.components
    if len(components.boxes) > thresholds.MOST_COMPONENTS:
        raise TooMuch("reading.many_pieces", len(components.boxes))
    # 1. the candidates: components, or what the detector finds where these do not explain the ink
    candidates: list[Candidate] = []
    considered: list[Candidate] = []
    simple = True
    if len(components.boxes):
        candidates = _from_components(scan, classifier, work)
        sure = _confidence_of(candidates) >= thresholds.SURE_CONFIDENCE
        if detector is not None and (not sure or _unexplained(ink, candidates) > thresholds.MOST_UNEXPLAINED_INK):
            enough = thresholds.GOOD_SCORE_BEFORE_LINES if has_lines else thresholds.GOOD_SCORE
            detected, all_detected = _by_detector(scan, classifier, detector, candidates, enough, work)
            if not sure or _adds_to(candidates, detected):
                candidates, considered, simple = detected, all_detected, False
    elif detector is not None:
        ink, candidates, considered = _pale(scan, classifier, detector, work)
        simple = not candidates
    is_one = simple and _is_one_sure_digit(scan, candidates)
    # 2. the lines: what is on none of them is no digit
    lines = lines_of(candidates, components.boxes, ink.shape, components.specks)
    on_lines = {id(candidate) for line in lines for candidate in line.candidates}
    candidates = [candidate for candidate in candidates if id(candidate) in on_lines]
    if is_one or not has_lines:
        lines = []
    work.left += min(
        sum(candidate.score >= thresholds.PLAIN_SCORE for candidate in candidates), thresholds.MOST_PLAIN
    )
    strips = sum(length(frame) for line in lines for frame in line.frames)
    work.spend(strips / thresholds.STRIP_PIXELS_PER_IMAGE, "reading.many_lines", len(lines))
    # 3. what they leave out
    uncovered, missed = 1 - _covered(ink, candidates), _best_rejected(candidates, considered)
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


def _is_one_sure_digit(scan: Scan, candidates: list[Candidate]) -> bool:
    """Tell whether there is nothing to recognise but one digit, and that is sure."""
    # joined with a point or a stroke beside it, a digit is one candidate too
    in_one_piece = len(scan.components.boxes) + len(scan.components.specks) == 1
    sure = len(candidates) == 1 and _confidence_of(candidates) >= thresholds.SURE_CONFIDENCE
    explained = sure and _unexplained(scan.ink, candidates) <= thresholds.MOST_UNEXPLAINED_INK
    return explained and (in_one_piece or is_one_piece(scan.ink))


def _from_components(scan: Scan, classifier: Classifier, work: Work) -> list[Candidate]:
    """Take each component for a digit, or join nearby components if that gives more confidence."""
    boxes = scan.components.boxes
    if len(boxes) > thresholds.MOST_SIMPLE_COMPONENTS:
        return []

    def taken(pieces: NDArray[np.int32]) -> list[Candidate]:
        work.done += len(pieces)
        return _without_low(candidates_at(scan.ink, [Box(*piece) for piece in pieces.tolist()], classifier))

    candidates = taken(joined(boxes))
    if 1 < len(boxes) <= thresholds.MOST_BROKEN_STROKES and _confidence_of(candidates) < thresholds.SURE_CONFIDENCE:
        candidates = max(candidates, taken(joined(boxes, thresholds.LARGEST_STROKE_GAP)), key=_confidence_of)
    return candidates


def _by_detector(
    scan: Scan, classifier: Classifier, detector: Detector, simple: list[Candidate], enough: float, work: Work
) -> tuple[list[Candidate], list[Candidate]]:
    """Find digits with the detector, at the scale suggested by the ink and at others if that fits badly.

    Returns
    -------
    The best candidates, or the simple ones if the detector finds nothing; and all that it found with the best.
    """
    ink, letter = scan.ink, _letter_height(scan.components, scan.ink.shape)
    best, all_of_best, best_score = list[Candidate](), list[Candidate](), 0.0
    scale, tried = possible_scale(thresholds.DIGIT_HEIGHT / letter, ink.shape), list[float]()
    while True:
        work.done += _searched(scan, scale)
        detections = detector.find(scan.contrast, scale)
        boxes = [detection.box for detection in detections]
        all_candidates = candidates_at(ink, boxes, classifier, detections, work)
        candidates = _chosen(all_candidates)
        if (score := _explanation(ink, candidates)) > best_score or not best:
            best, all_of_best, best_score = candidates, all_candidates, score
        tried.append(scale)
        if best_score >= enough or len(tried) == thresholds.MOST_DETECTOR_RUNS:
            return best or simple, all_of_best
        # what was found is the best guide to the digits' height; if they touch print, or nothing was found, try
        # typical heights
        heights = [statistics.median(candidate.box.height for candidate in candidates)] if candidates else []
        heights += [fraction * min(ink.shape) for fraction in thresholds.TYPICAL_HEIGHTS]
        scales = (possible_scale(thresholds.DIGIT_HEIGHT / height, ink.shape) for height in heights)
        untried = (
            new for new in scales if all(abs(math.log(new / old)) > thresholds.LEAST_SCALE_STEP for old in tried)
        )
        if (following := next(untried, None)) is None:
            return best or simple, all_of_best
        scale = following


def _letter_height(writing: Components, shape: tuple[int, ...]) -> float:
    """Estimate the height of the writing in pixels: half of the ink is in components at least this tall.

    Parameters
    ----------
    writing
        The components.
    shape
        Of the picture. A component that spans all of it is ruling or a frame, unless there is nothing else.

    Examples
    --------
    >>> boxes = np.array([[0, 0, 9, 20], [0, 0, 9, 22], [0, 30, 100, 3]], np.int32)
    >>> writing = Components(boxes, np.array([80, 80, 300]))
    >>> _letter_height(writing, (60, 100))
    20.0
    """
    across = (writing.boxes[:, 2] >= 0.95 * shape[1]) | (
        (writing.boxes[:, 3] >= 0.95 * shape[0]) & (writing.boxes[:, 2] >= 0.8 * shape[1])
    )
    kept = np.flatnonzero(~across) if not across.all() else np.arange(len(across))
    heights, areas = writing.boxes[kept, 3], writing.areas[kept]
    by_height = np.argsort(heights)
    filled = np.cumsum(areas[by_height])
    return float(heights[by_height][np.searchsorted(filled, filled[-1] / 2)])


def _searched(scan: Scan, scale: float) -> float:
    """Return what it takes to search a picture with the detector at a scale, in images classified."""
    shape = scan.contrast.shape
    return math.prod(shape) * possible_scale(scale, shape) ** 2 / thresholds.SEARCHED_PIXELS_PER_IMAGE


def _pale(
    scan: Scan, classifier: Classifier, detector: Detector, work: Work
) -> tuple[NDArray[np.uint8], list[Candidate], list[Candidate]]:
    """Find digits with the detector if the writing is too pale or the paper too uneven for an ink map.

    Returns
    -------
    An ink map of what was found, the candidates, and all that was found.
    """
    grey, ink = scan.grey, np.zeros_like(scan.grey)
    for fraction in thresholds.TYPICAL_HEIGHTS:
        scale = thresholds.DIGIT_HEIGHT / (fraction * min(grey.shape))
        work.done += _searched(scan, scale)
        everywhere = detector.find(scan.contrast, scale)
        detections = [detection for detection in everywhere if _is_in(grey, detection.box)]
        if any(detection.score >= thresholds.CLEAR_DETECTION for detection in detections):
            break
    else:
        detections = []
    work.spend(thresholds.IMAGES_PER_SEPARATION * len(detections), "reading.many_digits", len(detections))
    for detection in detections:
        surroundings = detection.box.pixels_around(thresholds.PALE_MARGIN)
        part = ink_map(grey[surroundings], LEAST_CONTRAST / 2)
        if not part.any():  # the detector found it, so it is not noise
            darker = np.maximum(scan.contrast[surroundings].astype(np.float32) - PAPER, 0)
            part = np.minimum(np.rint(darker * (255 / CONTRAST)), 255).astype(np.uint8)
        np.maximum(ink[surroundings], part, out=ink[surroundings])
    candidates = candidates_at(ink, [detection.box for detection in detections], classifier, detections, work)
    return ink, _chosen(candidates), candidates


def _is_in(grey: NDArray[np.uint8], box: Box) -> bool:
    """Tell whether a box reaches into the picture."""
    return box.x < grey.shape[1] and box.y < grey.shape[0] and box.right > 0 and box.bottom > 0


def _chosen(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Keep the best of overlapping candidates, and drop those too small, next to the others, to be digits."""
    likely = [candidate for candidate in candidates if candidate.score >= thresholds.LEAST_SCORE]
    best_first = sorted(likely, key=lambda candidate: -candidate.score)
    boxes = [candidate.box for candidate in best_first]
    kept = non_maximum_suppression(boxes, overlap_of_smaller, thresholds.SAME_DIGIT_OVERLAP)
    return _without_low([best_first[index] for index in kept])


def _without_low(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Drop candidates too small, next to the others, to be digits, such as commas."""
    if not candidates:
        return []
    height = float(np.median([candidate.box.height for candidate in candidates]))
    return [candidate for candidate in candidates if candidate.box.height >= _least_height(candidate) * height]


def _least_height(candidate: Candidate) -> float:
    """Return the minimum height relative to the others: a comma looks like a 1, but a small 0 is often a real 0."""
    return thresholds.LEAST_HEIGHT_OF_ONE if candidate.probabilities.argmax() == 1 else thresholds.LEAST_HEIGHT


def _adds_to(candidates: Sequence[Candidate], detected: Sequence[Candidate]) -> bool:
    """Tell whether more were detected, including one at about the same position as each candidate."""
    boxes = as_array(candidate.box for candidate in detected)
    return len(detected) > len(candidates) and all(
        iou(np.array(candidate.box, np.float64), boxes).max() >= thresholds.SAME_DIGIT_IOU for candidate in candidates
    )


def _best_rejected(candidates: Sequence[Candidate], considered: Sequence[Candidate]) -> float:
    """Return the score of the best one considered that overlaps none of the candidates; 0 if there is none."""
    boxes = as_array(candidate.box for candidate in candidates)
    apart = (
        rejected.score
        for rejected in considered
        if not len(boxes) or overlap_of_smaller(np.array(rejected.box), boxes).max() < thresholds.SAME_DIGIT_OVERLAP
    )
    return max(apart, default=0.0)


def _confidence_of(candidates: Sequence[Candidate]) -> float:
    """Return the probability that all candidates are digits and classified correctly; 0 if there are none."""
    return math.prod(candidate.confidence for candidate in candidates) if candidates else 0.0


def _explanation(ink: NDArray[np.uint8], candidates: Sequence[Candidate]) -> float:
    """Return how well candidates explain a picture: their mean score times the fraction of ink they cover."""
    if not candidates:
        return 0.0
    return _covered(ink, candidates) * float(np.mean([candidate.score for candidate in candidates]))


def _unexplained(ink: NDArray[np.uint8], candidates: Sequence[Candidate]) -> float:
    """Return the fraction of solid ink outside candidates: lines, frames, specks, and digits lost with a line."""
    return 1 - _covered((ink >= SOLID).astype(np.uint8), candidates)


def _covered(ink: NDArray[np.uint8], candidates: Sequence[Candidate]) -> float:
    """Return the fraction of ink inside the candidates' boxes; 0 if there is no ink."""
    inside = np.zeros(ink.shape, np.uint8)
    for candidate in candidates:
        inside[candidate.box.pixels()] = 1
    return float(np.sum(ink * inside, dtype=np.float64) / max(np.sum(ink, dtype=np.float64), 1.0))

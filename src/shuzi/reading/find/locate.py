"""A grey picture becomes candidates for its digits: found as connected components, or by the detector."""

from __future__ import annotations

import math
import statistics

import numpy as np
from numpy.typing import NDArray

from shuzi.ink.boxes import Box, as_array, iou, non_maximum_suppression, overlap_of_smaller
from shuzi.ink.components import SOLID, joined, letter_height
from shuzi.ink.paper import CONTRAST, LEAST_CONTRAST, PAPER, ink_map
from shuzi.ink.scan import Scan
from shuzi.ink.strips import length
from shuzi.reading.find.candidates import Candidate, Candidates, TooMuch, Work, around, candidates_at
from shuzi.reading.find.detector import Detector, possible_scale
from shuzi.reading.find.find_thresholds import (
    CLEAR_DETECTION,
    DIGIT_HEIGHT,
    GOOD_SCORE,
    GOOD_SCORE_BEFORE_LINES,
    IMAGES_PER_SEPARATION,
    LARGEST_SIDE,
    LARGEST_STROKE_GAP,
    LEAST_HEIGHT,
    LEAST_HEIGHT_OF_ONE,
    LEAST_SCALE_STEP,
    LEAST_SCORE,
    MOST_BROKEN_STROKES,
    MOST_COMPONENTS,
    MOST_DETECTOR_RUNS,
    MOST_SIMPLE_COMPONENTS,
    MOST_UNEXPLAINED_INK,
    PALE_MARGIN,
    SAME_DIGIT_IOU,
    SAME_DIGIT_OVERLAP,
    STRIP_PIXELS_PER_IMAGE,
    SURE_CONFIDENCE,
    TYPICAL_HEIGHTS,
)
from shuzi.reading.find.line_frames import lines_of
from shuzi.reading.recognise.classifier import Classifier
from shuzi.reading.recognise.recogniser import Recogniser
from shuzi.reading.recognise.search import LineTexts, texts_of


def locate_digits(
    grey: NDArray[np.uint8],
    classifier: Classifier,
    detector: Detector | None,
    recogniser: Recogniser | None = None,
) -> Candidates:
    """Find the digits in a picture, classify each, and recognise the lines that they stand on.

    Parameters
    ----------
    grey
        uint8 (h, w).
    classifier
        Classifies what is found.
    detector
        Finds digits where the ink is not simple; None for no detector.
    recogniser
        Recognises lines of anything but a single sure digit; None for no line recogniser.
    """
    scan = Scan.of(grey, LARGEST_SIDE)
    try:
        return _located(scan, classifier, detector, recogniser)
    except TooMuch as problem:
        return Candidates(scan.grey, scan.shape, False, scan.ink, [], 1.0, too_much=problem.advice)


def _located(
    scan: Scan, classifier: Classifier, detector: Detector | None, recogniser: Recogniser | None
) -> Candidates:
    ink, pieces, work = scan.ink, len(scan.components.boxes), Work()
    if pieces > MOST_COMPONENTS:
        raise TooMuch("reading.many_pieces", pieces)
    candidates: list[Candidate] = []
    others: list[Candidate] = []
    simple = True
    if pieces:
        candidates = _simply(scan, classifier)
        sure = _confidence(candidates) >= SURE_CONFIDENCE
        if detector is not None and (not sure or _unexplained(ink, candidates) > MOST_UNEXPLAINED_INK):
            enough = GOOD_SCORE if recogniser is None else GOOD_SCORE_BEFORE_LINES
            decided, beside = _by_detector(scan, classifier, detector, candidates, enough, work)
            if not sure or _adds_to(candidates, decided):
                candidates, others, simple = decided, beside, False
    elif detector is not None:
        ink, candidates, others = _pale(scan, classifier, detector, work)
        simple = not candidates
    one = simple and _is_one_sure_digit(scan, candidates)
    found = lines_of(candidates, scan.components.boxes, ink.shape, scan.components.specks)
    # what is on no line is no digit
    digits = {id(each) for line in found for each in line.candidates}
    candidates = [each for each in candidates if id(each) in digits]
    lines: tuple[LineTexts, ...] = ()
    if recogniser is not None and not one:
        strips = sum(length(frame) for each in found for frame in each.frames)
        work.spend(strips / STRIP_PIXELS_PER_IMAGE, "reading.many_lines", len(found))
        lines = tuple(texts_of(each, scan.contrast, recogniser) for each in found)
    return Candidates(
        scan.grey,
        scan.shape,
        simple,
        ink,
        candidates,
        1 - _covered(ink, candidates),
        _best_beside(candidates, others),
        lines,
        work_left=work.left,
    )


def _is_one_sure_digit(scan: Scan, candidates: list[Candidate]) -> bool:
    """Tell whether there is nothing to recognise but one digit, and that is sure."""
    # joined with a point or a stroke beside it, a digit is one candidate too
    in_one_piece = len(scan.components.boxes) + len(scan.components.specks) == 1
    sure = len(candidates) == 1 and _confidence(candidates) >= SURE_CONFIDENCE
    return in_one_piece and sure and _unexplained(scan.ink, candidates) <= MOST_UNEXPLAINED_INK


def _simply(scan: Scan, classifier: Classifier) -> list[Candidate]:
    """Take each component for a digit, or join nearby components if that gives more confidence."""
    boxes = scan.components.boxes
    if len(boxes) > MOST_SIMPLE_COMPONENTS:
        return []

    def taken(pieces: NDArray[np.int32]) -> list[Candidate]:
        return _without_low(candidates_at(scan.ink, [Box(*each) for each in pieces.tolist()], classifier))

    candidates = taken(joined(boxes))
    if 1 < len(boxes) <= MOST_BROKEN_STROKES and _confidence(candidates) < SURE_CONFIDENCE:
        candidates = max(candidates, taken(joined(boxes, LARGEST_STROKE_GAP)), key=_confidence)
    return candidates


def _confidence(candidates: list[Candidate]) -> float:
    return math.prod(each.confidence for each in candidates) if candidates else 0.0


def _by_detector(
    scan: Scan, classifier: Classifier, detector: Detector, simple: list[Candidate], enough: float, work: Work
) -> tuple[list[Candidate], list[Candidate]]:
    """Find digits with the detector, at the scale suggested by the ink and at others if that fits badly.

    If it finds nothing, return the simple candidates.
    """
    ink, letter = scan.ink, letter_height(scan.components, scan.ink.shape)
    best, seen, most = list[Candidate](), list[Candidate](), 0.0
    scale, tried = possible_scale(DIGIT_HEIGHT / letter, ink.shape), list[float]()
    while True:
        places = detector.find(scan.contrast, scale)
        all_candidates = candidates_at(ink, [each.box for each in places], classifier, places, work)
        candidates = _chosen(all_candidates)
        if (score := _score(ink, candidates)) > most or not best:
            best, seen, most = candidates, all_candidates, score
        tried.append(scale)
        if most >= enough or len(tried) == MOST_DETECTOR_RUNS:
            return best or simple, seen
        # what was found is the best guide to the digits' height; if they touch print, or nothing was found, try
        # typical heights
        heights = [statistics.median(each.box.height for each in candidates)] if candidates else []
        heights += [share * min(ink.shape) for share in TYPICAL_HEIGHTS]
        new = (possible_scale(DIGIT_HEIGHT / height, ink.shape) for height in heights)
        following = next(
            (each for each in new if all(abs(math.log(each / old)) > LEAST_SCALE_STEP for old in tried)), None
        )
        if following is None:
            return best or simple, seen
        scale = following


def _pale(
    scan: Scan, classifier: Classifier, detector: Detector, work: Work
) -> tuple[NDArray[np.uint8], list[Candidate], list[Candidate]]:
    """Find digits with the detector if the writing is too pale or the paper too uneven for an ink map."""
    grey, ink = scan.grey, np.zeros_like(scan.grey)
    for share in TYPICAL_HEIGHTS:
        found = detector.find(scan.contrast, DIGIT_HEIGHT / (share * min(grey.shape)))
        places = [each for each in found if _on(grey, each.box)]
        if any(each.score >= CLEAR_DETECTION for each in places):
            break
    else:
        places = []
    work.spend(IMAGES_PER_SEPARATION * len(places), "reading.many_digits", len(places))
    for each in places:
        place = around(each.box, PALE_MARGIN)
        part = ink_map(grey[place], LEAST_CONTRAST / 2)
        if not part.any():  # the detector found it, so it is not noise
            darker = np.maximum(scan.contrast[place].astype(np.float32) - PAPER, 0)
            part = np.minimum(np.rint(darker * (255 / CONTRAST)), 255).astype(np.uint8)
        np.maximum(ink[place], part, out=ink[place])
    candidates = candidates_at(ink, [each.box for each in places], classifier, places, work)
    return ink, _chosen(candidates), candidates


def _on(grey: NDArray[np.uint8], box: Box) -> bool:
    return box.x < grey.shape[1] and box.y < grey.shape[0] and box.right > 0 and box.bottom > 0


def _chosen(candidates: list[Candidate]) -> list[Candidate]:
    """Keep the best of overlapping candidates, and drop those too small, next to the others, to be digits."""
    sure = sorted((each for each in candidates if each.score >= LEAST_SCORE), key=lambda candidate: -candidate.score)
    return _without_low(
        [
            sure[place]
            for place in non_maximum_suppression([each.box for each in sure], overlap_of_smaller, SAME_DIGIT_OVERLAP)
        ]
    )


def _best_beside(candidates: list[Candidate], others: list[Candidate]) -> float:
    """Return the score of the best candidate that was not chosen and does not overlap a chosen one."""
    chosen = as_array(each.box for each in candidates)
    beside = (
        each.score
        for each in others
        if not len(chosen) or overlap_of_smaller(np.array(each.box), chosen).max() < SAME_DIGIT_OVERLAP
    )
    return max(beside, default=0.0)


def _without_low(candidates: list[Candidate]) -> list[Candidate]:
    """Drop candidates too small, next to the others, to be digits, such as commas."""
    if not candidates:
        return []
    height = float(np.median([each.box.height for each in candidates]))
    return [each for each in candidates if each.box.height >= _lowest(each) * height]


def _lowest(candidate: Candidate) -> float:
    """Return the minimum height relative to the others: a comma looks like a 1, but a small 0 is often a real 0."""
    return LEAST_HEIGHT_OF_ONE if candidate.probabilities.argmax() == 1 else LEAST_HEIGHT


def _score(ink: NDArray[np.uint8], candidates: list[Candidate]) -> float:
    """Return how well candidates explain a picture: their mean score times the fraction of ink they cover."""
    return _covered(ink, candidates) * float(np.mean([each.score for each in candidates])) if candidates else 0.0


def _unexplained(ink: NDArray[np.uint8], candidates: list[Candidate]) -> float:
    """Return the fraction of solid ink outside candidates: lines, frames, specks, and digits lost with a line."""
    return 1 - _covered((ink >= SOLID).astype(np.uint8), candidates)


def _adds_to(candidates: list[Candidate], others: list[Candidate]) -> bool:
    """Return whether there are more others, including one at about the same place as each candidate."""
    boxes = as_array(each.box for each in others)
    return len(others) > len(candidates) and all(
        iou(np.array(each.box, np.float64), boxes).max() >= SAME_DIGIT_IOU for each in candidates
    )


def _covered(ink: NDArray[np.uint8], candidates: list[Candidate]) -> float:
    """Return the fraction of ink inside the candidates' boxes; 0 if there is no ink."""
    covered = np.zeros(ink.shape, np.uint8)
    for each in candidates:
        covered[each.box.pixels()] = 1
    return float(np.sum(ink * covered, dtype=np.float64) / max(np.sum(ink, dtype=np.float64), 1.0))

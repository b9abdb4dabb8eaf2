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
from shuzi.reading.find.detector import LETTER, Detector, possible_scale
from shuzi.reading.find.line_frames import lines_of
from shuzi.reading.recognise.classifier import Classifier
from shuzi.reading.recognise.recogniser import Recogniser
from shuzi.reading.recognise.search import LineTexts, texts_of

LARGEST = 1_280  # pixels of the longer side at which a picture is searched
_MOST_SIMPLE = 24  # components: with more, the ink is not simple
_FEW = 6  # components: no more may be the broken strokes of one digit
_NEAR = 0.15  # of a component's height: the largest gap between broken strokes of one digit
_LEAST = 0.5  # minimum score of a digit
_SHARES = (0.6, 0.3)  # of the picture's shorter side: typical heights of digits
_CLEARLY = 0.5  # the minimum score of a detection where no ink is visible
_AROUND = 0.3  # of a digit's size: the margin of paper used to separate its pale ink
_COVERED = 0.6  # of the smaller box: two boxes that overlap this much are one digit
_GOOD = 0.75  # candidates that explain a picture this well are final
_GOOD_ENOUGH = 0.6  # the same if the line recogniser will read the lines anew
_MOST_CANDIDATES = 3  # runs of the detector on a picture
_UNEXPLAINED = 0.02  # of the solid ink: if more than this is outside the digits, the detector is used
_AGAIN = 0.4  # IoU: a box that overlaps a digit this much is the same digit
_OTHER = 0.15  # difference of log scales: closer scales show the same
_MOST_PIECES = 5_000  # components: a page of 60 lines with 80 characters each has no more
_STRIP = 36.0  # pixels of a strip's width: to recognise them takes as long as to classify an image
_SEPARATED = 2.0  # images that could be classified while pale ink is separated from its paper

SURE = 0.9
"""Simple ink is read without the detector if its digits together have this confidence and no ink is left over.

If ink such as a line or a frame is left over, the detector may add digits but not remove any. At 0.97 it would run
too often: only 4 in 1,000 more composed texts would be correct, and a photo of six digits would take 50 % longer.
"""


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
    scan = Scan.of(grey, LARGEST)
    try:
        return _located(scan, classifier, detector, recogniser)
    except TooMuch as problem:
        return Candidates(scan.grey, scan.shape, False, scan.ink, [], 1.0, too_much=problem.advice)


def _located(
    scan: Scan, classifier: Classifier, detector: Detector | None, recogniser: Recogniser | None
) -> Candidates:
    ink, pieces, work = scan.ink, len(scan.components.boxes), Work()
    if pieces > _MOST_PIECES:
        raise TooMuch("reading.many_pieces", pieces)
    candidates: list[Candidate] = []
    others: list[Candidate] = []
    simple = True
    if pieces:
        candidates = _simply(scan, classifier)
        sure = _confidence(candidates) >= SURE
        if detector is not None and (not sure or _unexplained(ink, candidates) > _UNEXPLAINED):
            enough = _GOOD if recogniser is None else _GOOD_ENOUGH
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
        work.spend(strips / _STRIP, "reading.many_lines", len(found))
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
    sure = len(candidates) == 1 and _confidence(candidates) >= SURE
    return in_one_piece and sure and _unexplained(scan.ink, candidates) <= _UNEXPLAINED


def _simply(scan: Scan, classifier: Classifier) -> list[Candidate]:
    """Take each component for a digit, or join nearby components if that gives more confidence."""
    boxes = scan.components.boxes
    if len(boxes) > _MOST_SIMPLE:
        return []

    def taken(pieces: NDArray[np.int32]) -> list[Candidate]:
        return _without_low(candidates_at(scan.ink, [Box(*each) for each in pieces.tolist()], classifier))

    candidates = taken(joined(boxes))
    if 1 < len(boxes) <= _FEW and _confidence(candidates) < SURE:
        candidates = max(candidates, taken(joined(boxes, _NEAR)), key=_confidence)
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
    scale, tried = possible_scale(LETTER / letter, ink.shape), list[float]()
    while True:
        places = detector.find(scan.contrast, scale)
        all_candidates = candidates_at(ink, [each.box for each in places], classifier, places, work)
        candidates = _chosen(all_candidates)
        if (score := _score(ink, candidates)) > most or not best:
            best, seen, most = candidates, all_candidates, score
        tried.append(scale)
        if most >= enough or len(tried) == _MOST_CANDIDATES:
            return best or simple, seen
        # what was found is the best guide to the digits' height; if they touch print, or nothing was found, try
        # typical heights
        heights = [statistics.median(each.box.height for each in candidates)] if candidates else []
        heights += [share * min(ink.shape) for share in _SHARES]
        new = (possible_scale(LETTER / height, ink.shape) for height in heights)
        following = next((each for each in new if all(abs(math.log(each / old)) > _OTHER for old in tried)), None)
        if following is None:
            return best or simple, seen
        scale = following


def _pale(
    scan: Scan, classifier: Classifier, detector: Detector, work: Work
) -> tuple[NDArray[np.uint8], list[Candidate], list[Candidate]]:
    """Find digits with the detector if the writing is too pale or the paper too uneven for an ink map."""
    grey, ink = scan.grey, np.zeros_like(scan.grey)
    for share in _SHARES:
        found = detector.find(scan.contrast, LETTER / (share * min(grey.shape)))
        places = [each for each in found if _on(grey, each.box)]
        if any(each.score >= _CLEARLY for each in places):
            break
    else:
        places = []
    work.spend(_SEPARATED * len(places), "reading.many_digits", len(places))
    for each in places:
        place = around(each.box, _AROUND)
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
    sure = sorted((each for each in candidates if each.score >= _LEAST), key=lambda candidate: -candidate.score)
    return _without_low(
        [sure[place] for place in non_maximum_suppression([each.box for each in sure], overlap_of_smaller, _COVERED)]
    )


def _best_beside(candidates: list[Candidate], others: list[Candidate]) -> float:
    """Return the score of the best candidate that was not chosen and does not overlap a chosen one."""
    chosen = as_array(each.box for each in candidates)
    beside = (
        each.score
        for each in others
        if not len(chosen) or overlap_of_smaller(np.array(each.box), chosen).max() < _COVERED
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
    return 0.6 if candidate.probabilities.argmax() == 1 else 0.3


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
        iou(np.array(each.box, np.float64), boxes).max() >= _AGAIN for each in candidates
    )


def _covered(ink: NDArray[np.uint8], candidates: list[Candidate]) -> float:
    """Return the fraction of ink inside the candidates' boxes; 0 if there is no ink."""
    covered = np.zeros(ink.shape, np.uint8)
    for each in candidates:
        covered[each.box.pixels()] = 1
    return float(np.sum(ink * covered, dtype=np.float64) / max(np.sum(ink, dtype=np.float64), 1.0))

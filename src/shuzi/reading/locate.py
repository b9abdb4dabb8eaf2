"""A scanned picture becomes candidates for its digits, from components or by the detector, and lines of them."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.ink.boxes import Box, as_array, iou, non_maximum_suppression, overlap_of_smaller, union
from shuzi.ink.normalize import cut_out
from shuzi.ink.paper import CONTRAST, MIN_CONTRAST, PAPER, SOLID, Components, Scan, ink_map, resize
from shuzi.ink.strips import measure_length
from shuzi.models.session import Model
from shuzi.models.tasks import DETECTOR
from shuzi.reading.lines import frame_lines, group_rows, is_struck_out
from shuzi.reading.thresholds import (
    CELL_PIXELS,
    CLASSIFIER_EXPONENT,
    CLEAR_DETECTION,
    CROP_GROWTHS,
    DETECTOR_EXPONENT,
    DIGIT_HEIGHT,
    GOOD_SCORE,
    GOOD_SCORE_BEFORE_LINES,
    IMAGES_PER_SEPARATION,
    INPUT_MULTIPLE,
    LARGEST_STROKE_GAP,
    MAX_BROKEN_STROKES,
    MAX_COMPONENTS,
    MAX_DETECTIONS,
    MAX_DETECTOR_RUNS,
    MAX_ENLARGEMENT,
    MAX_PLAIN,
    MAX_SEARCHED_PIXELS,
    MAX_SIMPLE_COMPONENTS,
    MAX_UNEXPLAINED_INK,
    MAX_WORK,
    MIN_HEIGHT,
    MIN_HEIGHT_OF_ONE,
    MIN_PEAK,
    MIN_PROBABILITY,
    MIN_SCALE_STEP,
    MIN_SCORE,
    MIN_WORK,
    ONE_CROP_CONFIDENCE,
    PALE_MARGIN,
    PAPER_MARGIN,
    PIXELS_PER_WORK,
    PLAIN_SCORE,
    SAME_DETECTION_IOU,
    SAME_DIGIT_IOU,
    SAME_DIGIT_OVERLAP,
    SEARCHED_PIXELS_PER_IMAGE,
    STRIP_PIXELS_PER_IMAGE,
    SURE_CONFIDENCE,
    TYPICAL_HEIGHTS,
)
from shuzi.reading.values import Candidate, Detection, Findings, Line, TooMuch, Work

if TYPE_CHECKING:
    from shuzi.reading.classifier import Classifier


class Detector(Model):
    """A model loaded for detection."""

    kind = DETECTOR

    def find(self, contrast: NDArray[np.uint8], scale: float) -> list[Detection]:
        """Find the digits in a contrast map, uint8 (h, w), that is resized by `scale` first."""
        scale = limit_scale(scale, contrast.shape)
        resized = resize(contrast, scale)
        height, width = resized.shape
        below, right = (PAPER_MARGIN + -(side + 2 * PAPER_MARGIN) % INPUT_MULTIPLE for side in (height, width))
        page = cv2.copyMakeBorder(resized, PAPER_MARGIN, below, PAPER_MARGIN, right, cv2.BORDER_REPLICATE)
        (maps,) = self._session.run(page[None].astype(np.float32))
        return _drop_doubles(_find_peaks(maps[0], (width / contrast.shape[1], height / contrast.shape[0])))


def locate(
    scan: Scan,
    classifier: Classifier,
    detector: Detector | None,
    has_lines: bool,
    max_work: float = MAX_WORK,
) -> Findings:
    """Find the digits in a picture, classify each, and frame the lines that they stand on.

    The detector looks where the ink is not simple. `has_lines`: lines are recognised next; a single sure digit needs
    no line. `max_work` is what may be done, in images classified.
    """
    ink, components = scan.ink, scan.components
    work = Work(_limit_work(scan.grey.size, max_work))
    try:
        if len(components.boxes) > MAX_COMPONENTS:
            raise TooMuch("reading.many_pieces", len(components.boxes))
        # 1. the candidates: components, or what the detector finds where these do not explain the ink
        candidates: list[Candidate] = []
        considered: list[Candidate] = []
        simple, is_one = True, False
        if len(components.boxes):
            candidates = _take_components(scan, classifier, work)
            is_sure = multiply_confidence(candidates) >= SURE_CONFIDENCE
            # solid ink outside is a line, a frame, a speck, or a digit lost with a line
            is_clear = (
                is_sure and 1 - measure_covered((ink >= SOLID).astype(np.uint8), candidates) <= MAX_UNEXPLAINED_INK
            )
            # joined with a point or a stroke beside it, a digit is one candidate too
            in_one_piece = len(components.boxes) + len(components.specks) == 1
            is_one = is_clear and len(candidates) == 1 and (in_one_piece or scan.is_one_piece)
            if detector is not None and not is_clear:
                enough = GOOD_SCORE_BEFORE_LINES if has_lines else GOOD_SCORE
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
        plain = sum(candidate.score >= PLAIN_SCORE for candidate in candidates)
        work.left += min(plain, MAX_PLAIN)
        strips = sum(measure_length(frame) for line in lines for frame in line.frames)
        work.spend(strips / STRIP_PIXELS_PER_IMAGE, "reading.many_lines", len(lines))
    except TooMuch as problem:
        return Findings(scan.grey, scan.shape, False, scan.ink, [], 1.0, too_much=problem.advice, work=work.done)
    # 3. what they leave out: ink, and what was considered where none of them is
    uncovered, missed = 1 - measure_covered(ink, candidates), 0.0
    if considered:
        boxes = as_array(candidate.box for candidate in candidates)
        rejected = [
            candidate.score
            for candidate in considered
            if not candidates or overlap_of_smaller(np.array(candidate.box), boxes).max() < SAME_DIGIT_OVERLAP
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
    return min(max_work, MAX_WORK, MIN_WORK + pixels / PIXELS_PER_WORK)


def _take_components(scan: Scan, classifier: Classifier, work: Work) -> list[Candidate]:
    """Take each component for a digit, or join nearby components if that gives more confidence."""
    boxes = scan.components.boxes
    if len(boxes) > MAX_SIMPLE_COMPONENTS:
        return []
    candidates = classify_pieces(scan.ink, _join_strokes(boxes), classifier, work)
    may_be_broken = 1 < len(boxes) <= MAX_BROKEN_STROKES
    if may_be_broken and multiply_confidence(candidates) < SURE_CONFIDENCE:
        strokes = _join_strokes(boxes, LARGEST_STROKE_GAP)
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


def classify_boxes(
    ink: NDArray[np.uint8],
    boxes: Sequence[Box],
    classifier: Classifier,
    detections: Sequence[Detection] = (),
    work: Work | None = None,
) -> list[Candidate]:
    """Classify each box of an ink map, uint8 (h, w), that holds ink.

    Where the detector found the boxes, one of the `detections` belongs to each, and counts too. Raises TooMuch if
    these are more boxes than `work` has left; None sets no limit.
    """
    if work is not None:
        work.spend(len(boxes), "reading.many_digits", len(boxes))
    cuts = [(cut_out(ink, box.pixels()), index) for index, box in enumerate(boxes)]
    inked = [(cut, index) for cut, index in cuts if cut is not None]
    if not inked:
        return []
    probabilities, is_digit = classifier.classify_or_reject(np.stack([cut for cut, _ in inked]))
    if detections:
        # the detector's boxes are not exact, and where that matters one crop is not enough
        unsure = np.flatnonzero(probabilities.max(axis=1) * is_digit < ONE_CROP_CONFIDENCE)
        if work is not None:
            work.spend(len(unsure) * len(CROP_GROWTHS), "reading.many_digits", len(boxes))
        unsure_boxes = [boxes[inked[row][1]] for row in unsure]
        _classify_again(ink, unsure_boxes, classifier, unsure, probabilities, is_digit)
    candidates = []
    for (cut, index), of_classifier, sure in zip(inked, probabilities, is_digit.tolist(), strict=True):
        if not detections:
            candidates.append(Candidate(cut, boxes[index], of_classifier, sure, 1.0))
            continue
        # the detector sees the surroundings, so it counts for more
        of_detector = np.maximum(detections[index].scores, MIN_PROBABILITY)
        product = of_classifier**CLASSIFIER_EXPONENT * of_detector**DETECTOR_EXPONENT
        candidates.append(Candidate(cut, boxes[index], product / product.sum(), sure, detections[index].score))
    return candidates


def classify_pieces(
    ink: NDArray[np.uint8], pieces: NDArray[np.int32], classifier: Classifier, work: Work
) -> list[Candidate]:
    """Classify what is in the boxes of pieces of simple ink, int32 (k, 4), whatever work is left, and count it.

    Return the candidates that are high enough to be digits.
    """
    work.done += len(pieces)
    return _drop_low(classify_boxes(ink, [Box(*piece) for piece in pieces.tolist()], classifier))


def _classify_again(
    ink: NDArray[np.uint8],
    boxes: Sequence[Box],
    classifier: Classifier,
    rows: NDArray[np.intp],
    probabilities: NDArray[np.float32],
    is_digit: NDArray[np.float32],
) -> None:
    """Classify slightly wider and narrower crops too, and replace the first results by the mean of all."""
    cuts = [
        (cut, row)
        for row, box in zip(rows.tolist(), boxes, strict=True)
        for growth in CROP_GROWTHS
        if (cut := cut_out(ink, box.grown(growth).pixels())) is not None
    ]
    if not cuts:
        return
    row_of_cut = np.array([row for _, row in cuts])
    of_cuts, digit_of_cuts = classifier.classify_or_reject(np.stack([cut for cut, _ in cuts]))
    for row in np.unique(row_of_cut):
        all_crops = np.vstack([probabilities[row], of_cuts[row_of_cut == row]])
        mean = np.exp(np.log(np.maximum(all_crops, MIN_PROBABILITY)).mean(axis=0))
        probabilities[row] = mean / mean.sum()
        is_digit[row] = np.mean([is_digit[row], *digit_of_cuts[row_of_cut == row]])


def keep_best(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Keep the best of overlapping candidates, and drop those too small, next to the others, to be digits."""
    likely = [candidate for candidate in candidates if candidate.score >= MIN_SCORE]
    best_first = sorted(likely, key=lambda candidate: -candidate.score)
    boxes = [candidate.box for candidate in best_first]
    kept = non_maximum_suppression(boxes, overlap_of_smaller, SAME_DIGIT_OVERLAP)
    return _drop_low([best_first[index] for index in kept])


def _drop_low(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Drop candidates too small, next to the others, to be digits, such as commas."""
    if not candidates:
        return []
    height = statistics.median(candidate.box.height for candidate in candidates)
    return [candidate for candidate in candidates if candidate.box.height >= _least_height(candidate) * height]


def _least_height(candidate: Candidate) -> float:
    """Return the minimum height relative to the others: a comma looks like a 1, but a small 0 is often a real 0."""
    return MIN_HEIGHT_OF_ONE if candidate.probabilities.argmax() == 1 else MIN_HEIGHT


def multiply_confidence(candidates: Sequence[Candidate]) -> float:
    """Return the probability that all candidates are digits and classified correctly; 0 if there are none."""
    return math.prod(candidate.confidence for candidate in candidates) if candidates else 0.0


def measure_covered(ink: NDArray[np.uint8], candidates: Sequence[Candidate]) -> float:
    """Return the fraction of ink inside the candidates' boxes; 0 if there is no ink."""
    inside = np.zeros(ink.shape, np.uint8)
    for candidate in candidates:
        inside[candidate.box.pixels()] = 1
    return float(np.sum(ink * inside, dtype=np.float64) / max(np.sum(ink, dtype=np.float64), 1.0))


def measure_explanation(ink: NDArray[np.uint8], candidates: Sequence[Candidate]) -> float:
    """Return how well candidates explain a picture: their mean score times the fraction of ink they cover."""
    if not candidates:
        return 0.0
    return measure_covered(ink, candidates) * float(np.mean([candidate.score for candidate in candidates]))


def search_by_scale(
    scan: Scan, classifier: Classifier, detector: Detector, simple: list[Candidate], enough: float, work: Work
) -> tuple[list[Candidate], list[Candidate]]:
    """Find digits at the scale that the ink suggests, or at others: the best candidates, and all of that scale."""
    ink, letter = scan.ink, _estimate_height(scan.components, scan.ink.shape)
    best, all_of_best, best_score = list[Candidate](), list[Candidate](), 0.0
    scale, tried = limit_scale(DIGIT_HEIGHT / letter, ink.shape), list[float]()
    while True:
        work.done += _estimate_work(scan, scale)
        detections = detector.find(scan.contrast, scale)
        boxes = [detection.box for detection in detections]
        all_candidates = classify_boxes(ink, boxes, classifier, detections, work)
        candidates = keep_best(all_candidates)
        if (score := measure_explanation(ink, candidates)) > best_score or not best:
            best, all_of_best, best_score = candidates, all_candidates, score
        tried.append(scale)
        if best_score >= enough or len(tried) == MAX_DETECTOR_RUNS:
            return best or simple, all_of_best
        # what was found is the best guide to the digits' height; if they touch print, or nothing was found, try
        # typical heights
        heights = [statistics.median(candidate.box.height for candidate in candidates)] if candidates else []
        heights += [fraction * min(ink.shape) for fraction in TYPICAL_HEIGHTS]
        scales = (limit_scale(DIGIT_HEIGHT / height, ink.shape) for height in heights)
        untried = (new for new in scales if all(abs(math.log(new / old)) > MIN_SCALE_STEP for old in tried))
        if (following := next(untried, None)) is None:
            return best or simple, all_of_best
        scale = following


def _estimate_height(writing: Components, shape: tuple[int, ...]) -> float:
    """Estimate the height of the writing in pixels: half of the ink is in components at least this tall."""
    across = (writing.boxes[:, 2] >= 0.95 * shape[1]) | (
        (writing.boxes[:, 3] >= 0.95 * shape[0]) & (writing.boxes[:, 2] >= 0.8 * shape[1])
    )
    kept = np.flatnonzero(~across) if not across.all() else np.arange(len(across))
    heights, areas = writing.boxes[kept, 3], writing.areas[kept]
    by_height = np.argsort(heights)
    filled = np.cumsum(areas[by_height])
    return float(heights[by_height][np.searchsorted(filled, filled[-1] / 2)])


def _estimate_work(scan: Scan, scale: float) -> float:
    """Return what it takes to search a picture with the detector at a scale, in images classified."""
    shape = scan.contrast.shape
    return math.prod(shape) * limit_scale(scale, shape) ** 2 / SEARCHED_PIXELS_PER_IMAGE


def has_more(candidates: Sequence[Candidate], detected: Sequence[Candidate]) -> bool:
    """Tell whether more were detected, including one at about the same position as each candidate."""
    boxes = as_array(candidate.box for candidate in detected)
    return len(detected) > len(candidates) and all(
        iou(np.array(candidate.box, np.float64), boxes).max() >= SAME_DIGIT_IOU for candidate in candidates
    )


def search_pale(
    scan: Scan, classifier: Classifier, detector: Detector, work: Work
) -> tuple[NDArray[np.uint8], list[Candidate], list[Candidate]]:
    """Find digits where the writing is too pale for an ink map: a map of what was found, candidates, and all."""
    grey, ink = scan.grey, np.zeros_like(scan.grey)
    for fraction in TYPICAL_HEIGHTS:
        scale = DIGIT_HEIGHT / (fraction * min(grey.shape))
        work.done += _estimate_work(scan, scale)
        everywhere = detector.find(scan.contrast, scale)
        detections = [detection for detection in everywhere if _reaches_into(grey, detection.box)]
        if any(detection.score >= CLEAR_DETECTION for detection in detections):
            break
    else:
        detections = []
    work.spend(IMAGES_PER_SEPARATION * len(detections), "reading.many_digits", len(detections))
    for detection in detections:
        surroundings = detection.box.pixels(rim=PALE_MARGIN * max(detection.box[2:]))
        part = ink_map(grey[surroundings], MIN_CONTRAST / 2)
        if not part.any():  # the detector found it, so it is not noise
            darker = np.maximum(scan.contrast[surroundings].astype(np.float32) - PAPER, 0)
            part = np.minimum(np.rint(darker * (255 / CONTRAST)), 255).astype(np.uint8)
        np.maximum(ink[surroundings], part, out=ink[surroundings])
    candidates = classify_boxes(ink, [detection.box for detection in detections], classifier, detections, work)
    return ink, keep_best(candidates), candidates


def _reaches_into(grey: NDArray[np.uint8], box: Box) -> bool:
    """Tell whether a box reaches into the picture."""
    return box.x < grey.shape[1] and box.y < grey.shape[0] and box.right > 0 and box.bottom > 0


def limit_scale(scale: float, shape: tuple[int, ...]) -> float:
    """Return the scale, capped at the largest that is sensible for a picture of that shape."""
    return min(scale, MAX_ENLARGEMENT, math.sqrt(MAX_SEARCHED_PIXELS / math.prod(shape)))


def _find_peaks(maps: NDArray[np.float32], scale: tuple[float, float]) -> list[Detection]:
    """Return the cells that score higher than all their neighbours; `maps` is float32 (rows, columns, 14)."""
    scores = maps[..., :10]
    highest = np.ascontiguousarray(scores.max(axis=2))
    neighbours = cv2.dilate(highest, np.ones((3, 3), np.uint8))
    rows, columns = np.nonzero((highest >= neighbours) & (highest >= MIN_PEAK))
    detections = []
    for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
        dx, dy, log_width, log_height = maps[row, column, 10:].tolist()
        width, height = (float(np.exp(np.clip(side, -3, 5))) * CELL_PIXELS for side in (log_width, log_height))
        x = (column + 0.5 + dx) * CELL_PIXELS - width / 2 - PAPER_MARGIN
        y = (row + 0.5 + dy) * CELL_PIXELS - height / 2 - PAPER_MARGIN
        box = Box(x / scale[0], y / scale[1], width / scale[0], height / scale[1])
        detections.append(Detection(scores[row, column], box))
    return detections


def _drop_doubles(detections: list[Detection]) -> list[Detection]:
    """Keep the highest-scoring of overlapping boxes, and no more than a page can hold."""
    surest = sorted(detections, key=lambda detection: -detection.score)[:MAX_DETECTIONS]
    kept = non_maximum_suppression([detection.box for detection in surest], iou, SAME_DETECTION_IOU)
    return [surest[index] for index in kept]

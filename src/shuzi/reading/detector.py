"""A contrast map becomes the boxes of its digits, even where they touch or lie on printed lines."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.ink.boxes import Box, as_array, iou, non_maximum_suppression
from shuzi.ink.components import Components
from shuzi.ink.paper import CONTRAST, MIN_CONTRAST, PAPER, Scan, ink_map
from shuzi.ink.resize import resize
from shuzi.models.session import Model
from shuzi.models.tasks import DETECTOR
from shuzi.reading.candidates import Candidate, Detection, Work, classify_boxes, keep_best, measure_explanation
from shuzi.reading.thresholds import (
    CELL_PIXELS,
    CLEAR_DETECTION,
    DIGIT_HEIGHT,
    IMAGES_PER_SEPARATION,
    INPUT_MULTIPLE,
    MAX_DETECTIONS,
    MAX_DETECTOR_RUNS,
    MAX_ENLARGEMENT,
    MAX_SEARCHED_PIXELS,
    MIN_PEAK,
    MIN_SCALE_STEP,
    PALE_MARGIN,
    PAPER_MARGIN,
    SAME_DETECTION_IOU,
    SAME_DIGIT_IOU,
    SEARCHED_PIXELS_PER_IMAGE,
    TYPICAL_HEIGHTS,
)

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

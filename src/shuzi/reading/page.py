"""The lines that were found on a photograph are recognised, each in its own level picture."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from statistics import fmean, median, median_low

import numpy as np
from numpy.typing import NDArray

from shuzi.ink.line_pictures import BESIDE, FRAMES, LinePicture, TextLine, frame_line, straighten
from shuzi.ink.paper import map_line
from shuzi.ink.strips import HEIGHT, LONGEST, SHORTEST
from shuzi.models.tasks import DIGITS
from shuzi.reading.characters import Character, find_characters, find_middles
from shuzi.reading.classifier import Classifier
from shuzi.reading.line_detector import LineDetector, in_reading_order, without_cut_off
from shuzi.reading.recogniser import Recogniser, find_best_texts, join_proposals, log_probabilities, spell
from shuzi.reading.thresholds import (
    LOWEST_LOG_PROBABILITY,
    MAX_PAGE_WORK,
    MAX_TEXTS,
    MAX_WORK,
    NEXT_NUMBER,
    PROBABLE,
    STRIP_PIXELS_PER_IMAGE,
    TIMES_OTHER_DISTANCES,
    TURNED_LINES,
    TURNED_MARGIN,
    UPRIGHT_PROBABILITY,
)
from shuzi.reading.values import Findings, Line, LineTexts, PageLine, TooMuch, Work


def recognise_page(
    grey: NDArray[np.uint8],
    lines: Sequence[TextLine],
    recogniser: Recogniser,
    classifier: Classifier,
    max_work: float,
) -> Findings:
    """Recognise the lines of a photograph, uint8 (h, w); single digits are classified too, for a second opinion.

    `max_work` is what may be done for a picture of one line, in images classified: for this one more.
    """
    whole = without_cut_off(lines, grey)
    cut_off = tuple(line for line in lines if line not in whole) if whole else ()
    lines = whole or lines
    height, work = median(line.height for line in lines), Work(max_work * MAX_PAGE_WORK / MAX_WORK)
    nothing = Findings.of_nothing(grey)

    def recognise(line: TextLine) -> tuple[PageLine, tuple[Character, ...]]:
        relative_height = line.height / height if len(lines) > 1 else 1.0
        return _recognise(grey, line, relative_height, recogniser, classifier, work)

    try:
        _spend_on(lines, work)
        found = [recognise(line) for line in in_reading_order(list(lines))]
    except TooMuch as problem:
        return replace(nothing, uncovered=1.0, too_much=problem.advice, work=work.done)
    page = [number for line in found for number in _part_numbers(*line, recognise, work)]
    is_upside_down = _is_upside_down(page, recogniser)
    return replace(nothing, page=tuple(page), cut_off=cut_off, is_upside_down=is_upside_down, work=work.done)


def _spend_on(lines: Sequence[TextLine], work: Work) -> None:
    """Account for the strips of some lines, by how wide they are."""
    wide = [line.length / line.height + 2 * BESIDE for line in lines]
    pixels = sum(min(max(HEIGHT * of / times, SHORTEST), LONGEST) for of in wide for times in FRAMES)
    work.spend(pixels / STRIP_PIXELS_PER_IMAGE, "reading.many_lines", len(lines))


def _is_upside_down(page: Sequence[PageLine], recogniser: Recogniser) -> bool:
    """Tell whether the longest lines are more probable turned by half a circle; those that are sure are upright."""
    upright = turned = 0.0
    for line in sorted(page, key=lambda line: -line.line.length)[:TURNED_LINES]:
        best = float(line.texts.scores[:, 0].max())
        if best >= math.log(UPRIGHT_PROBABILITY):
            return False
        other = replace(line.picture, grey=np.ascontiguousarray(line.picture.grey[::-1, ::-1]))
        upright, turned = upright + best, turned + _log_probability(other, recogniser)
    return turned > upright + TURNED_MARGIN


def _log_probability(picture: LinePicture, recogniser: Recogniser) -> float:
    """Return the log probability of the best text of a line in its own picture."""
    _, contrast = map_line(picture.grey, picture.height)
    columns = recogniser.columns(contrast, frame_line(picture, FRAMES[0]))
    texts = find_best_texts(columns, 1)
    return texts[0].log_probability if texts else LOWEST_LOG_PROBABILITY


def lies_on_its_side(
    grey: NDArray[np.uint8], page: Sequence[PageLine], detector: LineDetector, recogniser: Recogniser
) -> bool:
    """Tell whether a photograph, uint8 (h, w), has lines that are more probable if it is turned by a quarter.

    If the lines of its page, which are recognised already, are probable themselves, it does not.
    """
    if len(page) < 2:  # a single number is better told by its digits
        return False
    own = sorted(page, key=lambda line: -line.line.length)[:TURNED_LINES]
    upright = fmean(float(line.texts.scores[:, 0].max()) for line in own)
    if upright >= PROBABLE:
        return False
    for quarters in (1, 3):
        turned = np.ascontiguousarray(np.rot90(grey, quarters))
        lines = sorted(detector.find(turned).lines, key=lambda line: -line.length)[:TURNED_LINES]
        logs = [_log_probability(straighten(turned, line), recogniser) for line in lines]
        if logs and fmean(logs) > upright + TURNED_MARGIN / TURNED_LINES:
            return True
    return False


def _part_numbers(
    whole: PageLine,
    characters: tuple[Character, ...],
    recognise: Callable[[TextLine], tuple[PageLine, tuple[Character, ...]]],
    work: Work,
) -> list[PageLine]:
    """Recognise each of the numbers that wide gaps divide a line into, as long as there is work left."""
    start, line = _find_next_number(whole, characters), whole.line
    if start is None:
        return [whole]
    larger, before = line.height / whole.picture.height, BESIDE * line.height
    end, next_one = characters[start - 1].box.right * larger - before, characters[start].box.x * larger - before
    parts = line.part(0.0, end), line.part(next_one, line.length)
    try:
        _spend_on(parts, work)
        return [number for part in parts for number in _part_numbers(*recognise(part), recognise, work)]
    except TooMuch:
        return [whole]


def _find_next_number(line: PageLine, characters: Sequence[Character]) -> int | None:
    """Return the index of the digit after a gap that parts two numbers; None if there is none."""
    text = "".join(character.character for character in characters)
    distances = np.diff(find_middles(line.texts, text)) / line.picture.height
    if len(distances) < 2:  # no other tells how far apart the digits are written
        return None
    start = int(distances.argmax()) + 1
    others = median_low(np.delete(distances, start - 1).tolist())
    is_number = text[start - 1] in DIGITS and text[start] in DIGITS
    is_wide = distances[start - 1] >= max(NEXT_NUMBER, TIMES_OTHER_DISTANCES * others)
    return start if is_number and is_wide else None


def _recognise(
    grey: NDArray[np.uint8],
    line: TextLine,
    relative_height: float,
    recogniser: Recogniser,
    classifier: Classifier,
    work: Work,
) -> tuple[PageLine, tuple[Character, ...]]:
    """Recognise a line, and find the characters of its most probable text."""
    picture = straighten(grey, line)
    ink, contrast = map_line(picture.grey, picture.height)
    frames = tuple(frame_line(picture, times) for times in FRAMES)
    columns = tuple(recogniser.columns(contrast, frame) for frame in frames)
    labels = join_proposals([*map(find_best_texts, columns)], columns)[:MAX_TEXTS]
    strips = np.maximum([log_probabilities(strip, labels) for strip in columns], LOWEST_LOG_PROBABILITY)
    # no candidates were looked for, so the strips alone count
    scores = np.zeros((len(labels), 7))
    scores[:, 0], scores[:, 1], scores[:, 2] = strips[0], strips[-1], strips.max(axis=0)
    texts = LineTexts(
        Line((), frames, picture.height),
        columns,
        tuple(map(spell, labels)),
        scores,
    )
    characters = _find_characters(texts, strips, ink)
    digits = [character for character in characters if character.character in DIGITS]
    classified = _classify(digits, classifier, work)
    return PageLine(line, picture, ink, texts, classified, relative_height), characters


def _find_characters(texts: LineTexts, strips: NDArray[np.float64], ink: NDArray[np.uint8]) -> tuple[Character, ...]:
    """Return the characters of the text that is most probable in all strips, float64 (strips, n)."""
    mean = strips.mean(axis=0)
    ranked = np.argsort(-mean, kind="stable")
    probabilities = np.exp(mean[ranked] - mean.max())
    return find_characters(
        texts, [texts.texts[index] for index in ranked], (probabilities / probabilities.sum()).tolist(), ink
    )


def _classify(digits: Sequence[Character], classifier: Classifier, work: Work) -> NDArray[np.float32]:
    """Return the classifier's probability of each digit: float32 (n,)."""
    if not digits:
        return np.empty(0, np.float32)
    work.spend(len(digits), "reading.many_digits", len(digits))
    of_digits, is_digit = classifier.classify_or_reject(np.stack([digit.image for digit in digits]))
    own = [int(digit.character) for digit in digits]
    return np.asarray(of_digits[np.arange(len(own)), own] * is_digit, np.float32)

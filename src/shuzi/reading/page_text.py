"""The lines of a photograph become one reading, a number a line, with one confidence that was fitted."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from shuzi.ink.boxes import Box
from shuzi.ink.paper import SOLID
from shuzi.models.tasks import DIGITS, SIGN
from shuzi.reading.advice import about_line, about_marks
from shuzi.reading.allowed_values import choose_value
from shuzi.reading.automaton import Automaton
from shuzi.reading.confidence import LineScale, logit, sigmoid
from shuzi.reading.doubts import doubt_wide_gap
from shuzi.reading.fitting import follow_pattern
from shuzi.reading.hand import CorrectedClassifier, correct
from shuzi.reading.ignored_ink import name_ignored_ink
from shuzi.reading.line_text import make_digits_and_marks, share_out
from shuzi.reading.outcome import Outcome, choose_texts, put_on_lines, rank_texts
from shuzi.reading.result import (
    NEIGHBOUR,
    OK,
    SIGN_INK,
    UNKNOWN,
    UNSURE,
    Ignored,
    InkKind,
    NumberLine,
    Reading,
    Sentence,
    Status,
    about_success,
    without_marks,
)
from shuzi.reading.thresholds import (
    CHARACTER_MARGIN,
    LINE_BAND,
    MAX_ALTERNATIVES,
    MIN_CONFIDENCE,
    PAGE_OK,
    PAGE_TREE,
    SURELY_NO_DIGIT,
    UNFITTED,
)
from shuzi.reading.values import Findings, PageLine, Weights

PAGE_WEIGHTS = Weights(0.5, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0)
"""Of a text's scores: both strips of a line count alike."""


class LineFeatures(NamedTuple):
    """What tells whether a line's text is complete and right."""

    raw: float  # the logit of the text's probability among all texts of the line
    # its log probability in each strip
    wide: float
    narrow: float
    # the lowest and the mean log of the classifier's probabilities of its digits
    worst: float
    classified: float
    length: float  # the logarithm of its number of digits
    core: float  # the logit of the line detector's score
    size: float  # how many doublings its digits are lower than 24 pixels; 0 where they are not
    relative: float  # the absolute logarithm of the height of its digits as a multiple of the other lines'
    at_edge: float  # 1 if the line runs into the edge of the picture
    left_over: float  # the fraction of the ink in the band of its digits that is in no character
    gap: float  # the widest gap between neighbouring characters, as a multiple of the digits' height
    signs: float  # the number of its characters that are neither digits nor marks
    share: float  # the height of its digits as a fraction of the picture's, which tells a cell from a page


FEATURES = LineFeatures._fields
"""The names of the features."""


class Tree(NamedTuple):
    """A tree of two questions about features, and what its answer adds to the logit of the confidence."""

    # whether the value of the feature of that index is below the threshold
    feature: float
    threshold: float
    # what is asked next if it is
    feature_below: float
    threshold_below: float
    # what is asked next if it is not
    feature_above: float
    threshold_above: float
    # what is added: below both thresholds, below the first alone, and so on
    low_below: float
    high_below: float
    low_above: float
    high_above: float

    def value(self, features: Sequence[float]) -> float:
        """Return what it adds for these features."""
        if features[int(self.feature)] < self.threshold:
            is_low = features[int(self.feature_below)] < self.threshold_below
            return self.low_below if is_low else self.high_below
        is_low = features[int(self.feature_above)] < self.threshold_above
        return self.low_above if is_low else self.high_above


@dataclass(frozen=True)
class PageScale:
    """Turns features into confidence, with boosted trees: a logistic fit is `ok` half as often, and as often right.

    >>> tree = Tree(0, 2.0, 0, 0.0, 5, 0.7, -2.0, 0.5, 1.5, 3.0)
    >>> scale = PageScale.of(PageScale((tree,), 0.9).numbers)
    >>> scale.ok, [round(scale.confidence(LineFeatures(raw, *[0.0] * 13)), 2) for raw in (-1.0, 1.0, 3.0)]
    (0.9, [0.12, 0.62, 0.82])
    >>> PageScale.of(scale.numbers | {f"{PAGE_TREE}0": 99.0}).calibrated
    False
    """

    # trees whose values add up to the logit of the confidence; without any, it is the networks' own
    trees: tuple[Tree, ...] = ()
    ok: float = UNFITTED["line_ok"]  # the confidence from which a number is "ok"

    @staticmethod
    def of(numbers: Mapping[str, float]) -> PageScale:
        """Take the numbers of a card's calibration; an incomplete one counts as none."""
        count = sum(name.startswith(PAGE_TREE) for name in numbers)
        names = [f"{PAGE_TREE}{index}" for index in range(count)]
        size = len(Tree._fields)
        if count % size or not numbers.keys() >= {*names, PAGE_OK}:
            return PageScale()
        values = [numbers[name] for name in names]
        trees = tuple(Tree(*values[at : at + size]) for at in range(0, count, size))
        asked = {index for tree in trees for index in (tree.feature, tree.feature_below, tree.feature_above)}
        if not asked <= set(range(len(FEATURES))):
            return PageScale()
        return PageScale(trees, numbers[PAGE_OK])

    @property
    def numbers(self) -> dict[str, float]:
        """The numbers for a card's calibration."""
        values = [value for tree in self.trees for value in tree]
        return {f"{PAGE_TREE}{index}": value for index, value in enumerate(values)} | {PAGE_OK: self.ok}

    @property
    def calibrated(self) -> bool:
        """Whether it was fitted."""
        return bool(self.trees)

    def confidence(self, features: Sequence[float]) -> float:
        """Return the probability that a text is complete and right; its features begin with its own logit."""
        return sigmoid(sum(tree.value(features) for tree in self.trees) if self.trees else features[0])


def decide_page(
    seen: Findings,
    scale: PageScale,
    line_scale: LineScale,
    values: Sequence[str] | None = None,
    pattern: Automaton | None = None,
) -> Reading:
    """Make a reading of the lines of a photograph.

    The pattern is that of each line, and of the values only one may be written; `line_scale` weighs texts for both.
    """
    line_scale = replace(line_scale, weights=PAGE_WEIGHTS)
    readings, ignored = [], [Ignored(NEIGHBOUR, line.box.clipped(seen.shape)) for line in seen.cut_off]
    for line in seen.page:
        reading = _read_line(line, seen, scale, line_scale, values, pattern)
        if isinstance(reading, Reading):
            readings.append(_on_page(reading, line, seen))
        else:
            ignored.append(Ignored(reading, line.line.box.clipped(seen.shape)))
    if not readings:
        return Reading("", UNSURE, 0.0, (), ("reading.no_number", {}), scale.calibrated, ignored=tuple(ignored))
    texts = rank_texts(put_on_lines([[*reading.alternatives]] for reading in readings), MAX_ALTERNATIVES)
    confidence = math.prod(reading.confidence for reading in readings)
    doubtful = [reading for reading in readings if reading.status != OK]
    is_unknown = any(piece.kind == UNKNOWN for piece in ignored)
    which_is_meant = values is not None and len(readings) > 1
    is_doubted = is_unknown or which_is_meant or seen.is_upside_down or seen.is_on_its_side
    status: Status = UNSURE if is_doubted or doubtful else OK
    are_digits_sure = all(reading.digits_status == OK for reading in readings)
    digits_status: Status = OK if are_digits_sure and not is_doubted else UNSURE
    text = "\n".join(reading.text for reading in readings)
    ignored += [piece for reading in readings for piece in reading.ignored]
    advice: Sentence
    if seen.is_upside_down:
        advice = "reading.upside_down", {}
    elif seen.is_on_its_side:
        advice = "reading.on_its_side", {}
    elif which_is_meant:
        advice = "reading.among.lines", {}
    elif not doubtful:
        advice = ("reading.unknown_ink", {}) if is_unknown else about_success(ignored)
    elif len(readings) == 1:
        advice = doubtful[0].advice
    elif len(doubtful) == len(readings):
        advice = "reading.no_line_sure", {"n": len(readings)}
    else:
        advice = "reading.lines_unsure", {"n": len(doubtful), "of": len(readings), "text": doubtful[0].text}
    others = [(other, probability) for other, probability in texts if other != text]
    return Reading(
        text,
        status,
        confidence,
        tuple(digit for reading in readings for digit in reading.digits),
        advice,
        scale.calibrated,
        marks=tuple(mark for reading in readings for mark in reading.marks),
        ignored=tuple(ignored),
        alternatives=share_out([(text, confidence), *others], confidence, 1.0)[:MAX_ALTERNATIVES],
        digits_confidence=math.prod(reading.digits_confidence for reading in readings),
        digits_status=digits_status,
        own_lines=tuple(
            NumberLine(reading.text, reading.lines[0].box, reading.status, reading.confidence, reading.advice)
            for reading in readings
        ),
    )


def correct_page(seen: Findings, classifier: CorrectedClassifier) -> Findings:
    """Let corrected digits of one person speak about the lines of a photograph."""
    lines = []
    for line in seen.page:
        (texts,) = correct(_alone(line), classifier, PAGE_WEIGHTS).texts
        lines.append(replace(line, texts=texts))
    return replace(seen, page=tuple(lines))


def gather_features(line: PageLine, seen: Findings) -> tuple[Outcome, LineFeatures] | None:
    """Return what a line says, and the features of that; None if it has no digit."""
    outcomes = choose_texts(_alone(line), PAGE_WEIGHTS)
    if not outcomes.written:
        return None
    (outcome,) = outcomes.written
    return outcome, _features(outcome, line, seen)


def is_undoubted(line: PageLine, seen: Findings) -> bool:
    """Tell whether a line is ok if its confidence is."""
    reading = _read_line(line, seen, PageScale(ok=0.0), LineScale(PAGE_WEIGHTS), None, None)
    return isinstance(reading, Reading) and reading.status == OK


def _alone(line: PageLine) -> Findings:
    """Return a line as the findings of a picture of its own."""
    grey = line.picture.grey
    shape = grey.shape[0], grey.shape[1]
    return Findings(grey, shape, False, line.ink, [], 0.0, lines=(line.texts.line,), texts=(line.texts,))


def _features(outcome: Outcome, line: PageLine, seen: Findings) -> LineFeatures:
    height = line.picture.height
    best = line.texts.texts.index(outcome.texts[0])
    wide, narrow = line.texts.scores[best, :2].tolist()
    logs = np.log(np.maximum(line.classified, MIN_CONFIDENCE))
    boxes = [character.box for character in outcome.characters]
    left_over = line.ink >= SOLID
    middle, reach = len(left_over) / 2, LINE_BAND * height / 2
    left_over = left_over[max(0, round(middle - reach)) : round(middle + reach)].copy()
    total = int(left_over.sum())
    for box in boxes:
        first, last = round(box.x - CHARACTER_MARGIN * height), round(box.right + CHARACTER_MARGIN * height)
        left_over[:, max(0, first) : max(0, last)] = False
    edge = line.line.box
    rows, columns = seen.shape
    reach = 0.2 * line.line.height
    at_edge = edge.x < reach or edge.right > columns - reach or edge.y < 0 or edge.bottom > rows
    return LineFeatures(
        raw=logit(outcome.probabilities[0]),
        wide=wide,
        narrow=narrow,
        worst=float(logs.min(initial=0.0)),
        classified=float(logs.mean()) if len(logs) else 0.0,
        length=math.log(max(1, sum(character.character in DIGITS for character in outcome.characters))),
        core=logit(line.line.score),
        size=max(0.0, math.log2(24.0 / line.line.height)),
        relative=abs(math.log(line.relative_height)),
        at_edge=float(at_edge),
        left_over=float(left_over.sum()) / max(total, 1),
        gap=max((right.x - left.right for left, right in pairwise(boxes)), default=0.0) / height,
        signs=float(outcome.texts[0].count(SIGN)),
        share=line.line.height / rows,
    )


def _read_line(
    line: PageLine,
    seen: Findings,
    scale: PageScale,
    line_scale: LineScale,
    values: Sequence[str] | None,
    pattern: Automaton | None,
) -> Reading | InkKind:
    """Make a reading of a line as if it were a picture of its own; if it has no digit, return what its ink is."""
    alone = _alone(line)
    outcomes = choose_texts(alone, PAGE_WEIGHTS)
    if not outcomes.written:
        no_digit = math.prod(outcome.probability_of_no_digit for outcome in outcomes.counted_once)
        kind: InkKind = SIGN_INK if no_digit >= SURELY_NO_DIGIT else UNKNOWN
        return kind
    (outcome,) = outcomes.written
    features = _features(outcome, line, seen)
    confidence = scale.confidence(features)
    of_digits = max(scale.confidence(features._replace(raw=logit(outcomes.probability_of_digits))), confidence)
    digits_of_line = [character for character in outcome.characters if character.character in DIGITS]
    ignored = name_ignored_ink(alone, outcomes.written, digits_of_line)
    hindered = outcomes.has_sign_inside or any(piece.kind == UNKNOWN for piece in ignored)
    status: Status = OK if confidence >= scale.ok and not hindered else UNSURE
    digits_status: Status = OK if of_digits >= scale.ok and not hindered else UNSURE
    alternatives = share_out(outcomes.texts, confidence, 1.0)
    probabilities = [
        max(character.probability, of_digits if character.character in DIGITS else confidence)
        for character in outcome.characters
    ]
    digits, marks = make_digits_and_marks(outcome.characters, probabilities, alone, scale.ok)
    text = outcomes.texts[0][0]
    if status == OK:
        advice = about_success(ignored)
    elif digits_status == OK:
        digits_text = without_marks(text)
        advice = about_marks(text, [other for other, _ in outcomes.texts if without_marks(other) == digits_text])
    else:
        advice = about_line(outcomes.has_sign_inside, [text for text, _ in alternatives])
    reading = Reading(
        text,
        status,
        confidence,
        digits,
        advice,
        scale.calibrated,
        marks=marks,
        ignored=ignored,
        alternatives=alternatives,
        digits_confidence=of_digits,
        digits_status=digits_status,
    )
    if values is not None:
        chosen = choose_value(reading, alone, outcomes, values, line_scale)
        # a text that only the list made possible has met stricter thresholds than these
        chosen = _doubt_line(chosen, line, features, scale) if chosen.text == text else chosen
        return doubt_wide_gap(chosen, values.__contains__)
    if pattern is not None:
        chosen = follow_pattern(reading, alone, pattern, line_scale)
        return doubt_wide_gap(_doubt_line(chosen, line, features, scale), pattern.accepts)
    return doubt_wide_gap(reading)


def _doubt_line(chosen: Reading, line: PageLine, features: LineFeatures, scale: PageScale) -> Reading:
    """Doubt a text that a list or a pattern made sure: these tell which text it is, not that one is written there."""
    if chosen.digits_status != OK:
        return chosen
    features = features._replace(raw=logit(chosen.digits_confidence))
    if chosen.text in line.texts.texts:
        wide, narrow = line.texts.scores[line.texts.texts.index(chosen.text), :2].tolist()
        features = features._replace(wide=wide, narrow=narrow)
    confidence = scale.confidence(features)
    if confidence >= scale.ok:
        return chosen
    return replace(
        chosen,
        status=UNSURE,
        digits_status=UNSURE,
        confidence=min(chosen.confidence, confidence),
        digits_confidence=min(chosen.digits_confidence, confidence),
        advice=("reading.unsure_line", {}),
    )


def _on_page(reading: Reading, line: PageLine, seen: Findings) -> Reading:
    """Move a line's reading from its own picture to the photograph."""

    def moved(box: Box) -> Box:
        return line.picture.in_whole(box).clipped(seen.shape)

    whole = line.line.box.clipped(seen.shape)
    return replace(
        reading,
        digits=tuple(replace(digit, box=moved(digit.box)) for digit in reading.digits),
        marks=tuple(replace(mark, box=moved(mark.box)) for mark in reading.marks),
        ignored=tuple(Ignored(piece.kind, moved(piece.box)) for piece in reading.ignored),
        own_lines=(NumberLine(reading.text, whole, reading.status, reading.confidence, reading.advice),),
    )

"""Fit a reader's confidence in whole texts, from composed pages, lines and photographs that it reads.

`calibrate` reads pages digit by digit and fits the curves of their texts. Of a reader with a line recogniser it also
fits the weights of a line's texts and their confidence, and of one with a line detector the confidence in the numbers
of photographed pages. `calibrate_display` does so for a reader of displays.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from shuzi.concepts import softmax
from shuzi.data.collection import STROKES
from shuzi.data.dataset import Dataset
from shuzi.data.displays import Displays
from shuzi.data.mnist import clear_images
from shuzi.data.registers import Cells
from shuzi.data.strokes import Strokes, clear_strokes
from shuzi.data.tables import Labelled
from shuzi.ink.boxes import Box
from shuzi.models.card import Calibration
from shuzi.models.store import LINE, LINE_DETECTOR
from shuzi.models.tasks import SIGN
from shuzi.reading.confidence import (
    Curve,
    Curves,
    Evidence,
    LineScale,
    Way,
    logit,
    name_knots,
    signs_of_digit,
    signs_of_text,
)
from shuzi.reading.display import DisplayReader
from shuzi.reading.hand import sigmoid_of_each
from shuzi.reading.line_text import gather_evidence
from shuzi.reading.line_text import read_lines as read_line_texts
from shuzi.reading.outcome import choose_texts
from shuzi.reading.page_text import PageScale, Tree, gather_features, is_undoubted
from shuzi.reading.reader import Reader
from shuzi.reading.result import OK, without_marks
from shuzi.reading.thresholds import (
    DETECTED_WAY,
    KNOTS,
    LINE_CURVE,
    LINE_OK,
    LINE_OTHERS,
    LINE_WAY,
    LINE_WEIGHT,
    REALLY_BLANK,
    SIMPLE_WAY,
    TEXT_OK,
)
from shuzi.reading.values import Findings, PageLine, Weights
from shuzi.synthesis.composer import Composer, any_kind
from shuzi.synthesis.displays import KINDS, RealDigits, in_colours
from shuzi.synthesis.displays import compose as compose_display
from shuzi.synthesis.line_pages import page_of
from shuzi.synthesis.papers import by_magnitude
from shuzi.synthesis.photographs import ANY, EDGES, Conditions, Photograph, WrittenLine, compose
from shuzi.synthesis.texts import TRAINED, chosen, target
from shuzi.synthesis.writers import Writers

PAGES = 12_000
"""Composed pages that are read to fit the confidence."""

_RARE = 1e-9  # no probability is nearer to 0 or 1: its logarithm is finite
_DOUBT = 5.0  # texts: the curve weighs as much as this many observations


def measured(probabilities: Iterable[float], right: Sequence[bool]) -> tuple[float, ...]:
    """Return the fraction of correct texts at each of `KNOTS`, from the probabilities that the curves predicted."""
    logits = np.clip([logit(probability) for probability in probabilities], KNOTS[0], KNOTS[-1])
    knots = np.array(KNOTS)
    # a text contributes to the knots up to a distance of 1
    near = np.clip(1 - np.abs(logits - knots[:, None]), 0, 1)
    # the error of the curves changes slowly, so it is averaged instead of the accuracy itself
    off = near @ (np.array(right, np.float64) - sigmoid_of_each(logits)) / (near.sum(axis=1) + _DOUBT)
    return tuple(np.maximum.accumulate(np.clip(sigmoid_of_each(knots) + off, _RARE, 1 - _RARE)).tolist())


CORRECT_WHERE_OK = 0.985
"""The fraction of composed texts that must be correct above the confidence for `ok`. The aim is 99 %, but some
composed texts are illegible: of the 36 surest errors on 2,841 pages, inspected one by one, 28 were, and of the 24
surest, 21. So 98.5 % by the labels is more than 99 %."""

_FEW = 100  # texts: a fraction of fewer says little
_PULL = 1.0  # towards where a fit starts, as strong as a text or two
_ROUNDS = 100  # at most
_STEP = 1e-7  # of each coefficient: a smaller one ends a fit


@dataclass(frozen=True)
class LinesRead:
    """A composed page, read line by line."""

    findings: Findings
    text: str  # what is written there
    marks: bool  # whether the text has its marks; otherwise only digits are compared
    legible: bool = True  # if not, no confidence is right, but its texts can still be weighed

    def is_correct(self, text: str) -> bool:
        """Return whether a text is what is written; signs do not count, since texts do not contain them."""
        return self._compared(text) == self._compared(self.text)

    def _compared(self, text: str) -> str:
        kept = text.replace(SIGN, "") if self.marks else without_marks(text)
        return kept.replace("\n", "")


def read_lines(
    reader: Reader, digits: Dataset, strokes: Strokes | None, seed: int, pages: int
) -> Iterator[LinesRead]:
    """Read lines composed of digits and pen strokes; pages that need no line recogniser are skipped."""
    if strokes is None:
        raise STROKES.error(STROKES.needed)
    rng, writers = np.random.default_rng([seed, 1]), Writers(digits.images, digits.labels, clear_strokes(strokes))
    # fragments of other lines are read too, but their text is unknown
    # people cross digits out far less often than training lines do, and confidence is for usual writing
    kinds = [replace(kind, neighbours=0.0) for kind in TRAINED if not kind.crossed_out]
    fractions = np.array([kind.fraction for kind in kinds])
    fractions /= fractions.sum()
    for _ in range(pages):
        page = page_of(rng, writers, kinds[int(rng.choice(len(kinds), p=fractions))])
        findings = reader.recognise(page.grey, as_page=False)
        if findings.texts:
            yield LinesRead(findings, page.text, marks=True, legible=page.legible)


def fit_lines(read: Sequence[LinesRead]) -> dict[str, float]:
    """Fit the weights of a line's scores, the confidence's curve and where `ok` begins, for `LineScale.of`."""
    weights = fit_weights([scored for page in read if (scored := _scored(page)) is not None])
    pages: list[LinesRead] = []
    correct: list[bool] = []
    evidences: list[Evidence] = []
    for page in read:
        if page.legible and (gathered := gather_evidence(page.findings, weights)) is not None:
            pages.append(page)
            correct.append(page.is_correct(gathered[0]))
            evidences.append(gathered[1])
    curve = fit_curve(evidences, correct)
    scale = LineScale(weights, curve, measured([curve.of(evidence) for evidence in evidences], correct))
    confidence = np.array([scale.confidence(evidence) for evidence in evidences])
    # what is doubted anyway, whatever its confidence, does not tell where ok begins
    undoubted = np.array([_is_undoubted(page.findings, scale) for page in pages], bool)
    numbers = {LINE_WEIGHT + name: value for name, value in weights._asdict().items()}
    numbers |= {LINE_CURVE + name: value for name, value in curve._asdict().items()}
    numbers |= dict(zip(name_knots(LINE_WAY), scale.measured, strict=True))
    others = [_has_correct(page) for page, so in zip(pages, correct, strict=True) if not so]
    return numbers | {
        LINE_OK: ok_from(confidence[undoubted], np.array(correct, bool)[undoubted]),
        LINE_OTHERS: (sum(others) + 1) / (len(others) + 2),
    }


def _is_undoubted(seen: Findings, scale: LineScale) -> bool:
    """Tell whether a picture is ok if its confidence is."""
    reading = read_line_texts(seen, choose_texts(seen, scale.weights), replace(scale, ok=0.0))
    return reading is not None and reading.status == OK


def _has_correct(page: LinesRead) -> bool:
    """Return whether any text of a page's only line is correct."""
    return len(page.findings.texts) == 1 and any(map(page.is_correct, page.findings.texts[0].texts))


Scored = tuple[NDArray[np.float64], NDArray[np.bool_]]
"""The scores of a line's texts, float64 (n, 7), and which of them are correct, bool (n,)."""


def _scored(page: LinesRead) -> Scored | None:
    """Return the scores of a page with one line, if its texts include a correct and a wrong one."""
    if len(page.findings.texts) != 1:
        return None
    (line,) = page.findings.texts
    correct = np.array([page.is_correct(text) for text in line.texts], bool)
    return (line.scores, correct) if correct.any() and not correct.all() else None


def fit_weights(lines: Sequence[Scored]) -> Weights:
    """Fit the weights by maximum likelihood: a text is as probable as the softmax of its weighed score."""
    now, start = np.array(Weights()), np.array(Weights())
    for _ in range(_ROUNDS):
        gradient, hessian = -_PULL * (now - start), -_PULL * np.eye(len(now))
        for scores, correct in lines:
            probabilities = softmax(scores @ now)
            among_correct = np.where(correct, probabilities, 0) / max(float(probabilities[correct].sum()), 1e-300)
            expected = probabilities @ scores
            gradient += among_correct @ scores - expected
            hessian -= (scores.T * probabilities) @ scores - np.outer(expected, expected)
        step = np.clip(np.linalg.solve(hessian, gradient), -1, 1)
        now = now - step
        if np.abs(step).max() < _STEP:
            break
    return Weights(*now.tolist())


def fit_curve(evidence: Sequence[Evidence], correct: Sequence[bool]) -> Curve:
    """Fit the curve of the confidence by logistic regression, pulled slightly to the raw numbers."""
    x = np.column_stack([np.array(evidence, np.float64).reshape(-1, len(Evidence._fields)), np.ones(len(evidence))])
    now = fit_logistic(x, np.array(correct, np.float64), np.array(Curve()))
    now[0] = max(now[0], 0.0)  # higher probability never means lower confidence
    return Curve(*now.tolist())


def fit_logistic(
    x: NDArray[np.float64], labels: NDArray[np.float64], start: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Fit logistic regression to features (n, k) and labels (n,): weights (k,), pulled to where they start."""
    now = start
    for _ in range(_ROUNDS):
        predicted = sigmoid_of_each(x @ now)
        gradient = x.T @ (labels - predicted) - _PULL * (now - start)
        hessian = (x.T * (predicted * (1 - predicted))) @ x + _PULL * np.eye(len(now))
        step = np.clip(np.linalg.solve(hessian, gradient), -1, 1)
        now = now + step
        if np.abs(step).max() < _STEP:
            break
    return now


def ok_from(confidence: NDArray[np.float64], correct: NDArray[np.bool_]) -> float:
    """Return the lowest confidence above which `CORRECT_WHERE_OK` of the texts are correct; 1 if none."""
    ranked = np.argsort(-confidence, kind="stable")
    fraction = np.cumsum(correct[ranked]) / np.arange(1, len(ranked) + 1)
    # texts of the same confidence are ok together
    last = np.append(np.diff(confidence[ranked]) != 0, True)
    many = np.arange(1, len(ranked) + 1) >= min(_FEW, len(ranked))
    enough = np.flatnonzero((fraction >= CORRECT_WHERE_OK) & last & many)
    return float(confidence[ranked[enough[-1]]]) if enough.size else 1.0


LineRead = tuple[Sequence[float], bool, bool]
"""The features of a line that was read, whether its digits are right, and whether it is ok if its confidence is."""

PHOTOGRAPHS = PAGES // 10
"""Photographs that are read to fit the confidence."""

_TEXTS = (("ten", 0.35), ("number", 0.35), ("amount", 0.1), ("date", 0.06), ("decimal", 0.1), ("time", 0.04))
_SIDES = 600, 1_600  # pixels of a photograph's longer side
_LETTERS = 14.0, 45.0  # digits are that many times lower than the photograph
_HARD = 0.25  # fraction of the photographs that are as bad as those of a training
_ON_LINE = 0.5  # of a digit's height: how far the middle of what is read may be from the middle of what is written
_PARTS = 5  # of the lines: what is ok is told by trees that were fitted to the others
_NEIGHBOURS = 40  # lines that are told by the same trees: some eight pages
_LEVELS = 1_000  # to which confidences are rounded where `ok` begins
_TREES, _RATE, _LEAF = 40, 0.25, 25  # trees, how far each goes, and the fewest lines of a leaf
_QUANTILES = np.linspace(0.02, 0.98, 33)  # of a feature: where it may be asked


def read_photographs(reader: Reader, digits: Dataset, strokes: Strokes, seed: int, count: int) -> Iterator[LineRead]:
    """Compose photographs of pages, read them, and yield each number that was read."""
    rng, writers = np.random.default_rng([seed, 2]), Writers(digits.images, digits.labels, strokes)
    for _ in range(count):
        side = by_magnitude(rng, *_SIDES)
        shape = round(side), round(side * rng.uniform(0.65, 0.9))
        letter = side / by_magnitude(rng, *_LETTERS)
        usual = Conditions(edge=str(rng.choice([*EDGES])), texts=_TEXTS, images=0.3, usual=True)
        hard = rng.random() < _HARD
        photo = compose(rng, writers, shape, letter, replace(ANY, texts=_TEXTS) if hard else usual)
        findings = reader.recognise(photo.grey)
        for line in findings.page:
            written = _written_at(line, photo)
            yield from _told(line, findings, None if written is None else written.text)


def _told(line: PageLine, findings: Findings, written: str | None) -> Iterator[LineRead]:
    """Yield what a line that was read tells, if it has a digit; None is no text of one line."""
    if (gathered := gather_features(line, findings)) is not None:
        outcome, features = gathered
        right = written is not None and without_marks(written) == without_marks(outcome.texts[0])
        yield features, right, is_undoubted(line, findings)


RealRead = tuple[Findings, str, Box | None]
"""What was found in a real picture, what is written there, and where the middle of its line is: None for anywhere."""


def read_real(reader: Reader, cells: Cells | None, pictures: Iterable[Labelled]) -> Iterator[RealRead]:
    """Read the cells of registers, and pictures of one number or none: composed ones say too little of real hands."""
    if cells is not None:
        for index, (left, top, right, bottom) in enumerate(cells.boxes.tolist()):
            box = Box(left, top, right - left, bottom - top)
            yield reader.recognise(cells.picture(index)), target(cells.texts[index]), box
    for picture in pictures:
        yield reader.recognise(picture.path), picture.label, None


def tell_real(real: Iterable[RealRead]) -> Iterator[LineRead]:
    """Yield what each number tells that was read on a line of its own where one is written."""
    for findings, text, box in real:
        for line in findings.page:
            x, y = (np.array(line.line.start) + line.line.end) / 2
            if box is None or box.holds(x, y):
                yield from _told(line, findings, text)


def fit_page(read: Sequence[LineRead]) -> dict[str, float]:
    """Fit the trees of the confidence, and from which confidence a number is ok, as `PageScale.of` takes them."""
    x = np.array([features for features, _, _ in read], np.float64)
    right, undoubted = np.array([told for _, *told in read], np.bool_).reshape(-1, 2).T
    # what is ok is told by trees that did not learn from the line, nor, but for a few, from its page
    if len(read) < _PARTS:
        return PageScale(ok=1.0).numbers
    part = np.arange(len(read)) // max(1, min(_NEIGHBOURS, len(read) // _PARTS)) % _PARTS
    logits = np.zeros(len(read))
    for index in range(_PARTS):
        trees = fit_trees(x[part != index], right[part != index])
        logits[part == index] = [sum(tree.value(row) for tree in trees) for row in x[part == index].tolist()]
    confidence = np.floor(sigmoid_of_each(logits) * _LEVELS) / _LEVELS
    return PageScale(fit_trees(x, right), ok_from(confidence[undoubted], right[undoubted])).numbers


def fit_trees(x: NDArray[np.float64], right: NDArray[np.bool_]) -> tuple[Tree, ...]:
    """Fit boosted trees (J. Friedman, 2001) to features, float64 (n, k), and what is told from them, bool (n,)."""
    thresholds = [(k, at) for k in range(x.shape[1]) for at in np.unique(np.quantile(x[:, k], _QUANTILES)).tolist()]
    below = np.stack([x[:, k] < at for k, at in thresholds], axis=1).astype(np.float32)
    logits, trees = np.full(len(x), logit(float(right.mean()))), list[Tree]()
    start = float(logits[0])  # is added to the first tree
    for _ in range(_TREES):
        p = sigmoid_of_each(logits)
        slopes, curves = (right - p).astype(np.float32), (p * (1 - p)).astype(np.float32)
        first = _split(below, slopes, curves, np.ones(len(x), np.bool_))
        sides = [below[:, first] > 0, below[:, first] == 0]
        questions = [first, *(_split(below, slopes, curves, side) for side in sides)]
        leaves = []
        for side, question in zip(sides, questions[1:], strict=True):
            for leaf in (side & (below[:, question] > 0), side & (below[:, question] == 0)):
                step = _RATE * float(slopes[leaf].sum() / (curves[leaf].sum() + _PULL))
                leaves.append(round(step + start, 4))
                logits[leaf] += step
        trees.append(Tree(*(value for question in questions for value in thresholds[question]), *leaves))
        start = 0.0
    return tuple(trees)


def _split(
    below: NDArray[np.float32], slopes: NDArray[np.float32], curves: NDArray[np.float32], node: NDArray[np.bool_]
) -> int:
    """Return the index of the threshold that divides a node best; both sides keep `_LEAF` lines, if any does."""
    inside = node.astype(np.float32)
    of_all = [inside * values for values in (slopes, curves)] + [inside]
    slope, curve, count = (np.stack([own @ below, own.sum() - own @ below]) for own in of_all)
    gain = (slope**2 / (curve + _PULL)).sum(axis=0)
    return int(np.argmax(np.where(count.min(axis=0) >= _LEAF, gain, -1.0)))


def _written_at(line: PageLine, photo: Photograph) -> WrittenLine | None:
    """Return what is written where a line was read; None if nothing is, or several lines are."""
    start, end = np.array(line.line.start), np.array(line.line.end)
    at = []
    for written in photo.lines:
        middle = written.corners.mean(axis=0)
        along = end - start
        position = float(np.clip((middle - start) @ along / max(float(along @ along), 1e-6), 0, 1))
        if np.hypot(*(start + position * along - middle)) < _ON_LINE * written.height:
            at.append(written)
    return at[0] if len(at) == 1 else None


RIGHT_BUT_NOT_OK = 0.1
"""The threshold for `ok` is the confidence that all but this fraction of the correct readings of simple ink reach.

`locate` decides which ink is simple, so a change there changes the meaning of this value."""

_CURVE_ROUNDS = 200  # far more than needed
_CURVE_PULL = 0.1  # as `_PULL`, for the curves
_START = Curves(whole=3.0)  # one page in twenty has another error
# higher confidence never means lower accuracy
_NO_LESS = np.where(np.isin(Curves._fields, ("shift", "whole")), -np.inf, 0.0)
_CURVE_STEP = 1e-12  # a step that still lowers the likelihood is halved down to this


@dataclass(frozen=True)
class PageRead:
    """A page that was read."""

    digits: Sequence[tuple[float, float, float]]  # the evidence for each, from `signs_of_digit`
    text: tuple[float, float, float]  # the evidence against the whole text, from `signs_of_text`
    correct: bool  # whether the whole text was


def calibrate(
    reader: Reader,
    digits: Dataset,
    seed: int = 0,
    pages: int = PAGES,
    strokes: Strokes | None = None,
    real: Iterable[RealRead] = (),
) -> Calibration:
    """Calibrate a reader's confidence on pages composed of digits that no model was trained on, and on real ones."""
    clear = clear_images(digits)
    composer, rng = Composer(clear.images, clear.labels), np.random.default_rng(seed)
    read: dict[bool, list[PageRead]] = {True: [], False: []}
    blank: list[bool] = []
    correct_findings: list[Findings] = []
    in_lines: list[LinesRead] = []
    for _ in range(pages):
        page = any_kind(composer, rng)
        findings = reader.recognise(page.grey, as_page=False)
        if findings.texts:
            in_lines.append(LinesRead(findings, page.text, marks=False, legible=page.legible))
        # readings without the line recogniser have their own scale
        text, as_digits = page.text.replace("\n", ""), replace(findings, lines=(), texts=())
        if not as_digits.candidates:
            blank.append(not text)
            continue
        correct = reader.decide(as_digits).text.replace("\n", "") == text
        read[as_digits.simple].append(
            PageRead([*map(signs_of_digit, as_digits.candidates)], signs_of_text(as_digits), correct)
        )
        if as_digits.simple and correct:
            correct_findings.append(as_digits)
    fitted: dict[str, float] = {}
    ways = {SIMPLE_WAY: fit_way(read[True]), DETECTED_WAY: fit_way(read[False])}
    for name, way in ways.items():
        fitted |= {f"{name}-{coefficient}": value for coefficient, value in (way.curves or _START)._asdict().items()}
        fitted |= dict(zip(name_knots(name), way.measured, strict=True))
    probabilities = [ways[SIMPLE_WAY].of_text(as_digits) for as_digits in correct_findings]
    # if nothing is ever correct, nothing is ok
    fitted[TEXT_OK] = float(np.quantile(probabilities, RIGHT_BUT_NOT_OK)) if probabilities else 1.0
    fitted[REALLY_BLANK] = (sum(blank) + 1) / (len(blank) + 1)
    if LINE in reader.partners:
        in_lines += read_lines(reader, clear, strokes, seed, pages)
        # without real cells, whose single digits made clean long numbers unsure: 0.97 became 0.95
        fitted |= fit_lines(in_lines)
        if LINE_DETECTOR in reader.partners:
            fitted |= calibrate_photographs(reader, clear, strokes, seed, max(1, pages // 10), real)
    return Calibration(reader.partners, fitted, pages, seed, strokes.sha256() if strokes else "")


def calibrate_photographs(
    reader: Reader,
    digits: Dataset,
    strokes: Strokes | None,
    seed: int = 0,
    count: int = PHOTOGRAPHS,
    real: Iterable[RealRead] = (),
) -> dict[str, float]:
    """Calibrate the confidence in the numbers of photographed pages, real cells, and pictures of one number."""
    if strokes is None:
        raise STROKES.error(STROKES.needed)
    return fit_page([*read_photographs(reader, digits, clear_strokes(strokes), seed, count), *tell_real(real)])


def fit_way(read: Sequence[PageRead]) -> Way:
    """Fit the curves, and measure the accuracy at each level of their output."""
    curves = fit_curves(read)
    return Way(curves, measured(predicted(curves, read), [page.correct for page in read]))


def predicted(curves: Curves, read: Sequence[PageRead]) -> NDArray[np.float64]:
    """Return the probability, according to the curves, that each page is entirely correct: float64 (n,)."""
    return _Pages(read).probabilities(np.array(curves))[2]


def fit_curves(read: Sequence[PageRead]) -> Curves:
    """Fit the curves by Fisher scoring, regularised, so that a reader without mistakes gets finite ones."""
    pages, start = _Pages(read), np.array(_START)
    correct = np.array([page.correct for page in read], bool)
    now = start

    def loss(curves: NDArray[np.float64]) -> float:
        all_right = pages.probabilities(curves)[2]
        unlikely = -np.sum(np.log(np.where(correct, all_right, 1 - all_right)))
        return float(unlikely + np.sum((curves - start) ** 2) * _CURVE_PULL / 2)

    for _ in range(_CURVE_ROUNDS):
        digits, whole, all_right = pages.probabilities(now)
        gradients = pages.gradients(digits, whole)
        gradient = gradients @ ((correct - all_right) / (1 - all_right)) - _CURVE_PULL * (now - start)
        free = (now > _NO_LESS) | (gradient > 0)  # a bound holds while the gradient points beyond it
        information = (gradients * (all_right / (1 - all_right))) @ gradients.T + _CURVE_PULL * np.eye(len(now))
        step = np.zeros(len(now))
        step[free] = np.linalg.solve(information[np.ix_(free, free)], gradient[free])
        following = np.maximum(now + step, _NO_LESS)
        while loss(following) > loss(now) and np.abs(step).max() > _CURVE_STEP:
            step = step / 2
            following = np.maximum(now + step, _NO_LESS)
        now = following
    return Curves(*now.tolist())


class _Pages:
    """Pages read, as arrays."""

    def __init__(self, read: Sequence[PageRead]) -> None:
        longest = max((len(page.digits) for page in read), default=0)
        self._x = np.zeros((len(read), longest, 3))
        self._there = np.zeros((len(read), longest), bool)
        for index, page in enumerate(read):
            self._x[index, : len(page.digits)] = page.digits
            self._there[index, : len(page.digits)] = True
        self._against = np.array([page.text for page in read], np.float64).reshape(-1, 3)

    def probabilities(
        self, curves: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Return the probabilities of each digit (n, longest), of the rest (n,), and of both together (n,)."""
        digits = np.where(self._there, sigmoid_of_each(self._x @ curves[:3] + curves[3]), 1.0)
        whole = sigmoid_of_each(curves[4] - self._against @ curves[5:])
        return digits, whole, np.clip(np.prod(digits, axis=1) * whole, _RARE, 1 - _RARE)

    def gradients(self, digits: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the gradient of the log probability of each whole page in the curves' coefficients: (8, n)."""
        wrong = np.where(self._there, 1 - digits, 0.0)
        of_digits = np.einsum("nd,ndk->kn", wrong, self._x)
        return np.vstack([of_digits, wrong.sum(axis=1), 1 - whole, -(1 - whole) * self._against.T])


DISPLAY_LINES = 8_000
"""Composed lines that are read to fit the confidence in the numbers of displays."""

_COLOURED = 0.7  # fraction of these, as of photographs of displays


def read_displays(reader: DisplayReader, displays: Displays, seed: int, count: int) -> Iterator[LineRead]:
    """Compose lines, half of them light on dark and most in colours, read them, and yield each number read."""
    rng, real = np.random.default_rng([seed, 3]), RealDigits(displays)
    for _ in range(count):
        grey, text = compose_display(rng, chosen(rng, KINDS), real, seen=True)
        grey = 255 - grey if rng.random() < 0.5 else grey
        line = reader.recognise(in_colours(rng, grey) if rng.random() < _COLOURED else grey)
        if line is not None:
            yield line.features, line.text == text, True


def calibrate_display(
    reader: DisplayReader, displays: Displays, seed: int, count: int = DISPLAY_LINES
) -> Calibration:
    """Fit a reader's confidence to digits that its training did not see."""
    numbers = fit_page([*read_displays(reader, displays.divided()[1], seed, count)])
    return Calibration({}, numbers, count, seed)

"""Calibrate a reader's confidence on readings of composed pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from shuzi.data.dataset import Dataset
from shuzi.data.mnist import clear_images
from shuzi.data.registers import Cells
from shuzi.data.strokes import DOI, OPTION, VARIABLE, Strokes, clear_strokes
from shuzi.errors import DataError
from shuzi.evaluation.knots import measured
from shuzi.evaluation.line_confidence import LinesRead, fit_lines, read_lines
from shuzi.evaluation.page_confidence import PHOTOGRAPHS, fit_page, read_cells, read_photographs
from shuzi.models.card import Calibration
from shuzi.models.store import LINE, LINE_DETECTOR
from shuzi.reading.decide.candidate_confidence import Curves, Way, name_knots, signs_of_digit, signs_of_text
from shuzi.reading.decide.decide_thresholds import DETECTED_WAY, REALLY_BLANK, SIMPLE_WAY, TEXT_OK
from shuzi.reading.reader import Reader
from shuzi.reading.recognise.hand import sigmoid_of_each
from shuzi.reading.values import Findings
from shuzi.synthesis.composer import Composer, any_kind

PAGES = 12_000

RIGHT_BUT_NOT_OK = 0.1
"""The threshold for `ok` is the confidence that all but this fraction of the correct readings of simple ink reach.

`locate` decides which ink is simple, so a change there changes the meaning of this value."""

_ROUNDS = 200  # far more than needed
_PULL = 0.1
_BEGINNING = Curves(named=1.0, is_digit=1.0, found=1.0, shift=0.0, whole=3.0)  # one page in twenty has another error
_NO_LESS = np.array([0.0, 0.0, 0.0, -np.inf, -np.inf, 0.0, 0.0, 0.0])  # higher confidence never means lower accuracy
_SMALLEST_STEP = 1e-12
_RARE = 1e-9


@dataclass(frozen=True)
class PageRead:
    """A page that was read.

    Parameters
    ----------
    digits
        The evidence for each digit, from `signs_of_digit`.
    text
        The evidence against the whole text, from `signs_of_text`.
    correct
        Whether the whole text was correct.
    """

    digits: Sequence[tuple[float, float, float]]
    text: tuple[float, float, float]
    correct: bool


def calibrate(
    reader: Reader,
    digits: Dataset,
    seed: int = 0,
    pages: int = PAGES,
    strokes: Strokes | None = None,
    cells: Cells | None = None,
) -> Calibration:
    """Calibrate a reader's confidence on pages composed of digits that no model was trained on.

    Parameters
    ----------
    reader
        Reads them.
    digits
        The validation images; those with doubtful labels are left out.
    seed
        The seed of the composed pages.
    pages
        The number of pages.
    strokes
        Pen strokes of validation writers; a reader with a line recogniser also reads as many lines of them.
    cells
        Cells of registers held out from training; a reader with a line detector reads them too.

    Raises
    ------
    DataError
        The reader has a line recogniser, and there are no pen strokes.
    """
    clear = clear_images(digits)
    composer, rng = Composer(clear.images, clear.labels), np.random.default_rng(seed)
    read: dict[bool, list[PageRead]] = {True: [], False: []}
    blank: list[bool] = []
    surely: list[Findings] = []
    in_lines: list[LinesRead] = []
    for _ in range(pages):
        page = any_kind(composer, rng)
        findings = reader.recognise(page.grey, as_page=False)
        if findings.texts:
            in_lines.append(LinesRead(findings, page.text, marks=False, legible=page.legible))
        # readings without the line recogniser have their own scale
        text, seen = page.text.replace("\n", ""), replace(findings, lines=(), texts=())
        if not seen.candidates:
            blank.append(not text)
            continue
        correct = reader.decide(seen).text.replace("\n", "") == text
        read[seen.simple].append(PageRead([*map(signs_of_digit, seen.candidates)], signs_of_text(seen), correct))
        if seen.simple and correct:
            surely.append(seen)
    fitted: dict[str, float] = {}
    ways = {SIMPLE_WAY: fit_way(read[True]), DETECTED_WAY: fit_way(read[False])}
    for name, way in ways.items():
        fitted |= {f"{name}-{each}": value for each, value in (way.curves or _BEGINNING)._asdict().items()}
        fitted |= dict(zip(name_knots(name), way.measured, strict=True))
    probabilities = [ways[SIMPLE_WAY].of_text(seen) for seen in surely]
    # if nothing is ever correct, nothing is ok
    fitted[TEXT_OK] = float(np.quantile(probabilities, RIGHT_BUT_NOT_OK)) if probabilities else 1.0
    fitted[REALLY_BLANK] = (sum(blank) + 1) / (len(blank) + 1)
    if LINE in reader.partners:
        in_lines += read_lines(reader, clear, strokes, seed, pages)
        fitted |= fit_lines(in_lines)
        if LINE_DETECTOR in reader.partners:
            fitted |= calibrate_photographs(reader, clear, strokes, seed, max(1, pages // 10), cells)
    return Calibration(reader.partners, fitted, pages, seed, strokes.sha256() if strokes else "")


def calibrate_photographs(
    reader: Reader,
    digits: Dataset,
    strokes: Strokes | None,
    seed: int = 0,
    count: int = PHOTOGRAPHS,
    cells: Cells | None = None,
) -> dict[str, float]:
    """Calibrate the confidence in the numbers of photographed pages alone.

    Parameters
    ----------
    reader, digits, strokes, seed
        As for `calibrate`.
    count
        The number of photographs.
    cells
        Real cells of registers that no model was trained on, which count too.

    Returns
    -------
    The numbers in the form of `PageScale.of`.

    Raises
    ------
    DataError
        There are no pen strokes.
    """
    if strokes is None:
        raise DataError("error.strokes.needed", option=OPTION, variable=VARIABLE, doi=DOI)
    read = [*read_photographs(reader, digits, clear_strokes(strokes), seed, count)]
    return fit_page(read + ([*read_cells(reader, cells)] if cells is not None else []))


def fit_way(read: Sequence[PageRead]) -> Way:
    """Fit the curves, and measure the accuracy at each level of their output.

    Examples
    --------
    >>> from shuzi.reading.decide.candidate_confidence import logit
    >>> from shuzi.reading.decide.decide_thresholds import KNOTS
    >>> pages = [PageRead([(2.0, 5.0, 0.0)], (0.0, 0.0, 0.0), correct) for correct in (True, False)] * 500
    >>> way = fit_way(pages)
    >>> round(float(np.interp(logit(predicted(way.curves, pages)[0]), KNOTS, way.measured)), 1)
    0.5
    """
    curves = fit_curves(read)
    return Way(curves, measured(predicted(curves, read), [each.correct for each in read]))


def predicted(curves: Curves, read: Sequence[PageRead]) -> NDArray[np.float64]:
    """Return the probability, according to the curves, that each page is entirely correct: float64 (n,)."""
    return _Pages(read).probabilities(np.array(curves))[2]


def fit_curves(read: Sequence[PageRead]) -> Curves:
    """Fit the curves by maximum likelihood with Fisher scoring.

    They are regularised slightly towards a plain starting point, so that a reader without mistakes gets finite ones.

    Examples
    --------
    >>> sure = PageRead([(2.2, 5.0, 0.0)], (0.0,) * 3, True)
    >>> unsure = PageRead([(0.4, 5.0, 0.0)] * 2, (0.0,) * 3, False)
    >>> predicted(fit_curves([sure, sure, unsure] * 50), [sure, unsure]).round(1).tolist()
    [1.0, 0.0]
    """
    pages, beginning = _Pages(read), np.array(_BEGINNING)
    correct = np.array([each.correct for each in read], bool)
    now = beginning

    def badness(curves: NDArray[np.float64]) -> float:
        all_right = pages.probabilities(curves)[2]
        unlikely = -np.sum(np.log(np.where(correct, all_right, 1 - all_right)))
        return float(unlikely + np.sum((curves - beginning) ** 2) * _PULL / 2)

    for _ in range(_ROUNDS):
        digits, whole, all_right = pages.probabilities(now)
        rises = pages.rises(digits, whole)
        uphill = rises @ ((correct - all_right) / (1 - all_right)) - _PULL * (now - beginning)
        free = (now > _NO_LESS) | (uphill > 0)  # a bound holds while the gradient points beyond it
        steepness = (rises * (all_right / (1 - all_right))) @ rises.T + _PULL * np.eye(len(now))
        step = np.zeros(len(now))
        step[free] = np.linalg.solve(steepness[np.ix_(free, free)], uphill[free])
        following = np.maximum(now + step, _NO_LESS)
        while badness(following) > badness(now) and np.abs(step).max() > _SMALLEST_STEP:
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

    def rises(self, digits: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the gradient of the log probability of each whole page in the curves' coefficients: (8, n)."""
        wrong = np.where(self._there, 1 - digits, 0.0)
        of_digits = np.einsum("nd,ndk->kn", wrong, self._x)
        return np.vstack([of_digits, wrong.sum(axis=1), 1 - whole, -(1 - whole) * self._against.T])

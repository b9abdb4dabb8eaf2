"""Fit the weights of a line's texts and the calibration of their confidence, from lines read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from shuzi.concepts import softmax
from shuzi.data.dataset import Dataset
from shuzi.data.strokes import DOI, OPTION, VARIABLE, Strokes, clear_strokes
from shuzi.errors import DataError
from shuzi.evaluation.knots import measured
from shuzi.models.tasks import SIGN
from shuzi.reading.decide.candidate_confidence import name_knots
from shuzi.reading.decide.decide_thresholds import LINE_CURVE, LINE_OK, LINE_OTHERS, LINE_WAY, LINE_WEIGHT
from shuzi.reading.decide.line_confidence import Curve, Evidence, LineScale
from shuzi.reading.decide.line_text import gather_evidence
from shuzi.reading.reader import Reader
from shuzi.reading.recognise.hand import sigmoid_of_each
from shuzi.reading.report.result import without_marks
from shuzi.reading.values import Findings, Weights
from shuzi.synthesis.line_pages import page_of
from shuzi.synthesis.texts import TRAINED
from shuzi.synthesis.writers import Writers

CORRECT_WHERE_OK = 0.985
"""The fraction of composed texts that must be correct above the confidence for `ok`. The aim is 99 %, but some

composed texts are illegible: of the 36 surest errors on 2,841 pages, inspected one by one, 28 were, and of the 24

surest, 21. So 98.5 % by the labels is more than 99 %."""

_FEW = 100  # texts: a fraction of fewer says little
_PULL = 1.0
_ROUNDS = 100
_SMALL_STEP = 1e-7


@dataclass(frozen=True)
class LinesRead:
    """A composed page, read line by line.

    Parameters
    ----------
    seen
        The findings.
    text
        The text written there.
    marks
        Whether the text has its marks; otherwise only digits are compared.
    legible
        Whether the text is legible. If not, no confidence is right, but its texts can still be weighed.
    """

    seen: Findings
    text: str
    marks: bool
    legible: bool = True

    def is_correct(self, text: str) -> bool:
        """Return whether a text is what is written; signs do not count, since texts do not contain them."""
        return self._compared(text) == self._compared(self.text)

    def _compared(self, text: str) -> str:
        kept = text.replace(SIGN, "") if self.marks else without_marks(text)
        return kept.replace("\n", "")


def read_lines(
    reader: Reader, digits: Dataset, strokes: Strokes | None, seed: int, pages: int
) -> Iterator[LinesRead]:
    """Read lines composed of digits and pen strokes; pages that need no line recogniser are skipped.

    Parameters
    ----------
    reader, digits, strokes, seed, pages
        As for `text_confidence.calibrate`.

    Raises
    ------
    DataError
        There are no pen strokes.
    """
    if strokes is None:
        raise DataError("error.strokes.needed", option=OPTION, variable=VARIABLE, doi=DOI)
    rng, writers = np.random.default_rng([seed, 1]), Writers(digits.images, digits.labels, clear_strokes(strokes))
    # fragments of other lines are read too, but their text is unknown
    # people cross digits out far less often than training lines do, and confidence is for usual writing
    kinds = [replace(kind, neighbours=0.0) for kind in TRAINED if not kind.crossed_out]
    fractions = np.array([kind.fraction for kind in kinds])
    fractions /= fractions.sum()
    for _ in range(pages):
        page = page_of(rng, writers, kinds[int(rng.choice(len(kinds), p=fractions))])
        seen = reader.recognise(page.grey, as_page=False)
        if seen.texts:
            yield LinesRead(seen, page.text, marks=True, legible=page.legible)


def fit_lines(read: Sequence[LinesRead]) -> dict[str, float]:
    """Fit the weights of a line's scores, the curve of the confidence, and the confidence from which texts are ok.

    Returns
    -------
    The numbers in the form of `LineScale.of`.
    """
    weights = fit_weights([scored for each in read if (scored := _scored(each)) is not None])
    pages: list[LinesRead] = []
    correct: list[bool] = []
    found: list[Evidence] = []
    for page in read:
        if page.legible and (told := gather_evidence(page.seen, weights)) is not None:
            pages.append(page)
            correct.append(page.is_correct(told[0]))
            found.append(told[1])
    curve = fit_curve(found, correct)
    scale = LineScale(weights, curve, measured([curve.of(each) for each in found], correct))
    confidence = np.array([scale.confidence(each) for each in found])
    numbers = {LINE_WEIGHT + name: value for name, value in weights._asdict().items()}
    numbers |= {LINE_CURVE + name: value for name, value in curve._asdict().items()}
    numbers |= dict(zip(name_knots(LINE_WAY), scale.measured, strict=True))
    others = [_has_correct(page) for page, so in zip(pages, correct, strict=True) if not so]
    return numbers | {
        LINE_OK: ok_from(confidence, np.array(correct, bool)),
        LINE_OTHERS: (sum(others) + 1) / (len(others) + 2),
    }


def _has_correct(page: LinesRead) -> bool:
    """Return whether any text of a page's only line is correct."""
    return len(page.seen.texts) == 1 and any(map(page.is_correct, page.seen.texts[0].texts))


Scored = tuple[NDArray[np.float64], NDArray[np.bool_]]
"""The scores of a line's texts, float64 (n, 7), and which of them are correct, bool (n,)."""


def _scored(page: LinesRead) -> Scored | None:
    """Return the scores of a page with one line, if its texts include a correct and a wrong one."""
    if len(page.seen.texts) != 1:
        return None
    (line,) = page.seen.texts
    correct = np.array([page.is_correct(text) for text in line.texts], bool)
    return (line.scores, correct) if correct.any() and not correct.all() else None


def fit_weights(lines: Sequence[Scored]) -> Weights:
    """Fit the weights of the scores by maximum likelihood: a text is as probable as the softmax of its weighed score.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> truth = np.array([1.0, 0.5, 0.0, 0.8, -1.0, 0.3, 0.6])
    >>> def drawn():
    ...     scores = rng.normal(0, 1, (6, 7))
    ...     return scores, np.arange(6) == rng.choice(6, p=softmax(scores @ truth))
    >>> bool(np.abs(np.array(fit_weights([drawn() for _ in range(4_000)])) - truth).max() < 0.12)
    True
    """
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
        if np.abs(step).max() < _SMALL_STEP:
            break
    return Weights(*now.tolist())


def fit_curve(found: Sequence[Evidence], correct: Sequence[bool]) -> Curve:
    """Fit the curve of the confidence by maximum likelihood: logistic regression, pulled slightly to the raw numbers.

    Examples
    --------
    >>> sure, unsure = Evidence(3.0, 0, 0, 0, 0, 0, 0), Evidence(0.0, 0, 0, 0, 0, 0, 0)
    >>> curve = fit_curve([sure, unsure] * 500, [True, True, True, False] * 250)
    >>> round(curve.of(unsure), 1)
    0.5
    """
    x = np.column_stack([np.array(found, np.float64).reshape(-1, len(Evidence._fields)), np.ones(len(found))])
    now = fit_logistic(x, np.array(correct, np.float64), np.array(Curve()))
    now[0] = max(now[0], 0.0)  # higher probability never means lower confidence
    return Curve(*now.tolist())


def fit_logistic(
    x: NDArray[np.float64], labels: NDArray[np.float64], start: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Fit a logistic regression by maximum likelihood, pulled slightly to where it starts.

    Parameters
    ----------
    x
        float64 (n, k): the features, a constant among them.
    labels
        float64 (n,): 0 or 1.
    start
        float64 (k,): the first weights.

    Returns
    -------
    float64 (k,): the weights.
    """
    now = start
    for _ in range(_ROUNDS):
        predicted = sigmoid_of_each(x @ now)
        gradient = x.T @ (labels - predicted) - _PULL * (now - start)
        hessian = (x.T * (predicted * (1 - predicted))) @ x + _PULL * np.eye(len(now))
        step = np.clip(np.linalg.solve(hessian, gradient), -1, 1)
        now = now + step
        if np.abs(step).max() < _SMALL_STEP:
            break
    return now


def ok_from(confidence: NDArray[np.float64], correct: NDArray[np.bool_]) -> float:
    """Return the lowest confidence above which `CORRECT_WHERE_OK` of the texts are correct; 1 if none.

    >>> confidence = np.linspace(0, 1, 1_001)
    >>> round(ok_from(confidence, confidence >= 0.7), 2)
    0.7
    """
    ranked = np.argsort(-confidence, kind="stable")
    fraction = np.cumsum(correct[ranked]) / np.arange(1, len(ranked) + 1)
    # texts of the same confidence are ok together
    last = np.append(np.diff(confidence[ranked]) != 0, True)
    many = np.arange(1, len(ranked) + 1) >= min(_FEW, len(ranked))
    enough = np.flatnonzero((fraction >= CORRECT_WHERE_OK) & last & many)
    return float(confidence[ranked[enough[-1]]]) if enough.size else 1.0

"""Lines that were read become the numbers that weigh a line's texts and calibrate the confidence in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from shuzi.data.dataset import Dataset
from shuzi.data.strokes import DOI, OPTION, VARIABLE, Strokes
from shuzi.errors import DataError
from shuzi.evaluation.knots import measured
from shuzi.models.tasks import SIGN
from shuzi.reading.candidates import Candidates
from shuzi.reading.lines.confidence import CURVE, MEASURED, OK_FROM, OTHERS, WEIGHT, Curve, LineScale, Signs
from shuzi.reading.lines.interpret import evidence
from shuzi.reading.lines.search import Weights
from shuzi.reading.reader import Reader
from shuzi.reading.result import without_marks
from shuzi.synthesis.composer import Composer
from shuzi.synthesis.lines.collection import Writers, page_of
from shuzi.synthesis.lines.kinds import TRAINED
from shuzi.synthesis.samples.evaluation_pages import any_kind

RIGHT_WHERE_OK = 0.99
"""A text is `ok` from the confidence beyond which this fraction of the texts is right."""

_FEW = 100  # texts: the fraction of right ones among fewer says little
_WITHOUT_STROKES = 0.5  # the share of pages that are composed of MNIST's digits alone, whose marks nobody knows
_PULL = 1.0
_ROUNDS = 100
_SMALL_STEP = 1e-7


@dataclass(frozen=True)
class Written:
    """A composed page, read.

    Parameters
    ----------
    seen
        What was found.
    text
        What is written there.
    marks
        Whether the text has its marks; otherwise only digits are compared.
    """

    seen: Candidates
    text: str
    marks: bool

    def is_right(self, text: str) -> bool:
        """Tell whether a text is what is written; signs do not count, as they are in no text."""
        if self.marks:
            return text.replace(SIGN, "").replace("\n", "") == self.text.replace(SIGN, "").replace("\n", "")
        return without_marks(text).replace("\n", "") == without_marks(self.text).replace("\n", "")


def calibrate_lines(
    reader: Reader, digits: Dataset, strokes: Strokes | None, seed: int, pages: int
) -> dict[str, float]:
    """Fit the weights of a line's scores, the curve of the confidence, and the confidence from which texts are ok.

    Parameters
    ----------
    reader, digits, strokes, seed, pages
        As for `text_confidence.calibrate`.

    Returns
    -------
    The numbers, as `LineScale.of` takes them.

    Raises
    ------
    DataError
        There are no pen strokes.
    """
    if strokes is None:
        raise DataError("error.strokes.needed", option=OPTION, variable=VARIABLE, doi=DOI)
    read = [each for each in _read(reader, digits, strokes, seed, pages) if each.seen.lines]
    weights = fit_weights([scored for each in read if (scored := _scored(each)) is not None])
    found = [
        (each, text, signs) for each in read for text, signs in [evidence(each.seen, weights) or ("", None)] if signs
    ]
    right = [each.is_right(text) for each, text, _ in found]
    signs = [each for _, _, each in found]
    curve = fit_curve(signs, right)
    scale = LineScale(weights, curve, measured([curve.of(each) for each in signs], right))
    confidence = np.array([scale.confidence(each) for each in signs])
    numbers = {WEIGHT + name: value for name, value in weights._asdict().items()}
    numbers |= {CURVE + name: value for name, value in curve._asdict().items()}
    numbers |= {f"{MEASURED}{number}": value for number, value in enumerate(scale.measured)}
    others = [any(map(each.is_right, _texts(each))) for (each, _, _), so in zip(found, right, strict=True) if not so]
    return numbers | {
        OK_FROM: ok_from(confidence, np.array(right, bool)),
        OTHERS: (sum(others) + 1) / (len(others) + 2),
    }


def _texts(page: Written) -> Sequence[str]:
    return page.seen.lines[0].texts if len(page.seen.lines) == 1 else ()


def _read(reader: Reader, digits: Dataset, strokes: Strokes, seed: int, pages: int) -> Iterator[Written]:
    """Compose pages and find what is on them."""
    rng = np.random.default_rng([seed, 1])
    composer, writers = Composer(digits.images, digits.labels), Writers(digits.images, digits.labels, strokes)
    # parts of other lines are read too, but nobody knows what they say
    kinds = [replace(kind, neighbours=0.0) for kind in TRAINED]
    shares = np.array([kind.share for kind in kinds])
    for _ in range(pages):
        if rng.random() < _WITHOUT_STROKES:
            plain = any_kind(composer, rng)
            yield Written(reader.find_candidates(plain.grey), plain.text, marks=False)
        else:
            page = page_of(rng, writers, kinds[int(rng.choice(len(kinds), p=shares / shares.sum()))])
            yield Written(reader.find_candidates(page.grey), page.text, marks=True)


Scored = tuple[NDArray[np.float64], NDArray[np.bool_]]
"""The scores of a line's texts, float64 (n, 7), and which of them are right, bool (n,)."""


def _scored(page: Written) -> Scored | None:
    """Return the scores of a page of one line, if one of its texts is right and another is not."""
    if len(page.seen.lines) != 1:
        return None
    (line,) = page.seen.lines
    right = np.array([page.is_right(text) for text in line.texts], bool)
    return (line.scores, right) if right.any() and not right.all() else None


def fit_weights(lines: Sequence[Scored]) -> Weights:
    """Fit the weights of the scores by maximum likelihood: a text is as probable as the softmax of its weighed score.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> truth = np.array([1.0, 0.5, 0.0, 0.8, -1.0, 0.3, 0.6])
    >>> def drawn():
    ...     scores = rng.normal(0, 1, (6, 7))
    ...     chances = np.exp(scores @ truth)
    ...     return scores, np.arange(6) == rng.choice(6, p=chances / chances.sum())
    >>> bool(np.abs(np.array(fit_weights([drawn() for _ in range(4_000)])) - truth).max() < 0.12)
    True
    """
    now, start = np.array(Weights()), np.array(Weights())
    for _ in range(_ROUNDS):
        slope, bend = -_PULL * (now - start), -_PULL * np.eye(len(now))
        for scores, right in lines:
            weighed = scores @ now
            shares = np.exp(weighed - weighed.max())
            shares /= shares.sum()
            among_right = np.where(right, shares, 0) / max(float(shares[right].sum()), 1e-300)
            expected = shares @ scores
            slope += among_right @ scores - expected
            bend -= (scores.T * shares) @ scores - np.outer(expected, expected)
        step = np.clip(np.linalg.solve(bend, slope), -1, 1)
        now = now - step
        if np.abs(step).max() < _SMALL_STEP:
            break
    return Weights(*now.tolist())


def fit_curve(signs: Sequence[Signs], right: Sequence[bool]) -> Curve:
    """Fit the curve of the confidence by maximum likelihood: logistic regression, pulled slightly to the raw numbers.

    Examples
    --------
    >>> sure, unsure = Signs(3.0, 0, 0, 0, 0, 0, 0), Signs(0.0, 0, 0, 0, 0, 0, 0)
    >>> curve = fit_curve([sure, unsure] * 500, [True, True, True, False] * 250)
    >>> round(curve.of(unsure), 1)
    0.5
    """
    x = np.column_stack([np.array(signs, np.float64).reshape(-1, len(Signs._fields)), np.ones(len(signs))])
    wanted, start = np.array(right, np.float64), np.array(Curve())
    now = start
    for _ in range(_ROUNDS):
        said = 1 / (1 + np.exp(-np.clip(x @ now, -30, 30)))
        slope = x.T @ (wanted - said) - _PULL * (now - start)
        bend = (x.T * (said * (1 - said))) @ x + _PULL * np.eye(len(now))
        step = np.clip(np.linalg.solve(bend, slope), -1, 1)
        now = now + step
        if np.abs(step).max() < _SMALL_STEP:
            break
    now[0] = max(now[0], 0.0)  # more probable never means less confident
    return Curve(*now.tolist())


def ok_from(confidence: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    """Return the lowest confidence beyond which `RIGHT_WHERE_OK` of the texts are right; 1 if there is none.

    >>> confidence = np.linspace(0, 1, 1_001)
    >>> round(ok_from(confidence, confidence >= 0.7), 2)
    0.7
    """
    ranked = np.argsort(-confidence, kind="stable")
    fraction = np.cumsum(right[ranked]) / np.arange(1, len(ranked) + 1)
    # texts of the same confidence are ok together
    last = np.append(np.diff(confidence[ranked]) != 0, True)
    many = np.arange(1, len(ranked) + 1) >= min(_FEW, len(ranked))
    enough = np.flatnonzero((fraction >= RIGHT_WHERE_OK) & last & many)
    return float(confidence[ranked[enough[-1]]]) if enough.size else 1.0

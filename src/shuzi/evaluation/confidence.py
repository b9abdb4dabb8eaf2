"""Readings of composed pages become the numbers that make a reader's confidence honest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from shuzi.data.dataset import Dataset
from shuzi.models.card import Card
from shuzi.reading.confidence import Curves, logit
from shuzi.reading.reader import Reader
from shuzi.training.compose import Composer

PAGES = 2_000
SIZE = (80, 240)
"""Height and width of a page: room enough that few numbers are cut off by its edge."""

RIGHT_BUT_NOT_OK = 0.08
"""A text is `ok` from the confidence on that all but this share of the right readings of simple ink reach."""

_TRIES = 3  # pages composed for each that is wanted, since some are empty
_FLATTEST = 0.05  # of slopes: who is surer is never less likely to be right
_ROUNDS = 100  # far more than it needs
_PULL = 0.1
_BEGINNING = (1.0, 0.0, 3.0, 0.0)  # what a network says is so, and one page in twenty has something else amiss
_SMALLEST_STEP = 1e-12
_RARE = 1e-9


@dataclass(frozen=True)
class Read:
    """A page that was read: how sure each digit was, the share of ink outside of them, and whether all was right."""

    sure: Sequence[float]
    uncovered: float
    right: bool


def with_honest_confidence(reader: Reader, digits: Dataset, seed: int = 0, pages: int = PAGES) -> Card:
    """Read pages composed of digits that no model learnt from, and return the reader's card with what was fitted.

    Parameters
    ----------
    reader
        Reads them.
    digits
        The validation images.
    seed
        Decides what is composed.
    pages
        How many.
    """
    composer, rng = Composer(digits.images, digits.labels), np.random.default_rng(seed)
    read: dict[bool, list[Read]] = {True: [], False: []}
    for _ in range(_TRIES * pages):
        if len(read[True]) + len(read[False]) == pages:
            break
        # marks beside the digits, some of which anybody would take for one, stand on every other page
        page = composer.page(rng, *SIZE, only_digits=rng.random() < 0.5)
        seen = reader.look(page.grey)
        if not seen.looks:
            continue
        text = reader.judge(seen).text.replace("\n", "")
        right = text == "".join(map(str, page.labels))
        read[seen.simple].append(Read([each.worth for each in seen.looks], seen.uncovered, right))
    fitted = dict(reader.card.thresholds)
    curves = {"simple": fit_curves(read[True]), "found": fit_curves(read[False])}
    for way, fit in curves.items():
        fitted |= {f"{way}-{name}": value for name, value in fit._asdict().items()}
    surely = [curves["simple"].of_text(each.sure, each.uncovered) for each in read[True] if each.right]
    ok = float(np.quantile(surely, RIGHT_BUT_NOT_OK)) if surely else 1.0  # who is never right is never ok
    return replace(reader.card, thresholds=fitted | {"text-ok": ok})


def fit_curves(read: Sequence[Read]) -> Curves:
    """Find the curves under which what was right and what was wrong is likeliest, by Fisher's scoring.

    They are pulled a little towards a plain beginning, so that a reader without a mistake gets finite ones.

    Examples
    --------
    >>> fit = fit_curves([Read([0.9], 0.0, True), Read([0.9], 0.0, True), Read([0.6, 0.6], 0.0, False)] * 50)
    >>> round(fit.of_text([0.9], 0.0), 1), round(fit.of_text([0.6, 0.6], 0.0), 1)
    (1.0, 0.0)
    """
    longest = max((len(each.sure) for each in read), default=0)
    x, there = np.zeros((len(read), longest)), np.zeros((len(read), longest), bool)
    for place, each in enumerate(read):
        x[place, : len(each.sure)] = [logit(sure) for sure in each.sure]
        there[place, : len(each.sure)] = True
    right = np.array([each.right for each in read], bool)
    uncovered = np.array([each.uncovered for each in read], np.float64)
    now = np.array(_BEGINNING)

    def chances(curves: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        digits = np.where(there, _sigmoid(curves[0] * x + curves[1]), 1.0)
        whole = _sigmoid(curves[2] - curves[3] * uncovered)
        return digits, whole, np.clip(np.prod(digits, axis=1) * whole, _RARE, 1 - _RARE)

    def badness(curves: NDArray[np.float64]) -> float:
        all_right = chances(curves)[2]
        unlikely = -np.sum(np.log(np.where(right, all_right, 1 - all_right)))
        return float(unlikely + np.sum((curves - _BEGINNING) ** 2) * _PULL / 2)

    for _ in range(_ROUNDS):
        digits, whole, all_right = chances(now)
        wrong = np.where(there, 1 - digits, 0.0)
        # how the logarithm of the chance rises with each of the four numbers
        rises = np.stack([(wrong * x).sum(axis=1), wrong.sum(axis=1), 1 - whole, -(1 - whole) * uncovered])
        uphill = rises @ ((right - all_right) / (1 - all_right)) - _PULL * (now - _BEGINNING)
        step = np.linalg.solve((rises * (all_right / (1 - all_right))) @ rises.T + _PULL * np.eye(4), uphill)
        step[0] = max(step[0], _FLATTEST - now[0])
        while badness(now + step) > badness(now) and np.abs(step).max() > _SMALLEST_STEP:
            step = step / 2
        now = now + step
    return Curves(*now.tolist())


def _sigmoid(score: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(1 / (1 + np.exp(-np.clip(score, -500, 500))))

"""Readings of composed pages become the numbers that make a reader's confidence honest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from shuzi.data.dataset import Dataset
from shuzi.models.card import Card
from shuzi.reading.confidence import raw_logit
from shuzi.reading.reader import Reader
from shuzi.training.compose import Composer

PAGES = 3_000
WRONG_AMONG_OK = 0.005
"""A text is `ok` from the confidence on above which at most this share of the composed texts is wrong."""

_ROUNDS = 50  # of Newton's method, far more than it needs


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
    logits: list[float] = []
    right: list[bool] = []
    while len(logits) < pages:
        page = composer.page(rng)
        seen = reader.look(page.grey)
        if not seen.looks or not len(page.labels):
            continue
        logits.append(raw_logit([each.worth for each in seen.looks]))
        found = reader.judge(seen).text.replace("\n", "")
        right.append(found == "".join(map(str, page.labels)))
    slope, shift = fit_line(logits, right)
    confidence = 1 / (1 + np.exp(-(slope * np.array(logits) + shift)))
    fitted = {"text-slope": slope, "text-shift": shift, "text-ok": ok_from(confidence, np.array(right))}
    return replace(reader.card, thresholds={**reader.card.thresholds, **fitted})


def fit_line(logits: Sequence[float], right: Sequence[bool]) -> tuple[float, float]:
    """Fit the slope and shift of a logistic curve, by Newton's method.

    Examples
    --------
    >>> slope, shift = fit_line([-1.0, -1.0, 1.0, 1.0, 1.0, -1.0], [False, False, True, True, False, True])
    >>> round(slope, 2), round(shift, 2)
    (0.69, 0.0)
    """
    x = np.stack([np.asarray(logits, np.float64), np.ones(len(logits))])
    wanted, line = np.asarray(right, np.float64), np.array([1.0, 0.0])
    for _ in range(_ROUNDS):
        p = 1 / (1 + np.exp(-(line @ x)))
        slope = x @ (wanted - p) - 1e-3 * (
            line - (1, 0)
        )  # a little pull, so that a perfect reader gets a finite line
        line = line + np.linalg.solve((x * (p * (1 - p))) @ x.T + 1e-3 * np.eye(2), slope)
    return float(line[0]), float(line[1])


def ok_from(confidence: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    """Find the confidence from which on at most one text in 200 is wrong; above 1 when there is none.

    >>> ok_from(np.array([0.9, 0.8, 0.7]), np.array([True, True, False]))
    0.8
    """
    surest = np.argsort(-confidence, kind="stable")
    wrong = np.cumsum(~right[surest])
    sound = np.flatnonzero(wrong <= WRONG_AMONG_OK * np.arange(1, len(right) + 1))
    return float(confidence[surest][sound[-1]]) if len(sound) else float(np.nextafter(1.0, 2.0))

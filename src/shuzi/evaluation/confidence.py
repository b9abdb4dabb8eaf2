"""Readings of composed pages become the numbers that make a reader's confidence honest."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from shuzi.data.dataset import Dataset
from shuzi.models.card import Card
from shuzi.reading.confidence import raw_logit
from shuzi.reading.reader import Reader
from shuzi.training.compose import Composer

PAGES = 2_000
SIZE = (80, 240)
"""Height and width of a page: room enough that few numbers are cut off by its edge."""

RIGHT_BUT_NOT_OK = 0.05
"""A text is `ok` from the confidence on that all but this share of the right readings of simple ink reach."""

_ROUNDS = 50  # of Newton's method, far more than it needs
_PULL = 1.0  # as strong as one page's worth of evidence
_SMALLEST_STEP = 1e-12


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
    logits: dict[bool, list[float]] = {True: [], False: []}
    right: dict[bool, list[bool]] = {True: [], False: []}
    while len(logits[True]) + len(logits[False]) < pages:
        page = composer.page(rng, *SIZE, only_digits=True)
        seen = reader.look(page.grey)
        if not seen.looks:
            continue
        logits[seen.simple].append(raw_logit([each.worth for each in seen.looks]))
        found = reader.judge(seen).text.replace("\n", "")
        right[seen.simple].append(found == "".join(map(str, page.labels)))
    fitted = dict(reader.card.thresholds)
    for simple, name in ((True, "simple"), (False, "found")):
        slope, shift = fit_line(logits[simple], right[simple])
        fitted |= {f"{name}-slope": slope, f"{name}-shift": shift}
    surely = [logit for logit, each in zip(logits[True], right[True], strict=True) if each]
    usual = float(np.quantile(surely, RIGHT_BUT_NOT_OK)) if surely else math.inf  # who is never right is never ok
    ok = 1 / (1 + math.exp(-(fitted["simple-slope"] * usual + fitted["simple-shift"])))
    return replace(reader.card, thresholds=fitted | {"text-ok": ok})


def fit_line(logits: Sequence[float], right: Sequence[bool]) -> tuple[float, float]:
    """Fit the slope and shift of a logistic curve, by Newton's method with shortened steps.

    The slope is pulled a little towards 1 and the shift towards 0, so that a reader without a mistake gets a finite
    line.

    Examples
    --------
    >>> slope, shift = fit_line([-1.0, -1.0, 1.0, 1.0, 1.0, -1.0], [False, False, True, True, False, True])
    >>> round(slope, 2), abs(round(shift, 2))
    (0.83, 0.0)
    """
    x = np.stack([np.asarray(logits, np.float64), np.ones(len(logits))])
    wanted, line, start = np.asarray(right, np.float64), np.array([1.0, 0.0]), np.array([1.0, 0.0])

    def badness(line: NDArray[np.float64]) -> float:
        z = line @ x
        return float(np.sum(np.logaddexp(0, z) - wanted * z) + _PULL / 2 * np.sum((line - start) ** 2))

    for _ in range(_ROUNDS):
        p = 1 / (1 + np.exp(-np.clip(line @ x, -500, 500)))
        uphill = x @ (wanted - p) - _PULL * (line - start)
        step = np.linalg.solve((x * (p * (1 - p))) @ x.T + _PULL * np.eye(2), uphill)
        while badness(line + step) > badness(line) and np.abs(step).max() > _SMALLEST_STEP:
            step = step / 2
        line = line + step
    return float(line[0]), float(line[1])

"""Boosted trees, each fitted to what those before it leave: they tell whether a line of a page is right.

The method is J. Friedman's ("Greedy function approximation", 2001), with Newton's steps in the leaves.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from shuzi.reading.decide.confidence import logit
from shuzi.reading.decide.page_text import Tree
from shuzi.reading.recognise.hand import sigmoid_of_each

_TREES, _RATE, _LEAF = 40, 0.25, 25  # trees, how far each goes, and the fewest lines of a leaf
_QUANTILES = np.linspace(0.02, 0.98, 33)  # of a feature: where it may be asked
_PULL = 1.0  # towards no change, as strong as a line or two


def fit_trees(x: NDArray[np.float64], right: NDArray[np.bool_]) -> tuple[Tree, ...]:
    """Fit trees to features, float64 (n, k), and what is to be told from them, bool (n,)."""
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

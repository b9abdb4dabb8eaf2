"""From scores to probabilities, and from probabilities to a loss, in NumPy; everything works along the last axis."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.floating[Any]]

EPSILON = 1e-10
"""Added before a logarithm, because log(0) is minus infinity."""

MIN_PROBABILITY = 1e-30
"""What smaller probabilities are raised to before a logarithm, where nothing may be added to the others."""


def softmax(scores: ArrayLike) -> Floats:
    """Turn scores into probabilities along the last axis; without the largest in exp, none overflows."""
    values = np.asarray(scores)
    if not np.issubdtype(values.dtype, np.floating):
        values = values.astype(float)
    enlarged = np.exp(values - values.max(axis=-1, keepdims=True))
    probabilities: Floats = enlarged / enlarged.sum(axis=-1, keepdims=True)
    return probabilities


def negative_log_likelihood(probabilities: NDArray[Any], labels: NDArray[np.uint8]) -> float:
    """Return the mean of -log(probability of the correct digit): probabilities (n, 10), labels (n,)."""
    correct = probabilities[np.arange(len(labels)), labels].astype(np.float64)
    return float(-np.mean(np.log(np.maximum(correct, MIN_PROBABILITY))))

"""The arithmetic behind the first network, in NumPy: each idea is one small function.

Shapes: `labels` and `outputs` are one example (10,) or a batch (n, 10); everything works along the last axis.
The course's first lessons type all of this anew, and the page repeats it in TypeScript.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.floating[Any]]

EPSILON = 1e-10
"""Added before a logarithm, because log(0) is minus infinity."""

MIN_PROBABILITY = 1e-30
"""What smaller probabilities are raised to before a logarithm, where nothing may be added to the others."""


def one_hot(digits: ArrayLike, classes: int = 10) -> NDArray[np.float32]:
    """Turn each digit, from 0 to `classes` - 1, into a row of zeros with a single one: one more axis, float32."""
    positions = np.asarray(digits)
    if not np.issubdtype(positions.dtype, np.integer):
        raise ValueError(f"digits must be whole numbers, not {positions.dtype}")
    if positions.size and not 0 <= positions.min() <= positions.max() < classes:
        raise ValueError(f"digits go from 0 to {classes - 1}; here from {positions.min()} to {positions.max()}")
    rows: NDArray[np.float32] = np.eye(classes, dtype=np.float32)[positions]
    return rows


def squared_error(labels: ArrayLike, outputs: ArrayLike) -> Any:
    """Return the sum of the squared differences between label and output, along the last axis."""
    difference = np.asarray(labels, dtype=float) - np.asarray(outputs, dtype=float)
    return np.sum(difference**2, axis=-1)


def cross_entropy(labels: ArrayLike, outputs: ArrayLike, epsilon: float = EPSILON) -> Any:
    """Return the sum of -label · log(output) along the last axis: how surprising the label is, given the output."""
    return -np.sum(np.asarray(labels) * np.log(np.asarray(outputs) + epsilon), axis=-1)


def softmax(scores: ArrayLike) -> Floats:
    """Turn scores into probabilities along the last axis; without the largest in exp, none overflows."""
    values = np.asarray(scores)
    if not np.issubdtype(values.dtype, np.floating):
        values = values.astype(float)
    enlarged = np.exp(values - values.max(axis=-1, keepdims=True))
    probabilities: Floats = enlarged / enlarged.sum(axis=-1, keepdims=True)
    return probabilities


def descend(slope: Callable[[float], float], start: float, learning_rate: float, steps: int) -> list[float]:
    """Walk downhill, at each step against the slope by the slope times the learning rate, and return all places."""
    places = [start]
    for _ in range(steps):
        places.append(places[-1] - learning_rate * slope(places[-1]))
    return places


def network_step(
    w: Floats, b: Floats, x: Floats, labels: Floats, learning_rate: float = 0.001
) -> tuple[Floats, Floats, float]:
    """Train y = softmax(x·w + b) by one step on the summed cross-entropy: the new w, the new b, the loss before."""
    y = softmax(x @ w + b)
    loss = float(np.sum(cross_entropy(labels, y)))
    through_log = -labels / (y + EPSILON)
    through_softmax = y * (through_log - np.sum(through_log * y, axis=-1, keepdims=True))
    return w - learning_rate * (x.T @ through_softmax), b - learning_rate * through_softmax.sum(axis=0), loss


def negative_log_likelihood(probabilities: NDArray[Any], labels: NDArray[np.uint8]) -> float:
    """Return the mean of -log(probability of the correct digit): probabilities (n, 10), labels (n,)."""
    correct = probabilities[np.arange(len(labels)), labels].astype(np.float64)
    return float(-np.mean(np.log(np.maximum(correct, MIN_PROBABILITY))))

"""Learning which digit an image holds: the cross-entropy, and which answers are right."""

from __future__ import annotations

from typing import Any

import numpy as np
from keras import ops
from numpy.typing import NDArray

from shuzi.training.recipes import Recipe


def loss(recipe: Recipe, labels: Any, y: Any) -> Any:
    """Return the cross-entropy of a batch, summed or averaged as the recipe says; columns are averaged.

    Parameters
    ----------
    recipe
        Says how, and how much of each label is spread over all.
    labels
        uint8 (n,).
    y
        float32 (n, classes), or (n, columns, classes), rows adding up to 1.
    """
    classes = y.shape[-1]
    label = ops.one_hot(labels, classes)
    if len(y.shape) == 3:
        label, y = ops.repeat(label, y.shape[1], axis=0), ops.reshape(y, (-1, classes))
    smoothing = recipe.label_smoothing
    if smoothing:
        label = label * (1 - smoothing) + smoothing / classes
    total = -ops.sum(label * ops.log(y + recipe.epsilon))
    return total / len(label) if recipe.loss == "mean" else total


def rights(labels: Any, y: Any) -> Any:
    """Return 1 for each image that is taken for what it is, or 0: float32 (n,). Columns are asked together."""
    answers = ops.argmax(ops.mean(y, axis=1) if len(y.shape) == 3 else y, axis=1)
    return ops.cast(answers == ops.cast(labels, "int32"), "float32")


def accuracy(labels: NDArray[np.uint8], probabilities: NDArray[np.float32]) -> float:
    """Return the share of right answers.

    >>> accuracy(np.array([1, 0], np.uint8), np.array([[0.1, 0.9], [0.2, 0.8]], np.float32))
    0.5
    """
    return float(np.mean(probabilities.argmax(axis=1) == labels))

"""Learning which digit an image holds: the cross-entropy, and which answers are right."""

from __future__ import annotations

from typing import Any

import numpy as np
from keras import ops
from numpy.typing import NDArray

from shuzi.training.recipes import Recipe

_OF_BEING_A_DIGIT = 0.1  # of a label's smoothing: how sure it is should be told apart near certainty


def loss(recipe: Recipe, labels: Any, y: Any) -> Any:
    """Return the cross-entropy of a batch, summed or averaged as the recipe says; columns are averaged.

    Parameters
    ----------
    recipe
        Says how, and how much of each label is spread over all.
    labels
        uint8 (n,); 10 is no digit.
    y
        float32 (n, 10), rows adding up to 1; or (n, 11), where the last is the probability that it is a digit at all;
        or either of several columns, (n, columns, 10) or (n, columns, 11).
    """
    count, columns, labels = len(labels), 1, ops.cast(labels, "int32")
    if len(y.shape) == 3:
        columns = y.shape[1]
        labels, y = ops.repeat(labels, columns, axis=0), ops.reshape(y, (-1, y.shape[2]))
    label = ops.one_hot(labels, 10)  # all 0 for what is no digit
    smoothing = recipe.label_smoothing
    if smoothing:
        label = label * (1 - smoothing) + ops.sum(label, axis=1, keepdims=True) * (smoothing / 10)
    total = -ops.sum(label * ops.log(y[:, :10] + recipe.epsilon))
    if y.shape[1] == 11:
        smoothing *= _OF_BEING_A_DIGIT
        is_digit = ops.cast(labels < 10, "float32") * (1 - smoothing) + smoothing / 2
        said = y[:, 10]
        yes, no = ops.log(said + recipe.epsilon), ops.log(1 - said + recipe.epsilon)
        total -= ops.sum(is_digit * yes + (1 - is_digit) * no)
    total = total / columns
    return total / count if recipe.loss == "mean" else total


def correct(labels: Any, y: Any) -> Any:
    """Return 1 for each image that is taken for what it is, or 0: float32 (n,). Columns are asked together."""
    if len(y.shape) == 3:
        y = ops.mean(y, axis=1)
    answers = ops.argmax(y[:, :10], axis=1)
    if y.shape[1] == 11:
        answers = ops.where(y[:, 10] < 0.5, 10, answers)
    return ops.cast(ops.cast(answers, "int32") == ops.cast(labels, "int32"), "float32")


def accuracy(labels: NDArray[np.uint8], probabilities: NDArray[np.float32]) -> float:
    """Return the share of right answers.

    >>> accuracy(np.array([1, 0], np.uint8), np.array([[0.1, 0.9], [0.2, 0.8]], np.float32))
    0.5
    """
    return float(np.mean(probabilities.argmax(axis=1) == labels))

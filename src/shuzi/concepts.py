"""The arithmetic behind the first network, in NumPy: each idea is one small function.

Shapes: `labels` and `outputs` are one example (10,) or a batch (n, 10); everything works along the last axis.
The numbers in the examples are those of the course's first lessons, which type all of this anew.
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
    """Turn each digit into a row of zeros with a single one.

    Parameters
    ----------
    digits
        Whole numbers from 0 to `classes` - 1, any shape.
    classes
        The length of a row.

    Returns
    -------
    float32, the shape of `digits` with one more axis of length `classes`.

    Raises
    ------
    ValueError
        A digit is not from 0 to `classes` - 1.

    Examples
    --------
    >>> one_hot(3).astype(int)
    array([0, 0, 0, 1, 0, 0, 0, 0, 0, 0])

    Values without an order, such as male and female, become two equivalent features:

    >>> one_hot([0, 1, 1], classes=2).astype(int).tolist()
    [[1, 0], [0, 1], [0, 1]]
    """
    positions = np.asarray(digits)
    if not np.issubdtype(positions.dtype, np.integer):
        raise ValueError(f"digits must be whole numbers, not {positions.dtype}")
    if positions.size and not 0 <= positions.min() <= positions.max() < classes:
        raise ValueError(f"digits go from 0 to {classes - 1}; here from {positions.min()} to {positions.max()}")
    rows: NDArray[np.float32] = np.eye(classes, dtype=np.float32)[positions]
    return rows


def most_likely(outputs: ArrayLike) -> Any:
    """Return the position of the largest value in each row: the network's answer.

    The largest value wins even if it is not large, so small errors are forgiven:

    >>> int(most_likely([0, 0.1, 0.2, 0.7, 0, 0, 0, 0, 0, 0]))
    3
    >>> int(most_likely([0, 0.1, 0.4, 0.5, 0, 0, 0, 0, 0, 0]))
    3
    """
    return np.argmax(np.asarray(outputs), axis=-1)


def squared_error(labels: ArrayLike, outputs: ArrayLike) -> Any:
    """Return the sum of the squared differences between label and output, along the last axis.

    >>> label = [0, 0, 1]
    >>> [round(float(squared_error(label, y)), 2) for y in ([0.1, 0.3, 0.6], [0.2, 0.2, 0.6], [0.1, 0, 0.9])]
    [0.26, 0.24, 0.02]
    """
    difference = np.asarray(labels, dtype=float) - np.asarray(outputs, dtype=float)
    return np.sum(difference**2, axis=-1)


def cross_entropy(labels: ArrayLike, outputs: ArrayLike, epsilon: float = EPSILON) -> Any:
    """Return the sum of -label · log(output) along the last axis: how surprising the label is, given the output.

    Only the output where the label is 1 counts, so the first two rows give the same result,
    although the squared error tells them apart:

    >>> label = [0, 0, 1]
    >>> [round(float(cross_entropy(label, y)), 2) for y in ([0.1, 0.3, 0.6], [0.2, 0.2, 0.6], [0.1, 0, 0.9])]
    [0.51, 0.51, 0.11]
    >>> round(float(cross_entropy(label, [0.1, 0, 0.9])), 3)
    0.105
    """
    return -np.sum(np.asarray(labels) * np.log(np.asarray(outputs) + epsilon), axis=-1)


def softmax(scores: ArrayLike) -> Floats:
    """Turn scores into probabilities, which are positive and add up to 1 along the last axis.

    The order stays the same, and the differences grow. Subtracting the largest score first does not change the
    result and keeps exp from overflowing:

    >>> softmax([4, 5, 10]).round(4).tolist()
    [0.0025, 0.0067, 0.9909]
    >>> softmax([1000.0, 1001.0]).round(3).tolist()
    [0.269, 0.731]

    In a batch each row adds up to 1 by itself:

    >>> softmax([[4, 5, 10], [1, 1, 1]]).sum(axis=-1).round(6).tolist()
    [1.0, 1.0]
    """
    values = np.asarray(scores)
    if not np.issubdtype(values.dtype, np.floating):
        values = values.astype(float)
    enlarged = np.exp(values - values.max(axis=-1, keepdims=True))
    shares: Floats = enlarged / enlarged.sum(axis=-1, keepdims=True)
    return shares


def descend(slope: Callable[[float], float], start: float, learning_rate: float, steps: int) -> list[float]:
    """Walk downhill: at each step, move against the slope by the slope times the learning rate.

    Returns
    -------
    The `steps` + 1 places visited, including the start.

    Examples
    --------
    On the curve x², whose slope is 2x, a good rate arrives, a small one creeps and a large one jumps out:

    >>> round(descend(lambda x: 2 * x, start=4.0, learning_rate=0.3, steps=20)[-1], 4)
    0.0
    >>> round(descend(lambda x: 2 * x, start=4.0, learning_rate=0.001, steps=20)[-1], 2)
    3.84
    >>> [round(x, 1) for x in descend(lambda x: 2 * x, start=4.0, learning_rate=1.1, steps=4)]
    [4.0, -4.8, 5.8, -6.9, 8.3]
    """
    places = [start]
    for _ in range(steps):
        places.append(places[-1] - learning_rate * slope(places[-1]))
    return places


def fit_line(
    x: ArrayLike, label: ArrayLike, learning_rate: float = 0.05, steps: int = 2000
) -> tuple[float, float, list[float]]:
    """Fit y = w·x + b to points by gradient descent on the mean of (w·x + b - label)².

    Parameters
    ----------
    x, label
        Numbers (n,): the inputs and the desired outputs.

    Returns
    -------
    w, b and the loss before each step.

    Examples
    --------
    >>> w, b, losses = fit_line([0, 1, 2, 3], [1, 3, 5, 7])
    >>> round(w, 3), round(b, 3), losses[0], round(losses[-1], 3)
    (2.0, 1.0, 21.0, 0.0)
    """
    points, wanted = np.asarray(x, dtype=float), np.asarray(label, dtype=float)
    w = b = 0.0
    losses = []
    for _ in range(steps):
        error = w * points + b - wanted
        losses.append(float(np.mean(error**2)))
        w -= learning_rate * float(np.mean(2 * error * points))
        b -= learning_rate * float(np.mean(2 * error))
    return w, b, losses


def network_step(
    w: Floats, b: Floats, x: Floats, labels: Floats, learning_rate: float = 0.001
) -> tuple[Floats, Floats, float]:
    """Train y = softmax(x·w + b) by one step of gradient descent on the summed cross-entropy.

    Parameters
    ----------
    w, b
        The weights (784, 10) and the biases (10,).
    x
        A batch of images in [0, 1], (n, 784).
    labels
        Their labels as one-hot rows, (n, 10).

    Returns
    -------
    The new w, the new b, and the loss before the step.

    Examples
    --------
    To a network of zeros all ten digits are equally likely, so its loss on 64 images is 64 · ln 10:

    >>> x, labels = np.ones((64, 784)), one_hot(np.arange(64) % 10)
    >>> w, b, loss = network_step(np.zeros((784, 10)), np.zeros(10), x, labels)
    >>> round(loss, 1)
    147.4
    """
    y = softmax(x @ w + b)
    loss = float(np.sum(cross_entropy(labels, y)))
    through_log = -labels / (y + EPSILON)
    through_softmax = y * (through_log - np.sum(through_log * y, axis=-1, keepdims=True))
    return w - learning_rate * (x.T @ through_softmax), b - learning_rate * through_softmax.sum(axis=0), loss


def negative_log_likelihood(probabilities: NDArray[Any], labels: NDArray[np.uint8]) -> float:
    """Return the mean of -log(probability of the correct digit): probabilities (n, 10), labels (n,).

    >>> round(negative_log_likelihood(np.full((4, 10), 0.1), np.array([1, 2, 3, 4], np.uint8)), 4)
    2.3026
    """
    correct = probabilities[np.arange(len(labels)), labels].astype(np.float64)
    return float(-np.mean(np.log(np.maximum(correct, MIN_PROBABILITY))))

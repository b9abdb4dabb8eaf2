"""A trained network's confidence becomes honest: of the answers it is 90 % sure of, nine in ten should be right.

One number, the temperature, divides the scores before softmax (Guo et al., 2017). It is fitted on the validation
images and written into the last layer, so that whoever runs the network gets honest confidence with no extra step.
It changes no answer.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

_COLDEST, _HOTTEST = 0.05, 20.0
_GOLDEN = (np.sqrt(5) - 1) / 2
_LEAST = 1e-30  # probabilities below this count as this, since the logarithm of 0 is minus infinity

WRONG_AMONG_SURE = 0.001
"""An answer is `unsure` below the confidence above which at most this share of the validation answers is wrong."""


def negative_log_likelihood(probabilities: NDArray[Any], labels: NDArray[np.uint8]) -> float:
    """Return the mean of -log(probability of the right digit): probabilities (n, 10), labels (n,).

    >>> round(negative_log_likelihood(np.full((4, 10), 0.1), np.array([1, 2, 3, 4], np.uint8)), 4)
    2.3026
    """
    right = probabilities[np.arange(len(labels)), labels].astype(np.float64)
    return float(-np.mean(np.log(np.maximum(right, _LEAST))))


def at_temperature(probabilities: NDArray[Any], temperature: float) -> NDArray[np.float64]:
    """Return what the probabilities (n, 10) become when the scores are divided by a temperature.

    >>> at_temperature(np.array([[0.8, 0.2]]), 0.5).round(3).tolist()
    [[0.941, 0.059]]
    """
    scores = np.log(np.maximum(probabilities.astype(np.float64), _LEAST)) / temperature
    shares = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(shares / shares.sum(axis=1, keepdims=True))


def fit_temperature(probabilities: NDArray[Any], labels: NDArray[np.uint8]) -> float:
    """Find the temperature with the smallest negative log-likelihood, by golden-section search on its logarithm."""

    def cost(place: float) -> float:
        return negative_log_likelihood(at_temperature(probabilities, float(np.exp(place))), labels)

    low, high = float(np.log(_COLDEST)), float(np.log(_HOTTEST))
    while high - low > 1e-4:
        inner, outer = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
        low, high = (low, outer) if cost(inner) < cost(outer) else (inner, high)
    return float(np.exp((low + high) / 2))


def write_temperature(model: Any, temperature: float) -> None:
    """Divide the scores by the temperature, in the weights of the last layer, or of the last one of each column."""
    for layer in model.layers:
        if layer.name.startswith("output"):
            layer.set_weights([weights / temperature for weights in layer.get_weights()])


def unsure_below(probabilities: NDArray[Any], labels: NDArray[np.uint8]) -> float:
    """Find the confidence from which on at most one answer in a thousand is wrong; above 1 when there is none.

    >>> sure, labels = np.array([[0.6, 0.4], [0.9, 0.1], [0.8, 0.2]]), np.array([1, 0, 0], np.uint8)
    >>> unsure_below(sure, labels)
    0.8
    """
    confidence = probabilities.max(axis=1)
    surest_first = np.argsort(-confidence, kind="stable")
    wrong = np.cumsum(probabilities.argmax(axis=1)[surest_first] != labels[surest_first])
    sound = wrong <= WRONG_AMONG_SURE * np.arange(1, len(labels) + 1)
    # an answer counts only together with all that are as sure as it is
    ends = np.append(np.diff(confidence[surest_first]) != 0, True)
    accepted = np.flatnonzero(sound & ends)
    return float(confidence[surest_first][accepted[-1]]) if len(accepted) else float(np.nextafter(1.0, 2.0))

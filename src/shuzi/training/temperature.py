"""Calibrates a trained network's confidence: of answers with a confidence of 90 %, nine in ten should be correct.

One number, the temperature, divides the logits before softmax (Guo et al., 2017). It is fitted on the validation
split and written into the last layer, so running the network gives calibrated confidence with no extra step. It
changes no answer.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

_COLDEST, _HOTTEST = 0.05, 20.0
_GOLDEN = (np.sqrt(5) - 1) / 2
_LEAST = 1e-30  # smaller probabilities are raised to this, since log(0) is minus infinity

WRONG_AMONG_SURE = 0.001
"""An answer is `unsure` below the confidence above which at most this fraction of the validation answers is wrong."""


def negative_log_likelihood(probabilities: NDArray[Any], labels: NDArray[np.uint8]) -> float:
    """Return the mean of -log(probability of the correct digit): probabilities (n, 10), labels (n,).

    >>> round(negative_log_likelihood(np.full((4, 10), 0.1), np.array([1, 2, 3, 4], np.uint8)), 4)
    2.3026
    """
    right = probabilities[np.arange(len(labels)), labels].astype(np.float64)
    return float(-np.mean(np.log(np.maximum(right, _LEAST))))


def at_temperature(probabilities: NDArray[Any], temperature: float) -> NDArray[np.float64]:
    """Return the probabilities (n, 10) after dividing the logits by a temperature.

    >>> at_temperature(np.array([[0.8, 0.2]]), 0.5).round(3).tolist()
    [[0.941, 0.059]]
    """
    scores = np.log(np.maximum(probabilities.astype(np.float64), _LEAST)) / temperature
    weights = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def fit_temperature(probabilities: NDArray[Any], labels: NDArray[np.uint8]) -> float:
    """Find the temperature with the smallest negative log-likelihood, by golden-section search on its logarithm."""

    def cost(logarithm: float) -> float:
        return negative_log_likelihood(at_temperature(probabilities, float(np.exp(logarithm))), labels)

    low, high = float(np.log(_COLDEST)), float(np.log(_HOTTEST))
    while high - low > 1e-4:
        inner, outer = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
        low, high = (low, outer) if cost(inner) < cost(outer) else (inner, high)
    return float(np.exp((low + high) / 2))


def write_temperature(model: Any, temperature: float) -> None:
    """Divide the logits by the temperature, in the weights of the last layer, or of each column's last layer."""
    for layer in model.layers:
        if layer.name.startswith("output"):
            layer.set_weights([weights / temperature for weights in layer.get_weights()])


def unsure_below(probabilities: NDArray[Any], labels: NDArray[np.uint8]) -> float:
    """Find the confidence above which at most one answer in a thousand is wrong; above 1 if there is none.

    >>> sure, labels = np.array([[0.6, 0.4], [0.9, 0.1], [0.8, 0.2]]), np.array([1, 0, 0], np.uint8)
    >>> unsure_below(sure, labels)
    0.8
    """
    confidence = probabilities.max(axis=1)
    surest_first = np.argsort(-confidence, kind="stable")
    wrong = np.cumsum(probabilities.argmax(axis=1)[surest_first] != labels[surest_first])
    sound = wrong <= WRONG_AMONG_SURE * np.arange(1, len(labels) + 1)
    # answers of equal confidence count together
    ends = np.append(np.diff(confidence[surest_first]) != 0, True)
    accepted = np.flatnonzero(sound & ends)
    return float(confidence[surest_first][accepted[-1]]) if len(accepted) else float(np.nextafter(1.0, 2.0))

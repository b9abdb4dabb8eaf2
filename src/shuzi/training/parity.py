"""Two ways of running one network are held against each other on the same images."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
import onnxruntime
from keras import layers
from numpy.typing import NDArray

TOLERANCE = 1e-5
"""The most by which a probability may differ from the network's own, for scores of ordinary size."""

_ROUNDING = 1e-6  # the share of a score by which two ways of adding it up in float32 may differ
_AT_ONCE = 500  # images in one pass


@dataclass(frozen=True)
class Parity:
    """How far what was found lies from what was expected.

    Parameters
    ----------
    n
        How many images were looked at.
    others
        How many of them got another answer; where the network itself wavers between two, either is right.
    difference
        The largest difference between two probabilities.
    tolerance
        What is allowed.
    """

    n: int
    others: int
    difference: float
    tolerance: float

    @property
    def holds(self) -> bool:
        """Whether the two agree; a difference that is no number is none."""
        return self.others == 0 and self.difference <= self.tolerance


def compare(found: NDArray[np.float32], expected: NDArray[np.float32], tolerance: float = TOLERANCE) -> Parity:
    """Hold probabilities (n, 10) against those that are expected, or any other answers (n, ...) of a network.

    >>> compare(np.array([[0.75, 0.25]]), np.array([[0.5, 0.5]]))
    Parity(n=1, others=0, difference=0.25, tolerance=1e-05)
    >>> compare(np.array([[0.25, 0.75]]), np.array([[1.0, 0.0]])).others
    1
    """
    others = 0
    if expected.ndim == 2:
        lost = expected.max(axis=1) - expected[np.arange(len(expected)), found.argmax(axis=1)]
        others = int(np.sum(lost > 2 * tolerance))
    return Parity(len(expected), others, float(np.max(np.abs(found - expected))), tolerance)


def tolerance_of(model: Any, images: NDArray[np.uint8]) -> float:
    """Return what rounding may do to a network's probabilities: a training that jumps about makes huge scores."""
    return max(TOLERANCE, _ROUNDING * _largest_score(model, images[:_AT_ONCE]))


def network_answers(model: Any, images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return what a network of Keras says of the images: uint8 (n, 28, 28) becomes float32 (n, 10)."""
    said = [model(piece) for piece in pieces(images)]
    return np.concatenate([np.asarray(each[0] if isinstance(each, list | tuple) else each) for each in said])


def onnx_answers(path: Path, images: NDArray[np.uint8]) -> list[NDArray[np.float32]]:
    """Return all that an .onnx file says of the images."""
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    said = [session.run(None, {"images": piece}) for piece in pieces(images)]
    return [np.concatenate(parts) for parts in zip(*said, strict=True)]


def pieces(images: NDArray[np.uint8]) -> list[NDArray[np.float32]]:
    """Cut images into what is looked at in one pass, float32 (at most 500, 28, 28)."""
    return [images[start : start + _AT_ONCE].astype(np.float32) for start in range(0, len(images), _AT_ONCE)]


def _largest_score(model: Any, images: NDArray[np.uint8]) -> float:
    """Return the largest score that goes into a softmax."""
    largest = 0.0
    for layer in model.layers:
        if isinstance(layer, layers.Softmax):
            weights = []
        elif isinstance(layer, layers.Dense) and layer.activation.__name__ == "softmax":
            weights = layer.get_weights()
        else:
            continue
        scores = np.asarray(keras.Model(model.input, layer.input)(images.astype(np.float32)))
        for number, values in enumerate(weights):
            scores = scores @ values if number == 0 else scores + values
        largest = max(largest, float(np.max(np.abs(scores))))
    return largest

"""The outputs of two ways of running one network are compared on the same images."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
import onnxruntime
from keras import layers
from numpy.typing import NDArray

TOLERANCE = 1e-5
"""How far a probability may differ from the network's, for logits of ordinary size."""

TOLERANCE_OF_MAPS = 1e-4
"""How far a value on a detector's maps may differ: a probability, or a position in cells."""

_ROUNDING = 1.5e-6  # relative difference between two orders of summing a logit in float32; 1.3e-6 was seen at -1569
_AT_ONCE = 500 * 28 * 28  # pixels in one forward pass


@dataclass(frozen=True)
class Parity:
    """How far the outputs are from the expected ones.

    Parameters
    ----------
    n
        The number of images compared.
    others
        How many of them got a different answer; if the network itself is undecided between two, either is correct.
        Maps and features have no single answer, so only the difference counts for them.
    difference
        The largest difference between two probabilities, or two values on maps.
    tolerance
        The largest difference allowed.
    """

    n: int
    others: int
    difference: float
    tolerance: float

    @property
    def holds(self) -> bool:
        """Whether the two agree; a difference of NaN means that they do not."""
        return self.others == 0 and self.difference <= self.tolerance


def compare(
    found: Sequence[NDArray[np.float32]],
    expected: Sequence[NDArray[np.float32]],
    tolerance: float = TOLERANCE,
    answers: int = 1,
) -> Parity:
    """Compare all outputs of a network with the expected ones.

    Parameters
    ----------
    found, expected
        For each output: probabilities (n, 10), a probability (n, 1) of yes, features (n, k), or maps
        (n, rows, columns, 14).
    tolerance
        How far values may differ; large ones, such as the logarithms of tiny probabilities, by their rounding.
    answers
        How many outputs, starting with the first, hold an answer; given by the task.

    Examples
    --------
    >>> compare([np.array([[0.75, 0.25]])], [np.array([[0.5, 0.5]])])
    Parity(n=1, others=0, difference=0.25, tolerance=1e-05)
    >>> compare([np.array([[0.25, 0.75]])], [np.array([[1.0, 0.0]])]).others
    1
    """
    tolerance = max([tolerance, *(_ROUNDING * float(np.max(np.abs(output), initial=0)) for output in expected)])
    others = np.zeros(len(expected[0]), bool)
    differences = []
    for index, (output, wanted) in enumerate(zip(found, expected, strict=True)):
        differences.append(np.max(np.abs(output - wanted)))
        if index < answers:
            others |= _another_answer(output, wanted, tolerance)
    return Parity(len(others), int(others.sum()), float(np.max(differences)), tolerance)


def tolerance_of(model: Any, images: NDArray[np.uint8]) -> float:
    """Return the tolerance for rounding in a network's outputs: unstable training makes huge logits."""
    least = TOLERANCE_OF_MAPS if _takes_pages(model) else TOLERANCE
    return max(least, _ROUNDING * _largest_score(model, pieces(images)[0]))


def network_answers(model: Any, images: NDArray[np.uint8]) -> list[NDArray[np.float32]]:
    """Return all outputs of a Keras network for images uint8 (n, 28, 28): float32 (n, 10) and any others."""
    return joined([model(with_channel(piece) if _takes_pages(model) else piece) for piece in pieces(images)])


def onnx_answers(path: Path, images: NDArray[np.uint8]) -> list[NDArray[np.float32]]:
    """Return all outputs of an .onnx file for the images."""
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    return joined([session.run(None, {"images": piece}) for piece in pieces(images)])


def joined(outputs: list[Any]) -> list[NDArray[np.float32]]:
    """Concatenate outputs computed piece by piece; each piece is an array for one output, a list for several."""
    each = [piece if isinstance(piece, list | tuple) else [piece] for piece in outputs]
    return [np.concatenate([np.asarray(part) for part in parts]) for parts in zip(*each, strict=True)]


def pieces(images: NDArray[np.uint8]) -> list[NDArray[np.float32]]:
    """Split images (n, h, w) into float32 pieces for one forward pass each, at most 500 images of 28x28 pixels."""
    size = max(1, _AT_ONCE // (images.shape[1] * images.shape[2]))
    return [images[start : start + size].astype(np.float32) for start in range(0, len(images), size)]


def with_channel(pages: NDArray[np.float32]) -> NDArray[np.float32]:
    """Add the channel that Keras needs for pages (n, h, w) of variable size."""
    return pages[..., None]


def _takes_pages(model: Any) -> bool:
    return len(model.input.shape) == 4


def _another_answer(found: NDArray[np.float32], expected: NDArray[np.float32], tolerance: float) -> NDArray[np.bool_]:
    """Return where the most probable class differs by more than rounding; a single column means yes or no."""
    if expected.shape[1] == 1:
        found, expected = (np.concatenate([yes, 1 - yes], axis=1) for yes in (found, expected))
    chosen = expected[np.arange(len(expected)), found.argmax(axis=1)]
    return np.asarray(expected.max(axis=1) - chosen > 2 * tolerance)


def _largest_score(model: Any, images: NDArray[np.float32]) -> float:
    """Return the largest logit, or the largest output that has no activation function."""
    images = with_channel(images) if _takes_pages(model) else images
    largest = max(float(np.max(np.abs(each))) for each in joined([model(images)]))
    for layer in model.layers:
        kind = "softmax" if isinstance(layer, layers.Softmax) else _activation(layer)
        if kind not in ("softmax", "sigmoid"):
            continue
        weights = layer.get_weights() if isinstance(layer, layers.Dense) else []
        scores = np.asarray(keras.Model(model.input, layer.input)(images))
        for index, values in enumerate(weights):
            scores = scores @ values if index == 0 else scores + values
        largest = max(largest, float(np.max(np.abs(scores))))
    return largest


def _activation(layer: Any) -> str:
    return str(layer.activation.__name__) if isinstance(layer, layers.Dense | layers.Activation) else ""

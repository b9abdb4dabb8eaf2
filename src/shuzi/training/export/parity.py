"""Two ways of running one network are held against each other on the same images."""

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
"""The most by which a probability may differ from the network's own, for scores of ordinary size."""

TOLERANCE_OF_MAPS = 1e-4
"""The most by which a number on a detector's maps may: a probability, or where a digit lies, in places."""

_ROUNDING = 1e-6  # the share of a score by which two ways of adding it up in float32 may differ
_AT_ONCE = 500 * 28 * 28  # pixels in one pass


@dataclass(frozen=True)
class Parity:
    """How far what was found lies from what was expected.

    Parameters
    ----------
    n
        How many images were looked at.
    others
        How many of them got another answer; where the network itself wavers between two, either is right. Maps and
        features hold no single answer, so of them only the difference counts.
    difference
        The largest difference between two probabilities, or two numbers on maps.
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


def compare(
    found: Sequence[NDArray[np.float32]],
    expected: Sequence[NDArray[np.float32]],
    tolerance: float = TOLERANCE,
    answers: int = 1,
) -> Parity:
    """Hold all that a network's outputs say to some images against what they should say.

    Parameters
    ----------
    found, expected
        For each output: probabilities (n, 10), a probability (n, 1) of yes, features (n, k), or maps
        (n, rows, columns, 14).
    tolerance
        By which numbers may differ.
    answers
        How many outputs, from the first on, hold an answer, as their task says.

    Examples
    --------
    >>> compare([np.array([[0.75, 0.25]])], [np.array([[0.5, 0.5]])])
    Parity(n=1, others=0, difference=0.25, tolerance=1e-05)
    >>> compare([np.array([[0.25, 0.75]])], [np.array([[1.0, 0.0]])]).others
    1
    """
    others = np.zeros(len(expected[0]), bool)
    differences = []
    for number, (one, other) in enumerate(zip(found, expected, strict=True)):
        differences.append(np.max(np.abs(one - other)))
        if number < answers:
            others |= _another_answer(one, other, tolerance)
    return Parity(len(others), int(others.sum()), float(np.max(differences)), tolerance)


def tolerance_of(model: Any, images: NDArray[np.uint8]) -> float:
    """Return what rounding may do to what a network says: a training that jumps about makes huge scores."""
    least = TOLERANCE_OF_MAPS if _takes_pages(model) else TOLERANCE
    return max(least, _ROUNDING * _largest_score(model, pieces(images)[0]))


def network_answers(model: Any, images: NDArray[np.uint8]) -> list[NDArray[np.float32]]:
    """Return all that a network of Keras says of the images: uint8 (n, 28, 28) becomes float32 (n, 10) and more."""
    return joined([model(with_channel(piece) if _takes_pages(model) else piece) for piece in pieces(images)])


def onnx_answers(path: Path, images: NDArray[np.uint8]) -> list[NDArray[np.float32]]:
    """Return all that an .onnx file says of the images."""
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    return joined([session.run(None, {"images": piece}) for piece in pieces(images)])


def joined(said: list[Any]) -> list[NDArray[np.float32]]:
    """Put together what is said piece by piece: an array each time where there is one output, else a list of them."""
    each = [piece if isinstance(piece, list | tuple) else [piece] for piece in said]
    return [np.concatenate([np.asarray(part) for part in parts]) for parts in zip(*each, strict=True)]


def pieces(images: NDArray[np.uint8]) -> list[NDArray[np.float32]]:
    """Cut images (n, h, w) into what is looked at in one pass, float32, at most 500 of 28x28 pixels."""
    size = max(1, _AT_ONCE // (images.shape[1] * images.shape[2]))
    return [images[start : start + size].astype(np.float32) for start in range(0, len(images), size)]


def with_channel(pages: NDArray[np.float32]) -> NDArray[np.float32]:
    """Give pages (n, h, w) the channel that Keras wants where their size is open."""
    return pages[..., None]


def _takes_pages(model: Any) -> bool:
    return len(model.input.shape) == 4


def _another_answer(found: NDArray[np.float32], expected: NDArray[np.float32], tolerance: float) -> NDArray[np.bool_]:
    """Tell for which images the likeliest is another, and not by rounding; a single column is asked: yes or no."""
    if expected.shape[1] == 1:
        found, expected = (np.concatenate([yes, 1 - yes], axis=1) for yes in (found, expected))
    chosen = expected[np.arange(len(expected)), found.argmax(axis=1)]
    return np.asarray(expected.max(axis=1) - chosen > 2 * tolerance)


def _largest_score(model: Any, images: NDArray[np.float32]) -> float:
    """Return the largest score that becomes a probability, or number that comes out as it is."""
    images = with_channel(images) if _takes_pages(model) else images
    largest = max(float(np.max(np.abs(each))) for each in joined([model(images)]))
    for layer in model.layers:
        kind = "softmax" if isinstance(layer, layers.Softmax) else _activation(layer)
        if kind not in ("softmax", "sigmoid"):
            continue
        weights = layer.get_weights() if isinstance(layer, layers.Dense) else []
        scores = np.asarray(keras.Model(model.input, layer.input)(images))
        for number, values in enumerate(weights):
            scores = scores @ values if number == 0 else scores + values
        largest = max(largest, float(np.max(np.abs(scores))))
    return largest


def _activation(layer: Any) -> str:
    return str(layer.activation.__name__) if isinstance(layer, layers.Dense | layers.Activation) else ""

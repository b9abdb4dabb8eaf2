"""A few corrected digits of one person change how that person's digits are read, at once and without training.

The network's last hidden layer puts similar digits close together. Where a digit lies close to corrected ones, their
labels are blended with the network's probabilities; elsewhere nothing changes. It is a cache of examples beside a
network that stays as it is (Grave et al., 2017, "Unbounded cache model").
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from shuzi.data.dataset import Dataset
from shuzi.data.formats import load_dataset, save_dataset
from shuzi.errors import DataError
from shuzi.reading.classifier import Classifier

MOST_EXAMPLES = 10_000
"""Corrected digits that a file may hold."""

# Chosen on digits of UNIPEN's even-numbered held-out writers and on MNIST's validation digits (benchmarks/hand.py).
_NEAR, _SHARP = 0.80, 30.0  # the cosine from which an example counts half, and how quickly it comes to count
_MOST = 0.98  # the largest weight of examples against the network
_NEIGHBOURS = 20.0  # how much more the nearest of several examples counts


@dataclass(frozen=True)
class Blend:
    """How much corrected examples count.

    Parameters
    ----------
    near
        The cosine of the features from which an example counts half.
    sharp
        How quickly it comes to count around that.
    most
        The largest weight against the network.
    """

    near: float = _NEAR
    sharp: float = _SHARP
    most: float = _MOST


class Hand(Classifier):
    """A classifier that also knows some corrected digits; it is used like the classifier.

    Parameters
    ----------
    classifier
        Outputs its features.
    examples
        The corrected digits.
    blend
        How much they count.

    Raises
    ------
    ModelError
        The model does not output its features.
    DataError
        There are too many examples.
    """

    def __init__(self, classifier: Classifier, examples: Dataset, blend: Blend | None = None) -> None:
        if len(examples) > MOST_EXAMPLES:
            raise DataError("error.hand.many", n=len(examples), most=MOST_EXAMPLES)
        vars(self).update(vars(classifier))  # the same loaded model
        self._blend = blend or Blend()
        self._known = unit(classifier.features(examples.images)) if len(examples) else None
        self._labels = np.eye(10, dtype=np.float32)[examples.labels]

    def classify_or_reject(self, images: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return the probabilities (n, 10), and for each image the probability that it is a digit: float32 (n,)."""
        probabilities, is_digit = super().classify_or_reject(images)
        if self._known is None:
            return probabilities, is_digit
        similar = unit(self.features(images)) @ self._known.T
        return blended(probabilities, is_digit, similar, self._labels, self._blend)


def unit(features: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return features (n, k) as vectors of length 1."""
    return np.asarray(features / np.maximum(np.linalg.norm(features, axis=1, keepdims=True), 1e-6), np.float32)


def blended(
    probabilities: NDArray[np.float32],
    is_digit: NDArray[np.float32],
    similar: NDArray[np.float32],
    labels: NDArray[np.float32],
    blend: Blend,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Blend the network's probabilities with the labels of similar examples.

    Parameters
    ----------
    probabilities, is_digit
        The network's: float32 (n, 10) and (n,).
    similar
        The cosine of each image with each example: float32 (n, m).
    labels
        One-hot labels of the examples: float32 (m, 10).
    blend
        How much they count.

    Returns
    -------
    float32 (n, 10) and (n,).

    Examples
    --------
    >>> network = np.array([[0, 0.3, 0, 0, 0, 0, 0, 0.7, 0, 0]], np.float32)
    >>> one = np.eye(10, dtype=np.float32)[[1]]
    >>> near, far = (np.array([[cosine]], np.float32) for cosine in (0.99, 0.2))
    >>> [int(blended(network, np.ones(1), each, one, Blend())[0].argmax()) for each in (near, far)]
    [1, 7]
    """
    nearest = similar.max(axis=1, keepdims=True)
    kernel = np.exp(_NEIGHBOURS * (similar - nearest))
    told = kernel @ labels / kernel.sum(axis=1, keepdims=True)
    weight = blend.most / (1 + np.exp(-blend.sharp * (nearest - blend.near)))
    mixed = (1 - weight) * probabilities + weight * told
    # what resembles a corrected digit is a digit
    digit = (1 - weight[:, 0]) * is_digit + weight[:, 0] * np.maximum(is_digit, nearest[:, 0])
    return mixed.astype(np.float32), digit.astype(np.float32)


def load_hand(path: str | Path) -> Dataset:
    """Read corrected digits: the file of one's own data that `shuzi train --data` takes.

    Raises
    ------
    DataError
        The file is missing, damaged, or holds something else.
    """
    _check(Path(path))
    return load_dataset(path)


def add_to_hand(path: str | Path, images: NDArray[np.uint8], labels: NDArray[np.uint8]) -> int:
    """Add corrected digits to a file, which is made if it is not there; return how many it holds then.

    Raises
    ------
    DataError
        It holds something else, would hold too many, or cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "my.npz"
    >>> add_to_hand(path, np.zeros((1, 28, 28), np.uint8), np.array([7], np.uint8))
    1
    """
    place = Path(path)
    _check(place)
    if place.exists():
        old = load_dataset(place)
        images, labels = np.concatenate([old.images, images]), np.concatenate([old.labels, labels])
    if len(images) > MOST_EXAMPLES:
        raise DataError("error.hand.many", n=len(images), most=MOST_EXAMPLES)
    save_dataset(place, Dataset(images, labels))
    return len(images)


def forget(path: str | Path, places: list[int]) -> int:
    """Remove corrected digits by their position from 0; return how many are left.

    Raises
    ------
    DataError
        There is no such position, or the file cannot be read or written.
    """
    old = load_hand(path)
    if wrong := [each for each in places if not 0 <= each < len(old)]:
        raise DataError("error.hand.place", place=wrong[0] + 1, n=len(old))
    kept = np.setdiff1d(np.arange(len(old)), places)
    if not len(kept):
        Path(path).unlink()
        return 0
    save_dataset(path, Dataset(old.images[kept], old.labels[kept]))
    return len(kept)


def _check(path: Path) -> None:
    if path.suffix != ".npz":
        raise DataError("error.hand.ending", path=path)

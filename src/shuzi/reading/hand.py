"""A few corrected digits of one person change how that person's digits are read, at once and without training.

A corrected digit says which wrong answer the network gives, what is right, and by how much the right answer's logit
must rise above the wrong one's. Where the network gives that same answer for a digit whose last hidden
layer looks alike, the logit rises too, the more alike the more. So the network is overruled only where it is not much
surer than it was of the digit that a person corrected; all else stays as it is.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from filelock import FileLock
from numpy.typing import NDArray

from shuzi.data.dataset import Dataset
from shuzi.data.formats import load_dataset, save_dataset
from shuzi.data.hdf5 import NAMES
from shuzi.data.npz import arrays_in
from shuzi.errors import DataError
from shuzi.reading.classifier import Classifier

MOST_EXAMPLES = 10_000
"""Corrected digits that a file may hold."""

_LEAST = 1e-6
_LARGEST = 64_000_000  # bytes of arrays: what 10,000 digits take, several times over


@dataclass(frozen=True)
class Blend:
    """How much corrected digits count; chosen on digits of UNIPEN's held-out writers (benchmarks/hand.py).

    Parameters
    ----------
    near
        The cosine of the last hidden layers from which a corrected digit counts half.
    width
        The change of that cosine in which it comes to count.
    margin
        The logit by which the right answer rises above the wrong one for the corrected digit itself.
    """

    near: float = 0.60
    width: float = 0.05
    margin: float = 0.5


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
        self._examples = Examples.of(classifier, examples) if len(examples) else None

    def classify_or_reject(self, images: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return the probabilities (n, 10), and for each image the probability that it is a digit: float32 (n,)."""
        probabilities, is_digit = super().classify_or_reject(images)
        if self._examples is None:
            return probabilities, is_digit
        return corrected(probabilities, is_digit, unit(self.features(images)), self._examples, self._blend)


def unit(features: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return features (n, k) as vectors of length 1."""
    return np.asarray(features / np.maximum(np.linalg.norm(features, axis=1, keepdims=True), 1e-6), np.float32)


@dataclass(frozen=True)
class Examples:
    """Corrected digits as the network sees them.

    Parameters
    ----------
    features
        The last hidden layer, of length 1: float32 (m, k).
    labels, answers
        What they are, and what the network takes them for: int64 (m,).
    gaps
        The logit by which the network prefers its answer to the label: float64 (m,), 0 where they are the same.
    """

    features: NDArray[np.float32]
    labels: NDArray[np.int64]
    answers: NDArray[np.int64]
    gaps: NDArray[np.float64]

    @staticmethod
    def of(classifier: Classifier, examples: Dataset) -> Examples:
        """Look at corrected digits with the network."""
        probabilities, _ = classifier.classify_or_reject(examples.images)
        return Examples.seen(unit(classifier.features(examples.images)), examples.labels, probabilities)

    @staticmethod
    def seen(
        features: NDArray[np.float32], labels: NDArray[np.uint8], probabilities: NDArray[np.float32]
    ) -> Examples:
        """Return examples whose features (m, k) and probabilities (m, 10) are known."""
        logs = np.log(np.maximum(probabilities.astype(np.float64), _LEAST))
        answers, rows = logs.argmax(axis=1), np.arange(len(labels))
        return Examples(features, labels.astype(np.int64), answers, logs[rows, answers] - logs[rows, labels])


def corrected(
    probabilities: NDArray[np.float32],
    is_digit: NDArray[np.float32],
    features: NDArray[np.float32],
    examples: Examples,
    blend: Blend,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Move probability from wrong answers to right ones where corrected digits look alike.

    Parameters
    ----------
    probabilities, is_digit
        The network's: float32 (n, 10) and (n,).
    features
        The last hidden layer, of length 1: float32 (n, k).
    examples
        At least one corrected digit.
    blend
        How much they count.

    Returns
    -------
    float32 (n, 10) and (n,).

    Examples
    --------
    >>> network = np.array([[0, 0.3, 0, 0, 0, 0, 0, 0.7, 0, 0]], np.float32)
    >>> known = Examples.seen(np.array([[1, 0]], np.float32), np.array([1], np.uint8), network)
    >>> alike, other = (np.array([each], np.float32) for each in ([0.98, 0.2], [0.2, 0.98]))
    >>> [int(corrected(network, np.ones(1), each, known, Blend())[0].argmax()) for each in (alike, other)]
    [1, 7]
    """
    answers, rows = probabilities.argmax(axis=1), np.arange(len(probabilities))
    alike = 1 / (1 + np.exp(-(features.astype(np.float64) @ examples.features.T - blend.near) / blend.width))
    counts = (answers[:, None] == examples.answers) & (examples.labels != examples.answers)
    rises = np.where(counts, alike * (examples.gaps + blend.margin), 0.0)
    best = rises.argmax(axis=1)
    rise, label = rises[rows, best], examples.labels[best]
    moved = probabilities.astype(np.float64)
    right, wrong = np.maximum(moved[rows, label], _LEAST), np.maximum(moved[rows, answers], _LEAST)
    share = 1 / (1 + np.exp(np.log(wrong / right) - rise))
    told = rise > 0
    both = moved[rows, label] + moved[rows, answers]
    moved[rows[told], label[told]] = (both * share)[told]
    moved[rows[told], answers[told]] = (both * (1 - share))[told]
    # what resembles a corrected digit is a digit
    digit = np.where(told, np.maximum(is_digit, alike[rows, best]), is_digit)
    return moved.astype(np.float32), digit.astype(np.float32)


def load_hand(path: str | Path) -> Dataset:
    """Read corrected digits: the file of one's own data that `shuzi train --data` takes.

    Raises
    ------
    DataError
        The file is missing, damaged, or holds something else.
    """
    place = Path(path)
    _check(place)
    if not place.exists():
        raise DataError("error.hand.missing", path=place)
    return load_dataset(place)


def hand_of(content: bytes, path: Path) -> Dataset:
    """Return the corrected digits in the bytes of such a file; errors call it `path`, and are those of `load_hand`.

    >>> import io
    >>> file = io.BytesIO()
    >>> np.savez(file, images=np.zeros((1, 28, 28), np.uint8), labels=np.array([7], np.uint8))
    >>> hand_of(file.getvalue(), Path("my.npz")).labels
    array([7], dtype=uint8)
    """
    arrays = arrays_in(io.BytesIO(content), path, NAMES, _LARGEST)
    return Dataset(arrays["images"], arrays["labels"])


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
    with _alone(place):
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
    _check(Path(path))
    if not Path(path).exists():
        raise DataError("error.hand.missing", path=path)
    with _alone(Path(path)):
        old = load_hand(path)
        if wrong := [each for each in places if not 0 <= each < len(old)]:
            raise DataError("error.hand.place", place=wrong[0] + 1, n=len(old))
        kept = np.setdiff1d(np.arange(len(old)), places)
        if len(kept):
            save_dataset(path, Dataset(old.images[kept], old.labels[kept]))
        else:
            Path(path).unlink()
    return len(kept)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Let one process at a time change a file, so that no correction of another one is lost."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(path.with_name(f".{path.name}.lock"))
        lock.acquire()
    except OSError as problem:
        raise DataError("error.data.unwritable", path=path, reason=problem.strerror or problem) from problem
    try:
        yield
    finally:
        lock.release()


def _check(path: Path) -> None:
    if path.suffix != ".npz":
        raise DataError("error.hand.ending", path=path)

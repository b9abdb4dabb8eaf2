"""Images of digits become what tells how much two of them look alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shuzi.data.dataset import Dataset
from shuzi.reading.recognise.classifier import Classifier
from shuzi.reading.recognise.recognise_thresholds import BLUR_KERNEL, LEAST_LOGGED_PROBABILITY


@dataclass(frozen=True)
class Looks:
    """How digits look.

    Parameters
    ----------
    features
        The network's last hidden layer, of length 1: float32 (n, k).
    shapes
        Their blurred pixels less the mean, of length 1: float32 (n, 784).
    logs
        The logs of the network's probabilities: float64 (n, 10).
    """

    features: NDArray[np.float32]
    shapes: NDArray[np.float32]
    logs: NDArray[np.float64]

    @staticmethod
    def of(images: NDArray[np.uint8], features: NDArray[np.float32], probabilities: NDArray[np.float32]) -> Looks:
        """Look at images (n, 28, 28) of which features (n, k) and probabilities (n, 10) are known."""
        logs = np.log(np.maximum(probabilities.astype(np.float64), LEAST_LOGGED_PROBABILITY))
        return Looks(_normalise(features), _normalise(_blur(images)), logs)

    def at(self, indices: Sequence[int] | NDArray[np.intp]) -> Looks:
        """Return how some of them look."""
        return Looks(self.features[indices], self.shapes[indices], self.logs[indices])


@dataclass(frozen=True)
class Examples:
    """Corrected digits.

    Parameters
    ----------
    looks
        How they look.
    labels
        What they are: int64 (m,).
    """

    looks: Looks
    labels: NDArray[np.int64]

    @staticmethod
    def of(classifier: Classifier, examples: Dataset) -> Examples:
        """Look at corrected digits with the network."""
        probabilities, _, features = classifier.classify_with_features(examples.images)
        looks = Looks.of(examples.images, features, probabilities)
        return Examples(looks, examples.labels.astype(np.int64))


def _normalise(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return vectors (n, k) of length 1."""
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6), np.float32)


def _blur(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Blur images (n, 28, 28), subtract the mean of each, and return them as float32 (n, 784)."""
    rim = len(BLUR_KERNEL) // 2
    padded = np.pad(images.astype(np.float32), ((0, 0), (rim, rim), (rim, rim)))
    side = images.shape[1]
    across = np.sum([weight * padded[:, :, i : i + side] for i, weight in enumerate(BLUR_KERNEL)], axis=0)
    down = np.sum([weight * across[:, i : i + side] for i, weight in enumerate(BLUR_KERNEL)], axis=0)
    flat = np.asarray(down, np.float32).reshape(len(images), side * side)
    return np.asarray(flat - flat.mean(axis=1, keepdims=True), np.float32)

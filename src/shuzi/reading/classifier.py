"""Images of digits become probabilities, in batches that need little memory."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from shuzi.errors import ModelError, ShuziError
from shuzi.models.session import Model
from shuzi.models.tasks import CLASSIFIER, DETECTOR, FEATURES, LINE_DETECTOR, RECOGNISER
from shuzi.reading.thresholds import IMAGES_AT_ONCE, ONE_CORE_IMAGES

OTHER_KINDS = {
    DETECTOR: "error.model.detector",
    LINE_DETECTOR: "error.model.line_detector",
    RECOGNISER: "error.model.recogniser",
}
"""What is wrong with a model of another kind."""


class Classifier(Model):
    """A model loaded for classification."""

    kind = CLASSIFIER

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._path = path
        self._answers = [output.name for output in self.card.outputs if output.name != FEATURES]

    def _wrong_kind(self) -> str:
        return OTHER_KINDS[self.card.kind]

    def classify(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return the probability of each digit, float32 (n, 10), for images uint8 (n, 28, 28), ink 255."""
        return self.classify_or_reject(images)[0]

    def classify_or_reject(self, images: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return what `classify` returns, and the probability that each is a digit: float32 (n,), 1 where unknown."""
        return self._answers_of(self._run(accept_images(images), self._answers))

    def classify_with_features(
        self, images: NDArray[np.uint8]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
        """Return `classify_or_reject` and `features`, and run the network once for both."""
        self._size_of_features()
        names = [output.name for output in self.card.outputs]
        outputs = dict(zip(names, self._run(accept_images(images), names), strict=True))
        return *self._answers_of([outputs[name] for name in self._answers]), outputs[FEATURES]

    @staticmethod
    def _answers_of(outputs: list[NDArray[np.float32]]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        probabilities, *more = outputs
        return probabilities, more[0][:, 0] if more else np.ones(len(probabilities), np.float32)

    def _size_of_features(self) -> int:
        tensor = next((output for output in self.card.outputs if output.name == FEATURES), None)
        if tensor is None:
            raise ModelError("error.model.features", path=self._path)
        return int(tensor.shape[1])

    def _run(self, images: NDArray[np.uint8], outputs: Sequence[str]) -> list[NDArray[np.float32]]:
        few = len(images) <= ONE_CORE_IMAGES
        batches = [images] if few else [images[i : i + IMAGES_AT_ONCE] for i in range(0, len(images), IMAGES_AT_ONCE)]
        answers = [self._session.run(batch.astype(np.float32), not few, outputs) for batch in batches]
        return [np.concatenate(output) for output in zip(*answers, strict=True)]

    def features(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return the last hidden layer for each image, from which the probabilities are computed: float32 (n, k)."""
        size = self._size_of_features()
        images = accept_images(images)
        features = np.empty((len(images), size), np.float32)
        for start in range(0, len(images), IMAGES_AT_ONCE):
            piece = slice(start, start + IMAGES_AT_ONCE)
            (features[piece],) = self._session.run(images[piece].astype(np.float32), outputs=[FEATURES])
        return features


def accept_images(images: ArrayLike) -> NDArray[np.uint8]:
    """Return images, (n, 28, 28), (n, 28, 28, 1), (n, 784) or (28, 28), floats from 0 to 1, as uint8 (n, 28, 28)."""
    try:
        array = np.asarray(images)
    except Exception as problem:  # rows of different lengths, a tensor on a GPU, or whatever a library raises
        raise ShuziError("error.classify.shape", shape="?", dtype=type(images).__name__) from problem
    given = array.shape
    if array.shape == (28, 28):
        array = array[np.newaxis]
    if (array.ndim == 2 and array.shape[1] == 784) or array.shape[1:] == (28, 28, 1):
        array = array.reshape(-1, 28, 28)
    if array.ndim != 3 or array.shape[1:] != (28, 28) or array.dtype.kind not in "buif":
        raise ShuziError("error.classify.shape", shape=given, dtype=array.dtype)
    if array.dtype == np.uint8:
        return array
    largest = 1 if array.dtype.kind in "bf" else 255
    if array.size and not 0 <= array.min() <= array.max() <= largest:  # NaN is refused too
        raise ShuziError("error.classify.range", dtype=array.dtype, min=array.min(), max=array.max())
    return np.rint(array * 255.0).astype(np.uint8) if largest == 1 else array.astype(np.uint8)

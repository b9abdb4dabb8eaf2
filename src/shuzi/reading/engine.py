"""Images become probabilities: ONNX Runtime runs a model, in pieces that stay small in memory."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from shuzi.errors import ModelError, ShuziError
from shuzi.models.card import CLASSIFIER, METADATA_KEY, Card

_PIECE = 512  # images at once: 1.6 MB of float32


class Engine:
    """A model that is ready to classify.

    Parameters
    ----------
    path
        An .onnx file with a card.

    Raises
    ------
    ModelError
        The file is no model, or its card is missing or not understood.
    """

    def __init__(self, path: Path) -> None:
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(
                str(path), sess_options=options, providers=["CPUExecutionProvider"]
            )
        except Exception as problem:
            raise ModelError("error.model.damaged", path=path, reason=problem) from problem
        metadata: dict[str, str] = self._session.get_modelmeta().custom_metadata_map
        self.card = Card.from_json(metadata.get(METADATA_KEY, ""), path)
        self._input: str = self._session.get_inputs()[0].name
        self._output: str = self._session.get_outputs()[0].name

    def classify(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return the probability of each digit for each image.

        Parameters
        ----------
        images
            uint8 (n, 28, 28), background 0, ink 255.

        Returns
        -------
        float32 (n, 10), each row adding up to 1.

        Raises
        ------
        ShuziError
            The array has another shape or type, or the model says nothing of single digits.
        """
        if self.card.kind != CLASSIFIER:
            raise ModelError("error.model.no_classifier", name=self.card.name)
        if images.ndim != 3 or images.shape[1:] != (28, 28) or images.dtype != np.uint8:
            shape = "x".join(map(str, images.shape))
            raise ShuziError("error.data.images", shape=shape, dtype=images.dtype)
        probabilities = np.empty((len(images), 10), np.float32)
        for start in range(0, len(images), _PIECE):
            piece = images[start : start + _PIECE].astype(np.float32)
            answer: list[Any] = self._session.run([self._output], {self._input: piece})
            probabilities[start : start + _PIECE] = answer[0]
        return probabilities

"""ONNX Runtime runs a model: images of digits become probabilities, in pieces that stay small in memory."""

from __future__ import annotations

from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from shuzi.errors import ModelError, ShuziError
from shuzi.models.card import CLASSIFIER, METADATA_KEY, Card
from shuzi.processes.cores import cores

_PIECE = 128  # images at once: as quick as any, and little memory
most_threads = cores()
"""For much work in one call; a process that reads beside others takes one."""

_FEW = 32  # up to so many images, one core is quicker than waking the others


class Session:
    """An .onnx file with a card, ready to run on one core; or on all, where there is much to do.

    Parameters
    ----------
    path
        The file.
    content
        What is in it, where that is known.

    Raises
    ------
    ModelError
        The file is no model, or its card is missing or not understood.
    """

    def __init__(self, path: Path, content: bytes | None = None) -> None:
        self._path = path
        try:
            # once, so that all sessions run the same model
            self._content = path.read_bytes() if content is None else content
        except OSError as problem:
            raise ModelError("error.model.damaged", path=path, reason=problem.strerror) from problem
        self._lock = Lock()
        self._on_all: Any = None
        self._on_one = self._open(1)
        metadata: dict[str, str] = self._on_one.get_modelmeta().custom_metadata_map
        self.card = Card.from_json(metadata.get(METADATA_KEY, ""), path)
        self._input: str = self._on_one.get_inputs()[0].name

    def __reduce__(self) -> tuple[type[Session], tuple[Path, bytes]]:
        # in another process it runs the same model, whatever has become of the file
        return Session, (self._path, self._content)

    def run(self, values: NDArray[np.float32], much: bool = False) -> list[NDArray[np.float32]]:
        """Return all that the model says to its input; `much` work is shared among all cores."""
        if much and self._on_all is None:
            with self._lock:
                self._on_all = self._on_all or self._open(most_threads)
        session = self._on_all if much else self._on_one
        answers: list[NDArray[np.float32]] = session.run(None, {self._input: values})
        return answers

    def _open(self, threads: int) -> Any:
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        try:
            return onnxruntime.InferenceSession(
                self._content, sess_options=options, providers=["CPUExecutionProvider"]
            )
        except Exception as problem:
            raise ModelError("error.model.damaged", path=self._path, reason=problem) from problem


class Engine:
    """A model that is ready to classify.

    Parameters
    ----------
    path
        An .onnx file with a card.

    Raises
    ------
    ModelError
        The file is no model, its card is missing or not understood, or it is a detector.
    """

    def __init__(self, path: Path) -> None:
        self._session = Session(path)
        self.card = self._session.card
        if self.card.kind != CLASSIFIER:
            raise ModelError("error.model.detector", path=path)

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
            The array has another shape or type.
        """
        return self.look(images)[0]

    def look(self, images: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return what `classify` does, and for each image the probability that it is a digit at all.

        Parameters
        ----------
        images
            uint8 (n, 28, 28), background 0, ink 255.

        Returns
        -------
        float32 (n, 10) and float32 (n,); all 1 from a model that knows nothing but digits.

        Raises
        ------
        ShuziError
            The array has another shape or type.
        """
        try:
            images = np.asarray(images)
        except ValueError as problem:  # rows of different lengths
            raise ShuziError("error.data.images", shape="?", dtype=type(images).__name__) from problem
        if images.ndim != 3 or images.shape[1:] != (28, 28) or images.dtype != np.uint8:
            shape = "x".join(map(str, images.shape))
            raise ShuziError("error.data.images", shape=shape, dtype=images.dtype)
        if len(images) <= _FEW:
            return _both(self._session.run(images.astype(np.float32)))
        probabilities = np.empty((len(images), 10), np.float32)
        is_digit = np.empty(len(images), np.float32)
        for start in range(0, len(images), _PIECE):
            piece = slice(start, start + _PIECE)
            said = self._session.run(images[piece].astype(np.float32), much=True)
            probabilities[piece], is_digit[piece] = _both(said)
        return probabilities, is_digit


def _both(said: list[NDArray[np.float32]]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    return said[0], said[1][:, 0] if len(said) > 1 else np.ones(len(said[0]), np.float32)

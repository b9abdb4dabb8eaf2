"""ONNX Runtime runs an .onnx file that has a card."""

from __future__ import annotations

from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from shuzi.errors import ModelError
from shuzi.models.card import METADATA_KEY, Card
from shuzi.processes.cores import cores

most_threads = cores()
"""For much work in one call; a process that reads beside others takes one."""


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

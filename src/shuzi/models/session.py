"""ONNX Runtime runs an .onnx file that has a card."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from shuzi.errors import ModelError, ShuziError
from shuzi.models.onnx_file import read_card
from shuzi.models.trial import sound_content
from shuzi.processes.cores import cores

most_threads = cores()
"""For much work in one call; a process that reads beside others takes one."""

_NUMBERS = {"tensor(float)": "float32"}
_LONGEST = 300  # letters of what ONNX Runtime says


class Session:
    """An .onnx file with a card, ready to run on one core; or on all, where there is much to do.

    Parameters
    ----------
    path
        The file.
    content
        What is in it, where that is known and has been tried out (`trial`).

    Raises
    ------
    ModelError
        The file is no model, its card is missing or not understood, it is damaged, takes too much time or memory, or
        takes in or gives out something else than its card says.
    """

    def __init__(self, path: Path, content: bytes | None = None) -> None:
        self._path = path
        # once, so that all sessions run the same model
        self._content = sound_content(path) if content is None else content
        self.card = read_card(self._content, path)
        self.card.check_usable(path)
        self._lock = Lock()
        self._on_all: Any = None
        self._on_one = self._open(1)
        self._check_interface()

    def __reduce__(self) -> tuple[type[Session], tuple[Path, bytes]]:
        # in another process it runs the same model, whatever has become of the file
        return Session, (self._path, self._content)

    def run(
        self, values: NDArray[np.float32], much: bool = False, outputs: Sequence[str] | None = None
    ) -> list[NDArray[np.float32]]:
        """Return what the model says to its input.

        Parameters
        ----------
        values
            As the card's `input` says.
        much
            Share the work among all cores.
        outputs
            The names of those that are wanted; None is all.

        Raises
        ------
        ModelError
            The model fails, or gives out something else than its card says.
        """
        if much and self._on_all is None:
            with self._lock:
                self._on_all = self._on_all or self._open(most_threads)
        session = self._on_all if much else self._on_one
        wanted = [each for each in self.card.outputs if outputs is None or each.name in outputs]
        try:
            answers: list[NDArray[np.float32]] = session.run(
                [each.name for each in wanted], {self.card.input.name: values}
            )
        except Exception as problem:
            raise ModelError("error.model.damaged", path=self._path, reason=_first_line(problem)) from problem
        for tensor, answer in zip(wanted, answers, strict=True):
            if answer.dtype != tensor.dtype or not tensor.fits(answer.shape) or len(answer) != len(values):
                raise self._other(f"{tensor.name}: {answer.dtype} {answer.shape}", tensor)
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
            raise ModelError("error.model.damaged", path=self._path, reason=_first_line(problem)) from problem

    def _check_interface(self) -> None:
        """Hold what the graph takes in and gives out against the card."""
        for wanted, found in (
            ((self.card.input,), self._on_one.get_inputs()),
            (self.card.outputs, self._on_one.get_outputs()),
        ):
            if len(found) != len(wanted):
                raise self._other(", ".join(each.name for each in found), wanted[0])
            for tensor, each in zip(wanted, found, strict=True):
                number = _NUMBERS.get(each.type, each.type)
                if each.name != tensor.name or number != tensor.dtype or not tensor.fits(tuple(each.shape)):
                    raise self._other(f"{each.name}: {number} {tuple(each.shape)}", tensor)

    def _other(self, found: str, wanted: object) -> ModelError:
        return ModelError("error.model.interface", path=self._path, found=found, wanted=wanted)


def _first_line(problem: Exception) -> str | ShuziError:
    """Take what ONNX Runtime says that a person may read; the rest names its own sources."""
    return str(problem).partition("\n")[0][:_LONGEST] or ShuziError("models.broken")

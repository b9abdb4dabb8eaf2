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
from shuzi.models.tasks import Tensor
from shuzi.models.trial import checked_content
from shuzi.processes.cores import cores

most_threads = cores()
"""Threads for calls that may use all cores; a process that shares the machine with others sets it to one."""

_NUMBERS = {"tensor(float)": "float32"}
_LONGEST = 300  # characters of ONNX Runtime's message


class Session:
    """An .onnx file with a card, ready to run on one core, or on all for large inputs.

    Parameters
    ----------
    path
        The file.
    content
        The content of the file, if it was read and checked before (`trial`).

    Raises
    ------
    ModelError
        The file is not a model or is damaged, its card is missing or invalid, it takes too much time or memory, or
        its inputs or outputs are not those in its card.
    """

    def __init__(self, path: Path, content: bytes | None = None) -> None:
        self._path = path
        # read once, so that all sessions run the same model
        self._content = checked_content(path) if content is None else content
        self.card = read_card(self._content, path)
        self.card.check_usable(path)
        self._lock = Lock()
        self._on_all: Any = None
        self._on_one = self._open(1)
        self._check_interface()

    def __reduce__(self) -> tuple[type[Session], tuple[Path, bytes]]:
        # another process runs the same model even if the file has changed since
        return Session, (self._path, self._content)

    def run(
        self, values: NDArray[np.float32], all_cores: bool = False, outputs: Sequence[str] | None = None
    ) -> list[NDArray[np.float32]]:
        """Run the model and return its outputs.

        Parameters
        ----------
        values
            The input, as the card's `input` describes it.
        all_cores
            Use all cores instead of one.
        outputs
            The names of the outputs to return; None returns all.

        Raises
        ------
        ModelError
            The model fails, or an output is not what its card says.
        """
        if all_cores and self._on_all is None:
            with self._lock:
                self._on_all = self._on_all or self._open(most_threads)
        session = self._on_all if all_cores else self._on_one
        tensors = [output for output in self.card.outputs if outputs is None or output.name in outputs]
        try:
            answers: list[NDArray[np.float32]] = session.run(
                [output.name for output in tensors], {self.card.input.name: values}
            )
        except Exception as problem:
            raise ModelError("error.model.damaged", path=self._path, reason=_first_line(problem)) from problem
        for tensor, answer in zip(tensors, answers, strict=True):
            if not _fits(tensor, answer.dtype, answer.shape) or len(answer) != len(values):
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
        """Compare the graph's inputs and outputs with the card."""
        for wanted, actuals in (
            ((self.card.input,), self._on_one.get_inputs()),
            (self.card.outputs, self._on_one.get_outputs()),
        ):
            if len(actuals) != len(wanted):
                raise self._other(", ".join(actual.name for actual in actuals), wanted[0])
            for tensor, actual in zip(wanted, actuals, strict=True):
                dtype = _NUMBERS.get(actual.type, actual.type)
                if actual.name != tensor.name or not _fits(tensor, dtype, tuple(actual.shape)):
                    raise self._other(f"{actual.name}: {dtype} {tuple(actual.shape)}", tensor)

    def _other(self, found: str, wanted: object) -> ModelError:
        return ModelError("error.model.interface", path=self._path, found=found, wanted=wanted)


def _fits(tensor: Tensor, dtype: object, shape: tuple[int | str | None, ...]) -> bool:
    """Tell whether values are of the type of a tensor, with as many dimensions and the same fixed sizes.

    >>> images = Tensor("images", ("n", 28, 28))
    >>> [_fits(images, "float32", shape) for shape in ((1, 28, 28), ("n", 28, 28), (1, 28))]
    [True, True, False]
    """
    if dtype != tensor.dtype or len(shape) != len(tensor.shape):
        return False
    return all(isinstance(wanted, str) or wanted == size for wanted, size in zip(tensor.shape, shape, strict=True))


def _first_line(problem: Exception) -> str | ShuziError:
    """Return the part of an ONNX Runtime message that helps a person; the rest names its source files."""
    return str(problem).partition("\n")[0][:_LONGEST] or ShuziError("models.broken")

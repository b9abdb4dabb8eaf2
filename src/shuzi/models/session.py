"""ONNX Runtime runs an .onnx file that has a card; a model from elsewhere is first tried out.

A graph may loop forever, use up all memory or crash ONNX Runtime, so it is loaded and run once in a child process,
within limits, before it runs here. The verdict is cached for the user under the file's SHA-256, so the half second is
spent only once.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import Any, ClassVar

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from shuzi.atomic import replacing
from shuzi.errors import ModelError, ShuziError
from shuzi.models import store
from shuzi.models.onnx_file import control_flow, read_card, read_content
from shuzi.models.tasks import DETECTOR, LINE_DETECTOR, RECOGNISER, Tensor
from shuzi.processes.child import Cancelled, Child, Ended, OutOfMemory, OutOfTime
from shuzi.processes.cores import cores
from shuzi.processes.serving import Limits

most_threads = cores()
"""Threads for calls that may use all cores; a process that shares the machine with others sets it to one."""

LIMITS = Limits(cpu_seconds=10.0, memory=1_000_000_000)
"""The limits for loading and running a model once. The default model takes a quarter of a second and 60 MB."""

_NUMBERS = {"tensor(float)": "float32"}
_MAX_MESSAGE = 300  # characters of a message of ONNX Runtime or of the child
_WRONG_PARTNERS = {
    DETECTOR: "error.model.no_detector",
    LINE_DETECTOR: "error.model.no_line_detector",
    RECOGNISER: "error.model.no_recogniser",
}
_CHILD = "shuzi.models.trial_child"
_VALUES = {  # errors that the child may report, and the values of each
    "error.model.damaged": ("reason",),
    "error.model.interface": ("found", "wanted"),
    "error.model.numbers": (),
}


class Session:
    """An .onnx file with a card, ready to run on one core, or on all for large inputs."""

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
        """Run the model on an input as its card describes it; return the named outputs, or all."""
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


class Model:
    """A model of one kind, loaded from its .onnx file; one of another kind is a ModelError."""

    kind: ClassVar[str]

    def __init__(self, path: Path) -> None:
        self._session = Session(path)
        self.card = self._session.card
        if self.card.kind != self.kind:
            raise ModelError(self._wrong_kind(), path=path)

    def _wrong_kind(self) -> str:
        """Return the key of the error for a model of another kind."""
        return _WRONG_PARTNERS[self.kind]


def _fits(tensor: Tensor, dtype: object, shape: tuple[int | str | None, ...]) -> bool:
    """Tell whether values are of the type of a tensor, with as many dimensions and the same fixed sizes."""
    if dtype != tensor.dtype or len(shape) != len(tensor.shape):
        return False
    return all(isinstance(wanted, str) or wanted == size for wanted, size in zip(tensor.shape, shape, strict=True))


def _first_line(problem: Exception) -> str | ShuziError:
    """Return the part of an ONNX Runtime message that helps a person; the rest names its source files."""
    return str(problem).partition("\n")[0][:_MAX_MESSAGE] or ShuziError("models.broken")


def checked_content(path: Path, limits: Limits = LIMITS) -> bytes:
    """Read an .onnx file; unless it comes with shuzi, try it out first if that has not been done before."""
    content = read_content(path)
    if path.resolve().parent == store.SHIPPED.resolve():
        return content
    read_card(content, path).check_usable(path)  # the parent knows the real cause
    sha256 = hashlib.sha256(content).hexdigest()
    verdict = _remembered(sha256)
    if verdict is None:
        verdict = _tried(content, path, limits)
        _remember(sha256, verdict)
    if problem := _problem(verdict, path, limits):
        raise problem
    if name := control_flow(content, path):  # it may have been waiting for another input
        raise ModelError("error.model.control_flow", path=path, name=name)
    return content


def remember_checked(path: Path) -> None:
    """Record that a model is sound after it has just been made and run here."""
    _remember(hashlib.sha256(path.read_bytes()).hexdigest(), {})


def _tried(content: bytes, path: Path, limits: Limits) -> dict[str, Any]:
    child = Child(_CHILD)
    try:
        verdict, _ = child.ask({"path": str(path)}, content, 0, limits)
    except Cancelled as cause:
        raise ShuziError("error.processes.cancelled") from cause
    except OutOfTime:
        return {"error": "slow"}
    except OutOfMemory:
        return {"error": "memory"}
    except Ended:
        return {"error": "crashed"}
    finally:
        child.close()
    return {name: verdict[name] for name in ("error", "values") if name in verdict}


def _problem(verdict: dict[str, Any], path: Path, limits: Limits) -> ModelError | None:
    """Turn a verdict into an error, or None if all is well; the child that wrote it is not trusted."""
    key, values = verdict.get("error"), verdict.get("values")
    if key is None:
        return None
    if key == "slow":
        return ModelError("error.model.slow", path=path, seconds=limits.cpu_seconds)
    if key == "memory":
        return ModelError("error.model.memory", path=path, max=limits.memory // 1_000_000)
    if isinstance(key, str) and key in _VALUES and isinstance(values, dict):
        named = {name: str(values.get(name, ""))[:_MAX_MESSAGE] for name in _VALUES[key]}
        return ModelError(key, path=path, **named)
    return ModelError("error.model.damaged", path=path, reason=ShuziError("models.crashed"))


def _remembered(sha256: str) -> dict[str, Any] | None:
    """Return the cached verdict; if that is unusable, try the file out again."""
    try:
        entry = json.loads(_file(sha256).read_text(encoding="utf-8"))
        verdict = entry["verdict"] if entry["onnxruntime"] == onnxruntime.__version__ else None
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    return verdict if isinstance(verdict, dict) else None


def _remember(sha256: str, verdict: dict[str, Any]) -> None:
    entry = json.dumps({"onnxruntime": onnxruntime.__version__, "verdict": verdict})
    try:
        with replacing(_file(sha256)) as part:
            part.write_text(entry, encoding="utf-8")
    except OSError:
        return  # then the next load tests it again


def _file(sha256: str) -> Path:
    from platformdirs import user_cache_path  # shipped models need no trial

    return user_cache_path("shuzi") / "models" / f"{sha256}.json"

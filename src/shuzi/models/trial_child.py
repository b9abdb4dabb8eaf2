"""The child process that tries out a model: ``python -P -m shuzi.models.trial_child``, started by `session`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from shuzi.errors import ModelError, ShuziError
from shuzi.models.session import Session
from shuzi.models.tasks import Tensor
from shuzi.processes.serving import Bytes, serve

_OPEN_SIDE = 64  # pixels, for a variable dimension
_ROUNDING = 1e-3


def work(job: dict[str, Any], body: bytearray) -> tuple[dict[str, Any], Bytes]:
    """Run a model, the body, on two inputs; return nothing if it is sound, else an error's key and its values."""
    path = Path(job["path"])
    try:
        session = Session(path, bytes(body))
        for values in _inputs(session.card.input):
            for tensor, answer in zip(session.card.outputs, session.run(values), strict=True):
                _check_numbers(tensor, answer, path)
    except MemoryError:
        return {"error": "memory", "last": True}, b""
    except ShuziError as problem:
        return {"error": problem.key, "values": {name: str(value) for name, value in problem.values.items()}}, b""
    return {}, b""


def _inputs(tensor: Tensor) -> list[np.ndarray[Any, np.dtype[np.float32]]]:
    """Make a blank input and one that cycles through all values."""
    shape = [side if isinstance(side, int) else _OPEN_SIDE for side in tensor.shape[1:]]
    low, high = tensor.range or (0.0, 1.0)
    ramp = np.linspace(low, high, int(np.prod(shape)), dtype=np.float32)
    return [np.full((1, *shape), low, np.float32), ramp.reshape(1, *shape)]


def _check_numbers(tensor: Tensor, answer: np.ndarray[Any, np.dtype[np.float32]], path: Path) -> None:
    low, high = tensor.range or (-np.inf, np.inf)
    if not np.all(np.isfinite(answer)) or answer.min() < low - _ROUNDING or answer.max() > high + _ROUNDING:
        raise ModelError("error.model.numbers", path=path)


if __name__ == "__main__":
    serve(work)

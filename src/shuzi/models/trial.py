"""A model from elsewhere is loaded and run once in a child process, within limits, before it runs here.

A graph may loop forever, use up all memory or crash ONNX Runtime. The verdict is cached for the user under the
file's SHA-256, so the half second is spent only once.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import onnxruntime

from shuzi.atomic import replacing
from shuzi.errors import ModelError, ShuziError
from shuzi.models import store
from shuzi.models.onnx_file import control_flow, read_card, read_content
from shuzi.processes.child import Cancelled, Child, Ended, OutOfMemory, OutOfTime
from shuzi.processes.job_limits import Limits

LIMITS = Limits(seconds=10.0, memory=1_000_000_000)
"""The limits for loading and running a model once. The default model takes a quarter of a second and 60 MB."""

_CHILD = "shuzi.models.trial_child"
_LONGEST = 300  # characters of the child's message
_VALUES = {
    "error.model.damaged": ("reason",),
    "error.model.interface": ("found", "wanted"),
    "error.model.numbers": (),
}


def checked_content(path: Path, limits: Limits = LIMITS) -> bytes:
    """Read an .onnx file; unless it comes with shuzi, try it out first if that has not been done before.

    Raises
    ------
    ModelError
        The file cannot be read or loaded, takes too much time or memory, crashes, may behave differently for other
        inputs, or its outputs are not those in its card.
    ShuziError
        No child process can be started.
    """
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
        return ModelError("error.model.slow", path=path, seconds=limits.seconds)
    if key == "memory":
        return ModelError("error.model.memory", path=path, most=limits.memory // 1_000_000)
    if isinstance(key, str) and key in _VALUES and isinstance(values, dict):
        named = {name: str(values.get(name, ""))[:_LONGEST] for name in _VALUES[key]}
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

"""A training becomes a Ray task, whose lines come back as they are written."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import ray

from shuzi.processes.cores import give
from shuzi.processes.launch import kill, start, trusted
from shuzi.scale.cluster import last_line
from shuzi.service.jobs.job import DONE
from shuzi.service.jobs.runs import WORKER, environment
from shuzi.training.recipe import Recipe

_MODEL = "model.onnx"


class RemoteRun:
    """A training in a Ray task on whatever node has a CPU for it.

    Parameters
    ----------
    recipe
        What is trained.
    folder
        The folder on this machine for the model.
    cpus
        CPUs of the task.
    """

    def __init__(self, recipe: Recipe, folder: Path, cpus: float) -> None:
        self._folder = folder
        self._cause = "it ended by itself"
        task: Any = ray.remote(num_cpus=cpus, num_returns="streaming", max_retries=0)(_train)
        self._pieces = task.remote(asdict(recipe), cpus)

    async def lines(self) -> AsyncIterator[bytes]:
        """Yield the worker's lines, the last one once its model has arrived."""
        try:
            async for piece in self._pieces:
                kind, content = await piece
                if kind == "model":
                    self._folder.mkdir(parents=True, exist_ok=True)
                    (self._folder / _MODEL).write_bytes(content)
                else:
                    yield content
        except ray.exceptions.RayError as problem:  # its machine is gone, or it was told to stop
            self._cause = last_line(problem)

    async def stop(self) -> None:
        """End it at once: it has nothing to save."""
        self.kill()

    def kill(self) -> None:
        """End it."""
        ray.cancel(self._pieces, force=True)

    async def end(self) -> str:
        """Return how it ended; `lines` has waited for that."""
        return self._cause


def _train(recipe: dict[str, Any], cpus: float) -> Iterator[tuple[str, bytes]]:
    """Train in a child of a Ray worker, which yields its lines and the model; the child ends with the worker."""
    give(max(1, int(cpus)))
    root = Path(tempfile.mkdtemp(prefix="shuzi-"))
    folder = root / "run"
    process = start(WORKER, trusted() | environment(folder), errors=False, arguments=(str(folder),))
    assert process.stdin is not None  # noqa: S101 - for the types
    assert process.stdout is not None  # noqa: S101 - for the types
    try:
        os.write(process.stdin.fileno(), json.dumps(recipe).encode() + b"\n")
        with os.fdopen(os.dup(process.stdout.fileno()), "rb") as lines:
            for line in lines:
                if json.loads(line)[0] == DONE:
                    process.wait()
                    yield "model", (folder / _MODEL).read_bytes()
                yield "line", line
    finally:
        kill(process)
        process.wait()
        shutil.rmtree(root, ignore_errors=True)

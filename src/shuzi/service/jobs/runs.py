"""Run trainings in child processes."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from shuzi.processes.launch import LoopProcess, kill, start_for_loop
from shuzi.training.recipe import Recipe

WORKER = "shuzi.service.jobs.worker"
"""The module that trains."""

NEEDED = ("tensorflow", "keras", "onnx", "tomli_w")
"""The libraries that it imports in addition to shuzi's core."""

LONGEST = 1 << 20
"""Maximum bytes of a line, more than it ever writes."""

_LAST_LINES = 20  # lines of a worker's stderr, for the log


class Run:
    """A training in a child process.

    Parameters
    ----------
    process
        The process.
    """

    def __init__(self, process: LoopProcess) -> None:
        self.process = process
        assert process.stderr is not None  # noqa: S101 - for the types
        self._remarks: deque[bytes] = deque(maxlen=_LAST_LINES)
        self._listening = asyncio.create_task(_collect(process.stderr, self._remarks))

    async def lines(self) -> AsyncIterator[bytes]:
        """Yield the lines that it writes. The model is in the folder before the line that reports the end."""
        assert self.process.stdout is not None  # noqa: S101 - for the types
        async for line in self.process.stdout:
            yield line

    async def stop(self) -> None:
        """Ask it to stop."""
        await _say(self.process, "stop")

    def kill(self) -> None:
        """End it."""
        kill(self.process)

    async def end(self) -> str:
        """Wait for it, and return its exit status and the last lines of its stderr."""
        await self.process.wait()
        await self._listening
        # the client was referred to the log: without output, only the exit status is known
        said = b"".join(self._remarks).decode(errors="replace").strip() or "it wrote nothing"
        return f"exit status {self.process.returncode}: {said}"


async def start(recipe: Recipe, folder: Path) -> Run:
    """Start a training in a child process, whose model will be in a new folder."""
    parent = folder.parent  # Keras and Matplotlib write files on import
    environment = {
        "KERAS_BACKEND": "tensorflow",
        "KERAS_HOME": str(parent),
        "MPLCONFIGDIR": str(parent / "matplotlib"),
    }
    process = await start_for_loop(WORKER, (str(folder),), environment | {"PYTHONUTF8": "1"}, LONGEST)
    run = Run(process)
    await _say(process, json.dumps(asdict(recipe)))
    return run


async def _say(process: LoopProcess, line: str) -> None:
    assert process.stdin is not None  # noqa: S101 - for the types
    with suppress(ConnectionError, RuntimeError):  # it may have ended in the meantime
        process.stdin.write(f"{line}\n".encode())
        await process.stdin.drain()


async def _collect(stream: asyncio.StreamReader, lines: deque[bytes]) -> None:
    while piece := await stream.read(65_536):
        lines.extend(piece.splitlines(keepends=True))

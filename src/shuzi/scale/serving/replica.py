"""One replica: the whole service of one machine, as Ray Serve runs it."""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from shuzi.pictures import decoder
from shuzi.processes.cores import give
from shuzi.service.app import Service, create
from shuzi.service.limits import Limits
from shuzi.service.parts import Settings
from shuzi.service.server import SWITCH


@dataclass(frozen=True)
class Model:
    """The default model of requests, ready to be sent to other machines.

    Parameters
    ----------
    name
        The name of a model that comes with shuzi, or of its file or run folder.
    content
        The model itself, unless it comes with shuzi.
    """

    name: str
    content: bytes | None = None


class Replica:
    """Answers requests as `shuzi serve --no-training` does, with its own reading processes.

    A run that one replica had started would be unknown to the others.

    Parameters
    ----------
    model
        The model.
    settings, limits
        As of one machine.
    cpus
        CPUs, and reading processes.
    """

    def __init__(self, model: Model, settings: Settings, limits: Limits, cpus: int) -> None:
        give(cpus)
        sys.setswitchinterval(SWITCH)
        self._folder = tempfile.TemporaryDirectory(prefix="shuzi-")
        placed = _placed(model, Path(self._folder.name))
        self._service: Service = create(placed, replace(settings, training=False), limits)
        self._service.parts.pool.warm()

    def __serve_build_asgi_app__(self) -> Any:
        """Return the app that answers; called in the event loop that runs it."""
        self._service.parts.pool.watch()
        return self._service.app

    async def check_health(self) -> None:
        """Raise an error if this replica cannot read, so that Ray Serve replaces it."""
        await self._service.parts.check()

    async def __del__(self) -> None:
        """End the processes that this replica started, after the last request."""
        await self._service.close()
        self._service.parts.pool.end()
        decoder.children.cancel()
        self._folder.cleanup()


def _placed(model: Model, folder: Path) -> str | Path:
    """Return the name of a model, or a file that bears it."""
    if model.content is None:
        return model.name
    path = folder / f"{model.name}.onnx"
    path.write_bytes(model.content)
    return path

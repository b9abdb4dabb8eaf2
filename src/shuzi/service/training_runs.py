"""Training runs in child processes, one at a time; the last few are kept with their events and models."""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
import shutil
import tempfile
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from shuzi.errors import MissingExtra, ServiceError
from shuzi.messages import LANGUAGES, language, say
from shuzi.processes.child import LoopProcess, kill, start_for_loop
from shuzi.service.limits import Limits
from shuzi.service.readers import Readers
from shuzi.training.recipe import Recipe, recipe

_NEEDED = ("tensorflow", "keras", "onnx", "tomli_w")  # what a training imports in addition to shuzi's core
_MAX_LINE = 1 << 20  # bytes, more than a line ever has
_LAST_LINES = 20  # lines of its stderr, for the log


class Run:
    """A training in a child process, which writes its events to stdout, one per line."""

    def __init__(self, process: LoopProcess) -> None:
        self.process = process
        assert process.stderr is not None  # noqa: S101 - for the types
        self._remarks: deque[bytes] = deque(maxlen=_LAST_LINES)
        self._listening = asyncio.create_task(_collect(process.stderr, self._remarks))

    async def say(self, line: str) -> None:
        """Write a line to its stdin: first a recipe, then a request to stop."""
        assert self.process.stdin is not None  # noqa: S101 - for the types
        with suppress(ConnectionError, RuntimeError):  # it may have ended in the meantime
            self.process.stdin.write(f"{line}\n".encode())
            await self.process.stdin.drain()

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
    """Start a training in a child process, whose model will be in a new folder before its last event is written."""
    parent = folder.parent  # Keras and Matplotlib write files on import
    environment = {
        "KERAS_BACKEND": "tensorflow",
        "KERAS_HOME": str(parent),
        "MPLCONFIGDIR": str(parent / "matplotlib"),
        "PYTHONUTF8": "1",
    }
    run = Run(await start_for_loop("shuzi.service.training_child", (str(folder),), environment, _MAX_LINE))
    await run.say(json.dumps(asdict(recipe)))
    return run


async def _collect(stream: asyncio.StreamReader, lines: deque[bytes]) -> None:
    while piece := await stream.read(65_536):
        lines.extend(piece.splitlines(keepends=True))


RUNNING, DONE, STOPPED, FAILED = "running", "done", "stopped", "failed"
QUIET = 15.0
"""Seconds without an event after which a listener gets a keep-alive."""


@dataclass(frozen=True)
class Event:
    """An event, numbered from 1; sentences in `data` are in both languages."""

    number: int
    name: str
    data: Mapping[str, Any]

    def localized(self) -> dict[str, Any]:
        """Return the data, with sentences in the current language."""
        return {
            key: value[language()] if isinstance(value, dict) and value.keys() == set(LANGUAGES) else value
            for key, value in self.data.items()
        }


@dataclass
class Job:
    """One training run, from its start until it is forgotten."""

    id: str
    recipe: Recipe
    folder: Path
    state: str = RUNNING
    events: list[Event] = field(default_factory=list)
    run: Run | None = None
    asked_to_stop: bool = False
    last: dict[str, Event] = field(default_factory=dict)
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def tell(self, name: str, data: Mapping[str, Any], state: str = RUNNING) -> None:
        """Store an event and wake the listeners."""
        event = Event(len(self.events) + 1, name, data)
        self.events.append(event)
        self.last[name] = event
        self.state = state
        self._news.set()
        self._news = asyncio.Event()

    async def follow(self, after: int = 0) -> AsyncIterator[Event | None]:
        """Yield the events numbered above `after` until the last one; yield None after a long pause."""
        while True:
            news = self._news
            for event in self.events[after:]:
                after = event.number
                yield event
            if self.state != RUNNING and after >= len(self.events):
                return
            if news is self._news:
                try:
                    async with asyncio.timeout(QUIET):
                        await news.wait()
                except TimeoutError:
                    yield None

    def as_dict(self) -> dict[str, Any]:
        """Return what clients see."""
        last = {
            name: self.last[name].localized() if name in self.last else None for name in ("progress", "validated")
        }
        done = self.last.get("done")
        ended = {key: value for key, value in done.localized().items() if key != "mistakes"} if done else None
        failure = self.last["failed"].localized() if "failed" in self.last else None
        values = {"id": self.id, "state": self.state, "recipe": asdict(self.recipe)}
        return values | last | {"done": ended, "failure": failure}


log = logging.getLogger("shuzi.service")

End = tuple[str, dict[str, Any], str]
"""The last event of a run, its data, and the resulting state."""

REPORTS, _LOOKS = 200, 30  # how often a run reports its batches, and its validation and weights
_PATIENCE = 10.0  # seconds for a worker to stop by itself


class Trainings:
    """The training runs of a service."""

    def __init__(self, readers: Readers, limits: Limits) -> None:
        self._readers = readers
        self._limits = limits
        self._known: dict[str, Job] = {}
        self._task: asyncio.Task[None] | None = None
        self._root: Path | None = None
        self._closing = False

    @property
    def running(self) -> Job | None:
        """The current run, if any."""
        return next((run for run in self._known.values() if run.state == RUNNING), None)

    def get(self, name: str) -> Job:
        """Return a training run."""
        if name not in self._known:
            raise ServiceError("error.service.training", name=name[:80])
        return self._known[name]

    async def begin(self, chosen: Recipe) -> Job:
        """Start a training run."""
        if self._closing:
            raise ServiceError("error.service.closing")
        if running := self.running:
            raise ServiceError("error.service.taken", name=running.id)
        for module in _NEEDED:
            if find_spec(module) is None:
                raise MissingExtra("error.missing_extra", module=module, extra="train", wanted="extra.training")
        self._root = self._root or Path(tempfile.mkdtemp(prefix="shuzi-"))
        name = secrets.token_hex(8)
        training = Job(name, chosen, self._root / name)
        self._known[name] = training
        for old in list(self._known)[: -self._limits.trainings]:
            del self._known[old]
            self._readers.forget(old)
        self._task = asyncio.get_running_loop().create_task(self._run(training))
        return training

    async def stop(self, training: Job) -> None:
        """Ask a run to stop; if it does not, kill it."""
        if training.state != RUNNING or training.asked_to_stop:
            return
        training.asked_to_stop = True
        if training.run is not None:
            await training.run.say("stop")
            asyncio.get_running_loop().call_later(_PATIENCE, training.run.kill)

    async def close(self) -> None:
        """End the current run and remove all files."""
        self._closing = True
        if running := self.running:
            running.asked_to_stop = True
            if running.run is not None:
                running.run.kill()
        if self._task is not None:
            await asyncio.wait([self._task])
        if self._root is not None:
            await asyncio.to_thread(shutil.rmtree, self._root, ignore_errors=True)

    async def _run(self, training: Job) -> None:
        """Follow a run from start to end; the end is reported once it is gone."""
        try:
            async with asyncio.timeout(self._limits.training_seconds):
                end = await self._listen(training)
        except TimeoutError:
            end = _failure("error.service.training_long", minutes=round(self._limits.training_seconds / 60))
        except Exception:  # whatever went wrong, the run must not go on forever
            log.exception("training %s", training.id)
            end = _failure("error.service.training_broken")
        if training.run is not None:
            training.run.kill()
            await training.run.end()
        await asyncio.to_thread(shutil.rmtree, training.folder, ignore_errors=True)
        training.tell(*end)

    async def _listen(self, training: Job) -> End:
        """Pass on the events of a run, and return its last event."""
        run = training.run = await start(training.recipe, training.folder)
        if self._closing:
            run.kill()
        elif training.asked_to_stop:
            training.asked_to_stop = False
            await self.stop(training)
        end: End | None = None
        assert run.process.stdout is not None  # noqa: S101 - for the types
        async for line in run.process.stdout:
            name, data = json.loads(line)
            if name in (DONE, STOPPED, FAILED):
                end = name, data, name
                asyncio.get_running_loop().call_later(_PATIENCE, run.kill)
            else:
                training.tell(name, data)
        cause = await run.end()
        if end is None and training.asked_to_stop:
            last = training.last.get("progress")
            return STOPPED, {"step": last.data["step"] if last else 0}, STOPPED
        if end is None or end[1].get("key") == "error.service.training_broken":
            log.error("training %s failed, %s", training.id, cause)
            return _failure("error.service.training_broken")
        name, data, state = end
        if state == DONE:
            await asyncio.to_thread(self._readers.add, training.id, training.folder / "model.onnx")
            data = data | {"model": training.id}
        return name, data, state


def _failure(key: str, **values: Any) -> End:
    return FAILED, {"detail": {code: say(key, code, **values) for code in LANGUAGES}, "key": key}, FAILED


def chosen_recipe(name: str, **numbers: Any) -> Recipe:
    """Return a recipe with some numbers changed and frequent progress reports.

    >>> chosen = chosen_recipe("softmax", steps=90, seed=None)
    >>> chosen.steps, chosen.seed, chosen.report_every, chosen.validate_every
    (90, 0, 1, 3)
    """
    changed = recipe(name).changed(**numbers)
    often = {"report_every": max(1, changed.steps // REPORTS), "validate_every": max(1, changed.steps // _LOOKS)}
    return changed.changed(**often, save_every=changed.steps)

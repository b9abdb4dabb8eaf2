"""Training runs, one at a time; the last few are kept with their models."""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
import shutil
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from shuzi.errors import MissingExtra, ServiceError
from shuzi.messages import LANGUAGES, say
from shuzi.service.jobs.job import DONE, FAILED, RUNNING, STOPPED, Job
from shuzi.service.jobs.runs import NEEDED, start
from shuzi.service.limits import Limits
from shuzi.service.readers import Readers
from shuzi.training.recipe import Recipe
from shuzi.training.recipes import recipe

log = logging.getLogger("shuzi.service")

End = tuple[str, dict[str, Any], str]
"""The last event of a run, its data, and the resulting state."""

REPORTS, _LOOKS = 200, 30  # how often a run reports its batches, and its validation and weights
_PATIENCE = 10.0  # seconds for a worker to stop by itself


class Trainings:
    """The training runs of a service.

    Parameters
    ----------
    readers
        Receives each trained model.
    limits
        How long a run may take, and how many are kept.
    """

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
        return next((each for each in self._known.values() if each.state == RUNNING), None)

    def get(self, name: str) -> Job:
        """Return a training run.

        Raises
        ------
        ServiceError
            It is unknown or forgotten.
        """
        if name not in self._known:
            raise ServiceError("error.service.training", name=name[:80])
        return self._known[name]

    async def begin(self, chosen: Recipe) -> Job:
        """Start a training run.

        Raises
        ------
        ServiceError
            Another run is in progress, or the service is shutting down.
        MissingExtra
            The training extra is not installed.
        """
        if self._closing:
            raise ServiceError("error.service.closing")
        if running := self.running:
            raise ServiceError("error.service.taken", name=running.id)
        for module in NEEDED:
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
            await training.run.stop()
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
        async for line in run.lines():
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

    Raises
    ------
    RecipeError
        The numbers are inconsistent.

    Examples
    --------
    >>> chosen = chosen_recipe("softmax", steps=90, seed=None)
    >>> chosen.steps, chosen.seed, chosen.report_every, chosen.validate_every
    (90, 0, 1, 3)
    """
    changed = recipe(name).changed(**numbers)
    often = {"report_every": max(1, changed.steps // REPORTS), "validate_every": max(1, changed.steps // _LOOKS)}
    return changed.changed(**often, save_every=changed.steps)

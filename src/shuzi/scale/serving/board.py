"""The trainings of all replicas, kept with their models by one Ray Serve deployment with one replica."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shuzi.errors import ServiceError, ShuziError
from shuzi.service.http.limits import Limits
from shuzi.service.jobs.job import QUIET, RUNNING, Event, Job
from shuzi.service.jobs.trainings import Trainings
from shuzi.training.recipe import Recipe

BOARD = "shuzi-trainings"
"""The name of the board's application and deployment in Ray Serve."""


@dataclass(frozen=True)
class Snapshot:
    """A training at one moment.

    Parameters
    ----------
    id, recipe, state
        As in `Job`.
    events
        Its events since those that the caller knew.
    """

    id: str
    recipe: Recipe
    state: str
    events: tuple[Event, ...]


class Models:
    """Trained models, by name."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def add(self, name: str, path: Path) -> None:
        """Keep a model."""
        self.kept[name] = path.read_bytes()

    def forget(self, name: str) -> None:
        """Drop a model."""
        self.kept.pop(name, None)


class Board:
    """Starts trainings as Ray tasks, one at a time, and answers the replicas' questions about them.

    Parameters
    ----------
    limits
        How long a training may take, and how many are kept.
    cpus
        CPUs of a training.
    """

    def __init__(self, limits: Limits, cpus: float) -> None:
        from shuzi.scale.serving.remote_run import RemoteRun

        async def start(recipe: Recipe, folder: Path) -> RemoteRun:
            return RemoteRun(recipe, folder, cpus)

        self._models = Models()
        self._trainings = Trainings(self._models, limits, start)

    async def begin(self, recipe: Recipe) -> Snapshot | ShuziError:
        """Start a training, or return why not."""
        try:
            return _seen(await self._trainings.begin(recipe), 0)
        except ShuziError as problem:
            return problem

    async def get(self, name: str) -> Snapshot | ShuziError:
        """Return a training with all its events."""
        try:
            return _seen(await self._trainings.get(name), 0)
        except ShuziError as problem:
            return problem

    async def news(self, name: str, known: int) -> Snapshot | ShuziError:
        """Return a training once it has events beyond the first `known`, has ended, or after a while."""
        try:
            training = await self._trainings.get(name)
        except ShuziError as problem:
            return problem
        if training.state == RUNNING and known >= len(training.events):
            async for _ in training.follow(known):
                break
        return _seen(training, known)

    async def stop(self, name: str) -> None:
        """Stop a training, if it runs."""
        try:
            await self._trainings.stop(await self._trainings.get(name))
        except ServiceError:
            return

    async def is_running(self) -> bool:
        """Return whether a training runs."""
        return await self._trainings.is_running()

    async def models(self) -> list[str]:
        """Name the trained models."""
        return list(self._models.kept)

    async def model(self, name: str) -> bytes | None:
        """Return the content of a trained model; None if no model has that name."""
        return self._models.kept.get(name)

    async def __del__(self) -> None:
        """End the training that runs, when Ray Serve ends this."""
        await self._trainings.close()


def _seen(training: Job, known: int) -> Snapshot:
    return Snapshot(training.id, training.recipe, training.state, tuple(training.events[known:]))


async def ask(call: Any, *given: Any) -> Any:
    """Ask the board from a replica.

    Raises
    ------
    ShuziError
        The board answered with an error, or cannot be reached now.
    """
    from ray.exceptions import RayError
    from ray.serve.exceptions import RayServeException

    try:
        answer = await asyncio.wait_for(call.remote(*given), 4 * QUIET)
    except (RayError, RayServeException, TimeoutError) as problem:
        raise ServiceError("error.service.late") from problem
    if isinstance(answer, ShuziError):
        raise answer
    return answer

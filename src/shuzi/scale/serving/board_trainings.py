"""The trainings that a replica was asked about, as the board knows them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from shuzi.errors import ServiceError
from shuzi.scale.serving.board import Snapshot, ask
from shuzi.service.http.limits import Limits
from shuzi.service.jobs.job import RUNNING, Event, Job
from shuzi.service.jobs.trainings import Trainings
from shuzi.service.readers import Readers
from shuzi.training.recipe import Recipe


class BoardTrainings(Trainings):
    """Trainings that run elsewhere: `begin`, `get` and `stop` ask the board.

    Parameters
    ----------
    readers
        The readers of this replica.
    limits
        The limits of the service.
    board
        The handle of the board's deployment.
    """

    def __init__(self, readers: Readers, limits: Limits, board: Any) -> None:
        super().__init__(readers, limits)
        self._board = board

    @property
    def disturbs(self) -> bool:
        """Whether a training uses the cores of this replica: Ray has given it others."""
        return False

    async def is_running(self) -> bool:
        """Return whether a training runs anywhere."""
        return bool(await ask(self._board.is_running))

    async def begin(self, chosen: Recipe) -> Job:
        """Start a training run as a Ray task."""
        return _Followed(await ask(self._board.begin, chosen), self._board)

    async def get(self, name: str) -> Job:
        """Return the current state of a training run."""
        return _Followed(await ask(self._board.get, name), self._board)

    async def stop(self, training: Job) -> None:
        """Ask a run to stop."""
        await ask(self._board.stop, training.id)

    async def close(self) -> None:
        """Leave the trainings running: another replica may be asked about them."""


class _Followed(Job):
    """A training at one moment; following it fetches later events."""

    def __init__(self, seen: Snapshot, board: Any) -> None:
        super().__init__(seen.id, seen.recipe, Path(), seen.state)
        self._board = board
        self._take(seen)

    async def follow(self, after: int = 0) -> AsyncIterator[Event | None]:
        """Yield the events numbered above `after` until the last one; yield None after a long pause."""
        while True:
            fresh = self.events[after:]
            for event in fresh:
                after = event.number
                yield event
            if self.state != RUNNING and after >= len(self.events):
                return
            try:
                seen: Snapshot = await ask(self._board.news, self.id, len(self.events))
            except ServiceError:
                return  # the stream ends; an interested client asks again
            if not seen.events and seen.state == RUNNING:
                yield None
            self._take(seen)

    def _take(self, seen: Snapshot) -> None:
        self.events += seen.events
        self.last |= {event.name: event for event in seen.events}
        self.state = seen.state

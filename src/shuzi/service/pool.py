"""Requests are worked on in a few other processes, a few more wait for them, and the rest are sent away."""

from __future__ import annotations

import asyncio
import logging
import os
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from shuzi.errors import ServiceError, ShuziError
from shuzi.processes.cores import cores
from shuzi.processes.pool import Pool as Processes
from shuzi.processes.task import Crashed, Late, Shared, Task, Unreadable

T = TypeVar("T")

log = logging.getLogger("shuzi.service")

_ON_THE_WAY = 2  # large pictures to a process, which thus never waits for the next one
_EVERY = 1.0  # seconds between two looks at what is stuck


class Pool:
    """Reading processes, as many as there are cores, for the requests of an event loop.

    Parameters
    ----------
    queue
        Requests that may wait.
    seconds
        For a request. After that its client is told that it takes too long, and what has not begun never does. What
        has begun is not cut off, and keeps a place.
    workers
        Processes at most.
    stuck
        Seconds after which a process is ended with its work, and another one takes its place.
    late
        Seconds after which work should have begun; where it has not, the pool is not ready.
    begin
        Called first in each process, without arguments.
    """

    def __init__(
        self,
        queue: int,
        seconds: float,
        workers: int,
        stuck: float = 90.0,
        late: float = 10.0,
        begin: Callable[[], object] | None = None,
    ) -> None:
        self.workers = min(cores(), workers)
        self._most = self.workers + queue
        self._seconds = seconds
        self._stuck = stuck
        self._late = late
        self._processes = Processes(self.workers, _ON_THE_WAY, begin)
        self._shared: WeakKeyDictionary[Any, Shared] = WeakKeyDictionary()
        self._working: dict[Task, _Waiting] = {}
        self._done: deque[_Waiting] = deque()
        self._woken = False
        self._requests = self._abandoned = 0
        self._closed = self._broken = False

    @property
    def busy(self) -> int:
        """How many requests are being worked on or wait, and pieces of work that are done for nobody."""
        return self._requests + self._abandoned

    @property
    def replaced(self) -> int:
        """How many processes have ended, or were ended with work that did not end, and made way for another."""
        return self._processes.replaced

    @property
    def numbers(self) -> list[int]:
        """The ids of the processes."""
        return self._processes.numbers

    @property
    def ready(self) -> bool:
        """Tell whether work that is put in now can be expected to be done."""
        late = min(self._seconds, self._stuck)
        return not (self._closed or self._processes.blocked(late) or self._processes.waiting > self._late)

    async def alive(self) -> bool:
        """Tell whether there are processes to read; where none could be started, another attempt is made."""
        if self._broken:
            with suppress(ShuziError):
                await self.run(os.getpid)
        return not self._broken

    def warm(self) -> None:
        """Start the processes before they are needed."""
        self._processes.warm()

    async def watch(self) -> None:
        """Look after the processes until this is cancelled."""
        while True:
            await asyncio.sleep(_EVERY)
            self.replace(self._stuck)

    def replace(self, seconds: float) -> None:
        """End processes that have been at one piece of work for so long."""
        for _ in range(self._processes.end_late(seconds)):
            log.error("work has not ended after %.0f s; its process is replaced", seconds)

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """Take a place for a request, and see to it that the whole of it does not take too long.

        Raises
        ------
        ServiceError
            All are taken, it takes too long, or the service is ending.
        """
        if self._closed:
            raise ServiceError("error.service.closing")
        if self.busy >= self._most:
            raise ServiceError("error.service.busy")
        self._requests += 1
        try:
            async with asyncio.timeout(self._seconds):
                yield
        except TimeoutError as problem:
            raise ServiceError("error.service.late") from problem
        finally:
            self._requests -= 1

    def shared(self, thing: Any, *uses: Any) -> Shared:
        """Return what stands for an object in all processes, which forget it when it is gone here.

        Parameters
        ----------
        thing
            The object.
        uses
            Objects that it refers to and others refer to too.
        """
        found = self._shared.get(thing)
        if found is None:
            found = self._processes.share(thing, *(self.shared(each) for each in uses))
            self._shared[thing] = found
        return found

    async def run(self, call: Callable[..., T], *given: Any, shared: Shared | None = None, size: int = 0) -> T:
        """Have a call done by a process, and wait for it; who is cancelled while waiting spares what has not begun.

        Parameters
        ----------
        call, given, shared, size
            As for `shuzi.processes.pool.Pool.submit`.

        Raises
        ------
        ServiceError
            The service is ending, it took so long that its process was ended, or its process ended twice.
        ShuziError
            No process can be started here.
        """
        if self._closed:
            raise ServiceError("error.service.closing")
        loop = asyncio.get_running_loop()
        waiting = _Waiting(loop.create_future())
        then = partial(self._finished, loop, waiting)
        waiting.task = self._processes.submit(call, *given, shared=shared, size=size, then=then, patient=False)
        self._working[waiting.task] = waiting
        try:
            found: T = await waiting.future
            return found
        except asyncio.CancelledError:
            if not self._processes.cancel(waiting.task) and not waiting.told:
                waiting.abandoned = True
                self._abandoned += 1
            raise
        finally:
            del self._working[waiting.task]

    def close(self) -> None:
        """Begin nothing more, and tell who waits for what has not begun."""
        self._closed = True
        for task, waiting in self._working.items():
            if self._processes.cancel(task) and not waiting.future.done():
                waiting.future.set_exception(ServiceError("error.service.closing"))

    def end(self) -> None:
        """End the processes at once."""
        self._closed = True
        self._processes.close()

    def _finished(self, loop: asyncio.AbstractEventLoop, waiting: _Waiting, task: Task) -> None:
        """Wake the event loop, unless that is about to happen: what is done at the same time is told together."""
        waiting.task = task
        self._done.append(waiting)
        if not self._woken:
            self._woken = True
            with suppress(RuntimeError):  # the loop has ended, and nobody waits any more
                loop.call_soon_threadsafe(self._tell)

    def _tell(self) -> None:
        self._woken = False
        while self._done:
            waiting = self._done.popleft()
            waiting.told = True
            if waiting.abandoned:
                self._abandoned -= 1
            problem = self._about(waiting.task.problem)
            if waiting.future.done():
                continue
            if problem is None:
                waiting.future.set_result(waiting.task.value)
            else:
                waiting.future.set_exception(problem)

    def _about(self, problem: Exception | None) -> Exception | None:
        """Put what became of a process into words."""
        self._broken = isinstance(problem, ShuziError) and problem.key.startswith("error.processes.")
        if isinstance(problem, Late):
            return ServiceError("error.service.late")
        if isinstance(problem, Crashed):
            return ServiceError("error.service.closing" if self._closed else "error.service.crashed")
        if isinstance(problem, Unreadable):
            return ServiceError("error.service.internal")
        return problem


class _Waiting:
    """Who waits for a task, in the event loop."""

    __slots__ = ("abandoned", "future", "task", "told")

    def __init__(self, future: asyncio.Future[Any]) -> None:
        self.future = future
        self.abandoned = self.told = False
        self.task: Task

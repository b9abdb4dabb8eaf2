"""Work on requests in other processes, where clients take turns: a pool that reads, and children that decode."""

from __future__ import annotations

import asyncio
import base64
import logging
import os
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from shuzi.errors import ServiceError, ShuziError
from shuzi.pictures import decoder
from shuzi.processes.cores import cores
from shuzi.processes.pool import Crashed, Late, Shared, Spent, Task, Unreadable
from shuzi.processes.pool import Pool as Processes
from shuzi.processes.queue import FairQueue, Turn
from shuzi.service.limits import Limits, asking

T = TypeVar("T")

log = logging.getLogger("shuzi.service")

_EVERY = 1.0  # seconds between checks for stuck work


class Pool:
    """Reading processes, as many as there are cores, for the requests of an event loop."""

    def __init__(self, limits: Limits, initializer: Callable[[], object] = bool) -> None:
        self.workers = min(cores(), limits.workers)
        self._limits = limits
        self._processes = Processes(self.workers, initializer=initializer, cpu_seconds=limits.piece_seconds)
        self._shared: WeakKeyDictionary[Any, Shared] = WeakKeyDictionary()
        self._working: dict[Task, asyncio.Future[Any]] = {}
        self._requests = 0
        self._abandoned: set[Task] = set()
        self._closed = self._broken = False
        self._watch: asyncio.Task[None] | None = None

    @property
    def busy(self) -> int:
        """The number of running and waiting requests, and of abandoned pieces of work."""
        return self._requests + len(self._abandoned)

    @property
    def replaced(self) -> int:
        """The number of processes that ended, or were ended with stuck work, and were replaced."""
        return self._processes.replaced

    @property
    def pids(self) -> list[int]:
        """The ids of the processes."""
        return self._processes.pids

    @property
    def ready(self) -> bool:
        """Tell whether work added now will probably be done."""
        late = min(self._limits.work_seconds, self._limits.stuck_seconds)
        waits = self._processes.waiting > self._limits.wait_seconds
        return not (self._closed or waits or self._processes.blocked(late))

    async def alive(self) -> bool:
        """Tell whether reading processes exist; after a failed start, try again."""
        if self._broken:
            with suppress(ShuziError):
                await self.run(os.getpid)
        return not self._broken

    def warm(self) -> None:
        """Start the processes before they are needed."""
        self._processes.warm()

    def watch(self) -> None:
        """Look after the processes, in the event loop that runs now, until `close`."""
        self._watch = asyncio.get_running_loop().create_task(self._look_after_processes())

    async def _look_after_processes(self) -> None:
        grace = self._limits.abandoned_seconds
        while True:
            await asyncio.sleep(_EVERY)
            self.replace(self._limits.stuck_seconds)
            for task in list(self._abandoned):
                if self._processes.end_late(grace, task):
                    log.warning("work for nobody has not ended after %.0f s; its process is replaced", grace)

    def replace(self, seconds: float) -> None:
        """End processes that have worked on one piece for so long."""
        for _ in range(self._processes.end_late(seconds)):
            log.error("work has not ended after %.0f s; its process is replaced", seconds)

    @asynccontextmanager
    async def request(self) -> AsyncIterator[None]:
        """Limit the total time of a request."""
        if self._closed:
            raise ServiceError("error.service.closing")
        self._requests += 1
        try:
            async with asyncio.timeout(self._limits.work_seconds):
                yield
        except TimeoutError as problem:
            raise ServiceError("error.service.late") from problem
        finally:
            self._requests -= 1

    def shared(self, thing: Any, *uses: Any) -> Shared:
        """Return a stand-in for an object in all processes, which forget it once it is collected here."""
        found = self._shared.get(thing)
        if found is None:
            found = self._processes.share(thing, *(self.shared(used) for used in uses))
            self._shared[thing] = found
        return found

    async def run(self, call: Callable[..., T], *given: Any, **options: Any) -> T:
        """Run a call in a process when it is the client's turn, and wait for the result.

        Cancelling drops a call that has not begun; a running call gets a moment to end. The options are those of
        `shuzi.processes.pool.Pool.submit`.
        """
        if self._closed:
            raise ServiceError("error.service.closing")
        loop = asyncio.get_running_loop()
        done: asyncio.Future[T] = loop.create_future()

        def then(task: Task) -> None:
            with suppress(RuntimeError):  # the loop has ended, and no caller is waiting
                loop.call_soon_threadsafe(self._tell, done, task)

        task = self._processes.submit(call, *given, client=asking.get(), then=then, patient=False, **options)
        self._working[task] = done
        try:
            return await done
        except asyncio.CancelledError:
            if not (self._processes.cancel(task) or task.done):
                self._abandoned.add(task)
            raise
        finally:
            del self._working[task]

    def close(self) -> None:
        """Begin nothing more, and fail everything that waits."""
        self._closed = True
        if self._watch is not None:
            self._watch.cancel()
        for task, done in self._working.items():
            if self._processes.cancel(task) and not done.done():
                done.set_exception(ServiceError("error.service.closing"))

    def end(self) -> None:
        """End the processes at once."""
        self._closed = True
        self._processes.close()

    def _tell(self, done: asyncio.Future[Any], task: Task) -> None:
        self._abandoned.discard(task)
        problem = self._about(task.problem)
        if done.done():
            return
        if problem is None:
            done.set_result(task.value)
        else:
            done.set_exception(problem)

    def _about(self, problem: Exception | None) -> Exception | None:
        """Describe the end of a process for the log."""
        self._broken = isinstance(problem, ShuziError) and problem.key.startswith("error.processes.")
        if isinstance(problem, Spent):
            return ServiceError("error.service.costly", max=round(self._limits.piece_seconds))
        if isinstance(problem, Late):
            return ServiceError("error.service.late")
        if isinstance(problem, Crashed):
            return ServiceError("error.service.closing" if self._closed else "error.service.crashed")
        if isinstance(problem, Unreadable):
            return ServiceError("error.service.internal")
        return problem


@dataclass(slots=True, eq=False)
class _Slot:
    client: Hashable
    until: asyncio.Timeout = field(default_factory=lambda: asyncio.timeout(None))
    left: asyncio.Event = field(default_factory=asyncio.Event)
    dropped: bool = False


class RequestSlots:
    """Slots for requests.

    A single client may hold all slots. If all are taken, the newest request of the client with the most slots is
    dropped in favour of a client that would have fewer.
    """

    def __init__(self, max_requests: int, full: str = "error.service.busy") -> None:
        self._max_requests = max_requests
        self._full = full
        self._count = 0
        self._taken: dict[_Slot, None] = {}  # in order of arrival
        self.held: Counter[Hashable] = Counter()  # how many slots each client holds or waits for

    @asynccontextmanager
    async def take(self, client: Hashable) -> AsyncIterator[None]:
        """Take a slot for a request of a client."""
        slot = _Slot(client)
        before = self._newest_of_most(client) if self._count >= self._max_requests else None
        self.held[client] += 1  # before waiting, so that other requests see it
        self._count += before is None
        try:
            if before is not None:  # this request takes over its slot
                self._leave(before)
                before.dropped = True
                before.until.reschedule(0.0)  # a deadline in the past
                await before.left.wait()
            async with slot.until:
                self._taken[slot] = None
                yield
        except TimeoutError as problem:
            if not slot.until.expired():
                raise
            raise ServiceError(self._full) from problem
        finally:
            if not slot.dropped:
                self._leave(slot)
                self._count -= 1
            slot.left.set()

    def _leave(self, slot: _Slot) -> None:
        """Stop counting a slot as its client's."""
        self._taken.pop(slot, None)
        self.held[slot.client] -= 1
        self.held += Counter()  # forgets clients without slots

    def _newest_of_most(self, client: Hashable) -> _Slot:
        """Return the newest request of the client with the most slots, if it has more than this one would have."""
        busiest = max((self.held[slot.client] for slot in self._taken), default=0)
        if busiest <= self.held[client] + 1:
            raise ServiceError(self._full)
        return next(slot for slot in reversed(self._taken) if self.held[slot.client] == busiest)


# one white pixel, in a format that is always decoded in a child
_PIXEL = base64.b64decode("R0lGODlhAQABAIAAAP///wAAACwAAAAAAQABAAACAkQBADs=")


class _Turn(Turn):
    """A turn to decode, which lasts until the call in it has ended, even if nobody waits for the result."""

    def __init__(self) -> None:
        super().__init__(asking.get())
        self.begins = asyncio.get_running_loop().create_future()
        self.running: Future[Any] | None = None


Decode = Callable[[Callable[[], T]], Awaitable[T]]


class Decoders:
    """The queue for child processes that decode, and their health.

    Health is inferred from real work, and no probes are sent: a service that reads plain pictures starts no child.
    """

    def __init__(self, workers: int, max_requests: int, late: float) -> None:
        self._queue = FairQueue[_Turn]()
        self._free = workers
        self._threads = ThreadPoolExecutor(workers, "decode")
        self._slots = RequestSlots(max_requests, "error.service.unusual")
        self._late = late
        self._dead = False

    @property
    def ready(self) -> bool:
        """Tell whether a file added now will probably be decoded soon."""
        return self._queue.waiting <= self._late

    def slot(self) -> AbstractAsyncContextManager[None]:
        """Take a slot for the current request, as `RequestSlots.take` does."""
        return self._slots.take(asking.get())

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[Decode[Any]]:
        """Wait for the client's turn; yield a function that runs a call that waits for a child.

        What is decoded in a turn should be used in it too, so that no more of it is in memory than there are turns.
        """
        turn, loop = _Turn(), asyncio.get_running_loop()
        self._queue.add(turn)
        self._begin()
        try:
            await turn.begins
            yield partial(self._run, turn)
        finally:
            turn.cancelled = True
            if turn.running is None or turn.running.done():
                self._end(turn)
            else:
                turn.running.add_done_callback(lambda _: _tell_loop(loop, self._end, turn))

    async def _run(self, turn: _Turn, call: Callable[[], T]) -> T:
        # a turn has one call at a time, so that each begins at once, and can be abandoned but not cancelled
        turn.running = done = self._threads.submit(call)
        try:
            return await asyncio.wrap_future(done)
        except ShuziError as problem:
            if problem.key == "error.picture.child":
                log.error("%s", problem.sentence("en"))
                self._dead = True
            raise

    def _begin(self) -> None:
        while self._free and self._queue.first() is not None:
            self._free -= 1
            turn = self._queue.take()
            if not turn.begins.done():  # it may just have been given up
                turn.begins.set_result(None)

    def _end(self, turn: _Turn) -> None:
        self._free += turn.begun
        self._queue.end(turn)
        self._begin()

    async def alive(self) -> bool:
        """Tell whether files can be decoded; after a failure, try one."""
        if self._dead:
            try:
                await asyncio.to_thread(decoder.decode, _PIXEL, "pixel.gif")
            except ShuziError:
                return False
            self._dead = False
        return True


def _tell_loop(loop: asyncio.AbstractEventLoop, call: Callable[[_Turn], object], turn: _Turn) -> None:
    with suppress(RuntimeError):  # the loop has ended
        loop.call_soon_threadsafe(call, turn)

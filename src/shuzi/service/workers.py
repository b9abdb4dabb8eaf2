"""Work on requests in other processes, where clients take turns: a pool that reads, and children that decode."""

from __future__ import annotations

import asyncio
import base64
import logging
import os
from collections import deque
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from functools import partial
from threading import Thread
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from shuzi.errors import ServiceError, ShuziError
from shuzi.pictures import decoder
from shuzi.processes.cores import cores
from shuzi.processes.pool import SMALL, Crashed, Late, Shared, Spent, Task, Unreadable
from shuzi.processes.pool import Pool as Processes
from shuzi.service.limits import Limits, asking
from shuzi.service.queue import FairQueue, RequestSlots

T = TypeVar("T")

log = logging.getLogger("shuzi.service")

_MIN_SIZE = SMALL // 8  # fraction of a process's room: many small pieces are sent ahead, but no second large piece
_EVERY = 1.0  # seconds between checks for stuck work


class Pool:
    """Reading processes, as many as there are cores, for the requests of an event loop.

    `initializer`: called first in each process, without arguments.
    """

    def __init__(self, limits: Limits, initializer: Callable[[], object] | None = None) -> None:
        self.workers = min(cores(), limits.workers)
        self._limits = limits
        self._processes = Processes(self.workers, initializer=initializer, cpu_seconds=limits.piece_seconds)
        self._queue = FairQueue(self.workers * SMALL)
        self._shared: WeakKeyDictionary[Any, Shared] = WeakKeyDictionary()
        self._working: dict[Task, _Waiting] = {}
        self._done: deque[_Waiting] = deque()
        self._woken = False
        self._requests = 0
        self._abandoned: set[_Waiting] = set()
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
        waits = max(self._processes.waiting, self._queue.waiting)
        return not (self._closed or self._processes.blocked(late) or waits > self._limits.wait_seconds)

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
            for waiting in list(self._abandoned):
                if self._processes.end_late(grace, waiting.task):
                    log.warning("work for nobody has not ended after %.0f s; its process is replaced", grace)

    def replace(self, seconds: float) -> None:
        """End processes that have worked on one piece for so long."""
        for _ in range(self._processes.end_late(seconds)):
            log.error("work has not ended after %.0f s; its process is replaced", seconds)

    @asynccontextmanager
    async def request(self) -> AsyncIterator[None]:
        """Limit the total time of a request.

        Raises
        ------
        ServiceError
            It takes too long, or the service is ending.
        """
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
        """Return a stand-in for an object in all processes, which forget it once it is collected here.

        `uses`: objects that it refers to, which are shared too.
        """
        found = self._shared.get(thing)
        if found is None:
            found = self._processes.share(thing, *(self.shared(used) for used in uses))
            self._shared[thing] = found
        return found

    async def run(self, call: Callable[..., T], *given: Any, shared: Shared | None = None, size: int = 0) -> T:
        """Run a call in a process when it is the client's turn, and wait for the result.

        Cancelling drops a call that has not begun; a running call gets a moment to end.

        `call`, `given`, `shared`, `size`: as for `shuzi.processes.pool.Pool.submit`.

        Raises
        ------
        ServiceError
            The service is ending, the call took too long or cost too much, or its process ended twice.
        ShuziError
            No process can be started here.
        """
        if self._closed:
            raise ServiceError("error.service.closing")
        loop, client, room = asyncio.get_running_loop(), asking.get(), min(max(size, _MIN_SIZE), SMALL)
        await self._queue.take(client, room)
        waiting = _Waiting(loop.create_future(), partial(self._queue.give, client, room))
        then = partial(self._finished, loop, waiting)
        waiting.task = self._processes.submit(call, *given, shared=shared, size=size, then=then, patient=False)
        self._working[waiting.task] = waiting
        try:
            found: T = await waiting.future
            return found
        except asyncio.CancelledError:
            if self._processes.cancel(waiting.task):
                waiting.end()
            elif not waiting.ended:
                self._abandoned.add(waiting)
            raise
        finally:
            del self._working[waiting.task]

    def close(self) -> None:
        """Begin nothing more, and fail everything that waits."""
        self._closed = True
        if self._watch is not None:
            self._watch.cancel()
        self._queue.refuse(ServiceError("error.service.closing"))
        for task, waiting in self._working.items():
            if self._processes.cancel(task) and not waiting.future.done():
                waiting.future.set_exception(ServiceError("error.service.closing"))

    def end(self) -> None:
        """End the processes at once."""
        self._closed = True
        self._processes.close()

    def _finished(self, loop: asyncio.AbstractEventLoop, waiting: _Waiting, task: Task) -> None:
        """Wake the event loop, unless that is pending: results of the same moment are delivered together."""
        waiting.task = task
        self._done.append(waiting)
        if not self._woken:
            self._woken = True
            with suppress(RuntimeError):  # the loop has ended, and no caller is waiting
                loop.call_soon_threadsafe(self._tell)

    def _tell(self) -> None:
        self._woken = False
        while self._done:
            waiting = self._done.popleft()
            waiting.end()
            self._abandoned.discard(waiting)
            problem = self._about(waiting.task.problem)
            if waiting.future.done():
                continue
            if problem is None:
                waiting.future.set_result(waiting.task.value)
            else:
                waiting.future.set_exception(problem)

    def _about(self, problem: Exception | None) -> Exception | None:
        """Describe the end of a process for the log."""
        self._broken = isinstance(problem, ShuziError) and problem.key.startswith("error.processes.")
        if isinstance(problem, Spent):
            return ServiceError("error.service.costly", most=round(self._limits.piece_seconds))
        if isinstance(problem, Late):
            return ServiceError("error.service.late")
        if isinstance(problem, Crashed):
            return ServiceError("error.service.closing" if self._closed else "error.service.crashed")
        if isinstance(problem, Unreadable):
            return ServiceError("error.service.internal")
        return problem


class _Waiting:
    """The waiter for a task, in the event loop."""

    __slots__ = ("_give", "ended", "future", "task")

    def __init__(self, future: asyncio.Future[Any], give: Callable[[], object]) -> None:
        self.future = future
        self.ended = False
        self.task: Task
        self._give = give

    def end(self) -> None:
        """Give the turn to another piece of work."""
        if not self.ended:
            self.ended = True
            self._give()


# one white pixel, in a format that is always decoded in a child
_PIXEL = base64.b64decode("R0lGODlhAQABAIAAAP///wAAACwAAAAAAQABAAACAkQBADs=")


class Decoders:
    """The queue for child processes that decode, and their health.

    Health is inferred from real work, and no probes are sent: a service that reads plain pictures starts no child.

    `late`: seconds within which a file should begin; otherwise the queue is not ready.
    """

    def __init__(self, workers: int, max_requests: int, late: float) -> None:
        self._queue = FairQueue(workers)
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

    async def run(self, call: Callable[[], T]) -> T:
        """Run a call that waits for a child; its turn ends with the call, even if nobody waits for the result.

        Raises
        ------
        ShuziError
            What the call raises.
        """
        client = asking.get()
        await self._queue.take(client, 1)
        loop, done = asyncio.get_running_loop(), Future[T]()
        done.set_running_or_notify_cancel()  # so that it can be abandoned but not cancelled

        def release(_: object) -> None:
            with suppress(RuntimeError):  # the loop has ended
                loop.call_soon_threadsafe(self._queue.give, client, 1)

        done.add_done_callback(release)
        # a daemon thread does not keep the process alive; it waits for a child, whose time is limited
        Thread(target=_do, args=(call, done), daemon=True, name="decode").start()
        try:
            return await asyncio.wrap_future(done)
        except ShuziError as problem:
            self._note(problem)
            raise

    async def alive(self) -> bool:
        """Tell whether files can be decoded; after a failure, try one."""
        if self._dead:
            try:
                await asyncio.to_thread(decoder.decode, _PIXEL, "pixel.gif")
            except ShuziError:
                return False
            self._dead = False
        return True

    def _note(self, problem: ShuziError) -> None:
        """Note a failed decoding if the reason is that no child could be started."""
        if problem.key == "error.picture.child":
            log.error("%s", problem.sentence("en"))
            self._dead = True


def _do(call: Callable[[], T], done: Future[T]) -> None:
    try:
        done.set_result(call())
    except Exception as problem:  # noqa: BLE001 - whatever it is, it is for who waits
        done.set_exception(problem)

"""Work for a processor runs in a few threads, a few more requests wait for them, and the rest are sent away.

ONNX Runtime, OpenCV and Pillow let go of Python's lock while they work, so threads do run side by side.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Any, TypeVar

from shuzi.errors import ServiceError
from shuzi.processes.cores import cores

T = TypeVar("T")

log = logging.getLogger("shuzi.service")

_TOGETHER = 0.01  # seconds for which a thread gathers what is done before it wakes the event loop
_EVERY = 1.0  # seconds between two looks at what is stuck
_LEFT = 2  # times as many threads as work may be left to themselves: each keeps its core and its memory


class Pool:
    """Threads, as many as there are cores.

    Parameters
    ----------
    queue
        Requests that may wait.
    seconds
        For a request. After that its client is told that it takes too long, and what has not begun never does. What
        has begun is not cut off, and keeps a place.
    workers
        Threads at most.
    stuck
        Seconds after which a thread is left to its work for good, and another one takes its place.
    """

    def __init__(self, queue: int, seconds: float, workers: int, stuck: float = 90.0) -> None:
        self.workers = min(cores(), workers)
        self._most = self.workers + queue
        self._seconds = seconds
        self._stuck = stuck
        self._threads = _Threads(self.workers)
        self._requests = 0
        self._closed = False

    @property
    def busy(self) -> int:
        """How many requests are being worked on or wait, and threads that still work for nobody."""
        return self._requests + self._threads.abandoned

    @property
    def stuck(self) -> int:
        """How many threads have been left to work that does not end."""
        return self._threads.left

    @property
    def ready(self) -> bool:
        """Tell whether work that is put in now can be expected to be done."""
        late = min(self._seconds, self._stuck)
        return not (self._closed or self._threads.blocked(late))

    async def watch(self) -> None:
        """Look after the threads until this is cancelled."""
        while True:
            await asyncio.sleep(_EVERY)
            self.replace(self._stuck)

    def replace(self, seconds: float) -> None:
        """Let others take the places of threads that have been at one piece of work for so long."""
        self._threads.replace(seconds)

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

    async def run(self, work: Callable[[], T]) -> T:
        """Do work in a thread, and wait for it; who is cancelled while waiting spares what has not begun.

        Parameters
        ----------
        work
            What to do.

        Raises
        ------
        ServiceError
            The service is ending.
        """
        if self._closed:
            raise ServiceError("error.service.closing")
        loop = asyncio.get_running_loop()
        waiting: asyncio.Future[T] = loop.create_future()
        piece = _Work(work, waiting, loop)
        self._threads.put(piece)
        try:
            return await waiting
        except asyncio.CancelledError:
            self._threads.abandon(piece)
            raise

    def close(self) -> None:
        """Begin nothing more, and tell who waits for what has not begun."""
        self._closed = True
        self._threads.close()


@dataclass(slots=True, eq=False)
class _Work:
    """Work, who waits for it, and what came of it."""

    call: Callable[[], Any]
    waiting: asyncio.Future[Any]
    loop: asyncio.AbstractEventLoop
    result: Any = None
    problem: Exception | None = None
    abandoned: bool = False

    def do(self) -> None:
        if self.waiting.done():  # nobody waits any more, so it need not begin
            return
        try:
            self.result = self.call()
        except Exception as problem:  # noqa: BLE001 - whatever it is, it is for who waits
            self.problem = problem

    def hand_over(self) -> None:
        if self.waiting.done():
            return
        if self.problem is None:
            self.waiting.set_result(self.result)
        else:
            self.waiting.set_exception(self.problem)


class _Worker(Thread):
    """A thread that does what is in a queue; a daemon, so that work that does not end does not keep the process."""

    def __init__(self, threads: _Threads) -> None:
        super().__init__(name="work", daemon=True)
        self._of = threads
        self._done: deque[_Work] = deque()
        self.work: _Work | None = None
        self.since = 0.0
        self.left = False

    def run(self) -> None:
        while self._of.wakes.get():
            while self._some() or not self._of.may_sleep(self):
                pass
            if self.left:
                return

    def take(self) -> list[_Work]:
        """Take what is done, to hand it over; in this thread, or in the event loop while this thread is busy."""
        done = []
        with suppress(IndexError):
            while True:
                done.append(self._done.popleft())
        return done

    def _some(self) -> bool:
        """Do what is in the queue for a few milliseconds, but at least one piece; False when it is empty."""
        began = now = time.perf_counter()
        queue, some = self._of.queue, False
        while queue and not self.left and (not some or now - began < _TOGETHER):
            try:
                work = queue.popleft()
            except IndexError:  # another thread was quicker
                break
            self.since, self.work = now, work
            work.do()
            self.work = None
            self._done.append(work)
            some, now = True, time.perf_counter()
        if done := self.take():
            with suppress(RuntimeError):  # the loop has ended, and nobody waits any more
                done[0].loop.call_soon_threadsafe(self._of.hand_over, done)
        return some


class _Threads:
    """Threads that take work from one queue.

    To wake the event loop, and to wait for Python's lock afterwards, takes about as long as a tenth of a reading. So
    what is done within a few milliseconds is handed over together, which changes nothing while little is going on.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._workers: list[_Worker] = []
        self._left: list[_Worker] = []
        self.queue: deque[_Work] = deque()
        self.wakes: SimpleQueue[bool] = SimpleQueue()
        self._awake = 0
        self._lock = Lock()
        self.abandoned = 0

    @property
    def left(self) -> int:
        """How many threads were left to their work and are at it still."""
        self._left = [each for each in self._left if each.is_alive()]
        return len(self._left)

    def put(self, work: _Work) -> None:
        """Put work in the queue; called in the event loop, as is all that counts."""
        self.queue.append(work)
        self._wake()

    def abandon(self, work: _Work) -> None:
        """Take work out of the queue again, or count it until it is done where it has begun."""
        if not work.waiting.cancelled():  # it was done at the same moment
            return
        try:
            self.queue.remove(work)
        except (ValueError, IndexError):  # a thread has it; or it has changed the queue just now, and will skip it
            work.abandoned = True
            self.abandoned += 1

    def blocked(self, seconds: float) -> bool:
        """Tell whether each thread that there may be has been at one piece of work for so long."""
        now = time.perf_counter()
        late = [each for each in self._workers if each.work is not None and now - each.since > seconds]
        return len(late) >= self._most

    def replace(self, seconds: float) -> None:
        """Leave threads that have been at one piece for so long to it, and hand over what others wait for."""
        now = time.perf_counter()
        for worker in list(self._workers):
            work = worker.work
            if work is None:
                continue
            if now - worker.since > _TOGETHER and (done := worker.take()):
                self.hand_over(done)
            if now - worker.since < seconds or self.left >= _LEFT * self._most:
                continue
            with self._lock:
                if worker.work is not work:  # it has ended just now
                    continue
                worker.left = True
                self._awake -= 1
            self._workers.remove(worker)
            self._left.append(worker)
            if work.abandoned:
                work.abandoned = False  # it keeps no place from now on
                self.abandoned -= 1
            log.error(
                "work has not ended after %.0f s; another thread takes the place of its own", now - worker.since
            )
            if self.queue:
                self._wake()

    def close(self) -> None:
        """Begin nothing more."""
        while self.queue:
            with suppress(IndexError):  # a thread was quicker
                work = self.queue.popleft()
                if not work.waiting.done():
                    work.waiting.set_exception(ServiceError("error.service.closing"))
        for _ in self._workers:
            self.wakes.put(False)

    def may_sleep(self, worker: _Worker) -> bool:
        """Tell whether a thread has nothing to do; locked, so that nothing is put in the queue in between."""
        with self._lock:
            if self.queue and not worker.left:
                return False
            if not worker.left:
                self._awake -= 1
            return True

    def hand_over(self, done: list[_Work]) -> None:
        """Tell who waits; called in the event loop."""
        self.abandoned -= sum(each.abandoned for each in done)
        for each in done:
            each.hand_over()

    def _wake(self) -> None:
        with self._lock:
            if self._awake >= self._most:
                return
            self._awake += 1
            if self._awake > len(self._workers):
                worker = _Worker(self)
                self._workers.append(worker)
                worker.start()
        self.wakes.put(True)

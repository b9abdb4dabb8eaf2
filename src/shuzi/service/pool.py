"""Work for a processor runs in a few threads, a few more requests wait for them, and the rest are sent away.

ONNX Runtime, OpenCV and Pillow let go of Python's lock while they work, so threads do run side by side.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from threading import Lock
from typing import Any, TypeVar

from shuzi.errors import ServiceError
from shuzi.processes.cores import cores

T = TypeVar("T")

_TOGETHER = 0.01  # seconds for which a thread gathers what is done before it wakes the event loop


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
    """

    def __init__(self, queue: int, seconds: float, workers: int) -> None:
        self.workers = min(cores(), workers)
        self._most = self.workers + queue
        self._seconds = seconds
        self._threads = _Threads(self.workers)
        self._requests = 0
        self._closed = False

    @property
    def busy(self) -> int:
        """How many requests are being worked on or wait, and threads that still work for nobody."""
        return self._requests + self._threads.abandoned

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


class _Threads:
    """Threads that take work from one queue.

    To wake the event loop, and to wait for Python's lock afterwards, takes about as long as a tenth of a reading. So
    what is done within a few milliseconds is handed over together, which changes nothing while little is going on.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._threads = ThreadPoolExecutor(most, thread_name_prefix="work")
        self._queue: deque[_Work] = deque()
        self._awake = 0
        self._lock = Lock()
        self.abandoned = 0

    def put(self, work: _Work) -> None:
        """Put work in the queue; called in the event loop, as is all that counts."""
        self._queue.append(work)
        with self._lock:
            if self._awake < self._most:
                self._awake += 1
                self._threads.submit(self._drain)

    def abandon(self, work: _Work) -> None:
        """Take work out of the queue again, or count it until it is done where it has begun."""
        if not work.waiting.cancelled():  # it was done at the same moment
            return
        try:
            self._queue.remove(work)
        except (ValueError, IndexError):  # a thread has it; or it has changed the queue just now, and will skip it
            work.abandoned = True
            self.abandoned += 1

    def close(self) -> None:
        """Begin nothing more."""
        while self._queue:
            with suppress(IndexError):  # a thread was quicker
                work = self._queue.popleft()
                if not work.waiting.done():
                    work.waiting.set_exception(ServiceError("error.service.closing"))
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _drain(self) -> None:
        """Do what is in the queue, until it is empty."""
        while True:
            done = self._some()
            if done:
                with suppress(RuntimeError):  # the loop has ended, and nobody waits any more
                    done[0].loop.call_soon_threadsafe(self._hand_over, done)
                continue
            with self._lock:  # so that nothing is put in the queue between looking at it and falling asleep
                if not self._queue:
                    self._awake -= 1
                    return

    def _some(self) -> list[_Work]:
        """Do what is in the queue for a few milliseconds, but at least one piece, if there is one."""
        done: list[_Work] = []
        began = time.perf_counter()
        while self._queue and (not done or time.perf_counter() - began < _TOGETHER):
            try:
                work = self._queue.popleft()
            except IndexError:  # another thread was quicker
                break
            work.do()
            done.append(work)
        return done

    def _hand_over(self, done: list[_Work]) -> None:
        self.abandoned -= sum(each.abandoned for each in done)
        for each in done:
            each.hand_over()

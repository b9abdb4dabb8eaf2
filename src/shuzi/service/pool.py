"""Work for a processor runs in a few threads, a few more requests wait for them, and the rest are sent away.

ONNX Runtime, OpenCV and Pillow let go of Python's lock while they work, so threads do run side by side.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from threading import Lock
from typing import Any, TypeVar

from shuzi.errors import ServiceError

T = TypeVar("T")

_TOGETHER = 0.01  # seconds for which a thread gathers what is done before it wakes the event loop


class Pool:
    """Threads, as many as there are cores, and one more for what must not run twice at once.

    Parameters
    ----------
    queue
        Requests that may wait.
    seconds
        After that a client is told that it takes too long. The work itself is not cut off, and keeps its place.
    workers
        Threads.
    """

    def __init__(self, queue: int, seconds: float, workers: int | None = None) -> None:
        self.workers = workers or os.cpu_count() or 1
        self._most = self.workers + queue
        self._seconds = seconds
        self._threads = _Threads(self.workers)
        self._alone = _Threads(1)
        self.requests = 0

    @property
    def busy(self) -> int:
        """How many requests are being worked on or wait, those included whose client has been sent away."""
        return max(self.requests, self._threads.begun + self._alone.begun)

    @contextmanager
    def place(self) -> Iterator[None]:
        """Take a place for a request.

        Raises
        ------
        ServiceError
            All are taken.
        """
        if self.busy >= self._most:
            raise ServiceError("error.service.busy")
        self.requests += 1
        try:
            yield
        finally:
            self.requests -= 1

    async def run(self, work: Callable[[], T], alone: bool = False) -> T:
        """Do work in a thread, and wait for it.

        Parameters
        ----------
        work
            What to do.
        alone
            Never beside other work that asks for the same.

        Raises
        ------
        ServiceError
            It takes too long.
        """
        loop = asyncio.get_running_loop()
        waiting: asyncio.Future[T] = loop.create_future()
        (self._alone if alone else self._threads).put(_Work(work, waiting, loop))
        late = loop.call_later(self._seconds, _give_up, waiting)
        try:
            return await waiting
        finally:
            late.cancel()

    def close(self) -> None:
        """Begin nothing more."""
        self._threads.close()
        self._alone.close()


@dataclass(slots=True)
class _Work:
    """Work, who waits for it, and what came of it."""

    call: Callable[[], Any]
    waiting: asyncio.Future[Any]
    loop: asyncio.AbstractEventLoop
    result: Any = None
    problem: Exception | None = None

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
        self.begun = 0

    def put(self, work: _Work) -> None:
        """Put work in the queue; called in the event loop, as is all that counts."""
        self.begun += 1
        self._queue.append(work)
        with self._lock:
            if self._awake < self._most:
                self._awake += 1
                self._threads.submit(self._drain)

    def close(self) -> None:
        """Begin nothing more."""
        self._queue.clear()
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
        self.begun -= len(done)
        for each in done:
            each.hand_over()


def _give_up(waiting: asyncio.Future[Any]) -> None:
    if not waiting.done():
        waiting.set_exception(ServiceError("error.service.late"))

"""Work for a processor runs in a few threads, a few more requests wait for them, and the rest are sent away.

ONNX Runtime, OpenCV and Pillow let go of Python's lock while they work, so threads do run side by side.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import TypeVar

from shuzi.errors import ServiceError

T = TypeVar("T")


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
        self._threads = ThreadPoolExecutor(self.workers, thread_name_prefix="work")
        self._alone = ThreadPoolExecutor(1, thread_name_prefix="alone")
        self.requests = 0
        self._running = 0

    @property
    def busy(self) -> int:
        """How many requests are being worked on or wait, those included whose client has been sent away."""
        return max(self.requests, self._running)

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

        def deliver(done: Future[T]) -> None:
            self._running -= 1
            if not waiting.done():
                _pass_on(done, waiting)

        future = (self._alone if alone else self._threads).submit(work)
        self._running += 1
        future.add_done_callback(lambda done: _soon(loop, deliver, done))
        late = loop.call_later(self._seconds, _give_up, waiting)
        try:
            return await waiting
        except ServiceError as problem:
            if problem.key == "error.service.late":
                future.cancel()  # if it has not begun, it need not begin
            raise
        finally:
            late.cancel()

    def close(self) -> None:
        """Begin nothing more."""
        for each in (self._threads, self._alone):
            each.shutdown(wait=False, cancel_futures=True)


def _soon(loop: asyncio.AbstractEventLoop, deliver: Callable[[Future[T]], None], done: Future[T]) -> None:
    with suppress(RuntimeError):  # the loop has ended, and nobody waits any more
        loop.call_soon_threadsafe(deliver, done)


def _pass_on(done: Future[T], waiting: asyncio.Future[T]) -> None:
    if done.cancelled():
        waiting.set_exception(ServiceError("error.service.closing"))
    elif (problem := done.exception()) is not None:
        waiting.set_exception(problem)
    else:
        waiting.set_result(done.result())


def _give_up(waiting: asyncio.Future[T]) -> None:
    if not waiting.done():
        waiting.set_exception(ServiceError("error.service.late"))

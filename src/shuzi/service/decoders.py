"""A separate queue for files that a child process decodes, since each may take many seconds.

A failure to start a child is remembered, and starting is retried when health is checked.
"""

from __future__ import annotations

import asyncio
import base64
import logging
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import AbstractAsyncContextManager, suppress
from threading import Thread
from typing import TypeVar

from shuzi.errors import ShuziError
from shuzi.pictures import decoder
from shuzi.service.http.quotas import asking
from shuzi.service.jobs.fair_queue import FairQueue
from shuzi.service.jobs.request_slots import RequestSlots

T = TypeVar("T")

log = logging.getLogger("shuzi.service")

# one white pixel, in a format that is always decoded in a child
_PIXEL = base64.b64decode("R0lGODlhAQABAIAAAP///wAAACwAAAAAAQABAAACAkQBADs=")


class Decoders:
    """The queue for child processes that decode, and their health.

    Health is inferred from real work, and no probes are sent: a service that reads plain pictures starts no child.

    Parameters
    ----------
    workers
        The number of files decoded at once.
    most
        The maximum number of requests with such files, running or waiting.
    late
        Seconds within which a file should begin; otherwise the queue is not ready.
    """

    def __init__(self, workers: int, most: int, late: float) -> None:
        self._queue = FairQueue(workers)
        self._slots = RequestSlots(most, "error.service.unusual")
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

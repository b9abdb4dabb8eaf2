"""Files that a child process decodes: they wait in a line of their own, since each may take many seconds.

Whether children can be started at all is remembered when one could not be, and tried again when asked.
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

# one white pixel: of a kind that is decoded in a child, however small
_PIXEL = base64.b64decode("R0lGODlhAQABAIAAAP///wAAACwAAAAAAQABAAACAkQBADs=")


class Decoders:
    """The line of those who wait for child processes that decode, and what is known of these.

    Health is inferred from real work, and no probes are sent: a service that reads plain pictures starts no child.

    Parameters
    ----------
    workers
        Files that are decoded at once.
    most
        Requests with such files, at work or waiting.
    late
        Seconds after which a file should have begun; where one has not, the line is not ready.
    """

    def __init__(self, workers: int, most: int, late: float) -> None:
        self._queue = FairQueue(workers)
        self._slots = RequestSlots(most, "error.service.unusual")
        self._late = late
        self._dead = False

    @property
    def ready(self) -> bool:
        """Tell whether a file that is put in now can be expected to be decoded soon."""
        return self._queue.waiting <= self._late

    def slot(self) -> AbstractAsyncContextManager[None]:
        """Take a slot for the current request, as `RequestSlots.take` does."""
        return self._slots.take(asking.get())

    async def run(self, call: Callable[[], T]) -> T:
        """Do a call that waits for a child; its turn ends when the call does, even if nobody waits for it any more.

        Raises
        ------
        ShuziError
            What the call raises.
        """
        client = asking.get()
        await self._queue.take(client, 1)
        loop, done = asyncio.get_running_loop(), Future[T]()
        done.set_running_or_notify_cancel()  # so that it can not be cancelled, only left

        def release(_: object) -> None:
            with suppress(RuntimeError):  # the loop has ended
                loop.call_soon_threadsafe(self._queue.give, client, 1)

        done.add_done_callback(release)
        # a daemon, so that it does not keep the process; it waits for a child, whose time is limited
        Thread(target=_do, args=(call, done), daemon=True, name="decode").start()
        try:
            return await asyncio.wrap_future(done)
        except ShuziError as problem:
            self._note(problem)
            raise

    async def alive(self) -> bool:
        """Tell whether files can be decoded; where they could not be, one is tried."""
        if self._dead:
            try:
                await asyncio.to_thread(decoder.decode, _PIXEL, "pixel.gif")
            except ShuziError:
                return False
            self._dead = False
        return True

    def _note(self, problem: ShuziError) -> None:
        """Remember that a file could not be decoded since no child could be started, if that is why."""
        if problem.key == "error.picture.child":
            log.error("%s", problem.sentence("en"))
            self._dead = True


def _do(call: Callable[[], T], done: Future[T]) -> None:
    try:
        done.set_result(call())
    except Exception as problem:  # noqa: BLE001 - whatever it is, it is for who waits
        done.set_exception(problem)

"""Slots for requests, which clients share fairly, and a number of open streams."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from shuzi.errors import ServiceError


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
        self._held: Counter[Hashable] = Counter()

    def held(self, client: Hashable) -> int:
        """Return how many slots a client holds or waits for."""
        return self._held[client]

    @asynccontextmanager
    async def take(self, client: Hashable) -> AsyncIterator[None]:
        """Take a slot for a request of a client."""
        slot = _Slot(client)
        before = self._newest_of_most(client) if self._count >= self._max_requests else None
        self._held[client] += 1  # before waiting, so that other requests see it
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
        self._held[slot.client] -= 1
        self._held += Counter()  # forgets clients without slots

    def _newest_of_most(self, client: Hashable) -> _Slot:
        """Return the newest request of the client with the most slots, if it has more than this one would have."""
        most = max((self._held[slot.client] for slot in self._taken), default=0)
        if most <= self._held[client] + 1:
            raise ServiceError(self._full)
        return next(slot for slot in reversed(self._taken) if self._held[slot.client] == most)


class Streams:
    """The open event streams."""

    def __init__(self, max_streams: int) -> None:
        self._max_streams = max_streams
        self._open = 0

    def check(self) -> None:
        """Refuse another stream if too many are open."""
        if self._open >= self._max_streams:
            raise ServiceError("error.service.streams")

    async def count(self, lines: AsyncIterator[str]) -> AsyncIterator[str]:
        """Count a stream from its first line until it ends or its client is gone."""
        self._open += 1
        try:
            async for line in lines:
                yield line
        finally:
            self._open -= 1

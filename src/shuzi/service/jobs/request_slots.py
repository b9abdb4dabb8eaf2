"""Share slots for requests fairly among clients."""

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

    Parameters
    ----------
    most
        The number of slots.
    full
        The error key for a request that gets no slot, or loses it.
    """

    def __init__(self, most: int, full: str = "error.service.busy") -> None:
        self._most = most
        self._full = full
        self._count = 0
        self._taken: dict[_Slot, None] = {}  # in order of arrival
        self._held: Counter[Hashable] = Counter()

    def held(self, client: Hashable) -> int:
        """Return how many slots a client holds or waits for."""
        return self._held[client]

    @asynccontextmanager
    async def take(self, client: Hashable) -> AsyncIterator[None]:
        """Take a slot for a request of a client.

        Raises
        ------
        ServiceError
            All are taken, or the request was dropped for another client's.
        """
        slot = _Slot(client)
        before = self._newest_of_most(client) if self._count >= self._most else None
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

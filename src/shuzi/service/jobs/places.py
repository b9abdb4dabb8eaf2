"""Shares places for requests fairly among clients."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from shuzi.errors import ServiceError


@dataclass(slots=True, eq=False)
class _Place:
    client: Hashable
    until: asyncio.Timeout = field(default_factory=lambda: asyncio.timeout(None))
    left: asyncio.Event = field(default_factory=asyncio.Event)
    dropped: bool = False


class Places:
    """Places for requests.

    A single client may have all of them. If all are taken, the newest request of the client with the most places is
    dropped in favour of a client that would have fewer.

    Parameters
    ----------
    most
        The number of places.
    full
        The key of the error for a request that has none, or not any more.
    """

    def __init__(self, most: int, full: str = "error.service.busy") -> None:
        self._most = most
        self._full = full
        self._count = 0
        self._taken: dict[_Place, None] = {}  # in order of arrival
        self._held: Counter[Hashable] = Counter()

    def held(self, client: Hashable) -> int:
        """Return how many places a client has, those that it waits for included."""
        return self._held[client]

    @asynccontextmanager
    async def take(self, client: Hashable) -> AsyncIterator[None]:
        """Take a place for a request of a client.

        Raises
        ------
        ServiceError
            All are taken, or the request was dropped for another client's.
        """
        place = _Place(client)
        before = self._newest_of_most(client) if self._count >= self._most else None
        self._held[client] += 1  # before waiting for anything, so that others see it
        self._count += before is None
        try:
            if before is not None:  # its place is this one's
                self._leave(before)
                before.dropped = True
                before.until.reschedule(0.0)  # a deadline in the past
                await before.left.wait()
            async with place.until:
                self._taken[place] = None
                yield
        except TimeoutError as problem:
            if not place.until.expired():
                raise
            raise ServiceError(self._full) from problem
        finally:
            if not place.dropped:
                self._leave(place)
                self._count -= 1
            place.left.set()

    def _leave(self, place: _Place) -> None:
        """Stop counting a place as its client's."""
        self._taken.pop(place, None)
        self._held[place.client] -= 1
        self._held += Counter()  # forgets clients that have none

    def _newest_of_most(self, client: Hashable) -> _Place:
        """Return the newest request of the client with the most places, if it has more than this one would have."""
        most = max((self._held[place.client] for place in self._taken), default=0)
        if most <= self._held[client] + 1:
            raise ServiceError(self._full)
        return next(place for place in reversed(self._taken) if self._held[place.client] == most)

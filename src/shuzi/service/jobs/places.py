"""Places for work are shared fairly among clients."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from shuzi.errors import ServiceError
from shuzi.service.http.quotas import Quota
from shuzi.service.pool import Pool


@dataclass(slots=True, eq=False)
class _Place:
    quota: Quota
    until: asyncio.Timeout = field(default_factory=lambda: asyncio.timeout(None))
    left: asyncio.Event = field(default_factory=asyncio.Event)
    over: bool = False


class Places:
    """The places of a pool.

    A client that is alone may have all of them. Where all are taken, the newest request of the client that has most
    makes way for a client that would have fewer.

    Parameters
    ----------
    pool
        Whose places they are.
    most
        How many it has.
    """

    def __init__(self, pool: Pool, most: int) -> None:
        self._pool = pool
        self._most = most
        self._taken: dict[_Place, None] = {}  # in the order in which they were taken

    @asynccontextmanager
    async def take(self, quota: Quota) -> AsyncIterator[None]:
        """Take a place for a request of a client.

        Raises
        ------
        ServiceError
            All are taken, the request made way for another client's, it takes too long, or the service is ending.
        """
        place = _Place(quota)
        quota.working += 1  # before anything is waited for, so that others see it
        try:
            if self._pool.busy >= self._most:
                await self._make_way(quota)
            async with place.until, self._pool.place():
                self._taken[place] = None
                try:
                    yield
                finally:
                    self._leave(place)
        except TimeoutError as problem:
            if not place.until.expired():
                raise
            raise ServiceError("error.service.busy") from problem
        finally:
            self._leave(place)
            place.left.set()

    def _leave(self, place: _Place) -> None:
        """Count a place no longer, as soon as it is known to become free."""
        self._taken.pop(place, None)
        place.quota.working -= not place.over
        place.over = True

    async def _make_way(self, quota: Quota) -> None:
        """Let the newest request of the client with most places go, if that has more than this one would have."""
        most = max((each.quota.working for each in self._taken), default=0)
        if most <= quota.working:
            return
        newest = next(each for each in reversed(self._taken) if each.quota.working == most)
        self._leave(newest)
        newest.until.reschedule(0.0)  # a moment that has passed
        await newest.left.wait()

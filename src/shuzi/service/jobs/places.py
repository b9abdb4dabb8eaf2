"""Shares the places in the work queue fairly among clients."""

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

    A single client may have all of them. If all are taken, the newest request of the client with the most places is
    dropped in favour of a client that would have fewer.

    Parameters
    ----------
    pool
        The pool that does the work.
    most
        The number of places.
    """

    def __init__(self, pool: Pool, most: int) -> None:
        self._pool = pool
        self._most = most
        self._taken: dict[_Place, None] = {}  # in order of arrival

    @asynccontextmanager
    async def take(self, quota: Quota) -> AsyncIterator[None]:
        """Take a place for a request of a client.

        Raises
        ------
        ServiceError
            All are taken, the request was dropped for another client's, it takes too long, or the service is shutting
            down.
        """
        place = _Place(quota)
        quota.working += 1  # before waiting for anything, so that others see it
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
        """Stop counting a place as soon as it is certain to become free."""
        self._taken.pop(place, None)
        place.quota.working -= not place.over
        place.over = True

    async def _make_way(self, quota: Quota) -> None:
        """Drop the newest request of the client with the most places, if it has more than this one would have."""
        most = max((each.quota.working for each in self._taken), default=0)
        if most <= quota.working:
            return
        newest = next(each for each in reversed(self._taken) if each.quota.working == most)
        self._leave(newest)
        newest.until.reschedule(0.0)  # a deadline in the past
        await newest.left.wait()

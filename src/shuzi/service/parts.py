"""The objects shared by the parts of a running service, and access to them for endpoints."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from starlette.requests import Request
from starlette.types import Scope

from shuzi.errors import ServiceError
from shuzi.service.decoders import Decoders
from shuzi.service.http.limits import Limits
from shuzi.service.http.presence import while_connected
from shuzi.service.http.quotas import Quotas, asking
from shuzi.service.jobs.request_slots import RequestSlots
from shuzi.service.jobs.streams import Streams
from shuzi.service.jobs.trainings import Trainings
from shuzi.service.logs import note_request
from shuzi.service.metrics import Metrics
from shuzi.service.pool import Pool
from shuzi.service.readers import Readers
from shuzi.service.reviewed_table import Review
from shuzi.service.settings import Settings


@dataclass(frozen=True)
class Parts:
    """The parts of one service."""

    limits: Limits
    settings: Settings
    quotas: Quotas
    pool: Pool
    slots: RequestSlots
    decoders: Decoders
    readers: Readers
    trainings: Trainings
    streams: Streams
    metrics: Metrics
    review: Review | None = None

    async def check(self) -> None:
        """Make sure that requests can be answered.

        Raises
        ------
        ServiceError
            Work is stuck, or no processes can be started.
        """
        able = self.pool.ready and self.decoders.ready
        if not (able and await self.pool.alive() and await self.decoders.alive()):
            raise ServiceError("error.service.stuck")

    def observe(self, scope: Scope, status: int, seconds: float) -> None:
        """Count a finished request, and log it if enabled."""
        self.metrics.observe(scope, status, seconds)
        note_request(scope, status, seconds)


@asynccontextmanager
async def slot_for(request: Request) -> AsyncIterator[None]:
    """Take a slot for a request whose body has arrived, until its time is up or its client is gone.

    Raises
    ------
    ServiceError
        All slots are taken, the request was dropped for another client's or takes too long, or the service is ending.
    ClientDisconnect
        The client is gone.
    """
    parts = parts_of(request)
    async with while_connected(request.receive), parts.pool.request(), parts.slots.take(asking.get()):
        yield


def parts_of(request: Request) -> Parts:
    """Return the parts of the service that received a request."""
    parts: Parts = request.app.state.parts
    return parts

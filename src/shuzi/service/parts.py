"""What the parts of a running service share, and how an endpoint comes by it."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.types import Scope

from shuzi.service.decoders import Decoders
from shuzi.service.http.limits import Limits
from shuzi.service.http.quotas import Quotas
from shuzi.service.jobs.streams import Streams
from shuzi.service.jobs.trainings import Trainings
from shuzi.service.logs import note_request
from shuzi.service.metrics import Metrics
from shuzi.service.pool import Pool
from shuzi.service.readers import Readers
from shuzi.service.settings import Settings


@dataclass(frozen=True)
class Parts:
    """The parts of one service."""

    limits: Limits
    settings: Settings
    quotas: Quotas
    pool: Pool
    decoders: Decoders
    readers: Readers
    trainings: Trainings
    streams: Streams
    metrics: Metrics

    def observe(self, scope: Scope, status: int, seconds: float) -> None:
        """Count a request that is over, and write it down where that is wished."""
        self.metrics.observe(scope, status, seconds)
        note_request(scope, status, seconds)


def parts_of(request: Request) -> Parts:
    """Return the parts of the service that a request came to."""
    parts: Parts = request.app.state.parts
    return parts

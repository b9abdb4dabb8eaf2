"""What one service has: settings, a table to review, metrics, and the parts that endpoints use."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import prometheus_client as prometheus
from starlette.requests import ClientDisconnect, Request
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope

from shuzi.errors import ServiceError, ShuziError
from shuzi.forms.result import Table
from shuzi.pictures.open import Picture
from shuzi.service.access import Tokens
from shuzi.service.limits import Limits, Quotas, asking
from shuzi.service.logs import note_request
from shuzi.service.problems import BodyRefused
from shuzi.service.readers import Readers
from shuzi.service.training_runs import Trainings
from shuzi.service.workers import Decoders, Pool, RequestSlots


@dataclass(frozen=True)
class Settings:
    """The settings of a service."""

    hosts: tuple[str, ...] = ()  # accepted host names, in addition to this machine's loopback
    origins: tuple[str, ...] = ()  # other sites whose pages may use the API, such as ``https://example.org``
    proxies: tuple[str, ...] = ()  # addresses or networks of reverse proxies that are trusted to name the client
    tokens: Tokens | None = None  # the tokens that open the API; None leaves it open to everyone who can reach it
    training: bool = True  # whether to offer training, PDFs and metrics for Prometheus
    pdf: bool = True
    metrics: bool = True


@dataclass(frozen=True)
class Review:
    """A table that is handed over to the page."""

    id: str  # the id, always the same for the same table, so that an interrupted review continues
    document: bytes  # the JSON of a `Review` of the service's schema, in ASCII
    photographs: tuple[tuple[str, Picture], ...]  # the photographs of the cells, each with its name in the table

    @staticmethod
    def of(table: Table, photos: Iterable[tuple[str, Picture | ShuziError]]) -> Review:
        """Make a review of a table, with its photographs.

        >>> from shuzi.forms.result import Cell, Row
        >>> from shuzi.forms.kinds import Field
        >>> cell = Cell("7", "ok", 1.0, source="a.jpg")
        >>> table = Table("Scores", (Field("q"),), (Row(1, 0, {"q": cell}),))
        >>> Review.of(table, [("a.jpg", "a.jpg"), ("b.jpg", "b.jpg")]).photographs
        (('a.jpg', 'a.jpg'),)
        """
        found = table.as_dict()
        identity = hashlib.sha256(json.dumps(found).encode()).hexdigest()[:16]
        wanted = {*table.sources}
        shown = {name: picture for name, picture in photos if name in wanted and not isinstance(picture, ShuziError)}
        said = {"id": identity, "photographs": [*shown], "table": found}
        return Review(identity, json.dumps(said).encode(), tuple(shown.items()))


_METHODS = ("GET", "HEAD", "POST", "DELETE", "PUT", "PATCH", "OPTIONS")
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60)


class Metrics:
    """The metrics of one service."""

    def __init__(self, paths: Mapping[Any, str]) -> None:
        self._paths = paths
        self.registry = registry = prometheus.CollectorRegistry()
        for collector in (prometheus.PROCESS_COLLECTOR, prometheus.PLATFORM_COLLECTOR, prometheus.GC_COLLECTOR):
            registry.register(collector)
        labels = ["method", "path", "status"]
        self._requests = prometheus.Counter(
            "shuzi_requests", "Requests that were answered.", labels, registry=registry
        )
        long = "Seconds from a request's headers to the end of its answer."
        self._seconds = prometheus.Histogram(
            "shuzi_request_seconds", long, ["path"], buckets=_SECONDS, registry=registry
        )
        self.pictures = prometheus.Counter("shuzi_pictures", "Pictures that were read.", registry=registry)
        waiting = "Requests that work or wait for a core."
        self.busy = prometheus.Gauge("shuzi_requests_at_work", waiting, registry=registry)
        ended = "Reading processes that ended and made way for others."
        self.replaced = prometheus.Gauge("shuzi_processes_replaced", ended, registry=registry)
        self.training = prometheus.Gauge("shuzi_training_running", "Trainings that run: 0 or 1.", registry=registry)

    def observe(self, scope: Scope, status: int, seconds: float) -> None:
        """Count a request under its endpoint's path, so that clients cannot create new labels."""
        method = scope.get("asked", scope["method"])
        path = self._paths.get(scope.get("endpoint"), "other")
        self._requests.labels(method if method in _METHODS else "other", path, str(status)).inc()
        self._seconds.labels(path).observe(seconds)

    def text(self) -> bytes:
        """Return all metrics in Prometheus's text format."""
        return prometheus.generate_latest(self.registry)


@asynccontextmanager
async def while_connected(receive: Receive) -> AsyncIterator[None]:
    """Cancel the block as soon as the client is gone."""
    until = asyncio.timeout(None)
    watch = asyncio.create_task(_watch(receive, until))
    try:
        async with until:
            yield
    except TimeoutError as problem:
        if not until.expired():
            raise
        raise ClientDisconnect from problem
    finally:
        watch.cancel()


async def _watch(receive: Receive, until: asyncio.Timeout) -> None:
    with suppress(BodyRefused):  # a refusal that no request waits for
        while (await receive())["type"] != "http.disconnect":
            pass
        if not until.expired():
            until.reschedule(0.0)  # a deadline in the past


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
    metrics: Metrics
    review: Review | None = None
    streams: set[StreamingResponse] = field(default_factory=set)  # of events, those that are open

    async def check(self) -> None:
        """Make sure that requests can be answered."""
        able = self.pool.ready and self.decoders.ready
        if not (able and await self.pool.alive() and await self.decoders.alive()):
            raise ServiceError("error.service.stuck")

    def observe(self, scope: Scope, status: int, seconds: float) -> None:
        """Count a finished request, and log it if enabled."""
        self.metrics.observe(scope, status, seconds)
        note_request(scope, status, seconds)


@asynccontextmanager
async def slot_for(request: Request) -> AsyncIterator[None]:
    """Take a slot for a request whose body has arrived, until its time is up or its client is gone."""
    parts = parts_of(request)
    async with while_connected(request.receive), parts.pool.request(), parts.slots.take(asking.get()):
        yield


def parts_of(request: Request) -> Parts:
    """Return the parts of the service that received a request."""
    parts: Parts = request.app.state.parts
    return parts

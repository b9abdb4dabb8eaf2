"""The parts of the service, assembled."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from shuzi.errors import ServiceError
from shuzi.models.store import DEFAULT
from shuzi.service import forms, pictures, training
from shuzi.service import review as review_api
from shuzi.service.access import Guard, Hosts, Origins
from shuzi.service.limits import Bodies, Limits, Quotas
from shuzi.service.openapi import Health, Operations, answer
from shuzi.service.page import HANDLERS, PAGE, Documentation, at_root
from shuzi.service.parts import METRICS_TYPE, Metrics, Parts, Review, Settings, parts_of
from shuzi.service.readers import Readers
from shuzi.service.training_runs import Trainings
from shuzi.service.workers import Decoders, Pool, RequestSlots, Streams

operations = Operations("operation")

_SHORT = 1_000  # bytes: less fits a packet anyway
_LEVEL = 6  # zlib's default; Starlette's 9 would delay answers for a few bytes less
_COMPRESSED = (
    *DEFAULT_EXCLUDED_CONTENT_TYPES,
    "application/octet-stream",  # the page's models are compressed files
    review_api.XLSX,
)


@dataclass(frozen=True)
class Service:
    """The ASGI app and the parts behind it."""

    app: ASGIApp
    guard: Guard
    parts: Parts
    bodies: Bodies

    async def close(self) -> None:
        """Stop background work, and stop waiting for unfinished requests."""
        self.guard.close()
        self.bodies.close()
        self.parts.pool.close()
        await self.parts.trainings.close()


def create(
    model: str | Path = DEFAULT,
    settings: Settings | None = None,
    limits: Limits | None = None,
    page: Path = PAGE,
    review: Review | None = None,
) -> Service:
    """Assemble a service."""
    limits, settings = limits or Limits(), settings or Settings()
    groups = (pictures.operations, forms.operations, review_api.operations, training.operations, operations)
    described = [operation for group in groups for operation in group.all]
    routes = [route for group in groups for route in group.routes()] + Documentation(described).routes()
    readers = Readers(model)
    pool = Pool(limits, pictures.prepare_process)
    parts = Parts(
        limits=limits,
        settings=settings,
        quotas=Quotas(limits, settings.proxies),
        pool=pool,
        slots=RequestSlots(limits.queue + pool.workers),
        decoders=Decoders(pool.workers, limits.decoded, limits.wait_seconds),
        readers=readers,
        trainings=Trainings(readers, limits),
        streams=Streams(limits.streams),
        metrics=Metrics({route.endpoint: route.path for route in routes}),
        review=review,
    )
    app = Starlette(routes=[*routes, *at_root(page)], exception_handlers=HANDLERS)
    app.router.redirect_slashes = False
    app.state.parts = parts
    bodies = Bodies(app, limits)
    small = GZipMiddleware(bodies, _SHORT, _LEVEL, exclude_content_types=_COMPRESSED)
    origins = Origins(settings.origins)
    guard = Guard(small, Hosts(settings.hosts), origins, parts.quotas, settings.tokens, parts.observe)
    return Service(_shared(guard, origins) if origins.all else guard, guard, parts, bodies)


def _shared(guard: Guard, origins: Origins) -> CORSMiddleware:
    """Let pages of other sites call the API and read its answers, after a preflight request."""
    return CORSMiddleware(
        guard,
        allow_origins=sorted(origins.all),
        allow_methods=["GET", "POST", "DELETE"],
        allow_headers=["Authorization"],
        expose_headers=["X-Request-Id", "Retry-After", "Content-Disposition"],
    )


@operations.add("GET", "/healthz", "service.health.", answers={200: Health}, example="{address}/healthz")
async def health(request: Request) -> Response:
    """Report that the service is alive."""
    return answer(Health(status="ok"))


@operations.add("GET", "/readyz", "service.ready.", answers={200: Health}, example="{address}/readyz")
async def ready(request: Request) -> Response:
    """Report whether the service can answer requests."""
    await parts_of(request).check()
    return answer(Health(status="ok"))


@operations.add(
    "GET",
    "/metrics",
    "service.metrics.",
    answers={200: "text/plain"},
    problems=(401,),
    example="{address}/metrics",
)
async def numbers(request: Request) -> Response:
    """Return the metrics."""
    parts = parts_of(request)
    if not parts.settings.metrics:
        raise ServiceError("error.service.no_metrics")
    parts.metrics.busy.set(parts.pool.busy)
    parts.metrics.replaced.set(parts.pool.replaced)
    parts.metrics.training.set(parts.trainings.running is not None)
    return Response(parts.metrics.text(), media_type=METRICS_TYPE)

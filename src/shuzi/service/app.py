"""The parts of the service, put together."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from fastapi import APIRouter, FastAPI, Request
from starlette.responses import Response

from shuzi.errors import ServiceError
from shuzi.models.store import DEFAULT
from shuzi.service.api import documentation, reading, training
from shuzi.service.api.schema import Health
from shuzi.service.http.bodies import Bodies
from shuzi.service.http.guard import Guard, Hosts
from shuzi.service.http.limits import Limits
from shuzi.service.http.problems import handle_problems
from shuzi.service.http.quotas import Quotas
from shuzi.service.jobs.streams import Streams
from shuzi.service.jobs.trainings import Trainings
from shuzi.service.metrics import MEDIA_TYPE, Metrics
from shuzi.service.page import PAGE, add_page
from shuzi.service.parts import Parts, operation_name, parts_of, problems
from shuzi.service.pool import Pool
from shuzi.service.readers import Readers
from shuzi.service.settings import Settings

router = APIRouter(tags=["operation"], generate_unique_id_function=operation_name)


@dataclass(frozen=True)
class Service:
    """What answers requests, and the parts behind it."""

    app: Guard
    parts: Parts
    bodies: Bodies

    async def close(self) -> None:
        """End all that goes on by itself, and wait for nobody any more who has not sent all of a request."""
        self.app.close()
        self.bodies.close()
        self.parts.pool.close()
        await self.parts.trainings.close()


def create(
    model: str | Path = DEFAULT, settings: Settings | None = None, limits: Limits | None = None, page: Path = PAGE
) -> Service:
    """Put a service together.

    Parameters
    ----------
    model
        What reads when a request names no other, as `shuzi.load` takes it.
    settings
        Who may come, and what is offered.
    limits
        What is taken at most.
    page
        The folder of the built page.

    Raises
    ------
    ModelError
        The model is missing, damaged or no classifier.
    ServiceError
        The address of a proxy is none.
    """
    limits, settings = limits or Limits(), settings or Settings()
    readers, metrics = Readers(model), Metrics()
    parts = Parts(
        limits=limits,
        settings=settings,
        quotas=Quotas(limits, settings.proxies),
        pool=Pool(limits.queue, limits.work_seconds, limits.workers, limits.stuck_seconds),
        readers=readers,
        trainings=Trainings(readers, limits),
        streams=Streams(limits.streams),
        metrics=metrics,
    )
    routers = (reading.router, training.router, router, documentation.router)
    app = FastAPI(
        # all on one list, which is looked through faster than routers in routers
        routes=[route for each in routers for route in each.routes],
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.parts = parts
    add_page(app, page)
    handle_problems(app)
    bodies = Bodies(app, limits)
    guard = Guard(bodies, Hosts(settings.hosts), parts.quotas, settings.tokens, parts.observe)
    return Service(guard, parts, bodies)


@router.get(
    "/healthz",
    summary="service.health.summary",
    description="service.health.description",
    response_model=Health,
    response_description="service.health.answer",
    responses=problems(),
)
async def health() -> Response:
    """Say that the service is alive."""
    return Response(b'{"status": "ok"}', media_type="application/json")


@router.get(
    "/readyz",
    summary="service.ready.summary",
    description="service.ready.description",
    response_model=Health,
    response_description="service.ready.answer",
    responses=problems(),
)
async def ready(request: Request) -> Response:
    """Say whether requests can be expected to be answered."""
    if not parts_of(request).pool.ready:
        raise ServiceError("error.service.stuck")
    return Response(b'{"status": "ok"}', media_type="application/json")


@router.get(
    "/metrics",
    summary="service.metrics.summary",
    description="service.metrics.description",
    response_class=Response,
    responses=problems()
    | {200: {"description": "service.metrics.answer", "content": {"text/plain": {"schema": {"type": "string"}}}}},
)
async def numbers(request: Request) -> Response:
    """Hand out what was counted."""
    parts = parts_of(request)
    if not parts.settings.metrics:
        raise ServiceError("error.service.no_metrics")
    parts.metrics.busy.set(parts.pool.busy)
    parts.metrics.stuck.set(parts.pool.stuck)
    parts.metrics.training.set(parts.trainings.running is not None)
    return Response(parts.metrics.text(), media_type=MEDIA_TYPE)

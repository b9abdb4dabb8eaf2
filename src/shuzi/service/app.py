"""The parts of the service, put together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from fastapi import APIRouter, FastAPI, Request
from starlette.responses import Response
from starlette.types import ASGIApp

from shuzi.models.store import DEFAULT
from shuzi.service.api import documentation, reading, training
from shuzi.service.api.schema import Health
from shuzi.service.http.bodies import Bodies
from shuzi.service.http.guard import Guard, Hosts
from shuzi.service.http.limits import Limits
from shuzi.service.http.problems import handle_problems
from shuzi.service.jobs.streams import Streams
from shuzi.service.jobs.trainings import Trainings
from shuzi.service.metrics import MEDIA_TYPE, Metrics
from shuzi.service.page import PAGE, add_page
from shuzi.service.parts import Parts, operation_name, parts_of, problems
from shuzi.service.pool import Pool
from shuzi.service.readers import Readers

router = APIRouter(tags=["operation"], generate_unique_id_function=operation_name)


@dataclass(frozen=True)
class Service:
    """What answers requests, and the parts behind it."""

    app: ASGIApp
    parts: Parts

    async def close(self) -> None:
        """End all that goes on by itself."""
        await self.parts.trainings.close()
        self.parts.pool.close()


def create(
    model: str | Path = DEFAULT, hosts: Iterable[str] = (), limits: Limits | None = None, page: Path = PAGE
) -> Service:
    """Put a service together.

    Parameters
    ----------
    model
        What reads when a request names no other, as `shuzi.load` takes it.
    hosts
        Names by which the service may be called, beside those of this machine's loopback.
    limits
        What is taken at most.
    page
        The folder of the built page.

    Raises
    ------
    ModelError
        The model is missing, damaged or no classifier.
    """
    limits = limits or Limits()
    readers, metrics = Readers(model), Metrics()
    parts = Parts(
        limits=limits,
        pool=Pool(limits.queue, limits.work_seconds, limits.workers),
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
    return Service(Guard(Bodies(app, limits), Hosts(hosts), metrics.observe), parts)


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
    parts.metrics.busy.set(parts.pool.busy)
    parts.metrics.training.set(parts.trainings.running is not None)
    return Response(parts.metrics.text(), media_type=MEDIA_TYPE)

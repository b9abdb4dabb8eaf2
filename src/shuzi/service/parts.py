"""What the parts of a running service share, and how an endpoint comes by it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fastapi import Request
from fastapi.routing import APIRoute

from shuzi.service.http.limits import Limits
from shuzi.service.jobs.streams import Streams
from shuzi.service.jobs.trainings import Trainings
from shuzi.service.metrics import Metrics
from shuzi.service.pool import Pool
from shuzi.service.readers import Readers


@dataclass(frozen=True)
class Parts:
    """The parts of one service."""

    limits: Limits
    pool: Pool
    readers: Readers
    trainings: Trainings
    streams: Streams
    metrics: Metrics


def parts_of(request: Request) -> Parts:
    """Return the parts of the service that a request came to."""
    parts: Parts = request.app.state.parts
    return parts


def operation_name(route: APIRoute) -> str:
    """Let an operation be called in the OpenAPI document what its function is called."""
    return route.name


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Say in the OpenAPI document which problems an endpoint can answer with, beside those of all endpoints."""
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {
        status: {"description": f"service.title.{status}", "content": content}
        for status in sorted({*statuses, 403, 408, 413, 421, 429, 500, 503})
    }

"""A route that hands a request straight to its endpoint: what FastAPI does in between takes as long as the rest."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from fastapi import Request
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.responses import Response

from shuzi.errors import ServiceError

M = TypeVar("M", bound=BaseModel)

JSON = "application/json"


class Direct(APIRoute):
    """A route whose endpoint takes the request and nothing else, and checks by itself what is in it.

    Its parameters and its body stand in the OpenAPI document by `openapi_extra`.
    """

    def get_route_handler(self) -> Callable[[Request], Awaitable[Response]]:  # type: ignore[override]
        """Return the endpoint itself."""
        endpoint: Callable[[Request], Awaitable[Response]] = self.endpoint
        return endpoint


def query(request: Request, shape: type[M]) -> M:
    """Check the query of a request.

    Raises
    ------
    ValidationError
        It has another shape.
    """
    return shape.model_validate(dict(request.query_params) if request.scope["query_string"] else {})


async def json_of(request: Request) -> bytes:
    """Return a body that says that it is JSON, as it came.

    Raises
    ------
    ServiceError
        It says something else.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != JSON and not kind.endswith("+json"):
        raise ServiceError("error.service.json_type", kind=kind[:80] or "-")
    return await request.body()


def parameters(shape: type[BaseModel]) -> list[dict[str, Any]]:
    """Describe a query for the OpenAPI document."""
    described = []
    for name, schema in shape.model_json_schema()["properties"].items():
        description = schema.pop("description")
        described.append(
            {"name": name, "in": "query", "required": False, "schema": schema, "description": description}
        )
    return described

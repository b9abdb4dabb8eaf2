"""An endpoint and what is said of it become a route and an entry of the OpenAPI document.

Starlette and pydantic do all that is needed here. FastAPI stood in between in 0.1: its routing and its checks took as
long as all the rest of a small request, so each endpoint went around them; its document had to be cleaned of what it
adds; and it brings OpenTelemetry, for which a service that talks to nobody has no use.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from shuzi.errors import ServiceError
from shuzi.messages.visible import visible_json

M = TypeVar("M", bound=BaseModel)
Endpoint = Callable[[Request], Awaitable[Response]]

JSON = "application/json"
ALWAYS = (403, 408, 413, 421, 429, 500, 503)
"""The statuses of problems that any operation can answer with."""


@dataclass(frozen=True)
class Operation:
    """What one method of one path does, and what is said of it.

    Parameters
    ----------
    endpoint
        Answers a request; its name is the operation's, too.
    method, path
        What it answers to.
    says
        The beginning of the keys of its sentences: `summary`, `description` and `answer`.
    tag
        The group that it belongs to.
    answers
        For each status that is none of a problem's: the shape of the answer, or its media type, or None for no body.
    problems
        Statuses of its problems, beside those that any operation has.
    query, headers
        The shape of its query; the headers that it looks at, with the key of what is said of each.
    body
        For each media type that it takes: the shape, or a schema.
    example
        How curl is told to ask it, with {address} for the service's.
    """

    endpoint: Endpoint
    method: str
    path: str
    says: str
    tag: str
    answers: Mapping[int, type[BaseModel] | str | None]
    problems: tuple[int, ...] = ()
    query: type[BaseModel] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, type[BaseModel] | dict[str, Any]] = field(default_factory=dict)
    example: str = ""


class Operations:
    """The operations of one group.

    Parameters
    ----------
    tag
        Its name.
    """

    def __init__(self, tag: str) -> None:
        self._tag = tag
        self.all: list[Operation] = []

    def add(self, method: str, path: str, says: str, **described: Any) -> Callable[[Endpoint], Endpoint]:
        """Return what makes an operation of an endpoint; the other values are those of `Operation`."""

        def adding(endpoint: Endpoint) -> Endpoint:
            self.all.append(Operation(endpoint, method, path, says, self._tag, **described))
            return endpoint

        return adding

    def routes(self) -> list[Route]:
        """Return the routes of all."""
        return [Route(each.path, each.endpoint, methods=[each.method]) for each in self.all]


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


def answer(said: BaseModel, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Write a shape as the JSON of an answer, without what was not set."""
    return Response(written(said), status, headers, JSON)


def written(said: BaseModel) -> bytes:
    """Write a shape as JSON in UTF-8, without what was not set.

    >>> from shuzi.service.api.schema import Health
    >>> written(Health(status="ok"))
    b'{"status":"ok"}'
    """
    text = said.model_dump_json(exclude_unset=True)
    return (text if text.isascii() and "\x7f" not in text else visible_json(text)).encode()

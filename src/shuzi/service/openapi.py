"""An endpoint and its description become a route and an entry in the OpenAPI document.

Starlette and pydantic suffice here. FastAPI would replace about a hundred lines of this module, but not the long
parts: it reads whole forms and JSON before limits are checked, on disk above 1 MB, accepts truncated forms as
complete (`benchmarks/web_frameworks.py`), has documentation in one language that needs scripts from elsewhere, and
brings OpenTelemetry.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import models_json_schema
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from shuzi import __version__
from shuzi.errors import ServiceError
from shuzi.messages import language, say
from shuzi.messages.visible import visible_json
from shuzi.service.problems import MEDIA_TYPE
from shuzi.service.schema import Problem

M = TypeVar("M", bound=BaseModel)
Endpoint = Callable[[Request], Awaitable[Response]]

JSON = "application/json"
ALWAYS = (403, 408, 413, 421, 429, 500, 503)
"""The status codes of problems that any operation can return."""


class Query(BaseModel):
    """The query parameters of every operation of the API; a name that is not declared is an error."""

    model_config = ConfigDict(extra="forbid")

    lang: Literal["zh", "en"] = Field(
        default_factory=language,  # type: ignore[arg-type] # it is one of them
        description="service.schema.lang",
    )


@dataclass(frozen=True)
class Operation:
    """One method of one path, with its description."""

    endpoint: Endpoint  # handles a request; its name is also the operation's
    method: str  # the method and path it handles
    path: str
    says: str  # the prefix of its message keys: `summary`, `description` and `answer`
    tag: str  # the group it belongs to
    # for each status that is not a problem: the response's schema or media type, or None for no body
    answers: Mapping[int, type[BaseModel] | str | None]
    problems: tuple[int, ...] = ()  # the status codes of its problems, in addition to those of any operation
    # the schema of its query, None if it is not looked at; the headers it reads, with the key of each description
    query: type[Query] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    # for each media type that it accepts: a model or a schema
    body: Mapping[str, type[BaseModel] | dict[str, Any]] = field(default_factory=dict)
    example: str = ""  # the arguments for curl, with {address} for the service's address


class Operations:
    """The operations of one group."""

    def __init__(self, tag: str) -> None:
        self._tag = tag
        self.all: list[Operation] = []

    def add(self, method: str, path: str, says: str, **described: Any) -> Callable[[Endpoint], Endpoint]:
        """Return a decorator that adds an endpoint; the other values are those of `Operation`."""
        if path.startswith("/v1/"):
            described = {"query": Query} | described

        def adding(endpoint: Endpoint) -> Endpoint:
            self.all.append(Operation(endpoint, method, path, says, self._tag, **described))
            return endpoint

        return adding

    def routes(self) -> list[Route]:
        """Return the routes of all operations."""
        return [Route(operation.path, _refusing(operation), methods=[operation.method]) for operation in self.all]


def _refusing(operation: Operation) -> Endpoint:
    """Return an operation's endpoint, which refuses an invalid query; an endpoint with a schema of its own does."""
    if operation.query is not Query:
        return operation.endpoint

    @wraps(operation.endpoint)
    async def endpoint(request: Request) -> Response:
        query(request, Query)
        return await operation.endpoint(request)

    return endpoint


def query(request: Request, shape: type[M]) -> M:
    """Validate the query of a request."""
    return shape.model_validate(dict(request.query_params) if request.scope["query_string"] else {})


async def json_of(request: Request) -> bytes:
    """Return the raw body of a request declared as JSON."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != JSON and not kind.endswith("+json"):
        raise ServiceError("error.service.json_type", kind=kind[:80] or "-")
    return await request.body()


def answer(said: BaseModel, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return a model as a JSON response, without unset fields."""
    return Response(written(said), status, headers, JSON)


def written(said: BaseModel) -> bytes:
    """Serialise a model as JSON in UTF-8, without unset fields.

    >>> from shuzi.service.schema import Health
    >>> written(Health(status="ok"))
    b'{"status":"ok"}'
    """
    text = said.model_dump_json(exclude_unset=True)
    return (text if text.isascii() and "\x7f" not in text else visible_json(text)).encode()


_SPOKEN = ("title", "summary", "description")
_REFERENCES = "#/components/schemas/{model}"
_TEXT = {"type": "string"}


def describe(operations: Iterable[Operation]) -> dict[str, Any]:
    """Return the OpenAPI document of operations, with message keys instead of sentences."""
    operations = list(operations)
    shapes: set[type[BaseModel]] = {Problem}.union(*map(_shapes, operations))
    _, defined = models_json_schema([(shape, "validation") for shape in shapes], ref_template=_REFERENCES)
    schemas = defined["$defs"]
    for name, schema in schemas.items():
        _drop_titles(schema)
        schema["description"] = f"service.shape.{name}"
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _described(operation)
    return {
        "openapi": "3.1.0",
        "info": {"title": "shuzi", "version": __version__, "description": "service.docs.description"},
        "paths": paths,
        "components": {
            "schemas": dict(sorted(schemas.items())),
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "service.docs.token"},
            },
        },
    }


def localized(value: Any) -> Any:
    """Replace the keys in a document by sentences in the current language."""
    if isinstance(value, list):
        return [localized(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        key: say(inner)
        if key in _SPOKEN and isinstance(inner, str) and inner.startswith("service.")
        else localized(inner)
        for key, inner in value.items()
    }


def _shapes(operation: Operation) -> list[type[BaseModel]]:
    named = [*operation.answers.values(), *operation.body.values()]
    return [schema for schema in named if isinstance(schema, type)]


def _described(operation: Operation) -> dict[str, Any]:
    said: dict[str, Any] = {
        "operationId": operation.endpoint.__name__,
        "tags": [operation.tag],
        "summary": f"{operation.says}summary",
        "description": f"{operation.says}description",
    }
    headers = [_parameter("header", name, key, _TEXT) for name, key in operation.headers.items()]
    if parameters := [*_in_path(operation.path), *_in_query(operation.query), *headers]:
        said["parameters"] = parameters
    if operation.body:
        content = {kind: {"schema": _schema(schema)} for kind, schema in operation.body.items()}
        said["requestBody"] = {"required": True, "content": content}
    said["responses"] = {
        str(status): _answered(operation, status, response) for status, response in operation.answers.items()
    } | {
        str(status): {
            "description": f"service.title.{status}",
            "content": {MEDIA_TYPE: {"schema": {"$ref": _REFERENCES.format(model="Problem")}}},
        }
        for status in sorted({*ALWAYS, *operation.problems, *([422] if operation.query else [])})
    }
    if 401 in operation.problems:
        said["security"] = [{"token": []}, {}]  # only if the service was started with tokens
    return said


def _answered(operation: Operation, status: int, answer: type[BaseModel] | str | None) -> dict[str, Any]:
    first = next(iter(operation.answers))
    said: dict[str, Any] = {"description": f"{operation.says}answer" + ("" if status == first else f".{status}")}
    if isinstance(answer, str):
        said["content"] = {answer: {"schema": _TEXT}}
    elif answer is not None:
        said["content"] = {JSON: {"schema": _schema(answer)}}
    return said


def _schema(shape: type[BaseModel] | dict[str, Any]) -> dict[str, Any]:
    return shape if isinstance(shape, dict) else {"$ref": _REFERENCES.format(model=shape.__name__)}


def _in_path(path: str) -> list[dict[str, Any]]:
    return [_parameter("path", name, f"service.schema.{name}", _TEXT) for name in re.findall(r"{(\w+)}", path)]


def _in_query(shape: type[BaseModel] | None) -> list[dict[str, Any]]:
    schemas = shape.model_json_schema()["properties"] if shape else {}
    _drop_titles(schemas)
    return [_parameter("query", name, schema.pop("description"), schema) for name, schema in schemas.items()]


def _parameter(place: str, name: str, description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": place, "required": place == "path", "schema": schema, "description": description}


def _drop_titles(schema: Any) -> None:
    """Drop the titles that pydantic derives from names, since they are not translated."""
    if isinstance(schema, dict):
        if isinstance(schema.get("title"), str):
            del schema["title"]
        for value in schema.values():
            _drop_titles(value)
    elif isinstance(schema, list):
        for item in schema:
            _drop_titles(item)

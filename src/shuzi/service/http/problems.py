"""An error becomes a response: application/problem+json (RFC 9457) in the requested language."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Match

from shuzi.errors import ServiceError, ShuziError
from shuzi.messages import say
from shuzi.messages.visible import visible_json
from shuzi.service import request_id
from shuzi.service.http.validation import ValuesError, sentences

log = logging.getLogger("shuzi.service")

MEDIA_TYPE = "application/problem+json"

STATUSES: Mapping[str, int] = {
    "error.service.json": 400,
    "error.service.form": 400,
    "error.service.http": 400,
    "error.service.no_host": 400,
    "error.pattern.long": 400,
    "error.pattern.name": 400,
    "error.pattern.empty": 400,
    "error.pattern.many": 400,
    "error.pattern.open": 400,
    "error.pattern.closed": 400,
    "error.pattern.repeat": 400,
    "error.pattern.character": 400,
    "error.pattern.class": 400,
    "error.pattern.range": 400,
    "error.service.token": 401,
    "error.service.origin": 403,
    "error.service.site": 403,
    "error.service.no_training": 403,
    "error.service.no_pdf": 403,
    "error.service.no_metrics": 403,
    "error.service.path": 404,
    "error.service.training": 404,
    "error.service.no_review": 404,
    "error.service.photograph": 404,
    "error.service.method": 405,
    "error.service.slow": 408,
    "error.service.taken": 409,
    "error.service.body": 413,
    "error.service.pictures": 413,
    "error.service.pages": 413,
    "error.service.cells": 413,
    "error.service.problems": 413,
    "error.service.cell_pixels": 413,
    "error.picture.large": 413,
    "error.picture.long": 413,
    "error.picture.side": 413,
    "error.picture.huge": 413,
    "error.service.form_type": 415,
    "error.service.json_type": 415,
    "error.service.host": 421,
    "error.service.value": 422,
    "error.service.field": 422,
    "error.service.field_twice": 422,
    "error.service.form_or_table": 422,
    "error.service.shape": 422,
    "error.service.spec": 422,
    "error.service.hand": 422,
    "error.service.trace": 422,
    "error.service.drawn": 422,
    "error.service.before": 422,
    "error.service.cell_picture": 422,
    "error.service.no_picture": 422,
    "error.service.costly": 422,
    "error.service.model": 404,
    "error.model.detector": 422,
    "error.model.recogniser": 422,
    "error.picture.unknown": 422,
    "error.picture.empty": 422,
    "error.picture.damaged": 422,
    "error.picture.slow": 422,
    "error.picture.memory": 422,
    "error.picture.page": 422,
    "error.recipe.towers": 422,
    "error.service.busy": 429,
    "error.service.client": 429,
    "error.service.held": 429,
    "error.service.explained": 429,
    "error.service.streams": 429,
    "error.service.head": 431,
    "error.service.headers": 431,
    "error.service.internal": 500,
    "error.missing_extra": 501,
    "error.service.coding": 501,
    "error.picture.child": 503,
    "error.service.late": 503,
    "error.service.closing": 503,
    "error.processes.cancelled": 503,
    "error.service.stuck": 503,
    "error.service.crashed": 503,
    "error.service.unusual": 503,
    "error.service.no_answer": 503,
    "error.processes.start": 503,
    "error.processes.python": 503,
}
"""The errors that clients may see, with their status. Any other error is a fault of the service."""

RETRY_AFTER = {
    "error.service.busy": 1,
    "error.service.client": 1,
    "error.service.held": 1,
    "error.service.streams": 5,
    "error.service.late": 10,
    "error.service.closing": 5,
    "error.service.stuck": 10,
    "error.service.crashed": 10,
    "error.service.unusual": 10,
    "error.service.no_answer": 1,
    "error.processes.start": 10,
    "error.picture.child": 10,
}
"""Seconds after which to retry, unless the error itself specifies them."""


def status_of(problem: ShuziError) -> int:
    """Return the HTTP status of an error; 500 if clients should not see it.

    >>> status_of(ServiceError("error.service.busy"))
    429
    """
    return STATUSES.get(problem.key, 500)


def retry_after(problem: ShuziError) -> list[tuple[bytes, bytes]]:
    """Return the Retry-After header, if retrying makes sense.

    >>> retry_after(ServiceError("error.service.busy")), retry_after(ServiceError("error.service.json"))
    ([(b'retry-after', b'1')], [])
    """
    seconds = RETRY_AFTER.get(problem.key)
    if isinstance(problem, ServiceError):  # for a picture, `seconds` is how long it took
        seconds = problem.values.get("seconds", seconds)
    return [] if seconds is None else [(b"retry-after", b"%d" % seconds)]


def document(key: str, status: int, detail: str, errors: Sequence[str] = ()) -> dict[str, Any]:
    """Return a problem document, with its title in the current language."""
    said = {"type": f"/docs#{key}", "title": say(f"service.title.{status}"), "status": status, "detail": detail}
    return said | {"key": key} | ({"errors": list(errors)} if errors else {})


def fault() -> ServiceError:
    """Return the error for a fault of the service itself, with the current request id."""
    return ServiceError("error.service.internal", request=request_id.current.get())


def problem_response(problem: ShuziError, errors: Sequence[str] = (), close: bool = False) -> Response:
    """Return an error as a response in the current language.

    Parameters
    ----------
    problem
        The error.
    errors
        Sentences, if there are several errors at once.
    close
        Close the connection after the response, since more of the request may follow.
    """
    status = status_of(problem)
    if status == 500 and problem.key != "error.service.internal":
        log.error("%s", problem.sentence("en"))
        problem = fault()
    content = document(problem.key, status, problem.sentence(), errors)
    headers = {"connection": "close"} if close else {}
    headers |= {name.decode(): value.decode() for name, value in retry_after(problem)}
    if status == 401:
        headers["www-authenticate"] = 'Bearer realm="shuzi"'
    if problem.key == "error.service.taken":
        content["training"] = problem.values["name"]
    if allowed := problem.values.get("allowed"):
        headers["allow"] = allowed
    said = visible_json(json.dumps(content, ensure_ascii=False))
    return Response(said, status, headers, MEDIA_TYPE)


class BodyRefused(HTTPException):
    """A body is too long or too slow; an HTTPException, because Starlette lets those pass."""

    def __init__(self, problem: ShuziError, close: bool) -> None:
        super().__init__(status_of(problem))
        self.problem = problem
        self.close = close


async def _shuzi(request: Request, problem: ShuziError) -> Response:
    return problem_response(problem, problem.said if isinstance(problem, ValuesError) else ())


async def _invalid(request: Request, problem: ValidationError) -> Response:
    refused = ValuesError(sentences(problem.errors(include_url=False, include_input=False)))
    return problem_response(refused, refused.said)


async def _http(request: Request, problem: HTTPException) -> Response:
    if isinstance(problem, BodyRefused):
        return problem_response(problem.problem, close=problem.close)
    # the page's files match every path without a route for this method, and most do not exist
    others = _by_other_methods(request)
    path = request.url.path
    if others or (problem.status_code == 405 and path != "/v1" and not path.startswith("/v1/")):
        error = ServiceError("error.service.method", method=request.method, allowed=_allowed(others or {"GET"}))
    else:
        error = ServiceError("error.service.path", path=path)
    return problem_response(error)


def _allowed(methods: set[str]) -> str:
    return ", ".join(sorted(methods | ({"HEAD"} if "GET" in methods else set())))


def _by_other_methods(request: Request) -> set[str]:
    """Return the other methods of routes for the request's path: Starlette checks the first route only."""
    methods: set[str] = set()
    for route in request.app.routes:
        match, _ = route.matches(request.scope)
        if match is not Match.NONE:
            methods |= set(getattr(route, "methods", None) or ())
    return methods - {request.method}


async def _gone(request: Request, problem: Exception) -> Response:
    return Response(status_code=400)  # the client has gone


async def _unexpected(request: Request, problem: Exception) -> Response:
    log.error("%s %s", request.method, request.url.path, exc_info=problem)
    return problem_response(fault())


HANDLERS: Mapping[Any, Any] = {
    ShuziError: _shuzi,
    ValidationError: _invalid,
    HTTPException: _http,
    ClientDisconnect: _gone,
    Exception: _unexpected,
}
"""The handlers that turn each kind of error into problem+json."""

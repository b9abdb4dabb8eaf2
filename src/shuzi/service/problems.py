"""An error becomes a response: application/problem+json (RFC 9457) in the language that the request asks for."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeVar
from urllib.parse import parse_qsl

from pydantic import BaseModel, ValidationError
from pydantic_core import from_json
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Match

from shuzi.errors import MissingExtra, ServiceError, ShuziError
from shuzi.messages import LANGUAGES, say, visible_json
from shuzi.service.logs import current_id


def asked_language(query: bytes, accepted: str) -> str:
    """Return the language that a request asks for.

    >>> asked_language(b"lang=zh", "en"), asked_language(b"", "de, zh-CN;q=0.8, en;q=0.5"), asked_language(b"", "")
    ('zh', 'zh', 'en')
    """
    if b"lang=" in query:
        for name, value in parse_qsl(query.decode("latin-1")):
            if name == "lang" and value in LANGUAGES:
                return value
    return _preferred(accepted) if accepted else "en"


@lru_cache(maxsize=256)
def _preferred(accepted: str) -> str:
    """Return the supported language with the highest weight (RFC 9110, 12.5.4).

    >>> _preferred("en;q=0.2, zh-Hans"), _preferred("zh;q=0, *"), _preferred("fr"), _preferred(";;q=x")
    ('zh', 'en', 'en', 'en')
    """
    weights: dict[str, float] = {}
    for preference in accepted.split(",")[:32]:
        name, _, parameter = preference.strip().partition(";")
        language = name.strip().lower().partition("-")[0]
        if language in LANGUAGES:
            weights[language] = max(weights.get(language, 0.0), _weight(parameter))
    best = max(weights, key=weights.__getitem__, default="en")
    return best if weights.get(best) else "en"


def _weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return min(max(float(value), 0.0), 1.0)
    except ValueError:
        return 0.0


M = TypeVar("M", bound=BaseModel)

_MARKS = 30_000  # brackets, braces and quotation marks: the most images allowed have 29,001, with their rows

_MAX_SENTENCES = 10  # maximum number of sentences: more errors repeat each other

# parts of pydantic's location that no client wrote
_OF_IMAGE = ("as-rows", "as-flat")
_NOT_SAID = ("body", "query", "path", "header", *_OF_IMAGE)

_BOUNDS = {
    "greater_than": ("above", "gt"),
    "greater_than_equal": ("least", "ge"),
    "less_than": ("below", "lt"),
    "less_than_equal": ("most", "le"),
    "too_short": ("few", "min_length"),
    "too_long": ("many", "max_length"),
}
_KINDS = {
    "int_": "whole",
    "float_": "number",
    "finite_": "number",
    "bool_": "truth",
    "string_": "text",
    "list_": "list",
    "model_": "object",
    "dict_": "object",
}


class ValuesError(ServiceError):
    """Invalid values, with a sentence for each."""

    def __init__(self, said: Sequence[str]) -> None:
        super().__init__("error.service.value", reasons=" ".join(said[:3]))
        self.said = tuple(said)

    def __reduce__(self) -> tuple[Any, ...]:
        # so that it can come back from another process
        return type(self), (self.said,)


def checked(body: bytes, shape: type[M], marks: int = _MARKS, strict: bool | None = None) -> M:
    """Validate the JSON of a body, with time and memory bounded by valid input, not by the number of errors.

    `marks`: brackets, braces and quotation marks that it may have: each costs an object in memory. `strict`: whether
    types are strict, so that "1" or 1.0 is not 1; None leaves that to the schema.

    >>> from shuzi.service.training import TrainingRequest
    >>> checked(b'{"steps": 20}', TrainingRequest).steps
    20
    """
    if sum(map(body.count, (b"[", b"{", b'"'))) > marks:
        raise ValuesError([say("service.value.other", where=say("service.value.body"))])
    try:
        value = from_json(body, allow_inf_nan=False)
    except ValueError as problem:
        raise ServiceError("error.service.json") from problem
    unknown = [key for key in value if key not in shape.model_fields] if isinstance(value, dict) else []
    if len(unknown) > _MAX_SENTENCES:  # pydantic would keep an error for each
        raise ValuesError([say("service.value.extra", where=key[:80]) for key in unknown[:_MAX_SENTENCES]])
    try:
        return shape.model_validate(value, strict=strict)
    except ValidationError as problem:
        raise ValuesError(sentences(problem.errors(include_url=False, include_input=False))) from problem


def sentences(errors: Sequence[Mapping[str, Any]]) -> list[str]:
    """Turn pydantic's errors into sentences.

    >>> sentences([{"type": "less_than_equal", "loc": ("body", "steps"), "ctx": {"le": 20_000}}])
    ['steps must be at most 20,000.']
    """
    said = [_sentence(error) for error in errors[:_MAX_SENTENCES]]
    if any(error["type"] == "int_of_image" or {*_OF_IMAGE} & {*error["loc"]} for error in errors):
        said.append(say("service.value.image"))
    return said


def _sentence(error: Mapping[str, Any]) -> str:
    kind, where, context = error["type"], _where(error["loc"]), error.get("ctx", {})
    if kind == "missing":
        return say("service.value.missing", where=where)
    if kind == "extra_forbidden":
        return say("service.value.extra", where=where)
    if kind in ("literal_error", "enum"):
        return say("service.value.choice", where=where, expected=context["expected"].replace(" or ", ", "))
    if kind in _BOUNDS:
        name, bound = _BOUNDS[kind]
        return say(f"service.value.{name}", where=where, bound=context[bound])
    for beginning, name in _KINDS.items():
        if kind.startswith(beginning):
            return say(f"service.value.{name}", where=where)
    return say("service.value.other", where=where)


def _where(place: Sequence[str | int]) -> str:
    """Format the path to a value, such as images[0][3].

    >>> _where(("body", "images", 0, 3))
    'images[0][3]'
    """
    steps = [step for step in place if step not in _NOT_SAID]
    named = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)
    return named.lstrip(".") or say("service.value.body")


log = logging.getLogger("shuzi.service")

MEDIA_TYPE = "application/problem+json"

_OF_STATUS = {
    400: (
        "error.pattern.character error.pattern.class error.pattern.closed error.pattern.empty error.pattern.long "
        "error.pattern.many error.pattern.name error.pattern.open error.pattern.range error.pattern.repeat "
        "error.service.form error.service.json error.service.no_host"
    ),
    401: "error.service.token",
    403: (
        "error.service.no_metrics error.service.no_pdf error.service.no_training error.service.origin "
        "error.service.site"
    ),
    404: (
        "error.service.model error.service.no_review error.service.path error.service.photograph "
        "error.service.training"
    ),
    405: "error.service.method",
    408: "error.service.slow",
    409: "error.service.taken",
    413: (
        "error.picture.huge error.picture.large error.picture.long error.picture.side error.service.body "
        "error.service.cell_pixels error.service.cells error.service.pages error.service.pictures "
        "error.service.problems"
    ),
    415: "error.service.form_type error.service.json_type",
    421: "error.service.host",
    422: (
        "error.display.region error.model.detector error.model.line_detector error.model.recogniser "
        "error.picture.damaged error.picture.empty error.picture.memory error.picture.page "
        "error.picture.slow error.picture.unknown error.recipe.towers error.service.before "
        "error.service.cell_picture error.service.costly error.service.display error.service.drawn "
        "error.service.field error.service.field_twice error.service.form_or_table error.service.hand "
        "error.service.no_picture error.service.shape error.service.spec error.service.trace "
        "error.service.value"
    ),
    429: "error.service.busy error.service.client error.service.explained error.service.held error.service.streams",
    500: "error.service.internal",
    501: "error.service.extra",
    503: (
        "error.picture.child error.processes.cancelled error.processes.python error.processes.start "
        "error.service.closing error.service.crashed error.service.late error.service.no_answer "
        "error.service.stuck error.service.unusual"
    ),
}
STATUSES: Mapping[str, int] = {key: status for status, keys in _OF_STATUS.items() for key in keys.split()}
"""The errors that clients may see, with their status. Any other error is a fault of the service."""

_OF_WAIT = {
    1: "error.service.busy error.service.client error.service.held error.service.no_answer",
    5: "error.service.closing error.service.streams",
    10: (
        "error.picture.child error.processes.start error.service.crashed error.service.late error.service.stuck "
        "error.service.unusual"
    ),
}
# seconds after which to retry, unless the error itself specifies them
_RETRY_AFTER = {key: seconds for seconds, keys in _OF_WAIT.items() for key in keys.split()}


def status_of(problem: ShuziError) -> int:
    """Return the HTTP status of an error; 500 if clients should not see it.

    >>> status_of(ServiceError("error.service.busy"))
    429
    """
    return STATUSES.get(problem.key, 500)


def retry_after(problem: ShuziError) -> int | None:
    """Return the seconds after which to retry, if retrying makes sense.

    >>> retry_after(ServiceError("error.service.busy")), retry_after(ServiceError("error.service.json"))
    (1, None)
    """
    seconds = _RETRY_AFTER.get(problem.key)
    # for a picture, `seconds` is how long it took
    return problem.values.get("seconds", seconds) if isinstance(problem, ServiceError) else seconds


def for_client(problem: ShuziError) -> ShuziError:
    """Return an error as a client is told it: what is missing is not the client's to install."""
    if not isinstance(problem, MissingExtra):
        return problem
    log.error("%s", problem.sentence("en"))
    return MissingExtra("error.service.extra", **problem.values)


def fault() -> ServiceError:
    """Return the error for a fault of the service itself, with the current request id."""
    return ServiceError("error.service.internal", request=current_id.get())


def problem_response(problem: ShuziError, errors: Sequence[str] = (), close: bool = False) -> Response:
    """Return an error as a response in the current language."""
    problem = for_client(problem)
    status = status_of(problem)
    if status == 500 and problem.key != "error.service.internal":
        log.error("%s", problem.sentence("en"))
        problem = fault()
    key = problem.key
    content = {"type": f"/docs#{key}", "title": say(f"service.title.{status}"), "status": status}
    content |= {"detail": problem.sentence(), "key": key} | ({"errors": errors} if errors else {})
    headers = {"connection": "close"} if close else {}
    if (seconds := retry_after(problem)) is not None:
        headers["retry-after"] = str(seconds)
    if status == 401:
        headers["www-authenticate"] = 'Bearer realm="shuzi"'
    if key == "error.service.taken":
        content["training"] = problem.values["name"]
    if allowed := problem.values.get("allowed"):
        headers["allow"] = allowed
    said = visible_json(json.dumps(content, ensure_ascii=False))
    return Response(said, status, headers, MEDIA_TYPE)


class BodyRefused(HTTPException):
    """A body is too long or too slow; an HTTPException, because Starlette lets those pass."""

    def __init__(self, problem: ShuziError) -> None:
        super().__init__(status_of(problem))
        self.problem = problem


async def _shuzi(request: Request, problem: ShuziError) -> Response:
    return problem_response(problem, problem.said if isinstance(problem, ValuesError) else ())


async def _invalid(request: Request, problem: ValidationError) -> Response:
    refused = ValuesError(sentences(problem.errors(include_url=False, include_input=False)))
    return problem_response(refused, refused.said)


async def _http(request: Request, problem: HTTPException) -> Response:
    if isinstance(problem, BodyRefused):
        return problem_response(problem.problem, close=True)
    # the page's files match every path without a route for this method, and most do not exist
    others = _by_other_methods(request)
    path = request.url.path
    if others or (problem.status_code == 405 and path != "/v1" and not path.startswith("/v1/")):
        allowed = others or {"GET"}
        allowed |= {"HEAD"} if "GET" in allowed else set()
        error = ServiceError("error.service.method", method=request.method, allowed=", ".join(sorted(allowed)))
    else:
        error = ServiceError("error.service.path", path=path)
    return problem_response(error)


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

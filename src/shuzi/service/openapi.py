"""The schema of requests and responses, and what it makes of endpoints: routes, and the OpenAPI document.

Requests are validated with the schema, and responses are built from it. Starlette and pydantic suffice here. FastAPI
would replace about a hundred lines of this module, but not the long parts: it reads whole forms and JSON before
limits are checked, on disk above 1 MB, accepts truncated forms as complete (`benchmarks/web_frameworks.py`), has
documentation in one language that needs scripts from elsewhere, and brings OpenTelemetry.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from typing import Annotated, Any, Literal, TypeVar

import numpy as np
from pydantic import AfterValidator, BaseModel, ConfigDict, Discriminator, Field, Tag, WithJsonSchema
from pydantic.json_schema import GenerateJsonSchema, models_json_schema
from pydantic_core import PydanticCustomError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from shuzi import __version__
from shuzi.errors import ServiceError
from shuzi.forms.grammar import MAX_ANSWERS, MAX_BOXES, MAX_OPTIONS, MAX_ROWS
from shuzi.forms.kinds import FieldKind
from shuzi.forms.result import CellStatus, RuleOfInk, RuleOfText
from shuzi.ink.normalize import SIDE
from shuzi.messages import language, say, visible_json
from shuzi.models import tasks
from shuzi.models.tasks import ModelKind
from shuzi.reading.result import DigitStatus, InkKind, Status
from shuzi.service.limits import Limits
from shuzi.service.problems import MEDIA_TYPE

_LIMITS = Limits()
Share = Annotated[float, Field(ge=0, le=1)]
Shares = Annotated[list[Share], Field(min_length=10, max_length=10)]
OneDigit = Annotated[int, Field(ge=0, le=9)]
# in JSON, 7.0 is an integer like 7, but "7" and true are not; this is checked for a whole image at once
Level = Annotated[
    float,
    Field(ge=0, le=255, strict=True),
    WithJsonSchema({"type": "integer", "minimum": 0, "maximum": 255}),
]
# stop at the first bad value: finding and keeping 784,000 errors would take seconds and a gigabyte
Row = Annotated[list[Level], Field(fail_fast=True, min_length=SIDE, max_length=SIDE)]
Rows = Annotated[list[Row], Field(fail_fast=True, min_length=SIDE, max_length=SIDE)]
Flat = Annotated[list[Level], Field(fail_fast=True, min_length=SIDE**2, max_length=SIDE**2)]


def _all_whole(image: Any) -> Any:
    if np.any(np.mod(image, 1)):
        raise PydanticCustomError("int_of_image", "not whole")
    return image


def _layout(image: Any) -> str:
    """Distinguish the two notations for an image, so that an error is about the intended one."""
    return "as-rows" if isinstance(image, list) and image and isinstance(image[0], list) else "as-flat"


Shade = Annotated[int, Field(ge=0, le=255)]
Seen = Annotated[
    list[Annotated[list[Shade], Field(min_length=SIDE, max_length=SIDE)]], Field(min_length=SIDE, max_length=SIDE)
]
Image = Annotated[Annotated[Rows, Tag("as-rows")] | Annotated[Flat, Tag("as-flat")], Discriminator(_layout)]
WholeImage = Annotated[Image, AfterValidator(_all_whole)]


class Said(BaseModel):
    """The base of all responses: a value that is not in the schema is an error and not silently dropped."""

    model_config = ConfigDict(extra="forbid")


class Problem(Said):
    """A problem, as defined by RFC 9457."""

    type: str
    title: str
    status: int
    detail: str = Field(description="service.schema.detail")
    key: str = Field(description="service.schema.key")
    errors: list[str] | None = Field(default=None, description="service.schema.errors")
    training: str | None = Field(default=None, description="service.schema.taken")


class Digit(Said):
    """One digit of a reading."""

    digit: OneDigit
    probability: Share = Field(description="service.schema.probability")
    probabilities: Shares
    box: Annotated[list[int], Field(min_length=4, max_length=4, description="service.schema.box")]
    status: DigitStatus
    image: Seen | None = Field(default=None, description="service.schema.image")
    counted: list[list[float]] | None = Field(default=None, description="service.schema.counted")


class Alternative(Said):
    """A possible text and its probability."""

    text: str
    probability: Share


class Mark(Said):
    """One mark of a reading."""

    mark: tasks.Mark
    probability: Share = Field(description="service.schema.mark_probability")
    box: Annotated[list[int], Field(min_length=4, max_length=4, description="service.schema.box")]
    alternatives: list[Alternative] = Field(description="service.schema.mark_alternatives")


class NumberLine(Said):
    """One line of a reading: a number, and where it stands."""

    text: str = Field(description="service.schema.text")
    digits_text: str = Field(description="service.schema.digits_text")
    box: Annotated[list[int], Field(min_length=4, max_length=4, description="service.schema.box")]
    status: Status
    confidence: Share = Field(description="service.schema.confidence")
    message: str = Field(description="service.schema.message")


class Ignored(Said):
    """Ink that is in no text."""

    kind: InkKind = Field(description="service.schema.ignored_kind")
    box: Annotated[list[int], Field(min_length=4, max_length=4, description="service.schema.box")]


class Reading(Said):
    """The number in a picture."""

    source: str = Field(description="service.schema.source")
    text: str = Field(description="service.schema.text")
    digits_text: str = Field(description="service.schema.digits_text")
    status: Status
    confidence: Share = Field(description="service.schema.confidence")
    digits_status: Status = Field(description="service.schema.digits_status")
    digits_confidence: Share = Field(description="service.schema.digits_confidence")
    lines: list[NumberLine] = Field(default=[], description="service.schema.lines")
    digits: list[Digit]
    marks: list[Mark] = Field(description="service.schema.marks")
    ignored: list[Ignored] = Field(description="service.schema.ignored")
    alternatives: list[Alternative] = Field(max_length=10, description="service.schema.alternatives")
    message: str = Field(description="service.schema.message")
    size: Annotated[list[int], Field(min_length=2, max_length=2)] | None = Field(
        default=None, description="service.schema.size"
    )


class Unread(Said):
    """Returned instead of a reading: why a picture could not be read."""

    source: str
    error: str
    key: str


class Readings(Said):
    """A reading for each picture, in the order of the request."""

    readings: list[Reading | Unread]


class Images(BaseModel):
    """Images of single digits to classify."""

    model_config = ConfigDict(extra="forbid")

    images: list[WholeImage] = Field(
        fail_fast=True, min_length=1, max_length=_LIMITS.images, description="service.schema.images"
    )
    model: str = Field(default="", max_length=200, description="service.schema.model")


class Answer(Said):
    """A network's answer for an image."""

    digit: OneDigit
    probability: Share
    probabilities: Shares


class Answers(Said):
    """An answer for each image, in the order of the request."""

    answers: list[Answer]


class Score(Said):
    """The accuracy on n images, with its 95 % interval."""

    accuracy: Share
    n: int
    interval: Annotated[list[Share], Field(min_length=2, max_length=2)]
    on: str = Field(description="service.schema.on")


class Model(Said):
    """A model and facts about it."""

    name: str
    kind: ModelKind
    recipe: str
    network: str
    parameters: int
    bytes: int
    score: Score | None
    settings: dict[str, str | bool | int | float] = Field(description="service.schema.settings")
    shipped: bool = Field(description="service.schema.shipped")
    chosen: bool = Field(description="service.schema.chosen")
    milliseconds: float | None = Field(description="service.schema.milliseconds")


class Models(Said):
    """All models."""

    models: list[Model]


class FormColumn(Said):
    """A column of a table read from forms: a field of the spec."""

    name: str
    label: str
    kind: FieldKind
    decimals: int = Field(ge=0, le=MAX_BOXES)
    total: bool = Field(description="service.schema.total")
    printed: bool = Field(description="service.schema.printed")
    options: list[str] = Field(default=[], max_length=MAX_OPTIONS, description="service.schema.options")
    choose: Literal["one", "any"] = Field(default="one", description="service.schema.choose")
    among: list[str] = Field(default=[], max_length=MAX_ROWS, description="service.schema.among")
    names: list[str] = Field(default=[], max_length=MAX_ROWS, description="service.schema.names")
    sum_of: list[str] = Field(default=[], max_length=1_000, description="service.schema.sum_of")
    points: float = Field(default=0.0, ge=0, le=1e15, description="service.schema.points")
    key: list[str] = Field(default=[], max_length=MAX_ANSWERS, description="service.schema.answers")
    tolerance: float = Field(default=0.0, ge=0, le=1e15, description="service.schema.tolerance")
    half_tolerance: float = Field(default=0.0, ge=0, le=1e15, description="service.schema.half_tolerance")
    partial: bool = Field(default=False, description="service.schema.partial")


class FormChange(Said):
    """A change made to a cell in review."""

    before: str = Field(max_length=1_000, description="service.schema.change_before")
    after: str = Field(max_length=1_000, description="service.schema.change_after")
    at: str = Field(max_length=40, description="service.schema.change_at")


class FormCell(Said):
    """A cell of a table read from forms."""

    text: str
    status: CellStatus
    confidence: Share
    rule: Literal[RuleOfText, RuleOfInk] = Field(description="service.schema.rule")
    message: str = Field(description="service.schema.message")
    alternatives: list[Alternative] = Field(max_length=10)
    page: int
    box: Annotated[list[int], Field(min_length=4, max_length=4, description="service.schema.box")]
    source: str = Field(description="service.schema.source")
    picture: str | None = Field(default=None, description="service.schema.cell_picture")
    digits: str | None = Field(default=None, description="service.schema.cell_digits")
    changes: list[FormChange] = Field(default=[], max_length=100, description="service.schema.changes")
    turned: int | None = Field(default=None, ge=0, le=3, description="service.schema.cell_turned")


class FormRow(Said):
    """A row of a table read from forms."""

    sheet: int
    row: int
    cells: dict[str, FormCell] = Field(max_length=1_000, description="service.schema.cells")
    version: str | None = Field(default=None, max_length=1_000, description="service.schema.version")


class FormVersion(Said):
    """A version of a sheet: the order of its fields, and its keys."""

    name: str = Field(max_length=1_000)
    order: list[str] = Field(max_length=1_000, description="service.schema.version_order")
    keys: dict[str, list[str]] = Field(max_length=1_000, description="service.schema.version_keys")


class FormProblem(Said):
    """A picture that could not be read, or a page that is missing or duplicated."""

    source: str
    message: str


class FormTable(Said):
    """A table read from forms."""

    format: Literal[1] = Field(description="service.schema.format")
    title: str
    columns: list[FormColumn] = Field(fail_fast=True, max_length=1_000)
    # clients send tables too: see `Rows`
    rows: list[FormRow] = Field(fail_fast=True)
    doubtful: int = Field(description="service.schema.doubtful")
    problems: list[FormProblem] = Field(fail_fast=True)
    versions: list[FormVersion] = Field(default=[], max_length=100)


class Review(Said):
    """A table that was read when the service was started, to be reviewed in the page."""

    id: str = Field(description="service.schema.review")
    photographs: list[str] = Field(description="service.schema.photographs")
    table: FormTable


class Health(Said):
    """The service is alive."""

    status: Literal["ok"]


M = TypeVar("M", bound=BaseModel)
Endpoint = Callable[[Request], Awaitable[Response]]

JSON = "application/json"
_ALWAYS = (403, 408, 413, 421, 429, 500, 503)  # the status codes of problems that any operation can return


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

    >>> from shuzi.service.openapi import Health
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
    modes: Any = [(shape, "validation") for shape in shapes]
    _, defined = models_json_schema(modes, ref_template=_REFERENCES, schema_generator=_Untitled)
    schemas = defined["$defs"]
    for name, schema in schemas.items():
        del schema["title"]
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


class _Untitled(GenerateJsonSchema):
    """Leaves out the titles that pydantic derives from the names of fields, since they are not translated."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002
        return False


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
    path = [
        _parameter("path", name, f"service.schema.{name}", _TEXT) for name in re.findall(r"{(\w+)}", operation.path)
    ]
    if parameters := [*path, *_in_query(operation.query), *headers]:
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
        for status in sorted({*_ALWAYS, *operation.problems, *([422] if operation.query else [])})
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


def _in_query(shape: type[BaseModel] | None) -> list[dict[str, Any]]:
    schemas = shape.model_json_schema(schema_generator=_Untitled)["properties"] if shape else {}
    return [_parameter("query", name, schema.pop("description"), schema) for name, schema in schemas.items()]


def _parameter(place: str, name: str, description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": place, "required": place == "path", "schema": schema, "description": description}

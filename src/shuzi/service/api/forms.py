"""The endpoint that reads photographs of filled forms, or of ruled tables, into a table."""

from __future__ import annotations

import asyncio
import hashlib
from functools import partial
from typing import Any

from pydantic import Field as Described
from starlette.requests import Request
from starlette.responses import Response

from shuzi.errors import ModelError, PictureError, ServiceError, ShuziError
from shuzi.forms.result import PageRead, Problem
from shuzi.forms.table_grid import MAX_LINES, UNKNOWN, Shape
from shuzi.messages import language
from shuzi.pictures.open import Picture, open_picture
from shuzi.pictures.plain import PDF, kind_of
from shuzi.reading.parallel.calls import estimate_size
from shuzi.reading.reader import Reader
from shuzi.service.api import answers
from shuzi.service.api.answers import Source, Special
from shuzi.service.api.form_tables import Files, check, join, read_one
from shuzi.service.api.schema import FormTable
from shuzi.service.http.multipart import form_of
from shuzi.service.http.operations import JSON, Operations, Query, query
from shuzi.service.parts import Parts, parts_of, slot_for

operations = Operations("reading")

_ONCE = ("spec", "roster", "blank", "hand", "before")
_BINARY = {"type": "string", "format": "binary"}
_BODY: dict[str, Any] = {
    "multipart/form-data": {
        "type": "object",
        "properties": {
            "picture": {"type": "array", "minItems": 1, "items": _BINARY, "description": "service.schema.picture"},
            "spec": _BINARY | {"description": "service.schema.form_spec"},
            "roster": _BINARY | {"description": "service.schema.form_roster"},
            "blank": _BINARY | {"description": "service.schema.form_blank"},
            "hand": _BINARY | {"description": "service.schema.form_hand"},
            "before": _BINARY | {"description": "service.schema.form_before"},
        },
        "required": ["picture"],
    },
}


class FormsQuery(Query):
    """The query parameters of a request to read forms."""

    model: str = Described(default="", max_length=200, description="service.schema.model")
    table: bool = Described(default=False, description="service.schema.table")
    rows: int = Described(default=0, ge=0, le=MAX_LINES, description="service.schema.table_rows")
    columns: int = Described(default=0, ge=0, le=MAX_LINES, description="service.schema.table_columns")


@operations.add(
    "POST",
    "/v1/forms",
    "service.forms.",
    answers={200: FormTable},
    problems=(400, 401, 404, 415, 422, 501),
    query=FormsQuery,
    body=_BODY,
    example='-F picture=@seven.png "{address}/v1/forms?table=true"',
)
async def forms(request: Request) -> Response:
    """Read forms into a table."""
    parts, asks = parts_of(request), query(request, FormsQuery)
    body = await request.body()
    kind = request.headers.get("content-type", "")
    async with slot_for(request):
        reader = await parts.readers.ready(asks.model)
        named, files = await asyncio.to_thread(form_of, body, kind, parts.limits.pictures, _ONCE)
        _, before = files.pop("before", ("", None))
        shape = Shape(asks.rows, asks.columns)
        if not asks.table and shape != UNKNOWN:
            raise ServiceError("error.service.shape")
        if ("spec" in files) == asks.table or (asks.table and files.keys() - {"hand"}):
            raise ServiceError("error.service.form_or_table")
        if any(kind_of(content) == PDF for _, content in named) and not parts.settings.pdf:
            raise ServiceError("error.service.no_pdf")
        work = _Work(parts, reader, files, before, shape)
        try:
            await work.check()  # before any picture is decoded
        except ServiceError as problem:
            raise _naming(problem, asks.model or parts.readers.chosen) from problem
        if any(answers.is_special(content) for _, content in named):
            async with parts.decoders.slot():
                sources = await parts.decoders.run(partial(answers.sources_of, named, parts.limits.pictures))
                said = await work.table(sources)
        else:
            said = await work.table([*named])
    return Response(said, media_type=JSON)


class _Work:
    """Reads the pictures of one request, several at a time."""

    def __init__(self, parts: Parts, reader: Reader, files: Files, before: bytes | None, shape: Shape) -> None:
        self._parts, self._files, self._shape, self._language = parts, files, shape, language()
        self._before = before, parts.limits.cells
        self._shared = parts.pool.shared(reader, *parts.readers.helpers)
        self._room = asyncio.Semaphore(parts.pool.workers)

    async def check(self) -> None:
        """Raise a ServiceError if the spec has a mistake, or the hand or the earlier table is unusable."""
        before, most = self._before
        if self._files or before is not None:
            await self._parts.pool.run(
                *(check, self._files, before, most, self._language), shared=self._shared, size=len(before or b"")
            )

    async def table(self, sources: list[Source]) -> bytes:
        """Read all pictures; return the table as JSON."""
        first: dict[str, str] = {}
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [
                    group.create_task(self._read(name, _unless_seen(name, picture, first)))
                    for name, picture in sources
                ]
        except* ServiceError as problems:
            raise problems.exceptions[0] from None
        read = [task.result() for task in tasks]
        self._parts.metrics.pictures.inc(sum(not isinstance(each, Problem) for each in read))
        before, most = self._before
        said: bytes = await self._parts.pool.run(
            *(join, read, self._files, before, most, self._language), shared=self._shared, size=len(before or b"")
        )
        return said

    async def _read(self, name: str, source: Any) -> PageRead | Problem:
        async with self._room:
            picture: Picture | ShuziError = source
            if isinstance(source, ShuziError):
                picture = source.with_path(name)
            try:
                if isinstance(source, bytes) and kind_of(source) is None:
                    raise PictureError("error.picture.unknown", path=name)
                if not isinstance(source, bytes | ShuziError):
                    file = source.content if isinstance(source, Special) else source
                    picture = await self._parts.decoders.run(partial(open_picture, file))
            except ServiceError:
                raise
            except ShuziError as problem:
                picture = problem.with_path(name)
            size = 0 if isinstance(picture, ShuziError) else estimate_size(picture)
            given = name, picture, self._files, self._shape, self._language
            found: PageRead | Problem = await self._parts.pool.run(read_one, *given, shared=self._shared, size=size)
            return found


def _naming(problem: ServiceError, model: str) -> ServiceError:
    """Return an error that gives the model's name instead of the path of its file."""
    reason = problem.values.get("reason")
    if not isinstance(reason, ModelError):
        return problem
    return ServiceError(problem.key, reason=reason.with_path(model))


def _unless_seen(name: str, picture: Any, first: dict[str, str]) -> Any:
    """Return a picture, or an error if it repeats an earlier one."""
    content = picture.content if isinstance(picture, Special) else picture
    if not isinstance(content, bytes):
        return picture
    key = hashlib.sha256(content).hexdigest()
    if key in first:
        return PictureError("error.form.same", path=name, first=first[key])
    first[key] = name
    return picture

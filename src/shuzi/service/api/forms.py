"""The endpoint that reads photographs of filled forms, or of ruled tables, into a table."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic import Field as Described
from starlette.requests import Request
from starlette.responses import Response

from shuzi.errors import DataError, ModelError, PictureError, ServiceError, ShuziError
from shuzi.forms.collect import collect, try_page
from shuzi.forms.parse import check_beside, spec_of
from shuzi.forms.reading.before import pages_before, ruled_before
from shuzi.forms.reading.page import PageRead, PageReader
from shuzi.forms.reading.ruled import joined, read_table
from shuzi.forms.result import Problem, Row, Table
from shuzi.forms.spec import Spec
from shuzi.forms.toml import text_of
from shuzi.messages import language, speaking
from shuzi.pictures.open import Picture, open_picture
from shuzi.pictures.plain import PDF, PNG, is_plain, kind_of
from shuzi.reading.hand import hand_of
from shuzi.reading.parallel.calls import weight
from shuzi.reading.reader import Reader
from shuzi.service.api import answers
from shuzi.service.api.answers import Source, Special
from shuzi.service.api.schema import FormTable
from shuzi.service.api.workbook import table_in
from shuzi.service.http.multipart import Named, form_of
from shuzi.service.http.operations import JSON, Operations, query, written
from shuzi.service.parts import Parts, parts_of, place_for

operations = Operations("reading")

Files = dict[str, Named]
"""The other files by field: "spec", "roster" and "blank" if the spec names them, and "hand"."""

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


class FormsQuery(BaseModel):
    """The query parameters of a request to read forms."""

    model: str = Described(default="", max_length=200, description="service.schema.model")
    table: bool = Described(default=False, description="service.schema.table")


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
    async with place_for(request):
        reader = await parts.readers.ready(asks.model)
        named, files = await asyncio.to_thread(form_of, body, kind, parts.limits.pictures, _ONCE)
        _, before = files.pop("before", ("", None))
        if ("spec" in files) == asks.table or (asks.table and files.keys() - {"hand"}):
            raise ServiceError("error.service.form_or_table")
        if any(kind_of(content) == PDF for _, content in named) and not parts.settings.pdf:
            raise ServiceError("error.service.no_pdf")
        work = _Work(parts, reader, files, before)
        try:
            await work.check()  # before any picture is decoded
        except ServiceError as problem:
            raise _naming(problem, asks.model or parts.readers.chosen) from problem
        if any(answers.is_special(content) for _, content in named):
            async with parts.decoders.place():
                sources = await parts.decoders.run(partial(answers.sources_of, named, parts.limits.pictures))
                said = await work.table(sources)
        else:
            said = await work.table([*named])
    return Response(said, media_type=JSON)


class _Work:
    """How the pictures of one request are read, several at a time."""

    def __init__(self, parts: Parts, reader: Reader, files: Files, before: bytes | None) -> None:
        self._parts, self._files, self._language = parts, files, language()
        self._before = before, parts.limits.cells
        self._shared = parts.pool.shared(reader, *parts.readers.helpers)
        self._room = asyncio.Semaphore(parts.pool.workers)

    async def check(self) -> None:
        """Raise a ServiceError if the spec has a mistake, or the hand or the table before cannot be used."""
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
                    group.create_task(self._read(number, name, _unless_seen(name, picture, first)))
                    for number, (name, picture) in enumerate(sources, start=1)
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

    async def _read(self, number: int, name: str, source: Any) -> PageRead | list[Row] | Problem:
        async with self._room:
            picture: Picture | ShuziError = source
            if isinstance(source, ShuziError):
                picture = answers.about(name, source)
            try:
                if isinstance(source, bytes) and kind_of(source) is None:
                    raise PictureError("error.picture.unknown", path=name)
                if not isinstance(source, bytes | ShuziError):
                    file = source.content if isinstance(source, Special) else source
                    picture = await self._parts.decoders.run(partial(open_picture, file))
            except ServiceError:
                raise
            except ShuziError as problem:
                picture = answers.about(name, problem)
            size = 0 if isinstance(picture, ShuziError) else weight(picture)
            given = number, name, picture, self._files, self._language
            found: PageRead | list[Row] | Problem = await self._parts.pool.run(
                read_one, *given, shared=self._shared, size=size
            )
            return found


def _naming(problem: ServiceError, model: str) -> ServiceError:
    """Return an error that calls the model by its name: where its file lies is nobody's business."""
    reason = problem.values.get("reason")
    if not isinstance(reason, ModelError):
        return problem
    return ServiceError(problem.key, reason=type(reason)(reason.key, **reason.values | {"path": model}))


def _unless_seen(name: str, picture: Any, first: dict[str, str]) -> Any:
    """Return a picture, or an error if the same one was there before."""
    content = picture.content if isinstance(picture, Special) else picture
    if not isinstance(content, bytes):
        return picture
    key = hashlib.sha256(content).hexdigest()
    if key in first:
        return PictureError("error.form.same", path=name, first=first[key])
    first[key] = name
    return picture


def check(reader: Reader, files: Files, before: bytes | None, most: int, spoken: str) -> None:
    """Make sure that a spec, a hand and a table before can be used; in a reading process.

    Raises
    ------
    ServiceError
        One has a mistake, a file that the spec names was not sent, or the table is of another spec.
    """
    with speaking(spoken):
        if "spec" not in files:
            _knowing(reader, files)
        _table(reader, [], files, before, most)


def read_one(
    reader: Reader, number: int, name: str, picture: Picture | ShuziError, files: Files, spoken: str
) -> PageRead | list[Row] | Problem:
    """Read one picture of a form, or of a table if there is no spec; in a reading process."""
    with speaking(spoken):
        if "spec" not in files:
            found: PageRead | list[Row] | Problem = read_table(_knowing(reader, files), number, name, picture)
        else:
            found = try_page(_pages(reader, files), picture, name)
    # what is read from bytes is not called by its name
    return Problem(name, found.message) if isinstance(found, Problem) else found


def join(reader: Reader, read: list[Any], files: Files, before: bytes | None, most: int, spoken: str) -> bytes:
    """Put what was read into a table, or add it to one that was read before; return it as JSON; in a reading process.

    Parameters
    ----------
    reader
        Reads.
    read
        What was read of each picture.
    files
        The other files of the request.
    before, most
        The JSON of the table, if there is one; and how many cells it may have.
    spoken
        The language of messages.
    """
    with speaking(spoken):
        return written(FormTable.model_validate(_table(reader, read, files, before, most).as_dict()))


def _table(reader: Reader, read: list[Any], files: Files, before: bytes | None, most: int) -> Table:
    pages = _pages(reader, files) if "spec" in files else None
    if before is not None:
        table = _before(before, most)
        try:
            read = [*pages_before(pages.spec, table), *read] if pages else ruled_before(table, read)
        except ShuziError as problem:
            raise ServiceError("error.service.before", reason=problem) from problem
    return collect(pages.spec, read, pages.pages) if pages else joined(read)


_OF_BEFORE = {"error.service.json": "service.before.json", "error.service.cells": "service.before.cells"}


def _before(content: bytes, most: int) -> Table:
    try:
        found = table_in(content, most)
    except ServiceError as problem:  # whose sentence may be about a body that is a table
        reason = _OF_BEFORE.get(problem.key)
        raise ServiceError(
            "error.service.before", reason=ShuziError(reason, most=most) if reason else problem
        ) from problem
    for row in found["rows"]:
        for cell in row["cells"].values():
            if cell["picture"] is None:
                del cell["picture"]
    try:
        return Table.from_dict(found)
    except ValueError as problem:  # a picture is not in Base64
        raise ServiceError("error.service.cell_picture") from problem


_kept: list[tuple[str, PageReader]] = []
"""The last reader of pages: laying out a spec, or finding the features of a blank form, takes as long as reading."""

_known: list[tuple[str, Reader]] = []
"""The last reader that knows a hand: looking at 10,000 digits takes seconds."""


def _key(reader: Reader, files: Files, names: Iterable[str]) -> str:
    parts = (part for name in names for part in (name.encode(), files[name][1]))
    digests = b"".join(hashlib.sha256(part).digest() for part in parts)
    return hashlib.sha256(digests + reader.card.weights.encode()).hexdigest()


def _knowing(reader: Reader, files: Files) -> Reader:
    """Return the reader, or one that knows the hand that was sent."""
    if "hand" not in files:
        return reader
    key = _key(reader, files, ["hand"])
    if not _known or _known[0][0] != key:
        name, content = files["hand"]
        try:
            _known[:] = [(key, reader.knowing(hand_of(content, Path(name))))]
        except ShuziError as problem:
            raise ServiceError("error.service.hand", reason=problem) from problem
    return _known[0][1]


def _pages(reader: Reader, files: Files) -> PageReader:
    key = _key(reader, files, sorted(files))
    if not _kept or _kept[0][0] != key:
        reader = _knowing(reader, files)
        try:
            _kept[:] = [(key, PageReader(_spec(files), reader))]
        except ServiceError:
            raise
        except ShuziError as problem:
            raise ServiceError("error.service.spec", reason=problem) from problem
    return _kept[0][1]


def _spec(files: Files) -> Spec:
    name, content = files["spec"]

    def beside(what: str, named: str) -> bytes:
        if what not in files:  # never a file of this machine
            raise DataError("error.service.beside", what=what, name=named[:80])
        called, sent = files[what]
        check_beside(what, called, sent)
        # anything else would be decoded in a child of this process: with no place in the queue for such children
        if what == "blank" and not (kind_of(sent) == PNG and is_plain(sent, PNG)):
            raise DataError("error.service.blank", path=called)
        used.add(what)
        return sent

    used = {"spec", "hand"}
    path = Path(name)
    spec = spec_of(text_of(content, path), path, beside)
    if unused := [each for each in files if each not in used]:
        raise DataError("error.service.unused", what=unused[0])
    return spec

"""The endpoints that read filled forms or ruled tables into a table, and find the fields of a blank form.

Functions that run "in a reading process" use the reader that is kept there.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field as Described
from starlette.requests import Request
from starlette.responses import Response

from shuzi.data.own import hand_of
from shuzi.errors import DataError, ModelError, PictureError, ServiceError, ShuziError
from shuzi.forms.collect import collect, reopen_pages, reopen_ruled, try_page
from shuzi.forms.grammar import FieldStyle, text_of
from shuzi.forms.kinds import FieldKind
from shuzi.forms.read import PageReader
from shuzi.forms.result import PageRead, Problem, Table
from shuzi.forms.spec import Spec, check_beside, spec_of
from shuzi.forms.table_grid import MAX_LINES, UNKNOWN, Shape
from shuzi.forms.tables import as_tables, join_tables, try_table
from shuzi.forms.trace import MILLIMETRE, Drawn, Traced, places_of, trace
from shuzi.messages import Language, language, speaking
from shuzi.pictures.decode import PNG, is_plain, kind_of
from shuzi.pictures.open import open_picture
from shuzi.reading.read_many import estimate_size
from shuzi.reading.reader import Reader
from shuzi.service.limits import PROBLEMS
from shuzi.service.openapi import JSON, FormTable, Operations, Query, Said, query, written
from shuzi.service.parts import Parts, parts_of, slot_for
from shuzi.service.pictures import (
    PICTURES,
    Decoded,
    Named,
    Source,
    decoded,
    form_body,
    form_of,
    opened,
    pictures_of,
    sources_in,
)
from shuzi.service.problems import checked

operations = Operations("reading")

_ONCE = {
    "spec": "service.schema.form_spec",
    "roster": "service.schema.form_roster",
    "blank": "service.schema.form_blank",
    "hand": "service.schema.form_hand",
    "before": "service.schema.form_before",
}
_BODY = form_body(**_ONCE)


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
        work = _Work(parts, reader, files, before, shape)
        try:
            await work.check()  # before any picture is decoded
        except ServiceError as problem:
            raise _naming(problem, asks.model or parts.readers.chosen) from problem
        async with sources_in(parts, named) as sources:
            said = await work.table(sources)
    return Response(said, media_type=JSON)


class _Work:
    """Reads the pictures of one request, several at a time."""

    def __init__(self, parts: Parts, reader: Reader, files: Files, before: bytes | None, shape: Shape) -> None:
        self._parts, self._files, self._shape, self._language = parts, files, shape, language()
        self._before = before, parts.limits.cells
        self._shared = parts.pool.shared(reader, *parts.readers.helpers)

    async def check(self) -> None:
        """Raise a ServiceError if the spec has a mistake, or the hand or the earlier table is unusable."""
        before, max_cells = self._before
        if self._files or before is not None:
            await self._parts.pool.run(
                *(check, self._files, before, max_cells, self._language), shared=self._shared, size=len(before or b"")
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
        self._parts.metrics.pictures.inc(sum(not isinstance(page, Problem) for page in read))
        before, max_cells = self._before
        said: bytes = await self._parts.pool.run(
            *(join, read, self._files, before, max_cells, self._language),
            shared=self._shared,
            size=len(before or b""),
        )
        return said

    async def _read(self, name: str, source: Any) -> PageRead | Problem:
        try:
            if isinstance(source, ShuziError):
                raise source
            if isinstance(source, bytes) and kind_of(source) is None:
                raise PictureError("error.picture.unknown", path=name)
            async with decoded(self._parts, source) as picture:
                given = name, picture, self._files, self._shape, self._language
                found: PageRead | Problem = await self._parts.pool.run(
                    read_one, *given, shared=self._shared, size=estimate_size(picture)
                )
                return found
        except ServiceError:
            raise
        except ShuziError as problem:
            return Problem(name, problem.with_path(name).sentence(self._language))


def _naming(problem: ServiceError, model: str) -> ServiceError:
    """Return an error that gives the model's name instead of the path of its file."""
    reason = problem.values.get("reason")
    if not isinstance(reason, ModelError):
        return problem
    return ServiceError(problem.key, reason=reason.with_path(model))


def _unless_seen(name: str, picture: Any, first: dict[str, str]) -> Any:
    """Return a picture, or an error if it repeats an earlier one."""
    if not isinstance(picture, bytes):
        return picture
    key = hashlib.sha256(picture).hexdigest()
    if key in first:
        return PictureError("error.form.same", path=name, first=first[key])
    first[key] = name
    return picture


Files = dict[str, Named]
"""The other files by field: "spec", "roster" and "blank" if the spec names them, and "hand"."""

_MARKS = 80  # brackets, braces and quotation marks of a cell with five alternatives
_BESIDE = {"roster": ShuziError("service.beside.roster"), "blank": ShuziError("service.beside.blank")}


def check(reader: Reader, files: Files, before: bytes | None, max_cells: int, language: str) -> None:
    """Make sure that a spec, a hand and an earlier table are usable; in a reading process."""
    with speaking(language):
        if "spec" not in files:
            _knowing(reader, files)
        _table(reader, [], files, before, max_cells)


def read_one(
    reader: Reader, name: str, picture: Decoded, files: Files, shape: Shape, language: str
) -> PageRead | Problem:
    """Read one picture of a form, or of a table of that shape if there is no spec; in a reading process."""
    with speaking(language):
        try:  # here, since other errors would name it by number
            picture = open_picture(picture)
        except ShuziError as problem:
            return Problem(name, str(problem.with_path(name)))
        if "spec" not in files:
            found = try_table(_knowing(reader, files), picture, name, shape)
        else:
            found = try_page(_pages(reader, files), picture, name)
    # errors about bytes lack the name
    return Problem(name, found.message) if isinstance(found, Problem) else found


def join(
    reader: Reader, read: list[PageRead | Problem], files: Files, before: bytes | None, max_cells: int, language: str
) -> bytes:
    """Put readings into a table, or add them to an earlier one; return it as JSON; in a reading process."""
    with speaking(language):
        return written(FormTable.model_validate(_table(reader, read, files, before, max_cells).as_dict()))


def _table(
    reader: Reader, read: list[PageRead | Problem], files: Files, before: bytes | None, max_cells: int
) -> Table:
    pages = _pages(reader, files) if "spec" in files else None
    table = None if before is None else _before(before, max_cells)
    try:
        if pages:
            earlier = reopen_pages(pages.spec, table) if table else []
            return collect(pages.spec, [*earlier, *read], pages.pages)
        found = as_tables(read)
        return join_tables(reopen_ruled(table, found) if table else found)
    except ShuziError as problem:
        raise ServiceError("error.service.before", reason=problem) from problem


_OF_BEFORE = {"error.service.json": "service.before.json", "error.service.cells": "service.before.cells"}


def _before(content: bytes, max_cells: int) -> Table:
    try:
        found = table_in(content, max_cells)
    except ServiceError as problem:  # its message may be about a body, which here is a table
        reason = _OF_BEFORE.get(problem.key)
        raise ServiceError(
            "error.service.before", reason=ShuziError(reason, max=max_cells) if reason else problem
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
    """Return the reader, or one that knows the hand of the request."""
    if "hand" not in files:
        return reader
    key = _key(reader, files, ["hand"])
    if not _known or _known[0][0] != key:
        name, content = files["hand"]
        try:
            _known[:] = [(key, reader.with_corrections(hand_of(content, Path(name))))]
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
            raise DataError("error.service.beside", what=_BESIDE[what], name=named[:80])
        called, sent = files[what]
        check_beside(what, called, sent)
        # other files would be decoded in a child of this process, outside the queue for such children
        if what == "blank" and not (kind_of(sent) == PNG and is_plain(sent, PNG)):
            raise DataError("error.service.blank", path=called)
        used.add(what)
        return sent

    used = {"spec", "hand"}
    path = Path(name)
    spec = spec_of(text_of(content, path), path, beside)
    if unused := [file for file in files if file not in used]:
        raise DataError("error.service.unused", what=unused[0])
    return spec


def table_in(body: bytes, max_cells: int) -> dict[str, Any]:
    """Return the values of a table's JSON, without checking its pictures."""
    asked = checked(body, FormTable, marks=_MARKS * max_cells, strict=True)
    if len(asked.problems) > PROBLEMS:
        raise ServiceError("error.service.problems", max=PROBLEMS)
    # rows without cells and cells without a column cost as much
    counts = (len(asked.rows) * max(1, len(asked.columns)), sum(len(row.cells) for row in asked.rows))
    if max(counts) > max_cells:
        raise ServiceError("error.service.cells", max=max_cells)
    return asked.model_dump()


_TITLE = "Form"
_FIELDS = "fields"
_TRACE_BODY = PICTURES | form_body(**{_FIELDS: "service.schema.trace_fields"})


class TraceQuery(Query):
    """The query parameters of a request to trace a form."""

    title: str = Described(default=_TITLE, max_length=1_000, description="service.schema.trace_title")
    paper: str = Described(default="A4", max_length=20, description="service.schema.trace_paper")
    page: int = Described(default=1, ge=1, description="service.schema.trace_page")


class TracedField(Said):
    """A field that is printed on a blank form."""

    name: str
    kind: FieldKind
    boxes: int = Described(ge=1, le=24)
    decimals: int = Described(ge=0, le=24)
    style: FieldStyle = Described(description="service.schema.style")
    at: list[Annotated[list[float], Described(min_length=4, max_length=4)]] = Described(
        min_length=1, max_length=24, description="service.schema.at"
    )


class TracedForm(Said):
    """The traced spec of a blank form: its paper, and the fields that are printed on it."""

    title: str
    language: Language
    paper: str
    landscape: bool
    size: Annotated[list[float], Described(min_length=2, max_length=2, description="service.schema.size_mm")]
    blank: str = Described(description="service.schema.traced_blank")
    fields: list[TracedField]
    left_out: int = Described(description="service.schema.left_out")
    pages: int = Described(description="service.schema.pages")


@operations.add(
    "POST",
    "/v1/forms/trace",
    "service.trace.",
    answers={200: TracedForm},
    problems=(400, 401, 415, 422, 501),
    query=TraceQuery,
    body=_TRACE_BODY,
    example="-F picture=@blank.png {address}/v1/forms/trace",
)
async def trace_form(request: Request) -> Response:
    """Find the fields of a blank form."""
    parts, asks = parts_of(request), query(request, TraceQuery)
    body = await request.body()
    kind = request.headers.get("content-type", "")
    async with slot_for(request):
        (name, content), drawn = await asyncio.to_thread(_parts_of, body, kind)
        pages, picture = await opened(parts, name, content, asks.page)
        given = name, picture, asks.title, asks.paper, drawn, pages, language()
        said = await parts.pool.run(trace_one, *given, size=estimate_size(picture))
    return Response(said, media_type=JSON)


def _parts_of(body: bytes, kind: str) -> tuple[Named, Named | None]:
    """Return the picture, and the drawn fields if any; raises ServiceError."""
    if not kind.lower().startswith("multipart/"):
        return pictures_of(body, kind, 1)[0], None
    (picture,), others = form_of(body, kind, 1, (_FIELDS,))
    return picture, others.get(_FIELDS)


def trace_one(
    name: str,
    picture: Decoded,
    title: str,
    paper: str,
    fields: Named | None,
    pages: int,
    language: str,
) -> bytes:
    """Trace a blank form; return a TracedForm as JSON; in a reading process."""
    with speaking(language):
        try:
            grey = open_picture(picture)
        except ShuziError as problem:
            raise problem.with_path(name) from problem
        try:
            drawn = None if fields is None else _drawn(*fields)
            traced = trace(grey, name, title, paper, drawn, MILLIMETRE)
        except ShuziError as problem:
            of_field = fields is not None and not isinstance(problem, PictureError)
            key = "error.service.drawn" if of_field else "error.service.trace"
            raise ServiceError(key, reason=problem) from problem
        return written(_said(traced, pages))


def _drawn(name: str, content: bytes) -> Drawn:
    path = Path(name)

    def beside(_: str, roster: str) -> bytes:  # never a file of this machine
        raise DataError("error.service.trace_roster", name=roster[:80])

    return Drawn(text_of(content, path), path, beside)


def _said(traced: Traced, pages: int) -> TracedForm:
    spec = traced.spec
    kept = ("name", "kind", "boxes", "decimals", "style")
    fields = [{key: getattr(field, key) for key in kept} | {"at": places_of(field)} for field in spec.fields]
    return TracedForm.model_validate(
        {
            "title": spec.title,
            "language": spec.language,
            "paper": spec.paper,
            "landscape": spec.landscape,
            "size": [*spec.size],
            "blank": base64.b64encode(spec.blank).decode(),
            "fields": fields,
            "left_out": traced.left_out,
            "pages": pages,
        }
    )

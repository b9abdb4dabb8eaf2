"""The endpoint that turns the picture of a blank form into the fields that are printed on it."""

from __future__ import annotations

import asyncio
import base64
from functools import partial
from pathlib import Path
from typing import Annotated, Any

from numpy import uint8
from numpy.typing import NDArray
from pydantic import Field as Described
from starlette.requests import Request
from starlette.responses import Response

from shuzi.errors import DataError, PictureError, ServiceError, ShuziError
from shuzi.forms.grammar import text_of
from shuzi.forms.spec import FieldKind, FieldStyle
from shuzi.forms.trace import MILLIMETRE, Drawn, Traced, places_of, trace
from shuzi.messages import Language, language, speaking
from shuzi.pictures.decoder import count_pages
from shuzi.pictures.open import open_picture
from shuzi.pictures.pdf import Page
from shuzi.pictures.plain import PDF, TIFF, kind_of
from shuzi.reading.parallel.calls import estimate_size
from shuzi.service.api import answers
from shuzi.service.api.reading import PICTURES
from shuzi.service.api.schema import Said
from shuzi.service.http.multipart import Named, form_of, pictures_of
from shuzi.service.http.operations import JSON, Operations, Query, query, written
from shuzi.service.parts import Parts, parts_of, slot_for

operations = Operations("reading")

_TITLE = "Form"
_FIELDS = "fields"
_MULTIPART = "multipart/form-data"
_BODY: dict[str, Any] = PICTURES | {
    _MULTIPART: PICTURES[_MULTIPART]
    | {
        "properties": PICTURES[_MULTIPART]["properties"]
        | {_FIELDS: {"type": "string", "format": "binary", "description": "service.schema.trace_fields"}}
    }
}


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
    body=_BODY,
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


async def opened(parts: Parts, name: str, content: bytes, page: int) -> tuple[int, bytes | NDArray[uint8]]:
    """Return the number of pages of a file, and one page: a plain file unchanged, any other decoded.

    Raises
    ------
    ShuziError
        It cannot be decoded, there is no such page, or PDF is not allowed.
    """
    kind = kind_of(content)
    has_pages = kind in (PDF, TIFF)
    if kind == PDF and not parts.settings.pdf:
        raise ServiceError("error.service.no_pdf")
    if not has_pages and page > 1:
        raise PictureError("error.picture.page", path=name, number=page, pages=1)
    if kind is None:
        raise PictureError("error.picture.unknown", path=name)
    if not answers.is_special(content):
        return 1, content
    async with parts.decoders.slot():
        try:
            pages = await parts.decoders.run(partial(count_pages, content)) if has_pages else 1
            file = Page(content, page) if has_pages else content
            return pages, await parts.decoders.run(partial(open_picture, file))
        except ServiceError:
            raise
        except ShuziError as problem:
            raise problem.with_path(name) from problem


def trace_one(
    name: str,
    picture: bytes | NDArray[uint8],
    title: str,
    paper: str,
    fields: Named | None,
    pages: int,
    spoken: str,
) -> bytes:
    """Trace a blank form; return a TracedForm as JSON; in a reading process.

    Raises
    ------
    PictureError
        It is not a picture.
    ServiceError
        It cannot be traced.
    """
    with speaking(spoken):
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
    fields = [{key: getattr(each, key) for key in kept} | {"at": places_of(each)} for each in spec.fields]
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

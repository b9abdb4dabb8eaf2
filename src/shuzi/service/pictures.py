"""The endpoints that read the pictures of a request, several at a time, classify 28x28 images and list models.

Functions that run "in a reading process" use the reader that is kept there.
"""

from __future__ import annotations

import asyncio
import io
import math
import re
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field
from python_multipart import multipart
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import FormParser, parse_options_header
from starlette.requests import Request
from starlette.responses import Response

from shuzi.errors import PictureError, ServiceError, ShuziError
from shuzi.messages import language, speaking
from shuzi.pictures.decode import PDF, TIFF, Page, is_plain, kind_of
from shuzi.pictures.decoder import count_pages
from shuzi.pictures.open import open_picture
from shuzi.processes.pool import BATCH
from shuzi.reading.automaton import LONGEST_PATTERN, compile_pattern
from shuzi.reading.display import DisplayReader, parse_region
from shuzi.reading.explain import what_counts
from shuzi.reading.read_many import estimate_size, use_one_core
from shuzi.reading.reader import Reader
from shuzi.service.limits import Quota
from shuzi.service.openapi import (
    JSON,
    Answer,
    Answers,
    Images,
    Model,
    Models,
    Operations,
    Query,
    Reading,
    Readings,
    Unread,
    answer,
    json_of,
    query,
    written,
)
from shuzi.service.parts import Parts, parts_of, slot_for
from shuzi.service.problems import checked, for_client

FIELD = "picture"
_MULTIPART, _URL_ENCODED = b"multipart/form-data", b"application/x-www-form-urlencoded"
_IN_MEMORY = {"MAX_MEMORY_FILE_SIZE": float("inf")}  # the body is there already

Named = tuple[str, bytes]


def form_of(
    body: bytes, content_type: str, max_files: int, once: Collection[str]
) -> tuple[list[Named], dict[str, Named]]:
    """Extract the pictures of a multipart form, at least one, and its other files by field, `once` each."""
    kind, options = parse_options_header(content_type)
    if kind != _MULTIPART:
        raise ServiceError("error.service.form_type", kind=kind.decode("latin-1")[:80])
    boundary = options.get(b"boundary")
    if not boundary:
        raise ServiceError("error.service.form")
    form = _Form(max_files, once)
    try:
        parser = FormParser(_MULTIPART.decode(), form.field, form.file, form.end, boundary, config=_IN_MEMORY)
        parser.write(body)
    except (FormParserError, ValueError) as problem:
        raise ServiceError("error.service.form") from problem
    if body and not form.ended:
        raise ServiceError("error.service.form")
    if not form.pictures:
        raise ServiceError("error.service.no_picture")
    return form.pictures, form.others


def pictures_of(body: bytes, content_type: str, max_files: int) -> list[Named]:
    """Extract the pictures from a body, at least one: the fields of a multipart form, or else the body itself.

    >>> pictures_of(b"GIF89a", "image/gif", max_files=1)
    [('picture', b'GIF89a')]
    """
    kind, _ = parse_options_header(content_type)
    if kind.startswith(b"multipart/") or kind == _URL_ENCODED:
        return form_of(body, content_type, max_files, ())[0]
    if not body:
        raise ServiceError("error.service.no_picture")
    return [(FIELD, body)]


class _Form:
    """Takes the parts that python-multipart reports.

    Starlette's form parser is not used: it writes anything above 1 MB to a temporary file, although pictures sent to
    the service must stay in memory, parses in the event loop, which 15 MB block for 0.13 s (Starlette 1.10, one core
    of an AMD EPYC), and accepts a truncated form as complete.
    """

    def __init__(self, max_files: int, once: Collection[str]) -> None:
        self.pictures: list[Named] = []
        self.others: dict[str, Named] = {}
        self.ended = False
        self._max_files, self._once = max_files, once

    def field(self, field: multipart.Field) -> None:
        self._take(field.field_name, b"", field.value or b"")

    def file(self, file: multipart.File) -> None:
        content = file.file_object
        assert isinstance(content, io.BytesIO)  # noqa: S101 - for the types
        self._take(file.field_name, file.file_name, content.getvalue())

    def end(self) -> None:
        self.ended = True

    def _take(self, field: bytes | None, file_name: bytes | None, content: bytes) -> None:
        name = _text(field or b"")
        named = _text(file_name or b"") or name, content
        if name == FIELD:
            if len(self.pictures) == self._max_files:
                raise ServiceError("error.service.pictures", max=self._max_files)
            self.pictures.append(named)
        elif name not in self._once:
            known = ", ".join(f'"{field}"' for field in (FIELD, *self._once))
            raise ServiceError("error.service.field", name=name[:80], known=known)
        elif name in self.others:
            raise ServiceError("error.service.field_twice", name=name)
        else:
            self.others[name] = named


def _text(name: bytes) -> str:
    r"""Decode a name from UTF-8, as browsers send it; invalid bytes are kept as they are.

    >>> _text("数字.png".encode()), _text(b"caf\xe9.png")
    ('数字.png', 'café.png')
    """
    try:
        return name.decode()
    except UnicodeDecodeError:
        return name.decode("latin-1")


_DECIMALS = 5
_MODEL = re.compile(rb'"model"\s*:\s*"([^"\\]{1,200})"')


Source = tuple[str, bytes | Page | ShuziError]
Decoded = bytes | NDArray[np.uint8]
"""A plain file, decoded by its reading process, or a picture decoded elsewhere."""


@dataclass(frozen=True)
class Asked:
    """The options of a reading."""

    language: str  # the language of messages
    explained: int | None = None  # how many digits of each picture to explain; None to explain nothing
    marks: bool = True  # whether marks are part of the text
    pattern: str = ""  # the pattern that texts must fit; "" for any text
    region: tuple[float, float, float, float] | None = None  # of a display: the part of each picture that is read


@dataclass(frozen=True)
class Read:
    """The outcome for a picture: a Reading as JSON, or the error instead, and how many digits were explained."""

    said: bytes | ShuziError
    explained: int = 0


def prepare_process() -> None:
    """Prepare a reading process, by importing everything that this module needs."""
    use_one_core()


def sources_of(named: list[tuple[str, bytes]], max_pictures: int) -> list[Source]:
    """Expand PDFs and TIFFs into pages, each of which is a picture."""
    sources: list[Source] = []
    for name, content in named:
        kind = kind_of(content)
        if kind not in (PDF, TIFF):
            sources.append((name, content))
            continue
        try:
            pages = count_pages(content)
        except ShuziError as problem:
            sources.append((name, problem))
            continue
        if kind == TIFF and pages == 1:
            sources.append((name, content))
            continue
        if pages > max_pictures:
            raise ServiceError("error.service.pages", path=name, pages=pages, max=max_pictures)
        if len(sources) + pages > max_pictures:
            raise ServiceError("error.service.pictures", max=max_pictures)
        sources += [(f"{name}#{page}", Page(content, page)) for page in range(1, pages + 1)]
    if len(sources) > max_pictures:
        raise ServiceError("error.service.pictures", max=max_pictures)
    return sources


def is_special(picture: bytes) -> bool:
    """Tell whether a picture's file is decoded in a child process.

    >>> is_special(b"GIF89a"), is_special(b"no picture")
    (True, False)
    """
    kind = kind_of(picture)
    return kind is not None and not is_plain(picture, kind)


def read_in_process(reader: Reader | DisplayReader, name: str, picture: Decoded, asked: Asked) -> Read:
    """Read a picture; in a reading process."""
    with speaking(asked.language):
        size: list[int] = []
        try:
            if isinstance(reader, DisplayReader):
                reading = (reader.with_region(*asked.region) if asked.region else reader).read(picture)
            else:
                seen = reader.recognise(picture)
                size = [*reversed(seen.shape)]
                reading = (reader.with_pattern(asked.pattern) if asked.pattern else reader).decide(seen)
        except PictureError as problem:
            return Read(problem.with_path(name))
        except ShuziError as problem:
            return Read(problem)
        if not asked.marks:
            reading = reading.digits_only()
        shown = reading.as_dict(name)
        explained = 0
        if asked.explained is not None and isinstance(reader, Reader):
            shown["size"] = size
            explained = min(asked.explained, len(reading.digits))
            for index, (digit, digit_read) in enumerate(zip(shown["digits"], reading.digits, strict=True)):
                digit["image"] = digit_read.image.tolist()
                if index < explained:
                    counted = what_counts(reader.classify, digit_read.image, digit_read.digit)
                    digit["counted"] = (counted.astype(float).round(_DECIMALS) + 0.0).tolist()
        return Read(written(Reading.model_validate(shown)), explained)


def model_named(body: bytes) -> str:
    """Guess the model named in the JSON of a classify request, without parsing all of it; "" if none is named.

    >>> model_named(b'{"images": [], "model": "tiny"}')
    'tiny'
    """
    found = _MODEL.search(body)
    return found[1].decode(errors="replace") if found else ""


def classify_in_process(reader: Reader, body: bytes, language: str, name: str) -> bytes | str:
    """Classify the images of a request; in a reading process."""
    with speaking(language):
        asked = checked(body, Images)
    if asked.model != name:
        return asked.model
    images = np.array([np.reshape(image, (28, 28)) for image in asked.images], np.uint8)
    probabilities = reader.classify(images)
    rows = [[round(probability, 4) for probability in row] for row in probabilities.tolist()]
    said = [
        Answer(digit=digit, probability=row[digit], probabilities=row)
        for digit, row in zip(probabilities.argmax(axis=1).tolist(), rows, strict=True)
    ]
    return written(Answers(answers=said))


def failed(name: str, problem: ShuziError, language: str) -> bytes:
    """Return the JSON that replaces the reading of an unreadable picture."""
    problem = for_client(problem).with_path(name)
    return written(Unread(source=name, error=problem.sentence(language), key=problem.key))


operations = Operations("reading")

_SHORT = 262_144  # bytes: a body up to this size is parsed at once, without a thread
_BINARY = {"type": "string", "format": "binary"}


def form_body(**fields: str) -> dict[str, Any]:
    """Describe a form with pictures and other files, by field with the key of its description."""
    pictures = {"type": "array", "minItems": 1, "items": _BINARY, "description": "service.schema.picture"}
    files = {name: _BINARY | {"description": key} for name, key in fields.items()}
    form = {"type": "object", "properties": {"picture": pictures, **files}, "required": ["picture"]}
    return {"multipart/form-data": form}


PICTURES = form_body() | {"image/*": _BINARY, "application/octet-stream": _BINARY}
"""The body of a request with pictures: a form with several, or a single file."""


class ReadQuery(Query):
    """The query parameters of a request to read."""

    model: str = Field(default="", max_length=200, description="service.schema.model")
    explain: bool = Field(default=False, description="service.schema.explain")
    marks: bool = Field(default=True, description="service.schema.with_marks")
    pattern: str = Field(
        default="", description="service.schema.pattern", json_schema_extra={"maxLength": LONGEST_PATTERN}
    )
    kind: Literal["writing", "display"] = Field(default="writing", description="service.schema.reads")
    region: str = Field(default="", max_length=100, description="service.schema.region")


@operations.add(
    "POST",
    "/v1/read",
    "service.read.",
    answers={200: Readings},
    problems=(400, 401, 404, 415, 422, 501),
    query=ReadQuery,
    body=PICTURES,
    example="-F picture=@seven.png {address}/v1/read",
)
async def read(request: Request) -> Response:
    """Read the numbers in pictures."""
    parts, asks = parts_of(request), query(request, ReadQuery)
    quota: Quota = request.scope["quota"]
    if asks.explain and (wait := quota.wait):
        raise ServiceError("error.service.explained", seconds=math.ceil(wait))
    if asks.pattern:
        compile_pattern(asks.pattern)  # an invalid pattern is refused before anything is read
    if (asks.kind == "display" and (asks.model or asks.pattern or asks.explain)) or (
        asks.kind != "display" and asks.region
    ):
        raise ServiceError("error.service.display")
    region = parse_region(asks.region) if asks.region else None
    body = await request.body()
    kind = request.headers.get("content-type", "")
    async with slot_for(request):
        if asks.kind == "display":
            reader: Reader | DisplayReader = await asyncio.to_thread(parts.readers.display)
        else:
            reader = await parts.readers.ready(asks.model)
        take = partial(pictures_of, body, kind, parts.limits.pictures)
        named = take() if len(body) <= _SHORT else await asyncio.to_thread(take)
        asked = Asked(language(), marks=asks.marks, pattern=asks.pattern, region=region)
        pictures = Pictures(parts, reader, asked, quota if asks.explain else None)
        async with sources_in(parts, named) as sources:
            said = await pictures.all(sources)
    # serialised by the reading process, as a `Reading` or an `Unread`, since an explanation takes tens of kilobytes
    return Response(b'{"readings":[' + b",".join(said) + b"]}", media_type=JSON)


@operations.add(
    "POST",
    "/v1/classify",
    "service.classify.",
    answers={200: Answers},
    problems=(400, 401, 404, 415, 422, 501),
    body={JSON: Images},
    example="-H 'Content-Type: application/json' -d @seven.json {address}/v1/classify",
)
async def classify(request: Request) -> Response:
    """Classify images of 28x28 pixels."""
    parts = parts_of(request)
    body = await json_of(request)
    name = model_named(body)
    async with slot_for(request):
        reader = parts.readers.loaded(name)
        if reader is None:  # the file may not be a model
            name, reader = "", parts.readers.get()
        while True:
            shared = parts.pool.shared(reader, *parts.readers.helpers)
            size = len(body)
            said = await parts.pool.run(classify_in_process, body, language(), name, shared=shared, size=size)
            if isinstance(said, bytes):
                return Response(said, media_type=JSON)
            name = said
            reader = await asyncio.to_thread(parts.readers.get, name)


@operations.add(
    "GET",
    "/v1/models",
    "service.models.",
    answers={200: Models},
    problems=(401,),
    example="{address}/v1/models",
)
async def models(request: Request) -> Response:
    """List the models."""
    parts = parts_of(request)
    if parts.readers.measured:
        facts = parts.readers.describe()
    else:
        async with slot_for(request):  # a training that uses the cores would distort the time measured
            facts = await asyncio.to_thread(parts.readers.describe, lambda: parts.trainings.running is None)
    return answer(Models(models=[Model.model_validate(fact) for fact in facts]))


@asynccontextmanager
async def sources_in(parts: Parts, named: list[Named]) -> AsyncIterator[list[Source]]:
    """Yield the pictures of files, with a slot for the request if some of them are decoded in a child process."""
    kinds = {kind_of(content) for _, content in named}
    if PDF in kinds and not parts.settings.pdf:
        raise ServiceError("error.service.no_pdf")
    if not any(is_special(content) for _, content in named):
        yield [*named]
        return
    async with parts.decoders.slot():
        sources: list[Source] = [*named]
        if kinds & {PDF, TIFF}:
            async with parts.decoders.turn() as decode:
                sources = await decode(partial(sources_of, named, parts.limits.pictures))
        yield sources


@asynccontextmanager
async def decoded(parts: Parts, file: bytes | Page, colours: bool = False) -> AsyncIterator[Decoded]:
    """Yield a plain file unchanged, and any other decoded, in its turn."""
    if isinstance(file, bytes) and not is_special(file):
        yield file
    else:
        async with parts.decoders.turn() as decode:
            yield await decode(partial(open_picture, file, colours=colours))


async def opened(parts: Parts, name: str, content: bytes, page: int) -> tuple[int, Decoded]:
    """Return the number of pages of a file, and one page: a plain file unchanged, any other decoded."""
    kind = kind_of(content)
    has_pages = kind in (PDF, TIFF)
    if kind == PDF and not parts.settings.pdf:
        raise ServiceError("error.service.no_pdf")
    if not has_pages and page > 1:
        raise PictureError("error.picture.page", path=name, number=page, pages=1)
    if kind is None:
        raise PictureError("error.picture.unknown", path=name)
    if not is_special(content):
        return 1, content
    async with parts.decoders.slot(), parts.decoders.turn() as decode:
        try:
            pages = await decode(partial(count_pages, content)) if has_pages else 1
            file = Page(content, page) if has_pages else content
            return pages, await decode(partial(open_picture, file))
        except ServiceError:
            raise
        except ShuziError as problem:
            raise problem.with_path(name) from problem


# Bytes and pixels. A hostile picture of 32x32 costs 4 photographs of six digits at most, by its size, so that as many
# as go to a process at once cost no more than one picture may.
_TINY = 1_024


class Pictures:
    """Reads the pictures of one request."""

    def __init__(self, parts: Parts, reader: Reader | DisplayReader, asked: Asked, quota: Quota | None) -> None:
        self._parts, self._asked, self._quota = parts, asked, quota
        self._shared = parts.pool.shared(reader, *parts.readers.helpers)
        self._colours = isinstance(reader, DisplayReader)  # which it reads

    async def all(self, sources: list[Source]) -> list[bytes]:
        """Read pictures; once one ends the request, no other is begun."""
        asked = self._asked
        if self._quota is not None:
            limits = self._quota.limits
            explained = min(limits.explained, max(1, limits.explained_in_all // max(1, len(sources))))
            asked = replace(asked, explained=explained)
        if len(sources) == 1:
            read = await self._one(*sources[0], asked)
            if isinstance(read.said, ShuziError):
                raise read.said
            return [read.said]
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(self._one(*source, asked)) for source in sources]
        except* ServiceError as problems:
            raise problems.exceptions[0] from None
        found = [task.result().said for task in tasks]
        return [
            failed(name, said, asked.language) if isinstance(said, ShuziError) else said
            for (name, _), said in zip(sources, found, strict=True)
        ]

    async def _one(self, name: str, picture: bytes | Page | ShuziError, asked: Asked) -> Read:
        try:
            if isinstance(picture, ShuziError):
                raise picture
            if isinstance(picture, bytes) and len(picture) > _TINY and kind_of(picture) is None:
                # sending it would copy megabytes for the same result
                raise PictureError("error.picture.unknown", path=name)
            async with decoded(self._parts, picture, self._colours) as file:
                return await self._read(name, file, asked)
        except ServiceError:
            raise
        except ShuziError as problem:
            return Read(problem.with_path(name))

    async def _read(self, name: str, picture: Decoded, asked: Asked) -> Read:
        # a potentially expensive picture, however small, takes its own turn, and so does an explanation
        size = estimate_size(picture)
        pieces = 1 if size <= _TINY and asked.explained is None else BATCH
        turn = {"shared": self._shared, "size": size, "pieces": pieces}
        if self._quota is not None and asked.explained is not None:  # charge for the most explanations
            self._quota.explain(asked.explained)
        read: Read = await self._parts.pool.run(read_in_process, name, picture, asked, **turn)
        if self._quota is not None and asked.explained is not None:  # but not to a client that leaves early
            self._quota.explain(read.explained - asked.explained)
        self._parts.metrics.pictures.inc(isinstance(read.said, bytes))
        return read

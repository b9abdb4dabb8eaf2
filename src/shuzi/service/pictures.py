"""The endpoints that read the pictures of a request, several at a time, classify 28x28 images and list models."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from shuzi.errors import PictureError, ServiceError, ShuziError
from shuzi.messages import language
from shuzi.pictures.decode import PDF, TIFF, Page, kind_of
from shuzi.pictures.decoder import count_pages
from shuzi.pictures.open import open_picture
from shuzi.processes.pool import BATCH
from shuzi.reading.patterns.automaton import LONGEST_PATTERN, compile_pattern
from shuzi.reading.read_many import estimate_size
from shuzi.reading.reader import Reader
from shuzi.service import answers
from shuzi.service.answers import Asked, Decoded, Read, Source
from shuzi.service.limits import Quota
from shuzi.service.multipart import Named, pictures_of
from shuzi.service.openapi import JSON, Operations, Query, answer, json_of, query
from shuzi.service.parts import Parts, parts_of, slot_for
from shuzi.service.schema import Answers, Images, Model, Models, Readings

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
    body = await request.body()
    kind = request.headers.get("content-type", "")
    async with slot_for(request):
        reader = await parts.readers.ready(asks.model)
        take = partial(pictures_of, body, kind, parts.limits.pictures)
        named = take() if len(body) <= _SHORT else await asyncio.to_thread(take)
        asked = Asked(language(), marks=asks.marks, pattern=asks.pattern)
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
    name = answers.model_named(body)
    async with slot_for(request):
        reader = parts.readers.loaded(name)
        if reader is None:  # the file may not be a model
            name, reader = "", parts.readers.get()
        while True:
            shared = parts.pool.shared(reader, *parts.readers.helpers)
            size = len(body)
            said = await parts.pool.run(answers.classify, body, language(), name, shared=shared, size=size)
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
    if not any(answers.is_special(content) for _, content in named):
        yield [*named]
        return
    async with parts.decoders.slot():
        sources: list[Source] = [*named]
        if kinds & {PDF, TIFF}:
            async with parts.decoders.turn() as decode:
                sources = await decode(partial(answers.sources_of, named, parts.limits.pictures))
        yield sources


@asynccontextmanager
async def decoded(parts: Parts, file: bytes | Page) -> AsyncIterator[bytes | NDArray[np.uint8]]:
    """Yield a plain file unchanged, and any other decoded, in its turn."""
    if isinstance(file, bytes) and not answers.is_special(file):
        yield file
    else:
        async with parts.decoders.turn() as decode:
            yield await decode(partial(open_picture, file))


async def opened(parts: Parts, name: str, content: bytes, page: int) -> tuple[int, bytes | NDArray[np.uint8]]:
    """Return the number of pages of a file, and one page: a plain file unchanged, any other decoded."""
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
    async with parts.decoders.slot(), parts.decoders.turn() as decode:
        try:
            pages = await decode(partial(count_pages, content)) if has_pages else 1
            file = Page(content, page) if has_pages else content
            return pages, await decode(partial(open_picture, file))
        except ServiceError:
            raise
        except ShuziError as problem:
            raise problem.with_path(name) from problem


# Bytes and pixels: reading a digit of 28x28 takes less time than sending it. A hostile picture of 32x32
# costs 4 photographs of six digits at most, by its size, so that eight cost no more than one picture may.
_TINY = 1_024


class Pictures:
    """Reads the pictures of one request."""

    def __init__(self, parts: Parts, reader: Reader, asked: Asked, quota: Quota | None) -> None:
        self._parts, self._asked, self._quota = parts, asked, quota
        self._shared = parts.pool.shared(reader, *parts.readers.helpers)

    async def all(self, sources: list[Source]) -> list[bytes]:
        """Read pictures; once one ends the request, no other is begun."""
        asked = self._asked
        if self._quota is not None:
            limits = self._quota.limits
            explained = min(limits.explained, max(1, limits.explained_in_all // max(1, len(sources))))
            asked = replace(asked, explained=explained)
        if len(sources) == 1:
            (read,) = await self._together(sources, asked)
            if isinstance(read.said, ShuziError):
                raise read.said
            return [read.said]
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [
                    group.create_task(self._together(sources_of_task, asked))
                    for sources_of_task in _grouped(sources, self._parts.pool.workers, self._quota is not None)
                ]
        except* ServiceError as problems:
            raise problems.exceptions[0] from None
        found = [read.said for task in tasks for read in task.result()]
        return [
            answers.failed(name, said, asked.language) if isinstance(said, ShuziError) else said
            for (name, _), said in zip(sources, found, strict=True)
        ]

    async def _together(self, sources: list[Source], asked: Asked) -> list[Read]:
        """Read several tiny pictures, or one of any kind, in one reading process."""
        (name, picture), *others = sources
        try:
            if isinstance(picture, ShuziError):
                raise picture
            if isinstance(picture, bytes) and len(picture) > _TINY and kind_of(picture) is None:
                # sending it would copy megabytes for the same result
                raise PictureError("error.picture.unknown", path=name)
            async with decoded(self._parts, picture) as file:
                tiny = [(other, content) for other, content in others if isinstance(content, bytes)]
                return await self._read([(name, file), *tiny], asked)
        except ServiceError:
            raise
        except ShuziError as problem:
            return [Read(problem.with_path(name))]

    async def _read(self, pictures: list[Decoded], asked: Asked) -> list[Read]:
        # a potentially expensive picture, however small, takes its own turn, and so does an explanation
        size = sum(estimate_size(picture) for _, picture in pictures)
        pieces = len(pictures) if size <= _TINY * len(pictures) and asked.explained is None else BATCH
        turn = {"shared": self._shared, "size": size, "pieces": pieces}
        run = partial(self._parts.pool.run, answers.read, pictures, asked, **turn)
        if asked.explained is None:
            found: list[Read] = await run()
        else:
            found = await self._charged(run, asked.explained * len(pictures))
        self._parts.metrics.pictures.inc(sum(isinstance(read.said, bytes) for read in found))
        return found

    async def _charged(self, run: Callable[[], Awaitable[list[Read]]], max_explained: int) -> list[Read]:
        """Charge for the maximum number of explanations first, and refund the difference later.

        A client that leaves early gets no refund: the work is done.
        """
        assert self._quota is not None  # noqa: S101 - for the types
        self._quota.explain(max_explained)
        found = await run()
        self._quota.explain(sum(read.explained for read in found) - max_explained)
        return found


def _grouped(sources: list[Source], workers: int, explain: bool) -> list[list[Source]]:
    """Group consecutive tiny pictures, so that each process has some; all others stay alone.

    >>> from shuzi.forms.hands import as_png
    >>> tiny = as_png(np.zeros((8, 8), np.uint8))
    >>> [len(group) for group in _grouped([("", tiny)] * 9 + [("", b"GIF89a")], 1, False)]
    [5, 4, 1]
    """
    tiny = [not explain and _is_tiny(source) for _, source in sources]
    group_size = min(BATCH, -(-sum(tiny) // (2 * workers)))
    groups: list[list[Source]] = []
    room = 0
    for source, small in zip(sources, tiny, strict=True):
        if small and room:
            groups[-1].append(source)
            room -= 1
        else:
            groups.append([source])
            room = group_size - 1 if small else 0
    return groups


def _is_tiny(source: bytes | Page | ShuziError) -> bool:
    return isinstance(source, bytes) and estimate_size(source) <= _TINY and not answers.is_special(source)

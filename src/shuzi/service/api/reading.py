"""The endpoints for reading pictures, classifying 28x28 images and listing models."""

from __future__ import annotations

import asyncio
import math
from functools import partial
from typing import Any

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from shuzi.errors import ServiceError
from shuzi.messages import language
from shuzi.pictures.plain import PDF, kind_of
from shuzi.reading.patterns.expression import LONGEST_PATTERN, compile_pattern
from shuzi.service.api import answers
from shuzi.service.api.pictures import Pictures
from shuzi.service.api.schema import Answers, Images, Model, Models, Readings
from shuzi.service.limits import Quota
from shuzi.service.multipart import pictures_of
from shuzi.service.operations import JSON, Operations, Query, answer, json_of, query
from shuzi.service.parts import Parts, parts_of, slot_for

operations = Operations("reading")

_SHORT = 262_144  # bytes: a body up to this size is parsed at once, without a thread
_BINARY = {"type": "string", "format": "binary"}
PICTURES: dict[str, Any] = {
    "multipart/form-data": {
        "type": "object",
        "properties": {
            "picture": {
                "type": "array",
                "minItems": 1,
                "items": _BINARY,
                "description": "service.schema.picture",
            }
        },
        "required": ["picture"],
    },
    "image/*": _BINARY,
    "application/octet-stream": _BINARY,
}
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
        pictures = Pictures(parts, reader, quota if asks.explain else None, asks.marks, asks.pattern)
        if not any(answers.is_special(content) for _, content in named):
            said = await pictures.all(list(named))
        elif not parts.settings.pdf and any(kind_of(content) == PDF for _, content in named):
            raise ServiceError("error.service.no_pdf")
        else:
            async with parts.decoders.slot():
                open_up = partial(answers.sources_of, named, parts.limits.pictures)
                said = await pictures.all(await parts.decoders.run(open_up))
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
        quiet = partial(_is_quiet, parts)
        async with slot_for(request):
            facts = await asyncio.to_thread(parts.readers.describe, quiet)
    return answer(Models(models=[Model.model_validate(each) for each in facts]))


def _is_quiet(parts: Parts) -> bool:
    """Return whether no training run is using the cores, which would distort the time measured."""
    return parts.trainings.running is None

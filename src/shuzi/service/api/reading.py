"""The endpoints for reading pictures, classifying 28x28 images and listing models."""

from __future__ import annotations

import asyncio
import math
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from shuzi.errors import ServiceError, ShuziError
from shuzi.messages import language, speaking
from shuzi.pictures.plain import PDF, kind_of
from shuzi.service.api import answers
from shuzi.service.api.answers import Asked, Source
from shuzi.service.api.schema import Answer, Answers, Images, Model, Models, Readings
from shuzi.service.http.multipart import pictures_of
from shuzi.service.http.operations import JSON, Operations, answer, json_of, query, written
from shuzi.service.http.quotas import Quota
from shuzi.service.http.validation import checked
from shuzi.service.parts import Parts, parts_of, place_for

operations = Operations("reading")

_SHORT = 262_144  # bytes: a body up to this size is parsed at once, without a thread
_BINARY = {"type": "string", "format": "binary"}
_PICTURES: dict[str, Any] = {
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


class ReadQuery(BaseModel):
    """The query parameters of a request to read."""

    model: str = Field(default="", max_length=200, description="service.schema.model")
    explain: bool = Field(default=False, description="service.schema.explain")


@operations.add(
    "POST",
    "/v1/read",
    "service.read.",
    answers={200: Readings},
    problems=(400, 401, 404, 415, 422, 501),
    query=ReadQuery,
    body=_PICTURES,
    example="-F picture=@seven.png {address}/v1/read",
)
async def read(request: Request) -> Response:
    """Read the numbers in pictures."""
    parts, asks = parts_of(request), query(request, ReadQuery)
    quota: Quota = request.scope["quota"]
    if asks.explain and (wait := quota.wait):
        raise ServiceError("error.service.explained", seconds=math.ceil(wait))
    body = await request.body()
    kind = request.headers.get("content-type", "")
    async with place_for(request):
        reader = parts.readers.loaded(asks.model)
        if reader is None:
            reader = await parts.pool.run(partial(parts.readers.get, asks.model))
        take = partial(pictures_of, body, kind, parts.limits.pictures)
        named = take() if len(body) <= _SHORT else await parts.pool.run(take)
        sources: list[Source] = list(named)
        if any(kind_of(content) == PDF for _, content in named):
            if not parts.settings.pdf:
                raise ServiceError("error.service.no_pdf")
            sources = await parts.pool.run(partial(answers.sources_of, named, parts.limits.pictures))
        explain = partial(_explained, quota, len(sources)) if asks.explain else None
        asked = Asked(reader, language(), explain)
        if len(sources) == 1:
            said = [await _read(parts, sources[0], asked)]
        else:
            said = await _read_all(parts, sources, asked)
    # each was serialised in its thread, as a `Reading` or an `Unread`: an explanation takes tens of kilobytes
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
    async with place_for(request):
        return Response(await parts.pool.run(partial(_classified, parts, body, language())), media_type=JSON)


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
        async with place_for(request):
            facts = await parts.pool.run(partial(parts.readers.describe, quiet))
    return answer(Models(models=[Model.model_validate(each) for each in facts]))


def _explained(quota: Quota, pictures: int, digits: int) -> int:
    """Return how many digits of one of several pictures to explain, and charge the client's quota."""
    limits = quota.limits
    explained = min(digits, limits.explained, max(1, limits.explained_in_all // pictures))
    quota.explain(explained)
    return explained


def _is_quiet(parts: Parts) -> bool:
    """Return whether no training run is using the cores, which would distort the time measured."""
    return parts.trainings.running is None


async def _read_all(parts: Parts, sources: list[Source], asked: Asked) -> list[bytes]:
    """Read several pictures in parallel; if one ends the request, those not yet started are dropped."""
    room = asyncio.Semaphore(parts.pool.workers)
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(_read_or_fail(parts, each, asked, room)) for each in sources]
    except* ServiceError as problems_:
        raise problems_.exceptions[0] from None
    return [each.result() for each in tasks]


async def _read(parts: Parts, source: Source, asked: Asked) -> bytes:
    name, picture = source
    if isinstance(picture, ShuziError):
        raise answers.about(name, picture)
    try:
        said = await parts.pool.run(partial(answers.read, name, picture, asked))
    except ShuziError as problem:
        parts.decoders.note(problem)
        raise
    parts.metrics.pictures.inc()
    return said


async def _read_or_fail(parts: Parts, source: Source, asked: Asked, room: asyncio.Semaphore) -> bytes:
    """Read one of several pictures; a failure does not affect the others."""
    async with room:
        try:
            return await _read(parts, source, asked)
        except ServiceError:
            raise
        except ShuziError as problem:
            return answers.failed(source[0], problem, asked.language)


def _classified(parts: Parts, body: bytes, spoken: str) -> bytes:
    with speaking(spoken):
        asked = checked(body, Images)
    images = np.array([np.reshape(each, (28, 28)) for each in asked.images], np.uint8)
    probabilities = parts.readers.get(asked.model).classify(images)
    said = [
        Answer(digit=digit, probability=row[digit], confidence=row[digit], probabilities=row)
        for digit, row in zip(probabilities.argmax(axis=1).tolist(), _rounded(probabilities), strict=True)
    ]
    return written(Answers(answers=said))


def _rounded(probabilities: NDArray[np.float32]) -> list[list[float]]:
    return [[round(each, 4) for each in row] for row in probabilities.tolist()]

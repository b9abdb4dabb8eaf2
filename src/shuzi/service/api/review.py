"""The endpoints for reviewing a table beside its photographs, even a table read elsewhere."""

from __future__ import annotations

import asyncio
import io
from functools import partial

from numpy import uint8
from numpy.typing import NDArray
from PIL import Image
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from shuzi.errors import PictureError, ServiceError, ShuziError
from shuzi.pictures.open import Picture, open_picture
from shuzi.reading.parallel.calls import estimate_size
from shuzi.service.api import schema
from shuzi.service.api.reading import PICTURES
from shuzi.service.api.tracing import opened
from shuzi.service.multipart import pictures_of
from shuzi.service.operations import JSON, Operations, Query, query
from shuzi.service.parts import Parts, Review, parts_of, slot_for

operations = Operations("reading")

JPEG = "image/jpeg"

_MOST_DIGITS = 9  # digits in the number of a photograph
_QUALITY = 85  # JPEG quality of a photograph for display
_LONGEST = 65_500  # pixels on a side of a JPEG


@operations.add(
    "GET",
    "/v1/review",
    "service.review.",
    answers={200: schema.Review},
    problems=(401, 404),
    example="{address}/v1/review",
)
async def review(request: Request) -> Response:
    """Return the table to review."""
    return Response(_review(parts_of(request)).document, media_type=JSON)


@operations.add(
    "GET",
    "/v1/review/{id}/photographs/{number}",
    "service.photograph.",
    answers={200: JPEG},
    problems=(401, 404),
    example="-o 1.jpg {address}/v1/review/0123456789abcdef/photographs/1",
)
async def photograph(request: Request) -> Response:
    """Return a photograph of the table; the path names the review, since a port may be reused."""
    parts, asked = parts_of(request), request.path_params["number"]
    handed = _review(parts)
    known = handed.photographs if request.path_params["id"] == handed.id else ()
    number = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) <= _MOST_DIGITS else 0
    if not 1 <= number <= len(known):
        raise ServiceError("error.service.path", path=request.url.path)
    name, picture = known[number - 1]
    async with parts.decoders.slot():
        try:
            content = await parts.decoders.run(partial(as_jpeg, picture))
        except ServiceError:
            raise
        except ShuziError as problem:  # the file existed when it was read
            raise ServiceError("error.service.photograph", name=name, reason=problem) from problem
    return Response(content, media_type=JPEG)


class PictureQuery(Query):
    """The query parameters of a request for a picture as JPEG."""

    page: int = Field(default=1, ge=1, description="service.schema.trace_page")


@operations.add(
    "POST",
    "/v1/picture",
    "service.picture.",
    answers={200: JPEG},
    problems=(400, 401, 415, 422, 501),
    query=PictureQuery,
    body=PICTURES,
    example="-F picture=@seven.png -o seven.jpg {address}/v1/picture",
)
async def picture(request: Request) -> Response:
    """Return a picture as shuzi reads it, so that the page can show files that a browser cannot open."""
    parts, asks = parts_of(request), query(request, PictureQuery)
    body = await request.body()
    kind = request.headers.get("content-type", "")
    async with slot_for(request):
        ((name, content),) = await asyncio.to_thread(pictures_of, body, kind, 1)
        _, found = await opened(parts, name, content, asks.page)
        said = await parts.pool.run(jpeg_of, name, found, size=estimate_size(found))
    return Response(said, media_type=JPEG)


def jpeg_of(name: str, picture: bytes | NDArray[uint8]) -> bytes:
    """Return a picture as the bytes of a JPEG; in a reading process; raises PictureError."""
    try:
        return as_jpeg(picture)
    except ShuziError as problem:
        raise problem.with_path(name) from problem


def as_jpeg(picture: Picture) -> bytes:
    """Return a photograph as it was read, grey and turned as its EXIF says, as the bytes of a JPEG.

    Raises
    ------
    PictureError
        It can no longer be opened, or is too long for a JPEG.
    """
    file, grey = io.BytesIO(), open_picture(picture)
    height, width = grey.shape
    if max(height, width) > _LONGEST:
        raise PictureError("error.picture.side", path="array", width=width, height=height, most=_LONGEST)
    Image.fromarray(grey).save(file, "jpeg", quality=_QUALITY)
    return file.getvalue()


def _review(parts: Parts) -> Review:
    if parts.review is None:
        raise ServiceError("error.service.no_review")
    return parts.review

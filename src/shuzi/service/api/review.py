"""The endpoints that hand a table over to the page, with its photographs: `shuzi form read --review` starts them."""

from __future__ import annotations

from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from shuzi.errors import ServiceError, ShuziError
from shuzi.service.api import schema
from shuzi.service.http.operations import JSON, Operations
from shuzi.service.parts import Parts, parts_of
from shuzi.service.review import Review, as_jpeg

operations = Operations("reading")

JPEG = "image/jpeg"

_MOST_DIGITS = 9  # of the number of a photograph


@operations.add(
    "GET",
    "/v1/review",
    "service.review.",
    answers={200: schema.Review},
    problems=(401, 404),
    example="{address}/v1/review",
)
async def review(request: Request) -> Response:
    """Return the table that is to be reviewed."""
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
    """Return one of the photographs that the table is from; the path names it, since a port may get another one."""
    parts, asked = parts_of(request), request.path_params["number"]
    handed = _review(parts)
    known = handed.photographs if request.path_params["id"] == handed.id else ()
    number = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) <= _MOST_DIGITS else 0
    if not 1 <= number <= len(known):
        raise ServiceError("error.service.path", path=request.url.path)
    name, picture = known[number - 1]
    async with parts.decoders.place():
        try:
            content = await parts.decoders.run(partial(as_jpeg, picture))
        except ServiceError:
            raise
        except ShuziError as problem:  # it was there when it was read
            raise ServiceError("error.service.photograph", name=name, reason=problem) from problem
    return Response(content, media_type=JPEG)


def _review(parts: Parts) -> Review:
    if parts.review is None:
        raise ServiceError("error.service.no_review")
    return parts.review

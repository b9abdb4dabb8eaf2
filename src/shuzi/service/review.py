"""The endpoints for reviewing a table beside its photographs, and for the workbook of a reviewed table."""

from __future__ import annotations

import asyncio
import base64
import io
import struct
from functools import partial

from PIL import Image
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from shuzi.errors import PictureError, ServiceError, ShuziError
from shuzi.forms.hands import as_png
from shuzi.forms.result import Table
from shuzi.forms.xlsx import save_xlsx
from shuzi.messages import language, speaking
from shuzi.pictures.decode import MAX_PIXELS, PNG, is_plain, kind_of
from shuzi.pictures.open import Picture, open_picture
from shuzi.reading.read_many import estimate_size
from shuzi.reading.result import UNSURE
from shuzi.service import openapi
from shuzi.service.forms import table_in
from shuzi.service.openapi import JSON, FormTable, Operations, Query, json_of, query
from shuzi.service.parts import Parts, Review, parts_of, slot_for
from shuzi.service.pictures import PICTURES, Decoded, opened, pictures_of

operations = Operations("reading")

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_IHDR = slice(16, 24)  # width and height of a PNG


@operations.add(
    "POST",
    "/v1/forms/xlsx",
    "service.xlsx.",
    answers={200: XLSX},
    problems=(400, 401, 415, 422, 501),
    body={JSON: FormTable},
    example="-H 'Content-Type: application/json' -o table.xlsx "
    """-d '{{"format": 1, "title": "", "columns": [], "rows": [], "doubtful": 0, "problems": []}}' """
    "{address}/v1/forms/xlsx",
)
async def workbook(request: Request) -> Response:
    """Write a table as a workbook."""
    parts = parts_of(request)
    body = await json_of(request)
    async with slot_for(request):
        said = await parts.pool.run(workbook_of, body, parts.limits.cells, language(), size=len(body))
    return Response(said, media_type=XLSX)


def workbook_of(body: bytes, max_cells: int, language: str) -> bytes:
    """Turn the JSON of a table into a workbook; in a reading process."""
    with speaking(language):
        found = table_in(body, max_cells)
        left = MAX_PIXELS  # of all pictures together, as many as in one photograph
        for row in found["rows"]:
            for cell in row["cells"].values():
                picture = cell.pop("picture")
                cell.pop("digits")  # a workbook does not show them
                # pictures are shown beside doubtful cells only
                if picture and (cell["status"] == UNSURE or cell["rule"]):
                    content, pixels = _checked(picture, left)
                    cell["picture"] = content
                    left -= pixels
        file = io.BytesIO()
        save_xlsx(Table.from_dict(found), file)
    return file.getvalue()


def _checked(picture: str, max_pixels: int) -> tuple[str, int]:
    """Return a cell's picture in Base64, encoded again from its pixels, and the number of pixels."""
    try:
        content = base64.b64decode(picture, validate=True)
        if not (kind_of(content) == PNG and is_plain(content, PNG)):
            raise ValueError
        width, height = struct.unpack(">II", content[_IHDR])
        if width * height > max_pixels:
            raise ServiceError("error.service.cell_pixels", max=MAX_PIXELS // 1_000_000)
        made = as_png(open_picture(content))
    except (ValueError, PictureError) as problem:
        raise ServiceError("error.service.cell_picture") from problem
    return base64.b64encode(made).decode(), width * height


JPEG = "image/jpeg"

_MAX_DIGITS = 9  # digits in the number of a photograph
_QUALITY = 85  # JPEG quality of a photograph for display
_MAX_SIDE = 65_500  # pixels on a side of a JPEG


@operations.add(
    "GET",
    "/v1/review",
    "service.review.",
    answers={200: openapi.Review},
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
    number = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) <= _MAX_DIGITS else 0
    if not 1 <= number <= len(known):
        raise ServiceError("error.service.path", path=request.url.path)
    name, picture = known[number - 1]
    async with parts.decoders.slot(), parts.decoders.turn() as decode:
        try:
            content = await decode(partial(as_jpeg, picture))
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


def jpeg_of(name: str, picture: Decoded) -> bytes:
    """Return a picture as the bytes of a JPEG; in a reading process; raises PictureError."""
    try:
        return as_jpeg(picture)
    except ShuziError as problem:
        raise problem.with_path(name) from problem


def as_jpeg(picture: Picture) -> bytes:
    """Return a photograph as it was read, grey and turned as its EXIF says, as the bytes of a JPEG."""
    file, grey = io.BytesIO(), open_picture(picture)
    height, width = grey.shape
    if max(height, width) > _MAX_SIDE:
        raise PictureError("error.picture.side", path="array", width=width, height=height, max=_MAX_SIDE)
    Image.fromarray(grey).save(file, "jpeg", quality=_QUALITY)
    return file.getvalue()


def _review(parts: Parts) -> Review:
    if parts.review is None:
        raise ServiceError("error.service.no_review")
    return parts.review

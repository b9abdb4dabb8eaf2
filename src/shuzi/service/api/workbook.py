"""The endpoint that turns a reviewed table into the workbook that `shuzi form read` writes."""

from __future__ import annotations

import base64
import io
import struct
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from shuzi.errors import PictureError, ServiceError
from shuzi.forms.hands import as_png
from shuzi.forms.result import Table
from shuzi.forms.xlsx import save_xlsx
from shuzi.messages import language, speaking
from shuzi.pictures.open import open_picture
from shuzi.pictures.plain import PNG, is_plain, kind_of
from shuzi.reading.report.result import UNSURE
from shuzi.service.api.schema import FormTable
from shuzi.service.http.limits import PROBLEMS
from shuzi.service.http.operations import JSON, Operations, json_of
from shuzi.service.http.validation import checked
from shuzi.service.parts import parts_of, slot_for

operations = Operations("reading")

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_MARKS = 80  # brackets, braces and quotation marks of a cell with five alternatives
_MOST_PIXELS = 50_000_000  # pixels of all pictures in a table, as many as in one photograph
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


def workbook_of(body: bytes, most: int, spoken: str) -> bytes:
    """Turn the JSON of a table into a workbook; in a reading process.

    Parameters
    ----------
    body
        The JSON.
    most
        Cells that it may have.
    spoken
        The language of headings and comments.

    Raises
    ------
    ServiceError
        It is not a table, is too large, or holds a picture that is none.
    MissingExtra
        openpyxl is not installed.
    """
    with speaking(spoken):
        found = table_in(body, most)
        left = _MOST_PIXELS
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


def table_in(body: bytes, most: int) -> dict[str, Any]:
    """Return the values of a table's JSON, without checking its pictures.

    Parameters
    ----------
    body
        The JSON.
    most
        Cells that it may have.

    Raises
    ------
    ServiceError
        It is not a table, or is too large.
    """
    asked = checked(body, FormTable, marks=_MARKS * most, strict=True)
    if len(asked.problems) > PROBLEMS:
        raise ServiceError("error.service.problems", most=PROBLEMS)
    # rows without cells and cells without a column cost as much
    counts = (len(asked.rows) * max(1, len(asked.columns)), sum(len(row.cells) for row in asked.rows))
    if max(counts) > most:
        raise ServiceError("error.service.cells", most=most)
    return asked.model_dump()


def _checked(picture: str, most: int) -> tuple[str, int]:
    """Return a cell's picture in Base64, encoded again from its pixels, and the number of pixels."""
    try:
        content = base64.b64decode(picture, validate=True)
        if not (kind_of(content) == PNG and is_plain(content, PNG)):
            raise ValueError
        width, height = struct.unpack(">II", content[_IHDR])
        if width * height > most:
            raise ServiceError("error.service.cell_pixels", most=_MOST_PIXELS // 1_000_000)
        made = as_png(open_picture(content))
    except (ValueError, PictureError) as problem:
        raise ServiceError("error.service.cell_picture") from problem
    return base64.b64encode(made).decode(), width * height

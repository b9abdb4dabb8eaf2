"""Notes on the cells of a worksheet are written as text.

openpyxl makes a tree of objects of each note, into which most of the time of a table of doubtful cells went.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

from shuzi.errors import require

_AUTHOR = "shuzi"
_DRAWING = "xl/drawings/commentsDrawing1.vml"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_HEAD = (
    '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
    'xmlns:x="urn:schemas-microsoft-com:office:excel"><o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="1"/>'
    '</o:shapelayout><v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" '
    'path="m,l,21600r21600,l21600,xe"><v:stroke joinstyle="miter"/>'
    '<v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
)
_SHAPE = (
    '<v:shape type="#_x0000_t202" style="position:absolute;margin-left:59.25pt;margin-top:1.5pt;width:144px;'
    'height:79px;z-index:1;visibility:hidden" fillcolor="#ffffe1" o:insetmode="auto" id="_x0000_s{id:04d}">'
    '<v:fill color2="#ffffe1"/><v:shadow color="black" obscured="t"/><v:path o:connecttype="none"/>'
    '<v:textbox style="mso-direction-alt:auto"><div style="text-align:left"/></v:textbox>'
    '<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/><x:AutoFill>False</x:AutoFill>'
    "<x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>"
)
_FIRST_ID = 1_026  # of a shape

Notes = Mapping[tuple[int, int], str]
"""What is noted on cells, by row and column, from 1."""


def save_with_notes(book: Any, notes: Notes, path: Path | IO[bytes]) -> None:
    """Write a workbook whose first worksheet has notes.

    Parameters
    ----------
    book
        openpyxl's; its first worksheet has no comments.
    notes
        Without characters that XML cannot hold.
    path
        Where to, or an open file.
    """
    excel: Any = require("openpyxl.writer.excel", "forms", "extra.forms")
    sheet = book.worksheets[0]
    if notes:
        sheet.legacy_drawing = _DRAWING

    class Writer(excel.ExcelWriter):  # type: ignore[misc] # openpyxl has no types
        def write_worksheet(self, written: Any) -> None:
            super().write_worksheet(written)
            if written is sheet and notes:
                _write_parts(self, written, notes)

    book.properties.modified = datetime.now(UTC).replace(tzinfo=None)
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        Writer(book, archive).write_data()


def _write_parts(writer: Any, sheet: Any, notes: Notes) -> None:
    """Write the notes and where they are shown, and register both."""
    comments: Any = require("openpyxl.comments.comment_sheet", "forms", "extra.forms")
    relations: Any = require("openpyxl.packaging.relationship", "forms", "extra.forms")
    cells: Any = require("openpyxl.utils", "forms", "extra.forms")
    part = comments.CommentSheet.from_comments([])
    part._id = 1
    letters = {column: cells.get_column_letter(column) for _, column in notes}
    text, shapes = io.StringIO(), io.StringIO()
    text.write(f'<comments xmlns="{_MAIN}"><authors><author>{_AUTHOR}</author></authors><commentList>')
    shapes.write(_HEAD)
    for index, ((row, column), note) in enumerate(notes.items()):
        said = escape(note)
        text.write(f'<comment ref="{letters[column]}{row}" authorId="0" shapeId="0"><text><t xml:space="preserve">')
        text.write(f"{said}</t></text></comment>")
        shapes.write(_SHAPE.format(id=_FIRST_ID + index, row=row - 1, column=column - 1))
    text.write("</commentList></comments>")
    shapes.write("</xml>")
    writer._archive.writestr(part.path[1:], text.getvalue())
    writer._archive.writestr(_DRAWING, shapes.getvalue())
    writer.manifest.append(part)
    sheet._rels.append(relations.Relationship(Id="comments", type=part._rel_type, Target=part.path))

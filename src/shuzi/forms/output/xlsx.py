"""A table becomes a spreadsheet: doubtful cells are coloured, with their picture beside them."""

from __future__ import annotations

import io
from copy import copy
from dataclasses import replace
from datetime import date, time
from pathlib import Path
from typing import IO, Any

from shuzi.errors import PictureError, require
from shuzi.forms.output.grades import number_of, put_points
from shuzi.forms.output.notes import save_with_notes
from shuzi.forms.output.statistics import add_statistics
from shuzi.forms.result import Cell, Table
from shuzi.forms.spec import DATE, TIME, Field
from shuzi.forms.values.notation import is_date, is_time
from shuzi.messages import say
from shuzi.messages.visible import neutral, visible
from shuzi.pictures.open import open_picture
from shuzi.pictures.plain import PNG, kind_of

_DOUBTFUL, _HEAD = "FFF2CC", "E7EAEE"  # colours
_HIGH, _WIDEST = 26, 1_000  # pixels of a picture
_CHARACTER = 7  # pixels of a column's width
_FIRST = date(1900, 3, 1)  # from which on spreadsheets agree: some have a 29 February before it
_POINTS = 0.75  # to a pixel
_FORBIDDEN, _LONGEST_TITLE = r"[]:*?/\'", 31  # in the name of a worksheet, and its characters


def save_xlsx(table: Table, path: Path | IO[bytes]) -> None:
    """Write a table as .xlsx, to a path or an open file.

    Identifiers are text, so 007 and 18-digit ids stay whole; dates are dates. A column whose field asks for it ends
    in its total, as a formula, so that it follows corrections, and so are the points of graded fields. More
    worksheets have statistics of these, and say what could not be read.

    Raises
    ------
    MissingExtra
        openpyxl is not installed.
    """
    library: Any = require("openpyxl", "forms", "extra.forms")
    styles: Any = require("openpyxl.styles", "forms", "extra.forms")
    book = library.Workbook()
    sheet = book.active
    allowed = [character for character in table.title if character not in _FORBIDDEN and character.isprintable()]
    sheet.title = "".join(allowed)[:_LONGEST_TITLE] or "1"
    bold, head = styles.Font(bold=True), styles.PatternFill("solid", fgColor=_HEAD)
    doubtful = styles.PatternFill("solid", fgColor=_DOUBTFUL)
    coloured: dict[str, Any] = {}  # the first doubtful cell with each format: to copy its style is cheap
    notes: dict[tuple[int, int], str] = {}
    letters: dict[str, str] = {}
    column = 1
    for field in table.fields:
        cells = [row.cells.get(field.name) for row in table.rows]
        shapes = [_shape_of(cell) for cell in cells]
        letter = letters[field.name] = library.utils.get_column_letter(column)
        _put(sheet.cell(1, column), field.label or field.name)
        for line, (cell, shape) in enumerate(zip(cells, shapes, strict=True), start=2):
            if cell is None:
                continue
            target = sheet.cell(line, column)
            _write(target, cell, field)
            if cell.doubtful:
                first = coloured.setdefault(target.number_format, target)
                if first is target:
                    target.fill = doubtful
                else:
                    target._style = copy(first._style)
                notes[line, column] = _shown(cell.message)
                if shape:
                    _show(library, sheet, cell.picture, shape, column + 1, line)
        sheet.column_dimensions[letter].width = _wide(field, cells)
        if field.total and table.rows:
            last = len(table.rows) + 1
            total = sheet.cell(last + 1, column, f"=SUM({letter}2:{letter}{last})")
            total.font = bold
            total.number_format = _format(field.decimals)
        column += 1
        if widest := max((_scale(shape) * shape[1] for shape in shapes if shape), default=0.0):
            _put(sheet.cell(1, column), say("form.picture_of", name=field.label or field.name))
            sheet.column_dimensions[library.utils.get_column_letter(column)].width = widest / _CHARACTER + 1
            column += 1
    versions = ""
    if table.versions:
        versions = library.utils.get_column_letter(column)
        for line, text in enumerate([say("form.version"), *(row.version for row in table.rows)], start=1):
            _put(sheet.cell(line, column), text)
        column += 1
    points = put_points(sheet, table, column, letters, _held)
    _put(sheet.cell(1, points.after), say("form.photo"))
    for line, row in enumerate(table.rows, start=2):
        _put(sheet.cell(line, points.after), row.sources)
    for cell in sheet[1]:
        cell.font, cell.fill = bold, head
    sheet.freeze_panes = "A2"
    if points.total and table.rows:
        add_statistics(book, table, replace(points, versions=versions), _put)
    if table.problems:
        _problems(book.create_sheet(say("form.problems")), table, bold)
    save_with_notes(book, notes, path)


def _write(target: Any, cell: Cell, field: Field) -> None:
    value = number_of(cell, field)
    if field.kind == DATE and (day := _day(cell.text)):
        target.value = day
        target.number_format = "yyyy-mm-dd"
    elif field.kind == TIME and is_time(cell.text):
        target.value = time.fromisoformat(cell.text)
        target.number_format = "hh:mm"
    elif value is None or field.column:
        _put(target, cell.text)
    else:
        target.value = value
        target.number_format = _format(len(cell.text.partition(".")[2]))


def _day(text: str) -> date | None:
    """Return a date as spreadsheets have it; None if it is none, or from before their first one."""
    day = date.fromisoformat(text) if is_date(text) else None
    return day if day and day >= _FIRST else None


def _put(target: Any, text: str) -> None:
    """Write text as text, whatever a spreadsheet could take it for."""
    target.value = _held(text)
    target.data_type = "s"
    target.number_format = "@"


def _held(text: str) -> str:
    return neutral(text) if text.startswith("=") else _shown(text)


def _shown(text: str) -> str:
    """Escape what XML cannot hold, such as the bytes of a name that is not UTF-8."""
    return visible(text).encode("utf-8", "backslashreplace").decode()


def _format(decimals: int) -> str:
    return "0." + "0" * decimals if decimals else "0"


def _wide(field: Field, cells: list[Cell | None]) -> float:
    longest = max((len(cell.text) for cell in cells if cell is not None), default=0)
    return min(max(longest, 1.6 * len(field.label or field.name), 6) + 2, 40)


def _shape_of(cell: Cell | None) -> tuple[int, int] | None:
    """Return height and width of a cell's picture; None if it has none that a workbook can show."""
    if cell is None or not cell.picture or kind_of(cell.picture) != PNG:
        return None
    try:
        high, wide = open_picture(cell.picture).shape
    except PictureError:
        return None
    return high, wide


def _scale(shape: tuple[int, int]) -> float:
    return min(_HIGH / shape[0], _WIDEST / shape[1])


def _show(library: Any, sheet: Any, png: bytes, shape: tuple[int, int], column: int, row: int) -> None:
    image = library.drawing.image.Image(io.BytesIO(png))
    image.height, image.width = (max(1, round(_scale(shape) * side)) for side in shape)
    sheet.add_image(image, f"{library.utils.get_column_letter(column)}{row}")
    sheet.row_dimensions[row].height = (_HIGH + 4) * _POINTS


def _problems(sheet: Any, table: Table, bold: Any) -> None:
    for column, key in enumerate(("form.photo", "form.problem"), start=1):
        _put(sheet.cell(1, column), say(key))
        sheet.cell(1, column).font = bold
    for line, problem in enumerate(table.problems, start=2):
        _put(sheet.cell(line, 1), problem.source)
        _put(sheet.cell(line, 2), problem.message)
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 40, 80

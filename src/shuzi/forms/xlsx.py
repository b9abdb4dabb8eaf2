"""A table becomes a spreadsheet: doubtful cells coloured, their pictures and notes, points as formulas."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any

from shuzi.errors import PictureError, require
from shuzi.forms.kinds import Field, number_format
from shuzi.forms.result import MISSING, Cell, Table, graded_in, heads_of, is_empty, is_incomplete, name_of, texts_of
from shuzi.messages import neutral, say, visible
from shuzi.pictures.decode import PNG, kind_of
from shuzi.pictures.open import open_picture

_DOUBTFUL, _HEAD = "FFF2CC", "E7EAEE"  # colours
_HIGH, _MAX_PICTURE_WIDTH = 26, 1_000  # pixels of a picture
_CHARACTER = 7  # pixels of a column's width
_POINTS = 0.75  # to a pixel
_AUTHOR = "shuzi"  # of the notes on doubtful cells
_FORBIDDEN, _MAX_TITLE_LENGTH = r"[]:*?/\'", 31  # in the name of a worksheet, and its characters


def save_xlsx(table: Table, path: Path | IO[bytes]) -> None:
    """Write a table as .xlsx, to a path or an open file."""
    library: Any = require("openpyxl", "forms", "extra.forms")
    styles: Any = require("openpyxl.styles", "forms", "extra.forms")
    book = library.Workbook()
    sheet = book.active
    allowed = [character for character in table.title if character not in _FORBIDDEN and character.isprintable()]
    sheet.title = "".join(allowed)[:_MAX_TITLE_LENGTH] or "1"
    bold, head = styles.Font(bold=True), styles.PatternFill("solid", fgColor=_HEAD)
    doubtful = styles.PatternFill("solid", fgColor=_DOUBTFUL)
    coloured: dict[str, Any] = {}  # the first doubtful cell with each format: to copy its style is cheap
    letters: dict[str, str] = {}
    column = 1
    for field in table.fields:
        cells = [row.cells.get(field.name) for row in table.rows]
        shapes = [_shape_of(cell) for cell in cells]
        letter = letters[field.name] = library.utils.get_column_letter(column)
        _put(sheet.cell(1, column), field.label or field.name)
        for line, (row, cell, shape) in enumerate(zip(table.rows, cells, shapes, strict=True), start=2):
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
                target.comment = library.comments.Comment(_shown(table.message_of(row, field.name)), _AUTHOR)
                if shape:
                    _show(library, sheet, cell.picture, shape, column + 1, line)
        sheet.column_dimensions[letter].width = _wide(field, cells)
        if field.total and table.rows:
            last = len(table.rows) + 1
            total = sheet.cell(last + 1, column, f"=SUM({letter}2:{letter}{last})")
            total.font = bold
            total.number_format = number_format(field.decimals)
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
    points = put_points(sheet, table, column, letters)
    _put(sheet.cell(1, points.after), say("form.photo"))
    for line, row in enumerate(table.rows, start=2):
        _put(sheet.cell(line, points.after), row.sources)
    for cell in sheet[1]:
        cell.font, cell.fill = bold, head
    sheet.freeze_panes = "A2"
    if points.total and table.rows:
        add_statistics(book, table, replace(points, versions=versions))
    if table.problems:
        _problems(book.create_sheet(say("form.problems")), table, bold)
    book.save(path)


def _write(target: Any, cell: Cell, field: Field) -> None:
    held = field.cell_of(cell.text)
    if held is None:
        _put(target, cell.text)
    else:
        target.value, target.number_format = held


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
    return min(_HIGH / shape[0], _MAX_PICTURE_WIDTH / shape[1])


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


_BINS = 10  # of equal width, from nothing to all points
_HEADS = ("question", "most", "count", "mean", "median", "deviation", "difficulty", "discrimination")
_OF_VALUES = ("AVERAGE", "MEDIAN", "STDEV")
_WIDE = 17  # characters of a column


def add_statistics(book: Any, table: Table, points: Points) -> None:
    """Add the worksheet."""
    array: Any = require("openpyxl.worksheet.formula", "forms", "extra.forms").ArrayFormula
    name = book.worksheets[0].title.replace("'", "''")
    last = len(table.rows) + 1

    def cells(letter: str) -> str:
        return f"'{name}'!${letter}$2:${letter}${last}"

    sheet = book.create_sheet(say("form.statistics"))
    for column, key in enumerate(_HEADS, start=1):
        _put(sheet.cell(1, column), say(f"form.statistics.{key}"))
        sheet.column_dimensions[sheet.cell(1, column).column_letter].width = _WIDE
    everything = sum(maximum for _, _, maximum in points.questions)
    lines = [*points.questions, (say("form.all"), points.total, everything)]
    totals = cells(points.total)
    for line, (head, letter, maximum) in enumerate(lines, start=2):
        column_of = cells(letter)
        counts = f"ISNUMBER({column_of})*ISNUMBER({totals})"  # a row without a total lacks a page, and counts nowhere
        _put(sheet.cell(line, 1), head)
        sheet.cell(line, 2, maximum)
        sheet.cell(line, 3, f"=SUMPRODUCT({counts})")
        _formula(sheet.cell(line, 7), f'=IFERROR(D{line}/B{line},"")', "0.00")
        values = f"IF({counts},{column_of})"
        formulas = {at: f"{function}({values})" for at, function in zip("DEF", _OF_VALUES, strict=True)}
        if letter != points.total and len(points.questions) > 1:
            formulas["H"] = f"CORREL({values},IF({counts},{totals}-{column_of}))"
        for at_column, formula in formulas.items():
            at = f"{at_column}{line}"
            sheet[at] = array(at, f'=IFERROR({formula},"")')
            sheet[at].number_format = "0.00"
    first = _by_version(sheet, len(lines) + 3, table, cells, points) if table.versions else len(lines) + 4
    below = _distribution(sheet, first, cells(points.total), everything)
    _absent(sheet, below, table)


def _formula(cell: Any, formula: str, form: str) -> None:
    cell.value = formula
    cell.number_format = form


def _by_version(sheet: Any, first: int, table: Table, cells: Callable[[str], str], points: Points) -> int:
    """Write how many rows of each version count, and their mean; return the line after an empty one."""
    for column, key in enumerate(("form.version", "form.statistics.count", "form.statistics.mean"), start=1):
        _put(sheet.cell(first, column), say(key))
    named, totals = cells(points.versions), cells(points.total)
    for line, version in enumerate(table.versions, start=first + 1):
        _put(sheet.cell(line, 1), version.name)
        # a comparison of whole texts, in which no name is a pattern
        of_version = f"({named}=$A{line})*ISNUMBER({totals})"
        sheet.cell(line, 2, f"=SUMPRODUCT({of_version})")
        _formula(sheet.cell(line, 3), f'=IFERROR(SUMPRODUCT({of_version},{totals})/B{line},"")', "0.00")
    return first + len(table.versions) + 3


def _distribution(sheet: Any, first: int, totals: str, maximum: float) -> int:
    """Write how many rows have how many points, with a plot; return the first line that is free below."""
    chart: Any = require("openpyxl.chart", "forms", "extra.forms")
    _put(sheet.cell(first, 1), say("form.statistics.points"))
    _put(sheet.cell(first, 2), say("form.statistics.rows"))
    for index in range(_BINS):
        low, high, line = maximum * index / _BINS, maximum * (index + 1) / _BINS, first + 1 + index
        is_last = index == _BINS - 1
        _put(sheet.cell(line, 1), say("form.range", first=f"{low:.10g}", last=f"{high:.10g}"))
        # a row on the border of two counts for the upper one
        end = "" if is_last else f',{totals},"<{high:.15g}"'
        sheet.cell(line, 2, f'=COUNTIFS({totals},">={low:.15g}"{end})')
    plot = chart.BarChart()
    plot.legend, plot.gapWidth = None, 10
    plot.x_axis.title, plot.y_axis.title = say("form.statistics.points"), say("form.statistics.rows")
    plot.x_axis.delete = plot.y_axis.delete = False
    plot.add_data(chart.Reference(sheet, min_col=2, min_row=first + 1, max_row=first + _BINS))
    plot.set_categories(chart.Reference(sheet, min_col=1, min_row=first + 1, max_row=first + _BINS))
    sheet.add_chart(plot, f"D{first}")
    return first + _BINS + 5


def _absent(sheet: Any, first: int, table: Table) -> None:
    """Write whom of a roster there is nothing of, what could not be told whose it is, and what lacks a page."""
    incomplete = [name_of(table, row) for row in table.rows if not is_empty(row) and is_incomplete(table, row)]
    found = (_of_printed(table) or _of_list(table)) | ({"missing": incomplete} if incomplete else {})
    for column, (key, names) in enumerate(found.items(), start=1):
        _put(sheet.cell(first, column), say(f"form.statistics.{key}", n=len(names)))
        for line, who in enumerate(names, start=first + 1):
            _put(sheet.cell(line, column), who)


def _of_printed(table: Table) -> dict[str, list[str]]:
    """Return which rows of a printed roster nothing is written in."""
    if not any(field.column for field in table.fields):
        return {}
    return {"absent": [name_of(table, row) for row in table.rows if is_empty(row)]}


def _of_list(table: Table) -> dict[str, list[str]]:
    """Return who of a roster has no row, where people write who they are, and which rows are nobody's."""
    field = next((field for field in table.fields if field.names), None)
    if field is None:
        return {}
    rows = [row for row in table.rows if not is_empty(row)]
    texts = [row.cells[field.name].text if field.name in row.cells else "" for row in rows]
    listed = {who[0]: " ".join(filter(None, who)) for who in zip(field.among, field.names, strict=False)}
    nobodys = [
        " ".join(filter(None, (say("form.print.row", sheet=row.sheet, row=row.number + 1), text)))
        for row, text in zip(rows, texts, strict=True)
        if text not in listed
    ]
    return {"no_row": [who for text, who in listed.items() if text not in texts], "nobodys": nobodys}


_MAX_FORMULA, _MAX_VALUES = 8_192, 255  # characters of a formula, values of a function: limits of spreadsheets


@dataclass(frozen=True)
class Points:
    """The columns of points of a worksheet."""

    # the name of each question, the column in which its points are, and how many they are
    questions: tuple[tuple[str, str, float], ...]
    total: str  # the column of all points; "" if nothing is graded
    after: int  # the number of the first column that is free
    versions: str = ""  # the column that says which version of the sheet a row is; "" if there are none


def put_points(sheet: Any, table: Table, column: int, letters: Mapping[str, str]) -> Points:
    """Write the columns of points of a worksheet."""
    letter_of: Any = require("openpyxl.utils", "forms", "extra.forms").get_column_letter
    graded, heads = graded_in(table), heads_of(table, labelled=True)
    if not graded:
        return Points((), "", column)
    keyed = [field for field in graded if field.key]
    earning = {field.name: letter_of(column + index) for index, field in enumerate(keyed)}
    total = column + len(keyed)
    for index, head in enumerate(heads):
        sheet.cell(1, column + index, _held(head))
        sheet.column_dimensions[letter_of(column + index)].width = max(len(head), 8) + 2
    for line, row in enumerate(table.rows, start=2):
        summed, gone = [], []
        for field in () if is_empty(row) else graded_in(table, row):
            cell = row.cells.get(field.name)
            text = cell.text if cell else ""
            at = f"{letters[field.name]}{line}"
            is_gone = cell is None or cell.rule == MISSING
            gone += [at] * is_gone
            if field.key:
                formula = field.formula(at, _held, "" if field.number_in(text) is not None else text)
                formula = _once_there(formula, [at]) if is_gone else formula
                at = f"{earning[field.name]}{line}"
                sheet[at] = formula if len(formula) <= _MAX_FORMULA else None if is_gone else field.earned(text)
            summed.append(at)
        if summed:
            formula = _once_there(_sum_of(summed), gone) if gone else _sum_of(summed)
            known = None if gone else float(texts_of(table, row)[-1])
            sheet.cell(line, total, formula if len(formula) <= _MAX_FORMULA else known)
    questions = [
        (field.label or field.name, earning.get(field.name, letters[field.name]), field.points) for field in graded
    ]
    return Points(tuple(questions), letter_of(total), total + 1)


def _once_there(formula: str, cells: Sequence[str]) -> str:
    """Return a formula that is empty until something is typed in all of these cells, of a page that is missing."""
    empty = "+".join(f'EXACT({cell},"")' for cell in cells)
    return f'=IF({empty}>0,"",{formula[1:]})'


def _sum_of(cells: Sequence[str]) -> str:
    starts = range(0, len(cells), _MAX_VALUES)
    return "=" + "+".join(f"SUM({','.join(cells[start : start + _MAX_VALUES])})" for start in starts)

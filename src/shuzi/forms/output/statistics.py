"""The points of a class become a worksheet of statistics: formulas over the first one, and a plot."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from shuzi.errors import require
from shuzi.forms.output.grades import Points, is_empty, persons_of
from shuzi.forms.result import MISSING, Table
from shuzi.messages import say

_BINS = 10  # of equal width, from nothing to all points
_HEADS = ("question", "most", "count", "mean", "median", "deviation", "difficulty", "discrimination")
_WIDE = 17  # characters of a column


def add_statistics(book: Any, table: Table, points: Points, put: Callable[[Any, str], None]) -> None:
    """Add the worksheet.

    For each question and for all: how many answers count, their mean, median and standard deviation, the difficulty
    (the mean as a fraction of the points) and the discrimination (the correlation with all other points). Below, the
    mean of each version, how many rows have how many points, and who wrote nothing or has no page.

    Parameters
    ----------
    book
        openpyxl's, with the table as its first worksheet.
    table
        The table, of which at least one row has points.
    points
        The columns of points of the first worksheet.
    put
        Writes a text into a cell as text.
    """
    array: Any = require("openpyxl.worksheet.formula", "forms", "extra.forms").ArrayFormula
    name = book.worksheets[0].title.replace("'", "''")
    last = len(table.rows) + 1

    def cells(letter: str) -> str:
        return f"'{name}'!${letter}$2:${letter}${last}"

    sheet = book.create_sheet(say("form.statistics"))
    for column, key in enumerate(_HEADS, start=1):
        put(sheet.cell(1, column), say(f"form.statistics.{key}"))
        sheet.column_dimensions[sheet.cell(1, column).column_letter].width = _WIDE
    everything = sum(most for _, _, most in points.questions)
    lines = [*points.questions, (say("form.all"), points.total, everything)]
    for line, (head, letter, most) in enumerate(lines, start=2):
        column_of = cells(letter)
        put(sheet.cell(line, 1), head)
        sheet.cell(line, 2, most)
        sheet.cell(line, 3, f"=COUNT({column_of})")
        for column, function in enumerate(("AVERAGE", "MEDIAN", "STDEV"), start=4):
            _formula(sheet.cell(line, column), f'=IFERROR({function}({column_of}),"")', "0.00")
        _formula(sheet.cell(line, 7), f'=IFERROR(D{line}/B{line},"")', "0.00")
        if letter != points.total and len(points.questions) > 1:
            counts, at = f"ISNUMBER({column_of})", f"H{line}"
            rest = f"IF({counts},{cells(points.total)}-{column_of})"
            sheet[at] = array(at, f'=IFERROR(CORREL(IF({counts},{column_of}),{rest}),"")')
            sheet[at].number_format = "0.00"
    first = _by_version(sheet, len(lines) + 3, table, cells, points, put) if table.versions else len(lines) + 4
    below = _distribution(sheet, first, cells(points.total), everything, put)
    _absent(sheet, below, table, put)


def _formula(cell: Any, formula: str, form: str) -> None:
    cell.value = formula
    cell.number_format = form


def _by_version(
    sheet: Any, first: int, table: Table, cells: Callable[[str], str], points: Points, put: Callable[[Any, str], None]
) -> int:
    """Write how many rows of each version count, and their mean; return the line after an empty one."""
    for column, key in enumerate(("form.version", "form.statistics.count", "form.statistics.mean"), start=1):
        put(sheet.cell(first, column), say(key))
    named, totals = cells(points.versions), cells(points.total)
    for line, version in enumerate(table.versions, start=first + 1):
        put(sheet.cell(line, 1), version.name)
        # a comparison of whole texts, in which no name is a pattern
        of_version = f"({named}=$A{line})*ISNUMBER({totals})"
        sheet.cell(line, 2, f"=SUMPRODUCT({of_version})")
        _formula(sheet.cell(line, 3), f'=IFERROR(SUMPRODUCT({of_version},{totals})/B{line},"")', "0.00")
    return first + len(table.versions) + 3


def _distribution(sheet: Any, first: int, totals: str, most: float, put: Any) -> int:
    """Write how many rows have how many points, with a plot; return the first line that is free below."""
    chart: Any = require("openpyxl.chart", "forms", "extra.forms")
    put(sheet.cell(first, 1), say("form.statistics.points"))
    put(sheet.cell(first, 2), say("form.statistics.rows"))
    for index in range(_BINS):
        low, high, line = most * index / _BINS, most * (index + 1) / _BINS, first + 1 + index
        is_last = index == _BINS - 1
        put(sheet.cell(line, 1), say("form.range", first=f"{low:.10g}", last=f"{high:.10g}"))
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


def _absent(sheet: Any, first: int, table: Table, put: Any) -> None:
    """Write whom of a roster there is nothing of, and what could not be told whose it is."""
    for column, (key, names) in enumerate((_of_printed(table) or _of_list(table)).items(), start=1):
        put(sheet.cell(first, column), say(f"form.statistics.{key}", n=len(names)))
        for line, who in enumerate(names, start=first + 1):
            put(sheet.cell(line, column), who)


def _of_printed(table: Table) -> dict[str, list[str]]:
    """Return which rows of a printed roster nothing is written in, and of which the page was not photographed."""
    printed = [field.name for field in table.fields if field.column]
    if not printed:
        return {}
    found: dict[str, list[str]] = {"absent": [], "missing": []}
    for row in table.rows:
        own = [cell for name, cell in row.cells.items() if name not in printed]
        who = " ".join(persons_of(table, row))
        if own and all(cell.rule == MISSING for cell in own):
            found["missing"].append(who)
        elif is_empty(row):
            found["absent"].append(who)
    return found


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

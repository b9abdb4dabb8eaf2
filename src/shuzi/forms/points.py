"""The key of a question becomes the points that an answer earns, as values, as formulas and as columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shuzi.errors import require
from shuzi.forms.kinds import Field
from shuzi.forms.result import MISSING, PRINTED, Cell, Row, Table
from shuzi.messages import say
from shuzi.reading.report.result import BLANK

_MAX_FORMULA, _MAX_VALUES = 8_192, 255  # characters of a formula, values of a function: limits of spreadsheets


def graded_in(table: Table, row: Row | None = None) -> tuple[Field, ...]:
    """Return the fields of a table that earn points, in its order; with the keys of a row's version."""
    own = {field.name: field for field in table.fields_of(row)} if row else {}
    return tuple(own.get(field.name, field) for field in table.fields if field.points)


def heads_of(table: Table, labelled: bool = False) -> list[str]:
    """Return the heads of the columns of points: of each field with a key, and of all; [] if nothing is graded.

    >>> table = Table("Exam", (Field("q1", boxes=2, points=3.0, key=("42",)), Field("q2", boxes=1, points=5.0)), ())
    >>> heads_of(table)
    ['q1, points', 'Points of 8']
    """
    graded = graded_in(table)
    if not graded:
        return []
    maximum = sum(field.points for field in graded)
    return [
        *(
            say("form.points_of", name=(field.label if labelled else "") or field.name)
            for field in graded
            if field.key
        ),
        say("form.points", most=f"{maximum:g}"),
    ]


def texts_of(table: Table, row: Row) -> list[str]:
    """Return what a row has in these columns; "" where nothing was written or photographed."""
    graded = graded_in(table, row)
    if not graded:
        return []
    cells = {} if is_empty(row) else row.cells
    earned = {field.name: earned_by(field, cells.get(field.name)) for field in graded}
    there = [points for points in earned.values() if points is not None]
    texts = {name: "" if points is None else f"{points:.10g}" for name, points in earned.items()}
    return [*(texts[field.name] for field in graded if field.key), f"{sum(there):.10g}" if there else ""]


@dataclass(frozen=True)
class Points:
    """The columns of points of a worksheet."""

    # the name of each question, the column in which its points are, and how many they are
    questions: tuple[tuple[str, str, float], ...]
    total: str  # the column of all points; "" if nothing is graded
    after: int  # the number of the first column that is free
    versions: str = ""  # the column that says which version of the sheet a row is; "" if there are none


def put_points(
    sheet: Any, table: Table, column: int, letters: Mapping[str, str], shown: Callable[[str], str]
) -> Points:
    """Write the columns of points of a worksheet."""
    letter_of: Any = require("openpyxl.utils", "forms", "extra.forms").get_column_letter
    graded, heads = graded_in(table), heads_of(table, labelled=True)
    if not graded:
        return Points((), "", column)
    keyed = [field for field in graded if field.key]
    earning = {field.name: letter_of(column + index) for index, field in enumerate(keyed)}
    total = column + len(keyed)
    for index, head in enumerate(heads):
        sheet.cell(1, column + index, shown(head))
        sheet.column_dimensions[letter_of(column + index)].width = max(len(head), 8) + 2
    for line, row in enumerate(table.rows, start=2):
        summed = []
        for field in () if is_empty(row) else graded_in(table, row):
            cell = row.cells.get(field.name)
            if cell is None or cell.rule == MISSING:
                continue
            at = f"{letters[field.name]}{line}"
            if field.key:
                formula = field.formula(at, shown, "" if field.number_in(cell.text) is not None else cell.text)
                at = f"{earning[field.name]}{line}"
                sheet[at] = formula if len(formula) <= _MAX_FORMULA else field.earned(cell.text)
            summed.append(at)
        if summed:
            formula = _sum_of(summed)
            sheet.cell(line, total, formula if len(formula) <= _MAX_FORMULA else float(texts_of(table, row)[-1]))
    questions = [
        (field.label or field.name, earning.get(field.name, letters[field.name]), field.points) for field in graded
    ]
    return Points(tuple(questions), letter_of(total), total + 1)


def _sum_of(cells: Sequence[str]) -> str:
    starts = range(0, len(cells), _MAX_VALUES)
    return "=" + "+".join(f"SUM({','.join(cells[start : start + _MAX_VALUES])})" for start in starts)


def is_empty(row: Row) -> bool:
    """Tell whether nothing is written in a row, as in that of somebody who was absent."""
    return all(cell.status in (BLANK, PRINTED) for cell in row.cells.values())


def persons_of(table: Table, row: Row) -> list[str]:
    """Return whom a row is about: what is printed from the roster, or what was read and its name there.

    >>> field = Field("id", among=("007", "008"), names=("Ada", "Bo"))
    >>> persons_of(Table("Exam", (field,), ()), Row(1, 0, {"id": Cell("008", "ok", 1.0)}))
    ['008', 'Bo']
    """
    found: list[str] = []
    for field in table.fields:
        text = row.cells[field.name].text if field.name in row.cells else ""
        if field.column:
            found.append(text)
        elif field.names and text:
            found += [text, dict(zip(field.among, field.names, strict=False)).get(text, "")]
    return [text for text in found if text]


def earned_by(field: Field, cell: Cell | None) -> float | None:
    """Return the points of an answer; None if its page was not photographed."""
    if cell is None or cell.rule == MISSING:
        return None
    if not field.key and field.number_in(cell.text) is None:
        return 0.0  # as the sum of a spreadsheet, which passes over text
    return field.earned(cell.text)

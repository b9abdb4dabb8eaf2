"""The key of a question becomes the points that an answer earns, as values, as formulas and as columns."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from shuzi.errors import require
from shuzi.forms.kinds import is_date, is_time
from shuzi.forms.result import MISSING, PRINTED, Cell, Row, Table
from shuzi.forms.spec import ANY, BETWEEN, DATE, NUMBER, TICK, TIME, Field
from shuzi.messages import say
from shuzi.reading.report.result import BLANK

_MAX_FORMULA, _MAX_VALUES = 8_192, 255  # characters of a formula, values of a function: limits of spreadsheets


def graded_in(table: Table, row: Row | None = None) -> tuple[Field, ...]:
    """Return the fields of a table that earn points, in its order; with the keys of a row's version."""
    own = {field.name: field for field in table.fields_of(row)} if row else {}
    return tuple(own.get(field.name, field) for field in table.fields if field.points)


def heads_of(table: Table, labelled: bool = False) -> list[str]:
    """Return the heads of the columns of points: of each field with a key, and of all; [] if nothing is graded.

    Examples
    --------
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
    """Return what a row has in these columns; "" where nothing was written or photographed.

    >>> table = Table("Exam", (Field("q1", boxes=2, points=3.0, key=("42",)), Field("q2", boxes=1, points=5.0)), ())
    >>> texts_of(table, Row(1, 0, {"q1": Cell("42", "ok", 1.0), "q2": Cell("4", "ok", 1.0)}))
    ['3', '7']
    """
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
    """Write the columns of points of a worksheet.

    `shown`: turns a text into what a cell with it holds.
    """
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
                formula = formula_of(field, at, shown, "" if number_of(cell, field) is not None else cell.text)
                at = f"{earning[field.name]}{line}"
                sheet[at] = formula if len(formula) <= _MAX_FORMULA else points_of(field, cell.text)
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
    if not field.key and number_of(cell, field) is None:
        return 0.0  # as the sum of a spreadsheet, which passes over text
    return points_of(field, cell.text)


def number_of(cell: Cell, field: Field) -> float | int | None:
    """Return the value of a cell to calculate with; None if it is text or no number.

    >>> [number_of(Cell(text, "ok", 1.0), Field("n")) for text in ("007", "7.50", "-7")]
    [7, 7.5, -7]
    >>> number_of(Cell("1234567890123456", "ok", 1.0), Field("n", boxes=16)) is None
    True
    """
    whole, _, rest = cell.text.partition(".")
    if field.kind != NUMBER or not cell.text.isascii() or len(whole.removeprefix("-") + rest) > DIGITS_KEPT:
        return None
    if not whole.removeprefix("-").isdecimal():
        return None
    if rest:
        return float(cell.text) if rest.isdecimal() else None
    return int(whole) if "." not in cell.text else None


_INSTANT = 0.0001  # of a day, which is 1 in a spreadsheet: less than half a minute
_EXACT = 1e-9  # how far two numbers that are the same may lie apart in binary
DIGITS_KEPT = 15
"""Digits of a number that a spreadsheet keeps."""

_MAX_QUOTED = 120  # characters of a text in a formula, where quotes count twice and 255 are the most


def points_of(field: Field, text: str) -> float:
    """Return what an answer earns.

    Examples
    --------
    >>> from dataclasses import replace
    >>> length = Field("q1", boxes=3, decimals=1, key=("9.8",), tolerance=0.1, points=2.0)
    >>> points_of(length, "9.9"), points_of(length, "9.6"), points_of(length, "")
    (2.0, 0.0, 0.0)
    >>> colours = Field("q2", kind="tick", options=("red", "blue"), choose="any", key=("red", "blue"), points=1.0)
    >>> points_of(colours, "red; blue"), points_of(colours, "red")
    (1.0, 0.0)
    >>> points_of(Field("q3", boxes=2, points=10.0), "7")
    7.0

    With `partial`, each right option earns its part, and each wrong one costs as much, down to none; with
    `half_tolerance`, a number that is near earns half.

    >>> colours = replace(colours, options=("red", "blue", "green"), partial=True)
    >>> [points_of(colours, text) for text in ("red; blue", "red", "red; blue; green", "green")]
    [1.0, 0.5, 0.5, 0.0]
    >>> points_of(replace(length, half_tolerance=0.5), "9.6")
    1.0
    """
    if not field.key:
        return _number(text) or 0.0
    if field.kind == NUMBER:
        value = _number(text)
        if value is None:
            return 0.0
        # exactly, since a float does not tell two numbers of more than fifteen digits apart
        exact = Fraction(text)
        apart = [abs(exact - Fraction(right)) - Fraction(_EXACT) for right in _right_numbers(field)]
        is_right = any(off <= field.tolerance for off in apart)
        is_near = field.half_tolerance and any(off <= field.half_tolerance for off in apart)
        return field.points if is_right else field.points / 2 if is_near else 0.0
    if field.partial:
        # as in the formula, an option counts once, and what is none counts nothing
        ticked = set(text.split(BETWEEN)) & {*field.options}
        right = len(ticked & {*field.key})
        return field.points * max(2 * right - len(ticked), 0) / len(field.key)
    return field.points if text in answers_of(field) else 0.0


def answers_of(field: Field) -> tuple[str, ...]:
    """Return the texts that are right; of any-of-n the key is a single one, which names all that must be ticked."""
    if field.kind == TICK and field.choose == ANY:
        return (BETWEEN.join(option for option in field.options if option in field.key),)
    return field.key


def formula_of(field: Field, cell: str, shown: Callable[[str], str] = str, text: str = "") -> str:
    """Return the formula for what the answer in a cell earns, so that it follows corrections.

    `shown`: turns a text into what a cell with it holds. `text`: what the cell holds first, if it is a number kept as
    text.

    Examples
    --------
    >>> formula_of(Field("q", boxes=2, key=("42", "43"), points=2.0), "C2")
    '=IF(ISNUMBER(C2),IF(MIN(ABS(C2-42),ABS(C2-43))<=1e-09,2,0),0)'
    >>> formula_of(Field("q", kind="tick", options=("A", "B"), key=("B",), points=1.5), "D7")
    '=IF(OR(EXACT(D7,"B")),1.5,0)'
    """
    if field.kind == NUMBER:
        half = f"IF({_near(field, cell, field.half_tolerance)},{field.points / 2:.15g},0)"
        rest = half if field.half_tolerance else "0"
        # not AND, which is an error where a text is compared with a number
        right = _near(field, cell, field.tolerance)
        # a cell keeps a number of more than fifteen digits as text, with which a spreadsheet cannot calculate
        long = [right for right in field.key if sum(map(str.isdigit, right)) > DIGITS_KEPT]
        same = ",".join(f"EXACT({cell},{_quoted(shown(right))})" for right in long)
        as_text = f"IF(OR({same}),{field.points:.15g},0)" if long else "0"
        if earned := points_of(field, text):
            as_text = f"IF(EXACT({cell},{_quoted(shown(text))}),{earned:.15g},{as_text})"
        return f"=IF(ISNUMBER({cell}),IF({right},{field.points:.15g},{rest}),{as_text})"
    if field.partial:
        found = "".join(f"{'+' if o in field.key else '-'}{_ticked(cell, o, shown)}" for o in field.options)
        return f"=MAX(0,0{found})*{field.points:.15g}/{len(field.key)}"
    right = f"OR({','.join(f'EXACT({cell},{_quoted(shown(text))})' for text in answers_of(field))})"
    if field.kind in {DATE, TIME}:  # such a cell holds a number, unless it is no day or time
        moments = [_moment(text) for text in answers_of(field) if is_date(text) or is_time(text)]
        near = ",".join(f"ABS({cell}-{moment})<={_INSTANT}" for moment in moments) or "FALSE"
        right = f"IF(ISNUMBER({cell}),OR({near}),{right})"
    return f"=IF({right},{field.points:.15g},0)"


def _moment(text: str) -> str:
    """Return the formula for a day as ISO 8601 has it, or a time."""
    numbers = ",".join(str(int(part)) for part in re.split("[-:]", text))
    return f"DATE({numbers})" if is_date(text) else f"TIME({numbers},0)"


def _near(field: Field, cell: str, tolerance: float) -> str:
    off = ",".join(f"ABS({cell}-{float(text):.15g})" for text in _right_numbers(field))
    return f"MIN({off})<={tolerance + _EXACT:.12g}" if off else "FALSE"


def _ticked(cell: str, option: str, shown: Callable[[str], str]) -> str:
    """Return the formula for whether an option is ticked, 1 or 0; the first one of a text may be shown otherwise."""
    names = dict.fromkeys((shown(BETWEEN + option).removeprefix(BETWEEN), shown(option)))
    found = ",".join(
        f"ISNUMBER(FIND({_quoted(BETWEEN + name + BETWEEN)},{_quoted(BETWEEN)}&{cell}&{_quoted(BETWEEN)}))"
        for name in names
    )
    return f"OR({found})"


def _quoted(text: str) -> str:
    parts = [""] if not text else [text[start : start + _MAX_QUOTED] for start in range(0, len(text), _MAX_QUOTED)]
    return "&".join('"' + part.replace('"', '""') + '"' for part in parts)


def _right_numbers(field: Field) -> list[str]:
    return [text for text in field.key if _number(text) is not None]


def _number(text: str) -> float | None:
    # as in the cell of a spreadsheet and on the page: Python's numbers may have digits of any script, and _
    value = float(text) if re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text) else math.inf
    return value if math.isfinite(value) else None

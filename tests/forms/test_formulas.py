"""Formulas of a workbook keep the limits of spreadsheets: 8,192 characters, 255 values of a function, 64 levels."""

import io
import json
import re

import openpyxl
import pytest

from shuzi.forms.points import points_of
from shuzi.forms.result import Cell, Row, Table
from shuzi.forms.spec import Field
from shuzi.forms.xlsx import save_xlsx
from worksheets import computed

NUMBERS = [123456789012345 - 1000 * index for index in range(100)]
DAYS = [f"{year}-12-31" for year in range(1910, 2010)]
OPTIONS = [f"={index:02}" + '"' * 57 for index in range(12)]
LONG = f"""title = "Exam"
[[fields]]
name = "number"
boxes = 15
key = {NUMBERS}
tolerance = 0.123456789
half_tolerance = 1.23456789
points = 4
[[fields]]
name = "day"
kind = "date"
key = {DAYS}
[[fields]]
name = "one"
kind = "tick"
options = {json.dumps(OPTIONS)}
key = {json.dumps(OPTIONS[:11])}
[[fields]]
name = "any"
kind = "tick"
options = {json.dumps(OPTIONS)}
choose = "any"
partial = true
key = {json.dumps(OPTIONS[:11])}
"""


def limits(formula):
    """Return the length of a formula, the most values of one of its functions, and its levels."""
    counts, most, levels = [], 1, 0
    for sign in re.sub(r'"(?:[^"]|"")*"', "", formula):
        if sign == "(":
            counts.append(1)
            levels = max(levels, len(counts))
        elif sign == ",":
            counts[-1] += 1
        elif sign == ")":
            most = max(most, counts.pop())
    return len(formula), most, levels


def formulas_of(table):
    file = io.BytesIO()
    save_xlsx(table, file)
    sheet = openpyxl.load_workbook(file).worksheets[0]
    return sheet, [cell for row in sheet.iter_rows(min_row=2) for cell in row if str(cell.value).startswith("=")]


def test_the_longest_keys_keep_the_limits_and_earn_their_points(spec):
    exam = spec(LONG)
    texts = {"number": str(NUMBERS[-1] + 1), "day": DAYS[-1], "one": OPTIONS[10], "any": "; ".join(OPTIONS[3:])}
    cells = {name: Cell(text, "ok", 1.0) for name, text in texts.items()}
    sheet, formulas = formulas_of(Table.of(exam, [Row(1, 0, cells)], []))
    found = [limits(cell.value) for cell in formulas]
    assert len(found) == 5
    assert all(length <= 8_192 and most <= 255 and levels <= 64 for length, most, levels in found)
    earned = [computed(sheet, cell.value) for cell in formulas[:4]]
    assert earned == pytest.approx([points_of(field, texts[field.name]) for field in exam.fields])
    assert earned == pytest.approx([2, 1, 1, 7 / 11])


def test_points_of_hundreds_of_questions_are_added_up():
    fields = tuple(Field(f"q{index}", boxes=1, points=1.0, key=("1",)) for index in range(300))
    row = Row(1, 0, {field.name: Cell("1", "ok", 1.0) for field in fields})
    sheet, formulas = formulas_of(Table("Exam", fields, (row,)))
    assert limits(formulas[-1].value)[1] <= 255
    assert computed(sheet, formulas[-1].value) == 300


def test_what_no_formula_can_hold_is_a_number():
    field = Field("q", "q", "identifier", boxes=3, points=3.0, key=("7", "8" * 10_000))
    sheet, formulas = formulas_of(Table("Exam", (field,), (Row(1, 0, {"q": Cell("7", "ok", 1.0)}),)))
    assert [cell.value for cell in formulas] == ["=SUM(B2)"]
    assert sheet["B2"].value == 3

"""The statistics of a workbook are those of the points of a class."""

import io
import re

import numpy as np
import pytest

from exams import EXAM, ROWS, graded
from shuzi.forms.output.xlsx import save_xlsx
from shuzi.forms.result import Cell, Row, Table
from worksheets import computed


def of_numbers(function):
    return lambda values: function(values[~np.isnan(values)])


def counted(*pairs):
    values, bounds = pairs[0], pairs[1::2]
    tests = {">=": np.greater_equal, "<": np.less}
    parts = [re.fullmatch(r"(>=|<)(.+)", bound).groups() for bound in bounds]
    return int(np.all([tests[sign](values, float(number)) for sign, number in parts], axis=0).sum())


STATISTICS = {
    "COUNT": of_numbers(len),
    "AVERAGE": of_numbers(np.mean),
    "MEDIAN": of_numbers(np.median),
    "STDEV": of_numbers(lambda values: np.std(values, ddof=1)),
    "CORREL": lambda values, others: np.corrcoef(values[~np.isnan(values)], others[~np.isnan(values)])[0, 1],
    "ISNUMBER": lambda values: ~np.isnan(values),
    "IF": lambda tests, values: np.where(tests, values, np.nan),
    "IFERROR": lambda value, _: value,
    "COUNTIFS": counted,
}


def statistic(book, formula):
    """Compute a formula over whole columns of the first worksheet."""
    table, known = book.worksheets[0], {}

    def column(match):
        letter, first, last = match.groups()
        values = [table[f"{letter}{line}"].value for line in range(int(first), int(last) + 1)]
        numbers = [computed(table, value) if str(value).startswith("=") else value for value in values]
        are = [isinstance(number, int | float) for number in numbers]
        known[f"column_{letter}"] = np.where(are, np.array(numbers, object), np.nan).astype(float)
        return f"column_{letter}"

    text = re.sub(r"'[^']+'!\$([A-Z]+)\$(\d+):\$[A-Z]+\$(\d+)", column, formula[1:])
    return eval(text, {"__builtins__": {}}, STATISTICS | known)  # noqa: S307


def test_the_statistics_of_a_class_are_those_of_its_points(spec):
    openpyxl = pytest.importorskip("openpyxl")
    read = spec(EXAM)
    table = graded(read)
    absent = {field.name: Cell("", "blank", 1.0) for field in read.fields}
    file = io.BytesIO()
    save_xlsx(Table(table.title, table.fields, (*table.rows, Row(5, 0, absent))), file)
    book = openpyxl.load_workbook(file)
    sheet = book["Statistics"]
    questions = [np.array(own, float) for own in ([2, 2, 0, 2], [1, 0, 0, 0], [1.5, 0, 0, 0], [7, 10])]
    everything = np.array([texts[-1] for texts in ROWS], float)
    for line, own in enumerate([*questions, everything], start=2):
        shown = [statistic(book, sheet.cell(line, column).value) for column in range(3, 7)]
        assert shown == pytest.approx([len(own), own.mean(), np.median(own), own.std(ddof=1)])
    length = questions[0]
    assert statistic(book, sheet["H2"].value.text) == pytest.approx(np.corrcoef(length, everything - length)[0, 1])
    first = next(row[0].row for row in sheet.iter_rows() if row[1].value == "rows") + 1
    counts = [statistic(book, sheet.cell(line, 2).value) for line in range(first, first + 10)]
    assert counts == np.histogram(everything, bins=10, range=(0, 14.5))[0].tolist()
    assert len(sheet._charts) == 1

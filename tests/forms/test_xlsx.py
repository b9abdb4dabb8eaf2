"""The statistics of a workbook are those of the points of a class."""

import io
import re
from dataclasses import replace

import numpy as np
import pytest

from exams import EXAM, ROWS, graded
from shuzi.errors import DataError
from shuzi.forms.output import save_answer_pages, save_table
from shuzi.forms.result import MISSING, Cell, Row, Table, read_table
from shuzi.forms.xlsx import save_xlsx
from worksheets import computed


def of_numbers(function):
    return lambda values: function(values[~np.isnan(values)])


def counted(*pairs):
    values, bounds = pairs[0], pairs[1::2]
    tests = {">=": np.greater_equal, "<": np.less}
    parts = [re.fullmatch(r"(>=|<)(.+)", bound).groups() for bound in bounds]
    return int(np.all([tests[sign](values, float(number)) for sign, number in parts], axis=0).sum())


STATISTICS = {
    "SUMPRODUCT": lambda values: int(values.sum()),
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
    formula = getattr(formula, "text", formula)
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
    assert statistic(book, sheet["H2"].value) == pytest.approx(np.corrcoef(length, everything - length)[0, 1])
    first = next(row[0].row for row in sheet.iter_rows() if row[1].value == "rows") + 1
    counts = [statistic(book, sheet.cell(line, 2).value) for line in range(first, first + 10)]
    assert counts == np.histogram(everything, bins=10, range=(0, 14.5))[0].tolist()
    assert len(sheet._charts) == 1


def test_a_row_that_lacks_a_page_counts_nowhere_until_its_answers_are_typed(spec):
    openpyxl = pytest.importorskip("openpyxl")
    table = graded(spec(EXAM))
    lacking = {
        name: cell if name != "essay" else Cell("", "unsure", 0.0, MISSING)
        for name, cell in table.rows[0].cells.items()
    }
    file = io.BytesIO()
    save_xlsx(replace(table, rows=(replace(table.rows[0], cells=lacking), *table.rows[1:])), file)
    book = openpyxl.load_workbook(file)
    first, sheet = book.worksheets[0], book["Statistics"]
    total = [cell.value for cell in first[1]].index("Points of 14.5") + 1
    assert computed(first, first.cell(2, total).value) == ""
    rest = np.array([texts[-1] for texts in ROWS[1:]], float)
    counts = [statistic(book, sheet.cell(line, 3).value) for line in range(2, 7)]
    assert counts == [3, 3, 3, 1, 3]
    assert statistic(book, sheet["D6"].value) == pytest.approx(rest.mean())
    texts = [str(cell.value) for row in sheet.iter_rows() for cell in row]
    assert "Sheet 1, row 1" in texts
    essay = [cell.value for cell in first[1]].index("essay") + 1
    first.cell(2, essay).value = 7
    assert computed(first, first.cell(2, total).value) == pytest.approx(ROWS[0][-1])


WRITTEN = """title = "Exam"
roster = "class.csv"
[[fields]]
name = "student"
kind = "identifier"
boxes = 3
among_column = "id"
name_column = "name"
[[fields]]
name = "q1"
boxes = 2
key = 42
[[versions]]
name = "A"
[[versions]]
name = "B"
keys.q1 = 24
"""
CLASS = "id,name\n001,Ada\n002,Bo\n003,Cy\n"


def test_who_wrote_no_sheet_of_a_version_is_named_and_so_is_each_page(spec, tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    pypdfium2 = pytest.importorskip("pypdfium2")
    read = spec(WRITTEN, **{"class": CLASS})
    written = (("003", "42", "A"), ("007", "24", "B"), ("", "24", "B"))
    rows = [
        Row(number, 0, {"student": Cell(text, "ok", 1.0), "q1": Cell(answer, "ok", 1.0)}, version)
        for number, (text, answer, version) in enumerate(written, start=1)
    ]
    save_table(Table.of(read, rows, []), tmp_path / "exam.json")
    table = read_table(tmp_path / "exam.json")
    file = io.BytesIO()
    save_xlsx(table, file)
    sheet = openpyxl.load_workbook(file)["Statistics"]
    *_, first = (row[0].row for row in sheet.iter_rows() if str(row[0].value).startswith("no sheet"))
    columns = [[sheet.cell(line, column).value for line in range(first + 1, first + 3)] for column in (1, 2)]
    assert columns == [["001 Ada", "002 Bo"], ["Sheet 2, row 1 007", "Sheet 3, row 1"]]
    save_answer_pages(table, tmp_path / "exam.pdf", lambda _: None)
    with pypdfium2.PdfDocument(tmp_path / "exam.pdf") as pdf:
        heads = [page.get_textpage().get_text_range() for page in pdf]
    assert "003 Cy" in " ".join(heads[0].split())
    assert "Sheet 3, row 1" in " ".join(heads[2].split())


def test_a_column_of_names_is_one_of_the_roster(spec):
    with pytest.raises(DataError) as found:
        spec(WRITTEN.replace('"name"\n[[f', '"surname"\n[[f'), **{"class": CLASS})
    assert "surname" in found.value.sentence("en")
    with pytest.raises(DataError) as found:
        spec(WRITTEN.replace('among_column = "id"\n', ""), **{"class": CLASS})
    assert "among_column" in found.value.sentence("en")

"""A sheet in versions: other orders and keys, one table, and points that are each version's own."""

import csv
import io
import json

import numpy as np
import openpyxl
import pypdfium2
import pytest

from shuzi.errors import DataError
from shuzi.forms.code import Code
from shuzi.forms.collect import collect, reopen_pages
from shuzi.forms.layout import pages_of
from shuzi.forms.output import as_csv, save_answer_pages
from shuzi.forms.read import PageReader
from shuzi.forms.result import Cell, PageRead, Problem, Table
from shuzi.forms.spec import sheets_of
from shuzi.forms.xlsx import save_xlsx

EXAM = """title = "Physics"
[[fields]]
name = "student"
kind = "identifier"
boxes = 4
[[fields]]
name = "q1"
label = "How far?"
boxes = 2
key = 42
points = 3
[[fields]]
name = "q2"
label = "How long?"
boxes = 2
key = 17
points = 2
[[fields]]
name = "q3"
label = "How high?"
boxes = 2
key = 80
[[versions]]
name = "A"
[[versions]]
name = "B"
order = ["q3", "q1", "q2"]
keys.q2 = [23, 24]
"""


def page(sheet, number, texts, source, page=1):
    """Return a page as it is read."""
    cells = {(0, name): Cell(text, "ok", 1.0, page=page, source=source) for name, text in texts.items()}
    return PageRead(source, Code(sheet.id, number, page), cells)


def answers(*texts):
    return dict(zip(("student", "q1", "q2", "q3"), texts, strict=True))


def test_photographs_of_both_versions_become_one_table(spec, sheets, hands, reader):
    exam = spec(EXAM)
    written = [answers("1234", "42", "17", "80"), answers("5678", "42", "17", "79")]
    read, taker = [], PageReader(exam, reader)
    for number, (version, printed) in enumerate(zip(sheets_of(exam), sheets.print_sheet(exam), strict=True)):
        rng = np.random.default_rng([11, number])
        (placed,) = pages_of(version)
        texts = {(0, name): text for name, text in written[number].items()}
        photo, _ = sheets.photograph(rng, sheets.fill(rng, printed, placed.fields, texts, hands), 15.0)
        read.append(taker.read(photo, f"{number}.jpg"))
    table = collect(exam, read[::-1], taker.pages)
    assert [(row.version, row.sheet) for row in table.rows] == [("A", 1), ("B", 2)]
    assert [{name: cell.text for name, cell in row.cells.items()} for row in table.rows] == written
    assert table.problems == ()
    lines = [*csv.DictReader(io.StringIO(as_csv(table).removeprefix("\ufeff")))]
    # 17 is right in A and wrong in B
    assert [(line["Version"], line["q2, points"], line["Points of 6"]) for line in lines] == [
        ("A", "2", "6"),
        ("B", "0", "3"),
    ]


def test_a_version_stands_on_its_sheet_and_in_its_code(spec):
    exam = spec(EXAM)
    first, second = sheets_of(exam)
    assert len({exam.id, first.id, second.id}) == 3
    assert [[text.text for text in pages_of(sheet)[0].texts] for sheet in (first, second)] == [
        ["student", "How far?", "How long?", "How high?"],
        ["student", "How high?", "How far?", "How long?"],
    ]
    assert spec(EXAM.replace("keys.q2 = [23, 24]", "keys.q1 = 3")).id == exam.id


def test_the_table_keeps_versions_and_is_opened_again(spec):
    exam = spec(EXAM)
    first, second = sheets_of(exam)
    texts = answers("0001", "42", "23", "80")
    table = collect(exam, [page(second, 2, texts, "b"), page(first, 1, texts, "a"), page(first, 3, texts, "c")], [1])
    assert [row.version for row in table.rows] == ["A", "B", "A"]
    assert table.problems == ()
    again = Table.from_dict(json.loads(json.dumps(table.as_dict())))
    assert (again.as_dict(), as_csv(again)) == (table.as_dict(), as_csv(table))
    assert collect(exam, reopen_pages(exam, again), [1]).as_dict() == table.as_dict()


@pytest.mark.parametrize("column", ["student", "q1"])
def test_a_table_that_somebody_wrote_can_be_saved(spec, column):
    exam = spec(EXAM)
    told = collect(exam, [page(sheets_of(exam)[1], 1, answers("5678", "42", "17", "79"), "1.jpg")], [1]).as_dict()
    told["versions"][1]["keys"][column] = ["not a number"]
    told["columns"][0] |= {"kind": "date", "points": 1.0, "key": ["yesterday"], "tolerance": 0.0}
    told["columns"].append(told["columns"][1])
    table = Table.from_dict(told)
    save_xlsx(table, io.BytesIO())
    assert as_csv(table).count("5678") == 1


def test_copies_of_two_versions_without_numbers_are_sheets_of_their_own(spec):
    exam = spec(EXAM)
    first, second = sheets_of(exam)
    copies = [
        page(version, number, answers(f"000{index}", "1", "2", "3"), f"{index}")
        for index, (number, version) in enumerate([(1, first), (2, second)] * 3)
    ]
    table = collect(exam, copies, [1])
    assert [row.cells["student"].text for row in table.rows if row.version == "A"] == ["0000", "0002", "0004"]
    assert [row.cells["student"].text for row in table.rows if row.version == "B"] == ["0001", "0003", "0005"]


def test_a_numbered_sheet_of_a_version_is_one_row_however_often_it_was_photographed(spec):
    exam = spec(EXAM)
    first, _ = sheets_of(exam)
    one, three = answers("0001", "42", "17", "80"), answers("0003", "42", "16", "80")
    table = collect(exam, [page(first, 1, one, "a"), page(first, 3, three, "b"), page(first, 1, one, "again")], [1])
    assert [row.sheet for row in table.rows] == [1, 3]
    assert "again" in [problem.source for problem in table.problems]


def test_pages_of_two_versions_are_never_one_sheet(spec):
    many = "".join(f'[[fields]]\nname = "n{n}"\nboxes = 2\n' for n in range(25))
    exam = spec(EXAM.replace("[[versions]]", many + "[[versions]]", 1))
    first, second = sheets_of(exam)
    placed = [[field.field.name for field in own.fields] for own in pages_of(second)]
    pages = [page(first, 1, {"q1": "42"}, "a"), page(second, 1, dict.fromkeys(placed[1], "7"), "b", page=2)]
    table = collect(exam, pages, [1, 2])
    assert [problem.source for problem in table.problems if isinstance(problem, Problem) and problem.source] == ["b"]
    assert [row.version for row in table.rows] == ["A"]


def test_statistics_join_the_versions_by_question(spec):
    exam = spec(EXAM)
    first, second = sheets_of(exam)
    pages = [
        page(first, 1, answers("0001", "42", "17", "80"), "a"),
        page(second, 2, answers("0002", "", "24", "80"), "b"),
    ]
    file = io.BytesIO()
    save_xlsx(collect(exam, pages, [1]), file)
    book = openpyxl.load_workbook(file)
    table, statistics = book.worksheets[:2]
    heads = {cell.value: cell.column_letter for cell in table[1]}
    assert [table[f"{heads['Version']}{line}"].value for line in (2, 3)] == ["A", "B"]
    formulas = [table[f"{heads['How long?, points']}{line}"].value for line in (2, 3)]
    assert "17" in formulas[0]
    assert "24" in formulas[1]
    assert "17" not in formulas[1]
    names = [cell.value for cell in statistics["A"]]
    assert names[1:5] == ["How far?", "How long?", "How high?", "all"]
    line = names.index("A") + 1
    assert names[line] == "B"
    assert all(heads["Version"] in statistics.cell(at, column).value for at in (line, line + 1) for column in (2, 3))


def test_each_printed_page_has_the_order_and_the_key_of_its_version(spec, tmp_path):
    exam = spec(EXAM)
    texts = answers("0001", "42", "17", "80")
    pages = [page(sheet, number, texts, "a") for number, sheet in enumerate(sheets_of(exam), start=1)]
    out = tmp_path / "pages.pdf"
    assert save_answer_pages(collect(exam, pages, [1]), out, lambda _: None) == 2
    with pypdfium2.PdfDocument(out) as pdf:
        first, second = (own.get_textpage().get_text_range() for own in pdf)
    assert first.index("How far?") < first.index("How long?") < first.index("How high?")
    assert second.index("How high?") < second.index("How far?") < second.index("How long?")
    assert "Version A" in first
    assert "Version B" in second
    assert "23, 24" in second
    assert "23, 24" not in first


@pytest.mark.parametrize(
    ("change", "line", "words"),
    [
        (('"q3", "q1", "q2"', '"q3", "q9"'), 27, ["version B", "q9"]),
        (('"q3", "q1", "q2"', '"q3", "q3"'), 27, ["version B", "q3"]),
        (("[23, 24]", "234"), 28, ["version B", "234"]),
        (("keys.q2", "keys.student"), 28, ["version B", "student"]),
        (('name = "B"', 'name = "A"'), 26, ["version A", "already"]),
        (('name = "B"\n', ""), 25, ["version 2", "name"]),
        (('name = "B"', 'name = "a"'), 26, ["version a", "already", " A"]),
        (('[[versions]]\nname = "A"\n', ""), 23, ["2 to 12"]),
        (('"Physics"', '"Physics"\nrows = 3'), 24, ["version A", "versions"]),
        (("keys.q2 = [23, 24]", "key = 3"), 28, ["version B", "keys"]),
    ],
)
def test_a_mistake_names_line_and_version(spec, change, line, words):
    with pytest.raises(DataError) as found:
        spec(EXAM.replace(*change))
    sentence = found.value.sentence("en")
    assert all(word in sentence for word in words), sentence
    assert found.value.values["line"] == line, sentence

"""Answers earn points by their key, in CSV and as formulas that a spreadsheet computes alike."""

import csv
import io
import json
import re

import openpyxl
import pytest

from exams import EXAM, ROWS, graded
from shuzi.errors import DataError
from shuzi.forms.collect import collect
from shuzi.forms.flatten import Code
from shuzi.forms.kinds import Field
from shuzi.forms.output import as_csv
from shuzi.forms.result import Cell, PageRead, Row, Table
from shuzi.forms.xlsx import save_xlsx
from worksheets import computed


def test_formulas_and_csv_give_the_points_that_a_teacher_would(spec):
    openpyxl = pytest.importorskip("openpyxl")
    table = graded(spec(EXAM))
    file = io.BytesIO()
    save_xlsx(table, file)
    sheet = openpyxl.load_workbook(file).active
    heads = [cell.value for cell in sheet[1]]
    total = heads.index("Points of 14.5") + 1
    lines = [*csv.DictReader(io.StringIO(as_csv(table).removeprefix("\ufeff")))]
    for number, (*_, points) in enumerate(ROWS, start=2):
        assert computed(sheet, sheet.cell(number, total).value) == pytest.approx(points)
        assert float(lines[number - 2]["Points of 14.5"]) == points
    assert [line["primes, points"] for line in lines] == ["1.5", "0", "0", "0"]


def test_an_answer_that_a_key_names_twice_is_one(spec):
    exam = spec(EXAM.replace('key = ["5", "3"]', 'key = ["5", "5"]\npartial = true'))
    table = Table.of(exam, [Row(1, 0, {"primes": Cell("5", "ok", 1.0)})], [])
    (line,) = csv.DictReader(io.StringIO(as_csv(table).removeprefix("\ufeff")))
    assert line["primes, points"] == "1.5"


LONG = "1234567890123456789"


@pytest.mark.parametrize(
    ("text", "more", "points"),
    [
        *((LONG, "", 2), ("1234567890123456788", "", 0), ("123456789", "", 0), ("01234567890123456789", "", 2)),
        *(("1234567890123456788", "tolerance = 1", 2), ("1234567890123456785", "half_tolerance = 5", 1)),
    ],
)
def test_a_number_of_more_digits_than_a_spreadsheet_keeps_earns_its_points(spec, text, more, points):
    openpyxl = pytest.importorskip("openpyxl")
    exam = spec(f'title = "E"\n[[fields]]\nname = "code"\nboxes = 20\nkey = "{LONG}"\npoints = 2\n{more}\n')
    table = Table.of(exam, [Row(1, 0, {"code": Cell(text, "ok", 1.0)})], [])
    (line,) = csv.DictReader(io.StringIO(as_csv(table).removeprefix("\ufeff")))
    assert float(line["code, points"]) == points
    file = io.BytesIO()
    save_xlsx(table, file)
    sheet = openpyxl.load_workbook(file).active
    heads = [cell.value for cell in sheet[1]]
    assert computed(sheet, sheet.cell(2, heads.index("code, points") + 1).value) == points


PARTLY = """title = "Exam"
[[fields]]
name = "length"
boxes = 3
decimals = 1
key = [9.8, 4]
tolerance = 0.1
half_tolerance = 0.5
points = 3
[[fields]]
name = "primes"
kind = "tick"
options = ["=3", "3", "4", "14", "7"]
choose = "any"
key = ["=3", "3", "7"]
partial = true
points = 6
"""


@pytest.mark.parametrize(
    ("texts", "points"),
    [  # by hand: two for each right box, two off for each wrong one, never less than none
        (("9.9", "=3; 3; 7"), 3 + 6),
        (("9.4", "=3; 3"), 1.5 + 4),
        (("9.2", "3; 4; 14; 7"), 0 + 0),
        (("4.5", "7"), 1.5 + 2),
        (("", "14"), 0),
        (("?", "=3; 4; 7"), 2),
        (("4.0", ""), 3),
        (("", "=3; none"), 2),
        (("", "3; 3; 4"), 0),
    ],
)
def test_part_of_an_answer_earns_part_of_the_points(spec, texts, points):
    openpyxl = pytest.importorskip("openpyxl")
    exam = spec(PARTLY)
    cells = {field.name: Cell(text, "ok", 1.0) for field, text in zip(exam.fields, texts, strict=True)}
    table = Table.of(exam, [Row(1, 0, cells)], [])
    assert Table.from_dict(json.loads(json.dumps(table.as_dict()))).as_dict() == table.as_dict()
    file = io.BytesIO()
    save_xlsx(table, file)
    sheet = openpyxl.load_workbook(file).active
    total = [cell.value for cell in sheet[1]].index("Points of 9") + 1
    assert computed(sheet, sheet.cell(2, total).value) == pytest.approx(points)
    (line,) = csv.DictReader(io.StringIO(as_csv(table).removeprefix("\ufeff")))
    assert float(line["Points of 9"]) == points


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("half_tolerance = 0.5", "half_tolerance = 0.1"), ["field length", "tolerance"]),
        (('choose = "any"\n', ""), ["field primes", "partial", "any"]),
        (("tolerance = 0.1\nhalf_tolerance = 0.5", "partial = true"), ["field length", "partial"]),
    ],
)
def test_a_part_of_what_has_none_is_refused(spec, change, words):
    with pytest.raises(DataError) as found:
        spec(PARTLY.replace(*change).replace('key = ["=3", "3", "7"]', 'key = ["=3"]'))
    sentence = found.value.sentence("en")
    assert all(word in sentence for word in ["line ", *words]), sentence


def test_a_corrected_cell_changes_the_points_of_its_row(spec):
    openpyxl = pytest.importorskip("openpyxl")
    file = io.BytesIO()
    save_xlsx(graded(spec(EXAM)), file)
    sheet = openpyxl.load_workbook(file).active
    total = [cell.value for cell in sheet[1]].index("Points of 14.5") + 1
    sheet["B4"] = 9.8
    assert computed(sheet, sheet.cell(4, total).value) == 2


def test_a_page_that_was_not_photographed_has_no_points(spec):
    table = graded(spec(EXAM))
    gone = {name: Cell("", "unsure", 0.0, "missing") for name in table.rows[0].cells}
    lines = as_csv(Table(table.title, table.fields, (Row(1, 0, gone),))).splitlines()
    assert lines[1].startswith('"","","","","","","","",""')


def test_the_key_is_kept_in_json(spec):
    table = graded(spec(EXAM))
    assert as_csv(Table.from_dict(json.loads(json.dumps(table.as_dict())))) == as_csv(table)


def test_what_two_rows_have_is_doubtful_where_no_two_may(spec):
    read = spec(EXAM.replace("boxes = 3\n", "boxes = 3\nunique = true\n", 1))
    pages = [
        PageRead(f"{n}.jpg", Code(read.id, n, 1), {(0, "student"): Cell(text, "ok", 1.0)})
        for n, text in enumerate(("001", "002", "001", "", ""), start=1)
    ]
    cells = [row.cells["student"] for row in collect(read, pages, [1]).rows]
    assert [cell.rule for cell in cells] == ["twice", "", "twice", "", ""]
    with pytest.raises(DataError) as found:
        spec(EXAM.replace("boxes = 3\n", "boxes = 3\nunique = true\nonce = true\n", 1))
    assert found.value.key == "error.spec.unique"


def test_points_without_a_key_are_what_may_be_written_at_most(spec):
    assert spec(EXAM).field_named("essay").broken("11") == "range"
    assert spec(EXAM).field_named("city").points == 1


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("key = [9.8, 4]", "key = 123.4", ["field length", "123.4"]),
        ("key = [9.8, 4]", "key = []", ["field length", "key"]),
        ("key = [9.8, 4]", "key = [9.85]", ["field length", "9.85"]),
        ("key = [9.8, 4]", 'key = "ten"', ["field length", "ten"]),
        ("key = [9.8, 4]\n", "", ["field length", "tolerance"]),
        ('key = "A"', 'key = "c"', ["field city", " c "]),
        ('key = "A"', 'key = "A"\ntolerance = 1', ["field city", "tolerance"]),
        ('key = "A"', "points = 2", ["field city", "points"]),
        ("points = 10", "points = 0", ["field essay", "points"]),
        ("points = 10", "points = true", ["field essay", "points"]),
        ("boxes = 3\n[[fields]]", "boxes = 3\nkey = nan\n[[fields]]", ["field student", "key"]),
    ],
)
def test_a_key_that_is_none_is_refused(spec, before, after, words):
    assert before in EXAM
    with pytest.raises(DataError) as found:
        spec(EXAM.replace(before, after, 1))
    sentence = found.value.sentence("en")
    assert all(word in sentence for word in words), sentence


def test_days_and_times_earn_their_points_in_a_workbook_too(spec):
    openpyxl = pytest.importorskip("openpyxl")
    exam = spec("""title = "Exam"
rows = 1
[[fields]]
name = "born"
kind = "date"
key = 2000-01-31
points = 2
[[fields]]
name = "at"
kind = "time"
key = ["09:05", 21:05:00]
points = 1.5
""")
    pairs = [("2000-01-31", "21:05"), ("2000-01-30", "09:06"), ("31 May", "9"), ("", "09:05")]
    rows = [
        Row(1, n, {"born": Cell(born, "ok", 1.0), "at": Cell(at, "ok", 1.0)}) for n, (born, at) in enumerate(pairs)
    ]
    file = io.BytesIO()
    save_xlsx(Table.of(exam, rows, []), file)
    sheet = openpyxl.load_workbook(file).active
    points = [cell.column for cell in sheet[1] if cell.value in {"born, points", "at, points"}]
    earned = [[computed(sheet, sheet.cell(line, column).value) for column in points] for line in range(2, 6)]
    assert earned == [[2, 1.5], [0, 0], [0, 0], [0, 1.5]]


NUMBERS = [123456789012345 - 1000 * index for index in range(100)]
DAYS = [f"{year}-12-31" for year in range(1910, 2010)]
OPTIONS = [f"={index:02}" + '"' * 57 for index in range(12)]
LONG_EXAM = f"""title = "Exam"
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
    exam = spec(LONG_EXAM)
    texts = {"number": str(NUMBERS[-1] + 1), "day": DAYS[-1], "one": OPTIONS[10], "any": "; ".join(OPTIONS[3:])}
    cells = {name: Cell(text, "ok", 1.0) for name, text in texts.items()}
    sheet, formulas = formulas_of(Table.of(exam, [Row(1, 0, cells)], []))
    found = [limits(cell.value) for cell in formulas]
    assert len(found) == 5
    assert all(length <= 8_192 and most <= 255 and levels <= 64 for length, most, levels in found)
    earned = [computed(sheet, cell.value) for cell in formulas[:4]]
    assert earned == pytest.approx([field.earned(texts[field.name]) for field in exam.fields])
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

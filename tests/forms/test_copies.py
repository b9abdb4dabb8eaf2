"""Copies of a sheet, printed with numbers or copied on a machine, become the rows of one table."""

import re
from dataclasses import replace

import pytest

from shuzi.errors import DataError
from shuzi.forms.code import Code
from shuzi.forms.collect import collect, read_forms, reopen_pages
from shuzi.forms.read import PageReader
from shuzi.forms.result import Cell, Change, PageRead
from shuzi.forms.spec import IDENTIFIER, Field, Spec

ROSTER = tuple({"id": f"{n:03}"} for n in range(30))
CLASS = Spec("Class", (Field("id", kind=IDENTIFIER, column="id"), Field("q", boxes=1)), rows=30, roster=ROSTER)
ALL = [row["id"] for row in ROSTER]
NOTE = Spec("Note", (Field("q", boxes=1),))


def note(sheet, text="7"):
    """A sheet of one page as it was read."""
    cell = Cell(text, "ok", 1.0, page=1, source=f"{text}.jpg")
    return PageRead(f"{text}.jpg", Code(NOTE.id, sheet, 1), {(0, "q"): cell})


def ids(table):
    return [row.cells["id"].text for row in table.rows]


def numbers(problem):
    """The numbers that a problem names."""
    return [int(number) for number in re.findall(r"\d+", problem.message)]


@pytest.fixture
def class_reader(reader):
    return PageReader(CLASS, reader)


def test_pages_of_two_copies_that_make_one_sheet_have_each_student_once(class_reader, photo):
    texts = {(row, "q"): str(row % 10) for row in range(30)}
    photos = [photo(CLASS, texts, page=1), photo(CLASS, texts, page=2, sheet=2, seed=1)]
    table = read_forms(class_reader, photos)
    assert ids(table) == ALL
    assert {row.sheet for row in table.rows} == {1, 2}
    assert all(row.cells["q"].source for row in table.rows)
    assert len(table.problems) == 2  # both sheets are still reported as lacking a page


def test_a_copy_that_lacks_a_page_beside_a_whole_one_has_all_students(class_reader, photo):
    first, second = (class_reader.read(photo(CLASS, {}, page=page), f"{page}.jpg") for page in (1, 2))
    other = PageRead("3.jpg", Code(CLASS.id, 2, 1), first.cells)
    table = collect(CLASS, [first, second, other], [1, 2])
    assert ids(table) == ALL * 2
    assert {row.cells["q"].rule for row in table.rows if row.sheet == 2 and not row.cells["q"].source} == {"missing"}


def test_printed_copies_keep_their_numbers_and_a_gap_is_named(reader, photo):
    photos = [photo(NOTE, {(0, "q"): str(sheet)}, sheet=sheet) for sheet in (3, 1)]
    table = read_forms(PageReader(NOTE, reader), photos)
    assert [(row.sheet, row.cells["q"].text) for row in table.rows] == [(1, "1"), (3, "3")]
    (problem,) = table.problems
    assert numbers(problem) == [2]


@pytest.mark.parametrize(
    ("seen", "named"),
    [
        ([2, 4, 8, 9], [3, 5, 7]),
        ([1, 10**15], [2, 10**15 - 1]),  # from a table that somebody wrote: not counted one by one
        ([5, 4], None),
        ([9], None),
        ([], None),
    ],
)
def test_gaps_are_named_in_ranges(seen, named):
    table = collect(NOTE, [note(sheet) for sheet in seen], [1])
    assert [numbers(problem) for problem in table.problems] == ([named] if named else [])


def test_a_sheet_of_a_roster_that_is_missing_is_named(class_reader, photo):
    page = class_reader.read(photo(CLASS, {}, page=2), "a.jpg")
    sheets = [PageRead(f"{sheet}.jpg", Code(CLASS.id, sheet, 2), page.cells) for sheet in (1, 3)]
    table = collect(CLASS, sheets, [1, 2])
    assert [2] in [numbers(problem) for problem in table.problems]


def test_sheets_copied_on_a_machine_all_count(reader, photo):
    photos = [photo(NOTE, {(0, "q"): str(digit)}, seed=digit) for digit in (4, 7, 2)]
    table = read_forms(PageReader(NOTE, reader), photos)
    assert not table.problems
    assert [(row.sheet, row.cells["q"].text) for row in table.rows] == [(1, "4"), (2, "7"), (3, "2")]


def test_a_copy_of_a_printed_copy_takes_no_other_sheets_number():
    table = collect(NOTE, [note(1, "4"), note(1, "5"), note(2, "6")], [1])
    assert [(row.sheet, row.cells["q"].text) for row in table.rows] == [(1, "4"), (2, "6"), (3, "5")]
    assert not table.problems
    # later sheets are added to those read before, and none is lost
    later = collect(NOTE, [*reopen_pages(NOTE, table), note(3, "7"), note(5, "8")], [1])
    assert [(row.sheet, row.cells["q"].text) for row in later.rows] == [
        (1, "4"),
        (2, "6"),
        (3, "5"),
        (5, "8"),
        (6, "7"),
    ]
    assert [numbers(problem) for problem in later.problems] == [[4]]


def test_what_stands_once_and_was_confirmed_in_each_row_is_reopened():
    spec = Spec("Lab", (Field("day", boxes=1, once=True), Field("q", boxes=1)), rows=2)
    cells = {place: Cell("7", "ok", 1.0, page=1, source="a.jpg") for place in ((-1, "day"), (0, "q"), (1, "q"))}
    table = collect(spec, [PageRead("a.jpg", Code(spec.id, 1, 1), cells)], [1])
    rows = []
    for index, row in enumerate(table.rows):
        day = replace(row.cells["day"], changes=(Change("7", "7", f"2026-11-28T23:5{index}:00.000Z"),))
        rows.append(replace(row, cells={**row.cells, "day": day}))
    again = collect(spec, reopen_pages(spec, replace(table, rows=tuple(rows))), [1])
    assert [row.cells["day"].text for row in again.rows] == ["7", "7"]
    rows[1] = replace(rows[1], cells={**rows[1].cells, "day": replace(rows[1].cells["day"], text="8")})
    with pytest.raises(DataError):
        reopen_pages(spec, replace(table, rows=tuple(rows)))

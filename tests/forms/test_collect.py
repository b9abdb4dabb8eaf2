"""Pages become a table: copies and versions of a sheet, and photographs that are added to it later."""

import csv
import io
import json
import re
from contextlib import closing
from dataclasses import replace
from io import BytesIO

import numpy as np
import openpyxl
import pypdfium2
import pytest
from click.testing import CliRunner

from shuzi.cli import forms as form_commands
from shuzi.cli import shuzi as command
from shuzi.errors import DataError, PictureError, ShuziError
from shuzi.forms.collect import add_to, collect, divide, read_forms, reopen_pages
from shuzi.forms.flatten import Code
from shuzi.forms.kinds import IDENTIFIER, Field
from shuzi.forms.layout import pages_of
from shuzi.forms.output import as_csv, save_answer_pages
from shuzi.forms.photographs import photos_in
from shuzi.forms.read import PageReader
from shuzi.forms.result import Cell, Change, PageRead, Problem, Skipped, Table
from shuzi.forms.spec import Spec, read_spec, sheets_of
from shuzi.forms.tables import join_pages
from shuzi.forms.xlsx import save_xlsx
from shuzi.messages import LANGUAGES, speaking
from shuzi.service import server
from shuzi.service.parts import Review

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


NOTE_TOML = 'title = "Note"\n[[fields]]\nname = "q"\nboxes = 2\n'
SPEC = Spec("Copies", (Field("q", boxes=1),))


@pytest.fixture
def page_reader(reader):
    return PageReader(SPEC, reader)


def run(*arguments):
    return CliRunner().invoke(command, ["form", "read", *map(str, arguments)], catch_exceptions=False)


def texts_in(path):
    return [row["cells"]["q"]["text"] for row in json.loads(path.read_text("utf-8"))["rows"]]


def test_a_later_photograph_is_added_once_and_corrections_stay(photo, tmp_path):
    (tmp_path / "note.toml").write_text(NOTE_TOML, "utf-8")
    spec, table = read_spec(tmp_path / "note.toml"), tmp_path / "note.json"
    photos = [tmp_path / f"{sheet}.jpg" for sheet in (1, 2)]
    for sheet, (path, text) in enumerate(zip(photos, ("17", "42"), strict=True), start=1):
        path.write_bytes(photo(spec, {(0, "q"): text}, sheet=sheet, angle=5.0))
    of_spec = ("--spec", tmp_path / "note.toml")
    run(photos[0], *of_spec, "--out", table)
    found = json.loads(table.read_text("utf-8"))
    found["rows"][0]["cells"]["q"] |= {"text": "71", "status": "ok"}
    table.write_text(json.dumps(found), "utf-8")
    with pytest.raises(DataError) as refused:
        run(*photos, *of_spec, "--add-to", table, "--out", table)
    assert refused.value.key == "error.form.exists"
    for _ in range(2):  # the folder may be named again
        assert run(*photos, *of_spec, "--add-to", table, "--out", table, "--force").exit_code == 0
        assert texts_in(table) == ["71", "42"]
    assert run(*of_spec, "--add-to", table, "--out", tmp_path / "note.csv").exit_code == 0
    assert '"71"' in (tmp_path / "note.csv").read_text("utf-8")
    (tmp_path / "other.toml").write_text(NOTE_TOML.replace("Note", "Other"), "utf-8")
    with pytest.raises(DataError):
        run("--spec", tmp_path / "other.toml", "--add-to", table, "--out", tmp_path / "other.csv")
    assert not [*tmp_path.glob("other.csv*")]


def test_a_watched_folder_and_a_table_to_add_to_are_two_ways(tmp_path):
    both = ("--add-to", tmp_path / "a.json", "--watch", tmp_path)
    assert run(*both, "--table", "--out", tmp_path / "b.csv").exit_code == 2


def taken(path, sheet, text, **more):
    """A page as it was read from a photograph."""
    return PageRead(path, Code(SPEC.id, sheet, 1), {(0, "q"): Cell(text, "ok", 1.0, source=path, **more)})


def stored(*pages):
    """A table of pages, as its file gives it back."""
    return Table.from_dict(json.loads(json.dumps(collect(SPEC, pages, [1]).as_dict())))


def rows_of(table):
    return [(row.sheet, row.cells["q"].text) for row in table.rows]


COPIES = [taken("a.jpg", 1, "4"), taken("b.jpg", 2, "7"), taken("c.jpg", 3, "2")]


@pytest.mark.parametrize("sheet", [1, 2, 3])
def test_a_later_photograph_of_a_numbered_sheet_is_no_row(sheet, page_reader):
    later = add_to(stored(*COPIES), page_reader, [taken("later.jpg", sheet, COPIES[sheet - 1].cells[0, "q"].text)])
    assert rows_of(later) == [(1, "4"), (2, "7"), (3, "2")]
    assert [problem.source for problem in later.problems] == ["later.jpg"]
    other = add_to(stored(*COPIES), page_reader, [taken("later.jpg", sheet, "9")])
    assert rows_of(other)[-1] == (4, "9")  # the copy of another person


def test_a_later_photograph_of_a_corrected_sheet_is_no_row(page_reader):
    table = stored(COPIES[0], taken("b.jpg", 2, "1", alternatives=(("7", 0.9), ("1", 0.1))), COPIES[2])
    assert rows_of(add_to(table, page_reader, [COPIES[1]])) == [(1, "4"), (2, "1"), (3, "2")]


def test_a_numbered_sheet_counts_once_in_several_parts():
    again = taken("b2.jpg", 2, "7")
    assert rows_of(collect(SPEC, [*reopen_pages(SPEC, stored(*COPIES)), again], [1])) == [
        (1, "4"),
        (2, "7"),
        (3, "2"),
    ]


def test_copies_without_numbers_all_count_in_several_parts():
    first = reopen_pages(SPEC, stored(taken("a.jpg", 1, "7"), taken("b.jpg", 1, "7")))
    assert rows_of(collect(SPEC, [*first, taken("c.jpg", 1, "7")], [1])) == [(1, "7"), (2, "7"), (3, "7")]


@pytest.mark.parametrize("spoken", LANGUAGES)
def test_a_second_photograph_of_a_sheet_is_passed_over_whatever_was_corrected(spoken, page_reader, tmp_path):
    with speaking(spoken):
        table = stored(*COPIES, taken("b2.jpg", 2, "7"))
    old, new = divide(table, tmp_path, [(name, name) for name in ("a.jpg", "b2.jpg", "d.jpg")])
    assert ([name for name, _ in old], [name for name, _ in new]) == (["a.jpg", "b2.jpg"], ["d.jpg"])
    later = add_to(table, page_reader, [])
    assert (rows_of(later), later.problems) == (rows_of(table), table.problems)


def divided(table, folder, *paths):
    """The names of what a table has, of what is read, and of what may be either."""
    old, new = divide(table, folder, [(str(path), path) for path in paths])
    unclear = [name for name, picture in new if isinstance(picture, ShuziError)]
    return [name for name, _ in old], [name for name, _ in new if name not in unclear], unclear


def test_a_photograph_is_known_without_its_folder_and_from_another_one(tmp_path, monkeypatch):
    paths = [tmp_path / "photos" / name for name in ("1.jpg", "2.jpg", "11.jpg")]
    (tmp_path / "photos").mkdir()
    for path in paths:
        path.write_bytes(path.name.encode())
    bare = stored(taken("1.jpg", 1, "4"))
    assert divided(bare, tmp_path, *paths) == (["1.jpg"], [*map(str, paths[1:])], [])
    foldered = stored(taken("photos/1.jpg", 1, "4"))
    for folder in (tmp_path, tmp_path / "else"):  # where it was read, and where the table was moved to
        assert divided(foldered, folder, *paths) == (["photos/1.jpg"], [*map(str, paths[1:])], [])
    monkeypatch.chdir(tmp_path / "photos")
    assert divided(foldered, tmp_path, "1.jpg", "2.jpg") == (["photos/1.jpg"], ["2.jpg"], [])


def test_two_photographs_of_a_name_that_the_table_has_are_named_and_not_read(tmp_path):
    paths = [tmp_path / folder / "1.jpg" for folder in ("a", "b")]
    table = stored(taken("1.jpg", 1, "4"))
    assert divided(table, tmp_path, *paths) == ([], [], [*map(str, paths)])
    (tmp_path / "1.jpg").write_bytes(b"1")
    assert divided(table, tmp_path, tmp_path / "1.jpg", paths[0]) == (["1.jpg"], [], [str(paths[0])])
    moved = stored(taken(str(tmp_path / "before" / "1.jpg"), 1, "4"))
    assert divided(moved, tmp_path, paths[0]) == ([], [], [str(paths[0])])


def test_a_copy_of_a_known_photograph_whose_name_comes_first_is_not_read(tmp_path):
    for name in ("a.jpg", "b.jpg"):
        (tmp_path / name).write_bytes(b"the same")
    old, new = divide(stored(taken("b.jpg", 1, "4")), tmp_path, photos_in(tmp_path))
    assert ([name for name, _ in old], [type(picture) for _, picture in new]) == (["b.jpg"], [PictureError])


def test_blank_pages_between_ruled_tables_are_no_photographs():
    one = PageRead("1.jpg", Code("", 1, 1), {(0, "A"): Cell("7", "ok", 1.0, source="1.jpg")})
    later = PageRead("3.jpg", Code("", 1, 1), {(0, "A"): Cell("9", "ok", 1.0, source="3.jpg")})
    table = Table.from_dict(join_pages([one, Skipped("2.jpg", "")]).as_dict())
    again = add_to(table, None, [Skipped("2.jpg", ""), later])
    assert [row.sheet for row in again.rows] == [1, 2]
    assert [type(problem) for problem in again.problems] == [Skipped]
    unread = Table.from_dict(join_pages([one, Problem("2.jpg", "blurred"), later]).as_dict())
    assert [row.sheet for row in add_to(unread, None, [replace(one, source="2.jpg")]).rows] == [1, 3, 4]


def test_earlier_photographs_are_shown_in_review(photo, tmp_path, monkeypatch):
    (tmp_path / "note.toml").write_text(NOTE_TOML, "utf-8")
    spec = read_spec(tmp_path / "note.toml")
    (tmp_path / "photos").mkdir()
    path = tmp_path / "photos" / "1.jpg"
    path.write_bytes(photo(spec, {(0, "q"): "17"}, angle=5.0))
    run(path, "--spec", tmp_path / "note.toml", "--out", tmp_path / "note.json")
    saved = (tmp_path / "note.json").read_text("utf-8").replace(json.dumps(str(path)), '"1.jpg"')
    (tmp_path / "note.json").write_text(saved, "utf-8")  # as the page names it
    shown = []
    monkeypatch.setattr(form_commands, "_listen_for_review", lambda: closing(BytesIO()))
    monkeypatch.setattr(server, "serve_review", lambda table, photos, *_: shown.append(Review.of(table, photos)))
    run(tmp_path / "photos", "--spec", tmp_path / "note.toml", "--add-to", tmp_path / "note.json", "--review")
    assert [name for name, _ in shown[0].photographs] == ["1.jpg"]


TWO_PAGES = Spec(
    "Exam",
    (
        Field("id", IDENTIFIER, IDENTIFIER, boxes=3, among=("001", "002"), names=("Ada", "Bo")),
        *(Field(f"q{n}", boxes=2, points=2.0, key=("7",)) for n in range(25)),
    ),
)


def exam_page(sheet, page, student="001", **more):
    """A page of a sheet of two pages, all answers right."""
    (own,) = (each for each in pages_of(TWO_PAGES) if each.number == page)
    texts = {placed.field.name: student if placed.field.name == "id" else "7" for placed in own.fields} | more
    name = f"{sheet}-{page}.jpg"
    cells = {(0, key): Cell(text, "ok", 1.0, page=page, source=name) for key, text in texts.items()}
    return PageRead(name, Code(TWO_PAGES.id, sheet, page), cells)


def csv_of(table):
    return list(csv.DictReader(io.StringIO(as_csv(table).removeprefix("\ufeff"))))


def test_a_sheet_that_lacks_a_page_has_no_total_and_is_named_until_the_page_comes():
    wanted = [page.number for page in pages_of(TWO_PAGES)]
    assert wanted == [1, 2]
    read = [exam_page(1, 1), exam_page(1, 2), exam_page(2, 1, "002")]
    table = Table.from_dict(collect(TWO_PAGES, read, wanted).as_dict())
    whole, lacking = csv_of(table)
    assert (whole["Points of 50"], lacking["Points of 50"]) == ("50", "")
    last = [placed.field.name for placed in pages_of(TWO_PAGES)[1].fields]
    assert lacking["to check"].split() == last
    (problem,) = table.problems
    assert "Bo" in problem.message
    added = collect(TWO_PAGES, [*reopen_pages(TWO_PAGES, table), exam_page(2, 2)], wanted, once=True)
    assert (added.problems, added.doubtful) == ((), 0)
    assert '"50"' in as_csv(added).splitlines()[2]


def test_a_sum_that_a_correction_broke_is_doubtful_once_more():
    spec = Spec("Note", (Field("a", boxes=1), Field("b", boxes=1), Field("all", boxes=2, sum_of=("a", "b"))))
    cells = {
        (0, name): Cell(text, "ok", 1.0, source="1.jpg") for name, text in {"a": "1", "b": "2", "all": "3"}.items()
    }
    table = collect(spec, [PageRead("1.jpg", Code(spec.id, 1, 1), cells)], [1])
    assert table.doubtful == 0
    (row,) = table.rows
    broken = replace(row.cells["b"], text="7", changes=(Change("2", "7", "2026-01-01T00:00:00Z"),))
    table = replace(table, rows=(replace(row, cells={**row.cells, "b": broken}),))
    again = collect(spec, reopen_pages(spec, table), [1], once=True).rows[0].cells
    assert {name: cell.rule for name, cell in again.items()} == {"a": "sum", "b": "", "all": "sum"}


def copied(*turns):
    """Pages of copies of one sheet, in this order: (whose, which page)."""
    return [
        replace(exam_page(1, page, student), source=f"{index}.jpg")
        for index, (student, page) in enumerate(turns, start=1)
    ]


def test_copies_of_a_sheet_of_two_pages_count_where_the_pages_of_each_follow_one_another():
    read = copied(("001", 1), ("001", 2), ("002", 1), ("002", 2))
    table = collect(TWO_PAGES, read, [1, 2])
    assert [(row.sheet, row.cells["id"].text) for row in table.rows] == [(1, "001"), (2, "002")]
    assert (table.is_amiss, table.doubtful) == (False, 0)
    # one that cannot be read is the page whose turn it is
    table = collect(TWO_PAGES, [read[0], Problem("2.jpg", "blurred"), *read[2:]], [1, 2])
    assert [(row.cells["id"].text, row.cells["q24"].rule) for row in table.rows] == [("001", "missing"), ("002", "")]


def test_copies_whose_pages_are_not_in_turn_are_never_joined():
    table = collect(TWO_PAGES, copied(("001", 1), ("002", 1), ("002", 2), ("001", 2)), [1, 2])
    assert table.is_amiss
    assert [row.cells["id"].text for row in table.rows] == ["001", "002", "", ""]
    assert all(row["to check"] and not row["Points of 50"] for row in csv_of(table))
    assert any("--copies" in problem.message for problem in table.problems)


def test_a_late_stack_of_copies_is_added_behind_the_others():
    read = copied(("001", 1), ("001", 2), ("002", 1), ("002", 2))
    first = Table.from_dict(collect(TWO_PAGES, read[:2], [1, 2]).as_dict())
    later = [replace(page, source=f"late {page.source}") for page in copied(("002", 1), ("002", 2), ("001", 1))]
    table = collect(TWO_PAGES, [*reopen_pages(TWO_PAGES, first), *later], [1, 2], once=True)
    assert [(row.sheet, row.cells["id"].text) for row in table.rows] == [(1, "001"), (2, "002"), (3, "001")]

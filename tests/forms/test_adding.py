"""More photographs are added to a table that somebody corrected."""

import json
from contextlib import closing
from dataclasses import replace
from io import BytesIO

import pytest
from click.testing import CliRunner

from shuzi.cli import shuzi as command
from shuzi.cli.form import review
from shuzi.errors import DataError, PictureError, ShuziError
from shuzi.forms.code import Code
from shuzi.forms.collect import add_to, collect, divide, reopen_pages
from shuzi.forms.parse import read_spec
from shuzi.forms.photographs import photos_in
from shuzi.forms.read import PageReader
from shuzi.forms.result import Cell, PageRead, Problem, Skipped, Table
from shuzi.forms.ruled_tables import join_pages
from shuzi.forms.spec import Field, Spec
from shuzi.messages import LANGUAGES, speaking
from shuzi.service.reviewed_table import Review

NOTE = 'title = "Note"\n[[fields]]\nname = "q"\nboxes = 2\n'
SPEC = Spec("Copies", (Field("q", boxes=1),))


@pytest.fixture
def page_reader(reader):
    return PageReader(SPEC, reader)


def run(*arguments):
    return CliRunner().invoke(command, ["form", "read", *map(str, arguments)], catch_exceptions=False)


def texts_in(path):
    return [row["cells"]["q"]["text"] for row in json.loads(path.read_text("utf-8"))["rows"]]


def test_a_later_photograph_is_added_once_and_corrections_stay(photo, tmp_path):
    (tmp_path / "note.toml").write_text(NOTE, "utf-8")
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
    (tmp_path / "other.toml").write_text(NOTE.replace("Note", "Other"), "utf-8")
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
    (tmp_path / "note.toml").write_text(NOTE, "utf-8")
    spec = read_spec(tmp_path / "note.toml")
    (tmp_path / "photos").mkdir()
    path = tmp_path / "photos" / "1.jpg"
    path.write_bytes(photo(spec, {(0, "q"): "17"}, angle=5.0))
    run(path, "--spec", tmp_path / "note.toml", "--out", tmp_path / "note.json")
    saved = (tmp_path / "note.json").read_text("utf-8").replace(json.dumps(str(path)), '"1.jpg"')
    (tmp_path / "note.json").write_text(saved, "utf-8")  # as the page names it
    shown = []
    monkeypatch.setattr(review, "begin", lambda: closing(BytesIO()))
    monkeypatch.setattr(review, "serve_review", lambda table, photos, *_: shown.append(Review.of(table, photos)))
    run(tmp_path / "photos", "--spec", tmp_path / "note.toml", "--add-to", tmp_path / "note.json", "--review")
    assert [name for name, _ in shown[0].photographs] == ["1.jpg"]

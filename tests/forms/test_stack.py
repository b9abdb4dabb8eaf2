"""A stack of photographs is read into a table by the command, and goes on where it was interrupted."""

import errno
import json
import os
import re
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import cv2
import numpy as np
import pytest
from click.testing import CliRunner

from shuzi.cli import shuzi as command
from shuzi.errors import DataError
from shuzi.forms.collect import collect, try_page
from shuzi.forms.flatten import Code
from shuzi.forms.kinds import Field
from shuzi.forms.photographs import content_hash, is_empty
from shuzi.forms.read import PageReader
from shuzi.forms.result import Cell, PageRead, Problem, Skipped
from shuzi.forms.spec import Spec, read_spec
from shuzi.forms.stack import ENDING, Journal
from shuzi.forms.tables import join_pages, read_tables, try_table
from shuzi.pictures.decode import Page
from shuzi.service.parts import Review


def test_a_ruled_table_is_read_without_a_spec(reader, sheets, hands, monkeypatch):
    monkeypatch.syspath_prepend(str(Path(sheets.__file__).parent))
    import ruled_tables

    rng = np.random.default_rng(3)
    page, texts = ruled_tables.draw(rng, hands)
    photo, _ = sheets.photograph(rng, page, turned=0.0)
    table = read_tables(reader, [("table.jpg", photo)])
    assert (len(table.rows), len(table.fields)) == (9, 9)
    cells = {(row.number, name): cell for row in table.rows for name, cell in row.cells.items()}
    assert np.mean([cells[key].text == text for key, text in texts.items()]) >= 0.95


def test_a_photograph_without_a_table_is_named(reader):
    table = read_tables(reader, [("empty.jpg", np.full((600, 800), 200, np.uint8))])
    assert not table.rows
    assert "empty.jpg" in table.problems[0].message


@pytest.fixture
def small(photo, tmp_path):
    """The path of a spec, and that of a folder with a photograph whose name no terminal can show."""
    spec = tmp_path / "spec.toml"
    spec.write_text('title = "S"\nrows = 2\n[[fields]]\nname = "q"\nboxes = 1\n', encoding="utf-8")
    folder = tmp_path / "photos"
    folder.mkdir()
    name = os.fsencode(folder) + b"/caf\xe9\x1b[31m\n\xe2\x80\xa8.jpg"
    try:
        Path(os.fsdecode(name)).write_bytes(photo(read_spec(spec), {(0, "q"): "7"}))
    except OSError:
        pytest.skip("this file system has no such names")
    return spec, folder


@pytest.mark.parametrize("ending", ["csv", "json", "xlsx"])
def test_a_photograph_of_any_name_is_read(small, tmp_path, ending):
    spec, folder = small
    out = tmp_path / f"table.{ending}"
    done = CliRunner().invoke(command, ["form", "read", str(folder), "--spec", str(spec), "--out", str(out)])
    assert done.exit_code == 0, done.exception
    assert out.stat().st_size


@pytest.fixture
def taken(tmp_path, monkeypatch):
    """A result whose place another program takes while photographs are read."""
    out, read = tmp_path / "table.csv", PageReader.read

    def reading(*arguments, **options):
        out.mkdir(exist_ok=True)
        return read(*arguments, **options)

    monkeypatch.setattr(PageReader, "read", reading)
    return out


def test_what_was_read_is_kept_if_the_result_cannot_be_written(small, tmp_path, taken, monkeypatch):
    spec, folder = small
    out = taken
    given = ["form", "read", str(folder), "--spec", str(spec), "--out", str(out)]
    assert isinstance(CliRunner().invoke(command, given).exception, DataError)
    left = tmp_path / f"table.csv{ENDING}"
    # a damaged line is that photograph's only
    left.write_text(left.read_text("utf-8") + '[]\n{}\n{"cells": [1]}\n"', encoding="utf-8")
    out.rmdir()
    monkeypatch.setattr(PageReader, "read", None)
    assert CliRunner().invoke(command, [*given, "--resume"]).exit_code == 0
    assert "7" in out.read_text("utf-8-sig")
    assert not left.exists()


def test_pages_read_by_other_rules_are_not_taken_over(small, taken):
    spec, folder = small
    given = ["form", "read", str(folder), "--spec", str(spec), "--out", str(taken)]
    CliRunner().invoke(command, given)
    taken.rmdir()
    spec.write_text(spec.read_text("utf-8") + "max = 5\n", encoding="utf-8")
    refused = CliRunner().invoke(command, [*given, "--resume"]).exception
    assert isinstance(refused, DataError)
    assert refused.key == "error.form.other_run"


def test_the_same_picture_twice_counts_once(small, tmp_path):
    spec, folder = small
    copy = tmp_path / "copy.jpg"
    copy.write_bytes(next(folder.iterdir()).read_bytes())
    done = CliRunner().invoke(command, ["form", "read", str(folder), str(copy), "--spec", str(spec)])
    assert done.exit_code == 1
    assert "same picture" in done.stderr
    assert len(done.stdout.splitlines()) == 2


def test_a_result_does_not_replace_its_roster(tmp_path):
    roster, spec = tmp_path / "class.csv", tmp_path / "spec.toml"
    roster.write_text("id\n1\n", encoding="utf-8")
    fields = '[[fields]]\nname = "id"\ncolumn = "id"\n[[fields]]\nname = "q"\nboxes = 1\n'
    spec.write_text(f'title = "S"\nroster = "class.csv"\n{fields}', encoding="utf-8")
    given = ["form", "read", "none.jpg", "--spec", str(spec), "--out", str(tmp_path / "." / "class.csv")]
    assert isinstance(CliRunner().invoke(command, given).exception, DataError)
    assert roster.read_text(encoding="utf-8") == "id\n1\n"


def test_sheets_of_a_ready_spec_are_read_by_its_name_and_nothing_read_is_not_counted(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(command, ["form", "read", "missing.jpg", "--spec", "scores"])
    assert done.exit_code == 1
    assert done.stderr.startswith("Error: Cannot read missing.jpg: ")
    assert done.stderr.count("\n") == 1


IDENTITY = {"spec": "s", "rules": "r", "weights": "w", "hand": ""}


@pytest.fixture
def photo_file(tmp_path):
    (tmp_path / "a.jpg").write_bytes(b"a photograph")
    return tmp_path / "a.jpg"


def test_a_page_that_was_read_before_has_the_name_of_now(tmp_path, photo_file):
    code = Code("0123456789", 1, 2)
    cells = {(row, "q"): Cell("7", "unsure", 0.5, source="./a.jpg") for row in range(2)}
    Journal.beside(tmp_path / "t.csv", IDENTITY, resume=False).keep(
        photo_file, PageRead("./a.jpg", code, cells), content_hash(photo_file)
    )
    page = Journal.beside(tmp_path / "t.csv", IDENTITY, resume=True).known(photo_file, str(photo_file))
    assert page.source == str(photo_file)
    assert page.code == code
    assert page.cells == {place: Cell("7", "unsure", 0.5, source=str(photo_file)) for place in cells}


def test_a_review_of_it_has_its_photographs(tmp_path, photo_file):
    read = PageRead("photos/a.jpg", Code("", 1, 1), {(0, "A"): Cell("7", "ok", 1.0, source="photos/a.jpg")})
    Journal.beside(tmp_path / "t.csv", IDENTITY, resume=False).keep(photo_file, read, content_hash(photo_file))
    page = Journal.beside(tmp_path / "t.csv", IDENTITY, resume=True).known(photo_file, "a.jpg")
    table = join_pages([page])
    assert Review.of(table, [("a.jpg", photo_file)]).photographs == (("a.jpg", photo_file),)


def test_another_photograph_is_not_known(tmp_path, photo_file):
    read = PageRead("a.jpg", Code("0123456789", 1, 1), {(0, "q"): Cell("7", "ok", 1.0)})
    Journal.beside(tmp_path / "t.csv", IDENTITY, resume=False).keep(photo_file, read, content_hash(photo_file))
    photo_file.write_bytes(b"another one")
    assert (tmp_path / f"t.csv{ENDING}").exists()
    assert Journal.beside(tmp_path / "t.csv", IDENTITY, resume=True).known(photo_file, "a.jpg") is None


def test_a_disk_that_is_full_from_the_start_leaves_no_journal_in_the_way(tmp_path, monkeypatch):
    def half(path, *_, **__):
        path.touch()
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as full:
        full.setattr(Path, "write_text", half)
        with pytest.raises(DataError):
            Journal.beside(tmp_path / "t.csv", IDENTITY, resume=False)
    Journal.beside(tmp_path / "t.csv", IDENTITY, resume=False)


NOTE = Spec("Note", (Field("q", boxes=1), Field("r", boxes=1)))
WIDE, HIGH = 1654, 2339  # of A4 at 200 dots per inch


def back(rng):
    """Scan the blank back of a sheet: grain, dust, a shadow at an edge, and paper that is darker to one side."""
    page = np.full((HIGH, WIDE), 240.0) + rng.normal(0, 3, (HIGH, WIDE))
    page *= np.linspace(1, 0.9, WIDE)
    for _ in range(10):
        x, y = rng.integers(WIDE), rng.integers(HIGH)
        page[y : y + 4, x : x + 4] *= 0.3
    page[:, :20] *= 0.4
    return page.clip(0, 255).astype(np.uint8)


def draw_on(page, what):
    """Draw something on a page that needs checking."""
    page = page.copy()
    if what == "pencil":
        cv2.putText(page, "7", (800, 1100), cv2.FONT_HERSHEY_SIMPLEX, 1.0, 190.0, 2)
    elif what == "stroke":
        cv2.line(page, (300, 2000), (300, 2030), 120.0, 3)
    elif what == "picture":
        page[900:1300, 600:1100] = 130
    elif what == "dark":
        return (page * 0.2).astype(np.uint8)
    return page


@pytest.mark.parametrize("seed", range(5))
def test_a_blank_back_is_empty_and_what_was_written_on_one_is_not(seed):
    page = back(np.random.default_rng(seed))
    assert is_empty(page)
    assert is_empty(cv2.resize(page, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA))
    shines_through = page.astype(np.int16)
    shines_through[500:520, 300:1300] -= 12
    assert is_empty(shines_through.clip(0, 255).astype(np.uint8))
    for what in ("pencil", "stroke", "picture", "dark"):
        assert not is_empty(draw_on(page, what)), what


@pytest.mark.parametrize("shape", [(1, 1), (1, 20), (20, 1), (16, 16), (17, 17)])
def test_an_icon_without_ink_is_empty(shape):
    assert is_empty(np.full(shape, 240, np.uint8))
    assert not is_empty(np.zeros(shape, np.uint8))


def test_a_filled_or_blank_sheet_is_not_empty(photo):
    for texts in ({}, {(0, "q"): "7"}):
        picture = cv2.imdecode(np.frombuffer(photo(NOTE, texts), np.uint8), cv2.IMREAD_GRAYSCALE)
        assert not is_empty(picture)


def test_a_blank_back_is_skipped_and_said_and_a_foreign_page_is_a_problem(reader):
    page = back(np.random.default_rng(0))
    pages = PageReader(NOTE, reader)
    read = [try_page(pages, page, f"scan.pdf#{number}") for number in (2, 4)]
    read.append(try_page(pages, draw_on(page, "pencil"), "scan.pdf#6"))
    problem, skipped = collect(NOTE, read, [1]).problems
    assert type(problem) is Problem
    assert problem.source == "scan.pdf#6"
    assert type(skipped) is Skipped
    assert "scan.pdf#2" in skipped.message
    assert "#4" in skipped.message


def test_a_blank_page_between_ruled_tables_is_skipped(reader):
    cells = {(0, "A"): Cell("7", "ok", 1.0)}
    first, last = (PageRead(name, Code("", 1, 1), cells) for name in ("1.jpg", "3.jpg"))
    table = join_pages([first, try_table(reader, back(np.random.default_rng(1)), "2.jpg"), last])
    assert [row.sheet for row in table.rows] == [1, 2]
    assert [type(problem) for problem in table.problems] == [Skipped]


def read_sheet(number, q, r="5", status="ok", name="a.jpg"):
    cells = {(0, "q"): Cell(q, status, 1.0, source=name), (0, "r"): Cell(r, "ok", 1.0, source=name)}
    return PageRead(name, Code(NOTE.id, number, 1), cells)


def rows_of(pages):
    table = collect(NOTE, pages, [1])
    return [(row.sheet, row.cells["q"].text) for row in table.rows], [problem.source for problem in table.problems]


def test_a_numbered_sheet_that_was_scanned_twice_counts_once():
    again = read_sheet(2, "1", status="unsure", name="again.jpg")  # a doubtful cell may be read otherwise
    assert rows_of([read_sheet(2, "7"), read_sheet(1, "3"), again]) == ([(1, "3"), (2, "7")], ["again.jpg"])


def test_a_numbered_sheet_with_other_contents_is_a_copy_and_counts():
    pages = [read_sheet(2, "7"), read_sheet(1, "3"), read_sheet(2, "8")]
    assert rows_of(pages) == ([(1, "3"), (2, "7"), (3, "8")], [])


def test_sheets_copied_on_a_machine_count_even_with_the_same_answers():
    assert rows_of([read_sheet(1, "7"), read_sheet(1, "7")]) == ([(1, "7"), (2, "7")], [])


def test_a_page_has_another_hash_when_its_file_has_changed(tmp_path):
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF one")
    first = [content_hash(Page(path, number)) for number in (1, 2)]
    assert len({*first}) == 2
    path.write_bytes(b"%PDF another")
    assert content_hash(Page(path, 1)) not in first


KILLED = """
    import os, signal, sys
    from shuzi.forms.stack import Journal

    number, keep, kept = int(sys.argv.pop(1)), Journal.keep, []

    def kill(*_):
        os.kill(os.getpid(), signal.SIGKILL)

    def keep_some(self, picture, page, key):
        kept.append(page)
        if len(kept) == number:
            with self._path.open("a", encoding="utf-8") as file:
                file.write('{"photo": "0123')  # in the middle of a line
            kill()
        keep(self, picture, page, key)

    Journal.keep, Journal.done = keep_some, kill
    from shuzi.__main__ import command
    command()
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="no process can be killed so there")
def test_a_stack_that_is_killed_twice_has_each_sheet_once(tmp_path, hands, benchmark_module):
    stack = benchmark_module("stacks").compose(tmp_path / "stack", 8, hands, rows=2, in_a_file=10)
    out = tmp_path / "table.json"
    given = ["form", "read", str(tmp_path / "stack" / "scans"), "--spec", str(tmp_path / "stack" / "spec.toml")]
    given += ["--out", str(out)]
    # while a page is kept, and when the table is there but the journal is not removed yet
    killed = [sys.executable, "-c", textwrap.dedent(KILLED)]
    assert subprocess.run([*killed, "6", *given], check=False).returncode == -signal.SIGKILL
    assert not out.exists()
    assert subprocess.run([*killed, "1000", *given, "--resume"], check=False).returncode == -signal.SIGKILL
    assert out.exists()
    again = CliRunner().invoke(command, [*given, "--resume"])
    assert again.exit_code == 1, again.output  # since the stack had a problem
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["table.json"]
    table = json.loads(out.read_text("utf-8"))
    rows = [(row["sheet"], row["row"]) for row in table["rows"]]
    assert rows == [(sheet, row) for sheet in sorted(stack.texts) for row in (1, 2)]
    cells = [
        cell["text"] == stack.texts[row["sheet"]][row["row"] - 1, name]
        for row in table["rows"]
        for name, cell in row["cells"].items()
    ]
    assert sum(cells) >= 0.9 * len(cells)
    twice, foreign, missing, blank = (
        [problem for problem in table["problems"] if chosen(f"{problem['source']} {problem['message']}")]
        for chosen in (
            lambda said: str(stack.doubled[0]) in re.findall(r"\d+", said),
            lambda said: stack.foreign[0] in said,
            lambda said: re.findall(r"\d+", said) == [str(stack.missing[0])],
            lambda said: stack.blank[0] in said,
        )
    )
    assert len(table["problems"]) == 4
    assert all((twice, foreign, missing, blank))

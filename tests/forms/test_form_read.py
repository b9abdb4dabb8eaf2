"""The command reads photographs into a table and loses nothing that it has read."""

import os
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from shuzi.cli import shuzi as command
from shuzi.errors import DataError
from shuzi.forms.parse import read_spec
from shuzi.forms.read import PageReader
from shuzi.forms.ruled_tables import read_tables
from shuzi.forms.stack import ENDING


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

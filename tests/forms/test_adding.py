"""More photographs are added to a table that somebody corrected."""

import json

import pytest
from click.testing import CliRunner

from shuzi.cli import shuzi as command
from shuzi.errors import DataError
from shuzi.forms.parse import read_spec

NOTE = 'title = "Note"\n[[fields]]\nname = "q"\nboxes = 2\n'


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

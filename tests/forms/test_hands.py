"""What is corrected in a form teaches how its writer's digits are read."""

import json

import pytest
from click.testing import CliRunner

from shuzi.cli import shuzi as command
from shuzi.data.own import load_hand
from shuzi.forms.collect import collect
from shuzi.forms.hands import images_in
from shuzi.forms.output import save_table
from shuzi.forms.read import PageReader
from shuzi.forms.spec import read_spec

SPEC = """title = "Scores"
roster = "class.csv"

[[fields]]
name = "id"
column = "id"

[[fields]]
name = "q"
boxes = 2

[[fields]]
name = "p"
boxes = 2
style = "open"
"""
SHEET = {(0, "q"): "17", (1, "q"): "17", (0, "p"): "35"}


@pytest.fixture(scope="module")
def spec(tmp_path_factory):
    folder = tmp_path_factory.mktemp("class")
    (folder / "class.csv").write_text("id\n7/1\n007\n", encoding="utf-8")
    (folder / "scores.toml").write_text(SPEC, encoding="utf-8")
    return folder / "scores.toml"


@pytest.fixture(scope="module")
def sheet(spec, photo):
    path = spec.with_name("sheet.jpg")
    path.write_bytes(photo(read_spec(spec), SHEET))
    return path


@pytest.fixture(scope="module")
def table(spec, sheet, reader):
    """The table of the sheet, as a file."""
    path = spec.with_name("table.json")
    save_table(read_table_of(spec, sheet, reader), path)
    return path


def read_table_of(spec, sheet, reader):
    pages = PageReader(read_spec(spec), reader)
    return collect(pages.spec, [pages.read(str(sheet), "sheet.jpg")], pages.pages)


def add(*arguments):
    return CliRunner().invoke(command, ["hand", "add", *map(str, arguments)])


def texts_in(path):
    rows = json.loads(path.read_text("utf-8"))["rows"]
    return [{name: cell["text"] for name, cell in row["cells"].items() if name != "id"} for row in rows]


def test_a_corrected_cell_is_read_as_it_was_corrected(spec, sheet, table, tmp_path):
    assert texts_in(table) == [{"q": "17", "p": "35"}, {"q": "17", "p": ""}]
    hand = tmp_path / "my.npz"
    # the labels of a writer's own ink are right
    assert add("--from", table, "--row", 1, "--field", "q", "--digits", "42", "--to", hand).exit_code == 0
    assert load_hand(hand).labels.tolist() == [4, 2]
    out = tmp_path / "again.json"
    done = CliRunner().invoke(
        command, ["form", "read", str(sheet), "--spec", str(spec), "--hand", str(hand), "--out", str(out)]
    )
    assert done.exit_code == 0, done.output
    assert texts_in(out)[0] == {"q": "42", "p": "35"}


def test_a_stack_learns_from_boxes_and_from_open_fields(spec, sheet, table, reader, tmp_path):
    hand = tmp_path / "my.npz"
    assert add("--from", table, "--row", 2, "--field", "q", "--digits", "42", "--to", hand).exit_code == 0
    assert add("--from", table, "--row", 1, "--field", "p", "--digits", "86", "--to", hand).exit_code == 0
    again = read_table_of(spec, sheet, reader.with_hand(hand))
    assert again.rows[1].cells["q"].text == "42"
    assert again.rows[0].cells["p"].text == "86"


def test_all_that_was_corrected_in_review_is_added(table, tmp_path):
    found = json.loads(table.read_text("utf-8"))
    cells = [row["cells"] for row in found["rows"]]
    for cell, text, before in (
        (cells[0]["q"], "42", "17"),
        (cells[0]["p"], "35", "35"),
        (cells[1]["q"], "170", "17"),
    ):
        # corrected; only confirmed; with a digit that was not found
        cell |= {"text": text, "changes": [{"before": before, "after": text, "at": "2026-11-28T23:50:00.000Z"}]}
    reviewed = tmp_path / "reviewed.json"
    reviewed.write_text(json.dumps(found), "utf-8")
    assert add("--from", reviewed, "--to", tmp_path / "my.npz").exit_code == 0
    assert {*load_hand(tmp_path / "my.npz").labels.tolist()} == {4, 2}
    assert add("--from", table, "--to", tmp_path / "none.npz").exit_code == 1


def test_a_table_keeps_what_was_classified(table, sheet, spec, reader):
    cells = read_table_of(spec, sheet, reader).rows[0].cells
    for name in ("q", "p"):
        answers = reader.classify(images_in(cells[name])).argmax(axis=1)
        assert "".join(map(str, answers)) == cells[name].text
    assert not len(images_in(cells["id"]))


@pytest.mark.parametrize(
    "named",
    [
        ("--row", 3, "--field", "q", "--digits", "17"),  # no such row
        ("--row", 1, "--field", "z", "--digits", "17"),  # no such field
        ("--row", 1, "--field", "q", "--digits", "170"),  # more digits than there are
        ("--row", 2, "--field", "p", "--digits", "1"),  # an empty field
        ("--row", 1, "--field", "q", "--digits", "1a"),
        ("--row", 1, "--field", "q"),  # what is it?
    ],
)
def test_a_cell_that_cannot_teach_is_refused_and_nothing_is_written(table, tmp_path, named):
    done = add("--from", table, *named, "--to", tmp_path / "my.npz")
    assert done.exit_code in (1, 2)
    assert "Traceback" not in done.output
    assert not [*tmp_path.iterdir()]


@pytest.mark.parametrize(
    "change",
    [
        lambda found: found | {"format": 2},
        lambda found: found | {"rows": 5},
        lambda found: [found],
        lambda found: json.loads(json.dumps(found).replace('"digits"', '"other"')),  # from an earlier version
        lambda found: json.loads(json.dumps(found).replace('"digits": "', '"digits": "AAAA')),
    ],
)
def test_a_table_of_another_version_is_refused(table, tmp_path, change):
    other = tmp_path / "other.json"
    other.write_text(json.dumps(change(json.loads(table.read_text("utf-8")))), "utf-8")
    done = add("--from", other, "--row", 1, "--field", "q", "--digits", "17", "--to", tmp_path / "my.npz")
    assert done.exit_code == 1
    assert not (tmp_path / "my.npz").exists()

"""Readings are printed, saved and explained, and the output may end early."""

import csv
import io
import json
import os
import re
import subprocess
import sys
from contextlib import suppress

import openpyxl
import pytest
from PIL import Image

from shuzi.reading.reader import load
from shuzi.reading.result import LINE_COLUMNS


def test_json_is_an_object_a_line_with_the_names_of_a_reading(shuzi, folder):
    ended = shuzi("read", "--json", "five.png", "blank.png")
    assert (ended.code, ended.err) == (0, "")
    reader = load()
    found = [json.loads(line) for line in ended.out.splitlines()]
    assert found == [reader.read(name).as_dict(name) for name in ("five.png", "blank.png")]
    assert [next(iter(each)) for each in found] == ["source", "source"]
    assert found[0]["digits"][0]["digit"] == 5


def test_csv_is_a_table_with_a_row_for_every_picture(shuzi, folder):
    five = folder / 'a, "b".png'
    (folder / "five.png").rename(five)
    ended = shuzi("read", "--csv", five.name, "missing.png", "blank.png")
    assert ended.code == 1
    head, *rows = csv.reader(io.StringIO(ended.out))
    assert head[:6] == ["source", "text", "status", "confidence", "message", "digits_text"]
    assert head[6:] == ["digits_status", "digits_confidence"]
    assert rows[0][:3] == [five.name, "5", "ok"]
    assert float(rows[0][3]) == pytest.approx(load().read(five).confidence, abs=1e-4)
    assert rows[1][:4] == ["missing.png", "", "error", ""]
    assert rows[0][5:7] == ["5", "ok"]
    assert rows[2] == ["blank.png", "", "blank", "1.0", "There is no writing in this picture.", "", "blank", "1.0"]


def test_readings_are_saved_for_spreadsheets_and_programs(shuzi, folder):
    pictures = ("five.png", "missing.png", "blank.png")
    for name in ("a.csv", "a.xlsx", "a.jsonl"):
        ended = shuzi("read", *pictures, "--out", name)
        assert (ended.code, ended.out) == (1, "")  # since a picture is missing
    content = (folder / "a.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    sheet = openpyxl.load_workbook(folder / "a.xlsx").active
    cells = [["" if cell is None else cell for cell in row] for row in sheet.iter_rows(values_only=True)]
    assert [row[:3] for row in cells] == [row[:3] for row in rows]
    assert cells[1][1] == "5"  # a text: an id keeps its zeros
    assert cells[1][3] == pytest.approx(float(rows[1][3]))
    lines = [json.loads(line) for line in (folder / "a.jsonl").read_text("utf-8").splitlines()]
    assert [line["source"] for line in lines] == list(pictures)


def test_numbers_of_a_picture_can_have_a_row_each(shuzi, folder):
    two = Image.new("L", (400, 500), 255)
    with Image.open("five.png") as five:
        shape = five.size
        two.paste(five.convert("L"), (20, 20))
        two.paste(five.convert("L"), (20, 40 + shape[1]))
    two = two.crop((0, 0, shape[0] + 40, 2 * shape[1] + 60))
    two.save("two.png")
    ended = shuzi("read", "two.png")
    expected = load().read("two.png")
    assert ended.out.splitlines()[: len(expected.lines)] == [line.text for line in expected.lines]
    given = ("two.png", "blank.png", "missing.png")
    ended = shuzi("read", "--csv", "--lines", *given)
    head, *rows = csv.reader(io.StringIO(ended.out))
    assert head == list(LINE_COLUMNS)
    assert [row[:2] for row in rows[:-2]] == [["two.png", str(at + 1)] for at in range(len(expected.lines))]
    assert [row[2] for row in rows[:-2]] == [line.text for line in expected.lines]
    assert [tuple(map(int, row[7:])) for row in rows[:-2]] == [tuple(line.box) for line in expected.lines]
    assert rows[-2][:4] == ["blank.png", "", "", "blank"]
    assert rows[-1][:4] == ["missing.png", "", "", "error"]
    objects = [json.loads(line) for line in shuzi("read", "--json", "--lines", *given).out.splitlines()]
    assert [each.get("line") for each in objects[:-2]] == list(range(1, len(expected.lines) + 1))
    assert [each["source"] for each in objects[-2:]] == ["blank.png", "missing.png"]
    for name in ("b.csv", "b.xlsx", "b.jsonl"):
        assert shuzi("read", "--lines", "two.png", "blank.png", "--out", name).code == 0
    sheet = openpyxl.load_workbook(folder / "b.xlsx").active
    cells = [["" if cell is None else cell for cell in row] for row in sheet.iter_rows(values_only=True)]
    saved = list(csv.reader(io.StringIO((folder / "b.csv").read_text("utf-8-sig"))))
    assert saved[0] == cells[0] == head
    assert [row[2] for row in saved] == [row[2] for row in cells]
    assert len((folder / "b.jsonl").read_text("utf-8").splitlines()) == len(saved) - 1


def test_lines_need_a_format_with_rows(shuzi, folder):
    ended = shuzi("read", "--lines", "five.png")
    assert ended.code == 2
    assert "--lines is for --json, --csv and --out" in ended.err


def test_a_table_outlives_a_run_that_reads_nothing(shuzi, folder):
    (folder / "a.csv").write_text("mine", "utf-8")
    ended = shuzi("read", "misspelt.png", "--out", "a.csv")
    assert ended.code == 1
    assert ended.err.endswith("Nothing was read, so a.csv stays as it was.\n")
    assert (folder / "a.csv").read_text("utf-8") == "mine"
    assert shuzi("read", "misspelt.png", "five.png", "--out", "a.csv").err.endswith("Saved in a.csv: 1 of 2 read.\n")
    assert (folder / "a.csv").read_text("utf-8-sig").count("\n") == 3


@pytest.mark.parametrize("options", [("--out", "a.txt"), ("--out", "a.csv", "--csv"), ("--out", "five.png/a.csv")])
def test_what_cannot_be_saved_is_an_error(shuzi, folder, options):
    (folder / "a.csv").write_text("mine", "utf-8")
    ended = shuzi("read", "five.png", *options)
    assert ended.code in (1, 2)
    assert "Error" in ended.err
    assert (folder / "a.csv").read_text("utf-8") == "mine"


@pytest.mark.parametrize("name", ["five.png/a.csv", "b.csv", "a.xlsx", "none/a.csv"])
def test_what_cannot_be_saved_is_refused_before_anything_is_read(shuzi, folder, monkeypatch, name):
    monkeypatch.setattr("shuzi.reading.reader.load", None)
    if name == "a.xlsx":
        monkeypatch.setitem(sys.modules, "openpyxl", None)
    (folder / "b.csv").mkdir()
    assert shuzi("read", "five.png", "--out", name).code == 1
    assert not (folder / "none").exists()


def test_the_rows_of_a_table_end_as_rfc_4180_has_it(run_alone, folder):
    table = subprocess.run(
        [sys.executable, "-m", "shuzi", "read", "--csv", "five.png"], capture_output=True, check=True
    )
    assert re.fullmatch(
        rb'"source","text","status","confidence","message","digits_text","digits_status","digits_confidence"\r\n'
        rb'"five\.png","5","ok","(0\.\d+)","Read\.","5","ok","\1"\r\n',
        table.stdout,
    )


def test_explanations_are_written_one_a_picture(shuzi, folder):
    (folder / "other").mkdir()
    (folder / "five.png").rename(folder / "other" / "nought.png")
    ended = shuzi("read", "--explain", "seen", "nought.png", "missing.png", "other/nought.png")
    assert ended.code == 1
    assert [line.split()[1] for line in ended.out.splitlines()] == ["0", "5"]
    assert "missing.png" in ended.err
    assert "seen" in ended.err.splitlines()[-1]
    names = sorted(path.name for path in (folder / "seen").iterdir())
    assert names == ["nought-2.explained.png", "nought.explained.png"]
    for name in names:
        with Image.open(folder / "seen" / name) as image:
            assert image.width == 1_000


def test_explanations_beside_the_pictures_overwrite_none(shuzi, folder):
    before = (folder / "five.png").read_bytes()
    assert shuzi("read", "--explain", ".", "five.png").code == 0
    assert (folder / "five.png").read_bytes() == before
    assert (folder / "five.explained.png").is_file()


def test_a_place_that_takes_no_explanations_is_an_error(shuzi, folder):
    (folder / "taken").write_text("a file", "utf-8")
    for place in ("taken", "taken/new"):
        ended = shuzi("read", "--explain", place, "five.png", "nought.png")
        assert (ended.code, ended.out) == (1, "")
        assert ended.err.startswith(f"Error: Cannot write {place}: ")
        assert ended.err.count("\n") == 1


def _rest(controller):
    """Read everything sent to a terminal whose other end is closed: pieces, and then, on Linux, an error."""
    parts = []
    with suppress(OSError):
        while part := os.read(controller, 100_000):
            parts.append(part)
    return b"".join(parts)


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="there are no such terminals here")
def test_many_pictures_move_a_bar_on_a_terminal_and_nowhere_else(folder):
    controller, terminal = os.openpty()
    given = [sys.executable, "-m", "shuzi", "read", "--lang", "en", *["five.png"] * 12]
    surroundings = os.environ | {"TERM": "xterm", "COLUMNS": "80"}
    ended = subprocess.run(given, stdout=subprocess.PIPE, stderr=terminal, env=surroundings, check=True)
    os.close(terminal)
    moved = _rest(controller).decode()
    os.close(controller)
    assert ended.stdout.decode().count("five.png  5  ok") == 12
    assert b"\x1b" not in ended.stdout
    assert "Reading" in moved
    assert "12/12" in moved
    quiet = subprocess.run(given, capture_output=True, env=surroundings, check=True)
    assert (quiet.stdout, quiet.stderr) == (ended.stdout, b"")


def test_closing_the_output_early_prints_no_error(folder):
    """As in `shuzi read folder | head -1`."""
    given = [sys.executable, "-m", "shuzi", "read", *["five.png"] * 3]
    reading, writing = os.pipe()
    os.close(reading)
    ended = subprocess.run(given, stdout=writing, stderr=subprocess.PIPE, check=False)
    os.close(writing)
    assert (ended.returncode, ended.stderr) == (1, b"")

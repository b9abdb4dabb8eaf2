"""`shuzi read --watch` reads each picture of a folder once, when it is complete."""

import csv
import json
import os
import shutil
import signal
from pathlib import Path

import pytest
from click.testing import CliRunner

from shuzi.cli import shuzi as command
from shuzi.cli import watching
from shuzi.pictures.open import EXAMPLE


@pytest.fixture
def watch(tmp_path, monkeypatch):
    """Watch a folder while a generator does what people do there, a step whenever nothing is left to read."""
    (tmp_path / "in").mkdir()

    def run(steps, *more):
        seconds = iter(range(0, 1_000_000, 3))
        monkeypatch.setattr(watching, "monotonic", lambda: float(next(seconds)))

        def play():
            for step in steps:
                step()
                yield
                yield
            os.kill(os.getpid(), signal.SIGINT)
            yield

        playing = play()
        monkeypatch.setattr(watching, "sleep", lambda _: next(playing))
        return CliRunner().invoke(command, ["--lang", "en", "read", "--watch", str(tmp_path / "in"), *more])

    return run


def rows(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [*csv.DictReader(file)]


def test_each_picture_becomes_a_row_once(watch, tmp_path):
    target, out = tmp_path / "in" / "a.jpg", tmp_path / "log.csv"
    steps = [lambda: shutil.copy(EXAMPLE, target), lambda: None]
    assert watch(steps, "--out", str(out)).exit_code == 0
    assert [row["text"] for row in rows(out)] == ["31415926"]
    again = [lambda: shutil.copy(EXAMPLE, tmp_path / "in" / "b.jpg")]
    assert watch(again, "--out", str(out)).exit_code == 0
    assert [Path(row["source"]).name for row in rows(out)] == ["a.jpg", "b.jpg"]


def test_a_file_that_is_still_being_written_is_not_read(watch, tmp_path):
    content = Path(EXAMPLE).read_bytes()
    target, out = tmp_path / "in" / "a.jpg", tmp_path / "log.csv"
    lengths = (1_000, 4_000, len(content) - 2, len(content))
    seen = []

    def write(length):
        seen.append(len(rows(out)))
        target.write_bytes(content[:length])

    steps = [lambda length=length: write(length) for length in lengths]
    assert watch(steps, "--out", str(out)).exit_code == 0
    assert seen == [0, 0, 0, 0]
    assert [row["text"] for row in rows(out)] == ["31415926"]


def test_without_a_table_each_reading_is_a_line_of_json(watch, tmp_path):
    steps = [
        lambda: shutil.copy(EXAMPLE, tmp_path / "in" / "a.jpg"),
        lambda: (tmp_path / "in" / "b.jpg").write_bytes(Path(EXAMPLE).read_bytes()[:60] + b"\xff\xd9"),
    ]
    said = watch(steps, "--last", "40000000")
    facts = [json.loads(line) for line in said.stdout.splitlines()]
    assert [(fact["text"], fact["status"]) for fact in facts] == [("31415926", "unsure"), ("", "error")]
    assert facts[0]["time"][:2] == "20"


def test_a_table_of_something_else_is_not_written_to(watch, tmp_path):
    (tmp_path / "other.csv").write_text("name,score\n")
    assert watch([], "--out", str(tmp_path / "other.csv")).exit_code == 1
    assert (tmp_path / "other.csv").read_text() == "name,score\n"

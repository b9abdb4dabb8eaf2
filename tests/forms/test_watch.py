"""A folder is watched: every file from a scanner or a phone is read exactly once."""

import csv
import os
import shutil
import signal
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from shuzi.cli import shuzi as command
from shuzi.errors import DataError
from shuzi.forms import watch
from shuzi.forms.parse import read_spec
from shuzi.forms.stack import ENDING
from shuzi.pictures.arrivals import Arrivals

SPEC = 'title = "S"\n[[fields]]\nname = "q"\nboxes = 1\n'


_MANY = 40  # looks at the folder, in which all must have happened


@pytest.fixture(scope="module")
def photos(tmp_path_factory, photo):
    """Three numbered sheets, in which 1, 2 and 3 stand."""
    path = tmp_path_factory.mktemp("spec") / "spec.toml"
    path.write_text(SPEC, encoding="utf-8")
    return [photo(read_spec(path), {(0, "q"): str(n)}, seed=n, sheet=n) for n in (1, 2, 3)]


@pytest.fixture
def scans(tmp_path):
    (tmp_path / "scans").mkdir()
    (tmp_path / "spec.toml").write_text(SPEC, encoding="utf-8")
    return tmp_path / "scans"


@pytest.fixture
def watching(scans, monkeypatch):
    """Watch the folder while a generator does what people do there, a step whenever nothing is left to read."""

    def run(steps, *more):
        seconds = iter(range(0, 1_000_000, 2))
        monkeypatch.setattr(watch, "monotonic", lambda: float(next(seconds)))

        def play():
            yield from steps
            os.kill(os.getpid(), signal.SIGINT)
            yield

        playing = play()
        monkeypatch.setattr(watch, "sleep", lambda _: next(playing))
        out = scans.parent / "table.csv"
        given = ["form", "read", "--watch", str(scans), "--spec", str(scans.parent / "spec.toml"), "--out", str(out)]
        return CliRunner().invoke(command, [*given, *more]), out

    return run


def texts_in(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [row["q"] for row in csv.DictReader(file)]


def until(true):
    """Wait until something is so, or long enough."""
    for _ in range(_MANY):
        if true():
            return
        yield


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C is another signal there")
def test_what_comes_is_read_when_it_is_whole_and_a_broken_file_does_not_stop_the_others(scans, watching, photos):
    out = scans.parent / "table.csv"

    def steps():
        (scans / "b.jpg").write_bytes(photos[1][:1000])
        yield
        assert not out.exists()
        (scans / "b.jpg").write_bytes(photos[1])
        yield from until(out.exists)
        assert texts_in(out) == ["2"]
        (scans / "broken.jpg").write_bytes(photos[0][:2000])
        Image.fromarray(np.full((2339, 1654), 250, np.uint8)).save(scans / "back.png")
        yield from [None] * _MANY
        shutil.copy(scans / "back.png", scans / "next.png")
        (scans / "c.jpg").write_bytes(photos[0])
        yield from until(lambda: len(texts_in(out)) == 2)
        out.write_text("corrected", "utf-8")
        (scans / "a.jpg").write_bytes(photos[2])
        yield from until(out.with_name("table-2.csv").exists)

    found, out = watching(steps())
    assert found.exit_code == 1, found.output
    assert out.read_text("utf-8") == "corrected"
    assert texts_in(out.with_name("table-2.csv")) == ["1", "2", "3"]
    assert "broken.jpg" in found.output
    assert not out.with_name(out.name + ENDING).exists()


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C is another signal there")
def test_ctrl_c_writes_what_was_read_and_what_was_not_is_read_the_next_time(scans, watching, photos):
    def first():
        (scans / "1.jpg").write_bytes(photos[0])
        yield from until((scans.parent / "table.csv").exists)
        (scans / "1.jpg").rename(scans.parent / "filed.jpg")
        (scans / "2.jpg").write_bytes(photos[1][:1000])
        yield

    found, out = watching(first())
    assert found.exit_code == 1
    assert "2.jpg" in found.output
    assert texts_in(out) == ["1"]
    (scans / "2.jpg").write_bytes(photos[1])
    again, _ = watching(iter([None] * 5), "--resume")
    assert again.exit_code == 0, again.output
    assert texts_in(out) == ["1", "2"]
    assert not out.with_name(out.name + ENDING).exists()


def test_a_folder_that_is_not_there_is_refused_and_nothing_is_left_behind(tmp_path):
    (tmp_path / "spec.toml").write_text(SPEC, encoding="utf-8")
    given = ["--watch", str(tmp_path / "none"), "--spec", str(tmp_path / "spec.toml")]
    done = CliRunner().invoke(command, ["form", "read", *given, "--out", str(tmp_path / "table.csv")])
    assert isinstance(done.exception, DataError)
    assert [path.name for path in tmp_path.iterdir()] == ["spec.toml"]


@pytest.mark.parametrize(
    ("content", "end"),
    [
        (b"%PDF-1.4 one page", b"%%EOF\n"),
        (b"\xff\xd8\xff\xe0 a photograph", b"\xff\xd9"),
        (b"\x89PNG\r\n\x1a\n rows", b"\0\0\0\0IEND\xaeB`\x82"),
    ],
)
def test_a_file_is_waited_for_until_it_ends_and_longer_if_it_does_not(tmp_path, content, end):
    arrivals, path = Arrivals(tmp_path), tmp_path / "1.pdf"
    path.write_bytes(content)
    assert [arrivals.look(now) for now in (0.0, 5.0)] == [[], []]
    assert arrivals.look(20.0) == [path]
    path.write_bytes(content + b" and the rest" + end)
    assert arrivals.look(21.0) == []
    assert arrivals.waiting == [path]
    assert arrivals.look(25.0) == [path]
    assert arrivals.look(90.0) == []
    path.unlink()
    assert arrivals.look(91.0) == []


def test_a_folder_that_cannot_be_read_is_named_once_and_the_others_are_read(tmp_path, monkeypatch):
    lost = tmp_path / "lost+found"
    lost.mkdir()
    (tmp_path / "1.pdf").write_bytes(b"%PDF-1.7 %%EOF")
    scan = os.scandir

    def refused(path):
        if Path(path) == lost:
            raise PermissionError(13, "Permission denied", str(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", refused)
    arrivals = Arrivals(tmp_path)
    assert [arrivals.look(now) for now in (0.0, 2.0)] == [[], [tmp_path / "1.pdf"]]
    assert [error.values["path"] for error in arrivals.unreadable] == [str(lost)]


def test_a_table_corrected_between_two_watches_stays_as_it_is(watching, scans, photos, tmp_path):
    def first():
        (scans / "1.jpg").write_bytes(photos[0])
        (scans / "torn.jpg").write_bytes(photos[1][: len(photos[1]) // 2])  # keeps the journal
        yield from until((tmp_path / "table.csv").exists)

    _, out = watching(first())
    corrected = out.read_text(encoding="utf-8-sig").replace('"1"', '"9"')
    out.write_text(corrected, encoding="utf-8")

    def second():
        (scans / "3.jpg").write_bytes(photos[2])
        yield from until((tmp_path / "table-2.csv").exists)

    done, _ = watching(second(), "--resume")
    assert out.read_text(encoding="utf-8") == corrected
    assert texts_in(tmp_path / "table-2.csv") == ["1", "3"]
    assert "table-2.csv" in done.output

"""A folder is watched: every file from a scanner or a phone is read exactly once, whatever becomes of it."""

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
from shuzi.forms import stack
from shuzi.forms.flatten import Code
from shuzi.forms.result import Cell, PageRead, Problem, Skipped
from shuzi.forms.spec import read_spec
from shuzi.forms.stack import ENDING, Journal, Pile
from shuzi.pictures.folders import Arrivals

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
        monkeypatch.setattr(stack, "monotonic", lambda: float(next(seconds)))

        def play():
            yield from steps
            os.kill(os.getpid(), signal.SIGINT)
            yield

        playing = play()
        monkeypatch.setattr(stack, "sleep", lambda _: next(playing))
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


IDENTITY = {"spec": "s", "rules": "r", "weights": "w", "hand": ""}


def page_of(name, text="7"):
    return PageRead(name, Code("0123456789", 1, 1), {(0, "q"): Cell(text, "ok", 1.0, source=name)})


@pytest.fixture
def pile(tmp_path):
    return Pile(Journal.beside(tmp_path / "t.csv", IDENTITY, resume=False))


def add(pile, path, text="7"):
    """Add a file's content, if it must be read; return the names of the photographs read."""
    named = pile.unread([path])[path]
    for name, picture in named:
        pile.put(path, name, picture, page_of(name, text))
    return [Path(name).name for name, _ in named]


def test_a_file_that_was_renamed_is_not_read_again_and_one_that_changed_is(tmp_path, pile):
    first, second = tmp_path / "1.jpg", tmp_path / "2.jpg"
    first.write_bytes(b"a")
    assert add(pile, first) == ["1.jpg"]
    first.rename(second)
    assert add(pile, second) == []
    assert [page.source for page in pile.pages()] == [str(second)]
    second.write_bytes(b"another")
    assert add(pile, second, "8") == ["2.jpg"]
    (page,) = pile.pages()
    assert page.cells[0, "q"].text == "8"
    second.unlink()
    assert pile.pages() == [page]
    resumed = Pile(Journal.beside(tmp_path / "t.csv", IDENTITY, resume=True))
    assert "8" in [page.cells[0, "q"].text for page in resumed.pages()]


def test_a_picture_that_comes_twice_counts_once_also_when_both_come_at_once(tmp_path, pile):
    paths = [tmp_path / name for name in ("1.jpg", "1 (1).jpg")]
    for path in paths:
        path.write_bytes(b"a")
    assert [len(named) for named in pile.unread(paths).values()] == [1, 0]
    assert pile.left == [str(paths[0])]
    pile.put(paths[0], str(paths[0]), paths[0], page_of(str(paths[0])))
    assert {type(page) for page in pile.pages()} == {PageRead, Problem}
    assert pile.left == []


def test_blank_backs_that_are_the_same_are_just_blank(tmp_path, pile):
    paths = [tmp_path / name for name in ("1.jpg", "2.jpg")]
    for path in paths:
        path.write_bytes(b"a")
    pile.unread(paths[:1])
    pile.put(paths[0], str(paths[0]), paths[0], Skipped(str(paths[0]), ""))
    assert pile.unread(paths[1:]) == {paths[1]: []}
    assert [type(page) for page in pile.pages()] == [Skipped, Skipped]


def test_a_file_that_is_written_while_it_is_read_is_read_again(tmp_path, pile):
    path = tmp_path / "1.jpg"
    path.write_bytes(b"a")
    ((name, picture),) = pile.unread([path])[path]
    path.write_bytes(b"another")
    pile.put(path, name, picture, page_of(name, "7"))
    assert pile.left == [name]
    assert add(pile, path, "8") == ["1.jpg"]
    assert [page.cells[0, "q"].text for page in pile.pages()] == ["8"]


def test_a_file_that_is_filed_while_it_is_read_is_kept(tmp_path, pile):
    path = tmp_path / "1.jpg"
    path.write_bytes(b"a")
    ((name, picture),) = pile.unread([path])[path]
    path.rename(tmp_path / "2.jpg")
    pile.put(path, name, picture, page_of(name))
    assert add(pile, tmp_path / "2.jpg") == []
    assert len(pile.pages()) == 1


def texts_of(pile):
    return sorted(page.cells[0, "q"].text for page in pile.pages() if isinstance(page, PageRead))


def test_a_page_that_was_filed_stays_when_its_name_is_used_again(tmp_path, pile):
    path = tmp_path / "scan.jpg"
    for content, text in ((b"a", "1"), (b"b", "2"), (b"c", "3")):
        path.write_bytes(content)
        assert add(pile, path, text) == ["scan.jpg"]
        assert pile.replaced == []
        path.unlink()
        pile.note_gone()
    assert texts_of(pile) == ["1", "2", "3"]
    resumed = Pile(Journal.beside(tmp_path / "t.csv", IDENTITY, resume=True))
    assert texts_of(resumed) == ["1", "2", "3"]
    path.write_bytes(b"d")
    assert add(resumed, path, "4") == ["scan.jpg"]
    # it is unknown whether the third was filed or replaced
    assert texts_of(resumed) == ["1", "2", "4"]
    assert resumed.replaced == [str(path)]


def test_a_copy_takes_the_place_of_a_file_that_was_written_again(tmp_path, pile):
    first, copy = tmp_path / "1.jpg", tmp_path / "2.jpg"
    for path in (first, copy):
        path.write_bytes(b"a")
        add(pile, path, "1")
    first.write_bytes(b"b")
    add(pile, first, "2")
    assert texts_of(pile) == ["1", "2"]
    assert pile.replaced == []
    copy.write_bytes(b"c")
    add(pile, copy, "3")
    assert texts_of(pile) == ["2", "3"]
    assert pile.replaced == [str(copy)]


def test_a_file_that_is_moved_and_another_in_its_place_both_count(tmp_path, pile):
    path, filed = tmp_path / "scan.jpg", tmp_path / "1.jpg"
    path.write_bytes(b"a")
    add(pile, path, "1")
    path.rename(filed)
    path.write_bytes(b"b")
    left = pile.unread([filed, path])
    assert [len(named) for named in left.values()] == [0, 1]
    pile.put(path, *left[path][0], page_of(str(path), "2"))
    assert texts_of(pile) == ["1", "2"]
    assert pile.replaced == []

"""Labels are taken from tables as people and spreadsheets write them, and a mistake is named with its line."""

import os
import shutil
from pathlib import Path

import pytest

from shuzi.data.tables import Labelled, read_bounded, read_labels, rows_of, trimmed, unlabelled
from shuzi.errors import DataError

NAMES = ["a.png", "two, three.png", "王.png", "deep/b.png"]


@pytest.fixture
def folder(tmp_path):
    for name in NAMES:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "notes.txt").touch()
    return tmp_path


@pytest.mark.parametrize(
    "table",
    [
        'file,label\na.png,007\n"two, three.png","1,5"\n王.png,\n'.encode(),
        '\ufefffile,label\r\na.png,007\r\n"two, three.png","1,5"\r\n王.png,\r\n'.encode(),
        "file;label\r\na.png;007\r\ntwo, three.png;1,5\r\n王.png;\r\n".encode("gb18030"),
        "file\tlabel\na.png\t007\ntwo, three.png\t1,5\n王.png\t".encode(),
        'Label, File ,note\n007,a.png,x\n" 1,5 ","two, three.png"\n,王.png,\n,,\n'.encode(),
        'file,label,,\n./a.png,007,,\n\n"two, three.png","1,5",,\n王.png,,,\n,,,\n'.encode(),
    ],
    ids=["plain", "mark-and-returns", "semicolons-in-gb18030", "tabs", "other-columns", "empty-cells"],
)
def test_a_table_is_read_as_it_was_written(folder, table):
    (folder / "labels.csv").write_bytes(table)
    assert [(picture.path.name, picture.label) for picture in read_labels(folder)] == [
        ("a.png", "007"),
        ("two, three.png", "1,5"),
        ("王.png", ""),
    ]


@pytest.mark.parametrize(
    ("table", "key", "line"),
    [
        ("file,label\na.png\n", "cells", 2),
        ("file,label\n,7\n", "cells", 2),
        ("file,label\na.png,1\nnone.png,2\n", "missing", 3),
        ("file,label\ndeep,2\n", "missing", 2),
        (f"file,label\n{'a' * 5_000},2\n", "missing", 2),
        ("file,label\na.png,12a\n", "characters", 2),
        ("file,label\na.png,1,250.00\n", "quotes", 2),
        ("file,label\na.png,1\na.png,2\n", "twice", 3),
        ("file,label\na.png,1\ndeep/../a.png,2\n", "twice", 3),
        ("file,label\n\na.png,1\n\n\nnone.png,2\n", "missing", 6),
        ("a.png,1\n王.png,2\n", "head", 1),
        ("\n\nname,label\na.png,1\n", "head", 3),
        ("file,label,label\na.png,1,2\n", "head", 1),
        ("", "head", 1),
    ],
)
def test_a_mistake_is_named_with_its_line(folder, table, key, line):
    (folder / "labels.csv").write_text(table, "utf-8")
    with pytest.raises(DataError) as caught:
        read_labels(folder, "0123456789.,")
    assert (caught.value.key, caught.value.values["line"]) == (f"error.labels.{key}", line)


@pytest.mark.parametrize("content", [b"PK\3\4\0\0", b"\xff\xfef\0i\0", b'file,label\na.png,"1\n'])
def test_what_is_no_table_is_refused(folder, content):
    (folder / "labels.csv").write_bytes(content)
    with pytest.raises(DataError) as caught:
        read_labels(folder)
    assert caught.value.values["path"] == folder / "labels.csv"


@pytest.mark.parametrize("kind", ["folder", "pipe", "dangling"])
def test_a_table_that_is_no_file_is_an_error(folder, kind):
    table = folder / "labels.csv"
    if kind == "pipe" and not hasattr(os, "mkfifo"):
        pytest.skip("there are no named pipes here")
    makers = {"folder": table.mkdir, "pipe": lambda: os.mkfifo(table), "dangling": lambda: table.symlink_to("none")}
    makers[kind]()
    with pytest.raises(DataError) as caught:
        read_labels(folder)
    assert caught.value.key == "error.data.unreadable"


def test_pictures_that_are_not_named_are_counted(folder):
    (folder / "deep" / "labels.explained.png").touch()
    named = [folder / "deep" / ".." / "a.png", folder / "王.png"]
    assert [path.relative_to(folder).as_posix() for path in unlabelled(folder, named)] == [
        "deep/b.png",
        "two, three.png",
    ]
    assert [*unlabelled(folder, [folder / name for name in NAMES])] == []
    shutil.rmtree(folder / "deep")
    for name in ("a.png", "two, three.png", "王.png"):
        (folder / name).unlink()
    assert [*unlabelled(folder, [])] == []


def test_a_line_does_not_make_labels_differ(folder):
    assert Labelled(folder / "a.png", "7", 2) == Labelled(folder / "a.png", "7")


def test_a_file_is_read_up_to_its_limit(tmp_path):
    path = tmp_path / "class.csv"
    path.write_bytes(b"number\n007\n")
    assert read_bounded(path, 11, "error.roster.large") == b"number\n007\n"
    with pytest.raises(DataError) as problem:
        read_bounded(path, 10, "error.roster.large")
    assert problem.value.key == "error.roster.large"


def test_rows_have_the_numbers_of_their_lines_and_no_empty_cells_at_their_end():
    assert rows_of(b"number;name\n\n007;Ada\n", Path("class.csv"), 10) == [
        (1, ["number", "name"]),
        (3, ["007", "Ada"]),
    ]
    assert trimmed(["7", "", " "]) == ["7"]

"""A folder takes its name once it is complete, and replaces nothing that holds something."""

import errno
import os
from pathlib import Path

import pytest

from shuzi.atomic import replacing


@pytest.fixture
def windows(monkeypatch):
    """Refuse what Windows refuses: flushing a file opened for reading, and renaming a folder over another."""
    flush, rename = os.fsync, Path.replace
    fcntl = pytest.importorskip("fcntl", reason="this is Windows, where the other tests show it")

    def fsync(number):
        if fcntl.fcntl(number, fcntl.F_GETFL) & os.O_ACCMODE == os.O_RDONLY:
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))
        flush(number)

    def replace(source, target):
        if source.is_dir() and Path(target).exists():
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(target))
        return rename(source, target)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(Path, "replace", replace)


def test_a_folder_is_not_replaced_by_a_file(tmp_path):
    target = tmp_path / "taken"
    target.mkdir()
    with pytest.raises((IsADirectoryError, PermissionError)), replacing(target) as part:
        part.touch()
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("empty", [False, True])
def test_a_folder_appears_only_at_the_end_too(tmp_path, empty, make_folder):
    target = tmp_path / "model"
    if empty:
        target.mkdir()
    with replacing(target) as part:
        make_folder(part)
        assert not (target / "variables").exists()
    assert (target / "variables" / "one").read_text("utf-8") == "whole"
    assert list(tmp_path.iterdir()) == [target]


def _make_half(target, make_folder):
    with replacing(target) as part:
        make_folder(part)
        raise KeyboardInterrupt


def test_half_a_folder_leaves_no_rest(tmp_path, make_folder):
    with pytest.raises(KeyboardInterrupt):
        _make_half(tmp_path / "model", make_folder)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_holds_something_is_not_replaced(tmp_path, make_folder):
    target = tmp_path / "model"
    target.mkdir()
    (target / "mine").touch()
    with pytest.raises(OSError, match="model"), replacing(target) as part:
        make_folder(part)
    assert list(tmp_path.rglob("*")) == [target, target / "mine"]


@pytest.mark.usefixtures("windows")
def test_a_file_and_a_folder_take_their_names_on_windows_too(tmp_path, make_folder):
    note, model = tmp_path / "note.txt", tmp_path / "model"
    note.write_text("old", "utf-8")
    model.mkdir()
    with replacing(note) as part:
        part.write_text("new", "utf-8")
    with replacing(model) as part:
        make_folder(part)
    assert note.read_text("utf-8") == "new"
    assert (model / "variables" / "one").read_text("utf-8") == "whole"
    with pytest.raises(OSError, match="model"), replacing(model) as part:
        make_folder(part)
    assert sorted(tmp_path.iterdir()) == [model, note]


def test_a_folder_takes_the_place_of_no_file(tmp_path, make_folder):
    target = tmp_path / "model"
    target.write_text("mine", "utf-8")
    with pytest.raises(OSError, match="model"), replacing(target) as part:
        make_folder(part)
    assert target.read_text("utf-8") == "mine"

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


def _make_folder(path):
    (path / "variables").mkdir(parents=True)
    (path / "variables" / "one").write_text("whole", "utf-8")


def _write_half(target, problem):
    with replacing(target) as part:
        part.write_text("half", "utf-8")
        raise problem


def test_the_file_appears_only_at_the_end_and_nothing_else_stays(tmp_path):
    target = tmp_path / "new" / "folder" / "numbers.npz"
    with replacing(target) as part:
        part.write_bytes(b"whole")
        assert not target.exists()
    assert target.read_bytes() == b"whole"
    assert list(target.parent.iterdir()) == [target]


def test_a_failure_leaves_the_old_file_and_no_rest(tmp_path):
    target = tmp_path / "note.txt"
    target.write_text("old", "utf-8")
    with pytest.raises(RuntimeError):
        _write_half(target, RuntimeError())
    assert target.read_text("utf-8") == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_an_interruption_leaves_no_rest(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        _write_half(tmp_path / "note.txt", KeyboardInterrupt())
    assert list(tmp_path.iterdir()) == []


def test_a_block_that_writes_nothing_is_an_error_and_the_old_file_stays(tmp_path):
    target = tmp_path / "note.txt"
    target.write_text("old", "utf-8")
    with pytest.raises(FileNotFoundError), replacing(target):
        pass
    assert target.read_text("utf-8") == "old"


def test_the_ending_stays_since_libraries_choose_the_format_by_it(tmp_path):
    with replacing(tmp_path / "digits.tar.gz") as part:
        part.touch()
        assert part.suffix == ".gz"
        assert part.parent == tmp_path
        assert part.name.startswith(".")


def test_two_writers_of_one_file_do_not_meet(tmp_path):
    target = tmp_path / "note.txt"
    with replacing(target) as first, replacing(target) as second:
        first.write_text("first", "utf-8")
        second.write_text("second", "utf-8")
    assert target.read_text("utf-8") == "first"  # the outer block ends last
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.skipif(os.name == "nt", reason="Windows replaces no file that is open")
def test_whoever_has_the_old_file_open_reads_it_to_its_end(tmp_path):
    target = tmp_path / "note.txt"
    target.write_text("old", "utf-8")
    with target.open(encoding="utf-8") as reader:
        with replacing(target) as part:
            part.write_text("new", "utf-8")
        assert reader.read() == "old"
    assert target.read_text("utf-8") == "new"


def test_a_folder_is_not_replaced_by_a_file(tmp_path):
    target = tmp_path / "taken"
    target.mkdir()
    with pytest.raises((IsADirectoryError, PermissionError)), replacing(target) as part:
        part.touch()
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("empty", [False, True])
def test_a_folder_appears_only_at_the_end_too(tmp_path, empty):
    target = tmp_path / "model"
    if empty:
        target.mkdir()
    with replacing(target) as part:
        _make_folder(part)
        assert not (target / "variables").exists()
    assert (target / "variables" / "one").read_text("utf-8") == "whole"
    assert list(tmp_path.iterdir()) == [target]


def _make_half(target):
    with replacing(target) as part:
        _make_folder(part)
        raise KeyboardInterrupt


def test_half_a_folder_leaves_no_rest(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        _make_half(tmp_path / "model")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_holds_something_is_not_replaced(tmp_path):
    target = tmp_path / "model"
    target.mkdir()
    (target / "mine").touch()
    with pytest.raises(OSError, match="model"), replacing(target) as part:
        _make_folder(part)
    assert list(tmp_path.rglob("*")) == [target, target / "mine"]


@pytest.mark.usefixtures("windows")
def test_a_file_and_a_folder_take_their_names_on_windows_too(tmp_path):
    note, model = tmp_path / "note.txt", tmp_path / "model"
    note.write_text("old", "utf-8")
    model.mkdir()
    with replacing(note) as part:
        part.write_text("new", "utf-8")
    with replacing(model) as part:
        _make_folder(part)
    assert note.read_text("utf-8") == "new"
    assert (model / "variables" / "one").read_text("utf-8") == "whole"
    with pytest.raises(OSError, match="model"), replacing(model) as part:
        _make_folder(part)
    assert sorted(tmp_path.iterdir()) == [model, note]


def test_a_folder_takes_the_place_of_no_file(tmp_path):
    target = tmp_path / "model"
    target.write_text("mine", "utf-8")
    with pytest.raises(OSError, match="model"), replacing(target) as part:
        _make_folder(part)
    assert target.read_text("utf-8") == "mine"

"""A file takes its name once it is complete, and what a killed process left is removed."""

import errno
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from shuzi.atomic import check_replaceable, is_part, remove_leftovers, replacing


def _write(target):
    with replacing(target) as part:
        part.write_text("whole", "utf-8")


def test_the_file_appears_only_at_the_end_and_nothing_else_stays(tmp_path):
    target = tmp_path / "new" / "folder" / "numbers.npz"
    with replacing(target) as part:
        part.write_bytes(b"whole")
        assert not target.exists()
    assert target.read_bytes() == b"whole"
    assert list(target.parent.iterdir()) == [target]


def test_a_failure_leaves_the_old_file_and_no_rest(tmp_path, write_half):
    target = tmp_path / "note.txt"
    target.write_text("old", "utf-8")
    with pytest.raises(RuntimeError):
        write_half(target, RuntimeError())
    assert target.read_text("utf-8") == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_what_cannot_be_renamed_or_written_is_named_as_the_target(tmp_path, write_half):
    (tmp_path / "model.onnx" / "in the way").mkdir(parents=True)
    full = OSError(errno.ENOSPC, "No space left on device")
    for write, name in (
        (_write, "model.onnx"),
        (lambda target: write_half(target, full), "note.txt"),
    ):
        with pytest.raises(OSError, match=re.escape(str(tmp_path / name))) as caught:
            write(tmp_path / name)
        assert ".part" not in str(caught.value)
    assert [path.name for path in tmp_path.iterdir()] == ["model.onnx"]


def test_an_interruption_leaves_no_rest(tmp_path, write_half):
    with pytest.raises(KeyboardInterrupt):
        write_half(tmp_path / "note.txt", KeyboardInterrupt())
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


def test_what_is_on_a_disk_that_nobody_may_write_to_is_named_as_the_target(tmp_path, monkeypatch):
    def refuse(path, *_, **__):
        raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(path))

    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(OSError, match=r"note\.txt") as caught, replacing(tmp_path / "note.txt") as part:
        refuse(part)
    assert caught.value.filename == str(tmp_path / "note.txt")


def _parts(folder):
    return [path for path in folder.iterdir() if is_part(path)]


WRITE = """
import os, sys
from pathlib import Path
from shuzi import atomic
from shuzi.atomic import replacing
with replacing(Path(sys.argv[1])) as part:
    part.write_text("half")
    print("writes", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def writer(tmp_path):
    """A process that is in the middle of writing a file."""
    command = [sys.executable, "-c", WRITE, str(tmp_path / "step-1.npz")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        yield process
        process.kill()


@pytest.mark.skipif(sys.platform == "win32", reason="only age tells there")
def test_what_a_killed_process_left_is_removed_and_not_what_a_living_one_writes(writer, tmp_path):
    with replacing(tmp_path / "mine.txt") as mine:
        mine.write_text("half", "utf-8")
        remove_leftovers(tmp_path)
        assert len(_parts(tmp_path)) == 2
        writer.kill()
        writer.wait()
        remove_leftovers(tmp_path)
        assert _parts(tmp_path) == [mine]


def test_what_another_machine_left_is_removed_after_a_day(tmp_path):
    part = tmp_path / ".shard.0123abcd-1-0123abcd.part.parquet"
    part.write_text("half", "utf-8")
    remove_leftovers(tmp_path)
    assert part.exists()
    os.utime(part, (0, 0))
    remove_leftovers(tmp_path)
    assert not part.exists()


def test_a_file_can_be_written_where_no_folder_is(tmp_path):
    check_replaceable(tmp_path / "new" / "note.txt")
    assert (tmp_path / "new").is_dir()
    with pytest.raises(IsADirectoryError):
        check_replaceable(tmp_path)

import errno
import os
import re
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from shuzi import atomic
from shuzi.atomic import is_part, remove_leftovers, replacing


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


def _write(target):
    with replacing(target) as part:
        part.write_text("whole", "utf-8")


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


def test_what_cannot_be_renamed_or_written_is_named_as_the_target(tmp_path):
    (tmp_path / "model.onnx" / "in the way").mkdir(parents=True)
    full = OSError(errno.ENOSPC, "No space left on device")
    for write, name in (
        (_write, "model.onnx"),
        (lambda target: _write_half(target, full), "note.txt"),
    ):
        with pytest.raises(OSError, match=re.escape(str(tmp_path / name))) as caught:
            write(tmp_path / name)
        assert ".part" not in str(caught.value)
    assert [path.name for path in tmp_path.iterdir()] == ["model.onnx"]


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


def test_what_is_on_a_disk_that_nobody_may_write_to_is_named_as_the_target(tmp_path, monkeypatch):
    def refuse(path, *_, **__):
        raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(path))

    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(OSError, match=r"note\.txt") as caught, replacing(tmp_path / "note.txt") as part:
        refuse(part)
    assert caught.value.filename == str(tmp_path / "note.txt")


def test_a_folder_takes_the_place_of_no_file(tmp_path):
    target = tmp_path / "model"
    target.write_text("mine", "utf-8")
    with pytest.raises(OSError, match="model"), replacing(target) as part:
        _make_folder(part)
    assert target.read_text("utf-8") == "mine"


@pytest.fixture
def pipe(tmp_path):
    """Make a named pipe, and read it to its end in the background."""
    if not hasattr(os, "mkfifo"):
        pytest.skip("there are no pipes with names here")
    path = tmp_path / "pipe.npz"
    os.mkfifo(path)
    read = []
    source = os.open(path, os.O_RDONLY | os.O_NONBLOCK)  # does not wait for a writer
    os.set_blocking(source, True)
    keep = os.open(path, os.O_WRONLY)  # the reader reaches the end only once it is closed

    def read_all():
        with os.fdopen(source, "rb") as file:
            read.append(file.read())

    reader = threading.Thread(target=read_all, daemon=True)
    reader.start()

    def content():
        os.close(keep)
        reader.join()
        assert stat.S_ISFIFO(path.lstat().st_mode)
        assert list(tmp_path.iterdir()) == [path]
        return read[0]

    return path, content


def test_a_pipe_is_written_into_and_not_replaced(pipe):
    path, content = pipe
    with replacing(path) as part:
        assert part.suffix == ".npz"
        part.write_bytes(b"whole")
    assert content() == b"whole"


def test_a_failure_writes_nothing_into_a_pipe(pipe):
    path, content = pipe
    with pytest.raises(RuntimeError):
        _write_half(path, RuntimeError())
    assert content() == b""


def test_a_folder_takes_the_place_of_no_pipe(pipe):
    path, content = pipe
    with pytest.raises(NotADirectoryError, match="pipe"), replacing(path) as part:
        _make_folder(part)
    assert content() == b""


def test_a_link_to_a_pipe_leads_into_it(pipe, tmp_path_factory):
    path, content = pipe
    link = tmp_path_factory.mktemp("links") / "link"
    link.symlink_to(path)
    with replacing(link) as part:
        part.write_bytes(b"whole")
    assert link.is_symlink()
    assert content() == b"whole"


# not /dev/stdout: root would replace it if this failed
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux names what is open under /proc")
@pytest.mark.parametrize("to", ["file", "pipe"])
def test_standard_output_is_written_on_where_it_stands(tmp_path, to):
    program = """if True:
        from pathlib import Path
        from shuzi.atomic import replacing
        print("before", flush=True)
        with replacing(Path("/proc/self/fd/1")) as part:
            part.write_text("whole\\n", encoding="utf-8")
        print("after")
    """
    command = [sys.executable, "-c", program]
    if to == "pipe":
        said = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
    else:
        with (tmp_path / "out").open("wb") as out:
            subprocess.run(command, stdout=out, check=True)
        said = (tmp_path / "out").read_bytes()
    assert said.split() == [b"before", b"whole", b"after"]


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


def test_a_pipe_from_which_nobody_reads_is_refused(tmp_path, monkeypatch):
    if not hasattr(os, "mkfifo"):
        pytest.skip("there are no pipes with names here")
    monkeypatch.setattr(atomic, "_WAIT", 0.01)
    os.mkfifo(tmp_path / "sheet.pdf")
    with pytest.raises(OSError, match="pdf") as caught, replacing(tmp_path / "sheet.pdf") as part:
        part.write_bytes(b"whole")
    assert caught.value.strerror.key == "file.unread_pipe"
    assert [path.name for path in tmp_path.iterdir()] == ["sheet.pdf"]


def test_a_pipe_is_written_into_as_soon_as_a_program_reads_from_it(tmp_path):
    if not hasattr(os, "mkfifo"):
        pytest.skip("there are no pipes with names here")
    os.mkfifo(tmp_path / "sheet.pdf")
    read = []
    reader = threading.Thread(target=lambda: read.append((tmp_path / "sheet.pdf").read_bytes()))
    with replacing(tmp_path / "sheet.pdf") as part:
        part.write_bytes(b"whole" * 50_000)  # more than a pipe holds
        reader.start()
    reader.join()
    assert read == [b"whole" * 50_000]

"""A pipe is written into and never replaced."""

import os
import stat
import subprocess
import sys
import threading

import pytest

from shuzi import atomic
from shuzi.atomic import replacing


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


def test_a_failure_writes_nothing_into_a_pipe(pipe, write_half):
    path, content = pipe
    with pytest.raises(RuntimeError):
        write_half(path, RuntimeError())
    assert content() == b""


def test_a_folder_takes_the_place_of_no_pipe(pipe, make_folder):
    path, content = pipe
    with pytest.raises(NotADirectoryError, match="pipe"), replacing(path) as part:
        make_folder(part)
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

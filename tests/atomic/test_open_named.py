"""A file that a person names is opened, and what never ends or never begins is refused."""

import os
import subprocess
import sys
from pathlib import Path
from threading import Thread

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from shuzi import atomic
from shuzi.atomic import open_named
from shuzi.cli import shuzi as command
from shuzi.data.formats import read_idx
from shuzi.errors import IdxError, ShuziError
from shuzi.messages import say

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")


@pytest.fixture
def pipe(tmp_path, monkeypatch):
    """A pipe that no program writes to."""
    monkeypatch.setattr(atomic, "_WAIT", 0.01)
    os.mkfifo(tmp_path / "pipe.npz")
    return tmp_path / "pipe.npz"


@pytest.fixture
def picture(tmp_path):
    Image.fromarray(np.full((60, 60), 255, np.uint8)).save(tmp_path / "blank.png")
    return str(tmp_path / "blank.png")


def _run(*arguments):
    return CliRunner().invoke(command, [str(each) for each in arguments])


def test_a_device_and_a_folder_are_no_files(tmp_path):
    for path, reason in ((tmp_path, IsADirectoryError), (Path("/dev/zero"), OSError)):
        with pytest.raises(reason, match=str(path)):
            open_named(path)


@pytest.mark.parametrize("ending", ["", ".gz"])
def test_a_pipe_without_a_writer_is_no_idx_file(pipe, ending):
    path = pipe.rename(pipe.with_name(f"images-idx3-ubyte{ending}"))
    with pytest.raises(IdxError, match=path.name):
        read_idx(path)


def test_no_more_is_taken_from_a_pipe_than_may_come(pipe):
    writing = Thread(target=pipe.write_bytes, args=(b"12345",))
    writing.start()
    with pytest.raises(OSError, match="pipe") as caught:
        open_named(pipe, 4)
    writing.join()
    assert caught.value.strerror.key == "file.long_pipe"


def test_a_pipe_without_a_writer_is_refused_by_each_command_that_reads_a_file(pipe, picture, tmp_path):
    sheet = 'title = "Scores"\nroster = "pipe.npz"\n[[fields]]\nname = "q"\nboxes = 1\n'
    (tmp_path / "roster.toml").write_text(sheet, "utf-8")
    (tmp_path / "blank.toml").write_text(sheet.replace("roster", "blank"), "utf-8")
    for arguments in (
        ("read", picture, "--among", pipe),
        ("read", picture, "--hand", pipe),
        ("read", pipe),
        ("hand", "list", pipe),
        ("evaluate", "softmax", "--data", pipe),
        ("form", "make", pipe),
        ("form", "make", tmp_path / "roster.toml"),
        ("form", "make", tmp_path / "blank.toml"),
        ("form", "read", picture, "--spec", pipe),
        ("form", "read", pipe, "--table"),
        ("form", "trace", picture, "--fields", pipe, "--out", tmp_path / "out.toml"),
        ("serve", "--token-file", pipe),
    ):
        found = _run(*arguments)
        said = found.output + str(found.exception)
        assert found.exit_code == 1, (arguments, said)
        assert isinstance(found.exception, ShuziError | SystemExit), found.exception
        assert say("file.pipe") in said, (arguments, said)


def test_a_list_comes_from_a_program(picture):
    shell = f"{sys.executable} -m shuzi read {picture} --among <(echo 7)"
    found = subprocess.run(["/bin/bash", "-c", shell], capture_output=True, check=False)
    assert found.returncode == 0, found.stderr

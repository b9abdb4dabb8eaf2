"""A failed write is an error that says where and why, and leaves no partial file."""

import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a POSIX shell limits and closes things")

LOST = "Error: Cannot write the output: "


@pytest.fixture
def shell(tmp_path):
    """Run `python -m shuzi` in a folder with a blank picture, with its streams and limits as a shell sets them."""
    Image.new("L", (80, 60), 250).save(tmp_path / "blank.png")

    def run(streams, *arguments, first=""):
        line = f'{first} exec "$@" {streams}'
        given = ["sh", "-c", line, "sh", sys.executable, "-m", "shuzi", "--lang", "en", *arguments]
        return subprocess.run(given, cwd=tmp_path, capture_output=True, text=True, check=False)

    return run


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full device")
@pytest.mark.parametrize("arguments", [["read", "blank.png"], ["read", "--csv", "blank.png"], ["models"], ["--help"]])
def test_on_a_full_device_what_is_printed_is_an_error_with_its_reason(shell, arguments):
    ended = shell(">/dev/full", *arguments)
    assert ended.returncode == 1
    assert ended.stderr.startswith(f"{LOST}No space left on device.")
    assert ended.stderr.count("\n") == 1


@pytest.mark.parametrize("arguments", [["read", "blank.png"], ["models", "describe", "tiny"], ["data", "info"]])
def test_what_is_printed_to_a_closed_stdout_is_an_error(shell, arguments):
    ended = shell(">&-", *arguments)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.startswith(f"{LOST}Bad file descriptor.")


def test_with_stderr_closed_as_well_there_is_still_the_exit_code(shell):
    ended = shell(">&- 2>&-", "read", "blank.png")
    assert (ended.returncode, ended.stdout, ended.stderr) == (1, "", "")


@pytest.mark.parametrize("name", ["digits.npz", "digits"])
def test_a_file_for_which_there_is_no_room_is_named_with_the_reason(shell, tmp_path, name):
    ended = shell("", "data", "export", name, "--part", "test", first="ulimit -f 100;")
    assert ended.returncode == 1
    assert ended.stderr.startswith(f"Error: Cannot write {name}: File too large.")
    assert [path.name for path in tmp_path.iterdir()] == ["blank.png"]


def test_a_workbook_for_which_there_is_no_room_leaves_one_line_and_no_file(shell, tmp_path):
    ended = shell("", "read", "blank.png", "--out", "read.xlsx", first="ulimit -f 4;")
    assert ended.returncode == 1
    assert ended.stderr.splitlines()[-1].startswith("Error: Cannot write read.xlsx: File too large.")
    assert "Traceback" not in ended.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["blank.png"]


def test_a_result_is_not_saved_into_a_folder_that_does_not_exist(shell, tmp_path):
    ended = shell("", "read", "blank.png", "--out", "reslut/read.csv")
    assert ended.returncode == 1
    assert ended.stderr.startswith("Error: The folder reslut does not exist.")
    assert [path.name for path in tmp_path.iterdir()] == ["blank.png"]


def test_an_argument_cannot_forge_a_line(shell):
    for arguments in (["evaluate", "a", "b\nError: forged"], ["read", "--fo\nError: forged"], ["b\nError: forged"]):
        ended = shell("", *arguments)
        assert ended.returncode == 2
        assert [line for line in ended.stderr.splitlines() if line.startswith("Error")] == [
            ended.stderr.splitlines()[-1]
        ]
        assert "forged" in ended.stderr

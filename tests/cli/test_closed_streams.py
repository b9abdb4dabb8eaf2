import json
import subprocess
import sys

import pytest
from PIL import Image

from shuzi.training.run_folder import RunFolder, read_metrics

pytestmark = [pytest.mark.heavy, pytest.mark.skipif(sys.platform == "win32", reason="a POSIX shell closes them")]


@pytest.fixture
def closed(tmp_path):
    """Run `python -m shuzi` in a folder with a blank picture, with some of the standard streams closed."""
    Image.new("L", (80, 60), 250).save(tmp_path / "blank.png")

    def run(streams, *arguments):
        command = [
            "sh",
            "-c",
            f'exec "$@" {streams}',
            "sh",
            sys.executable,
            "-m",
            "shuzi",
            "--lang",
            "en",
            *arguments,
        ]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    return run


def test_a_picture_from_a_closed_stdin_is_nothing(closed):
    ended = closed("<&-", "read", "-")
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.startswith("Error: standard input is empty.")


def test_what_is_read_from_files_does_not_need_stdin(closed):
    ended = closed("<&-", "read", "blank.png")
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "blank: There is no writing in this picture.\n", "")


def test_a_closed_stderr_takes_nothing_from_stdout(closed):
    ended = closed("2>&-", "read", "--json", "blank.png", "missing.png")
    lines = [json.loads(line) for line in ended.stdout.splitlines()]
    assert (ended.returncode, [line["source"] for line in lines]) == (1, ["blank.png", "missing.png"])


@pytest.mark.parametrize("streams", [pytest.param(">&-", marks=pytest.mark.slow), "<&- >&- 2>&-"])
def test_a_training_goes_on_without_them_and_its_files_hold_nothing_else(closed, tmp_path, streams):
    ended = closed(streams, "train", "--steps", "20", "--out", "run")
    assert (ended.returncode, ended.stdout) == (0, "")
    assert "Traceback" not in ended.stderr
    folder = RunFolder.open(tmp_path / "run")
    assert folder.checkpoint()[0] == folder.exported() == 20
    assert len(read_metrics(folder.path)) == len(folder.metrics_file.read_text().splitlines()) == 4

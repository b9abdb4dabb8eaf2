"""Each example runs on its own and its assertions hold."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
TRAINING = {"cnn", "train_on_your_own"}
LONGEST = 100  # lines: an example is read before it is copied


def run(name, *arguments):
    surroundings = os.environ | {"PYTHONUTF8": "1"}
    command = [sys.executable, EXAMPLES / f"{name}.py", *arguments]
    done = subprocess.run(command, env=surroundings, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_each_is_tested_here_and_short():
    names = {path.stem for path in EXAMPLES.glob("*.py")}
    assert names == {"nano", "read_folder", "find_then_read", "http_client"} | TRAINING
    for path in EXAMPLES.glob("*.py"):
        assert len(path.read_text("utf-8").splitlines()) <= LONGEST


@pytest.mark.parametrize("name", ["read_folder", "find_then_read"])
def test_reading(name):
    run(name)


def test_a_folder_of_ones_own(tmp_path):
    (tmp_path / "scans").mkdir()
    (tmp_path / "scans" / "a.png").write_bytes(b"no picture")
    assert "a.png" in run("read_folder", tmp_path / "scans", tmp_path / "numbers.csv")
    assert (tmp_path / "numbers.csv").read_text("utf-8").splitlines()[1].startswith("a.png,,error,")


def test_reading_over_http():
    pytest.importorskip("uvicorn")
    command = [sys.executable, "-m", "shuzi", "serve", "--port", "0", "--lang", "en"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            ready = next(line for line in process.stdout if "http://" in line)
            run("http_client", "http://" + ready.partition("http://")[2].split("/")[0])
        finally:
            process.terminate()


def test_the_client_says_what_it_takes():
    done = subprocess.run([sys.executable, EXAMPLES / "http_client.py"], capture_output=True, encoding="utf-8")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert done.stderr.startswith("Usage: ")


@pytest.mark.slow
def test_a_network_of_numpy_alone_reads_98_percent():
    assert float(run("nano").split()[-1]) >= 0.98


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.long] if name == "cnn" else []) for name in sorted(TRAINING)]
)
def test_training(name):
    pytest.importorskip("tensorflow")
    run(name)

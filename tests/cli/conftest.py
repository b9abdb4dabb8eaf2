import os
import subprocess
import sys
from dataclasses import dataclass

import pytest

from shuzi.cli import main


@dataclass
class Ended:
    """How a command ended, and what it wrote."""

    code: int
    out: str
    err: str


@pytest.fixture(autouse=True)
def plain_terminal(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    for name in ("FORCE_COLOR", "NO_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def shuzi(capfd, monkeypatch):
    """Run the command in this process, to avoid starting TensorFlow again."""
    # hints quote the typed command, and the tests were started differently
    monkeypatch.setattr(sys, "argv", ["shuzi/__main__.py"])

    def run(*arguments):
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([str(each) for each in arguments])
        return Ended(ended.value.code or 0, *capfd.readouterr())

    return run


@pytest.fixture
def start(tmp_path):
    """Start `python -m shuzi` as its own process in an empty folder, and clean up all processes."""
    foreign = ("SHUZI_", "LC_", "LANG")
    surroundings = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    started = []

    def run(*arguments, program=("-m", "shuzi"), encoding="utf-8", stdin=None, **environment):
        process = subprocess.Popen(
            [sys.executable, *program, *map(str, arguments)],
            cwd=tmp_path,
            env=surroundings | {"PYTHONIOENCODING": encoding} | environment,
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding=encoding,
        )
        started.append(process)
        return process

    yield run
    for process in started:
        process.kill()
        process.wait()
        for stream in (process.stdout, process.stderr):
            if stream:
                stream.close()


@pytest.fixture
def run_alone(start):
    """Run `python -m shuzi` as its own process to its end."""

    def run(*arguments, **options):
        process = start(*arguments, **options)
        out, err = process.communicate()
        return Ended(process.returncode, out, err)

    return run

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress

import numpy as np
import pytest


def shuzi(*arguments, **options):
    """Return the process of `python -m shuzi`."""
    return subprocess.Popen(
        [sys.executable, "-m", "shuzi", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
        **options,
    )


def done(process):
    """Wait for a process that is expected to succeed, and return its output."""
    out, err = process.communicate()
    assert process.returncode == 0, err
    return out


def bound():
    """Bind a process to one core, on which `shuzi train` has one thread."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


@pytest.fixture
def train(tmp_path):
    """Return a function that trains with `shuzi train` on one core, and returns the run folder."""

    def run(recipe, **options):
        folder = tmp_path / "alone" / ",".join(f"{name}={value}" for name, value in options.items())
        given = [text for name, value in options.items() for text in (f"--{name.replace('_', '-')}", value)]
        done(shuzi("train", recipe, *given, "--out", folder, preexec_fn=bound))
        return folder

    return run


class Sweep:
    """`shuzi scale sweep` in a folder, on a cluster, and what it leaves there."""

    def __init__(self, folder, address):
        self.folder = folder
        self._address = address
        self._started = []

    def start(self, *arguments, here=False):
        """Start it, in a new folder or with --resume; on the cluster, or on one of this machine alone."""
        place = () if "--resume" in arguments else ("--out", self.folder)
        where = () if here else ("--address", self._address)
        self._started.append(shuzi("scale", "sweep", *arguments, *place, *where))
        return self._started[-1]

    def resume(self):
        """Continue to the end, and return what it prints."""
        return done(self.start("--resume", self.folder))

    def decisions(self):
        """Return what has been recorded so far."""
        file = self.folder / "trials.jsonl"
        lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
        return [json.loads(line) for line in lines]

    def ends(self):
        """Return the steps after which each trial ended, by its run folder."""
        return {self.folder / each["trial"]: each["steps"] for each in self.decisions()}

    def kill_one(self, process):
        """Kill the process of a trial that goes on after its first rung, and return its run folder."""
        line = next(line for line in process.stderr if "continues" in line)
        run = self.folder / line.partition(": ")[0]
        while process.poll() is None:
            with suppress(OSError, ValueError):  # it takes the lock again in a moment
                os.kill(json.loads((run / ".holder.json").read_text(encoding="utf-8"))["pid"], signal.SIGKILL)
                return run
        return None

    def end(self):
        for each in self._started:
            if each.poll() is None:
                each.send_signal(signal.SIGKILL)
                each.communicate()


@pytest.fixture
def sweep(tmp_path, nodes):
    """Return a sweep; what is left of it at the end is killed."""
    found = Sweep(tmp_path / "sweep", nodes.address)
    yield found
    found.end()


@pytest.fixture(scope="session")
def ended():
    """Wait for a process that is expected to succeed, and return its output."""
    return done


@pytest.fixture(scope="session")
def assert_same_run():
    """Compare two run folders bit for bit."""

    def compare(one, other):
        for name in ("recipe.toml", "model.onnx", "card.json"):
            assert (one / name).read_bytes() == (other / name).read_bytes(), name
        (newest,), (expected,) = (list((each / "checkpoints").iterdir()) for each in (one, other))
        assert newest.name == expected.name
        with np.load(newest) as found, np.load(expected) as wanted:
            assert found.files == wanted.files
            assert all(np.array_equal(found[name], wanted[name]) for name in found.files)

    return compare

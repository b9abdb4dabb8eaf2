"""The child process by itself: its output, and that it ends with the service."""

import contextlib
import dataclasses
import json
import subprocess
import sys
from pathlib import Path

import pytest

from shuzi.training.recipe import recipe

pytestmark = pytest.mark.heavy


@pytest.fixture
def worker(tmp_path):
    """Start a worker for a recipe; its folder is inside the one that the service would make."""
    started = []

    def start(chosen):
        command = [sys.executable, "-P", "-m", "shuzi.service.training_child", str(tmp_path / "service" / "run")]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        process = subprocess.Popen(command, encoding="utf-8", **pipes)
        started.append(process)
        process.stdin.write(json.dumps(dataclasses.asdict(chosen)) + "\n")
        process.stdin.flush()
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout, process.stderr):
            with contextlib.suppress(BrokenPipeError):
                pipe.close()


def test_a_rate_that_is_too_large_fails_with_advice_in_both_languages(worker):
    process = worker(recipe("softmax").changed(learning_rate=1e38, steps=100))
    name, data = json.loads(process.stdout.readlines()[-1])
    assert (name, data["key"]) == ("failed", "error.training.loss")
    assert "learning rate" in data["detail"]["en"]
    assert "学习率" in data["detail"]["zh"]


def test_data_that_are_missing_fail_without_naming_a_place(worker, monkeypatch, tmp_path):
    monkeypatch.setenv("SHUZI_DATA", str(tmp_path / "nowhere"))
    process = worker(recipe("softmax").changed(steps=1))
    out, err = process.stdout.read(), process.stderr.read()
    name, data = json.loads(out.splitlines()[-1])
    assert (name, data["key"]) == ("failed", "error.service.training_broken")
    assert "nowhere" not in out
    assert "nowhere" in err


def test_it_gives_way_to_what_reads_and_ends_without_a_trace_when_the_service_is_gone(worker, tmp_path):
    process = worker(recipe("mlp").changed(steps=10**8))
    for line in process.stdout:
        if json.loads(line)[0] == "progress":
            break
    assert (tmp_path / "service").is_dir()
    niceness = int(Path(f"/proc/{process.pid}/stat").read_text("utf-8").rpartition(")")[2].split()[16])
    assert niceness > 0
    process.stdin.close()
    process.stdout.read()  # until it ends
    process.wait()
    assert not (tmp_path / "service").exists()

import json
import os
import signal
import socket
import subprocess
import sys

import pytest

from shuzi.errors import RunError
from shuzi.training.recipes import recipe
from shuzi.training.run import repair, run
from shuzi.training.run_folder import RunFolder

SOFTMAX = recipe("softmax")
HOLDING = """
import sys
from pathlib import Path
from shuzi.training.run_folder import RunFolder
with RunFolder.open(Path(sys.argv[1])).lock.held():
    print("held", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def path(tmp_path):
    folder = RunFolder.create(tmp_path / "run", SOFTMAX)
    folder.lock.give_back()
    return folder.path


@pytest.fixture
def holder(path):
    """Start another process that holds the run folder."""
    with subprocess.Popen(
        [sys.executable, "-P", "-c", HOLDING, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_whoever_else_wants_a_held_folder_is_told_who_holds_it(path, holder):
    with pytest.raises(RunError, match=f"process {holder.pid} on {socket.gethostname()} since 20") as caught:
        RunFolder.open(path).lock.take()
    assert caught.value.key == "error.run.in_use_by"
    assert str(holder.pid) in caught.value.sentence("zh")


def test_a_new_training_changes_nothing_in_a_held_folder(path, holder):
    (path / "metrics.jsonl").write_text('{"step": 10}\n')
    before = {each.name: each.read_bytes() for each in path.iterdir()}
    with pytest.raises(RunError, match=f"process {holder.pid}"):
        RunFolder.create(path, SOFTMAX.changed(seed=3))
    (path / "model.onnx").touch()
    with pytest.raises(RunError, match=f"process {holder.pid}"):
        RunFolder.create(path, SOFTMAX.changed(seed=3))
    (path / "model.onnx").unlink()
    assert {each.name: each.read_bytes() for each in path.iterdir()} == before


def test_a_held_folder_is_neither_trained_in_nor_repaired(path, holder, mnist):
    folder = RunFolder.open(path)
    for act in (lambda: run(folder, SOFTMAX, mnist), lambda: repair(folder, mnist)):
        with pytest.raises(RunError, match=f"process {holder.pid}"):
            act()
    assert sorted(each.name for each in path.iterdir()) == [".holder.json", ".lock", "recipe.toml"]


def test_a_folder_whose_holder_was_killed_is_free(path, holder):
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    folder = RunFolder.open(path)
    with folder.lock.held():
        assert json.loads((path / ".holder.json").read_text())["pid"] == os.getpid()
    assert sorted(each.name for each in path.iterdir()) == ["recipe.toml"]
    assert RunFolder.create(path, SOFTMAX).recipe() == SOFTMAX


def test_what_a_killed_holder_left_does_not_make_a_new_folder_taken(path, holder):
    holder.kill()
    holder.wait()
    assert RunFolder.create(path, SOFTMAX.changed(seed=2)).recipe().seed == 2


def test_an_unknown_holder_is_no_obstacle_to_saying_so(path, holder):
    for content in ("", "[]", "{}", '{"pid": 1}'):
        (path / ".holder.json").write_text(content)
        with pytest.raises(RunError, match="Another process is using"):
            RunFolder.open(path).lock.take()


def test_blocks_can_be_nested_and_only_the_outermost_gives_back(path):
    folder, other = RunFolder.open(path), RunFolder.open(path)
    with folder.lock.held():
        with folder.lock.held():
            pass
        with pytest.raises(RunError):
            other.lock.take()
    with other.lock.held():
        pass


def test_whoever_makes_a_folder_holds_it(tmp_path):
    folder = RunFolder.create(tmp_path / "run", SOFTMAX)
    with pytest.raises(RunError, match=f"process {os.getpid()}"):
        RunFolder.create(tmp_path / "run", SOFTMAX)
    folder.lock.give_back()
    assert RunFolder.create(tmp_path / "run", SOFTMAX)


def test_a_folder_of_something_else_gets_no_lock(tmp_path):
    (tmp_path / "letter.txt").touch()
    with pytest.raises(RunError, match="is not empty"):
        RunFolder.create(tmp_path, SOFTMAX)
    assert [each.name for each in tmp_path.iterdir()] == ["letter.txt"]


def test_where_no_lock_can_be_written_the_error_names_it(path):
    (path / ".lock").mkdir()
    with pytest.raises(RunError, match=r"Cannot write .*\.lock"):
        RunFolder.open(path).lock.take()

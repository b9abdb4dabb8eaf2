import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import zipfile

import numpy as np
import pytest

from shuzi.data.dataset import Dataset
from shuzi.errors import RunError
from shuzi.synthesis.examples import Examples
from shuzi.training.events import Composing, Done, Progress, Saved, Started, Stopped, Validated
from shuzi.training.recipe import recipe
from shuzi.training.run import repair, run
from shuzi.training.run_folder import RunFolder, metrics, read_metrics

SOFTMAX = recipe("softmax")


@pytest.fixture
def folder(tmp_path):
    return RunFolder.create(tmp_path / "deep" / "run", SOFTMAX)


def state(step, value=1.0):
    return {"000 output/kernel": np.full((4, 3), value, np.float32), "001 sgd/iteration": np.int64(step)}


def test_a_new_folder_knows_its_recipe_and_has_saved_nothing(folder):
    assert RunFolder.open(folder.path).recipe() == SOFTMAX
    assert folder.checkpoint() == (0, None)
    assert folder.own_data() is None
    assert read_metrics(folder.path) == []


def test_without_a_name_each_training_gets_its_own_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    made = [RunFolder.create(None, SOFTMAX).path for _ in range(3)]
    assert len(set(made)) == 3
    assert all(path.parent.name == "runs" and path.name.startswith("softmax-2") for path in made)


def test_a_folder_with_something_in_it_is_refused_and_left_alone(tmp_path):
    (tmp_path / "letter.txt").write_text("dear", "utf-8")
    with pytest.raises(RunError, match="is not empty"):
        RunFolder.create(tmp_path, SOFTMAX)
    with pytest.raises(RunError, match="is not empty"):
        RunFolder.create(tmp_path / "letter.txt", SOFTMAX)
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_a_training_that_saved_is_refused_and_one_that_did_not_makes_room(folder):
    own = Dataset(np.zeros((2, 28, 28), np.uint8), np.array([1, 2], np.uint8))
    folder.lock.give_back()
    folder = RunFolder.create(folder.path, SOFTMAX.changed(seed=1), own)
    folder.lock.give_back()
    again = RunFolder.create(folder.path, SOFTMAX.changed(seed=2))
    assert again.recipe().seed == 2
    assert again.own_data() is None
    again(Saved(1, state(1)))
    again.lock.give_back()
    with pytest.raises(RunError, match="is not empty"):
        RunFolder.create(folder.path, SOFTMAX)


def test_a_run_that_was_killed_while_it_first_saved_makes_room_and_its_half_file_goes(folder):
    folder.lock.give_back()
    folder.checkpoints.mkdir()
    left = folder.checkpoints / ".step-00000100.0123abcd-1-0123abcd.part.npz"
    left.write_bytes(b"half")
    again = RunFolder.create(folder.path, SOFTMAX)
    again.remove_leftovers()
    assert not left.exists()


def test_an_empty_folder_that_is_there_may_be_used(tmp_path):
    assert RunFolder.create(tmp_path, SOFTMAX).recipe() == SOFTMAX


def test_a_folder_that_cannot_be_made_or_is_not_there_is_an_error(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(RunError, match="Cannot create"):
        RunFolder.create(tmp_path / "file" / "run", SOFTMAX)
    (tmp_path / "runs").write_text("")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RunError, match=r"Cannot create run folder runs.softmax-2"):
        RunFolder.create(None, SOFTMAX)
    for path in (tmp_path, tmp_path / "none"):
        with pytest.raises(RunError, match="is not a run folder"):
            RunFolder.open(path)


def test_own_pictures_are_copied_into_the_folder(tmp_path, mnist):
    own = Dataset(mnist.test.images[:50], mnist.test.labels[:50])
    folder = RunFolder.create(tmp_path / "run", SOFTMAX, own)
    shutil.move(folder.path, tmp_path / "moved")
    parts = RunFolder.open(tmp_path / "moved").own_data()
    assert [len(part) for part in (parts.train, parts.validation, parts.test)] == [40, 5, 5]
    images = np.concatenate([parts.train.images, parts.validation.images, parts.test.images])
    assert sorted(map(bytes, images)) == sorted(map(bytes, own.images))


def test_a_line_is_written_for_each_report_and_nothing_else(folder):
    weights, shares = state(10), np.zeros((1, 10), np.float32)
    examples = Examples(np.zeros((10_000, 28, 28), np.uint8), np.zeros(10_000, np.uint8))
    events = [
        Composing(1, 2),
        Started(SOFTMAX, None, 3, 7850, 0),
        Progress(10, 112.0, 0.5),
        Validated(10, 0.6, weights),
        Saved(10, weights),
        Stopped(10),
        Done(10, 0.7, "test", examples, [shares], 1.0, {"unsure": 0.9}),
    ]
    for event in events:
        folder(event)
    lines = folder.metrics_file.read_text("utf-8").splitlines()
    assert [json.loads(line) for line in lines] == [
        {"step": 10, "loss": 112.0, "accuracy": 0.5},
        {"step": 10, "validation_accuracy": 0.6},
        {"step": 10, "done": "test", "done_accuracy": 0.7, "n": 10_000},
    ]
    assert read_metrics(folder.path) == [values for event in events if (values := metrics(event))]


def test_going_on_drops_later_lines_the_end_and_half_a_line(folder):
    kept = '{"step": 10, "loss": 1.0, "accuracy": 0.5}\n{"step": 20, "validation_accuracy": 0.5}\n'
    dropped = '{"step": 20, "done": "test", "done_accuracy": 0.9, "n": 1}\n{"step": 30, "loss": 1.0}\n{"step": 4'
    folder.metrics_file.write_text(kept + dropped, "utf-8")
    assert [line["step"] for line in read_metrics(folder.path)] == [10, 20, 20, 30]
    folder.forget_after(20)
    assert folder.metrics_file.read_text("utf-8") == kept


def test_a_checkpoint_comes_back_bit_for_bit_and_only_the_newest_is_kept(folder):
    folder(Saved(500, state(500, 1.0)))
    folder(Saved(1_000, state(1_000, np.float32(0.1))))
    step, found = folder.checkpoint()
    assert step == 1_000
    assert {name: (array.dtype, array.tobytes()) for name, array in found.items()} == {
        name: (array.dtype, array.tobytes()) for name, array in state(1_000, np.float32(0.1)).items()
    }
    assert len(list(folder.checkpoints.iterdir())) == 1


def test_the_newest_of_two_checkpoints_counts_when_a_process_died_between_them(folder):
    folder(Saved(99_999_999, state(99_999_999, 1.0)))
    old = next(folder.checkpoints.iterdir())
    kept = old.read_bytes()
    folder(Saved(100_000_000, state(100_000_000, 2.0)))
    old.write_bytes(kept)
    assert folder.checkpoint()[0] == 100_000_000


def _flipped(content, place, bits):
    damaged = bytearray(content)
    damaged[place] ^= bits
    return bytes(damaged)


def _in_directory(content, place, bits):
    return _flipped(content, content.index(b"PK\1\2") + place, bits)


DAMAGES = {
    "empty": lambda content: content[:0],
    "other": lambda content: content[::-1],
    "cut": lambda content: content[: len(content) // 2],
    "array": lambda content: _flipped(content, 150, 0x40),
    "later zip version": lambda content: _in_directory(content, 6, 0xFF),
    "encrypted": lambda content: _in_directory(content, 8, 0x01),
    "unknown compression": lambda content: _in_directory(content, 10, 0x63),
    "other compression": lambda content: _in_directory(content, 10, 0x08),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
def test_a_damaged_checkpoint_is_an_error_that_names_it(folder, damage):
    folder(Saved(10, state(10)))
    (path,) = folder.checkpoints.iterdir()
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(RunError, match=r"step-00000010\.npz is damaged"):
        folder.checkpoint()


@pytest.mark.parametrize("name", ["step-00000011.npz", "step-99999999999999999999.npz", f"step-{'9' * 200}.npz"])
def test_a_checkpoint_of_another_step_than_its_name_says_is_an_error_that_names_it(folder, name):
    folder(Saved(10, state(10)))
    (path,) = folder.checkpoints.iterdir()
    path.rename(path.with_name(name))
    with pytest.raises(RunError, match=rf"{name} is damaged: .* step 10\b"):
        folder.checkpoint()


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="permissions are something else there")
def test_checkpoints_that_may_not_be_read_are_an_error_and_not_a_new_beginning(folder):
    folder(Saved(10, state(10)))
    folder.checkpoints.chmod(0)
    before = os.geteuid()
    if before == 0:
        for path in (folder.path, *folder.path.parents):
            if path.stat().st_uid == 0 and "pytest" in str(path):
                path.chmod(0o755)
        os.seteuid(65_534)  # root may read everything
    try:
        with pytest.raises(RunError, match="Cannot read the folder"):
            folder.checkpoint()
    finally:
        os.seteuid(before)
        folder.checkpoints.chmod(0o700)


NOWHERE = {"metrics.jsonl": Progress(10, 1.0, 0.5), "step-00000010.npz": Saved(10, state(10))}


@pytest.mark.parametrize("name", NOWHERE)
def test_what_cannot_be_kept_is_an_error_that_names_the_file(folder, name):
    folder.metrics_file.mkdir()
    folder.checkpoints.write_bytes(b"")
    with pytest.raises(RunError, match=f"Cannot write .*{name}"):
        folder(NOWHERE[name])


def test_a_folder_of_checkpoints_that_cannot_be_read_is_an_error_and_no_new_beginning(folder):
    folder(Saved(10, state(10)))
    for path in folder.checkpoints.iterdir():
        path.unlink()
    folder.checkpoints.rmdir()
    assert folder.checkpoint() == (0, None)  # a process may die before it saves
    folder.checkpoints.symlink_to(folder.checkpoints)  # not even root can read that
    with pytest.raises(RunError, match=r"Cannot read the folder .*checkpoints.*does not start over"):
        folder.checkpoint()
    folder.checkpoints.unlink()
    folder.checkpoints.write_text("a file")
    with pytest.raises(RunError, match=r"Cannot read the folder .*checkpoints"):
        folder.checkpoint()
    folder.lock.give_back()
    with pytest.raises(RunError, match="is not empty"):
        RunFolder.create(folder.path, SOFTMAX)


@pytest.mark.parametrize(
    "header", [b"{'descr': '<f4', 'fortran_order'", b"{'descr': [], 'fortran_order': {}}", b"((((", b"\xff"]
)
def test_a_checkpoint_whose_arrays_say_nonsense_is_an_error_that_names_it(folder, header):
    folder(Saved(10, state(10)))
    (path,) = folder.checkpoints.iterdir()
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("weights.npy", b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header)
    with pytest.raises(RunError, match=r"step-00000010\.npz is damaged"):
        folder.checkpoint()


def test_a_checkpoint_with_pickled_objects_is_never_unpickled(folder):
    folder(Saved(10, state(10)))
    (path,) = folder.checkpoints.iterdir()
    np.savez(path, weights=np.array([{"a": 1}], dtype=object))
    assert zipfile.is_zipfile(path)
    with pytest.raises(RunError, match="damaged"):
        folder.checkpoint()


@pytest.mark.parametrize("kept", ["model.onnx", "notes.txt"])
def test_a_folder_that_holds_something_else_is_not_taken_even_without_a_checkpoint(tmp_path, kept):
    folder = RunFolder.create(tmp_path / "run", recipe("softmax"))
    folder.lock.give_back()
    (folder.path / kept).write_text("mine", "utf-8")
    with pytest.raises(RunError, match="will not be overwritten"):
        RunFolder.create(folder.path, recipe("softmax"))
    assert (folder.path / kept).read_text("utf-8") == "mine"


def test_trainings_that_start_in_the_same_second_get_folders_of_their_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert len({RunFolder.create(None, recipe("softmax")).path for _ in range(5)}) == 5


NO_LINES = {
    **{line: line for line in ("{foo}", "[1]", '{"loss": 1}', '{"step": "x"}', '{"step": true}', "\udcff", "")},
    **{f"loss {each}": f'{{"step": 10, "loss": {each}}}' for each in ('"low"', "null", "NaN", "Infinity", "[1]")},
    "huge step": f'{{"step": {10**400}}}',
    "huge loss": f'{{"step": 10, "loss": {10**400}}}',
    "deep": '{"step": 10, "loss": ' + "[" * 100_000 + "]" * 100_000 + "}",
}


@pytest.mark.parametrize("damage", NO_LINES.values(), ids=map(ascii, NO_LINES))
def test_a_damaged_line_of_metrics_is_passed_over(tmp_path, damage):
    folder = RunFolder.create(tmp_path / "run", recipe("softmax"))
    line = '{"step": 10, "loss": 1.5}'
    folder.metrics_file.write_bytes(f"{damage}\n{line}\n".encode(errors="surrogateescape"))
    assert read_metrics(folder.path) == [{"step": 10, "loss": 1.5}]
    folder.forget_after(10)
    assert folder.metrics_file.read_text("utf-8") == line + "\n"


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

"""A run that was stopped, killed or moved goes on as if nothing had been."""

import shutil

import numpy as np
import onnx
import pytest

import shuzi
from shuzi.data.own import split
from shuzi.errors import RunError
from shuzi.synthesis.examples import as_they_are
from shuzi.training.events import Done, Started
from shuzi.training.loop import prepare
from shuzi.training.recipe import recipe
from shuzi.training.run import run
from shuzi.training.run_folder import RunFolder

pytestmark = pytest.mark.heavy

SOFTMAX = recipe("softmax")


def onnx_weights(path):
    return [onnx.numpy_helper.to_array(each).tobytes() for each in onnx.load(path / "model.onnx").graph.initializer]


def test_going_on_from_1000_to_2000_is_as_if_it_never_stopped(finished_run, mnist, tmp_path, go_on, checkpoint_of):
    folder = RunFolder.create(tmp_path / "run", SOFTMAX.changed(steps=1_000))
    assert run(folder, folder.recipe(), mnist)
    half = onnx_weights(folder.path)
    assert go_on(folder.path, mnist, steps=2_000)
    whole = finished_run()
    assert (folder.path / "metrics.jsonl").read_bytes() == (whole / "metrics.jsonl").read_bytes()
    assert checkpoint_of(folder.path) == checkpoint_of(whole)
    assert onnx_weights(folder.path) == onnx_weights(whole) != half
    assert (folder.path / "card.json").read_text("utf-8") == (whole / "card.json").read_text("utf-8")
    assert folder.recipe() == SOFTMAX


def test_a_moved_folder_resumes_without_its_sources(own, tmp_path, go_on, checkpoint_of):
    chosen = recipe("mlp").changed(steps=100, hidden=16, report_every=3, validate_every=20)
    whole = RunFolder.create(tmp_path / "whole", chosen, own)
    assert run(whole, chosen, split(own))
    folder = RunFolder.create(tmp_path / "run", chosen, own)
    assert not run(folder, chosen, split(own), should_stop=lambda: True)
    with folder.metrics_file.open("a", encoding="utf-8") as file:
        file.write('{"step": 99, "lo')  # as a killed process leaves it
    shutil.move(folder.path, tmp_path / "elsewhere")
    moved = RunFolder.open(tmp_path / "elsewhere")
    assert 0 < moved.checkpoint()[0] < 100
    assert go_on(moved.path, moved.own_data())
    assert checkpoint_of(moved.path) == checkpoint_of(whole.path)
    assert moved.metrics_file.read_bytes() == whole.metrics_file.read_bytes()
    assert onnx_weights(moved.path) == onnx_weights(whole.path)


@pytest.mark.parametrize("steps", [2_000, 1_999, 1])
def test_a_run_that_has_come_that_far_is_left_alone(finished_run, mnist, steps, go_on):
    path = finished_run()
    before = {each: each.stat().st_mtime_ns for each in path.rglob("*")}
    with pytest.raises(RunError, match="already reached step 2,000"):
        go_on(path, mnist, steps=steps)
    assert {each: each.stat().st_mtime_ns for each in path.rglob("*")} == before


class Killed(Exception):  # noqa: N818 - it stands for a signal
    pass


def _die_at(kind):
    def listen(event):
        if isinstance(event, kind):
            raise Killed

    return listen


def test_a_run_killed_before_the_export_exports_when_resumed(own, tmp_path, go_on):
    """Even if an earlier, shorter run in the same folder had already exported a model."""
    parts, folder = split(own), RunFolder.create(tmp_path / "run", SOFTMAX.changed(steps=10), own)
    with pytest.raises(Killed):
        run(folder, folder.recipe(), parts, [_die_at(Done)])
    assert not (folder.path / "model.onnx").exists()
    assert go_on(folder.path, parts)
    with pytest.raises(Killed):
        run(folder, folder.recipe().changed(steps=20), parts, [_die_at(Done)])
    assert go_on(folder.path, parts)
    assert shuzi.load(folder.path).card.recipe["steps"] == 20


def test_a_run_killed_during_the_export_exports_when_resumed(own, tmp_path, go_on):
    folder = RunFolder.create(tmp_path / "run", SOFTMAX.changed(steps=10), own)
    assert run(folder, folder.recipe(), split(own))
    (folder.path / "card.json").unlink()  # the last file of an export
    assert go_on(folder.path, split(own))
    assert (folder.path / "card.json").is_file()


def test_a_run_starts_from_a_models_weights_and_resumes_without_the_model(own, tmp_path, mnist, go_on, checkpoint_of):
    parts, chosen = split(own), recipe("fast").changed(steps=8, save_every=4, batch_size=32, validate_every=4)
    first = RunFolder.create(tmp_path / "first", recipe("fast").changed(steps=20, batch_size=32, seed=3), own)
    assert run(first, first.recipe(), parts)
    model = tmp_path / "copy.onnx"
    shutil.copy(first.path / "model.onnx", model)
    began = shuzi.load(model).classify(mnist.test.images[:50])

    whole = RunFolder.create(tmp_path / "whole", chosen, own, model)
    folder = RunFolder.create(tmp_path / "run", chosen, own, model)
    model.unlink()
    assert run(whole, chosen, parts)

    with pytest.raises(Killed):
        run(folder, chosen, parts, [_die_at(Started)])  # before anything is saved
    shutil.move(folder.path, tmp_path / "elsewhere")
    assert not run(RunFolder.open(tmp_path / "elsewhere"), chosen, parts, should_stop=lambda: True)
    assert go_on(tmp_path / "elsewhere", parts)
    assert checkpoint_of(tmp_path / "elsewhere") == checkpoint_of(whole.path)
    assert onnx_weights(tmp_path / "elsewhere") == onnx_weights(whole.path)

    steps = prepare(chosen, as_they_are(parts.train))
    steps.start_from(whole.start())
    np.testing.assert_allclose(steps.answers(mnist.test.images[:50])[0], began, atol=1e-5)
    card = shuzi.load(whole.path).card
    assert card.command.endswith("--data data.npz --from start.onnx")
    first_card = shuzi.load(first.path).card
    assert card.trained_on(first_card.weights)
    assert [source.name for source in card.data] == ["own", "model fast", "own"]


def test_a_state_of_another_network_is_an_error(finished_run, mnist, tmp_path, go_on):
    shutil.copytree(finished_run(), tmp_path / "run")
    with pytest.raises(RunError, match="a different network"):
        go_on(tmp_path / "run", mnist, steps=2_001, network="mlp", hidden=4)

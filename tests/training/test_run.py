import hashlib
import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest

import shuzi
from shuzi.data.dataset import Dataset, Splits
from shuzi.data.own import split
from shuzi.errors import ModelError, RunError, TrainingError
from shuzi.models.card import METADATA_KEY
from shuzi.models.store import find_model
from shuzi.synthesis.samples.examples import as_they_are, compose
from shuzi.training.backends.prepare import prepare
from shuzi.training.events import Composing, Done, Started
from shuzi.training.export.package import export
from shuzi.training.loop import train
from shuzi.training.metrics import read_metrics
from shuzi.training.network.architectures import build
from shuzi.training.recipes import recipe
from shuzi.training.run import repair, run
from shuzi.training.run_folder import RunFolder
from shuzi.training.start import check_start

SOFTMAX = recipe("softmax")
FROZEN = Path(__file__).parents[1] / "models" / "frozen" / "run-0.1"


@pytest.fixture
def own(mnist):
    return Dataset(mnist.train.images[:300], mnist.train.labels[:300])


def checkpoint(path):
    step, state = RunFolder.open(path).checkpoint()
    return step, {name: (array.dtype.str, array.shape, array.tobytes()) for name, array in state.items()}


def onnx_weights(path):
    return [onnx.numpy_helper.to_array(each).tobytes() for each in onnx.load(path / "model.onnx").graph.initializer]


def go_on(path, data, **changes):
    folder = RunFolder.open(path)
    return run(folder, folder.recipe().changed(**changes), data)


def test_a_finished_run_holds_what_it_promises(finished_run):
    path = finished_run()
    assert {each.name for each in path.iterdir()} == {
        "recipe.toml",
        "metrics.jsonl",
        "checkpoints",
        "tensorboard",
        "model.keras",
        "model.onnx",
        "card.json",
    }
    lines = read_metrics(path)
    assert [line["step"] for line in lines if "loss" in line] == list(range(10, 2_001, 10))
    assert [line["step"] for line in lines if "validation_accuracy" in line] == list(range(100, 2_001, 100))
    assert lines[-1].items() >= {"step": 2_000, "done": "test", "n": 10_000}.items()
    assert 0.90 < lines[-1]["done_accuracy"] < 0.93


def test_the_card_says_how_the_model_was_made_and_is_the_same_inside_the_model(finished_run, mnist):
    path = finished_run()
    card = json.loads((path / "card.json").read_text("utf-8"))
    inside = {each.key: each.value for each in onnx.load(path / "model.onnx").metadata_props}
    assert json.loads(inside[METADATA_KEY]) == card
    assert card["recipe"] == SOFTMAX.as_dict()
    assert card["parameters"] == 7850
    done = read_metrics(path)[-1]
    score = card["scores"]["test"]
    assert (score["accuracy"], score["n"]) == (done["done_accuracy"], 10_000)
    assert score["interval"][0] < score["accuracy"] < score["interval"][1]
    head = bytes([0, 0, 8, 3]) + np.array(mnist.train.images.shape, ">u4").tobytes()
    (source,) = card["data"]
    assert source["name"] == "mnist"
    assert source["sha256"]["images"] == hashlib.sha256(head + mnist.train.images.tobytes()).hexdigest()


def test_going_on_from_1000_to_2000_is_as_if_it_never_stopped(finished_run, mnist, tmp_path):
    folder = RunFolder.create(tmp_path / "run", SOFTMAX.changed(steps=1_000))
    assert run(folder, folder.recipe(), mnist)
    half = onnx_weights(folder.path)
    assert go_on(folder.path, mnist, steps=2_000)
    whole = finished_run()
    assert (folder.path / "metrics.jsonl").read_bytes() == (whole / "metrics.jsonl").read_bytes()
    assert checkpoint(folder.path) == checkpoint(whole)
    assert onnx_weights(folder.path) == onnx_weights(whole) != half
    assert (folder.path / "card.json").read_text("utf-8") == (whole / "card.json").read_text("utf-8")
    assert folder.recipe() == SOFTMAX


def test_a_moved_folder_resumes_without_its_sources(own, tmp_path):
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
    assert checkpoint(moved.path) == checkpoint(whole.path)
    assert moved.metrics_file.read_bytes() == whole.metrics_file.read_bytes()
    assert onnx_weights(moved.path) == onnx_weights(whole.path)


@pytest.mark.parametrize("steps", [2_000, 1_999, 1])
def test_a_run_that_has_come_that_far_is_left_alone(finished_run, mnist, steps):
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


def test_a_run_killed_before_the_export_exports_when_resumed(own, tmp_path):
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


def test_a_run_killed_during_the_export_exports_when_resumed(own, tmp_path):
    folder = RunFolder.create(tmp_path / "run", SOFTMAX.changed(steps=10), own)
    assert run(folder, folder.recipe(), split(own))
    (folder.path / "card.json").unlink()  # the last file of an export
    assert go_on(folder.path, split(own))
    assert (folder.path / "card.json").is_file()


def _flip(path, place):
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: (path / "model.onnx").unlink(),
        lambda path: (path / "model.onnx").write_bytes(b""),
        lambda path: _flip(path / "model.onnx", 20_000),
        lambda path: _flip(path / "model.keras", 20_000),
        lambda path: (path / "card.json").write_text("{"),
        lambda path: (path / "card.json").write_text((path / "card.json").read_text().replace("softmax", "mlp")),
    ],
    ids=["lost", "empty", "a bit of the weights", "a bit of the .keras", "half a card", "another card"],
)
@pytest.mark.parametrize("how", ["repair", "resume"])
def test_a_damaged_export_is_made_again_bit_for_bit_from_the_checkpoint(finished_run, mnist, tmp_path, damage, how):
    path = tmp_path / "run"
    shutil.copytree(finished_run(steps=30), path)
    before = {name: (path / name).read_bytes() for name in ("model.onnx", "card.json", "metrics.jsonl")}
    damage(path)
    if how == "repair":
        assert repair(RunFolder.open(path), mnist) == 30
    else:
        assert go_on(path, mnist)
    assert {name: (path / name).read_bytes() for name in before} == before
    assert repair(RunFolder.open(path), mnist) is None


def test_a_failed_repair_explains_why(finished_run, mnist, tmp_path):
    shutil.copytree(finished_run(steps=30), tmp_path / "run")
    folder = RunFolder.open(tmp_path / "run")
    (folder.path / "model.onnx").unlink()
    recipe_text = folder.recipe_file.read_text()
    folder.recipe_file.write_text(recipe_text.replace("steps = 30", "steps = 40"))
    with pytest.raises(ModelError, match="is not finished"):
        repair(folder, mnist)
    folder.recipe_file.write_text(recipe_text)
    (checkpoint_file,) = folder.checkpoints.iterdir()
    _flip(checkpoint_file, 20_000)
    with pytest.raises(RunError, match=r"step-00000030\.npz is damaged"):
        repair(folder, mnist)
    checkpoint_file.unlink()
    with pytest.raises(RunError, match=r"no checkpoint in .* to export from"):
        repair(folder, mnist)


@pytest.mark.slow
def test_a_detector_is_repaired_without_composing_its_training_pages(mnist, tmp_path):
    few = Splits(
        *(Dataset(each.images[:60], each.labels[:60]) for each in (mnist.train, mnist.validation, mnist.test))
    )
    chosen = recipe("detector").changed(steps=2, batch_size=4)
    folder = RunFolder.create(tmp_path / "run", chosen)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("shuzi.training.tasks.task.compose", lambda *a: compose(*a[:3], a[3] / 8_000))
        assert run(folder, chosen, few)
        told = []
        before = (folder.path / "model.onnx").read_bytes()
        (folder.path / "model.onnx").unlink()
        assert run(folder, chosen, few, [told.append])
    assert not [event for event in told if isinstance(event, Composing)]
    assert (folder.path / "model.onnx").read_bytes() == before


def test_a_run_starts_from_a_models_weights_and_resumes_without_the_model(own, tmp_path, mnist):
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
    assert checkpoint(tmp_path / "elsewhere") == checkpoint(whole.path)
    assert onnx_weights(tmp_path / "elsewhere") == onnx_weights(whole.path)

    steps = prepare(chosen, as_they_are(parts.train))
    steps.start_from(whole.start())
    np.testing.assert_allclose(steps.answers(mnist.test.images[:50])[0], began, atol=1e-5)
    card = shuzi.load(whole.path).card
    assert card.command.endswith("--data data.npz --from start.onnx")
    first_card = shuzi.load(first.path).card
    assert card.trained_on(first_card.weights)
    assert [source.name for source in card.data] == ["own", "model fast", "own"]


def test_the_temperature_is_undone_before_training_continues(tmp_path, mnist):
    chosen = recipe("mlp").changed(steps=200, temperature="fitted")
    folder = RunFolder.create(tmp_path / "run", chosen)
    assert run(folder, chosen, mnist)
    temperature = shuzi.load(folder.path).card.temperature
    assert temperature != 1
    steps = prepare(chosen, as_they_are(mnist.validation))
    steps.start_from(folder.path / "model.onnx")
    _, state = folder.checkpoint()
    kernel = next(value for name, value in state.items() if "output/kernel" in name)
    np.testing.assert_allclose(steps.model.get_layer("output").kernel.numpy(), kernel, rtol=1e-5)


@pytest.mark.parametrize("other", ["mlp", "cnn", "tiny"])
def test_a_model_with_another_network_cannot_be_a_start(finished_run, other):
    with pytest.raises(ModelError, match=rf"{other} cannot start from .*model\.onnx"):
        check_start(finished_run() / "model.onnx", recipe(other))


def test_a_run_folder_of_0_1_resumes_like_a_current_one(mnist, tmp_path):
    shutil.copytree(FROZEN, tmp_path / "old")
    assert RunFolder.open(tmp_path / "old").recipe() == SOFTMAX.changed(steps=20)
    assert RunFolder.open(tmp_path / "old").exported() == 20
    assert go_on(tmp_path / "old", mnist, steps=40)
    folder = RunFolder.create(tmp_path / "new", SOFTMAX.changed(steps=40))
    assert run(folder, folder.recipe(), mnist)
    images = mnist.test.images[:1_000]
    # 0.1 ran on another machine, so the first 20 steps may be rounded differently
    answers = [shuzi.load(tmp_path / name).classify(images) for name in ("old", "new")]
    np.testing.assert_allclose(*answers, atol=1e-4)
    assert 'task = "classify"' in (tmp_path / "old" / "recipe.toml").read_text()


def test_a_failed_training_leaves_room_for_the_next(own, tmp_path):
    wild = SOFTMAX.changed(learning_rate=1e38, report_every=1)
    folder = RunFolder.create(tmp_path / "run", wild, own)
    with pytest.raises(TrainingError):
        run(folder, wild, split(own))
    assert read_metrics(folder.path)
    assert not (folder.path / "model.onnx").exists()
    tame = SOFTMAX.changed(steps=10)
    assert run(RunFolder.create(folder.path, tame, own), tame, split(own))
    assert [line["step"] for line in read_metrics(folder.path)] == [10, 10, 10]


def test_a_state_of_another_network_is_an_error(finished_run, mnist, tmp_path):
    shutil.copytree(finished_run(), tmp_path / "run")
    with pytest.raises(RunError, match="a different network"):
        go_on(tmp_path / "run", mnist, steps=2_001, network="mlp", hidden=4)


@pytest.mark.slow  # starts TensorFlow anew
def test_keras_alone_opens_the_network_and_it_answers_as_the_onnx(finished_run, mnist, tmp_path):
    np.save(tmp_path / "images.npy", mnist.test.images[:500])
    program = """
import sys, numpy, keras
model = keras.saving.load_model(sys.argv[1])
answers = model(numpy.load("images.npy").astype("float32"))
assert not [name for name in sys.modules if name.startswith("shuzi")]
numpy.save("answers.npy", answers)
"""
    path = finished_run()
    subprocess.run(
        [sys.executable, "-c", program, path / "model.keras"], cwd=tmp_path, check=True, capture_output=True
    )
    answers = shuzi.load(path).classify(mnist.test.images[:500])
    np.testing.assert_allclose(np.load(tmp_path / "answers.npy"), answers, atol=1e-5)


@pytest.mark.parametrize(
    "change",
    [lambda p: p + 2e-5, lambda p: np.roll(p, 1, axis=1), lambda p: p * np.nan],
    ids=["a little more", "other digits", "no numbers"],
)
def test_a_model_that_answers_otherwise_than_the_network_is_not_handed_on(own, tmp_path, change):
    parts, chosen = split(own), SOFTMAX.changed(steps=5)
    started, *_, done = train(chosen, parts)
    wrong = replace(done, answers=[change(done.answers[0]).astype(np.float32)])
    with pytest.raises(ModelError, match="disagrees with the network"):
        export(started.model, chosen, parts, wrong, tmp_path)
    assert not list(tmp_path.glob("*.onnx*"))
    assert not (tmp_path / "card.json").exists()
    export(started.model, chosen, parts, done, tmp_path)
    assert shuzi.load(tmp_path / "model.onnx").card.parameters == 7850


@pytest.mark.parametrize("name", ["softmax", "mlp"])
def test_only_built_in_layers_are_used(name):
    assert {type(layer).__module__.split(".")[0] for layer in build(recipe(name)).layers} == {"keras"}


@pytest.mark.parametrize("rate", [0.1, 10.0])
def test_a_wild_training_with_huge_scores_is_exported_all_the_same(mnist, tmp_path, rate):
    chosen = recipe("softmax").changed(learning_rate=rate, steps=300)
    folder = RunFolder.create(tmp_path / "run", chosen)
    assert run(folder, chosen, mnist)
    assert (tmp_path / "run" / "model.onnx").is_file()


def test_a_model_that_the_training_has_left_behind_is_not_taken_for_the_newest(finished_run, mnist, tmp_path):
    shutil.copytree(finished_run("softmax", steps=100), tmp_path / "run")
    folder = RunFolder.open(tmp_path / "run")
    asked = iter([False, True])
    assert not run(folder, recipe("softmax").changed(steps=5_000), mnist, (), lambda: next(asked, True))
    assert folder.checkpoint()[0] > 100
    with pytest.raises(ModelError, match="is not finished"):
        find_model(folder.path)

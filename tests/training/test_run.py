"""A run from its recipe to the exported model."""

import hashlib
import json
import shutil
import subprocess
import sys
from dataclasses import replace

import numpy as np
import onnx
import pytest

import shuzi
from shuzi.data.own import split
from shuzi.errors import ModelError, TrainingError
from shuzi.models.card import METADATA_KEY
from shuzi.models.store import find_model
from shuzi.synthesis.examples import as_they_are
from shuzi.training.export import export
from shuzi.training.loop import prepare, train
from shuzi.training.network import build, check_start
from shuzi.training.recipe import recipe
from shuzi.training.run import run
from shuzi.training.run_folder import RunFolder, read_metrics

SOFTMAX = recipe("softmax")


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

import json
import os
import shlex
import subprocess
import sys
from dataclasses import replace

import keras
import numpy as np
import onnx
import pytest

import shuzi
from shuzi.cli import main
from shuzi.cli.train import train
from shuzi.data.collection import STROKES
from shuzi.data.dataset import Dataset
from shuzi.data.formats import save_dataset
from shuzi.models.card import BACKENDS, OF_OWN_PICTURES, OF_STROKES, Source
from shuzi.models.onnx_file import read_card, replace_card
from shuzi.models.session import Session
from shuzi.models.store import shipped
from shuzi.training.export import command, network_answers, onnx_answers
from shuzi.training.recipe import OPTIONS, RECIPES, Recipe, recipe

pytestmark = pytest.mark.heavy


def weights(path):
    return {each.name: onnx.numpy_helper.to_array(each).tolist() for each in onnx.load(path).graph.initializer}


def test_the_command_in_the_card_gives_the_same_model_again(finished_run, tmp_path):
    path = finished_run("mlp", steps=30, hidden=8, learning_rate=1e-05, seed=7)
    card = shuzi.load(path).card
    assert card.command == "shuzi train mlp --steps 30 --learning-rate 1e-05 --hidden 8 --seed 7"
    with pytest.raises(SystemExit) as ended:
        main([*shlex.split(card.command)[1:], "--out", str(tmp_path / "again")])
    assert not ended.value.code
    assert weights(tmp_path / "again" / "model.onnx") == weights(path / "model.onnx")
    assert shuzi.load(tmp_path / "again").card == card


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_as_it_is_needs_only_its_name_and_the_seed(name):
    more = " --strokes unipen.npz" if STROKES in recipe(name).needs else ""
    more += " --registers registers" if name == "line" else ""
    more += " --page-lines pages" if name == "line-detector" else ""
    more += " --displays displays" if name == "display" else ""
    assert command(recipe(name), own=False) == f"shuzi train {name} --seed 0{more}"
    assert command(recipe(name), own=True) == f"shuzi train {name} --seed 0 --data data.npz{more}"


@pytest.mark.parametrize(
    ("name", "n", "given"),
    [
        ("reader", 300, [("probabilities", 2), ("is_digit", 2), ("features", 2)]),
        ("detector", 64, [("places", 4)]),
        ("line", 128, [("log_probabilities", 3)]),
    ],
)
def test_the_card_matches_the_files_inputs_and_outputs(composed_run, name, n, given):
    path = composed_run(name) / "model.onnx"
    card, graph = Session(path).card, onnx.load(path).graph
    (images,) = graph.input
    sides = [each.dim_param or str(each.dim_value) for each in images.type.tensor_type.shape.dim]
    assert str(card.input) == f"images: float32 ({', '.join(sides)})"
    assert [(each.name, len(each.type.tensor_type.shape.dim)) for each in graph.output] == given
    assert [(each.name, len(each.shape)) for each in card.outputs] == given
    assert card.scores["validation"]["n"] == n


def test_a_recipe_beyond_the_options_has_no_command():
    assert command(recipe("mlp").changed(optimizer="sgd"), own=False) == ""
    assert command(recipe("mlp").changed(name="mine"), own=False) == ""


def test_every_option_that_changes_a_recipe_is_in_the_command():
    options = {each.name for each in train.params} & set(Recipe.__dataclass_fields__)
    assert {*OPTIONS, "seed"} == options - {"name"}


@pytest.mark.slow
@pytest.mark.parametrize("name", ["softmax", "fast"])
def test_a_training_on_jax_gives_a_whole_run_folder(name, mnist, tmp_path):
    pytest.importorskip("jax")
    surroundings = os.environ | {"KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu"}
    done = subprocess.run(
        [sys.executable, "-m", "shuzi", "train", name, "--steps", "20", "--out", tmp_path / "run"],
        env=surroundings,
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    # only shuzi's notes: what it trains, that so few steps teach little, where everything is
    assert len(done.stderr.splitlines()) <= 3
    names = {each.name for each in (tmp_path / "run").iterdir()}
    assert names >= {"recipe.toml", "metrics.jsonl", "checkpoints", "model.keras", "model.onnx", "card.json"}
    card = json.loads((tmp_path / "run" / "card.json").read_text("utf-8"))
    assert card["command"] == f"KERAS_BACKEND=jax shuzi train {name} --steps 20 --seed 0"
    assert "jax" in card["versions"]
    # TensorFlow, in this process, opens the files that JAX saved
    model = keras.saving.load_model(tmp_path / "run" / "model.keras")
    images = mnist.test.images[:1_000]
    found = onnx_answers(tmp_path / "run" / "model.onnx", images)
    np.testing.assert_allclose(found, network_answers(model, images), atol=1e-5)


def test_a_backend_that_is_not_known_is_refused_before_anything_is_begun(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "shuzi", "train", "--lang", "en", "--out", "run"],
        env=os.environ | {"KERAS_BACKEND": "torch"},
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 1
    assert done.stderr == f'Error: KERAS_BACKEND cannot be "torch". Choose one of: {", ".join(BACKENDS)}.\n'
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("more", "own", "licence"),
    [
        ({"data": (Source(STROKES.name, {"strokes": "ab" * 32}, "a licence"),)}, False, OF_STROKES),
        ({"data": (Source(STROKES.name, {"strokes": "ab" * 32}, "a licence"),)}, True, OF_OWN_PICTURES),
        ({"licence": OF_OWN_PICTURES}, False, OF_OWN_PICTURES),
        ({"licence": "for friends only"}, False, "for friends only"),
        ({"licence": "for friends only"}, True, "for friends only"),
    ],
    ids=["strokes", "strokes and own digits", "own pictures", "a licence of its own", "that and own digits"],
)
def test_what_starts_from_a_model_keeps_to_its_licence(mnist, tmp_path, more, own, licence):
    start = tmp_path / "start.onnx"
    start.write_bytes(shipped()["tiny"].read_bytes())
    replace_card(start, replace(read_card(start.read_bytes(), start), **more))
    save_dataset(tmp_path / "my.npz", Dataset(mnist.test.images[:30], mnist.test.labels[:30]))
    given = ["--data", tmp_path / "my.npz"] if own else []
    with pytest.raises(SystemExit) as ended:
        main(list(map(str, ["train", "--from", start, *given, "--steps", 1, "--out", tmp_path / "run"])))
    assert not ended.value.code
    card = shuzi.load(tmp_path / "run").card
    assert card.licence == licence
    assert {each.name for each in more.get("data", ())} <= {each.name for each in card.data}

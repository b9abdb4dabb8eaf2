"""The mean of two models of one network has the mean of their weights, and a card that says where it comes from."""

from dataclasses import replace
from importlib import util
from pathlib import Path

import numpy as np
import pytest

import shuzi
from shuzi.data.dataset import Dataset
from shuzi.errors import ModelError
from shuzi.models.card import OWN, Calibration, Source
from shuzi.models.onnx_file import read_card
from shuzi.models.store import find_model
from shuzi.training.export import onnx_answers
from shuzi.training.network import build, start_from, write_temperature
from shuzi.training.onnx_graph import write_onnx
from shuzi.training.recipe import Recipe

TOOL = Path(__file__).parents[2] / "tools" / "average.py"

pytestmark = pytest.mark.skipif(not TOOL.exists(), reason="a source distribution has no tools")


@pytest.fixture(scope="module")
def tool():
    spec = util.spec_from_file_location("average_tool", TOOL)
    module = util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def tiny():
    path = find_model("tiny")
    return path, read_card(path.read_bytes(), path)


def test_each_weight_is_the_mean_and_temperatures_are_undone(tool, tiny, tmp_path):
    path, card = tiny
    recipe = Recipe.of(card.recipe, path)
    first, second = build(recipe), build(recipe)
    start_from(path, first)
    start_from(path, second)
    second.set_weights([each + np.float32(1) for each in second.get_weights()])
    wanted = [each + np.float32(0.25) for each in first.get_weights()]
    write_temperature(second, 2.0)
    other = tmp_path / "other.onnx"
    write_onnx(second, replace(card, temperature=2.0), other)
    found = tool.mean(path, other, recipe, 0.25).get_weights()
    for each, value in zip(found, wanted, strict=True):
        np.testing.assert_allclose(each, value, atol=1e-4)


def test_the_mean_is_calibrated_and_scored_anew(tool, tiny, mnist):
    """A network three times as sure as `tiny` is calibrated like `tiny` again, and forgets the old card's numbers."""
    path, card = tiny
    recipe = Recipe.of(card.recipe, path)
    network = tool.mean(path, path, recipe, 0.5)
    write_temperature(network, 1 / 3)
    few = Dataset(mnist.validation.images[:2_000], mnist.validation.labels[:2_000])
    found = tool.judged(network, recipe, few, replace(card, temperature=9.0, thresholds={"unsure": 0.001}))
    right = (shuzi.load("tiny").classify(few.images).argmax(axis=1) == few.labels).sum()
    assert found.scores == {"validation": found.scores["validation"] | {"n": 2_000, "accuracy": right / 2_000}}
    assert found.temperature == pytest.approx(3 * card.temperature, rel=0.25)
    assert found.thresholds["unsure"] == pytest.approx(card.thresholds["unsure"], abs=0.15)


def test_a_mean_is_written_only_if_the_file_gives_its_answers(tool, tiny, mnist, tmp_path, monkeypatch):
    path, card = tiny
    network = tool.mean(path, path, Recipe.of(card.recipe, path), 0.5)
    images, out = mnist.validation.images[:50], tmp_path / "mean.onnx"
    written = tool.write(network, card, images, out)
    assert read_card(out.read_bytes(), out).weights == written.weights
    out.unlink()
    monkeypatch.setattr(tool, "onnx_answers", lambda *given: [each[::-1] for each in onnx_answers(*given)])
    with pytest.raises(ModelError):
        tool.write(network, card, images, out)
    assert list(tmp_path.iterdir()) == []


def test_other_networks_are_refused(tool, tiny):
    path, card = tiny
    with pytest.raises(ModelError):
        tool.mean(path, find_model("detector"), Recipe.of(card.recipe, path), 0.5)


def test_only_a_model_and_what_was_trained_from_it_have_a_mean(tool):
    path = find_model("line")
    one = read_card(path.read_bytes(), path)
    fitted = Calibration({}, {}, pages=1, seed=0)
    of_one = Source("model line", {"weights": one.weights}, "Apache-2.0")
    child = replace(one, weights="ab" * 32, calibration=fitted, data=(of_one,))
    card = tool.card_of(one, child, "python tools/average.py …")
    assert [each.sha256["weights"] for each in card.data] == [one.weights, child.weights]
    assert (card.scores, card.calibration) == ({}, None)
    with pytest.raises(ValueError, match="not trained from"):
        tool.card_of(child, one, "python tools/average.py …")
    with pytest.raises(ValueError, match="no licence"):
        tool.card_of(one, replace(child, licence=""), "python tools/average.py …")
    for amiss in ({"command": ""}, {"data": (*child.data, Source(OWN, {}, "mine"))}):
        with pytest.raises(ValueError, match="by no command"):
            tool.card_of(one, replace(child, **amiss), "python tools/average.py …")


@pytest.mark.parametrize(
    ("one", "weight", "strokes", "out", "told"),
    [
        ("tiny", 1.5, "none.npz", "mean.onnx", "must be from 0 to 1"),
        ("tiny", 0.5, "none.npz", "mean.png", "must name a new .onnx file"),
        ("tiny", 0.5, "none.npz", "there.onnx", "must name a new .onnx file"),
        ("none.onnx", 0.5, "none.npz", "mean.onnx", "There is no model"),
        ("damaged.onnx", 0.5, "none.npz", "mean.onnx", "damaged.onnx"),
        ("line", 0.5, "none.npz", "mean.onnx", "not trained from"),
        ("line", 0.5, "none.npz", "mean.onnx", "none.npz"),
    ],
)
def test_what_has_no_mean_is_told_in_a_line(tool, tmp_path, monkeypatch, capsys, one, weight, strokes, out, told):
    monkeypatch.chdir(tmp_path)
    Path("damaged.onnx").write_bytes(find_model("tiny").read_bytes()[:5_000])
    Path("there.onnx").write_bytes(b"mine")
    if told == strokes:
        monkeypatch.setattr(tool, "card_of", lambda one, *_: one)
    given = ["average.py", one, "line", "--weight", str(weight), "--strokes", strokes, "--out", out]
    monkeypatch.setattr("sys.argv", given)
    with pytest.raises(SystemExit) as ended:
        tool.main()
    assert ended.value.code == 2
    assert told in capsys.readouterr().err.splitlines()[-1]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["damaged.onnx", "there.onnx"]
    assert Path("there.onnx").read_bytes() == b"mine"

"""`make ship` puts a run among the models that come with shuzi; here into a folder of the test's own."""

import importlib.util
from pathlib import Path

import numpy as np
import onnx
import pytest

import shuzi
from shuzi.models.session import Session

SCRIPT = Path(__file__).parents[2] / "tools" / "ship.py"

pytestmark = pytest.mark.skipif(not SCRIPT.exists(), reason="a source distribution has no benchmarks")


@pytest.fixture(scope="module")
def ship():
    description = importlib.util.spec_from_file_location("ship", SCRIPT)
    module = importlib.util.module_from_spec(description)
    description.loader.exec_module(module)
    return module.ship


def weights(path):
    return {each.name: onnx.numpy_helper.to_array(each).tolist() for each in onnx.load(path).graph.initializer}


def test_a_reader_is_shipped_with_its_score_on_the_test_images(ship, composed_run, mnist, tmp_path):
    run = composed_run("reader")
    ship(run, "default", tmp_path, pages=20)
    (shipped,) = tmp_path.iterdir()
    assert shipped.name == "default.onnx"
    card, before = shuzi.load(shipped).card, shuzi.load(run).card
    right = shuzi.load(run).classify(mnist.test.images).argmax(axis=1) == mnist.test.labels
    assert card.scores["test"]["accuracy"] == np.mean(right)
    assert card.scores["validation"] == before.scores["validation"]
    assert card.thresholds.items() >= before.thresholds.items()
    assert {"simple-named", "found-whole", "found-right-0", "blank", "text-ok"} <= card.thresholds.keys()
    assert weights(shipped) == weights(run / "model.onnx")


def test_a_detector_is_shipped_as_it_is(ship, composed_run, tmp_path):
    ship(composed_run("detector"), "detector", tmp_path)
    path = composed_run("detector") / "model.onnx"
    assert Session(tmp_path / "detector.onnx").card == Session(path).card
    assert weights(tmp_path / "detector.onnx") == weights(path)


@pytest.mark.parametrize(("run", "name"), [("reader", "detector"), ("detector", "default")])
def test_a_name_belongs_to_a_kind(ship, composed_run, tmp_path, run, name):
    with pytest.raises(ValueError, match=f"cannot be called {name}"):
        ship(composed_run(run), name, tmp_path, pages=20)
    assert not list(tmp_path.iterdir())

"""`make ship` adds a run to the shipped models, here in the test's own folder."""

import importlib.util
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from shuzi.models.card import Calibration, Score, Source
from shuzi.models.onnx_file import read_card, read_content, replace_card
from shuzi.models.session import remember_checked
from shuzi.reading.reader import load

SCRIPT = Path(__file__).parents[2] / "tools" / "ship.py"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not SCRIPT.exists(), reason="a source distribution has no tools"),
]


@pytest.fixture(scope="module")
def ship():
    description = importlib.util.spec_from_file_location("ship", SCRIPT)
    module = importlib.util.module_from_spec(description)
    description.loader.exec_module(module)
    return module.ship


@pytest.fixture
def folder(composed_run, tmp_path):
    """A folder of models, including a detector and a line recogniser."""
    (tmp_path / "models").mkdir()
    for name in ("detector", "line"):
        shutil.copy(composed_run(name) / "model.onnx", tmp_path / "models" / f"{name}.onnx")
    return tmp_path / "models"


def card_of(path):
    return read_card(read_content(path), path)


@pytest.fixture
def run(composed_run, folder, mnist, tmp_path):
    """A reader with its score on the test images, calibrated with those."""
    shutil.copytree(composed_run("reader"), tmp_path / "run")
    path = tmp_path / "run" / "model.onnx"
    right = load(path).classify(mnist.test.images).argmax(axis=1) == mnist.test.labels
    score = Score(int(right.sum()), 10_000).as_dict()
    partners = {name: card_of(folder / f"{name}.onnx").weights for name in ("detector", "line")}
    change(path, scores={"test": score}, calibration=Calibration(partners, {"text-ok": 0.9}, 20, 0))
    return path.parent


def change(path, **values):
    replace_card(path, replace(card_of(path), **values))
    remember_checked(path)


def test_what_is_shipped_is_the_file_itself(ship, run, folder):
    said = ship(run, "default", folder)
    assert (folder / "default.onnx").read_bytes() == (run / "model.onnx").read_bytes()
    card = card_of(run / "model.onnx")
    assert said.startswith(
        "default: shuzi train reader --steps 3 --batch-size 32 --seed 0 --strokes unipen.npz, test "
    )
    assert said.endswith(card.weights)


@pytest.mark.parametrize("name", ["detector", "line"])
def test_what_reads_along_needs_no_score_on_test_images(ship, composed_run, tmp_path, name):
    ship(composed_run(name), name, tmp_path)
    assert (tmp_path / f"{name}.onnx").read_bytes() == (composed_run(name) / "model.onnx").read_bytes()


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"command": ""}, "by a command that anyone can type"),
        ({"data": (Source("own", {}, "mine"),)}, "was not made from data that anyone can get"),
        ({"scores": {}}, r"lacks the score on the test images: shuzi evaluate .* --keep"),
        ({"scores": {"test": Score(9_990, 10_000).as_dict()}}, "does not score what its card says"),
        ({"calibration": None}, "calibrate it with the models that ship"),
        ({"calibration": Calibration({"detector": "another"}, {}, 20, 0)}, "calibrate it with the models"),
    ],
)
def test_a_model_that_lacks_something_is_not_shipped(ship, run, folder, values, told):
    change(run / "model.onnx", **values)
    with pytest.raises(ValueError, match=told):
        ship(run, "default", folder)
    assert sorted(path.name for path in folder.iterdir()) == ["detector.onnx", "line.onnx"]


@pytest.mark.parametrize("name", ["", "mine", "../default"])
def test_only_a_name_that_ships_is_shipped(ship, run, folder, name):
    with pytest.raises(ValueError, match="is not one of default, "):
        ship(run, name, folder)
    assert sorted(path.name for path in folder.iterdir()) == ["detector.onnx", "line.onnx"]


@pytest.mark.parametrize(("kind", "name"), [("reader", "detector"), ("detector", "default"), ("detector", "line")])
def test_a_name_belongs_to_a_kind(ship, composed_run, tmp_path, kind, name):
    with pytest.raises(ValueError, match=f"cannot be called {name}"):
        ship(composed_run(kind), name, tmp_path)
    assert not list(tmp_path.iterdir())

from pathlib import Path

import numpy as np
import pytest

from shuzi.errors import ModelError
from shuzi.models.card import OF_DISPLAYS, OF_MNIST, OF_PAGES, OF_REGISTERS, OF_STROKES, Score
from shuzi.models.store import find_model, shipped
from shuzi.models.tasks import CLASSIFIER, DETECTOR, LINE_DETECTOR, RECOGNISER


@pytest.fixture
def run(tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "recipe.toml").write_text("", "utf-8")
    (tmp_path / "run" / "model.onnx").write_bytes(b"")
    return tmp_path / "run"


@pytest.mark.parametrize("kind", [str, lambda path: path])
def test_a_run_folder_stands_for_its_model_and_a_file_for_itself(run, kind):
    assert find_model(kind(run)) == run / "model.onnx"
    assert find_model(kind(run / "model.onnx")) == run / "model.onnx"


@pytest.mark.parametrize(
    ("lost", "name", "told"),
    [
        ("model.onnx", "", "is not finished.*--resume"),
        ("", "none", "There is no model .*none. Name one that comes with shuzi .*softmax"),
        ("", "none.onnx", "There is no model"),
        ("", "recipe.toml", r"is not an \.onnx file"),
        ("", "..", "holds no model"),
    ],
)
def test_what_is_no_model_is_an_error_that_says_why(run, lost, name, told):
    if lost:
        (run / lost).unlink()
    with pytest.raises(ModelError, match=told):
        find_model(run / name)


@pytest.mark.parametrize(("typed", "meant"), [("tinny", "tiny"), ("Softmax", "softmax"), ("defualt", "default")])
def test_a_mistyped_model_gets_a_suggestion(typed, meant):
    with pytest.raises(ModelError, match=f"Did you mean {meant}"):
        find_model(typed)


@pytest.mark.parametrize("saved", [True, False], ids=["with a checkpoint", "without a checkpoint"])
@pytest.mark.parametrize("folder", [True, False], ids=["a folder in its place", "nothing in its place"])
def test_a_finished_run_without_its_model_says_what_is_missing_and_what_to_do(run, saved, folder):
    (run / "model.onnx").unlink()
    (run / "card.json").write_text("{}")
    (run / "checkpoints").mkdir()
    if folder:
        (run / "model.onnx").mkdir()
    if saved:
        (run / "checkpoints" / "step-00000020.npz").write_bytes(b"")
    told = (
        "model.onnx is missing or is not a file.*models repair" if saved else "its checkpoint are missing.*--resume"
    )
    with pytest.raises(ModelError, match=f"The run in .* is finished, but .*{told}"):
        find_model(run)


@pytest.mark.parametrize("name", shipped())
def test_a_name_is_a_shipped_model_whatever_lies_here_and_a_path_is_a_path(run, name, monkeypatch):
    assert find_model(name) == shipped()[name]
    monkeypatch.chdir(run.parent)
    run.rename(name)
    assert find_model(name) == shipped()[name]
    assert find_model(Path(name)) == find_model(f"./{name}") == Path(name) / "model.onnx"


def test_a_shipped_model_is_not_found_by_part_of_its_name():
    for name in ("soft", "softmax.onnx", "Softmax", "../models/softmax"):
        with pytest.raises(ModelError):
            find_model(name)


LARGE = ("default", "detector", "line")  # these take TensorFlow a while


@pytest.mark.usefixtures("training")
@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.slow] if name in LARGE else []) for name in shipped()]
)
def test_every_shipped_model_keeps_what_its_card_promises(name, mnist):
    from shuzi.training.export import network_answers, restore
    from shuzi.training.tasks import TASKS

    network, card = restore(shipped()[name])
    made_by = "python tools/average.py " if name in {"default", "line"} else f"shuzi train {card.name} "
    assert card.command.startswith(made_by)
    assert card.name == {"default": "reader"}.get(name, name)
    has_earlier = name in {"default", "line", "display"}
    assert has_earlier == any(source.name == f"model {card.name}" for source in card.data)
    licences = {"default": OF_STROKES, "line": OF_REGISTERS, "line-detector": OF_PAGES, "display": OF_DISPLAYS}
    assert card.licence == licences.get(name, OF_MNIST)
    comparison = TASKS[card.task].comparison_examples(mnist.test)
    outputs = network_answers(network, comparison.images)[0]
    if name == "detector":
        assert (card.kind, list(card.scores)) == (DETECTOR, ["validation"])
        assert TASKS["detect"].accuracy(comparison.labels, outputs) > 0.95
    elif name == "line-detector":
        assert (card.kind, list(card.scores)) == (LINE_DETECTOR, ["validation"])
        assert TASKS["detect-lines"].accuracy(comparison.labels, outputs) > 0.5
    elif name == "line":
        assert (card.kind, list(card.scores)) == (RECOGNISER, ["validation"])
        assert TASKS["recognise-line"].accuracy(comparison.labels, outputs) > 0.6
    elif name == "display":  # it knows no handwriting
        assert (card.kind, list(card.scores)) == (RECOGNISER, ["validation"])
    else:
        right = int(np.sum(outputs.argmax(axis=1) == mnist.test.labels))
        assert (card.kind, card.scores["test"]) == (CLASSIFIER, Score(right, 10_000).as_dict())
    assert card.parameters == sum(np.prod(each.shape) for each in network.trainable_variables)
    assert shipped()[name].stat().st_size < (4e6 if name == "line" else 3e6)

import json
import subprocess
import sys
import zipfile

import numpy as np
import onnx
import pytest

import shuzi
from shuzi.data.dataset import Dataset
from shuzi.errors import ModelError
from shuzi.models.card import METADATA_KEY
from shuzi.models.formats import FORMATS
from shuzi.training.conversion import convert, restore

RUNS = [("softmax", {}), ("mlp", {"steps": 30}), ("fast", {"steps": 30}), ("tiny", {"steps": 20})]


@pytest.fixture
def few(mnist):
    return Dataset(mnist.test.images[:200], mnist.test.labels[:200])


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(("name", "changes"), RUNS, ids=[name for name, _ in RUNS])
def test_every_format_answers_as_the_network_on_all_test_images(finished_run, mnist, tmp_path, name, changes, form):
    model, target = finished_run(name, **changes) / "model.onnx", tmp_path / f"digits{FORMATS[form]}"
    converted = convert(model, form, target, mnist.test)
    right = shuzi.load(model).classify(mnist.test.images).argmax(axis=1) == mnist.test.labels
    assert converted.accuracy_of_network == converted.accuracy == np.mean(right)
    assert (converted.parity.n, converted.parity.others) == (10_000, 0)
    assert converted.parity.difference <= 1e-5
    assert converted.path == target
    assert converted.size == sum(each.stat().st_size for each in [target, *target.rglob("*")] if each.is_file())
    assert list(tmp_path.iterdir()) == [target]


SCRIPTS = {
    "savedmodel": """
import sys, numpy, tensorflow as tf
loaded = tf.saved_model.load(sys.argv[1])
answers = loaded.serve(images)
""",
    "keras": """
import sys, numpy, keras
answers = keras.saving.load_model(sys.argv[1])(images)
""",
    "litert": """
import sys, numpy, tensorflow as tf
interpreter = tf.lite.Interpreter(sys.argv[1])
answers = interpreter.get_signature_runner()(images=images)["output_0"]
""",
    "onnx": """
import sys, numpy, onnxruntime
(answers,) = onnxruntime.InferenceSession(sys.argv[1]).run(None, {"images": images})
""",
}


@pytest.mark.parametrize("form", FORMATS)
def test_a_program_that_knows_nothing_of_shuzi_opens_what_was_written(finished_run, few, tmp_path, form):
    target = tmp_path / f"digits{FORMATS[form]}"
    convert(finished_run() / "model.onnx", form, target, few)
    np.save(tmp_path / "images.npy", few.images[:1].astype(np.float32))
    head, _, body = SCRIPTS[form].strip().partition("\n")
    program = f"""{head}
images = numpy.load("images.npy")
{body}
assert not [name for name in sys.modules if name.startswith("shuzi")]
numpy.save("answers.npy", answers)
"""
    subprocess.run([sys.executable, "-c", program, target], cwd=tmp_path, check=True, capture_output=True)
    expected = shuzi.load(finished_run()).classify(few.images[:1])
    np.testing.assert_allclose(np.load(tmp_path / "answers.npy"), expected, atol=1e-5)


def test_the_card_goes_along(finished_run, few, tmp_path):
    card = json.loads((finished_run() / "card.json").read_text())
    for form, ending in FORMATS.items():
        convert(finished_run() / "model.onnx", form, tmp_path / f"digits{ending}", few)
    for ending in (".keras", ".tflite"):
        with zipfile.ZipFile(tmp_path / f"digits{ending}") as archive:
            assert json.loads(archive.read("card.json")) == card
    assert json.loads((tmp_path / "digits" / "assets.extra" / "card.json").read_text()) == card
    assert json.loads(shuzi.load(tmp_path / "digits.onnx").card.to_json()) == card


def test_the_network_comes_back_bit_for_bit_from_the_onnx_alone(finished_run):
    import keras

    path = finished_run("fast", steps=30)
    network, card = restore(path / "model.onnx")
    trained = keras.saving.load_model(path / "model.keras")
    assert card.name == "fast"
    for one, other in zip(network.get_weights(), trained.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def changed(source, target, card=lambda card: card, weights=lambda weights: weights):
    proto = onnx.load(source)
    (text,) = [each.value for each in proto.metadata_props if each.key == METADATA_KEY]
    onnx.helper.set_model_props(proto, {METADATA_KEY: json.dumps(card(json.loads(text)))})
    for each in proto.graph.initializer:
        if each.name == "output/kernel":
            each.CopyFrom(onnx.numpy_helper.from_array(weights(onnx.numpy_helper.to_array(each)), each.name))
    onnx.save(proto, target)
    return target


@pytest.mark.parametrize(
    ("card", "told"),
    [
        (
            lambda card: card | {"recipe": card["recipe"] | {"network": "mlp", "hidden": 8}},
            "not those of the network",
        ),
        (lambda card: card | {"recipe": {"colour": "red"}}, "a recipe that is not understood"),
        (lambda card: card | {"format": 9}, "format 9"),
    ],
)
def test_a_card_that_does_not_fit_is_refused(finished_run, few, tmp_path, card, told):
    model = changed(finished_run() / "model.onnx", tmp_path / "model.onnx", card)
    with pytest.raises(ModelError, match=told):
        convert(model, "keras", tmp_path / "digits.keras", few)
    assert list(tmp_path.iterdir()) == [model]


def test_weights_that_are_no_numbers_convert_to_nothing(finished_run, few, tmp_path):
    model = changed(finished_run() / "model.onnx", tmp_path / "model.onnx", weights=lambda w: w * np.float32("nan"))
    for form, ending in FORMATS.items():
        with pytest.raises(ModelError, match="does not answer as the network does"):
            convert(model, form, tmp_path / f"digits{ending}", few)
    assert list(tmp_path.iterdir()) == [model]


def test_what_is_there_is_left_as_it_is(finished_run, few, tmp_path):
    (tmp_path / "digits.keras").write_text("mine")
    with pytest.raises(ModelError, match="already there"):
        convert(finished_run() / "model.onnx", "keras", tmp_path / "digits.keras", few)
    assert (tmp_path / "digits.keras").read_text() == "mine"


def test_a_file_that_is_no_model_is_refused(few, tmp_path):
    (tmp_path / "wrong.onnx").write_text("no model")
    with pytest.raises(ModelError, match=r"wrong\.onnx is no model that can be used"):
        convert(tmp_path / "wrong.onnx", "keras", tmp_path / "digits.keras", few)

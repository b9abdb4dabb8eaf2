import hashlib
import json
import subprocess
import sys
import zipfile

import numpy as np
import onnx
import onnxruntime
import pytest

import shuzi
from shuzi.data.dataset import Dataset
from shuzi.errors import ModelError
from shuzi.models.card import METADATA_KEY
from shuzi.models.session import Session
from shuzi.models.store import FORMATS
from shuzi.training.export import convert, restore

pytestmark = pytest.mark.heavy

RUNS = [
    ("softmax", {}, 10_000),
    ("fast", {"steps": 5}, 300),
    ("tiny", {"steps": 5}, 300),
]


@pytest.fixture
def few(mnist):
    return Dataset(mnist.test.images[:200], mnist.test.labels[:200])


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(("name", "changes", "n"), RUNS, ids=[name for name, *_ in RUNS])
def test_every_format_answers_as_the_network(finished_run, mnist, tmp_path, name, changes, n, form):
    model, target = finished_run(name, **changes) / "model.onnx", tmp_path / f"digits{FORMATS[form]}"
    images, labels = mnist.test.images[:n], mnist.test.labels[:n]
    converted = convert(model, form, target, Dataset(images, labels))
    right = shuzi.load(model).classify(images).argmax(axis=1) == labels
    assert converted.accuracy_of_network == converted.accuracy == np.mean(right)
    assert (converted.parity.n, converted.parity.others) == (n, 0)
    assert converted.parity.difference <= 1e-5
    assert converted.path == target
    assert converted.size == sum(each.stat().st_size for each in [target, *target.rglob("*")] if each.is_file())
    assert (converted.kind, converted.n) == ("classifier", n)
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMATS)
def test_both_outputs_of_a_reader_are_compared_with_the_networks(composed_run, few, tmp_path, form):
    model = composed_run("reader") / "model.onnx"
    converted = convert(model, form, tmp_path / f"digits{FORMATS[form]}", few)
    right = shuzi.load(model).classify(few.images).argmax(axis=1) == few.labels
    assert converted.accuracy_of_network == converted.accuracy == np.mean(right)
    assert (converted.kind, converted.n, converted.parity.n, converted.parity.others) == ("classifier", 200, 200, 0)
    assert converted.parity.difference <= 1e-5


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMATS)
def test_the_maps_of_a_detector_are_compared_with_the_networks(composed_run, few, tmp_path, form):
    model = composed_run("detector") / "model.onnx"
    converted = convert(model, form, tmp_path / f"digits{FORMATS[form]}", few)
    assert (converted.kind, converted.n, converted.parity.n) == ("detector", 200, 20)
    assert converted.parity.difference <= converted.parity.tolerance == 1e-4
    assert converted.accuracy == converted.accuracy_of_network


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMATS)
def test_the_columns_of_a_line_recogniser_are_compared_with_the_networks(composed_run, few, tmp_path, form):
    model = composed_run("line") / "model.onnx"
    converted = convert(model, form, tmp_path / f"digits{FORMATS[form]}", few)
    assert (converted.kind, converted.n, converted.parity.n) == ("line recogniser", 200, 10)
    assert converted.parity.difference <= converted.parity.tolerance
    assert converted.accuracy == converted.accuracy_of_network


def test_a_second_output_that_is_another_is_refused_in_every_format(composed_run, few, tmp_path):
    """The ``is_digit`` output is inverted in the file, while its card and weights stay the same."""
    proto = onnx.load(composed_run("reader") / "model.onnx")
    (sigmoid,) = [node for node in proto.graph.node if node.op_type == "Sigmoid"]
    turned = onnx.helper.make_node("Neg", sigmoid.input, ["turned"], "turned")
    proto.graph.node.insert(list(proto.graph.node).index(sigmoid), turned)
    sigmoid.input[0] = "turned"
    saved(proto, tmp_path / "model.onnx")
    for form, ending in FORMATS.items():
        with pytest.raises(ModelError, match="disagrees with the network"):
            convert(tmp_path / "model.onnx", form, tmp_path / f"digits{ending}", few)
    assert [each.name for each in tmp_path.iterdir()] == ["model.onnx"]


SCRIPTS = {
    "savedmodel": """
import sys, numpy, tensorflow as tf
def answer(path, images):
    loaded = tf.saved_model.load(path)
    return loaded.serve(images)
""",
    "keras": """
import sys, numpy, keras
def answer(path, images):
    return keras.saving.load_model(path)(images)
""",
    "litert": """
import sys, numpy, tensorflow as tf
def answer(path, images):
    interpreter = tf.lite.Interpreter(path)
    said = interpreter.get_signature_runner()(images=images)
    return [said[name] for name in sorted(said)]
""",
    "onnx": """
import sys, numpy, onnxruntime
def answer(path, images):
    return onnxruntime.InferenceSession(path).run(None, {"images": images})
""",
}
OPEN = """
for name, path in zip(sys.argv[1::2], sys.argv[2::2]):
    said = answer(path, numpy.load(f"{name}.npy"))
    said = said if isinstance(said, (list, tuple)) else [said]
    numpy.savez(f"{name}.npz", *[numpy.asarray(each) for each in said])
assert not [name for name in sys.modules if name.startswith("shuzi")]
"""
SHAPES = {
    "softmax": [(1, 10)],
    "reader": [(1, 10), (1, 1), (1, 384)],
    "detector": [(1, 24, 16, 14)],
}


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMATS)
def test_programs_without_shuzi_open_the_exported_files(finished_run, composed_run, few, tmp_path, form):
    given, expected = [], {}
    for name in SHAPES:
        run, target = finished_run() if name == "softmax" else composed_run(name), tmp_path / f"{name}{FORMATS[form]}"
        convert(run / "model.onnx", form, target, few)
        images = np.full((1, 96, 64), 64, np.float32) if name == "detector" else few.images[:1].astype(np.float32)
        images[:, 10:18, 12:14] += 128
        channel = name == "detector" and form != "onnx"
        np.save(tmp_path / f"{name}.npy", images[..., None] if channel else images)
        given += [name, target]
        expected[name] = onnxruntime.InferenceSession(run / "model.onnx").run(None, {"images": images})
    subprocess.run(
        [sys.executable, "-c", SCRIPTS[form] + OPEN, *given], cwd=tmp_path, check=True, capture_output=True
    )
    for name, answers in expected.items():
        assert [each.shape for each in answers] == SHAPES[name]
        with np.load(tmp_path / f"{name}.npz") as found:
            for one, other in zip(found.values(), answers, strict=True):
                np.testing.assert_allclose(one, other, atol=1e-4 if name == "detector" else 1e-5)


def test_the_card_goes_along(finished_run, few, tmp_path):
    card = json.loads((finished_run() / "card.json").read_text("utf-8"))
    for form, ending in FORMATS.items():
        convert(finished_run() / "model.onnx", form, tmp_path / f"digits{ending}", few)
    for ending in (".keras", ".tflite"):
        with zipfile.ZipFile(tmp_path / f"digits{ending}") as archive:
            assert json.loads(archive.read("card.json")) == card
    assert json.loads((tmp_path / "digits" / "assets.extra" / "card.json").read_text("utf-8")) == card
    assert json.loads(shuzi.load(tmp_path / "digits.onnx").card.to_json()) == card


def test_a_detectors_keras_card_has_a_channel(composed_run, few, tmp_path):
    model = composed_run("detector") / "model.onnx"
    card = json.loads((composed_run("detector") / "card.json").read_text("utf-8"))
    convert(model, "keras", tmp_path / "digits.keras", few)
    convert(model, "onnx", tmp_path / "digits.onnx", few)
    with zipfile.ZipFile(tmp_path / "digits.keras") as archive:
        found = json.loads(archive.read("card.json"))
    assert found["input"] == card["input"] | {"shape": ["n", "h", "w", 1], "layout": "NHWC"}
    assert found | {"input": card["input"]} == card
    assert json.loads(Session(tmp_path / "digits.onnx").card.to_json()) == card


def test_the_network_comes_back_bit_for_bit_from_the_onnx_alone(finished_run):
    import keras

    path = finished_run("fast", steps=5)
    network, card = restore(path / "model.onnx")
    trained = keras.saving.load_model(path / "model.keras")
    assert card.name == "fast"
    for one, other in zip(network.get_weights(), trained.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def saved(proto, target, card=lambda card: card):
    """Save a graph with a matching card."""
    (text,) = [each.value for each in proto.metadata_props if each.key == METADATA_KEY]
    full = card(json.loads(text)) | {"weights": hashlib.sha256(proto.graph.SerializeToString()).hexdigest()}
    onnx.helper.set_model_props(proto, {METADATA_KEY: json.dumps(full)})
    onnx.save(proto, target)


def changed(source, target, card=lambda card: card, weights=lambda weights: weights):
    proto = onnx.load(source)
    for each in proto.graph.initializer:
        if each.name == "output/kernel":
            each.CopyFrom(onnx.numpy_helper.from_array(weights(onnx.numpy_helper.to_array(each)), each.name))
    saved(proto, target, card)
    return target


@pytest.mark.parametrize(
    ("card", "told"),
    [
        (
            lambda card: card | {"recipe": card["recipe"] | {"network": "mlp", "hidden": 8}},
            "do not fit the network",
        ),
        (lambda card: card | {"recipe": {"colour": "red"}}, "is not valid here"),
        (lambda card: card | {"format": 9}, "format 9"),
    ],
)
def test_a_card_that_does_not_fit_is_refused(finished_run, few, tmp_path, card, told):
    model = changed(finished_run() / "model.onnx", tmp_path / "model.onnx", card)
    with pytest.raises(ModelError, match=told):
        convert(model, "keras", tmp_path / "digits.keras", few)
    assert list(tmp_path.iterdir()) == [model]


def test_weights_that_are_not_finite_are_not_converted(finished_run, few, tmp_path):
    model = changed(finished_run() / "model.onnx", tmp_path / "model.onnx", weights=lambda w: w * np.float32("nan"))
    for form, ending in FORMATS.items():
        with pytest.raises(ModelError, match="outputs invalid numbers"):
            convert(model, form, tmp_path / f"digits{ending}", few)
    assert list(tmp_path.iterdir()) == [model]


def test_existing_targets_are_not_touched(finished_run, few, tmp_path):
    (tmp_path / "digits.keras").write_text("mine", "utf-8")
    with pytest.raises(ModelError, match="already exists"):
        convert(finished_run() / "model.onnx", "keras", tmp_path / "digits.keras", few)
    assert (tmp_path / "digits.keras").read_text("utf-8") == "mine"


def test_a_file_that_is_not_a_model_is_refused(few, tmp_path):
    (tmp_path / "wrong.onnx").write_text("no model", "utf-8")
    with pytest.raises(ModelError, match=r"wrong\.onnx is not a usable model"):
        convert(tmp_path / "wrong.onnx", "keras", tmp_path / "digits.keras", few)

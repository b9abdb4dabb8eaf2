import numpy as np
import onnx
import pytest

from shuzi.errors import ModelError
from shuzi.models import session
from shuzi.models.card import METADATA_KEY
from shuzi.models.store import shipped
from shuzi.reading.classifier import Classifier, accept_images
from shuzi.reading.thresholds import IMAGES_AT_ONCE, ONE_CORE_IMAGES

FEW, PIECE = ONE_CORE_IMAGES, IMAGES_AT_ONCE


@pytest.fixture(scope="module")
def classifier(finished_run):
    return Classifier(finished_run() / "model.onnx")


@pytest.mark.parametrize(("name", "changes"), [("softmax", {}), ("mlp", {"steps": 100})])
def test_probabilities_are_those_that_keras_gives(finished_run, mnist, name, changes):
    import keras

    path = finished_run(name, **changes)
    model = keras.saving.load_model(path / "model.keras")
    expected = np.asarray(model(mnist.test.images[:2_000].astype(np.float32)).numpy())
    found = Classifier(path / "model.onnx").classify(mnist.test.images[:2_000])
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, atol=1e-5)
    np.testing.assert_array_equal(found.argmax(axis=1), expected.argmax(axis=1))
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-5)


@pytest.mark.parametrize("count", [0, 1, FEW, FEW + 1, PIECE, PIECE + 1, 2 * PIECE, 2 * PIECE + 1])
def test_it_does_not_matter_how_many_images_come_at_once(finished_run, mnist, count, monkeypatch):
    monkeypatch.setattr(session, "most_threads", 2)
    classifier = Classifier(finished_run() / "model.onnx")
    alone = [classifier.classify(image[None]) for image in mnist.test.images[:count]]
    expected = np.concatenate([np.empty((0, 10), np.float32), *alone])
    found = classifier.classify(mnist.test.images[:count])
    assert found.shape == (count, 10)
    np.testing.assert_allclose(found, expected, atol=1e-6)


@pytest.mark.parametrize("count", [0, 1, FEW + 1, PIECE + 1])
def test_what_one_run_gives_is_what_two_give(mnist, count):
    classifier, images = Classifier(shipped()["default"]), mnist.test.images[:count]
    apart = *classifier.classify_or_reject(images), classifier.features(images)
    for found, expected in zip(classifier.classify_with_features(images), apart, strict=True):
        assert found.dtype == np.float32
        np.testing.assert_array_equal(found, expected)


def test_images_that_are_views_are_read_as_they_look(classifier, mnist):
    views = mnist.test.images[100:0:-7].transpose(0, 2, 1)
    np.testing.assert_allclose(classifier.classify(views), classifier.classify(views.copy()), atol=1e-6)


def test_a_detector_classifies_nothing_and_says_so():
    with pytest.raises(
        ModelError, match=r"detector\.onnx is a detector: it finds digits but does not tell which they are"
    ):
        Classifier(shipped()["detector"])


@pytest.mark.heavy
def test_of_two_outputs_the_probabilities_are_given(composed_run, mnist):
    import keras

    model = keras.saving.load_model(composed_run("reader") / "model.keras")
    expected, *_ = model(mnist.test.images[:20].astype(np.float32))
    found = Classifier(composed_run("reader") / "model.onnx").classify(mnist.test.images[:20])
    np.testing.assert_allclose(found, np.asarray(expected), atol=1e-5)


@pytest.mark.parametrize("content", [b"", b"no model", b"\x08\x07" * 40])
def test_a_file_that_is_not_a_model_is_refused_by_its_name(tmp_path, content):
    (tmp_path / "wrong.onnx").write_bytes(content)
    with pytest.raises(ModelError, match=r"wrong\.onnx (is not a usable model|has no shuzi card)"):
        Classifier(tmp_path / "wrong.onnx")


def test_half_a_model_is_refused(finished_run, tmp_path):
    content = (finished_run() / "model.onnx").read_bytes()
    (tmp_path / "half.onnx").write_bytes(content[: len(content) // 2])
    with pytest.raises(ModelError, match=r"half\.onnx"):
        Classifier(tmp_path / "half.onnx")


def _with_card(finished_run, path, change):
    graph = onnx.load(finished_run() / "model.onnx")
    (card,) = [each.value for each in graph.metadata_props if each.key == METADATA_KEY]
    del graph.metadata_props[:]
    onnx.helper.set_model_props(graph, change(card))
    onnx.save(graph, path)
    return path


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda card: {"other.card": card}, "has no shuzi card"),
        (lambda card: {METADATA_KEY: card[:-1]}, "has no shuzi card"),
        (
            lambda card: {METADATA_KEY: card.replace('"format": 2', '"format": 3')},
            "format 3; this version of shuzi reads only format 2",
        ),
        (lambda card: {METADATA_KEY: card.replace('"normalization": 1', '"normalization": 9')}, "version 9"),
    ],
    ids=["another program's", "cut", "newer", "other framing"],
)
def test_a_model_without_a_card_that_is_understood_is_refused(finished_run, tmp_path, change, told):
    path = _with_card(finished_run, tmp_path / "model.onnx", change)
    with pytest.raises(ModelError, match=told):
        Classifier(path)


def test_floats_and_rows_become_images():
    assert accept_images(np.full((2, 784), 0.5)).shape == (2, 28, 28)
    assert accept_images(np.full((28, 28), 0.5)).max() == 128

import hashlib
from dataclasses import replace

import keras
import numpy as np
import onnx
import pytest
from keras import layers

from shuzi.errors import ModelError
from shuzi.models.card import Card
from shuzi.models.tasks import TASKS, features
from shuzi.training.export import onnx_answers
from shuzi.training.network import NETWORKS, build
from shuzi.training.onnx_graph import named_weights, read_weights, write_onnx
from shuzi.training.recipe import RECIPES, recipe

pytestmark = pytest.mark.heavy


def card_of(task, *more):
    interface = TASKS[task]
    return Card("net", task, interface.input, (*interface.outputs, *more))


CARD = card_of("classify")
OF_LINES = ("line", "display")
OF_NETWORK = {each.network: each.name for each in RECIPES.values()}


def shaken(model):
    """Give every weight a distinct value, as training would, so that none can be confused."""
    draws = np.random.default_rng(0)
    for variable in model.variables:
        values = draws.normal(0, 0.1, variable.shape)
        variable.assign(np.abs(values) + 0.5 if variable.name in ("gamma", "moving_variance") else values)
    return model


def branches():
    images = keras.Input((28, 28), name="images")
    x = layers.Rescaling(1 / 255)(layers.Reshape((28, 28, 1))(images))
    ends = []
    for size in (3, 5):
        y = layers.Conv2D(6, size, strides=2, padding="same", activation="relu")(x)
        y = layers.BatchNormalization()(layers.MaxPooling2D(3, 2, padding="same")(y))
        y = layers.Concatenate()([y, layers.ReLU()(layers.Conv2D(3, 1)(y))])
        ends.append(layers.Dense(10)(layers.Flatten()(y)))
    return keras.Model(images, layers.Softmax()(layers.Average()(ends)))


def answers(model, images):
    """Return all outputs of a network; networks for pages of any size need a channel."""
    pixels = images.astype(np.float32)
    outputs = model(pixels[..., None] if len(model.input.shape) == 4 else pixels)
    return [np.asarray(each) for each in (outputs if isinstance(outputs, list) else [outputs])]


@pytest.mark.parametrize("network", [name for known in NETWORKS.values() for name in known])
def test_every_network_answers_alike_and_its_weights_come_back_bit_for_bit(network, mnist, tmp_path):
    chosen = recipe(OF_NETWORK.get(network, "mlp")).changed(network=network)  # one is trained in the page only
    model, again = shaken(build(chosen)), build(chosen.changed(seed=1))
    more = [features(int(each.shape[1])) for each in model.outputs[len(TASKS[chosen.task].outputs) :]]
    write_onnx(model, card_of(chosen.task, *more), tmp_path / "model.onnx")
    images = mnist.test.images[:1_000]
    if network == "detector":
        images = np.pad(images, ((0, 0), (2, 2), (2, 18)))
    if network == "line_detector":
        images = np.pad(images, ((0, 0), (2, 2), (2, 34)))
    if network in OF_LINES:
        images = np.pad(images, ((0, 0), (10, 10), (2, 18)))
    for found, expected in zip(onnx_answers(tmp_path / "model.onnx", images), answers(model, images), strict=True):
        # logarithms of tiny probabilities are large, and float32 has seven digits
        rounding = 1e-6 if network in OF_LINES else 1e-7
        limit = 1e-4 if network in ("detector", "line_detector", *OF_LINES) else 1e-5
        np.testing.assert_allclose(found, expected, rtol=rounding, atol=limit)
        assert np.ptp(expected, axis=0).max() > 0.01
    read_weights(tmp_path / "model.onnx", again)
    for one, other in zip(model.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_branches_that_join_keep_apart(mnist, tmp_path):
    model, again = shaken(branches()), branches()
    write_onnx(model, CARD, tmp_path / "model.onnx")
    images = mnist.test.images[:1_000]
    (found,), (expected,) = onnx_answers(tmp_path / "model.onnx", images), answers(model, images)
    np.testing.assert_allclose(found, expected, atol=1e-5)
    read_weights(tmp_path / "model.onnx", again)
    np.testing.assert_array_equal(answers(again, images)[0], expected)


def test_weights_have_the_names_that_a_new_process_would_give_them():
    build(recipe("fast"))
    assert list(named_weights(build(recipe("fast")))) == [
        "conv2d/kernel",
        *(f"batch_normalization/{name}" for name in ("gamma", "beta", "moving_mean", "moving_variance")),
        "conv2d_1/kernel",
        *(f"batch_normalization_1/{name}" for name in ("gamma", "beta", "moving_mean", "moving_variance")),
        "dense/kernel",
        *(f"batch_normalization_2/{name}" for name in ("gamma", "beta", "moving_mean", "moving_variance")),
        "output/kernel",
        "output/bias",
    ]


def test_the_file_describes_itself_and_holds_each_weight_once(tmp_path):
    model = build(recipe("fast"))
    write_onnx(model, CARD, tmp_path / "model.onnx")
    proto = onnx.load(tmp_path / "model.onnx")
    (images,), (probabilities,) = proto.graph.input, proto.graph.output
    assert (images.name, probabilities.name) == ("images", "probabilities")
    stored = [each.name for each in proto.graph.initializer]
    assert len(set(stored)) == len(stored)
    assert set(named_weights(model)) <= set(stored)
    assert sum(np.prod(each.dims) for each in proto.graph.initializer) < model.count_params() + 20
    ((key, card),) = [(each.key, Card.from_json(each.value, "")) for each in proto.metadata_props]
    assert (key, replace(card, weights="")) == ("shuzi.card", CARD)
    assert card.weights == hashlib.sha256(proto.graph.SerializeToString()).hexdigest()


@pytest.mark.parametrize(
    "layer",
    [
        layers.Conv1D(3, 3),
        layers.ReLU(max_value=6),
        layers.Dense(10, activation="tanh"),
        layers.BatchNormalization(scale=False),
        layers.UpSampling2D(interpolation="bilinear"),
    ],
    ids=lambda layer: type(layer).__name__,
)
def test_a_layer_that_cannot_be_written_is_refused_by_name(layer, tmp_path):
    images = keras.Input((28, 28, 1) if isinstance(layer, layers.UpSampling2D) else (28, 28))
    model = keras.Model(images, layer(images))
    with pytest.raises(ModelError, match=layer.name):
        write_onnx(model, CARD, tmp_path / "model.onnx")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("other", ["mlp", "cnn", "tiny"])
def test_weights_of_another_network_are_refused(other, tmp_path):
    write_onnx(build(recipe("fast")), CARD, tmp_path / "model.onnx")
    with pytest.raises(ModelError, match=r"model\.onnx do not fit the network"):
        read_weights(tmp_path / "model.onnx", build(recipe(other)))


@pytest.mark.parametrize("name", ["mlp", "cnn", "reader"])
def test_the_probabilities_follow_from_the_features(name, mnist, tmp_path):
    chosen = recipe(name).changed(features="last-hidden")
    model = shaken(build(chosen))
    interface = TASKS[chosen.task]
    card = card_of(chosen.task, features(int(model.outputs[-1].shape[1])))
    write_onnx(model, card, tmp_path / "model.onnx")
    images = mnist.test.images[:50]
    outputs = onnx_answers(tmp_path / "model.onnx", images)
    assert len(outputs) == len(interface.outputs) + 1
    last = outputs[-1].astype(np.float64)
    weights = {each: variable.numpy().astype(np.float64) for each, variable in named_weights(model).items()}
    columns = sorted({each.split("/")[0] for each in weights if each.startswith("output")})
    parts = np.split(last, len(columns), axis=1)
    scores = np.mean(
        [
            part @ weights[f"{each}/kernel"] + weights[f"{each}/bias"]
            for each, part in zip(columns, parts, strict=True)
        ],
        axis=0,
    )
    shares = np.exp(scores - scores.max(axis=1, keepdims=True))
    np.testing.assert_allclose(outputs[0], shares / shares.sum(axis=1, keepdims=True), atol=1e-4)

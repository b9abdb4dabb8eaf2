"""A recipe becomes a Keras network, with random weights or those of a trained model.

Each architecture is a function that uses built-in Keras layers only, so Keras alone can open a saved network. Input:
images float32 (n, 28, 28), background 0, ink 255. Output: probabilities (n, 10). Functions note exceptions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import layers

from shuzi.errors import ModelError, RecipeError
from shuzi.ink.paper import CONTRAST, PAPER
from shuzi.models.card import Card
from shuzi.models.onnx_file import read_card
from shuzi.models.session import checked_content
from shuzi.models.tasks import CLASSES, CLASSIFY, CLASSIFY_OR_REJECT, DETECT, DETECT_LINES, RECOGNISE_LINE
from shuzi.training.onnx_graph import mismatch, read_weights
from shuzi.training.recipe import Recipe
from shuzi.training.tasks import FIRST_SCORE, TASKS

MEAN, SPREAD = 0.1307, 0.3081
"""Mean and standard deviation of the training pixels, scaled to [0, 1]."""

Normalization = Callable[..., Any]

WEIGHT_STREAM = 2  # the order of the images and augmentation are drawn from the same seed on other streams

Network = Callable[[Recipe, Any, Normalization, bool], Any]


def softmax(recipe: Recipe, images: Any, normalization: Normalization, learning: bool) -> Any:
    """Build y = softmax(x·w + b), the smallest network that reads digits; w and b start at zero."""
    return layers.Dense(10, activation="softmax", kernel_initializer="zeros", name="output")(_row(images))


def mlp(recipe: Recipe, images: Any, normalization: Normalization, learning: bool) -> Any:
    """Build softmax after one or more hidden layers of ReLU neurons."""
    if recipe.hidden < 1:
        raise RecipeError("error.recipe.range", name="hidden", value=f"{recipe.hidden:,}", min="1", max="65,536")
    x = _row(images)
    for index in range(recipe.depth):
        x = layers.Dense(recipe.hidden, activation="relu", name=f"hidden_{index}" if index else "hidden")(x)
    return layers.Dense(10, activation="softmax", name="output")(x)


def small_convolutions(recipe: Recipe, images: Any, normalization: Normalization, learning: bool) -> Any:
    """Build two small convolutions, the network that the page trains in a browser."""
    x = _picture(images)
    for filters, size in ((8, 5), (16, 3)):
        x = layers.ReLU()(layers.MaxPooling2D()(layers.Conv2D(filters, size)(x)))
    return layers.Dense(10, activation="softmax", name="output", dtype="float32")(layers.Flatten()(x))


def two_convolutions(recipe: Recipe, images: Any, normalization: Normalization, learning: bool) -> Any:
    """Build two convolutions and a hidden layer; pooling before normalisation is faster."""
    x = _picture(images)
    x = _block(x, 16, 5, normalization, pool=True)
    x = _block(x, 32, 3, normalization, pool=True)
    return _head(layers.Flatten()(x), recipe.hidden, normalization)


def three_convolutions(recipe: Recipe, images: Any, normalization: Normalization, learning: bool) -> Any:
    """Build three wider convolutions, the last without pooling, and a hidden layer."""
    return _head(_three_blocks(_picture(images), 32, 5, normalization), recipe.hidden, normalization)


def four_narrow_convolutions(recipe: Recipe, images: Any, normalization: Normalization, learning: bool) -> Any:
    """Build four convolutions with few channels, down to 2x2 pixels, with fewer than 5,000 parameters."""
    x = _picture(images)
    x = _block(x, 8, 5, normalization, pool=True)
    x = _block(x, 14, 3, normalization)
    x = _block(x, 14, 3, normalization, pool=True)
    x = _block(x, 10, 3, normalization)
    return _head(layers.Flatten()(x), recipe.hidden, normalization)


def four_columns(recipe: Recipe, images: Any, normalization: Normalization, learning: bool) -> Any:
    """Build four parallel columns of three convolutions each, with different kernel sizes.

    Each column learns independently, so y is (n, columns, 10) in training; the final output averages their logits
    (after Cireşan et al., 2012).
    """
    columns = [_scores(x, column) for column, x in _columns((3, 5, 5, 7), recipe, images, normalization)]
    if learning:
        return _side_by_side([layers.Softmax(dtype="float32")(column) for column in columns])
    return layers.Softmax(name="together", dtype="float32")(layers.Average(dtype="float32")(columns))


def rejecting(recipe: Recipe, images: Any, normalization: Normalization, learning: bool) -> Any:
    """Build three columns, as in `four_columns`, that tell which digit an image shows and whether it is a digit.

    In training, y is (n, columns, 11), both together; the final outputs are separate, (n, 10) and (n, 1).
    """
    scores, signs = [], []
    for column, x in _columns((3, 5, 7), recipe, images, normalization):
        scores.append(_scores(x, column))
        signs.append(layers.Dense(1, name=f"is_digit_{column}", dtype="float32")(x))
    if learning:
        probabilities = _side_by_side([layers.Softmax(dtype="float32")(column) for column in scores])
        digit_probabilities = _side_by_side(
            [layers.Activation("sigmoid", dtype="float32")(column) for column in signs]
        )
        return layers.Concatenate(axis=2, dtype="float32")([probabilities, digit_probabilities])
    probabilities = layers.Softmax(name="together", dtype="float32")(layers.Average(dtype="float32")(scores))
    return [probabilities, layers.Activation("sigmoid", dtype="float32")(layers.Average(dtype="float32")(signs))]


def detector(recipe: Recipe, images: Any, normalization: Normalization, learning: bool) -> Any:
    """Build a network that predicts for every fourth pixel of a page whether it is the centre of a digit.

    It goes down to every eighth pixel with many channels and back up to every fourth (after Ronneberger et al.,
    2015), so height and width must be multiples of 8. y is (n, h / 4, w / 4, 14): for each digit the logit (in the
    final output the probability) of its centre, then the position of the centre and the size of the digit, as
    `detection` explains.
    """
    x = layers.Rescaling(1 / CONTRAST, offset=-PAPER / CONTRAST, name="scale", dtype="float32")(images)
    x = _block(x, 24, 5, normalization, padding="same", stride=2)
    x = _block(x, 48, 3, normalization, padding="same", stride=2)
    x = fine = layers.Add()([x, _block(x, 48, 3, normalization, padding="same")])
    x = _block(x, 112, 3, normalization, padding="same", stride=2)
    for dilation in (1, 2, 1, 3, 1):
        x = layers.Add()([x, _block(x, 112, 3, normalization, padding="same", dilation=dilation)])
    x = layers.UpSampling2D()(_block(x, 48, 1, normalization))
    x = layers.Add()([x, fine])
    x = layers.Add()([x, _block(x, 48, 3, normalization, padding="same")])
    x = _block(x, 64, 1, normalization)
    first = keras.initializers.Constant(FIRST_SCORE)
    scores = layers.Conv2D(10, 1, bias_initializer=first, name="scores", dtype="float32")(x)
    boxes = layers.Conv2D(4, 1, name="boxes", dtype="float32")(x)
    if not learning:
        scores = layers.Activation("sigmoid", dtype="float32")(scores)
    return layers.Concatenate(name="places", dtype="float32")([scores, boxes])


def line_detector(recipe: Recipe, images: Any, normalization: Normalization, learning: bool) -> Any:
    """Build a network that predicts for every fourth pixel of a picture whether a line of writing goes through it.

    It goes down to every 32nd pixel, to see whole pages, and adds what it sees there to finer maps on the way back up
    to every fourth (after Lin et al., 2017), so height and width must be multiples of 32. y is (n, h / 4, w / 4, 3):
    the logit (in the final output the probability) of a line's core, the height of its digits, and the logit or
    probability of a printed line, as `line_detection` explains.
    """
    x = layers.Rescaling(1 / 128, offset=-1.0, name="scale", dtype="float32")(images)
    x = _block(x, 16, 3, normalization, padding="same", stride=2)
    x = _block(x, 32, 3, normalization, padding="same", stride=2)
    x = layers.Add()([x, _block(x, 32, 3, normalization, padding="same")])
    finer = []
    for channels in (48, 72, 96):
        finer.append(x)
        x = _block(x, channels, 3, normalization, padding="same", stride=2)
        x = layers.Add()([x, _block(x, channels, 3, normalization, padding="same")])
    x = layers.Add()([x, _block(x, 96, 3, normalization, padding="same", dilation=2)])
    for channels, fine in zip((72, 48, 32), reversed(finer), strict=True):
        x = layers.Add()([layers.UpSampling2D()(_block(x, channels, 1, normalization)), fine])
        if channels < 72:
            x = layers.Add()([x, _block(x, channels, 3, normalization, padding="same")])
    first = keras.initializers.Constant(FIRST_SCORE)
    core = layers.Conv2D(1, 1, bias_initializer=first, name="core", dtype="float32")(x)
    height = layers.Conv2D(1, 1, name="height", dtype="float32")(x)
    printed = layers.Conv2D(1, 1, bias_initializer=first, name="printed", dtype="float32")(x)
    if not learning:
        # one activation for each, so that the layers stand in the same order as those that learn
        kinds = ((core, "sigmoid"), (height, "linear"), (printed, "sigmoid"))
        core, height, printed = (layers.Activation(kind, dtype="float32")(value) for value, kind in kinds)
    return layers.Concatenate(name="lines", dtype="float32")([core, height, printed])


def line(
    recipe: Recipe, images: Any, normalization: Normalization, learning: bool, dilations: Sequence[int] = (1, 2, 1)
) -> Any:
    """Build a network that predicts for every fourth column of a strip which character, if any, is centred there.

    Convolutions reduce 48 rows to one (after Shi et al., 2015, without the recurrent layers, which cost more time
    than they are worth here); others widen the view to both sides. y is (n, w / 4, 17): for each digit, each mark,
    any other sign and the blank, the logit (in the final output the log probability).
    """
    x = layers.Rescaling(1 / CONTRAST, offset=-PAPER / CONTRAST, name="scale", dtype="float32")(images)
    x = _block(x, 16, 5, normalization, padding="same", stride=2)
    x = _block(x, 32, 3, normalization, padding="same", stride=2)
    x = layers.Add()([x, _block(x, 32, 3, normalization, padding="same")])
    x = _block(x, 96, 3, normalization, padding="same", stride=(2, 1))
    for _ in range(2):
        x = layers.Add()([x, _block(x, 96, 3, normalization, padding="same")])
    x = _block(x, 192, (6, 1), normalization)
    for dilation in dilations:
        x = layers.Add()([x, _block(x, 192, (1, 5), normalization, padding="same", dilation=(1, dilation))])
    scores = layers.Conv2D(len(CLASSES) + 1, 1, name="output", dtype="float32")(x)
    columns = layers.Reshape((-1, len(CLASSES) + 1), name="columns", dtype="float32")(scores)
    if learning:
        return columns
    return layers.Activation("log_softmax", name="log_probabilities", dtype="float32")(columns)


def display(recipe: Recipe, images: Any, normalization: Normalization, learning: bool) -> Any:
    """Build `line` without its last residual block, as printed shapes need less; it can start from its weights."""
    return line(recipe, images, normalization, learning, dilations=(1, 2))


NETWORKS: Mapping[str, Mapping[str, Network]] = {
    task: {network.__name__: network for network in networks}
    for task, networks in {
        CLASSIFY: (
            *(softmax, mlp, small_convolutions, two_convolutions, three_convolutions),
            *(four_narrow_convolutions, four_columns),
        ),
        CLASSIFY_OR_REJECT: (rejecting,),
        DETECT: (detector,),
        DETECT_LINES: (line_detector,),
        RECOGNISE_LINE: (line, display),
    }.items()
}
"""The architectures for each task."""


def build(
    recipe: Recipe, normalization: Normalization | None = None, precision: str = "float32", learning: bool = False
) -> Any:
    """Build the network of a recipe, which may differ while `learning`; the seed decides the initial weights."""
    networks = NETWORKS[recipe.task]
    if recipe.network not in networks:
        raise RecipeError("error.recipe.choice", name="network", value=recipe.network, choices=", ".join(networks))
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16" if precision == "bfloat16" else "float32")
    try:
        images = keras.Input(TASKS[recipe.task].input_shape, name="images", dtype="float32")
        y = networks[recipe.network](recipe, images, normalization or layers.BatchNormalization, learning)
    finally:
        keras.config.set_dtype_policy(policy)
    if recipe.features != "none" and not learning:
        y = [*(y if isinstance(y, list) else [y]), _last_hidden(keras.Model(images, y))]
    model = keras.Model(images, y, name=recipe.name)
    _draw_first_weights(model, recipe.seed)
    return model


def _draw_first_weights(model: Any, seed: int) -> None:
    """Draw the weights as Glorot and Bengio (2010) do, in NumPy, so that every backend starts from the same ones."""
    draws = np.random.default_rng([seed, WEIGHT_STREAM])
    for layer in model.layers:
        kernel = getattr(layer, "kernel", None)
        if kernel is None or isinstance(layer.kernel_initializer, keras.initializers.Zeros):
            continue
        *window, came, goes = kernel.shape
        reach = np.sqrt(6 / (int(np.prod(window)) * (came + goes)))
        kernel.assign(draws.uniform(-reach, reach, kernel.shape).astype(np.float32))


def _last_hidden(model: Any) -> Any:
    """Return the last hidden layer, all columns concatenated: the features that the outputs are computed from."""
    hidden = [layer.input for layer in model.layers if layer.name.startswith("output")]
    return hidden[0] if len(hidden) == 1 else layers.Concatenate(name="features", dtype="float32")(hidden)


def _row(images: Any) -> Any:
    """Flatten the pixels to one row of values from 0 to 1."""
    return layers.Rescaling(1 / 255, name="scale")(layers.Flatten(name="pixels")(images))


def _picture(images: Any) -> Any:
    """Standardise the pixels to mean 0 and standard deviation 1, and add a channel."""
    x = layers.Reshape((28, 28, 1), name="pixels", dtype="float32")(images)
    return layers.Rescaling(1 / 255 / SPREAD, offset=-MEAN / SPREAD, name="scale", dtype="float32")(x)


def _block(
    x: Any,
    channels: int,
    size: int | tuple[int, int],
    normalization: Normalization,
    pool: bool = False,
    padding: str = "valid",
    stride: int | tuple[int, int] = 1,
    dilation: int | tuple[int, int] = 1,
) -> Any:
    """Add a convolution, pooling, normalisation and activation, in this order."""
    x = layers.Conv2D(channels, size, stride, padding=padding, dilation_rate=dilation, use_bias=False)(x)
    if pool:
        x = layers.MaxPooling2D()(x)
    return layers.ReLU()(normalization(momentum=0.9)(x))


def _three_blocks(x: Any, channels: int, window: int, normalization: Normalization) -> Any:
    """Add three convolutions, twice as wide after the first, and flatten the result."""
    x = _block(x, channels, window, normalization, pool=True)
    x = _block(x, 2 * channels, 3, normalization, pool=True)
    x = _block(x, 2 * channels, 3, normalization, padding="same")
    return layers.Flatten()(x)


def _columns(
    windows: Sequence[int], recipe: Recipe, images: Any, normalization: Normalization
) -> Iterator[tuple[int, Any]]:
    """Build columns of three convolutions and a hidden layer, numbered from 1."""
    picture = _picture(images)
    for column, window in enumerate(windows, start=1):
        yield column, _hidden(_three_blocks(picture, 32, window, normalization), recipe.hidden, normalization)


def _scores(x: Any, column: int) -> Any:
    return layers.Dense(10, name=f"output_{column}", dtype="float32")(x)


def _side_by_side(columns: list[Any]) -> Any:
    """Stack the outputs of columns, (n, values) each, into (n, columns, values)."""
    rows = [layers.Reshape((1, column.shape[-1]), dtype="float32")(column) for column in columns]
    return layers.Concatenate(axis=1, dtype="float32")(rows)


def _head(x: Any, hidden: int, normalization: Normalization) -> Any:
    """Add a hidden layer, if the recipe has one, and the output, which is float32 in any precision."""
    if hidden:
        x = _hidden(x, hidden, normalization)
    return layers.Dense(10, activation="softmax", name="output", dtype="float32")(x)


def _hidden(x: Any, hidden: int, normalization: Normalization) -> Any:
    x = layers.Dense(hidden, use_bias=False)(x)
    return layers.ReLU()(normalization(momentum=0.9)(x))


def check_start(path: Path, recipe: Recipe) -> None:
    """Raise a ModelError if the names or shapes of a model's weights do not fit the recipe's network."""
    card_of_start(path)
    name = mismatch(path, build(recipe))
    if name is not None:
        raise ModelError("error.model.start", path=path, recipe=recipe.name, name=name)


def card_of_start(path: Path) -> Card:
    """Read the card of the model that a training starts from."""
    card = read_card(checked_content(path), path)
    card.check_usable(path)
    return card


def start_from(path: Path, network: Any) -> None:
    """Load a model's weights into a network, undoing the division of the last layer by a temperature."""
    card = card_of_start(path)
    read_weights(path, network)
    write_temperature(network, 1 / card.temperature)


def write_temperature(model: Any, temperature: float) -> None:
    """Divide the logits by the temperature, in the weights of the last layer, or of each column's last layer."""
    for layer in model.layers:
        if layer.name.startswith("output"):
            layer.set_weights([weights / temperature for weights in layer.get_weights()])

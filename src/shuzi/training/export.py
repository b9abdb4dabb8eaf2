"""A trained network becomes model.keras, model.onnx and card.json, or a file in another format.

A file is written only if it gives the same answers as the network on the same images. For other formats, the network
is rebuilt from the .onnx file alone, so shipped models can be converted too.
"""

from __future__ import annotations

import math
import platform
import warnings
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

import keras
import numpy as np
import onnxruntime
from keras import layers
from numpy.typing import NDArray

from shuzi.atomic import replacing
from shuzi.data import formats
from shuzi.data.dataset import Dataset, Splits
from shuzi.errors import ModelError, RecipeError
from shuzi.models.card import (
    MNIST,
    MNIST_LICENCE,
    MODEL,
    OF_MNIST,
    OF_OWN_PICTURES,
    OWN,
    Card,
    Score,
    Source,
    licence_of,
)
from shuzi.models.onnx_file import CARD_FILE, read_card, read_content, replace_card, weights_sha256
from shuzi.models.session import checked_content, remember_checked
from shuzi.models.store import IN_A_RUN, check_target
from shuzi.models.tasks import TASKS as INTERFACES
from shuzi.models.tasks import features
from shuzi.training.events import Done
from shuzi.training.network import build, card_of_start
from shuzi.training.onnx_graph import read_weights, write_onnx
from shuzi.training.recipe import OPTIONS, RECIPES, Recipe
from shuzi.training.run_folder import KERAS_FILE
from shuzi.training.steps import PASS_PIXELS, joined
from shuzi.training.tasks import TASKS

TOLERANCE = 1e-5
"""How far a probability may differ from the network's, for logits of ordinary size."""

TOLERANCE_OF_MAPS = 1e-4
"""How far a value on a detector's maps may differ: a probability, or a position in cells."""

_ROUNDING = 2e-6  # relative difference between two orders of summing a logit in float32; 1.7e-6 was seen at -1657
_AT_ONCE = PASS_PIXELS // 2  # pixels in one forward pass

LITERT_SLACK = 0.0005
"""The fraction of a classifier's answers that may differ in a LiteRT file.

LiteRT may compute in a different order and precision on each device, so differences in probabilities are only
reported, while the answers have to match the network's. 5 answers in 10,000 are below what 10,000 images can resolve
(the standard error of an accuracy of 99.5 % is 0.0007), while a wrongly converted layer costs whole percentage
points.
"""

Answers = Callable[[Path, NDArray[np.uint8]], list[NDArray[np.float32]]]


def export(model: Any, recipe: Recipe, data: Splits, done: Done, folder: Path) -> Card:
    """Export a finished run into its folder, or raise a ModelError if the .onnx file gives other answers."""
    own, start = (folder / "data.npz").is_file(), folder / "start.onnx"
    task, interface = TASKS[recipe.task], INTERFACES[recipe.task]
    more = [features(int(output.shape[1])) for output in model.outputs[len(interface.outputs) :]]
    hashes = _hashes(data.train)
    sources = (
        Source(OWN, hashes, OF_OWN_PICTURES) if own else Source(MNIST, hashes, MNIST_LICENCE),
        *([Source(MNIST, _hashes(data.others), MNIST_LICENCE)] if data.others else []),
        *(
            Source(
                collection.name, {collection.part: getattr(data.train, collection.part).sha256()}, collection.citation
            )
            for collection in recipe.needs
        ),
        *(_sources(start) if start.is_file() else ()),
    )
    card = Card(
        name=recipe.name,
        task=recipe.task,
        input=interface.input,
        outputs=(*interface.outputs, *more),
        classes=interface.classes,
        data=sources,
        recipe=recipe.as_dict(),
        seed=recipe.seed,
        scores={done.part: Score(round(done.accuracy * done.n), done.n).as_dict()}
        | {name: score.as_dict() for name, score in done.more.items()},
        command=command(recipe, own, start.is_file()),
        parameters=sum(int(np.prod(variable.shape)) for variable in model.trainable_variables),
        versions=_versions(),
        temperature=done.temperature,
        thresholds=dict(done.thresholds),
        licence=licence_of(sources, card_of_start(start).licence if start.is_file() else OF_MNIST),
    )
    with replacing(folder / KERAS_FILE) as part, known_warnings():
        model.save(part)
    with replacing(folder / IN_A_RUN) as part:
        card = write_onnx(model, card, part)
        images = done.examples.images
        tolerance = tolerance_of(model, images)
        parity = compare(onnx_answers(part, images), done.answers, tolerance, task.answers)
        if not parity.holds:
            raise ModelError("error.model.parity", difference=parity.difference, others=parity.others, n=parity.n)
        card = replace_card(part, _with_what_was_kept(card, folder / CARD_FILE))
    remember_checked(folder / IN_A_RUN)
    with replacing(folder / CARD_FILE) as part:
        part.write_text(card.to_json(indent=2) + "\n", encoding="utf-8")
    return card


def _with_what_was_kept(card: Card, file: Path) -> Card:
    """Keep scores and calibration that were added later to the same weights when exporting them again."""
    try:
        before = Card.from_json(file.read_text(encoding="utf-8"), file)
    except (OSError, ValueError, ModelError):
        return card
    if before.weights != card.weights:
        return card
    return replace(card, scores={**before.scores, **card.scores}, calibration=before.calibration)


def _hashes(dataset: Dataset) -> dict[str, str]:
    return {"images": formats.sha256(dataset.images), "labels": formats.sha256(dataset.labels)}


def _sources(start: Path) -> list[Source]:
    """List the model that training started from, and that model's own training data."""
    card = card_of_start(start)
    weights = {"weights": weights_sha256(read_content(start), start)}
    return [
        Source(f"{MODEL} {card.name}", weights, card.licence),
        *(source for source in card.data if source.name != MNIST),
    ]


def command(recipe: Recipe, own: bool, started: bool = False) -> str:
    """Return the command that trains a recipe again, or "" if no command can express it."""
    named = RECIPES.get(recipe.name)
    changes = {
        name: getattr(recipe, name) for name in OPTIONS if named and getattr(recipe, name) != getattr(named, name)
    }
    if named is None or named.changed(seed=recipe.seed, **changes) != recipe:
        return ""
    options = [f"--{name.replace('_', '-')} {value}" for name, value in (changes | {"seed": recipe.seed}).items()]
    backend = keras.backend.backend()
    surroundings = [] if backend == "tensorflow" else [f"KERAS_BACKEND={backend}"]
    files = [*(["--data data.npz"] if own else []), *(["--from start.onnx"] if started else [])]
    files += [f"{collection.option} {collection.example}" for collection in recipe.needs]
    return " ".join([*surroundings, "shuzi train", recipe.name, *options, *files])


@contextmanager
def known_warnings() -> Iterator[None]:
    """Ignore NumPy's warnings about Keras 3.15 while it saves."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="In the future `np.object`", category=FutureWarning)
        warnings.filterwarnings("ignore", message="__array__ implementation doesn't", category=DeprecationWarning)
        yield


def _versions() -> dict[str, str]:
    # TensorFlow is published under more than one name
    backend = keras.backend.backend()
    libraries = {name: version(name) for name in ("shuzi", "keras", "numpy", "onnx")}
    return {"python": platform.python_version()} | libraries | {backend: import_module(backend).__version__}


@dataclass(frozen=True)
class Parity:
    """How far the outputs are from the expected ones."""

    n: int  # images compared
    others: int  # how many of them got a different answer; if the network is undecided between two, either is correct
    difference: float  # the largest one between two probabilities, or two values on maps or of features
    tolerance: float  # the largest difference allowed

    @property
    def holds(self) -> bool:
        """Whether the two agree; a difference of NaN means that they do not."""
        return self.others == 0 and self.difference <= self.tolerance


def compare(
    outputs: Sequence[NDArray[np.float32]],
    expected: Sequence[NDArray[np.float32]],
    tolerance: float = TOLERANCE,
    answers: int = 1,
) -> Parity:
    """Compare all outputs of a network with the expected ones; the first `answers` of them hold an answer."""
    tolerance = max([tolerance, *(_ROUNDING * float(np.max(np.abs(output), initial=0)) for output in expected)])
    others = np.zeros(len(expected[0]), bool)
    differences = []
    for index, (output, wanted) in enumerate(zip(outputs, expected, strict=True)):
        differences.append(np.max(np.abs(output - wanted)))
        if index < answers:
            others |= _another_answer(output, wanted, tolerance)
    return Parity(len(others), int(others.sum()), float(np.max(differences)), tolerance)


def tolerance_of(model: Any, images: NDArray[np.uint8]) -> float:
    """Return the tolerance for rounding in a network's outputs: unstable training makes huge logits."""
    dimensions = len(model.input.shape)
    tolerance = TOLERANCE_OF_MAPS if dimensions == 4 else TOLERANCE
    return max(tolerance, _ROUNDING * _largest_score(model, pieces(images, dimensions)[0]))


def network_answers(model: Any, images: NDArray[np.uint8]) -> list[NDArray[np.float32]]:
    """Return all outputs of a Keras network for images uint8 (n, 28, 28): float32 (n, 10) and any others."""
    return joined([model(piece) for piece in pieces(images, len(model.input.shape))])


def onnx_answers(path: Path, images: NDArray[np.uint8]) -> list[NDArray[np.float32]]:
    """Return all outputs of an .onnx file for the images."""
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    return joined([session.run(None, {"images": piece}) for piece in pieces(images)])


def pieces(images: NDArray[np.uint8], dimensions: int = 3) -> list[NDArray[np.float32]]:
    """Split images (n, h, w) into float32 pieces for one forward pass each; four dimensions have a channel."""
    size = max(1, _AT_ONCE // (images.shape[1] * images.shape[2]))
    images = images[..., None] if dimensions == 4 else images
    return [images[start : start + size].astype(np.float32) for start in range(0, len(images), size)]


def _another_answer(
    outputs: NDArray[np.float32], expected: NDArray[np.float32], tolerance: float
) -> NDArray[np.bool_]:
    """Return where the most probable class differs by more than rounding; a single column means yes or no."""
    if expected.shape[1] == 1:
        outputs, expected = (np.concatenate([yes, 1 - yes], axis=1) for yes in (outputs, expected))
    chosen = expected[np.arange(len(expected)), outputs.argmax(axis=1)]
    return np.asarray(expected.max(axis=1) - chosen > 2 * tolerance)


def _largest_score(model: Any, images: NDArray[np.float32]) -> float:
    """Return the largest logit, or the largest output that has no activation function."""
    largest = max(float(np.max(np.abs(output))) for output in joined([model(images)]))
    for layer in model.layers:
        kind = "softmax" if isinstance(layer, layers.Softmax) else _activation(layer)
        if kind not in ("softmax", "sigmoid"):
            continue
        weights = layer.get_weights() if isinstance(layer, layers.Dense) else []
        scores = np.asarray(keras.Model(model.input, layer.input)(images))
        for index, values in enumerate(weights):
            scores = scores @ values if index == 0 else scores + values
        largest = max(largest, float(np.max(np.abs(scores))))
    return largest


def _activation(layer: Any) -> str:
    return str(layer.activation.__name__) if isinstance(layer, layers.Dense | layers.Activation) else ""


@dataclass(frozen=True)
class Conversion:
    """An exported model, and how it compares with the network."""

    path: Path
    form: str
    size: int  # in bytes
    kind: str  # CLASSIFIER, DETECTOR, LINE_DETECTOR or RECOGNISER
    n: int  # the number of digits it was compared on
    accuracy: float  # the fraction that it classifies correctly, or finds
    accuracy_of_network: float
    parity: Parity


def convert(model: Path, form: str, target: Path, dataset: Dataset) -> Conversion:
    """Write an .onnx file as "onnx", "savedmodel", "keras" or "litert", which must give the same answers."""
    check_target(form, target)
    network, card = restore(model)
    task = TASKS[card.task]
    comparison = task.comparison_examples(dataset)
    expected = network_answers(network, comparison.images)
    tolerance = tolerance_of(network, comparison.images)
    rebuilt = compare(onnx_answers(model, comparison.images), expected, tolerance, task.answers)
    if not rebuilt.holds:
        raise ModelError("error.model.conversion", form="keras", **_shown(rebuilt))
    write, answers = _FORMS[form]
    with replacing(target) as part:
        with known_warnings():
            write(network, card, part)
        actual = answers(part, comparison.images)
        parity = compare(actual, expected, tolerance, task.answers)
        if not (_near(parity) if form == "litert" and task.answers else parity.holds):
            raise ModelError("error.model.conversion", form=form, **_shown(parity))
        size = sum(file.stat().st_size for file in [part, *part.rglob("*")] if file.is_file())
    accuracy, accuracy_of_network = (task.accuracy(comparison.labels, outputs[0]) for outputs in (actual, expected))
    return Conversion(target, form, size, card.kind, len(dataset), accuracy, accuracy_of_network, parity)


def restore(path: Path) -> tuple[Any, Card]:
    """Rebuild the network in an .onnx file with its weights, and read its card."""
    card = read_card(checked_content(path), path)
    card.check_usable(path)
    try:
        recipe = Recipe.of(card.recipe, path)
    except RecipeError as problem:
        raise ModelError("error.model.recipe", path=path, reason=problem) from problem
    network = build(recipe)
    read_weights(path, network)
    return network, card


def _near(parity: Parity) -> bool:
    return math.isfinite(parity.difference) and parity.others <= LITERT_SLACK * parity.n


def _shown(parity: Parity) -> dict[str, Any]:
    return {"others": parity.others, "n": parity.n, "difference": parity.difference}


def _write_keras(network: Any, card: Card, path: Path) -> None:
    network.save(path)
    _add_card(path, card)


def _keras_answers(path: Path, images: NDArray[np.uint8]) -> list[NDArray[np.float32]]:
    with known_warnings():
        return network_answers(keras.saving.load_model(path), images)


def _write_saved_model(network: Any, card: Card, path: Path) -> None:
    network.export(path, format="tf_saved_model", verbose=False)
    extra = path / "assets.extra"  # where TensorFlow keeps third-party data
    extra.mkdir()
    (extra / CARD_FILE).write_text(_in_keras(card) + "\n", encoding="utf-8")


def _saved_model_answers(path: Path, images: NDArray[np.uint8]) -> list[NDArray[np.float32]]:
    import tensorflow as tf

    loaded = tf.saved_model.load(str(path))
    (taken,) = loaded.signatures["serving_default"].structured_input_signature[1].values()
    return joined([loaded.serve(piece) for piece in pieces(images, len(taken.shape))])


def _write_litert(network: Any, card: Card, path: Path) -> None:
    network.export(path, format="litert", verbose=False)
    _add_card(path, card)


def _litert_answers(path: Path, images: NDArray[np.uint8]) -> list[NDArray[np.float32]]:
    import tensorflow as tf

    with warnings.catch_warnings():
        # it recommends a separate package, which would be a second TensorFlow Lite
        warnings.filterwarnings(
            "ignore", message=r"\s*Warning: tf.lite.Interpreter is deprecated", category=UserWarning
        )
        interpreter = tf.lite.Interpreter(str(path))
    run = interpreter.get_signature_runner()
    ((name, taken),) = run.get_input_details().items()
    outputs = [run(**{name: piece}) for piece in pieces(images, len(taken["shape"]))]
    # the outputs are named output_0, output_1, ... and come in any order
    return joined([[outputs_by_name[output] for output in sorted(outputs_by_name)] for outputs_by_name in outputs])


def _in_keras(card: Card) -> str:
    """Write the card of a file that takes the Keras network's input: pages and strips have a channel."""
    tensor = card.input
    if len(TASKS[card.task].input_shape) > len(tensor.shape) - 1:
        tensor = replace(tensor, shape=(*tensor.shape, 1), layout=f"{tensor.layout}C")
    return replace(card, input=tensor).to_json(indent=2)


def _add_card(path: Path, card: Card) -> None:
    """Add the card to a .keras file, which is a zip, or append it to a .tflite file as LiteRT does with metadata."""
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(CARD_FILE, _in_keras(card) + "\n")


_FORMS: Mapping[str, tuple[Callable[[Any, Card, Path], object], Answers]] = {
    "onnx": (write_onnx, onnx_answers),
    "keras": (_write_keras, _keras_answers),
    "savedmodel": (_write_saved_model, _saved_model_answers),
    "litert": (_write_litert, _litert_answers),
}

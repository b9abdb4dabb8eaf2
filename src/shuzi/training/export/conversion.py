"""A model is exported to another format, if the result gives the same answers as the network.

The network is rebuilt from the .onnx file alone, so shipped models can be converted too.
"""

from __future__ import annotations

import math
import warnings
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from shuzi.atomic import replacing
from shuzi.data.dataset import Dataset
from shuzi.errors import ModelError, RecipeError
from shuzi.models.card import Card
from shuzi.models.onnx_file import CARD_FILE, read_card
from shuzi.models.session import checked_content
from shuzi.models.store import check_target
from shuzi.training.export.onnx_graph import read_weights, write_onnx
from shuzi.training.export.package import (
    Parity,
    compare,
    joined,
    known_warnings,
    network_answers,
    onnx_answers,
    pieces,
    tolerance_of,
    with_channel,
)
from shuzi.training.network.architectures import build
from shuzi.training.recipe import Recipe
from shuzi.training.tasks.all_tasks import TASKS

LITERT_SLACK = 0.0005
"""The fraction of a classifier's answers that may differ in a LiteRT file.

LiteRT may compute in a different order and precision on each device, so differences in probabilities are only
reported, while the answers have to match the network's. 5 answers in 10,000 are below what 10,000 images can resolve
(the standard error of an accuracy of 99.5 % is 0.0007), while a wrongly converted layer costs whole percentage
points.
"""

Answers = Callable[[Path, NDArray[np.uint8]], list[NDArray[np.float32]]]


@dataclass(frozen=True)
class Conversion:
    """An exported model, and how it compares with the network.

    Parameters
    ----------
    path, form
        The file and its format.
    size
        Its size in bytes.
    kind
        CLASSIFIER, DETECTOR, LINE_DETECTOR or RECOGNISER.
    n
        The number of digits it was compared on.
    accuracy, accuracy_of_network
        The fraction that the exported model and the network classify correctly, or find.
    parity
        How far all of their outputs differ.
    """

    path: Path
    form: str
    size: int
    kind: str
    n: int
    accuracy: float
    accuracy_of_network: float
    parity: Parity


def convert(model: Path, form: str, target: Path, dataset: Dataset) -> Conversion:
    """Write a model in another format.

    Parameters
    ----------
    model
        An .onnx file that shuzi wrote.
    form
        "onnx", "savedmodel", "keras" or "litert".
    target
        The file or folder to write; it must not exist.
    dataset
        The images on which both must give the same answers; for other kinds of models they are laid out.

    Raises
    ------
    ModelError
        The target exists or has the wrong extension, shuzi did not write the .onnx file, or the exported model's
        answers differ from the network's. Nothing is left at the target.
    """
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
        size = sum(each.stat().st_size for each in [part, *part.rglob("*")] if each.is_file())
    accuracy, accuracy_of_network = (task.accuracy(comparison.labels, outputs[0]) for outputs in (actual, expected))
    return Conversion(target, form, size, card.kind, len(dataset), accuracy, accuracy_of_network, parity)


def restore(path: Path) -> tuple[Any, Card]:
    """Rebuild the network in an .onnx file with its weights, and read its card.

    Raises
    ------
    ModelError
        The file is damaged, has no valid card, or holds a different network from the one in its card.
    """
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
    return joined([loaded.serve(piece) for piece in _fitting(pieces(images), len(taken.shape))])


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
    outputs = [run(**{name: piece}) for piece in _fitting(pieces(images), len(taken["shape"]))]
    # the outputs are named output_0, output_1, ... and come in any order
    return joined([[each[output] for output in sorted(each)] for each in outputs])


def _fitting(images: list[NDArray[np.float32]], dimensions: int) -> list[NDArray[np.float32]]:
    """Add a channel to images if the input has four dimensions."""
    return [with_channel(piece) if dimensions == 4 else piece for piece in images]


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

"""A model is written in another format, once what was written is shown to answer as the network does.

The network is rebuilt from the .onnx alone, so that a shipped model can be converted like one's own.
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
from shuzi.models.formats import check_target
from shuzi.models.onnx_file import CARD_FILE, read_card
from shuzi.models.trial import sound_content
from shuzi.training.export.onnx_graph import read_weights, write_onnx
from shuzi.training.export.package import known_warnings
from shuzi.training.export.parity import (
    Parity,
    compare,
    joined,
    network_answers,
    onnx_answers,
    pieces,
    tolerance_of,
    with_channel,
)
from shuzi.training.network.architectures import build
from shuzi.training.recipe import Recipe
from shuzi.training.tasks.known import TASKS

LITERT_SLACK = 0.0005
"""The share of a classifier's answers that may be others in a LiteRT file.

LiteRT may calculate in another order and precision on each device, so its probabilities are measured and told, and
only its answers are held to the network's. 5 answers in 10,000 are fewer than 10,000 images can tell apart (the
standard error of an accuracy of 99.5 % is 0.0007), while a layer that was converted wrongly costs whole percents.
"""

Answers = Callable[[Path, NDArray[np.uint8]], list[NDArray[np.float32]]]


@dataclass(frozen=True)
class Conversion:
    """What was written, and how it compares with the network.

    Parameters
    ----------
    path, form
        Where it is, and in which format.
    size
        Its bytes.
    kind
        CLASSIFIER, DETECTOR or RECOGNISER.
    n
        How many digits it was judged on.
    accuracy, accuracy_of_network
        The share of them that are told rightly, or found, by what was written and by the network.
    parity
        How far all that they say lies apart.
    """

    path: Path
    form: str
    size: int
    kind: str
    n: int
    accuracy: float
    accuracy_of_network: float
    parity: Parity


def convert(model: Path, form: str, target: Path, judges: Dataset) -> Conversion:
    """Write a model in another format.

    Parameters
    ----------
    model
        An .onnx file that shuzi wrote.
    form
        "onnx", "savedmodel", "keras" or "litert".
    target
        Where to; nothing may be there.
    judges
        The images on which both must answer alike; for a detector they are laid out on pages.

    Raises
    ------
    ModelError
        The target is taken or ends wrongly, the .onnx is not one of shuzi's, or what was written does not answer as
        the network does. Then nothing is left at the target.
    """
    check_target(form, target)
    network, card = restore(model)
    task = TASKS[card.task]
    shown = task.shown(judges)
    expected = network_answers(network, shown.images)
    tolerance = tolerance_of(network, shown.images)
    rebuilt = compare(onnx_answers(model, shown.images), expected, tolerance, task.answers)
    if not rebuilt.holds:
        raise ModelError("error.model.conversion", form="keras", **_shown(rebuilt))
    write, answers = _FORMS[form]
    with replacing(target) as part:
        with known_warnings():
            write(network, part, card)
        found = answers(part, shown.images)
        parity = compare(found, expected, tolerance, task.answers)
        if not (_near(parity) if form == "litert" and task.answers else parity.holds):
            raise ModelError("error.model.conversion", form=form, **_shown(parity))
        size = sum(each.stat().st_size for each in [part, *part.rglob("*")] if each.is_file())
    accuracy, accuracy_of_network = (task.accuracy(shown.labels, said[0]) for said in (found, expected))
    return Conversion(target, form, size, card.kind, len(judges), accuracy, accuracy_of_network, parity)


def restore(path: Path) -> tuple[Any, Card]:
    """Build the network of an .onnx file anew, with its weights, and read its card.

    Raises
    ------
    ModelError
        The file is damaged, has no card that is understood, or holds another network than its card says.
    """
    card = read_card(sound_content(path), path)
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


def _write_keras(network: Any, path: Path, card: Card) -> None:
    network.save(path)
    _add_card(path, card)


def _keras_answers(path: Path, images: NDArray[np.uint8]) -> list[NDArray[np.float32]]:
    with known_warnings():
        return network_answers(keras.saving.load_model(path), images)


def _write_saved_model(network: Any, path: Path, card: Card) -> None:
    network.export(path, format="tf_saved_model", verbose=False)
    extra = path / "assets.extra"  # where TensorFlow keeps what belongs to others
    extra.mkdir()
    (extra / CARD_FILE).write_text(_in_keras(card) + "\n", encoding="utf-8")


def _saved_model_answers(path: Path, images: NDArray[np.uint8]) -> list[NDArray[np.float32]]:
    import tensorflow as tf

    loaded = tf.saved_model.load(str(path))
    (taken,) = loaded.signatures["serving_default"].structured_input_signature[1].values()
    return joined([loaded.serve(piece) for piece in _fitting(pieces(images), len(taken.shape))])


def _write_litert(network: Any, path: Path, card: Card) -> None:
    network.export(path, format="litert", verbose=False)
    _add_card(path, card)


def _litert_answers(path: Path, images: NDArray[np.uint8]) -> list[NDArray[np.float32]]:
    import tensorflow as tf

    with warnings.catch_warnings():
        # it points to a package of its own, which would be a second TensorFlow Lite beside this one
        warnings.filterwarnings(
            "ignore", message=r"\s*Warning: tf.lite.Interpreter is deprecated", category=UserWarning
        )
        interpreter = tf.lite.Interpreter(str(path))
    run = interpreter.get_signature_runner()
    ((name, taken),) = run.get_input_details().items()
    said = [run(**{name: piece}) for piece in _fitting(pieces(images), len(taken["shape"]))]
    # the outputs are called output_0, output_1, and come in any order
    return joined([[each[output] for output in sorted(each)] for each in said])


def _fitting(images: list[NDArray[np.float32]], dimensions: int) -> list[NDArray[np.float32]]:
    """Give images a channel where what is taken in has four dimensions."""
    return [with_channel(piece) if dimensions == 4 else piece for piece in images]


def _in_keras(card: Card) -> str:
    """Write the card of a file that takes in what the network of Keras does: pages and strips have a channel."""
    given = card.input
    if len(TASKS[card.task].input_shape) > len(given.shape) - 1:
        given = replace(given, shape=(*given.shape, 1), layout=f"{given.layout}C")
    return replace(card, input=given).to_json(indent=2)


def _add_card(path: Path, card: Card) -> None:
    """Put the card into a .keras file, which is a zip, or behind a .tflite file, as LiteRT keeps such files too."""
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(CARD_FILE, _in_keras(card) + "\n")


def _write_onnx(network: Any, path: Path, card: Card) -> None:
    write_onnx(network, card, path)


_FORMS: Mapping[str, tuple[Callable[[Any, Path, Card], None], Answers]] = {
    "onnx": (_write_onnx, onnx_answers),
    "keras": (_write_keras, _keras_answers),
    "savedmodel": (_write_saved_model, _saved_model_answers),
    "litert": (_write_litert, _litert_answers),
}

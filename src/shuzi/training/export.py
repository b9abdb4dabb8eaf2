"""A trained network becomes model.keras, model.onnx and card.json, once the .onnx is shown to answer alike."""

from __future__ import annotations

import platform
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

import keras
import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray

from shuzi.atomic import replacing
from shuzi.data import idx
from shuzi.data.dataset import Splits
from shuzi.errors import ModelError
from shuzi.models.card import METADATA_KEY, OF_MNIST, OF_OWN_PICTURES, Card
from shuzi.models.score import Score
from shuzi.models.store import IN_A_RUN
from shuzi.training.events import Done
from shuzi.training.recipes import Recipe

TOLERANCE = 1e-5
"""The most by which a probability of the .onnx may differ from the network's own, for scores of ordinary size."""

_ROUNDING = 1e-6  # the share of a score by which two ways of adding it up in float32 may differ

_OPSET = 17


def export(model: Any, recipe: Recipe, data: Splits, done: Done, folder: Path) -> Card:
    """Write what a finished training hands on into its run folder.

    Raises
    ------
    ModelError
        The .onnx does not answer as the network does.
    """
    card = Card(
        name=recipe.name,
        recipe=asdict(recipe),
        parameters=sum(int(np.prod(variable.shape)) for variable in model.trainable_variables),
        data={"images": idx.sha256(data.train.images), "labels": idx.sha256(data.train.labels)},
        licence=OF_OWN_PICTURES if (folder / "data.npz").is_file() else OF_MNIST,
        scores={done.part: Score(round(done.accuracy * done.n), done.n).as_dict()},
        versions={"python": platform.python_version()}
        | {name: version(name) for name in ("shuzi", "keras", "numpy", "onnx", "tf2onnx")}
        | {"tensorflow": _tensorflow_version()},
        temperature=done.temperature,
        thresholds=dict(done.thresholds),
    )
    with replacing(folder / "model.keras") as part, _known_warnings():
        model.save(part)
    with replacing(folder / IN_A_RUN) as part:
        _write_onnx(model, card, part)
        images = done.judges.images
        _check(part, images, done.answers[0], max(TOLERANCE, _ROUNDING * _score_size(model, images)))
    with replacing(folder / "card.json") as part:
        part.write_text(card.to_json(indent=2) + "\n", encoding="utf-8")
    return card


def _write_onnx(model: Any, card: Card, path: Path) -> None:
    with _known_warnings():
        model.export(path, format="onnx", opset_version=_OPSET, verbose=False)
    graph = onnx.load(path)
    _rename(graph.graph, graph.graph.input[0], "images")
    _rename(graph.graph, graph.graph.output[0], "probabilities")
    graph.doc_string = f"{card.name}: {card.input} -> {card.output}"
    onnx.helper.set_model_props(graph, {METADATA_KEY: card.to_json()})
    onnx.checker.check_model(graph)
    onnx.save(graph, path)


@contextmanager
def _known_warnings() -> Iterator[None]:
    """Let pass what numpy says of Keras 3.15 while it saves and exports."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="In the future `np.object`", category=FutureWarning)
        warnings.filterwarnings("ignore", message="__array__ implementation doesn't", category=DeprecationWarning)
        yield


def _rename(graph: Any, value: Any, name: str) -> None:
    old = value.name
    for node in graph.node:
        node.input[:] = [name if each == old else each for each in node.input]
        node.output[:] = [name if each == old else each for each in node.output]
    value.name = name
    value.type.tensor_type.shape.dim[0].dim_param = "n"


def _score_size(model: Any, images: NDArray[np.uint8]) -> float:
    """Return the largest score before softmax, on some of the images: a training that jumps about makes huge ones."""
    output = model.get_layer("output")
    scores = np.asarray(keras.Model(model.input, output.input)(images[:500].astype(np.float32)))
    if output.weights:  # softmax is part of the layer, and not a layer of its own
        weights, offsets = output.get_weights()
        scores = scores @ weights + offsets
    return float(np.max(np.abs(scores)))


def _check(path: Path, images: NDArray[np.uint8], expected: NDArray[np.float32], tolerance: float) -> None:
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    answers = [
        session.run(["probabilities"], {"images": images[start : start + 512].astype(np.float32)})[0]
        for start in range(0, len(images), 512)
    ]
    found = np.concatenate(answers)
    difference = float(np.max(np.abs(found - expected)))
    # an answer is another one when the network itself saw a difference between the two that is more than rounding
    rows = np.arange(len(expected))
    lost = expected.max(axis=1) - expected[rows, found.argmax(axis=1)]
    others = int(np.sum(lost > 2 * tolerance))
    if not difference <= tolerance or others:  # a difference that is no number is refused too
        raise ModelError("error.model.parity", difference=difference, others=others, n=len(images))


def _tensorflow_version() -> str:
    import tensorflow as tf

    return str(tf.__version__)

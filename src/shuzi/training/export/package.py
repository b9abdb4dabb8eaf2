"""A trained network becomes model.keras, model.onnx and card.json, if the .onnx gives the same answers."""

from __future__ import annotations

import platform
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

import keras
import numpy as np

from shuzi.atomic import replacing
from shuzi.data import idx, registers
from shuzi.data.dataset import Dataset, Splits
from shuzi.data.strokes import CITATION
from shuzi.errors import ModelError
from shuzi.models.card import (
    MNIST,
    MNIST_LICENCE,
    MODEL,
    OF_MNIST,
    OF_OWN_PICTURES,
    OWN,
    REGISTERS,
    STROKES,
    Card,
    Source,
    licence_of,
)
from shuzi.models.onnx_file import CARD_FILE, read_content, replace_card, weights_sha256
from shuzi.models.score import Score
from shuzi.models.store import IN_A_RUN
from shuzi.models.tasks import TASKS as INTERFACES
from shuzi.models.tasks import features
from shuzi.models.trial import remember_checked
from shuzi.training.events import Done
from shuzi.training.export.onnx_graph import write_onnx
from shuzi.training.export.parity import compare, onnx_answers, tolerance_of
from shuzi.training.recipe import OPTIONS, Recipe
from shuzi.training.recipes import RECIPES
from shuzi.training.run_folder import KERAS_FILE
from shuzi.training.start import card_of_start
from shuzi.training.tasks.all_tasks import TASKS


def export(model: Any, recipe: Recipe, data: Splits, done: Done, folder: Path) -> Card:
    """Export a finished training run into its folder.

    Raises
    ------
    ModelError
        The .onnx file's answers differ from the network's.
    """
    own, start = (folder / "data.npz").is_file(), folder / "start.onnx"
    task, interface = TASKS[recipe.task], INTERFACES[recipe.task]
    more = [features(int(each.shape[1])) for each in model.outputs[len(interface.outputs) :]]
    strokes = data.train.strokes if recipe.needs_strokes else None
    cells = data.train.cells if recipe.needs_registers else None
    hashes = _hashes(data.train)
    sources = (
        Source(OWN, hashes, OF_OWN_PICTURES) if own else Source(MNIST, hashes, MNIST_LICENCE),
        *([Source(MNIST, _hashes(data.others), MNIST_LICENCE)] if data.others else []),
        *([Source(STROKES, {"strokes": strokes.sha256()}, CITATION)] if strokes else []),
        *([Source(REGISTERS, {"cells": cells.sha256()}, registers.CITATION)] if cells else []),
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
    return {"images": idx.sha256(dataset.images), "labels": idx.sha256(dataset.labels)}


def _sources(start: Path) -> list[Source]:
    """List the model that training started from, and that model's own training data."""
    card = card_of_start(start)
    weights = {"weights": weights_sha256(read_content(start), start)}
    return [
        Source(f"{MODEL} {card.name}", weights, card.licence),
        *(each for each in card.data if each.name != MNIST),
    ]


def command(recipe: Recipe, own: bool, started: bool = False) -> str:
    """Return the command that trains a recipe again, or "" if no command can express it.

    Parameters
    ----------
    recipe
        The recipe that was trained.
    own
        Whether it was trained on the user's own pictures, stored beside it as data.npz.
    started
        Whether it started from a model, stored beside it as start.onnx.

    Examples
    --------
    >>> command(RECIPES["mlp"].changed(steps=100, seed=3), own=False)
    'shuzi train mlp --steps 100 --seed 3'
    """
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
    files += ["--strokes unipen.npz"] if recipe.needs_strokes else []
    files += ["--registers registers"] if recipe.needs_registers else []
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

"""A trained network becomes model.keras, model.onnx and card.json, once the .onnx is shown to answer alike."""

from __future__ import annotations

import platform
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

import keras
import numpy as np

from shuzi.atomic import replacing
from shuzi.data import idx
from shuzi.data.dataset import Splits
from shuzi.errors import ModelError
from shuzi.models.card import MNIST, MNIST_LICENCE, OF_MNIST, OF_OWN_PICTURES, OWN, Card, Source
from shuzi.models.onnx_file import CARD_FILE
from shuzi.models.score import Score
from shuzi.models.store import IN_A_RUN
from shuzi.models.tasks import TASKS as INTERFACES
from shuzi.models.tasks import features
from shuzi.models.trial import remember_sound
from shuzi.training.events import Done
from shuzi.training.export.onnx_graph import write_onnx
from shuzi.training.export.parity import compare, onnx_answers, tolerance_of
from shuzi.training.recipes import RECIPES, Recipe
from shuzi.training.run_folder import KERAS_FILE
from shuzi.training.tasks.known import TASKS

OPTIONS = (
    "steps",
    "batch_size",
    "learning_rate",
    "hidden",
    "epsilon",
    "report_every",
    "validate_every",
    "save_every",
)
"""The values of a recipe that are options of `shuzi train`, beside the seed."""


def export(model: Any, recipe: Recipe, data: Splits, done: Done, folder: Path) -> Card:
    """Write what a finished training hands on into its run folder.

    Raises
    ------
    ModelError
        The .onnx does not answer as the network does.
    """
    own = (folder / "data.npz").is_file()
    task, interface = TASKS[recipe.task], INTERFACES[recipe.task]
    more = [features(int(each.shape[1])) for each in model.outputs[len(interface.outputs) :]]
    hashes = {"images": idx.sha256(data.train.images), "labels": idx.sha256(data.train.labels)}
    card = Card(
        name=recipe.name,
        task=recipe.task,
        input=interface.input,
        outputs=(*interface.outputs, *more),
        data=(Source(OWN, hashes, OF_OWN_PICTURES) if own else Source(MNIST, hashes, MNIST_LICENCE),),
        recipe=recipe.as_dict(),
        seed=recipe.seed,
        scores={done.part: Score(round(done.accuracy * done.n), done.n).as_dict()},
        command=command(recipe, own),
        parameters=sum(int(np.prod(variable.shape)) for variable in model.trainable_variables),
        versions=_versions(),
        temperature=done.temperature,
        thresholds=dict(done.thresholds),
        licence=OF_OWN_PICTURES if own else OF_MNIST,
    )
    with replacing(folder / KERAS_FILE) as part, known_warnings():
        model.save(part)
    with replacing(folder / IN_A_RUN) as part:
        card = write_onnx(model, card, part)
        images = done.judges.images
        tolerance = tolerance_of(model, images)
        parity = compare(onnx_answers(part, images), done.answers, tolerance, task.answers)
        if not parity.holds:
            raise ModelError("error.model.parity", difference=parity.difference, others=parity.others, n=parity.n)
    remember_sound(folder / IN_A_RUN)
    with replacing(folder / CARD_FILE) as part:
        part.write_text(card.to_json(indent=2) + "\n", encoding="utf-8")
    return card


def command(recipe: Recipe, own: bool) -> str:
    """Return what to type to train a recipe again, or "" when it differs from all that a command can give.

    Parameters
    ----------
    recipe
        What was trained.
    own
        Whether it learnt from own pictures, which lie beside it as data.npz.

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
    return " ".join([*surroundings, "shuzi train", recipe.name, *options, *(["--data data.npz"] if own else [])])


@contextmanager
def known_warnings() -> Iterator[None]:
    """Let pass what numpy says of Keras 3.15 while it saves."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="In the future `np.object`", category=FutureWarning)
        warnings.filterwarnings("ignore", message="__array__ implementation doesn't", category=DeprecationWarning)
        yield


def _versions() -> dict[str, str]:
    # TensorFlow is installed under more than one name
    backend = keras.backend.backend()
    libraries = {name: version(name) for name in ("shuzi", "keras", "numpy", "onnx")}
    return {"python": platform.python_version()} | libraries | {backend: import_module(backend).__version__}

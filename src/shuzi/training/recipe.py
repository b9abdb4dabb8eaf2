"""A recipe holds every setting that decides the result of a training run; it is stored as TOML.

The range of each value is declared once, at its field: the command line, the service and the page read it there.
Recipes that come with shuzi are files in the folder `recipes`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import MISSING, asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shuzi import toml
from shuzi.atomic import replacing
from shuzi.data.collection import COLLECTIONS, DISPLAYS, PAGES, REGISTERS, STROKES, Collection, Paths
from shuzi.declared import closest
from shuzi.errors import RecipeError, ShuziError, require
from shuzi.models.tasks import CLASSIFY, CLASSIFY_OR_REJECT, DETECT, DETECT_LINES, RECOGNISE_LINE, TASKS
from shuzi.processes.cores import multiplies_bfloat16

if TYPE_CHECKING:
    from shuzi.data.dataset import Splits


FORMAT = 2
"""The version of the recipe format."""

_NAME = re.compile(r"\w[\w.-]{0,63}")  # it becomes part of a folder name, and Keras allows no "/" in a network's name

_BESIDE = {
    STROKES.name: CLASSIFY_OR_REJECT,
    "mnist": CLASSIFY_OR_REJECT,
    REGISTERS.name: RECOGNISE_LINE,
    PAGES.name: DETECT_LINES,
    DISPLAYS.name: RECOGNISE_LINE,
}
_STREAMED = DETECT_LINES, RECOGNISE_LINE  # the tasks whose examples are composed during a training

OPTIONS = (
    *("steps", "batch_size", "learning_rate", "hidden", "epsilon"),
    *("report_every", "validate_every", "save_every"),
)
"""The numbers, besides the seed, that are options of `shuzi train`."""

_SHOWN = 80  # characters of an invalid value that an error quotes

FOLDER = Path(__file__).with_name("recipes")
"""The folder of the recipes' files, which have the format of a run folder's `recipe.toml`."""

NAMES = (
    *("softmax", "mlp", "fast", "cnn"),
    *("reader", "reader-mnist", "reader-own", "detector", "line-detector", "line", "line-strokes", "display"),
    *("best", "tiny"),
)
"""The files, in the order in which they are listed."""


@dataclass(frozen=True)
class Range:
    """The range of a number: from `min` to `max`; `min` itself is excluded if `above`."""

    min: float
    max: float = math.inf
    above: bool = False

    def holds(self, value: float) -> bool:
        """Return whether a number is in the range."""
        # an integer is always finite and may be too large for isfinite
        if not (isinstance(value, int) or math.isfinite(value)):
            return False
        return (value > self.min if self.above else value >= self.min) and value <= self.max


_COUNT = Range(1, 10**9)
_FRACTION = Range(0, 1)


def _in(allowed: Range | tuple[str, ...], default: Any = MISSING) -> Any:
    """Make a dataclass field whose value is a number in a range or one of several strings."""
    return field(default=default, metadata={"allowed": allowed})


@dataclass(frozen=True)
class Recipe:
    """How to train one network."""

    name: str
    network: str  # the function in `network` that builds it
    hidden: int = _in(Range(0, 65_536))  # neurons in each hidden layer; 0 means none
    # plain gradient descent, Adam, or Muon for kernels and Adam for the rest
    optimizer: str = _in(("sgd", "adam", "muon"))
    learning_rate: float = _in(Range(0, above=True))  # how far a step moves against the gradient
    loss: str = _in(("sum", "mean"))  # over the batch, of the cross-entropy -Σ label·log(y + epsilon)
    batch_size: int = _in(Range(1, 100_000))
    steps: int = _in(_COUNT)
    epsilon: float = _in(Range(0), 1e-10)  # since log(0) is minus infinity
    report_every: int = _in(_COUNT, 10)  # steps, as are the next two
    validate_every: int = _in(_COUNT, 100)
    save_every: int = _in(_COUNT, 500)
    judged_on: str = _in(("test", "validation"), "validation")  # the split for the final accuracy
    seed: int = _in(Range(0, 2**31 - 1), 0)  # of initial weights, order and augmentation
    # "one-cycle": up in the first `warm_up` fraction of the steps, then down
    schedule: str = _in(("constant", "one-cycle"), "constant")
    warm_up: float = _in(Range(0, 1, above=True), 0.2)
    beta_1: float = _in(_FRACTION, 0.9)  # Adam's decay rate for the average of gradients
    beta_2: float = _in(_FRACTION, 0.999)  # and of their squares
    # the fraction of each label that is spread over all digits, against overconfidence
    label_smoothing: float = _in(_FRACTION, 0.0)
    # "squeeze" shifts and stretches, "affine" also rotates and slants, "wide" half as far again
    augment: str = _in(("none", "squeeze", "affine", "wide"), "none")
    # parts of a batch that are normalised separately and trained on in parallel
    towers: int = _in(Range(1, 100_000), 1)
    precision: str = _in(("float32", "bfloat16"), "float32")  # of the training steps; the weights are float32
    # "fitted" to the validation split at the end, to calibrate the confidence
    temperature: str = _in(("one", "fitted"), "one")
    task: str = _in(tuple(TASKS), CLASSIFY)  # it also decides what training examples are composed
    features: str = _in(("none", "last-hidden"), "none")  # "last-hidden": output the last hidden layer as well
    # what else crops are made of; with "mnist" only the last layers of a trained network are fine-tuned on the user's
    # digits; lines use strokes, and registers or page lines in addition, or digits of displays alone
    beside: str = _in(("none", *_BESIDE), "none")
    depth: int = _in(Range(1, 16), 1)  # hidden layers of an "mlp"
    # examples: before the training, which then repeats them, or during it, each for one step
    composed: str = _in(("before", "during"), "before")

    def __post_init__(self) -> None:
        for setting in fields(self):
            _check(setting.name, getattr(self, setting.name), str(setting.type))
        if self.network == "softmax" and self.hidden:
            raise RecipeError("error.recipe.no_hidden", network=self.network)
        if self.features != "none" and (not self.hidden or self.task in (DETECT, DETECT_LINES)):
            raise RecipeError("error.recipe.no_features", network=self.network)
        if self.task != _BESIDE.get(self.beside, self.task):
            raise RecipeError("error.recipe.no_beside", task=self.task, known=_BESIDE[self.beside])
        if self.composed == "during" and self.task not in _STREAMED:
            raise RecipeError("error.recipe.no_stream", task=self.task, known=", ".join(_STREAMED))
        if self.batch_size % self.towers:
            raise RecipeError("error.recipe.towers", batch_size=self.batch_size, towers=self.towers)

    @property
    def needs(self) -> list[Collection]:
        """The collections that training needs, which do not come with shuzi."""
        names = {self.beside}
        if self.task in _STREAMED and self.beside != DISPLAYS.name:
            names.add(STROKES.name)
        return [collection for collection in COLLECTIONS if collection.name in names]

    @property
    def fine_tunes(self) -> bool:
        """Whether it fine-tunes a trained network on the user's digits: only the last layers learn."""
        return self.beside == "mnist"

    def changed(self, **values: Any) -> Recipe:
        """Return a copy with some values replaced; None leaves a value as it is."""
        return replace(self, **{name: value for name, value in values.items() if value is not None})

    def as_dict(self) -> dict[str, str | int | float]:
        """Return all values and the format version, as stored in TOML and cards."""
        return {"format": FORMAT} | asdict(self)

    def save(self, path: Path) -> None:
        """Write the recipe as TOML."""
        text = require("tomli_w", "train", "extra.training").dumps(self.as_dict())
        with replacing(path) as part:
            part.write_text(text, encoding="utf-8")

    @staticmethod
    def load(path: Path) -> Recipe:
        """Read a recipe from TOML."""
        try:
            text = path.read_text(encoding="utf-8")
            values = toml.loads(text)
        except (OSError, ValueError, RecursionError) as problem:
            raise RecipeError("error.recipe.unreadable", path=path, reason=problem) from problem
        return Recipe.of(values, path, text)

    @staticmethod
    def of(values: Mapping[str, Any], path: object, text: str = "") -> Recipe:
        """Make a recipe from the values in a file; errors name the line of its `text`, if that is given."""
        values = dict(values)
        version = values.pop("format", FORMAT)
        if type(version) is not int or version != FORMAT:
            raise RecipeError("error.recipe.format", path=path, found=str(version)[:_SHOWN], known=FORMAT)

        def where(name: str) -> object:
            return ShuziError("recipe.line", path=path, line=toml.line_of(text, name)) if text else path

        settings = {setting.name: setting.default for setting in fields(Recipe)}
        for name in [name for name in values if name not in settings]:
            shown, known = name[:_SHOWN], ", ".join(settings)
            if meant := closest(name, [*settings]):
                raise RecipeError("error.recipe.setting_like", where=where(name), name=shown, meant=meant)
            raise RecipeError("error.recipe.setting", where=where(name), name=shown, known=known)
        needed = [name for name, default in settings.items() if default is MISSING and name not in values]
        if needed:
            raise RecipeError("error.recipe.missing", path=path, names=", ".join(needed))
        try:
            return Recipe(**values)
        except RecipeError as problem:
            place = where(problem.values["name"]) if "name" in problem.values else path
            raise RecipeError("error.recipe.value", where=place, reason=problem) from problem


_ALLOWED = {setting.name: setting.metadata["allowed"] for setting in fields(Recipe) if "allowed" in setting.metadata}

RANGES: Mapping[str, Range] = {name: allowed for name, allowed in _ALLOWED.items() if isinstance(allowed, Range)}
"""The range of each number in a recipe."""

CHOICES: Mapping[str, tuple[str, ...]] = {
    name: allowed for name, allowed in _ALLOWED.items() if isinstance(allowed, tuple)
}
"""The choices for each string in a recipe."""


def _check(name: str, value: Any, wanted: str) -> None:
    """Reject a value that has the wrong type or is out of range."""
    if wanted == "str":
        choices = CHOICES.get(name)
        is_known = value in choices if choices else isinstance(value, str) and _NAME.fullmatch(value)
        if not isinstance(value, str) or not is_known:
            shown = str(value)[:_SHOWN]
            raise RecipeError(
                "error.recipe.choice", name=name, value=shown, choices=", ".join(choices or ("A-Z a-z 0-9 . _ -",))
            )
        return
    number = isinstance(value, int if wanted == "int" else int | float) and not isinstance(value, bool)
    if not number or not (isinstance(value, int) or math.isfinite(value)):
        raise RecipeError("error.recipe.number", name=name, value=value)
    allowed = RANGES[name]
    if not allowed.holds(value):
        lowest = f"> {allowed.min:g}" if allowed.above else f"{allowed.min:g}"
        highest = "∞" if allowed.max == math.inf else f"{allowed.max:,}"
        raise RecipeError("error.recipe.range", name=name, value=f"{value:,}", min=lowest, max=highest)


def _load(name: str) -> Recipe:
    loaded = Recipe.load(FOLDER / f"{name}.toml")
    # as accurate in either: `fast` takes 2.6 times as long where bfloat16 is emulated
    return loaded if multiplies_bfloat16() else loaded.changed(precision="float32")


RECIPES: Mapping[str, Recipe] = {name: _load(name) for name in NAMES}
"""All recipes, by name."""


def recipe(name: str) -> Recipe:
    """Return the recipe of that name; the RecipeError for an unknown one lists the known ones."""
    if name not in RECIPES:
        raise RecipeError("error.recipe.unknown", name=name, known=", ".join(RECIPES))
    return RECIPES[name]


def load_handwriting(chosen: Recipe, paths: Paths) -> dict[str, Any]:
    """Load the collections that a recipe needs, each by its part of a dataset, or raise a DataError."""
    from shuzi.data.displays import load_displays
    from shuzi.data.registers import load_cells, load_page_lines
    from shuzi.data.strokes import load_strokes

    load = {"strokes": load_strokes, "cells": load_cells, "pages": load_page_lines, "displays": load_displays}
    return {collection.part: load[collection.part](paths.get(collection.name)) for collection in chosen.needs}


def with_handwriting(chosen: Recipe, data: Splits, paths: Paths) -> Splits:
    """Add the collections that a recipe needs to the data, or raise a DataError."""
    return data.with_handwriting(**load_handwriting(chosen, paths))

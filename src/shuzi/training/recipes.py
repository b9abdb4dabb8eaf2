"""A recipe is everything that decides what a training gives, as data; it reads and writes TOML."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from shuzi.atomic import replacing
from shuzi.errors import RecipeError, require


@dataclass(frozen=True)
class Recipe:
    """How to train one network.

    Parameters
    ----------
    name
        What people call it.
    network
        The function in `networks` that builds it.
    hidden
        Neurons in the hidden layer; 0 for a network without one.
    optimizer
        "sgd" (plain gradient descent), "adam" or "muon" (for the kernels; Adam for the rest).
    learning_rate
        How far a step goes down the slope.
    loss
        "sum" or "mean" over the batch of the cross-entropy -Σ label·log(y + epsilon).
    epsilon
        Added before the logarithm, because log(0) is minus infinity.
    batch_size
        Images in a step.
    steps
        Steps in all.
    report_every, validate_every, save_every
        Steps between two reports of the loss, two looks at the validation images, two checkpoints.
    judged_on
        "test" or "validation": the images whose accuracy ends the training.
    seed
        Decides the first weights, the order of the images and what happens to them.
    schedule, warm_up
        "constant", or "one-cycle": up in the first `warm_up` share of the steps, then down.
    beta_1, beta_2
        How long Adam remembers gradients and their squares.
    label_smoothing
        The share of each label that is spread over all digits, so that the network does not grow too sure.
    augment
        "none", "squeeze" (shift and stretch), "affine" (turn and slant as well) or "wide" (half as far again).
    towers
        Parts of a batch that are normalised each by itself and learnt from side by side.
    precision
        "float32", or "bfloat16" for the calculations of the training; what is learnt is float32.
    examples
        "mnist"; "crops" (digits as a reader cuts them out of pictures, and what is no digit) or "pages" (whole
        pictures), both composed from MNIST's digits; "lines" (of text), composed from pen strokes as well.
    temperature
        "one", or "fitted" to the validation images at the end, so that the confidence is honest.
    """

    name: str
    network: str
    hidden: int
    optimizer: str
    learning_rate: float
    loss: str
    batch_size: int
    steps: int
    epsilon: float = 1e-10
    report_every: int = 10
    validate_every: int = 100
    save_every: int = 500
    judged_on: str = "validation"
    seed: int = 0
    schedule: str = "constant"
    warm_up: float = 0.2
    beta_1: float = 0.9
    beta_2: float = 0.999
    label_smoothing: float = 0.0
    augment: str = "none"
    towers: int = 1
    precision: str = "float32"
    temperature: str = "one"
    examples: str = "mnist"

    def __post_init__(self) -> None:
        for field in fields(self):
            _check(field.name, getattr(self, field.name), str(field.type))
        if self.network == "softmax" and self.hidden:
            raise RecipeError("error.recipe.no_hidden", network=self.network)
        if self.batch_size % self.towers:
            raise RecipeError("error.recipe.towers", batch_size=self.batch_size, towers=self.towers)

    @property
    def needs_strokes(self) -> bool:
        """Whether it learns from pen strokes, which do not come with shuzi."""
        return self.examples == "lines"

    def changed(self, **values: Any) -> Recipe:
        """Return the recipe with some values replaced; None leaves a value as it is.

        >>> recipe("softmax").changed(steps=100, seed=None).steps
        100
        """
        return replace(self, **{name: value for name, value in values.items() if value is not None})

    def save(self, path: Path) -> None:
        """Write the recipe as TOML."""
        text = require("tomli_w", "train", "extra.training").dumps(asdict(self))
        with replacing(path) as part:
            part.write_text(text, encoding="utf-8")

    @staticmethod
    def load(path: Path) -> Recipe:
        """Read a recipe from TOML.

        Raises
        ------
        RecipeError
            The file cannot be read, or a value is missing, unknown or makes no sense.
        """
        try:
            values = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as problem:
            raise RecipeError("error.recipe.unreadable", path=path, reason=problem) from problem
        known = {field.name for field in fields(Recipe)}
        if wrong := sorted(values.keys() ^ known):
            raise RecipeError("error.recipe.names", path=path, names=", ".join(wrong))
        return Recipe(**values)


_CHOICES = {
    "optimizer": ("sgd", "adam", "muon"),
    "loss": ("sum", "mean"),
    "judged_on": ("test", "validation"),
    "schedule": ("constant", "one-cycle"),
    "augment": ("none", "squeeze", "affine", "wide"),
    "precision": ("float32", "bfloat16"),
    "temperature": ("one", "fitted"),
    "examples": ("mnist", "crops", "pages", "lines"),
}
_FROM_ZERO = ("hidden", "epsilon", "seed", "beta_1", "beta_2", "label_smoothing")
_LARGEST = {"seed": 2**31 - 1, "batch_size": 100_000, "hidden": 65_536, "steps": 10**9} | dict.fromkeys(
    ("warm_up", "beta_1", "beta_2", "label_smoothing"), 1
)


def _check(name: str, value: Any, wanted: str) -> None:
    """Refuse a value of the wrong kind or outside its range."""
    if wanted == "str":
        choices = _CHOICES.get(name)
        if not isinstance(value, str) or not value or (choices and value not in choices):
            raise RecipeError("error.recipe.choice", name=name, value=value, choices=", ".join(choices or ("…",)))
        return
    number = isinstance(value, int if wanted == "int" else int | float) and not isinstance(value, bool)
    # a whole number is always finite, and may be too large for isfinite
    if not number or not (isinstance(value, int) or math.isfinite(value)):
        raise RecipeError("error.recipe.number", name=name, value=value)
    least_allowed = value >= 0 if name in _FROM_ZERO else value > 0
    if not least_allowed or value > _LARGEST.get(name, math.inf):
        least = "0" if name in _FROM_ZERO else "> 0"
        raise RecipeError("error.recipe.range", name=name, value=value, least=least, most=_LARGEST.get(name, "∞"))


_ONE_CYCLE: dict[str, Any] = {
    "optimizer": "adam",
    "loss": "mean",
    "schedule": "one-cycle",
    "beta_2": 0.99,
    "label_smoothing": 0.1,
    "augment": "squeeze",
    "towers": 2,
    "precision": "bfloat16",
    "temperature": "fitted",
}

RECIPES: Mapping[str, Recipe] = {
    each.name: each
    for each in (
        # the tutorial's own numbers
        Recipe(
            name="softmax",
            network="softmax",
            hidden=0,
            optimizer="sgd",
            learning_rate=0.001,
            loss="sum",
            batch_size=64,
            steps=2_000,
            judged_on="test",
        ),
        Recipe(
            name="mlp",
            network="mlp",
            hidden=256,
            optimizer="adam",
            learning_rate=0.001,
            loss="mean",
            batch_size=128,
            steps=4_000,
            report_every=100,
            validate_every=400,
            save_every=1_000,
        ),
        # four fifths of an epoch would do; a whole one leaves room for an unlucky seed
        Recipe(
            name="fast",
            network="two_convolutions",
            hidden=128,
            learning_rate=0.02,
            batch_size=128,
            steps=350,
            report_every=50,
            validate_every=350,
            save_every=350,
            **_ONE_CYCLE | {"augment": "none", "beta_1": 0.7},
        ),
        # 14 epochs
        Recipe(
            name="cnn",
            network="three_convolutions",
            hidden=128,
            learning_rate=0.01,
            batch_size=256,
            steps=3_000,
            report_every=50,
            validate_every=500,
            save_every=500,
            **_ONE_CYCLE,
        ),
        # what reads the digits of pictures
        Recipe(
            name="reader",
            network="rejecting",
            hidden=128,
            learning_rate=0.02,
            batch_size=256,
            steps=20_000,
            report_every=50,
            validate_every=2_000,
            save_every=500,
            **_ONE_CYCLE | {"optimizer": "muon", "augment": "affine", "examples": "crops"},
        ),
        # what finds them
        Recipe(
            name="detector",
            network="detector",
            hidden=0,
            learning_rate=0.02,
            batch_size=32,
            steps=18_000,
            report_every=50,
            validate_every=1_800,
            save_every=500,
            **_ONE_CYCLE
            | {
                "optimizer": "muon",
                "augment": "none",
                "label_smoothing": 0.0,
                "temperature": "one",
                "examples": "pages",
            },
        ),
        # what reads whole lines, from pen strokes as well: seven batches of rows an epoch of 384,000 lines
        Recipe(
            name="line",
            network="line",
            hidden=0,
            learning_rate=0.01,
            batch_size=8,
            steps=40_000,
            report_every=50,
            validate_every=4_000,
            save_every=500,
            **_ONE_CYCLE
            | {
                "optimizer": "muon",
                "augment": "none",
                "label_smoothing": 0.0,
                "temperature": "one",
                "examples": "lines",
            },
        ),
        # 25 epochs
        Recipe(
            name="best",
            network="four_columns",
            hidden=128,
            learning_rate=0.02,
            batch_size=256,
            steps=5_375,
            report_every=50,
            validate_every=1_075,
            save_every=215,
            **_ONE_CYCLE | {"optimizer": "muon", "augment": "wide"},
        ),
        # 40 epochs; so small a network has nothing to gain from smoothed labels
        Recipe(
            name="tiny",
            network="four_narrow_convolutions",
            hidden=0,
            learning_rate=0.02,
            batch_size=256,
            steps=8_600,
            report_every=100,
            validate_every=860,
            save_every=860,
            **_ONE_CYCLE | {"optimizer": "muon", "label_smoothing": 0.0},
        ),
    )
}


def recipe(name: str) -> Recipe:
    """Return the recipe of that name.

    Raises
    ------
    RecipeError
        There is none; the error lists those there are.

    Examples
    --------
    >>> recipe("softmax").learning_rate
    0.001
    """
    if name not in RECIPES:
        raise RecipeError("error.recipe.unknown", name=name, known=", ".join(RECIPES))
    return RECIPES[name]

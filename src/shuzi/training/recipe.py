"""A recipe is everything that decides what a training gives, as data; it reads and writes TOML.

What each value may be stands at its field, once: the command line, the service and the page take it from there.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from shuzi.atomic import replacing
from shuzi.errors import RecipeError, require
from shuzi.models.tasks import CLASSIFY, CLASSIFY_OR_REJECT, DETECT, RECOGNISE_LINE, TASKS

FORMAT = 2
"""The version of a recipe's names. Version 1 said "examples" where now "task" says more."""

_TASKS_OF_FORMAT_1 = {"mnist": CLASSIFY, "crops": CLASSIFY_OR_REJECT, "pages": DETECT}
_NAME = re.compile(r"\w[\w.-]{0,63}")  # it becomes part of a folder's name, and Keras takes no "/" in a network's


@dataclass(frozen=True)
class Range:
    """What a number may be: from `least`, which does not count itself when `above`, to `most`.

    >>> Range(0, 1).holds(0), Range(0, 1, above=True).holds(0), Range(1).holds(math.inf)
    (True, False, False)
    """

    least: float
    most: float = math.inf
    above: bool = False

    def holds(self, value: float) -> bool:
        """Tell whether a number lies in the range."""
        # a whole number is always finite, and may be too large for isfinite
        if not (isinstance(value, int) or math.isfinite(value)):
            return False
        return (value > self.least if self.above else value >= self.least) and value <= self.most


_COUNT = Range(1, 10**9)
_SHARE = Range(0, 1)


def _in(allowed: Range | tuple[str, ...], default: Any = MISSING) -> Any:
    """Make a field whose value is a number in a range, or one of some words."""
    return field(default=default, metadata={"allowed": allowed})


@dataclass(frozen=True)
class Recipe:
    """How to train one network.

    Parameters
    ----------
    name
        What people call it.
    network
        The function in `network.architectures` that builds it.
    hidden
        Neurons in the hidden layer; 0 for a network without one.
    optimizer
        "sgd" (plain gradient descent), "adam" or "muon" (for the kernels; Adam for the rest).
    learning_rate
        How far a step goes down the slope.
    loss
        "sum" or "mean" over the batch of the cross-entropy -Σ label·log(y + epsilon).
    batch_size
        Images in a step.
    steps
        Steps in all.
    epsilon
        Added before the logarithm, because log(0) is minus infinity.
    report_every, validate_every, save_every
        Steps between two reports of the loss, two validations, two checkpoints.
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
    temperature
        "one", or "fitted" to the validation images at the end, so that the confidence is honest.
    task
        What the network learns to do, one of `models.tasks.TASKS`; it decides what is composed to learn from.
    features
        "none", or "last-hidden": the model also gives out its last hidden layer.
    beside
        What crops are composed of beside the digits: "none", or "strokes". Lines are always composed of both.

    Examples
    --------
    >>> RANGES["batch_size"], CHOICES["loss"]
    (Range(least=1, most=100000, above=False), ('sum', 'mean'))
    """

    name: str
    network: str
    hidden: int = _in(Range(0, 65_536))
    optimizer: str = _in(("sgd", "adam", "muon"))
    learning_rate: float = _in(Range(0, above=True))
    loss: str = _in(("sum", "mean"))
    batch_size: int = _in(Range(1, 100_000))
    steps: int = _in(_COUNT)
    epsilon: float = _in(Range(0), 1e-10)
    report_every: int = _in(_COUNT, 10)
    validate_every: int = _in(_COUNT, 100)
    save_every: int = _in(_COUNT, 500)
    judged_on: str = _in(("test", "validation"), "validation")
    seed: int = _in(Range(0, 2**31 - 1), 0)
    schedule: str = _in(("constant", "one-cycle"), "constant")
    warm_up: float = _in(Range(0, 1, above=True), 0.2)
    beta_1: float = _in(_SHARE, 0.9)
    beta_2: float = _in(_SHARE, 0.999)
    label_smoothing: float = _in(_SHARE, 0.0)
    augment: str = _in(("none", "squeeze", "affine", "wide"), "none")
    towers: int = _in(Range(1, 100_000), 1)
    precision: str = _in(("float32", "bfloat16"), "float32")
    temperature: str = _in(("one", "fitted"), "one")
    task: str = _in(tuple(TASKS), CLASSIFY)
    features: str = _in(("none", "last-hidden"), "none")
    beside: str = _in(("none", "strokes"), "none")

    def __post_init__(self) -> None:
        for each in fields(self):
            _check(each.name, getattr(self, each.name), str(each.type))
        if self.network == "softmax" and self.hidden:
            raise RecipeError("error.recipe.no_hidden", network=self.network)
        if self.features != "none" and (not self.hidden or self.task == DETECT):
            raise RecipeError("error.recipe.no_features", network=self.network)
        if self.beside != "none" and self.task != CLASSIFY_OR_REJECT:
            raise RecipeError("error.recipe.no_beside", task=self.task, known=CLASSIFY_OR_REJECT)
        if self.batch_size % self.towers:
            raise RecipeError("error.recipe.towers", batch_size=self.batch_size, towers=self.towers)

    @property
    def needs_strokes(self) -> bool:
        """Whether it learns from pen strokes, which do not come with shuzi."""
        return self.task == RECOGNISE_LINE or self.beside != "none"

    def changed(self, **values: Any) -> Recipe:
        """Return the recipe with some values replaced; None leaves a value as it is.

        >>> from shuzi.training.recipes import recipe
        >>> recipe("softmax").changed(steps=100, seed=None).steps
        100
        """
        return replace(self, **{name: value for name, value in values.items() if value is not None})

    def as_dict(self) -> dict[str, str | int | float]:
        """Return all values with the format of their names, as TOML and cards keep them."""
        return {"format": FORMAT} | asdict(self)

    def save(self, path: Path) -> None:
        """Write the recipe as TOML."""
        text = require("tomli_w", "train", "extra.training").dumps(self.as_dict())
        with replacing(path) as part:
            part.write_text(text, encoding="utf-8")

    @staticmethod
    def load(path: Path) -> Recipe:
        """Read a recipe from TOML, also one that shuzi 0.1 wrote.

        Raises
        ------
        RecipeError
            The file cannot be read, or a value is missing, unknown or makes no sense.
        """
        try:
            values = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError) as problem:
            raise RecipeError("error.recipe.unreadable", path=path, reason=problem) from problem
        return Recipe.of(values, path)

    @staticmethod
    def of(values: Mapping[str, Any], path: object) -> Recipe:
        """Make a recipe of the values in the file `path`, which may be of an older format.

        A value that is missing has its default, if it has one. A name that is not known is refused: what it decides
        could not be kept.

        Raises
        ------
        RecipeError
            A value is missing, unknown or makes no sense, or the format is a later one.
        """
        values = dict(values)
        found = values.pop("format", 1)
        if type(found) is not int or not 1 <= found <= FORMAT:
            raise RecipeError("error.recipe.format", path=path, found=str(found)[:_SHOWN], known=FORMAT)
        if found == 1 and "examples" in values:
            samples = values.pop("examples")
            task = _TASKS_OF_FORMAT_1.get(samples) if isinstance(samples, str) else None
            if task is None:
                known = ", ".join(_TASKS_OF_FORMAT_1)
                raise RecipeError("error.recipe.choice", name="examples", value=str(samples)[:_SHOWN], choices=known)
            values["task"] = task
        needed = {each.name for each in fields(Recipe) if each.default is MISSING}
        known_names = {each.name for each in fields(Recipe)}
        if wrong := sorted((needed - values.keys()) | (values.keys() - known_names)):
            raise RecipeError("error.recipe.names", path=path, names=", ".join(wrong))
        return Recipe(**values)


_ALLOWED = {each.name: each.metadata["allowed"] for each in fields(Recipe) if "allowed" in each.metadata}

RANGES: Mapping[str, Range] = {name: each for name, each in _ALLOWED.items() if isinstance(each, Range)}
"""What each number of a recipe may be."""

CHOICES: Mapping[str, tuple[str, ...]] = {name: each for name, each in _ALLOWED.items() if isinstance(each, tuple)}
"""The words among which a recipe chooses."""

OPTIONS = (
    *("steps", "batch_size", "learning_rate", "hidden", "epsilon"),
    *("report_every", "validate_every", "save_every"),
)
"""The numbers of a recipe that are options of `shuzi train`, beside the seed."""

_SHOWN = 80  # characters of a value that makes no sense


def _check(name: str, value: Any, wanted: str) -> None:
    """Refuse a value of the wrong kind or outside its range."""
    if wanted == "str":
        choices = CHOICES.get(name)
        known = value in choices if choices else isinstance(value, str) and _NAME.fullmatch(value)
        if not isinstance(value, str) or not known:
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
        least = f"> {allowed.least:g}" if allowed.above else f"{allowed.least:g}"
        most = "∞" if allowed.most == math.inf else allowed.most
        raise RecipeError("error.recipe.range", name=name, value=value, least=least, most=most)

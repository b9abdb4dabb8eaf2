"""A recipe, seeds and settings become the trials of a sweep; its folder keeps the plan and the decisions."""

from __future__ import annotations

import itertools
import json
import math
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from shuzi import toml
from shuzi.atomic import remove_leftovers, replacing
from shuzi.errors import RecipeError, RunError, TrainingError, require, writing
from shuzi.models.card import BACKENDS
from shuzi.training.recipe import CHOICES, RANGES, Recipe, recipe

FORMAT = 1
"""The version of the format of sweep.toml."""

PLAN_FILE = "sweep.toml"
REDUCTION = 4
"""The reduction factor: one in so many trials continues from a rung, to the next at so many times the steps."""

Value = str | int | float

_SWEPT = sorted((RANGES.keys() | CHOICES.keys()) - {"seed", "task"})  # the seed has its own option


@dataclass(frozen=True)
class Trial:
    """One training run of a sweep."""

    name: str  # the name of its run folder, such as ``"learning_rate=0.002,seed=3"``
    recipe: Recipe  # the recipe, with the trial's settings and seed
    settings: Mapping[str, Value]  # what differs between the trials, except for the seed
    rungs: tuple[int, ...]  # the steps after which its accuracy decides whether it continues; the last is its end


@dataclass(frozen=True)
class Plan:
    """Everything that decides the results of a sweep.

    >>> from shuzi.training.recipe import recipe
    >>> plan = Plan(recipe("softmax"), seeds=2, settings={"learning_rate": (0.002, 0.005)}, first=100)
    >>> [trial.name for trial in plan.trials()][:3]
    ['learning_rate=0.002,seed=0', 'learning_rate=0.002,seed=1', 'learning_rate=0.005,seed=0']
    >>> plan.trials()[0].rungs
    (100, 400, 2000)
    """

    recipe: Recipe  # the recipe that all trials share
    seeds: int = 1  # each setting is trained with the seeds 0 to `seeds` - 1
    # values by the name of a recipe's setting; all combinations are trained
    settings: Mapping[str, Sequence[Value]] = field(default_factory=dict)
    # the steps before trials are compared for the first time and some are stopped; 0 trains all to the end
    first: int = 0
    cpus: int = 1  # cores, and threads, of each trial
    gpus: float = 0.0  # GPUs of each trial; half a GPU is shared by two trials
    backend: str = "tensorflow"  # Keras's backend

    @staticmethod
    def of(
        name: str,
        settings: Sequence[str],
        seeds: int | None = None,
        first: int | None = None,
        cpus: int | None = None,
        gpus: float | None = None,
    ) -> Plan:
        """Make a plan of a recipe's name and settings as typed, on the backend that KERAS_BACKEND names."""
        values = [parse(setting) for setting in settings]
        for index, (setting, _) in enumerate(values):
            if setting in dict(values[:index]):
                raise RecipeError("error.sweep.again", name=setting)
        backend = os.environ.get("KERAS_BACKEND") or ("jax" if gpus else "tensorflow")
        if backend not in BACKENDS or (gpus and backend != "jax"):
            choices = "jax" if gpus else ", ".join(BACKENDS)
            raise RecipeError("error.recipe.choice", name="KERAS_BACKEND", value=backend, choices=choices)
        return Plan(recipe(name), seeds or 1, dict(values), first or 0, cpus or 1, gpus or 0.0, backend)

    def __post_init__(self) -> None:
        for name, values in self.settings.items():
            if name not in _SWEPT:
                raise RecipeError("error.sweep.setting", name=name, known=", ".join(_SWEPT))
            for value in values:
                if list(values).count(value) > 1:
                    raise RecipeError("error.sweep.twice", name=name, value=value)
        longest = max(trial.recipe.steps for trial in self.trials())
        if self.first * REDUCTION > longest:
            raise RecipeError("error.sweep.first", first=self.first, max=longest // REDUCTION, steps=longest)

    def trials(self) -> list[Trial]:
        """Return the trials, setting by setting."""
        return [self._trial(settings, seed) for settings in self.combinations() for seed in range(self.seeds)]

    def combinations(self) -> list[dict[str, Value]]:
        """Return all combinations of values; a single empty one if there are no settings."""
        return [
            dict(zip(self.settings, values, strict=True)) for values in itertools.product(*self.settings.values())
        ]

    def _trial(self, settings: Mapping[str, Value], seed: int) -> Trial:
        recipe = self.recipe.changed(**settings, seed=seed)
        name = ",".join(f"{key}={value}" for key, value in {**settings, "seed": seed}.items())
        return Trial(name, recipe, settings, rungs(self.first, recipe.steps))

    def save(self, folder: Path) -> None:
        """Write the plan into the folder of a sweep."""
        values = {"format": FORMAT} | {field.name: getattr(self, field.name) for field in fields(self)}
        values |= {"recipe": self.recipe.as_dict(), "settings": {k: list(v) for k, v in self.settings.items()}}
        text = require("tomli_w", "train", "extra.training").dumps(values)
        with replacing(folder / PLAN_FILE) as part:
            part.write_text(text, encoding="utf-8")

    @staticmethod
    def load(folder: Path) -> Plan:
        """Read the plan in the folder of a sweep."""
        path = folder / PLAN_FILE
        if not path.is_file():
            raise RunError("error.sweep.missing", path=folder)
        try:
            values = toml.loads(path.read_text(encoding="utf-8"))
            found = values.pop("format")
            recipe, settings = dict(values.pop("recipe")), dict(values.pop("settings"))
            known = {field.name: field.type for field in fields(Plan)} | {"format": "int"}
            if found != FORMAT or values.keys() != known.keys() - {"format", "recipe", "settings"}:
                raise RecipeError("error.sweep.format", path=path, found=str(found)[:20], known=FORMAT)
            numbers = (values["seeds"], values["first"], values["cpus"], values["gpus"])
            if not all(isinstance(number, int | float) and math.isfinite(number) for number in numbers):
                raise ValueError(numbers)
            return Plan(recipe=Recipe.of(recipe, path), settings={k: tuple(v) for k, v in settings.items()}, **values)
        except (OSError, ValueError, TypeError, KeyError, RecursionError) as problem:
            raise RecipeError("error.recipe.unreadable", path=path, reason=problem) from problem


def rungs(first: int, steps: int) -> tuple[int, ...]:
    """Return the steps after which a trial of `steps` steps is compared, and its end.

    Between the last rung and the end is as much time as between two rungs: a later one would save little, and cost
    much where a trial is trained anew.

    >>> rungs(100, 2_000), rungs(0, 2_000), rungs(3_000, 2_000)
    ((100, 400, 2000), (2000,), (2000,))
    """
    if not first:
        return (steps,)
    powers = (first * REDUCTION**power for power in itertools.count())
    return (*itertools.takewhile(lambda power: power * REDUCTION <= steps, powers), steps)


def parse(text: str) -> tuple[str, tuple[Value, ...]]:
    """Parse a setting as typed: a name and its values.

    A value that is not a number stays text, and the recipe reports what it expected.

    >>> parse("learning_rate=0.002,5e-3"), parse("batch-size=64"), parse("optimizer=sgd,adam")
    (('learning_rate', (0.002, 0.005)), ('batch_size', (64,)), ('optimizer', ('sgd', 'adam')))
    """
    name, _, values = text.partition("=")
    name = name.strip().replace("-", "_")
    given = [value.strip() for value in values.split(",")]
    if not name or not all(given):
        raise RecipeError("error.sweep.syntax", given=text)
    whole = {field.name for field in fields(Recipe) if field.type == "int"}
    return name, tuple(_number(value, name in whole) if name in RANGES else value for value in given)


def _number(text: str, whole: bool) -> Value:
    try:
        return int(text) if whole else float(text)
    except ValueError:
        return text


RECORD_FILE = "trials.jsonl"
NAME = "name"
"""The key of a trial's name in Ray Tune's configuration of it."""

ACCURACY, STEPS, AT, PROBLEM = "validation_accuracy", "steps", "at", "problem"
"""The reports of a trial: its accuracy at a rung, its current step, or the error that ended it."""


@dataclass(frozen=True)
class Decision:
    """The accuracy of a trial after some steps, and the decision about it."""

    trial: str  # the trial's name
    steps: int  # the steps it was trained
    accuracy: float | None  # on the validation split, 0 to 1; None if the training failed
    goes_on: bool = False  # whether it continues, unless this was its end
    problem: tuple[str, dict[str, Any]] | None = None  # the key and values of the error that ended the training

    def error(self) -> TrainingError | None:
        """Return the error that ended the training."""
        return None if self.problem is None else TrainingError(self.problem[0], **self.problem[1])


class Record:
    """The decisions of a sweep, in the order in which they were made."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / RECORD_FILE
        remove_leftovers(folder)
        self.decisions = list(_read(self._path))

    def add(self, decision: Decision) -> None:
        """Store a decision before it takes effect."""
        with writing(self._path, RunError), self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(decision)) + "\n")
            file.flush()
            os.fsync(file.fileno())
        self.decisions.append(decision)

    def last(self) -> dict[str, Decision]:
        """Return the last decision on each trial."""
        return {decision.trial: decision for decision in self.decisions}


def _read(path: Path) -> Iterable[Decision]:
    try:
        text = path.read_bytes() if path.exists() else b""
        whole, _, half = text.rpartition(b"\n")
        if half:  # a line left unfinished by a killed driver
            with replacing(path) as part:
                part.write_bytes(whole + b"\n" if whole else b"")
        return [_parsed(line) for line in whole.decode().splitlines()]
    except (OSError, ValueError, TypeError, KeyError) as problem:
        raise RunError("error.sweep.record", path=path, reason=problem) from problem


def _parsed(line: str) -> Decision:
    values = json.loads(line)
    problem = values.pop("problem")
    return Decision(**values, problem=None if problem is None else (str(problem[0]), dict(problem[1])))

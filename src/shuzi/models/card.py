"""A model's card: inputs, outputs, training and scores, stored inside the .onnx file."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Annotated, Any

from pydantic import Field
from typing_extensions import TypedDict

from shuzi.data.collection import DISPLAYS, PAGES, REGISTERS, STROKES
from shuzi.declared import Declared, FieldError, Fraction, Number, Positive, Text, Whole, expected
from shuzi.errors import ModelError, ShuziError
from shuzi.ink import normalize
from shuzi.models.tasks import DIGITS, FEATURES, TASKS, Tensor

FORMAT = 2
"""The version of the card format."""

METADATA_KEY = "shuzi.card"
BACKENDS = {"tensorflow": "TensorFlow", "jax": "JAX"}
"""The libraries that Keras can train on here, by Keras's names for them."""

MNIST, OWN, MODEL = "mnist", "own", "model"
"""Sources of training data besides collections; MODEL is followed by the name of the model that was fine-tuned."""

OF_OWN_PICTURES = "as whoever made the pictures decides"
MNIST_LICENCE = "CC BY-SA 3.0, Yann LeCun, Corinna Cortes, Christopher J.C. Burges"
OF_MNIST = f"Apache-2.0; learnt from MNIST ({MNIST_LICENCE})"
UNSURE_BELOW, DIGIT_FROM = "unsure", "not-a-digit"
"""The thresholds of a classifier: for the confidence of an answer, and for the probability that it is a digit."""

Z = 1.959963984540054  # 95 % of a normal distribution lie within this many standard deviations
_SHOWN = 80  # characters of a wrong value quoted in an error
_MAX_CARD = 200_000  # characters of a card, as each mistake in it costs memory; shuzi's own have at most 6,000


class Measured(TypedDict):
    """An accuracy over n examples and its 95 % interval, as JSON."""

    accuracy: Fraction
    n: Whole
    interval: Annotated[list[Fraction], Field(min_length=2, max_length=2), expected("expected.interval")]


@dataclass(frozen=True)
class Score:
    """`correct` answers out of `n`."""

    correct: int
    n: int

    @property
    def accuracy(self) -> float:
        """The fraction of correct answers, 0 to 1."""
        return self.correct / self.n

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval by Wilson (1927), which stays valid near 0 and 1."""
        accuracy, spread = self.accuracy, Z**2 / self.n
        middle = (accuracy + spread / 2) / (1 + spread)
        half = math.sqrt(accuracy * (1 - accuracy) * spread + spread**2 / 4) / (1 + spread)
        # near 0 and 1, rounding would put the accuracy itself outside
        return min(accuracy, max(0.0, middle - half)), max(accuracy, min(1.0, middle + half))

    def as_dict(self) -> Measured:
        """Return accuracy, n and interval as JSON values."""
        return {"accuracy": self.accuracy, "n": self.n, "interval": list(self.interval)}


@dataclass(frozen=True)
class Source:
    """One source of a model's training data."""

    # MNIST, OWN, that of a collection, MODEL followed by a name, or one that a later shuzi knows
    name: Text
    sha256: Mapping[str, Text]  # the SHA-256 of each array, as an uncompressed IDX file, or of each file
    licence: Text  # the licence it may be used under


@dataclass(frozen=True)
class Calibration:
    """Calibrates a reader's confidence in whole texts, for use with particular partner models."""

    partners: Mapping[str, Text]  # the SHA-256 of each partner model's weights, by role, such as "detector"
    # the fitted numbers; `reading.confidence` and `page_text` define their meaning
    numbers: Mapping[str, Number]
    pages: Whole  # how many pages were composed from the validation images to fit it, and with which seed
    seed: Whole
    strokes: Text = ""  # the SHA-256 of the pen strokes from which as many lines were composed; "" for none


OF_STROKES = f"{OF_MNIST}; and from pen strokes: {STROKES.citation}"
"""The licence of a model trained on both."""

OF_REGISTERS = f"{OF_STROKES}; and from cells of registers: {REGISTERS.citation}"
"""The licence of a model trained on those, too."""

OF_PAGES = f"{OF_STROKES}; and from pages: {PAGES.citation}"
"""The licence of a model trained on pages with known lines."""

OF_DISPLAYS = f"{OF_REGISTERS}; and from digits of displays: {DISPLAYS.citation}"
"""The licence of a model that started from one trained on those, and was trained on displays."""

LICENCES = {
    OF_MNIST: "mnist",
    OF_OWN_PICTURES: "own",
    OF_STROKES: "strokes",
    OF_REGISTERS: "registers",
    OF_PAGES: "pages",
    OF_DISPLAYS: "displays",
}
"""The licences of models that shuzi trains, with their catalogue keys."""


def licence_of(sources: Sequence[Source], start: str = OF_MNIST) -> str:
    """Return the licence of a model trained on these sources; a licence at the start that is not ours is kept."""
    if start not in LICENCES:
        return start
    names = {source.name for source in sources}
    if OWN in names or start == OF_OWN_PICTURES:
        return OF_OWN_PICTURES
    if DISPLAYS.name in names:
        return OF_DISPLAYS
    if REGISTERS.name in names:
        return OF_REGISTERS
    if PAGES.name in names:
        return OF_PAGES
    return OF_STROKES if STROKES.name in names else OF_MNIST


@dataclass(frozen=True)
class Card:
    """A model's description of itself."""

    name: Text  # the recipe's name, such as "softmax"
    task: Text  # what the model does: one of `tasks.TASKS`
    input: Tensor  # the input and output tensors, with shape, type, layout and range
    outputs: tuple[Tensor, ...]
    classes: tuple[Text, ...] = tuple(DIGITS)  # the class names, in the order of the outputs
    data: tuple[Source, ...] = ()  # the training data
    # everything needed to train it again, as in `recipe.toml`
    recipe: Mapping[str, Any] = field(default_factory=dict)
    seed: Whole = 0  # the seed of the recipe
    weights: Text = ""  # the SHA-256 of the .onnx file's graph, weights included; "" until it is written into one
    # measured results, such as ``{"test": {"accuracy": 0.9131, "n": 10000, "interval": [0.9074, 0.9185]}}``; for a
    # detector, the fraction of the digits on n pages that it finds; for a line detector, the mean intersection over
    # union of the cores of lines on n photographs
    scores: Mapping[str, Measured] = field(default_factory=dict)
    command: Text = ""  # the command that trains it again; "" if a changed value has no command-line option
    parameters: Whole = 0  # the number of trainable parameters
    versions: Mapping[str, Text] = field(default_factory=dict)  # the versions of the libraries it was trained with
    # what the logits were divided by to calibrate the confidence; already part of the weights
    temperature: Positive = 1.0
    # ``{UNSURE_BELOW: c}``: an answer with a confidence below c is unsure. ``{DIGIT_FROM: p}``: an image whose
    # ``is_digit`` is below p is rejected as not a digit. A detector has no thresholds.
    thresholds: Mapping[str, Number] = field(default_factory=dict)
    # the calibration of its confidence in whole texts; None if it was never fitted
    calibration: Calibration | None = None
    # the version of the normalisation that framed the images (`ink.normalize.VERSION`)
    normalization: Whole = normalize.VERSION
    licence: Text = OF_MNIST  # the licence of the model
    format: Whole = FORMAT

    @property
    def kind(self) -> str:
        """The kind of model: one of `tasks.ModelKind`."""
        return TASKS[self.task].kind

    @property
    def backend(self) -> str:
        """The library that trained it, with its version, such as "TensorFlow 2.21.0"; "" if the card names none."""
        return next(
            (f"{BACKENDS[name]} {version}" for name, version in self.versions.items() if name in BACKENDS), ""
        )

    def trained_on(self, sha256: str) -> bool:
        """Return whether the model was trained on the array or file with this hash."""
        return any(sha256 in source.sha256.values() for source in self.data)

    def check_usable(self, path: object) -> None:
        """Reject a model trained on images that were normalised differently."""
        if self.normalization != normalize.VERSION:
            raise ModelError(
                "error.model.normalization",
                path=path,
                found=self.normalization,
                known=normalize.VERSION,
                command=self.command or ShuziError("models.command.none"),
            )

    def to_json(self, indent: int | None = None) -> str:
        """Return the card as JSON."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=indent)

    @staticmethod
    def from_json(text: str, path: object) -> Card:
        """Parse a card; unknown fields are ignored."""
        if len(text) > _MAX_CARD:
            raise ModelError("error.model.damaged", path=path, reason=ShuziError("models.long_card", max=_MAX_CARD))
        try:
            values = json.loads(text)
            version = values.get("format")
        except (ValueError, AttributeError, RecursionError) as problem:
            raise ModelError("error.model.no_card", path=path) from problem
        if type(version) is not int or version != FORMAT:
            raise ModelError("error.model.format", path=path, found=str(version)[:_SHOWN], known=FORMAT)
        try:
            return _read(values, path)
        except FieldError as problem:
            raise _error(problem, path) from problem


_CARD = Declared[Card](Card)
_NEEDED = ("classes", "data", "recipe", "seed", "weights", "scores", "normalization")
"""The fields that are optional in a new card, but required in a stored one."""


def _read(values: dict[str, Any], path: object) -> Card:
    task = values.get("task")
    if isinstance(task, str) and task not in TASKS:
        raise ModelError("error.model.task", path=path, found=task[:_SHOWN], known=", ".join(TASKS))
    for name in _NEEDED:
        if name not in values:
            raise FieldError([name], values, None, missing=True)
    card = _CARD.read({"licence": ""} | values)
    _check_interface(card, path)
    return card


def _error(problem: FieldError, path: object) -> ModelError:
    if problem.missing:
        return ModelError("error.model.card_missing", path=path, field=problem.field)
    shown = json.dumps(problem.value, ensure_ascii=False)[:_SHOWN]
    return ModelError(
        "error.model.card_value", path=path, field=problem.field or "{}", wanted=problem.expected, found=shown
    )


def _check_interface(card: Card, path: object) -> None:
    """Reject inputs or outputs that a model of this task cannot have."""
    interface = TASKS[card.task]
    known, names = [output.name for output in interface.outputs], [output.name for output in card.outputs]
    if len(names) < len(known):
        raise ModelError("error.model.card_missing", path=path, field=f"outputs[{len(names)}]")
    more = card.outputs[len(known) :]
    sound = names[: len(known)] == known and all(
        output.name == FEATURES and len(output.shape) == 2 for output in more
    )
    same = all(mine.shape == other.shape for mine, other in zip(interface.outputs, card.outputs, strict=False))
    wanted = interface.input
    takes = (card.input.name, card.input.shape, card.input.dtype) == (wanted.name, wanted.shape, wanted.dtype)
    if not (takes and sound and same and len(more) <= 1):
        shown = f"{card.input} -> {', '.join(map(str, card.outputs))}"
        raise ModelError("error.model.output", path=path, found=shown[: 2 * _SHOWN])

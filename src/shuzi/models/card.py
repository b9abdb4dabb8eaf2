"""A model's card: what goes in, what comes out, how it was made and what it scored; kept inside the .onnx."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from shuzi.data.strokes import CITATION
from shuzi.errors import ModelError, ShuziError
from shuzi.ink import normalize
from shuzi.models.card_format_1 import upgraded
from shuzi.models.fields import Fields
from shuzi.models.tasks import DIGITS, FEATURES, TASKS, Tensor

FORMAT = 2
"""The card's own version. Cards of version 1, by shuzi 0.1, are read as well."""

METADATA_KEY = "shuzi.card"
BACKENDS = {"tensorflow": "TensorFlow", "jax": "JAX"}
"""The libraries on which Keras trains here, by the names that Keras has for them."""

MNIST, OWN, STROKES, MODEL = "mnist", "own", "strokes", "model"
"""What a model can have learnt from; a MODEL that it started from has its name behind it."""

OF_OWN_PICTURES = "as whoever made the pictures decides"
MNIST_LICENCE = "CC BY-SA 3.0, Yann LeCun, Corinna Cortes, Christopher J.C. Burges"
OF_MNIST = f"Apache-2.0; learnt from MNIST ({MNIST_LICENCE})"
_SHOWN = 80  # characters of what is not understood


@dataclass(frozen=True)
class Source:
    """What a model learnt from.

    Parameters
    ----------
    name
        MNIST, OWN or STROKES, MODEL and its name, or whatever a later shuzi learns from.
    sha256
        Of each of its arrays, as an uncompressed IDX file, or of its files.
    licence
        Under which it may be used.
    """

    name: str
    sha256: Mapping[str, str]
    licence: str


@dataclass(frozen=True)
class Calibration:
    """What makes a reader's confidence in whole texts honest, together with certain other models.

    Parameters
    ----------
    partners
        The SHA-256 of the weights of each model that read along, by what it does, such as "detector".
    numbers
        What was fitted (`reading.confidence` knows what they mean).
    pages, seed
        What it was fitted on: so many pages composed of the validation images, with this seed.
    """

    partners: Mapping[str, str]
    numbers: Mapping[str, float]
    pages: int
    seed: int


OF_STROKES = f"{OF_MNIST}; and from pen strokes: {CITATION}"
"""The licence of what has learnt from both."""


@dataclass(frozen=True)
class Card:
    """What a model says of itself.

    Parameters
    ----------
    name
        The recipe's name, such as "softmax".
    task
        What the model does: one of `tasks.TASKS`.
    input, outputs
        What goes in and what comes out, with shape, type, layout and range.
    classes
        What is told apart, in the order of the numbers that come out.
    data
        What it learnt from.
    recipe
        Everything that is needed to train it again, as in `recipe.toml`.
    seed
        The recipe's.
    weights
        The SHA-256 of the .onnx file's graph, with all weights in it; "" in a card of 0.1.
    scores
        What was measured, such as ``{"test": {"accuracy": 0.9131, "n": 10000, "interval": [0.9074, 0.9185]}}``; for
        a detector, the share of the digits on n pages that it finds.
    command
        What to type to train it again; "" when no command can, since a value was changed that is no option.
    parameters
        How many numbers were learnt.
    versions
        The libraries it was trained with.
    temperature
        What the scores were divided by to make the confidence honest; it is part of the weights.
    thresholds
        ``{"unsure": c}``: with a confidence below c, an answer is not to be trusted. ``{"not-a-digit": p}``: with an
        ``is_digit`` below p, what the image holds is taken for no digit. A detector has none.
    calibration
        What makes its confidence in whole texts honest; None where nobody fitted that.
    normalization
        The way in which images were framed (`ink.normalize.VERSION`).
    licence
        Of the model.
    """

    name: str
    task: str
    input: Tensor
    outputs: tuple[Tensor, ...]
    classes: tuple[str, ...] = tuple(DIGITS)
    data: tuple[Source, ...] = ()
    recipe: Mapping[str, Any] = field(default_factory=dict)
    seed: int = 0
    weights: str = ""
    scores: Mapping[str, Any] = field(default_factory=dict)
    command: str = ""
    parameters: int = 0
    versions: Mapping[str, str] = field(default_factory=dict)
    temperature: float = 1.0
    thresholds: Mapping[str, float] = field(default_factory=dict)
    calibration: Calibration | None = None
    normalization: int = normalize.VERSION
    licence: str = OF_MNIST
    format: int = FORMAT

    @property
    def kind(self) -> str:
        """What the model is: CLASSIFIER, DETECTOR or RECOGNISER.

        >>> Card("detector", "detect", TASKS["detect"].input, TASKS["detect"].outputs).kind
        'detector'
        """
        return TASKS[self.task].kind

    @property
    def backend(self) -> str:
        """The library that trained it, with its version, such as "TensorFlow 2.21.0"; "" when the card names none."""
        return next((f"{BACKENDS[name]} {each}" for name, each in self.versions.items() if name in BACKENDS), "")

    def learnt_from(self, sha256: str) -> bool:
        """Tell whether the model learnt from an array or file."""
        return any(sha256 in source.sha256.values() for source in self.data)

    def check_usable(self, path: object) -> None:
        """Refuse a model that learnt from images framed in another way.

        Raises
        ------
        ModelError
            It did; the error says how to train it again.
        """
        if self.normalization != normalize.VERSION:
            raise ModelError(
                "error.model.normalization",
                path=path,
                found=self.normalization,
                known=normalize.VERSION,
                command=self.command or ShuziError("models.command.none"),
            )

    def to_json(self, indent: int | None = None) -> str:
        """Write the card as JSON."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=indent)

    @staticmethod
    def from_json(text: str, path: object) -> Card:
        """Read a card, also one by shuzi 0.1; fields that are not known are passed over.

        Raises
        ------
        ModelError
            It is no card, or of a later format; a field is missing or has a value of another type; or the model does
            something, or gives out something, that is not known here.

        Examples
        --------
        >>> card = Card("mine", "classify", TASKS["classify"].input, TASKS["classify"].outputs)
        >>> Card.from_json(card.to_json(), "model.onnx") == card
        True
        """
        try:
            values = json.loads(text)
            found = values.get("format")
        except (ValueError, AttributeError, RecursionError) as problem:
            raise ModelError("error.model.no_card", path=path) from problem
        if type(found) is not int or not 1 <= found <= FORMAT:
            raise ModelError("error.model.format", path=path, found=str(found)[:_SHOWN], known=FORMAT)
        return _read(Fields(upgraded(values, path) if found == 1 else values, path), path)


def _read(card: Fields, path: object) -> Card:
    task = card.text("task")
    if task not in TASKS:
        raise ModelError("error.model.task", path=path, found=task[:_SHOWN], known=", ".join(TASKS))
    given, outputs = _tensor(card.fields("input")), tuple(map(_tensor, card.list("outputs")))
    _check_interface(task, given, outputs, path)
    return Card(
        name=card.text("name"),
        task=task,
        input=given,
        outputs=outputs,
        classes=card.words("classes"),
        data=tuple(
            Source(each.text("name"), each.texts("sha256"), each.text("licence")) for each in card.list("data")
        ),
        recipe=card.object("recipe"),
        seed=card.whole("seed"),
        weights=card.text("weights"),
        scores={name: _score(each) for name, each in card.objects("scores").items()},
        command=card.text("command", ""),
        parameters=card.whole("parameters", 0),
        versions=card.texts("versions", {}),
        temperature=card.number("temperature", 1.0),
        thresholds=card.numbers("thresholds", {}),
        calibration=_calibration(card),
        normalization=card.whole("normalization"),
        licence=card.text("licence", ""),
    )


def _check_interface(task: str, given: Tensor, outputs: tuple[Tensor, ...], path: object) -> None:
    """Refuse what a model of the task does not take in, or gives out, here."""
    wanted = TASKS[task]
    known = [each.name for each in wanted.outputs]
    found = [each.name for each in outputs]
    if len(found) < len(known):
        raise ModelError("error.model.card_missing", path=path, field=f"outputs[{len(found)}]")
    more = outputs[len(known) :]
    sound = found[: len(known)] == known and all(each.name == FEATURES and len(each.shape) == 2 for each in more)
    same = all(mine.shape == other.shape for mine, other in zip(wanted.outputs, outputs, strict=False))
    takes = (given.name, given.shape, given.dtype) == (wanted.input.name, wanted.input.shape, wanted.input.dtype)
    if not (takes and sound and same and len(more) <= 1):
        shown = f"{given} -> {', '.join(map(str, outputs))}"
        raise ModelError("error.model.output", path=path, found=shown[: 2 * _SHOWN])


def _tensor(each: Fields) -> Tensor:
    return Tensor(
        each.text("name"), each.shape("shape"), each.text("dtype"), each.text("layout", ""), each.pair("range", None)
    )


def _score(each: Fields) -> dict[str, Any]:
    low, high = each.pair("interval") or (0.0, 1.0)
    return {"accuracy": each.share("accuracy"), "n": each.whole("n"), "interval": [low, high]}


def _calibration(card: Fields) -> Calibration | None:
    if not card.has("calibration"):
        return None
    found = card.fields("calibration")
    return Calibration(found.texts("partners"), found.numbers("numbers"), found.whole("pages"), found.whole("seed"))

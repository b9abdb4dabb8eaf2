"""A model's card: inputs, outputs, training and scores, stored inside the .onnx file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from shuzi.data.registers import cells
from shuzi.data.strokes import CITATION
from shuzi.errors import ModelError, ShuziError
from shuzi.ink import normalize
from shuzi.models.card_format_1 import upgraded
from shuzi.models.fields import Fields
from shuzi.models.tasks import DIGITS, FEATURES, TASKS, Tensor

FORMAT = 2
"""The version of the card format. Version 1, written by shuzi 0.1, can still be read."""

METADATA_KEY = "shuzi.card"
BACKENDS = {"tensorflow": "TensorFlow", "jax": "JAX"}
"""The libraries that Keras can train on here, by Keras's names for them."""

MNIST, OWN, STROKES, REGISTERS, MODEL = "mnist", "own", "strokes", "registers", "model"
"""Possible sources of training data; MODEL is followed by the name of the model that was fine-tuned."""

OF_OWN_PICTURES = "as whoever made the pictures decides"
MNIST_LICENCE = "CC BY-SA 3.0, Yann LeCun, Corinna Cortes, Christopher J.C. Burges"
OF_MNIST = f"Apache-2.0; learnt from MNIST ({MNIST_LICENCE})"
_SHOWN = 80  # characters of a bad value that an error quotes


@dataclass(frozen=True)
class Source:
    """One source of a model's training data.

    Parameters
    ----------
    name
        MNIST, OWN, STROKES, REGISTERS, MODEL followed by a name, or a source that only a later shuzi knows.
    sha256
        The SHA-256 of each array, as an uncompressed IDX file, or of each file.
    licence
        The licence it may be used under.
    """

    name: str
    sha256: Mapping[str, str]
    licence: str


@dataclass(frozen=True)
class Calibration:
    """Calibrates a reader's confidence in whole texts, for use with particular partner models.

    Parameters
    ----------
    partners
        The SHA-256 of each partner model's weights, by role, such as "detector".
    numbers
        The fitted numbers; `reading.decide.candidate_confidence` defines their meaning.
    pages, seed
        How many pages were composed from the validation images to fit it, and with which seed.
    strokes
        The SHA-256 of the pen strokes from which as many lines were composed; "" for none.
    """

    partners: Mapping[str, str]
    numbers: Mapping[str, float]
    pages: int
    seed: int
    strokes: str = ""


OF_STROKES = f"{OF_MNIST}; and from pen strokes: {CITATION}"
"""The licence of a model trained on both."""

OF_REGISTERS = f"{OF_STROKES}; and from cells of registers: {cells.CITATION}"
"""The licence of a model trained on those, too."""


@dataclass(frozen=True)
class Card:
    """A model's description of itself.

    Parameters
    ----------
    name
        The recipe's name, such as "softmax".
    task
        What the model does: one of `tasks.TASKS`.
    input, outputs
        The input and output tensors, with shape, type, layout and range.
    classes
        The class names, in the order of the outputs.
    data
        The training data.
    recipe
        Everything needed to train it again, as in `recipe.toml`.
    seed
        The seed of the recipe.
    weights
        The SHA-256 of the .onnx file's graph, weights included; "" in a card written by 0.1.
    scores
        Measured results, such as ``{"test": {"accuracy": 0.9131, "n": 10000, "interval": [0.9074, 0.9185]}}``; for a
        detector, the fraction of the digits on n pages that it finds.
    command
        The command that trains it again; "" if a changed value has no command-line option.
    parameters
        The number of trainable parameters.
    versions
        The versions of the libraries it was trained with.
    temperature
        What the logits were divided by to calibrate the confidence; already part of the weights.
    thresholds
        ``{"unsure": c}``: an answer with a confidence below c is unsure. ``{"not-a-digit": p}``: an image whose
        ``is_digit`` is below p is rejected as not a digit. A detector has no thresholds.
    calibration
        The calibration of its confidence in whole texts; None if it was never fitted.
    normalization
        The version of the normalisation that framed the images (`ink.normalize.VERSION`).
    licence
        The licence of the model.
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
        """The kind of model: CLASSIFIER, DETECTOR or RECOGNISER.

        >>> Card("detector", "detect", TASKS["detect"].input, TASKS["detect"].outputs).kind
        'detector'
        """
        return TASKS[self.task].kind

    @property
    def backend(self) -> str:
        """The library that trained it, with its version, such as "TensorFlow 2.21.0"; "" if the card names none."""
        return next((f"{BACKENDS[name]} {each}" for name, each in self.versions.items() if name in BACKENDS), "")

    def trained_on(self, sha256: str) -> bool:
        """Return whether the model was trained on the array or file with this hash."""
        return any(sha256 in source.sha256.values() for source in self.data)

    def check_usable(self, path: object) -> None:
        """Reject a model trained on images that were normalised differently.

        Raises
        ------
        ModelError
            It was; the error says how to retrain it.
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
        """Return the card as JSON."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=indent)

    @staticmethod
    def from_json(text: str, path: object) -> Card:
        """Parse a card, including one written by shuzi 0.1; unknown fields are ignored.

        Raises
        ------
        ModelError
            The text is not a card or has a later format; a field is missing or has the wrong type; or the task or an
            output is unknown.

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
        temperature=card.positive("temperature", 1.0),
        thresholds=card.numbers("thresholds", {}),
        calibration=_calibration(card),
        normalization=card.whole("normalization"),
        licence=card.text("licence", ""),
    )


def _check_interface(task: str, given: Tensor, outputs: tuple[Tensor, ...], path: object) -> None:
    """Reject inputs or outputs that a model of this task cannot have."""
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
    return {"accuracy": each.fraction("accuracy"), "n": each.whole("n"), "interval": [*each.interval("interval")]}


def _calibration(card: Fields) -> Calibration | None:
    if not card.has("calibration"):
        return None
    found = card.fields("calibration")
    return Calibration(
        found.texts("partners"),
        found.numbers("numbers"),
        found.whole("pages"),
        found.whole("seed"),
        found.text("strokes", ""),
    )

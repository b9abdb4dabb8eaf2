"""A card written by shuzi 0.1 (format 1) becomes a card of format 2, as far as it holds the data."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from typing_extensions import TypedDict

from shuzi.declared import Declared, Number, Text
from shuzi.errors import ModelError
from shuzi.models.tasks import CLASSIFY, CLASSIFY_OR_REJECT, DETECT, TASKS

_TASKS = {
    "probabilities: float32 (n, 10)": CLASSIFY,
    "probabilities: float32 (n, 10); "
    "is_digit: float32 (n, 1), the probability that it is a digit": CLASSIFY_OR_REJECT,
    "places: float32 (n, h/4, w/4, 14): probabilities of a digit's middle; "
    "dx, dy, log width, log height in places": DETECT,
}
"""The output descriptions of 0.1, word for word: only they distinguished its tasks."""

_OF_TEXTS = ("simple-", "found-", "blank", "text-ok")  # thresholds that now belong to the calibration
_PAGES, _SEED = 12_000, 0  # the number of pages that 0.1 fitted them on
_SHOWN = 80


class _Moved(TypedDict):
    """The fields of format 1 that format 2 keeps elsewhere."""

    output: Text
    thresholds: dict[str, Number]
    licence: Text
    data: dict[str, Text]
    recipe: dict[str, Any]


_CARD = Declared[_Moved](_Moved)


def upgraded(values: dict[str, Any], path: object) -> dict[str, Any]:
    """Convert the values of a format 1 card to format 2.

    Raises
    ------
    ModelError
        Its output is unknown.
    FieldError
        A value that has moved since is missing or has the wrong type.
    """
    card = _CARD.read(values)
    output, thresholds, licence = card["output"], card["thresholds"], card["licence"]
    if output not in _TASKS:
        raise ModelError("error.model.output", path=path, found=output[:_SHOWN])
    task = TASKS[_TASKS[output]]
    of_texts = {name: value for name, value in thresholds.items() if name.startswith(_OF_TEXTS)}
    # it is unknown whether its partner was the current detector
    calibration = {"partners": {}, "numbers": of_texts, "pages": _PAGES, "seed": _SEED} if of_texts else None
    own = "MNIST" not in licence
    _, _, of_mnist = licence.rstrip(")").partition("(")
    source = {
        "name": "own" if own else "mnist",
        "sha256": card["data"],
        "licence": licence if own else of_mnist,
    }
    return values | {
        "format": 2,
        "task": _TASKS[output],
        "input": _as_json(asdict(task.input)),
        "outputs": [_as_json(asdict(output)) for output in task.outputs],
        "classes": list("0123456789"),
        "data": [source],
        "seed": card["recipe"].get("seed", 0),
        "weights": "",
        "thresholds": {name: value for name, value in thresholds.items() if name not in of_texts},
        "calibration": calibration,
    }


def _as_json(values: dict[str, Any]) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}

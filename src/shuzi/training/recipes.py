"""The recipes that come with shuzi, by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shuzi.errors import RecipeError
from shuzi.models.tasks import CLASSIFY_OR_REJECT, DETECT, RECOGNISE_LINE
from shuzi.processes.cores import multiplies_bfloat16
from shuzi.training.recipe import Recipe

_ONE_CYCLE: dict[str, Any] = {
    "optimizer": "adam",
    "loss": "mean",
    "schedule": "one-cycle",
    "beta_2": 0.99,
    "label_smoothing": 0.1,
    "augment": "squeeze",
    "towers": 2,
    # as accurate in either: `fast` takes 2.6 times as long where bfloat16 is emulated
    "precision": "bfloat16" if multiplies_bfloat16() else "float32",
    "temperature": "fitted",
}

_READER: dict[str, Any] = _ONE_CYCLE | {
    "network": "rejecting",
    "hidden": 128,
    "learning_rate": 0.02,
    "batch_size": 256,
    "steps": 20_000,
    "report_every": 50,
    "validate_every": 2_000,
    "save_every": 500,
    "optimizer": "muon",
    "augment": "affine",
    "task": CLASSIFY_OR_REJECT,
    "features": "last-hidden",
}

# a million lines
_LINE: dict[str, Any] = _ONE_CYCLE | {
    "network": "line",
    "hidden": 0,
    "learning_rate": 0.01,
    "batch_size": 8,
    "steps": 40_000,
    "report_every": 50,
    "validate_every": 4_000,
    "save_every": 500,
    "optimizer": "muon",
    "augment": "none",
    "label_smoothing": 0.0,
    "temperature": "one",
    "task": RECOGNISE_LINE,
    "composed": "during",
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
        # four fifths of an epoch would be enough; a whole one leaves room for an unlucky seed
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
        # needs pen strokes; the default reader is the mean of one of these and the next
        Recipe(name="reader", beside="strokes", **_READER),
        # the same without pen strokes
        Recipe(name="reader-mnist", **_READER),
        # a trained reader and one's own digits; augmented, they would bring less and let more non-digits pass
        Recipe(
            name="reader-own",
            beside="mnist",
            **_READER
            | {
                "optimizer": "adam",
                "learning_rate": 0.005,
                "steps": 200,
                "report_every": 20,
                "validate_every": 200,
                "save_every": 100,
                "augment": "none",
                "precision": "float32",
            },
        ),
        # the detector
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
            },
            task=DETECT,
        ),
        # reads whole lines; needs pen strokes and registers
        Recipe(name="line", beside="registers", **_LINE),
        # the same without registers
        Recipe(name="line-strokes", **_LINE),
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
        # 40 epochs; so small a network gains nothing from label smoothing
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
        The name is unknown; the error lists the known ones.

    Examples
    --------
    >>> recipe("softmax").learning_rate
    0.001
    """
    if name not in RECIPES:
        raise RecipeError("error.recipe.unknown", name=name, known=", ".join(RECIPES))
    return RECIPES[name]

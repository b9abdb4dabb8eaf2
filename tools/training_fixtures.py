"""Recipes become the losses of their training: the reference for training in the page.

    python tools/training_fixtures.py

The page trains small networks without Python, from the same first weights and on the same images in the same order.
`tests/fixtures/training` has, for each network, the recipe, the loss of every batch that was reported and the
accuracy of every validation. `tests/training/test_fixtures.py` compares Python with them, and the unit tests of
`web/src/networks` the page.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import shuzi
from shuzi.training.events import Done, Progress, Validated
from shuzi.training.loop import train
from shuzi.training.recipe import RECIPES, Recipe

FOLDER = Path(__file__).parents[1] / "tests" / "fixtures" / "training"

_SMALL = RECIPES["mlp"].changed(schedule="one-cycle", report_every=1, validate_every=100, batch_size=64)

FIXTURES = {
    "softmax": RECIPES["softmax"],
    "softmax-seed-3": RECIPES["softmax"].changed(seed=3, steps=300, batch_size=200),
    "mlp": _SMALL.changed(hidden=32, depth=2, steps=100, label_smoothing=0.1, seed=1),
    "small-convolutions": _SMALL.changed(
        name="small-convolutions",
        network="small_convolutions",
        hidden=0,
        steps=60,
        batch_size=80,
        learning_rate=0.005,
    ),
}
"""The recipe of each file."""


def main() -> None:
    """Train and write."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, recipe in FIXTURES.items():
        (FOLDER / f"{name}.json").write_text(json.dumps(curve(recipe)) + "\n")


def curve(recipe: Recipe) -> dict[str, Any]:
    """Return a recipe, and the numbers of its training."""
    events = list(train(recipe, shuzi.load_mnist()))
    (done,) = (each for each in events if isinstance(each, Done))
    return {
        "recipe": recipe.as_dict(),
        "losses": [each.loss for each in events if isinstance(each, Progress)],
        "validated": [[each.step, each.accuracy] for each in events if isinstance(each, Validated)],
        "accuracy": done.accuracy,
        "part": done.part,
    }


if __name__ == "__main__":
    main()

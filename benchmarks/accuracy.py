"""The accuracy of a finished recipe on the 10,000 test images: the mean over seeds, with their spread.

    python benchmarks/accuracy.py softmax --seeds 10

The recipe was chosen on the validation images; the test images are looked at here, once, at the end.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from machine import keep

import shuzi
from shuzi.data.dataset import Splits
from shuzi.evaluation.accuracy import evaluate
from shuzi.training.events import Event, Validated
from shuzi.training.recipes import RECIPES, recipe
from shuzi.training.run import run
from shuzi.training.run_folder import RunFolder


def one_seed(name: str, seed: int, mnist: Splits) -> dict[str, Any]:
    """Train once and evaluate what was exported, as a user would."""
    chosen = recipe(name).changed(seed=seed)
    validation: list[float] = []

    def note(event: Event) -> None:
        if isinstance(event, Validated):
            validation.append(event.accuracy)

    with TemporaryDirectory() as place:
        folder = RunFolder.create(Path(place) / "run", chosen)
        run(folder, chosen, mnist, [note])
        probabilities = shuzi.load(folder.path).classify(mnist.test.images)
    found = evaluate(probabilities, mnist.test.labels)
    result = {"seed": seed, "validation": validation[-1], **found.score.as_dict()}
    print(result, flush=True)
    return result


def main() -> None:
    """Train a recipe with several seeds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("recipe", choices=list(RECIPES))
    parser.add_argument("--seeds", type=int, default=10)
    given = parser.parse_args()
    mnist = shuzi.load_mnist()
    seeds = [one_seed(given.recipe, seed, mnist) for seed in range(given.seeds)]
    test = np.array([each["accuracy"] for each in seeds])
    summary = {"mean": test.mean(), "sd": test.std(ddof=1), "min": test.min(), "max": test.max(), "seeds": len(test)}
    validation = float(np.mean([each["validation"] for each in seeds]))
    keep(
        f"accuracy-{given.recipe}",
        {"recipe": given.recipe, "test": summary, "validation_mean": validation, "each": seeds},
    )


if __name__ == "__main__":
    main()

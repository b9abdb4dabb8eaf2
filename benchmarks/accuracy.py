"""A finished recipe becomes its accuracy on the 10,000 test images: mean and standard deviation over seeds.

    python benchmarks/accuracy.py softmax --seeds 10

The recipe was chosen on the validation images; the test images are used only here, once, at the end. Each seed's run
folder is kept, so an interrupted measurement resumes where it stopped.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np
from machine import keep

import shuzi
from shuzi.data.dataset import Splits
from shuzi.evaluation.accuracy import DISPUTED, evaluate
from shuzi.training.recipe import RECIPES, recipe
from shuzi.training.run import run
from shuzi.training.run_folder import RunFolder


def one_seed(name: str, seed: int, mnist: Splits, runs: Path) -> dict[str, Any]:
    """Train once, or resume, and evaluate the exported model as a user would."""
    chosen, place = recipe(name).changed(seed=seed), runs / f"{name}-{seed}"
    folder = RunFolder.open(place) if place.exists() else RunFolder.create(place, chosen)
    if folder.recipe() != chosen:
        raise SystemExit(f"{place} holds another recipe")
    if folder.exported() != chosen.steps:
        run(folder, chosen, mnist)
    reader = shuzi.load(place)
    validation = evaluate(reader.classify(mnist.validation.images), mnist.validation.labels)
    test = evaluate(reader.classify(mnist.test.images), mnist.test.labels)
    result = {
        "seed": seed,
        "validation": validation.score.accuracy,
        **test.score.as_dict(),
        "without the disputed": test.without(DISPUTED).accuracy,
    }
    print(result, flush=True)
    return result


def main() -> None:
    """Train a recipe with several seeds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("recipe", choices=list(RECIPES))
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--runs", type=Path, default=Path("runs/benchmarks"), help="where the run folders are kept")
    given = parser.parse_args()
    mnist = shuzi.load_mnist()
    seeds = [one_seed(given.recipe, seed, mnist, given.runs) for seed in range(given.seeds)]
    test = np.array([each["accuracy"] for each in seeds])
    summary = {"mean": test.mean(), "sd": test.std(ddof=1), "min": test.min(), "max": test.max(), "seeds": len(test)}
    validation = float(np.mean([each["validation"] for each in seeds]))
    keep(
        f"accuracy-{given.recipe}",
        {"recipe": given.recipe, "test": summary, "validation_mean": validation, "each": seeds},
    )


if __name__ == "__main__":
    main()

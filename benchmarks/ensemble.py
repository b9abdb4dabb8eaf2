"""Several networks become an ensemble, the mean of their probabilities, and its accuracy on the 10,000 test images.

    python benchmarks/ensemble.py runs/best-0,runs/cnn-0 runs/best-1,runs/cnn-1

Each argument is an ensemble of models, each as for `shuzi.load`; several arguments give the mean over ensembles, like
several seeds of a single network. Recipes are combined by their results on the validation images.
"""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np
from machine import keep
from numpy.typing import NDArray

import shuzi
from shuzi.data.dataset import Splits
from shuzi.evaluation.accuracy import DISPUTED, evaluate


def answers(model: str, mnist: Splits) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return a model's probabilities for the validation and the test images."""
    reader = shuzi.load(model)
    return reader.classify(mnist.validation.images), reader.classify(mnist.test.images)


def together(models: list[str], mnist: Splits) -> dict[str, Any]:
    """Score the members of an ensemble individually, and the ensemble."""
    outputs = [answers(model, mnist) for model in models]
    members = [evaluate(test, mnist.test.labels).score.accuracy for _, test in outputs]
    validation, test = (np.mean([each[part] for each in outputs], axis=0) for part in (0, 1))
    found = evaluate(test, mnist.test.labels)
    return {
        "recipes": [shuzi.load(model).card.recipe["name"] for model in models],
        "members": members,
        "validation": evaluate(validation, mnist.validation.labels).score.accuracy,
        **found.score.as_dict(),
        "without the disputed": found.without(DISPUTED).accuracy,
    }


def main() -> None:
    """Score the ensembles and save the results."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ensembles", nargs="+", metavar="MODEL,MODEL,…")
    parser.add_argument("--name", default="ensemble", help="of the result")
    given = parser.parse_args()
    mnist = shuzi.load_mnist()
    each = [together(members.split(","), mnist) for members in given.ensembles]
    for one in each:
        print(one)
    test = np.array([one["accuracy"] for one in each])
    spread = test.std(ddof=1) if len(test) > 1 else None
    keep(given.name, {"test": {"mean": test.mean(), "sd": spread, "ensembles": len(test)}, "each": each})


if __name__ == "__main__":
    main()

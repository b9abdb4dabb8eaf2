"""Models become a table of their accuracy on test images degraded in ten ways at three strengths.

    python benchmarks/robustness.py cnn=runs/cnn fast=runs/fast textbook=runs/textbook/textbook-0.keras

A model is anything that `shuzi.load` takes, or a .keras file for images (n, 28, 28), ink 255, such as those written
by `references.py textbook --to`. A name given to several models, as in `a=one a=two`, stands for their mean.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

import numpy as np
from machine import keep
from numpy.typing import NDArray

import shuzi
from shuzi.data.dataset import Dataset
from shuzi.evaluation.accuracy import DISTURBANCES, robustness

Table = dict[str, list[float]]
Classify = Callable[[NDArray[np.uint8]], NDArray[np.float32]]

UNDISTURBED = "undisturbed"


def classifier(model: str) -> Classify:
    """Open a model with the library for its file extension."""
    if not model.endswith(".keras"):
        return shuzi.load(model).classify
    import keras

    network = keras.models.load_model(model)
    return lambda images: np.asarray(network.predict(images.astype(np.float32), batch_size=1_000, verbose=0))


def table(model: str, test: Dataset) -> Table:
    """Return the accuracy under each disturbance (mild, medium, strong) and without any."""
    classify = classifier(model)
    undisturbed = float(np.mean(classify(test.images).argmax(axis=1) == test.labels))
    return {UNDISTURBED: [undisturbed], **robustness(classify, test.images, test.labels)}


def mean(tables: list[Table]) -> Table:
    """Average over the models with the same name."""
    return {name: np.mean([each[name] for each in tables], axis=0).tolist() for name in tables[0]}


def show(means: dict[str, Table]) -> None:
    """Print a line per disturbance and strength, with a column per model."""
    print(f"{'':<20}" + "".join(f"{name:>14}" for name in means))
    first = next(iter(means.values()))
    for disturbance, values in first.items():
        strengths: tuple[Any, ...] = DISTURBANCES[disturbance][1] if disturbance in DISTURBANCES else ("",)
        for level, strength in enumerate(strengths[: len(values)]):
            cells = "".join(f"{each[disturbance][level]:>14.2%}" for each in means.values())
            print(f"{disturbance + ' ' + str(strength):<20}" + cells)
    averages = (float(np.mean([each[name] for name in DISTURBANCES])) for each in means.values())
    print(f"{'mean, disturbed':<20}" + "".join(f"{value:>14.2%}" for value in averages))


def main() -> None:
    """Evaluate the models and save the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="+", metavar="NAME=MODEL")
    given = parser.parse_args()
    test = shuzi.load_mnist().test
    tables: dict[str, list[Table]] = {}
    for pair in given.models:
        name, given_name, model = pair.partition("=")
        tables.setdefault(name, []).append(table(model if given_name else name, test))
        print(f"{name}: {tables[name][-1][UNDISTURBED]}", flush=True)
    means = {name: mean(each) for name, each in tables.items()}
    show(means)
    keep(
        "robustness",
        {
            "strengths": {name: strengths for name, (_, strengths) in DISTURBANCES.items()},
            "mean accuracy, disturbed": {
                name: float(np.mean([each[disturbance] for disturbance in DISTURBANCES]))
                for name, each in means.items()
            },
            "models": {name: len(each) for name, each in tables.items()},
            "accuracy": means,
            "each": tables,
        },
    )


if __name__ == "__main__":
    main()

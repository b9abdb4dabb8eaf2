"""A finished run becomes a model that comes with shuzi: src/shuzi/models/NAME.onnx.

    python tools/ship.py runs/reader-… default
    python tools/ship.py runs/detector-… detector
    python tools/ship.py runs/tiny-… tiny

The detector comes first, since the default model's confidence in whole texts is fitted on what both read together.

A model must have learnt from MNIST and have a command that repeats it. The score of a classifier on the 10,000 test
images, looked at here once, is put into its card; a detector keeps its score on pages composed from the validation
images.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np

import shuzi
from shuzi.atomic import replacing
from shuzi.evaluation.text_confidence import PAGES, with_honest_confidence
from shuzi.models.card import OF_MNIST
from shuzi.models.score import Score
from shuzi.models.store import DEFAULT, DETECTOR, SHIPPED, find_model, shipped
from shuzi.models.tasks import CLASSIFIER
from shuzi.training.export.conversion import examples_for, restore
from shuzi.training.export.onnx_graph import write_onnx
from shuzi.training.export.parity import compare, network_answers, onnx_answers, tolerance_of


def ship(run: Path, name: str, folder: Path, pages: int = PAGES) -> str:
    """Check a model, put it into the folder, and say what it is worth.

    Parameters
    ----------
    run
        The run folder.
    name
        What the model will be called; DETECTOR is the one that reading uses to find digits.
    folder
        Where the models lie.
    pages
        Composed pages that the default model's confidence is fitted on.

    Raises
    ------
    ValueError
        It cannot be made again, has a name that belongs to another kind, or the .onnx answers otherwise.
    """
    network, card = restore(find_model(run))
    if not card.command or card.licence != OF_MNIST:
        raise ValueError(f"{run} was not made from MNIST by a command that anyone can type")
    if (name == DETECTOR) != (card.kind != CLASSIFIER):
        raise ValueError(f"{run} holds a {card.kind}, which cannot be called {name}")
    test = shuzi.load_mnist().test
    images = examples_for(card, test).images
    expected = network_answers(network, images)
    if card.kind == CLASSIFIER:
        score = Score(int(np.sum(expected[0].argmax(axis=1) == test.labels)), len(test))
        card = replace(card, scores={**card.scores, "test": score.as_dict()})
    if name == DEFAULT:
        if DETECTOR not in shipped():
            raise ValueError("the detector comes first: make ship RUN=… NAME=detector")
        fitted = with_honest_confidence(shuzi.load(run), shuzi.load_mnist().validation, pages=pages).thresholds
        card = replace(card, thresholds=fitted)
    with replacing(folder / f"{name}.onnx") as part:
        write_onnx(network, card, part)
        parity = compare(onnx_answers(part, images), expected, tolerance_of(network, images))
        if not parity.holds:
            raise ValueError(f"the .onnx does not answer as the network does: {parity}")
    worth = [f"{part} {score['accuracy']:.2%} of {score['n']}" for part, score in card.scores.items()]
    return f"{name}: {card.command}, {', '.join(worth)}, {parity}"


def main() -> None:
    """Ship what is named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path)
    parser.add_argument("name")
    given = parser.parse_args()
    try:
        print(ship(given.run, given.name, SHIPPED))
    except ValueError as problem:
        parser.error(str(problem))


if __name__ == "__main__":
    main()

"""Two models, one trained from the other, become their weighted mean, often better than either.

    python tools/average.py line runs/line --weight 0.85 --strokes UNIPEN --out runs/line-mean.onnx
    python tools/average.py runs/models/reader-mnist runs/models/reader --weight 0.6 --strokes UNIPEN --out mean.onnx
    python tools/average.py display runs/display --weight 0.5 --displays FOLDER --out runs/display-mean.onnx

The last training costs a network some of its earlier skill; the mean keeps more of both (Wortsman et al., 2022,
"Robust fine-tuning of zero-shot models"). The weight is chosen on validation data. Temperature, thresholds and the
score in the card are those of the mean, on MNIST's validation images and UNIPEN's, or on displays.
"""

from __future__ import annotations

import argparse
import shlex
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import shuzi
from shuzi.atomic import replacing
from shuzi.data.dataset import Dataset
from shuzi.data.displays import load_displays
from shuzi.data.strokes import load_strokes
from shuzi.errors import ModelError, ShuziError
from shuzi.models.card import MODEL, OWN, Card, Score, Source
from shuzi.models.onnx_file import read_card, read_content
from shuzi.models.store import find_model
from shuzi.training.export import compare, network_answers, onnx_answers, tolerance_of
from shuzi.training.network import build, start_from, write_temperature
from shuzi.training.onnx_graph import write_onnx
from shuzi.training.recipe import Recipe
from shuzi.training.tasks import TASKS


def mean(one: Path, other: Path, recipe: Recipe, weight: float) -> Any:
    """Return a network with the mean of two models' weights: `weight` of the other, the rest of the first.

    Raises
    ------
    ModelError
        A model does not have the recipe's network.
    """
    network, found = build(recipe), []
    for path in (one, other):
        start_from(path, network)
        found.append(network.get_weights())
    network.set_weights([(1 - weight) * first + weight * second for first, second in zip(*found, strict=True)])
    return network


def judged(network: Any, recipe: Recipe, validation: Dataset, card: Card) -> Card:
    """Calibrate a network and score it as its training would, and return the card with the results."""
    task, answers = TASKS[recipe.task], partial(network_answers, network)
    temperature, thresholds = task.calibrate(recipe, answers, partial(write_temperature, network), validation)
    examples = task.evaluation_examples(validation, recipe.seed)
    accuracy = task.accuracy(examples.labels, answers(examples.images)[0])
    score = Score(round(accuracy * len(examples)), len(examples))
    return replace(card, temperature=temperature, thresholds=thresholds, scores={"validation": score.as_dict()})


def card_of(one: Card, other: Card, command: str) -> Card:
    """Return the card of a mean: that of the second, which names the first, and the second itself as a source.

    Raises
    ------
    ValueError
        The second was not trained from the first, or without a command, or on private pictures, or has no licence.
    """
    source = Source(f"{MODEL} {other.name}", {"weights": other.weights}, other.licence)
    if one.weights not in {each.sha256.get("weights") for each in other.data}:
        raise ValueError("the second model was not trained from the first")
    if not other.licence:
        raise ValueError("the second model has no licence")
    if not other.command or any(each.name == OWN for each in other.data):
        raise ValueError("the second model was trained by no command that others can type, or on one's own pictures")
    return replace(other, data=(*other.data, source), command=command, scores={}, calibration=None)


def write(network: Any, card: Card, images: NDArray[np.uint8], out: Path) -> Card:
    """Write a network, if the file gives the same answers, and return the card with the weights' SHA-256.

    Raises
    ------
    ModelError
        The file's answers differ from the network's.
    """
    with replacing(out) as part:
        card = write_onnx(network, card, part)
        answers, tolerance = network_answers(network, images), tolerance_of(network, images)
        parity = compare(onnx_answers(part, images), answers, tolerance, TASKS[card.task].answers)
        if not parity.holds:
            raise ModelError("error.model.parity", difference=parity.difference, others=parity.others, n=parity.n)
    return card


def average(given: argparse.Namespace) -> str:
    """Write the mean of the two models that a command names, and return its score in a line.

    Raises
    ------
    ValueError, OSError, ShuziError
        They have no mean, an option is wrong, or a file cannot be read or written.
    """
    if not 0 <= given.weight <= 1:
        raise ValueError("--weight must be from 0 to 1")
    if given.out.suffix != ".onnx" or given.out.exists():
        raise ValueError("--out must name a new .onnx file")
    paths = [find_model(given.one), find_model(given.other)]
    one, other = (read_card(read_content(path), path) for path in paths)
    names = [shlex.quote(each) for each in (f"{one.name}.onnx", other.name)]
    data = "--strokes unipen.npz" if given.strokes else "--displays displays"
    command = f"python tools/average.py {' '.join(names)} --weight {given.weight!r} {data} --out mean.onnx"
    card, recipe = card_of(one, other, command), Recipe.of(other.recipe, paths[1])
    if (recipe.beside == "displays") != bool(given.displays):
        raise ValueError("a model of displays is scored with --displays, another with --strokes")
    network = mean(*paths, recipe, given.weight)
    own = {"strokes": load_strokes(given.strokes)} if given.strokes else {"displays": load_displays(given.displays)}
    validation = shuzi.load_mnist().with_handwriting(**own).validation
    card = judged(network, recipe, validation, card)
    images = TASKS[recipe.task].comparison_examples(validation).images
    card = write(network, card, images, given.out)
    return f"{given.out}: {card.scores['validation']}, SHA-256 of the weights {card.weights}"


def main() -> None:
    """Write the mean of two models."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("one", help="what `shuzi.load` takes")
    parser.add_argument("other", help="trained from the one")
    parser.add_argument("--weight", type=float, required=True, help="of the other, 0 to 1")
    data = parser.add_mutually_exclusive_group(required=True)
    data.add_argument("--strokes", type=Path, help="UNIPEN or a packed file")
    data.add_argument("--displays", type=Path, help="the folder with digits of displays")
    parser.add_argument("--out", type=Path, required=True, help="a new .onnx file")
    try:
        print(average(parser.parse_args()))
    except (ValueError, OSError, ShuziError) as problem:
        parser.error(str(problem))


if __name__ == "__main__":
    main()

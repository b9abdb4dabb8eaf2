"""Two line recognisers, one trained from the other, become their weighted mean, often better than either.

    python tools/average.py line runs/line --weight 0.85 --strokes UNIPEN --out runs/line-mean.onnx

The weight is chosen on validation lines; the score in the card is that of the mean on the lines that the second one
was validated on. The idea is that of "model soups" (Wortsman et al., 2022).
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import numpy_helper

import shuzi
from shuzi.atomic import replacing
from shuzi.data.strokes import load_strokes
from shuzi.models.card import MODEL, OF_MNIST, Card, Source
from shuzi.models.onnx_file import read_card, read_content, with_card
from shuzi.models.score import Score
from shuzi.models.store import find_model
from shuzi.models.tasks import CLASSES, RECOGNISER
from shuzi.reading.lines.recogniser import Recogniser
from shuzi.synthesis.samples.examples import compose, joined
from shuzi.training.tasks.task import VALIDATION_FRACTION


def mean(one: Any, other: Any, weight: float) -> Any:
    """Return a graph with the mean of two graphs' weights: `weight` of the other, the rest of the one.

    Raises
    ------
    ValueError
        They are not of the same network.
    """
    others = {each.name: numpy_helper.to_array(each) for each in other.graph.initializer}
    result = onnx.ModelProto()
    result.CopyFrom(one)
    if {each.name for each in result.graph.initializer} != set(others):
        raise ValueError("the models are of different networks")
    for each in result.graph.initializer:
        own = numpy_helper.to_array(each)
        if own.shape != others[each.name].shape:
            raise ValueError(f"{each.name} has another shape in the other model")
        if own.dtype.kind == "f":
            mixed = (1 - weight) * own.astype(np.float64) + weight * others[each.name].astype(np.float64)
            each.CopyFrom(numpy_helper.from_array(mixed.astype(own.dtype), each.name))
    return result


def greedy(columns: NDArray[np.float32]) -> str:
    """Return the text of the most probable class of each column, repetitions and blanks left out."""
    best = columns.argmax(axis=1)
    kept = (best != np.concatenate([[-1], best[:-1]])) & (best < len(CLASSES))
    return "".join(CLASSES[each] for each in best[kept])


def score(path: Path, strokes: Path, seed: int) -> Score:
    """Score a recogniser on the validation lines of a training with that seed."""
    split = shuzi.load_mnist().with_strokes(load_strokes(strokes)).validation
    lines = joined(list(compose("separate lines", split, seed, VALIDATION_FRACTION)))
    recogniser = Recogniser(path)
    right = sum(
        greedy(recogniser.columns(strip)) == "".join(CLASSES[each] for each in label if each >= 0)
        for strip, label in zip(lines.images, lines.labels, strict=True)
    )
    return Score(int(right), len(lines))


def card_of(one: Card, other: Card, command: str) -> Card:
    """Return the card of a mean: that of the second, which names the first, and the second itself as a source."""
    source = Source(f"{MODEL} {other.name}", {"weights": other.weights}, other.licence or OF_MNIST)
    if one.weights not in {each.sha256.get("weights") for each in other.data}:
        raise ValueError("the second model was not trained from the first")
    return replace(other, data=(*other.data, source), command=command, scores={})


def main() -> None:
    """Write the mean of two models."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("one", help="what `shuzi.load` takes")
    parser.add_argument("other", help="trained from the one")
    parser.add_argument("--weight", type=float, required=True, help="of the other, 0 to 1")
    parser.add_argument("--strokes", type=Path, required=True, help="UNIPEN or a packed file")
    parser.add_argument("--out", type=Path, required=True, help="an .onnx file")
    given = parser.parse_args()
    paths = [find_model(given.one), find_model(given.other)]
    one, other = (read_card(read_content(path), path) for path in paths)
    if {one.kind, other.kind} != {RECOGNISER}:
        parser.error("both must be line recognisers")
    command = f"python tools/average.py {one.name}.onnx {other.name} --weight {given.weight:g} --strokes unipen.npz"
    try:
        card = card_of(one, other, command)
        graph = mean(onnx.load(str(paths[0])), onnx.load(str(paths[1])), given.weight).SerializeToString()
    except ValueError as problem:
        parser.error(str(problem))
    content, card = with_card(graph, card, given.out)
    with replacing(given.out) as part:
        part.write_bytes(content)
    found = score(given.out, given.strokes, other.seed or 0)
    content, card = with_card(content, replace(card, scores={"validation": found.as_dict()}), given.out)
    with replacing(given.out) as part:
        part.write_bytes(content)
    print(f"{given.out}: {found.as_dict()}, SHA-256 of the weights {card.weights}")


if __name__ == "__main__":
    main()

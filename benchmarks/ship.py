"""A finished run becomes a model that comes with shuzi: src/shuzi/models/NAME.onnx.

    python benchmarks/ship.py runs/tiny-… tiny

It must have learnt from MNIST and have a command that repeats it. Its score on the 10,000 test images, looked at here
once, is put into its card.
"""

from __future__ import annotations

import argparse
from dataclasses import replace

import numpy as np

import shuzi
from shuzi.atomic import replacing
from shuzi.models.card import OF_MNIST
from shuzi.models.score import Score
from shuzi.models.store import SHIPPED, find_model
from shuzi.training.conversion import restore
from shuzi.training.onnx_graph import write_onnx
from shuzi.training.parity import compare, network_answers, onnx_answers, tolerance_of


def main() -> None:
    """Check a model and put it among those that are shipped."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run")
    parser.add_argument("name")
    given = parser.parse_args()
    network, card = restore(find_model(given.run))
    if not card.command or card.licence != OF_MNIST:
        parser.error(f"{given.run} was not made from MNIST by a command that anyone can type")
    test = shuzi.load_mnist().test
    expected = network_answers(network, test.images)
    score = Score(int(np.sum(expected.argmax(axis=1) == test.labels)), len(test))
    card = replace(card, scores={**card.scores, "test": score.as_dict()})
    with replacing(SHIPPED / f"{given.name}.onnx") as part:
        write_onnx(network, card, part)
        parity = compare(onnx_answers(part, test.images), expected, tolerance_of(network, test.images))
        if not parity.holds:
            parser.error(f"the .onnx does not answer as the network does: {parity}")
    print(f"{given.name}: {card.command}, {score.accuracy:.2%} of the test images, {parity}")


if __name__ == "__main__":
    main()

"""How much a few corrections help the reading of one person's digits, and whether they harm any.

    python benchmarks/hand.py --strokes unipen.npz --model runs/… --writers all

For each triple of writer, label and wrong answer that occurs at least four times, the first one, two or three of them
are corrected; counted is how many of the rest are then right, and how many of the writer's right answers become
wrong. MNIST's digits are read with the examples of each writer too. A model that has
seen UNIPEN is measured with its held-out writers, of whom there are few; --writers all is for one that has not.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from characters import picture
from machine import keep
from numpy.typing import NDArray

import shuzi
from shuzi.data.dataset import Dataset
from shuzi.data.strokes import load_strokes
from shuzi.ink.normalize import normalize
from shuzi.ink.paper import ink_map
from shuzi.models.card import Score
from shuzi.models.store import DEFAULT, find_model
from shuzi.models.tasks import DIGITS
from shuzi.reading.classifier import Classifier
from shuzi.reading.hand import Blend, CorrectedClassifier, Examples, Looks, apply_corrections
from shuzi.synthesis.writers import trusted_samples

LEAST = 4


class Known:
    """Images with the network's outputs, each computed once."""

    def __init__(self, classifier: Classifier, images: NDArray[np.uint8], labels: NDArray[np.uint8]) -> None:
        self.images, self.labels = images, labels
        self.probabilities, self.is_digit = classifier.classify_or_reject(images)
        self.looks = Looks.of(images, classifier.features(images), self.probabilities)

    def examples(self, places: list[int]) -> Examples:
        """Return some images as corrected digits."""
        return Examples(self.looks.of_these(places), self.labels[places].astype(np.int64))

    def read(self, examples: Examples) -> NDArray[np.intp]:
        """Return the answers with some corrected digits."""
        found, _ = apply_corrections(self.probabilities, self.is_digit, self.looks, examples, Blend())
        return np.asarray(found.argmax(axis=1))


def measure(digits: Known, writers: NDArray[np.int16], mnist: Known) -> dict[str, Any]:
    """Correct one, two and three digits of every triple and read the rest."""
    before = digits.probabilities.argmax(axis=1)
    triples: dict[tuple[int, int, int], list[int]] = defaultdict(list)
    for place in np.flatnonzero(before != digits.labels).tolist():
        triples[int(writers[place]), int(digits.labels[place]), int(before[place])].append(place)
    often = {key: places for key, places in triples.items() if len(places) >= LEAST}
    found: dict[str, Any] = {"triples": len(often), "writers": len({key[0] for key in often})}
    for count in (1, 2, 3):
        right = rest = harmed = fine = 0
        for (writer, label, _), places in often.items():
            taken = places[:count]
            answers = digits.read(digits.examples(taken))
            left = places[count:]
            right, rest = right + int((answers[left] == label).sum()), rest + len(left)
            good = (writers == writer) & (before == digits.labels)
            harmed += int((answers[good] != digits.labels[good]).sum())
            fine += int(good.sum())
        if rest:
            found[f"after {count}"] = {"right": Score(right, rest).as_dict(), "harmed": Score(harmed, fine).as_dict()}
    alone = (mnist.probabilities.argmax(axis=1) == mnist.labels).mean()
    worst = mean = 0.0
    for writer in {key[0] for key in often}:
        taken = [place for key, places in often.items() if key[0] == writer for place in places[:3]]
        answers = mnist.read(digits.examples(taken))
        lost = 100 * float(alone - (answers == mnist.labels).mean())
        worst, mean = max(worst, lost), mean + lost / found["writers"]
    found["MNIST"] = {
        "alone": float(alone),
        "points lost, mean": round(mean, 4),
        "points lost, most": round(worst, 4),
    }
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default=DEFAULT, help="what `shuzi.load` takes; it outputs its features")
    parser.add_argument("--strokes", type=Path, required=True, help="UNIPEN or a packed file")
    parser.add_argument("--writers", choices=["held-out", "all"], default="held-out")
    parser.add_argument("--name", default="hand", help="of the result")
    given = parser.parse_args()
    cv2.setNumThreads(1)
    strokes = load_strokes(given.strokes)
    if given.writers != "all":
        strokes = strokes.part(strokes.validation)
    places = trusted_samples(strokes, DIGITS)
    images = np.stack([normalize(ink_map(picture(strokes, int(place)))) for place in places])
    labels = strokes.label[places].astype(np.uint8)
    classifier = Classifier(find_model(given.model))
    split = shuzi.load_mnist().test
    digits, mnist = Known(classifier, images, labels), Known(classifier, split.images, split.labels)
    score = measure(digits, strokes.writer[places], mnist)
    start = time.perf_counter()
    CorrectedClassifier(classifier, Dataset(images[:3], labels[:3]))
    score["ms to learn three"] = round(1_000 * (time.perf_counter() - start), 1)
    for name, value in score.items():
        print(name, value)
    keep(given.name, {"writers": given.writers, "digits": len(images), "weights": classifier.card.weights, **score})


if __name__ == "__main__":
    main()

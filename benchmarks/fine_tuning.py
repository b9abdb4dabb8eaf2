"""The effect of fine-tuning on a hundred digits of one hand, for that hand and for others.

    python benchmarks/fine_tuning.py --strokes unipen.npz --writers 141 309 340 354

For each of UNIPEN's writers, `shuzi train --data … --from default` learns some digits, drawn at random; the others
are the exam. A digit that is rejected counts as not read. MNIST's test images, and non-digits composed with its
validation images, are read before and after. Name writers that the default model has not learnt from.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from characters import picture
from machine import keep
from numpy.typing import NDArray

import shuzi
from shuzi.data.dataset import Dataset
from shuzi.data.formats import save_dataset
from shuzi.data.strokes import load_strokes
from shuzi.ink.normalize import normalize
from shuzi.ink.paper import ink_map
from shuzi.models.card import Score
from shuzi.models.store import DEFAULT, find_model
from shuzi.models.tasks import DIGITS
from shuzi.reading.classifier import Classifier
from shuzi.synthesis.crops import NOT_A_DIGIT
from shuzi.synthesis.examples import compose, joined
from shuzi.synthesis.writers import trusted_samples


def trained(data: Dataset, folder: Path) -> Path:
    """Fine-tune the default model, unless the folder is there."""
    if not folder.exists():
        save_dataset(folder.with_suffix(".npz"), data)
        command = [
            sys.executable,
            "-m",
            "shuzi",
            "train",
            "--data",
            str(folder.with_suffix(".npz")),
            "--from",
            DEFAULT,
        ]
        subprocess.run([*command, "--out", str(folder)], check=True)
    return folder


def judged(model: str | Path, exam: Dataset, test: Dataset, non_digits: NDArray[np.uint8]) -> dict[str, Any]:
    """Read the exam, MNIST's test images and non-digits with a model."""
    classifier = Classifier(find_model(model))
    threshold = classifier.card.thresholds["not-a-digit"]
    probabilities, is_digit = classifier.classify_or_reject(exam.images)
    read = (probabilities.argmax(axis=1) == exam.labels) & (is_digit >= threshold)
    mnist = classifier.classify(test.images).argmax(axis=1) == test.labels
    accepted = classifier.classify_or_reject(non_digits)[1] >= threshold
    found = {"own": read, "MNIST": mnist, "non-digits accepted": accepted}
    return {name: Score(int(each.sum()), len(each)).as_dict() for name, each in found.items()}


def main() -> None:
    """Train, read, and keep."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--strokes", type=Path, required=True, help="UNIPEN or a packed file")
    parser.add_argument("--writers", type=int, nargs="+", required=True)
    parser.add_argument("--digits", type=int, default=100, help="to learn")
    parser.add_argument("--runs", type=Path, default=Path("runs"), help="folder of the run folders")
    parser.add_argument("--name", default="fine-tuning", help="of the result")
    given = parser.parse_args()
    cv2.setNumThreads(1)
    given.runs.mkdir(parents=True, exist_ok=True)
    strokes, mnist = load_strokes(given.strokes), shuzi.load_mnist()
    crops = joined(list(compose("crops", mnist.validation, 1, 1 / 32)))
    non_digits = crops.images[crops.labels == NOT_A_DIGIT]
    digits, scores = trusted_samples(strokes, DIGITS), {}
    for writer in given.writers:
        places = np.random.default_rng(0).permutation(digits[strokes.writer[digits] == writer])
        images = np.stack([normalize(ink_map(picture(strokes, int(place)))) for place in places])
        labels, n = strokes.label[places].astype(np.uint8), given.digits
        run = trained(Dataset(images[:n], labels[:n]), given.runs / f"writer-{writer}-{n}")
        exam = Dataset(images[n:], labels[n:])
        before, after = (judged(model, exam, mnist.test, non_digits) for model in (DEFAULT, run))
        scores[str(writer)] = {
            "before": before,
            "after": after,
            "cross-validated": Classifier(find_model(run)).card.scores,
        }
        for name in before:
            one, other = before[name], after[name]
            print(
                f"writer {writer} {name:20} {one['accuracy']:.2%} -> {other['accuracy']:.2%} of {one['n']:,}",
                flush=True,
            )
    writers = " ".join(map(str, given.writers))
    command = f"python benchmarks/fine_tuning.py --strokes STROKES --writers {writers} --digits {given.digits}"
    keep(given.name, {"command": command, "learnt": given.digits, "seed": 0, "writers": scores})


if __name__ == "__main__":
    main()

"""A reader becomes its accuracy on pages composed from MNIST's test digits, which no model was trained on.

    python benchmarks/composed.py
    python benchmarks/composed.py --model runs/… --digits validation

There are three kinds of pages: those of the training's composer, 64x160, with up to about ten digits among
distractors; larger pictures with several lines, each digit in a different hand; and pages of any kind, like those
from validation digits to which the reader's confidence was fitted. The seed fixes them as long as the composer does
not change. All choices are made on the validation digits.

In addition to what `reading.py` measures, this gives the expected calibration error of the text's confidence, in 15
bins of equal size, and how well the best box covers each digit (intersection over union). The composer does not say
where a line ends, so its lines are joined before they are compared; those of larger pictures are not.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np
from machine import keep
from measures import best_overlaps, compared, expected_calibration_error, show, summary
from rivals import Answer

import shuzi
from shuzi.ink.boxes import as_array
from shuzi.models.store import DEFAULT, DETECTOR, shipped
from shuzi.synthesis.composer import Composer, Written, any_kind, several_lines, strip

FOUND = 0.5  # a digit counts as found if a box has at least this IoU with it


def judge(reader: shuzi.Reader, pages: Iterator[Written]) -> dict[str, Any]:
    """Read pages and score the results."""
    answers, labels, confidence, overlaps = [], [], [], []
    for page in pages:
        began = time.perf_counter()
        reading = reader.read(page.grey)
        ms = (time.perf_counter() - began) * 1_000
        answers.append(Answer(reading.digits_text, reading.digits_status == "ok", ms))
        labels.append(page.text)
        confidence.append(reading.digits_confidence)
        overlaps.append(best_overlaps(page.boxes, as_array(each.box for each in reading.digits)))
    right = [compared(each.text, label) == label for each, label in zip(answers, labels, strict=True)]
    digits = [place for place, label in enumerate(labels) if label]
    covered = np.concatenate(overlaps)
    return summary(labels, answers) | {
        "expected calibration error": expected_calibration_error(
            [confidence[place] for place in digits], [right[place] for place in digits]
        ),
        "expected calibration error, with pages of no digit": expected_calibration_error(confidence, right),
        "digits": len(covered),
        "boxes' mean overlap": float(covered.mean()),
        "digits found": float((covered >= FOUND).mean()),
    }


def main() -> None:
    """Compose pages, read them and score the results."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default=DEFAULT, help="what `shuzi.load` takes")
    parser.add_argument("--digits", choices=["test", "validation"], default="test")
    parser.add_argument("--strips", type=int, default=2_000, help="pages of 64x160")
    parser.add_argument("--large", type=int, default=500, help="pages with several lines")
    parser.add_argument("--any-kind", type=int, default=2_000, help="pages of any kind")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--name", default="composed", help="of the result")
    given = parser.parse_args()
    cv2.setNumThreads(1)
    reader, data = shuzi.load(given.model), getattr(shuzi.load_mnist(), given.digits)
    composer = Composer(data.images, data.labels)
    judged = {}
    for which, (name, compose, n) in enumerate(
        [
            ("64x160", strip, given.strips),
            ("several lines", several_lines, given.large),
            ("any kind", any_kind, given.any_kind),
        ]
    ):
        draws = np.random.default_rng([given.seed, which])
        judged[name] = judge(reader, (compose(composer, draws) for _ in range(n)))
    show({name: {"shuzi": numbers} for name, numbers in judged.items()})
    for name, numbers in judged.items():
        others = {key: value for key, value in numbers.items() if isinstance(value, float)}
        print(f"{name}: " + ", ".join(f"{key} {value:.2%}" for key, value in others.items()))
    keep(given.name, {"seed": given.seed, "detector": DETECTOR in shipped(), "pages": judged})


if __name__ == "__main__":
    main()

"""How well whole numbers are read, marks included, and the fraction answerable, on every kind of composed page.

    python benchmarks/whole_numbers.py --strokes unipen.npz --writers odd
    python benchmarks/whole_numbers.py --strokes unipen.npz --lines 200 --model runs/…

The pages come from writers held out from training and from MNIST's digits: even-numbered writers with validation
digits are for making choices, odd-numbered ones with test digits for reporting. Nothing of other lines is on them,
since nobody could say what it says. A text is right if each digit and each mark is; signs are not compared. Kinds
that are held out from training have a star.

For each kind: the share that is right, that is `ok`, that is right where `ok`; the largest share that could be
answered with 99, 97 and 95 % right if one asked for another confidence; and the expected calibration error of the
confidence in ten bins of equal size, with its bootstrap interval. The result also has the curve of coverage against
error.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from machine import keep
from numpy.typing import NDArray

import shuzi
from shuzi.data.strokes import load_strokes
from shuzi.models.card import Score
from shuzi.models.store import DEFAULT
from shuzi.models.tasks import SIGN
from shuzi.synthesis.line_pages import page_of
from shuzi.synthesis.texts import KINDS
from shuzi.synthesis.writers import Writers

BINS, DRAWS = 10, 500
RIGHT = (0.99, 0.97, 0.95)
CURVE = np.linspace(0.05, 1, 20)


def calibration_error(confidence: NDArray[np.float64], right: NDArray[np.float64]) -> float:
    """Return the gap between confidence and accuracy, averaged over ten bins of equal size.

    >>> round(calibration_error(np.full(40, 0.8), np.tile([1.0, 0.0], 20)), 2)
    0.3
    """
    bins = np.array_split(np.argsort(confidence, kind="stable"), min(BINS, len(confidence)))
    apart = sum(len(each) * abs(float(confidence[each].mean() - right[each].mean())) for each in bins)
    return apart / len(confidence)


def answerable(confidence: NDArray[np.float64], right: NDArray[np.float64], wanted: float) -> float:
    """Return the largest fraction of most confident answers at which the given accuracy holds.

    >>> answerable(np.array([0.9, 0.8, 0.7, 0.6]), np.array([1.0, 1.0, 0.0, 0.0]), 0.99)
    0.5
    """
    ranked = right[np.argsort(-confidence, kind="stable")]
    enough = np.flatnonzero(np.cumsum(ranked) / np.arange(1, len(ranked) + 1) >= wanted)
    return float(enough[-1] + 1) / len(ranked) if enough.size else 0.0


def judge(confidence: NDArray[np.float64], right: NDArray[np.float64], ok: NDArray[np.bool_]) -> dict[str, Any]:
    """Score the readings of one kind of page."""
    draws = np.random.default_rng(0).integers(0, len(right), (DRAWS, len(right)))
    errors = [calibration_error(confidence[each], right[each]) for each in draws]
    ranked = right[np.argsort(-confidence, kind="stable")]
    return {
        "right": Score(int(right.sum()), len(right)).as_dict(),
        "ok": float(ok.mean()),
        "right where ok": Score(int(right[ok].sum()), int(ok.sum())).as_dict() if ok.any() else None,
        "answerable": {str(wanted): answerable(confidence, right, wanted) for wanted in RIGHT},
        "calibration error": calibration_error(confidence, right),
        "its interval": np.quantile(errors, (0.025, 0.975)).round(4).tolist(),
        "error of the surest": {
            f"{share:.2f}": round(1 - float(ranked[: max(1, round(share * len(ranked)))].mean()), 4)
            for share in CURVE
        },
    }


def main() -> None:
    """Compose, read and score."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default=DEFAULT, help="what `shuzi.load` takes")
    parser.add_argument("--strokes", type=Path, help="UNIPEN or a packed file; else what SHUZI_STROKES names")
    parser.add_argument("--writers", choices=["even", "odd"], default="even")
    parser.add_argument("--lines", type=int, default=3_000, help="of each kind")
    parser.add_argument("--name", default="whole_numbers", help="of the result")
    given = parser.parse_args()
    cv2.setNumThreads(1)
    reader, strokes, mnist = shuzi.load(given.model), load_strokes(given.strokes), shuzi.load_mnist()
    odd = given.writers == "odd"
    own = strokes.held_out(odd)
    digits = mnist.test if odd else mnist.validation
    writers = Writers(digits.images, digits.labels, own)
    scores: dict[str, Any] = {}
    for number, kind in enumerate(each for each in KINDS.values() if each.name != "empty"):
        rng, found = np.random.default_rng([11, number]), []
        for _ in range(given.lines):
            page = page_of(rng, writers, replace(kind, neighbours=0.0, stamps=0.0, printed=0.0))
            reading = reader.read(page.grey)
            text = reading.text.replace("\n", "")
            found.append((reading.confidence, text == page.text.replace(SIGN, ""), reading.status == "ok"))
        confidence, right, ok = np.array(found, np.float64).T
        name = kind.name if kind.fraction else f"* {kind.name}"
        score = scores[name] = judge(confidence, right, ok.astype(bool))
        sure = score["right where ok"]
        print(
            f"{name:34} right {score['right']['accuracy']:7.2%}  ok {score['ok']:7.2%}"
            f"  right where ok {sure['accuracy'] if sure else 0:8.2%}"
            f"  answerable at 99 % {score['answerable']['0.99']:7.2%}"
            f"  calibration error {score['calibration error']:6.2%}",
            flush=True,
        )
    keep(
        given.name, {"writers": given.writers, "lines": given.lines, "weights": reader.card.weights, "kinds": scores}
    )


if __name__ == "__main__":
    main()

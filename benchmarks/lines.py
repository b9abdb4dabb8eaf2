"""How well a line recogniser reads single lines: every kind of composed page, and numbers recorded from real pens.

    python benchmarks/lines.py --strokes unipen.npz --model runs/…
    python benchmarks/lines.py --strokes unipen.npz --writers odd

The lines come from writers held out from training, and from MNIST's validation digits: even-numbered writers are for
making choices, the others for reporting. Each line is cut out as the composer cuts it, slightly inexactly, and read
once: the best text of a beam search, without a dictionary or a second pass. A text is correct if every digit and
every mark is; signs are not compared. Kinds that are held out from training have a star.

Of UNIPEN's own numbers, only those whose label can match their strokes are read: for some writers, every label
belongs to another sample.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from itertools import islice
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from machine import keep
from numpy.typing import NDArray

import shuzi
from shuzi.data.strokes import Strokes, load_strokes
from shuzi.ink.paper import contrast_map
from shuzi.ink.strips import cut_strip, frame_band, frame_whole
from shuzi.models.card import Score
from shuzi.models.session import Session
from shuzi.models.store import find_model
from shuzi.models.tasks import CLASSES, DIGITS, MARKS, SIGN
from shuzi.reading.recogniser import find_best_texts
from shuzi.synthesis.pen import Pen
from shuzi.synthesis.strips import compose_strips
from shuzi.synthesis.texts import KINDS, target
from shuzi.synthesis.writers import Hand, Writers, number_ink, trusted_numbers

HAND = Hand(height=30.0, slant=0.0, wide=1.0, uneven=0.0, shaky=0.0, pen=Pen(3.0))
MARGIN = 20  # pixels of paper around a recorded number


class Tally:
    """Counts correct texts under several names."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.right: defaultdict[str, list[bool]] = defaultdict(list)
        self.ms: list[float] = []

    def read(self, strip: NDArray[np.uint8], label: str, *names: str) -> None:
        """Read a strip and record whether its whole text is correct, and whether its digits are."""
        began = time.perf_counter()
        (columns,) = self._session.run(strip[None].astype(np.float32))
        self.ms.append((time.perf_counter() - began) * 1_000)
        text = "".join(CLASSES[each] for each in find_best_texts(columns[0], max_texts=1)[0].labels)
        text, label = text.replace(SIGN, ""), label.replace(SIGN, "")
        digits, wanted = ("".join(each for each in some if each in DIGITS) for some in (text, label))
        for name in names:
            self.right[name].append(text == label)
            self.right[f"{name}, digits only"].append(digits == wanted)


def recorded(strokes: Strokes, place: int) -> tuple[NDArray[np.uint8], str]:
    """Write a recorded number on white paper and cut it out."""
    ink, boxes = number_ink(strokes, place, HAND)
    label = str(strokes.label[place])
    grey = 235 - np.rint(np.pad(ink, MARGIN) * 0.8).astype(np.uint8)
    boxes = boxes + np.array([MARGIN, MARGIN, 0, 0], np.float32)
    digits = [each in DIGITS for each in label]
    _, top, _, height = frame_band(boxes[digits].tolist())
    left, _, width, _ = frame_whole(boxes.tolist())
    return cut_strip(contrast_map(grey), (left, top, width, height)), target(label)


def main() -> None:
    """Compose, read and count."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="line", help="an .onnx file, a run folder or a shipped model")
    parser.add_argument("--strokes", type=Path, help="UNIPEN or a packed file; else what SHUZI_STROKES names")
    parser.add_argument("--writers", choices=["even", "odd"], default="even")
    parser.add_argument("--lines", type=int, default=1_000, help="of each kind")
    parser.add_argument("--name", default="lines", help="of the result")
    given = parser.parse_args()
    cv2.setNumThreads(1)
    model, strokes = find_model(given.model), load_strokes(given.strokes)
    tally = Tally(Session(model))
    own = strokes.held_out(odd=given.writers == "odd")
    digits = shuzi.load_mnist().validation
    writers = Writers(digits.images, digits.labels, own)
    for number, kind in enumerate(KINDS.values()):
        name = kind.name if kind.fraction else f"* {kind.name}"
        for strip, text in islice(compose_strips(np.random.default_rng([7, number]), writers, [kind]), given.lines):
            marks = sorted(set(text) & set(MARKS)) if kind.fraction else []
            tally.read(strip, text, name, *(f"with {mark}" for mark in marks))
    for place in trusted_numbers(own):
        strip, text = recorded(own, int(place))
        tally.read(strip, text, "UNIPEN, with marks" if set(text) & set(MARKS) else "UNIPEN, digits")
    scores: dict[str, Any] = {name: Score(sum(each), len(each)).as_dict() for name, each in tally.right.items()}
    for name, score in scores.items():
        print(f"{name:55} {score['accuracy']:8.2%}  of {score['n']:6,}")
    print(f"{np.median(tally.ms):.2f} ms a strip on one core")
    keep(
        given.name, {"model": model.name, "writers": given.writers, "ms": float(np.median(tally.ms)), "right": scores}
    )


if __name__ == "__main__":
    main()

r"""The benefit of a pattern, and whether it ever makes a wrong number `ok`: composed lines, or a folder of pictures.

    python benchmarks/patterns.py --strokes unipen.npz --writers odd
    python benchmarks/patterns.py --pictures folder --name patterns-pictures

Each picture is read without a pattern, with patterns that what is written fits (that it is digits alone, its shape
such as \d\d\.\d\d, its first two digits, the name of its kind), and with patterns that it does not fit: a digit more,
a digit less, another digit in one position, marks where it has none and none where it has some. With the latter,
every `ok` is wrong. Even-numbered writers with validation digits are for making choices, odd-numbered ones with
test digits for reporting. A folder is one as `shuzi evaluate --data` takes it; only digits are compared.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
from machine import keep
from numpy.typing import NDArray

import shuzi
from shuzi.data.strokes import load_strokes
from shuzi.evaluation.comparison import labelled_pictures
from shuzi.models.card import Score
from shuzi.models.store import DEFAULT
from shuzi.models.tasks import DIGITS, SIGN
from shuzi.pictures.open import open_picture
from shuzi.reading.automaton import compile_pattern
from shuzi.synthesis.line_pages import page_of
from shuzi.synthesis.texts import KINDS
from shuzi.synthesis.writers import Writers

WRITTEN = ("numbers", "amounts", "dates and times")
NAMES = ("integer", "amount", "date", "time")


class Picture(NamedTuple):
    """A picture, the text on it, and the kind of text."""

    kind: str
    grey: NDArray[np.uint8]
    label: str


def shape(text: str) -> str:
    r"""Return the pattern of all texts with digits and marks in the same places.

    >>> shape("12.5")
    '\\d\\d\\.\\d'
    """
    return "".join(r"\d" if each in DIGITS else rf"\{each}" for each in text)


def patterns_of(rng: np.random.Generator, text: str) -> dict[str, str]:
    """Return patterns for a text: the names of those that it does not fit begin with "not"."""
    own, digits = shape(text), [place for place, each in enumerate(text) if each in DIGITS]
    changed = int(rng.choice(digits))
    found = {"its shape": own, "not: a digit more": own + r"\d", "not: a digit less": shape(text[:-1])}
    found["not: another digit"] = "".join(
        f"[^{each}]" if place == changed else shape(each) for place, each in enumerate(text)
    )
    if len(digits) == len(text):
        found |= {"digits alone": r"\d+", "not: with a point": r"\d+\.\d+"}
    else:
        found |= {"not: digits alone": r"\d+"}
    if len(digits) > 3:
        known = [each if place in digits[:2] else shape(each) for place, each in enumerate(text)]
        found["its first two digits"] = "".join(known)
    found |= {name: name for name in NAMES if compile_pattern(name).accepts(text)}
    return {name: pattern for name, pattern in found.items() if any(each in pattern for each in "d0123456789")}


def composed(strokes: Path | None, odd: bool, pages: int) -> Iterator[Picture]:
    """Compose pages with one line that anyone could read."""
    mnist = shuzi.load_mnist()
    digits = mnist.test if odd else mnist.validation
    writers = Writers(digits.images, digits.labels, load_strokes(strokes).held_out(odd))
    for place, name in enumerate(WRITTEN):
        rng = np.random.default_rng([31, place])
        kind = replace(KINDS[name], neighbours=0.0, stamps=0.0, printed=0.0)
        for _ in range(pages):
            page = page_of(rng, writers, kind)
            yield Picture(name, page.grey, page.text.replace(SIGN, ""))


def judge(rows: list[tuple[bool, bool]]) -> dict[str, Any]:
    """Score readings, each right or not and `ok` or not."""
    right, ok = np.array(rows, bool).T
    return {
        "right": Score(int(right.sum()), len(right)).as_dict(),
        "ok": float(ok.mean()),
        "ok and wrong": int((ok & ~right).sum()),
    }


def main() -> None:
    """Read and score."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default=DEFAULT, help="what `shuzi.load` takes")
    parser.add_argument("--strokes", type=Path, help="UNIPEN or a packed file; else what SHUZI_STROKES names")
    parser.add_argument("--writers", choices=["even", "odd"], default="even")
    parser.add_argument("--pages", type=int, default=300, help="of each kind")
    parser.add_argument("--pictures", type=Path, help="a folder of labelled pictures, in place of composed pages")
    parser.add_argument("--name", default="patterns", help="of the result")
    given = parser.parse_args()
    cv2.setNumThreads(1)
    reader, rng = shuzi.load(given.model), np.random.default_rng(7)
    if given.pictures:
        labelled = (each for each in labelled_pictures(given.pictures) if each.label)
        pictures = (Picture("pictures", open_picture(each.path), each.label) for each in labelled)
    else:
        pictures = composed(given.strokes, given.writers == "odd", given.pages)
    rows: defaultdict[str, defaultdict[str, list[tuple[bool, bool]]]] = defaultdict(lambda: defaultdict(list))
    for kind, grey, label in pictures:
        seen = reader.recognise(grey)
        patterns = {"none": ""} | patterns_of(rng, label)
        for name, pattern in patterns.items():
            reading = (reader.with_pattern(pattern) if pattern else reader).decide(seen)
            found = reading.digits_only() if given.pictures else reading
            rows[kind][name].append((found.text == label, found.status == "ok"))
    scores = {kind: {name: judge(each) for name, each in of_kind.items()} for kind, of_kind in rows.items()}
    for kind, of_kind in scores.items():
        for name, score in of_kind.items():
            right = score["right"]
            print(
                f"{kind:16} {name:26} right {right['accuracy']:7.2%} of {right['n']:5}, ok {score['ok']:7.2%}, "
                f"ok and wrong {score['ok and wrong']}"
            )
    source = {"pictures": given.pictures.name} if given.pictures else {"writers": given.writers, "pages": given.pages}
    keep(given.name, source | {"weights": reader.card.weights, "kinds": scores})


if __name__ == "__main__":
    main()

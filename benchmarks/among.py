"""How surely `--among` finds which number of a list is written: student numbers of eight digits, lists of 200.

    python benchmarks/among.py --strokes unipen.npz --writers odd

Each page is composed as `benchmarks/whole_numbers.py` composes numbers, and read with four lists of 200: its number
and random others; consecutive numbers with its own among them; random others only; and others of which one differs
from it in one digit. With the last two every "ok" is wrong. Even-numbered writers with validation digits are for
making choices, odd-numbered ones with test digits for reporting.
"""

from __future__ import annotations

import argparse
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from machine import keep

import shuzi
from shuzi.data.strokes import load_strokes
from shuzi.models.card import Score
from shuzi.models.store import DEFAULT
from shuzi.reading.result import Reading
from shuzi.synthesis.line_pages import page_of
from shuzi.synthesis.texts import KINDS, Kind, Text
from shuzi.synthesis.writers import Writers

DIGITS, VALUES = 8, 200
PLACES = ("numbers", "combs")
LISTS = ("its number and others", "consecutive numbers", "others only", "others, one of them a digit off")


@dataclass(frozen=True)
class Written(Kind):
    """A kind of page with a given number on it."""

    number: str = ""

    def text(self, rng: np.random.Generator) -> Text:  # noqa: ARG002 - a kind draws its text, this one has it
        """Return the number."""
        return Text(self.number)


def numbers(rng: np.random.Generator, count: int) -> list[str]:
    """Draw different numbers.

    >>> len(set(numbers(np.random.default_rng(0), 200)))
    200
    """
    drawn: dict[str, None] = {}
    while len(drawn) < count:
        drawn[str(rng.integers(10 ** (DIGITS - 1), 10**DIGITS))] = None
    return [*drawn]


def one_digit_off(rng: np.random.Generator, number: str) -> str:
    """Change one digit.

    >>> sum(a != b for a, b in zip("12345678", one_digit_off(np.random.default_rng(0), "12345678"), strict=True))
    1
    """
    place = int(rng.integers(len(number)))
    other = (int(number[place]) + int(rng.integers(1, 10))) % 10
    return number[:place] + str(other) + number[place + 1 :]


def judge(readings: list[Reading], written: list[str]) -> dict[str, Any]:
    """Score the readings with one kind of list."""
    best = [reading.text == number for reading, number in zip(readings, written, strict=True)]
    right = [each for reading, each in zip(readings, best, strict=True) if reading.status == "ok"]
    return {
        "best": sum(best) / len(best),
        "answered": len(right) / len(readings),
        "right where answered": Score(sum(right), len(right)).as_dict() if right else None,
        "unsure because": dict(Counter(each.advice[0] for each in readings if each.status != "ok").most_common()),
    }


def main() -> None:
    """Compose, read and score."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default=DEFAULT, help="what `shuzi.load` takes")
    parser.add_argument("--strokes", type=Path, help="UNIPEN or a packed file; else what SHUZI_STROKES names")
    parser.add_argument("--writers", choices=["even", "odd"], default="even")
    parser.add_argument("--pages", type=int, default=1_000, help="of each kind")
    parser.add_argument("--name", default="among", help="of the result")
    given = parser.parse_args()
    cv2.setNumThreads(1)
    reader, strokes, mnist = shuzi.load(given.model), load_strokes(given.strokes), shuzi.load_mnist()
    odd = given.writers == "odd"
    digits = mnist.test if odd else mnist.validation
    writers = Writers(digits.images, digits.labels, strokes.held_out(odd))
    scores: dict[str, Any] = {}
    for place, name in enumerate(PLACES):
        rng = np.random.default_rng([13, place])
        fields = {each: getattr(KINDS[name], each) for each in KINDS[name].__dataclass_fields__}
        kind = Written(**fields | {"neighbours": 0.0, "stamps": 0.0, "printed": 0.0})
        found: dict[str, list[Reading]] = {each: [] for each in LISTS}
        written, plain = [], 0
        for _ in range(given.pages):
            drawn = numbers(rng, 2 * VALUES)
            number, near = drawn[0], one_digit_off(rng, drawn[0])
            written.append(number)
            page = page_of(rng, writers, replace(kind, number=number))
            seen = reader.recognise(page.grey)
            plain += reader.decide(seen).digits_text == number
            first = min(int(number), 10**DIGITS - VALUES) - int(rng.integers(VALUES))
            lists = (
                drawn[:VALUES],
                [f"{each:0{DIGITS}}" for each in range(max(first, 0), max(first, 0) + VALUES)],
                drawn[VALUES:],
                [*drawn[VALUES:-1], near],
            )
            for each, listed in zip(LISTS, lists, strict=True):
                found[each].append(reader.with_values(listed).decide(seen))
        scores[name] = {"without a list": Score(plain, given.pages).as_dict()}
        scores[name] |= {each: judge(readings, written) for each, readings in found.items()}
        for each, score in scores[name].items():
            print(f"{name:10} {each:40}", score, flush=True)
    keep(
        given.name, {"writers": given.writers, "pages": given.pages, "weights": reader.card.weights, "kinds": scores}
    )


if __name__ == "__main__":
    main()

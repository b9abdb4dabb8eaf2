"""How well a stack is read after three corrections, where its writer always writes one digit in the same odd way.

    python benchmarks/corrections.py --writers 10             # for making choices: seeds from 0
    python benchmarks/corrections.py --writers 40 --test      # for reporting: other seeds

Each writer fills one sheet of 12 rows with three fields of three boxes. A third of the digits are a slashed 0, a 9
like a P or a 5 like a root sign, drawn by code with one pen and varied a little, as a hand does; all others are those
of MNIST's validation split, of many hands. Most writers of such digits are read well, so they are drawn until one is
found of whom the default model misreads at least half of eight images before they are printed. Photographs are those
of the benchmark of forms. The first three cells whose odd digit is misread are corrected, and the same photograph is
read again with these alone. Of the cells that were not corrected, counted are odd digits that are right, cells that
are right and `ok`, and those that changed. Intervals are those of sampling whole writers again.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Any

import cv2
import numpy as np
from machine import keep
from numpy.typing import NDArray
from sheets import FINE, Hands, photograph, places_of, print_sheet
from sheets import fill as fill_sheet

import shuzi
from shuzi.data.dataset import Dataset
from shuzi.forms.collect import collect
from shuzi.forms.hands import digits_of, images_in
from shuzi.forms.kinds import Field
from shuzi.forms.read import PageReader
from shuzi.forms.result import Cell, PageRead
from shuzi.forms.spec import Spec
from shuzi.ink.normalize import normalize
from shuzi.reading.result import OK
from shuzi.synthesis.digit_shapes import WORLD, Strokes, around, curves_of
from shuzi.synthesis.pen import Pen, shaken, written

_ROWS, _FIELDS, _BOXES, _ODD = 12, 3, 3, 1 / 3
_CORRECTED = 3
_RESAMPLED = 2_000  # resamples, for intervals
_TEST = 1_000  # the first seed of reported results
_SHOWN = 50.0  # pixels: the height of a digit before it is printed
_TRIED, _MISREAD = 8, 0.5  # images of a writer's digit, and the least number of them misread
_SHAKEN = 0.02  # of the height: how much a digit differs from the last one of the same hand

Key = tuple[int, str]


def slashed_zero(rng: np.random.Generator) -> Strokes:
    """Draw a ring, and a slash through it that may reach beyond."""
    wide, reach = rng.uniform(0.28, 0.44), rng.uniform(-0.12, 0.15)
    ring = around((wide, 0.5), (wide, 0.5), rng.uniform(0.15, 0.35), 1.0, 10)
    return [ring, [(2 * wide + reach, 0.1 - reach / 2), (-reach, 0.9 + reach / 2)]]


def shape_named(digit: int, name: str) -> Callable[[np.random.Generator], Strokes]:
    """Return one of the shapes in which code draws a digit."""
    return next(shape for shape in WORLD[digit] if shape.__name__ == name)


SHAPES = {
    "slashed 0": (0, slashed_zero),
    "9 like a P": (9, shape_named(9, "_p_nine")),
    "5 like a root": (5, shape_named(5, "_root_five")),
}
"""The odd digits: the digit of each, and its shape."""


@dataclass(frozen=True)
class OddHands(Hands):
    """Hands that write one digit in one shape."""

    digit: int = 0
    curves: tuple[NDArray[np.float64], ...] = ()
    width: float = 0.5

    def ink_of(self, rng: np.random.Generator, text: str, height: float) -> tuple[list[NDArray[np.uint8]], int]:
        """Write a text as `Hands` does, except for that digit."""
        inks, writer = super().ink_of(rng, text, height)
        return [
            self.odd(rng, height) if character == str(self.digit) else ink
            for character, ink in zip(text, inks, strict=True)
        ], writer

    def odd(self, rng: np.random.Generator, height: float) -> NDArray[np.uint8]:
        """Write that digit about `height` pixels high: uint8 (h, w), ink 255."""
        high = float(np.ptp(np.concatenate(self.curves), axis=0).max())
        scale = height * rng.uniform(0.9, 1.1) / high
        lines = shaken(rng, [np.asarray(curve * scale, np.float32) for curve in self.curves], _SHAKEN * height)
        return written(lines, Pen(FINE * self.width))[0]


def odd_hands(
    digits: Dataset,
    digit: int,
    shape: Callable[[np.random.Generator], Strokes],
    reader: shuzi.Reader,
    seed: list[int],
) -> tuple[OddHands, int]:
    """Draw writers until a digit is misread; return that writer, and how many were drawn."""
    for drawn in count(1):
        rng = np.random.default_rng([*seed, drawn])
        curves = tuple(curves_of(rng, shape(rng)))
        hands = OddHands(digits.images, digits.labels, None, digit, curves, float(rng.uniform(0.35, 0.7)))
        images = np.stack([normalize(hands.odd(rng, _SHOWN)) for _ in range(_TRIED)])
        if (reader.classify(images).argmax(axis=1) != digit).mean() >= _MISREAD:
            return hands, drawn
    raise AssertionError


def read_twice(
    spec: Spec, printed: NDArray[np.float32], hands: OddHands, reader: shuzi.Reader, seed: list[int]
) -> dict[str, Any] | None:
    """Fill, photograph, read, correct and read again one sheet; None if it is not found.

    Returns
    -------
    The number of corrected cells, and counts of the other cells before and after.
    """
    rng = np.random.default_rng(seed)
    texts = {(row, field.name): _text(rng, hands.digit) for row in range(_ROWS) for field in spec.fields}
    photo, _ = photograph(rng, fill_sheet(rng, printed, places_of(spec), texts, hands))
    try:
        first = PageReader(spec, reader).read(photo, "sheet")
    except shuzi.ShuziError:
        return None
    taught = _wrong_ones(first, texts, hands.digit)[:_CORRECTED]
    if not taught:
        return {"nothing to correct": 1}
    table = collect(spec, [first], [1])
    digits = [digits_of(table, row + 1, name, texts[row, name]) for row, name in taught]
    images, labels = (np.concatenate([getattr(each, part) for each in digits]) for part in ("images", "labels"))
    known = reader.with_corrections(Dataset(images, labels))
    second = PageReader(spec, known).read(photo, "sheet")
    rest = [key for key in texts if key not in taught]
    return {"corrected": len(taught)} | {
        name: counted
        for when, page in (("before", first), ("after", second))
        for name, counted in _counts(when, page, texts, rest, str(hands.digit)).items()
    } | _changes(first, second, texts, rest)  # fmt: skip


def _text(rng: np.random.Generator, odd: int) -> str:
    return "".join(str(odd if rng.random() < _ODD else rng.integers(10)) for _ in range(_BOXES))


def _wrong_ones(page: PageRead, texts: dict[Key, str], odd: int) -> list[Key]:
    """Return the cells in order whose odd digit is misread, and whose digits were all found."""
    return [
        key
        for key, text in texts.items()
        if _rights(page.cells[key].text, text, str(odd)) < text.count(str(odd))
        and len(images_in(page.cells[key])) == len(text)
    ]


def _rights(found: str, text: str, odd: str) -> int:
    if len(found) != len(text):
        return 0
    return sum(one == other == odd for one, other in zip(found, text, strict=True))


def _counts(when: str, page: PageRead, texts: dict[Key, str], rest: list[Key], odd: str) -> dict[str, int]:
    cells = {key: page.cells[key] for key in rest}
    return {
        f"odd digits {when}": sum(texts[key].count(odd) for key in rest),
        f"odd digits right {when}": sum(_rights(cell.text, texts[key], odd) for key, cell in cells.items()),
        f"cells {when}": len(rest),
        f"cells right {when}": sum(cell.text == texts[key] for key, cell in cells.items()),
        f"ok {when}": sum(cell.status == OK for cell in cells.values()),
        f"ok and right {when}": sum(_is_sure(cell, texts[key]) for key, cell in cells.items()),
    }


def _is_sure(cell: Cell, text: str) -> bool:
    return cell.status == OK and cell.text == text


def _changes(first: PageRead, second: PageRead, texts: dict[Key, str], rest: list[Key]) -> dict[str, int]:
    pairs = [(first.cells[key], second.cells[key], texts[key]) for key in rest]
    return {
        "ok and right, then wrong": sum(_is_sure(a, text) and b.text != text for a, b, text in pairs),
        "ok and right, then unsure": sum(_is_sure(a, text) and b.status != OK for a, b, text in pairs),
        "right, then wrong": sum(a.text == text != b.text for a, b, text in pairs),
        "wrong and ok, then not": sum(a.status == OK and a.text != text and b.status != OK for a, b, text in pairs),
        "then wrong and ok, not before": sum(
            b.status == OK and b.text != text and not (a.status == OK and a.text != text) for a, b, text in pairs
        ),
        "writers whose ok fell": int(
            sum(b.status == OK for _, b, _ in pairs) < sum(a.status == OK for a, _, _ in pairs)
        ),
    }


def measured(tries: list[dict[str, Any]]) -> dict[str, Any]:
    """Add up the writers, with intervals of the ratios of digits right."""
    names = dict.fromkeys(name for each in tries for name in each)
    total = {name: sum(each.get(name, 0) for each in tries) for name in names}
    read = [each for each in tries if "corrected" in each]
    rng = np.random.default_rng(0)
    chosen = rng.integers(len(read), size=(_RESAMPLED, len(read)))
    for when in ("before", "after"):
        right, n = (
            np.array([each[f"{name} {when}"] for each in read]) for name in ("odd digits right", "odd digits")
        )
        ratios = right[chosen].sum(axis=1) / n[chosen].sum(axis=1)
        total[f"right {when}"] = round(float(right.sum() / n.sum()), 4)
        total[f"right {when}, 95 %"] = [round(float(each), 4) for each in np.quantile(ratios, [0.025, 0.975])]
    return {"writers": len(tries)} | total


def main() -> None:
    """Measure each shape and all together."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--writers", type=int, default=10, help="of each shape")
    parser.add_argument("--test", action="store_true", help="other seeds, for reporting")
    parser.add_argument("--name", default="corrections", help="of the result")
    given = parser.parse_args()
    cv2.setNumThreads(1)
    digits = shuzi.load_mnist().validation
    fields = tuple(Field(f"q{n}", f"q{n}", boxes=_BOXES) for n in range(1, _FIELDS + 1))
    spec = Spec("Corrections", fields, rows=_ROWS)
    (printed,) = print_sheet(spec)
    reader = shuzi.load()
    found: dict[str, Any] = {}
    everything: list[dict[str, Any]] = []
    for kind, (name, (digit, shape)) in enumerate(SHAPES.items()):
        tries = []
        for number in range(given.writers):
            seed = [_TEST * given.test + number, kind]
            hands, drawn = odd_hands(digits, digit, shape, reader, seed)
            counts = read_twice(spec, printed, hands, reader, seed)
            print(name, number, drawn, counts, flush=True)
            tries.append({"writers drawn": drawn, "sheets not found": int(counts is None)} | (counts or {}))
        found[name] = measured(tries)
        everything += tries
        print(name, found[name])
    found["all"] = measured(everything)
    print("all", found["all"])
    keep(given.name, {"test": given.test, "shapes": found})


if __name__ == "__main__":
    main()

"""How well sheets are read from photographs: printed, filled in, creased, lit and photographed by code.

    python benchmarks/forms.py --strokes unipen.npz --writers odd
    python benchmarks/forms.py --sheets 40 --only digits

The digits are MNIST's and, with --strokes, those of UNIPEN's held-out writers; even-numbered writers with validation
digits are for making choices, odd-numbered ones with test digits for reporting. Photographs have 1,500 x 2,000
pixels, from up to 30 degrees, a quarter of them upside down, with shadows, folds, blur, noise and JPEG.
Milliseconds are time of one core, decoding included.

digits    80 boxes of one digit, an eighth of them empty
fields    fields of 3 to 6 digits and amounts with decimals, in boxes, combs and open boxes
roster    student numbers of 8 boxes, of which 200 are on the roster
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from machine import keep
from sheets import Hands, fill, photograph, places_of, print_sheet

import shuzi
from shuzi.data.strokes import load_strokes
from shuzi.errors import PictureError
from shuzi.forms.reading.page import PageReader
from shuzi.forms.spec import BOXES, COMB, IDENTIFIER, OPEN, Field, Spec
from shuzi.models.score import Score

Texts = dict[tuple[int, str], str]


def digits_spec() -> Spec:
    """Return a sheet of 80 boxes."""
    return Spec("Digits", tuple(Field(f"d{n}", str(n), boxes=1) for n in range(1, 6)), rows=16)


def fields_spec() -> Spec:
    """Return a sheet with fields of 3 to 6 digits and amounts, in all styles."""
    fields = [
        Field(f"{style}-{boxes}{'-2' if decimals else ''}", f"{boxes}", boxes=boxes, decimals=decimals, style=style)
        for style in (BOXES, COMB, OPEN)
        for boxes, decimals in ((3, 0), (4, 0), (5, 0), (6, 0), (5, 2), (6, 2))
    ]
    return Spec("Fields", tuple(fields))


def roster_spec(numbers: list[str]) -> Spec:
    """Return a sheet with student numbers."""
    field = Field("student", "Student number", IDENTIFIER, boxes=8, among=tuple(numbers), required=True)
    return Spec("Students", (field,), rows=19)


def any_digits(rng: np.random.Generator, spec: Spec) -> Texts:
    """Fill most boxes with a digit each."""
    return {
        (row, each.name): str(rng.integers(10)) if rng.random() < 0.875 else ""
        for row in range(spec.rows)
        for each in spec.fields
    }


def any_numbers(rng: np.random.Generator, spec: Spec) -> Texts:
    """Fill each field with a number as long as it allows, or a digit shorter."""
    texts: Texts = {}
    for each in spec.fields:
        whole = each.boxes - each.decimals - int(rng.random() < 0.3)
        value = str(rng.integers(10 ** (whole - 1), 10**whole))
        rest = "".join(map(str, rng.integers(0, 10, each.decimals)))
        texts[0, each.name] = f"{value}.{rest}" if rest else value
    return texts


def any_students(rng: np.random.Generator, spec: Spec) -> Texts:
    """Write a student number of the roster in each row."""
    return {(row, "student"): str(rng.choice(spec.fields[0].among)) for row in range(spec.rows)}


def measure(
    spec: Spec, choose: Callable[[np.random.Generator, Spec], Texts], hands: Hands, sheets: int, seed: int
) -> dict[str, Any]:
    """Fill, photograph and read sheets of one spec."""
    reader = PageReader(spec, shuzi.load())
    (printed,) = print_sheet(spec)
    places = places_of(spec)
    found, times, cells = 0, [], []
    for number in range(sheets):
        rng = np.random.default_rng([seed, number])
        texts = choose(rng, spec)
        photo, _ = photograph(rng, fill(rng, printed, places, texts, hands))
        start = time.process_time()
        try:
            read = reader.read(photo, f"{number}.jpg")
        except PictureError as problem:
            print(f"  sheet {number}: {problem}")
            continue
        times.append(1_000 * (time.process_time() - start))
        found += 1
        for key, cell in read.cells.items():
            cells.append((texts[key], cell.text, cell.status, cell.confidence, key[1]))
    written = [each for each in cells if each[0]]
    ok = [each for each in written if each[2] == "ok"]
    empty = [each for each in cells if not each[0]]
    return {
        "sheets": sheets,
        "found": Score(found, sheets).as_dict(),
        "right": Score(sum(wrote == text for wrote, text, *_ in written), len(written)).as_dict(),
        "ok": Score(len(ok), len(written)).as_dict(),
        "right where ok": Score(sum(wrote == text for wrote, text, *_ in ok), max(len(ok), 1)).as_dict(),
        "empty cells": Score(sum(status == "blank" for _, _, status, *_ in empty), max(len(empty), 1)).as_dict(),
        "ms": {"mean": round(float(np.mean(times)), 1), "median": round(float(np.median(times)), 1)},
        "by confidence": _curve(written),
        "wrong where ok": [each for each in ok if each[0] != each[1]][:40],
    }


def _curve(written: list[Any]) -> dict[str, Any]:
    """Return for each style of field the share of answers at least so sure, and how many are right."""
    curves: dict[str, Any] = {}
    for style in sorted({name.partition("-")[0] for *_, name in written}):
        mine = [each for each in written if each[4].partition("-")[0] == style]
        curves[style] = {"n": len(mine), "right": sum(each[0] == each[1] for each in mine) / len(mine)}
        for least in (0.5, 0.7, 0.8, 0.85, 0.9, 0.95, 0.97, 0.99):
            sure = [each for each in mine if each[3] >= least]
            right = sum(each[0] == each[1] for each in sure) / max(len(sure), 1)
            curves[style][str(least)] = [round(len(sure) / len(mine), 4), round(right, 5)]
    return curves


def main() -> None:
    """Measure every kind of sheet."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--strokes", type=Path, help="UNIPEN or a packed file; without it, MNIST's digits only")
    parser.add_argument("--writers", choices=["even", "odd"], default="even")
    parser.add_argument("--sheets", type=int, default=500)
    parser.add_argument("--only", choices=["digits", "fields", "roster"])
    parser.add_argument("--name", default="forms", help="of the result")
    given = parser.parse_args()
    cv2.setNumThreads(1)
    mnist, odd = shuzi.load_mnist(), given.writers == "odd"
    digits = mnist.test if odd else mnist.validation
    strokes = load_strokes(given.strokes).held_out(odd) if given.strokes else None
    hands = Hands(digits.images, digits.labels, strokes)
    rng = np.random.default_rng(5)
    numbers = [f"{each:08}" for each in rng.choice(10**8, 200, replace=False)]
    kinds: dict[str, tuple[Spec, Callable[[np.random.Generator, Spec], Texts]]] = {
        "digits": (digits_spec(), any_digits),
        "fields": (fields_spec(), any_numbers),
        "roster": (roster_spec(numbers), any_students),
    }
    scores = {}
    for seed, (kind, (spec, choose)) in enumerate(kinds.items()):
        if given.only not in (None, kind):
            continue
        score = scores[kind] = measure(spec, choose, hands, given.sheets, 1_000 * (1 + odd) + seed)
        print(
            f"{kind:8} found {score['found']['accuracy']:7.2%}  right {score['right']['accuracy']:7.2%}"
            f"  ok {score['ok']['accuracy']:7.2%}  right where ok {score['right where ok']['accuracy']:8.3%}"
            f"  empty {score['empty cells']['accuracy']:7.2%}  {score['ms']['median']:.0f} ms",
            flush=True,
        )
    keep(given.name, {"writers": given.writers, "unipen": strokes is not None, "kinds": scores})


if __name__ == "__main__":
    main()

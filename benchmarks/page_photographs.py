"""Measure how many numbers of photographed pages are read, by condition, beside other readers.

    SHUZI_STROKES=unipen.npz python benchmarks/page_photographs.py --keep page-photographs
    options: --even (writers to choose by; odd ones report)  --pages 120  --save FOLDER (pictures and labels.csv)
             --with rapidocr (needs the extra "ocr")  --seed 1

Each page is composed: numbers by one UNIPEN writer that no model was trained on, on white or coloured paper, bare,
ruled or squared, in one or two columns, with none, a hairline, some or much of a desk at its edges, from 600 to 3,000
pixels. A number is right if its digits are among those read, each counted once; a page is whole if all its numbers
and no others are read. A reading that is not "unsure" vouches for what it says, an empty one too.
"""

from __future__ import annotations

import argparse
import csv
import math
import time
from collections import Counter
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import cv2
import machine
import numpy as np

import shuzi
from shuzi.data.mnist import load_mnist
from shuzi.data.strokes import load_strokes
from shuzi.synthesis.photographs import Conditions, Photograph, compose
from shuzi.synthesis.writers import Writers

EDGES, RULINGS, COLUMNS = ("none", "hairline", "some", "much"), ("bare", "ruled", "squared"), (1, 2)
TEXTS = (("ten", 0.5), ("number", 0.5))
LONGEST = 10  # characters of a number

Read = Callable[[Path], tuple[list[str], bool]]
"""Reads a page: the digits of its numbers, and whether that is vouched for."""


def pages(count: int, odd: bool, seed: int, data_dir: Path | None) -> list[tuple[Photograph, dict[str, Any]]]:
    """Compose pages in all conditions in turn, and say what each shows."""
    strokes, digits = load_strokes().held_out(odd), load_mnist(data_dir).validation
    writers, rng = Writers(digits.images[:10], digits.labels[:10], strokes), np.random.default_rng([seed, int(odd)])
    kinds = [*product(EDGES, RULINGS, COLUMNS)]
    made = []
    while len(made) < count:
        edge, ruling, columns = kinds[len(made) % len(kinds)]
        side = int(np.exp(rng.uniform(math.log(600), math.log(3_000))))
        shape = (side, round(side * rng.uniform(0.65, 0.8)))
        shape = shape if rng.random() < 0.85 else shape[::-1]
        letter = side / rng.uniform(15, 45)
        conditions = Conditions(edge, ruling, "columns" if columns == 2 else "list", TEXTS, columns, 8, 0.0, True)
        page = compose(rng, writers, shape, letter, conditions)
        corners = np.concatenate([line.corners for line in page.lines]) if page.lines else np.zeros((1, 2))
        inside = (corners > 0.2 * letter).all() and (corners < np.array(shape[::-1]) - 0.2 * letter).all()
        if page.lines and inside and all(len(line.text) <= LONGEST for line in page.lines):
            made.append((page, {"edge": edge, "ruling": ruling, "columns": columns, "letter": letter, "side": side}))
    return made


def by_shuzi() -> Read:
    """Read with shuzi."""
    reader = shuzi.load()

    def read(path: Path) -> tuple[list[str], bool]:
        reading = reader.read(path)
        text = "" if reading.status in ("blank", "not-a-digit") else reading.digits_text
        return text.split("\n"), reading.digits_status != "unsure"

    return read


def by_rapidocr() -> Read:
    """Read with PP-OCR and its detector, through RapidOCR; it vouches for all it reads."""
    from rapidocr import RapidOCR

    engine = RapidOCR(params={"Global.log_level": "error"})

    def read(path: Path) -> tuple[list[str], bool]:
        return list(engine(str(path)).txts or ()), True

    return read


READERS = {"shuzi": by_shuzi, "rapidocr": by_rapidocr}


def measure(read: Read, files: list[tuple[Path, list[str], dict[str, Any]]]) -> list[dict[str, Any]]:
    """Read all pages, and say of each what was right."""
    rows = []
    for path, numbers, facts in files:
        start = time.process_time()
        found, vouched = read(path)
        seconds = time.process_time() - start
        texts = Counter(filter(None, ("".join(filter(str.isdigit, text)) for text in found)))
        label = Counter(numbers)
        rows.append(
            facts
            | {"file": path.name, "numbers": len(numbers), "right": (texts & label).total(), "whole": texts == label,
               "vouched": vouched, "seconds": seconds, "read": sorted(texts.elements()), "written": numbers}
        )  # fmt: skip
    return rows


def interval(right: int, n: int) -> tuple[float, float]:
    """Return Wilson's 95 % interval of a fraction."""
    if not n:
        return 0.0, 1.0
    z, p = 1.96, right / n
    middle, half = p + z * z / (2 * n), z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return (middle - half) / (1 + z * z / n), (middle + half) / (1 + z * z / n)


def tell(name: str, rows: list[dict[str, Any]]) -> None:
    """Print a table by condition."""
    print(f"{name}: {len(rows)} pages")
    groups = [("all", rows)]
    for key, values in (("edge", EDGES), ("ruling", RULINGS), ("columns", COLUMNS)):
        groups += [(f"{key} {value}", [row for row in rows if row[key] == value]) for value in values]
    for title, own in groups:
        n, right = sum(row["numbers"] for row in own), sum(row["right"] for row in own)
        whole, vouched = sum(row["whole"] for row in own), sum(row["vouched"] for row in own)
        bad = sum(row["vouched"] and not row["whole"] for row in own)
        low, high = interval(right, n)
        print(
            f"  {title:16}{right / max(n, 1):7.1%} of {n:4} ({low:.1%} to {high:.1%}), "
            f"whole {whole / max(len(own), 1):6.1%}, vouched for {vouched}, of these wrong {bad}, "
            f"{np.mean([row['seconds'] for row in own]):.2f} s"
        )


def save(made: list[tuple[Photograph, dict[str, Any]]], folder: Path) -> list[tuple[Path, list[str], dict[str, Any]]]:
    """Save the pictures and their labels, as JPEG as telephones do."""
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    with (folder / "labels.csv").open("w", newline="") as table:
        rows = csv.writer(table)
        rows.writerow(("file", "label"))
        for index, (page, facts) in enumerate(made):
            path = folder / f"page-{index:03}.jpg"
            cv2.imwrite(str(path), page.grey, [cv2.IMWRITE_JPEG_QUALITY, 90])
            numbers = ["".join(filter(str.isdigit, line.text)) for line in page.lines]
            rows.writerow((path.name, "|".join(numbers)))
            files.append((path, numbers, facts))
    return files


def main() -> None:
    """Compose, read and report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=120)
    parser.add_argument("--even", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--save", type=Path, default=Path("build/page-photographs"))
    parser.add_argument("--keep", default="")
    parser.add_argument("--with", dest="others", default="")
    parser.add_argument("--data-dir", type=Path)
    given = parser.parse_args()
    files = save(pages(given.pages, not given.even, given.seed, given.data_dir), given.save)
    results = {}
    for name in ("shuzi", *filter(None, given.others.split(","))):
        results[name] = measure(READERS[name](), files)
        tell(name, results[name])
    if given.keep:
        machine.keep(given.keep, {"seed": given.seed, "even": given.even, "pages": results})


if __name__ == "__main__":
    main()

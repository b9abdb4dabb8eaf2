"""How well filled forms without markers are found by their blank form: five layouts, photographed by code.

    python benchmarks/traced_forms.py --sheets 300

Each layout (`layouts.py`) is traced from its scan, without help: fields are proposed where it has boxes. Sheets are
filled with MNIST's validation digits (with --test, test digits) and photographed as `forms.py` does it: 1,500 x 2,000
pixels, up to 30 degrees, a quarter upside down, with creases, shadows, blur, noise and JPEG. A sheet is placed if the
centre of each field lies within 2 mm of where the camera saw it; creases move it by up to a millimetre, which counts
as error. What is proposed where no field is, such as a line for a signature, stays in the spec and is not scored.

foreign   a sheet of another layout, read with this spec: it must be refused
revised   a sheet of the same layout whose lower half is printed 7 mm further down: it must be refused too
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from layouts import HEIGHT, Layout, layouts
from machine import keep
from numpy.typing import NDArray
from PIL import Image
from sheets import FINE, Hands, fill, photograph

import shuzi
from shuzi.errors import PictureError
from shuzi.forms.flatten import in_photo
from shuzi.forms.read import PageReader
from shuzi.forms.spec import read_spec
from shuzi.forms.trace import save_traced, trace
from shuzi.models.card import Score

NEAR = 2.0
"""Millimetres."""

SCAN = 200
"""Dots per inch of the scan of a blank form."""


def traced(layout: Layout, reader: shuzi.Reader, folder: Path) -> PageReader:
    """Trace a layout and check that each of its fields was found."""
    scale = SCAN / 25.4 / FINE
    scan = cv2.resize((layout.page * 255).astype(np.uint8), None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    path = folder / f"{layout.name}.toml"
    save_traced(trace(Image.fromarray(scan), layout.name, layout.name, "A4", None, "mm"), path)
    return PageReader(read_spec(path), reader)


def named(layout: Layout, reader: PageReader) -> dict[str, str]:
    """Return the name of each field of a layout by the name that tracing gave it."""
    found = {}
    for place in layout.places:
        frame = place.frame
        same = [
            each.name
            for each in reader.spec.fields
            if abs(each.at[0].x - frame.x) < 1 and abs(each.at[0].y - frame.y) < 1
        ]
        if len(same) == 1:
            found[same[0]] = place.field.name
    return found


def choose(rng: np.random.Generator, layout: Layout) -> dict[tuple[int, str], str]:
    """Fill most fields with as many digits as they have boxes, or one fewer."""
    texts = {}
    for place in layout.places:
        count = max(1, place.field.boxes - int(rng.random() < 0.3))
        texts[0, place.field.name] = "".join(map(str, rng.integers(0, 10, count))) if rng.random() < 0.85 else ""
    return texts


def off(layout: Layout, names: dict[str, str], cells: Any, homography: NDArray[np.float64]) -> float:
    """Return the largest displacement of a field in millimetres."""
    worst = 0.0
    places = {place.field.name: place for place in layout.places}
    for (_, name), cell in cells.items():
        if name not in names:
            continue
        frame = places[names[name]].frame
        corners = [[frame.x, frame.y], [frame.right, frame.y], [frame.right, frame.bottom], [frame.x, frame.bottom]]
        seen = in_photo(homography, np.array(corners))
        middle = (seen.min(axis=0) + seen.max(axis=0)) / 2
        x, y, wide, high = cell.box
        pixels = np.hypot(x + wide / 2 - middle[0], y + high / 2 - middle[1])
        worst = max(worst, float(pixels / (np.linalg.norm(seen[1] - seen[0]) / frame.width)))
    return worst


def revised(page: NDArray[np.float32]) -> NDArray[np.float32]:
    """Move the lower half of a page down."""
    middle, shift = round(HEIGHT / 2 * FINE), round(7 * FINE)
    changed = page.copy()
    changed[middle:] = 1
    changed[middle + shift :] = page[middle:-shift]
    return changed


def refused(reader: PageReader, photo: bytes) -> bool:
    """Tell whether a photograph is refused."""
    try:
        reader.read(photo, "photo.jpg")
    except PictureError:
        return True
    return False


def main() -> None:
    """Trace, photograph, read and score."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sheets", type=int, default=300)
    parser.add_argument("--test", action="store_true")
    parser.add_argument("--name", default="traced-forms", help="of the result")
    given = parser.parse_args()
    cv2.setNumThreads(1)
    mnist, model = shuzi.load_mnist(), shuzi.load()
    digits = mnist.test if given.test else mnist.validation
    hands = Hands(digits.images, digits.labels)
    printed = layouts()
    with tempfile.TemporaryDirectory() as folder:
        readers = [traced(each, model, Path(folder)) for each in printed]
    names = [named(layout, reader) for layout, reader in zip(printed, readers, strict=True)]
    fields = Score(sum(map(len, names)), sum(len(each.places) for each in printed))
    more = sum(len(reader.spec.fields) for reader in readers) - fields.correct
    print(f"fields proposed {fields.correct} of {fields.n}, and {more} more")
    offs, times, cells = defaultdict[str, list[float]](list), list[float](), list[tuple[str, str, str]]()
    foreign = again = 0
    for number in range(given.sheets):
        rng = np.random.default_rng([60 + given.test, number])
        which = number % len(printed)
        layout, reader = printed[which], readers[which]
        texts = choose(rng, layout)
        photo, homography = photograph(rng, fill(rng, layout.page, layout.places, texts, hands))
        start = time.process_time()
        try:
            read = reader.read(photo, f"{number}.jpg")
        except PictureError as problem:
            print(f"  sheet {number}: {problem}", flush=True)
            offs[layout.name].append(float("inf"))
        else:
            times.append(1_000 * (time.process_time() - start))
            offs[layout.name].append(off(layout, names[which], read.cells, homography))
            for (_, name), cell in read.cells.items():
                if name in names[which]:
                    cells.append((texts[0, names[which][name]], cell.text, cell.status))
        other = readers[(which + 1 + number // len(printed) % (len(printed) - 1)) % len(printed)]
        foreign += refused(other, photo)
        page = fill(rng, revised(layout.page), layout.places, texts, hands)
        again += refused(reader, photograph(rng, page)[0])
    every = [each for layout in offs.values() for each in layout]
    seen = [each for each in every if np.isfinite(each)]
    written = [each for each in cells if each[0]]
    ok = [each for each in written if each[2] == "ok"]
    empty = [each for each in cells if not each[0]]
    score = {
        "sheets": given.sheets,
        "fields proposed": fields.as_dict(),
        "more proposed": more,
        "found": Score(len(seen), len(every)).as_dict(),
        "within 2 mm": Score(sum(each <= NEAR for each in every), len(every)).as_dict(),
        "within 2 mm by layout": {name: [sum(x <= NEAR for x in each), len(each)] for name, each in offs.items()},
        "mm off, worst field of a sheet": {
            "median": round(float(np.median(seen)), 2),
            "95 %": round(float(np.percentile(seen, 95)), 2),
            "most": round(max(seen), 2),
        },
        "foreign refused": Score(foreign, given.sheets).as_dict(),
        "revised refused": Score(again, given.sheets).as_dict(),
        "right": Score(sum(wrote == text for wrote, text, _ in written), len(written)).as_dict(),
        "ok": Score(len(ok), len(written)).as_dict(),
        "right where ok": Score(sum(wrote == text for wrote, text, _ in ok), max(len(ok), 1)).as_dict(),
        "empty cells": Score(sum(status == "blank" for _, _, status in empty), max(len(empty), 1)).as_dict(),
        "ms": {"mean": round(float(np.mean(times)), 1), "median": round(float(np.median(times)), 1)},
    }
    for name, value in score.items():
        print(name, value)
    keep(given.name, score)


if __name__ == "__main__":
    main()

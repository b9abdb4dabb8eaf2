"""How well filled copies of six forms are read: each traced from a scan and from photographs, and all fields filled.

    python benchmarks/filled_forms.py --strokes unipen.npz --copies 30

The forms (`six_forms.py`) are traced without help. Every field of every copy is filled, with digits of MNIST's
validation split and, in half of the numbers, of UNIPEN's odd-numbered validation writers; a copy is photographed
at up to 25 degrees, a quarter upside down, with creases, shadows, blur, noise and JPEG. Half of the copies are
read with the spec of a scan of 200 dots per inch, the others with those of two photographs, taken alike.

A field that is not proposed, or with another number of boxes, counts as not ok, as do all fields of a copy that is
refused.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from layouts import Layout
from machine import keep
from PIL import Image
from sheets import FINE, Hands, fill, photograph
from six_forms import six_forms

import shuzi
from shuzi.data.strokes import load_strokes
from shuzi.errors import PictureError, ShuziError
from shuzi.forms.boxes import frame_around
from shuzi.forms.grammar import OPEN
from shuzi.forms.kinds import Field
from shuzi.forms.read import PageReader
from shuzi.forms.spec import read_spec
from shuzi.forms.trace import save_traced, trace
from shuzi.ink.boxes import as_array, iou
from shuzi.models.card import Score

ANGLE = 25.0
"""Degrees between camera and vertical, at most."""

SCAN, PHOTOGRAPHS = "scan", ("photograph 1", "photograph 2")
_DOTS = 200  # to an inch of a scan
_SAME = 0.5  # the intersection over union from which a field that is proposed is one that is printed


@dataclass(frozen=True)
class Traced:
    """A form that was traced from one picture: its reader, and the traced name of each printed field found."""

    reader: PageReader | None
    names: dict[str, str]
    extra: int = 0


@dataclass(frozen=True)
class Copy:
    """A filled copy: its photograph, and what is written in each field."""

    photo: bytes
    written: dict[str, str]


def blanks(layout: Layout) -> dict[str, Image.Image | bytes]:
    """Scan a blank form and photograph it twice."""
    scale = _DOTS / 25.4 / FINE
    scan = cv2.resize((layout.page * 255).astype(np.uint8), None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    taken: dict[str, Image.Image | bytes] = {SCAN: Image.fromarray(scan)}
    for number, source in enumerate(PHOTOGRAPHS):
        taken[source] = photograph(np.random.default_rng([71, number]), layout.page, ANGLE, turned=0)[0]
    return taken


def traced(layout: Layout, picture: Any, model: shuzi.Reader, path: Path) -> Traced:
    """Trace a form and see which of its fields were found."""
    try:
        form = trace(picture, layout.name, layout.name, "{:g}x{:g}".format(*layout.size), None, "mm")
        save_traced(form, path)
    except ShuziError as problem:
        print(f"  {layout.name}: {problem}")
        return Traced(None, {})
    names, fields = {}, form.spec.fields
    frames = as_array(frame_around(field.at) for field in fields)
    for place in layout.places:
        alike = iou(np.array(frame_around(place.boxes), np.float64), frames) if fields else np.zeros(1)
        best = int(alike.argmax())
        if alike[best] >= _SAME and _fits(place.field, fields[best]):
            names[place.field.name] = fields[best].name
        else:
            near = fields[best] if alike[best] > 0 else None
            print(f"  not proposed: {layout.name} {place.field.name}", near and (near.style, near.boxes))
    return Traced(PageReader(read_spec(path), model), names, len(fields) - len({*names.values()}))


def _fits(printed: Field, proposed: Field) -> bool:
    return proposed.style == OPEN == printed.style or (
        proposed.boxes == printed.boxes and proposed.decimals == printed.decimals and proposed.style != OPEN
    )


def copy_of(layout: Layout, number: int, hands: Hands) -> Copy:
    """Fill all fields of a form, each with as many digits as it has room for or one fewer, and photograph it."""
    rng = np.random.default_rng([70, number, *layout.name.encode()])
    written = {}
    for place in layout.places:
        count = max(1, place.field.boxes - int(rng.random() < 0.3))
        count = max(count, place.field.decimals + 1)
        written[place.field.name] = place.field.text_of("".join(map(str, rng.integers(0, 10, count))))
    texts = {(0, name): text for name, text in written.items()}
    photo, _ = photograph(rng, fill(rng, layout.page, layout.places, texts, hands), ANGLE)
    return Copy(photo, written)


def read(form: Traced, copy: Copy, name: str) -> list[tuple[str, str, str, str]] | None:
    """Return name, truth, text and status of each field of a copy; None if it is refused."""
    if form.reader is None:
        return None
    try:
        page = form.reader.read(copy.photo, name)
    except PictureError as problem:
        print(f"  {name}: {problem}", flush=True)
        return None
    cells = {own: (cell.text, cell.status) for (_, own), cell in page.cells.items()}
    return [
        (printed, text, *cells.get(form.names.get(printed, ""), ("", "missing")))
        for printed, text in copy.written.items()
    ]


def scored(read: Sequence[tuple[Layout, list[tuple[str, str, str, str]] | None]]) -> dict[str, Any]:
    """Count what was found, right and ok of copies, each with its form."""
    fields = sum(len(layout.places) for layout, _ in read)
    cells = [cell for _, copy in read if copy is not None for cell in copy]
    ok = [(text, seen) for _, text, seen, status in cells if status == "ok"]
    return {
        "found": Score(sum(copy is not None for _, copy in read), len(read)).as_dict(),
        "right": Score(sum(text == seen for _, text, seen, _ in cells), fields).as_dict(),
        "ok": Score(len(ok), fields).as_dict(),
        "right where ok": Score(sum(text == seen for text, seen in ok), max(len(ok), 1)).as_dict(),
    }


def main() -> None:
    """Trace, fill, photograph, read and score."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--copies", type=int, default=30, help="of each form")
    parser.add_argument("--strokes", type=Path, help="UNIPEN or a packed file; without it, MNIST's digits only")
    parser.add_argument("--name", default="filled-forms", help="of the result")
    given = parser.parse_args()
    cv2.setNumThreads(1)
    digits, model = shuzi.load_mnist().validation, shuzi.load()
    strokes = load_strokes(given.strokes).held_out(odd=True) if given.strokes else None
    hands = Hands(digits.images, digits.labels, strokes)
    result: dict[str, Any] = {"copies": given.copies, "unipen": strokes is not None, "forms": {}}
    every: list[tuple[Layout, str, list[tuple[str, str, str, str]] | None]] = []
    for layout in six_forms():
        with tempfile.TemporaryDirectory() as folder:
            forms = {
                source: traced(layout, picture, model, Path(folder) / f"{source}.toml")
                for source, picture in blanks(layout).items()
            }
        for number in range(given.copies):
            source = SCAN if number % 2 == 0 else PHOTOGRAPHS[number // 2 % 2]
            cells = read(forms[source], copy_of(layout, number, hands), f"{layout.name} {number} by {source}")
            every.append((layout, source, cells))
        own = [cells for form, _, cells in every if form is layout]
        result["forms"][layout.name] = {
            "fields": len(layout.places),
            "proposed": {source: len(form.names) for source, form in forms.items()},
            "more": {source: form.extra for source, form in forms.items()},
            **scored([(layout, cells) for cells in own]),
        }
        print(layout.name, result["forms"][layout.name], flush=True)
    for name, wanted in (("all", ("scan", *PHOTOGRAPHS)), ("scan", (SCAN,)), ("photograph", PHOTOGRAPHS)):
        result[name] = scored([(layout, cells) for layout, source, cells in every if source in wanted])
        print(name, result[name])
    result["by style"] = _by_style(every)
    print(result["by style"])
    keep(given.name, result)


def _by_style(
    read: Sequence[tuple[Layout, str, list[tuple[str, str, str, str]] | None]],
) -> dict[str, dict[str, int]]:
    """Count the fields of the copies that were found by how they are printed."""
    counts: dict[str, dict[str, int]] = {}
    for layout, _, copy in read:
        styles = {place.field.name: place.field.style for place in layout.places}
        for name, text, seen, status in copy or ():
            own = counts.setdefault(styles[name], {"fields": 0, "missing": 0, "right": 0, "ok": 0, "wrong and ok": 0})
            own["fields"] += 1
            own["missing"] += status == "missing"
            own["right"] += text == seen
            own["ok"] += status == "ok"
            own["wrong and ok"] += status == "ok" and text != seen
    return counts


if __name__ == "__main__":
    main()

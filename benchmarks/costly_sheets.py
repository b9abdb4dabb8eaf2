"""The cost of photographs of sheets and tables full of ink, as a multiple of a photograph of six digits.

    python benchmarks/costly_sheets.py

Open fields and the cells of ruled tables are filled with what `costly_pictures.py` draws and, for comparison, with
MNIST's validation digits, and are read flat, not photographed. Processor time, on one core, by turns with photographs
of 640x480 with six digits; what is not read any more because a page has more ink than is read is counted.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Callable
from functools import partial
from itertools import cycle
from typing import Any

import cv2
import numpy as np
from costly_pictures import MOST, PHOTOS, blobs, boxes, cost, dashes, dots, paper, printed, salt
from machine import keep
from numpy.typing import NDArray
from reading_speed import photos
from sheets import FINE, places_of, print_sheet

import shuzi
from shuzi.forms.grammar import OPEN
from shuzi.forms.kinds import Field
from shuzi.forms.read import PageReader
from shuzi.forms.result import Cell, Problem
from shuzi.forms.spec import Spec
from shuzi.forms.tables import try_table
from shuzi.ink.boxes import Box

SCALE = 0.7  # of a printed page's pixels: as large as a photograph of 2,400 pixels
LINE = 0.25  # millimetres
HONEST = "digits that fill it"
AGAIN = 30.0  # photographs: a sheet that costs more is read once more

Picture = NDArray[np.uint8]
Fill = Callable[[int, int, int], Picture]
"""Returns the drawing for a field, given its number and its height and width in pixels."""


def sheet(columns: int, boxes: int, rows: int) -> Spec:
    """Return a sheet of so many open fields, each as wide as so many boxes."""
    fields = tuple(Field(f"q{n}", boxes=boxes, style=OPEN) for n in range(columns))
    return Spec("Full", fields, rows=rows)


SHEETS = {
    "8 fields": sheet(2, 8, 4),
    "32 fields": sheet(2, 8, 16),
    "51 fields": sheet(3, 6, 17),
    "102 fields": sheet(6, 2, 17),
}
TABLES = {"81 cells": (9, 9), "99 cells": (33, 3), "320 cells": (40, 8)}
"""Rows and columns."""


def blank(_number: int, high: int, wide: int) -> Picture:
    """Draw nothing."""
    return paper(high, wide)


class Digits:
    """Digits that fill a field, 0.55 of its height and evenly apart."""

    def __init__(self) -> None:
        self._mnist = shuzi.load_mnist().validation

    def __call__(self, number: int, high: int, wide: int) -> Picture:
        """Draw them."""
        draws, field = np.random.default_rng([3, number]), np.full((high, wide), 255, np.uint8)
        side = int(0.75 * high)  # MNIST's digits have 20 of 28 pixels
        for left in range(side // 8, wide - side + 1, side):
            image = cv2.resize(self._mnist.images[draws.integers(len(self._mnist))], (side, side))
            top = (high - side) // 2
            field[top : top + side, left : left + side] -= image
        return field


def cropped(page: Picture, number: int, high: int, wide: int) -> Picture:
    """Crop a field from a picture, each field from a different part."""
    top, left = (
        number * step % (side - of) for step, side, of in zip((97, 61), page.shape, (high, wide), strict=True)
    )
    return page[top : top + high, left : left + wide]


def fills() -> dict[str, Fill]:
    """Return the ways to fill fields."""
    pages = {
        "dashes": dashes(3_000, 20, 1),
        "dashes at any angle": dashes(2_000, 14, 2, 3),
        "strokes": dashes(500, 30, 3, 3),
        "blobs": blobs(1_000, 3, 10),
        "large blobs": blobs(300, 5, 20),
        "dots": dots(5_000),
        "grains": salt(0.1, 3),
        "boxes": boxes(20),
        "print": printed(0.6),
        "ones": printed(0.5, "1 "),
        "digits of 21 px": printed(1.0, "0123456789"),
        "digits of 10 px": printed(0.45, "0123456789"),
    }
    return {HONEST: Digits(), **{name: partial(cropped, page) for name, page in pages.items()}}


def filled_sheet(spec: Spec, fill: Fill) -> Picture:
    """Return a page whose fields are filled."""
    page = _small(print_sheet(spec)[0])
    for number, place in enumerate(places_of(spec)):
        _draw(page, place.boxes[0], fill, number)
    return page


def filled_table(size: tuple[int, int], fill: Fill) -> Picture:
    """Return a page with a ruled table whose cells are filled."""
    rows, columns = size
    page = _small(np.ones((round(297 * FINE), round(210 * FINE)), np.float32))
    table, unit = Box(20, 20, 170, min(257, 17 * rows)), FINE * SCALE
    wide, high = table.width / columns, table.height / rows
    for row in range(rows + 1):
        y = round((table.y + row * high) * unit)
        cv2.line(page, (round(table.x * unit), y), (round(table.right * unit), y), 60, round(LINE * unit))
    for column in range(columns + 1):
        x = round((table.x + column * wide) * unit)
        cv2.line(page, (x, round(table.y * unit)), (x, round(table.bottom * unit)), 60, round(LINE * unit))
    for number in range(rows * columns):
        row, column = divmod(number, columns)
        _draw(page, Box(table.x + column * wide, table.y + row * high, wide, high), fill, number)
    return page


def _small(page: NDArray[np.float32]) -> Picture:
    small = cv2.resize(page, None, fx=SCALE, fy=SCALE, interpolation=cv2.INTER_AREA)
    return np.asarray(np.rint(small * 255), np.uint8)


def _draw(page: Picture, box: Box, fill: Fill, number: int) -> None:
    left, top, right, bottom = (
        round(side * FINE * SCALE) for side in (box.x + 0.6, box.y + 0.6, box.right - 0.6, box.bottom - 0.6)
    )
    part = page[top:bottom, left:right]
    part[:] = np.minimum(part, fill(number, *part.shape))


def main() -> None:
    """Measure and save the result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="pages whose names begin so")
    parser.add_argument("--name", default="costly-sheets", help="of the result")
    given = parser.parse_args()
    cv2.setNumThreads(1)
    reader, usual = shuzi.load(), cycle(photos())
    for _ in range(3):
        reader.read(next(usual))
    of_photos: list[float] = []
    rows: dict[str, dict[str, Any]] = {}
    drawn = fills()
    digits = drawn.pop(HONEST)
    pages: dict[str, tuple[Callable[[Fill], Picture], Callable[[Picture], list[Cell]]]] = {}
    for name, spec in SHEETS.items():
        pages[f"a sheet of {name}"] = partial(filled_sheet, spec), partial(_cells, PageReader(spec, reader))
    for name, size in TABLES.items():
        pages[f"a table of {name}"] = partial(filled_table, size), partial(_cells_of_table, reader)
    for name, (draw, read) in pages.items():
        if not name.startswith(given.only):
            continue
        rows[name] = {}
        for kind, fill in ({"nothing": blank, HONEST: digits} | drawn).items():
            page = draw(fill)
            of_photos.extend(cost(lambda: reader.read(next(usual))) for _ in range(PHOTOS))
            one, found = statistics.median(of_photos), list[list[Cell]]()
            spent = [cost(lambda read=read, page=page, found=found: found.append(read(page)))]
            if spent[0] > AGAIN * one:
                spent.append(cost(lambda read=read, page=page: read(page)))
            unread = sum(cell.rule == "ink" for cell in found[0])
            rows[name][kind] = {
                "photographs": round(min(spent) / one, 1),
                "cells": len(found[0]),
                "not read": unread,
                "ok": sum(cell.status == "ok" for cell in found[0]),
            }
            print(f"{name:22s} {kind:20s}", *rows[name][kind].items(), flush=True)
    hostile = [row["photographs"] for of_page in rows.values() for kind, row in of_page.items() if kind in drawn]
    honest = [of_page[HONEST]["photographs"] for of_page in rows.values()]
    print(f"the most expensive: {max(hostile)} photographs, honest ones {max(honest)}; the aim is at most {MOST}")
    keep(
        given.name,
        {
            "a photograph of six digits, seconds": round(statistics.median(of_photos), 4),
            "the most expensive, photographs": max(hostile),
            "the most expensive honest page, photographs": max(honest),
            "pages": rows,
        },
    )


def _cells(reader: PageReader, page: Picture) -> list[Cell]:
    return [*reader.read(page, "page").cells.values()]


def _cells_of_table(reader: shuzi.Reader, page: Picture) -> list[Cell]:
    found = try_table(reader, page, "page")
    return [] if isinstance(found, Problem) else [*found.cells.values()]


if __name__ == "__main__":
    main()

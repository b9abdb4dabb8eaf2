"""How well ruled tables are read from photographs without a spec: 9 by 9 cells, half of them with a digit.

    python benchmarks/ruled_tables.py --tables 300
    python benchmarks/ruled_tables.py --tables 300 --numbers
    python benchmarks/ruled_tables.py --tables 300 --thirds
    python benchmarks/ruled_tables.py --tables 300 --thirds --touching
    python benchmarks/ruled_tables.py --tables 40 --kinds --strokes unipen.npz --writers odd
    python benchmarks/ruled_tables.py --tables 40 --kinds --strokes unipen.npz --writers odd --counted

With --numbers, 4 to 21 rows and 2 to 5 columns of numbers of up to three digits, one exactly below the other; those
of the first column begin with 1, so that their strokes stand where a line could be. With --thirds, 9 by 9 cells of 10
to 19 mm, every third line thick and the others thin and often hardly darker than the paper. With --touching, the
distance from a digit's ink to the middle of the nearest line is as on the mixed sheets of `forms.py`; not of numbers.

These tables are drawn with lines of any grey and thickness, a twenty-fifth of whose pieces are missing, filled with
MNIST's digits (validation digits; with --test, test digits), and photographed the right way up, as `forms.py` does it
with sheets.

With --kinds, they are of the five kinds of `drawn_tables.py`, with decimals, minus signs, crossed-out numbers and
words, photographed at up to 25 degrees; with --strokes, half of the numbers are by UNIPEN's held-out writers; with
--counted, the reader is told how many rows and columns there are. A grid is whole if the middle of each cell lies in
the cell that was drawn there.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from drawn_tables import CROSSED, EMPTY, KINDS, NUMBER, WORDS, DrawnTable, draw_kind
from machine import keep
from near_lines import INKS, normal_gap, press
from numpy.typing import NDArray
from sheets import FINE, Hands, fill, photograph

import shuzi
from shuzi.data.strokes import load_strokes
from shuzi.forms.flatten import in_photo
from shuzi.forms.kinds import Field
from shuzi.forms.layout import PlacedField
from shuzi.forms.result import Cell, Table
from shuzi.forms.table_grid import UNKNOWN, Shape
from shuzi.forms.tables import column_name, read_tables
from shuzi.ink.boxes import Box
from shuzi.models.card import Score
from shuzi.reading.reader import Reader

SIDE = 9
MISSING = 0.04
LEFT, TOP, WIDE, DIGIT = 20.0, 40.0, 170.0, 6.0
"""Millimetres: where a table begins, its width, and the height of digits."""


Filled = tuple[NDArray[np.float32], dict[tuple[int, str], str]]
"""A page with a table, and its texts by row and column."""


def draw(rng: np.random.Generator, hands: Hands, touching: bool = False) -> Filled:
    """Draw a table of 9 by 9 cells on a page and write a digit in half of them."""
    table = Box(LEFT, TOP, WIDE, SIDE * float(rng.uniform(14, 20)))
    return _filled(rng, rule(rng, SIDE, SIDE, table.height / SIDE), table, hands, touching)


def _filled(rng: np.random.Generator, page: NDArray[np.float32], table: Box, hands: Hands, touching: bool) -> Filled:
    """Write a digit in half of the 9 by 9 cells of a table."""
    wide, high = table.width / SIDE, table.height / SIDE
    places, texts = [], {}
    for row in range(SIDE):
        for column in range(SIDE):
            box = Box(table.x + column * wide, table.y + row * high, wide, high)
            places.append(PlacedField(Field(column_name(column), boxes=1), row, (box,)))
            texts[row, column_name(column)] = str(rng.integers(10)) if rng.random() < 0.5 else ""
    if not touching:
        return fill(rng, page, tuple(places), texts, hands), texts
    dark = float(rng.uniform(*INKS[str(rng.choice([*INKS]))]))
    for place in places:
        if text := texts[place.row, place.field.name]:
            (ink,) = hands.ink(rng, text, float(rng.uniform(0.62, 0.78)) * high * FINE)
            press(rng, page, place.boxes[0], ink, normal_gap(rng), dark)
    return page, texts


def draw_thirds(rng: np.random.Generator, hands: Hands, touching: bool = False) -> Filled:
    """Draw a table of 9 by 9 cells whose thin lines are pale, and write a digit in half of them."""
    side = float(rng.uniform(90, WIDE))
    table = Box(LEFT + float(rng.uniform(0, WIDE - side)), TOP, side, side * float(rng.uniform(0.85, 1.1)))
    return _filled(rng, rule_thirds(rng, table, float(rng.uniform(0.5, 0.9))), table, hands, touching)


def rule_thirds(rng: np.random.Generator, table: Box, pale: float) -> NDArray[np.float32]:
    """Draw a table of 9 by 9 cells with gaps: every third line is thick, the others are thin and of grey `pale`."""
    page = np.ones((round(297 * FINE), round(210 * FINE)), np.float32)
    heavy = float(rng.uniform(0, 0.5)), int(rng.integers(6, 13))
    light = pale, int(rng.integers(2, 5))
    wide, high = table.width / SIDE, table.height / SIDE
    for is_heavy, (grey, thick) in ((False, light), (True, heavy)):
        for number in range(SIDE + 1):
            if (number % 3 == 0) != is_heavy:
                continue
            for piece in range(SIDE):
                x, y = table.x + piece * wide, table.y + number * high
                across = (x, y), (x + wide, y)
                x, y = table.x + number * wide, table.y + piece * high
                for ends in (across, ((x, y), (x, y + high))):
                    if rng.random() >= MISSING:
                        first, last = (tuple(round(each * FINE) for each in end) for end in ends)
                        cv2.line(page, first, last, grey, thick)
    return page


def draw_numbers(rng: np.random.Generator, hands: Hands) -> Filled:
    """Draw a table on a page and write a number in most of its cells."""
    rows, columns = int(rng.integers(4, 22)), int(rng.integers(2, 6))
    wide, high = WIDE / columns, min(float(rng.uniform(9, 14)), 230 / rows)
    page = rule(rng, rows, columns, high)
    places, texts = [], {}
    for row in range(rows):
        for column in range(columns):
            left = LEFT + (column + 0.5) * wide - 1.5 * DIGIT
            boxes = tuple(Box(left + n * DIGIT, TOP + row * high, DIGIT, high) for n in range(3))
            places.append(PlacedField(Field(column_name(column), boxes=3), row, boxes))
            number = rng.integers(10, 20) if column == 0 else rng.integers(0, 300)
            texts[row, column_name(column)] = str(number) if rng.random() < 0.8 else ""
    return fill(rng, page, tuple(places), texts, hands), texts


def rule(rng: np.random.Generator, rows: int, columns: int, high: float) -> NDArray[np.float32]:
    """Draw the lines of a table, of any grey and thickness, with gaps."""
    page = np.ones((round(297 * FINE), round(210 * FINE)), np.float32)
    grey, thick, wide = float(rng.uniform(0.2, 0.6)), int(rng.integers(3, 7)), WIDE / columns

    def line(start: tuple[float, float], end: tuple[float, float]) -> None:
        if rng.random() >= MISSING:
            first, last = (tuple(round(each * FINE) for each in point) for point in (start, end))
            cv2.line(page, first, last, grey, thick)

    for row in range(rows + 1):
        for column in range(columns + 1):
            x, y = LEFT + column * wide, TOP + row * high
            if column < columns:
                line((x, y), (x + wide, y))
            if row < rows:
                line((x, y), (x, y + high))
    return page


def is_whole(table: Table, drawn: DrawnTable, homography: NDArray[np.float64]) -> bool:
    """Tell whether a table was read whole: each cell's middle lies in the cell that was drawn there."""
    names = [column_name(column) for column in range(len(drawn.columns) - 1)]
    if (len(table.rows), [field.name for field in table.fields]) != (len(drawn.rows) - 1, names):
        return False
    boxes = [row.cells[name].box for row in table.rows for name in names]
    middles = np.array([[box.x + box.width / 2, box.y + box.height / 2] for box in boxes])
    x, y = in_photo(np.linalg.inv(homography).astype(np.float64), middles).T
    found = np.column_stack([np.searchsorted(drawn.rows, y), np.searchsorted(drawn.columns, x)]) - 1
    return [*map(tuple, found.tolist())] == [
        (row, column) for row in range(len(table.rows)) for column in range(len(names))
    ]


def measure_kind(
    reader: Reader, kind: str, hands: Hands, seed: int, tables: int, counted: bool = False
) -> dict[str, Any]:
    """Draw, photograph and read tables of a kind, whose rows and columns may be counted by whoever reads them."""
    whole, sure, refused, silent, cells = 0, 0, 0, 0, list[tuple[str, str, Cell]]()
    for number in range(tables):
        rng = np.random.default_rng([seed, KINDS.index(kind), number])
        drawn = draw_kind(kind, rng, hands)
        photo, homography = photograph(rng, drawn.page, 25.0, turned=0.0)
        shape = Shape(len(drawn.rows) - 1, len(drawn.columns) - 1) if counted else UNKNOWN
        table = read_tables(reader, [(str(number), photo)], shape)
        refused += not table.rows
        if not is_whole(table, drawn, homography):
            print(f"  {kind} {number}: {len(table.rows)} rows, {len(table.fields)} columns", *table.problems)
            silent += bool(table.rows and not table.problems)
            continue
        whole, sure = whole + 1, sure + (not table.problems)
        found = {(index, name): cell for index, row in enumerate(table.rows) for name, cell in row.cells.items()}
        cells += [
            (drawn.contents[key], text, found[key[0], column_name(key[1])]) for key, text in drawn.texts.items()
        ]
    grids = {"tables": tables, "whole grid": Score(whole, tables).as_dict(), "whole, no doubt": sure}
    return grids | {"refused": refused, "another grid without a word": silent} | score_cells(cells)


def score_cells(cells: Sequence[tuple[str, str, Cell]]) -> dict[str, Any]:
    """Return the readings of whole grids: for each cell its content, its text, and the text read."""
    numbers = [(text, cell) for content, text, cell in cells if content == NUMBER]
    ok = [(text, cell) for text, cell in numbers if cell.status == "ok"]
    found: dict[str, Any] = {
        "right": _score([text == cell.text for text, cell in numbers]),
        "ok": _score([cell.status == "ok" for _, cell in numbers]),
        "right where ok": _score([text == cell.text for text, cell in ok]),
        "called blank": sum(cell.status == "blank" for _, cell in numbers),
        "mistakes": [[text, cell.text] for text, cell in ok if text != cell.text],
    }
    for content in (EMPTY, CROSSED, WORDS):
        statuses = [cell.status for what, _, cell in cells if what == content]
        found[content] = {"n": len(statuses), "ok": statuses.count("ok"), "blank": statuses.count("blank")}
    return found


def _score(right: Sequence[bool]) -> dict[str, Any]:
    return dict(Score(sum(right), len(right)).as_dict()) if right else {"n": 0}


def main() -> None:
    """Draw, read and score."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tables", type=int, default=300)
    parser.add_argument("--test", action="store_true")
    parser.add_argument("--numbers", action="store_true", help="of up to three digits")
    parser.add_argument("--thirds", action="store_true", help="whose lines are thin and pale, but every third")
    parser.add_argument("--touching", action="store_true", help="whose digits touch and cross the lines")
    parser.add_argument("--kinds", nargs="*", choices=KINDS, help="as people draw them; all, unless some are named")
    parser.add_argument("--counted", action="store_true", help="whose rows and columns are given, with --kinds")
    parser.add_argument("--strokes", type=Path, help="UNIPEN or a packed file, with --kinds")
    parser.add_argument("--writers", choices=["even", "odd"], default="even")
    parser.add_argument("--name", default="ruled-tables", help="of the result")
    given = parser.parse_args()
    cv2.setNumThreads(1)
    mnist, reader = shuzi.load_mnist(), shuzi.load()
    digits = mnist.test if given.test else mnist.validation
    odd = given.writers == "odd"
    strokes = load_strokes(given.strokes).held_out(odd) if given.strokes else None
    hands = Hands(digits.images, digits.labels, strokes)
    if given.kinds is not None:
        kinds = {}
        for kind in given.kinds or KINDS:
            kinds[kind] = measure_kind(reader, kind, hands, 60 + odd, given.tables, given.counted)
            print(kind, *kinds[kind].items(), sep="\n  ")
        keep(given.name, {"kinds": kinds})
        return
    drawn = draw_numbers if given.numbers else partial(draw_thirds if given.thirds else draw, touching=given.touching)
    whole, refused, said, silent, cells = 0, 0, 0, 0, list[tuple[str, str, str]]()
    for number in range(given.tables):
        rng = np.random.default_rng([40 + given.test, number])
        page, texts = drawn(rng, hands)
        size = 1 + max(row for row, _ in texts), len({column for _, column in texts})
        photo, _ = photograph(rng, page, turned=0.0)
        table = read_tables(reader, [(str(number), photo)])
        refused += not table.rows
        said += bool(table.rows and table.problems)
        if (len(table.rows), len(table.fields)) != size:
            print(f"  table {number}: {len(table.rows)} rows, {len(table.fields)} columns", *table.problems)
            silent += bool(table.rows and not table.problems)
            continue
        whole += 1
        for row in table.rows:
            cells += [(texts[row.number, name], cell.text, cell.status) for name, cell in row.cells.items()]
    written, empty = [each for each in cells if each[0]], [each for each in cells if not each[0]]
    ok = [each for each in written if each[2] == "ok"]
    score = {
        "tables": given.tables,
        "whole grid": Score(whole, given.tables).as_dict(),
        "refused": refused,
        "doubtful grid": said,
        "another grid without a word": silent,
        "right": Score(sum(wrote == text for wrote, text, _ in written), len(written)).as_dict(),
        "ok": Score(len(ok), len(written)).as_dict(),
        "right where ok": Score(sum(wrote == text for wrote, text, _ in ok), len(ok)).as_dict(),
        "empty cells": Score(sum(status == "blank" for _, _, status in empty), len(empty)).as_dict(),
    }
    for name, value in score.items():
        print(name, value)
    keep(given.name, score)


if __name__ == "__main__":
    main()

"""How well boxes to tick are read from photographs: sheets printed, ticked, creased, lit and photographed by code.

    python benchmarks/ticks.py --sheets 10                    # for making choices: seeds from 0
    python benchmarks/ticks.py --sheets 40 --test             # for reporting: other seeds

Two sheets: questions of one record, and rows of a table. Each sheet has a writer: a ballpoint, gel or felt pen or a
pencil, and a usual kind of mark (check, cross, stroke, scribble, dot, or the box filled), from which one mark in
seven differs; who fills boxes does so everywhere. Marks are 0.7 to 1.6 times the usual size and lie off the middle
of their box by 0.5 mm (standard deviation) in each direction, so many reach its lines and beyond. Of the fields of
which one box may be ticked, 5 % have none, 5 % were corrected by filling the box, 3 % by crossing the mark out, and
3 % have two marks, which must never be `ok`; of the others, 6 % have one mark taken back by filling, and 2 % one
crossed out. In 4 % of fields the pen touched an empty box. Photographs are those of the benchmark of forms.
Intervals are those of sampling whole sheets again. Milliseconds are time of one core, decoding included.
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
from sheets import photograph, places_of, print_sheet
from tick_marks import KINDS, PENS, Hand, answer

import shuzi
from shuzi.errors import PictureError
from shuzi.forms.grammar import ANY, BETWEEN, ONE
from shuzi.forms.kinds import TICK, Field
from shuzi.forms.read import PageReader
from shuzi.forms.spec import Spec
from shuzi.models.card import Score

Tries = list[dict[str, Any]]

_RESAMPLED = 2_000  # resamples, for intervals
_TEST = 1_000  # the first seed of reported results


def specs() -> dict[str, Spec]:
    """Return the sheets of which photographs are read with markers."""
    one, several = "ABCD", "ABCDE"
    questions = [_field(f"q{n}", one) for n in range(9)] + [_field(f"a{n}", several, ANY) for n in range(6)]
    questions += [_field(f"y{n}", ("yes", "no")) for n in range(5)]
    columns = (_field("q1", one), _field("q2", ("yes", "no")), _field("q3", "ABC", ANY))
    return {"questions": Spec("Questions", tuple(questions)), "a table": Spec("Table", columns, rows=16)}


def _field(name: str, options: tuple[str, ...] | str, choose: str = ONE) -> Field:
    return Field(name, name, TICK, len(options), options=tuple(options), choose=choose)


def read(spec: Spec, sheets: int, seed: int, number: int, failed: Path | None) -> tuple[Tries, dict[str, Any]]:
    """Tick, photograph and read sheets.

    Returns
    -------
    For each field the intended answer, how it was filled in, and the answer read; for the sheets, how many were
    found, and the time.
    """
    reader = PageReader(spec, shuzi.load())
    (printed,) = print_sheet(spec)
    tries: Tries = []
    found, times = 0, []
    for sheet in range(sheets):
        rng = np.random.default_rng([seed + sheet, number])
        hand, paper = Hand.any(rng), printed.copy()
        meant = [answer(rng, paper, placed, hand) for placed in places_of(spec)]
        photo, _ = photograph(rng, paper)
        start = time.process_time()
        try:
            page = reader.read(photo, f"{sheet}.jpg")
        except PictureError as problem:
            print(f"  sheet {sheet}: {problem}")
            continue
        times.append(1_000 * (time.process_time() - start))
        found += 1
        for placed, own in zip(places_of(spec), meant, strict=True):
            cell = page.cells[placed.row, placed.field.name]
            options = placed.field.options
            wrote = BETWEEN.join(name for index, name in enumerate(options) if index in own.options)
            tries.append(
                {
                    "sheet": (number, sheet),
                    "choose": placed.field.choose,
                    "pen": hand.pen,
                    "kind": hand.kind,
                    "way": own.way,
                    "marks": own.marks,
                    "wrote": wrote,
                    "text": cell.text,
                    "status": cell.status,
                    "rule": cell.rule,
                    "boxes": len(options),
                    "boxes right": _right_boxes(options, wrote, cell.text),
                }
            )
            is_wrong = cell.text != wrote
            if failed and (is_wrong or cell.status == "unsure") and cell.picture:
                name = f"{'wrong' if is_wrong else 'unsure'}-{number}-{sheet}-{placed.row}-{placed.field.name}"
                (failed / f"{name}-{hand.pen}-{'_'.join(own.marks)}-{cell.text}-{cell.rule}.png").write_bytes(
                    cell.picture
                )
    ms = {"mean": round(float(np.mean(times)), 1), "median": round(float(np.median(times)), 1)}
    return tries, {"sheets": sheets, "found": Score(found, sheets).as_dict(), "ms": ms}


def _right_boxes(options: tuple[str, ...], wrote: str, text: str) -> int:
    meant, seen = ({*each.split(BETWEEN)} for each in (wrote, text))
    return sum((option in meant) == (option in seen) for option in options)


def by_sheet(
    tries: Tries, count: Callable[[dict[str, Any]], int], of: Callable[[dict[str, Any]], int]
) -> dict[str, Any]:
    """Return a fraction with the 95 % interval from resampling whole sheets."""
    sheets: dict[Any, list[float]] = {}
    for each in tries:
        own = sheets.setdefault(each["sheet"], [0.0, 0.0])
        own[0], own[1] = own[0] + count(each), own[1] + of(each)
    sums = np.array([*sheets.values()]).reshape(-1, 2)
    right, everything = (int(total) for total in sums.sum(axis=0))
    if not everything:
        return {"n": 0}
    if right in (0, everything):  # resampling gives the same sheets
        low, high = Score(len(sums) if right else 0, len(sums)).interval
    else:
        rng = np.random.default_rng(0)
        again = sums[rng.integers(0, len(sums), (_RESAMPLED, len(sums)))].sum(axis=1)
        low, high = np.quantile(again[:, 0] / np.maximum(again[:, 1], 1), (0.025, 0.975))
    return {
        "n": everything,
        "count": right,
        "fraction": round(right / everything, 5),
        "interval": [round(float(low), 5), round(float(high), 5)],
        "sheets": len(sums),
    }


def is_right(each: dict[str, Any]) -> bool:
    """Tell whether exactly the intended options were read."""
    return bool(each["text"] == each["wrote"])


def is_sure(each: dict[str, Any]) -> bool:
    """Tell whether no check is asked for."""
    return each["status"] in ("ok", "blank")


def measured(tries: Tries) -> dict[str, Any]:
    """Return how many boxes and fields are right, how many fields are sure, and how many of those are right."""
    sure = [each for each in tries if is_sure(each)]
    two = [each for each in tries if each["way"] == "two"]
    return {
        "boxes right": by_sheet(tries, lambda each: each["boxes right"], lambda each: each["boxes"]),
        "right": by_sheet(tries, is_right, lambda _: 1),
        "ok": by_sheet([each for each in tries if each["way"] != "two"], is_sure, lambda _: 1),
        "right where ok": by_sheet(sure, is_right, lambda _: 1),
        "two marked, yet ok": by_sheet(two, is_sure, lambda _: 1),
        "mistakes": [
            {key: each[key] for key in ("pen", "marks", "wrote", "text")} for each in sure if not is_right(each)
        ],
    }


def show(name: str, found: dict[str, Any]) -> None:
    """Print a row."""
    keys = ("boxes right", "right", "ok", "right where ok", "two marked, yet ok")
    columns = "  ".join(f"{key} {found[key].get('fraction', 0):8.3%}" for key in keys)
    print(f"{name:16} n {found['right']['n']:6}  {columns}", flush=True)


def main() -> None:
    """Tick, photograph, read and score."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sheets", type=int, default=10, help="of each kind")
    parser.add_argument("--test", action="store_true")
    parser.add_argument("--failed", type=Path, help="a folder for pictures of the fields that are wrong or unsure")
    parser.add_argument("--name", default="ticks", help="of the result")
    given = parser.parse_args()
    cv2.setNumThreads(1)
    if given.failed:
        given.failed.mkdir(parents=True, exist_ok=True)
    sheets, everything = {}, []
    for number, (name, spec) in enumerate(specs().items()):
        tries, about = read(spec, given.sheets, _TEST * given.test, number, given.failed)
        sheets[name] = measured(tries) | about
        everything += tries
        show(name, sheets[name])
    groups = {}
    ways = ("one", "none", "filled", "crossed out", "marks")
    for key, names in (("pen", PENS), ("kind", KINDS), ("way", ways)):
        for name in names:
            groups[f"{key} {name}"] = measured([each for each in everything if each[key] == name])
            show(f"{key} {name}", groups[f"{key} {name}"])
    together = measured(everything)
    show("all", together)
    keep(given.name, {"test": given.test, "sheets": sheets, "groups": groups, "all": together})


if __name__ == "__main__":
    main()

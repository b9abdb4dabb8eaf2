"""How well sheets are read from photographs: printed, filled in, creased, lit and photographed by code.

    python benchmarks/forms.py --strokes unipen.npz --writers odd
    python benchmarks/forms.py --fields 100 --tries 1000

Half of the digits are MNIST's, of its validation split, and with --strokes half those of UNIPEN's held-out writers;
even-numbered writers are for making choices, odd-numbered ones for reporting. The lines are grey or black, 0.15 to
0.35 mm thick; the ink is blue, black or pencil. Photographs have 1,500 x 2,000 pixels, from up to 30 degrees, a
quarter of them upside down, with shadows, folds, blur, noise and JPEG. Intervals are those of sampling whole writers
again; each field with MNIST's digits is a writer of its own. Milliseconds are time of one core, decoding included.

mixed    fields of each kind; the distance from what is written to the nearest line, inside of it, is normal
         with a mean of 0.3 mm and a standard deviation of 0.5 mm
sweep    one digit in each field, at one of its four sides, from 0.7 mm beyond the line to 1.5 mm inside
lists    numbers of a list of 30, 200 or 2,000 in boxes, combs and open fields, with the gaps of `mixed`; or numbers
         one slip away from it: a digit off, two digits swapped, a digit missing. Of those every `ok` is wrong.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from itertools import pairwise, product
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from machine import keep
from near_lines import FIRST, INKS, LAST, LINES, Gap, any_gap, fill, normal_gap, specs, sweep_specs
from sheets import Hands, photograph, places_of, print_sheet

import shuzi
from shuzi.data.strokes import load_strokes
from shuzi.errors import PictureError
from shuzi.forms.grammar import BOXES, COMB, OPEN
from shuzi.forms.kinds import DATE, Field
from shuzi.forms.read import PageReader
from shuzi.forms.spec import Spec
from shuzi.models.card import Score

Texts = dict[tuple[int, str], str]
Tries = list[dict[str, Any]]

BANDS = 5
"""Bands of equal width, into which the sweep is divided."""

_EMPTY = 0.125  # fraction of the single boxes
_RESAMPLED = 2_000  # resamples, for intervals


def mixed_texts(rng: np.random.Generator, spec: Spec) -> Texts:
    """Fill each field with a number as long as it allows, or a digit shorter; some single boxes stay empty."""
    return {(row, field.name): _text(rng, field) for row in range(spec.rows) for field in spec.fields}


def _text(rng: np.random.Generator, field: Field) -> str:
    if field.among:
        return str(rng.choice(field.among))
    if field.kind == DATE:
        return f"{rng.integers(1950, 2030)}-{rng.integers(1, 13):02}-{rng.integers(1, 29):02}"
    if field.boxes == 1:
        return str(rng.integers(10)) if rng.random() >= _EMPTY else ""
    whole = field.boxes - field.decimals - int(rng.random() < 0.3)
    value = str(rng.integers(10 ** (whole - 1), 10**whole))
    return f"{value}.{rng.integers(10**field.decimals):0{field.decimals}}" if field.decimals else value


Slip = Callable[[np.random.Generator, str], str]


def _one_off(rng: np.random.Generator, number: str) -> str:
    place = int(rng.integers(len(number)))
    return number[:place] + str((int(number[place]) + int(rng.integers(1, 10))) % 10) + number[place + 1 :]


def _swapped(rng: np.random.Generator, number: str) -> str:
    place = int(rng.integers(len(number) - 1))
    return number[:place] + number[place + 1] + number[place] + number[place + 2 :]


def _one_missing(rng: np.random.Generator, number: str) -> str:
    place = int(rng.integers(len(number)))
    return number[:place] + number[place + 1 :]


ON_LIST, ONE_OFF, SWAPPED, MISSING = "on the list", "a digit off", "two swapped", "a digit missing"
SLIPS: dict[str, Slip] = {
    ON_LIST: lambda _, number: number,
    ONE_OFF: _one_off,
    SWAPPED: _swapped,
    MISSING: _one_missing,
}
"""What people write instead of a number of a list."""


def lists_of_numbers() -> dict[str, tuple[str, ...]]:
    """Return lists of numbers as schools give them: four digits, or one of four years and four digits more."""
    rng = np.random.default_rng(6)
    years = [f"20{year}{number:04}" for year in range(23, 27) for number in range(10_000)]
    return {
        "30 of 10,000": tuple(f"{number:04}" for number in rng.choice(10_000, 30, replace=False)),
        "200 of 40,000": tuple(str(number) for number in rng.choice(years, 200, replace=False)),
        "2,000 of 40,000": tuple(str(number) for number in rng.choice(years, 2_000, replace=False)),
    }


def slipped(rng: np.random.Generator, spec: Spec) -> Texts:
    """Fill each field with a number of its list, or with what is no number of it after a slip."""
    kinds = rng.permutation([kind for kind in SLIPS for _ in range(spec.rows * len(spec.fields) // len(SLIPS))])
    keys = [(row, field) for row in range(spec.rows) for field in spec.fields]
    return {
        (row, field.name): _slip_of(rng, field.among, kind) for (row, field), kind in zip(keys, kinds, strict=True)
    }


def _slip_of(rng: np.random.Generator, listed: tuple[str, ...], kind: str) -> str:
    while True:
        written = SLIPS[kind](rng, str(rng.choice(listed)))
        if (written in listed) == (kind == ON_LIST):
            return written


def _kind_of(written: str, listed: tuple[str, ...]) -> str:
    """Return which slip a text may be, of a list without others so near."""
    if written in listed:
        return ON_LIST
    if len(written) < len(listed[0]):
        return MISSING
    swapped = any(sorted(written) == sorted(other) and _differ(written, other) == 2 for other in listed)
    return SWAPPED if swapped else ONE_OFF


def _differ(text: str, other: str) -> int:
    return sum(a != b for a, b in zip(text, other, strict=True))


def single_digits(rng: np.random.Generator, spec: Spec) -> Texts:
    """Choose a digit for each field."""
    return {(row, field.name): str(rng.integers(10)) for row in range(spec.rows) for field in spec.fields}


def read(
    spec: Spec, choose: Callable[[np.random.Generator, Spec], Texts], hands: Hands, gap: Gap, least: int, seed: int
) -> tuple[Tries, dict[str, Any]]:
    """Fill, photograph and read sheets of one spec until at least so many fields are filled.

    Returns
    -------
    For each field the text written, how, and the text read; for the sheets, how many were found, and the time.
    """
    reader = PageReader(spec, shuzi.load())
    (printed,) = print_sheet(spec)
    places = places_of(spec)
    tries: Tries = []
    found, number, times = 0, 0, []
    while sum(bool(each["wrote"]) for each in tries) < least:
        rng = np.random.default_rng([seed, number])
        texts = choose(rng, spec)
        paper, written = fill(rng, printed, places, texts, hands, gap)
        photo, _ = photograph(rng, paper)
        start = time.process_time()
        number += 1
        try:
            page = reader.read(photo, f"{number}.jpg")
        except PictureError as problem:
            print(f"  sheet {number}: {problem}")
            continue
        times.append(1_000 * (time.process_time() - start))
        found += 1
        for key, cell in page.cells.items():
            own = {"wrote": texts[key], "text": cell.text, "status": cell.status, "confidence": cell.confidence}
            tries.append(own | written.get(key, {}))
    ms = {"mean": round(float(np.mean(times)), 1), "median": round(float(np.median(times)), 1)}
    return tries, {"sheets": number, "found": Score(found, number).as_dict(), "ms": ms}


def by_writer(tries: Tries, counts: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """Return the fraction that counts, with the 95 % interval from resampling whole writers."""
    if not tries:
        return {"n": 0}
    writers: dict[Any, list[bool]] = {}
    for number, each in enumerate(tries):
        writers.setdefault(each["writer"] if each["writer"] >= 0 else (number,), []).append(counts(each))
    sums = np.array([[sum(own), len(own)] for own in writers.values()], float)
    count = int(sums[:, 0].sum())
    if count in (0, len(tries)):  # resampling gives the same writers
        low, high = Score(len(writers) if count else 0, len(writers)).interval
    else:
        rng = np.random.default_rng(0)
        again = sums[rng.integers(0, len(sums), (_RESAMPLED, len(sums)))].sum(axis=1)
        low, high = np.quantile(again[:, 0] / again[:, 1], (0.025, 0.975))
    return {
        "n": len(tries),
        "count": count,
        "fraction": round(count / len(tries), 5),
        "interval": [round(float(low), 5), round(float(high), 5)],
        "writers": len(writers),
    }


def is_right(each: dict[str, Any]) -> bool:
    """Tell whether all of a field was read as it was written."""
    return bool(each["text"] == each["wrote"])


def is_sure(each: dict[str, Any]) -> bool:
    """Tell whether no check is asked for: the field is `ok`, or blank."""
    return each["status"] in ("ok", "blank")


def measured(tries: Tries) -> dict[str, Any]:
    """Return how many filled fields are right, sure, and sure but wrong."""
    written = [each for each in tries if each["wrote"]]
    sure = [each for each in written if is_sure(each)]
    wrong = [each for each in sure if not is_right(each)]
    empty = [each for each in tries if not each["wrote"]]
    return {
        "right": by_writer(written, is_right),
        "ok": by_writer(written, is_sure),
        "right where ok": by_writer(sure, is_right),
        "wrong and ok": by_writer(written, lambda each: is_sure(each) and not is_right(each)),
        "empty": Score(sum(each["status"] == "blank" for each in empty), len(empty)).as_dict() if empty else {},
        "mistakes": [{key: each[key] for key in ("wrote", "text", "lines", "ink", "side", "gap")} for each in wrong][
            :40
        ],
    }


def show(name: str, found: dict[str, Any]) -> None:
    """Print a row."""
    columns = "  ".join(
        f"{key} {found[key].get('fraction', 0):8.3%}" for key in ("right", "ok", "right where ok", "wrong and ok")
    )
    print(f"{name:24} n {found['right']['n']:6}  {columns}", flush=True)


def mixed(hands: Hands, least: int, seed: int) -> dict[str, Any]:
    """Measure mixed sheets of each kind of field, and all of them together."""
    rng = np.random.default_rng(5)
    numbers = [f"{each:08}" for each in rng.choice(10**8, 200, replace=False)]
    kinds, everything = {}, []
    for number, (kind, spec) in enumerate(specs(numbers).items()):
        tries, sheets = read(spec, mixed_texts, hands, normal_gap, least, 100 * seed + number)
        kinds[kind] = measured(tries) | sheets
        everything += tries
        show(kind, kinds[kind])
    together = measured(everything)
    show("all", together)
    return {"kinds": kinds, "all": together}


def sweep(hands: Hands, least: int, seed: int) -> dict[str, Any]:
    """Measure digits at each distance from a line, in bands, until each has so many."""
    edges = np.linspace(FIRST, LAST, BANDS + 1)
    tries: Tries = []
    styles = sweep_specs()
    for number, (style, spec) in enumerate(styles.items()):
        own, _ = read(
            spec, single_digits, hands, any_gap, round(least * BANDS / len(styles) * 1.03), 100 * seed + 50 + number
        )
        tries += [each | {"style": style} for each in own]
    bands = {}
    for low, high in pairwise(edges.tolist()):
        name = f"{low:.2f} to {high:.2f} mm"
        bands[name] = measured([each for each in tries if low <= each["gap"] < high])
        show(name, bands[name])
    groups = {}
    for key, names in (("style", styles), ("lines", LINES), ("ink", INKS), ("side", range(4))):
        for name in names:
            groups[f"{key} {name}"] = measured([each for each in tries if each[key] == name])
            show(f"{key} {name}", groups[f"{key} {name}"])
    return {"bands": bands, "groups": groups}


def lists(hands: Hands, least: int, seed: int) -> dict[str, Any]:
    """Measure numbers of lists, and numbers one slip away."""
    found: dict[str, Any] = {}
    everything: dict[str, Tries] = {kind: [] for kind in SLIPS}
    for number, ((name, listed), style) in enumerate(product(lists_of_numbers().items(), (BOXES, COMB, OPEN))):
        fields = [
            Field(f"n{n}", kind="identifier", boxes=len(listed[0]), style=style, among=listed) for n in range(2)
        ]
        spec = Spec(f"{name}, {style}", tuple(fields), rows=16)
        tries, _ = read(spec, slipped, hands, normal_gap, least * len(SLIPS), 100 * seed + 60 + number)
        for kind in SLIPS:
            own = [each for each in tries if _kind_of(each["wrote"], listed) == kind]
            everything[kind] += own
            found[f"{name}, {style}, {kind}"] = counted(f"{name}, {style}, {kind}", own)
    return found | {kind: counted(kind, own) for kind, own in everything.items()}


def counted(name: str, tries: Tries) -> dict[str, Any]:
    """Count what is right, `ok` and both, and keep each field, so that two runs can be compared field by field."""
    counts = {
        "n": len(tries),
        "right": sum(map(is_right, tries)),
        "ok": sum(map(is_sure, tries)),
        "wrong and ok": sum(is_sure(each) and not is_right(each) for each in tries),
    }
    print(f"{name:45}", counts, flush=True)
    return counts | {"fields": [[each["wrote"], each["text"], each["status"]] for each in tries]}


def main() -> None:
    """Measure mixed sheets, the sweep and lists."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--strokes", type=Path, help="UNIPEN or a packed file; without it, MNIST's digits only")
    parser.add_argument("--writers", choices=["even", "odd"], default="even")
    parser.add_argument("--fields", type=int, default=1_000, help="of each kind on mixed sheets, at least")
    parser.add_argument("--tries", type=int, default=2_000, help="in each band of the sweep, about")
    parser.add_argument("--listed", type=int, default=100, help="numbers of each list, style and slip, about")
    parser.add_argument("--only", choices=["mixed", "sweep", "lists"])
    parser.add_argument("--name", default="forms", help="of the result")
    given = parser.parse_args()
    cv2.setNumThreads(1)
    odd, digits = given.writers == "odd", shuzi.load_mnist().validation
    strokes = load_strokes(given.strokes).held_out(odd) if given.strokes else None
    hands = Hands(digits.images, digits.labels, strokes)
    found: dict[str, Any] = {"writers": given.writers, "unipen": strokes is not None}
    if given.only in (None, "mixed"):
        found["mixed"] = mixed(hands, given.fields, 1 + odd)
    if given.only in (None, "sweep"):
        found["sweep"] = sweep(hands, given.tries, 1 + odd)
    if given.only in (None, "lists"):
        found["lists"] = lists(hands, given.listed, 1 + odd)
    keep(given.name, found)


if __name__ == "__main__":
    main()

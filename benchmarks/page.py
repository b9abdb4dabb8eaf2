"""How long it takes from lifting the pen to the reading appearing on the page.

    python benchmarks/page.py

A real Chromium draws MNIST's test digits with the mouse on the page of a real `shuzi serve`, both on this machine. A
lift is timed inside the page: from the event that lifts the pen, through making the picture, the reading in the
page's worker and the drawing, to the frame that shows the reading. There are two kinds of lifts: a digit on an empty
sheet, and the fourth digit of a number. For comparison, `reader.read` reads the same pictures in this process.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from machine import keep

import shuzi

sys.path.append(str(Path(__file__).parents[1] / "tests" / "browser"))
from driving.browsing import browsing, watched_pages
from driving.pen import Stroke, strokes_of
from driving.serving import build_page, serving
from driving.sheet import Sheet

ALLOWED = 100  # milliseconds
WARM = 5  # warm-up lifts
PLACES = (0.17, 0.39, 0.61, 0.83)  # of four digits across the sheet

# records, for each new reading, when the pen was lifted and when the reading was drawn
_TIMER = """
window.lifts = [];
let lifted = null;
let shown = null;
addEventListener("pointerup", (event) => { lifted = event.timeStamp; }, { capture: true });
new MutationObserver(() => {
  const text = document.querySelector("output.number")?.dataset.text ?? null;
  if (text === shown) return;
  shown = text;
  if (text === null || lifted === null) return;
  const began = lifted;
  lifted = null;
  requestAnimationFrame(() => window.lifts.push({ text, total: performance.now() - began }));
}).observe(document, { subtree: true, childList: true, attributes: true });
"""


def single_strokes(count: int) -> list[tuple[list[Stroke], str]]:
    """Return the first test digits that can be written without lifting the pen, with their labels."""
    test = shuzi.load_mnist().test
    written = ((strokes_of(image), str(label)) for image, label in zip(test.images, test.labels, strict=True))
    found = []
    while len(found) < count:
        strokes, label = next(written)
        if len(strokes) == 1:
            found.append((strokes, label))
    return found


class Timed:
    """A sheet whose lifts are timed, with the pictures they sent."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.pictures: list[bytes] = []
        self.right = 0

    def lift(self, strokes: list[Stroke], expected: str, left: float) -> dict[str, Any]:
        """Write a digit with one stroke; return the times of its lift."""
        count = self.sheet.page.evaluate("window.lifts.length")
        answer = self.sheet.write(strokes, left, side=0.6)
        found = self.sheet.page.wait_for_function("(count) => window.lifts[count]", arg=count).json_value()
        self.pictures.append(self.sheet.last_picture())
        self.right += answer.text == expected
        return dict(found)


def digits_alone(timed: Timed, lifts: int) -> list[dict[str, Any]]:
    """Write digits one at a time, each on an empty sheet."""
    times = []
    for strokes, label in single_strokes(lifts + WARM):
        times.append(timed.lift(strokes, label, 0.5))
        timed.sheet.clear()
    return times[WARM:]


def fourth_digits(timed: Timed, lifts: int) -> list[dict[str, Any]]:
    """Write three digits, then repeatedly a fourth, which is undone each time."""
    digits = single_strokes(lifts + WARM + 3)
    number = ""
    for (strokes, label), left in zip(digits[:3], PLACES, strict=False):
        number += label
        timed.lift(strokes, number, left)
    times = []
    for strokes, label in digits[3:]:
        times.append(timed.lift(strokes, number + label, PLACES[3]))
        with timed.sheet.read():
            timed.sheet.page.keyboard.press("Control+z")
    return times[WARM:]


def in_process(pictures: list[bytes]) -> list[float]:
    """Read the same pictures here, one by one; return the milliseconds for each."""
    reader = shuzi.load()
    times = []
    for picture in pictures:
        began = time.perf_counter()
        reader.read(picture)
        times.append(1_000 * (time.perf_counter() - began))
    return times


def summary(times: list[float]) -> dict[str, float]:
    """Summarise times, in the same unit."""
    return {
        "median": round(statistics.median(times), 1),
        "p95": round(float(np.percentile(times, 95)), 1),
        "largest": round(max(times), 1),
    }


def measure(sheet: Sheet, kind: Any, lifts: int) -> dict[str, Any]:
    """Time one kind of lifts."""
    timed = Timed(sheet)
    times = kind(timed, lifts)
    totals = [each["total"] for each in times]
    reading = in_process(timed.pictures)[-lifts:]
    return {
        "lifts": len(times),
        "read right": timed.right,
        "of": len(timed.pictures),
        "ms until it stands there": summary(totals),
        "ms of reader.read in process": summary(reading),
        "ratio to reader.read": round(statistics.median(totals) / statistics.median(reading), 1),
        f"within {ALLOWED} ms": sum(total <= ALLOWED for total in totals),
        "totals": [round(total, 1) for total in totals],
    }


def main() -> None:
    """Measure and save the result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lifts", type=int, default=40)
    parser.add_argument("--name", default="speed-page", help="of the result")
    given = parser.parse_args()
    build_page()
    load = round(os.getloadavg()[0], 1)
    measured = {}
    with serving() as address, browsing() as browser:
        for what, kind in (("a digit on an empty sheet", digits_alone), ("the fourth of a number", fourth_digits)):
            with watched_pages(browser, address) as open_page:
                page = open_page()
                page.evaluate(_TIMER)
                measured[what] = measure(Sheet(page), kind, given.lifts)
            print(what, {key: value for key, value in measured[what].items() if key != "totals"}, flush=True)
        keep(
            given.name,
            {"browser": f"Chromium {browser.version}", "screen": "1280x900", "load before": load, **measured},
        )


if __name__ == "__main__":
    main()

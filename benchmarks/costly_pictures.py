"""The cost of pictures without writing, or with more than a page of it, as a multiple of a photograph of six digits.

    python benchmarks/costly_pictures.py

Each picture is read on one core, by turns with photographs of 640x480 with six digits; its processor time is
compared with the median of theirs. What seems to cost more than 30 is read twice more, and the median counts. An
attacker's mixtures are searched for too: of random ones, the most expensive is changed a little, again and again.
Decoding is left aside. The photographs are composed from MNIST's test digits.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from itertools import cycle
from typing import Any

import cv2
import numpy as np
from machine import keep
from numpy.typing import NDArray
from reading_speed import photos

import shuzi
from shuzi.models.store import DEFAULT

SIDE = 1_280  # pixels: the size of pictures in the search
PHOTOS = 5  # read before each picture
AGAIN = 30.0  # photographs: a picture that costs more is read twice more
MOST = 50  # photographs: the aim

Picture = NDArray[np.uint8]


def paper(height: int = SIDE, width: int = SIDE) -> Picture:
    """Return a white page."""
    return np.full((height, width), 255, np.uint8)


def chequerboard(side: int, step: int) -> Picture:
    """Return dark and light squares of `step` pixels."""
    y, x = np.ogrid[:side, :side]
    return np.where((y // step + x // step) % 2, 255, 0).astype(np.uint8)


def dots(count: int, side: int = SIDE, size: int = 2, seed: int = 0) -> Picture:
    """Return dots of `size` by `size` pixels anywhere."""
    page = paper(side, side)
    for y, x in np.random.default_rng(seed).integers(0, side - size, (count, 2)):
        page[y : y + size, x : x + size] = 0
    return page


def grid_of_dots(rows: int, columns: int, pitch: int, size: int = 2) -> Picture:
    """Return dots of `size` by `size` pixels in rows."""
    page = paper(rows * pitch, columns * pitch)
    for y in range(size):
        for x in range(size):
            page[y + pitch // 2 :: pitch, x + pitch // 2 :: pitch] = 0
    return page


def noise(side: int, sigma: float = 0.0, seed: int = 0) -> Picture:
    """Return noise of any grey, smoothed by `sigma` pixels."""
    page = np.random.default_rng(seed).integers(0, 256, (side, side), dtype=np.uint8)
    if not sigma:
        return page
    smooth = cv2.GaussianBlur(page.astype(np.float32), (0, 0), sigma)
    return np.clip(128 + 80 * (smooth - smooth.mean()) / smooth.std(), 0, 255).astype(np.uint8)


def salt(fraction: float, size: int, seed: int = 0) -> Picture:
    """Return dark squares of `size` pixels on this fraction of the page."""
    small = np.random.default_rng(seed).random((SIDE // size, SIDE // size)) < fraction
    return np.kron(np.where(small, 0, 255).astype(np.uint8), np.ones((size, size), np.uint8))


def stripes(step: int, slope: float = 0.0) -> Picture:
    """Return dark and light stripes of `step` pixels."""
    y, x = np.ogrid[:SIDE, :SIDE]
    return np.where((y + (slope * x).astype(int)) // step % 2, 255, 0).astype(np.uint8)


def rings(step: float, turns: float = 0.0) -> Picture:
    """Return concentric rings, or as many spirals as `turns`."""
    y, x = np.ogrid[:SIDE, :SIDE]
    away, angle = np.hypot(y - SIDE / 2, x - SIDE / 2), np.arctan2(y - SIDE / 2, x - SIDE / 2)
    return np.where((away / step + turns * angle / (2 * np.pi)) % 1 < 0.4, 0, 255).astype(np.uint8)


def dashes(count: int, length: int, thick: int, spread: float = 0.2, seed: int = 0) -> Picture:
    """Return dashes anywhere, whose angles are normal with this standard deviation in radians."""
    page, draws = paper(), np.random.default_rng(seed)
    for x, y in draws.integers(0, SIDE, (count, 2)).tolist():
        angle = draws.normal(0, spread)
        end = int(x + length * np.cos(angle)), int(y + length * np.sin(angle))
        cv2.line(page, (x, y), end, 0, thick)
    return page


def hatching(step: int, thick: int = 1) -> Picture:
    """Return lines in both diagonal directions."""
    page = paper()
    for left in range(-SIDE, 2 * SIDE, step):
        for right in (left + SIDE, left - SIDE):
            cv2.line(page, (left, 0), (right, SIDE), 0, thick)
    return page


def boxes(step: int, gap: int = 4, nested: int = 1) -> Picture:
    """Return a grid of boxes, each with smaller boxes inside."""
    page = paper()
    for y in range(0, SIDE - step, step):
        for x in range(0, SIDE - step, step):
            for inside in range(gap // 2, min(gap // 2 + 4 * nested, step // 2 - 1), 4):
                cv2.rectangle(page, (x + inside, y + inside), (x + step - inside, y + step - inside), 0, 1)
    return page


def printed(scale: float, letters: str = "abcdefghijklmnopqrstuvwxyz 0123456789,.-", seed: int = 0) -> Picture:
    """Return a page of print, its capitals 21 pixels high at a scale of 1."""
    page, draws = paper(), np.random.default_rng(seed)
    step = max(4, int(34 * scale))
    for y in range(step, SIDE, step):
        text = "".join(draws.choice(list(letters), int(SIDE / (20 * scale))))
        cv2.putText(page, text, (4, y), cv2.FONT_HERSHEY_SIMPLEX, scale, 0, max(1, int(2 * scale)), cv2.LINE_AA)
    return page


def smooth(side: int, step: float = 0.0) -> Picture:
    """Return a gradient from corner to corner, or waves."""
    y, x = np.ogrid[:side, :side]
    if step:
        return (127 + 120 * np.sin(x / step) * np.sin(y / step)).astype(np.uint8)
    return ((x + y) * 255 // (2 * side - 2)).astype(np.uint8)


def blobs(count: int, smallest: int, largest: int, seed: int = 0) -> Picture:
    """Return ellipses anywhere, some of them hollow, as a scribble of digits is."""
    page, draws = paper(), np.random.default_rng(seed)
    for _ in range(count):
        middle, axes = draws.integers(0, SIDE, 2).tolist(), draws.integers(smallest, largest + 1, 2).tolist()
        cv2.ellipse(page, middle, axes, draws.uniform(0, 180), 0, 360, 0, int(draws.choice([-1, 1, 2])))
    return page


def framed(step: int, inside: Picture) -> Picture:
    """Return a picture with frames within frames around its middle, which is kept clear of them."""
    page = inside.copy()
    for rim in range(0, SIDE // 2 - 150, step):
        cv2.rectangle(page, (rim, rim), (SIDE - 1 - rim, SIDE - 1 - rim), 0, 1)
    return page


PICTURES: dict[str, Callable[[], Picture]] = {
    "chequerboard of 4 px, 7000x7000": lambda: chequerboard(7_000, 4),
    "chequerboard of 12 px": lambda: chequerboard(SIDE, 12),
    "111,000 dots of 2x2 px": lambda: dots(111_000, 5_000),
    "5,000 dots": lambda: dots(5_000),
    "2,000 dots": lambda: dots(2_000, 1_000),
    "500 dots of 12x12 px": lambda: dots(500, size=12),
    "60 rows of dots": lambda: grid_of_dots(60, 60, 20, 4),
    "noise, 2000x2000": lambda: noise(2_000),
    "noise, smoothed by 3 px": lambda: noise(SIDE, 3),
    "noise, smoothed by 12 px": lambda: noise(SIDE, 12),
    "salt and pepper of 1 px": lambda: salt(0.1, 1),
    "salt and pepper of 3 px": lambda: salt(0.1, 3),
    "salt and pepper of 10 px": lambda: salt(0.2, 10),
    "stripes of 4 px": lambda: stripes(4),
    "slanting stripes of 12 px": lambda: stripes(12, 0.3),
    "rings of 12 px": lambda: rings(12),
    "a spiral of 20 px": lambda: rings(20, 1),
    "3,000 dashes": lambda: dashes(3_000, 20, 1),
    "2,000 dashes at any angle": lambda: dashes(2_000, 14, 2, 3),
    "500 strokes at any angle": lambda: dashes(500, 30, 3, 3),
    "hatching of 8 px": lambda: hatching(8),
    "boxes of 20 px": lambda: boxes(20),
    "boxes of 40 px": lambda: boxes(40),
    "boxes within boxes": lambda: boxes(40, nested=4),
    "frames around blobs": lambda: framed(5, blobs(40, 5, 20)),
    "print, 21 px high": lambda: printed(1.0),
    "print, 13 px high": lambda: printed(0.6),
    "print, 8 px high": lambda: printed(0.4),
    "ones, 10 px high": lambda: printed(0.5, "1 "),
    "a gradient, 7000x7000": lambda: smooth(7_000),
    "waves of 6 px": lambda: smooth(SIDE, 6),
    "1,000 blobs": lambda: blobs(1_000, 3, 10),
    "300 blobs": lambda: blobs(300, 5, 20),
}


class Mixture:
    """The ingredients of a picture and their amounts, which a search changes."""

    KINDS = ("dots", "dashes", "strokes", "blobs", "boxes", "frames", "ones", "noise")

    def __init__(self, draws: np.random.Generator, parent: Mixture | None = None) -> None:
        if parent is None:
            self.amounts = np.where(draws.random(len(self.KINDS)) < 0.4, draws.random(len(self.KINDS)), 0)
        else:
            changed = draws.random(len(self.KINDS)) < 0.4
            self.amounts = np.clip(parent.amounts + changed * draws.normal(0, 0.3, len(self.KINDS)), 0, 1)
        self.size = draws.random() if parent is None else float(np.clip(parent.size + draws.normal(0, 0.15), 0, 1))

    def picture(self) -> Picture:
        """Draw it."""
        page, much = paper(), dict(zip(self.KINDS, self.amounts.tolist(), strict=True))
        length = int(6 + 50 * self.size)
        made = {
            "dots": lambda part: dots(int(3_000 * part), size=2 + length // 8),
            "dashes": lambda part: dashes(int(2_500 * part), length, 1 + length // 20),
            "strokes": lambda part: dashes(int(1_500 * part), length, 1 + length // 12, 3),
            "blobs": lambda part: blobs(int(800 * part), 2 + length // 8, 3 + length // 2),
            "boxes": lambda part: boxes(length + int(60 * (1 - part))),
            "frames": lambda part: framed(4 + int(60 * (1 - part)), paper()),
            "ones": lambda part: printed(0.3 + self.size, "1 " if part < 0.5 else "1234567890 "),
            "noise": lambda part: noise(SIDE, 1 + 6 * part),
        }
        for kind, part in much.items():
            if part:
                page = np.minimum(page, made[kind](part))
        return page


def cost(read: Callable[[], Any]) -> float:
    """Return the processor time in seconds."""
    began = time.process_time()
    read()
    return time.process_time() - began


def main() -> None:
    """Measure and save the result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default=DEFAULT, help="what `shuzi.load` takes")
    parser.add_argument("--search", type=int, default=60, help="mixtures to try")
    parser.add_argument("--name", default="costly-pictures", help="of the result")
    given = parser.parse_args()
    cv2.setNumThreads(1)
    reader, usual, draws = shuzi.load(given.model), cycle(photos()), np.random.default_rng(5)
    for _ in range(3):
        reader.read(next(usual))
    of_photos: list[float] = []

    def measured(page: Picture) -> tuple[float, Any]:
        of_photos.extend(cost(lambda: reader.read(next(usual))) for _ in range(PHOTOS))
        one, readings = statistics.median(of_photos), list[Any]()
        spent = [cost(lambda: readings.append(reader.read(page)))]
        if spent[0] > AGAIN * one:
            spent += [cost(lambda: reader.read(page)) for _ in range(2)]
        return statistics.median(spent) / one, readings[0]

    rows = {}
    for name, make in PICTURES.items():
        ratio, reading = measured(make())
        rows[name] = {"photographs": round(ratio, 1), "status": reading.status, "sentence": reading.advice[0]}
        print(f"{name:34s} {ratio:6.1f} {reading.status:12s} {reading.advice[0]}", flush=True)
    tried: list[tuple[float, Mixture, str]] = []
    for number in range(given.search):
        best = max(tried, key=lambda each: each[0])[1] if number > given.search // 2 else None
        mixture = Mixture(draws, best)
        ratio, reading = measured(mixture.picture())
        tried.append((ratio, mixture, reading.status))
    searched = sorted((round(ratio, 1) for ratio, *_ in tried), reverse=True)
    highest = max([row["photographs"] for row in rows.values()] + searched[:1])
    print("mixtures, the most expensive first:", searched[:10])
    print(f"the most expensive: {highest} photographs; the aim is at most {MOST}")
    worst = [
        {
            "photographs": round(ratio, 1),
            "status": status,
            "size": round(mixture.size, 3),
            **dict(zip(Mixture.KINDS, mixture.amounts.round(3).tolist(), strict=True)),
        }
        for ratio, mixture, status in sorted(tried, key=lambda each: -each[0])[:5]
    ]
    keep(
        given.name,
        {
            "a photograph of six digits, seconds": round(statistics.median(of_photos), 4),
            "the most expensive, photographs": highest,
            "pictures": rows,
            "mixtures": {"n": given.search, "photographs": searched, "the most expensive": worst},
        },
    )


if __name__ == "__main__":
    main()

"""Random pages of numbers with low commas, dashes and cut-off rows, and the ink that a reading counts twice."""

from __future__ import annotations

import cv2
import numpy as np

import shuzi

INK = 120  # darker pixels are ink


def page(images: np.ndarray, labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Write one to four numbers below each other, each digit in another hand: uint8 (h, w).

    Rows may slope and come as close as to touch; commas may hang below them, and the page may end within them.
    """
    height = int(rng.integers(20, 60))
    rows, pitch, slope = int(rng.integers(1, 5)), rng.uniform(1.0, 1.8) * height, rng.normal(0, 0.06)
    ink = np.zeros((round(rows * pitch + 2 * height), 11 * height), np.uint8)
    for row in range(rows):
        x, top = height * rng.uniform(0.3, 2), (row + 0.5) * pitch
        for _ in range(int(rng.integers(1, 8))):
            y = round(top + slope * x + rng.normal(0, 0.05) * height)
            if rng.random() < 0.2:
                low, long = y + rng.uniform(0.3, 1.1) * height, rng.uniform(0.1, 0.8) * height
                end = (round(x), round(low + long)) if rng.random() < 0.7 else (round(x + long), round(low))
                cv2.line(ink, (round(x + 0.1 * height), round(low)), end, 255, max(2, height // 10), cv2.LINE_AA)
                x += rng.uniform(0.05, 0.6) * height
            image = images[rng.integers(len(labels))]
            left, up, wide, high = cv2.boundingRect((image > 60).astype(np.uint8))
            size = (max(2, round(wide * height / high)), round(height * rng.uniform(0.7, 1.1)))
            drawn = cv2.resize(image[up : up + high, left : left + wide], size)
            part = ink[max(y, 0) : y + size[1], round(x) : round(x) + size[0]]
            np.maximum(part, drawn[-part.shape[0] :, : part.shape[1]], out=part)
            x += size[0] + rng.uniform(-0.05, 0.5) * height
    first, last = np.sort(rng.uniform(0, len(ink), 2)).astype(int)
    shown = ink[first : max(last, first + height)] if rng.random() < 0.5 else ink
    return np.asarray(235 - shown * 0.8, np.uint8)


def counted_twice(grey: np.ndarray, reading: shuzi.Reading) -> list[str]:
    """Name the pieces of ink that stand for two characters, or on two lines."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats((grey < INK).astype(np.uint8), connectivity=8)
    digits, marks = iter(reading.digits), iter(reading.marks)
    found, line = [], 0
    for each in reading.text:
        if each == "\n":
            line += 1
        else:
            found.append((each, line, next(digits if each.isdigit() else marks).box))
    wrong = []
    for number, (x, y, width, height, area) in enumerate(stats[1:].tolist(), start=1):
        own = [each for each in found if np.sum(labels[each[2].pixels()] == number) >= 0.8 * area]
        alike = [each for each in own if each[2].width * each[2].height <= 1.5 * width * height]
        # two characters of a line may be guessed where there is one, but then it is not sure
        if len({line for _, line, _ in alike}) > 1 or (len(alike) > 1 and reading.status == "ok"):
            wrong.append(f"{reading.text!r}: ink at {x}, {y} is {alike}")
    return wrong

"""How well composed photographs of displays and counter wheels are read, of digits that nobody trained on.

    python benchmarks/displays.py --displays FOLDER

Lines of each kind of `shuzi.synthesis.displays`, real digits those held out; of drawn wheels, whether the message
says that the last one turns; and three photographs of one display of segments, read together.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from machine import keep
from numpy.typing import NDArray

from shuzi.data.displays import load_displays
from shuzi.models.card import Score
from shuzi.reading.display import DisplayReader
from shuzi.reading.reader import load_display
from shuzi.reading.result import Reading
from shuzi.synthesis.displays import (
    KINDS,
    RealDigits,
    camera,
    compose,
    draw_display,
    draw_segments,
    draw_wheels,
    in_colours,
    number,
)

KIND = tuple(kind for kind in KINDS if kind != "nothing")


def photographed(rng: np.random.Generator, grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Give a composed photograph either polarity, and a colour: RGB (h, w, 3)."""
    return in_colours(rng, 255 - grey if rng.random() < 0.5 else grey)


def score(texts: Sequence[str], readings: Sequence[Reading]) -> dict[str, Any]:
    """Return how many are right, `ok`, and right if they are."""
    told = [(reading.text == text, reading.status == "ok") for text, reading in zip(texts, readings, strict=True)]
    ok = [right for right, is_ok in told if is_ok]
    right = sum(right for right, _ in told)
    return {
        "right": Score(right, len(told)).as_dict(),
        "ok": Score(len(ok), len(told)).as_dict(),
        "right where ok": Score(sum(ok), len(ok)).as_dict() if ok else None,
    }


def kinds(reader: DisplayReader, real: RealDigits, count: int) -> dict[str, Any]:
    """Score so many lines of each kind."""
    scores = {}
    for index, kind in enumerate(KIND):
        rng, texts, readings = np.random.default_rng([1, index]), list[str](), list[Reading]()
        for _ in range(count):
            grey, text = compose(rng, kind, real, seen=True)
            texts.append(text)
            readings.append(reader.read(photographed(rng, grey)))
        scores[kind] = score(texts, readings)
        print(kind, *(scores[kind][name] and scores[kind][name]["accuracy"] for name in scores[kind]), flush=True)
    return scores


def turning(reader: DisplayReader, count: int) -> dict[str, Any]:
    """Tell of how many counters that are `ok` the message says that the last wheel turns."""
    said = {}
    for name, low, high in (("still", 0.0, 0.0), ("turning", 0.25, 0.7)):
        rng, messages = np.random.default_rng([2, len(name)]), list[str]()
        for _ in range(count):
            light, _ = draw_wheels(rng, rng.uniform(low, high))
            reading = reader.read(photographed(rng, camera(rng, light, 0.4)))
            messages += [reading.advice[0]] if reading.status == "ok" else []
        turns = sum(message == "reading.display.between" for message in messages)
        said[name] = Score(turns, len(messages)).as_dict()
        print(name, said[name])
    return said


def together(reader: DisplayReader, count: int) -> dict[str, Any]:
    """Score displays in three photographs each, read together, and the photographs alone."""
    rng, texts, alone, voted = np.random.default_rng(3), list[str](), list[Reading](), list[Reading]()
    for _ in range(count):
        text = number(rng)
        light = draw_display(rng, *draw_segments(rng, text, seen=True))
        pictures = [photographed(rng, camera(rng, light)) for _ in range(3)]
        texts.append(text)
        voted.append(reader.read_together(pictures))
        alone += map(reader.read, pictures)
    scores = {"together": score(texts, voted), "alone": score(np.repeat(texts, 3).tolist(), alone)}
    for name, found in scores.items():
        print(name, found["right"], found["ok"])
    return scores


def main() -> None:
    """Compose, read and score."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--displays", type=Path, help="folder of digits (default: SHUZI_DISPLAYS)")
    parser.add_argument("--each", type=int, default=400, help="lines of each kind")
    parser.add_argument("--model", default="display")
    parser.add_argument("--name", default="displays", help="of the result")
    arguments = parser.parse_args()
    reader = load_display(arguments.model)
    real = RealDigits(load_displays(arguments.displays).divided()[1])
    count = arguments.each
    result = {"each": count, "kinds": kinds(reader, real, count)}
    result |= {"message says turning": turning(reader, count), "three photographs": together(reader, count)}
    keep(arguments.name, result)


if __name__ == "__main__":
    main()

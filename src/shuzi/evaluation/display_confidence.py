"""Fit the confidence in the numbers of displays, from composed lines that are read."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from shuzi.data.displays import Displays
from shuzi.evaluation.text_confidence import LineRead, fit_page
from shuzi.models.card import Calibration
from shuzi.reading.display import DisplayReader
from shuzi.synthesis.displays import KINDS, RealDigits, compose
from shuzi.synthesis.texts import chosen

LINES = 5_000
"""Lines that are read to fit the confidence."""


def read_displays(reader: DisplayReader, displays: Displays, seed: int, count: int) -> Iterator[LineRead]:
    """Compose lines, half of them light on dark, read them, and yield each number that was read."""
    rng, real = np.random.default_rng([seed, 3]), RealDigits(displays)
    for _ in range(count):
        grey, text = compose(rng, chosen(rng, KINDS), real, seen=True)
        line = reader.recognise(255 - grey if rng.random() < 0.5 else grey)
        if line is not None:
            yield line.features, line.text == text, True


def calibrate_display(reader: DisplayReader, displays: Displays, seed: int, count: int = LINES) -> Calibration:
    """Fit a reader's confidence to digits that its training did not see."""
    numbers = fit_page([*read_displays(reader, displays.divided()[1], seed, count)])
    return Calibration({}, numbers, count, seed)

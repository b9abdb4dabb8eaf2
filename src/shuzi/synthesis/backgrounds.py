"""A random generator becomes paper to write on: plain, shaded, ruled, squared, stained, or printed like a cheque."""

from __future__ import annotations

import math
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

Background = NDArray[np.float32]


def by_magnitude(rng: np.random.Generator, low: float, high: float) -> float:
    """Draw a number between two others, whose logarithm is equally probable everywhere."""
    return float(np.exp(rng.uniform(math.log(low), math.log(high))))


def background(rng: np.random.Generator, height: int, width: int, letter: float) -> Background:
    """Make a background whose print is darker than the bare paper.

    Parameters
    ----------
    rng
        Decides what is printed and how the light falls.
    height, width
        In pixels.
    letter
        The height of the writing it is meant for, in pixels; lines and squares are spaced to suit.

    Returns
    -------
    float32 (height, width), from 0 to 1: brightness relative to bare paper.
    """
    paper = np.ones((height, width), np.float32)
    kind = rng.random()
    strength = by_magnitude(rng, 0.04, 0.5)
    if kind < 0.45:
        pass
    elif kind < 0.58:
        ruled(rng, paper, letter, strength, squared=False)
    elif kind < 0.70:
        ruled(rng, paper, letter, strength, squared=True)
    elif kind < 0.88:
        waves(rng, paper, letter, strength)
    else:
        clouds(rng, paper, letter, strength * 0.7)
    if rng.random() < 0.15:
        _frame(rng, paper, letter)
    return paper * falling_light(rng, height, width)


def ruled(rng: np.random.Generator, paper: Background, letter: float, strength: float, squared: bool) -> None:
    """Print evenly spaced lines across, and if squared, also down."""
    step = letter * rng.uniform(0.25, 2.0) if squared else letter * rng.uniform(0.8, 2.0)
    step, thickness = max(step, 5.0), int(rng.choice((1, 1, 1, 2)))
    lean = rng.normal(0, 0.015)
    height, width = paper.shape
    printed = np.zeros(paper.shape, np.uint8)
    for y in np.arange(rng.uniform(0, step), height + width * abs(lean), step):
        rule(printed, (0, y), (width, y + lean * width), thickness)
    if squared:
        for x in np.arange(rng.uniform(0, step), width + height * abs(lean), step):
            rule(printed, (x, 0), (x - lean * height, height), thickness)
    paper *= 1 - strength * (printed / np.float32(255))


def rule(printed: NDArray[np.uint8], start: tuple[float, float], end: tuple[float, float], thickness: int) -> None:
    """Print a line between two points (x, y), in pixels."""
    first, last = (tuple(round(each * 8) for each in point) for point in (start, end))
    cv2.line(printed, first, last, 255, thickness, cv2.LINE_AA, 3)


def waves(rng: np.random.Generator, paper: Background, letter: float, strength: float) -> None:
    """Print families of waves like those that protect cheques against copying."""
    y, x = np.indices(paper.shape, np.float32)
    for _ in range(rng.integers(1, 4)):
        step = max(letter * rng.uniform(0.08, 0.35), 2.5)
        turn = rng.uniform(-0.6, 0.6) + (math.pi / 2 if rng.random() < 0.25 else 0)
        along, across = x * math.cos(turn) + y * math.sin(turn), y * math.cos(turn) - x * math.sin(turn)
        long, reach = letter * rng.uniform(0.5, 4), rng.uniform(0, 3) * step
        bend = reach * np.sin(along * (2 * math.pi / long) + rng.uniform(0, 7))
        phase = ((across + bend) / step) % 1
        line = np.clip(1 - np.abs(phase - 0.5) * step / rng.uniform(0.7, 1.3), 0, 1)
        paper *= 1 - strength * line * rng.uniform(0.5, 1)


def net(rng: np.random.Generator, paper: Background, letter: float, strength: float) -> None:
    """Print two families of fine lines that cross, or only the dots where they do, as cheques have."""
    y, x = np.indices(paper.shape, np.float32)
    step, turn = max(letter * rng.uniform(0.08, 0.3), 2.5), rng.uniform(0.2, 1.2)
    thin, long, reach = rng.uniform(0.6, 1.1), letter * rng.uniform(0.6, 4), rng.uniform(0, 1.5) * step
    lean = rng.uniform(-0.4, 0.4)
    families = []
    for side in (-turn, turn):
        along = x * math.cos(lean + side) + y * math.sin(lean + side)
        across = y * math.cos(lean + side) - x * math.sin(lean + side)
        bend = reach * np.sin(along * (2 * math.pi / long) + rng.uniform(0, 7))
        families.append(np.clip(1 - np.abs(((across + bend) / step) % 1 - 0.5) * step / thin, 0, 1))
    first, second = families
    paper *= 1 - strength * (np.sqrt(first * second) if rng.random() < 0.3 else np.maximum(first, second))


def clouds(rng: np.random.Generator, paper: Background, letter: float, strength: float) -> None:
    """Add stains and unevenness at one or two scales."""
    for _ in range(rng.integers(1, 3)):
        coarse = max(2, round(max(paper.shape) / (letter * rng.uniform(0.1, 1.5))))
        spots = rng.random((max(2, coarse * paper.shape[0] // max(paper.shape)), coarse), np.float32)
        paper *= 1 - strength * cv2.resize(spots, paper.shape[::-1], interpolation=cv2.INTER_CUBIC).clip(0, 1)


def _frame(rng: np.random.Generator, paper: Background, letter: float) -> None:
    """Print the box of a form field, or the line under an amount."""
    height, width = paper.shape
    printed = np.zeros(paper.shape, np.uint8)
    thickness = int(rng.choice((1, 1, 2, 3)))
    if rng.random() < 0.5:
        y = rng.uniform(0.6, 1.0) * height
        rule(printed, (0, y), (width, y + rng.normal(0, 0.02) * width), thickness)
    else:
        inset = rng.uniform(0, 0.5 * letter, 4)
        left, top, right, bottom = inset[0], inset[1] / 2, width - inset[2], height - inset[3] / 2
        corners = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]
        for start, end in pairwise(corners):
            rule(printed, start, end, thickness)
    paper *= 1 - rng.uniform(0.15, 0.8) * (printed / np.float32(255))


def falling_light(rng: np.random.Generator, height: int, width: int) -> Background:
    """Make the light fall off to one side, or cast a shadow across the page."""
    light = np.ones((height, width), np.float32)
    if rng.random() < 0.4:
        y, x = np.indices(light.shape, np.float32) / max(height, width)
        turn = rng.uniform(0, 2 * math.pi)
        light -= rng.uniform(0.05, 0.4) * (0.5 + (x - 0.5) * math.cos(turn) + (y - 0.2) * math.sin(turn)).clip(0, 1)
        if rng.random() < 0.3:
            edge = x * math.cos(turn + 1) + y * math.sin(turn + 1) - rng.uniform(0.1, 0.6)
            light *= 1 - rng.uniform(0.1, 0.4) * (0.5 + edge * rng.uniform(5, 50)).clip(0, 1)
    return light

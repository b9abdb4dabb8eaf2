"""Boxes are ticked as people do it: with pen strokes of many kinds, which reach the printed lines and beyond."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from sheets import FINE

from shuzi.forms.grammar import ONE
from shuzi.forms.layout import PlacedField
from shuzi.ink.boxes import Box
from shuzi.synthesis.pen import Pen, written

Strokes = list[NDArray[np.float64]]
Rng = np.random.Generator

PENS = {
    "ballpoint": ((0.55, 0.8), (0.35, 0.6)),
    "gel": ((0.8, 0.95), (0.4, 0.8)),
    "felt": ((0.75, 0.95), (0.8, 1.2)),
    "pencil": ((0.3, 0.55), (0.3, 0.6)),
    "thin pencil": ((0.18, 0.32), (0.25, 0.4)),
}
"""The fraction of light that each pen's ink absorbs, in grey, and its line width in millimetres."""

_PENS = {"ballpoint": 0.4, "gel": 0.2, "felt": 0.1, "pencil": 0.2, "thin pencil": 0.1}  # fraction of the writers

_OWN = 0.85  # fraction of a writer's marks that are of the writer's usual kind
_STRAY = 0.5  # millimetres: the standard deviation of a mark from the middle of its box
_MIN_FILLED = 0.9  # fraction of the side of a box, where it is filled completely

ONE_OF_N = {"one": 0.84, "none": 0.05, "filled": 0.05, "crossed out": 0.03, "two": 0.03}
"""The frequencies in one-of-n fields: one box ticked, none, one corrected by filling or crossing out, two ticked."""

ANY_OF_N = {"marks": 0.92, "filled": 0.06, "crossed out": 0.02}
"""The frequencies in any-of-n fields: boxes just ticked, and one more taken back by filling or by crossing out."""

_TICKED = 0.35  # fraction of the boxes of any-of-n
_TOUCHED = 0.04  # fraction of the fields where the pen touched an unmarked box


@dataclass(frozen=True)
class Hand:
    """A writer: the pen, its darkness and its width in millimetres, and the usual kind of mark."""

    pen: str
    dark: float
    width: float
    kind: str

    @staticmethod
    def any(rng: Rng) -> Hand:
        """Choose one."""
        pen = str(rng.choice([*_PENS], p=[*_PENS.values()]))
        (pale, dark), (thin, thick) = PENS[pen]
        return Hand(pen, float(rng.uniform(pale, dark)), float(rng.uniform(thin, thick)), str(rng.choice([*KINDS])))


def check(rng: Rng, _: Hand) -> Strokes:
    """Return a check mark: ✓."""
    return [_jittered(rng, [(-0.55, -0.1), (-0.15, 0.5), (0.75, -0.8)], 0.12)]


def cross(rng: Rng, _: Hand) -> Strokes:
    """Return two strokes that cross: ×."""
    return [
        _jittered(rng, [(-0.65, -0.65), (0.65, 0.65)], 0.12),
        _jittered(rng, [(0.65, -0.65), (-0.65, 0.65)], 0.12),
    ]


def slash(rng: Rng, _: Hand) -> Strokes:
    """Return a single stroke, steep or flat."""
    turn = rng.uniform(0.2, 1.35) * rng.choice([-1, 1])
    end = np.array([np.cos(turn), np.sin(turn)]) * 0.8
    return [_jittered(rng, [-end, end], 0.08)]


def scribble(rng: Rng, _: Hand) -> Strokes:
    """Return a zigzag that leaves paper between its strokes."""
    count = int(rng.integers(4, 8))
    xs = np.linspace(-0.6, 0.6, count)
    points = [(x, (0.6 if index % 2 else -0.6) * rng.uniform(0.7, 1.1)) for index, x in enumerate(xs)]
    return [_turned(_jittered(rng, points, 0.08), rng.uniform(-0.9, 0.9))]


def dot(rng: Rng, hand: Hand) -> Strokes:
    """Return a dot of 0.8 to 1.6 mm, made by a pen that turns on the spot."""
    radius = max(rng.uniform(0.8, 1.6) - hand.width, 0.1) / 2 / 2.5
    turns = np.linspace(0, 6 * np.pi, 40)
    reach = radius * (0.3 + 0.7 * np.abs(np.sin(turns / 5)))
    return [np.column_stack([np.cos(turns) * reach, np.sin(turns) * reach])]


def filled(rng: Rng, hand: Hand) -> Strokes:
    """Return strokes that leave hardly any paper in the box."""
    half = rng.uniform(_MIN_FILLED, 1.12)
    step = 0.85 * hand.width / 2.5
    ys = np.arange(-half + step / 2, half, step)
    points = [(half * (1 if index % 2 else -1) * rng.uniform(0.93, 1.04), y) for index, y in enumerate(ys)]
    return [_turned(_jittered(rng, points, 0.02), float(rng.choice([0, np.pi / 2])) + rng.normal(0, 0.05))]


KINDS: dict[str, Callable[[Rng, Hand], Strokes]] = {
    "check": check,
    "cross": cross,
    "slash": slash,
    "scribble": scribble,
    "dot": dot,
    "filled": filled,
}
"""How people mark a box."""


def crossed_out(rng: Rng) -> Strokes:
    """Return the strokes that cross a mark out, to beyond its box."""
    half, count = rng.uniform(0.9, 1.4), int(rng.integers(3, 7))
    points = [(half * (1 if index % 2 else -1), y) for index, y in enumerate(np.linspace(-0.7, 0.7, count))]
    return [_turned(_jittered(rng, points, 0.1), rng.normal(0, 0.3))]


def touch(rng: Rng) -> Strokes:
    """Return the trace of a pen that touched the paper by accident: 0.1 to 0.7 mm, often near a line."""
    start = rng.uniform(-0.9, 0.9, 2)
    turn, long = rng.uniform(0, 2 * np.pi), rng.uniform(0.1, 0.7) / 2.5
    return [np.array([start, start + long * np.array([np.cos(turn), np.sin(turn)])])]


def _jittered(
    rng: Rng, points: list[tuple[float, float]] | list[NDArray[np.float64]], spread: float
) -> NDArray[np.float64]:
    """Jitter points, and bend the strokes between them."""
    moved = np.array(points, np.float64) + rng.normal(0, spread, (len(points), 2))
    at = np.linspace(0, len(moved) - 1, 8 * (len(moved) - 1) + 1)
    line = np.column_stack([np.interp(at, np.arange(len(moved)), moved[:, axis]) for axis in (0, 1)])
    bend = np.sin(np.pi * (at % 1)) * rng.normal(0, 0.05)
    return np.asarray(line + bend[:, None] * rng.normal(0, 1, 2))


def _turned(line: NDArray[np.float64], turn: float) -> NDArray[np.float64]:
    return np.asarray(line @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]]))


def mark(rng: Rng, paper: NDArray[np.float32], box: Box, strokes: Strokes, hand: Hand, sized: bool = True) -> float:
    """Draw strokes in a box, in place; marks except touches and fillings vary in size and position.

    Returns
    -------
    The millimetres from the middle of the box to that of the strokes.
    """
    half = min(box.width, box.height) / 2
    size = float(np.clip(rng.lognormal(0.05, 0.2), 0.7, 1.6)) if sized else 1.0
    away = rng.normal(0, _STRAY if sized else 0.1, 2)
    middle = np.array([box.x + box.width / 2, box.y + box.height / 2]) + away
    lines = [((stroke * half * size + middle) * FINE).astype(np.float32) for stroke in strokes]
    ink, left, top = written(lines, Pen(hand.width * FINE))
    pressed = cv2.resize(rng.uniform(0.8, 1.0, (4, 4)).astype(np.float32), (ink.shape[1], ink.shape[0]))
    part = paper[top : top + ink.shape[0], left : left + ink.shape[1]]
    part *= 1 - hand.dark * ink.astype(np.float32) / 255 * pressed
    return float(np.hypot(*away))


@dataclass(frozen=True)
class Answer:
    """The intended answer of a field, how the field was filled in, and the marks in each box."""

    options: frozenset[int]
    way: str
    marks: tuple[str, ...]


def answer(rng: Rng, paper: NDArray[np.float32], placed: PlacedField, hand: Hand) -> Answer:
    """Fill in a field, in place."""
    boxes, count = placed.boxes, len(placed.boxes)
    marks = [""] * count
    ways = ONE_OF_N if placed.field.choose == ONE else ANY_OF_N
    way = str(rng.choice([*ways], p=[*ways.values()]))
    if hand.kind == "filled" and way in ("filled", "crossed out"):  # which would look like another mark
        way = next(iter(ways))
    order = rng.permutation(count).tolist()

    def draw(index: int) -> None:
        # a writer marks either all boxes by filling, or none
        others = [hand.kind] if hand.kind == "filled" else [kind for kind in KINDS if kind != "filled"]
        kind = hand.kind if rng.random() < _OWN else str(rng.choice(others))
        mark(rng, paper, boxes[index], KINDS[kind](rng, hand), hand, sized=kind not in ("filled", "dot"))
        marks[index] = kind

    if placed.field.choose == ONE:
        meant = {"none": [], "two": order[:2]}.get(way, order[:1])
    else:
        meant = [index for index in range(count) if rng.random() < _TICKED]
        order = [*meant, *(index for index in order if index not in meant)]
    for index in meant:
        draw(index)
    if way in ("filled", "crossed out") and len(meant) < count and meant:
        gone = order[len(meant)]
        draw(gone)
        strokes = filled(rng, hand) if way == "filled" else crossed_out(rng)
        mark(rng, paper, boxes[gone], strokes, hand, sized=False)
        marks[gone] = f"{marks[gone]}, {way}"
    empty = [index for index in range(count) if not marks[index]]
    if empty and rng.random() < _TOUCHED:
        index = int(rng.choice(empty))
        mark(rng, paper, boxes[index], touch(rng), hand, sized=False)
        marks[index] = "touch"
    return Answer(frozenset(meant), way, tuple(marks))

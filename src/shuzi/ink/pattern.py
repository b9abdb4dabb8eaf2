"""Printed patterns under writing, such as the fine waves of cheques: pieces of ink that are told by all of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

PATTERN_PIECE: Final = 0.15  # of a digit's height: smaller pieces of ink are specks
PATTERN_SPECK: Final = 3  # pixels: smaller pieces are specks on any scale
PATTERN_PIECES: Final = 30  # fewer pieces are no pattern
PATTERN_SPREAD: Final = 0.5  # of the page's squares, each as wide as a digit is high: a pattern is in so many
PATTERN_THICKNESS: Final = 0.8  # of the pen's: the lines of a pattern are no thicker

HATCH_LENGTH: Final = 0.25  # of a digit's height: shorter pieces have no direction
HATCH_NARROW: Final = 5.0  # times as long as wide: a straight line
HATCH_THICKNESS: Final = 0.7  # of the pen's: printed lines are no thicker
HATCH_LINES: Final = 8  # fewer parallel lines are no hatching
DIRECTIONS: Final = 90  # in half a turn
PARALLEL: Final = 3  # steps from one direction to another, at most


def find_patterns(
    labels: NDArray[np.int32], stats: NDArray[np.int32], strokes: Sequence[NDArray[np.bool_]], height: float
) -> NDArray[np.bool_]:
    """Tell which pieces of ink of no character are parts of a printed pattern: bool (n,), the paper first."""
    inks = [stroke.astype(np.int32) for stroke in strokes]
    widths = [measure_thickness(ink, np.array([0, ink.sum()], np.int32))[1] for ink in inks]
    pen = float(np.median(widths)) if widths else 0.0
    thickness = measure_thickness(labels, stats[:, 4])
    is_print = are_hatching(labels, thickness, pen, height)
    if is_patterned(labels.shape, stats, thickness, pen, height):
        is_print |= (thickness <= PATTERN_THICKNESS * pen) & (stats[:, 2:4].max(axis=1) <= height)
    is_print[0] = False
    return is_print


def is_patterned(
    shape: Sequence[int], stats: NDArray[np.int32], thickness: NDArray[np.float64], pen: float, height: float
) -> bool:
    """Tell whether a page has a printed pattern: many pieces thinner than the pen's strokes, nearly everywhere."""
    x, y, wide, high, _ = stats[1:].T
    counts = np.maximum(wide, high) >= max(PATTERN_SPECK, PATTERN_PIECE * height)
    counts &= thickness[1:] <= PATTERN_THICKNESS * pen
    if counts.sum() < PATTERN_PIECES:
        return False
    seen = np.zeros([math.ceil(side / height) for side in shape], np.bool_)
    seen[((y + high / 2)[counts] / height).astype(int), ((x + wide / 2)[counts] / height).astype(int)] = True
    return bool(seen.sum() >= PATTERN_SPREAD * seen.size)


def are_hatching(
    labels: NDArray[np.int32], thickness: NDArray[np.float64], pen: float, height: float
) -> NDArray[np.bool_]:
    """Tell which pieces are the lines of hatching: many are parallel, thinner than the pen's strokes."""
    inked = labels > 0
    pieces, count = labels[inked], len(thickness)
    y, x = (axis.astype(np.float64) for axis in np.nonzero(inked))
    area = np.maximum(np.bincount(pieces, minlength=count), 1)

    def mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.bincount(pieces, values, count) / area

    # 1. the length, width and direction of each, from its second moments
    mean_x, mean_y = mean(x), mean(y)
    spread_x, spread_y, both = mean(x * x) - mean_x**2, mean(y * y) - mean_y**2, mean(x * y) - mean_x * mean_y
    half, apart = (spread_x + spread_y) / 2, np.hypot((spread_x - spread_y) / 2, both)
    length, width = (np.sqrt(12 * np.maximum(half + sign * apart, 1 / 12)) for sign in (1, -1))
    turn = np.arctan2(2 * both, spread_x - spread_y) / (2 * np.pi)  # of half a turn
    direction = np.floor(turn * DIRECTIONS).astype(np.int64) % DIRECTIONS
    # 2. those that are parallel to most
    lines = (
        (length >= HATCH_LENGTH * height) & (length >= HATCH_NARROW * width) & (thickness <= HATCH_THICKNESS * pen)
    )
    lines[0] = False
    counts = np.bincount(direction[lines], minlength=DIRECTIONS)
    alike = sum(np.roll(counts, step) for step in range(-PARALLEL, PARALLEL + 1))
    common = int(np.argmax(alike))
    off = np.abs(direction - common)
    lines &= np.minimum(off, DIRECTIONS - off) <= PARALLEL
    # 3. they are hatching if they are many and nearly everywhere
    own = lines[pieces]
    squares = np.zeros([math.ceil(side / height) for side in labels.shape], np.bool_)
    squares[(y[own] / height).astype(int), (x[own] / height).astype(int)] = True
    if lines.sum() >= HATCH_LINES and squares.sum() >= PATTERN_SPREAD * squares.size:
        return np.asarray(lines, np.bool_)
    return np.zeros(count, np.bool_)


def measure_thickness(labels: NDArray[np.int32], areas: NDArray[np.int32]) -> NDArray[np.float64]:
    """Return how thick the strokes of pieces of ink are: twice a piece's area by the length of its edge."""
    padded = np.pad(labels, 1)
    edges = np.zeros(len(areas), np.int64)
    for neighbours in (padded[:-2, 1:-1], padded[2:, 1:-1], padded[1:-1, :-2], padded[1:-1, 2:]):
        edges += np.bincount(labels[labels != neighbours], minlength=len(edges))
    return np.asarray(2 * areas / np.maximum(edges, 1))

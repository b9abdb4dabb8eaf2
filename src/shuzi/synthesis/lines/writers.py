"""Writers turn characters into ink: from recorded pen strokes, from MNIST's digits, or from shapes drawn by code."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.data.strokes import Strokes
from shuzi.models.tasks import DIGITS
from shuzi.synthesis.lines.handwriting import Ink, Line, Pen, hurried, shaken, written
from shuzi.synthesis.lines.proportions import drop, flat_width, relative_height
from shuzi.synthesis.pen import FINE, UNIT, distance_fields
from shuzi.synthesis.rewriting import DIGIT, SIDE, framed, leaning
from shuzi.synthesis.shapes.drawn_digits import curves_of, drawn_curves
from shuzi.synthesis.shapes.drawn_signs import SIGNS
from shuzi.synthesis.shapes.pseudo_letters import character as pseudo_letter
from shuzi.synthesis.shapes.world_digits import WORLD

_TWO_SHAPES = 0.15  # fraction of the digits that a hand draws in two shapes


@dataclass(frozen=True)
class Hand:
    """How one person writes one line.

    Parameters
    ----------
    height
        Of a digit, in pixels.
    slant
        How far characters lean to the right, in addition to the recording.
    wide
        How wide they are, relative to the recording.
    uneven
        The standard deviation of the logarithm of a character's size.
    shaky
        How far the hand wanders, as a fraction of the height.
    pen
        The pen.
    threshold
        Above 0, MNIST's own strokes are kept: there is ink where the grey level exceeds this fraction; 0 redraws them
        with the pen.
    hasty
        How far around a point corners are rounded, as a fraction of the height.
    """

    height: float
    slant: float
    wide: float
    uneven: float
    shaky: float
    pen: Pen
    threshold: float = 0.0
    hasty: float = 0.0


@dataclass(frozen=True)
class Character:
    """One character's ink.

    Parameters
    ----------
    ink
        uint8 (h, w), 255 for full coverage.
    drop
        How far its bottom edge is below the line, in pixels.
    """

    ink: Ink
    drop: float


class Writer(Protocol):
    """Anything that can write characters."""

    def write(self, rng: np.random.Generator, character: str, hand: Hand, size: float = 1.0) -> Character:
        """Write a character, `size` times as high as the hand's digits usually are."""


def drawn(rng: np.random.Generator, character: str) -> list[Line]:
    """Draw a character by code in a box 1 high; a sign without a shape here becomes a pseudo-letter."""
    if character in DIGITS:
        return [curve.astype(np.float32) for curve in drawn_curves(rng, int(character))]
    if character not in SIGNS:
        return [stroke.astype(np.float32) for stroke in pseudo_letter(rng)]
    return [
        (np.array(stroke) + rng.normal(0, 0.02, (len(stroke), 2))).astype(np.float32) for stroke in SIGNS[character]
    ]


def write_drawn(rng: np.random.Generator, character: str, hand: Hand, size: float = 1.0) -> Character:
    """Write a character drawn by code."""
    return _inked(rng, drawn(rng, character), character, hand, size * relative_height(rng, character, 0.0))


class Recorded:
    """A writer whose pen was recorded; characters it never wrote come from others in the collection.

    Parameters
    ----------
    strokes
        The collection.
    own
        For each character, the positions of this writer's samples.
    others
        For each character, the positions of all writers' samples.
    unit
        The height of this writer's digits, in tablet units; 0 if unknown.
    """

    def __init__(
        self, strokes: Strokes, own: Mapping[str, NDArray[np.int64]], others: Mapping[str, NDArray[np.int64]],
        unit: float,
    ) -> None:  # fmt: skip
        self._strokes, self._own, self._others, self._unit = strokes, own, others, unit

    def write(self, rng: np.random.Generator, character: str, hand: Hand, size: float = 1.0) -> Character:
        """Write a character, `size` times as high as the hand's digits usually are."""
        samples = self._own.get(character)
        own = samples is not None and len(samples) > 0
        if not own:
            samples = self._others.get(character)
        if samples is None or not len(samples):
            return write_drawn(rng, character, hand, size)
        sample = int(samples[int(rng.integers(len(samples)))])
        high = float(self._strokes.size[sample, 1])
        relative = relative_height(rng, character, high / self._unit if own and self._unit else 0.0)
        return _inked(rng, self._strokes.sample(sample), character, hand, size * relative)


class Drawn:
    """A writer of digits drawn by code, each in one shape for the whole line, or sometimes in two.

    Parameters
    ----------
    rng
        Decides the shapes, and how strictly this hand keeps to their proportions.
    """

    def __init__(self, rng: np.random.Generator) -> None:
        self._shapes = [
            [shapes[int(index)] for index in rng.integers(len(shapes), size=2 if rng.random() < _TWO_SHAPES else 1)]
            for shapes in WORLD.values()
        ]
        self._seed = int(rng.integers(1 << 30))
        self._free = float(rng.choice((0.1, 0.5, 1.0)))

    def write(self, rng: np.random.Generator, character: str, hand: Hand, size: float = 1.0) -> Character:
        """Write a digit, `size` times as high as the hand's digits usually are."""
        shapes = self._shapes[int(character)]
        shape = shapes[int(rng.integers(len(shapes)))]
        strokes = shape(rng if rng.random() < self._free else np.random.default_rng([self._seed, int(character)]))
        lines = [curve.astype(np.float32) for curve in curves_of(rng, strokes)]
        return _inked(rng, lines, character, hand, size)


class FromImages:
    """A writer of MNIST's digits, each from a different hand; other characters come from a second writer.

    Parameters
    ----------
    images, labels
        uint8 (n, 28, 28) and (n,).
    fields
        uint8 (n, 56, 56), the images' `distance_fields`; None computes them.
    """

    def __init__(
        self, images: NDArray[np.uint8], labels: NDArray[np.uint8], fields: NDArray[np.uint8] | None = None
    ) -> None:
        self._images = images
        self._fields = distance_fields(images) if fields is None else fields
        self._indices = [np.flatnonzero(labels == digit) for digit in range(10)]

    def write(self, rng: np.random.Generator, character: str, hand: Hand, size: float = 1.0) -> Character:
        """Write a digit, `size` times as high as the hand's digits usually are."""
        indices = self._indices[int(character)]
        if not len(indices):  # a small set of images may lack a digit
            return write_drawn(rng, character, hand, size)
        index = int(indices[int(rng.integers(len(indices)))])
        height = hand.height * size * math.exp(rng.normal(0, hand.uneven))
        scale, turn = height / DIGIT, rng.normal(0, 0.06)
        wide = hand.wide * math.exp(rng.normal(0, 0.05))
        whole, (across, down) = framed(leaning(scale, turn, wide, hand.slant + rng.normal(0, 0.04)))
        back = cv2.invertAffineTransform(whole).astype(np.float32)
        coarse = rng.normal(0, hand.shaky * height, (3, 3, 2)).astype(np.float32)
        stray = cv2.resize(coarse, (across, down), interpolation=cv2.INTER_LINEAR)
        x = np.arange(across, dtype=np.float32)[None] + stray[..., 0]
        y = np.arange(down, dtype=np.float32)[:, None] + stray[..., 1]
        from_x, from_y = (row[0] * x + row[1] * y + row[2] for row in back)
        constant = cv2.BORDER_CONSTANT
        if hand.threshold:
            fine = cv2.resize(self._images[index], (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)
            grey = cv2.remap(fine, from_x, from_y, cv2.INTER_LINEAR, borderMode=constant, borderValue=0.0)
            soft = max(0.12, 0.05 / scale)
            ink = np.clip(((grey.astype(np.float32) / 255 - hand.threshold) / soft + 0.5) * 255, 0, 255)
        else:
            distance = cv2.remap(
                self._fields[index], from_x, from_y, cv2.INTER_LINEAR, borderMode=constant, borderValue=255.0
            )
            away = distance.astype(np.float32) * np.float32(scale * FINE / UNIT)
            ink = np.clip((max(hand.pen.width, 1.0) / 2 - away + 0.5) * 255, 0, 255)
        cut = _tight(np.asarray(ink, np.uint8))
        return Character(cut, 0.0)


def _inked(rng: np.random.Generator, strokes: list[Line], character: str, hand: Hand, relative: float) -> Character:
    """Scale and slant strokes, and write them."""
    points = np.concatenate(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    extent = np.maximum(high - low, 1e-3)
    target = hand.height * relative * math.exp(rng.normal(0, hand.uneven))
    # a flat character, such as a dash, is scaled by its width
    flat = character in "-.=~_,:" and extent[0] > extent[1]
    scale = (0.45 * hand.height * flat_width(character) / extent[0]) if flat else target / extent[1]
    scale = min(scale, 4 * hand.height / float(extent.max()))
    wide = hand.wide * math.exp(rng.normal(0, 0.05))
    if flat:
        wide *= math.exp(rng.normal(0, 0.3))
    turn = rng.normal(0, 0.05)
    slant = hand.slant + rng.normal(0, 0.04)
    matrix = leaning(scale, turn, wide, slant).T.astype(np.float32)
    placed = [(stroke - low) @ matrix for stroke in strokes]
    if hand.hasty and character in DIGITS:
        placed = hurried(placed, hand.hasty * hand.height * min(relative, 1.0))
    if hand.shaky:
        placed = shaken(rng, placed, hand.shaky * hand.height * min(relative, 1.0))
    ink, _, top = written(placed, hand.pen)
    bottom = max(float(stroke[:, 1].max()) for stroke in placed)
    tall = bottom - min(float(stroke[:, 1].min()) for stroke in placed)
    below = top + len(ink) - bottom
    return Character(ink, drop(rng, character, hand.height, tall) + below)


def _tight(ink: Ink) -> Ink:
    x, y, wide, high = cv2.boundingRect((ink > 76).astype(np.uint8))
    if not wide:
        return np.zeros((2, 2), np.uint8)
    return np.asarray(ink[y : y + high, x : x + wide], np.uint8)

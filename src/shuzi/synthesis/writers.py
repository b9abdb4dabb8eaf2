"""Writers turn characters into ink: from recorded pen strokes, from MNIST's digits, or from shapes drawn by code.

MNIST and a collection of pen strokes become the writers that pages are composed from.
"""

from __future__ import annotations

import math
import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.data.strokes import Strokes
from shuzi.models.tasks import DIGITS, MARKS
from shuzi.synthesis.digit_shapes import WORLD, curves_of, drawn_curves
from shuzi.synthesis.distractors import SIGNS, pseudo_letter
from shuzi.synthesis.pen import (
    DIGIT,
    Ink,
    Line,
    Pen,
    distance_fields,
    framed,
    hurried,
    ink_of_field,
    ink_of_image,
    leaning,
    shaken,
    tight,
    written,
)
from shuzi.synthesis.texts import OTHERS

_DESCENDING = "gjpqyJQ,"

# low, middle and high values of the height relative to the digits, from UNIPEN's numbers
_SIZES: Mapping[str, tuple[float, float, float]] = {
    character: sizes
    for characters, sizes in {
        ".": (0.02, 0.06, 0.14),
        ",": (0.12, 0.32, 0.75),
        ":": (0.3, 0.5, 0.85),
        "-": (0.02, 0.08, 0.2),
        "/": (1.1, 1.5, 2.2),
        "()": (0.9, 1.25, 1.7),
        "[]": (0.9, 1.2, 1.6),
        "+": (0.35, 0.6, 0.9),
        "×": (0.3, 0.6, 0.9),
        "=": (0.15, 0.3, 0.5),
        "*": (0.25, 0.5, 0.9),
        "^": (0.2, 0.3, 0.5),
        "<>": (0.4, 0.6, 0.9),
        "°": (0.18, 0.3, 0.5),
        "✓": (0.6, 1.0, 1.6),
    }.items()
    for character in characters
}

_TWO_SHAPES = 0.15  # fraction of the digits that a hand draws in two shapes

FROM_IMAGES = 0.5  # fraction of lines whose digits come from MNIST
_ENOUGH = 8  # how many different digits a writer must have recorded to write whole lines
_FLAT = 1.9  # ratio of width to height
_STRAIGHT_ONES = frozenset("1lIi|/\\-_!.,:;'`")
_STRAIGHT = 0.04  # of a stroke's length: points that all lie within this distance of a line are one
# minimum numbers per writer, and the fraction that must have as many groups as characters
_MIN_NUMBERS, _MIN_TRUSTED = 10, 0.6


def flat_width(character: str) -> float:
    """Return the width of a character that is wider than high, relative to a dash."""
    return {"-": 1.0, "=": 1.2, "~": 1.0, "_": 1.2}.get(character, 0.25)


def relative_height(rng: np.random.Generator, character: str, recorded: float) -> float:
    """Return a character's height relative to digits; `seen` is that in its recording, 0 if there is none."""
    low, usual, high = _SIZES.get(character, (0.6, 0.9, 1.3))
    if character.islower():
        low, usual, high = (0.75, 1.0, 1.5) if character in "bdfhkltgjpqy" else (0.4, 0.62, 0.95)
    if character in DIGITS:
        return float(np.clip(recorded, 0.7, 1.4)) if recorded else 1.0
    # a mark written alone rarely has the size that it has in a number
    if recorded and rng.random() < (0.2 if character in MARKS else 0.7):
        return float(np.clip(recorded, low, high))
    return float(np.clip(usual * math.exp(rng.normal(0, 0.35 if character in MARKS else 0.2)), low, high))


def drop(rng: np.random.Generator, character: str, height: float, tall: float) -> float:
    """Return how far the bottom edge of a character `tall` pixels high is below the line, in pixels."""
    if character in "-=~+×*<>":  # their centre lies about half a digit above the line
        middle = rng.normal(0.75, 0.12) if character == "*" and rng.random() < 0.5 else rng.normal(0.45, 0.12)
        return float(tall / 2 - middle * height)
    if character in "^°":
        return float(tall - rng.normal(1.0, 0.12) * height)
    if character in "/([{)]}":
        return float(max(0.0, tall - height) * rng.uniform(0.2, 0.8))
    if character == ":":
        return float(-rng.uniform(0.0, 0.25) * height)
    if character == ",":
        return float(tall * rng.uniform(max(0.2, 1 - 0.4 * height / tall), 1.0))  # a long one stands below the line
    if character in _DESCENDING:
        return float(0.3 * tall)
    if character == ".":
        return float(rng.normal(0, 0.06) * height)
    return 0.0


@dataclass(frozen=True)
class Hand:
    """How one person writes one line."""

    height: float  # of a digit, in pixels
    slant: float  # how far characters lean to the right, in addition to the recording
    wide: float  # how wide they are, relative to the recording
    uneven: float  # the standard deviation of the logarithm of a character's size
    shaky: float  # how far the hand wanders, as a fraction of the height
    pen: Pen
    # above 0, MNIST's own strokes are kept: there is ink where the grey level exceeds this fraction
    threshold: float = 0.0
    hasty: float = 0.0  # how far around a point corners are rounded, as a fraction of the height


@dataclass(frozen=True)
class Character:
    """One character's ink, 255 for full coverage, and how many pixels its bottom edge is below the line."""

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

    `own` and `others` are the positions of samples by character; `unit` is the height of this writer's digits, in
    tablet units, 0 if unknown.
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
    """A writer of digits drawn by code, each in one shape for the whole line, or sometimes in two."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._shapes = [
            [shapes[int(index)] for index in rng.integers(len(shapes), size=2 if rng.random() < _TWO_SHAPES else 1)]
            for shapes in WORLD
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
    """A writer of MNIST's digits, each from a different hand; other characters come from a second writer."""

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
        whole, size_of_frame = framed(leaning(scale, turn, wide, hand.slant + rng.normal(0, 0.04)))
        coarse = rng.normal(0, hand.shaky * height, (3, 3, 2)).astype(np.float32)
        stray = np.asarray(cv2.resize(coarse, size_of_frame, interpolation=cv2.INTER_LINEAR), np.float32)
        if hand.threshold:
            ink = ink_of_image(self._images[index], whole, stray, scale, hand.threshold)
        else:
            ink = ink_of_field(self._fields[index], whole, stray, scale, hand.pen.width)
        cropped = tight(np.asarray(ink * 255, np.uint8))
        return Character(cropped if cropped.size else np.zeros((2, 2), np.uint8), 0.0)


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


class Writers:
    """The writers that lines are composed from: MNIST's digits, and a collection of recorded strokes."""

    def __init__(
        self,
        images: NDArray[np.uint8],
        labels: NDArray[np.uint8],
        strokes: Strokes,
        fields: NDArray[np.uint8] | None = None,
    ) -> None:
        self.images = FromImages(images, labels, fields)
        self.strokes = strokes
        samples = trusted_samples(strokes, DIGITS + MARKS + string.ascii_letters + OTHERS)
        everyone = by_character(strokes, samples)
        self.recorded: list[Recorded] = []
        self.with_digits: list[Recorded] = []
        for writer in np.unique(strokes.writer[samples]):
            own = by_character(strokes, samples[strokes.writer[samples] == writer])
            digits = [own[digit] for digit in DIGITS if digit in own]
            unit = float(np.median(strokes.size[np.concatenate(digits), 1])) if digits else 0.0
            recorded = Recorded(strokes, own, everyone, unit)
            self.recorded.append(recorded)
            if len(digits) >= _ENOUGH:
                self.with_digits.append(recorded)
        self.numbers = trusted_numbers(strokes)

    def pair(
        self, rng: np.random.Generator, images: float = FROM_IMAGES, drawn: float = 0.0
    ) -> tuple[Writer, Writer]:
        """Draw the writers of a line's digits (`drawn` by code, of the rest `images` from MNIST) and of all else."""
        if drawn and rng.random() < drawn:
            return Drawn(rng), self.recorded[int(rng.integers(len(self.recorded)))]
        if not self.with_digits or rng.random() < images:
            return self.images, self.recorded[int(rng.integers(len(self.recorded)))]
        writer = self.with_digits[int(rng.integers(len(self.with_digits)))]
        return writer, writer


def number_ink(strokes: Strokes, sample: int, hand: Hand) -> tuple[Ink, NDArray[np.float32]]:
    """Write a recorded number as a hand does: the ink, and the box of each character, float32 (k, 4)."""
    label, lines = str(strokes.label[sample]), strokes.sample(sample)
    groups = _groups(lines)
    of_digits = [
        high - low for (_, _, low, high), character in zip(groups, label, strict=False) if character in DIGITS
    ]
    fits = len(groups) == len(label) and of_digits
    points = np.concatenate(lines)
    unit = float(np.median(of_digits)) if fits else 0.85 * float(np.ptp(points[:, 1]))
    scale = hand.height / max(unit, 1e-3)
    scale = min(scale, 40 * hand.height / max(float(np.ptp(points[:, 0])), 1e-3))
    matrix = np.array([[hand.wide * scale, 0], [-hand.slant * scale, scale]], np.float32)
    ink, left, top = written([line @ matrix for line in lines], hand.pen)
    if not fits:
        height, width = ink.shape
        side = width / len(label)
        return ink, np.array([(index * side, 0, side, height) for index in range(len(label))], np.float32)
    boxes = []
    rim = hand.pen.width / 2
    for start, end, low, high in groups:
        corners = np.array([[start, low], [end, low], [start, high], [end, high]], np.float32) @ matrix
        x, y = corners.min(axis=0) - (left, top) - rim
        right, bottom = corners.max(axis=0) - (left, top) + rim
        boxes.append((x, y, right - x, bottom - y))
    return ink, np.array(boxes, np.float32)


def trusted_numbers(strokes: Strokes) -> NDArray[np.int64]:
    """Return the positions of the numbers whose label is likely to be correct.

    A number is trusted if it has as many groups of strokes as characters, unless this holds for few of its writer's
    numbers: for some UNIPEN writers, every label belongs to another sample.
    """
    numbers = np.flatnonzero(strokes.kind == "number")
    usable = np.array([_one_group_each(strokes, int(sample)) for sample in numbers], np.bool_)
    writers = strokes.writer[numbers]
    for writer in np.unique(writers):
        own = writers == writer
        if own.sum() >= _MIN_NUMBERS and usable[own].mean() < _MIN_TRUSTED:
            usable[own] = False
    return np.asarray(numbers[usable], np.int64)


def _one_group_each(strokes: Strokes, sample: int) -> bool:
    """Return whether a number has as many groups of strokes as characters, which most mislabelled numbers do not."""
    groups, label = _groups(strokes.sample(sample)), str(strokes.label[sample])
    return len(groups) == len(label) and any(
        character in DIGITS and high > low for character, (_, _, low, high) in zip(label, groups, strict=True)
    )


def _groups(lines: Sequence[Line]) -> list[tuple[float, float, float, float]]:
    """Group overlapping strokes, and return the left, right, top and bottom of each group."""
    edges = np.array([(*line.min(axis=0), *line.max(axis=0)) for line in lines], np.float64)
    groups: list[tuple[float, float, float, float]] = []
    for left, right, top, bottom in sorted(edges[:, [0, 2, 1, 3]].tolist()):
        if groups:
            last = groups[-1]
            if left < last[1] - 0.25 * min(right - left, last[1] - last[0]):
                groups[-1] = (last[0], max(last[1], right), min(last[2], top), max(last[3], bottom))
                continue
        groups.append((left, right, top, bottom))
    return groups


def trusted_samples(strokes: Strokes, characters: str) -> NDArray[np.int64]:
    """Return the positions of the samples of some single characters whose label is plausible."""
    usable = np.isin(strokes.label, list(characters)) & (strokes.size.max(axis=1) > 0)
    usable |= (strokes.label == ".") & ("." in characters)
    # a flat "digit" is a dash with a wrong label
    usable &= (strokes.kind != "digit") | (strokes.size[:, 0] < _FLAT * strokes.size[:, 1])
    samples = np.asarray(np.flatnonzero(usable), np.int64)
    # a letter recorded as a single straight stroke looks like a 1
    bars = [
        sample
        for sample in samples.tolist()
        if strokes.label[sample] not in _STRAIGHT_ONES and is_straight(strokes.sample(sample))
    ]
    return np.setdiff1d(samples, bars)


def is_straight(lines: Sequence[Line]) -> bool:
    """Tell whether strokes are one straight line, as a 1 or a dash may be but hardly another character."""
    points = np.concatenate(lines).astype(np.float64)
    points -= points.mean(axis=0)
    _, _, axes = np.linalg.svd(points, full_matrices=False)
    length, width = np.ptp(points @ axes.T, axis=0)
    return bool(width < 2 * _STRAIGHT * length)


def by_character(strokes: Strokes, samples: NDArray[np.int64]) -> dict[str, NDArray[np.int64]]:
    """Group the positions of samples by label."""
    labels = strokes.label[samples]
    by_label = np.argsort(labels, kind="stable")
    names, starts = np.unique(labels[by_label], return_index=True)
    pieces = np.split(samples[by_label], starts[1:])
    return {str(name): piece for name, piece in zip(names, pieces, strict=True)}

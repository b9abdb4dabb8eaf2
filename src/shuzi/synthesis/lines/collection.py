"""MNIST and a collection of pen strokes become the writers that pages are composed from."""

from __future__ import annotations

import math
import string
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from shuzi.data.strokes import Strokes
from shuzi.models.tasks import DIGITS, MARKS
from shuzi.synthesis.lines.handwriting import Ink, Line, written
from shuzi.synthesis.lines.kinds import Kind
from shuzi.synthesis.lines.layout import any_hand
from shuzi.synthesis.lines.page import LinePage, compose, compose_sample
from shuzi.synthesis.lines.texts import OTHERS, target
from shuzi.synthesis.lines.writers import Drawn, FromImages, Hand, Recorded, Writer

_TRIES = 50  # attempts to compose a legible page: about half succeed
_FROM_IMAGES = 0.5  # fraction of lines whose digits come from MNIST
_ENOUGH = 8  # how many different digits a writer must have recorded to write whole lines
_FLAT = 1.9  # ratio of width to height
_STRAIGHT_ONES = frozenset("1lIi|/\\-_!.,:;'`")
_STRAIGHT = 0.04  # of a stroke's length: points that all lie within this distance of a line are one
_MANY, _MOSTLY = 10, 0.6  # minimum numbers per writer, and the fraction that must have as many groups as characters


class Writers:
    """The writers that lines are composed from.

    Parameters
    ----------
    images, labels
        MNIST's digits: uint8 (n, 28, 28) and (n,).
    strokes
        The collection of recorded strokes.
    fields
        uint8 (n, 56, 56), the images' `distance_fields`; None computes them.
    """

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
            each = Recorded(strokes, own, everyone, unit)
            self.recorded.append(each)
            if len(digits) >= _ENOUGH:
                self.with_digits.append(each)
        self.numbers = trusted_numbers(strokes)

    def pair(
        self, rng: np.random.Generator, images: float = _FROM_IMAGES, drawn: float = 0.0
    ) -> tuple[Writer, Writer]:
        """Draw the writers of a line's digits and of its other characters.

        Parameters
        ----------
        rng
            The source of randomness.
        images
            The fraction of lines whose digits are MNIST's, where none is drawn; a person writes the other characters.
            In the rest, one person writes everything.
        drawn
            The fraction of lines whose digits are drawn by code.
        """
        if drawn and rng.random() < drawn:
            return Drawn(rng), self.recorded[int(rng.integers(len(self.recorded)))]
        if not self.with_digits or rng.random() < images:
            return self.images, self.recorded[int(rng.integers(len(self.recorded)))]
        writer = self.with_digits[int(rng.integers(len(self.with_digits)))]
        return writer, writer


def page_of(
    rng: np.random.Generator, writers: Writers, kind: Kind, images: float = _FROM_IMAGES, drawn: float = 0.0
) -> LinePage:
    """Compose a legible page of a kind; see `synthesis.lines.legible`, and `Writers.pair`."""
    for _ in range(_TRIES):
        if kind.name == "recorded" and len(writers.numbers):
            page = _recorded(rng, writers, kind, int(rng.choice(writers.numbers)))
        else:
            page = compose(rng, writers.pair(rng, images, drawn), kind)
        if page.legible:
            break
    return page


def _recorded(rng: np.random.Generator, writers: Writers, kind: Kind, sample: int) -> LinePage:
    """Compose a page around a recorded number, rewritten with another pen."""
    height = float(np.exp(rng.uniform(math.log(kind.smallest), math.log(kind.largest))))
    hand = any_hand(rng, height, images=False)
    ink, boxes = number_ink(writers.strokes, sample, hand)
    pair = writers.pair(rng)
    return compose_sample(rng, pair, kind, ink, boxes, target(str(writers.strokes.label[sample])), hand)


def number_ink(strokes: Strokes, sample: int, hand: Hand) -> tuple[Ink, NDArray[np.float32]]:
    """Write a recorded number.

    Parameters
    ----------
    strokes, sample
        The collection and the position of the sample in it.
    hand
        How to write it: height, slant, width and pen count.

    Returns
    -------
    The ink and the box of each character, float32 (k, 4); if strokes do not separate them, equal parts of the whole.
    """
    label, lines = str(strokes.label[sample]), strokes.sample(sample)
    groups = _groups(lines)
    of_digits = [high - low for (_, _, low, high), each in zip(groups, label, strict=False) if each in DIGITS]
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
        if own.sum() >= _MANY and usable[own].mean() < _MOSTLY:
            usable[own] = False
    return np.asarray(numbers[usable], np.int64)


def _one_group_each(strokes: Strokes, sample: int) -> bool:
    """Return whether a number has as many groups of strokes as characters, which most mislabelled numbers do not."""
    groups, label = _groups(strokes.sample(sample)), str(strokes.label[sample])
    return len(groups) == len(label) and any(
        each in DIGITS and high > low for each, (_, _, low, high) in zip(label, groups, strict=True)
    )


def _groups(lines: Sequence[Line]) -> list[tuple[float, float, float, float]]:
    return _grouped([(float(x.min()), float(x.max()), float(y.min()), float(y.max()))
                     for x, y in (line.T for line in lines)])  # fmt: skip


def _grouped(extents: Sequence[tuple[float, float, float, float]]) -> list[tuple[float, float, float, float]]:
    """Group overlapping strokes, and return the left, right, top and bottom of each group."""
    groups: list[tuple[float, float, float, float]] = []
    for left, right, top, bottom in sorted(extents):
        if groups:
            last = groups[-1]
            if left < last[1] - 0.25 * min(right - left, last[1] - last[0]):
                groups[-1] = (last[0], max(last[1], right), min(last[2], top), max(last[3], bottom))
                continue
        groups.append((left, right, top, bottom))
    return groups


def trusted_samples(strokes: Strokes, characters: str) -> NDArray[np.int64]:
    """Return the positions of the samples of single characters whose label is plausible.

    Parameters
    ----------
    strokes
        The collection.
    characters
        The characters to look for.
    """
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
    """Tell whether strokes are one straight line, as a 1 or a dash may be but hardly another character.

    >>> is_straight([np.array([[0, 0], [5, 10], [10, 20.4]], np.float32)])
    True
    >>> is_straight([np.array([[0, 0], [10, 0], [4, 20]], np.float32)])
    False
    """
    points = np.concatenate(lines).astype(np.float64)
    points -= points.mean(axis=0)
    _, _, axes = np.linalg.svd(points, full_matrices=False)
    along, across = np.ptp(points @ axes.T, axis=0)
    return bool(across < 2 * _STRAIGHT * along)


def by_character(strokes: Strokes, samples: NDArray[np.int64]) -> dict[str, NDArray[np.int64]]:
    """Group the positions of samples by label."""
    labels = strokes.label[samples]
    by_label = np.argsort(labels, kind="stable")
    names, starts = np.unique(labels[by_label], return_index=True)
    pieces = np.split(samples[by_label], starts[1:])
    return {str(name): piece for name, piece in zip(names, pieces, strict=True)}

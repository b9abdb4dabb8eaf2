"""Rewrite MNIST's digits in all kinds of hands and pens, and as other countries write them.

MNIST was written in the United States. Elsewhere a 1 has an upstroke, which may be half as long as its stem, and a 7
has a bar.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.synthesis.digit_shapes import WORLD, skeleton_field
from shuzi.synthesis.pen import FINE, UNIT, Coverage, distance_fields

_INKED = 0.3
_MIN_HEIGHT = 5  # pixels; a lower digit is too small to change
_SHIFT = 3  # fractional bits of a pixel in the points that OpenCV draws

SIDE, DIGIT = 28 * FINE, 20 * FINE
"""The side of an image's distance field, and the longer side of a digit in it, in pixels."""

_OTHER_SHAPE = 0.25  # fraction of digits given the strokes of another country, if there are any
_SKELETON = 0.25  # fraction of digits drawn in shapes that MNIST lacks
_MNIST_PENS = (0.06, 0.16)  # width of MNIST's own strokes, as a fraction of the height
_UNSTEADY = 0.035  # how far a hand may wander, as a fraction of the digit's height


@dataclass(frozen=True)
class MnistHand:
    """How a person writes on a page."""

    height: float  # of a digit, in pixels
    slant: float  # how far digits lean to the right, relative to MNIST's
    wide: float  # how wide they are, relative to MNIST's
    uneven: float  # the standard deviation of the logarithm of a digit's size
    pen: float  # its width as a fraction of the height; 0 keeps MNIST's own strokes
    threshold: float  # the grey level in MNIST's images, from 0 to 1, above which there is ink: low for broad strokes


class Rewriter:
    """Writes the digits of a set of images, uint8 (n, 28, 28), background 0, ink 255."""

    def __init__(self, images: NDArray[np.uint8], labels: NDArray[np.uint8]) -> None:
        self._images, self._labels = images, labels
        self.fields = distance_fields(images)

    def digit(self, rng: np.random.Generator, height: float, hand: MnistHand | None = None) -> tuple[int, Coverage]:
        """Write a digit in a hand, or in a random one: the digit and its ink, float32 (h, w), cropped to it."""
        hand = hand or random_hand(rng, height)
        label, field, grey = self._model(rng)
        scale = height / DIGIT * math.exp(rng.normal(0, hand.uneven))
        wide = hand.wide * math.exp(rng.normal(0, 0.05))
        turn = rng.normal(0, 0.08)
        whole, size = framed(leaning(scale, turn, wide, hand.slant + rng.normal(0, 0.04)))
        unsteady = _unsteady(rng, size, height)
        if hand.pen or grey is None:
            pen = hand.pen or rng.uniform(*_MNIST_PENS)
            distance = _carried(field, whole, size, 255, unsteady) * (scale * FINE / UNIT)
            ink = np.clip(max(pen * height, 1.0) / 2 - distance + 0.5, 0, 1)
        else:
            fine = np.asarray(cv2.resize(grey, (SIDE, SIDE), interpolation=cv2.INTER_CUBIC), np.uint8)
            soft = max(0.12, 0.05 / scale)
            ink = np.clip((_carried(fine, whole, size, 0, unsteady) / 255 - hand.threshold) / soft + 0.5, 0, 1)
        x, y, width, height_of_ink = cv2.boundingRect((ink > 0.3).astype(np.uint8))
        if width == 0:
            return self.digit(rng, height, hand)
        ink = np.asarray(ink[y : y + height_of_ink, x : x + width], np.float32)
        if grey is not None and rng.random() < _OTHER_SHAPE:
            ink = other_shape(rng, label, ink)
        return label, ink

    def _model(self, rng: np.random.Generator) -> tuple[int, NDArray[np.uint8], NDArray[np.uint8] | None]:
        """Choose what to write: a digit, the distance field of its lines, and its image if it comes from MNIST."""
        index = int(rng.integers(len(self._labels)))
        label = int(self._labels[index])
        if rng.random() < _SKELETON:
            return label, skeleton_field(rng, label, WORLD), None
        return label, self.fields[index], self._images[index]


def random_hand(rng: np.random.Generator, height: float) -> MnistHand:
    """Draw a random hand; digits are `height` pixels high."""
    own = rng.random() < 0.5
    return MnistHand(
        height=height,
        slant=float(np.clip(rng.normal(0.05, 0.18), -0.4, 0.6)),
        wide=math.exp(rng.normal(0, 0.15)),
        uneven=float(rng.choice((0.04, 0.08, 0.2))),
        pen=0.0 if own else float(np.exp(rng.uniform(math.log(0.025), math.log(0.2)))),
        threshold=float(rng.uniform(0.2, 0.75)),
    )


def leaning(scale: float, turn: float, wide: float, slant: float) -> NDArray[np.float64]:
    """Return the matrix that widens and slants a shape, turns it by an angle in radians and scales it: (2, 2)."""
    turned = np.array([[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]])
    return np.asarray(scale * turned @ np.array([[wide, -slant], [0, 1]]))


def framed(matrix: NDArray[np.float64]) -> tuple[NDArray[np.float64], tuple[int, int]]:
    """Return the affine matrix (2, 3) from a distance field to its frame, and the width and height of the frame."""
    middle = (SIDE / 2, SIDE / 2)
    reach = np.abs(matrix) @ middle
    size = (max(3, math.ceil(2 * reach[0])), max(3, math.ceil(2 * reach[1])))
    return np.column_stack([matrix, np.array(size) / 2 - matrix @ middle]), size


def _unsteady(rng: np.random.Generator, size: tuple[int, int], height: float) -> Coverage:
    """Draw the displacement of each pixel by a hand that never writes the same twice: float32 (h, w, 2)."""
    coarse = rng.normal(0, abs(rng.normal(0, _UNSTEADY)) * height, (4, 4, 2)).astype(np.float32)
    return np.asarray(cv2.resize(coarse, size, interpolation=cv2.INTER_CUBIC), np.float32)


def _carried(
    field: NDArray[np.uint8], matrix: NDArray[np.float64], size: tuple[int, int], rim: int, unsteady: Coverage
) -> Coverage:
    """Transform a field to its position on the page, filled with `rim` outside."""
    back = cv2.invertAffineTransform(matrix).astype(np.float32)
    x, y = np.meshgrid(np.arange(size[0], dtype=np.float32), np.arange(size[1], dtype=np.float32))
    x, y = x + unsteady[..., 0], y + unsteady[..., 1]
    from_x, from_y = (row[0] * x + row[1] * y + row[2] for row in back)
    constant = cv2.BORDER_CONSTANT
    carried = cv2.remap(field, from_x, from_y, cv2.INTER_LINEAR, borderMode=constant, borderValue=float(rim))
    return np.asarray(carried, np.float32)


def other_shape(rng: np.random.Generator, label: int, ink: Coverage) -> Coverage:
    """Give a 1 an upstroke or a 7 a bar; leave the other digits as they are: float32 (h, w), cropped to the digit."""
    if label not in (1, 7) or ink.shape[0] < _MIN_HEIGHT:
        return ink
    height, pen = ink.shape[0], thickness(ink)
    room = height  # more than either stroke needs
    background = np.pad(ink, ((0, 0), (room, room)))
    if label == 1:
        top = _middle_of_row(background, min(height - 1, round(pen / 2)))
        long, steep = rng.uniform(0.25, 0.6) * height, rng.uniform(0.6, 1.2)
        end = top - np.array([math.cos(steep), -math.sin(steep)]) * long
        _stroke(background, top, end, pen)
    else:
        row = round(rng.uniform(0.4, 0.65) * height)
        middle = _middle_of_row(background, row)
        reach = np.array([rng.uniform(0.15, 0.32) * height, -rng.uniform(-0.05, 0.08) * height])
        _stroke(background, middle - reach, middle + reach * rng.uniform(0.7, 1), pen)
    x, y, width, height_of_ink = cv2.boundingRect((background > _INKED).astype(np.uint8))
    return np.asarray(background[y : y + height_of_ink, x : x + width], np.float32)


def thickness(ink: Coverage) -> float:
    """Return the approximate thickness of the strokes in pixels, at least 1."""
    inked = np.pad(ink > _INKED, 1).astype(np.uint8)
    distance = cv2.distanceTransform(inked, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    ridge = distance[(distance >= cv2.dilate(distance, np.ones((3, 3), np.uint8))) & (distance > 0)]
    return max(1.0, 2 * float(np.median(ridge)) - 1) if ridge.size else 1.0


def _middle_of_row(background: Coverage, row: int) -> NDArray[np.float64]:
    columns = np.flatnonzero(background[row] > _INKED)
    x = columns.mean() if columns.size else background.shape[1] / 2
    return np.array([x, row], np.float64)


def _stroke(background: Coverage, start: NDArray[np.float64], end: NDArray[np.float64], pen: float) -> None:
    drawn = np.zeros(background.shape, np.uint8)
    points = np.rint(np.stack([start, end]) * 2**_SHIFT).astype(np.int32).reshape(-1, 1, 2)
    cv2.polylines(drawn, [points], False, 255, max(1, round(pen)), cv2.LINE_AA, _SHIFT)
    np.maximum(background, drawn / np.float32(255), out=background)

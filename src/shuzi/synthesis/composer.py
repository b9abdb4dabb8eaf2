"""MNIST digits become composed pages: rewritten with all kinds of pens, in lines, on all kinds of paper.

In practice a reader sees not a 28x28 image but a picture with several digits that may touch, printed lines,
distractors between the digits, and letters. MNIST has no such pictures, so they are made here, and the exact place
of each digit is known.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.ink.boxes import Box, as_array, overlap_of_smaller
from shuzi.synthesis.backgrounds import background
from shuzi.synthesis.distractors import glyph, small_distractor
from shuzi.synthesis.drawn_digits import skeleton_field
from shuzi.synthesis.pen import FINE, UNIT, distance_fields
from shuzi.synthesis.regional_shapes import other_shape

Ink = NDArray[np.float32]

_SIDE = 28 * FINE
_DIGIT = 20 * FINE  # the longer side of a digit in MNIST's images, in pixels
_SMALLEST, _LARGEST = 15.0, 46.0  # pixels of a digit's height; readers scale pictures to well within this range
_OTHER_SHAPE = 0.25  # fraction of digits given the strokes of another country, if there are any
_SKELETON = 0.25  # fraction of digits drawn in shapes that MNIST lacks
_MNIST_PENS = (0.06, 0.16)  # width of MNIST's own strokes, as a fraction of the height
_UNSTEADY = 0.035  # of a digit's height: how far a hand may wander
_VISIBLE = 0.75  # a digit with less than this fraction on the page gets no label
_HARDLY, _ENTIRELY = 0.1, 0.9  # fraction of a digit on the page: between the two, people would disagree
_ON_ANOTHER = 0.7  # of the smaller digit's box
_CUT_CLOSE = 0.2  # fraction of pages cropped close to the writing
_LOWEST_CENTS = 12.0  # pixels
_CENTS = 0.12  # fraction of numbers whose last two digits are smaller and raised


@dataclass(frozen=True)
class Page:
    """A picture and the digits in it.

    Parameters
    ----------
    grey
        uint8 (h, w), dark ink on light paper.
    labels
        uint8 (k,), the digits line by line, from left to right.
    boxes
        float32 (k, 4): x, y, width, height of each digit's ink, in pixels.
    legible
        Whether anyone could tell the labels: no digit is cut off at an edge or lies on another, and of two lines, one
        is above the other.
    """

    grey: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    boxes: NDArray[np.float32]
    legible: bool = True


@dataclass(frozen=True)
class Hand:
    """How one person writes on one page.

    Parameters
    ----------
    height
        Of a digit, in pixels.
    slant, wide
        How far digits lean to the right, and how wide they are, relative to MNIST's.
    uneven
        The standard deviation of the logarithm of a digit's size.
    pen
        Its width as a fraction of the height; 0 keeps MNIST's own strokes.
    threshold
        The grey level in MNIST's images, from 0 to 1, above which there is ink: low for broad strokes.
    """

    height: float
    slant: float
    wide: float
    uneven: float
    pen: float
    threshold: float


class Composer:
    """Composes pages from a set of digits.

    Parameters
    ----------
    images
        uint8 (n, 28, 28), background 0, ink 255.
    labels
        uint8 (n,).
    """

    def __init__(self, images: NDArray[np.uint8], labels: NDArray[np.uint8]) -> None:
        self._images, self._labels = images, labels
        self._fields = distance_fields(images)

    @property
    def fields(self) -> NDArray[np.uint8]:
        """The images' distance fields: uint8 (n, 56, 56)."""
        return self._fields

    def page(self, rng: np.random.Generator, height: int = 64, width: int = 160, only_digits: bool = False) -> Page:
        """Compose a page.

        Parameters
        ----------
        rng
            Decides everything.
        height, width
            In pixels.
        only_digits
            Leave out distractors, some of which anyone would take for a digit.
        """
        ink = np.zeros((height, width), np.float32)
        found: list[tuple[int, Box]] = []
        two_lines = rng.random() < 0.12
        room = height / 2 if two_lines else height
        largest = min(_LARGEST, 0.95 * room)
        letter = float(np.exp(rng.uniform(math.log(_SMALLEST), math.log(largest))))
        hand = _hand(rng, letter)
        ends = []
        for start in (0.0, room) if two_lines else (0.0,):
            self._write_line(rng, hand, ink, start + rng.uniform(-1, room - letter), found, only_digits)
            ends.append(len(found))
        paper = background(rng, height, width, letter)
        grey = photographed(rng, paper, ink)
        if rng.random() < _CUT_CLOSE:
            grey = _cut_close(rng, grey, ink, letter)
        kept = [(label, box) for label, box in found if _share_on_page(box, height, width) >= _VISIBLE]
        labels = np.array([label for label, _ in kept], np.uint8)
        boxes = np.array([_clipped(box, height, width) for _, box in kept], np.float32).reshape(-1, 4)
        lines = [[box for _, box in found[: ends[0]]], [box for _, box in found[ends[0] :]]]
        return Page(grey, labels, boxes, _legible(lines, height, width))

    def digit(self, rng: np.random.Generator, height: float, hand: Hand | None = None) -> tuple[int, Ink]:
        """Write one digit; if it leaves no ink, write another.

        Returns
        -------
        The digit and its ink: float32 (h, w), cropped to the digit.
        """
        hand = hand or _hand(rng, height)
        label, field, grey = self._model(rng)
        scale = height / _DIGIT * math.exp(rng.normal(0, hand.uneven))
        wide = hand.wide * math.exp(rng.normal(0, 0.05))
        turn = rng.normal(0, 0.08)
        matrix = np.array([[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]])
        matrix = scale * matrix @ np.array([[wide, -(hand.slant + rng.normal(0, 0.04))], [0, 1]])
        reach = np.abs(matrix) @ (_SIDE / 2, _SIDE / 2)
        size = (max(3, math.ceil(2 * reach[0])), max(3, math.ceil(2 * reach[1])))
        whole = np.column_stack([matrix, np.array(size) / 2 - matrix @ (_SIDE / 2, _SIDE / 2)])
        unsteady = _unsteady(rng, size, height)
        if hand.pen or grey is None:
            pen = hand.pen or rng.uniform(*_MNIST_PENS)
            distance = _carried(field, whole, size, 255, unsteady) * (scale * FINE / UNIT)
            ink = np.clip(max(pen * height, 1.0) / 2 - distance + 0.5, 0, 1)
        else:
            fine = np.asarray(cv2.resize(grey, (_SIDE, _SIDE), interpolation=cv2.INTER_CUBIC), np.uint8)
            soft = max(0.12, 0.05 / scale)
            ink = np.clip((_carried(fine, whole, size, 0, unsteady) / 255 - hand.threshold) / soft + 0.5, 0, 1)
        x, y, across, down = cv2.boundingRect((ink > 0.3).astype(np.uint8))
        if across == 0:
            return self.digit(rng, height, hand)
        ink = np.asarray(ink[y : y + down, x : x + across], np.float32)
        if grey is not None and rng.random() < _OTHER_SHAPE:
            ink = other_shape(rng, label, ink)
        return label, ink

    def _model(self, rng: np.random.Generator) -> tuple[int, NDArray[np.uint8], NDArray[np.uint8] | None]:
        """Choose what to write: a digit, the distance field of its lines, and its image if it comes from MNIST."""
        place = int(rng.integers(len(self._labels)))
        label = int(self._labels[place])
        if rng.random() < _SKELETON:
            return label, skeleton_field(rng, label), None
        return label, self._fields[place], self._images[place]

    def _write_line(
        self,
        rng: np.random.Generator,
        hand: Hand,
        ink: Ink,
        top: float,
        found: list[tuple[int, Box]],
        only_digits: bool,
    ) -> None:
        """Write digits and distractors from left to right until the page or number ends; add digits to `found`."""
        height, width = ink.shape
        pen = max(1.0, (hand.pen or 0.1) * hand.height)
        most = int(rng.integers(0, 9)) if rng.random() < 0.9 else 1
        gap, rise = _gap(rng, hand.height), rng.normal(0, 0.03)
        beside, foreign = rng.choice((0.0, 0.15)), rng.choice((0.0, 0.08, 0.5), p=(0.6, 0.25, 0.15))
        if only_digits:
            beside = foreign = 0.0
        needed = most * (hand.height * 0.65 + gap)
        x = rng.uniform(0, max(0.1, width - needed)) if needed < width else rng.uniform(-0.2, 0.5) * hand.height
        profile = np.full(height, -np.inf)
        cents = most - 2 if most > 2 and rng.random() < _CENTS else most
        small, raised = max(rng.uniform(0.5, 0.8), _LOWEST_CENTS / hand.height), rng.uniform(0.3, 1.0)
        for place in range(most):
            if x > width - 0.3 * hand.height:
                break
            label, drawn = -1, None
            base = top + hand.height + rise * x + rng.normal(0, 0.03) * hand.height
            chance = rng.random()
            if chance < beside:
                drawn = small_distractor(rng, round(hand.height), pen)
                base -= rng.uniform(-0.1, 0.6) * hand.height
            elif chance < beside + foreign:
                high = max(8, round(hand.height * rng.uniform(0.7, 1.2)))
                drawn = glyph(rng, high, pen, lambda: self.digit(rng, hand.height, hand))
            else:
                size = hand.height * (small if place >= cents else 1)
                label, drawn = self.digit(rng, size, hand)
                base -= raised * (hand.height - size)
            y = round(base - drawn.shape[0])
            x = _after(profile, drawn, y, x, gap + rng.normal(0, 0.04) * hand.height)
            _lay(ink, drawn, y, x, profile)
            if label >= 0:
                found.append((label, Box(x, y, *drawn.shape[::-1])))


def _hand(rng: np.random.Generator, height: float) -> Hand:
    own = rng.random() < 0.5
    return Hand(
        height=height,
        slant=float(np.clip(rng.normal(0.05, 0.18), -0.4, 0.6)),
        wide=math.exp(rng.normal(0, 0.15)),
        uneven=float(rng.choice((0.04, 0.08, 0.2))),
        pen=0.0 if own else float(np.exp(rng.uniform(math.log(0.025), math.log(0.2)))),
        threshold=float(rng.uniform(0.2, 0.75)),
    )


def _gap(rng: np.random.Generator, height: float) -> float:
    """Return the gap between the ink of neighbours, in pixels; negative if they overlap."""
    kind = rng.random()
    if kind < 0.5:
        return float(rng.uniform(0.1, 0.7) * height)
    if kind < 0.82:
        return float(rng.uniform(0.0, 0.12) * height)
    return float(-rng.uniform(0.0, 0.08) * height)


def _unsteady(rng: np.random.Generator, size: tuple[int, int], height: float) -> Ink:
    """Draw the displacement of each pixel by a hand that never writes the same twice: float32 (h, w, 2)."""
    coarse = rng.normal(0, abs(rng.normal(0, _UNSTEADY)) * height, (4, 4, 2)).astype(np.float32)
    return np.asarray(cv2.resize(coarse, size, interpolation=cv2.INTER_CUBIC), np.float32)


def _carried(
    field: NDArray[np.uint8], matrix: NDArray[np.float64], size: tuple[int, int], rim: int, unsteady: Ink
) -> Ink:
    """Transform a field to its place on the page, filled with `rim` outside."""
    back = cv2.invertAffineTransform(matrix).astype(np.float32)
    x, y = np.meshgrid(np.arange(size[0], dtype=np.float32), np.arange(size[1], dtype=np.float32))
    x, y = x + unsteady[..., 0], y + unsteady[..., 1]
    from_x, from_y = (row[0] * x + row[1] * y + row[2] for row in back)
    constant = cv2.BORDER_CONSTANT
    carried = cv2.remap(field, from_x, from_y, cv2.INTER_LINEAR, borderMode=constant, borderValue=float(rim))
    return np.asarray(carried, np.float32)


def _after(profile: NDArray[np.float64], drawn: Ink, y: int, x: float, gap: float) -> int:
    """Find the position to the right of the writing at which the gap between the two, row by row, is `gap`."""
    rows = np.arange(max(0, y), min(len(profile), y + drawn.shape[0]))
    inked = drawn[rows - y] > 0.3
    some = inked.any(axis=1) & np.isfinite(profile[rows])
    if not some.any():
        return round(x) if not np.isfinite(profile).any() else round(float(profile.max()) + max(gap, 1))
    starts = inked.argmax(axis=1)[some]
    needed = float((profile[rows][some] - starts).max()) + gap
    # however the rows interlock, the middle of a digit stays to the right of the middle of the one before
    return round(max(needed, float(profile.max()) - 0.6 * float(drawn.shape[1])))


def _lay(ink: Ink, drawn: Ink, y: int, x: int, profile: NDArray[np.float64]) -> None:
    """Put ink on the page and record how far right each row now reaches."""
    height, width = ink.shape
    top, left = max(0, y), max(0, x)
    bottom, right = min(height, y + drawn.shape[0]), min(width, x + drawn.shape[1])
    if top >= bottom or left >= right:
        profile[:] = np.fmax(profile, x + drawn.shape[1])
        return
    part = drawn[top - y : bottom - y, left - x : right - x]
    np.maximum(ink[top:bottom, left:right], part, out=ink[top:bottom, left:right])
    inked = part > 0.3
    ends = left + part.shape[1] - inked[:, ::-1].argmax(axis=1)
    rows = np.flatnonzero(inked.any(axis=1))
    profile[top + rows] = np.fmax(profile[top + rows], ends[rows])


def photographed(rng: np.random.Generator, paper: Ink, ink: Ink) -> NDArray[np.uint8]:
    """Put the ink on the paper and view both through a camera or scanner.

    Parameters
    ----------
    rng
        Decides how.
    paper, ink
        float32 (h, w): the paper's brightness, and the fraction of each pixel covered by ink.

    Returns
    -------
    uint8 (h, w).
    """
    darkness = rng.uniform(0.35, 1.0)
    if rng.random() < 0.3:  # a pencil or a dry pen leaves gaps
        grain = rng.random(ink.shape, np.float32)
        ink = ink * (1 - rng.uniform(0.1, 0.5) * grain)
    light = paper * (1 - darkness * ink)
    if rng.random() < 0.3:
        small = cv2.resize(light, None, fx=(share := rng.uniform(0.5, 0.9)), fy=share, interpolation=cv2.INTER_AREA)
        light = np.asarray(cv2.resize(small, light.shape[::-1], interpolation=cv2.INTER_LINEAR), np.float32)
    if rng.random() < 0.4:
        light = np.asarray(cv2.GaussianBlur(light, (0, 0), rng.uniform(0.3, 1.1)), np.float32)
    grey = light * rng.uniform(120, 255)
    if rng.random() < 0.6:
        grey += rng.standard_normal(grey.shape, np.float32) * rng.uniform(0.5, 9)
    return np.clip(np.rint(grey), 0, 255).astype(np.uint8)


def _cut_close(rng: np.random.Generator, grey: NDArray[np.uint8], ink: Ink, letter: float) -> NDArray[np.uint8]:
    """Crop close to the ink and extend the rim outwards, which is what a detector sees of a close crop."""
    x, y, wide, high = cv2.boundingRect((ink > 0.3).astype(np.uint8))
    if not wide:
        return grey
    rims = rng.uniform(0, 0.25, 4) * letter
    left, top = max(0, round(x - rims[0])), max(0, round(y - rims[1]))
    right, bottom = min(grey.shape[1], round(x + wide + rims[2])), min(grey.shape[0], round(y + high + rims[3]))
    around = (top, grey.shape[0] - bottom, left, grey.shape[1] - right)
    return np.asarray(cv2.copyMakeBorder(grey[top:bottom, left:right], *around, cv2.BORDER_REPLICATE), np.uint8)


def _share_on_page(box: Box, height: int, width: int) -> float:
    across = max(0.0, min(box.right, width) - max(box.x, 0.0)) / box.width
    return across * max(0.0, min(box.bottom, height) - max(box.y, 0.0)) / box.height


def _legible(lines: Sequence[list[Box]], height: int, width: int) -> bool:
    """Tell whether each digit is on the page or off it, none lies on another, and the lines are apart."""
    boxes = [box for line in lines for box in line]
    shares = [_share_on_page(box, height, width) for box in boxes]
    if any(_HARDLY < each < _ENTIRELY for each in shares):
        return False
    if any(
        (overlap_of_smaller(np.array(one), as_array([two])) >= _ON_ANOTHER).any()
        for one, two in combinations(boxes, 2)
    ):
        return False
    return all(
        max(box.y + box.height / 2 for box in above) < min(box.y for box in below)
        for above, below in pairwise(line for line in lines if line)
    )


def _clipped(box: Box, height: int, width: int) -> Box:
    left, top = max(0.0, box.x), max(0.0, box.y)
    return Box(left, top, min(box.right, width) - left, min(box.bottom, height) - top)

"""MNIST digits become composed pages: rewritten with all kinds of pens, in lines, on all kinds of paper.

In practice a reader sees not a 28x28 image but a picture with several digits that may touch, printed lines,
distractors between the digits, and letters. MNIST has no such pictures, so they are made here, and the exact
box of each digit is known. It was written in the United States: elsewhere a 1 has an upstroke, which may be half as
long as its stem, and a 7 has a bar. Pages to evaluate readers on are made of the same parts, and so are the sheets
and photographs of single digits that the course practises with.
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
from shuzi.ink.paper import CONTRAST, PAPER, contrast_map
from shuzi.synthesis.digit_shapes import WORLD, skeleton_field
from shuzi.synthesis.distractors import glyph, small_distractor
from shuzi.synthesis.papers import background, by_magnitude, cut_close, photographed
from shuzi.synthesis.pen import (
    COVERED,
    DIGIT,
    UNIT,
    Coverage,
    distance_fields,
    draw,
    framed,
    ink_box,
    ink_of_field,
    ink_of_image,
    lay,
    leaning,
    tight,
)

HEIGHT, WIDTH = 64, 160
"""Of a page for the detector, in pixels."""

PAGES = 384_000
"""Pages in a whole training of the detector."""

MAX_DIGITS = 20
"""The maximum number of labelled digits on a page."""

IMAGE_CELL = 32
"""Pixels for an MNIST image and the paper around it, in both directions."""

_MIN_CHANGED = 5  # pixels; a lower digit is too small to change
_OTHER_SHAPE = 0.25  # fraction of digits given the strokes of another country, if there are any
_SKELETON = 0.25  # fraction of digits drawn in shapes that MNIST lacks
_MNIST_PENS = (0.06, 0.16)  # width of MNIST's own strokes, as a fraction of the height
_UNSTEADY = 0.035  # how far a hand may wander, as a fraction of the digit's height

_MIN_HEIGHT, _MAX_HEIGHT = 15.0, 46.0  # pixels of a digit's height; readers scale pictures to well within this range
_VISIBLE = 0.75  # a digit with less than this fraction on the page gets no label
_HARDLY = 0.1  # people would disagree on a digit with more than this fraction on the page, and more beyond it
_MIN_OVERLAP = 0.7  # smallest fraction of the smaller digit's box that counts as overlap
_CUT_CLOSE = 0.2  # fraction of pages cropped close to the writing
_CENTS = 0.12  # fraction of numbers whose last two digits are smaller and raised
_MIN_CENTS_HEIGHT = 12.0  # the minimum height of such digits in pixels

SIZES = ((240, 320), (360, 480), (480, 640))

_STRIPS = ((HEIGHT, WIDTH), (80, 240))  # pages of the composer's default size cut off many numbers, larger pages few
_SEVERAL_LINES = 0.2  # fraction of larger pictures with more than one number

_PITCH = 120  # pixels from one digit of a sheet to the next
_PAPER, _INK = 225, 150  # a sheet's paper, and how much darker its ink is
_SIDE = 280  # of a photograph, in pixels
_LIGHT, _SWALLOWED = 230, 0.7  # the brightest paper of a photograph; the fraction of light that ink absorbs


@dataclass(frozen=True)
class MnistHand:
    """How a person writes on a page."""

    height: float  # of a digit, in pixels
    slant: float  # how far digits lean to the right, relative to MNIST's
    wide: float  # how wide they are, relative to MNIST's
    uneven: float  # the standard deviation of the logarithm of a digit's size
    pen: float  # its width as a fraction of the height; 0 keeps MNIST's own strokes
    threshold: float  # the grey level in MNIST's images, from 0 to 1, above which there is ink: low for broad strokes


def random_hand(rng: np.random.Generator, height: float) -> MnistHand:
    """Draw a random hand; digits are `height` pixels high."""
    own = rng.random() < 0.5
    return MnistHand(
        height=height,
        slant=float(np.clip(rng.normal(0.05, 0.18), -0.4, 0.6)),
        wide=math.exp(rng.normal(0, 0.15)),
        uneven=float(rng.choice((0.04, 0.08, 0.2))),
        pen=0.0 if own else by_magnitude(rng, 0.025, 0.2),
        threshold=float(rng.uniform(0.2, 0.75)),
    )


def _unsteady(rng: np.random.Generator, size: tuple[int, int], height: float) -> Coverage:
    """Draw the displacement of each pixel by a hand that never writes the same twice: float32 (h, w, 2)."""
    coarse = rng.normal(0, abs(rng.normal(0, _UNSTEADY)) * height, (4, 4, 2)).astype(np.float32)
    return np.asarray(cv2.resize(coarse, size, interpolation=cv2.INTER_CUBIC), np.float32)


def other_shape(rng: np.random.Generator, label: int, ink: Coverage) -> Coverage:
    """Give a 1 an upstroke or a 7 a bar; leave the other digits as they are: float32 (h, w), cropped to the digit."""
    if label not in (1, 7) or ink.shape[0] < _MIN_CHANGED:
        return ink
    height, pen = ink.shape[0], thickness(ink)
    room = height  # more than either stroke needs
    background = np.pad(ink, ((0, 0), (room, room)))
    if label == 1:
        top = _middle_of_row(background, min(height - 1, round(pen / 2)))
        long, steep = rng.uniform(0.25, 0.6) * height, rng.uniform(0.6, 1.2)
        end = top - np.array([math.cos(steep), -math.sin(steep)]) * long
        draw(background, np.stack([top, end]), pen)
    else:
        row = round(rng.uniform(0.4, 0.65) * height)
        middle = _middle_of_row(background, row)
        reach = np.array([rng.uniform(0.15, 0.32) * height, -rng.uniform(-0.05, 0.08) * height])
        draw(background, np.stack([middle - reach, middle + reach * rng.uniform(0.7, 1)]), pen)
    return tight(background, COVERED)


def thickness(ink: Coverage) -> float:
    """Return the approximate thickness of the strokes in pixels, at least 1."""
    inked = np.pad(ink > COVERED, 1).astype(np.uint8)
    distance = cv2.distanceTransform(inked, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    ridge = distance[(distance >= cv2.dilate(distance, np.ones((3, 3), np.uint8))) & (distance > 0)]
    return max(1.0, 2 * float(np.median(ridge)) - 1) if ridge.size else 1.0


def _middle_of_row(background: Coverage, row: int) -> NDArray[np.float64]:
    columns = np.flatnonzero(background[row] > COVERED)
    x = columns.mean() if columns.size else background.shape[1] / 2
    return np.array([x, row], np.float64)


@dataclass(frozen=True)
class Page:
    """A picture and the digits in it."""

    grey: NDArray[np.uint8]  # (h, w), dark ink on light paper
    labels: NDArray[np.uint8]  # (k,), the digits line by line, from left to right
    boxes: NDArray[np.float32]  # (k, 4): x, y, width, height of each digit's ink, in pixels
    legible: bool = True  # no digit is cut off at an edge or lies on another, and the lines are apart


class Composer:
    """Composes pages from a set of digits: images uint8 (n, 28, 28), background 0, ink 255, and labels (n,)."""

    def __init__(self, images: NDArray[np.uint8], labels: NDArray[np.uint8]) -> None:
        self._images, self._labels = images, labels
        self.fields = distance_fields(images)

    def page(
        self, rng: np.random.Generator, height: int = HEIGHT, width: int = WIDTH, only_digits: bool = False
    ) -> Page:
        """Compose a page; `only_digits` leaves out distractors, some of which look like digits."""
        ink = np.zeros((height, width), np.float32)
        two_lines = rng.random() < 0.12
        room = height / 2 if two_lines else height
        largest = min(_MAX_HEIGHT, 0.95 * room)
        letter = by_magnitude(rng, _MIN_HEIGHT, largest)
        hand = random_hand(rng, letter)
        lines = [
            self._write_line(rng, hand, ink, start + rng.uniform(-1, room - letter), only_digits)
            for start in ((0.0, room) if two_lines else (0.0,))
        ]
        paper = background(rng, height, width, letter)
        grey = photographed(rng, paper, ink)
        if rng.random() < _CUT_CLOSE:
            grey = cut_close(rng, grey, ink, letter)
        kept = [digit for line in lines for digit in line if _fraction_on_page(digit[1], height, width) >= _VISIBLE]
        labels = np.array([label for label, _ in kept], np.uint8)
        boxes = np.array([_clipped(box, height, width) for _, box in kept], np.float32).reshape(-1, 4)
        return Page(grey, labels, boxes, _legible([[box for _, box in line] for line in lines], height, width))

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
            ink = ink_of_field(field, whole, unsteady, scale, pen * height)
        else:
            ink = ink_of_image(grey, whole, unsteady, scale, hand.threshold)
        ink = tight(ink, COVERED)
        if not ink.size:
            return self.digit(rng, height, hand)
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

    def _write_line(
        self, rng: np.random.Generator, hand: MnistHand, ink: Coverage, top: float, only_digits: bool
    ) -> list[tuple[int, Box]]:
        """Write digits and distractors from left to right until the page or number ends; return the digits."""
        digits: list[tuple[int, Box]] = []
        height, width = ink.shape
        pen = max(1.0, (hand.pen or 0.1) * hand.height)
        max_digits = int(rng.integers(0, 9)) if rng.random() < 0.9 else 1
        gap, rise = _gap(rng, hand.height), rng.normal(0, 0.03)
        p_small, p_glyph = rng.choice((0.0, 0.15)), rng.choice((0.0, 0.08, 0.5), p=(0.6, 0.25, 0.15))
        if only_digits:
            p_small = p_glyph = 0.0
        needed = max_digits * (hand.height * 0.65 + gap)
        x = rng.uniform(0, max(0.1, width - needed)) if needed < width else rng.uniform(-0.2, 0.5) * hand.height
        profile = np.full(height, -np.inf)
        cents = max_digits - 2 if max_digits > 2 and rng.random() < _CENTS else max_digits
        small, raised = max(rng.uniform(0.5, 0.8), _MIN_CENTS_HEIGHT / hand.height), rng.uniform(0.3, 1.0)
        for index in range(max_digits):
            if x > width - 0.3 * hand.height:
                break
            label, drawn = -1, None
            base = top + hand.height + rise * x + rng.normal(0, 0.03) * hand.height
            kind = rng.random()
            if kind < p_small:
                drawn = small_distractor(rng, round(hand.height), pen)
                base -= rng.uniform(-0.1, 0.6) * hand.height
            elif kind < p_small + p_glyph:
                high = max(8, round(hand.height * rng.uniform(0.7, 1.2)))
                drawn = glyph(rng, high, pen, lambda: self.digit(rng, hand.height, hand))
            else:
                size = hand.height * (small if index >= cents else 1)
                label, drawn = self.digit(rng, size, hand)
                base -= raised * (hand.height - size)
            y = round(base - drawn.shape[0])
            x = _after(profile, drawn, y, x, gap + rng.normal(0, 0.04) * hand.height)
            _lay(ink, drawn, y, x, profile)
            if label >= 0:
                digits.append((label, Box(x, y, *drawn.shape[::-1])))
        return digits


def _gap(rng: np.random.Generator, height: float) -> float:
    """Return the gap between the ink of neighbours, in pixels; negative if they overlap."""
    kind = rng.random()
    if kind < 0.5:
        return float(rng.uniform(0.1, 0.7) * height)
    if kind < 0.82:
        return float(rng.uniform(0.0, 0.12) * height)
    return float(-rng.uniform(0.0, 0.08) * height)


def _after(profile: NDArray[np.float64], drawn: Coverage, y: int, x: float, gap: float) -> int:
    """Find the position to the right of the writing at which the gap between the two, row by row, is `gap`."""
    rows = np.arange(max(0, y), min(len(profile), y + drawn.shape[0]))
    inked = drawn[rows - y] > COVERED
    some = inked.any(axis=1) & np.isfinite(profile[rows])
    if not some.any():
        return round(x) if not np.isfinite(profile).any() else round(float(profile.max()) + max(gap, 1))
    starts = inked.argmax(axis=1)[some]
    needed = float((profile[rows][some] - starts).max()) + gap
    # however the rows interlock, the middle of a digit stays to the right of the middle of the one before
    return round(max(needed, float(profile.max()) - 0.6 * float(drawn.shape[1])))


def _lay(ink: Coverage, drawn: Coverage, y: int, x: int, profile: NDArray[np.float64]) -> None:
    """Put ink on the page and record how far right each row now reaches."""
    part, left, top = lay(ink, drawn, x, y)
    if not part.size:
        profile[:] = np.fmax(profile, x + drawn.shape[1])
        return
    inked = part > COVERED
    ends = left + part.shape[1] - inked[:, ::-1].argmax(axis=1)
    rows = np.flatnonzero(inked.any(axis=1))
    profile[top + rows] = np.fmax(profile[top + rows], ends[rows])


def _fraction_on_page(box: Box, height: int, width: int) -> float:
    horizontal = max(0.0, min(box.right, width) - max(box.x, 0.0)) / box.width
    return horizontal * max(0.0, min(box.bottom, height) - max(box.y, 0.0)) / box.height


def _legible(lines: Sequence[list[Box]], height: int, width: int) -> bool:
    """Tell whether each digit is on the page or off it, none lies on another, and the lines are apart."""
    boxes = [box for line in lines for box in line]
    fractions = [_fraction_on_page(box, height, width) for box in boxes]
    if any(_HARDLY < fraction < 1 - _HARDLY for fraction in fractions):
        return False
    if any(
        (overlap_of_smaller(np.array(box), as_array([second])) >= _MIN_OVERLAP).any()
        for box, second in combinations(boxes, 2)
    ):
        return False
    return all(
        max(box.y + box.height / 2 for box in above) < min(box.y for box in below)
        for above, below in pairwise(line for line in lines if line)
    )


def _clipped(box: Box, height: int, width: int) -> Box:
    left, top = max(0.0, box.x), max(0.0, box.y)
    return Box(left, top, min(box.right, width) - left, min(box.bottom, height) - top)


@dataclass(frozen=True)
class Written:
    """A picture and the text written in it."""

    grey: NDArray[np.uint8]  # (h, w)
    text: str  # its digits, one line per line of writing; "" if there are none
    boxes: NDArray[np.float64]  # (k, 4): x, y, width and height of each digit's ink
    # no digit is cut off or lies on another, and there are no distractors, which may look like digits
    legible: bool = True


def any_kind(composer: Composer, rng: np.random.Generator) -> Written:
    """Compose a page of any kind, for fitting a reader's confidence; every other strip has distractors."""
    if rng.random() < _SEVERAL_LINES:
        return several_lines(composer, rng)
    return strip(composer, rng, _STRIPS[rng.integers(len(_STRIPS))], only_digits=rng.random() < 0.5)


def strip(
    composer: Composer, rng: np.random.Generator, size: tuple[int, int] = (HEIGHT, WIDTH), only_digits: bool = False
) -> Written:
    """Compose a page as for training; its lines are joined, since the composer does not separate them."""
    page = composer.page(rng, *size, only_digits=only_digits)
    text = "".join(map(str, page.labels))
    return Written(page.grey, text, page.boxes.astype(np.float64), legible=only_digits and page.legible)


def several_lines(composer: Composer, rng: np.random.Generator) -> Written:
    """Write two to five lines on a larger page, each a number of one to eight digits."""
    height, width = SIZES[rng.integers(len(SIZES))]
    lines = int(rng.integers(2, 6))
    room = height / lines
    return written(composer, rng, (height, width), [int(count) for count in rng.integers(1, 9, lines)], room * 0.6)


def written(
    composer: Composer, rng: np.random.Generator, size: tuple[int, int], lines: list[int], highest: float
) -> Written:
    """Write lines of so many digits, none higher than `highest`, on a page, each digit in a different hand."""
    height, width = size
    letter = rng.uniform(0.5, 1) * highest
    room = height / len(lines)
    ink, text, boxes = np.zeros(size, np.float32), [], []
    for index, digits in enumerate(lines):
        x, top = letter * rng.uniform(0.3, 1), index * room + (room - letter) * rng.uniform(0.4, 0.6)
        line = ""
        for _ in range(digits):
            digit, drawn = composer.digit(rng, letter)
            high, wide = drawn.shape
            y = round(np.clip(top + letter - high + rng.normal(0, 0.02) * letter, 0, height - high))
            left = round(x)
            if left + wide > width - 0.2 * letter:
                break
            lay(ink, drawn, left, y)
            line += str(digit)
            boxes.append((left, y, wide, high))
            x = left + wide + letter * rng.uniform(0.08, 0.4)
        text.append(line)
    light = background(rng, height, width, letter) * (1 - rng.uniform(0.5, 1) * ink) * rng.uniform(140, 255)
    blurred = cv2.GaussianBlur(light, (0, 0), rng.uniform(0.3, 1.0)) + rng.normal(0, rng.uniform(0, 5), size)
    grey = np.clip(np.rint(blurred), 0, 255).astype(np.uint8)
    return Written(grey, "\n".join(filter(None, text)), np.array(boxes, np.float64).reshape(-1, 4))


def compose_part(
    images: NDArray[np.uint8], labels: NDArray[np.uint8], seed: Sequence[int], fraction: float
) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Compose a fraction of the pages of a training: contrast maps (pages, 64, 160), and digits from `pack`."""
    cv2.setNumThreads(1)
    rng, composer = np.random.default_rng(list(seed)), Composer(images, labels)
    composed = [composer.page(rng, HEIGHT, WIDTH) for _ in range(max(1, round(PAGES * fraction)))]
    maps = np.stack([contrast_map(page.grey) for page in composed])
    return maps, pack([(page.labels, page.boxes) for page in composed])


def lay_out(images: NDArray[np.uint8], labels: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Lay images, uint8 (n, 28, 28), out unchanged in rows on clean pages, ten on each."""
    rows, columns = HEIGHT // IMAGE_CELL, WIDTH // IMAGE_CELL
    rim = (IMAGE_CELL - images.shape[1]) // 2
    count = -(-len(images) // (rows * columns))
    cells = np.zeros((count * rows * columns, IMAGE_CELL, IMAGE_CELL), np.float32)
    cells[: len(images), rim:-rim, rim:-rim] = images
    cells = PAPER + cells * (CONTRAST / 255)
    maps = cells.reshape(count, rows, columns, IMAGE_CELL, IMAGE_CELL).swapaxes(2, 3).reshape(count, HEIGHT, WIDTH)
    boxes = np.array([ink_box(image) for image in images], np.float32)
    cell = np.arange(len(images)) % (rows * columns)
    boxes[:, 0] += rim + cell % columns * IMAGE_CELL
    boxes[:, 1] += rim + cell // columns * IMAGE_CELL
    parts = [slice(start, start + rows * columns) for start in range(0, len(images), rows * columns)]
    return np.rint(maps).astype(np.uint8), pack([(labels[page], boxes[page]) for page in parts])


def pack(pages: list[tuple[NDArray[np.uint8], NDArray[np.float32]]]) -> NDArray[np.float32]:
    """Pack digit, x, y, width, height of pages' digits into float32 (n, 20, 5); unused rows have digit -1."""
    packed = np.tile(np.array([-1, 0, 0, 1, 1], np.float32), (len(pages), MAX_DIGITS, 1))
    for index, (labels, boxes) in enumerate(pages):
        count = min(len(labels), MAX_DIGITS)
        packed[index, :count, 0] = labels[:count]
        packed[index, :count, 1:] = boxes[:count]
    return packed


def draw_sheet(seed: int, per_digit: int) -> NDArray[np.uint8]:
    """Draw a sheet of digits as taught around the world, a row for each digit: uint8 (1200, 120 * per_digit)."""
    draws, sheet = np.random.default_rng(seed), np.full((10 * _PITCH, _PITCH * per_digit), _PAPER, np.uint8)
    for digit in range(10):
        for position in range(per_digit):
            size = int(draws.integers(70, 90))
            distance = _enlarged(skeleton_field(draws, digit), size)
            y, x = _PITCH * digit + draws.integers(10, 20), _PITCH * position + draws.integers(10, 30)
            sheet[y : y + size, x : x + size] -= np.uint8(_INK * np.clip(2.2 - distance, 0, 1))
    return sheet


def compose_photos(images: NDArray[np.uint8], seed: int = 0, shadow: bool = True) -> NDArray[np.uint8]:
    """Write images, uint8 (n, 28, 28), with a fine pen, and photograph them in light from one side: (n, 280, 280)."""
    draws = np.random.default_rng(seed)
    photos = np.empty((len(images), _SIDE, _SIDE), np.uint8)
    for index, field in enumerate(distance_fields(images)):
        size, ink = int(draws.integers(120, 200)), np.zeros((_SIDE, _SIDE))
        x, y = draws.integers(0, _SIDE - size, 2)
        ink[y : y + size, x : x + size] = np.clip(2 - _enlarged(field, size), 0, 1)
        falls, axis = draws.uniform(60, 130) * shadow, draws.integers(2)
        light = _LIGHT - falls * np.indices(ink.shape)[axis] / _SIDE
        photos[index] = np.rint(light - _SWALLOWED * light * ink)
    return photos


def _enlarged(field: NDArray[np.uint8], size: int) -> NDArray[np.float64]:
    """Return distances from the middle of the stroke in pixels of a digit `size` pixels high and wide."""
    return np.asarray(cv2.resize(field, (size, size)) / UNIT * size / 28, np.float64)

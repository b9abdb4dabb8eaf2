"""Crop composed pages as a reader does: single digits with their surroundings, and non-digits.

MNIST's own images are included unchanged. Recorded pen strokes, if available, add more writers' digits, and replace
some pseudo-letters by real letters and signs, parts of them, and several in one box.
"""

from __future__ import annotations

import string
from collections.abc import Mapping, Sequence
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.data.strokes import Strokes
from shuzi.ink.boxes import Box, overlap_of_smaller, union
from shuzi.ink.normalize import cut_out, normalize
from shuzi.ink.paper import ink_map
from shuzi.models.tasks import DIGITS, MARKS
from shuzi.synthesis.composer import Composer, Page
from shuzi.synthesis.distractors import CURVED, glyph, small_distractor
from shuzi.synthesis.layout import any_hand, any_style, extent, place
from shuzi.synthesis.papers import background, by_magnitude, photographed
from shuzi.synthesis.pen import lay
from shuzi.synthesis.texts import OTHERS, Text
from shuzi.synthesis.writers import Recorded, Writers, by_character, trusted_samples

NOT_A_DIGIT = len(DIGITS)
"""The label of a non-digit."""

LOOKS_LIKE = NOT_A_DIGIT + 1
"""The label of a non-digit that looks like a 0; one more for one that looks like a 1, and so on."""

LOOK_ALIKES: Mapping[str, int] = {
    character: digit
    for digit, characters in enumerate(("Oo", "Il|/\\,'`", "Zz", "", "", "Ss", "b", "", "B", "gq"))
    for character in characters
}
"""Characters that one person writes like another person's digit; a crop does not show the size of a mark."""

Cut = tuple[NDArray[np.uint8], int]

SIGNS = OTHERS + MARKS + "'`~_;|\\\""
"""The recorded characters that are neither digits nor letters."""

_DRAWN = "✓×¥€年月日元"  # drawn by code, since no recorded pen wrote them
_LETTERS = 0.8  # fraction of letters among letters and signs
_HEIGHTS = 14.0, 60.0  # of a digit, in pixels
_IMAGES = 0.4  # fraction of lines whose digits come from MNIST
# fractions: of pairs cropped as one, of letters with a part cropped, of lines cropped whole, of lines with a ring
_WITH_NEIGHBOUR, _PARTS, _WHOLE, _RINGS = 0.5, 0.4, 0.3, 0.08
_COVERED = 0.35  # of a box: with more of another character in it, the label would be ambiguous
_PART = -1  # placeholder label of a part until it is cropped
_AS_LARGE = 0.5  # of its neighbour's height; a smaller character could be a mark or a speck
_NARROW = 7  # pixels of a crop: a part of a letter that is not wider is a single stroke, like a 1

PAGES = 40_000
"""Composed pages from which the crops for a whole training are taken; most hold several digits."""

AS_THEY_ARE = 4
"""How often each of MNIST's own images is included."""

REWRITTEN = GLYPHS = 200_000
"""Single digits rewritten with other pens, and single distractors."""

DIGITS_BY_PENS, OTHERS_BY_PENS = 100_000, 160_000
"""Single digits written with recorded strokes, and single letters and signs.

They and the lines come in addition to the rewritten digits and pages, which keep the odd pens that a network knows
from a training without strokes: of 800 validation digits written with such pens, 96.3 % were `ok` before, 94.0 %
after 11,000 steps with half of the rewritten digits and 15,000 pages left out, and 94.8 % after 10,000 with all.
"""

GLYPHS_KEPT = 0.75
"""The fraction of the single distractors that are kept in addition.

With only a third of them, 6.8 % of 2,000 pseudo-letters were accepted; after the same training without strokes 5.0 %.
"""

LINES_BY_PENS = 32_000
"""Lines of a few characters each, written with recorded strokes."""


def label_of(character: str) -> int:
    """Return the label for a crop of a character."""
    if character in DIGITS:
        return int(character)
    return LOOKS_LIKE + LOOK_ALIKES[character] if character in LOOK_ALIKES else NOT_A_DIGIT


class PenCrops:
    """Makes crops from recorded pen strokes; the writers have the same strokes."""

    def __init__(self, writers: Writers, strokes: Strokes) -> None:
        self._writers = writers
        samples = trusted_samples(strokes, DIGITS + string.ascii_letters + SIGNS)
        recorded = by_character(strokes, samples)
        self._anybody = Recorded(strokes, recorded, recorded, 0.0)
        self._digits, self._letters, self._signs = (
            [character for character in characters if character in recorded]
            for characters in (DIGITS, string.ascii_letters, SIGNS)
        )

    def digit(self, rng: np.random.Generator) -> Cut | None:
        """Write a digit with another pen, normalised as in MNIST; None if none was recorded."""
        return self._alone(rng, _any_of(rng, self._digits))

    def other(self, rng: np.random.Generator) -> Cut | None:
        """Write a letter or a sign."""
        return self._alone(rng, self._other(rng))

    def line(self, rng: np.random.Generator) -> list[Cut]:
        """Write a few characters side by side on paper and crop each, parts of them, and several at once."""
        characters = self._text(rng)
        writer, others = self._writers.pair(rng, _IMAGES)
        height = by_magnitude(rng, *_HEIGHTS)
        hand = any_hand(rng, height, images=writer is self._writers.images)
        inks = place(rng, writer, others, hand, any_style(rng), Text(characters)).inks
        rim = round(0.5 * height)
        left, top, right, bottom = extent(inks)
        sheet = np.zeros((bottom - top + 2 * rim, right - left + 2 * rim), np.uint8)
        boxes = np.empty((len(inks), 4), np.float32)
        for index, (ink, x, y) in enumerate(inks):
            boxes[index] = x - left + rim, y - top + rim, *ink.shape[::-1]
            lay(sheet, ink, x - left + rim, y - top + rim)
        crops = self._crops(rng, characters, boxes)
        if rng.random() < _RINGS:
            crops.append((_surround(rng, sheet, boxes[int(rng.integers(len(boxes)))], hand.pen.width), NOT_A_DIGIT))
        paper = background(rng, len(sheet), sheet.shape[1], height)
        ink_seen = ink_map(photographed(rng, paper, sheet.astype(np.float32) / np.float32(255)))
        cuts = [(cut_out(ink_seen, Box(*box.tolist()).pixels()), label) for box, label in crops]
        return [(image, _of_part(image) if label == _PART else label) for image, label in cuts if image is not None]

    def _alone(self, rng: np.random.Generator, character: str) -> Cut | None:
        if not character:
            return None
        ink = self._anybody.write(rng, character, any_hand(rng, by_magnitude(rng, *_HEIGHTS), images=False)).ink
        image = cut_out(ink, Box(0, 0, *ink.shape[::-1]).pixels())
        return None if image is None else (image, label_of(character))

    def _other(self, rng: np.random.Generator) -> str:
        return _any_of(rng, self._letters if rng.random() < _LETTERS else self._signs)

    def _text(self, rng: np.random.Generator) -> str:
        """Choose a text: a number, letters, or both."""
        kind = rng.random()
        if kind < 0.15:
            return str(rng.choice(["10", "10", "100", "11", "12", "1", "0"]))
        count = int(rng.integers(1, 5))
        number = "".join(map(str, rng.integers(0, 10, count)))
        if kind < 0.4:
            return number
        others = [
            self._other(rng) or "×" if rng.random() < 0.95 else _any_of(rng, _DRAWN)
            for _ in range(rng.integers(1, 4))
        ]
        if kind < 0.65:
            return "".join(others)
        where = int(rng.integers(count + 1))
        return number[:where] + "".join(others[:2]) + number[where:]

    def _crops(
        self, rng: np.random.Generator, characters: str, boxes: NDArray[np.float32]
    ) -> list[tuple[NDArray[np.float32], int]]:
        """Choose boxes and their labels; they are about as exact as a detector's."""
        crops = []
        everything = np.arange(len(boxes))
        for index, (character, box) in enumerate(zip(characters, boxes, strict=True)):
            others = boxes[everything != index]
            if len(others) and overlap_of_smaller(box, others).max() > _COVERED:
                continue
            crops.append((box + rng.normal(0, 0.05, 4) * np.tile(box[2:], 2), label_of(character)))
            if character not in DIGITS and rng.random() < _PARTS:
                crops.append((_part(rng, box), _PART))
        for box, following in pairwise(boxes):
            apart = following[0] > box[0] + 0.9 * box[2]
            lower, higher = sorted((box[3], following[3]))
            if apart and lower > _AS_LARGE * higher and rng.random() < _WITH_NEIGHBOUR:
                crops.append((union(box, following), NOT_A_DIGIT))
        if len(boxes) > 2 and rng.random() < _WHOLE:
            low, high = boxes[:, :2].min(axis=0), (boxes[:, :2] + boxes[:, 2:]).max(axis=0)
            crops.append((np.concatenate([low, high - low]), NOT_A_DIGIT))
        return [(np.asarray(box, np.float32), label) for box, label in crops]


def _any_of(rng: np.random.Generator, characters: list[str] | str) -> str:
    return characters[int(rng.integers(len(characters)))] if characters else ""


def _part(rng: np.random.Generator, box: NDArray[np.float32]) -> NDArray[np.float32]:
    """Choose a part of a letter on one of its four sides."""
    x, y, width, height = box
    fraction = rng.uniform(0.35, 0.65)
    is_part_of_height, is_far = divmod(int(rng.integers(4)), 2)
    if is_part_of_height:
        return np.array([x, y + is_far * height * (1 - fraction), width, height * fraction], np.float32)
    return np.array([x + is_far * width * (1 - fraction), y, width * fraction, height], np.float32)


def _of_part(image: NDArray[np.uint8]) -> int:
    """Return the label of a part of a letter."""
    wide = np.ptp(np.flatnonzero((image > 64).any(axis=0))) + 1
    return LOOKS_LIKE + 1 if wide <= _NARROW else NOT_A_DIGIT


def _surround(
    rng: np.random.Generator, sheet: NDArray[np.uint8], box: NDArray[np.float32], pen: float
) -> NDArray[np.float32]:
    """Draw a ring or a box around a character, and return its box."""
    x, y, width, height = box
    middle, reach = (x + width / 2, y + height / 2), 0.5 * np.array([width, height]) + rng.uniform(0.1, 0.35) * height
    line = max(1, round(pen * rng.uniform(0.6, 1.2)))
    corners = np.rint([middle - reach, middle + reach]).astype(int)
    if rng.random() < 0.7:
        axes = (round(float(reach[0]) * 1.25), round(float(reach[1]) * 1.1))
        turn, end = float(rng.normal(0, 8)), float(rng.uniform(330, 380))
        cv2.ellipse(sheet, (round(middle[0]), round(middle[1])), axes, turn, 0, end, 255, line, cv2.LINE_AA)
        reach = np.array(axes, np.float64)
    else:
        (left, top), (right, bottom) = corners.tolist()
        cv2.rectangle(sheet, (left, top), (right, bottom), 255, line, cv2.LINE_AA)
    reach += line
    return np.array([*(middle - reach), *(2 * reach)], np.float32)


def compose_part(
    images: NDArray[np.uint8],
    labels: NDArray[np.uint8],
    seed: Sequence[int],
    fraction: float,
    strokes: Strokes | None = None,
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Compose a fraction of a whole training's crops and all given images: uint8 (n, 28, 28), and labels (n,)."""
    cv2.setNumThreads(1)
    rng, composer = np.random.default_rng(list(seed)), Composer(images, labels)
    cuts: list[Cut] = list(zip(images, labels.tolist(), strict=True)) * AS_THEY_ARE
    rewritten, glyphs, pages = REWRITTEN * fraction, GLYPHS * fraction, PAGES * fraction
    if strokes is not None:
        pens = PenCrops(Writers(images, labels, strokes, composer.fields), strokes)
        written = [pens.digit(rng) for _ in range(round(DIGITS_BY_PENS * fraction))]
        written += [pens.other(rng) for _ in range(round(OTHERS_BY_PENS * fraction))]
        cuts.extend(cut for cut in written if cut is not None)
        for _ in range(round(LINES_BY_PENS * fraction)):
            cuts.extend(pens.line(rng))
        glyphs *= GLYPHS_KEPT
    cuts.extend(_rewritten(rng, composer) for _ in range(round(rewritten)))
    cuts.extend(_glyph(rng, composer) for _ in range(round(glyphs)))
    for _ in range(round(pages)):
        cuts.extend(_cuts(rng, composer.page(rng)))
    return np.stack([image for image, _ in cuts]), np.array([label for _, label in cuts], np.uint8)


def _rewritten(rng: np.random.Generator, composer: Composer) -> Cut:
    label, ink = composer.digit(rng, by_magnitude(rng, 14, 50))
    return normalize(_as_levels(ink)), label


def _glyph(rng: np.random.Generator, composer: Composer) -> Cut:
    height = round(by_magnitude(rng, 16, 50))
    pen = max(1.0, by_magnitude(rng, 0.03, 0.25) * height)
    if rng.random() < 0.08:
        return normalize(_as_levels(small_distractor(rng, height, pen, alone=True))), NOT_A_DIGIT
    return normalize(_as_levels(glyph(rng, height, pen, lambda: composer.digit(rng, height)))), NOT_A_DIGIT


def _as_levels(ink: NDArray[np.float32]) -> NDArray[np.uint8]:
    levels = np.rint(np.pad(ink, 2) * 255)
    levels[levels.argmax() // levels.shape[1], levels.argmax() % levels.shape[1]] = 255  # there is always some ink
    return np.asarray(levels, np.uint8)


def _cuts(rng: np.random.Generator, page: Page) -> list[Cut]:
    """Crop a page's digits about as exactly as a detector finds them, and boxes that hold no single digit."""
    ink = ink_map(page.grey)
    off = rng.normal(0, 0.05, page.boxes.shape) * np.tile(page.boxes[:, 2:], 2)
    boxes = [*zip(page.boxes + off, page.labels.tolist(), strict=True)]
    boxes += [(box, NOT_A_DIGIT) for box in _no_digits(rng, page)]
    cuts = [(cut_out(ink, Box(*box).pixels()), label) for box, label in boxes]
    return [(image, label) for image, label in cuts if image is not None]


def _no_digits(rng: np.random.Generator, page: Page) -> list[NDArray[np.float32]]:
    """Choose boxes that hold two digits, half a digit, or anything elsewhere on the page."""
    boxes: list[NDArray[np.float32]] = []
    count = len(page.boxes)
    if count > 1 and rng.random() < 0.5:
        index = int(rng.integers(count - 1))
        first, second = page.boxes[index], page.boxes[index + 1]
        both = union(first, second)
        # if one covers the other, they look like a single digit
        if both[2] > 1.4 * max(first[2], second[2]) and both[3] < 2 * max(first[3], second[3]):
            boxes.append(both.astype(np.float32))
    if count and rng.random() < 0.25:
        index = int(rng.integers(count))
        x, y, width, height = page.boxes[index]
        if page.labels[index] in CURVED:
            half = rng.uniform(0.4, 0.55)
            boxes.append(np.array([x + (width * (1 - half) if rng.random() < 0.5 else 0), y, width * half, height]))
    if rng.random() < 0.4:
        height = rng.uniform(13, 46)
        size = np.array([height * rng.uniform(0.3, 0.9), height])
        corner = rng.uniform(0, 1, 2) * np.maximum(1, np.array(page.grey.shape[::-1]) - size)
        elsewhere = np.concatenate([corner, size]).astype(np.float32)
        if (overlap_of_smaller(elsewhere, page.boxes) < 0.1).all():
            boxes.append(elsewhere)
    return boxes

"""Crop composed pages as a reader does: single digits with their surroundings, and non-digits.

MNIST's own images are included unchanged. Recorded pen strokes, if available, add more writers' digits, and replace
some pseudo-letters by real letters and signs.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.data.strokes import Strokes
from shuzi.ink.boxes import Box, overlap_of_smaller, union
from shuzi.ink.normalize import cut_out, normalize
from shuzi.ink.paper import ink_map
from shuzi.synthesis.composer import Composer, Page
from shuzi.synthesis.distractors import glyph, small_distractor
from shuzi.synthesis.lines.collection import Writers
from shuzi.synthesis.samples.labels import NOT_A_DIGIT
from shuzi.synthesis.samples.pen_crops import Cut, PenCrops

_NO_DIGIT_HALVED = (2, 3, 5, 6, 8, 9)  # half of any other digit could be a 1 or a 7

PAGES = 40_000
"""Composed pages from which the crops for a whole training are taken; most hold several digits."""

AS_THEY_ARE = 4
"""How often each of MNIST's own images is included."""

REWRITTEN, GLYPHS = 200_000, 200_000
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


def compose_part(
    images: NDArray[np.uint8],
    labels: NDArray[np.uint8],
    seed: Sequence[int],
    fraction: float,
    strokes: Strokes | None = None,
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Compose a part of the crops; even the smallest part includes all given images.

    Parameters
    ----------
    images, labels
        The digits: uint8 (n, 28, 28) and (n,).
    seed
        The random seed.
    fraction
        The part, as a fraction of a whole training's crops.
    strokes
        Pen strokes; None uses only the digits and pseudo-letters.

    Returns
    -------
    uint8 (n, 28, 28), and labels as `samples.labels` explains them, uint8 (n,).
    """
    cv2.setNumThreads(1)
    rng, composer = np.random.default_rng(list(seed)), Composer(images, labels)
    cuts: list[Cut] = list(zip(images, labels.tolist(), strict=True)) * AS_THEY_ARE
    rewritten, glyphs, pages = REWRITTEN * fraction, GLYPHS * fraction, PAGES * fraction
    if strokes is not None:
        pens = PenCrops(Writers(images, labels, strokes, composer.fields), strokes)
        written = [pens.digit(rng) for _ in range(round(DIGITS_BY_PENS * fraction))]
        written += [pens.other(rng) for _ in range(round(OTHERS_BY_PENS * fraction))]
        cuts.extend(each for each in written if each is not None)
        for _ in range(round(LINES_BY_PENS * fraction)):
            cuts.extend(pens.line(rng))
        glyphs *= GLYPHS_KEPT
    cuts.extend(_rewritten(rng, composer) for _ in range(round(rewritten)))
    cuts.extend(_glyph(rng, composer) for _ in range(round(glyphs)))
    for _ in range(round(pages)):
        cuts.extend(_cuts(rng, composer.page(rng)))
    return np.stack([image for image, _ in cuts]), np.array([label for _, label in cuts], np.uint8)


def _rewritten(rng: np.random.Generator, composer: Composer) -> Cut:
    label, ink = composer.digit(rng, math.exp(rng.uniform(math.log(14), math.log(50))))
    return normalize(_as_levels(ink)), label


def _glyph(rng: np.random.Generator, composer: Composer) -> Cut:
    height = round(math.exp(rng.uniform(math.log(16), math.log(50))))
    pen = max(1.0, math.exp(rng.uniform(math.log(0.03), math.log(0.25))) * height)
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
        if page.labels[index] in _NO_DIGIT_HALVED:
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

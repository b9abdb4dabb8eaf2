"""Digits become pages to evaluate readers on: strips, and larger pictures with several lines, as on forms."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.synthesis.backgrounds import background
from shuzi.synthesis.composer import Composer

SIZES = ((240, 320), (360, 480), (480, 640))

_STRIPS = ((64, 160), (80, 240))  # pages of the composer's default size cut off many numbers, larger pages few
_SEVERAL_LINES = 0.2  # fraction of larger pictures with more than one number


@dataclass(frozen=True)
class Written:
    """A picture and the text written in it.

    Parameters
    ----------
    grey
        uint8 (h, w).
    text
        Its digits, one line per line of writing; "" if there are none.
    boxes
        float64 (k, 4): x, y, width and height of each digit's ink.
    legible
        Whether the text is legible: no digit is cut off or lies on another, and there are no distractors, some
        of which look like digits.
    """

    grey: NDArray[np.uint8]
    text: str
    boxes: NDArray[np.float64]
    legible: bool = True


def any_kind(composer: Composer, rng: np.random.Generator) -> Written:
    """Compose a page of any kind, for fitting a reader's confidence.

    Every other strip has distractors, some of which look like digits.
    """
    if rng.random() < _SEVERAL_LINES:
        return several_lines(composer, rng)
    return strip(composer, rng, _STRIPS[rng.integers(len(_STRIPS))], only_digits=rng.random() < 0.5)


def strip(
    composer: Composer, rng: np.random.Generator, size: tuple[int, int] = (64, 160), only_digits: bool = False
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
    return written(composer, rng, (height, width), [int(each) for each in rng.integers(1, 9, lines)], room * 0.6)


def written(
    composer: Composer, rng: np.random.Generator, size: tuple[int, int], lines: list[int], highest: float
) -> Written:
    """Write lines of digits below each other on a page, each digit in a different hand.

    Parameters
    ----------
    composer, rng
        Write the digits, and decide everything.
    size
        Height and width of the page in pixels.
    lines
        The number of digits in each line; those that do not fit are left out.
    highest
        The maximum height of a digit, in pixels.
    """
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
            part = ink[y : y + high, left : left + wide]
            np.maximum(part, drawn, out=part)
            line += str(digit)
            boxes.append((left, y, wide, high))
            x = left + wide + letter * rng.uniform(0.08, 0.4)
        text.append(line)
    light = background(rng, height, width, letter) * (1 - rng.uniform(0.5, 1) * ink) * rng.uniform(140, 255)
    blurred = cv2.GaussianBlur(light, (0, 0), rng.uniform(0.3, 1.0)) + rng.normal(0, rng.uniform(0, 5), size)
    grey = np.clip(np.rint(blurred), 0, 255).astype(np.uint8)
    return Written(grey, "\n".join(filter(None, text)), np.array(boxes, np.float64).reshape(-1, 4))

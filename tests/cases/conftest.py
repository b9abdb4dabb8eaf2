"""Pictures made from MNIST validation digits, which the models were not trained on."""

from dataclasses import dataclass

import cv2
import numpy as np
import pytest

import shuzi

DIGITS = [str(digit) for digit in range(10)] * 2


@dataclass
class Hand:
    """Writes numbers; each turn uses different MNIST digits, as another hand."""

    images: np.ndarray
    labels: np.ndarray

    def digit(self, digit, turn=0):
        """Return an image of a digit, uint8 (28, 28), ink 255."""
        return self.images[np.flatnonzero(self.labels == digit)[turn]]

    def write(self, text, turn=0, height=80, gap=0.25, margin=0.6):
        """Write lines of digits: float32 (h, w), ink 1, paper 0.

        A digit is `height` pixels high; the gap between digits and the margin around the number are fractions of it.
        """
        lines = [self._line(line, turn, height, gap) for line in text.split("\n")]
        widest = max(line.shape[1] for line in lines)
        between = np.zeros((round(0.6 * height), widest), np.float32)
        rows = []
        for line in lines:
            rows += [np.pad(line, ((0, 0), (0, widest - line.shape[1]))), between]
        return np.pad(np.vstack(rows[:-1]), round(margin * height))

    def _line(self, text, turn, height, gap):
        drawn = []
        for place, each in enumerate(text):
            image = self.digit(int(each), turn + place)
            x, y, width, high = cv2.boundingRect(image)
            size = (max(1, round(width * height / high)), height)
            drawn.append(cv2.resize(image[y : y + high, x : x + width], size, interpolation=cv2.INTER_CUBIC))
        apart = round(gap * height)
        line = np.zeros((height, sum(each.shape[1] + apart for each in drawn) - apart), np.float32)
        x = 0
        for each in drawn:
            part = line[:, x : x + each.shape[1]]
            np.maximum(part, each / 255, out=part)
            x += each.shape[1] + apart
        return line


@pytest.fixture(scope="session")
def hand(mnist):
    return Hand(mnist.validation.images, mnist.validation.labels)


@pytest.fixture(scope="session")
def reader():
    return shuzi.load()


@pytest.fixture(scope="session")
def draw():
    """Lay ink, float32 (h, w), on paper: uint8 (h, w) or, in colours, (h, w, 3)."""

    def lay(ink, paper=235, pen=40):
        ink = ink[..., None] if np.ndim(pen) or np.ndim(paper) == 3 else ink
        paper = np.asarray(paper, np.float32)
        page = (np.asarray(pen, np.float32) - paper) * ink
        page += paper
        return np.clip(np.rint(page, out=page), 0, 255, out=page).astype(np.uint8)

    return lay


@pytest.fixture(scope="session")
def right(reader, hand):
    """Count how many of twenty digits, or of the given numbers, are read correctly as pictures.

    A few digits are hard for anybody to read, so tests require nearly all of them.
    """

    def count(picture, numbers=DIGITS, **writing):
        found = 0
        for turn, number in enumerate(numbers):
            reading = reader.read(picture(hand.write(number, turn, **writing)))
            found += reading.text == number
        return found

    return count

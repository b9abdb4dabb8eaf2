"""MNIST digits become README's two pictures, a number being read and a network learning, and the example that ships.

A drawn display becomes the guide's picture of a meter.

    python tools/pictures.py

Both show real results: the boxes and probabilities come from `shuzi.load().read`, the weights from `shuzi train
softmax --seed 0` after 10, 100 and 2,000 steps. They contain no words, so both languages share them.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import numpy_helper
from PIL import Image, ImageDraw, ImageFont

import shuzi
from shuzi.pictures.open import EXAMPLE
from shuzi.synthesis.displays import draw_segments, word

PICTURES = Path(__file__).parents[1] / "docs" / "pictures"
NUMBER = "31415926"
SHOWN = "012387.4"
STEPS = (10, 100, 2_000)
INK, FOUND, PAPER = (38, 44, 66), (42, 77, 155), (247, 243, 233)  # as in the course and the page


def main() -> None:
    """Write the pictures."""
    PICTURES.mkdir(exist_ok=True)
    _written().save(EXAMPLE, quality=88)
    reading().quantize(96).save(PICTURES / "reading.png", optimize=True)
    training().quantize(128).save(PICTURES / "training.png", optimize=True)
    meter().save(PICTURES / "meter.jpg", quality=90)


def meter() -> Image.Image:
    """Draw the display of a meter, in a case and under uneven light, and read it."""
    ink, unlit = draw_segments(np.random.default_rng(21), SHOWN)
    ink = np.pad(np.maximum(ink, 0.06 * unlit), ((16, 20), (40, 90)))
    word(np.random.default_rng(3), ink, "kWh", (ink.shape[1] - 78, 70), 24, 0.9)
    case = np.pad(1 - 0.8 * ink, 14, constant_values=0.25)
    case = np.pad(case, ((60, 90), (70, 90)), constant_values=0.85)
    height, width = case.shape
    y, x = np.mgrid[:height, :width]
    light = case * (0.75 + 0.25 * x / width - 0.1 * y / height)
    soft = cv2.GaussianBlur(light, (0, 0), 0.9) * np.array([0.72, 0.85, 0.68])[:, None, None]
    noise = np.random.default_rng(0).normal(0, 0.012, soft.shape)
    shown = Image.fromarray(np.clip(255 * (soft + noise), 0, 255).astype(np.uint8).transpose(1, 2, 0))
    found = shuzi.load("display").read(shown)
    if (found.text, found.status) != (SHOWN, "ok"):
        raise SystemExit(f"{SHOWN} is read as {found!r}")
    return shown


def reading() -> Image.Image:
    """Write a number on ruled paper in uneven light, read it, and draw the result."""
    paper = _written()
    found = shuzi.load().read(paper)
    if found.text != NUMBER:
        raise SystemExit(f"{NUMBER} is read as {found.text}")
    shown = Image.new("RGB", (paper.width, paper.height + 74), "white")
    shown.paste(paper)
    pen = ImageDraw.Draw(shown)
    for digit in found.digits:
        x, y, width, height = digit.box
        pen.rounded_rectangle((x - 5, y - 5, x + width + 5, y + height + 5), 6, outline=FOUND, width=3)
        middle = x + width / 2
        pen.text((middle, paper.height + 26), str(digit.digit), FOUND, _font(40), "mm")
        pen.text((middle, paper.height + 60), f"{digit.probability:.1%}", (110, 110, 110), _font(17), "mm")
    return shown


def _written() -> Image.Image:
    """Return a strip of paper with the number, each digit in a different hand."""
    test = shuzi.load_mnist().test
    random = np.random.default_rng(7)
    height, pitch, size = 190, 104, 112
    width = 2 * 40 + pitch * len(NUMBER)
    ink = np.zeros((height, width))
    for place, digit in enumerate(NUMBER):
        image = test.images[random.choice(np.flatnonzero(test.labels == int(digit))[:200])]
        large = np.asarray(Image.fromarray(image).resize((size, size), Image.Resampling.BICUBIC)) / 255
        top = (height - size) // 2 + random.integers(-8, 9)
        left = 40 + place * pitch + (pitch - size) // 2
        ink[top : top + size, left : left + size] = np.maximum(ink[top : top + size, left : left + size], large)
    y, x = np.mgrid[:height, :width]
    light = 1.0 - 0.22 * (x / width) - 0.08 * (y / height)
    colours = np.array(PAPER) * light[..., None]
    ruled = (np.abs((y % 46) - 23) < 1)[..., None]
    colours = np.where(ruled, colours * 0.86 + np.array((10, 20, 32)), colours)
    colours = colours * (1 - 0.93 * ink[..., None]) + np.array(INK) * 0.93 * ink[..., None]
    colours += random.normal(0, 1.0, (height, width, 1))
    return Image.fromarray(colours.clip(0, 255).astype(np.uint8))


def training() -> Image.Image:
    """Train the smallest network step by step, and draw its weights: blue counts for a digit, brown against."""
    tile, gap, left = 78, 8, 150
    shown = Image.new("RGB", (left + 10 * (tile + gap), 20 + len(STEPS) * (tile + gap) + 34), "white")
    pen = ImageDraw.Draw(shown)
    for row, (steps, weights, accuracy) in enumerate(_trained()):
        top = 10 + row * (tile + gap)
        pen.text((left - 18, top + 28), f"{steps:,}", (60, 60, 60), _font(26), "rm")
        pen.text((left - 18, top + 58), f"{accuracy:.1%}", FOUND, _font(20), "rm")
        for digit in range(10):
            image = Image.fromarray(_coloured(weights[:, digit].reshape(28, 28)))
            shown.paste(image.resize((tile, tile), Image.Resampling.NEAREST), (left + digit * (tile + gap), top))
    for digit in range(10):
        middle = left + digit * (tile + gap) + tile / 2
        pen.text((middle, shown.height - 24), str(digit), (60, 60, 60), _font(24), "mm")
    return shown


def _trained() -> Iterator[tuple[int, NDArray[np.float32], float]]:
    """Yield steps, weights (784, 10) and accuracy on the test images."""
    test = shuzi.load_mnist().test
    with tempfile.TemporaryDirectory() as folder:
        for steps in STEPS:
            run = Path(folder) / str(steps)
            command = [sys.executable, "-m", "shuzi", "train", "softmax", "--seed", "0", "--steps", str(steps)]
            subprocess.run([*command, "--out", str(run)], check=True, stdout=subprocess.DEVNULL)
            graph: Any = onnx.load(run / "model.onnx").graph
            (weights,) = (each for each in map(numpy_helper.to_array, graph.initializer) if each.shape == (784, 10))
            answers = shuzi.load(run).classify(test.images).argmax(axis=1)
            yield steps, weights, float(np.mean(answers == test.labels))


def _coloured(weights: NDArray[np.float32]) -> NDArray[np.uint8]:
    strength = np.clip(weights / np.quantile(np.abs(weights), 0.99), -1, 1)[..., None]
    speaks_for, against = np.array(FOUND), np.array((148, 80, 12))
    colour = np.where(strength > 0, speaks_for, against)
    shown: NDArray[np.uint8] = (255 + (colour - 255) * np.abs(strength)).astype(np.uint8)
    return shown


def _font(size: int) -> Any:
    return ImageFont.load_default(size)


if __name__ == "__main__":
    main()

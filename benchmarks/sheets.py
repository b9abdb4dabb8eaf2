"""A spec becomes photographs of filled sheets: printed, filled in, creased, lit and photographed by code."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import cv2
import numpy as np
import pypdfium2
from numpy.typing import NDArray

from shuzi.data.strokes import Strokes
from shuzi.forms.grammar import OPEN
from shuzi.forms.layout import PlacedField, pages_of
from shuzi.forms.sheet import make_sheet
from shuzi.forms.spec import Spec
from shuzi.ink.boxes import Box
from shuzi.models.tasks import DIGITS, MARKS
from shuzi.synthesis.pen import Pen, written
from shuzi.synthesis.writers import trusted_samples

FINE = 11.0
"""Pixels to a millimetre of a printed sheet, 280 dots per inch."""

PHOTO = (1_500, 2_000)
"""Width and height of a photograph."""


@dataclass(frozen=True)
class Hands:
    """Digits to fill sheets with: uint8 (n, 28, 28) images by label, and recorded strokes by writer."""

    images: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    strokes: Strokes | None = None

    @cached_property
    def trusted(self) -> NDArray[np.intp]:
        """The indices of samples of single digits, as in shuzi's training."""
        assert self.strokes is not None  # noqa: S101 - for the types
        return trusted_samples(self.strokes, DIGITS)

    def ink(self, rng: np.random.Generator, text: str, height: float) -> list[NDArray[np.uint8]]:
        """Write each character of a text about `height` pixels high, by one writer: uint8 (h, w) each, ink 255."""
        return self.ink_of(rng, text, height)[0]

    def ink_of(self, rng: np.random.Generator, text: str, height: float) -> tuple[list[NDArray[np.uint8]], int]:
        """Write a text as `ink` does, and return the writer too: -1 for MNIST, whose writers are unknown."""
        if self.strokes is not None and rng.random() < 0.5:
            writer = int(rng.choice(np.unique(self.strokes.writer[self.trusted])))
            return [self._recorded(rng, each, height, writer) for each in text], writer
        return [self._image(rng, each, height) for each in text], -1

    def _image(self, rng: np.random.Generator, digit: str, height: float) -> NDArray[np.uint8]:
        if digit in MARKS:
            return _mark(digit, height)
        image = self.images[rng.choice(np.flatnonzero(self.labels == int(digit)))]
        rows, columns = np.nonzero(image > 40)
        cut = image[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
        scale = height * rng.uniform(0.9, 1.1) / 20
        large = cv2.resize(cut, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC).astype(np.float32)
        # the edge of a stroke is as sharp on paper whatever the size of the image it comes from
        return np.asarray(np.clip((large - 110) * scale / 2 + 128, 0, 255), np.uint8)

    def _recorded(self, rng: np.random.Generator, digit: str, height: float, writer: int) -> NDArray[np.uint8]:
        strokes = self.strokes
        assert strokes is not None  # noqa: S101 - for the types
        if digit in MARKS:
            return _mark(digit, height)
        same = self.trusted[strokes.label[self.trusted] == digit]
        own = same[strokes.writer[same] == writer]
        found = own if len(own) else same
        lines = [each for each in strokes.sample(int(rng.choice(found))) if len(each)]
        high = max(float(np.ptp(np.concatenate(lines), axis=0).max()), 1.0)
        scale = height * rng.uniform(0.9, 1.1) / high
        pen = Pen(FINE * rng.uniform(0.35, 0.7))
        return written([np.asarray(each * scale, np.float32) for each in lines], pen)[0]


def _dot(height: float) -> NDArray[np.uint8]:
    side = max(3, round(0.13 * height))
    return np.full((side, side), 255, np.uint8)


def _mark(mark: str, height: float) -> NDArray[np.uint8]:
    """Draw a mark with a pen: uint8 (h, w), ink 255."""
    dot = _dot(height)
    side = len(dot)
    if mark == "-":
        return np.repeat(dot, 3, axis=1)
    if mark == ":":
        return np.vstack([dot, np.zeros((3 * side, side), np.uint8), dot])
    if mark == "/":
        slash = np.zeros((round(height), round(0.4 * height)), np.uint8)
        cv2.line(slash, (0, slash.shape[0] - 1), (slash.shape[1] - 1, 0), 255, side)
        return slash
    return dot


def print_sheet(spec: Spec, copies: int = 1) -> list[NDArray[np.float32]]:
    """Print copies of a spec: float32 (h, w) in [0, 1] for each page, paper 1."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sheet.pdf"
        make_sheet(spec, path, copies)
        with pypdfium2.PdfDocument(path) as pdf:
            pages = [pdf[n].render(scale=FINE * 25.4 / 72, grayscale=True).to_numpy() for n in range(len(pdf))]
    return [np.array(page, np.float32).reshape(page.shape[:2]) / 255 for page in pages]


def fill(
    rng: np.random.Generator,
    page: NDArray[np.float32],
    places: tuple[PlacedField, ...],
    texts: Mapping[tuple[int, str], str],
    hands: Hands,
) -> NDArray[np.float32]:
    """Write texts into a printed page; those of boxes are digits, right-aligned, without points and dashes."""
    paper = page.copy()
    dark = rng.uniform(0.55, 0.9)
    for place in places:
        text = texts.get((place.row, place.field.name), "")
        if not text:
            continue
        if place.field.style == OPEN:
            _write_open(rng, paper, place.boxes[0], text.removeprefix(place.field.country), hands, dark)
            continue
        digits = place.field.in_boxes(text)
        boxes = place.boxes[-len(digits) :]
        high = float(rng.uniform(0.62, 0.78)) * boxes[0].height * FINE
        for box, ink in zip(boxes, hands.ink(rng, digits, high), strict=True):
            _press(
                paper, _fitted(ink, 0.9 * box.width * FINE, 0.92 * box.height * FINE), _inside(rng, box, 0.35), dark
            )
    return paper


def _inside(rng: np.random.Generator, box: Box, stray: float) -> tuple[float, float]:
    """Return a point near the middle of a box, in pixels; `stray` in millimetres."""
    x, y = rng.normal(0, stray, 2).clip(-2 * stray, 2 * stray)
    return (box.x + box.width / 2 + x) * FINE, (box.y + box.height / 2 + y) * FINE


def _fitted(ink: NDArray[np.uint8], wide: float, high: float) -> NDArray[np.uint8]:
    scale = min(1.0, wide / ink.shape[1], high / ink.shape[0])
    return ink if scale == 1 else np.asarray(cv2.resize(ink, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA))


def _press(paper: NDArray[np.float32], ink: NDArray[np.uint8], middle: tuple[float, float], dark: float) -> None:
    high, wide = ink.shape
    left, top = round(middle[0] - wide / 2), round(middle[1] - high / 2)
    part = paper[top : top + high, left : left + wide]
    part *= 1 - dark * ink[: part.shape[0], : part.shape[1]].astype(np.float32) / 255


def _write_open(
    rng: np.random.Generator, paper: NDArray[np.float32], box: Box, text: str, hands: Hands, dark: float
) -> None:
    high = float(rng.uniform(0.55, 0.72)) * box.height * FINE
    inks = hands.ink(rng, text, high)
    gap = 0.16 * high
    wide = sum(each.shape[1] for each in inks) + gap * (len(inks) - 1)
    shrink = min(1.0, (box.width - 2) * FINE / wide)
    x = (box.x + 1) * FINE + float(rng.uniform(0, max(0.0, (box.width - 2) * FINE - wide)))
    base = (box.y + box.height / 2) * FINE + high / 2
    for character, ink in zip(text, inks, strict=True):
        small = _fitted(ink, ink.shape[1] * shrink, 0.95 * box.height * FINE)
        y = base - small.shape[0] / 2 if character in ".," else (box.y + box.height / 2) * FINE
        _press(paper, small, (x + small.shape[1] / 2, y), dark)
        x += small.shape[1] + gap * shrink


def photograph(
    rng: np.random.Generator, paper: NDArray[np.float32], angle: float = 30.0, turned: float = 0.25
) -> tuple[bytes, NDArray[np.float64]]:
    """Photograph a page lying on a table.

    Parameters
    ----------
    rng
        The source of all chance.
    paper
        float32 (h, w) in [0, 1].
    angle
        The largest angle between the camera and the vertical, in degrees.
    turned
        The fraction of photographs taken upside down.

    Returns
    -------
    A JPEG, and the homography of the page, without its creases, from millimetres to pixels.
    """
    high, wide = paper.shape
    light = _creased(rng, paper)
    size = PHOTO if high >= wide else (PHOTO[1], PHOTO[0])
    corners = _seen(rng, wide, high, angle, size)
    if rng.random() < turned:  # upside down
        corners = np.roll(corners, 2, axis=0)
    flat = np.array([[0, 0], [wide, 0], [wide, high], [0, high]], np.float32)
    matrix = cv2.getPerspectiveTransform(flat, corners.astype(np.float32))
    # average first: the sensor's pixels are larger than the printer's dots
    scale = math.sqrt(cv2.contourArea(corners.astype(np.float32)) / (wide * high))
    small = cv2.GaussianBlur(light, (0, 0), max(0.35 / scale, 0.3))
    table = np.full((size[1], size[0]), rng.uniform(0.15, 0.6), np.float32)
    coarse = rng.normal(0, 0.05, (12, 9)).astype(np.float32)
    table += cv2.resize(coarse, size, interpolation=cv2.INTER_CUBIC)
    seen = cv2.warpPerspective(
        small, matrix, size, dst=table, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_TRANSPARENT
    )
    seen = _shaded(rng, np.asarray(seen, np.float32))
    if rng.random() < 0.6:
        seen = cv2.GaussianBlur(seen, (0, 0), rng.uniform(0.4, 1.2))
    grey = seen * rng.uniform(150, 250) + rng.uniform(0, 10)
    grey += rng.normal(0, rng.uniform(1, 6), grey.shape)
    quality = int(rng.integers(50, 92))
    _, file = cv2.imencode(".jpg", np.clip(grey, 0, 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, quality])
    return file.tobytes(), np.asarray(matrix @ np.diag([FINE, FINE, 1.0]))


def _creased(rng: np.random.Generator, paper: NDArray[np.float32]) -> NDArray[np.float32]:
    """Move a page's points by up to a millimetre, smoothly, and darken one side of a fold."""
    high, wide = paper.shape
    reach = rng.uniform(0, 0.6) * FINE
    field = [cv2.resize(rng.normal(0, reach, (5, 4)).astype(np.float32), (wide, high), interpolation=cv2.INTER_CUBIC)
             for _ in range(2)]  # fmt: skip
    x, y = np.meshgrid(np.arange(wide, dtype=np.float32), np.arange(high, dtype=np.float32))
    moved = cv2.remap(
        paper, x + field[0], y + field[1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=1
    )
    if rng.random() < 0.4:
        turn = rng.uniform(0, math.pi)
        away = (x - wide * rng.uniform(0.2, 0.8)) * math.cos(turn) + (y - high * rng.uniform(0.2, 0.8)) * math.sin(
            turn
        )
        moved = moved * (1 - rng.uniform(0.03, 0.2) * np.exp(-np.maximum(away, 0) / (12 * FINE)) * (away > 0))
    return np.asarray(moved, np.float32)


def _seen(rng: np.random.Generator, wide: int, high: int, angle: float, size: tuple[int, int]) -> NDArray[np.float64]:
    """Return the corners of a page that a camera sees at an angle, filling 80 to 94 % of the photograph."""
    tilt, around, roll = math.radians(rng.uniform(0, angle)), rng.uniform(0, 2 * math.pi), rng.normal(0, 0.05)
    points = np.array([[-wide, -high], [wide, -high], [wide, high], [-wide, high]], np.float64) / max(wide, high)
    axis = np.array([math.cos(around), math.sin(around), 0.0])
    rotation, _ = cv2.Rodrigues(axis * tilt)
    turned = np.column_stack([points, np.zeros(4)]) @ rotation.T
    flat = turned[:, :2] / (1 + turned[:, 2:] / rng.uniform(3.0, 5.0))
    flat = flat @ np.array([[math.cos(roll), -math.sin(roll)], [math.sin(roll), math.cos(roll)]])
    flat -= flat.min(axis=0)
    room = np.array(size, np.float64)
    scale = rng.uniform(0.8, 0.94) * float((room / flat.max(axis=0)).min())
    corners = flat * scale
    return np.asarray(corners + rng.uniform(0.02, 0.98, 2) * (room - corners.max(axis=0)))


def _shaded(rng: np.random.Generator, light: NDArray[np.float32]) -> NDArray[np.float32]:
    """Darken one side, and often add the shadow of a hand or phone."""
    high, wide = light.shape
    x, y = np.meshgrid(np.linspace(-1, 1, wide, dtype=np.float32), np.linspace(-1, 1, high, dtype=np.float32))
    turn = rng.uniform(0, 2 * math.pi)
    shade = 1 - rng.uniform(0, 0.3) * ((x * math.cos(turn) + y * math.sin(turn)) / 2 + 0.5)
    if rng.random() < 0.5:
        turn = rng.uniform(0, 2 * math.pi)
        away = x * math.cos(turn) + y * math.sin(turn) - rng.uniform(-0.5, 0.6)
        shade = shade * (1 - rng.uniform(0.15, 0.5) / (1 + np.exp(np.clip(-away / rng.uniform(0.01, 0.1), -50, 50))))
    return np.asarray(light * shade, np.float32)


def places_of(spec: Spec) -> tuple[PlacedField, ...]:
    """Return the places of a spec of one page."""
    (page,) = pages_of(spec)
    return page.fields

"""Photographs of pages, composed and real, become maps of where lines of writing are, for the line detector."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.data.registers import LinePath, PageLines
from shuzi.synthesis.composer import IMAGE_CELL
from shuzi.synthesis.examples import Material
from shuzi.synthesis.papers import by_magnitude, photograph
from shuzi.synthesis.photographs import compose

SIDE = 512
"""Pixels of a training picture's sides."""

CELL = 4
"""Pixels of a picture per cell of its maps, in both directions."""

LEVELS = 40
"""Levels of the height map per doubling of a digit's height; level 1 is `MIN_HEIGHT`."""

MIN_HEIGHT = 4.0
"""The height of a digit, in pixels, at level 0 of the height map, which stands for "no line"."""

_CORE = 0.24  # of a digit's height, above and below a line's middle: what is marked of it
_BAND = 0.6  # of it: around the core, paper that separates it from other lines, and where the height is learnt
_FINE = 2  # a map is drawn that many times finer
_LETTERS = 9.0, 90.0  # pixels: the heights of composed digits
_REAL = 0.15  # fraction of the pictures that are real pages, if there are any
_REAL_HEIGHTS = 10.0, 60.0  # pixels: of their digits
_DRAWN = 0.3  # fraction of composed pages by writers whose digits are drawn by code

UNKNOWN = 128
"""In the map of the ruling of real pages: nobody knows whether there is a printed line."""


def draw_maps(paths: Iterable[LinePath], ruling: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Draw where the lines of a picture are, and its ruling, uint8 (h, w): how much of each pixel is printed line.

    Return uint8 (h / 4, w / 4, 3): the core of the lines, 255 inside; the height of their digits, in the band around
    the core, in `LEVELS`, 0 elsewhere; and the ruling.
    """
    height, width = ruling.shape
    fine = np.zeros((height * _FINE // CELL, width * _FINE // CELL), np.uint8)
    heights = np.zeros((height // CELL, width // CELL), np.uint8)
    for path in sorted(paths, key=lambda path: -path.height):
        level = min(max(round(LEVELS * math.log2(max(path.height, MIN_HEIGHT) / MIN_HEIGHT)), 1), 255)
        _fill(heights, path, _BAND, level, 1 / CELL, 0.5)
        _fill(fine, path, max(_CORE, 2.5 / path.height), 255, _FINE / CELL, 0.0)
    core = cv2.resize(fine, heights.shape[::-1], interpolation=cv2.INTER_AREA)
    printed = cv2.resize(
        cv2.dilate(ruling, np.ones((3, 3), np.uint8)), heights.shape[::-1], interpolation=cv2.INTER_AREA
    )
    return np.stack([np.asarray(core, np.uint8), heights, np.asarray(printed, np.uint8)], axis=2)


def _fill(picture: NDArray[np.uint8], path: LinePath, reach: float, value: int, scale: float, beyond: float) -> None:
    """Fill the surroundings of a line's middle, up to a multiple of its digits' height above, below and beyond it."""
    points = path.points.astype(np.float64)
    step = points[-1] - points[0]
    along = step / max(float(np.hypot(*step)), 1e-6)
    away = np.array([-along[1], along[0]]) * reach * path.height
    ends = along * beyond * path.height
    if beyond == 0 and np.hypot(*step) < 0.4 * path.height:  # a narrow 1 is marked as wide as it takes to be seen
        ends = along * (0.4 * path.height - float(np.hypot(*step))) / 2
    points[0] -= ends
    points[-1] += ends
    outline = np.concatenate([points - away, (points + away)[::-1]]) * scale - 0.5
    cv2.fillPoly(picture, [np.rint(outline * 16).astype(np.int32)], value, cv2.LINE_8, 4)


def compose_block(material: Material, seed: Sequence[int], rows: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Compose a block: pictures, uint8 (rows, 512, 512), and their maps, uint8 (rows, 128, 128, 3)."""
    cv2.setNumThreads(1)
    rng, pages = np.random.default_rng(list(seed)), material.dataset.pages
    pictures = np.empty((rows, SIDE, SIDE), np.uint8)
    maps = np.empty((rows, SIDE // CELL, SIDE // CELL, 3), np.uint8)
    for row in range(rows):
        if pages is not None and len(pages) and rng.random() < _REAL:
            pictures[row], maps[row] = _real(rng, pages)
        else:
            letter = by_magnitude(rng, *_LETTERS)
            photo = compose(rng, material.writers, (SIDE, SIDE), letter, drawn=_DRAWN)
            paths = [LinePath(line.ends, line.height) for line in photo.lines]
            pictures[row], maps[row] = photo.grey, draw_maps(paths, photo.ruling)
    return pictures, maps


def _real(rng: np.random.Generator, pages: PageLines) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Cut a part out of a real page, at any scale, slightly turned, in other light."""
    index = int(rng.integers(len(pages)))
    picture, lines = pages.picture(index), pages.lines[index]
    usual = float(np.median([line.height for line in lines])) if lines else 20.0
    scale = by_magnitude(rng, *_REAL_HEIGHTS) / usual
    centre = rng.uniform(0.1, 0.9, 2) * picture.shape[::-1]
    turn = rng.normal(0, 2.5)
    middle = float(centre[0]), float(centre[1])
    matrix = np.asarray(cv2.getRotationMatrix2D(middle, float(turn), scale), np.float64)
    matrix[:, 2] += SIDE / 2 - centre
    if scale < 1:
        picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), 0.4 / scale), np.uint8)
    cut = cv2.warpAffine(picture, matrix, (SIDE, SIDE), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    light = np.asarray(cut, np.float32) / np.float32(max(int(cut.max()), 1))
    grey = photograph(rng, light, 12.0, photo=True)
    paths = [
        LinePath((line.points @ matrix[:, :2].T + matrix[:, 2]).astype(np.float32), line.height * scale)
        for line in lines
    ]
    # the printed lines of real pages are not known: 128 says so
    return grey, draw_maps(paths, np.full((SIDE, SIDE), UNKNOWN, np.uint8))


def lay_out(images: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Lay images, uint8 (n, 28, 28), out unchanged in lines: pictures (pages, 128, 512), and their maps."""
    high = 128
    per_row = SIDE // IMAGE_CELL
    count = -(-len(images) // per_row)
    pictures = np.full((count, high, SIDE), 230, np.uint8)
    maps = np.zeros((count, high // CELL, SIDE // CELL, 3), np.uint8)
    for index, image in enumerate(images):
        page, at = divmod(index, per_row)
        x, y = at * IMAGE_CELL + 2, (high - 28) // 2
        pictures[page, y : y + 28, x : x + 28] -= np.asarray(image * np.float32(0.8), np.uint8)
    path = LinePath(np.array([[8, high / 2], [SIDE - 8, high / 2]], np.float32), 20.0)
    maps[:] = draw_maps([path], np.zeros((high, SIDE), np.uint8))
    return pictures, maps

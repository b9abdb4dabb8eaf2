"""Digits become the detector's pages, as contrast maps with boxes: composed for training, plain for comparison."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.ink.paper import CONTRAST, PAPER, contrast_map
from shuzi.synthesis.composer import Composer

HEIGHT, WIDTH = 64, 160
"""Of a page, in pixels."""

PAGES = 384_000
"""Pages in a whole training."""

MAX_DIGITS = 20
"""The maximum number of labelled digits on a page."""

_CELL = 32  # pixels for an MNIST image and the paper around it
_INK = 76  # 0.3 of full ink: a digit's box holds what is brighter, as on composed pages


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
    rows, columns = HEIGHT // _CELL, WIDTH // _CELL
    rim = (_CELL - images.shape[1]) // 2
    count = -(-len(images) // (rows * columns))
    cells = np.zeros((count * rows * columns, _CELL, _CELL), np.float32)
    cells[: len(images), rim:-rim, rim:-rim] = images
    cells = PAPER + cells * (CONTRAST / 255)
    maps = cells.reshape(count, rows, columns, _CELL, _CELL).swapaxes(2, 3).reshape(count, HEIGHT, WIDTH)
    boxes = np.array([cv2.boundingRect((image > _INK).astype(np.uint8)) for image in images], np.float32)
    cell = np.arange(len(images)) % (rows * columns)
    boxes[:, 0] += rim + cell % columns * _CELL
    boxes[:, 1] += rim + cell // columns * _CELL
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

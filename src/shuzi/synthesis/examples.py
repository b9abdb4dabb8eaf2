"""MNIST becomes a recipe's training examples: its images as they are, or crops, pages and lines composed from them.

Composing takes minutes, so several processes do it, each a part of the work. The result depends only on the seed.
For a long training lines are composed during it, block by block, so that each is seen once. A block depends on the
seed and its number only, so a stopped run continues with the lines that it would have seen, and memory for a few
blocks suffices for any length.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import islice
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.data.dataset import Dataset
from shuzi.errors import TrainingError
from shuzi.processes.cores import cores
from shuzi.processes.pool import SMALL, Crashed, Pool, Task
from shuzi.synthesis import composer, crops, strips
from shuzi.synthesis.displays import display_lines
from shuzi.synthesis.strips import RegisterCells, arrays, compose_strips, packed
from shuzi.synthesis.writers import Writers

PARTS = 16
"""Parts of the work; each has its own digits, so that only one part's distance fields are in memory at a time."""

# order, augmentation and initial weights are drawn from the same seed on other streams
_STREAM_OF_PARTS, _STREAM_OF_BLOCKS = 3, 5
_DRAWN = 0.5  # fraction of composed lines whose digits are drawn in the shapes of the world
_LARGE = SMALL + 1  # the size of a task, large enough to go to a process alone

Compose = Callable[..., tuple[NDArray[Any], NDArray[Any]]]
"""Composes a block from shared data, a seed and a number of rows; a function of a module, for other processes."""


@dataclass(frozen=True)
class Examples:
    """Images, uint8 (n, h, w), and their labels, (n, ...) in the shape that the task takes."""

    images: NDArray[np.uint8]
    labels: NDArray[Any]

    def __len__(self) -> int:
        return len(self.images)


def as_they_are(dataset: Dataset) -> Examples:
    """Take a dataset's images and labels."""
    return Examples(dataset.images, dataset.labels)


def compose(kind: str, dataset: Dataset, seed: int, fraction: float = 1.0) -> Iterator[Examples]:
    """Yield a fraction of a whole training's examples, composed from a dataset's digits in `PARTS` parts.

    The kinds are "pages"; "crops", using the dataset's pen strokes too if it has any; "lines", several per row, or
    "separate lines", both using its pen strokes.
    """
    kinds: dict[str, Callable[..., Any]] = {
        "crops": crops.compose_part,
        "pages": composer.compose_part,
        "lines": strips.compose_part,
        "separate lines": partial(strips.compose_part, alone=True),
    }
    more = () if kind == "pages" else (dataset.strokes,)
    pool, tasks = Pool(min(cores(), PARTS)), deque[Task]()
    try:
        for part in range(min(PARTS, len(dataset))):
            images, labels = dataset.images[part::PARTS], dataset.labels[part::PARTS]
            stream = [seed, _STREAM_OF_PARTS, part]
            tasks.append(
                pool.submit(kinds[kind], images, labels, stream, fraction / PARTS, *more, size=images.nbytes)
            )
        while tasks:
            yield Examples(*pool.result(tasks.popleft()))
    finally:
        pool.close()


def joined(parts: list[Examples]) -> Examples:
    """Join parts in order."""
    return Examples(np.concatenate([part.images for part in parts]), np.concatenate([part.labels for part in parts]))


class Material:
    """What examples are composed from, sent once to each process: a dataset with strokes, with or without more."""

    def __init__(self, dataset: Dataset) -> None:
        self.dataset = dataset

    @cached_property
    def writers(self) -> Writers:
        """The writers of composed lines and pages."""
        assert self.dataset.strokes is not None  # noqa: S101 - for the types
        return Writers(self.dataset.images, self.dataset.labels, self.dataset.strokes)

    @cached_property
    def cells(self) -> RegisterCells | None:
        """Cells of real registers, if there are any."""
        return RegisterCells(self.dataset.cells) if self.dataset.cells is not None else None


def compose_block(
    material: Material, seed: Sequence[int], rows: int, alone: bool = False
) -> tuple[NDArray[np.uint8], NDArray[np.int8]]:
    """Compose a block: contrast map strips side by side, uint8 (rows, 48, 640), and their texts, int8 (rows, 64).

    The strips are those of displays if there are any digits of them, each in its own row if `alone`.
    """
    cv2.setNumThreads(1)
    rng = np.random.default_rng(list(seed))
    if material.dataset.displays is not None:
        composed = display_lines(rng, material.dataset.displays)
    else:
        composed = compose_strips(rng, material.writers, drawn=_DRAWN, cells=material.cells)
    return arrays(islice(packed(composed, alone), rows))


class Stream:
    """Blocks of composed examples, so many rows in each, made ahead by other processes from shared data."""

    def __init__(self, compose: Compose, data: object, seed: int, rows: int, blocks: int) -> None:
        self._compose, self._seed, self._rows, self._blocks = compose, seed, rows, blocks
        # composing takes longer than training: on two cores a third more steps than with half of them
        self._pool = Pool(cores())
        self._data = self._pool.share(data)
        self._tasks: dict[int, Task] = {}

    def block(self, index: int) -> Examples:
        """Return the block at an index, from 0, and start composing the next ones."""
        ahead = range(index, min(index + self._pool.max_workers + 1, self._blocks))
        for skipped in self._tasks.keys() - set(ahead):
            self._pool.cancel(self._tasks.pop(skipped))
        for block in ahead:
            if block not in self._tasks:
                arguments: tuple[Any, ...] = ([self._seed, _STREAM_OF_BLOCKS, block], self._rows)
                self._tasks[block] = self._pool.submit(self._compose, *arguments, shared=self._data, size=_LARGE)
        try:
            return Examples(*self._pool.result(self._tasks.pop(index)))
        except Crashed as problem:
            raise TrainingError("error.training.composing") from problem

    def close(self) -> None:
        """End the processes."""
        self._pool.close()

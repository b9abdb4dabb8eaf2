"""Lines for a long training, composed during it, block by block, so that each is seen once.

A block depends on the seed and its number only, so a stopped run continues with the lines that it would have seen,
and memory for a few blocks suffices for any length.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from itertools import islice
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.data.dataset import Dataset
from shuzi.errors import TrainingError
from shuzi.processes.cores import cores
from shuzi.processes.pool import SMALL, Crashed, Pool, Task
from shuzi.synthesis.lines.collection import Writers
from shuzi.synthesis.samples.examples import Examples
from shuzi.synthesis.samples.lines import arrays, packed, strips
from shuzi.synthesis.samples.register_cells import RegisterCells

_DRAWN = 0.5  # fraction of composed lines whose digits are drawn in the shapes of the world
_LARGE = SMALL + 1  # the size of a task, large enough to go to a process alone
_OWN_STREAM = 5  # separate from the other streams of the same seed


class Lines:
    """The data for composing lines, sent once to each process.

    Parameters
    ----------
    dataset
        MNIST's digits and pen strokes, with the cells of registers or without.
    """

    def __init__(self, dataset: Dataset) -> None:
        self._dataset = dataset

    @cached_property
    def _writers(self) -> Writers:
        assert self._dataset.strokes is not None  # noqa: S101 - for the types
        return Writers(self._dataset.images, self._dataset.labels, self._dataset.strokes)

    @cached_property
    def _cells(self) -> RegisterCells | None:
        return RegisterCells(self._dataset.cells) if self._dataset.cells is not None else None


def compose_block(lines: Lines, seed: Sequence[int], rows: int) -> tuple[NDArray[np.uint8], NDArray[np.int8]]:
    """Compose a block: contrast map strips side by side, uint8 (rows, 48, 640), and their texts, int8 (rows, 64)."""
    cv2.setNumThreads(1)
    composed = strips(np.random.default_rng(list(seed)), lines._writers, drawn=_DRAWN, cells=lines._cells)
    return arrays(islice(packed(composed), rows))


Compose = Callable[..., tuple[NDArray[Any], NDArray[Any]]]
"""Composes a block from shared data, a seed and a number of rows; a function of a module, for other processes."""


class Stream:
    """Blocks of composed examples, made ahead by other processes.

    Parameters
    ----------
    compose, data
        What composes a block, and the data to compose from.
    seed
        The random seed.
    rows
        The number of rows in a block.
    blocks
        The total number of blocks to compose.
    """

    def __init__(self, compose: Compose, data: object, seed: int, rows: int, blocks: int) -> None:
        self._compose, self._seed, self._rows, self._blocks = compose, seed, rows, blocks
        # composing takes longer than training: on two cores a third more steps than with half of them
        self._pool = Pool(cores())
        self._data = self._pool.share(data)
        self._tasks: dict[int, Task] = {}

    def block(self, index: int) -> Examples:
        """Return the block at an index, from 0, and start composing the next ones.

        Raises
        ------
        TrainingError
            The process that composed it ended, and so did the one that retried.
        """
        ahead = range(index, min(index + self._pool.max_workers + 1, self._blocks))
        for skipped in self._tasks.keys() - set(ahead):
            self._pool.cancel(self._tasks.pop(skipped))
        for block in ahead:
            if block not in self._tasks:
                arguments: tuple[Any, ...] = ([self._seed, _OWN_STREAM, block], self._rows)
                self._tasks[block] = self._pool.submit(self._compose, *arguments, shared=self._data, size=_LARGE)
        try:
            return Examples(*self._pool.result(self._tasks.pop(index)))
        except Crashed as problem:
            raise TrainingError("error.training.composing") from problem

    def close(self) -> None:
        """End the processes."""
        self._pool.close()

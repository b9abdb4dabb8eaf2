"""Datasets of images and labels, and the order in which training sees them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from shuzi.data.displays import Displays
from shuzi.data.registers import Cells, PageLines
from shuzi.data.strokes import Strokes
from shuzi.errors import DataError

MAX_EXAMPLES = 10_000
"""Corrected digits of a person that a reader may know."""


@lru_cache(maxsize=4)
def _shuffled(count: int, seed: int, epoch: int) -> NDArray[np.int32]:
    order = np.random.default_rng([seed, epoch]).permutation(count).astype(np.int32)
    order.flags.writeable = False
    return order


def order(count: int, seed: int, start: int, stop: int) -> NDArray[np.int32]:
    """Return elements `start` to `stop` of endless shuffled epochs over `count` examples: int32 (n,)."""
    pieces = []
    while start < stop:
        epoch, offset = divmod(start, count)
        piece = _shuffled(count, seed, epoch)[offset : offset + stop - start]
        pieces.append(piece)
        start += len(piece)
    return np.concatenate(pieces) if pieces else np.empty(0, np.int32)


class Dataset:
    """Images of digits with their labels.

    Parameters
    ----------
    images
        uint8 (n, 28, 28), background 0, ink 255.
    labels
        uint8 (n,), the digits 0 to 9.
    seed
        Decides the order in which `next_batch` returns them.
    strokes, cells, pages, displays
        The pen strokes, the registers' cells, the pages and the displays' digits of this split, for recipes that
        need them.

    Raises
    ------
    DataError
        The shapes, types or counts are wrong, or a label is above 9.

    Examples
    --------
    >>> digits = Dataset(np.zeros((3, 28, 28), np.uint8), np.array([7, 8, 9], np.uint8))
    >>> images, labels = digits.next_batch(2)
    >>> images.shape, images.dtype, len(labels)
    ((2, 28, 28), dtype('uint8'), 2)
    """

    def __init__(
        self,
        images: NDArray[np.uint8],
        labels: NDArray[np.uint8],
        seed: int = 0,
        strokes: Strokes | None = None,
        cells: Cells | None = None,
        pages: PageLines | None = None,
        displays: Displays | None = None,
    ) -> None:
        if images.ndim != 3 or images.shape[1:] != (28, 28) or images.dtype != np.uint8:
            raise DataError("error.data.images", shape=images.shape, dtype=images.dtype)
        if labels.ndim != 1 or labels.dtype != np.uint8:
            raise DataError("error.data.labels", shape=labels.shape, dtype=labels.dtype)
        if len(images) != len(labels):
            raise DataError("error.data.counts", images=len(images), labels=len(labels))
        if len(images) == 0:
            raise DataError("error.data.empty")
        if labels.max() > 9:
            position = int(np.argmax(labels > 9))
            raise DataError("error.data.label", position=position, label=int(labels[position]))
        self.images = images
        self.labels = labels
        self.seed = seed
        self.strokes = strokes
        self.cells = cells
        self.pages = pages
        self.displays = displays
        self._handed_out = 0

    def __len__(self) -> int:
        return len(self.labels)

    def __repr__(self) -> str:
        return f"Dataset({len(self):,} images)"

    def next_batch(self, size: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """Return the next `size` images and labels of a shuffled epoch.

        A batch that crosses the end of an epoch takes the rest and continues with the next epoch.

        Returns
        -------
        uint8 (size, 28, 28) and uint8 (size,).

        Raises
        ------
        DataError
            `size` is less than 1.
        """
        if size < 1:
            raise DataError("error.data.batch_size", size=size)
        chosen = order(len(self), self.seed, self._handed_out, self._handed_out + size)
        self._handed_out += size
        return self.images[chosen], self.labels[chosen]


@dataclass(frozen=True)
class Splits:
    """The three splits of a dataset: training, validation and test.

    `unsplit` means that there were too few images to hold any out: all three splits are the same images. `others` are
    digits by other people, for recipes that fine-tune a trained network.
    """

    train: Dataset
    validation: Dataset
    test: Dataset
    unsplit: bool = False
    others: Dataset | None = None

    def beside(self, others: Splits) -> Splits:
        """Return this training split with other people's digits, for training and for validation."""
        return replace(self, validation=others.validation, others=others.train)

    def with_handwriting(self, **collections: Strokes | Cells | PageLines | Displays) -> Splits:
        """Add collections to training and validation, each as the part of a dataset that its name says.

        What a collection holds out is for validation alone, or for neither; the test split gets none.

        Raises
        ------
        DataError
            There is nothing in one of them to train on, or no single character in a split's pen strokes.
        """
        divided = {part: collection.divided() for part, collection in collections.items()}
        splits = []
        for index, split in enumerate((self.train, self.validation)):
            more = {part: getattr(split, part) for part in ("strokes", "cells", "pages", "displays")}
            more |= {part: both[index] for part, both in divided.items()}
            splits.append(Dataset(split.images, split.labels, split.seed, **more))
        return replace(self, train=splits[0], validation=splits[1])

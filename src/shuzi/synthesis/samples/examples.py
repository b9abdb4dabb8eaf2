"""MNIST becomes a recipe's training examples: its images as they are, or crops and pages composed from them.

Composing takes minutes, so several processes do it, each a part of the work. The result depends only on the seed.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shuzi.data.dataset import Dataset
from shuzi.processes.cores import cores
from shuzi.processes.pool import Pool
from shuzi.synthesis.samples import crops, lines, pages

PARTS = 16
"""Parts of the work; each has its own digits, so that only one part's distance fields are in memory at a time."""

_OWN_STREAM = 3  # order, augmentation and initial weights are drawn from the same seed on other streams


@dataclass(frozen=True)
class Examples:
    """Images and their labels.

    Parameters
    ----------
    images
        uint8 (n, h, w).
    labels
        (n, ...), in the shape that the task takes.
    """

    images: NDArray[np.uint8]
    labels: NDArray[Any]

    def __len__(self) -> int:
        return len(self.images)


def as_they_are(dataset: Dataset) -> Examples:
    """Take a dataset's images and labels."""
    return Examples(dataset.images, dataset.labels)


def compose(kind: str, dataset: Dataset, seed: int, fraction: float = 1.0) -> Iterator[Examples]:
    """Compose examples from a dataset's digits, one part of the work at a time.

    Parameters
    ----------
    kind
        "pages"; "crops", using the dataset's pen strokes too if it has any; "lines", several per row, or "separate
        lines", both using its pen strokes.
    dataset
        The digits.
    seed
        The random seed.
    fraction
        How many to compose, as a fraction of a whole training's examples.

    Yields
    ------
    Examples, `PARTS` times, or once per digit if there are fewer digits.
    """
    kinds: dict[str, Callable[..., Any]] = {
        "crops": crops.compose_part,
        "pages": pages.compose_part,
        "lines": lines.compose_part,
        "separate lines": partial(lines.compose_part, alone=True),
    }
    more = () if kind == "pages" else (dataset.strokes,)
    jobs = [
        (dataset.images[part::PARTS], dataset.labels[part::PARTS], [seed, _OWN_STREAM, part], fraction / PARTS, *more)
        for part in range(min(PARTS, len(dataset)))
    ]
    pool = Pool(min(cores(), PARTS))
    try:
        tasks = deque(pool.submit(kinds[kind], *job, size=job[0].nbytes) for job in jobs)
        while tasks:
            yield Examples(*pool.result(tasks.popleft()))
    finally:
        pool.close()


def joined(parts: list[Examples]) -> Examples:
    """Join parts in order."""
    return Examples(np.concatenate([each.images for each in parts]), np.concatenate([each.labels for each in parts]))

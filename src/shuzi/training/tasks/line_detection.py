"""The line detection task: the targets are maps of the cores of lines, of their digits' height, and of printed lines.

A line of writing is found as one connected piece of its core (after text detection by segmentation, as in Liao et
al., 2020), whose cells also tell how high its digits are.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from keras import ops
from numpy.typing import NDArray

from shuzi.data.dataset import Dataset
from shuzi.models.tasks import DETECT_LINES
from shuzi.synthesis.examples import Examples, Stream
from shuzi.synthesis.line_maps import LEVELS, UNKNOWN, Pages, compose_block, lay_out
from shuzi.training.recipe import Recipe
from shuzi.training.tasks.task import Task

_AROUND = 4.0  # how much more a cell in the band around a line counts: lines must stay apart
_HEIGHT_WEIGHT = 0.5  # of the error of the height, in doublings
_RULING_WEIGHT = 1.0
_VALIDATION_PICTURES = 192
_VALIDATION_STREAM = 7  # separate from the other streams of the same seed


class DetectLines(Task):
    """Where lines are on a picture: grey, float32 (n, h, w), height and width divisible by 32."""

    name = DETECT_LINES
    input_shape = (None, None, 1)
    answers = 0

    def loss(self, recipe: Recipe, labels: Any, y: Any) -> Any:
        """Return the error of the cores (cross-entropy, and the overlap that is missing), of heights and of ruling.

        Parameters
        ----------
        recipe
            Not used.
        labels
            uint8 (n, h / 4, w / 4, 3), as `samples.photographs.draw_maps` makes it.
        y
            float32 (n, h / 4, w / 4, 3): the logit of the core, the height in doublings from 16 pixels, and the logit
            of a printed line.
        """
        core, in_band, height, printed, known = _targets(labels)
        near = 1 + _AROUND * in_band
        of_core = _cross_entropy(core, y[..., 0]) * near
        p = ops.sigmoid(y[..., 0])
        shared, both = ops.sum(p * core * near), ops.sum((p + core) * near)
        overlap = 1 - (2 * shared + 1) / (both + 1)
        off = ops.sum(ops.abs(y[..., 1] - height) * core) / (ops.sum(core) + 1)
        of_ruling = _cross_entropy(printed, y[..., 2]) * (1 + 3 * printed) * known
        return 4 * ops.mean(of_core) + overlap + _HEIGHT_WEIGHT * off + _RULING_WEIGHT * ops.mean(of_ruling)

    def correct(self, labels: Any, y: Any) -> Any:
        """Return how much of each picture's cores is found, as intersection over union: float32 (n,)."""
        return _overlap(labels, y, 0.0)

    def accuracy(self, labels: NDArray[np.uint8], outputs: NDArray[np.float32]) -> float:
        """Return the intersection over union of cores, averaged over pictures; `outputs` holds probabilities."""
        return float(np.mean(np.asarray(_overlap(labels, outputs, 0.5))))

    def evaluation_examples(self, dataset: Dataset, seed: int) -> Examples:
        """Compose photographs from a dataset."""
        return Examples(*compose_block(Pages(dataset), [seed, _VALIDATION_STREAM], _VALIDATION_PICTURES))

    def stream(self, dataset: Dataset, seed: int, rows: int, blocks: int) -> Stream:
        """Compose photographs during a training."""
        return Stream(compose_block, Pages(dataset), seed, rows, blocks)

    def comparison_examples(self, dataset: Dataset) -> Examples:
        """Lay a dataset's images out in lines."""
        return Examples(*lay_out(dataset.images))


def _targets(labels: Any) -> tuple[Any, Any, Any, Any, Any]:
    """Return the core, the band around it, the height in doublings from 16 pixels, the ruling, where it is known."""
    maps = ops.cast(labels, "float32")
    in_band = ops.cast(maps[..., 1] > 0, "float32")
    known = ops.cast(maps[..., 2] != UNKNOWN, "float32")
    printed = ops.minimum(maps[..., 2] / 160, 1.0)
    return maps[..., 0] / 255, in_band, maps[..., 1] / LEVELS - 2, printed, known


def _cross_entropy(wanted: Any, logits: Any) -> Any:
    return ops.softplus(logits) - wanted * logits


def _overlap(labels: Any, y: Any, threshold: float) -> Any:
    """Return intersection over union of the cores of each picture: float32 (n,); 1 where there is none of either."""
    core = ops.cast(labels[..., 0] >= 128, "float32")
    seen = ops.cast(y[..., 0] > threshold, "float32")
    shared, either = ops.sum(core * seen, axis=(1, 2)), ops.sum(ops.maximum(core, seen), axis=(1, 2))
    return ops.where(either > 0, shared / ops.maximum(either, 1), 1.0)

"""The detection task: the target is a small peak at the centre of each digit, on the map of its class.

The maps are four times coarser than the page. This is CenterNet (Zhou et al., 2019), scaled down for digits.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from keras import ops
from numpy.typing import NDArray

from shuzi.data.dataset import Dataset
from shuzi.models.tasks import DETECT
from shuzi.synthesis.detector_pages import MOST, lay_out
from shuzi.synthesis.examples import Examples, joined
from shuzi.training.recipe import Recipe
from shuzi.training.tasks.task import VALIDATION_FRACTION, Task

CELL = 4
"""Page pixels per cell of the maps, in both directions."""

FIRST_SCORE = -4.0
"""The maps' initial probability: few cells hold a digit."""

_HILL = 0.12  # the peak's standard deviation as a fraction of the digit's width and height
_SMALLEST_HILL = 0.6  # cells
_BOX_WEIGHT = 0.5
_NEAR = 0.3  # a cell where the peak is at least this high learns the digit's box
_FOUND = math.log(0.3 / 0.7)  # the logit of a probability of 0.3


class Detect(Task):
    """Where on a page there are digits: contrast maps, float32 (n, h, w), height and width divisible by 8."""

    name = DETECT
    samples = "pages"
    input_shape = (None, None, 1)
    answers = 0

    def loss(self, recipe: Recipe, labels: Any, y: Any) -> Any:
        """Return the focal loss of the maps plus the error of the boxes, divided by the number of digits plus one.

        Parameters
        ----------
        recipe
            Not used.
        labels
            float32 (n, 20, 5), as `pages.pack` makes it.
        y
            float32 (n, h, w, 14): ten logits, then x and y relative to the cell's centre, log width and log height,
            in cells.
        """
        peaks, is_digit, nearest = _peaks(labels, y)
        digit, wanted_boxes = labels[..., 0], _boxes(labels, nearest, y)
        classes = ops.one_hot(ops.cast(ops.maximum(digit, 0), "int32"), 10) * is_digit[..., None]
        # peaks of one class do not add up: the highest counts
        wanted = ops.max(peaks[..., None] * classes[:, :, None, None, :], axis=1)
        scores, boxes = y[..., :10], y[..., 10:]
        log_p, log_not_p = -ops.softplus(-scores), -ops.softplus(scores)
        p = ops.sigmoid(scores)
        at_top = ops.cast(wanted > 0.999, "float32")
        focal = at_top * (1 - p) ** 2 * log_p + (1 - at_top) * (1 - wanted) ** 4 * p**2 * log_not_p
        height = ops.max(peaks, axis=1)
        near = height * ops.cast(height > _NEAR, "float32")
        off = ops.sum(ops.abs(boxes - wanted_boxes), axis=-1) * near
        count = ops.sum(is_digit) + 1
        return (-ops.sum(focal) + _BOX_WEIGHT * ops.sum(off) / 4) / count

    def correct(self, labels: Any, y: Any) -> Any:
        """Return the fraction of each page's digits found at their centre with the right class: float32 (n,).

        A page without digits counts as 1.
        """
        return _seen(labels, y, _FOUND)

    def accuracy(self, labels: NDArray[np.float32], outputs: NDArray[np.float32]) -> float:
        """Return the fraction of the digits that are found; `outputs` holds probabilities, shapes as for `loss`."""
        digits = np.sum(labels[..., 0] >= 0, axis=1)
        return float(np.sum(np.asarray(_seen(labels, outputs, 0.3)) * digits) / max(digits.sum(), 1))

    def evaluation_examples(self, dataset: Dataset, seed: int) -> Examples:
        """Compose pages from a dataset's digits."""
        return joined(list(self.training_examples(dataset, seed, VALIDATION_FRACTION)))

    def comparison_examples(self, dataset: Dataset) -> Examples:
        """Lay a dataset's images out on pages."""
        return Examples(*lay_out(dataset.images, dataset.labels))


def _seen(labels: Any, y: Any, least: float) -> Any:
    """Return the fraction of each page's digits found at their centre with the right class: float32 (n,).

    A page without digits counts as 1.
    """
    peaks, is_digit, _ = _peaks(labels, y)
    tops = ops.cast(peaks > 0.999, "float32")
    scores = ops.sum(tops[..., None] * y[:, None, :, :, :10], axis=(2, 3))
    seen = ops.logical_and(
        ops.argmax(scores, axis=-1) == ops.cast(labels[..., 0], "int32"), ops.max(scores, axis=-1) > least
    )
    right, count = ops.sum(ops.cast(seen, "float32") * is_digit, axis=1), ops.sum(is_digit, axis=1)
    return ops.where(count > 0, right / ops.maximum(count, 1), 1.0)


def _peaks(labels: Any, y: Any) -> tuple[Any, Any, Any]:
    """Return each digit's peak (n, 20, h, w), which rows are digits (n, 20), and whose peak is highest per cell."""
    is_digit = ops.cast(labels[..., 0] >= 0, "float32")
    rows, columns = ops.arange(y.shape[1], dtype="float32"), ops.arange(y.shape[2], dtype="float32")
    middle_x = ops.floor((labels[..., 1] + labels[..., 3] / 2) / CELL)[..., None]
    middle_y = ops.floor((labels[..., 2] + labels[..., 4] / 2) / CELL)[..., None]
    wide = ops.maximum(labels[..., 3] * (_HILL / CELL), _SMALLEST_HILL)[..., None]
    high = ops.maximum(labels[..., 4] * (_HILL / CELL), _SMALLEST_HILL)[..., None]
    across = ops.exp(-0.5 * ((columns - middle_x) / wide) ** 2)
    down = ops.exp(-0.5 * ((rows - middle_y) / high) ** 2)
    peaks = down[..., :, None] * across[..., None, :] * is_digit[..., None, None]
    return peaks, is_digit, ops.argmax(peaks, axis=1)


def _boxes(labels: Any, nearest: Any, y: Any) -> Any:
    """Return for each cell the target box: that of the digit with the highest peak there."""
    x, top, width, height = (labels[..., each] for each in range(1, 5))
    boxes = ops.stack([x + width / 2, top + height / 2, width, height], axis=-1) / CELL
    chosen = ops.matmul(ops.one_hot(ops.reshape(nearest, (-1, y.shape[1] * y.shape[2])), MOST), boxes)
    chosen = ops.reshape(chosen, (-1, y.shape[1], y.shape[2], 4))
    columns = ops.arange(y.shape[2], dtype="float32")[None, None, :] + 0.5
    rows = ops.arange(y.shape[1], dtype="float32")[None, :, None] + 0.5
    sizes = ops.log(ops.maximum(chosen[..., 2:], 1e-3))
    return ops.concatenate(
        [(chosen[..., 0] - columns)[..., None], (chosen[..., 1] - rows)[..., None], sizes], axis=-1
    )

"""A batch of digits becomes an augmented batch, the whole batch at once.

The changes to each image are drawn in NumPy from the seed and the step, so a resumed run continues exactly and every
Keras backend sees the same images. The changes themselves use Keras 3 operations only.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from keras import ops
from numpy.typing import NDArray

SIDE = 28
_MIDDLE = (SIDE - 1) / 2
AUGMENTATION_STREAM = 1  # the order of the images is drawn from the same seed on another stream

SHIFT = 2.0  # pixels, in either direction
STRETCH = 0.1  # each axis by up to this fraction
_TURN = 10 / 180 * math.pi
_SLANT = 0.1  # pixels sideways per pixel down
_FARTHER = 1.5

CHOICES = 6
"""How many random numbers, each from -1 to 1, decide the changes to one image."""


def draw(seed: int, start: int, stop: int, batch_size: int) -> NDArray[np.float32]:
    """Draw the changes for the steps from `start` to `stop`.

    Returns
    -------
    float32 (stop - start, batch_size, 6), from -1 to 1.

    Examples
    --------
    >>> whole, later = draw(0, 0, 5, 8), draw(0, 3, 5, 8)
    >>> bool((whole[3:] == later).all())
    True
    """
    steps = [
        np.random.default_rng([seed, AUGMENTATION_STREAM, step]).random((batch_size, CHOICES), np.float32)
        for step in range(start, stop)
    ]
    return np.stack(steps) * 2 - 1


def squeeze(images: Any, choices: Any) -> Any:
    """Shift and stretch along both axes, as two fast products with small matrices.

    Parameters
    ----------
    images
        float32 (n, 28, 28).
    choices
        float32 (n, 6), from -1 to 1.

    Returns
    -------
    float32 (n, 28, 28).
    """
    down = _line(choices[:, 0:1] * SHIFT, 1 + choices[:, 1:2] * STRETCH)
    across = _line(choices[:, 2:3] * SHIFT, 1 + choices[:, 3:4] * STRETCH)
    return ops.matmul(down, ops.matmul(images, ops.transpose(across, (0, 2, 1))))


def affine(images: Any, choices: Any) -> Any:
    """Shift, stretch, rotate and slant; shapes as for `squeeze`."""
    turn = choices[:, 4] * _TURN
    cos, sin = ops.cos(turn), ops.sin(turn)
    tall, wide = ops.exp(choices[:, 1] * STRETCH), ops.exp(choices[:, 3] * STRETCH)
    slant = choices[:, 5] * _SLANT
    row = (cos * tall - sin * slant, -sin * wide, choices[:, 0] * SHIFT)
    column = (sin * tall + cos * slant, cos * wide, choices[:, 2] * SHIFT)
    y, x = np.indices((SIDE, SIDE), np.float32).reshape(2, 1, -1) - np.float32(_MIDDLE)
    return _sampled(images, *(a[:, None] * y + b[:, None] * x + c[:, None] for a, b, c in (row, column)))


def wide(images: Any, choices: Any) -> Any:
    """Go half as far again as `affine`, for networks trained long enough to learn it; shapes as for `squeeze`."""
    return affine(images, choices * _FARTHER)


def _line(shift: Any, stretch: Any) -> Any:
    """Build the matrices (n, 28, 28) that move a column of pixels to new positions, with linear interpolation."""
    positions = np.arange(SIDE, dtype=np.float32)
    source = (positions - np.float32(_MIDDLE)) * stretch + shift + _MIDDLE
    return ops.relu(1 - ops.abs(source[:, :, None] - positions))


def _sampled(images: Any, y: Any, x: Any) -> Any:
    """Sample images (n, 28, 28) at positions (n, 784) relative to the centre, with linear interpolation."""
    frame = SIDE + 2  # an empty border: positions outside the image are read from it
    y, x = (ops.clip(each + (_MIDDLE + 1), 0, frame - 1.01) for each in (y, x))
    top, left = ops.floor(y), ops.floor(x)
    below, right = y - top, x - left
    flat = ops.reshape(ops.pad(images, ((0, 0), (1, 1), (1, 1))), (-1,))
    first = ops.arange(ops.shape(images)[0], dtype="int32")[:, None] * (frame * frame)
    corner = first + ops.cast(top, "int32") * frame + ops.cast(left, "int32")

    def row(offset: int) -> Any:
        near, far = ops.take(flat, corner + offset), ops.take(flat, corner + offset + 1)
        return near + (far - near) * right

    upper, lower = row(0), row(frame)
    return ops.reshape(upper + (lower - upper) * below, (-1, SIDE, SIDE))


AUGMENTATIONS: Mapping[str, Callable[[Any, Any], Any]] = {"squeeze": squeeze, "affine": affine, "wide": wide}

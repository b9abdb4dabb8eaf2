"""A batch of digits becomes a batch that was written a little differently; the whole batch at once.

What happens to each image is drawn in NumPy from the seed and the step, so that a training goes on after a stop as if
nothing had been, and every backend of Keras sees the same. The drawing itself is Keras 3 alone.
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
_OWN_STREAM = 1  # beside the order of the images, which is drawn from the same seed

_SHIFT = 2.0  # pixels, either way
_STRETCH = 0.1  # each axis by up to this share
_TURN = 10 / 180 * math.pi
_SLANT = 0.1  # pixels sideways for a pixel down
_FARTHER = 1.5
_PINS = 4  # in a row and in a column: places that are pulled away, and what lies between goes along
_PULL = 3.0  # pixels, either way; what lies between four of them goes a third as far on average
_PLAIN = 6  # numbers that decide how an image is shifted, stretched, turned and slanted


def draw(name: str, seed: int, start: int, stop: int, batch_size: int) -> NDArray[np.float32]:
    """Draw what will happen in the steps from `start` to `stop`.

    Parameters
    ----------
    name
        Of the augmentation.
    seed
        Decides everything.
    start, stop
        The steps.
    batch_size
        Images in a step.

    Returns
    -------
    float32 (stop - start, batch_size, CHOICES[name]), from -1 to 1.

    Examples
    --------
    >>> whole, later = draw("affine", 0, 0, 5, 8), draw("affine", 0, 3, 5, 8)
    >>> bool((whole[3:] == later).all())
    True
    """
    steps = [
        np.random.default_rng([seed, _OWN_STREAM, step]).random((batch_size, CHOICES[name]), np.float32)
        for step in range(start, stop)
    ]
    return np.stack(steps) * 2 - 1


def squeeze(images: Any, choices: Any) -> Any:
    """Shift and stretch along both axes, as two products of small matrices, which is quick.

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
    down = _line(choices[:, 0:1] * _SHIFT, 1 + choices[:, 1:2] * _STRETCH)
    across = _line(choices[:, 2:3] * _SHIFT, 1 + choices[:, 3:4] * _STRETCH)
    return ops.matmul(down, ops.matmul(images, ops.transpose(across, (0, 2, 1))))


def affine(images: Any, choices: Any) -> Any:
    """Shift, stretch, turn and slant; shapes as `squeeze`."""
    return _sampled(images, *_carried(choices))


def elastic(images: Any, choices: Any) -> Any:
    """Go half as far again as `affine`, and bend the sheet as if it were of rubber (Simard and others, 2003).

    Parameters
    ----------
    images
        float32 (n, 28, 28).
    choices
        float32 (n, 38), from -1 to 1: six for the sheet as a whole, then how far 4x4 places go down, and across.

    Returns
    -------
    float32 (n, 28, 28).
    """
    y, x = _carried(choices[:, :_PLAIN] * _FARTHER)
    down, across = choices[:, _PLAIN : _PLAIN + _PINS**2], choices[:, _PLAIN + _PINS**2 :]
    return _sampled(images, y + ops.matmul(down, _PULLED), x + ops.matmul(across, _PULLED))


def _carried(choices: Any) -> tuple[Any, Any]:
    """Return from where each pixel comes, counted from the middle: down and across, (n, 784) each."""
    turn = choices[:, 4] * _TURN
    cos, sin = ops.cos(turn), ops.sin(turn)
    tall, wide = ops.exp(choices[:, 1] * _STRETCH), ops.exp(choices[:, 3] * _STRETCH)
    slant = choices[:, 5] * _SLANT
    row = (cos * tall - sin * slant, -sin * wide, choices[:, 0] * _SHIFT)
    column = (sin * tall + cos * slant, cos * wide, choices[:, 2] * _SHIFT)
    y, x = np.indices((SIDE, SIDE), np.float32).reshape(2, 1, -1) - np.float32(_MIDDLE)
    down, across = (a[:, None] * y + b[:, None] * x + c[:, None] for a, b, c in (row, column))
    return down, across


def _line(shift: Any, stretch: Any) -> Any:
    """Build the matrices (n, 28, 28) that carry a column of pixels to its new places, between neighbours linearly."""
    places = np.arange(SIDE, dtype=np.float32)
    source = (places - np.float32(_MIDDLE)) * stretch + shift + _MIDDLE
    return ops.relu(1 - ops.abs(source[:, :, None] - places))


def _sampled(images: Any, y: Any, x: Any) -> Any:
    """Read images (n, 28, 28) at places (n, 784) counted from the middle, between neighbours linearly."""
    frame = SIDE + 2  # a rim of empty paper, where everything outside is read
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


def _pulled() -> NDArray[np.float32]:
    """Return how far every pixel goes when one of the places does, by cubic B-splines: (16, 784)."""
    pins = np.linspace(0, SIDE - 1, _PINS)
    away = np.abs(np.arange(SIDE)[:, None] - pins) / (pins[1] - pins[0])
    line = np.where(away < 1, 2 / 3 - away**2 * (1 - away / 2), np.clip(2 - away, 0, None) ** 3 / 6)
    return np.asarray(_PULL * np.einsum("yp,xq->pqyx", line, line).reshape(_PINS**2, SIDE**2), np.float32)


_PULLED = _pulled()

AUGMENTATIONS: Mapping[str, Callable[[Any, Any], Any]] = {"squeeze": squeeze, "affine": affine, "elastic": elastic}

CHOICES: Mapping[str, int] = {"squeeze": _PLAIN, "affine": _PLAIN, "elastic": _PLAIN + 2 * _PINS**2}
"""How many numbers decide what happens to one image, each from -1 to 1."""

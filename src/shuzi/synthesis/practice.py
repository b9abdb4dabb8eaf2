"""Compose a sheet of handwriting, or photographs of single digits, for practice in the course.

Both are composed, without real paper, pen or camera.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.synthesis.pen import UNIT, distance_fields
from shuzi.synthesis.shapes.drawn_digits import skeleton_field

_PITCH = 120  # pixels from one digit of a sheet to the next
_PAPER, _INK = 225, 150  # a sheet's paper, and how much darker its ink is
_SIDE = 280  # of a photograph, in pixels
_LIGHT, _SWALLOWED = 230, 0.7  # the brightest paper of a photograph; the fraction of light that ink absorbs


def draw_sheet(seed: int, per_digit: int) -> NDArray[np.uint8]:
    """Draw a sheet of digits as taught in schools around the world, a row for each digit from 0 to 9.

    Parameters
    ----------
    seed
        Decides shapes, sizes and positions.
    per_digit
        The number of samples of each digit.

    Returns
    -------
    uint8 (1200, 120 * per_digit), paper 225.

    Examples
    --------
    >>> draw_sheet(seed=1, per_digit=10).shape
    (1200, 1200)
    """
    draws, sheet = np.random.default_rng(seed), np.full((10 * _PITCH, _PITCH * per_digit), _PAPER, np.uint8)
    for digit in range(10):
        for position in range(per_digit):
            size = int(draws.integers(70, 90))
            distance = _enlarged(skeleton_field(draws, digit), size)
            y, x = _PITCH * digit + draws.integers(10, 20), _PITCH * position + draws.integers(10, 30)
            sheet[y : y + size, x : x + size] -= np.uint8(_INK * np.clip(2.2 - distance, 0, 1))
    return sheet


def compose_photos(images: NDArray[np.uint8], seed: int = 0, shadow: bool = True) -> NDArray[np.uint8]:
    """Write digits again, each with a fine pen anywhere on a sheet, and photograph it in light from one side.

    Parameters
    ----------
    images
        uint8 (n, 28, 28), background 0, ink 255.
    seed
        Decides size, position and light.
    shadow
        Whether the light falls off towards one side.

    Returns
    -------
    uint8 (n, 280, 280), black 0 and white 255.

    Examples
    --------
    >>> image = np.zeros((1, 28, 28), np.uint8)
    >>> image[0, 4:24, 12:17] = 255
    >>> (photo,) = compose_photos(image)
    >>> photo.shape, bool(photo.min() < 80), bool(photo.max() > 220)
    ((280, 280), True, True)
    """
    draws = np.random.default_rng(seed)
    photos = np.empty((len(images), _SIDE, _SIDE), np.uint8)
    for index, field in enumerate(distance_fields(images)):
        size, ink = int(draws.integers(120, 200)), np.zeros((_SIDE, _SIDE))
        x, y = draws.integers(0, _SIDE - size, 2)
        ink[y : y + size, x : x + size] = np.clip(2 - _enlarged(field, size), 0, 1)
        falls, axis = draws.uniform(60, 130) * shadow, draws.integers(2)
        light = _LIGHT - falls * np.indices(ink.shape)[axis] / _SIDE
        photos[index] = np.rint(light - _SWALLOWED * light * ink)
    return photos


def _enlarged(field: NDArray[np.uint8], size: int) -> NDArray[np.float64]:
    """Return distances from the middle of the stroke in pixels of a digit `size` pixels high and wide."""
    return np.asarray(cv2.resize(field, (size, size)) / UNIT * size / 28, np.float64)

"""A classifier's answer becomes a map of its evidence: where covering the ink lowers the probability."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

PATCH = 5
"""The side of the patch in pixels: about the width of a stroke with its edges."""

Classify = Callable[[NDArray[np.uint8]], NDArray[np.float32]]


def what_counts(classify: Classify, image: NDArray[np.uint8], digit: int) -> NDArray[np.float32]:
    """Cover each spot of an image in turn and measure how far the probability of a digit falls.

    Parameters
    ----------
    classify
        Turns uint8 (n, 28, 28) into float32 (n, 10), like `Reader.classify`.
    image
        uint8 (28, 28), ink 255.
    digit
        The digit whose probability is measured.

    Returns
    -------
    float32 (28, 28): how far the probability falls, on average, when the pixel is covered; negative if it rises.

    Examples
    --------
    >>> def upper_half(images):
    ...     inked = images[:, :14].any(axis=(1, 2)).astype(np.float32)
    ...     return np.repeat(inked[:, None], 10, axis=1)
    >>> image = np.zeros((28, 28), np.uint8)
    >>> image[6, 10] = image[20, 10] = 255
    >>> counted = what_counts(upper_half, image, 7)
    >>> float(counted[6, 10].round(4)), float(counted[20, 10])
    (1.0, 0.0)
    """
    reach = PATCH // 2
    # a patch that covers no ink changes nothing
    rows, columns = np.nonzero(cv2.dilate(image, np.ones((PATCH, PATCH), np.uint8)))
    tried = np.repeat(image[None], len(rows) + 1, axis=0)
    for index, (row, column) in enumerate(zip(rows.tolist(), columns.tolist(), strict=True)):
        tried[index, max(row - reach, 0) : row + reach + 1, max(column - reach, 0) : column + reach + 1] = 0
    probabilities = classify(tried)[:, digit]
    falls = np.zeros(image.shape, np.float32)
    falls[rows, columns] = probabilities[-1] - probabilities[:-1]
    inside = cv2.blur(np.ones(image.shape, np.float32), (PATCH, PATCH), borderType=cv2.BORDER_CONSTANT)
    return np.asarray(cv2.blur(falls, (PATCH, PATCH), borderType=cv2.BORDER_CONSTANT) / inside, np.float32)

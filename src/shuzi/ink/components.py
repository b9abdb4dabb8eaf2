"""An ink map becomes the boxes of its connected components."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

SOLID = 60
"""Ink below this is the pale edge of a stroke, or paper."""

SPECK = 0.12  # a component smaller than this fraction of the largest, in both directions, is a speck
MIN_WRITING = 0.03  # of the picture's longer side
WRITTEN = 0.12  # of a frame's height: anything this tall inside it is writing
MAX_COMPARED = 20_000_000  # pairs: with more, what is inside the smaller hollow components is not looked for


@dataclass(frozen=True)
class Components:
    """The connected components of ink in a picture."""

    boxes: NDArray[np.int32]  # (k, 4): x, y, width, height
    areas: NDArray[np.int32]  # (k,): ink pixels in each
    # (m, 4): the boxes of those too small to be digits, such as points
    specks: NDArray[np.int32] = field(default_factory=lambda: np.empty((0, 4), np.int32))


def find_components(ink: NDArray[np.uint8]) -> Components:
    """Find the connected components of ink, uint8 (h, w), without ruled lines and frames around other components."""
    count, _, stats, _ = cv2.connectedComponentsWithStats((ink >= SOLID).astype(np.uint8), connectivity=8)
    if count == 1:
        return Components(np.empty((0, 4), np.int32), np.empty(0, np.int32))
    pieces = stats[1:].astype(np.int32)
    pieces = pieces[~_printed(pieces, ink.shape)]
    longest = pieces[:, 2:4].max(axis=1)
    large = longest >= SPECK * longest.max()
    return Components(pieces[large, :4], pieces[large, 4], pieces[~large, :4])


def _printed(pieces: NDArray[np.int32], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Mark ruled lines, and frames or rings around other components; nothing if that would leave no writing."""
    x, y, width, height, area = pieces.T
    # a 1 is also such a line, but it seldom spans the picture
    lines = ((width >= 8 * height) & (width >= 0.3 * shape[1])) | (
        (height >= 8 * width) & (height >= 0.95 * shape[0])
    )
    hollow = np.flatnonzero((area < 0.1 * width * height) & ~lines)
    # a page of writing has a hundred times fewer
    hollow = hollow[np.argsort(-height[hollow], kind="stable")][: MAX_COMPARED // len(pieces)]
    for frame in hollow:
        inside = (x > x[frame]) & (y > y[frame])
        inside &= (x + width < x[frame] + width[frame]) & (y + height < y[frame] + height[frame])
        lines[frame] = bool(np.any(height[inside] >= WRITTEN * height[frame]))
    rest = np.maximum(width, height)[~lines]
    # a 1 among specks is not ruling: what remains must be large enough to be writing
    return lines if rest.size and rest.max() >= MIN_WRITING * max(shape) else np.zeros(len(pieces), np.bool_)

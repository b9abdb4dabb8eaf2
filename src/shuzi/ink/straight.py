"""A piece of ink is cut into its long straight lines, level or upright or slightly aslant, and the rest."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

STEP = 0.03  # between the slopes that are tried
FULL = 0.9  # the fraction of a line that must be ink
OWN = 0.45  # the fraction of a line that must belong to the piece

Mask = NDArray[np.bool_]


def find_level_lines(ink: Mask, piece: Mask, length: int, slope: float) -> Mask:
    """Return a piece's ink, bool (h, w), on lines, level or slightly aslant, that may go on through other pieces."""
    lines = np.zeros_like(piece)
    height, width = piece.shape
    if width < length:
        return lines
    ink, own = _thickened(ink), _thickened(piece)
    steps = round(slope / STEP)
    for step in range(-steps, steps + 1):
        # a line of this slope is level in the sheared picture
        lowered = _lowered(step * STEP, width)
        sheared = np.zeros((height + max(down for _, _, down in lowered), width), np.bool_)
        for left, right, down in lowered:
            sheared[down : down + height, left:right] = ink[:, left:right]
        full = _in_stretches(sheared, length) >= FULL * length
        rows = np.flatnonzero(full.any(axis=1))
        if not len(rows):
            continue
        for left, right, down in lowered:
            sheared[down : down + height, left:right] = own[:, left:right]
        full = full[rows] & (_in_stretches(sheared[rows], length) >= OWN * length)
        # a pixel is on a line if a full stretch begins at it or less than its length before
        begun = np.cumsum(np.pad(full, ((0, 0), (length, length))), axis=1, dtype=np.int32)
        sheared[:] = False
        sheared[rows] = begun[:, length : length + width] > begun[:, :width]
        for left, right, down in lowered:
            lines[:, left:right] |= sheared[down : down + height, left:right]
    return lines & piece


def has_bar(upright: Mask, thickest: float, least: float) -> bool:
    """Tell whether one of some upright lines is too thick to be printed, or much thicker than the others."""
    widths = [end - start for _, start, end in find_runs(upright, 1)]
    if not widths:
        return False
    most = min(thickest, 2 * float(np.median(widths)) + 1)
    return sum(width > most for width in widths) >= least


def find_runs(mask: NDArray[np.bool_], least: float) -> list[tuple[int, int, int]]:
    """Return the row, start and end of each level run of at least so many pixels."""
    padded = np.pad(mask, ((0, 0), (1, 1))).astype(np.int8)
    change = np.diff(padded, axis=1)
    starts, ends = np.argwhere(change == 1), np.argwhere(change == -1)
    long = ends[:, 1] - starts[:, 1] >= least
    return [(y, start, end) for (y, start), end in zip(starts[long].tolist(), ends[long, 1].tolist(), strict=True)]


def _lowered(slope: float, width: int) -> list[tuple[int, int, int]]:
    """Return first column, end and shift of each run of columns that a shear lowers by the same number of pixels."""
    down = np.floor(slope * np.arange(width) + 0.5).astype(np.int64)
    down = down.max() - down
    starts = [0, *(np.flatnonzero(np.diff(down)) + 1).tolist()]
    return [(left, right, int(down[left])) for left, right in zip(starts, [*starts[1:], width], strict=True)]


def _thickened(ink: Mask) -> Mask:
    """Return the ink and what lies directly above and below: a line that is not quite level goes on there."""
    thick = ink.copy()
    thick[1:] |= ink[:-1]
    thick[:-1] |= ink[1:]
    return thick


def _in_stretches(ink: Mask, length: int) -> NDArray[np.int32]:
    """Return how much ink each level stretch of a length has, by its first column: int32 (h, w - length + 1)."""
    size = (length, 1)
    sums = cv2.boxFilter(
        ink.view(np.uint8), cv2.CV_32S, size, anchor=(0, 0), normalize=False, borderType=cv2.BORDER_CONSTANT
    )
    return np.asarray(sums[:, : ink.shape[1] - length + 1], np.int32)

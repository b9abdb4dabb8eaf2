"""The printed boxes of a flat sheet show where each really is: paper is never as flat as a plane.

Each frame is sought along its lines, near to where the markers say that it is. A creased sheet moves its boxes by a
millimetre or two, smoothly; a frame that moves otherwise than those around it was not found, and goes where they go.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from shuzi.forms.finding.flat import SCALE
from shuzi.forms.layout import PlacedField
from shuzi.forms.spec import BOXES
from shuzi.ink.boxes import Box

_REACH, _AGAIN = 2.2, 1.2  # millimetres that a frame is sought from its place, and then from where the others go
_BESIDE, _SOFT_EDGE = 0.6, 0.35  # millimetres from the middle of a line, or the edge of a thick one, to where none is
_INSIDE = 0.8  # millimetres from a corner at which the profile of a line begins
_APART = 0.45  # millimetres from the smooth surface: beyond it a frame counts less for the surface
_FURTHEST = 1.0  # millimetres from the surface: a frame further off was not found
_LEAST_LINE = 9.0  # grey levels: a line is at least so much darker than what is beside it
_ROUNDS = 4
_PIECE = 8.0  # millimetres of a long line that are straight enough

Offsets = NDArray[np.float64]


def find_frames(
    flat: NDArray[np.uint8],
    frames: Sequence[Box],
    vertical: bool,
    printed: Sequence[bool] = (),
    thick: Sequence[float] = (),
) -> tuple[Offsets, NDArray[np.bool_]]:
    """Find the two parallel lines of each frame near to their places.

    Parameters
    ----------
    flat
        uint8 (h, w), as `flatten` makes it.
    frames
        Their places, in millimetres.
    vertical
        Whether to look for the left and right lines, or for the upper and lower ones.
    printed
        Whether each frame has lines; those without go where the others go. By default all have.
    thick
        How thick the lines of each are, in millimetres; by default as on sheets.

    Returns
    -------
    By how many millimetres each lies to the right of its place, or below it: float64 (n,); and whether its own lines
    showed that: bool (n,).

    Examples
    --------
    >>> flat = np.full((400, 400), 255, np.uint8)
    >>> flat[84:164, 84:86] = flat[84:164, 162:164] = 100
    >>> offsets, found = find_frames(flat, [Box(10.0, 10.0, 9.75, 9.75)], vertical=True)
    >>> bool(abs(offsets[0] - 0.6) < 0.1), found.tolist()
    (True, [True])
    """
    if not frames:
        return np.zeros(0), np.zeros(0, bool)
    lined = np.asarray(printed, bool) if len(printed) else np.ones(len(frames), bool)
    beside = [max(_BESIDE, width / 2 + _SOFT_EDGE) for width in thick] if len(thick) else [_BESIDE] * len(frames)
    offsets, clear = _offsets(flat, frames, vertical, np.zeros(len(frames)), _REACH, beside)
    centres = np.array([[frame.x + frame.width / 2, frame.y + frame.height / 2] for frame in frames])
    if not (lined & (clear >= _LEAST_LINE)).any():
        return np.zeros(len(frames)), np.zeros(len(frames), bool)
    smooth = _smooth(centres, offsets, lined & (clear >= _LEAST_LINE))
    # a second look where the others go finds frames beside which a stroke looked more like a line
    offsets, clear = _offsets(flat, frames, vertical, smooth, _AGAIN, beside)
    smooth = _smooth(centres, offsets, lined & (clear >= _LEAST_LINE))
    near = lined & (clear >= _LEAST_LINE) & (np.abs(offsets - smooth) <= _FURTHEST)
    return np.where(near, offsets, smooth), near


def _offsets(
    flat: NDArray[np.uint8],
    frames: Sequence[Box],
    vertical: bool,
    around: Offsets,
    reach: float,
    beside: Sequence[float],
) -> tuple[Offsets, NDArray[np.float64]]:
    """Return how far each frame lies off its place, and the contrast of its lines in grey levels."""
    picture = flat if vertical else flat.T
    found = [
        _offset(picture, frame if vertical else Box(frame.y, frame.x, frame.height, frame.width), shift, reach, away)
        for frame, shift, away in zip(frames, around.tolist(), beside, strict=True)
    ]
    return np.array([shift for shift, _ in found]), np.array([clear for _, clear in found])


def _offset(flat: NDArray[np.uint8], frame: Box, around: float, reach: float, away: float) -> tuple[float, float]:
    margin = reach + away
    left = max(0, int((frame.x + around - margin) * SCALE))
    right = int((frame.right + around + margin) * SCALE) + 1
    top, bottom = round((frame.y + _INSIDE) * SCALE), round((frame.bottom - _INSIDE) * SCALE)
    profile = 255 - flat[max(top, 0) : bottom, left:right].mean(axis=0)
    beside, steps = round(away * SCALE), round(reach * SCALE)
    padded = np.pad(profile, beside, mode="edge")
    contrast = profile - (padded[: -2 * beside] + padded[2 * beside :]) / 2
    contrast = np.convolve(contrast, [0.25, 0.5, 0.25], mode="same")
    shifts = np.arange(-steps, steps + 1)
    lines = (np.array([frame.x, frame.right]) + around) * SCALE - left - 0.5
    pixels = np.arange(len(contrast))
    at = np.stack([np.interp(line + shifts, pixels, contrast) for line in lines])
    # a stroke beside a line is darker than it, so no line counts for more than twice the paler one
    score = np.minimum(at, 2 * np.maximum(at.min(axis=0), 1)).sum(axis=0)
    best = int(score.argmax())
    peak = 0.0
    if 0 < best < len(score) - 1 and (bend := score[best - 1] - 2 * score[best] + score[best + 1]) < 0:
        peak = float(np.clip(0.5 * (score[best - 1] - score[best + 1]) / bend, -0.5, 0.5))
    return around + (float(shifts[best]) + peak) / SCALE, float(at[:, best].min())


def _smooth(centres: NDArray[np.float64], offsets: Offsets, seen: NDArray[np.bool_]) -> Offsets:
    """Fit a smooth surface to the offsets, in which those far from it do not count."""
    count = 1 if seen.sum() < 6 else 3 if seen.sum() < 15 else 6 if seen.sum() < 40 else 10
    if count == 1:
        return np.full(len(offsets), np.median(offsets[seen]) if seen.any() else 0.0)
    x, y = ((centres - centres.mean(axis=0)) / 100).T
    terms = [np.ones_like(x), x, y, x * x, x * y, y * y, x**3, x * x * y, x * y * y, y**3]
    basis = np.stack(terms[:count], axis=1)
    weights = seen.astype(np.float64)
    fitted = np.full(len(offsets), np.median(offsets[seen]))
    for turn in range(_ROUNDS):
        # from a robust start: the median first
        spread = _APART * (3 if turn == 0 else 1)
        weights = seen / (1 + (np.abs(offsets - fitted) / spread) ** 4)
        known = basis * weights[:, None]
        fitted = basis @ np.linalg.solve(known.T @ basis + 1e-3 * np.eye(count), known.T @ offsets)
    return np.asarray(fitted)


def frames_of(placed: PlacedField) -> tuple[list[Box], list[Box]]:
    """Return what has a line on its left and right, and what has one above and below, short enough to be straight."""
    if placed.field.style == BOXES:
        return [*placed.boxes], [*placed.boxes]
    sides = [frame_around(group) for group in placed.groups]
    lines = [piece for side in sides for piece in _pieces(side)]
    return sides, lines


def _pieces(frame: Box) -> list[Box]:
    count = max(1, round(frame.width / _PIECE))
    wide = frame.width / count
    return [frame._replace(x=frame.x + index * wide, width=wide) for index in range(count)]


def move_boxes(placed: PlacedField, sides: list[Box], lines: list[Box], x: Offsets, y: Offsets) -> list[Box]:
    """Move each box of a field by as much as the lines nearest to it."""
    moved = []
    for box in placed.boxes:
        middle = box.x + box.width / 2
        side = min(range(len(sides)), key=lambda index: abs(sides[index].x + sides[index].width / 2 - middle))
        line = min(range(len(lines)), key=lambda index: abs(lines[index].x + lines[index].width / 2 - middle))
        moved.append(box._replace(x=box.x + float(x[side]), y=box.y + float(y[line])))
    return moved


def frame_around(group: Sequence[Box]) -> Box:
    """Return the frame of boxes that stand together.

    >>> frame_around([Box(10, 10, 6, 8), Box(16, 10, 6, 8)])
    Box(x=10, y=10, width=12, height=8)
    """
    left, top = min(box.x for box in group), min(box.y for box in group)
    return Box(left, top, max(box.right for box in group) - left, max(box.bottom for box in group) - top)

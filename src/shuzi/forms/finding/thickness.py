"""Lines show how thick they are, where the middle of each is, and whether ink goes below them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from shuzi.forms.finding.course import ORDINARY, gone_from
from shuzi.forms.finding.flat import PAPER, SCALE
from shuzi.forms.finding.pieces import LEAST_DARK
from shuzi.forms.finding.written import MARGIN, peak_of
from shuzi.ink.boxes import Box

THICKEST = 1.9
"""Millimetres: what is thicker is a bar, not a line."""

_STRAY = 0.9  # millimetres that a line may lie from where its frame is
REACH = _STRAY + THICKEST
"""Millimetres from where a line should be within which it ends."""

THICK = 0.8
"""Millimetres of a line that hides what is written on it."""

_CORNER = 1.2  # millimetres from a corner, where no other line is
_SHARP = 0.6  # millimetres within which it is dark beside the edge of something printed
_BESIDE_LINE, _REACHES = 2, 3  # pixels beside a thick line, and how many dark ones mean that ink goes on below it
_LEAST_DARK = 20.0  # grey levels by which a line differs from paper


def thickness(flat: NDArray[np.uint8], frames: Sequence[Box]) -> float:
    """Return how thick the lines of frames are, in millimetres: of their sides, the median.

    Parameters
    ----------
    flat
        uint8 (h, w), as `flatten` makes it.
    frames
        Their places, in millimetres: where the middles of their lines are.

    Examples
    --------
    >>> flat = np.full((400, 400), 255, np.uint8)
    >>> flat[80:160, 80:240] = 60
    >>> flat[88:152, 88:232] = 255
    >>> thickness(flat, [Box(10.5, 10.5, 19.0, 9.0)]), thickness(flat, [Box(35.0, 35.0, 9.0, 9.0)])
    (1.0, 0.25)
    """
    found = []
    for frame in frames:
        for picture, box in ((flat, frame), (flat.T, Box(frame.y, frame.x, frame.height, frame.width))):
            for line in (box.x, box.right):
                along = _profile(picture, box, line - REACH, line + REACH)
                found += width_of(along)
    middle_one = float(np.median(found)) if found else ORDINARY
    return middle_one if middle_one <= THICKEST else ORDINARY


def width_of(across: NDArray[np.float64]) -> list[float]:
    """Return how wide a line is, in millimetres: where it is half as dark as at its darkest; empty if there is none.

    Parameters
    ----------
    across
        How much darker than paper it is at each pixel from `REACH` before where it should be to as far behind:
        float64 (n,).

    Examples
    --------
    >>> across = np.zeros(45)
    >>> width_of(across)
    []
    >>> across[20:26] = 90
    >>> width_of(across)
    [0.75]
    """
    middle, reach = round(REACH * SCALE), round(_STRAY * SCALE)
    near = across[max(0, middle - reach) : middle + reach + 1]
    if not len(near) or near.max() < _LEAST_DARK:
        return []
    dark = across >= near.max() / 2
    darkest = max(0, middle - reach) + int(near.argmax())
    before, after = np.flatnonzero(~dark[:darkest]), np.flatnonzero(~dark[darkest:])
    return [float(darkest + after[0] - before[-1] - 1) / SCALE] if len(before) and len(after) else []


def line_from(flat: NDArray[np.uint8], box: Box, side: int) -> float | None:
    """Find the middle of the line that bounds the light inside of a box.

    Parameters
    ----------
    flat
        uint8 (h, w).
    box
        The inside of the box, in pixels.
    side
        0 left, 1 above, 2 right, 3 below.

    Returns
    -------
    Its distance from the edge of the inside, in pixels; where a bar begins there, that of an ordinary line's. None if
    it only darkens there: the middle of a wide bar is taken for paper.

    Examples
    --------
    >>> flat = np.full((100, 200), 255, np.uint8)
    >>> flat[:, 20:28] = flat[:, 150:] = 60
    >>> line_from(flat, Box(28, 0, 122, 100), 0), line_from(flat, Box(28, 0, 122, 100), 2)
    (4.0, 1.0)
    """
    picture = flat if side % 2 == 0 else flat.T
    x, y, wide, high = box if side % 2 == 0 else (box.y, box.x, box.height, box.width)
    reach = round(2 * THICKEST * SCALE)
    rim = round(_CORNER * SCALE) if high > 4 * _CORNER * SCALE else round(high / 4)
    rows = picture[round(y) + rim : max(round(y + high) - rim, round(y) + rim + 1)]
    if side < 2:
        piece = rows[:, max(0, round(x) - reach) : round(x) + 3][:, ::-1]
    else:
        piece = rows[:, round(x + wide) - 3 : round(x + wide) + reach]
    along = PAPER - np.median(piece, axis=0)  # from three pixels inside, outwards
    dark = along >= along[: round(THICKEST * SCALE)].max(initial=_LEAST_DARK) / 2
    first = int(dark.argmax()) if dark.any() else 3
    ends = np.flatnonzero(~dark[first:])
    if len(ends) and ends[0] <= THICKEST * SCALE:
        return float(first - 3 + ends[0] / 2)
    soon = along[first : first + round(_SHARP * SCALE)].max(initial=0)
    return first - 3 + ORDINARY * SCALE / 2 if soon >= 0.75 * along.max(initial=0) else None


def goes_below(part: NDArray[np.uint8], thick: Sequence[float]) -> bool:
    """Tell whether ink reaches the lines around a box, which were taken out with all that is below them.

    Parameters
    ----------
    part
        The box with its margin, without lines: uint8 (h, w), paper 255.
    thick
        How thick its lines are, in millimetres: left, above, right and below; one thinner than `THICK` hides nothing.
    """
    if max(thick) < THICK:
        return False
    left, top, right, bottom = (round((MARGIN + gone_from(width)) * SCALE) for width in thick)
    high, wide = part.shape
    inside = part[top : high - bottom, left : wide - right]
    if min(inside.shape) < 2 * _BESIDE_LINE:
        return True
    dark = PAPER - inside.astype(np.float32) >= max(LEAST_DARK, 0.4 * peak_of(part))
    beside = np.zeros(dark.shape, bool)
    for width, edge in zip(thick, (beside.T, beside, beside.T[::-1], beside[::-1]), strict=True):
        edge[:_BESIDE_LINE] |= width >= THICK
    return bool((dark & beside).sum() >= _REACHES)


def _profile(picture: NDArray[np.uint8], box: Box, first: float, last: float) -> NDArray[np.float64]:
    """Return how dark it is from one x to another, in millimetres, along most of the height of a box."""
    corner = min(_CORNER, box.height / 4)
    top, bottom = round((box.y + corner) * SCALE), round((box.bottom - corner) * SCALE)
    left, right = round(first * SCALE), round(last * SCALE)
    rows = picture[max(top, 0) : max(bottom, top + 1, 1)]
    piece = np.pad(rows, ((0, 0), (60, 60)), mode="edge")[:, left + 60 : right + 60]
    return np.asarray(PAPER - np.median(piece, axis=0), np.float64)

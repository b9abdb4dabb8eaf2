"""A piece of a flat sheet loses the lines that are printed on it; what is written across them stays."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.forms.finding.flat import PAPER, SCALE

LINE = 0.5
"""Millimetres from the middle of an ordinary line to where it is surely gone."""

ORDINARY = 0.25
"""Millimetres that an ordinary line is thick."""

_SOFT_EDGE = 0.2  # millimetres: the edge of a line is soft, that of a thicker one as seen by a coarse scan too
_STRAY, _LEAN = 0.9, 0.4  # millimetres that a line may lie from where its frame is, and an end of it from there
_LEAST_DARK = 28 / 3  # grey levels by which a line differs from paper
_BLACK = 80  # the level below which a line lets through too little to see what is written on it
_SLANTS = np.linspace(-1, 1, 9)  # of strokes across a line, in pixels along it for each across
_SOFT = 0.4  # pixels
_UPRIGHT = 0.25  # pixels by which a line that follows the pixels leans at most
_PIECE = 8.0  # millimetres of a long line that are straight enough


def gone_from(thick: float) -> float:
    """Return the distance from the middle of a line, in millimetres, at which it is surely gone.

    >>> gone_from(0.25), round(gone_from(1.5), 2)
    (0.5, 1.25)
    """
    return max(LINE, 0.7 * thick + _SOFT_EDGE)


def without_lines(
    part: NDArray[np.uint8],
    across: Sequence[float],
    down: Sequence[float],
    ticks: Sequence[float] = (),
    thick: float = ORDINARY,
) -> NDArray[np.uint8]:
    """Take printed lines out of a piece of a flat sheet.

    Ink lets through a fraction of the light, whatever is printed below it, so a line is divided out: by what is seen
    beside most of its length. Strokes that cross it stay. Where it is black or thick, that is not enough: only what
    goes on at both sides is taken for a stroke.

    Parameters
    ----------
    part
        uint8 (h, w), paper 255.
    across, down
        The x of vertical lines and the y of horizontal ones, in pixels.
    ticks
        The x of vertical lines that are only in the lower third.
    thick
        How thick the lines are, in millimetres.

    Examples
    --------
    >>> part = np.full((60, 60), 250, np.uint8)
    >>> part[:, 29:31] = 120
    >>> part[20:24] = part[20:24] // 3
    >>> cleaned = without_lines(part, [30.0], [])
    >>> int(cleaned[50, 30]) > 240, int(cleaned[22, 30]) < 100
    (True, True)
    >>> part[:, 25:35] = 0
    >>> cleaned = without_lines(part, [30.0], [], thick=1.25)
    >>> int(cleaned[50, 30]) > 240, int(cleaned[22, 30]) < 100
    (True, True)
    """
    light = part.astype(np.float32)
    height = len(light)
    third = round(height * 0.55)
    end = height
    if thick > LINE and down:  # of what is below the middle of the box, a tick is most only above such a line
        end = max(third + 2, round(max(down) - thick / 2 * SCALE))
    for lines, picture in ((across, light), (down, light.T), (ticks, light[third:end])):
        for line in lines:
            _divide_out(picture, line, thick)
    return np.asarray(np.clip(light, 0, PAPER), np.uint8)


def _divide_out(picture: NDArray[np.float32], line: float, thick: float) -> None:
    """Take a vertical line out of a picture, in place; it may lean or bend a little, since paper does."""
    height, width = picture.shape
    rows = np.arange(height)
    count = max(2, round(height / (_PIECE * SCALE)))
    places = _course(np.array_split(picture, count), _darkest(picture, line, _STRAY, thick), thick)
    middles = np.array([each.mean() for each in np.array_split(rows, count)])
    course = np.interp(rows, middles, places)
    for outer, (one, other) in ((rows < middles[0], (0, 1)), (rows > middles[-1], (-1, -2))):
        slope = (places[other] - places[one]) / (middles[other] - middles[one])
        course[outer] = places[one] + (rows[outer] - middles[one]) * slope
    reach = round(gone_from(thick) * SCALE)
    offsets = np.arange(-reach - 1, reach + 2)
    there = np.clip(course[:, None] - 0.5 + offsets, 0, width - 1)  # the x of samples, between the pixels
    low = np.minimum(there.astype(int), width - 2)
    share = (there - low).astype(np.float32)
    samples = picture[rows[:, None], low] * (1 - share) + picture[rows[:, None], low + 1] * share
    columns = np.clip(np.rint(course[:, None] - 0.5).astype(int) + offsets[1:-1], 0, width - 1)
    band, away = picture[rows[:, None], columns], columns + 0.5 - course[:, None]
    crossing = _crossing(band)
    for part in np.array_split(rows, max(1, count // 2)):  # a line is not equally dark along all of its length
        if np.ptp(course[part]) < _UPRIGHT:
            usual = np.median(band[part], axis=0)
        else:
            # samples between pixels soften the edge of a line, so the darker side of each pixel counts
            profile = np.median(samples[part], axis=0)
            usual = np.minimum(*(np.interp(away[part] + side, offsets, profile) for side in (-_SOFT, _SOFT)))
        band[part] *= np.clip(np.float32(PAPER) / np.maximum(usual, 30), 1, 6)
        if usual.min() < _BLACK or thick > 2 * LINE - ORDINARY:
            band[part] = np.maximum(band[part], crossing[part])
    picture[rows[:, None], columns] = band


def _crossing(band: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return what would be seen in a band (rows, width) if only what goes on at both sides of it crossed it."""
    rows, width = np.arange(len(band))[:, None], band.shape[1]
    # as seen by a coarse scan, the edge of a line may reach the sides; most of the line has nothing beside it
    left, right = (side * (PAPER / max(float(np.median(side)), 1.0)) for side in (band[:, 0], band[:, -1]))
    found = np.full(band.shape, PAPER, np.float32)
    before, after = np.arange(width), width - 1 - np.arange(width)
    for slant in _SLANTS:
        first, last = (np.rint(rows + step).astype(int) for step in (-slant * before, slant * after))
        ends = left[first.clip(0, len(band) - 1)], right[last.clip(0, len(band) - 1)]
        found = np.minimum(found, np.maximum(*ends))
    return found


def _course(pieces: Sequence[NDArray[np.float32]], line: float, thick: float) -> NDArray[np.float64]:
    """Follow a vertical line from the middle of a picture outwards: return its x in each piece."""
    places = np.full(len(pieces), line)
    middle = len(pieces) // 2
    if len(pieces) > 2:
        places[middle] = _darkest(pieces[middle], line, _STRAY, thick)
    for step, numbers in ((-1, range(middle - 1, -1, -1)), (1, range(middle + (len(pieces) > 2), len(pieces)))):
        for number in numbers:
            before = line if len(pieces) == 2 else float(places[number - step])
            places[number] = _darkest(pieces[number], before, _LEAN, thick)
    return places


def _darkest(picture: NDArray[np.float32], line: float, stray: float, thick: float) -> float:
    """Return the x near to that of a line where most of the height is darkest; a stroke is seldom as long."""
    beside = max(1, round(thick * SCALE) // 2)
    first = max(0, round(line - stray * SCALE))
    last = round(line + stray * SCALE) + 1
    near = picture[:, first:last]
    if near.shape[1] < 3:
        return line
    start = max(0, first - beside + 1)  # the line's own width around each place, where the picture goes on
    around = np.median(cv2.blur(picture[:, start : last + beside - 1], (2 * beside + 1, 1)), axis=0)
    profile = around[first - start : first - start + near.shape[1]].astype(np.float64)
    best = int(profile.argmin())
    if PAPER - profile[best] <= _LEAST_DARK:
        return line
    peak = 0.0
    if 0 < best < len(profile) - 1 and (bend := profile[best - 1] - 2 * profile[best] + profile[best + 1]) > 0:
        peak = float(np.clip(0.5 * (profile[best - 1] - profile[best + 1]) / bend, -0.5, 0.5))
    return first + best + 0.5 + peak

"""A part of a flat sheet loses the lines that are printed on it; what is written across and along them stays.

Ink lets through a fraction of the light, whatever is printed below it, so a line is divided out: by what lines look
like where nobody wrote. Where it is black, that is not enough: there ink is what goes on at both sides. Whatever may
be either is kept in a second picture.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.forms.finding.course import (
    PIECE,
    Line,
    course_of,
    distances,
    profile_of,
    seen_along,
    turned,
)
from shuzi.forms.finding.flat import PAPER, SCALE

_DARKEST = 1.25  # of how dark lines usually are: darker is ink
_BLACK = 80  # the level below which a line lets through too little to see what is written on it
_LEAST_LIGHT, _MOST_TIMES = 30, 6  # what a line lets through at least, and by how much light is raised at most
_SLANTS = np.linspace(-1, 1, 9)  # of strokes across a line, in pixels along it for each across
_SOFT = 0.3  # pixels by which a line may lie beside its course
_BESIDE = 1.0  # pixels beside a line that its soft edge covers
_WAY, _MORE = 1.5, 0.0  # millimetres of a line, and grey levels added up across it: what is darker may be ink
_LONGEST = 6.0  # millimetres of a stroke of one digit: what is darker for longer is a darker line
_MAY_BE = 100  # the level of such ink
_LARGEST_POINT, _LEAST_POINT = 1.3, 0.15  # millimetres of a decimal point, and of its shorter side
_LONG = 2.0  # times as long as wide: what is left of a line is longer along it
_PALEST_POINT = 0.3  # of the darkest ink

Profiles = Mapping[bool, NDArray[np.float64]]
"""How much darker than paper upright lines usually are, and the others."""


@dataclass(frozen=True)
class Erased:
    """A part of a sheet without its lines, uint8 (h, w), in two ways.

    Parameters
    ----------
    ink
        What is most probably ink stays.
    kept
        All that may be ink stays: lines too where something written reaches them, or may go along them.
    """

    ink: NDArray[np.uint8]
    kept: NDArray[np.uint8]


def usual_profiles(lines: Sequence[Line]) -> Profiles:
    """Return what most lines look like, since single ones have ink along them."""
    by_direction = {upright: [line.profile for line in lines if line.upright == upright] for upright in (True, False)}
    return {upright: np.median(own, axis=0) for upright, own in by_direction.items() if own}


def erase(part: NDArray[np.uint8], lines: Sequence[Line], usual: Sequence[NDArray[np.float64]]) -> Erased:
    """Take lines out of a part of a flat sheet in two ways.

    Parameters
    ----------
    part
        uint8 (h, w), paper 255.
    lines
        As `find_lines` finds them.
    usual
        What most lines like each of them look like.
    """
    light, kept = part.astype(np.float32), np.full(part.shape, PAPER, np.float32)
    for line, profile in zip(lines, usual, strict=True):
        rows = slice(*line.rows)
        own, other = turned(light, line.upright)[rows], turned(kept, line.upright)[rows]
        _take_out(turned(part, line.upright)[rows].astype(np.float32), own, other, line, _DARKEST * profile)
    ink = np.clip(light, 0, PAPER)
    return Erased(ink.astype(np.uint8), np.clip(np.minimum(ink, kept), 0, PAPER).astype(np.uint8))


def _take_out(
    printed: NDArray[np.float32],
    picture: NDArray[np.float32],
    kept: NDArray[np.float32],
    line: Line,
    darkest: NDArray[np.float64],
) -> None:
    """Take an upright line out of a picture, and write what may be ink on it into another, in place.

    Other lines may be gone from the picture already; where they cross this one it tells nothing of how dark this is.
    """
    course, thick = line.course, line.thick
    if line.profile.max() > darkest.max():  # it may have been followed where something is written
        found = course_of(printed, line.expected, line.span, thick, float(darkest.max()) / _DARKEST)
        course = line.expected if found is None else found
    light, away, columns = seen_along(picture, course, thick)
    rows = np.arange(len(picture))[:, None]
    usual = _usual(seen_along(printed, course, thick)[0], away, line.span, thick, darkest)
    clean, black = see_through(light, usual)
    own = black | (np.abs(away) <= thick / 2 * SCALE + _BESIDE)
    sides = _sides(clean, own)
    at_either = np.minimum(sides.left, sides.right)
    along = _darker(np.where(usual < PAPER, usual - light, 0).sum(axis=1), line.span)
    may_be = np.where(along[:, None], _MAY_BE, at_either[:, None])
    if black.any():
        clean[black] = np.maximum(clean, _across(clean, black))[black]
    picture[rows, columns] = clean
    kept[rows, columns] = np.minimum(kept[rows, columns], np.where(own, may_be, PAPER))


def see_through(
    light: NDArray[np.float32], usual: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Return how light it would be without print that is `usual` alone, and where it lets through too little."""
    clean = np.minimum(light * np.clip(PAPER / np.maximum(usual, _LEAST_LIGHT), 1, _MOST_TIMES), PAPER)
    return clean, usual < _BLACK


def _usual(
    light: NDArray[np.float32],
    away: NDArray[np.float64],
    span: tuple[int, int],
    thick: float,
    darkest: NDArray[np.float64],
) -> NDArray[np.float32]:
    """Return what would be seen along a line if nothing were written: float32 (rows, n)."""
    usual = np.full(light.shape, PAPER, np.float32)
    at = distances(thick)
    # a line is not equally dark along all of its length
    pieces = max(1, round((span[1] - span[0]) / (2 * PIECE * SCALE)))
    edges = [*pairwise(np.linspace(*span, pieces + 1).round().astype(int).tolist())]
    for index, (start, end) in enumerate(edges):
        profile = PAPER - np.minimum(profile_of(light, away, (start, end), thick), darkest)
        rows = slice(start if index else 0, end if index < pieces - 1 else len(light))
        usual[rows] = np.minimum(*(np.interp(away[rows] + side, at, profile) for side in (-_SOFT, _SOFT)))
    usual[np.abs(away) > at[-1] - 1] = PAPER
    return usual


def _darker(more: NDArray[np.float32], span: tuple[int, int]) -> NDArray[np.bool_]:
    """Tell in which rows a line is darker, or wider, than lines are, for as long as a stroke may go along it.

    Parameters
    ----------
    more
        How much darker it is than lines in each row, added up across it.
    span
        The first row that counts, and the one after the last.
    """
    smooth = cv2.blur(more[:, None], (1, round(_WAY * SCALE)), borderType=cv2.BORDER_REPLICATE)[:, 0]
    found = smooth > _MORE
    found[: span[0]] = found[span[1] :] = False
    edges = np.flatnonzero(np.diff(found.astype(np.int8), prepend=0, append=0)).reshape(-1, 2)
    for start, end in edges[np.ptp(edges, axis=1) > _LONGEST * SCALE].tolist():
        found[start:end] = False
    return found


class _Sides(NamedTuple):
    """Where a line begins and ends in each row, and how light it is on both sides of it: (rows,) each."""

    first: NDArray[np.intp]
    last: NDArray[np.intp]
    left: NDArray[np.float32]
    right: NDArray[np.float32]


def _sides(clean: NDArray[np.float32], line: NDArray[np.bool_]) -> _Sides:
    """Return what is seen beside a line.

    Parameters
    ----------
    clean
        float32 (rows, n), paper 255.
    line
        The pixels of the line, in each row some in the middle: bool (rows, n).
    """
    count, width = clean.shape
    rows = np.arange(count)
    there = line.any(axis=1)
    first = np.where(there, line.argmax(axis=1), width // 2)
    last = np.where(there, width - 1 - line[:, ::-1].argmax(axis=1), width // 2)
    left, right = (
        np.mean([clean[rows, np.clip(edge + step * n, 0, width - 1)] for n in (1, 2)], axis=0)
        for edge, step in ((first, -1), (last, 1))
    )
    return _Sides(first, last, left, right)


def _across(clean: NDArray[np.float32], line: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return what would be seen on a line if only what goes on at both sides were written: float32 (rows, n)."""
    first, last, left, right = _sides(clean, line)
    count, width = clean.shape
    rows, columns = np.arange(count)[:, None], np.arange(width)
    both = np.full(clean.shape, PAPER, np.float32)
    for slant in _SLANTS:
        above = np.rint(rows - slant * (columns - first[:, None] + 1)).astype(int).clip(0, count - 1)
        below = np.rint(rows + slant * (last[:, None] + 1 - columns)).astype(int).clip(0, count - 1)
        both = np.minimum(both, np.maximum(left[above], right[below]))
    return both


def with_points(clean: NDArray[np.uint8], erased: NDArray[np.uint8], rim: int, peak: float) -> NDArray[np.uint8]:
    """Put back what may be a decimal point just above the lower line of a cell rather than what is left of that.

    Parameters
    ----------
    clean
        The cell with its margin, without lines and what is left of them: uint8 (h, w), paper 255.
    erased
        The same with what is left of lines.
    rim
        Pixels of the margin.
    peak
        How dark the darkest ink is: in levels below paper.

    Examples
    --------
    >>> erased = np.full((96, 160), 250, np.uint8)
    >>> erased[30:80, [40, 41, 42, 90, 91, 92]] = 60
    >>> clean = erased.copy()
    >>> erased[82:86, 64:68] = erased[84:86, 100:150] = 60
    >>> back = with_points(clean, erased, rim=8, peak=190.0)
    >>> int(back[83, 65]), int(back[85, 120])
    (60, 250)
    """
    lost = ((PAPER - erased.astype(np.float32) >= _PALEST_POINT * peak) & (clean > erased)).astype(np.uint8)
    lost[:, :rim] = lost[:, -rim:] = 0
    lost[: len(lost) // 2] = lost[len(lost) - rim // 2 :] = 0
    _, labels, stats, _ = cv2.connectedComponentsWithStats(lost, connectivity=8)
    _, _, wide, high, _ = stats.T
    short, long = np.minimum(wide, high), np.maximum(wide, high)
    point = (long <= _LARGEST_POINT * SCALE) & (short >= _LEAST_POINT * SCALE) & (wide <= _LONG * high)
    point[0] = False
    near = cv2.dilate(point[labels].astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    return np.where(near, np.minimum(clean, erased), clean)

"""A printed line of a flat sheet is followed, however it leans and bends, and taken out; what is written stays.

Ink lets through a fraction of the light, whatever is printed below it, so a line is divided out: by what lines look
like where nobody wrote. Where it is black, that is not enough: there ink is what goes on at both sides. Whatever may
be either is kept in a second picture.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.forms.flatten import PAPER, SCALE
from shuzi.forms.layout import TICK
from shuzi.ink.boxes import Box

MIN_CONTRAST = 28 / 3
"""Grey levels by which a line differs from paper: paler is none."""

LINE = 0.5
"""Millimetres from the middle of an ordinary line to where it is surely gone."""

STRAY = 0.9
"""Millimetres that a line may lie from where its frame is."""

DARKEST = 1.25
"""Of how dark lines usually are: darker is ink."""

PRINT_AROUND, NO_SHADOW = 25, 150
"""Pixels around print, which is narrower than shadows, and the level below which nothing is one."""

FAR = 2.2
"""Millimetres that a line at the end of a long frame may lie from where its middle says."""

ORDINARY = 0.25
"""Millimetres that an ordinary line is thick."""

DOTS_APART = 1.9
"""Millimetres between the dots of a line, at most."""

PIECE = 8.0
"""Millimetres of a long line that are straight enough."""

_STEP = 0.5  # pixels: a line is sought, and what it looks like is known, at such steps
_UNEVEN = 40.0  # grey levels, added up across a line, by which it differs from row to row
_SOFT_EDGE = 0.2  # millimetres: the edge of a line is soft, that of a thicker one as seen by a coarse scan too
_LEAN = 0.4  # millimetres of a line from one end of a piece to the other
_NEAR = 0.1  # of its contrast for each millimetre from where its frame is
_WHOLE = 0.5  # of how dark a line is: so dark it is all along
_CORNER = 0.4  # millimetres from the end of a line, where the lines that it meets are as dark
_ALONG = 0.8  # of its length a line is at least so dark: ink covers less
_FREE = 0.3  # of a line's rows nothing is written on so many, nor on those that are hardly darker
_DARKER = 0.2  # of a line is darker than what counts as the line

_ROUNDS = 3  # of fitting, each with what the last one says of outliers

T = TypeVar("T", bound=np.generic)
Level = TypeVar("Level", np.uint8, np.float32)
Kind = TypeVar("Kind", bound=Hashable)

LinePaths = Sequence[float] | Sequence[NDArray[np.float64]]
"""Where lines should be, in pixels: one number, or one for each row or column."""


@dataclass(frozen=True)
class Line:
    """A printed line of a part of a sheet, as it was found."""

    vertical: bool  # whether it goes from above to below; if not, rows and columns are exchanged in what follows
    rows: tuple[int, int]  # the first row of the part that it may be in, and the one after the last
    # the first of those rows, counted from there, that it surely is in, and the one after the last
    span: tuple[int, int]
    expected: NDArray[np.float64]  # the x where its frame is in each row: float64 (rows,)
    path: NDArray[np.float64]  # the x where it is: float64 (rows,)
    # how much darker than paper it is, at the distances that `distances` returns: float64 (n,)
    profile: NDArray[np.float64]
    thickness: float = ORDINARY  # how thick it is, in millimetres


def gone_from(thickness: float) -> float:
    """Return the distance from the middle of a line, in millimetres, at which it is surely gone.

    >>> gone_from(0.25), round(gone_from(1.5), 2)
    (0.5, 1.25)
    """
    return max(LINE, 0.7 * thickness + _SOFT_EDGE)


def find_lines(
    part: NDArray[np.uint8],
    verticals: LinePaths,
    horizontals: LinePaths,
    ticks: LinePaths = (),
    thickness: float | Sequence[float] = ORDINARY,
) -> list[Line]:
    """Find the printed lines of a part of a sheet near to where they should be."""
    height, width = part.shape
    xs, ys = ([float(np.mean(line)) for line in lines] for lines in (verticals, horizontals))
    high = (min(ys), max(ys)) if len(ys) > 1 else (0.0, float(height))
    wide = (min(xs), max(xs)) if len(xs) > 1 else (0.0, float(width))
    tick = high[1] - TICK * (high[1] - high[0])
    # of what is below the middle of the box, a tick is most only above a thick line
    of_each = np.broadcast_to(thickness, len(verticals) + len(horizontals) + len(ticks)).tolist()
    thickest, remaining = max(of_each, default=ORDINARY), iter(of_each)
    end = height if thickest <= LINE or not ys else round(max(ys) - thickest / 2 * SCALE)
    corner = _CORNER * SCALE
    first = max(0, round(tick - corner))
    found = []
    for lines, vertical, (start, stop), rows in (
        (verticals, True, high, (0, height)),
        (horizontals, False, wide, (0, width)),
        (ticks, True, (tick, high[1]), (first, max(end, first + 6))),
    ):
        picture = turned(part, vertical)[rows[0] : rows[1]].astype(np.float32)
        span = max(0, round(start + corner) - rows[0]), min(len(picture), round(stop - corner) - rows[0])
        if span[1] - span[0] < corner:
            span = 0, len(picture)
        for line in lines:
            expected = np.array(np.broadcast_to(np.asarray(line, np.float64), len(picture)))
            own = next(remaining)
            line_path = line_path_of(picture, expected, span, own)
            if lines is verticals and (line_path is None or strays(line_path, expected, span)):
                further = _further(picture, expected, span, own)
                expected, line_path = (further, further) if further is not None else (expected, line_path)
            if line_path is not None:
                profile = profile_of(*seen_along(picture, line_path, own)[:2], span, own)
                found.append(Line(vertical, rows, span, expected, line_path, profile, own))
    return found


def strays(line_path: NDArray[np.float64], expected: NDArray[np.float64], span: tuple[int, int]) -> bool:
    """Tell whether a line was followed at the edge of where it was sought, so that it may lie beyond."""
    away = np.abs(line_path - expected)[span[0] : span[1]]
    return float(away.max()) >= (STRAY - 1.5 * _STEP / SCALE) * SCALE


def _further(
    picture: NDArray[np.float32], expected: NDArray[np.float64], span: tuple[int, int], thickness: float
) -> NDArray[np.float64] | None:
    """Follow a line that lies far from its frame; None unless it is dark all along: strokes end before corners."""
    line_path = line_path_of(picture, expected, span, thickness, stray=FAR)
    if line_path is None:
        return None
    light, away, _ = seen_along(picture[span[0] : span[1]], line_path[span[0] : span[1]], thickness)
    middle = PAPER - np.where(np.abs(away) <= thickness / 2 * SCALE, light, PAPER).min(axis=1)
    smooth = cv2.blur(middle[:, None], (1, round(_CORNER * SCALE)))
    return line_path if smooth.min() >= _WHOLE * np.median(middle) else None


def fit_most(
    basis: NDArray[np.float64], values: NDArray[np.float64], seen: NDArray[np.bool_], spread: float
) -> NDArray[np.float64]:
    """Fit a combination of functions to most values, from which few may be far off.

    `basis`: the functions: float64 (n, functions). `values`: float64 (n,). `seen`: which of them count: bool (n,).
    `spread`: what is farther off counts less.

    Returns: What is fitted: float64 (n,).

    >>> values = np.array([1.0, 2.0, 3.0, 40.0, 5.0, 6.0])
    >>> fit_most(np.vander(np.arange(6.0), 2), values, np.ones(6, bool), 0.5).round(1).tolist()
    [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
    """
    fitted = np.full(len(values), np.median(values[seen]))
    for own_spread in (3 * spread, *[spread] * _ROUNDS):  # the median is but a start
        weights = seen / (1 + (np.abs(values - fitted) / own_spread) ** 4)
        known = basis * weights[:, None]
        fitted = basis @ np.linalg.solve(known.T @ basis + 1e-3 * np.eye(basis.shape[1]), known.T @ values)
    return np.asarray(fitted)


def turned(picture: NDArray[T], vertical: bool) -> NDArray[T]:
    """Return a picture, or a view of it in which horizontal lines are upright."""
    return picture if vertical else picture.T


def levels_beside(
    picture: NDArray[np.uint8],
    ends: tuple[NDArray[np.float64], NDArray[np.float64]],
    along: NDArray[np.float64],
    away: NDArray[np.floating[Any] | np.signedinteger[Any]],
) -> NDArray[np.float32]:
    """Return the levels along a straight piece of a line, and aside: float32 (along, away).

    `ends`: x and y of both. `along`: fractions of the way between them. `away`: distances from it in pixels.

    >>> picture = np.tile(np.arange(0, 250, 10, np.uint8), (20, 1))
    >>> ends = np.array([5.0, 2.0]), np.array([5.0, 12.0])
    >>> levels_beside(picture, ends, np.array([0.0, 0.5]), np.array([-2, 0, 1])).tolist()
    [[70.0, 50.0, 40.0], [70.0, 50.0, 40.0]]
    """
    start, way = ends[0], ends[1] - ends[0]
    across = np.array([-way[1], way[0]]) / max(float(np.linalg.norm(way)), 1.0)
    return levels_between(picture, start + way * along[:, None, None] + across * away[:, None]).astype(np.float32)


def levels_between(picture: NDArray[Level], points: NDArray[np.floating[Any]]) -> NDArray[Level]:
    """Return the levels of a picture at points (n, …, 2) that may lie between pixels, those beyond its edge as at it.

    >>> levels_between(np.float32([[0, 10], [20, 30]]), np.array([[[0.5, 0.0]], [[0.5, 0.5]]])).tolist()
    [[5.0], [15.0]]
    """
    x, y = np.moveaxis(points.astype(np.float32).reshape(len(points), -1, 2), 2, 0)
    seen = cv2.remap(picture, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(seen.reshape(points.shape[:-1]), picture.dtype)


def levels_at(picture: NDArray[T], points: NDArray[np.float64]) -> NDArray[T]:
    """Return the levels of a picture at points (…, 2), those beyond its edge as at it."""
    x, y = np.moveaxis(np.rint(points).astype(int), -1, 0)
    found: NDArray[T] = picture[y.clip(0, picture.shape[0] - 1), x.clip(0, picture.shape[1] - 1)]
    return found


def distances(thickness: float) -> NDArray[np.float64]:
    """Return the distances from the middle of a line at which its profile is known, in pixels."""
    reach = _reach(thickness)
    return np.arange(-reach - 1, reach + 1 + _STEP, _STEP)


def _reach(thickness: float) -> int:
    return round(gone_from(thickness) * SCALE)


def seen_along(
    picture: NDArray[np.float32], line_path: NDArray[np.float64], thickness: float
) -> tuple[NDArray[np.float32], NDArray[np.float64], NDArray[np.intp]]:
    """Return what is seen beside the path of a vertical line.

    Returns: The light, the distance of its pixel from the middle of the line, and its column: each (rows, n).
    """
    reach = _reach(thickness)
    offsets = np.arange(-reach - 2, reach + 3)
    columns = np.clip(np.rint(line_path[:, None] - 0.5).astype(int) + offsets, 0, picture.shape[1] - 1)
    return picture[np.arange(len(picture))[:, None], columns], columns + 0.5 - line_path[:, None], columns


def profile_of(
    light: NDArray[np.float32], away: NDArray[np.float64], span: tuple[int, int], thickness: float
) -> NDArray[np.float64]:
    """Return how much darker than paper a line is where nothing is written: at its darker places."""
    light, away = light[span[0] : span[1]], away[span[0] : span[1]]
    dark = (PAPER - light).sum(axis=1)
    free = dark <= DARKEST * np.quantile(dark, _FREE) + _UNEVEN
    at = distances(thickness)
    index = np.rint((away[free] - at[0]) / _STEP).astype(int).ravel()
    level = light[free].ravel()
    near = (index >= 0) & (index < len(at))
    index, level = index[near], level[near]
    order = np.lexsort((level, index))
    index, level = index[order], level[order]
    starts = np.searchsorted(index, np.arange(len(at) + 1))
    counts = np.diff(starts)
    there = np.flatnonzero(counts >= min(4, counts.max()))
    darker = level[starts[there] + (counts[there] * _DARKER).astype(int)]
    return np.asarray(np.interp(at, at[there], PAPER - darker))


def line_path_of(
    picture: NDArray[np.float32],
    expected: NDArray[np.float64],
    span: tuple[int, int],
    thickness: float,
    darkest: float = np.inf,
    stray: float = STRAY,
) -> NDArray[np.float64] | None:
    """Follow a vertical line: where it is as dark as a line along most of its length, and not where it is darkest.

    `picture`: float32 (rows, w), paper 255. `span`: the first row that it surely is in, and the one after the last.
    `thickness`: in millimetres. `darkest`: by how many grey levels lines are darker than paper at most: what is
    darker is written. `stray`: how many millimetres it may lie from where it should be.

    Returns: Its x in each row: float64 (rows,); None if nothing is darker than paper there.
    """
    height, width = picture.shape
    rows = np.arange(height)
    count = max(1, round((span[1] - span[0]) / (PIECE * SCALE)))
    nodes = np.linspace(span[0], span[1] - 1, count + 1)
    reach, lean = round(stray * SCALE / _STEP), round(_LEAN * SCALE / _STEP)
    shifts = np.arange(-reach, reach + 1)
    blurred = cv2.blur(np.ascontiguousarray(picture), (1 + 2 * round(thickness * SCALE / 2), 1))
    at = np.clip(expected[:, None] - 0.5 + shifts * _STEP, 0, width - 1.001)
    low = at.astype(int)
    part = (at - low).astype(np.float32)
    dark = PAPER - (blurred[rows[:, None], low] * (1 - part) + blurred[rows[:, None], low + 1] * part)
    first, last = np.nonzero(np.abs(shifts[:, None] - shifts) <= lean)  # of a straight piece: its shifts at both ends
    pieces = []
    for start, end in pairwise(nodes):
        along = np.arange(round(start), round(end) + 1)
        fraction = np.linspace(0, 1, len(along))
        index = np.rint(first[:, None] * (1 - fraction) + last[:, None] * fraction).astype(int)
        pieces.append(dark[along, index])
    lowest = [np.quantile(piece, 1 - _ALONG, axis=1, method="lower") for piece in pieces]
    level = min(darkest, float(np.median([levels.max() for levels in lowest])))
    if level <= MIN_CONTRAST:
        return None
    scores = np.full((len(shifts), len(shifts)), -np.inf)
    away = _NEAR * level * np.abs(shifts) * _STEP / SCALE
    best, back = np.zeros(len(shifts)), list[NDArray[np.intp]]()
    for piece in pieces:  # the best path, piece by piece
        scores[first, last] = np.minimum(piece, level).mean(axis=1) - (away[first] + away[last]) / 2
        total = best[:, None] + scores
        back.append(total.argmax(axis=0))
        best = total.max(axis=0)
    path = [int(best.argmax())]
    for before in reversed(back):
        path.append(int(before[path[-1]]))
    moved = shifts[path[::-1]] * _STEP
    found = np.interp(rows, nodes, moved)
    for outer, one, other in ((rows < nodes[0], 0, 1), (rows > nodes[-1], -1, -2)):
        slope = (moved[one] - moved[other]) / (nodes[one] - nodes[other])
        found[outer] = moved[one] + (rows[outer] - nodes[one]) * slope
    return np.asarray(expected + found)


_BLACK = 80  # the level below which a line lets through too little to see what is written on it
_MAX_TIMES = 6  # by how much light is raised at most
_SLANTS = np.linspace(-1, 1, 9)  # of strokes across a line, in pixels along it for each across
_SOFT = 0.3  # pixels by which a line may lie beside its path
_BESIDE = 1.0  # pixels beside a line that its soft edge covers
_WAY = 1.5  # millimetres of a line: what is darker on average along it may be ink
_MAX_STROKE = 6.0  # millimetres of a stroke of one digit: what is darker for longer is a darker line
_MAY_BE = 100  # the level of such ink
_MAX_POINT, _MIN_POINT = 1.3, 0.15  # millimetres of a decimal point, and of its shorter side
_LONG = 2.0  # times as long as wide: what is left of a line is longer along it
PALE = 0.3
"""Of the darkest ink: what is left of a line is no darker."""


@dataclass(frozen=True)
class Erased:
    """A part of a sheet without its lines, uint8 (h, w), in two ways."""

    ink: NDArray[np.uint8]  # what is most probably ink stays
    # all that may be ink stays: lines too where something written reaches them, or may go along them
    kept: NDArray[np.uint8]


def usual_profiles(lines: Iterable[tuple[Kind, Line]]) -> dict[Kind, NDArray[np.float64]]:
    """Return what most lines of each kind look like, since single ones have ink along them."""
    profiles: dict[Kind, list[NDArray[np.float64]]] = {}
    for kind, line in lines:
        profiles.setdefault(kind, []).append(line.profile)
    return {kind: np.median(own, axis=0) for kind, own in profiles.items()}


def erase(part: NDArray[np.uint8], lines: Sequence[Line], usual: Sequence[NDArray[np.float64]]) -> Erased:
    """Take lines out of a part of a flat sheet in two ways."""
    light, kept = part.astype(np.float32), np.full(part.shape, PAPER, np.float32)
    for line, profile in zip(lines, usual, strict=True):
        rows = slice(*line.rows)
        own, other = turned(light, line.vertical)[rows], turned(kept, line.vertical)[rows]
        _take_out(turned(part, line.vertical)[rows].astype(np.float32), own, other, line, DARKEST * profile)
    ink = np.clip(light, 0, PAPER)
    return Erased(ink.astype(np.uint8), np.clip(np.minimum(ink, kept), 0, PAPER).astype(np.uint8))


def _take_out(
    printed: NDArray[np.float32],
    picture: NDArray[np.float32],
    kept: NDArray[np.float32],
    line: Line,
    darkest: NDArray[np.float64],
) -> None:
    """Take a vertical line out of a picture, and write what may be ink on it into another, in place."""
    line_path, thickness = line.path, line.thickness
    if line.profile.max() > darkest.max():  # it may have been followed where something is written
        found = line_path_of(printed, line.expected, line.span, thickness, float(darkest.max()) / DARKEST)
        line_path = line.expected if found is None else found
    light, away, columns = seen_along(picture, line_path, thickness)
    rows = np.arange(len(picture))[:, None]
    usual = _usual(seen_along(printed, line_path, thickness)[0], away, line.span, thickness, darkest)
    clean, black = see_through(light, usual)
    own = black | (np.abs(away) <= thickness / 2 * SCALE + _BESIDE)
    sides = _sides(clean, own)
    at_either = np.minimum(sides.left, sides.right)
    along = _darker(np.where(usual < PAPER, usual - light, 0).sum(axis=1), line.span)
    may_be = np.where(along[:, None], _MAY_BE, at_either[:, None])
    picture[rows, columns] = clean
    kept[rows, columns] = np.minimum(kept[rows, columns], np.where(own, may_be, PAPER))


def see_through(
    light: NDArray[np.float32], usual: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Return what is seen without a vertical line, and where that lets through too little, so that it is a guess.

    `light`: what is seen: float32 (rows, n). `usual`: the same if nothing were written: paper is 255.
    """
    clean = np.minimum(light * np.clip(PAPER / np.maximum(usual, 1), 1, _MAX_TIMES), PAPER)
    black = usual < _BLACK
    if black.any():
        clean[black] = np.maximum(clean, _across(clean, black))[black]
    return clean, black


def _usual(
    light: NDArray[np.float32],
    away: NDArray[np.float64],
    span: tuple[int, int],
    thickness: float,
    darkest: NDArray[np.float64],
) -> NDArray[np.float32]:
    """Return what would be seen along a line if nothing were written: float32 (rows, n)."""
    usual = np.full(light.shape, PAPER, np.float32)
    at = distances(thickness)
    # a line is not equally dark along all of its length
    pieces = max(1, round((span[1] - span[0]) / (2 * PIECE * SCALE)))
    edges = [*pairwise(np.linspace(*span, pieces + 1).round().astype(int).tolist())]
    for index, (start, end) in enumerate(edges):
        profile = PAPER - np.minimum(profile_of(light, away, (start, end), thickness), darkest)
        rows = slice(start if index else 0, end if index < pieces - 1 else len(light))
        usual[rows] = np.minimum(*(np.interp(away[rows] + side, at, profile) for side in (-_SOFT, _SOFT)))
    usual[np.abs(away) > at[-1] - 1] = PAPER
    return usual


def _darker(more: NDArray[np.float32], span: tuple[int, int]) -> NDArray[np.bool_]:
    """Tell in which rows a line is darker, or wider, than lines are, for as long as a stroke may go along it."""
    smooth = cv2.blur(more[:, None], (1, round(_WAY * SCALE)), borderType=cv2.BORDER_REPLICATE)[:, 0]
    found: NDArray[np.bool_] = smooth > 0
    found[: span[0]] = found[span[1] :] = False
    edges = np.flatnonzero(np.diff(found.astype(np.int8), prepend=0, append=0)).reshape(-1, 2)
    for start, end in edges[np.ptp(edges, axis=1) > _MAX_STROKE * SCALE].tolist():
        found[start:end] = False
    return found


class _Sides(NamedTuple):
    """Where a line begins and ends in each row, and how light it is on both sides of it: (rows,) each."""

    first: NDArray[np.intp]
    last: NDArray[np.intp]
    left: NDArray[np.float32]
    right: NDArray[np.float32]


def _sides(clean: NDArray[np.float32], line: NDArray[np.bool_]) -> _Sides:
    """Return what is seen beside a line, in each row some pixels in the middle, of `clean`, where paper is 255."""
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

    `clean`: the cell with its margin, without lines and what is left of them: uint8 (h, w), paper 255.

    >>> erased = np.full((96, 160), 250, np.uint8)
    >>> erased[30:80, [40, 41, 42, 90, 91, 92]] = 60
    >>> clean = erased.copy()
    >>> erased[82:86, 64:68] = erased[84:86, 100:150] = 60
    >>> back = with_points(clean, erased, rim=8, peak=190.0)
    >>> int(back[83, 65]), int(back[85, 120])
    (60, 250)
    """
    lost = ((PAPER - erased.astype(np.float32) >= PALE * peak) & (clean > erased)).astype(np.uint8)
    lost[:, :rim] = lost[:, -rim:] = 0
    lost[: len(lost) // 2] = lost[len(lost) - rim // 2 :] = 0
    _, labels, stats, _ = cv2.connectedComponentsWithStats(lost, connectivity=8)
    _, _, wide, high, _ = stats.T
    short, long = np.minimum(wide, high), np.maximum(wide, high)
    point = (long <= _MAX_POINT * SCALE) & (short >= _MIN_POINT * SCALE) & (wide <= _LONG * high)
    point[0] = False
    near = cv2.dilate(point[labels].astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    return np.where(near, np.minimum(clean, erased), clean)


_MAX_THICKNESS = 1.9  # millimetres: what is thicker is a bar, not a line
_BETWEEN, _SAMPLES = (0.15, 0.85), 40  # of a line between the lines that cross it, and points on it
_SHARP = 0.6  # millimetres within which it is dark beside the edge of something printed
_MIN_LINE_DARK = 20.0  # grey levels by which a line differs from paper


def measure_thickness(
    picture: NDArray[np.uint8], pieces: Iterable[tuple[NDArray[np.float64], NDArray[np.float64]]], unit: float = SCALE
) -> float:
    """Return how thick lines are, in millimetres: of their pieces, the median; `ORDINARY` if that is no line's.

    `pieces`: both ends of each, x and y in pixels: float64 (2,) each. `unit`: pixels of the picture to a millimetre.

    >>> flat = np.full((400, 400), 255, np.uint8)
    >>> flat[80:88, 80:240] = 60
    >>> measure_thickness(flat, [np.array([[84.0, 84], [236, 84]])]), measure_thickness(flat, [np.zeros((2, 2))])
    (1.0, 0.25)
    """
    reach = round((STRAY + _MAX_THICKNESS) * SCALE)
    away, along = np.arange(-reach, reach + 1) * unit / SCALE, np.linspace(*_BETWEEN, _SAMPLES)
    found = list[float]()
    for start, end in pieces:
        levels = levels_beside(picture, (start, end), along, away)
        found += _width_of(np.asarray(PAPER - np.median(levels, axis=0), np.float64))
    middle_one = float(np.median(found)) if found else ORDINARY
    return max(middle_one, ORDINARY) if middle_one <= _MAX_THICKNESS else ORDINARY


def _width_of(across: NDArray[np.float64]) -> list[float]:
    """Return how wide a line near the middle is, in millimetres: its width at half of its darkness; [] for none."""
    middle, reach = len(across) // 2, round(STRAY * SCALE)
    near = across[middle - reach : middle + reach + 1]
    if near.max() < _MIN_LINE_DARK:
        return []
    dark = across >= near.max() / 2
    darkest = middle - reach + int(near.argmax())
    before, after = np.flatnonzero(~dark[:darkest]), np.flatnonzero(~dark[darkest:])
    return [float(darkest + after[0] - before[-1] - 1) / SCALE] if len(before) and len(after) else []


def line_from(flat: NDArray[np.uint8], box: Box, side: int) -> float | None:
    """Find the middle of the line that bounds the light inside of a box.

    >>> flat = np.full((100, 200), 255, np.uint8)
    >>> flat[:, 20:28] = flat[:, 150:] = 60
    >>> line_from(flat, Box(28, 0, 122, 100), 0), line_from(flat, Box(28, 0, 122, 100), 2)
    (4.0, 1.0)
    """
    picture = flat if side % 2 == 0 else flat.T
    x, y, wide, high = box if side % 2 == 0 else (box.y, box.x, box.height, box.width)
    reach = round(2 * _MAX_THICKNESS * SCALE)
    top, bottom = (round(y + fraction * high) for fraction in _BETWEEN)
    rows = picture[top : max(bottom, top + 1)]
    if side < 2:
        piece = rows[:, max(0, round(x) - reach) : round(x) + 3][:, ::-1]
    else:
        piece = rows[:, round(x + wide) - 3 : round(x + wide) + reach]
    along = PAPER - np.median(piece, axis=0)  # from three pixels inside, outwards
    dark = along >= along[: round(_MAX_THICKNESS * SCALE)].max(initial=_MIN_LINE_DARK) / 2
    first = int(dark.argmax()) if dark.any() else 3
    ends = np.flatnonzero(~dark[first:])
    if dark[0] and len(ends):  # a light line bounds a coloured box; a bar has none
        light = np.flatnonzero(dark[ends[0] :])
        return float(ends[0] - 3 + light[0] / 2) if len(light) else None
    if len(ends) and ends[0] <= _MAX_THICKNESS * SCALE:
        return float(first - 3 + ends[0] / 2)
    soon = along[first : first + round(_SHARP * SCALE)].max(initial=0)
    return first - 3 + ORDINARY * SCALE / 2 if soon >= 0.75 * along.max(initial=0) else None

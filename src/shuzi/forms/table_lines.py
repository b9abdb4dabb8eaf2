"""What may be lines on a picture becomes the lines of a table, followed however they bend, and told from strokes."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.forms.flatten import PAPER
from shuzi.forms.printed_lines import levels_at, levels_beside, levels_between
from shuzi.forms.table_grid import ASIDE, MAX_LINES, Settled, Shape, between, gaps_of, noise_of

_STEP = 3  # pixels along a line from one look at it to the next
_BESIDE = 6  # pixels from a line to the paper
_TURNING = 0.3  # of a line's usual darkness that it costs to lie a pixel farther aside
_NEAR, _FAR = 4.0, 40.0  # pixels from a crossing that the crossing line takes, and that tell where a line crosses
_SEEN = 0.4  # of its usual darkness: what is paler is a gap
_VISIBLE = 0.9  # of a line that must be visible
_MIN_CROSSINGS, _PLACES = 4, 3  # crossings that tell a line from strokes of digits, and places that tell its path
_LONG = 3.0  # times the height of a row: no level stroke of digits is so long
_JUMP, _MAX_JUMP, _NEARLY_ALL = 0.6, 1.2, 0.8  # pixels between its paths on both sides: half and most of crossings
_MIN_SEEN = 0.6  # of a line: if less is seen, it may be none
_NOISE, _PALE_SEEN = 6.0, 0.85  # levels: what is no darker may be noise, unless so much of it is seen
_ALIKE = 2.0  # times as dark as the others a line may be
_THIN, _PALEST = 5, 0.35  # pixels beside a thin line where paper is; of the usual darkness that it has at least
_END, _CROSSED = 0.15, 3  # of a cell's height: its ends, which digits seldom reach; pixels there of the crossing line
_DASHED, _IN_ROWS = 0.3, 0.8  # of a cell's height that a dashed line covers, and of all rows that it goes through
_AT_ENDS, _WANDER = 0.15, 5  # of the ends of cells that it covers, where digits are rare; pixels that it may go aside
_SOME = 5  # lines that tell how dark lines are, as all of them are alike
_LOW, _NARROW = 0.7, 0.9  # of the usual height of a row: lower or narrower cells may be parts of one


@dataclass(frozen=True)
class _LinePath:
    """How dark a line is, how much of it is visible, its length, and how far aside it goes on at each crossing."""

    dark: float
    visible: float
    length: float
    jumps: NDArray[np.float64]

    def is_certain(self, vertical: bool, high: float) -> bool:
        """Tell whether it goes on across others, as strokes of digits do not, where rows are so many pixels high."""
        if self.visible < _VISIBLE:
            return False
        if not vertical:
            return self.length >= _LONG * high and float(np.median([0.0, *self.jumps])) <= _MAX_JUMP
        if len(self.jumps) < _MIN_CROSSINGS:
            return False
        return bool(np.median(self.jumps) <= _JUMP and (self.jumps <= _MAX_JUMP).mean() >= _NEARLY_ALL)


def are_certain(
    nodes: NDArray[np.float64], lit: NDArray[np.uint8], unseen: tuple[Set[int], Set[int]]
) -> tuple[bool, bool]:
    """Tell whether all rows, and all columns, are surely between lines, but for those already known to be doubtful.

    `nodes`: the crossings of lines: x and y, float64 (rows, columns, 2).
    """
    turned = nodes.swapaxes(0, 1)
    heights, widths = gaps_of(nodes), gaps_of(turned)
    high = float(np.median(heights))
    rows = bool((heights >= _LOW * high).all()) and _are_lines(nodes, lit, unseen[0], False, high)
    columns = bool((widths >= _NARROW * high).all()) and _are_lines(turned, lit, unseen[1], True, high)
    hidden = may_hide_lines(nodes, lit)
    return rows and not hidden[0], columns and not hidden[1]


def may_hide_lines(nodes: NDArray[np.float64], lit: NDArray[np.uint8]) -> tuple[bool, bool]:
    """Tell whether a line that was missed, such as a dashed one, may stand in a row, and in a column.

    `nodes`: the crossings of the lines that were found: x and y, float64 (rows, columns, 2).

    >>> lit = np.full((300, 400), 255, np.uint8)
    >>> lit[50:251:40, 50:351] = lit[50:251, 50:351:100] = 90
    >>> nodes = np.stack(np.meshgrid(np.array([50.0, 150, 350]), np.arange(50.0, 251, 40)), axis=2)
    >>> may_hide_lines(nodes, lit)
    (False, True)
    """
    return (
        _may_hide_line(nodes.swapaxes(0, 1)[..., ::-1], np.ascontiguousarray(lit.T)),
        _may_hide_line(nodes, lit),
    )


def doubt_unseen(table: Settled, lit: NDArray[np.uint8], shape: Shape) -> Settled:
    """Doubt inner lines of which too little is seen, as of serifs of digits, where no given number settles it."""
    rows = frozenset[int]() if shape.rows else _unseen(table.nodes, lit)
    columns = frozenset[int]() if shape.columns else _unseen(table.nodes.swapaxes(0, 1), lit)
    beside_rows, beside_columns = ({gap for line in own for gap in (line - 1, line)} for own in (rows, columns))
    return replace(
        table,
        rows=table.rows | beside_rows,
        columns=table.columns | beside_columns,
        row_lines=table.row_lines | rows,
        column_lines=table.column_lines | columns,
    )


def _unseen(nodes: NDArray[np.float64], lit: NDArray[np.uint8]) -> frozenset[int]:
    line_paths = [_followed(line, lit) for line in nodes[1:-1]]
    min_seen = [_PALE_SEEN if line_path.dark < _NOISE else _MIN_SEEN for line_path in line_paths]
    inner = enumerate(zip(line_paths, min_seen, strict=True), start=1)
    return frozenset(line for line, (line_path, needed) in inner if line_path.visible < needed)


def _may_hide_line(nodes: NDArray[np.float64], lit: NDArray[np.uint8]) -> bool:
    """Tell whether a line may stand between two vertical lines of crossings (rows, columns, 2)."""
    some = nodes.swapaxes(0, 1)[:: -(-nodes.shape[1] // _SOME)]
    usual = float(np.median([_followed(line, lit).dark for line in some]))
    high = max(2 * _BESIDE, round(float(np.median(np.linalg.norm(np.diff(nodes, axis=0), axis=2)))))
    down = (np.arange(high) + 0.5) / high
    end = max(_CROSSED + 1, round(_END * high))
    for left, right in pairwise(nodes.swapaxes(0, 1)):
        # all cells of a column, stretched to the size of its widest
        wide = max(2 * _BESIDE, round(float(np.linalg.norm(right - left, axis=1).max())))
        across = (np.arange(wide) + 0.5) / wide
        points = between(left, right, across, down).transpose(1, 2, 0, 3).reshape(-1, wide, 2)
        dark = PAPER - cv2.blur(levels_between(lit, points), (1, 5)).astype(np.float32)
        # darker than what is a little beside it on both sides
        beside = np.pad(dark, ((0, 0), (_THIN, _THIN)), mode="edge")
        is_thin = dark - np.maximum(beside[:, : -2 * _THIN], beside[:, 2 * _THIN :]) >= _PALEST * usual
        is_thin[:, :_BESIDE] = is_thin[:, -_BESIDE:] = False
        near = cv2.dilate(is_thin.astype(np.float32), np.ones((1, _WANDER), np.uint8)).reshape(-1, high, wide)
        in_rows = (near.mean(axis=1) >= _DASHED).mean(axis=0)
        at_ends = np.concatenate([near[:, _CROSSED:end], near[:, -end:-_CROSSED]], axis=1).mean(axis=(0, 1))
        if ((in_rows >= _IN_ROWS) & (at_ends >= _AT_ENDS)).any():
            return True
    return False


def _are_lines(
    nodes: NDArray[np.float64], lit: NDArray[np.uint8], unseen: Set[int], vertical: bool, high: float
) -> bool:
    """Tell whether all lines of one direction are certain, and alike."""
    line_paths = [_followed(line, lit) for index, line in enumerate(nodes) if index not in unseen]
    dark = np.array([line_path.dark for line_path in line_paths])
    usual = float(np.median(dark)) if line_paths else 0.0
    alike = (dark * _ALIKE >= usual).all() and (dark <= usual * _ALIKE).all()
    return bool(line_paths and alike and all(line_path.is_certain(vertical, high) for line_path in line_paths))


def _followed(crossings: NDArray[np.float64], lit: NDArray[np.uint8]) -> _LinePath:
    """Follow a line through crossings (n, 2)."""
    pieces = [_darker(start, end, lit) for start, end in pairwise(crossings)]
    dark = np.asarray(cv2.blur(np.concatenate(pieces), (1, 3)), np.float64)
    usual = max(float(np.median(dark.max(axis=1))), 1.0)
    dark = np.minimum(dark, usual)  # digits near a line may be darker
    path = _path(dark / usual)
    levels = np.take_along_axis(dark, path[:, None], axis=1)[:, 0]
    around = (path[:, None] + np.arange(-2, 3)).clip(0, dark.shape[1] - 1)
    weights = np.maximum(np.take_along_axis(dark, around, axis=1), 1e-6)
    aside = (weights * around).sum(axis=1) / weights.sum(axis=1)
    lengths = np.linalg.norm(np.diff(crossings, axis=0), axis=1)
    counts = [len(piece) for piece in pieces]
    after = np.concatenate([(np.arange(count) + 0.5) / count for count in counts]) * np.repeat(lengths, counts)
    before = np.repeat(lengths, counts) - after  # pixels to the next crossing, and from the last
    between = np.minimum(after, before) > _NEAR
    seen = between & (levels >= max(_SEEN * usual, 1.0))
    parts = [own[seen[own]] for own in np.split(np.arange(len(path)), np.cumsum(counts)[:-1])]
    jumps = [
        abs(_at_crossing(before[part], aside[part]) - _at_crossing(after[next_part], aside[next_part]))
        for part, next_part in pairwise(parts)
    ]
    return _LinePath(
        float(np.median(levels)), float(seen.sum() / max(between.sum(), 1)), float(lengths.sum()), np.array(jumps)
    )


def _darker(start: NDArray[np.float64], end: NDArray[np.float64], lit: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return how much darker it is along a piece of a line, and aside, than on one side of it: float32 (n, 17)."""
    count = max(4, round(max(float(np.linalg.norm(end - start)), 1.0) / _STEP))
    along = (np.arange(count) + 0.5) / count
    away = np.arange(-ASIDE - _BESIDE, ASIDE + _BESIDE + 1)
    dark = PAPER - levels_beside(lit, (start, end), along, away)
    return np.asarray(dark[:, _BESIDE:-_BESIDE] - np.minimum(dark[:, : -2 * _BESIDE], dark[:, 2 * _BESIDE :]))


def _path(dark: NDArray[np.float64]) -> NDArray[np.intp]:
    """Return the darkest path through a band (n, wide) that goes aside by a pixel in a step, at most: intp (n,)."""
    best = np.full((len(dark), dark.shape[1] + 2), -np.inf)  # of all paths to a pixel; none comes from outside
    best[0, 1:-1] = dark[0]
    for last, own, level in zip(best[:-1], best[1:, 1:-1], dark[1:], strict=True):
        aside = last - _TURNING
        np.maximum(aside[:-2], aside[2:], out=own)
        np.maximum(own, last[1:-1], out=own)
        own += level
    path = [int(best[-1].argmax())]
    for last in best[-2::-1]:
        left, middle, right = last[path[-1] - 1 : path[-1] + 2].tolist()
        ways = left - _TURNING, middle, right - _TURNING
        path.append(path[-1] - 1 + ways.index(max(ways)))
    return np.array(path[::-1]) - 1


def _at_crossing(far: NDArray[np.float64], aside: NDArray[np.float64]) -> float:
    """Return how far aside a line is at a crossing, by what is seen of it near that, so many pixels from it."""
    near = far <= _FAR
    if near.sum() < _PLACES:
        return np.inf
    return float(np.polyfit(far[near], aside[near], 1)[1])


COVERED = 0.3
"""Of the table that a line must be visible along: one of three pieces is enough."""

MIN_GAP = 14
"""Pixels of the flattened table between two lines."""

CURVED = 5
"""Pixels by which a line may bend from the straight in a piece."""

NEAR = 0.05, 0.16
"""Of a cell's side from a crossing: where lines are visible and digits seldom are."""

ALL = 0.05, 0.95
"""Of it: the whole of a piece but the crossings."""

STRIPS = 14
"""Pieces in which the path of a line is followed."""

_CROSSING = 4  # pixels of the flattened table that the crossing line takes
_WHOLE = 0.9  # of such a piece that is dark if the line is there
_MIN_DISTANCE = 0.3  # of the median gap: lines that are closer are one
_MAX_BEND = 60  # pixels that one end of a line, or its middle, is lower than another part
_MIN_REACH = 3  # pixels beside such a path that its line is sought at
_TIMES = 3  # that such a path is followed anew


def follow_lines(dark: NDArray[np.uint8], horizontal: bool) -> list[NDArray[np.float64]]:
    """Follow the lines of one direction: for each, y as a polynomial of x (or x of y), from the first to the last."""
    long, covered, rows = find_covered(dark, horizontal)
    rows = drop_close(rows, covered)
    usual = float(np.median(np.diff(rows))) if len(rows) > 1 else np.inf
    reach = int(np.clip(usual / 2 - 1, _MIN_REACH, 2 * CURVED))
    return [_line_path(long, row, reach) for row in rows]


def find_covered(
    dark: NDArray[np.uint8], horizontal: bool, min_covered: float | None = None
) -> tuple[NDArray[np.uint8], NDArray[np.float64], list[int]]:
    """Find the rows of a picture (or its columns) that are dark along much of their length.

    `dark`: uint8 (h, w), 1 where it is dark. `min_covered`: the fraction of the length that must be dark; None for a
    part of that of the darkest.
    """
    picture = dark if horizontal else np.ascontiguousarray(dark.T)
    piece = max(15, picture.shape[1] // 60)
    thickened = cv2.dilate(picture, np.ones((3, 1), np.uint8))
    long = np.asarray(cv2.morphologyEx(thickened, cv2.MORPH_OPEN, np.ones((1, piece), np.uint8)), np.uint8)
    # a line that bends a little still counts along all of its length
    covered = np.asarray(cv2.dilate(long, np.ones((CURVED, 1), np.uint8)).mean(axis=1), np.float64)
    min_covered = COVERED * float(covered.max()) if min_covered is None else min_covered
    rows = list[int]()
    for row in np.argsort(-covered, kind="stable").tolist():
        if covered[row] < min_covered or len(rows) == MAX_LINES:
            break
        if all(abs(row - line) >= MIN_GAP for line in rows):
            rows.append(row)
    return long, covered, rows


def drop_close(rows: list[int], covered: NDArray[np.float64]) -> list[int]:
    """Drop the paler of two lines that are much closer than most: a thick or bent line looks like two."""
    kept = sorted(rows)
    while len(kept) > 2:
        gaps = np.diff(kept)
        closest = int(gaps.argmin())
        if gaps[closest] >= _MIN_DISTANCE * np.median(gaps):
            break
        pair = kept[closest : closest + 2]
        kept.remove(min(pair, key=lambda row: float(covered[row])))
    return kept


def _line_path(long: NDArray[np.uint8], row: int, reach: int) -> NDArray[np.float64]:
    line_path = np.array([0.0, 0.0, float(row)])
    for _ in range(_TIMES):  # where a line bends, it leaves the pixels around its row
        line_path = _follow_once(long, line_path, reach)
    return line_path


def _follow_once(long: NDArray[np.uint8], line_path: NDArray[np.float64], reach: int) -> NDArray[np.float64]:
    """Fit the path of a line to the ink so many pixels beside it."""
    away = np.arange(-reach, reach + 1)[:, None]
    along = np.arange(long.shape[1])
    heights = np.rint(np.polyval(line_path, along)).astype(int) + away
    band = np.where((heights >= 0) & (heights < len(long)), long[heights.clip(0, len(long) - 1), along], 0)
    xs, ys = [], []
    for part in np.array_split(along, STRIPS):
        ink = band[:, part].astype(np.float64)
        if (ink.max(axis=0) > 0).mean() >= 0.5:
            xs.append(part.mean())
            ys.append(float((ink * heights[:, part]).sum() / ink.sum()))
    if len(xs) < 4:
        return line_path
    bends = len(xs) >= 6 and np.ptp(xs) >= 0.6 * long.shape[1]
    found = np.polyfit(xs, ys, 2 if bends else 1)
    found = np.concatenate([np.zeros(3 - len(found)), found])
    return found if np.ptp(np.polyval(found, along)) <= _MAX_BEND else line_path


def crossing(row: NDArray[np.float64], column: NDArray[np.float64]) -> tuple[float, float]:
    """Return where a level line (y as a polynomial of x) and a vertical one (x of y) cross: x and y."""
    x, y = float(column[2]), float(row[2])
    for _ in range(5):
        y = float(np.polyval(row, x))
        x = float(np.polyval(column, y))
    return x, y


def reaches(
    lines: NDArray[np.float64], thickened: NDArray[np.uint8], part: tuple[float, float] = NEAR
) -> list[float]:
    """Return for each line, given by its crossings (n, 2), how many of its pieces are visible in that part, of 1."""
    found = []
    for crossings in lines:
        ends = []
        for start, end in (*pairwise(crossings), *pairwise(crossings[::-1])):
            pixels = max(float(np.linalg.norm(end - start)), 1.0)
            near = max(_CROSSING, part[0] * pixels)
            along = np.arange(near, max(near + _CROSSING, part[1] * pixels))[:, None] / pixels
            ends.append(levels_at(thickened, start + (end - start) * along).mean() >= _WHOLE)
        found.append(float(np.mean(ends)) if ends else 0.0)
    return found


def with_ink(
    nodes: NDArray[np.float64], level: NDArray[np.uint8], vertical: NDArray[np.uint8]
) -> list[tuple[NDArray[np.float64], NDArray[np.uint8]]]:
    """Return the crossings of rows, and of columns, each with what may be ink of such lines, and a little beside."""
    sizes = (level, (CURVED, 1)), (vertical, (1, CURVED))
    thickened = [np.asarray(cv2.dilate(ink, np.ones(size, np.uint8)), np.uint8) for ink, size in sizes]
    return [*zip((nodes, nodes.swapaxes(0, 1)), thickened, strict=True)]


def keep_reaching(
    nodes: NDArray[np.float64], across: NDArray[np.uint8], down: NDArray[np.uint8]
) -> tuple[list[int], list[int]]:
    """Return the rows and columns of crossings that reach far enough, on what `with_ink` returns of both."""
    rows, columns = [*range(nodes.shape[0])], [*range(nodes.shape[1])]
    # where digits make a line seem to be, those across it seem to have a gap
    for min_reach in (COVERED / 2, COVERED):
        own = nodes[np.ix_(rows, columns)]
        far_rows = keep_far(reaches(own, across), own[..., 1], min_reach)
        far_columns = keep_far(reaches(own.swapaxes(0, 1), down), own[..., 0].T, min_reach)
        rows, columns = [rows[row] for row in far_rows], [columns[column] for column in far_columns]
    return rows, columns


def keep_far(reach: list[float], line_paths: NDArray[np.float64], min_reach: float) -> list[int]:
    """Return the lines that reach far enough; of two along the same printed line, the one that reaches farther."""
    kept = list[int]()
    for line in sorted(range(len(reach)), key=lambda index: -reach[index]):
        apart = [np.abs(line_paths[line] - line_paths[other]).max() for other in kept]
        if reach[line] >= min_reach and min(apart, default=np.inf) >= MIN_GAP / 2:
            kept.append(line)
    return sorted(kept)


def lie_in_order(nodes: NDArray[np.float64], shape: tuple[int, ...]) -> bool:
    """Tell whether the crossings (rows, columns, 2) of a table's lines lie in their order on a picture (h, w)."""
    rows, columns = nodes.shape[:2]
    if min(rows, columns) < 2 or max(rows, columns) < 3:  # the outline of a sheet is a single cell
        return False
    inside = (nodes >= 0).all() and (nodes < np.array([shape[1], shape[0]])).all()
    across, down = np.diff(nodes[..., 0], axis=1), np.diff(nodes[..., 1], axis=0)
    return bool(inside and min(across.min(), down.min()) >= MIN_GAP / 2)


_MIN_DARK, _STRONG = 0.06, 0.2  # of the paper's brightness by which ink is darker, and pens are
_FAINTEST, _TIMES_NOISE = 0.012, 6.0  # of it by which a faint line is, and how many times the noise
_ALONG, _FREE = 25, 0.5  # pixels that a faint line is seen along, and of these, without ink
_SPARSE = 5  # pixels between those that tell the noise
_TO_PAPER = 5  # pixels from the middle of a faint line to the paper on both sides


def line_ink(grey: NDArray[np.uint8], leans: Sequence[float]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Mark what may be level lines, and vertical ones: uint8 (h, w) each, 1 where there is some.

    >>> grey = np.random.default_rng(0).normal(200, 3, (120, 160)).clip(0, 255).astype(np.uint8)
    >>> grey[60] -= 12
    >>> level, vertical = line_ink(grey, (0,))
    >>> bool(level[60, 20:140].mean() > 0.9), bool(vertical.mean() < 0.01)
    (True, True)
    """
    dark, smooth, around = _ink_and_light(grey)
    strong = (around - smooth > _STRONG * around).astype(np.uint8)
    inked = np.maximum(cv2.dilate(dark, np.ones((5, 5))), cv2.dilate(strong, np.ones((11, 11))))
    free = np.asarray(1 - inked, np.float32)
    light = np.asarray(smooth / np.maximum(around, 1), np.float32)
    level, vertical = _faint(light, free, leans), _faint(light.T, free.T, leans).T
    return dark | level, dark | vertical


def dark_ink(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Mark thin dark things: uint8 (h, w), 1 where there are some."""
    return _ink_and_light(grey)[0]


def _ink_and_light(grey: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.float32], NDArray[np.float32]]:
    """Return where thin dark things are, how light each pixel is, and how light it is around."""
    smooth = np.asarray(cv2.GaussianBlur(grey.astype(np.float32), (0, 0), 1.0), np.float32)  # first: noise is no line
    around = np.asarray(cv2.morphologyEx(smooth, cv2.MORPH_CLOSE, np.ones((13, 13), np.uint8)), np.float32)
    return (around - smooth > np.maximum(_MIN_DARK * around, 9)).astype(np.uint8), smooth, around


def _faint(light: NDArray[np.float32], free: NDArray[np.float32], leans: Sequence[float]) -> NDArray[np.uint8]:
    """Mark faint level lines: darker along some pixels than along as many above and below; `free`: 1 without ink."""
    high, wide = light.shape
    found = np.zeros((high, wide), np.uint8)
    for lean in leans:
        matrix = cv2.getRotationMatrix2D((wide / 2, high / 2), lean, 1.0)
        turned = [cv2.warpAffine(picture, matrix, (wide, high)) for picture in (light * free, free)]
        total, count = (cv2.blur(picture, (_ALONG, 1)) for picture in turned)
        mean = total / np.maximum(count, _FREE)
        edge = np.pad(mean, ((_TO_PAPER, _TO_PAPER), (0, 0)), mode="edge")
        seen = np.pad(count, ((_TO_PAPER, _TO_PAPER), (0, 0))) >= _FREE
        both = (count >= _FREE) & seen[: -2 * _TO_PAPER] & seen[2 * _TO_PAPER :] & (turned[1] > 0)
        darker = np.where(both, np.minimum(edge[: -2 * _TO_PAPER], edge[2 * _TO_PAPER :]) - mean, 0)
        nothing, noise = noise_of(darker[::_SPARSE, ::_SPARSE][both[::_SPARSE, ::_SPARSE]])
        mask = (darker >= max(_FAINTEST, nothing + _TIMES_NOISE * noise)).astype(np.uint8)
        back = cv2.warpAffine(mask, matrix, (wide, high), flags=cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP)
        found |= np.asarray(back, np.uint8)
    return found

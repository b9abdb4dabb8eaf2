"""A grey picture becomes its lines of writing: where each goes, and how high its digits are.

A network marks the core of each line (`training.tasks`). It sees the picture as it is, shrunk to
`LOOK_PIXELS`, a third and a ninth of that for writing as high as the page, and enlarged where what it found is small.
A connected piece of the core is a line.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from statistics import median
from typing import Final, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.ink.line_pictures import TextLine
from shuzi.ink.paper import resize
from shuzi.models.session import Model
from shuzi.models.tasks import LINE_DETECTOR
from shuzi.reading.lines import group_in_reading_order

LOOK_PIXELS: Final = 786_432  # of the first look: 1,024 by 768
COARSER: Final = 3  # times coarser than that is the second look, and the third than the second
SMALL_TEXT: Final = 15.0  # pixels: where digits are lower in the first look, there is a finer one
GOOD_HEIGHT: Final = 26.0  # pixels, of a digit in the finer look
LARGE_TEXT: Final = 24.0  # pixels: of a coarser look, lines with lower digits are left to the finer ones
MAX_LOOK_PIXELS: Final = 2_400_000  # of the finer look
CELL: Final = 4  # pixels of a look per cell of its maps, as in training
MULTIPLE: Final = 32  # pixels: height and width of a look are multiples of this
MIDDLE_HEIGHT: Final = 16.0  # pixels: the height of a digit whose output is 0
CORE: Final = 128  # of 255: from this probability on a cell belongs to the core of a line
MIN_AREA: Final = 0.06  # of a squared digit's height: a smaller piece is none
MAX_LINES: Final = 400  # in a look; more is no page of writing
LONG_LINE: Final = 1.5  # digit heights: a shorter line does not tell how it slopes
PART_GAP: Final = 0.25  # digit heights: a number's parts may be so far apart
NUMBER_GAP: Final = 1.4  # digit heights: from this gap on, training separates two numbers of a row
DIGIT_LENGTH: Final = 1.1  # digit heights: a longer line may have more than one digit
DIGIT_GAP: Final = 2.5  # digit heights: from this gap on, single digits are numbers of their own
UNEVEN: Final = 2.0  # so many times as wide as another, a gap between single digits separates two numbers
MIN_OTHER_HEIGHT: Final = 0.4  # of the higher line's digits: lower ones are no part of the same number
OFF_ROW: Final = 0.5  # of the higher line's digits: how far off its middle another part of the number may lie
CUT_OFF: Final = 0.06  # of a digit's height, that the edge cuts off of a line that is none of the picture's own
SPECK: Final = 0.27  # of score times height, of sure lines' height: less is ruling (least of 1,592 true lines: 0.278)
SPECK_SCORE: Final = 0.8  # pieces of ruling had 0.73 at most
DARKEST: Final = 50  # one of so many pixels of a line is at least as dark as its ink
SAME_LINE: Final = 0.5  # of the shorter of two lines at different scales that lies on the other


class Writing(NamedTuple):
    """What the network sees of writing."""

    lines: list[TextLine]  # in no particular order
    score: float  # the highest probability, at any scale and place, that there is a line


class LineDetector(Model):
    """A model loaded to find lines of writing."""

    kind = LINE_DETECTOR

    def find(self, grey: NDArray[np.uint8]) -> Writing:
        """Find the lines of a picture, uint8 (h, w)."""
        first = min(1.0, math.sqrt(LOOK_PIXELS / grey.size))
        looks = [(scale, self.look(grey, scale)) for scale in (first, first / COARSER, first / COARSER**2)]
        score = max(writing.score for _, writing in looks)
        large = [[line for line in look.lines if line.height * scale >= LARGE_TEXT] for scale, look in looks[1:]]
        lines = _keep_best([looks[0][1].lines, *large])
        if lines and first < 1 and (height := _usual_height(lines)) * first < SMALL_TEXT:
            scale = min(1.0, GOOD_HEIGHT / height, math.sqrt(MAX_LOOK_PIXELS / grey.size))
            finer = self.look(grey, scale).lines if scale > first else []
            lines = finer + [line for line in lines if not any(_is_same(line, other) for other in finer)]
        lines = _without_specks(lines)
        return Writing([_join(part) for row in _rows(lines) for part in _split_numbers(row)], score)

    def look(self, grey: NDArray[np.uint8], scale: float) -> Writing:
        """Find the lines of a picture that is resized by `scale` first."""
        resized = resize(grey, scale)
        height, width = resized.shape
        maps = self.maps(resized)
        lines = [line.scaled(grey.shape[1] / width, grey.shape[0] / height) for line in _lines_of(maps)]
        return Writing(lines, int(_levels(maps).max()) / 255)

    def maps(self, grey: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return the network's maps of a look, uint8 (h, w): float32 (rows, columns, 3), a cell for `CELL` pixels."""
        height, width = grey.shape
        padded = cv2.copyMakeBorder(grey, 0, -height % MULTIPLE, 0, -width % MULTIPLE, cv2.BORDER_REPLICATE)
        (maps,) = self._session.run(padded[None].astype(np.float32))
        return np.asarray(maps[0, : -(-height // CELL), : -(-width // CELL)])


def _usual_height(lines: list[TextLine]) -> float:
    """Return the median height of digits, in which a long line counts more than a speck of the ruling."""
    ranked = sorted(lines, key=lambda line: line.height)
    lengths = np.cumsum([line.length for line in ranked])
    return ranked[int(np.searchsorted(lengths, lengths[-1] / 2))].height


def _without_specks(lines: list[TextLine]) -> list[TextLine]:
    """Leave out what is far lower than other lines and hardly seen: pieces of dashed ruling."""
    sure = [line for line in lines if line.score >= SPECK_SCORE]
    usual = _usual_height(sure or lines) if lines else 0.0
    return [line for line in lines if line.score >= SPECK_SCORE or line.score * line.height >= SPECK * usual]


def _levels(maps: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Return the core in levels, uint8 (h, w), so that other arithmetic decides alike."""
    return np.rint(maps[..., 0] * 255).astype(np.uint8)


def _lines_of(maps: NDArray[np.float32]) -> list[TextLine]:
    """Return the lines of the maps of a look, float32 (h, w, 3), in pixels of the look."""
    core = _levels(maps)
    _, labels, stats, _ = cv2.connectedComponentsWithStats((core >= CORE).astype(np.uint8), connectivity=8)
    pieces = []
    for label, (x, y, width, height, area) in enumerate(stats.tolist()):
        if label == 0:
            continue
        inside = labels[y : y + height, x : x + width] == label
        rows, columns = np.nonzero(inside)
        weights = core[y : y + height, x : x + width][inside].astype(np.float64)
        total = float(weights.sum())
        log_height = float((maps[y : y + height, x : x + width, 1][inside] * weights).sum()) / total
        digit = MIDDLE_HEIGHT * 2.0 ** min(max(log_height, -4.0), 6.0)
        if area * CELL * CELL < MIN_AREA * digit * digit:
            continue
        across, down = (columns + x + 0.5) * CELL, (rows + y + 0.5) * CELL
        middle = float((across * weights).sum()) / total, float((down * weights).sum()) / total
        spread = float((weights * (across - middle[0]) ** 2).sum())
        slope = float((weights * (across - middle[0]) * (down - middle[1])).sum()) / max(spread, 1e-6)
        long = (width * CELL) >= LONG_LINE * digit
        pieces.append((x * CELL, (x + width) * CELL, middle, digit, slope if long else None, total / area / 255))
    if len(pieces) > MAX_LINES:
        return []
    slopes = [piece[4] for piece in pieces if piece[4] is not None]
    usual = median(slopes) if slopes else 0.0
    lines = []
    for left, right, (x, y), digit, own, score in pieces:
        slope = usual if own is None else own
        start, end = (left, y + slope * (left - x)), (right, y + slope * (right - x))
        lines.append(TextLine(start, end, digit / math.hypot(1.0, slope), score))
    return lines


def _keep_best(looks: list[list[TextLine]]) -> list[TextLine]:
    """Return the lines of several looks, and of those that lie on one another the one with the highest score."""
    ranked = sorted(
        ((line, index) for index, lines in enumerate(looks) for line in lines), key=lambda own: -own[0].score
    )
    kept: list[tuple[TextLine, int]] = []
    for line, index in ranked:
        if not any(index != other_index and _is_same(line, other) for other, other_index in kept):
            kept.append((line, index))
    return [line for line, _ in kept]


def _is_same(line: TextLine, other: TextLine) -> bool:
    """Tell whether a line lies on another one, found at another scale."""
    own, their = line.box, other.box
    across = min(own.right, their.right) - max(own.x, their.x)
    down = min(own.bottom, their.bottom) - max(own.y, their.y)
    return across > SAME_LINE * min(own.width, their.width) and down > SAME_LINE * min(own.height, their.height)


def _rows(lines: list[TextLine]) -> list[list[TextLine]]:
    """Chain lines that go on in one another, from left to right."""
    rows: list[list[TextLine]] = []
    for line in sorted(lines, key=_middle):
        fitting = [row for row in rows if _goes_on(row[-1], line)]
        if fitting:
            max(fitting, key=lambda row: row[-1].end[0]).append(line)
        else:
            rows.append([line])
    return rows


def _goes_on(left: TextLine, right: TextLine) -> bool:
    """Tell whether the right line lies where the left one would go on."""
    high, low = (left, right) if left.height >= right.height else (right, left)
    if low.height < MIN_OTHER_HEIGHT * high.height:
        return False
    x, y = ((start + end) / 2 for start, end in zip(low.start, low.end, strict=True))
    slope = (high.end[1] - high.start[1]) / max(high.end[0] - high.start[0], 1.0)
    return abs(high.start[1] + slope * (x - high.start[0]) - y) < OFF_ROW * high.height


def _middle(line: TextLine) -> float:
    return (line.start[0] + line.end[0]) / 2


def _gaps(row: list[TextLine]) -> list[float]:
    """Return how far apart neighbours are, as multiples of the higher one's digits' height."""
    return [(right.start[0] - left.end[0]) / max(left.height, right.height) for left, right in pairwise(row)]


def _split_numbers(row: list[TextLine]) -> list[list[TextLine]]:
    """Part a row into numbers: what is close is one, and single digits with even gaps are too."""
    gaps = _gaps(row)
    is_digit = all(line.length < DIGIT_LENGTH * line.height for line in row)
    if is_digit and gaps and max(gaps) < min(DIGIT_GAP, UNEVEN * max(min(gaps), PART_GAP)):
        return [row]
    numbers = [[row[0]]]
    for gap, line in zip(gaps, row[1:], strict=True):
        if gap < PART_GAP:
            numbers[-1].append(line)
        else:
            numbers.append([line])
    return numbers


def _join(parts: list[TextLine]) -> TextLine:
    """Return the line that the parts of a number lie on; the longer ones count more."""
    if len(parts) == 1:
        return parts[0]
    weights = np.array([max(part.length, 1.0) for part in parts])
    ends = np.array([[part.start, part.end] for part in parts])
    middle = np.average(ends.mean(axis=1), axis=0, weights=weights)
    across, down = np.moveaxis(ends - middle, 2, 0)
    slope = float((weights @ (across * down)).sum() / max((weights @ across**2).sum(), 1e-6))
    left, right = float(ends[..., 0].min()), float(ends[..., 0].max())
    height = float(np.average([part.height for part in parts], weights=weights))
    score = float(np.average([part.score for part in parts], weights=weights))
    start, end = ((x, float(middle[1]) + slope * (x - float(middle[0]))) for x in (left, right))
    return TextLine(start, end, height, score)


def may_be_one_number(lines: list[TextLine]) -> bool:
    """Tell whether all lines stand beside one another, as close as the parts of a number with gaps do."""
    return len(_rows(lines)) == 1 and all(gap < NUMBER_GAP for gap in _gaps(sorted(lines, key=_middle)))


def without_cut_off(lines: Sequence[TextLine], grey: NDArray[np.uint8]) -> list[TextLine]:
    """Leave out lines whose ink the upper or lower edge of a picture cuts off: they are what is left of other ones.

    What is left looks lower than it was, so it is taken to be as high as the lines that lie away from the edges.
    """
    away = [line.height for line in lines if 0 < line.box.y - line.height < len(grey) - 3 * line.height]
    usual = median(away) if away else 0.0
    return [line for line in lines if not _is_cut_off(line, grey, max(0.0, usual - line.height))]


def _is_cut_off(line: TextLine, grey: NDArray[np.uint8], more: float) -> bool:
    """Tell whether digits higher by so many pixels would reach over an edge, and a line's ink touches it there."""
    box, over = line.box, CUT_OFF * line.height - more
    is_above, is_below = box.y < -over, box.bottom > len(grey) + over
    edges = grey[:1] if is_above else grey[:0], grey[-1:] if is_below else grey[:0]
    across = slice(max(0, math.floor(box.x)), max(1, math.ceil(box.right)))
    rows = grey[max(0, math.floor(box.y)) : max(1, math.ceil(box.bottom))]
    if not rows[:, across].size:
        return True
    # a single stroke fills its box, and shows no paper
    beside = rows[:, max(0, math.floor(box.x - line.height)) : max(1, math.ceil(box.right + line.height))]
    halfway = 0.0
    for part in rows[:, across], beside:
        levels = np.sort(part, axis=None)
        halfway = max(halfway, (int(levels[len(levels) // DARKEST]) + int(levels[len(levels) // 2])) / 2)
    # what was found of a digit may end before its ink does
    near = slice(max(0, math.floor(box.x - PART_GAP * line.height)), math.ceil(box.right + PART_GAP * line.height))
    return any(bool((edge[:, near] < halfway).any()) for edge in edges)


def in_reading_order(lines: list[TextLine]) -> list[TextLine]:
    """Order lines by rows from top to bottom, and within a row from left to right."""
    return [lines[index] for row in group_in_reading_order([line.box for line in lines]) for index in row]

"""Ink that no person wrote: printed lines, frames, combs and squared paper, whole or broken up by digits."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import median

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.ink.boxes import Box, as_array

LONG = 6.0  # times as long as it is thick: a printed line
RULED = 3.0  # of a digit's height: a level line that is no longer may be a dash
SPANS = 0.9  # of the picture's side: a line from one side to the other
SIDES, OF_FRAME = (1.3, 2.0), 0.7  # of a digit's height, and of a frame's: the lengths that tell its sides
LEAN, SLANT = 0.15, 0.27  # the steepest slopes of level and vertical lines, on photographed paper
BAR = 0.35  # of a digit's height: no printed line is so thick
ATTACHED = 0.3  # of a digit's height: what is left of a digit that a frame's lines are cut off
HOLLOW = 0.16  # of its box: a frame or squared paper has less ink
CORNER = 0.12  # of a box's sides: a ring leaves so much of each corner free
FRAME = 1.6  # of a digit's height: a frame is at least that wide and high
PIECE, THIN = 2.5, 0.2  # of a line's piece: times as long as thick; thickness, of a digit's height
OUTSIDE = 0.15  # of a digit's height: a level piece no further inside the row is on, below or above it
NEAR = 0.5  # of a digit's height: the distance from the row at which a line may be for writing on
CUT_LEVEL, CUT_VERTICAL = 0.8, 1.2  # of a digit's height: a line that the picture's edge cuts off is so long
RAIL = 1.5  # of a digit's height: no stroke is straight and level for so long
ASIDE = 1.0  # of a digit's height: digits so near tell where a rail's row is
TOOTH, TOOTH_WIDTH, TOOTH_INK = 0.55, 0.3, 0.55  # of a digit's height: a tooth's size at most; of its box: its ink
FRINGE = 0.1  # of a digit's height: what is left beside a rail that is not quite level is no higher
EQUAL = 0.15  # of a digit's height: the teeth or sides of one piece differ by no more
SIDE = 0.35  # of a digit's height: the width of a side between two rails
TOUCHES = 2  # pixels from a rail
# pixels that are looked at in the time that a pixel of ink, and all slopes together, take more
INK, SLOPES = 6, 12_000

STEP = 0.03  # between the slopes that are tried
FULL = 0.9  # the fraction of a line that must be ink
OWN = 0.45  # the fraction of a line that must belong to the piece

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Ruling:
    """Tells what is printed in a picture of digits."""

    every: Mask  # where there is ink
    left: Mask  # where there is ink of no character
    taken: Sequence[Box]  # the boxes of all characters
    height: float  # the median of the digits, in pixels
    large: float  # pixels, from which ink is as large as a character

    def looked_at(self, box: Box, area: int) -> float:
        """Return how many pixels are looked at, a few times each, to tell whether a piece is a line."""
        if self._is_long(box) or not self._may_be_frame(box):
            return box.width * box.height
        rows, columns = self.every.shape
        around = 2 * RAIL * self.height
        return float(min(box.width + around, columns) * min(box.height + around, rows)) + INK * area + SLOPES

    def is_printed(self, box: Box, piece: Mask, pale: bool) -> bool:
        """Tell whether a piece, bool (height, width) in its box, is a printed line, frame, or comb if not pale."""
        is_line = self._is_cut_off(box) or self._is_beside(box) or self._is_whole(box, piece)
        return is_line or (not pale and self.is_comb(box, piece))

    def _is_whole(self, box: Box, piece: Mask) -> bool:
        """Tell whether a piece is too long or too hollow for a character, as printed lines and frames are."""
        if self._is_long(box):
            # what hangs on a line, such as a digit, is no part of it; the line itself may run aslant
            if box.width > box.height:
                return _thickest(piece) <= THIN * self.height or self.is_comb(box, piece)
            return _thickest(piece.T) <= self.large
        return self._may_be_frame(box) and self._is_frame(box, piece)

    def _is_long(self, box: Box) -> bool:
        """Tell whether a piece is far longer than thick, and longer than a stroke."""
        long, thickness = max(box.width, box.height), min(box.width, box.height)
        longest = RULED if box.width > box.height else FRAME
        return long >= LONG * thickness and (long > longest * self.height or self._spans(box))

    def _may_be_frame(self, box: Box) -> bool:
        """Tell whether a piece is as large as a frame, or spans the picture."""
        return self._spans(box) or min(box.width, box.height) >= FRAME * self.height

    def _spans(self, box: Box) -> bool:
        rows, columns = self.every.shape
        return bool(box.width >= SPANS * columns or box.height >= SPANS * rows)

    def _is_frame(self, box: Box, piece: Mask) -> bool:
        """Tell whether a large piece is nothing but straight lines, or hollow: no digit is attached to it."""
        is_hollow = _is_hollow(piece)
        if _is_round(piece):
            return is_hollow
        level, vertical = self._straight(box, piece)
        lines = level | vertical
        if not lines.any():
            return is_hollow
        if any(
            has_bar(verticals, BAR * self.height, self.large)
            for verticals in (vertical & ~level, (level & ~vertical).T)
        ):
            return False
        count, labels, stats, _ = cv2.connectedComponentsWithStats((piece & ~lines).astype(np.uint8), connectivity=8)
        for label in range(1, count):
            x, y, wide, high, _ = stats[label].tolist()
            if max(wide, high) < ATTACHED * self.height or min(wide, high) <= FRINGE * self.height:
                continue
            # a stub of a level line is as flat as no digit; a ring, or lines too crooked to be cut off, are hollow
            stub = high <= THIN * self.height and wide >= PIECE * high
            part = labels[y : y + high, x : x + wide] == label
            if not stub and not (min(wide, high) >= FRAME * self.height and _is_hollow(part)):
                return False
        return True

    def _straight(self, box: Box, piece: Mask) -> tuple[Mask, Mask]:
        """Return where a piece has long straight lines, level and vertical, also where digits break them up."""
        rows, columns = box.pixels(rim=RAIL * self.height)
        around, y, x = self.every[rows, columns], int(box.y) - rows.start, int(box.x) - columns.start
        inside = slice(y, y + len(piece)), slice(x, x + piece.shape[1])
        own = np.zeros_like(around)
        own[inside] = piece
        # longer than any stroke of a digit; the sides of a low frame are no longer than that
        tallest = max(SIDES[0] * self.height, min(OF_FRAME * box.height, SIDES[1] * self.height))
        level = find_level_lines(around, own, math.ceil(RAIL * self.height), LEAN)
        return level[inside], find_level_lines(around.T, own.T, math.ceil(tallest), SLANT).T[inside]

    def _is_cut_off(self, box: Box) -> bool:
        """Tell whether a piece is a thin line that goes on beyond the picture."""
        rows, columns = self.every.shape
        long, thickness = max(box.width, box.height), min(box.width, box.height)
        if long < PIECE * thickness or thickness > THIN * self.height:
            return False
        if box.width > box.height:
            return long >= CUT_LEVEL * self.height and (box.x <= 1 or box.right >= columns - 1)
        return long >= CUT_VERTICAL * self.height and (box.y <= 1 or box.bottom >= rows - 1)

    def _is_beside(self, box: Box) -> bool:
        """Tell whether a level piece lies where lines are that people write on; a dash is at half height."""
        if box.width < PIECE * box.height or box.height > THIN * self.height or not self.taken:
            return False
        middle = box.y + box.height / 2
        top, bottom = self._row(as_array(self.taken), middle)
        inside, near = OUTSIDE * self.height, NEAR * self.height
        return bottom - inside <= middle <= bottom + near or top - near <= middle <= top + inside

    def is_comb(self, box: Box, piece: Mask) -> bool:
        """Tell whether a piece consists of rails and what stands on them: teeth of combs, sides of boxes."""
        rails = self._rails[box.pixels()]
        if not (piece & rails).any():
            return False
        rest = (piece & ~rails).astype(np.uint8)
        count, labels, stats, _ = cv2.connectedComponentsWithStats(rest, connectivity=8)
        standing: list[Box] = []
        for label in range(1, count):
            x, y, wide, high, _ = stats[label].tolist()
            if max(wide, high) < self.large or high <= FRINGE * self.height:
                continue
            part = Box(box.x + x, box.y + y, wide, high)
            if not self._stands(part, labels[y : y + high, x : x + wide] == label):
                return False
            standing.append(part)
        # one vertical stroke alone may be a 1
        return not standing or (len(standing) > 1 and self._are_alike(standing))

    def _stands(self, box: Box, part: Mask) -> bool:
        """Tell whether a part is a tooth on a rail, or a side from one to another or to a digit."""
        x, y = slice(max(0, int(box.x) - TOUCHES), int(box.right) + TOUCHES), int(box.y)
        ends = slice(max(0, y - TOUCHES), y + 1), slice(int(box.bottom) - 1, int(box.bottom) + TOUCHES)
        on = [bool(self._rails[rows, x].any()) for rows in ends]
        if not any(on):
            return False
        tooth = box.height <= TOOTH * self.height and box.width <= TOOTH_WIDTH * self.height
        if tooth and part.mean() >= TOOTH_INK:
            return True
        stops = [bool((self.every[rows, x] & ~self.left[rows, x]).any()) for rows in ends]
        return box.width <= SIDE * self.height and all(rail or stop for rail, stop in zip(on, stops, strict=True))

    def _are_alike(self, boxes: Sequence[Box]) -> bool:
        """Tell whether parts are of one size, as those are that are printed."""
        sizes = np.array([(box.width, box.height) for box in boxes])
        return bool(np.ptp(sizes, axis=0).max() <= EQUAL * self.height)

    @cached_property
    def _rails(self) -> Mask:
        """Where there are long level lines outside the rows of digits, digits that cross them included."""
        tall = as_array([box for box in self.taken if box.height >= self.height / 2] or self.taken)
        rails = np.zeros_like(self.every)
        for y, start, end in find_runs(_thickened(self.every), RAIL * self.height):
            aside = ASIDE * self.height
            near = tall[(tall[:, 0] < end + aside) & (tall[:, 0] + tall[:, 2] > start - aside)]
            if len(near):
                top, bottom = self._row(near, y)
                if top + OUTSIDE * self.height < y < bottom - OUTSIDE * self.height:
                    continue
            rails[y, start:end] = self.every[y, start:end]
        return rails

    def _row(self, boxes: NDArray[np.float64], y: float) -> tuple[float, float]:
        """Return the median top and bottom of the row of boxes, (n, 4), nearest to a height in the picture."""
        middles = boxes[:, 1] + boxes[:, 3] / 2
        row = boxes[np.abs(middles - middles[np.abs(middles - y).argmin()]) < self.height / 2]
        tall = row[row[:, 3] >= self.height / 2]
        tops, heights = (tall if len(tall) else row)[:, [1, 3]].T
        return median(tops.tolist()), median((tops + heights).tolist())


def _is_hollow(piece: Mask) -> bool:
    """Tell whether a piece has as little ink in its box as a frame."""
    return bool(piece.sum() < HOLLOW * piece.size)


def _is_round(piece: Mask) -> bool:
    """Tell whether a piece reaches into no corner of its box."""
    y, x = (max(1, int(CORNER * side)) for side in piece.shape)
    return not (piece[:y, :x].any() or piece[:y, -x:].any() or piece[-y:, :x].any() or piece[-y:, -x:].any())


def _thickest(piece: Mask) -> int:
    """Return the largest distance between the highest and the lowest pixel of a column, both counted."""
    first, last = piece.argmax(axis=0), len(piece) - piece[::-1].argmax(axis=0)
    return int((last - first)[piece.any(axis=0)].max())


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


def has_bar(vertical: Mask, max_thickness: float, min_length: float) -> bool:
    """Tell whether one of some vertical lines is too thick to be printed, or much thicker than the others."""
    widths = [end - start for _, start, end in find_runs(vertical, 1)]
    if not widths:
        return False
    max_width = min(max_thickness, 2 * float(np.median(widths)) + 1)
    return sum(width > max_width for width in widths) >= min_length


def find_runs(mask: Mask, min_length: float) -> list[tuple[int, int, int]]:
    """Return the row, start and end of each level run of at least so many pixels."""
    padded = np.pad(mask, ((0, 0), (1, 1))).astype(np.int8)
    change = np.diff(padded, axis=1)
    starts, ends = np.argwhere(change == 1), np.argwhere(change == -1)
    long = ends[:, 1] - starts[:, 1] >= min_length
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

"""The ink in boxes to tick becomes marks, and with the marks of the whole page what is chosen, or a doubt."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import product
from math import prod
from operator import itemgetter
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.forms.decide import LISTED
from shuzi.forms.flatten import PAPER, SCALE
from shuzi.forms.grammar import BETWEEN, ONE
from shuzi.forms.kinds import SEVERAL, Field
from shuzi.forms.printed_lines import levels_at
from shuzi.forms.result import Cell
from shuzi.ink.boxes import Box
from shuzi.reading.result import BLANK, OK, UNSURE

_SMOOTH = 1.0  # pixels: the standard deviation of the average in which noise vanishes
_MIN_CONTRAST, _WIDE = 18.0, 38.0  # grey levels by which a stroke is darker than its sides, or anything than paper
_SOLID_MARK = 0.35  # of the darkest ink in the box
_MAX_PALE_PEN_WIDTH = 2.1  # millimetres: what is pale and wider may be the edge of a shadow
_RIM = 0.45  # millimetres inside a line that what is left of it may reach
_SPECK = 0.04  # square millimetres: smaller is noise
_MIN_BEYOND = 0.08  # square millimetres of a stroke beyond a line
_MIN_REST, _STRAIGHT, _WHOLE = 2.4, 0.75, 0.85  # millimetres along and across what may be left; of a whole side
_PAPER = 85  # the percentile of a box with its margin that is paper, however full the box is
_AROUND, _LABEL = 2.6, 1.4  # millimetres around a box where a circle goes, and on the side where its label is
_DIRECTIONS, _IN_ONE = 24, 6  # from a box, and the pixels of ink that are seen in one
_PRINT, _PRINT_RIM = 30, 9  # grey levels by which what is printed on a blank form is darker, and pixels around it


@dataclass(frozen=True)
class TickInk:
    """The ink in a box to tick, apart from its lines."""

    area: float  # in square millimetres
    length: float  # of the diagonal of the frame around the largest piece, in millimetres
    cover: float  # the fraction of the box that is ink
    dark: float  # the grey levels by which the ink is darker than paper; 0 if there is none
    away: float  # from the middle of the ink to that of the box, as a fraction of half its side
    sides: int = 0  # beyond how many of its four lines there is ink
    line: float = 0.0  # the area of what may be left of a line, in square millimetres; it is in no other measure
    around: float = 0.0  # the fraction of the directions from the box in which ink is seen beyond its lines
    pale: bool = False  # whether it is far paler than what else is written on the sheet


def ink_in(part: NDArray[np.uint8], box: Box, thickness: float) -> TickInk:
    """Measure the ink in a box.

    `part`: the box with its margin, without printed lines: uint8 (h, w), paper 255. `box`: where it is in the part,
    in pixels. `thickness`: how thick its lines are, in millimetres.

    >>> part = np.full((56, 56), 250, np.uint8)
    >>> for step in range(24):
    ...     part[16 + step : 20 + step, 16 + step] = 60
    >>> ink = ink_in(part, Box(8.0, 8.0, 40.0, 40.0), 0.25)
    >>> round(ink.area, 1), round(ink.length, 1), round(ink.cover, 2), ink.dark
    (2.2, 4.5, 0.14, 157.0)
    """
    smooth = cv2.GaussianBlur(part, (0, 0), _SMOOTH).astype(np.float32)
    dark = np.float32(np.percentile(smooth, _PAPER)) - smooth
    side = round(_MAX_PALE_PEN_WIDTH * SCALE) | 1
    narrow = cv2.morphologyEx(smooth, cv2.MORPH_BLACKHAT, np.ones((side, side), np.uint8))
    rim = (_RIM + thickness / 2) * SCALE
    inner = Box(box.x + rim, box.y + rim, box.width - 2 * rim, box.height - 2 * rim)
    inside = dark[inner.pixels()]
    peak = float(np.percentile(inside, 98)) if inside.size else 0.0
    is_ink = (narrow >= max(_MIN_CONTRAST, _SOLID_MARK * peak)) | (dark >= max(_WIDE, _SOLID_MARK * peak))
    solid = is_ink.astype(np.uint8)
    down, across = Box(box.x - rim, box.y - rim, box.width + 2 * rim, box.height + 2 * rim).pixels()
    strips = solid[: down.start], solid[down.stop :], solid[:, : across.start], solid[:, across.stop :]
    sides = sum(float(strip.sum()) >= _MIN_BEYOND * SCALE**2 for strip in strips)
    count, labels, stats, middles = cv2.connectedComponentsWithStats(solid[inner.pixels()], connectivity=8)
    large = [piece for piece in range(1, count) if stats[piece, cv2.CC_STAT_AREA] >= _SPECK * SCALE**2]
    lines = [piece for piece in large if _is_line(labels.shape, stats[piece])]
    line = float(stats[lines, cv2.CC_STAT_AREA].sum()) / SCALE**2
    large = [piece for piece in large if piece not in lines]
    if not large:
        return TickInk(0.0, 0.0, 0.0, 0.0, 0.0, sides, line)
    own = np.isin(labels, large)
    areas = stats[large, cv2.CC_STAT_AREA].astype(np.float64)
    largest = stats[large[int(areas.argmax())]]
    x, y = (middles[large] * areas[:, None]).sum(axis=0) / areas.sum() + 0.5
    away = max(abs(2 * x / own.shape[1] - 1), abs(2 * y / own.shape[0] - 1))
    return TickInk(
        float(areas.sum()) / SCALE**2,
        float(np.hypot(largest[cv2.CC_STAT_WIDTH], largest[cv2.CC_STAT_HEIGHT])) / SCALE,
        float(own.mean()),
        round(float(np.percentile(inside[own], 75)), 1),
        float(away),
        sides,
        line,
    )


def ink_around(
    flat: NDArray[np.uint8],
    box: Box,
    is_labelled: bool,
    blank: NDArray[np.uint8] | None = None,
    there: Box | None = None,
) -> float:
    """Return in what fraction of the directions from a box there is ink beyond its lines, as of a circle.

    `flat`: the sheet, uint8 (h, w), paper 255. `box`: where it is there, in pixels. `is_labelled`: whether its label
    is printed at its right. `blank`: the blank form, uint8 (h, w), if there is one; `there`: where the box is on it.

    >>> flat = np.full((120, 120), 250, np.uint8)
    >>> ring = cv2.circle(flat.copy(), (60, 60), 28, 60, 4)
    >>> [ink_around(picture, Box(40.0, 40.0, 40.0, 40.0), False) for picture in (flat, ring)]
    [0.0, 1.0]
    """
    reach = _AROUND * SCALE
    y = np.arange(int(box.y - reach), int(box.bottom + reach) + 1)[:, None]
    x = np.arange(int(box.x - reach), int(box.right + reach) + 1)
    smooth = cv2.GaussianBlur(levels_at(flat, _grid(x, y)), (0, 0), _SMOOTH)
    side = round(_MAX_PALE_PEN_WIDTH * SCALE) | 1
    narrow = np.asarray(cv2.morphologyEx(smooth, cv2.MORPH_BLACKHAT, np.ones((side, side), np.uint8)), np.uint8)
    if blank is not None and there is not None:
        printed = levels_at(blank, _grid(x + there.x - box.x, y + there.y - box.y)) < PAPER - _PRINT
        narrow[cv2.dilate(printed.astype(np.uint8), np.ones((_PRINT_RIM, _PRINT_RIM), np.uint8)) > 0] = 0
    rim = _RIM * SCALE
    narrow[(y > box.y - rim) & (y < box.bottom + rim) & (x > box.x - rim) & (x < box.right + rim)] = 0
    if is_labelled:
        narrow[:, x > box.right + _LABEL * SCALE] = 0
    ink = narrow >= max(_MIN_CONTRAST, _SOLID_MARK * float(narrow.max()))
    turn = np.arctan2(y - box.y - box.height / 2, x - box.x - box.width / 2)[ink]
    directions = np.histogram(turn, _DIRECTIONS, (-np.pi, np.pi))[0]
    return float((directions >= _IN_ONE).mean())


def _grid(x: NDArray[Any], y: NDArray[Any]) -> NDArray[np.float64]:
    """Return the points at columns (n,) and rows (m, 1): float64 (m, n, 2)."""
    return np.stack(np.broadcast_arrays(x, y), axis=-1).astype(np.float64)


def _is_line(shape: Sequence[int], stats: NDArray[np.int32]) -> bool:
    """Tell whether a piece of ink in a box is as long and straight as a line of it."""
    _, _, wide, high, _ = stats.tolist()
    is_long = np.hypot(wide, high) >= _MIN_REST * SCALE and max(wide, high) >= _WHOLE * max(shape)
    return bool(is_long and min(wide, high) <= _STRAIGHT * SCALE)


TRACE, FILLED, STRUCK, CIRCLED = "trace", "filled", "struck", "circled"
"""The rules that a field breaks if what is in a box may be no mark, if a filled box may be a mark or one taken back,
if a mark may have been crossed out, and if a box may be circled rather than marked."""
# Chosen on the validation sheets of the benchmark of ticks, whose figures are of others. There all marks but dots are
# longer than 2.1 mm, dots near to the middle, and what is left where a pen
# only touched a box is shorter than 2.2 mm; filled boxes are covered by more than 0.8, scribbles by 0.7.
_TOUCHED, _LONG = 1.7, 2.4  # millimetres: what is left where a pen touched a box is shorter, and any mark is longer
_CENTRAL, _ASIDE = 0.25, 0.5  # from the middle to a line: a dot is nearer, and what is farther may be none
_FAINT, _CLEAR = 18.0, 22.0  # grey levels by which ink is darker than paper: what no pen leaves, and what one does
_DOT_OF_OTHERS = 0.9  # of dots on a page of longer marks are marks
_ON_LINE, _DOUBTED = 0.6, 0.5  # square millimetres that may be left of a line, or a mark; and how often it is one
_FULL, _LIGHTER = 0.81, 0.65  # of a box that is filled, and of the ink there, another mark
_STRUCK = (0.38, 0.6)  # the same of a mark that may be crossed out
_STRUCK_BEYOND, _SIDES = (0.3, 0.8), 2  # the same of one that goes beyond so many lines of its box
_STRUCK_OF_ONE = (0.38, 0.75)  # the same in one-of-n, where it is one of two marks
_KEPT_MARKS = 0.6  # of the marks of any-of-n that may be crossed out are none
_DARK = 0.75  # of a page's marks are paler than what counts as how dark they are: some may be what an eraser left
_FEW = 0.2  # of a page's marks are dots, at most, where longer ones are usual
_SURE = 0.9998  # the probability that what is clear is as it looks
_SECOND, _NO_MARK = 0.02, 0.2  # how often a second box of one-of-n is marked, or none is, to one that is marked
_PALER = 0.47  # of how dark the marks of a page are: paler is what an eraser left, or another pen
_CIRCLED = 0.5  # of the directions from a box in which a circle goes around it
_OK_FROM = 0.97  # the probability from which a box is marked, and a field `ok`, or blank


@dataclass(frozen=True)
class Tick:
    """How a box is marked."""

    mark: float  # the probability that it is
    cover: float = 0.15  # the fraction of the box that is ink
    short: bool = False  # whether the mark is as short as a dot
    beyond: bool = False  # whether it goes far beyond the box
    dark: float = 0.0  # how dark it is, in grey levels
    circled: bool = False  # whether there is ink all around the box

    @property
    def filled(self) -> bool:
        """Whether it is filled wholly."""
        return self.cover >= _FULL

    def is_struck(self, lightest: float, choose: str) -> bool:
        """Tell whether it may be crossed out, where the lightest mark of its field covers so much of its box."""
        min_cover, lighter = _STRUCK_OF_ONE if choose == ONE else _STRUCK_BEYOND if self.beyond else _STRUCK
        return self.cover >= max(min_cover, lightest / lighter)


@dataclass(frozen=True)
class Usual:
    """What a page's writer does."""

    fills: bool = False  # whether boxes are marked by filling them
    dots: bool = True  # whether dots are among the marks
    dark: float = 0.0  # how dark most of what is written is, in grey levels; 0 if that is unknown

    @staticmethod
    def of(fields: Iterable[Sequence[Tick]]) -> Usual:
        """Return what is usual on a page: of more fields all marks are filled boxes than none is."""
        marked = [[tick for tick in ticks if tick.mark >= _OK_FROM] for ticks in fields]
        marked = [ticks for ticks in marked if ticks]
        filled = sum(all(tick.filled for tick in ticks) for ticks in marked)
        short = [tick.short for ticks in marked for tick in ticks]
        fills = filled > sum(not any(tick.filled for tick in ticks) for ticks in marked)
        dark = [tick.dark for ticks in marked for tick in ticks]
        return Usual(fills, sum(short) > _FEW * len(short), float(np.quantile(dark, _DARK)) if dark else 0.0)


def tick_of(ink: TickInk) -> Tick:
    """Judge the ink in a box.

    >>> nothing, check = TickInk(0.05, 0.3, 0.0, 30.0, 0.9), TickInk(2.4, 4.5, 0.15, 120.0, 0.1)
    >>> tick_of(nothing).mark < 0.01, tick_of(check).mark > 0.99
    (True, True)
    """
    central = 1 - _part(ink.away, _CENTRAL, _ASIDE)
    seen = _part(ink.dark, _FAINT, _CLEAR) * max(central, _part(ink.length, _TOUCHED, _LONG))
    if ink.line >= _ON_LINE:
        seen = max(seen, _DOUBTED)
    if ink.pale:
        seen = min(seen, _DOUBTED)
    mark = 1 - _SURE + (2 * _SURE - 1) * seen
    return Tick(mark, ink.cover, ink.length < _LONG, ink.sides >= _SIDES, ink.dark, ink.around >= _CIRCLED)


def _part(value: float, low: float, high: float) -> float:
    return min(max((value - low) / (high - low), 0.0), 1.0)


def decide_ticks(field: Field, ticks: Sequence[Tick], usual: Usual, amiss: bool = False) -> Cell:
    """Choose the options that are ticked.

    >>> field = Field("q", kind="tick", boxes=3, options=("A", "B", "C"))
    >>> empty, mark, full = Tick(0.001, 0.0), Tick(0.999), Tick(0.999, 0.95)
    >>> decide_ticks(field, [empty, mark, full], Usual()).text
    'B'
    >>> decide_ticks(field, [mark, mark, empty], Usual()).rule
    'several'
    """
    ticks = [
        replace(tick, mark=min(tick.mark, _DOUBTED)) if tick.dark < _PALER * usual.dark else tick for tick in ticks
    ]
    circled = [tick.circled and (tick.short or tick.mark < _OK_FROM) for tick in ticks]
    ticks = [
        replace(tick, mark=_DOUBTED) if is_circled else tick for tick, is_circled in zip(ticks, circled, strict=True)
    ]
    if not usual.dots:
        ticks = [replace(tick, mark=min(tick.mark, _DOT_OF_OTHERS)) if tick.short else tick for tick in ticks]
    marked = [tick.cover for tick in ticks if tick.mark >= _OK_FROM]
    lightest, fullest = min(marked, default=0.0), max(marked, default=0.0)
    is_mixed = fullest >= _FULL and lightest < _LIGHTER * fullest
    taken_back = is_mixed and not usual.fills
    struck = [tick.is_struck(lightest, field.choose) and not (tick.filled and taken_back) for tick in ticks]
    if field.choose != ONE and sum(struck) > 1:  # they are this writer's marks
        struck = [False] * len(ticks)
    kept = _DOUBTED if field.choose == ONE else _KEPT_MARKS
    marks = [
        1 - tick.mark if tick.filled and taken_back else kept * tick.mark if is_struck else tick.mark
        for tick, is_struck in zip(ticks, struck, strict=True)
    ]
    ranked = _ranked(field, marks)
    text, confidence = ranked[0]
    if any(struck):
        rule = STRUCK
    elif any(circled):
        rule = CIRCLED
    elif field.choose == ONE and sum(mark >= _OK_FROM for mark in marks) > 1:
        rule = SEVERAL
    elif fullest >= _FULL and not taken_back and (is_mixed or not usual.fills):
        rule = FILLED
    elif confidence < _OK_FROM:
        rule = TRACE
    else:
        rule = field.broken(text)
    if rule or amiss:
        return Cell(text, UNSURE, confidence, rule, ranked)
    return Cell(text, OK if text else BLANK, confidence, "", ranked)


def _ranked(field: Field, marks: Sequence[float]) -> tuple[tuple[str, float], ...]:
    """Return the texts that are most probably meant, with their probabilities."""
    open_to_doubt = sorted(range(len(marks)), key=lambda index: abs(marks[index] - 0.5))[:LISTED]
    sure = [mark >= 0.5 for mark in marks]
    texts: dict[str, float] = {}
    for flags in product((False, True), repeat=len(open_to_doubt)):
        ticked = [*sure]
        for index, flag in zip(open_to_doubt, flags, strict=True):
            ticked[index] = flag
        weight = prod(mark if flag else 1 - mark for mark, flag in zip(marks, ticked, strict=True))
        count = sum(ticked)
        if field.choose == ONE:
            weight *= _NO_MARK if count == 0 else _SECOND ** (count - 1)
        texts[BETWEEN.join(name for name, flag in zip(field.options, ticked, strict=True) if flag)] = weight
    total = sum(texts.values())
    ranked = sorted(((text, weight / total) for text, weight in texts.items()), key=itemgetter(1), reverse=True)
    return tuple(ranked[:LISTED])

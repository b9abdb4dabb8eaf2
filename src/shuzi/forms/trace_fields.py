"""A blank form becomes fields: the empty boxes, combs and lines to write on that are printed on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.errors import DataError
from shuzi.forms.boxes import frame_around
from shuzi.forms.flatten import SCALE
from shuzi.forms.grammar import BOXES, COMB, MAX_BOXES, MAX_DECIMALS, OPEN
from shuzi.forms.kinds import DATE, Field
from shuzi.forms.printed_lines import DOTS_APART, LINE, NO_SHADOW, PRINT_AROUND, line_from
from shuzi.ink.boxes import Box, as_array, iou

DARK = 222
"""The level below which something is printed; lines are often grey."""

_BESIDE, _DARKER = 13, 14  # pixels around a hairline; grey levels by which it is darker
_BENDS = 5  # pixels by which a line may move along its length, and its thickness
_FAINT = 6  # grey levels by which a faint line is darker, averaged along it
_SHARPER = 20  # levels by which print is darker than what is around it
_LINE = 3.0  # millimetres: shorter lines bound no box
_MIN_WIDTH, _MIN_HEIGHT, _MAX_HEIGHT = 3.5, 4.5, 22.0  # millimetres of a box; smaller ones are to be ticked
_RECTANGULAR, _UPPER = 0.9, 0.6  # of the width of a box that is as high as most of it: without ticks, and with some
_LONG = 12.0  # millimetres: the path of a shorter edge is not followed
_WIDE = 0.8  # of the rows of a box: no row is wider, but for a few; others are shorter, since it leans or has ticks
_AS_HIGH, _LEANS = 0.88, 1.6  # of that height; millimetres by which a box on a bent sheet may lean
_RIM = 2  # pixels from its inner edge within which its line may still be seen
_OUTSIDE, _LIGHTEST = 4.0, 0.9  # millimetres around a box; of their pixels: those that are lighter are paper
_MIN_LIGHT = 3.0  # millimetres of a box between its lines
_EMPTY, _SPECKS = 0.008, 0.8  # of a box that may be dark all the same, and square millimetres at most
_TICK = 0.2  # the lower part of a box in which ticks are sought
_STANDS = 0.6  # of the height of such a part that is dark where a tick stands
_REGULAR = 0.15  # of their distance by which ticks may lie off their place


@dataclass(frozen=True)
class Printed:
    """An empty box: its place in millimetres, and how many digits it is divided for by ticks (1 without)."""

    box: Box
    parts: int


@dataclass(frozen=True)
class Prints:
    """What is printed on a flat form: uint8 (h, w), 0 or 1 each."""

    dark: NDArray[np.uint8]  # but for shadows, which have no sharp edges
    seen: NDArray[np.uint8]  # pale hairlines too
    lines: NDArray[np.uint8]  # the straight lines, with their soft edges, and the edges of coloured grounds
    bounds: NDArray[np.uint8]  # the same, a little longer, so that they meet at corners


def prints_on(flat: NDArray[np.uint8]) -> Prints:
    """Find what is printed on a form, uint8 (h, w)."""
    smooth = np.asarray(cv2.GaussianBlur(flat, (0, 0), 0.8), np.uint8)
    paper = cv2.morphologyEx(smooth, cv2.MORPH_CLOSE, np.ones((PRINT_AROUND, PRINT_AROUND), np.uint8))
    is_dark = (smooth < NO_SHADOW) | ((smooth < DARK) & (cv2.subtract(paper, smooth) > _SHARPER))
    dark = np.asarray(is_dark, np.uint8)
    # a hairline is pale on a coarse scan, but darker than what is beside it
    thin = cv2.morphologyEx(smooth, cv2.MORPH_BLACKHAT, np.ones((_BESIDE, _BESIDE), np.uint8)) > _DARKER
    seen = np.asarray(dark | thin, np.uint8)
    return Prints(dark, seen, *_lines(flat, np.asarray(paper, np.uint8), seen))


def find_boxes(flat: NDArray[np.uint8], prints: Prints | None = None) -> list[Printed]:
    """Find the empty boxes of a blank form."""
    prints = prints or prints_on(flat)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(1 - prints.bounds, connectivity=4)
    found = []
    for label, (left, top, broad, tall, _) in enumerate(stats[1:count].tolist(), start=1):
        edge = left == 0 or top == 0 or left + broad == flat.shape[1] or top + tall == flat.shape[0]
        if edge or broad < _MIN_LIGHT * SCALE or not _MIN_LIGHT <= tall / SCALE <= _MAX_HEIGHT:
            continue
        light = labels[top : top + tall, left : left + broad] == label
        inner, even = _upright(light, left, top)
        box = _between_middles(flat, inner)
        if box is None or box.width < _MIN_WIDTH or box.height < _MIN_HEIGHT:
            continue
        across, down = round(inner.x), round(inner.y)
        within = prints.seen[down : down + round(inner.height), across : across + round(inner.width)] > 0
        parts = _parts(within, inner.x - box.x * SCALE, box.width * SCALE)
        if even < (_RECTANGULAR if parts == 1 else _UPPER):
            continue
        inside = _inside(light)
        if parts > 1:  # ticks stand in the lower half
            inside[round(inner.y - top + inner.height / 2) :] = False
        printed = prints.dark[top : top + tall, left : left + broad] > 0
        is_empty = inside.any() and printed[inside].sum() <= min(_EMPTY * inside.sum(), _SPECKS * SCALE**2)
        if is_empty and not _is_grey(flat, inner, np.median(flat[top : top + tall, left : left + broad][inside])):
            found.append(Printed(box, parts))
    return found


def _is_grey(flat: NDArray[np.uint8], inner: Box, level: np.floating[Any]) -> bool:
    """Tell whether a region is darker than the paper around it, as a bar is."""
    around = flat[inner.pixels(rim=_OUTSIDE * SCALE)]
    return bool(np.quantile(around, _LIGHTEST) - level > _SHARPER)


def _lines(
    flat: NDArray[np.uint8], paper: NDArray[np.uint8], seen: NDArray[np.uint8]
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    found, bounds, length = np.zeros_like(seen), np.zeros_like(seen), round(_LINE * SCALE)
    # what is short and dark counts no more than what is faint, or it would seem longer than it is
    pale = np.maximum(flat, cv2.subtract(paper, np.array([2 * _FAINT], np.float64)))
    for along in ((1, length), (length, 1)):
        across = along[::-1]
        # what is faint is seen along its length, where the grain of a photograph is gone
        even = cv2.blur(pale, along[::-1])
        beside = np.ones(tuple(_BESIDE if side > 1 else 1 for side in across), np.uint8)
        faint = cv2.subtract(cv2.dilate(even, beside), even) > _FAINT  # the edge of a coloured ground, too
        # paper that is not quite flat: a line may move by a pixel or two along its length
        bent = cv2.dilate(
            seen | faint.astype(np.uint8), np.ones(tuple(min(side, _BENDS) for side in across), np.uint8)
        )
        straight = np.asarray(cv2.morphologyEx(bent, cv2.MORPH_OPEN, np.ones(along, np.uint8)), np.uint8)
        found |= straight
        # towards a corner, the edge of a coloured ground fades
        bounds |= np.asarray(cv2.dilate(straight, np.ones(beside.shape[::-1], np.uint8)), np.uint8)
    lines, bounds = (np.asarray(cv2.dilate(each, np.ones((3, 3), np.uint8)), np.uint8) for each in (found, bounds))
    return lines, bounds


def _upright(light: NDArray[np.bool_], left: int, top: int) -> tuple[Box, float]:
    """Return the upright box that a light region (h, w), which may lean, is nearest to, and how much is as high."""
    columns, rows = light.argmax(axis=0), light.argmax(axis=1)
    heights, widths = light.sum(axis=0), light.sum(axis=1)
    upper = float(light[: len(light) // 2].mean())
    is_level = len(columns) < _LONG * SCALE or np.ptp(np.quantile(columns, (0.05, 0.95))) <= _RIM
    if upper >= _RECTANGULAR and is_level:
        whole = Box(left, top, light.shape[1], light.shape[0])
        return whole, 1.0 if light.mean() >= _RECTANGULAR else _UPPER
    high, wide = float(np.median(heights)), float(np.quantile(widths, _WIDE))
    even = float((heights >= _AS_HIGH * high).mean()) if high >= len(light) - _LEANS * SCALE else 0.0
    return Box(left + float(np.median(rows)), top + float(np.median(columns)), wide, high), even


def _inside(light: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return what is inside of a light region, with what is printed in it but for its soft edge: bool (h, w)."""
    edge: Any = cv2.findContours(light.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0]
    whole = cv2.drawContours(np.zeros(light.shape, np.uint8), edge, -1, 1, cv2.FILLED)
    side = 2 * _RIM + 1
    return cv2.erode(whole, np.ones((side, side), np.uint8), borderValue=0) > 0


def _between_middles(flat: NDArray[np.uint8], inside: Box) -> Box | None:
    """Return the box, in millimetres, of which the light inside is given in pixels; None if nothing bounds it."""
    sides = [line_from(flat, inside, side) for side in range(4)]
    left, top, right, bottom = (0.0 if side is None else side for side in sides)
    if None in sides:
        return None
    wide, high = inside.width + left + right, inside.height + top + bottom
    return Box((inside.x - left) / SCALE, (inside.y - top) / SCALE, wide / SCALE, high / SCALE)


def _parts(inside: NDArray[np.bool_], left: float, wide: float) -> int:
    """Return for how many digits ticks at its lower edge divide a box: 1 if there are none."""
    high = len(inside)
    low = inside[round(high * (1 - _TICK)) :].copy()
    low[:, :_RIM] = low[:, -_RIM:] = False
    ticks = left + _standing(low) + 0.5
    return len(ticks) + 1 if _are_regular(ticks, 0.0, wide) else 1


def _are_regular(ticks: NDArray[np.float64], first: float, last: float) -> bool:
    """Tell whether ticks divide what is between two places into equal parts."""
    pitch = (last - first) / (len(ticks) + 1)
    away = np.abs(ticks - first - pitch * np.arange(1, len(ticks) + 1))
    return float(away.max(initial=0)) <= _REGULAR * pitch


_PIECE = 5.0  # millimetres of a line that is straight
_MIN_RULE, _MAX_RULE = 10.5, 160.0  # millimetres of a line to write on; longer ones divide the page
_MAX_RULE_THICKNESS = 0.9  # millimetres of a line, and of a dot
_NEAR, _RULE_MAX_HEIGHT, _RULE_MIN_HEIGHT = 0.9, 8.0, 5.0  # millimetres above a line where its field begins, ends
_RULE_SPECKS = 0.012  # of what is above a line that may be dark all the same
_FOOT = (0.7, 1.9)  # millimetres above a line between which its ticks are sought, and below it those of a box
_TICK_WIDE = 0.6  # millimetres on both sides of a tick's middle
_PITCH = (3.5, 12.0)  # millimetres from tick to tick
_END = 1.2  # millimetres from an end of a line within which a tick is its end


def find_rules(flat: NDArray[np.uint8], prints: Prints | None = None) -> list[Printed]:
    """Find the lines of a blank form that have room to write above them, and bound no box.

    >>> flat = np.full((400, 800), 255, np.uint8)
    >>> flat[200:204, 80:400:8] = flat[200:204, 81:400:8] = flat[200:204, 82:400:8] = 60
    >>> flat[300:303, 80:321] = 60
    >>> for x in range(80, 321, 48):
    ...     flat[270:303, x - 1 : x + 2] = 60
    >>> [(round(rule.box.bottom), round(rule.box.width), rule.parts) for rule in find_rules(flat)]
    [(25, 40, 1), (38, 30, 5)]
    """
    prints = prints or prints_on(flat)
    seen, lines = prints.seen, prints.lines
    whole = cv2.morphologyEx(seen, cv2.MORPH_CLOSE, np.ones((1, round(DOTS_APART * SCALE)), np.uint8))
    whole = cv2.dilate(whole, np.ones((3, 1), np.uint8))
    pieces = cv2.morphologyEx(whole, cv2.MORPH_OPEN, np.ones((1, round(_PIECE * SCALE)), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(pieces, connectivity=8)
    found = []
    for label, (left, top, wide, high, _) in enumerate(stats[1:count].tolist(), start=1):
        if not _MIN_RULE * SCALE <= wide <= _MAX_RULE * SCALE:
            continue
        line = labels[top : top + high, left : left + wide] == label
        rows = np.arange(high)[:, None]
        line_path = (rows * line).sum(axis=0) / np.maximum(line.sum(axis=0), 1)
        there = line.any(axis=0)
        line_path = np.polyval(np.polyfit(np.flatnonzero(there), line_path[there], 2), np.arange(wide)) + top
        rule = _rule(seen, lines, left, line_path)
        if rule is not None:
            found.append(rule)
    return found


def _rule(
    seen: NDArray[np.uint8], lines: NDArray[np.uint8], left: int, line_path: NDArray[np.float64]
) -> Printed | None:
    """Return the field above a line, which goes through `line_path` from a column on; None if it is none."""
    high, wide = seen.shape
    rim = round(_END * SCALE)
    columns = np.arange(left - rim, left + len(line_path) + rim).clip(0, wide - 1)
    middle = np.rint(line_path[(columns - left).clip(0, len(line_path) - 1)]).astype(int)
    reach = round((_RULE_MAX_HEIGHT + _FOOT[1]) * SCALE)
    offsets = np.arange(-reach, reach + 1)
    rows = (middle + offsets[:, None]).clip(0, high - 1)
    around, straight = seen[rows, columns] > 0, lines[rows, columns] > 0  # (2 * reach + 1, columns), as if level
    either = around | straight
    ticks = _standing(either[reach - round(_FOOT[1] * SCALE) : reach - round(_FOOT[0] * SCALE)])
    if len(_standing(either[reach + round(_FOOT[0] * SCALE) : reach + round(_FOOT[1] * SCALE)])):
        return None  # the upper edge of a box
    free = np.ones(around.shape[1], bool)
    free[:rim] = free[-rim:] = False
    for tick in ticks:
        free[max(0, round(tick - _TICK_WIDE * SCALE)) : round(tick + _TICK_WIDE * SCALE) + 1] = False
    if free.sum() < _MIN_RULE / 2 * SCALE:
        return None
    near = around[reach - round(_MAX_RULE_THICKNESS * SCALE) : reach + round(_MAX_RULE_THICKNESS * SCALE) + 1, free]
    if np.quantile(near.sum(axis=0), 0.9) > _MAX_RULE_THICKNESS * SCALE:
        return None  # letters
    dark = around[: reach - round(_NEAR * SCALE), free].mean(axis=1)[::-1] > _RULE_SPECKS  # upwards
    room = (int(dark.argmax()) if dark.any() else len(dark)) / SCALE + _NEAR - 0.4
    tall = min(room, _RULE_MAX_HEIGHT)
    if tall < _RULE_MIN_HEIGHT:
        return None
    bottom = float(np.median(line_path)) + 0.5
    start, end = left, left + len(line_path)
    parts = 1
    if len(ticks):
        upper = either[
            reach - round(min(tall, _RULE_MIN_HEIGHT + 1) * SCALE) : reach - round(_RULE_MIN_HEIGHT * SCALE)
        ]
        if len(_standing(upper)):
            return None  # the lower edge of a box
        ends = _divided_by_ticks(columns[0] + ticks, start, end)
        if ends is None:
            return None
        start, end, parts = ends
    return Printed(Box(start / SCALE, bottom / SCALE - tall, (end - start) / SCALE, tall), parts)


def _standing(strip: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the middles of what stands in a strip from below to above: float64 (n,), in columns."""
    dark = np.concatenate([[False], strip.mean(axis=0) >= _STANDS, [False]]).astype(int)
    edges = np.flatnonzero(np.diff(dark)).reshape(-1, 2)
    return np.asarray((edges.sum(axis=1) - 1) / 2, np.float64)


def _divided_by_ticks(ticks: NDArray[np.float64], start: int, end: int) -> tuple[int, int, int] | None:
    """Return where the boxes of a comb begin and end, and how many they are; None if its ticks are not regular."""
    near = _END * SCALE
    inner = ticks[(ticks > start + near) & (ticks < end - near)]
    outer = [ticks[ticks <= start + near], ticks[ticks >= end - near]]
    first = float(outer[0].mean()) if len(outer[0]) else float(start)
    last = float(outer[1].mean()) if len(outer[1]) else float(end)
    pitch = (last - first) / (len(inner) + 1)
    if not len(inner) or not _PITCH[0] <= pitch / SCALE <= _PITCH[1]:
        return None
    return (round(first), round(last), len(inner) + 1) if _are_regular(inner, first, last) else None


_SLENDER = 1.3  # width of a box for one digit, in its heights, at most
_OF_MANY = (9.0, 1.1)  # millimetres, and heights, that a box of a number is wide at most: a wider one stands alone
_EVEN = 1.0  # millimetres by which the boxes of one field may differ in place and height
_ALIKE = 0.2  # of their width by which they may differ in it
_APART = 0.9  # of their width: boxes further apart are not of one field
_DIGIT, _ENDS = 6.5, 3.0  # millimetres that a digit takes in an open field, and at its ends
_MIN_POINT = 0.1  # square millimetres of ink
_SAME_LINE = 4.0  # millimetres: fields whose tops differ by less are read from left to right
_SAME = 0.5  # the intersection over union from which a box that was drawn is the one that is printed

Run = list[Box]


def propose(printed: Sequence[Printed], flat: NDArray[np.uint8]) -> tuple[Field, ...]:
    """Propose fields for the boxes of a form, from top to bottom; they have no names.

    `flat`: the form: uint8 (h, w). Something printed in a small gap between boxes is a decimal point.
    """
    narrow = [[boxes.box] for boxes in printed if boxes.parts == 1 and _is_narrow(boxes.box)]
    touching = [[box for run in group for box in run] for group in _joined(narrow, 0.0)]
    fields = [field for group in _joined(touching, _APART) for field in _of_runs(group, flat)]
    fields += [
        field for boxes in printed if boxes.parts > 1 for field in _short(COMB, _divided(boxes.box, boxes.parts))
    ]
    fields += [_open(boxes.box) for boxes in printed if boxes.parts == 1 and not _is_narrow(boxes.box)]
    lines: list[list[Field]] = []
    for field in sorted(fields, key=lambda traced: traced.at[0].y):
        if lines and field.at[0].y - lines[-1][0].at[0].y < _SAME_LINE:
            lines[-1].append(field)
        else:
            lines.append([field])
    return tuple(field for line in lines for field in sorted(line, key=lambda traced: traced.at[0].x))


def snapped(field: Field, printed: Sequence[Printed]) -> Field:
    """Move a field that a person drew onto the boxes that are printed there."""
    if field.is_tick:
        return replace(field, style=BOXES, at=tuple(_nearest(box, printed) for box in field.at))
    whole = frame_around(field.at)
    inner = [boxes for boxes in printed if whole.holds_middle_of(boxes.box)]
    count = sum(boxes.parts for boxes in inner)
    if len(inner) == count == field.boxes and field.style in ("", BOXES):
        return replace(field, style=BOXES, at=tuple(box for row in _rows(inner) for box in row))
    if count > 1 and count != field.boxes and field.style != OPEN:
        raise DataError("error.trace.boxes", name=field.name, found=count, wanted=field.boxes)
    if len(inner) == 1 and inner[0].parts == field.boxes > 1 and field.style in ("", COMB):
        return replace(field, style=COMB, at=_divided(inner[0].box, field.boxes))
    alike = iou(np.array(whole, np.float64), as_array(boxes.box for boxes in printed)) if printed else np.zeros(1)
    if alike.max() >= _SAME:
        best = printed[int(alike.argmax())]
        if best.parts == 1 and field.style in ("", OPEN):
            return replace(field, style=OPEN, at=(best.box,))
    return field if field.style else replace(field, style=OPEN, at=(whole,))


def _nearest(box: Box, printed: Sequence[Printed]) -> Box:
    """Return the printed box that a drawn one to tick is meant to be, or the drawn one if there is none."""
    x, y = box.x + box.width / 2, box.y + box.height / 2
    single = [boxes.box for boxes in printed if boxes.parts == 1 and _is_narrow(boxes.box)]
    near = [own for own in single if own.holds_middle_of(box) or box.holds_middle_of(own)]
    return min(near, key=lambda own: abs(own.x + own.width / 2 - x) + abs(own.y + own.height / 2 - y), default=box)


def _is_narrow(box: Box) -> bool:
    return box.width <= _SLENDER * box.height


def _rows(printed: Sequence[Printed]) -> list[Run]:
    """Return boxes in the order of reading: the rows from above, each from the left."""
    rows: list[Run] = []
    for box in sorted((boxes.box for boxes in printed), key=lambda inner: inner.y):
        if rows and box.y - rows[-1][0].y < rows[-1][0].height / 2:
            rows[-1].append(box)
        else:
            rows.append([box])
    return [sorted(row) for row in rows]


def _divided(box: Box, parts: int) -> tuple[Box, ...]:
    wide = box.width / parts
    return tuple(Box(box.x + n * wide, box.y, wide, box.height) for n in range(parts))


def _joined(runs: list[Run], gap: float) -> list[list[Run]]:
    """Put runs together that touch, or are no more than a gap, in widths of a box, apart side by side."""
    groups: list[list[Run]] = []
    for run in sorted(runs):
        before = [group for group in groups if _next(group[-1][-1], run[0], max(_EVEN, gap * run[0].width))]
        if before:
            min(before, key=lambda group: abs(group[-1][-1].right - run[0].x)).append(run)
        else:
            groups.append([run])
    return groups


def _next(box: Box, other: Box, gap: float) -> bool:
    if box.width > min(_OF_MANY[0], _OF_MANY[1] * box.height):
        return False
    level = abs(box.y - other.y) <= _EVEN and abs(box.height - other.height) <= _EVEN
    alike = abs(box.width - other.width) <= _ALIKE * box.width
    return level and alike and -_EVEN <= other.x - box.right <= gap


def _of_runs(runs: list[Run], flat: NDArray[np.uint8]) -> list[Field]:
    boxes = tuple(box for run in runs for box in run)
    if [len(run) for run in runs] == [4, 2, 2]:
        return [Field("", kind=DATE, boxes=8, style=BOXES, at=boxes)]
    fits = len(runs) == 2 and len(boxes) <= MAX_BOXES and len(runs[1]) <= MAX_DECIMALS
    if fits and _has_point(flat, runs[0][-1], runs[1][0]):
        return [Field("", boxes=len(boxes), decimals=len(runs[1]), style=BOXES, at=boxes)]
    return _short(BOXES, boxes)


def _has_point(flat: NDArray[np.uint8], before: Box, after: Box) -> bool:
    """Tell whether a decimal point is printed between two boxes: a gap alone may as well group digits."""
    wide = after.x - before.right
    if not 2 * LINE < wide < _APART / 2 * before.width:
        return False
    gap = Box(before.right + LINE, before.y + LINE, wide - 2 * LINE, before.height - 2 * LINE)
    dark = flat[gap.scaled(SCALE).pixels()] < DARK
    return bool(dark.sum() >= _MIN_POINT * SCALE**2)


def _short(style: str, boxes: tuple[Box, ...]) -> list[Field]:
    """Make fields of boxes side by side: several, if they are more than one may have."""
    parts = [boxes[start : start + MAX_BOXES] for start in range(0, len(boxes), MAX_BOXES)]
    return [Field("", boxes=len(boxes), style=style, at=boxes) for boxes in parts]


def _open(box: Box) -> Field:
    return Field("", boxes=min(max(round((box.width - _ENDS) / _DIGIT), 1), MAX_BOXES), style=OPEN, at=(box,))

"""A blank form becomes the lines on it that people write on: underscores, dots, and base lines with ticks."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.forms.finding.flat import SCALE
from shuzi.forms.tracing.find_boxes import Printed, Prints, prints_on
from shuzi.ink.boxes import Box

_GAP, _PIECE = 1.9, 5.0  # millimetres between dots at most, and of a line that is straight
_SHORTEST, _LONGEST = 10.5, 160.0  # millimetres of a line to write on; longer ones divide the page
_THICKEST = 0.9  # millimetres of a line, and of a dot
_LEANS = 2.0  # millimetres from one end of a line to the other
_NEAR, _HIGHEST, _LEAST_HIGH = 0.9, 8.0, 5.0  # millimetres above a line at which its field begins and ends
_SPECKS = 0.012  # of what is above a line that may be dark all the same
_BEYOND, _GOES_ON = (2.2, 4.5), 0.5  # millimetres beyond a line's ends between which so much is dark if it goes on
_FOOT = (0.7, 1.9)  # millimetres above a line between which its ticks are sought, and below it those of a box
_STANDS = 0.6  # of that height that is dark where a tick stands
_TICK_WIDE = 0.6  # millimetres on both sides of a tick's middle
_PITCH = (3.5, 12.0)  # millimetres from tick to tick
_REGULAR, _END = 0.15, 1.2  # of that distance by which ticks may be off; millimetres from an end of the line


def find_rules(flat: NDArray[np.uint8], prints: Prints | None = None) -> list[Printed]:
    """Find the lines of a blank form that have room to write above them, and bound no box.

    Parameters
    ----------
    flat
        uint8 (h, w), as `shuzi.forms.finding.flat.flatten` makes it.
    prints
        What `prints_on` found on it, if that is known.

    Returns
    -------
    For each the place above it, with the line as its lower edge; divided where ticks stand on the line.

    Examples
    --------
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
    whole = cv2.morphologyEx(seen, cv2.MORPH_CLOSE, np.ones((1, round(_GAP * SCALE)), np.uint8))
    whole = cv2.dilate(whole, np.ones((3, 1), np.uint8))
    pieces = cv2.morphologyEx(whole, cv2.MORPH_OPEN, np.ones((1, round(_PIECE * SCALE)), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(pieces, connectivity=8)
    found = []
    for label, (left, top, wide, high, _) in enumerate(stats[1:count].tolist(), start=1):
        if not _SHORTEST * SCALE <= wide <= _LONGEST * SCALE or high > (_LEANS + _THICKEST) * SCALE:
            continue
        line = labels[top : top + high, left : left + wide] == label
        rows = np.arange(high)[:, None]
        course = (rows * line).sum(axis=0) / np.maximum(line.sum(axis=0), 1)
        there = line.any(axis=0)
        course = np.polyval(np.polyfit(np.flatnonzero(there), course[there], 2), np.arange(wide)) + top
        rule = _rule(seen, lines, left, course)
        if rule is not None:
            found.append(rule)
    return found


def _rule(
    seen: NDArray[np.uint8], lines: NDArray[np.uint8], left: int, course: NDArray[np.float64]
) -> Printed | None:
    """Return the field above a line, which goes through `course` from a column on; None if it is none."""
    high, wide = seen.shape
    rim, soft = round(_BEYOND[1] * SCALE), round((_BEYOND[1] - _BEYOND[0]) * SCALE)
    columns = np.arange(left - rim, left + len(course) + rim).clip(0, wide - 1)
    middle = np.rint(course[(columns - left).clip(0, len(course) - 1)]).astype(int)
    reach = round((_HIGHEST + _FOOT[1]) * SCALE)
    offsets = np.arange(-reach, reach + 1)
    rows = (middle + offsets[:, None]).clip(0, high - 1)
    around, straight = seen[rows, columns] > 0, lines[rows, columns] > 0  # (2 * reach + 1, columns), as if level
    goes_on = straight[reach - 2 : reach + 3].any(axis=0)
    near = round(_END * SCALE)
    if max(goes_on[:soft].mean(), goes_on[-soft:].mean()) > _GOES_ON:
        return None
    either = around | straight
    ticks = _standing(
        either[reach - round(_FOOT[1] * SCALE) : reach - round(_FOOT[0] * SCALE), rim - near : near - rim]
    )
    ticks = ticks + rim - near
    if len(_standing(either[reach + round(_FOOT[0] * SCALE) : reach + round(_FOOT[1] * SCALE)])):
        return None  # the upper edge of a box
    free = np.ones(around.shape[1], bool)
    free[:rim] = free[-rim:] = False
    for tick in ticks:
        free[max(0, round(tick - _TICK_WIDE * SCALE)) : round(tick + _TICK_WIDE * SCALE) + 1] = False
    if free.sum() < _SHORTEST / 2 * SCALE:
        return None
    near = around[reach - round(_THICKEST * SCALE) : reach + round(_THICKEST * SCALE) + 1, free]
    if np.quantile(near.sum(axis=0), 0.9) > _THICKEST * SCALE:
        return None  # letters
    dark = around[: reach - round(_NEAR * SCALE), free].mean(axis=1)[::-1] > _SPECKS  # upwards
    room = (int(dark.argmax()) if dark.any() else len(dark)) / SCALE + _NEAR - 0.4
    tall = min(room, _HIGHEST)
    if tall < _LEAST_HIGH:
        return None
    bottom = float(np.median(course)) + 0.5
    start, end = left, left + len(course)
    parts = 1
    if len(ticks):
        upper = either[reach - round(min(tall, _LEAST_HIGH + 1) * SCALE) : reach - round(_LEAST_HIGH * SCALE)]
        if len(_standing(upper)):
            return None  # the lower edge of a box
        ends = _divided(columns[0] + ticks, start, end)
        if ends is None:
            return None
        start, end, parts = ends
    return Printed(Box(start / SCALE, bottom / SCALE - tall, (end - start) / SCALE, tall), parts)


def _standing(strip: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the middles of what stands in a strip from below to above: float64 (n,), in columns."""
    dark = np.concatenate([[False], strip.mean(axis=0) >= _STANDS, [False]]).astype(int)
    edges = np.flatnonzero(np.diff(dark)).reshape(-1, 2)
    return np.asarray((edges.sum(axis=1) - 1) / 2, np.float64)


def _divided(ticks: NDArray[np.float64], start: int, end: int) -> tuple[int, int, int] | None:
    """Return where the boxes of a comb begin and end, and how many they are; None if its ticks are not regular."""
    near = _END * SCALE
    inner = ticks[(ticks > start + near) & (ticks < end - near)]
    outer = [ticks[ticks <= start + near], ticks[ticks >= end - near]]
    first = float(outer[0].mean()) if len(outer[0]) else float(start)
    last = float(outer[1].mean()) if len(outer[1]) else float(end)
    pitch = (last - first) / (len(inner) + 1)
    if not len(inner) or not _PITCH[0] <= pitch / SCALE <= _PITCH[1]:
        return None
    regular = np.abs(inner - first - pitch * np.arange(1, len(inner) + 1)).max() <= _REGULAR * pitch
    return (round(first), round(last), len(inner) + 1) if regular else None

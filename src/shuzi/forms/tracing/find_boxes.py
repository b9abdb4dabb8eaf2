"""A blank form becomes the empty boxes that are printed on it, with the ticks of combs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.forms.finding.flat import SCALE
from shuzi.forms.finding.thickness import line_from
from shuzi.ink.boxes import Box

DARK = 222
"""The level below which something is printed; lines are often grey."""

_BESIDE, _DARKER = 13, 14  # pixels around a hairline; grey levels by which it is darker
_BENDS = 5  # pixels by which a line may move along its length, and its thickness
_FAINT = 6  # grey levels by which a faint line is darker, averaged along it
_AROUND, _SHARPER, _SURELY = (
    25,
    20,
    150,
)  # pixels around print; levels by which it is darker; the level of what is no shadow
_LINE = 3.0  # millimetres: shorter lines bound no box
_LEAST_WIDE, _LEAST_HIGH, _MOST_HIGH = 3.5, 4.5, 22.0  # millimetres of a box; smaller ones are to be ticked
_RECTANGULAR, _UPPER = 0.9, 0.6  # of the width of a box that is as high as most of it: without ticks, and with some
_LONG = 12.0  # millimetres: the course of a shorter edge is not followed
_WIDE = 0.8  # of the rows of a box: no row is wider, but for a few; others are shorter, since it leans or has ticks
_AS_HIGH, _LEANS = 0.88, 1.6  # of that height; millimetres by which a box on a bent sheet may lean
_RIM = 2  # pixels from its inner edge within which its line may still be seen
_OUTSIDE, _LIGHTEST = 4.0, 0.9  # millimetres around a box; of their pixels: those that are lighter are paper
_LEAST_LIGHT = 3.0  # millimetres of a box between its lines
_EMPTY, _SPECKS = 0.008, 0.8  # of a box that may be dark all the same, and square millimetres at most
_TICK, _TICKED = 0.2, 0.6  # the lower part of a box in which ticks are sought; how much of it a tick fills
_REGULAR = 0.15  # of their distance by which ticks may lie off their place


@dataclass(frozen=True)
class Printed:
    """An empty box: its place in millimetres, and how many digits it is divided for by ticks (1 without)."""

    box: Box
    parts: int


@dataclass(frozen=True)
class Prints:
    """What is printed on a flat form: uint8 (h, w), 0 or 1 each.

    Parameters
    ----------
    dark
        But for shadows, which have no sharp edges.
    seen
        Pale hairlines too.
    lines
        The straight lines, with their soft edges.
    """

    dark: NDArray[np.uint8]
    seen: NDArray[np.uint8]
    lines: NDArray[np.uint8]


def prints_on(flat: NDArray[np.uint8]) -> Prints:
    """Find what is printed on a form, uint8 (h, w)."""
    smooth = np.asarray(cv2.GaussianBlur(flat, (0, 0), 0.8), np.uint8)
    dark = _dark(smooth)
    # a hairline is pale on a coarse scan, but darker than what is beside it
    thin = cv2.morphologyEx(smooth, cv2.MORPH_BLACKHAT, np.ones((_BESIDE, _BESIDE), np.uint8)) > _DARKER
    seen = np.asarray(dark | thin, np.uint8)
    return Prints(dark, seen, _lines(flat, seen))


def find_boxes(flat: NDArray[np.uint8], prints: Prints | None = None) -> list[Printed]:
    """Find the empty boxes of a blank form.

    Parameters
    ----------
    flat
        uint8 (h, w), as `shuzi.forms.finding.flat.flatten` makes it.
    prints
        What `prints_on` found on it, if that is known.

    Returns
    -------
    Upright rectangles between printed lines, with nothing in them but the ticks of a comb, in no particular order.

    Examples
    --------
    >>> flat = np.full((400, 800), 255, np.uint8)
    >>> _ = cv2.rectangle(flat, (80, 80), (160, 152), 100, 2)
    >>> _ = cv2.rectangle(flat, (240, 80), (480, 152), 100, 2)
    >>> for x in (320, 400):
    ...     _ = cv2.line(flat, (x, 130), (x, 152), 100, 2)
    >>> [(round(each.box.x), round(each.box.width), each.parts) for each in find_boxes(flat)]
    [(10, 10, 1), (30, 30, 3)]
    """
    prints = prints or prints_on(flat)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(1 - prints.lines, connectivity=4)
    found = []
    for label, (left, top, broad, tall, _) in enumerate(stats[1:count].tolist(), start=1):
        edge = left == 0 or top == 0 or left + broad == flat.shape[1] or top + tall == flat.shape[0]
        if edge or broad < _LEAST_LIGHT * SCALE or not _LEAST_LIGHT <= tall / SCALE <= _MOST_HIGH:
            continue
        light = labels[top : top + tall, left : left + broad] == label
        inner, even = _upright(light, left, top)
        box = _between_middles(flat, inner)
        if box is None or box.width < _LEAST_WIDE or not _LEAST_HIGH <= box.height <= _MOST_HIGH:
            continue
        within = _straightened(prints.seen, light, inner, left, top)
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


def _lines(flat: NDArray[np.uint8], seen: NDArray[np.uint8]) -> NDArray[np.uint8]:
    found, length = np.zeros_like(seen), round(_LINE * SCALE)
    # what is short and dark counts no more than what is faint, or it would seem longer than it is
    pale = np.maximum(flat, cv2.subtract(cv2.medianBlur(flat, _AROUND), np.array([2 * _FAINT], np.float64)))
    for along in ((1, length), (length, 1)):
        across = along[::-1]
        # what is faint is seen along its length, where the grain of a photograph is gone
        even = cv2.blur(pale, along[::-1])
        beside = np.ones(tuple(_BESIDE if side > 1 else 1 for side in across), np.uint8)
        faint = cv2.morphologyEx(even, cv2.MORPH_BLACKHAT, beside) > _FAINT
        # paper that is not quite flat: a line may move by a pixel or two along its length
        bent = cv2.dilate(
            seen | faint.astype(np.uint8), np.ones(tuple(min(side, _BENDS) for side in across), np.uint8)
        )
        found |= np.asarray(cv2.morphologyEx(bent, cv2.MORPH_OPEN, np.ones(along, np.uint8)), np.uint8)
    return np.asarray(cv2.dilate(found, np.ones((3, 3), np.uint8)), np.uint8)


def _dark(smooth: NDArray[np.uint8]) -> NDArray[np.uint8]:
    paper = cv2.morphologyEx(smooth, cv2.MORPH_CLOSE, np.ones((_AROUND, _AROUND), np.uint8))
    return np.asarray((smooth < _SURELY) | ((smooth < DARK) & (cv2.subtract(paper, smooth) > _SHARPER)), np.uint8)


def _upright(light: NDArray[np.bool_], left: int, top: int) -> tuple[Box, float]:
    """Return the upright box that a light region (h, w), which may lean, is nearest to, and how much is as high.

    `left` and `top` say where the region begins; the box is in pixels, too.
    """
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


def _straightened(
    picture: NDArray[np.uint8], light: NDArray[np.bool_], inner: Box, left: int, top: int
) -> NDArray[np.bool_]:
    """Cut a box out of a picture of what is dark, along its upper edge, which may lean: bool (h, w)."""
    edge = light.argmax(axis=0)
    if inner.height == len(light):  # upright
        edge = np.zeros_like(edge)
    columns = np.arange(round(inner.width))
    near = np.clip(columns + round(inner.x) - left, 0, len(edge) - 1)
    usual = edge[near]
    if len(columns) >= _LONG * SCALE:
        there = np.abs(usual - np.median(usual)) <= _LEANS * SCALE
        usual = np.polyval(np.polyfit(columns[there], usual[there], 2), columns)
    else:
        usual = np.full(len(columns), np.median(usual))
    rows = np.arange(round(inner.height))[:, None] + np.rint(top + usual).astype(int)
    return np.asarray(picture[rows.clip(0, picture.shape[0] - 1), columns + round(inner.x)], bool)


def _between_middles(flat: NDArray[np.uint8], inside: Box) -> Box | None:
    """Return the box, in millimetres, of which the light inside is given in pixels; None if nothing bounds it."""
    sides = [line_from(flat, inside, side) for side in range(4)]
    left, top, right, bottom = (0.0 if side is None else side for side in sides)
    if None in sides:
        return None
    wide, high = inside.width + left + right, inside.height + top + bottom
    return Box((inside.x - left) / SCALE, (inside.y - top) / SCALE, wide / SCALE, high / SCALE)


def _parts(inside: NDArray[np.bool_], left: float, wide: float) -> int:
    """Return for how many digits ticks at its lower edge divide a box: 1 if there are none.

    `left` is where its inside begins, from the middle of its left line; `wide` is how far the right one is from that.
    """
    high = len(inside)
    low = inside[round(high * (1 - _TICK)) :].mean(axis=0) >= _TICKED
    low[:_RIM] = low[-_RIM:] = False
    starts = np.flatnonzero(np.diff(np.concatenate([[False], low, [False]]).astype(int)) == 1)
    ends = np.flatnonzero(np.diff(np.concatenate([[False], low, [False]]).astype(int)) == -1)
    ticks = left + (starts + ends) / 2
    if not len(ticks):
        return 1
    pitch = wide / (len(ticks) + 1)
    regular = np.abs(ticks - pitch * np.arange(1, len(ticks) + 1)).max() <= _REGULAR * pitch
    return len(ticks) + 1 if regular else 1

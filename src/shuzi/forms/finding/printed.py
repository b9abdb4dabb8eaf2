"""A blank form shows what is printed at its fields: where they are not empty, and on what lines people write.

Dots, underscores and ticks that stand on a line are no frame that could be followed. They are sought as the blank
form has them, piece by piece, since paper bends, and divided out, for ink lets through a fraction of the light.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.forms.finding.cut_fields import cut_fields
from shuzi.forms.finding.erase import see_through
from shuzi.forms.finding.flat import PAPER, SCALE
from shuzi.forms.finding.written import written_in
from shuzi.forms.layout import PlacedField
from shuzi.forms.spec import COMB, OPEN, TICK
from shuzi.ink.boxes import Box

_LEAST = 0.5  # square millimetres that are printed in a box to tick
_AROUND, _SURELY = 25, 150  # pixels around print; the level below which nothing is a shadow
_ABOUT = 1.3  # millimetres above and below the edge of a field within which its line is
_TICK, _TICK_WIDE = 0.7, 0.7  # of the height of a comb, and millimetres on both sides of where a tick should be
_REACH = 2.6  # millimetres that a line may lie from where it should be
_PIECE, _CURVED = 7.0, 4  # millimetres of a line that are straight enough; so many pieces of it show how it bends
_LEAST_LINE = 16.0  # grey levels by which a line differs from paper
_BEND = 0.6  # millimetres that a piece may lie from where the others say
_DARKER = 1.25  # of a line: darker is ink
_CORE = 0.6  # of how dark a line is, where it surely is one
_AS_DARK = 0.35  # of a line on the blank form, at least, or it is not there
_GAP = 1.9  # millimetres between dots, at most
_NEARER = 0.15  # of the greatest likeness that a shift loses at the limit of the search
_REST, _SMALL, _PALE = (
    0.3,
    0.12,
    0.3,
)  # millimetres, square millimetres, and of the darkest ink: what is left of a line
_ACROSS = 0.9  # millimetres of a stroke that a black line may hide


def printed_in(flat: NDArray[np.uint8], fields: Sequence[PlacedField]) -> list[bool]:
    """Tell for each field whether something is printed in it: read as written, it would be on every copy.

    Parameters
    ----------
    flat
        The blank form: uint8 (h, w), as `flatten` makes it.
    fields
        Its fields, as `mark_framed` returns them.

    Examples
    --------
    >>> from shuzi.forms.spec import Field
    >>> from shuzi.ink.boxes import Box
    >>> flat = np.full((400, 400), 255, np.uint8)
    >>> flat[100:140, 118:122] = 60
    >>> boxes = [PlacedField(Field("n", boxes=1), 0, (Box(x, 11.0, 7.0, 8.5),), framed=False) for x in (11.5, 30.0)]
    >>> printed_in(flat, boxes)
    [True, False]
    """
    found = []
    flat = _without_shadows(lifted(flat, flat, fields).flat)
    for placed in fields:  # each by itself: what is printed in one says nothing of what is ink in another
        (cut,) = cut_fields(flat, [placed], np.eye(3), "", 0.0)
        if placed.field.kind == TICK:
            found.append(any(ink.area >= _LEAST for ink in cut.ticks))
        elif placed.field.style == OPEN:
            found.append(written_in(cut.inside).image is not None)
        else:  # what is faint may be left of a line where a photographed form bends, and is never read as sure
            found.append(any(box.image is not None and not box.faint for box in cut.boxes))
    return found


def _without_shadows(flat: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a flat form without the shadows of a photograph, which are wide and pale: uint8 (h, w)."""
    around = np.ones((_AROUND, _AROUND), np.uint8)
    print_alone = PAPER - cv2.morphologyEx(flat, cv2.MORPH_BLACKHAT, around)
    return np.where(flat < _SURELY, flat, print_alone).astype(np.uint8)


@dataclass(frozen=True)
class Lifted:
    """A flat copy without the lines on which people write.

    Parameters
    ----------
    flat
        uint8 (h, w).
    fields
        Where its fields are by their lines.
    missing
        The indices of fields whose lines are not there.
    """

    flat: NDArray[np.uint8]
    fields: tuple[PlacedField, ...]
    missing: frozenset[int]


def lifted(flat: NDArray[np.uint8], blank: NDArray[np.uint8], fields: Sequence[PlacedField]) -> Lifted:
    """Take the lines below fields without a frame, and the ticks on them, out of a flat copy.

    Parameters
    ----------
    flat
        uint8 (h, w), as `flatten` makes it.
    blank
        The blank form, alike.
    fields
        Its fields, as `mark_framed` returns them.

    Examples
    --------
    >>> from shuzi.forms.spec import Field
    >>> blank = np.full((200, 400), 255, np.uint8)
    >>> blank[150:153, 80:300:8] = blank[150:153, 81:300:8] = 90
    >>> copy = np.roll(blank, 5, axis=0)
    >>> field = PlacedField(Field("n", style=OPEN, boxes=4), 0, (Box(10.0, 11.0, 27.5, 8.0),), framed=False)
    >>> int(lifted(copy, blank, [field]).flat.min()), lifted(blank * 0 + 255, blank, [field]).missing
    (255, frozenset({0}))
    """
    clean, moved, missing = flat.copy(), [*fields], set[int]()
    for index, placed in enumerate(fields):
        if placed.framed or placed.field.kind == TICK:
            continue
        zones = _zones(placed, blank)
        if zones is None:
            continue
        area, dark = zones
        shift = _lift(clean, area, dark)
        if shift is None:
            missing.add(index)
            continue
        right, down = shift if placed.field.style == COMB else (0.0, shift[1])
        boxes = tuple(box._replace(x=box.x + right, y=box.y + down) for box in placed.boxes)
        moved[index] = replace(placed, boxes=boxes, settled=True)
    return Lifted(clean, tuple(moved), frozenset(missing))


def _zones(placed: PlacedField, blank: NDArray[np.uint8]) -> tuple[Box, NDArray[np.float32]] | None:
    """Return the area of a field's line and ticks, in pixels, and how much darker than paper the blank form is there.

    None if there is no line.
    """
    frame = placed.frame
    high = _TICK * frame.height if placed.field.style == COMB else _ABOUT
    first, last = (round(y * SCALE) for y in (frame.bottom - high, frame.bottom + _ABOUT))
    left, right = (round(x * SCALE) for x in (frame.x - _TICK_WIDE, frame.right + _TICK_WIDE))
    first, left = max(first, 0), max(left, 0)
    part = PAPER - blank[first:last, left:right].astype(np.float32)
    if not part.size or part.max() < _LEAST_LINE:
        return None
    wanted = np.zeros(part.shape, bool)
    wanted[max(0, round((frame.bottom - _ABOUT) * SCALE) - first) :] = True
    if placed.field.style == COMB:
        for x in (*(box.x for box in placed.boxes), frame.right):
            middle, reach = x * SCALE - left, _TICK_WIDE * SCALE
            wanted[:, max(0, round(middle - reach)) : round(middle + reach)] = True
    dark = np.where(wanted, part, 0)
    return Box(left, first, dark.shape[1], dark.shape[0]), dark


def _lift(flat: NDArray[np.uint8], area: Box, dark: NDArray[np.float32]) -> tuple[float, float] | None:
    """Divide what is printed out of a flat copy, in place.

    Returns
    -------
    By how many millimetres it lies further to the right and below than on the blank form; None if it is not there.
    """
    reach = round(_REACH * SCALE)
    x, y = int(area.x), int(area.y)
    padded = cv2.copyMakeBorder(flat, reach, reach, reach, reach, cv2.BORDER_REPLICATE)
    around = padded[y : y + dark.shape[0] + 2 * reach, x : x + dark.shape[1] + 2 * reach]
    seen = np.minimum(PAPER - around.astype(np.float32), _DARKER * dark.max())
    count = max(1, round(dark.shape[1] / (_PIECE * SCALE)))
    edges = np.linspace(0, dark.shape[1], count + 1).round().astype(int).tolist()
    pieces = [*pairwise(edges)]
    found = [_shift(seen[:, start : end + 2 * reach], dark[:, start:end], reach) for start, end in pieces]
    down = [min(max(low, -reach), reach) for low in _bent(np.array(found, np.float64))]
    right = _along(seen, dark, pieces, down)
    printed = np.zeros(seen.shape, np.float32)
    for (start, end), low in zip(pieces, down, strict=True):
        first, last = max(0, start - 2), min(end + 2, dark.shape[1])
        under = printed[reach + low : reach + low + len(dark), reach + right + first : reach + right + last]
        np.maximum(under, dark[:, first:last], out=under)
    # dots are a line: where paper bends, they lie elsewhere along it
    gap = np.ones((1, round(_GAP * SCALE)), np.uint8)
    core, nearest = printed >= _CORE * dark.max(), cv2.dilate(seen, gap)
    strength = float(np.median(nearest[core] / printed[core])) if core.any() else 0.0
    if strength < _AS_DARK:
        return None
    printed = cv2.morphologyEx(printed, cv2.MORPH_CLOSE, gap)
    # a little more than it is: the edge of a line is soft, and pixels do not meet
    printed = cv2.dilate(printed, np.ones((3, 3), np.uint8)) * min(max(strength, 0.8), _DARKER)
    light, usual_light = around.astype(np.float32), PAPER - printed
    clean, black = see_through(light, usual_light)
    if black.any():
        clean[black] = np.maximum(clean, _across(clean, black))[black]
    around[:] = _swept(clean.astype(np.uint8), printed)
    flat[:] = padded[reach:-reach, reach:-reach]
    return right / SCALE, float(np.median(down)) / SCALE


def _shift(seen: NDArray[np.float32], dark: NDArray[np.float32], reach: int) -> int:
    """Return by how many pixels a piece lies further below than on the blank form."""
    likeness = cv2.matchTemplate(np.ascontiguousarray(seen), dark - dark.mean(), cv2.TM_CCORR)
    away = np.hypot(*np.meshgrid(*[np.arange(-reach, reach + 1)] * 2))
    likeness = likeness - _NEARER * max(float(likeness.max()), 1.0) * away / reach  # of several as good, the nearest
    return int(np.argmax(likeness.max(axis=1))) - reach


def _bent(down: NDArray[np.float64]) -> list[int]:
    """Return where the pieces of a line lie, in whole pixels: along a curve, from which few may be far off."""
    at = np.arange(len(down))
    curve: NDArray[np.float64] = np.full(len(down), np.median(down))
    if len(down) >= _CURVED:
        for _ in range(4):
            weights = 1 / (1 + (np.abs(down - curve) / (_BEND / 2 * SCALE)) ** 4)
            curve = np.asarray(np.polyval(np.polyfit(at, down, 2, w=np.sqrt(weights)), at), np.float64)
    near = np.abs(down - curve) <= _BEND * SCALE
    return [round(value) for value in np.where(near, down, curve).tolist()]


def _along(
    seen: NDArray[np.float32], dark: NDArray[np.float32], pieces: Sequence[tuple[int, int]], down: Sequence[int]
) -> int:
    """Return by how many pixels a line lies further to the right: as its ends, dots and ticks do."""
    reach: int = (seen.shape[1] - dark.shape[1]) // 2
    base = int(dark.sum(axis=1).argmax())
    rows = np.arange(base - 2, base + 3).clip(0, len(dark) - 1)
    lower = np.zeros(seen.shape[1], int)
    for (start, end), low in zip(pieces, down, strict=True):
        lower[start + reach : end + reach] = low
    lower[:reach], lower[len(lower) - reach :] = down[0], down[-1]
    course = seen[(rows[:, None] + reach + lower).clip(0, len(seen) - 1), np.arange(seen.shape[1])].mean(axis=0)
    printed = dark[rows].mean(axis=0)
    likeness = np.correlate(course, printed - printed.mean(), mode="valid")
    away = np.abs(np.arange(len(likeness)) - reach) / reach
    return int(np.argmax(likeness - _NEARER * max(float(likeness.max()), 1.0) * away)) - reach


def _swept(clean: NDArray[np.uint8], printed: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Return a picture without what little is left of a line: thin, small or pale, and touching no ink."""
    near = cv2.dilate((printed > _LEAST_LINE / 2).astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    ink = PAPER - clean.astype(np.float32)
    count, labels, stats, _ = cv2.connectedComponentsWithStats((ink >= _LEAST_LINE).astype(np.uint8), connectivity=8)
    outside = np.bincount(labels[~near], minlength=count) > 0
    peaks = np.zeros(count, np.float32)
    np.maximum.at(peaks, np.asarray(labels, np.intp), ink)
    high, area = stats[:, cv2.CC_STAT_HEIGHT], stats[:, cv2.CC_STAT_AREA]
    rest = ~outside & ((high <= _REST * SCALE) | (area <= _SMALL * SCALE**2) | (peaks <= _PALE * ink.max()))
    rest[0] = False
    return np.where(cv2.dilate(rest[labels].astype(np.uint8), np.ones((3, 3), np.uint8)) > 0, PAPER, clean)


def _across(clean: NDArray[np.float32], black: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return what would be seen on black lines if only what goes on at both of their sides were written."""
    paper = np.where(black, PAPER, clean).astype(np.float32)
    side = round(_ACROSS * SCALE) | 1
    slanting = np.eye(side, dtype=np.uint8)
    upright = np.zeros((side, side), np.uint8)
    upright[:, side // 2] = 1
    kernels = upright, slanting, slanting[::-1].copy()
    return np.asarray(np.min([cv2.morphologyEx(paper, cv2.MORPH_OPEN, own) for own in kernels], axis=0), np.float32)

"""A flat sheet and the places of its fields become what is written in each box, without the printed lines.

Each frame is sought along its lines, near to where the markers say that it is. A creased sheet moves its boxes by a
millimetre or two, smoothly; a frame that moves otherwise than those around it was not found, and goes where they go.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from shuzi.errors import PictureError
from shuzi.forms.flatten import PAPER, SCALE, in_photo
from shuzi.forms.grammar import BOXES, COMB, OPEN
from shuzi.forms.layout import PlacedField, with_labels
from shuzi.forms.printed_lines import (
    FAR,
    LINE,
    MIN_CONTRAST,
    PIECE,
    Erased,
    Line,
    erase,
    find_lines,
    fit_most,
    measure_thickness,
    strays,
    usual_profiles,
)
from shuzi.forms.ticks import TickInk, ink_around, ink_in
from shuzi.forms.writing import (
    MARGIN,
    MIN_DARK,
    Written,
    goes_below,
    inside_of,
    palest_of,
    peak_of,
    written_in_boxes,
)
from shuzi.ink.boxes import Box

MIN_SEEN = 0.5
"""The minimum fraction of the lines of a sheet, and of a field, that are seen."""

MIN_OF_TRACED = 0.87
"""The minimum fraction of a traced form's lines on a copy, unless the print shows that both are of one edition."""
_MIN_LINED = 0.7  # of the lines of a field on a blank form, if it has some


class Side(NamedTuple):
    """The left or right line of an open field: its x in pixels, and whether it was found there."""

    x: float
    found: bool


@dataclass(frozen=True)
class _Lined:
    """Boxes that stand together, cut out with their margin: where they are in it, in pixels, and its lines."""

    boxes: tuple[Box, ...]
    picture: NDArray[np.uint8]
    lines: list[Line]
    others: tuple[Box, ...]
    sides: tuple[Side, ...]

    def erased(self, usual: Mapping[tuple[float, bool], NDArray[np.float64]]) -> Erased:
        """Return the picture without its lines, by what those as thick of one direction usually look like."""
        return erase(self.picture, self.lines, [usual[line.thickness, line.vertical] for line in self.lines])


@dataclass(frozen=True)
class Cut:
    """A field as it was cut out."""

    placed: PlacedField  # the field and its place
    boxes: tuple[Written, ...]  # what is in each box; empty for an open field, and for boxes to tick
    inside: NDArray[np.uint8]  # an open field with its margin, without its lines: uint8 (h, w), paper 255
    kept: NDArray[np.uint8] | None  # the same with all that may be ink rather than a line; None if that is no more
    picture: NDArray[np.uint8]  # the field with its surroundings, for people: uint8 (h, w)
    box: Box  # x, y, width, height on the photograph, in whole pixels
    seen: bool  # whether the lines of its boxes are there, so that its place is certain; true if it has none
    hidden: bool = False  # whether ink goes below thick lines, where nobody can see the rest of it
    # the left and right lines of an open field, in pixels of `inside`; empty if it has none
    sides: tuple[Side, ...] = ()
    doubtful: bool = False  # whether a stroke may lie on a line of an open field, or just beyond it
    ticks: tuple[TickInk, ...] = ()  # the ink in each box to tick


def cut_fields(
    flat: NDArray[np.uint8],
    fields: Sequence[PlacedField],
    homography: NDArray[np.float64],
    name: str,
    min_lines: float,
    blank: NDArray[np.uint8] | None = None,
) -> list[Cut]:
    """Cut all fields out of a flat sheet; `blank` shows what is printed on it, if it is a traced form."""
    # find where the lines of all fields really are; refuse a sheet on which too few of them are seen
    if not fields:
        return []
    sides, lines = _sought(flat, fields, vertical=True), _sought(flat, fields, vertical=False)
    own_seen = [np.concatenate([x.seen, y.seen]) for x, y in zip(sides, lines, strict=True)]
    of_framed = [own for placed, own in zip(fields, own_seen, strict=True) if placed.framed]
    seen = np.concatenate([np.zeros(0, bool), *of_framed])
    if len(seen) and seen.mean() < min_lines:
        raise PictureError("error.form.frames", path=name, found=float(seen.mean()))
    # where many are missing on a traced form, only fields are sure that have nearly all of their own
    is_whole = blank is None or not len(seen) or bool(seen.mean() >= MIN_OF_TRACED)
    min_own = MIN_SEEN if is_whole else MIN_OF_TRACED
    # move the boxes of each field there
    moved = [
        (placed, [*placed.boxes] if placed.settled else _moved(placed, x, y))
        for placed, x, y in zip(fields, sides, lines, strict=True)
    ]
    clear = [
        bool(own.mean() >= min_own) if placed.framed else is_whole
        for placed, own in zip(fields, own_seen, strict=True)
    ]
    # take the lines out, by what lines as thick look like on the whole sheet
    everywhere = [box for _, boxes in moved for box in boxes]
    lined = [
        [_lined(flat, placed, group, everywhere) for group in _grouped(placed, boxes)] for placed, boxes in moved
    ]
    found = (line for own in lined for part in own for line in part.lines)
    usual = usual_profiles(((line.thickness, line.vertical), line) for line in found)
    parts = [[(part, part.erased(usual)) for part in own] for own in lined]
    pictures = [
        [erased.ink[box.pixels(rim=MARGIN * SCALE)] for part, erased in own for box in part.boxes] for own in parts
    ]
    # separate ink from paper, by how dark ink is on the whole sheet
    peaks = np.array([peak_of(picture) for own in pictures for picture in own])
    palest = palest_of(peaks, MIN_DARK)
    faintest = max(MIN_DARK, palest)
    # where hardly anything is written, nothing tells how dark ink is
    certain = 0.0 if palest else 2 * MIN_DARK
    return [
        replace(
            _cut(flat, placed, boxes, own, (faintest, certain), homography),
            ticks=_ticks(flat, placed, boxes, own, blank, palest) if placed.field.is_tick else (),
            seen=there,
            hidden=any(goes_below(picture, [placed.thickness] * 4) for picture in inside),
        )
        for (placed, boxes), own, inside, there in zip(moved, parts, pictures, clear, strict=True)
    ]


def mark_framed(flat: NDArray[np.uint8], fields: Sequence[PlacedField]) -> list[PlacedField]:
    """Return the fields of a blank form, each knowing whether lines are printed around it, and how thick."""
    marked = []
    for placed in fields:
        corners = [np.rint(frame_around(group).scaled(SCALE).corners - 0.5) for group in placed.groups]
        pieces = [piece for own in corners for piece in zip(own, np.roll(own, -1, axis=0), strict=True)]
        measured = replace(placed, thickness=measure_thickness(flat, pieces))
        found = [_sought(flat, [measured], vertical)[0].seen for vertical in (True, False)]
        marked.append(replace(measured, framed=all(seen.mean() >= _MIN_LINED for seen in found)))
    return marked


def _cut(
    flat: NDArray[np.uint8],
    placed: PlacedField,
    boxes: list[Box],
    parts: list[tuple[_Lined, Erased]],
    darkness: tuple[float, float],
    homography: NDArray[np.float64],
) -> Cut:
    faintest, certain = darkness
    frame = with_labels(placed.field, boxes, frame_around(boxes))
    picture, box = _with_margin(flat, frame), Box.around(in_photo(homography, frame.corners))
    if placed.field.is_tick:
        return Cut(placed, (), picture, None, picture, box, seen=True)
    if placed.field.style != OPEN:
        written = [
            box
            for part, erased in parts
            for box in written_in_boxes(erased, part.boxes, faintest, part.others, certain)
        ]
        return Cut(placed, tuple(written), picture, None, picture, box, seen=True)
    ((part, erased),) = parts
    inside = inside_of(erased, part.boxes[0], part.others)
    return Cut(
        placed, (), inside.ink, inside.kept, picture, box, seen=True, sides=part.sides, doubtful=inside.doubtful
    )


def _ticks(
    flat: NDArray[np.uint8],
    placed: PlacedField,
    boxes: list[Box],
    parts: list[tuple[_Lined, Erased]],
    blank: NDArray[np.uint8] | None,
    palest: float,
) -> tuple[TickInk, ...]:
    """Measure the ink in each box to tick, and around it."""
    inks = [ink_in(erased.ink, part.boxes[0], placed.thickness) for part, erased in parts]
    around = [
        ink_around(flat, box.scaled(SCALE), not placed.field.at, blank, there.scaled(SCALE))
        for box, there in zip(boxes, placed.boxes, strict=True)
    ]
    return tuple(
        replace(ink, around=fraction, pale=ink.dark < palest) for ink, fraction in zip(inks, around, strict=True)
    )


def _with_margin(flat: NDArray[np.uint8], box: Box) -> NDArray[np.uint8]:
    """Cut out a box with its margin: uint8 (h, w); beyond the sheet it is paper."""
    left, top = (int(np.floor((edge - MARGIN) * SCALE)) for edge in (box.x, box.y))
    right, bottom = (int(np.ceil((edge + MARGIN) * SCALE)) for edge in (box.right, box.bottom))
    part = np.full((bottom - top, right - left), PAPER, np.uint8)
    seen = flat[max(top, 0) : max(bottom, 0), max(left, 0) : max(right, 0)]
    down, across = max(-top, 0), max(-left, 0)
    part[down : down + seen.shape[0], across : across + seen.shape[1]] = seen
    return part


def _lined(flat: NDArray[np.uint8], placed: PlacedField, group: list[Box], everywhere: list[Box]) -> _Lined:
    """Cut out boxes that stand together with their margin, and take the printed lines out."""
    frame = frame_around(group)
    part = _with_margin(flat, frame)
    left, top = (float(np.floor((edge - MARGIN) * SCALE)) for edge in (frame.x, frame.y))
    boxes = [_in_pixels(box, left, top) for box in group]
    whole = _in_pixels(frame, left, top)
    near = [
        _in_pixels(box, left, top)
        for box in everywhere
        if box not in group
        and box.x < frame.right + MARGIN
        and box.right > frame.x - MARGIN
        and box.y < frame.bottom + MARGIN
        and box.bottom > frame.y - MARGIN
    ]
    # a line bends as the boxes along it lie
    columns = np.arange(part.shape[1]) + 0.5
    middles = [box.x + box.width / 2 for box in boxes]
    down = [np.interp(columns, middles, ys) for ys in ([box.y for box in boxes], [box.bottom for box in boxes])]
    sides, between = [whole.x, whole.right], [box.x for box in boxes[1:]]
    between += [box.right for box, after in pairwise(boxes) if after.x - box.right > LINE * SCALE]
    if not placed.framed:  # a stroke at its edge is no line; a line below it may be one all the same
        lines = find_lines(part, [], down, thickness=placed.thickness)
    elif placed.field.style == COMB:
        lines = find_lines(part, sides, down, between, placed.thickness)
    else:
        lines = find_lines(part, [*sides, *between], down, thickness=placed.thickness)
    own = _side_lines(lines, sides) if placed.framed and placed.field.style == OPEN else []
    return _Lined(tuple(boxes), part, lines, tuple(near), tuple(own))


def _side_lines(lines: Sequence[Line], sides: Sequence[float]) -> list[Side]:
    """Return the left and right lines of an open field; one that was not found is where its frame is."""
    found = []
    for x in sides:
        near = [line for line in lines if line.vertical and abs(float(line.path.mean()) - x) <= FAR * SCALE]
        sure = [line for line in near if not strays(line.path, line.expected, line.span)]
        found.append(Side(float(sure[0].path.mean()), True) if sure else Side(x, False))
    return found


def _in_pixels(box: Box, left: float, top: float) -> Box:
    return Box(box.x * SCALE - left, box.y * SCALE - top, box.width * SCALE, box.height * SCALE)


def _grouped(placed: PlacedField, boxes: list[Box]) -> list[list[Box]]:
    grouped, start = [], 0
    for group in placed.groups:
        grouped.append(boxes[start : start + len(group)])
        start += len(group)
    return grouped


_AGAIN = 1.2  # millimetres that a frame is sought from where the others go
_BESIDE, _SOFT_EDGE = 0.6, 0.35  # millimetres from the middle of a line, or the edge of a thick one, to where none is
_INSIDE = 0.8  # millimetres from a corner at which the profile of a line begins
_APART = 0.45  # millimetres from the smooth surface: beyond it a frame counts less for the surface
_MAX_OFFSET = 1.0  # millimetres from the surface: a frame further off was not found

Offsets = NDArray[np.float64]


class _Sought(NamedTuple):
    """The frames of a field, how far they lie off their places in millimetres, and whether their lines were seen."""

    frames: list[Box]
    offsets: Offsets
    seen: NDArray[np.bool_]


def _sought(flat: NDArray[np.uint8], fields: Sequence[PlacedField], vertical: bool) -> list[_Sought]:
    """Find the vertical lines of all fields together, or the others."""
    frames = [_frames_of(placed, vertical) for placed in fields]
    counts = [len(own) for own in frames]
    printed = np.repeat([placed.framed for placed in fields], counts)
    thickness = np.repeat([placed.thickness for placed in fields], counts)
    offsets, seen = find_frames(flat, [frame for own in frames for frame in own], vertical, printed, thickness)
    ends = np.cumsum(counts)[:-1]
    return [_Sought(*own) for own in zip(frames, np.split(offsets, ends), np.split(seen, ends), strict=True)]


def find_frames(
    flat: NDArray[np.uint8],
    frames: Sequence[Box],
    vertical: bool,
    printed: NDArray[np.bool_],
    thickness: NDArray[np.float64],
) -> tuple[Offsets, NDArray[np.bool_]]:
    """Find the two parallel lines of each frame near to their places.

    `printed`: whether it has lines, bool (n,), and `thickness`: how thick they are in millimetres, float64 (n,).

    Returns: how far each lies to the right of its place, or below, in millimetres: float64 (n,); and whether its own
    lines showed that: bool (n,).

    >>> flat = np.full((400, 400), 255, np.uint8)
    >>> flat[84:164, 84:86] = flat[84:164, 162:164] = 100
    >>> offsets, found = find_frames(
    ...     flat, [Box(10.0, 10.0, 9.75, 9.75)], True, np.array([True]), np.array([0.25])
    ... )
    >>> bool(abs(offsets[0] - 0.6) < 0.1), found.tolist()
    (True, [True])
    """
    beside = np.maximum(_BESIDE, thickness / 2 + _SOFT_EDGE)
    centres = np.array([[frame.x + frame.width / 2, frame.y + frame.height / 2] for frame in frames])
    smooth, seen = np.zeros(len(frames)), np.zeros(len(frames), bool)
    # a second look where the others go finds frames beside which a stroke looked more like a line
    for reach in (FAR, _AGAIN):
        offsets, clear = _offsets(flat, frames, vertical, smooth, reach, beside)
        seen = printed & (clear >= MIN_CONTRAST)
        if not seen.any():
            return np.zeros(len(frames)), seen
        smooth = _smooth(centres, offsets, seen)
    near = seen & (np.abs(offsets - smooth) <= _MAX_OFFSET)
    return np.where(near, offsets, smooth), near


def _offsets(
    flat: NDArray[np.uint8],
    frames: Sequence[Box],
    vertical: bool,
    around: Offsets,
    reach: float,
    beside: NDArray[np.float64],
) -> tuple[Offsets, NDArray[np.float64]]:
    """Return how far each frame lies off its place, and the contrast of its lines in grey levels."""
    picture = flat if vertical else flat.T
    found = [
        _offset(picture, frame if vertical else Box(frame.y, frame.x, frame.height, frame.width), shift, reach, away)
        for frame, shift, away in zip(frames, around.tolist(), beside.tolist(), strict=True)
    ]
    return np.array([shift for shift, _ in found]), np.array([clear for _, clear in found])


def _offset(flat: NDArray[np.uint8], frame: Box, around: float, reach: float, away: float) -> tuple[float, float]:
    margin = reach + away
    left = max(0, int((frame.x + around - margin) * SCALE))
    right = int((frame.right + around + margin) * SCALE) + 1
    top, bottom = round((frame.y + _INSIDE) * SCALE), round((frame.bottom - _INSIDE) * SCALE)
    profile = 255 - flat[max(top, 0) : bottom, left:right].mean(axis=0)
    beside, steps = round(away * SCALE), round(reach * SCALE)
    padded = np.pad(profile, beside, mode="edge")
    contrast = profile - (padded[: -2 * beside] + padded[2 * beside :]) / 2
    contrast = np.convolve(contrast, [0.25, 0.5, 0.25], mode="same")
    shifts = np.arange(-steps, steps + 1)
    lines = (np.array([frame.x, frame.right]) + around) * SCALE - left - 0.5
    pixels = np.arange(len(contrast))
    at = np.stack([np.interp(line + shifts, pixels, contrast) for line in lines])
    # a stroke beside a line is darker than it, so no line counts for more than twice the paler one
    score = np.minimum(at, 2 * np.maximum(at.min(axis=0), 1)).sum(axis=0)
    best = int(score.argmax())
    peak = 0.0
    if 0 < best < len(score) - 1 and (bend := score[best - 1] - 2 * score[best] + score[best + 1]) < 0:
        peak = float(np.clip(0.5 * (score[best - 1] - score[best + 1]) / bend, -0.5, 0.5))
    return around + (float(shifts[best]) + peak) / SCALE, float(at[:, best].min())


def _smooth(centres: NDArray[np.float64], offsets: Offsets, seen: NDArray[np.bool_]) -> Offsets:
    """Fit a smooth surface to the offsets, in which those far from it do not count."""
    count = 1 if seen.sum() < 6 else 3 if seen.sum() < 15 else 6 if seen.sum() < 40 else 10
    if count == 1:
        return np.full(len(offsets), np.median(offsets[seen]) if seen.any() else 0.0)
    x, y = ((centres - centres.mean(axis=0)) / 100).T
    terms = [np.ones_like(x), x, y, x * x, x * y, y * y, x**3, x * x * y, x * y * y, y**3]
    basis = np.stack(terms[:count], axis=1)
    return fit_most(basis, offsets, seen, _APART)


def _frames_of(placed: PlacedField, vertical: bool) -> list[Box]:
    """Return what has a line on its left and right, or else above and below, short enough to be straight."""
    if placed.field.style == BOXES:
        return [*placed.boxes]
    sides = [frame_around(group) for group in placed.groups]
    return sides if vertical else [piece for side in sides for piece in pieces_of_frame(side)]


def pieces_of_frame(frame: Box, length: float = PIECE) -> list[Box]:
    """Divide a frame from left to right into pieces that are about so long."""
    count = max(1, round(frame.width / length))
    wide = frame.width / count
    return [frame._replace(x=frame.x + index * wide, width=wide) for index in range(count)]


def _moved(placed: PlacedField, sides: _Sought, lines: _Sought) -> list[Box]:
    """Move each box of a field by as much as the lines nearest to it."""
    right, down = (
        [float(sought.offsets[_nearest(box, sought.frames)]) for box in placed.boxes] for sought in (sides, lines)
    )
    return [box._replace(x=box.x + x, y=box.y + y) for box, x, y in zip(placed.boxes, right, down, strict=True)]


def _nearest(box: Box, frames: Sequence[Box]) -> int:
    away = [abs(frame.x + frame.width / 2 - box.x - box.width / 2) for frame in frames]
    return away.index(min(away))


def frame_around(group: Sequence[Box]) -> Box:
    """Return the frame of boxes that stand together.

    >>> frame_around([Box(10, 10, 6, 8), Box(16, 10, 6, 8)])
    Box(x=10, y=10, width=12, height=8)
    """
    left, top = min(box.x for box in group), min(box.y for box in group)
    return Box(left, top, max(box.right for box in group) - left, max(box.bottom for box in group) - top)

"""A flat sheet and the places of its fields become what is written in each box, without the printed lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from shuzi.errors import PictureError
from shuzi.forms.finding.course import FAR, Line, find_lines, strays
from shuzi.forms.finding.erase import Erased, Profiles, erase, usual_profiles
from shuzi.forms.finding.find_frames import find_frames, frame_around, frames_of, move_boxes
from shuzi.forms.finding.flat import PAPER, SCALE, in_photo
from shuzi.forms.finding.pieces import LEAST_DARK
from shuzi.forms.finding.thickness import goes_below, thickness
from shuzi.forms.finding.tick_ink import TickInk, ink_in
from shuzi.forms.finding.written import MARGIN, Written, inside_of, peak_of, written_in_boxes
from shuzi.forms.layout import PlacedField
from shuzi.forms.options import with_labels
from shuzi.forms.spec import COMB, OPEN, TICK
from shuzi.ink.boxes import Box

_PALE, _FEW = 0.4, 5  # of the ink of other boxes, if there are so many
_LEAST_SEEN = 0.5  # of a field's own lines
_LEAST_LINED = 0.7  # of the lines of a field on a blank form, if it has some


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
    thick: float
    others: tuple[Box, ...]
    sides: tuple[Side, ...]

    def erased(self, usual: Profiles) -> _Part:
        profiles = [usual[line.upright] for line in self.lines]
        return _Part(self.boxes, erase(self.picture, self.lines, profiles), self.others, self.sides)


@dataclass(frozen=True)
class _Part:
    """Boxes that stand together, cut out with their margin: where they are in it, in pixels, and it without lines."""

    boxes: tuple[Box, ...]
    erased: Erased
    others: tuple[Box, ...]
    sides: tuple[Side, ...]

    @property
    def pictures(self) -> list[NDArray[np.uint8]]:
        """Each box with its margin, without lines."""
        return [self.erased.ink[box.pixels(rim=MARGIN * SCALE)] for box in self.boxes]


@dataclass(frozen=True)
class Cut:
    """A field as it was cut out.

    Parameters
    ----------
    placed
        The field and its place.
    boxes
        What is in each box; empty for an open field, and for boxes to tick.
    inside
        An open field with its margin, without its lines: uint8 (h, w), paper 255.
    kept
        The same with all that may be ink rather than a line; None if that is no more.
    picture
        The field with its surroundings, for people: uint8 (h, w).
    box
        x, y, width, height on the photograph, in whole pixels.
    seen
        Whether the lines of its boxes are there, so that its place is certain; true if it has none.
    hidden
        Whether ink goes below thick lines, where nobody can see the rest of it.
    sides
        The left and right lines of an open field, in pixels of `inside`; empty if it has none.
    doubtful
        Whether a stroke may lie on a line of an open field, or just beyond it.
    ticks
        The ink in each box to tick.
    """

    placed: PlacedField
    boxes: tuple[Written, ...]
    inside: NDArray[np.uint8]
    kept: NDArray[np.uint8] | None
    picture: NDArray[np.uint8]
    box: Box
    seen: bool
    hidden: bool = False
    sides: tuple[Side, ...] = ()
    doubtful: bool = False
    ticks: tuple[TickInk, ...] = ()


def cut_fields(
    flat: NDArray[np.uint8], fields: Sequence[PlacedField], homography: NDArray[np.float64], name: str, least: float
) -> list[Cut]:
    """Cut all fields out of a flat sheet.

    Parameters
    ----------
    flat
        uint8 (h, w), as `flatten` makes it.
    fields
        The fields of this page.
    homography
        Maps millimetres of the paper to pixels of the photograph.
    name
        Of the photograph, for errors.
    least
        The fraction of the printed lines that must be where they should be.

    Raises
    ------
    PictureError
        Fewer are.
    """
    # find where the lines of all fields really are; refuse a sheet on which too few of them are seen
    frames = [frames_of(placed) for placed in fields]
    lined_x = [placed.framed for placed, (sides, _) in zip(fields, frames, strict=True) for _ in sides]
    lined_y = [placed.framed for placed, (_, lines) in zip(fields, frames, strict=True) for _ in lines]
    thick_x = [placed.thick for placed, (sides, _) in zip(fields, frames, strict=True) for _ in sides]
    thick_y = [placed.thick for placed, (_, lines) in zip(fields, frames, strict=True) for _ in lines]
    across, seen_x = find_frames(flat, [frame for sides, _ in frames for frame in sides], True, lined_x, thick_x)
    down, seen_y = find_frames(flat, [frame for _, lines in frames for frame in lines], False, lined_y, thick_y)
    seen = np.concatenate([seen_x[lined_x], seen_y[lined_y]])
    if len(seen) and seen.mean() < least:
        raise PictureError("error.form.frames", path=name, found=float(seen.mean()))
    # move the boxes of each field there
    moved, clear, x, y = list[tuple[PlacedField, list[Box]]](), list[bool](), 0, 0
    for placed, (sides, lines) in zip(fields, frames, strict=True):
        own_x, own_y = across[x : x + len(sides)], down[y : y + len(lines)]
        own = np.concatenate([seen_x[x : x + len(sides)], seen_y[y : y + len(lines)]])
        clear.append(not placed.framed or bool(own.mean() >= _LEAST_SEEN))
        x, y = x + len(sides), y + len(lines)
        boxes = [*placed.boxes] if placed.settled else move_boxes(placed, sides, lines, own_x, own_y)
        moved.append((placed, boxes))
    # take the lines out, by what lines as thick look like on the whole sheet
    everywhere = [box for _, boxes in moved for box in boxes]
    lined = [
        [_lined(flat, placed, group, everywhere) for group in _grouped(placed, boxes)] for placed, boxes in moved
    ]
    usual = {
        thick: usual_profiles([line for own in lined for part in own if part.thick == thick for line in part.lines])
        for thick in {placed.thick for placed in fields}
    }
    parts = [[part.erased(usual[part.thick]) for part in own] for own in lined]
    # separate ink from paper, by how dark ink is on the whole sheet
    peaks = np.array([peak_of(box) for own in parts for part in own for box in part.pictures])
    inked = peaks[peaks >= 2 * LEAST_DARK]
    # whatever is much paler than what else is written may be the edge of a shadow
    faintest = max(LEAST_DARK, _PALE * float(np.median(inked))) if len(inked) >= _FEW else LEAST_DARK
    # where hardly anything is written, nothing tells how dark ink is
    certain = 0.0 if len(inked) >= _FEW else 2 * LEAST_DARK
    return [
        replace(
            _cut(flat, placed, boxes, own, (faintest, certain), homography),
            seen=there,
            hidden=any(goes_below(box, [placed.thick] * 4) for part in own for box in part.pictures),
        )
        for (placed, boxes), own, there in zip(moved, parts, clear, strict=True)
    ]


def mark_framed(flat: NDArray[np.uint8], fields: Sequence[PlacedField]) -> list[PlacedField]:
    """Return the fields of a blank form, each knowing whether lines are printed around it, and how thick.

    Parameters
    ----------
    flat
        The blank form: uint8 (h, w), as `flatten` makes it.
    fields
        Its fields.
    """
    marked = []
    for placed in fields:
        sides, lines = frames_of(placed)
        thick = thickness(flat, [frame_around(group) for group in placed.groups])
        seen = [
            find_frames(flat, frames, vertical, thick=[thick] * len(frames))[1]
            for frames, vertical in ((sides, True), (lines, False))
        ]
        marked.append(replace(placed, framed=all(lines.mean() >= _LEAST_LINED for lines in seen), thick=thick))
    return marked


def _cut(
    flat: NDArray[np.uint8],
    placed: PlacedField,
    boxes: list[Box],
    parts: list[_Part],
    darkness: tuple[float, float],
    homography: NDArray[np.float64],
) -> Cut:
    faintest, certain = darkness
    frame = with_labels(placed.field, boxes, frame_around(boxes))
    corners = [[frame.x, frame.y], [frame.right, frame.y], [frame.right, frame.bottom], [frame.x, frame.bottom]]
    points = in_photo(homography, np.array(corners))
    (left, top), (right, bottom) = np.floor(points.min(axis=0)), np.ceil(points.max(axis=0))
    picture = _with_margin(flat, frame)
    box = Box(int(left), int(top), int(right - left), int(bottom - top))
    if placed.field.kind == TICK:
        ticks = tuple(ink_in(part.erased.ink, part.boxes[0], placed.thick) for part in parts)
        return Cut(placed, (), picture, None, picture, box, seen=True, ticks=ticks)
    if placed.field.style != OPEN:
        written = [
            box for part in parts for box in written_in_boxes(part.erased, part.boxes, faintest, part.others, certain)
        ]
        return Cut(placed, tuple(written), picture, None, picture, box, seen=True)
    (part,) = parts
    inside = inside_of(part.erased, part.boxes[0], part.others)
    return Cut(
        placed, (), inside.ink, inside.kept, picture, box, seen=True, sides=part.sides, doubtful=inside.doubtful
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
    if not placed.framed:  # a stroke at its edge is no line; a line below it may be one all the same
        lines = find_lines(part, [], down, thick=placed.thick)
    elif placed.field.style == COMB:
        lines = find_lines(part, sides, down, between, placed.thick)
    else:
        lines = find_lines(part, [*sides, *between], down, thick=placed.thick)
    own = _side_lines(lines, sides) if placed.framed and placed.field.style == OPEN else []
    return _Lined(tuple(boxes), part, lines, placed.thick, tuple(near), tuple(own))


def _side_lines(lines: Sequence[Line], sides: Sequence[float]) -> list[Side]:
    """Return the left and right lines of an open field; one that was not found is where its frame is."""
    found = []
    for x in sides:
        near = [line for line in lines if line.upright and abs(float(line.course.mean()) - x) <= FAR * SCALE]
        sure = [line for line in near if not strays(line.course, line.expected, line.span)]
        found.append(Side(float(sure[0].course.mean()), True) if sure else Side(x, False))
    return found


def _in_pixels(box: Box, left: float, top: float) -> Box:
    return Box(box.x * SCALE - left, box.y * SCALE - top, box.width * SCALE, box.height * SCALE)


def _grouped(placed: PlacedField, boxes: list[Box]) -> list[list[Box]]:
    grouped, start = [], 0
    for group in placed.groups:
        grouped.append(boxes[start : start + len(group)])
        start += len(group)
    return grouped

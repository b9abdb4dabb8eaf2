"""A flat sheet and the places of its fields become what is written in each box, without the printed lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.errors import PictureError
from shuzi.forms.finding.erase import LINE, gone_from, without_lines
from shuzi.forms.finding.flat import PAPER, SCALE, in_photo
from shuzi.forms.finding.frames import Offsets, find_frames
from shuzi.forms.finding.thickness import thickness
from shuzi.forms.layout import Place
from shuzi.forms.spec import BOXES, COMB, OPEN
from shuzi.ink.boxes import Box
from shuzi.ink.normalize import normalize

MARGIN = 1.0
"""Millimetres around a box that are cut out with it, since digits cross its lines."""

LEAST_INK = 34.0
"""Grey levels by which ink in a cell without divisions differs from paper: paler is none."""

_LEAST_DARK = 28.0  # grey levels by which ink differs from paper
_LEAST_AREA = 0.35  # square millimetres of ink: less is a speck
_CLEAR_AREA = 0.9  # square millimetres: less may be a speck or a faint stroke
_PALE, _FEW = 0.4, 5  # of the ink of other boxes, if there are so many
_LEAST_SEEN = 0.5  # of a field's own lines
_LEAST_LINED = 0.7  # of the lines of a field on a blank form, if it has some
_THICK = 0.8  # millimetres of a line that hides what is written on it
_BESIDE_LINE, _REACHES = 2, 3  # pixels beside a thick line, and how many dark ones mean that ink goes on below it
_PIECE = 8.0  # millimetres of a long line that are straight enough


@dataclass(frozen=True)
class Written:
    """What is in one box.

    Parameters
    ----------
    image
        uint8 (28, 28), as the classifier takes it; None if the box is empty.
    faint
        Whether there is so little ink that it may be a speck.
    """

    image: NDArray[np.uint8] | None
    faint: bool


@dataclass(frozen=True)
class Cut:
    """A field as it was cut out.

    Parameters
    ----------
    place
        The field and its place.
    boxes
        What is in each box; empty for an open field.
    inside
        An open field with its margin, without its lines: uint8 (h, w), paper 255.
    picture
        The field with its surroundings, for people: uint8 (h, w).
    box
        x, y, width, height on the photograph, in whole pixels.
    seen
        Whether the lines of its boxes are there, so that its place is certain; true if it has none.
    hidden
        Whether ink goes below thick lines, where nobody can see the rest of it.
    """

    place: Place
    boxes: tuple[Written, ...]
    inside: NDArray[np.uint8]
    picture: NDArray[np.uint8]
    box: Box
    seen: bool
    hidden: bool = False


def cut_fields(
    flat: NDArray[np.uint8], places: Sequence[Place], homography: NDArray[np.float64], name: str, least: float
) -> list[Cut]:
    """Cut all fields out of a flat sheet.

    Parameters
    ----------
    flat
        uint8 (h, w), as `flatten` makes it.
    places
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
    frames = [_frames(place) for place in places]
    lined_x = [place.framed for place, (sides, _) in zip(places, frames, strict=True) for _ in sides]
    lined_y = [place.framed for place, (_, lines) in zip(places, frames, strict=True) for _ in lines]
    thick_x = [place.thick for place, (sides, _) in zip(places, frames, strict=True) for _ in sides]
    thick_y = [place.thick for place, (_, lines) in zip(places, frames, strict=True) for _ in lines]
    across, seen_x = find_frames(flat, [each for sides, _ in frames for each in sides], True, lined_x, thick_x)
    down, seen_y = find_frames(flat, [each for _, lines in frames for each in lines], False, lined_y, thick_y)
    seen = np.concatenate([seen_x[lined_x], seen_y[lined_y]])
    if len(seen) and seen.mean() < least:
        raise PictureError("error.form.frames", path=name, found=float(seen.mean()))
    found, clear, x, y = list[tuple[Place, list[Box]]](), list[bool](), 0, 0
    for place, (sides, lines) in zip(places, frames, strict=True):
        own_x, own_y = across[x : x + len(sides)], down[y : y + len(lines)]
        own = np.concatenate([seen_x[x : x + len(sides)], seen_y[y : y + len(lines)]])
        clear.append(not place.framed or bool(own.mean() >= _LEAST_SEEN))
        x, y = x + len(sides), y + len(lines)
        found.append((place, _moved(place, sides, lines, own_x, own_y)))
    parts = [[_erased(flat, place, box, boxes) for box in boxes] for place, boxes in found]
    peaks = np.array([peak_of(part) for (place, _), own in zip(found, parts, strict=True) for part in own])
    inked = peaks[peaks >= 2 * _LEAST_DARK]
    # whatever is much paler than what else is written may be the edge of a shadow
    faintest = max(_LEAST_DARK, _PALE * float(np.median(inked))) if len(inked) >= _FEW else _LEAST_DARK
    return [
        replace(
            _cut(flat, place, boxes, [written_in(part, faintest) for part in own], homography),
            seen=there,
            hidden=place.thick >= _THICK and any(_goes_below(part, place.thick) for part in own),
        )
        for (place, boxes), own, there in zip(found, parts, clear, strict=True)
    ]


def _frames(place: Place) -> tuple[list[Box], list[Box]]:
    """Return what has a line on its left and right, and what has one above and below, short enough to be straight."""
    if place.field.style == BOXES:
        return [*place.boxes], [*place.boxes]
    sides = [_around(group) for group in place.groups]
    lines = [piece for each in sides for piece in _pieces(each)]
    return sides, lines


def _pieces(frame: Box) -> list[Box]:
    count = max(1, round(frame.width / _PIECE))
    wide = frame.width / count
    return [frame._replace(x=frame.x + number * wide, width=wide) for number in range(count)]


def _moved(place: Place, sides: list[Box], lines: list[Box], x: Offsets, y: Offsets) -> list[Box]:
    """Move each box of a field by as much as the lines nearest to it."""
    moved = []
    for box in place.boxes:
        middle = box.x + box.width / 2
        side = min(range(len(sides)), key=lambda each: abs(sides[each].x + sides[each].width / 2 - middle))
        line = min(range(len(lines)), key=lambda each: abs(lines[each].x + lines[each].width / 2 - middle))
        moved.append(box._replace(x=box.x + float(x[side]), y=box.y + float(y[line])))
    return moved


def framed(flat: NDArray[np.uint8], places: Sequence[Place]) -> list[Place]:
    """Return the places of a blank form's fields, each knowing whether lines are printed around it, and how thick.

    Parameters
    ----------
    flat
        The blank form: uint8 (h, w), as `flatten` makes it.
    places
        Its fields.
    """
    marked = []
    for place in places:
        sides, lines = _frames(place)
        thick = thickness(flat, [_around(group) for group in place.groups])
        seen = [
            find_frames(flat, frames, vertical, thick=[thick] * len(frames))[1]
            for frames, vertical in ((sides, True), (lines, False))
        ]
        marked.append(replace(place, framed=all(each.mean() >= _LEAST_LINED for each in seen), thick=thick))
    return marked


def peak_of(part: NDArray[np.uint8]) -> float:
    """Return how dark the darkest ink in a box is: in grey levels below its paper."""
    rim = round(MARGIN * SCALE)
    dark = PAPER - part[rim:-rim, rim:-rim].astype(np.float32)
    return float(np.partition(dark.ravel(), -12)[-12] - np.median(dark))


def written_in(part: NDArray[np.uint8], least: float = _LEAST_DARK) -> Written:
    """Separate the ink in a box from its paper.

    Parameters
    ----------
    part
        The box with its margin, without printed lines: uint8 (h, w), paper 255.
    least
        The grey levels by which ink is darker than paper, from which there surely is some.

    Examples
    --------
    >>> box = np.full((84, 72), 250, np.uint8)
    >>> box[22:62, 34:38] = 60
    >>> written_in(box).image.shape, written_in(box[:, :25]).image is None
    ((28, 28), True)
    """
    dark = (PAPER - part).astype(np.float32)
    dark -= float(np.median(dark))
    peak = peak_of(part)
    if peak < _LEAST_DARK:
        return Written(None, False)
    threshold = max(_LEAST_DARK * 0.7, 0.4 * peak)
    solid = _own(dark >= threshold)
    area = float(solid.sum()) / SCALE**2
    if area < _LEAST_AREA or peak < least:
        return Written(None, area > _LEAST_AREA / 2)
    near = cv2.dilate(solid.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    full = max(float(np.median(dark[solid])), 1.0)
    ink = np.where(near, np.clip((dark - threshold / 2) * (255 / max(full - threshold / 2, 1)), 0, 255), 0)
    try:
        return Written(normalize(np.rint(ink).astype(np.uint8)), area < _CLEAR_AREA)
    except PictureError:
        return Written(None, True)


def _goes_below(part: NDArray[np.uint8], thick: float) -> bool:
    """Tell whether ink reaches the lines around a box, which were taken out with all that is below them."""
    rim = round((MARGIN + gone_from(thick)) * SCALE)
    inside = part[rim:-rim, rim:-rim]
    if min(inside.shape) < 2 * _BESIDE_LINE:
        return True
    dark = PAPER - inside.astype(np.float32) >= max(_LEAST_DARK, 0.4 * peak_of(part))
    dark[_BESIDE_LINE:-_BESIDE_LINE, _BESIDE_LINE:-_BESIDE_LINE] = False
    return bool(dark.sum() >= _REACHES)


def _own(solid: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Keep the pieces of ink that belong to the box: not those of neighbours, nor what is left of a line."""
    rim = round(MARGIN * SCALE)
    count, labels, stats, centres = cv2.connectedComponentsWithStats(solid.astype(np.uint8), connectivity=8)
    if count == 1:
        return solid
    height, width = solid.shape
    _, _, wide, high, area = stats[1:].T
    centre_x, centre_y = centres[1:].T
    apart_x = np.abs(centre_x - width / 2) > width / 2 - rim
    apart_y = np.abs(centre_y - height / 2) > height / 2 - rim
    # what is left of a line lies along it, hardly wider than the line was
    band = LINE * SCALE
    on_x = np.minimum(np.abs(centre_x - rim), np.abs(centre_x - width + rim)) < 1.2 * band
    on_y = np.minimum(np.abs(centre_y - rim), np.abs(centre_y - height + rim)) < 1.2 * band
    lines_x, lines_y = on_x & (wide < 1.6 * band), on_y & (high < 1.6 * band)
    drop = apart_x | apart_y | lines_x | lines_y | (area < 5)
    return solid & ~np.isin(labels, np.flatnonzero(drop) + 1)


def _around(group: Sequence[Box]) -> Box:
    left, top = min(each.x for each in group), min(each.y for each in group)
    return Box(left, top, max(each.right for each in group) - left, max(each.bottom for each in group) - top)


def _cut(
    flat: NDArray[np.uint8], place: Place, boxes: list[Box], written: list[Written], homography: NDArray[np.float64]
) -> Cut:
    frame = _around(boxes)
    corners = [[frame.x, frame.y], [frame.right, frame.y], [frame.right, frame.bottom], [frame.x, frame.bottom]]
    points = in_photo(homography, np.array(corners))
    (left, top), (right, bottom) = np.floor(points.min(axis=0)), np.ceil(points.max(axis=0))
    picture = _with_margin(flat, frame)
    inside = own_ink(_erased(flat, place, frame, boxes)) if place.field.style == OPEN else picture
    box = Box(int(left), int(top), int(right - left), int(bottom - top))
    return Cut(place, () if place.field.style == OPEN else tuple(written), inside, picture, box, seen=True)


def own_ink(part: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Turn what is left of lines and of neighbours' ink into paper."""
    dark = PAPER - part.astype(np.float32) >= max(_LEAST_DARK * 0.7, 0.4 * peak_of(part))
    foreign = cv2.dilate((dark & ~_own(dark)).astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    return np.where(foreign, PAPER, part).astype(np.uint8)


def _with_margin(flat: NDArray[np.uint8], box: Box) -> NDArray[np.uint8]:
    """Cut out a box with its margin: uint8 (h, w); beyond the sheet it is paper."""
    left, top = (int(np.floor((each - MARGIN) * SCALE)) for each in (box.x, box.y))
    right, bottom = (int(np.ceil((each + MARGIN) * SCALE)) for each in (box.right, box.bottom))
    part = np.full((bottom - top, right - left), PAPER, np.uint8)
    seen = flat[max(top, 0) : max(bottom, 0), max(left, 0) : max(right, 0)]
    down, across = max(-top, 0), max(-left, 0)
    part[down : down + seen.shape[0], across : across + seen.shape[1]] = seen
    return part


def _erased(flat: NDArray[np.uint8], place: Place, box: Box, boxes: list[Box]) -> NDArray[np.uint8]:
    """Cut out a box with its margin, and take the printed lines out."""
    part = _with_margin(flat, box)
    left, top = np.floor((box.x - MARGIN) * SCALE), np.floor((box.y - MARGIN) * SCALE)
    sides = [box.x * SCALE - left, box.right * SCALE - left]
    down = [box.y * SCALE - top, box.bottom * SCALE - top]
    if not place.framed:  # a stroke at its edge is no line; a line below it may be one all the same
        return without_lines(part, [], down, thick=place.thick)
    if place.field.style != COMB:
        return without_lines(part, sides, down, thick=place.thick)
    ends = [each for group in _grouped(place, boxes) for each in (group[0].x, group[-1].right)]
    whole = [each for each, x in zip(sides, (box.x, box.right), strict=True) if min(abs(x - end) for end in ends) < 1]
    return without_lines(part, whole, down, [each for each in sides if each not in whole], place.thick)


def _grouped(place: Place, boxes: list[Box]) -> list[list[Box]]:
    grouped, start = [], 0
    for group in place.groups:
        grouped.append(boxes[start : start + len(group)])
        start += len(group)
    return grouped

"""A spec becomes the places of everything on its pages, boxes to tick included, in millimetres."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from shuzi.errors import DataError
from shuzi.forms.grammar import OPEN
from shuzi.forms.kinds import Field
from shuzi.forms.spec import Spec
from shuzi.ink.boxes import Box

MARKER, EDGE = 11.0, 9.0
"""The side of a corner marker, and its distance from the paper's edge."""

CODE = 20.0
"""The side of the QR code, without its margin."""

_BOX_WIDTH, _BOX_HEIGHT = 7.0, 8.5
_GAP = 4.0  # between fields
_OPEN = 4.0  # millimetres that an open field is wider than boxes for its digits
_COUNTRY = 8.0  # of the letters before an IBAN
_TOP, _BOTTOM, _SIDE = 35.0, 25.0, 12.0  # of the area that fields may use
_PITCH, _HEAD = 11.5, 11.0  # heights of a row and of the table's head
_NUMBER, _MAX_ROSTER_WIDTH = 7.0, 42.0  # widths of a row's number, and of a roster's column at most
_LABELLED = 0.5  # of the width of a sheet of one record: options have the rest


@dataclass(frozen=True)
class Text:
    """A line of text, within a box, in a font of `size` points; `align` is "L", "C" or "R"."""

    text: str
    box: Box
    size: float
    align: str = "L"


@dataclass(frozen=True)
class PlacedField:
    """A field where it stands on a page."""

    field: Field  # the field
    row: int  # the row of the table, from 0; -1 if it stands once on the page
    # one box for each digit or option, or a single one for an open field: x, y, width, height in millimetres
    boxes: tuple[Box, ...]
    framed: bool = True  # whether lines are printed around it
    thickness: float = 0.25  # how thick they are, in millimetres
    settled: bool = False  # whether it lies where its own line was found, and not where the fields around it go

    @property
    def groups(self) -> Iterator[tuple[Box, ...]]:
        """The boxes between printed separators; an open field is a single group."""
        start = 0
        for count in (1,) if self.field.style == OPEN else self.field.groups:
            yield self.boxes[start : start + count]
            start += count

    @property
    def frame(self) -> Box:
        """The frame around all boxes."""
        first, last = self.boxes[0], self.boxes[-1]
        return Box(first.x, first.y, last.right - first.x, first.height)


@dataclass(frozen=True)
class Page:
    """A page of a sheet: its number from 1, its texts and its fields."""

    number: int
    texts: tuple[Text, ...]
    fields: tuple[PlacedField, ...]


def marker_boxes(size: tuple[float, float]) -> tuple[Box, ...]:
    """Return the corner markers: upper left, upper right, lower right, lower left."""
    right, low = size[0] - EDGE - MARKER, size[1] - EDGE - MARKER
    return tuple(Box(x, y, MARKER, MARKER) for x, y in ((EDGE, EDGE), (right, EDGE), (right, low), (EDGE, low)))


def code_box(size: tuple[float, float]) -> Box:
    """Return the QR code's place."""
    return Box(size[0] - EDGE - MARKER - 4 - CODE, EDGE, CODE, CODE)


def pages_of(spec: Spec) -> tuple[Page, ...]:
    """Lay out a spec."""
    if spec.blank:
        return (Page(1, (), tuple(PlacedField(field, 0, field.at) for field in spec.fields)),)
    height = spec.size[1]
    top, once = _below_one_another(spec, [field for field in spec.written if field.once or not spec.rows])
    if not spec.rows:
        return tuple(Page(number, *page) for number, page in enumerate(once, start=1))
    if len(once) > 1:
        raise DataError("error.spec.high")
    texts, fields = once[0] if once else ((), ())
    columns = _columns(spec)
    fit = int((height - _BOTTOM - top - _HEAD) // _PITCH)
    if fit < 1:
        raise DataError("error.spec.high")
    pages = []
    for number, first in enumerate(range(0, spec.rows, fit), start=1):
        rows = range(first, min(first + fit, spec.rows))
        found = [_row(spec, columns, row, top + _HEAD + (row - first) * _PITCH) for row in rows]
        more = [Text(field.label, Box(x, top, wide, _HEAD - 1), 8, "C") for field, x, wide in columns]
        pages.append(
            Page(
                number,
                (*texts, *more, *(text for texts_of_row, _ in found for text in texts_of_row)),
                (*fields, *(placed for _, fields_of_row in found for placed in fields_of_row)),
            )
        )
    return tuple(pages)


def separators(placed: PlacedField, language: str) -> list[Text]:
    """Return what is printed beside the boxes of a field: a decimal point, the signs of a date, a country."""
    field, boxes = placed.field, placed.boxes
    found = []
    if field.country:
        first = boxes[0]
        found.append(Text(field.country, Box(first.x - _COUNTRY, first.y, _COUNTRY - 1, first.height), 12, "R"))
    if field.style == OPEN:
        return found
    for sign, group in zip(field.signs(language), placed.groups, strict=False):
        box = group[-1]
        found.append(
            Text(sign, Box(box.right, box.y + (2 if field.decimals else 0), field.room_between, box.height), 12, "C")
        )
    return found


def _below_one_another(
    spec: Spec, fields: list[Field]
) -> tuple[float, list[tuple[tuple[Text, ...], tuple[PlacedField, ...]]]]:
    """Put fields under one another, each with its label before it; return where that ends, and the pages."""
    y, pages = _TOP, list[tuple[tuple[Text, ...], tuple[PlacedField, ...]]]()
    texts, placed = list[Text](), list[PlacedField]()
    width, height = spec.size
    for field in fields:
        room = (width - 2 * _SIDE) * (1 - _LABELLED)
        wide, more = size_of(field, room) if field.is_tick else (_width(field), 0.0)
        if y + _PITCH + more > height - _BOTTOM:
            pages.append((tuple(texts), tuple(placed)))
            texts, placed, y = [], [], _TOP
        left = width - _SIDE - wide - field.room_behind
        if left - _SIDE < 20:
            error = "error.spec.wide_landscape" if spec.landscape else "error.spec.wide"
            raise DataError(error, name=field.name, needs=round(wide + 20), there=round(width - 2 * _SIDE))
        texts.append(Text(field.label, Box(_SIDE, y, left - _SIDE - 3, _BOX_HEIGHT), 10))
        boxes, labels = _printed(field, left, y, room)
        texts += labels
        placed.append(PlacedField(field, -1 if spec.rows else 0, boxes))
        y += _PITCH + more
    if placed:
        pages.append((tuple(texts), tuple(placed)))
    return y, pages


def _columns(spec: Spec) -> list[tuple[Field, float, float]]:
    """Return each field of the table with the left edge and the width of its column."""
    fields = [field for field in spec.fields if not field.once]
    wide = [_printed_width(spec, field) if field.column else _width(field) for field in fields]
    there = spec.size[0] - 2 * _SIDE - _NUMBER
    needs = sum(wide) + _GAP * (len(wide) - 1)
    if needs > there:
        error = "error.spec.columns_landscape" if spec.landscape else "error.spec.columns"
        raise DataError(error, needs=round(needs), there=round(there))
    gap = _GAP + min(6.0, (there - needs) / max(len(wide), 1))
    x, found = _SIDE + _NUMBER, list[tuple[Field, float, float]]()
    for field, column_width in zip(fields, wide, strict=True):
        found.append((field, x, column_width))
        x += column_width + gap
    return found


def _row(
    spec: Spec, columns: list[tuple[Field, float, float]], row: int, y: float
) -> tuple[list[Text], list[PlacedField]]:
    texts = [Text(str(row + 1), Box(_SIDE, y, _NUMBER - 1.5, _BOX_HEIGHT), 8, "R")]
    placed = []
    for field, x, wide in columns:
        if field.column:
            texts.append(Text(spec.roster[row][field.column], Box(x, y, wide, _BOX_HEIGHT), 10))
        else:
            boxes, labels = _printed(field, x, y, wide)
            texts += labels
            placed.append(PlacedField(field, row, boxes))
    return texts, placed


def _printed(field: Field, x: float, y: float, room: float) -> tuple[tuple[Box, ...], list[Text]]:
    """Return the boxes of a field, and what is printed beside each."""
    if not field.is_tick:
        return _boxes(field, x, y), []
    options = options_at(field, x, y, room, _BOX_HEIGHT)
    labels = [Text(name, option.label, OPTION_SIZE) for name, option in zip(field.options, options, strict=True)]
    return tuple(option.box for option in options), labels


def _boxes(field: Field, x: float, y: float) -> tuple[Box, ...]:
    if field.country:
        x += _COUNTRY
    if field.style == OPEN:
        return (Box(x, y, field.boxes * _BOX_WIDTH + _OPEN, _BOX_HEIGHT),)
    boxes = []
    for index, count in enumerate(field.groups):
        x += index and field.room_between
        boxes += [Box(x + index * _BOX_WIDTH, y, _BOX_WIDTH, _BOX_HEIGHT) for index in range(count)]
        x += count * _BOX_WIDTH
    return tuple(boxes)


def _width(field: Field) -> float:
    if field.is_tick:
        return size_of(field, math.inf)[0]
    before = _COUNTRY if field.country else 0.0
    between = _OPEN if field.style == OPEN else (len(field.groups) - 1) * field.room_between
    return before + field.boxes * _BOX_WIDTH + between


def _printed_width(spec: Spec, field: Field) -> float:
    longest = max(width_of(row[field.column], 10) for row in spec.roster)
    return min(max(longest, width_of(field.label, 8), 10.0), _MAX_ROSTER_WIDTH)


POINT = 25.4 / 72
"""Millimetres of a point, the unit of font sizes."""

TICK = 0.33
"""How high the ticks of a comb are, of a box's height."""

OPTION_SIZE = 10.0
"""The size of the font of an option, in points."""

_TICK_SIDE, _TICK_PITCH = 5.0, 8.0  # of a box, and from one line of them to the next
# from a box to its label, which no margin of the box reaches, and from there to the next box
_LABEL, _APART = 1.8, 3.0
_LETTER = 0.62  # of the size of a font: the width of a Latin letter
_ROOM = 1.0  # beyond the estimate of a label's width


@dataclass(frozen=True)
class Option:
    """An option: its box to tick, and the box of its label."""

    box: Box
    label: Box


def options_at(field: Field, x: float, y: float, room: float, high: float) -> list[Option]:
    """Place the options of a field beside one another, on several lines if there are too many.

    >>> field = Field("q", kind="tick", boxes=2, options=("yes", "no"))
    >>> [option.box for option in options_at(field, 100.0, 40.0, room=80.0, high=9.0)]
    [Box(x=100.0, y=42.0, width=5.0, height=5.0), Box(x=117.4, y=42.0, width=5.0, height=5.0)]
    >>> [option.box.y for option in options_at(field, 100.0, 40.0, room=20.0, high=9.0)]
    [42.0, 50.0]
    """
    placed, left, top = list[Option](), x, y + (high - _TICK_SIDE) / 2
    for name in field.options:
        wide = width_of(name, OPTION_SIZE) + _ROOM
        if placed and left + _TICK_SIDE + _LABEL + wide > x + room + 0.1:
            left, top = x, top + _TICK_PITCH
        label = Box(round(left + _TICK_SIDE + _LABEL, 1), top, wide, _TICK_SIDE)
        placed.append(Option(Box(round(left, 1), top, _TICK_SIDE, _TICK_SIDE), label))
        left = label.right + _APART
    return placed


def with_labels(field: Field, boxes: Sequence[Box], frame: Box) -> Box:
    """Return the frame of a field's boxes with the labels that are printed beside boxes to tick.

    >>> field = Field("q", kind="tick", boxes=2, options=("yes", "no"))
    >>> boxes = [Box(0.0, 0.0, 5.0, 5.0), Box(17.4, 0.0, 5.0, 5.0)]
    >>> with_labels(field, boxes, Box(0.0, 0.0, 22.4, 5.0)).right > 22.4 + width_of("no", OPTION_SIZE)
    True
    """
    if not field.is_tick or field.at:  # a traced form says nothing of its labels
        return frame
    labels = [_LABEL + width_of(name, OPTION_SIZE) + _ROOM for name in field.options]
    right = max(box.right + label for box, label in zip(boxes, labels, strict=True))
    return frame._replace(width=right - frame.x)


def size_of(field: Field, room: float) -> tuple[float, float]:
    """Return the width of a field's options, and by how much their lines are higher than a single one.

    >>> size_of(Field("q", kind="tick", boxes=2, options=("yes", "no")), room=20.0)[1]
    8.0
    """
    placed = options_at(field, 0.0, 0.0, room, _TICK_SIDE)
    return max(option.label.right for option in placed), placed[-1].box.y


def width_of(text: str, size: float) -> float:
    """Estimate the width of a text in millimetres.

    >>> width_of("ab", 10) < width_of("数字", 10)
    True
    """
    wide = sum(1.0 if unicodedata.east_asian_width(character) in "WF" else _LETTER for character in text)
    return wide * size * POINT

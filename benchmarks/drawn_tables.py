"""Five kinds of tables are ruled, drawn or printed on a page, and filled with numbers, by code.

ruler        by hand with a ruler: thin, faint lines that lean a little and end too late or too early
free         by hand without one: curved, uneven lines with gaps
notebook     on ruled paper, whose faint lines go from edge to edge; only the columns are drawn
spreadsheet  printed: faint lines, columns of different width, a row of printed words above
frameless    as with a ruler, but without the lines around it

Half of those drawn by hand have a row of written words above, if there are letters. Numbers have decimals and minus
signs, a tenth of them lie across a column's line; some cells are empty, in some a number is crossed out.
"""

from __future__ import annotations

import string
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from sheets import FINE, Hands

from shuzi.data.strokes import Strokes
from shuzi.synthesis.pen import Pen, written
from shuzi.synthesis.writers import trusted_samples

KINDS = ("ruler", "free", "notebook", "spreadsheet", "frameless")

NUMBER, EMPTY, CROSSED, WORDS = "number", "empty", "crossed", "words"
"""The content of a cell."""

PAGE = 210.0, 297.0
"""Millimetres."""

_PRINTED = ["Name", "Maths", "Points", "Price", "Date", "Sum", "Weight kg", "No.", "Total", "Group"]
_EMPTY, _CROSSED, _ACROSS = 0.12, 0.04, 0.1  # fractions: of the cells, and of the numbers that cross a line
_SHAPES = (0.45, 0.25, 0.15, 0.15)  # whole numbers, with decimals, with a minus sign, with both
_SPACE = 0.16  # gaps between characters, as fractions of a number's height
_CLEAR, _WIDE = 1.2, 0.42  # millimetres beside a number, and how wide a digit may be, of a row's height

Points = NDArray[np.float64]
"""The points of a line in millimetres: (n, 2)."""


@dataclass
class DrawnTable:
    """A page with a table, float32 (h, w) with paper 1; its lines in millimetres; texts and contents of its cells."""

    page: NDArray[np.float32]
    columns: list[float]
    rows: list[float]
    texts: dict[tuple[int, int], str] = field(default_factory=dict)
    contents: dict[tuple[int, int], str] = field(default_factory=dict)


def draw_kind(kind: str, rng: np.random.Generator, hands: Hands) -> DrawnTable:
    """Draw a table of a kind, and fill it."""
    table = _empty(kind, rng)
    _rule(kind, rng, table)
    _fill(kind, rng, table, hands)
    return table


def _empty(kind: str, rng: np.random.Generator) -> DrawnTable:
    """Choose where the lines of a table are."""
    rows, columns = int(rng.integers(4, 13)), int(rng.integers(2, 6))
    high = float(rng.uniform(8, 14))
    wide = np.full(columns, 1.0)
    if kind == "spreadsheet":
        rows, high, wide = int(rng.integers(6, 21)), float(rng.uniform(7.5, 11)), rng.uniform(0.7, 1.8, columns)
    elif kind == "notebook":
        high = float(rng.uniform(7.5, 10))
        wide = rng.uniform(0.8, 1.3, columns)
    elif kind == "free":
        wide = rng.uniform(0.85, 1.2, columns)
    full = min(float(rng.uniform(24, 42)) * columns, 170.0)
    left, top = float(rng.uniform(18, 192 - full)), float(rng.uniform(25, 270 - rows * high))
    uneven = {"ruler": 0.06, "frameless": 0.06, "free": 0.1}.get(kind, 0.0)
    heights = high * (1 + rng.normal(0, uneven, rows).clip(-2 * uneven, 2 * uneven))
    widths = full * wide / wide.sum() * (1 + rng.normal(0, uneven / 2, columns))
    page = np.ones((round(PAGE[1] * FINE), round(PAGE[0] * FINE)), np.float32)
    across, down = (
        [start, *(start + np.cumsum(sizes)).tolist()] for start, sizes in ((left, widths), (top, heights))
    )
    return DrawnTable(page, across, down)


def _rule(kind: str, rng: np.random.Generator, table: DrawnTable) -> None:
    """Draw the lines of a table."""
    if kind == "spreadsheet":
        light, thick = float(rng.uniform(0.6, 0.85)), float(rng.uniform(0.12, 0.25))
        lines = [((table.columns[0], y), (table.columns[-1], y)) for y in table.rows]
        lines += [((x, table.rows[0]), (x, table.rows[-1])) for x in table.columns]
        for start, end in lines:
            _line(table.page, np.array([start, end]), light, thick)
        return
    light, thick = float(rng.uniform(0.35, 0.8)), float(rng.uniform(0.17, 0.4))
    for upright, across, along in ((False, table.rows, table.columns), (True, table.columns, table.rows)):
        places = across[1:-1] if kind == "frameless" else across
        if kind == "notebook" and not upright:
            printed = float(rng.uniform(0.62, 0.85)), float(rng.uniform(0.12, 0.25))
            pitch = float(np.diff(across).mean())
            for number in range(-int((across[0] - 12) / pitch), int((287 - across[0]) / pitch) + 1):
                y = across[0] + number * pitch
                _line(table.page, np.array([[0, y], [PAGE[0], y]]), *printed)
            continue
        for place in places:
            points = _by_hand(kind, rng, place, along[0], along[-1])
            own = float(np.clip(light + rng.normal(0, 0.04), 0.25, 0.82))
            for piece in _pieces(kind, rng, points):
                _line(table.page, piece[:, ::-1] if upright else piece, own, thick, rng)


def _by_hand(kind: str, rng: np.random.Generator, place: float, start: float, end: float) -> Points:
    """Return a line at a y from one x to another, as a hand draws it."""
    first, last = (float(rng.uniform(-0.4, 5)) for _ in range(2))
    if kind == "notebook":
        first, last = (float(rng.uniform(-0.3, 2)) for _ in range(2))
    along = np.arange(start - first, end + last, 1.0)
    way = (along - along[0]) / np.ptp(along)
    lean = rng.normal(0, 0.35, 2).clip(-0.7, 0.7)
    course = place + lean[0] + (lean[1] - lean[0]) * way
    if kind == "free":
        bend = float(rng.normal(0, 0.7)) * np.sin(np.pi * way)
        waves = (rng.normal(0, 0.4 / n) * np.sin(np.pi * n * way + rng.uniform(0, 6.3)) for n in (2, 3, 5, 8))
        course = course + bend + sum(waves)
    return np.column_stack([along, course])


def _pieces(kind: str, rng: np.random.Generator, points: Points) -> list[Points]:
    """Split a line where the pen was lifted."""
    if kind != "free" or rng.random() < 0.6 or len(points) < 30:
        return [points]
    at = int(rng.integers(10, len(points) - 12))
    shift = np.array([0, float(rng.normal(0, 0.2))])
    return [points[:at], points[at + int(rng.integers(1, 4)) :] + shift]


def _line(
    page: NDArray[np.float32], points: Points, light: float, thick: float, rng: np.random.Generator | None = None
) -> None:
    """Draw a line so light and so many millimetres thick; with `rng`, as a hand does, with uneven pressure."""
    coarse = np.zeros(8) if rng is None else rng.normal(0, 0.05, 8)
    pressure = np.interp(np.linspace(0, 7, len(points)), np.arange(8), coarse)
    for (start, end), more in zip(pairwise(points), pressure.tolist(), strict=False):
        first, last = ([round(each * FINE) for each in point.tolist()] for point in (start, end))
        cv2.line(page, first, last, float(np.clip(light + more, 0.1, 0.86)), max(1, round(thick * FINE)))


def _fill(kind: str, rng: np.random.Generator, table: DrawnTable, hands: Hands) -> None:
    """Write into the cells of a table."""
    dark, thin = float(rng.uniform(0.55, 0.92)), Pen(FINE * float(rng.uniform(0.35, 0.6)))
    has_words = kind == "spreadsheet" or (hands.strokes is not None and rng.random() < 0.5)
    letters = _Letters(hands.strokes) if hands.strokes is not None else None
    share = rng.dirichlet(np.array(_SHAPES) * 8, len(table.columns) - 1)
    for row, (top, bottom) in enumerate(pairwise(table.rows)):
        free = 0.0  # millimetres from the free part of the row
        for column, (left, right) in enumerate(pairwise(table.columns)):
            key, cell, text, content = (row, column), (left, top, right, bottom), "", NUMBER
            across, pressure = 0.0, dark
            if row == 0 and has_words:
                content, pressure = WORDS, 0.9 if kind == "spreadsheet" else dark
                ink = _words(kind, rng, letters, bottom - top, thin)
            elif rng.random() < _EMPTY:
                content, ink = EMPTY, None
            else:
                text = _number(rng, share[column], (right - left - 2 * _CLEAR) / (_WIDE * (bottom - top)))
                ink = _in_a_row(rng, hands, text, float(rng.uniform(0.5, 0.7)) * (bottom - top) * FINE, thin)
                if rng.random() < _CROSSED:
                    content, ink = CROSSED, _crossed(rng, ink, thin)
                elif rng.random() < _ACROSS:
                    across = float(rng.uniform(0.3, 1.2)) * int(rng.choice([-1, 1]))
            table.texts[key], table.contents[key] = text, content
            if ink is not None:
                free = _press(table.page, rng, ink, cell, pressure, across, free)


def _number(rng: np.random.Generator, share: NDArray[np.float64], room: float) -> str:
    """Choose a number of at most so many digits."""
    while len((text := _any_number(rng, share)).replace(".", "")) > max(room, 2.0):
        share = (share + 1) / 5
    return text


def _any_number(rng: np.random.Generator, share: NDArray[np.float64]) -> str:
    shape = int(rng.choice(4, p=share))
    whole = str(rng.integers(10 ** int(rng.integers(0, 3)), 10 ** int(rng.integers(3, 4))))
    point = f".{rng.integers(10 ** (digits := int(rng.integers(1, 3)))):0{digits}}" if shape in (1, 3) else ""
    return ("-" if shape in (2, 3) else "") + whole + point


def _in_a_row(rng: np.random.Generator, hands: Hands, text: str, high: float, pen: Pen) -> NDArray[np.uint8]:
    """Write a number by one hand on a base line: uint8 (h, w)."""
    inks = iter(hands.ink(rng, text.replace("-", ""), high))
    space = round(_SPACE * high)
    parts: list[NDArray[np.uint8]] = []
    for character in text:
        wide = float(rng.uniform(0.3, 0.5)) * high
        tilt = float(rng.normal(0, 0.06)) * wide
        ink = written([np.array([[0, 0], [wide, tilt]], np.float32)], pen)[0] if character == "-" else next(inks)
        parts.append(ink)
    tall = max([round(high), *(part.shape[0] for part in parts)])
    found = []
    for character, part in zip(text, parts, strict=True):
        below = 0 if character == "." else (tall - part.shape[0]) // 2
        found.append(np.pad(part, ((tall - part.shape[0] - below, below), (0, space))))
    return np.hstack(found)[:, :-space]


def _crossed(rng: np.random.Generator, ink: NDArray[np.uint8], pen: Pen) -> NDArray[np.uint8]:
    """Cross something out with one or two strokes, a cross, or a scribble."""
    high, wide = ink.shape
    way = int(rng.integers(3))
    if way == 0:
        ends = rng.uniform(0.35, 0.65, 2) * high
        lines = [np.array([[-3, ends[0]], [wide + 3, ends[1]]])]
        lines += [lines[0] + np.array([0, 0.2 * high])] if rng.random() < 0.5 else []
    elif way == 1:
        lines = [np.array([[0, high], [wide, 0]]), np.array([[0, 0], [wide, high]])]
    else:
        along = np.linspace(0, wide, 9)
        lines = [np.column_stack([along, np.where(np.arange(9) % 2, 0.2, 0.8) * high + rng.normal(0, 3, 9)])]
    stroke, x, y = written([each.astype(np.float32) for each in lines], pen)
    left, top = int(x), int(y)
    before = max(0, -top), max(0, -left)
    after = max(0, stroke.shape[0] + top - high), max(0, stroke.shape[1] + left - wide)
    made = np.pad(ink, ((before[0], after[0]), (before[1], after[1])))
    first = top + before[0], left + before[1]
    part = made[first[0] : first[0] + stroke.shape[0], first[1] : first[1] + stroke.shape[1]]
    np.maximum(part, stroke, out=part)
    return made


class _Letters:
    """The letters of a collection of strokes."""

    def __init__(self, strokes: Strokes) -> None:
        self.strokes = strokes
        self.samples = trusted_samples(strokes, string.ascii_lowercase)

    def word(self, rng: np.random.Generator, high: float, pen: Pen) -> NDArray[np.uint8]:
        """Write three to five letters, about so many pixels high each."""
        parts = []
        for sample in rng.choice(self.samples, int(rng.integers(3, 6))).tolist():
            lines = self.strokes.sample(sample)
            size = max(float(np.ptp(np.concatenate(lines), axis=0).max()), 1.0)
            ink = written([np.asarray(each * high / size, np.float32) for each in lines if len(each)], pen)[0]
            parts.append(ink)
        tall = max(part.shape[0] for part in parts)
        space = round(0.12 * high)
        return np.hstack([np.pad(part, ((tall - part.shape[0], 0), (0, space))) for part in parts])


def _words(kind: str, rng: np.random.Generator, letters: _Letters | None, high: float, pen: Pen) -> NDArray[np.uint8]:
    """Print or write a word into a cell so many millimetres high."""
    if kind != "spreadsheet" and letters is not None:
        return letters.word(rng, 0.45 * high * FINE, pen)
    font = ImageFont.load_default(float(rng.uniform(3.2, 4.5)) * FINE)
    text = str(rng.choice(_PRINTED))
    left, top, right, bottom = (int(each) for each in font.getbbox(text))
    picture = Image.new("L", (right - left + 2, bottom - top + 2))
    ImageDraw.Draw(picture).text((1 - left, 1 - top), text, 255, font)
    return np.asarray(picture)


def _press(
    page: NDArray[np.float32],
    rng: np.random.Generator,
    ink: NDArray[np.uint8],
    cell: Sequence[float],
    dark: float,
    across: float,
    free: float,
) -> float:
    """Press ink on a page in a cell (left, top, right, bottom), or so many millimetres across one of its lines.

    Returns
    -------
    Where the next text may begin; this text begins at `free` or later.
    """
    left, top, right, bottom = cell
    start = max(left + _CLEAR, free)
    room = right - _CLEAR - start
    scale = min(1.0, room * FINE / ink.shape[1], 0.85 * (bottom - top) * FINE / ink.shape[0])
    if scale < 1:
        ink = np.asarray(cv2.resize(ink, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA))
    wide, high = ink.shape[1] / FINE, ink.shape[0] / FINE
    x = start + float(rng.uniform(0, max(room - wide, 0.01)))
    if across > 0:
        x = right - wide + across
    elif across < 0 and left + across >= free:
        x = left + across
    y = top + (bottom - top - high) / 2 + float(rng.normal(0, 0.06 * (bottom - top)))
    at = max(0, round(y * FINE)), max(0, round(x * FINE))
    part = page[at[0] : at[0] + ink.shape[0], at[1] : at[1] + ink.shape[1]]
    part *= 1 - dark * ink[: part.shape[0], : part.shape[1]].astype(np.float32) / 255
    return float(x + wide + _CLEAR)

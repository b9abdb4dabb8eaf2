"""Sheets are filled in as people do it: the writing comes near the printed lines, touches and crosses them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import cv2
import numpy as np
from numpy.typing import NDArray
from sheets import FINE, Hands

from shuzi.forms.grammar import BOXES, COMB, OPEN
from shuzi.forms.kinds import Field
from shuzi.forms.layout import PlacedField
from shuzi.forms.spec import Spec
from shuzi.ink.boxes import Box

LINES = {"grey": (110 / 255, 0.25), "thin black": (0.0, 0.15), "thick black": (0.0, 0.35)}
"""Kinds of printed lines: how light they are, and how thick in millimetres."""

INKS = {"blue": (0.55, 0.75), "black": (0.8, 0.95), "pencil": (0.35, 0.55)}
"""Kinds of ink: the fraction of light that they absorb, in grey."""

FIRST, LAST = -0.7, 1.5
"""Millimetres from a line to the edge of the writing inside it: the range of the sweep."""

_CLEAR = 1.0  # millimetres from the other lines
_MEAN, _SPREAD = 0.3, 0.5  # millimetres from the nearest line on a mixed sheet
_WHITE = 0.6  # millimetres: wide enough to remove the lines that were printed
_TICK = 0.33  # height of a tick, as a fraction of the comb's
_SOLID = 110  # the ink level that marks its edge

Gap = Callable[[np.random.Generator], float]


def normal_gap(rng: np.random.Generator) -> float:
    """Return the millimetres between writing and the nearest line around it, on a mixed sheet."""
    return float(rng.normal(_MEAN, _SPREAD))


def any_gap(rng: np.random.Generator) -> float:
    """Return the millimetres between writing and a line around it, in the sweep."""
    return float(rng.uniform(FIRST, LAST))


def ruled(page: NDArray[np.float32], places: tuple[PlacedField, ...], kind: str) -> NDArray[np.float32]:
    """Print a kind of lines on a page: float32 (h, w), paper 1."""
    paper = page.copy()
    light, thick = LINES[kind]
    for level, wide in ((1.0, _WHITE), (light, thick)):
        for place in places:
            for group in place.groups:
                for box in _lines_of(group, place.field.style):
                    half = wide / 2
                    left, top, right, bottom = (
                        round(edge * FINE)
                        for edge in (box.x - half, box.y - half, box.right + half, box.bottom + half)
                    )
                    paper[top : max(bottom, top + 1), left : max(right, left + 1)] = level
    return paper


def _lines_of(group: tuple[Box, ...], style: str) -> list[Box]:
    first, last = group[0], group[-1]
    wide, high = last.right - first.x, first.height
    lines = [Box(first.x, y, wide, 0) for y in (first.y, first.bottom)]
    lines += [Box(x, first.y, 0, high) for x in (first.x, last.right)]
    short = _TICK * high if style == COMB else high
    return lines + [Box(box.x, box.bottom - short, 0, short) for box in group[1:]]


def fill(
    rng: np.random.Generator,
    page: NDArray[np.float32],
    places: tuple[PlacedField, ...],
    texts: Mapping[tuple[int, str], str],
    hands: Hands,
    gap: Gap,
) -> tuple[NDArray[np.float32], dict[tuple[int, str], dict[str, object]]]:
    """Print a kind of lines on a page and write texts near them.

    Returns
    -------
    The page, and of each field what it was written with: the kinds of lines and ink, the writer, and the millimetres
    between what is written and the line that was chosen, of a single digit also the line: 0 left, 1 above, 2, 3.
    """
    lines, ink = str(rng.choice([*LINES])), str(rng.choice([*INKS]))
    paper, dark = ruled(page, places, lines), float(rng.uniform(*INKS[ink]))
    written: dict[tuple[int, str], dict[str, object]] = {}
    for place in places:
        key = place.row, place.field.name
        if not (text := texts.get(key, "")):
            continue
        digits = place.field.in_boxes(text)
        high = float(rng.uniform(0.62, 0.78)) * place.boxes[0].height * FINE
        inks, writer = hands.ink_of(rng, text if place.field.style == OPEN else digits, high)
        if place.field.style == OPEN:
            boxes, inks = (place.boxes[0],), [_in_a_row(inks, text)]
        else:
            first = int(rng.integers(len(place.boxes))) if len(digits) == 1 else len(place.boxes) - len(digits)
            boxes = place.boxes[first : first + len(digits)]
        chosen = [press(rng, paper, box, own, gap(rng), dark) for box, own in zip(boxes, inks, strict=True)]
        away, side = min(chosen)
        written[key] = {"lines": lines, "ink": ink, "writer": writer, "gap": away, "side": side}
    return paper, written


def press(
    rng: np.random.Generator, paper: NDArray[np.float32], box: Box, ink: NDArray[np.uint8], gap: float, dark: float
) -> tuple[float, int]:
    """Press ink on a page so that its edge is `gap` millimetres inside a side of a box: return both."""
    side = int(rng.integers(4))
    room = [(size - 2 * _CLEAR) * FINE for size in (box.width, box.height)]
    room[side % 2] = ((box.width, box.height)[side % 2] - gap - _CLEAR) * FINE
    ink = _fitted(ink, *room)
    wide, high = ink.shape[1] / FINE, ink.shape[0] / FINE
    x = box.x + _CLEAR + float(rng.random()) * max(box.width - 2 * _CLEAR - wide, 0)
    y = box.y + _CLEAR + float(rng.random()) * max(box.height - 2 * _CLEAR - high, 0)
    x = {0: box.x + gap, 2: box.right - gap - wide}.get(side, x)
    y = {1: box.y + gap, 3: box.bottom - gap - high}.get(side, y)
    left, top = round(x * FINE), round(y * FINE)
    part = paper[top : top + ink.shape[0], left : left + ink.shape[1]]
    part *= 1 - dark * ink[: part.shape[0], : part.shape[1]].astype(np.float32) / 255
    return gap, side


def _fitted(ink: NDArray[np.uint8], wide: float, high: float) -> NDArray[np.uint8]:
    """Crop ink to its edge and shrink it until it fits."""
    rows, columns = np.nonzero(ink > _SOLID)
    ink = ink[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    scale = min(1.0, wide / ink.shape[1], high / ink.shape[0])
    if scale == 1:
        return ink
    return np.asarray(cv2.resize(ink, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA))


def _in_a_row(inks: list[NDArray[np.uint8]], text: str) -> NDArray[np.uint8]:
    """Put characters beside one another on a base line: uint8 (h, w)."""
    high = max(ink.shape[0] for ink in inks)
    space = np.zeros((high, round(0.16 * high)), np.uint8)
    parts = []
    for character, ink in zip(text, inks, strict=True):
        above = high - ink.shape[0] if character == "." else (high - ink.shape[0]) // 2
        parts += [np.pad(ink, ((above, high - ink.shape[0] - above), (0, 0))), space]
    return np.hstack(parts[:-1])


def specs(numbers: list[str]) -> dict[str, Spec]:
    """Return the sheets of each kind of field; those of the last have numbers of a roster."""
    table = {
        "single boxes": [Field(f"n{n}", boxes=1) for n in range(5)],
        "five boxes": [Field(f"n{n}", boxes=5) for n in range(4)],
        "combs of five": [Field(f"n{n}", boxes=5, style=COMB) for n in range(4)],
        "open fields": [Field(f"n{n}", boxes=5, style=OPEN) for n in range(4)],
        "decimals": [Field(f"n{n}", boxes=5, decimals=2) for n in range(4)],
        "dates": [Field(f"n{n}", kind="date", boxes=8) for n in range(2)],
        "of a roster": [Field(f"n{n}", kind="identifier", boxes=8, among=tuple(numbers)) for n in range(2)],
    }
    return {name: Spec(name, tuple(fields), rows=16) for name, fields in table.items()}


def sweep_specs() -> dict[str, Spec]:
    """Return sheets for one digit in each field: boxes, combs and open fields."""
    return {
        BOXES: Spec("Boxes", tuple(Field(f"n{n}", boxes=1) for n in range(5)), rows=16),
        COMB: Spec("Combs", tuple(Field(f"n{n}", boxes=3, style=COMB) for n in range(4)), rows=16),
        OPEN: Spec("Open", tuple(Field(f"n{n}", boxes=1, style=OPEN) for n in range(5)), rows=16),
    }

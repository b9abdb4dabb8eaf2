"""A text becomes ink: one writer's characters, placed side by side on a line as people place them.

A fast hand joins digits without lifting the pen. Digits that are crossed out are signs to a reader, never the digits
under the strokes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from shuzi.models.tasks import DIGITS, MARKS, SIGN
from shuzi.synthesis.papers import by_magnitude
from shuzi.synthesis.pen import INKED, Ink, Line, Pen, ink_box, lay, shaken, written
from shuzi.synthesis.texts import Text
from shuzi.synthesis.writers import Character, Hand, Writer, write_drawn

_HASTY = 0.35  # fraction of the hands
_OWN_STROKES = (0.25, 0.78)  # range of the threshold for ink in MNIST's grey

PlacedInk = tuple[Ink, int, int]
"""A character: its ink, uint8 (h, w), and its left and top edge, in pixels."""

_WHOLE, _TWO = 0.4, 0.15  # fractions of crossings that cover the whole number, and two digits
_OTHER_PEN = 0.4, 1.3  # how thick the strokes are, as a multiple of the digits' pen
_PALE = 0.4  # how dark the palest ones are, as a fraction of the digits
_WAYS = {"bar": 0.34, "bars": 0.12, "slash": 0.22, "cross": 0.12, "zigzag": 0.12, "scribble": 0.08}

_FAR = 0.6  # fraction of the height: a wider gap is not bridged
_STEP = 3  # points between the ends of a stroke, and its ends


@dataclass(frozen=True)
class Style:
    """How a whole line is written; lengths are fractions of a digit's height."""

    gap: float  # between neighbours' ink; negative gaps overlap
    gap_varies: float  # its standard deviation
    rise: float  # how far the line climbs
    jumps: float  # how far single characters deviate from it
    small_zeros: float  # the size of a 0 relative to the other digits
    descends: float  # how far 4, 7 and 9 extend below the line
    drawn_by_code: str  # digits that are always drawn by code, in another country's shape
    joins: str = ""  # "zeros" (neighbouring zeros hang together) or "digits" (most digits do)
    adds: str = ""  # digits that get one stroke more: "0" is struck through, "1" stands on a foot


def any_hand(rng: np.random.Generator, height: float, images: bool) -> Hand:
    """Draw a random hand; for MNIST's images, half of the hands keep the original strokes."""
    own = images and rng.random() < 0.45
    width = max(1.0, by_magnitude(rng, 0.03, 0.2) * height)
    if own:
        pen = Pen(max(1.0, 0.11 * height))
    elif not images and rng.random() < 0.12:
        pen = Pen(width, float(rng.uniform(0.3, 0.8)), float(rng.uniform(0, math.pi)))
    else:
        pen = Pen(width)
    return Hand(
        height=height,
        slant=float(np.clip(rng.normal(0.03, 0.16), -0.4, 0.55)),
        wide=math.exp(rng.normal(0, 0.16)),
        uneven=float(rng.choice((0.03, 0.07, 0.12, 0.25), p=(0.2, 0.4, 0.3, 0.1))),
        shaky=float(rng.choice((0.0, 0.012, 0.03), p=(0.3, 0.45, 0.25))),
        pen=pen,
        threshold=float(rng.uniform(*_OWN_STROKES)) if own else 0.0,
        hasty=float(rng.uniform(0.02, 0.09)) if rng.random() < _HASTY else 0.0,
    )


def any_style(rng: np.random.Generator) -> Style:
    """Draw a random style; gaps and baselines follow UNIPEN's 900 numbers, with longer tails."""
    kind = rng.random()
    if kind < 0.6:
        gap = float(np.clip(rng.gamma(2.2, 0.13), 0.02, 1.2))
    elif kind < 0.92:
        gap = float(rng.uniform(0.0, 0.12))
    else:
        gap = float(rng.uniform(-0.08, 0.0))
    return Style(
        gap=gap,
        gap_varies=float(rng.choice((0.02, 0.06, 0.12))),
        rise=float(rng.normal(0, 0.03)),
        jumps=float(rng.choice((0.02, 0.06, 0.11, 0.2), p=(0.35, 0.35, 0.25, 0.05))),
        small_zeros=float(rng.uniform(0.4, 0.8)) if rng.random() < 0.16 else 1.0,
        descends=float(rng.uniform(0.2, 0.9)) if rng.random() < 0.2 else 0.0,
        drawn_by_code="".join(d for d in DIGITS if rng.random() < 0.5) if rng.random() < 0.2 else "",
        joins=str(rng.choice(("", "zeros", "digits"), p=(0.84, 0.11, 0.05))),
        adds=str(rng.choice(("", "0", "1", "01"), p=(0.92, 0.045, 0.025, 0.01))),
    )


def extent(inks: Sequence[PlacedInk]) -> tuple[int, int, int, int]:
    """Return the left, top, right and bottom edge of the smallest box around some ink, in pixels."""
    left, top = min(x for _, x, _ in inks), min(y for _, _, y in inks)
    return left, top, max(x + ink.shape[1] for ink, x, _ in inks), max(y + len(ink) for ink, _, y in inks)


class Placed:
    """Characters placed side by side so far; the line of writing is y = 0."""

    def __init__(self, height: float) -> None:
        self.inks: list[PlacedInk] = []
        self._middle = round(4 * height)
        self._profile = np.full(2 * self._middle, -np.inf)
        self.right = 0.0

    def add(self, ink: Ink, y: int, gap: float, at: float | None = None) -> None:
        """Add ink to the right of the rest at a distance of `gap`, row by row, or centred `at` a position."""
        inked = ink > INKED
        filled = inked.any(axis=1)
        rows = np.arange(len(ink)) + y + self._middle
        inside = filled & (rows >= 0) & (rows < len(self._profile))
        rows, starts = rows[inside], inked.argmax(axis=1)[inside]
        if at is not None:
            x = round(at - ink.shape[1] / 2)
        else:
            needed = self.right + max(gap, -0.02 * self._middle) if self.inks else 0.0
            if len(rows):
                # rows count as facing each other if they are close
                near = self._profile[rows]
                if np.isfinite(near).any():
                    needed = max(float((near - starts).max()) + gap, self.right - 0.35 * ink.shape[1])
                    needed = min(needed, self.right + max(gap, 0.0))
            x = round(needed)
        if len(rows):
            ends = x + ink.shape[1] - inked[:, ::-1].argmax(axis=1)[inside]
            self._profile[rows] = np.fmax(self._profile[rows], ends)
            self.right = max(self.right, float(ends.max()))
        self.inks.append((ink, x, y))


def place(
    rng: np.random.Generator, writer: Writer, others: Writer, hand: Hand, style: Style, text: Text, pitch: float = 0.0
) -> Placed:
    """Write a text's characters side by side, digits by one writer and all else by another; a comb has a pitch."""
    placed, height = Placed(hand.height), hand.height
    space, small, raised, number = 0.0, float(rng.uniform(0.5, 0.85)), float(rng.uniform(0.3, 1.1)), 0
    mark_gap = float(rng.uniform(0.03, 0.22))
    for where, character in enumerate(text.characters):
        if character == " ":
            space += rng.uniform(0.35, 0.9) * height
            continue
        size = small if text.small_from is not None and where >= text.small_from else 1.0
        lift = raised * (1 - size) * height
        below = 0.0
        if character == "0" and size == 1.0:
            size *= style.small_zeros
            lift += rng.uniform(0, 0.5) * (1 - size) * height
        if character in "479" and style.descends:
            below = style.descends * rng.uniform(0.5, 1.2) * height
            size *= 1 + below / height
        if character in style.drawn_by_code:
            drawn = write_drawn(rng, character, hand, size)
        else:
            drawn = (writer if character in DIGITS else others).write(rng, character, hand, size)
        if character in style.adds:
            drawn = _with_stroke(rng, character, drawn, hand)
        base = style.rise * placed.right + rng.normal(0, style.jumps) * height
        y = round(base + drawn.drop + below - lift - len(drawn.ink))
        gap = (style.gap + rng.normal(0, style.gap_varies)) * height + space
        # marks stay visible even in narrow writing
        if where and (character in MARKS or text.characters[where - 1] in MARKS):
            gap = max(gap, mark_gap * height)
        at = (number + 0.5) * pitch + rng.normal(0, 0.07) * pitch if pitch else None
        placed.add(drawn.ink, y, gap, at=at)
        space, number = 0.0, number + 1
    return placed


def _with_stroke(rng: np.random.Generator, digit: str, drawn: Character, hand: Hand) -> Character:
    """Strike a 0 through from corner to corner, or put a foot under a 1."""
    left, top, right, bottom = _box(drawn.ink, 0, 0)
    tall = bottom - top
    if not tall:  # the pen is too thin to leave ink
        return drawn
    if digit == "0":
        beyond_x, beyond_y = rng.uniform(-0.3, 0.45, 2) * (right - left), rng.uniform(-0.35, 0.2, 2) * tall
        stroke = _line((left - beyond_x[0], bottom + beyond_y[0]), (right + beyond_x[1], top - beyond_y[1]))
        if rng.random() < 0.1:
            stroke[:, 0] = left + right - stroke[:, 0]  # from the other corner
    else:
        foot = np.flatnonzero((drawn.ink[bottom - max(1, round(0.15 * tall)) : bottom] > 0).any(axis=0)).mean()
        level = bottom - 0.5 * hand.pen.width
        reach, tilt = rng.uniform(0.12, 0.38, 2) * tall, rng.normal(0, 0.03) * tall
        stroke = _line((foot - reach[0], level + tilt), (foot + reach[1], level - tilt))
    over, x, y = written(shaken(rng, [stroke], 0.02 * hand.height), hand.pen)
    ink, _, start = lay_over((drawn.ink, 0, 0), over, int(x), int(y))
    return Character(ink, drawn.drop + start + len(ink) - len(drawn.ink))


def cross_out(rng: np.random.Generator, text: str, inks: list[PlacedInk], hand: Hand) -> tuple[str, list[PlacedInk]]:
    """Cross out a number, one digit of it, or two neighbours, which become `SIGN`; the pen may be another."""
    digits = [index for index, character in enumerate(text) if character in DIGITS]
    if not digits:
        return text, inks
    how = rng.random()
    first = last = digits[int(rng.integers(len(digits)))]
    if how < _WHOLE:
        first, last = digits[0], digits[-1]
    elif how < _WHOLE + _TWO and first + 1 in digits:
        last = first + 1
    struck = list(range(first, last + 1))
    boxes = [_box(*inks[index]) for index in struck]
    left, top = min(x for x, _, _, _ in boxes), min(y for _, y, _, _ in boxes)
    right, bottom = max(x for _, _, x, _ in boxes), max(y for _, _, _, y in boxes)
    lines = _strokes(rng, text[first : last + 1], (left, top, right, bottom), hand.height)
    pen = replace(hand.pen, width=max(1.0, hand.pen.width * by_magnitude(rng, *_OTHER_PEN)))
    over, left_of_strokes, top_of_strokes = written(shaken(rng, lines, 0.03 * hand.height), pen)
    if rng.random() < 0.5:
        over = np.asarray(np.rint(over * rng.uniform(_PALE, 1.0)), np.uint8)
    cuts = [-math.inf, *((box[2] + following[0]) / 2 for box, following in pairwise(boxes)), math.inf]
    changed, columns = list(inks), np.arange(over.shape[1]) + int(left_of_strokes)
    for index, start, end in zip(struck, cuts, cuts[1:], strict=False):
        part = over * ((columns >= start) & (columns < end)).astype(np.uint8)
        changed[index] = lay_over(inks[index], part, int(left_of_strokes), int(top_of_strokes))
    return text[:first] + SIGN * len(struck) + text[last + 1 :], changed


def _box(ink: Ink, x: int, y: int) -> tuple[int, int, int, int]:
    """Return the left, top, right and bottom edge of the dark pixels."""
    inner_x, inner_y, wide, high = ink_box(ink, 0)
    return x + inner_x, y + inner_y, x + inner_x + wide, y + inner_y + high


def _strokes(rng: np.random.Generator, digits: str, box: tuple[int, int, int, int], height: float) -> list[Line]:
    """Draw the strokes of one way to cross a box out."""
    left, top, right, bottom = box
    way = str(rng.choice(list(_WAYS), p=list(_WAYS.values())))
    if way == "slash" and digits == "0":  # some people write a zero like this
        way = "cross"
    # a short bar would make a 7 crossed, or a 1 a plus sign
    overhang = rng.uniform(0.18 if way == "bar" else 0.05, 0.45, 2) * height
    start, end = left - float(overhang[0]), right + float(overhang[1])
    tall, middle = float(bottom - top), (top + bottom) / 2
    if way in ("bar", "bars"):
        offsets = (0.0,) if way == "bar" else (-0.16, 0.16)
        shift, tilt = rng.normal(0, 0.09) * tall, rng.normal(0, 0.08) * height
        levels = [middle + shift + offset * tall for offset in offsets]
        return [_line((start, level + tilt), (end, level - tilt)) for level in levels]
    over, under = top - rng.uniform(-0.1, 0.25) * height, bottom + rng.uniform(-0.1, 0.25) * height
    rising, falling = _line((start, under), (end, over)), _line((start, over), (end, under))
    if way == "cross":
        return [rising, falling]
    if way == "slash":
        return [rising if rng.random() < 0.75 else falling]
    turns = int(rng.integers(3, 6)) if way == "zigzag" else int(rng.integers(7, 14))
    x = np.linspace(start, end, turns) + rng.normal(0, 0.03, turns) * height
    y = np.where(np.arange(turns) % 2 == int(rng.integers(2)), over, under) + rng.normal(0, 0.06, turns) * height
    return [np.stack([x, y], axis=1).astype(np.float32)]


def _line(start: tuple[float, float], end: tuple[float, float]) -> Line:
    """Return a straight line of several points, so that a hand can bend it."""
    along = np.linspace(0, 1, 7)[:, None]
    return np.asarray(np.array(start) * (1 - along) + np.array(end) * along, np.float32)


def lay_over(character: PlacedInk, ink: NDArray[np.uint8], x: int, y: int) -> PlacedInk:
    """Lay strokes over a character; x and y are the position of their ink, in pixels."""
    under, own_x, own_y = character
    left, top, right, bottom = extent([character, (ink, x, y)])
    whole = np.zeros((bottom - top, right - left), np.uint8)
    lay(whole, under, own_x - left, own_y - top)
    lay(whole, ink, x - left, y - top)
    inner_x, inner_y, wide, high = ink_box(whole, 0)
    return whole[inner_y : inner_y + high, inner_x : inner_x + wide], left + inner_x, top + inner_y


def join(rng: np.random.Generator, text: str, inks: list[PlacedInk], hand: Hand, zeros_only: bool) -> list[PlacedInk]:
    """Connect neighbouring digits with strokes: zeros at their tops, or most digits from side to side."""
    joined = list(inks)
    for index, (character, following) in enumerate(pairwise(text)):
        may_join = character + following == "00" if zeros_only else character in DIGITS and following in DIGITS
        if not may_join or rng.random() < 0.2:
            continue
        start, end = (_top(inks[index]), _top(inks[index + 1])) if zeros_only else (
            _side(inks[index], right=True), _side(inks[index + 1], right=False))  # fmt: skip
        if abs(end[0] - start[0]) > (2 if zeros_only else _FAR) * hand.height:
            continue
        middle = (start + end) / 2 + np.array([0.0, rng.uniform(-0.05, 0.15) * hand.height])
        weights = np.linspace(0, 1, 2 * _STEP)[:, None]
        curve = (1 - weights) ** 2 * start + 2 * weights * (1 - weights) * middle + weights**2 * end
        ink, left, top = written([curve.astype(np.float32)], hand.pen)
        joined[index] = lay_over(joined[index], ink, int(left), int(top))
    return joined


def _top(character: PlacedInk) -> NDArray[np.float64]:
    """Return the middle of the highest ink."""
    ink, x, y = character
    rows = np.flatnonzero((ink > INKED).any(axis=1))
    row = int(rows[0]) if len(rows) else 0
    columns = np.flatnonzero(ink[row] > INKED)
    return np.array([x + (columns.mean() if len(columns) else 0.0), y + row])


def _side(character: PlacedInk, right: bool) -> NDArray[np.float64]:
    """Return the middle of the ink that is furthest to one side."""
    ink, x, y = character
    columns = np.flatnonzero((ink > INKED).any(axis=0))
    column = int(columns[-1 if right else 0]) if len(columns) else 0
    rows = np.flatnonzero(ink[:, column] > INKED)
    return np.array([x + column, y + (rows.mean() if len(rows) else 0.0)])

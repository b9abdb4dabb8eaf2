"""Lines of writing become a photograph of a page: on a desk or none, in any light, with where each line stands."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.ink.boxes import Box
from shuzi.models.tasks import DIGITS, SIGN
from shuzi.synthesis.layout import PlacedInk, Style, any_hand, any_style, cross_out, place
from shuzi.synthesis.papers import Light, by_magnitude, clouds, falling_light, photograph, print_word, rule
from shuzi.synthesis.pen import SHIFT, fixed, ink_box, lay, ring, rotation, turned_box
from shuzi.synthesis.texts import TEXTS, Text, chosen, target
from shuzi.synthesis.writers import FROM_IMAGES, FromImages, Hand, Writer, Writers

Mask = NDArray[np.uint8]
Corners = NDArray[np.float32]

EDGES = {"none": 0.34, "hairline": 0.2, "some": 0.26, "much": 0.2}
"""How much of the desk a photograph shows, and how often."""

RULINGS = {"bare": 0.36, "ruled": 0.18, "squared": 0.24, "dots": 0.05, "boxes": 0.06, "table": 0.11}
"""What is printed on the paper, and how often; "boxes" are squares with a cross, for writing characters in."""

LAYOUTS = {"list": 0.44, "columns": 0.24, "single": 0.12, "words": 0.12, "empty": 0.08}
"""How the lines are arranged, and how often."""

_TEXTS = {"number": 0.5, "amount": 0.12, "date": 0.08, "time": 0.04, "decimal": 0.08, "telephone": 0.04,
          "fraction": 0.03, "with_signs": 0.07, "word": 0.04}  # fmt: skip
_TURNED = 0.22  # fraction of the pages that are turned by more than a little
_EVENLY_WIDE = 0.06  # fraction of the lines whose digits stand far apart
_STRUCK = 0.03  # fraction of the lines with something crossed out
_MIN_GAP = 1.4  # digit heights between two numbers of a row, that are never taken for one
_TIMES_OWN_GAP = 2.4  # and as a multiple of the gaps between their digits
_MAX_STRIP = 60  # digit heights


@dataclass(frozen=True)
class WrittenLine:
    """A line of writing on a photograph."""

    text: str  # digits and marks as they are, `SIGN` for each other character
    corners: Corners  # (4, 2): x and y of the band that its digits fill, in pixels; clockwise from the top left

    @property
    def ends(self) -> NDArray[np.float32]:
        """Where the middle of its digits begins and ends, in pixels: x and y, (2, 2)."""
        return np.asarray(self.corners[[[0, 3], [1, 2]]].mean(axis=1), np.float32)

    @property
    def height(self) -> float:
        """The height of its digits, in pixels."""
        left, right = self.corners[3] - self.corners[0], self.corners[2] - self.corners[1]
        return float(np.hypot(*left) + np.hypot(*right)) / 2


@dataclass(frozen=True)
class Photograph:
    """A photograph of a page, its lines of writing and of print, and how much of each pixel is ruling."""

    grey: NDArray[np.uint8]
    lines: tuple[WrittenLine, ...]
    ruling: Mask


@dataclass(frozen=True)
class Conditions:
    """What is fixed of a photograph; what is empty is drawn by chance."""

    edge: str = ""  # a name in `EDGES`
    ruling: str = ""  # a name in `RULINGS`
    layout: str = ""  # a name in `LAYOUTS`
    texts: tuple[tuple[str, float], ...] = tuple(_TEXTS.items())  # names of texts, with their weights
    columns: int = 0  # 0 for any number
    lines: int = 40  # at most
    images: float = FROM_IMAGES  # the fraction of writers whose digits are MNIST's
    usual: bool = False  # light, pen and print as on most photographs, and nothing else drawn: to measure with


ANY = Conditions()


def compose(
    rng: np.random.Generator,
    writers: Writers,
    shape: tuple[int, int],
    letter: float,
    conditions: Conditions = ANY,
    drawn: float = 0.0,
) -> Photograph:
    """Compose a photograph of a page by one writer, with digits `letter` pixels high."""
    size, corners = _aim(rng, shape, conditions.edge or chosen(rng, EDGES))
    sheet = _Sheet(rng, size, letter, conditions.usual)
    layout = conditions.layout or chosen(rng, LAYOUTS)
    ruling = conditions.ruling or chosen(rng, RULINGS)
    pitch = sheet.rule(ruling)
    sheet.write(writers.pair(rng, conditions.images, drawn), layout, conditions, pitch)
    if not conditions.usual:
        sheet.disturb()
    light = sheet.light()
    matrix = cv2.getPerspectiveTransform(Box(0, 0, size[1], size[0]).corners.astype(np.float32), corners)
    whole = (shape[1], shape[0])
    covered = np.asarray(cv2.warpPerspective(np.ones(size, np.float32), matrix, whole), np.float32)
    page = cv2.warpPerspective(light, matrix, whole, borderMode=cv2.BORDER_REPLICATE)
    scene = np.asarray(page, np.float32)
    if covered.min() < 1:
        scene = np.asarray(page * covered + _desk(rng, shape, covered, letter) * (1 - covered), np.float32)
    scene *= _shaded(rng, shape)
    printed = cv2.warpPerspective(sheet.printed, matrix, whole)
    lines = tuple(
        WrittenLine(text, cv2.perspectiveTransform(line[None], matrix)[0].astype(np.float32))
        for text, line in sheet.lines
    )
    return Photograph(photograph(rng, scene, letter, photo=True), lines, np.asarray(printed, np.uint8))


def _aim(rng: np.random.Generator, shape: tuple[int, int], edge: str) -> tuple[tuple[int, int], Corners]:
    """Return the size of the sheet in pixels, and where its corners lie in the photograph."""
    outside = -rng.uniform(0.03, 0.15, 4)
    shown = {
        "none": np.zeros(4, np.bool_),
        "hairline": rng.permutation([True, rng.random() < 0.4, False, False]),
        "some": rng.permutation([True, rng.random() < 0.6, rng.random() < 0.4, rng.random() < 0.3]),
        "much": np.ones(4, np.bool_),
    }[edge]
    wide = {"none": (0, 0), "hairline": (0.001, 0.012), "some": (0.01, 0.09), "much": (0.06, 0.3)}[edge]
    margins = np.where(shown, rng.uniform(*wide, 4), outside)
    height, width = shape
    left, top, right, bottom = margins * (width, height, width, height)
    box = np.array([[left, top], [width - right, top], [width - right, height - bottom], [left, height - bottom]])
    size = max(8, round(box[2, 1] - box[0, 1])), max(8, round(box[1, 0] - box[0, 0]))
    if edge == "hairline":
        turn = rng.normal(0, 0.008)
    else:
        turn = rng.uniform(-0.21, 0.21) if rng.random() < _TURNED else rng.normal(0, 0.025)
    middle = np.array([width / 2, height / 2])
    moved = (box - middle) @ rotation(turn).T + middle
    reach = 0.006 if edge == "hairline" else float(rng.choice((0.005, 0.03)))
    moved += rng.uniform(-reach, reach, (4, 2)) * max(shape)
    return size, moved.astype(np.float32)


class _Sheet:
    """A sheet of paper, lying flat, that is ruled and written on."""

    def __init__(self, rng: np.random.Generator, size: tuple[int, int], letter: float, usual: bool) -> None:
        self._rng, self._size, self._letter, self._usual = rng, size, letter, usual
        self.ink, self.printed = np.zeros(size, np.uint8), np.zeros(size, np.uint8)
        self._drawing = np.zeros(size, np.uint8)  # what is drawn by hand and no writing
        self.lines: list[tuple[str, Corners]] = []
        self._taken: list[tuple[float, float, float, float]] = []
        self._first_row, self._columns = 0.0, list[float]()  # where printed rows and columns begin, in pixels

    def rule(self, kind: str) -> float:
        """Print lines on the sheet; return the distance of its rows in pixels, 0 if it has none."""
        rng, letter, (height, width) = self._rng, self._letter, self._size
        thickness = max(1, round(letter * by_magnitude(rng, 0.012, 0.09)))
        step = max(6.0, letter * by_magnitude(rng, 0.45, 2.2))
        if self._usual:
            thickness, step = max(1, round(letter * rng.uniform(0.01, 0.05))), letter * rng.uniform(0.6, 1.6)
        dash = self._dash(thickness) if rng.random() < (0.7 if kind == "dots" else 0.12) else None
        if kind == "ruled":
            step = max(6.0, letter * rng.uniform(1.1, 2.6))
            self._stripes(step, thickness, dash, vertical=False)
            if rng.random() < 0.3:
                x = rng.uniform(0.05, 0.25) * width
                rule(self.printed, (x, 0), (x, height), thickness)
        elif kind in ("squared", "dots"):
            dash = dash or (self._dash(thickness) if kind == "dots" else None)
            for vertical in (False, True):
                self._stripes(step, thickness, dash, vertical)
        elif kind == "boxes":
            step, thin = letter * rng.uniform(1.3, 2.2), max(1, thickness // 2)
            for vertical in (False, True):
                self._stripes(step, thickness, None, vertical)
            for vertical in (False, True):
                self._stripes(step / 2, thin, self._dash(thin), vertical)
        elif kind == "table":
            step = letter * rng.uniform(1.5, 3.0)
            self._stripes(step, thickness, dash, vertical=False)
            x = rng.uniform(0.0, 0.1) * width
            even = letter * rng.uniform(1.6, 3.0) if rng.random() < 0.35 else 0.0
            while x < width:
                rule(self.printed, (x, 0), (x, height), thickness)
                self._columns.append(x)
                x += even or letter * rng.uniform(2.5, 9)
        return step if kind in ("ruled", "table", "boxes") else 2 * step if kind == "squared" else 0.0

    def _dash(self, thickness: int) -> tuple[float, float]:
        """Return how long the dashes of a line and the gaps between them are, in pixels."""
        rng = self._rng
        long = thickness * rng.uniform(1, 2) if rng.random() < 0.5 else self._letter * rng.uniform(0.1, 0.4)
        return long, max(2.0, long * rng.uniform(0.5, 2.5))

    def _stripes(self, step: float, thickness: int, dash: tuple[float, float] | None, vertical: bool) -> None:
        """Print parallel lines from edge to edge."""
        height, width = self._size
        length, across = (height, width) if vertical else (width, height)
        starts = np.arange(self._rng.uniform(0, step), across, step)
        if len(starts) > 400:
            return
        if not vertical:
            self._first_row = float(starts[0]) if len(starts) else 0.0
        if dash is None:
            for start in starts.tolist():
                first, last = ((start, 0), (start, length)) if vertical else ((0, start), (length, start))
                rule(self.printed, first, last, thickness)
            return
        along = np.arange(length) % sum(dash) < dash[0]
        for start in starts.tolist():
            at = int(start)
            part = self.printed[:, at : at + thickness] if vertical else self.printed[at : at + thickness].T
            part[along] = 255

    def write(self, pair: tuple[Writer, Writer], layout: str, conditions: Conditions, pitch: float) -> None:
        """Write lines on the sheet."""
        rng, letter, (height, width) = self._rng, self._letter, self._size
        hand = any_hand(rng, letter, isinstance(pair[0], FromImages))
        style = any_style(rng)
        if layout == "empty":
            return
        if layout == "single":
            self._add(pair, hand, style, self._text(conditions), rng.uniform(0.02, 0.6) * width,
                      rng.uniform(0.15, 0.9) * height)  # fmt: skip
            return
        count = int(rng.integers(1, 13)) if rng.random() < 0.6 else conditions.lines
        count = min(count, conditions.lines)
        on_rows = pitch > 0 and rng.random() < 0.75
        rows = pitch * max(1, math.ceil(1.15 * letter / pitch)) if on_rows else letter * rng.uniform(1.3, 3.6)
        columns = conditions.columns or (int(rng.choice((2, 2, 2, 3, 4))) if layout == "columns" else 1)
        starts = (
            np.sort(rng.uniform(0.02, 0.9, columns)) if rng.random() < 0.4 else np.arange(columns) / columns + 0.05
        )
        starts = rng.uniform(0.02, 0.3, 1) if columns == 1 else starts
        in_cells = bool(self._columns) and not conditions.columns and rng.random() < 0.7
        if in_cells:
            starts = np.array(self._columns) / width
        wander = float(rng.choice((0.1, 0.5, 3.0))) * letter
        varied = float(rng.choice((0.02, 0.08)))
        y, written = rng.uniform(1.2, 5.0) * letter, 0
        if on_rows:  # on the printed line, or in the middle of its row
            above = rng.uniform(0.0, 0.35) * letter if rng.random() < 0.6 else max(0.0, (rows - letter) / 2)
            y = self._first_row + rows * math.ceil(max(0.0, y - self._first_row) / rows) - above
        while y < height - 0.1 * letter and written < count:
            right = -math.inf
            for start in starts.tolist():
                if len(starts) > 1 and rng.random() < (0.4 if in_cells else 0.12):
                    continue
                own = self._one(rng, hand, varied)
                text = self._text(conditions) if layout != "words" else self._sentence(width - start * width)
                inset = rng.uniform(0.1, 0.6) * letter if in_cells else rng.uniform(0, wander)
                wide_gap = (
                    0.2 * letter
                    if in_cells
                    else max(_MIN_GAP, _TIMES_OWN_GAP * max(style.gap, 0.0)) * letter * rng.uniform(1.0, 1.6)
                )
                x = max(start * width + inset, right + wide_gap)
                if (end := self._add(pair, own, style, text, x, y + rng.normal(0, 0.06) * letter)) is not None:
                    right, written = end, written + 1
            y += rows * (1.0 if on_rows or rng.random() < 0.8 else rng.uniform(1.0, 2.5))
        if not conditions.usual and rng.random() < 0.25:
            for _ in range(int(rng.integers(1, 8))):
                self._print(rng.uniform(0, 0.8) * width, rng.uniform(0.02, 1.0) * height)

    @staticmethod
    def _one(rng: np.random.Generator, hand: Hand, varied: float) -> Hand:
        """Return the hand for one line: nobody writes all lines in one size."""
        return replace(hand, height=hand.height * math.exp(rng.normal(0, varied)))

    def _text(self, conditions: Conditions) -> Text:
        return TEXTS[chosen(self._rng, dict(conditions.texts))](self._rng)

    def _sentence(self, room: float) -> Text:
        rng, words = self._rng, list[str]()
        length, max_length = 0.0, room / (0.8 * self._letter)
        while length < max_length * rng.uniform(0.3, 1.0) or not words:
            words.append(TEXTS["number" if rng.random() < 0.2 else "word"](rng).characters)
            length += len(words[-1]) + 1
        return Text(" ".join(words))

    def _add(
        self, pair: tuple[Writer, Writer], hand: Hand, style: Style, text: Text, x: float, y: float
    ) -> float | None:
        """Write a line where there is room; return where it ends, or None."""
        rng, letter = self._rng, hand.height
        pitch = (
            letter * rng.uniform(1.3, 3.3)
            if not self._usual and rng.random() < _EVENLY_WIDE and len(text.characters) > 2
            else 0.0
        )
        placed = place(rng, *pair, hand, style, text, pitch)
        written, inks = target(text.characters), list(placed.inks)
        if not self._usual and rng.random() < _STRUCK:
            written, inks = cross_out(rng, written, inks, hand)
        return self._lay(written, inks, style.rise, x, y)

    def _lay(self, text: str, inks: Sequence[PlacedInk], rise: float, x: float, y: float) -> float | None:
        """Lay characters on the sheet where there is room, and remember the band that they fill."""
        height, width = self._size
        boxes = np.array([(left, top, *ink.shape[::-1]) for ink, left, top in inks], np.float64).reshape(-1, 4)
        if not len(boxes):
            return None
        boxes[:, :2] += np.array([x - boxes[:, 0].min(), y])
        left, top = boxes[:, :2].min(axis=0)
        right, bottom = (boxes[:, :2] + boxes[:, 2:]).max(axis=0)
        margin = 0.12 * self._letter
        near = (left - 4 * margin, top - margin, right + 4 * margin, bottom + margin)
        if right > width - 2 or top < 1 or bottom > height - 1 or right - left > _MAX_STRIP * self._letter:
            return None
        if any(near[0] < a[2] and a[0] < near[2] and near[1] < a[3] and a[1] < near[3] for a in self._taken):
            return None
        self._taken.append((left, top, right, bottom))
        shift = x - min(at for _, at, _ in inks)
        rims = []
        for ink, at, above in inks:
            first, start = round(above + y), round(at + shift)
            lay(self.ink, ink, start, first)
            rims.append((start, first, *ink_box(ink)))
        self.lines.append((text, _band(text, np.array(rims, np.float64), rise)))
        return float(right)

    def _print(self, x: float, y: float) -> None:
        """Print some words where there is room."""
        rng = self._rng
        height = max(6, round(self._letter * rng.uniform(0.4, 1.1)))
        inks: list[PlacedInk] = []
        at = 0
        for _ in range(int(rng.choice((1, 1, 2, 4)))):
            for ink in print_word(rng, height):
                inks.append((ink, at, -len(ink)))
                at += ink.shape[1] + 1
            at += round(0.4 * height)
        self._lay(SIGN * len(inks), inks, 0.0, x, y)

    def disturb(self) -> None:
        """Add what is no writing: strokes, rings, holes, a fold, the writing of the other side."""
        rng, letter, (height, width) = self._rng, self._letter, self._size
        pen = max(1, round(letter * rng.uniform(0.04, 0.14)))
        for _ in range(int(rng.choice((0, 0, 0, 1, 2, 4)))):
            middle = rng.uniform(0, (width, height))
            kind = rng.random()
            if kind < 0.3:  # a stroke, straight or bent
                turn, long = rng.normal(0, 0.4) + math.pi / 2 * (rng.random() < 0.3), rng.uniform(1.5, 12) * letter
                bend = rng.normal(0, 0.15) * long
                along = np.linspace(-0.5, 0.5, 24)
                points = np.stack([along * long, bend * np.sin(np.pi * (along + 0.5))], axis=1)
                self._polyline(points @ rotation(turn).T + middle, pen)
            elif kind < 0.5:  # a ring around something or nothing
                axes = rng.uniform(0.6, 3.5, 2) * letter
                ring(self._drawing, middle, axes, rng.uniform(0, 180), rng.uniform(300, 360), 255, pen)
            elif kind < 0.75:  # a scribble
                steps = rng.normal(0, 0.5, (int(rng.integers(8, 40)), 2)).cumsum(axis=0) * letter * 0.5
                self._polyline(steps + middle, pen)
            else:  # a box or an arrow
                reach = rng.uniform(1.0, 5.0, 2) * letter
                corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1], [-1, -1]]) * reach / 2
                self._polyline(corners[: int(rng.choice((3, 5)))] + middle, pen)
        if rng.random() < 0.06:  # holes
            for y in np.linspace(0.15, 0.85, int(rng.choice((2, 4)))):
                at = (round(rng.uniform(0.02, 0.05) * width), round(y * height))
                cv2.circle(self._drawing, at, max(3, round(rng.uniform(0.2, 0.5) * letter)), 255, -1, cv2.LINE_AA)

    def _polyline(self, points: NDArray[np.float64], pen: int) -> None:
        cv2.polylines(self._drawing, [fixed(points)], False, 255, pen, cv2.LINE_AA, SHIFT)

    def light(self) -> Light:
        """Return the fraction of light that the sheet reflects: float32 (h, w)."""
        rng = self._rng
        light = np.full(
            self._size, rng.uniform(0.75, 1.0) if rng.random() < 0.7 else rng.uniform(0.5, 0.8), np.float32
        )
        dark = float(rng.uniform(0.18, 0.4) if rng.random() < 0.2 else rng.uniform(0.35, 0.97))
        if self._usual:
            dark = float(rng.uniform(0.25, 0.5) if rng.random() < 0.25 else rng.uniform(0.5, 0.95))
            light *= 1 - np.float32(min(dark * 0.6, rng.uniform(0.08, 0.35)) / 255) * self.printed
            light *= 1 - np.float32(dark / 255) * self.ink
            return light
        strength = by_magnitude(rng, 0.06, 0.8) * (1.0 if rng.random() < 0.25 else dark)
        if rng.random() < 0.12:
            clouds(rng, light, self._letter, float(rng.uniform(0.05, 0.3)))
        if rng.random() < 0.07:
            light *= 1 - np.float32(0.15 * dark / 255) * cv2.GaussianBlur(self.ink[:, ::-1], (0, 0), 1.0)
        if rng.random() < 0.08:  # folds
            for _ in range(int(rng.integers(1, 3))):
                light *= self._fold()
        light *= 1 - np.float32(strength / 255) * self.printed
        writing = np.maximum(self.ink, self._drawing).astype(np.float32) * np.float32(1 / 255)
        if rng.random() < 0.3:
            writing *= 1 - rng.uniform(0.1, 0.55) * rng.random(self._size, np.float32)
        light *= 1 - dark * writing
        return light

    def _fold(self) -> Light:
        """Return the light on a sheet that was folded along a line."""
        height, width = self._size
        turn = float(self._rng.choice((0.0, math.pi / 2))) + self._rng.normal(0, 0.02)
        y, x = np.indices(self._size, np.float32)
        away = (x - self._rng.uniform(0.2, 0.8) * width) * np.float32(math.cos(turn)) + (
            y - self._rng.uniform(0.2, 0.8) * height) * np.float32(math.sin(turn))  # fmt: skip
        edge = np.exp(-0.5 * (away / np.float32(self._rng.uniform(0.8, 3))) ** 2)
        side = np.where(away > 0, np.float32(self._rng.uniform(0.85, 1.0)), np.float32(1))
        return np.asarray(side * (1 - np.float32(self._rng.uniform(0.05, 0.35)) * edge), np.float32)


def _band(text: str, rims: NDArray[np.float64], rise: float) -> Corners:
    """Return the corners of the band that a line's digits fill, from the boxes of its characters' ink."""
    x, y = rims[:, 0] + rims[:, 2], rims[:, 1] + rims[:, 3]
    wide, high = rims[:, 4], rims[:, 5]
    is_digit = np.array([character in DIGITS for character in text], np.bool_)
    tall = is_digit if len(is_digit) == len(high) and is_digit.any() else np.ones(len(high), np.bool_)
    tall &= high >= 0.5 * np.quantile(high[tall], 0.75)
    height = float(np.median(high[tall]) if is_digit.any() else np.quantile(high[tall], 0.7))
    middle_x, middle_y = (x + wide / 2)[tall], (y + high / 2)[tall]
    if tall.sum() >= 4 and np.ptp(middle_x) > 3 * height:
        rise = float(np.polyfit(middle_x, middle_y, 1)[0])
    level = float(np.median(middle_y - rise * middle_x))
    left, right = float(x.min()), float((x + wide).max())
    return np.array(
        [(at, level + rise * at + side * height / 2)
         for at, side in ((left, -1), (right, -1), (right, 1), (left, 1))], np.float32,
    )  # fmt: skip


def _desk(rng: np.random.Generator, shape: tuple[int, int], covered: Light, letter: float) -> Light:
    """Return what a page lies on, with its shadow: float32 (h, w)."""
    height, width = shape
    base = float(rng.uniform(0.02, 0.35) if rng.random() < 0.55 else rng.uniform(0.2, 0.95))
    desk = np.full(shape, base, np.float32)
    kind = rng.random()
    if kind < 0.7:  # wood, cloth, stone: noise, drawn out or not
        long, short = rng.uniform(1, 4), rng.uniform(1, 4)
        if kind < 0.4:
            long *= rng.uniform(5, 40)
        if rng.random() < 0.5:
            long, short = short, long
        coarse = max(2, round(height / short)), max(2, round(width / long))
        grain = cv2.resize(rng.random(coarse, np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
        desk *= 1 + np.float32(rng.uniform(0.1, 0.9)) * (grain - 0.5)
    if kind > 0.6:  # tiles, planks, keys
        step = rng.uniform(1.0, 9.0) * letter
        grid = np.zeros(shape, np.uint8)
        for at in np.arange(rng.uniform(0, step), width, step):
            rule(grid, (at, 0), (at + rng.normal(0, 2), height), max(1, round(step * rng.uniform(0.02, 0.1))))
        if rng.random() < 0.5:
            for at in np.arange(rng.uniform(0, step), height, step):
                rule(grid, (0, at), (width, at + rng.normal(0, 2)), max(1, round(step * rng.uniform(0.02, 0.1))))
        desk *= 1 - np.float32(rng.uniform(0.1, 0.7) / 255) * grid
    for _ in range(int(rng.choice((0, 0, 1, 2)))):  # things
        thing = np.zeros(shape, np.uint8)
        middle, reach = rng.uniform(0, (width, height)), rng.uniform(0.02, 0.35, 2) * max(shape)
        cv2.fillConvexPoly(thing, turned_box(middle, reach, rng.uniform(0, 180)), 255, cv2.LINE_AA)
        desk += (np.float32(rng.uniform(0.02, 0.95)) - desk) * (thing * np.float32(1 / 255))
    if rng.random() < 0.6:
        away = rng.uniform(0.002, 0.03) * max(shape)
        shadow = cv2.GaussianBlur(covered, (0, 0), float(away))
        shadow = np.roll(shadow, tuple(np.rint(rng.normal(0, away, 2)).astype(int).tolist()), axis=(0, 1))
        desk *= 1 - np.float32(rng.uniform(0.1, 0.7)) * shadow
    return np.asarray(desk.clip(0.01, 1), np.float32)


def _shaded(rng: np.random.Generator, shape: tuple[int, int]) -> Light:
    """Return the light on the whole: lamps at the side, shadows with soft or sharp edges."""
    light = falling_light(rng, *shape)
    for _ in range(int(rng.choice((0, 0, 0, 1, 1, 2)))):
        y, x = np.indices(shape, np.float32) / max(shape)
        turn = rng.uniform(0, 2 * math.pi)
        along = (x - rng.uniform(0.1, 0.9)) * math.cos(turn) + (y - rng.uniform(0.1, 0.9)) * math.sin(turn)
        if rng.random() < 0.4:  # a hand or a telephone
            along = np.abs(along) - rng.uniform(0.05, 0.3)
        sharp = by_magnitude(rng, 4, 200)
        light *= 1 - np.float32(rng.uniform(0.1, 0.55)) * (0.5 + along * sharp).clip(0, 1)
    return np.asarray(light.clip(0.3, None), np.float32)

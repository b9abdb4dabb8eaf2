"""A number becomes a strip of a display: seven segments or counter wheels, as a camera sees them.

Ink stands for whatever differs from the background: dark segments, or lit ones in an inverted picture. Strips whose
polarity is wrong hold nothing: a reader tries both.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from shuzi.data.displays import Displays
from shuzi.ink.strips import COLUMN, display_strip
from shuzi.synthesis.distractors import fonts, typeface
from shuzi.synthesis.papers import by_magnitude, compressed
from shuzi.synthesis.pen import lay
from shuzi.synthesis.texts import chosen, columns_of, digits

Layer = NDArray[np.float32]
"""The fraction of ink of each pixel, 0 to 1: (h, w)."""

HEIGHT = 48
"""The height of a digit in pixels, as it is drawn."""

_SEGMENTS = ("abcdef", "bc", "abged", "abgcd", "fgbc", "afgcd", "afgedc", "abc", "abcdefg", "abcdfg")
_OTHERS = {6: "fgedc", 7: "fabc", 9: "abcfg"}  # how some displays show these digits
_EVERY = "abcdefg"
_UNITS = (
    *("kWh", "kWh", "kWh", "kW h", "kW", "CkWh", "CkW h", "kVA", "m\u00b3", "V", "A", "W", "Hz"),
    *("kg", "lb", "g", "\u00b0C", "\u00b0F", "%", "km", "MPa", "bar", "mmHg", "AM", "PM", "ppm", "h", "min"),
)
_SIGNS = ("CUM", "CUM", "MD", "R", "Y", "B", "L1", "T1", "T2", "BP", "M", "SET", "TOTAL", "SYS", "IMP", "EXP", "PF")
KINDS = {"segments": 0.6, "real segments": 0.07, "real wheels": 0.18, "wheels": 0.12, "nothing": 0.03}
"""Kinds of lines, and how often each comes."""

_WRONG_POLARITY = 0.08  # fraction of strips
_MIN_CONTRAST, _BRIGHTEST = 9.0, 252.0  # grey levels
_ENOUGH, _ALIKE = 12, 25  # wheels of a meter, and grey levels between those of a row
_STRETCHED = 0.6  # fraction of pictures that are made wider, as crops are to one shape
_STRETCH = 1.0, 2.6  # how much wider
_TURNED, _NEXT = 0.72, 0.87  # of a wheel's turn: the lower digit is read up to the one, the next one from the other


def display_lines(rng: np.random.Generator, displays: Displays) -> Iterator[tuple[NDArray[np.uint8], str]]:
    """Compose strips, uint8 (48, w), and their texts without end."""
    real = RealDigits(displays)
    while True:
        grey, text = compose(rng, chosen(rng, KINDS), real)
        is_wrong = rng.random() < _WRONG_POLARITY
        strip = display_strip(grey, light_on_dark=is_wrong)
        text = "" if is_wrong else text
        if strip.shape[1] // COLUMN >= 2 * columns_of(text):
            yield strip, text


def compose(
    rng: np.random.Generator, kind: str, real: RealDigits, seen: bool = False
) -> tuple[NDArray[np.uint8], str]:
    """Compose a picture of a line, uint8 (h, w), dark on light, and its text; if `seen`, its point is clear."""
    text = number(rng) if kind in ("segments", "real segments") else ""
    if kind == "segments":
        ink, ghost = draw_segments(rng, text, seen)
    elif kind == "real segments":
        ink, ghost, text = *real.segments(rng, text), text.replace("-", "").replace(":", "")
    elif kind in ("wheels", "real wheels"):
        light, text = real.wheels(rng) if kind == "real wheels" else draw_wheels(rng)
        return camera(rng, light, 0.4 if kind == "real wheels" else 1.0), text
    else:
        ink = ghost = np.zeros((HEIGHT, int(rng.uniform(1, 8) * HEIGHT)), np.float32)
    return camera(rng, draw_display(rng, ink, ghost)), text


def number(rng: np.random.Generator) -> str:
    """Draw what a display shows: mostly a meter's reading, padded with zeros or not, with or without decimals."""
    kind = rng.random()
    if kind < 0.07:
        return f"{rng.integers(0, 24)}:{rng.integers(0, 60):02d}"
    if kind < 0.14:
        sign = "-" if rng.random() < 0.6 else ""
        return sign + digits(rng, int(rng.integers(1, 4))) + ("." + digits(rng, 1) if rng.random() < 0.7 else "")
    whole = digits(rng, int(rng.choice((1, 2, 3, 4, 5, 6, 7, 8), p=(0.03, 0.06, 0.12, 0.24, 0.24, 0.19, 0.08, 0.04))))
    zeros = int(rng.integers(0, 4)) if rng.random() < 0.5 else 0
    whole = "0" * min(zeros, len(whole) - 1) + whole[min(zeros, len(whole) - 1) :]
    decimals = int(rng.choice((0, 1, 2, 3), p=(0.38, 0.47, 0.1, 0.05)))
    return whole + ("." + digits(rng, decimals) if decimals else "")


def draw_segments(rng: np.random.Generator, text: str, seen: bool = False) -> tuple[Layer, Layer]:
    """Draw the lit segments of a text, and those that are not lit: two layers, a digit `HEIGHT` pixels high."""
    wide = rng.uniform(0.42, 0.75) * HEIGHT
    thickness = rng.uniform(0.07, 0.2) * HEIGHT
    gap, bevel = rng.uniform(0.0, 0.06) * HEIGHT * (rng.random() < 0.8), rng.uniform(0, 0.5)
    pitch = wide * rng.uniform(1.2, 1.75)
    point = thickness * rng.uniform(1.0 if seen else 0.5, 1.3)
    # a point, and small digits
    pale = round(255 * rng.uniform(0.45, 1.0)) if rng.random() < 0.5 and not seen else 255
    wider = point * rng.uniform(0.5, 1.6) * (rng.random() < 0.5)  # what a point adds to the pitch
    small_from = text.index(".") + 1 if "." in text and rng.random() < 0.45 else len(text)
    small = rng.uniform(0.42, 0.8)
    # a point beside small digits is often not seen
    faint = rng.random() < 0.4 and not seen and small_from < len(text)
    others = {digit: segments for digit, segments in _OTHERS.items() if rng.random() < 0.35}
    hidden_left = rng.random() < 0.5  # places without a digit before the number
    places = int(rng.integers(1, 4)) * hidden_left
    size = (2 * HEIGHT, round(pitch * (len(text) + places + 1) + 3 * HEIGHT))
    ink, ghost = np.zeros(size, np.uint8), np.zeros(size, np.uint8)
    x, base = 0.5 * HEIGHT, 1.5 * HEIGHT
    small_left, scale = 0.0, 1.0
    for _ in range(places):
        _segments(ghost, _EVERY, (x, base), (wide, HEIGHT, thickness, gap, bevel))
        x += pitch
    for index, character in enumerate(text):
        scale = small if index >= small_from else 1.0
        small_left = x if index == small_from else small_left
        own = (wide * scale, HEIGHT * scale, thickness * scale, gap * scale, bevel)
        if character == ".":
            x += wider
            radius = 0 if faint else point / 2
            at = (x - (pitch - wide + wider) / 2 - wider / 2, base - point / 2)
            _dot(ink, at, radius, bevel, pale)
        elif character == ":":
            for y in (0.3, 0.7):
                _dot(ink, (x + 0.4 * wide - (pitch - wide) / 2, base - y * HEIGHT), point / 2, bevel)
            x += 0.8 * wide
        else:
            lit = "g" if character == "-" else others.get(int(character), _SEGMENTS[int(character)])
            _segments(ghost, _EVERY, (x, base), own)
            _segments(ink, lit, (x, base), own, pale if index >= small_from else 255)
            x += pitch * scale
    if small_left and rng.random() < 0.5:
        unit = np.zeros(size, np.float32)
        letters = round((1 - small) * HEIGHT * rng.uniform(0.6, 1.0))
        left, foot = small_left + rng.uniform(-0.1, 0.4) * wide, base - small * HEIGHT * rng.uniform(1.0, 1.1)
        word(rng, unit, str(rng.choice(_UNITS)), (round(left), round(foot)), letters, rng.uniform(0.5, 1.0))
        ink = np.asarray(np.maximum(ink, 255 * unit), np.uint8)
    cut = np.s_[round(0.5 * HEIGHT) - 4 : round(base) + 4, : round(x - (pitch - wide) * scale + 0.1 * HEIGHT)]
    slant = rng.uniform(0, 0.24) if rng.random() < 0.75 else 0.0
    return _slanted(ink[cut], slant), _slanted(ghost[cut], slant)


def _segments(
    layer: NDArray[np.uint8],
    lit: str,
    corner: tuple[float, float],
    shape: tuple[float, float, float, float, float],
    level: int = 255,
) -> None:
    """Draw segments of a digit whose lower left corner is given, with ends cut off by the bevel."""
    (x, base), (wide, high, thickness, gap, bevel) = corner, shape
    left, right = x + thickness / 2, x + wide - thickness / 2
    top, middle, bottom = base - high + thickness / 2, base - high / 2, base - thickness / 2
    ends = {
        "a": ((left, top), (right, top)), "g": ((left, middle), (right, middle)),
        "d": ((left, bottom), (right, bottom)),
        "f": ((left, top), (left, middle)), "b": ((right, top), (right, middle)),
        "e": ((left, middle), (left, bottom)), "c": ((right, middle), (right, bottom)),
    }  # fmt: skip
    half, end = thickness / 2, thickness * bevel
    off = gap / 2 if bevel else gap / 2 - half  # square ends meet at the corner
    for name in lit:
        start, stop = map(np.array, ends[name])
        along = (stop - start) / np.abs(stop - start).max()
        start, stop, aside = start + off * along, stop - off * along, half * along[::-1] * (-1, 1)
        _fill(layer, [start, start + end * along - aside, stop - end * along - aside,
                      stop, stop - end * along + aside, start + end * along + aside], level)  # fmt: skip


def _fill(layer: NDArray[Any], corners: Sequence[Any], level: float) -> None:
    cv2.fillPoly(layer, [np.rint(np.array(corners) * 16).astype(np.int32)], level, cv2.LINE_AA, 4)


def _dot(
    layer: NDArray[np.uint8], middle: tuple[float, float], radius: float, bevel: float, level: int = 255
) -> None:
    if radius <= 0:
        return
    x, y = middle
    if bevel > 0.25:
        cv2.circle(layer, (round(x * 16), round(y * 16)), round(radius * 16), level, -1, cv2.LINE_AA, 4)
    else:
        left, top, right, bottom = x - radius, y - radius, x + radius, y + radius
        _fill(layer, [(left, top), (right, top), (right, bottom), (left, bottom)], level)


def _slanted(layer: NDArray[np.uint8], slant: float) -> Layer:
    height, width = layer.shape
    reach = math.ceil(slant * height)
    matrix = np.array([[1, -slant, reach], [0, 1, 0]], np.float64)
    slanted = cv2.warpAffine(layer, matrix, (width + reach, height), flags=cv2.INTER_LINEAR)
    return np.asarray(slanted.astype(np.float32) / 255, np.float32)


def draw_display(rng: np.random.Generator, ink: Layer, ghost: Layer) -> Layer:
    """Put segments on a display with what else is printed there: the fraction of light of each pixel."""
    height, width = ink.shape
    left, right = (
        round((rng.uniform(-0.08, 0.6) if rng.random() < 0.6 else rng.uniform(0.1, 2.5)) * HEIGHT) for _ in range(2)
    )
    above, below = (round(rng.uniform(-0.03, 0.45) * HEIGHT) for _ in range(2))
    around = ((max(0, above), max(0, below)), (max(0, left), max(0, right)))
    everything, unlit = np.pad(ink, around), np.pad(ghost, around)
    (top, _), (start, _) = around
    _print(rng, everything, (start + width, start), (top, top + height))
    cut = np.s_[
        max(0, -above) : len(everything) - max(0, -below), max(0, -left) : everything.shape[1] - max(0, -right)
    ]
    everything, unlit = everything[cut], unlit[cut]
    shadow = np.zeros_like(everything)
    if rng.random() < 0.3:  # segments cast a shadow on the back of the display
        move = np.array([[1, 0, rng.uniform(-3, 5)], [0, 1, rng.uniform(1, 6)]], np.float64)
        moved = cv2.warpAffine(everything, move, everything.shape[::-1])
        shadow = np.asarray(moved * rng.uniform(0.05, 0.35), np.float32)
    if rng.random() < 0.15:  # segments that shine light up what is around them
        bloom = cv2.GaussianBlur(everything, (0, 0), rng.uniform(3, 12))
        shadow = np.asarray(bloom * rng.uniform(0.2, 0.6), np.float32)
    if rng.random() < 0.3:  # seen at an angle, some digits are paler
        coarse = rng.uniform(0.35, 1.0, (1, int(rng.integers(2, 7)))).astype(np.float32)
        everything = everything * cv2.resize(coarse, everything.shape[::-1], interpolation=cv2.INTER_LINEAR)
    seen = rng.uniform(0, 0.45) ** 1.5 if rng.random() < 0.6 else 0.0
    covered = np.maximum(np.maximum(everything, unlit * np.float32(seen)), shadow)
    return np.asarray(1 - covered, np.float32)


def _print(rng: np.random.Generator, layer: Layer, sides: tuple[int, int], rows: tuple[int, int]) -> None:
    """Print a unit after the number, signs before it, and parts of words above and below."""
    (right, left), (top, bottom) = sides, rows
    high = bottom - top
    strength = rng.uniform(0.4, 1.0)
    if rng.random() < 0.6:
        letters = round(high * rng.uniform(0.22, 0.6))
        lowest = bottom + round(rng.uniform(-0.1, 0.2) * high) if rng.random() < 0.6 else top + letters + round(
            rng.uniform(-0.1, 0.3) * high)  # fmt: skip
        x = right + round(rng.uniform(0.02, 0.4) * high)
        word(rng, layer, str(rng.choice(_UNITS)), (x, lowest), letters, strength)
    if rng.random() < 0.25:
        letters = round(high * rng.uniform(0.2, 0.5))
        sign = str(rng.choice(_SIGNS))
        x = left - round(rng.uniform(0.1, 0.4) * high) - round(letters * 0.75 * len(sign))
        word(rng, layer, sign, (x, top + round(rng.uniform(0.25, 1.2) * high)), letters, strength)
    for lowest, chance in ((top - round(rng.uniform(0.03, 0.15) * high), 0.2), (bottom + round(0.4 * high), 0.15)):
        if rng.random() < chance:
            for _ in range(int(rng.integers(1, 4))):
                letters = round(high * rng.uniform(0.2, 0.35))
                x = int(rng.uniform(-0.1, 1.0) * layer.shape[1])
                word(rng, layer, str(rng.choice(_SIGNS + _UNITS)), (x, lowest), letters, strength)


def word(
    rng: np.random.Generator, layer: Layer, text: str, corner: tuple[int, int], height: int, strength: float
) -> None:
    """Print a word whose lower left corner is given, or the part of it that is on the layer; some in a frame."""
    printed = _word(text, int(rng.integers(len(fonts()) + 1)), max(6, height))
    if rng.random() < 0.12:
        printed = np.pad(1 - printed, 2, constant_values=1)
    lay(layer, strength * printed, corner[0], corner[1] - len(printed))


@cache
def _word(text: str, font: int, height: int) -> Layer:
    face = typeface(font, height)
    left, top, right, bottom = face.getbbox(text)
    board = Image.new("L", (max(2, math.ceil(right - left)), max(2, math.ceil(bottom - top))))
    ImageDraw.Draw(board).text((-left, -top), text, 255, face)
    return np.asarray(np.asarray(board, np.float32) / 255, np.float32)


def draw_wheels(rng: np.random.Generator, last: float | None = None) -> tuple[Layer, str]:
    """Draw counter wheels in a font: the fraction of light of each pixel, and the text.

    `last`: how far the last one has turned, as a fraction of the way to the next digit; any way, unless given.
    """
    text = digits(rng, int(rng.integers(3, 9)))
    if rng.random() < 0.5:
        text = "0" * (cut := int(rng.integers(1, 4))) + text[cut:]
    font, high = int(rng.integers(len(fonts()) + 1)), HEIGHT
    tenths = int(rng.choice((0, 1, 2, 3), p=(0.4, 0.3, 0.15, 0.15)))
    tenths = tenths if tenths < len(text) else 0
    squeeze, fill = rng.uniform(0.65, 1.15), rng.uniform(0.55, 0.85)
    wheels = []
    for index, character in enumerate(text):
        turn = rng.uniform(0, 0.95) if index == len(text) - 1 and rng.random() < 0.6 else rng.normal(0, 0.04)
        turn = turn if last is None or index < len(text) - 1 else last
        if _TURNED < turn < _NEXT:
            turn = 0.0
        value = int(character) - (turn >= _NEXT)
        wheels.append(_wheel(value % 10, turn, font, (fill, squeeze), high))
    return _row_of_wheels(rng, wheels, len(text) - tenths, text)


def _wheel(digit: int, turn: float, font: int, shape: tuple[float, float], high: int) -> Layer:
    """Draw the window of a wheel in which a digit has turned so far towards the next one."""
    fill, squeeze = shape
    size = round(high * fill)
    wide = round(high * 0.62)
    strip = np.zeros((4 * high, wide), np.float32)
    for step in (-1, 0, 1):
        glyph = _word(str((digit + step) % 10), font, size)
        across = min(max(2, round(glyph.shape[1] * squeeze)), wide)
        y, x = round((2 + step) * high - size / 2), (wide - across) // 2
        strip[y : y + size, x : x + across] = cv2.resize(glyph, (across, size))
    start = 1.5 * high + turn * high
    return np.asarray(strip[round(start) : round(start) + high], np.float32)


def _row_of_wheels(rng: np.random.Generator, wheels: list[Layer], whole: int, text: str) -> tuple[Layer, str]:
    """Set wheels side by side behind their frame: the first ones whole numbers, the others tenths."""
    mark = ""
    if whole < len(text) and rng.random() < 0.6:
        mark = "," if rng.random() < 0.6 else "."
    gap = rng.uniform(0.02, 0.6) * wheels[0].shape[1]
    frame, paper = rng.uniform(0.0, 0.6), rng.uniform(0.05, 0.25)
    frame = frame if rng.random() < 0.6 else -frame  # darker than the wheels, or lighter
    high, level = len(wheels[0]), float(np.clip(1 - paper - frame, 0, 1))
    parts: list[Layer] = []
    for index, wheel in enumerate(wheels):
        light = 1 - paper - wheel * (1 - paper)
        if index >= whole and mark:
            light = light * (1 - rng.uniform(0, 0.3))
        wide = max(1, round(gap * rng.uniform(0.9, 1.1)))
        is_marked = index == whole and mark and index
        wide = max(wide, round(0.16 * high)) if is_marked else wide
        between = np.full((high, wide), level, np.float32)
        if is_marked:
            radius, dark, at = round(0.05 * high), 0.0 if level > 0.5 else 1.0, (wide // 2, round(0.9 * high))
            cv2.circle(between, at, max(2, radius), dark, -1, cv2.LINE_AA)
            if mark == ",":
                cv2.line(between, at, (max(0, at[0] - radius), high - 1), dark, 2)
        parts += [between, light]
    light = np.concatenate([*parts, np.full((high, max(1, round(gap))), level, np.float32)], axis=1)
    above, below, left, right = (round(rng.uniform(0, 0.3) * high) for _ in range(4))
    light = np.pad(light, ((above, below), (left, right)), constant_values=level)
    return np.asarray(light, np.float32), text[:whole] + (mark if whole else "") + text[whole:]


class RealDigits:
    """Real digits by meter and value, and segments by digit."""

    def __init__(self, displays: Displays) -> None:
        self._displays = displays
        tenths = np.rint(displays.values * 10).astype(int)
        turn = tenths % 10 / 10
        self._digits = np.where(turn >= _NEXT, tenths // 10 + 1, tenths // 10) % 10
        clear = (turn <= _TURNED) | (turn >= _NEXT)
        still = (turn <= 0.15) | (turn >= _NEXT)
        inner = displays.wheels[:, 4:44, 4:28].reshape(len(turn), -1).astype(np.float32)
        self._levels = np.median(inner, axis=1)
        self._is_light = _are_light(inner, tenths)
        names = displays.meters
        kinds = [(names == name) & (self._is_light == is_light) for name in np.unique(names) for is_light in (0, 1)]
        self._meters = [
            (np.flatnonzero(kind & clear), np.flatnonzero(kind & still))
            for kind in kinds
            if np.count_nonzero(kind & still) >= _ENOUGH
        ]
        self._of_digit = [np.flatnonzero(displays.labels == digit) for digit in range(10)]

    def wheels(self, rng: np.random.Generator) -> tuple[Layer, str]:
        """Set real wheels of one meter side by side; the last one may be between two digits."""
        sizes = np.sqrt([len(clear) for clear, _ in self._meters])
        clear, still = self._meters[int(rng.choice(len(sizes), p=sizes / sizes.sum()))]
        last = int(rng.choice(clear))
        away = np.abs(self._levels[still] - self._levels[last])
        alike = still[np.argsort(away, kind="stable")[: max(_ENOUGH, np.count_nonzero(away < _ALIKE))]]
        chosen = [*rng.choice(alike, int(rng.integers(2, 8))).tolist(), last]
        text = "".join(str(self._digits[index]) for index in chosen)
        level = float(self._levels[last]) / 255
        wide = round(32 * rng.uniform(0.9, 1.3))
        wheels = []
        for index in chosen:
            wheel = self._displays.wheels[index].astype(np.float32) / 255
            wheel += level - float(self._levels[index]) / 255
            wheels.append(cv2.resize(wheel.clip(0, 1), (wide, 48)))
        gap = int(rng.choice((0, 0, 2, 5, 12)))
        between = np.full((48, gap), np.clip(level + rng.normal(0, 0.2), 0, 1), np.float32)
        line = np.concatenate([part for wheel in wheels for part in (wheel, between)], axis=1)
        return np.asarray(1 - line if self._is_light[last] else line, np.float32), text

    def segments(self, rng: np.random.Generator, text: str) -> tuple[Layer, Layer]:
        """Set real digits of a display side by side as ink, and an empty layer."""
        gap = int(rng.integers(0, 14))
        parts: list[Layer] = []
        for character in text:
            if character in "-:":
                continue
            if character == ".":
                dot = np.zeros((64, 8), np.float32)
                cv2.circle(dot, (4, 57), 4, 1.0, -1, cv2.LINE_AA)
                parts.append(dot)
                continue
            of = self._of_digit[int(character)]
            digit = self._displays.segments[int(of[int(rng.integers(len(of)))])].astype(np.float32)
            dark, paper = np.percentile(digit, (3, 80))
            parts.append(np.clip((paper - digit) / max(paper - dark, 8.0), 0, 1))
            parts.append(np.zeros((64, gap), np.float32))
        ink = np.concatenate(parts, axis=1)
        return np.asarray(ink, np.float32), np.zeros_like(ink)


def _are_light(wheels: NDArray[np.float32], values: NDArray[np.int_]) -> NDArray[np.bool_]:
    """Tell which wheels, float32 (n, pixels), have light digits: those that are like the mean of their value's."""
    off = wheels - wheels.mean(axis=1, keepdims=True)
    off /= off.std(axis=1, keepdims=True) + 1
    is_light = (off**3).mean(axis=1) > 0  # digits cover less than what is around them
    for value in np.unique(values):
        of = values == value
        for _ in range(3):
            mean = np.where(is_light[of, None], off[of], -off[of]).mean(axis=0)
            is_light[of] = off[of] @ mean > 0
    return np.asarray(is_light, np.bool_)


def camera(rng: np.random.Generator, light: Layer, blur: float = 1.0) -> NDArray[np.uint8]:
    """Photograph a line, the fraction of light of each pixel, with so much of the usual blur: uint8 (h, w)."""
    light = _framed(rng, light) if rng.random() < 0.65 * blur else light
    height, width = light.shape
    small = by_magnitude(rng, 15, 56)
    scale = small / height
    wide = scale * math.exp(rng.normal(0.1, 0.25))
    turn, lean = rng.normal(0, 0.03), rng.normal(0, 0.05)
    middle = np.array([width / 2, height / 2])
    matrix = np.array([[wide, -lean * scale], [turn * wide, scale]])
    size = (max(12, round(width * wide)), max(10, round(height * scale)))
    whole = np.column_stack([matrix, np.array(size) / 2 - matrix @ middle])
    if scale < 0.7:  # averaged before it shrinks, so that thin segments do not fall between the pixels
        window = max(1, round(1 / wide * 0.8)), max(1, round(1 / scale * 0.8))
        light = np.asarray(cv2.blur(light, window), np.float32)
    picture = cv2.warpAffine(light, whole, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    if rng.random() < 0.65:
        across, down = small * blur * by_magnitude(rng, 0.008, 0.075), small * blur * by_magnitude(rng, 0.008, 0.06)
        picture = cv2.GaussianBlur(picture, (0, 0), max(across, 0.2), sigmaY=max(down, 0.2))
    bright = rng.uniform(40, 250)
    contrast = max(by_magnitude(rng, 0.06, 1.0), _MIN_CONTRAST / bright)
    grey = np.asarray(bright * (1 - contrast * (1 - picture)), np.float32)
    y, x = np.asarray(np.indices(grey.shape), np.float32)
    if rng.random() < 0.6:
        slope = rng.normal(0, 0.35, 2)
        grey *= 1 + slope[0] * (x / grey.shape[1] - 0.5) + slope[1] * (y / grey.shape[0] - 0.5)
    for _ in range(int(rng.choice((0, 1, 2), p=(0.5, 0.35, 0.15)))):
        grey += contrast * bright * _glare(rng, x, y)
    if rng.random() < 0.2:
        grey += contrast * bright * _dirt(rng, grey.shape)
    grey *= min(1.0, _BRIGHTEST / float(grey.max()))  # what is burnt out nobody reads
    if rng.random() < 0.7:
        grey += rng.standard_normal(grey.shape, np.float32) * rng.uniform(0.3, max(0.6, 0.07 * contrast * bright))
    if rng.random() < _STRETCHED * blur:  # with its blur and noise
        wide = round(grey.shape[1] * by_magnitude(rng, *_STRETCH))
        grey = np.asarray(cv2.resize(grey, (wide, len(grey)), interpolation=cv2.INTER_LINEAR), np.float32)
    levels = np.asarray(np.clip(grey, 0, 255), np.uint8)
    if rng.random() < 0.5:
        return compressed(levels, int(rng.integers(35, 92)))
    return levels


def in_colours(rng: np.random.Generator, grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Light a picture, uint8 (h, w), in a colour: RGB (h, w, 3), in which one colour at least shows it as clearly."""
    clear = rng.permutation([1.0, *rng.uniform(-0.3, 1.0, 2)])  # contrast in each colour
    paper = float(np.median(grey))
    light = paper * rng.uniform(0.1, 1.0, 3)
    light[clear == 1.0] = paper
    coloured = light + (grey[..., None] - paper) * clear + rng.normal(0, 1.0, (*grey.shape, 3))
    return np.asarray(np.clip(np.rint(coloured), 0, 255), np.uint8)


def _glare(rng: np.random.Generator, x: Layer, y: Layer) -> Layer:
    """Return the light of a lamp or of something reflected in the glass, as a multiple of the digits' contrast."""
    height, width = x.shape
    if rng.random() < 0.6:
        reach = rng.uniform(0.1, 1.5, 2) * height
        away = ((x - rng.uniform(0, width)) / reach[0]) ** 2 + ((y - rng.uniform(0, height)) / reach[1]) ** 2
        return np.asarray(by_magnitude(rng, 0.3, 6) * np.exp(-away), np.float32)
    lean, sharp = rng.uniform(-2, 2), rng.uniform(0.1, 1.5)
    edge = (x - rng.uniform(0, width) + lean * y) * sharp * (1 if rng.random() < 0.5 else -1)
    return np.asarray(rng.uniform(-2, 2) / (1 + np.exp(-edge.clip(-30, 30))), np.float32)


def _dirt(rng: np.random.Generator, shape: tuple[int, ...]) -> Layer:
    """Return specks and scratches on the glass, light and dark, as a multiple of the digits' contrast."""
    layer = np.zeros(shape, np.float32)
    for _ in range(int(rng.integers(1, 9))):
        x, y = rng.uniform(0, shape[1]), rng.uniform(0, shape[0])
        level, reach = rng.uniform(-0.8, 0.8), by_magnitude(rng, 0.02, 0.4) * shape[0]
        angle = rng.uniform(0, 2 * math.pi)
        end = (round(x + reach * math.cos(angle)), round(y + reach * math.sin(angle)))
        cv2.line(layer, (round(x), round(y)), end, level, int(rng.integers(1, 3)), cv2.LINE_AA)
    return np.asarray(cv2.GaussianBlur(layer, (0, 0), rng.uniform(0.4, 1.2)), np.float32)


def _framed(rng: np.random.Generator, light: Layer) -> Layer:
    """Show the edges of the display's frame, darker or lighter, on some sides."""
    height, width = light.shape
    framed = light.copy()
    level = rng.uniform(-0.2, 0.6) if rng.random() < 0.75 else rng.uniform(1.0, 1.5)
    for side, chance in zip(("left", "right", "top", "bottom"), (0.45, 0.45, 0.4, 0.4), strict=True):
        if rng.random() > chance:
            continue
        lean = rng.normal(0, 0.03)
        if side in ("left", "right"):
            near = rng.uniform(0, 0.35) * HEIGHT
            xs = (0.0, near) if side == "left" else (width, width - near)
            points = [(xs[0], 0), (xs[1], 0), (xs[1] + lean * 4 * height, height), (xs[0], height)]
        else:
            near = rng.uniform(0, 0.14) * HEIGHT
            ys = (0.0, near) if side == "top" else (height, height - near)
            points = [(0, ys[0]), (0, ys[1]), (width, ys[1] + lean * width), (width, ys[0])]
        _fill(framed, points, level)
    return np.asarray(framed, np.float32)

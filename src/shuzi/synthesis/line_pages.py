"""A text becomes a page with one line of writing: on paper, as a camera sees it, with the box of each character.

Composing is blind: it writes upright slashes beside straight ones, lays one digit over another, and puts dots where
the camera no longer sees them. For an illegible line, no confidence would be correct: a reader's confidence is judged
by legible lines only.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.ink.paper import PAPER, contrast_map
from shuzi.models.tasks import DIGITS, MARKS, SIGN
from shuzi.synthesis.layout import PlacedInk, any_hand, any_style, cross_out, extent, join, place
from shuzi.synthesis.papers import Paper, by_magnitude, paper_light, photograph, print_word, tilted
from shuzi.synthesis.pen import INKED, Ink, ink_box, lay, tight, turned_box
from shuzi.synthesis.texts import Kind, Text, chosen, digits, target
from shuzi.synthesis.writers import FROM_IMAGES, FromImages, Hand, Writer, Writers, number_ink

_LEANS, _LEANS_ALONE = math.radians(12), math.radians(14)  # slant of a slash beyond its neighbours', or the writing's
_LONGER, _LONGER_LEANS = 1.35, math.radians(4)  # of the height: a slash this long need not lean as much
_MAX_HIDDEN = 0.15  # fraction of a character's ink that lies on others
_DARK = 0.5  # of the digits' contrast
_AGAINST_PAPER = 1.5  # of the contrast of the paper around
_DOT, _COMMA, _DASH = 0.12, 0.17, 0.14  # of the height, in addition to the pen's width
_COLON = 0.15  # of the height
_SMALL, _MAX_TOUCHED = 0.3, 0.1  # of the height; fraction of so small a character and its rim
_AROUND = 0.25  # of the height

_TRIES = 50  # attempts to compose a legible page: about half succeed


@dataclass(frozen=True)
class LinePage:
    """A picture of one line of writing, and its content."""

    grey: NDArray[np.uint8]  # (h, w)
    text: str  # digits and marks as they are, `SIGN` for each other character
    boxes: NDArray[np.float32]  # (k, 4): x, y, width, height of the ink of each character of `text`, in pixels
    legible: bool = True  # as `told_apart`, `is_apart` and `is_seen` judge


def page_of(
    rng: np.random.Generator, writers: Writers, kind: Kind, images: float = FROM_IMAGES, drawn: float = 0.0
) -> LinePage:
    """Compose a legible page of a kind; see `Writers.pair`."""
    for _ in range(_TRIES):
        if kind.name == "recorded" and len(writers.numbers):
            page = _recorded(rng, writers, kind)
        else:
            page = compose(rng, writers.pair(rng, images, drawn), kind)
        if page.legible:
            break
    return page


def _recorded(rng: np.random.Generator, writers: Writers, kind: Kind) -> LinePage:
    """Compose a page around a recorded number, rewritten with another pen."""
    sample = int(rng.choice(writers.numbers))
    hand = any_hand(rng, by_magnitude(rng, kind.min_height, kind.max_height), images=False)
    ink, boxes = number_ink(writers.strokes, sample, hand)
    pair, frame = writers.pair(rng), chosen(rng, kind.frames)
    frame = "" if frame in ("comb", "cell") else frame
    page = _page(rng, hand, pair, kind, frame, 0.0, ([(ink, 0, -len(ink))], "", rng.random() < kind.photos))
    written, boxes = target(str(writers.strokes.label[sample])), _shared_out(page.boxes, boxes, ink)
    return LinePage(page.grey, written, boxes, page.legible and is_seen(page.grey, written, boxes))


def compose(rng: np.random.Generator, writers: tuple[Writer, Writer], kind: Kind) -> LinePage:
    """Compose a page of a kind, with digits by the first writer and everything else by the second."""
    height = by_magnitude(rng, kind.min_height, kind.max_height)
    hand, style = any_hand(rng, height, isinstance(writers[0], FromImages)), any_style(rng)
    text, photo = kind.text(rng), rng.random() < kind.photos
    frame = chosen(rng, kind.frames)
    pitch = height * rng.uniform(1.05, 1.7) if frame == "comb" else 0.0
    written, inks = target(text.characters), place(rng, *writers, hand, style, text, pitch).inks
    apart = told_apart(written, [ink for ink, _, _ in inks], height, hand.pen.width, hand.slant)
    if style.joins and not pitch:
        inks = join(rng, written, inks, hand, zeros_only=style.joins == "zeros")
    if kind.crossed_out and rng.random() < kind.crossed_out:
        written, inks = cross_out(rng, written, inks, hand)
    if rng.random() < kind.printed and not pitch:
        written, inks = _with_print(rng, height, written, inks)
    page = _page(rng, hand, writers, kind, frame, pitch, (inks, written, photo))
    return page if apart else replace(page, legible=False)


def _shared_out(whole: NDArray[np.float32], boxes: NDArray[np.float32], ink: Ink) -> NDArray[np.float32]:
    """Move the boxes of a sample's characters to the sample's position on the page."""
    if not len(whole):
        return whole
    x, y, width, height = whole[0]
    inner = ink_box(ink)
    scale = np.array([width / max(inner[2], 1), height / max(inner[3], 1)] * 2, np.float32)
    start = np.array([x, y, 0, 0], np.float32)
    return np.asarray((boxes - np.array([inner[0], inner[1], 0, 0], np.float32)) * scale + start, np.float32)


def _with_print(
    rng: np.random.Generator, height: float, written: str, inks: list[PlacedInk]
) -> tuple[str, list[PlacedInk]]:
    """Print a word before or after the writing."""
    letters = print_word(rng, max(8, round(height * rng.uniform(0.45, 1.0))))
    wide = sum(letter.shape[1] + 1 for letter in letters)
    before = rng.random() < 0.7
    left = min((x for _, x, _ in inks), default=0)
    right = max((x + ink.shape[1] for ink, x, _ in inks), default=0)
    gap = rng.uniform(0.25, 1.0) * height
    x = left - gap - wide if before else right + gap
    base = round(rng.normal(0, 0.1) * height)
    printed = []
    for letter in letters:
        printed.append((letter, round(x), base - len(letter)))
        x += letter.shape[1] + 1
    signs = SIGN * len(printed)
    return (signs + written, printed + inks) if before else (written + signs, inks + printed)


def _page(
    rng: np.random.Generator,
    hand: Hand,
    writers: tuple[Writer, Writer],
    kind: Kind,
    frame: str,
    pitch: float,
    what: tuple[list[PlacedInk], str, bool],
) -> LinePage:
    inks, written, photo = what
    height = hand.height
    left = min((x for _, x, _ in inks), default=0)
    right = max((x + ink.shape[1] for ink, x, _ in inks), default=round(rng.uniform(2, 8) * height))
    top = min([y for _, _, y in inks] + [round(-height)])
    bottom = max([y + len(ink) for ink, _, y in inks] + [0])
    margins = np.rint(rng.uniform(0.35, 2.0, 4) ** 1.3 * height).astype(int) + 2
    wide, high = right - left + margins[0] + margins[2], bottom - top + margins[1] + margins[3]
    origin = margins[0] - left, margins[1] - top
    ink = np.zeros((high, wide), np.uint8)
    boxes = [_lay(ink, drawn, x + origin[0], y + origin[1]) for drawn, x, y in inks]
    moved = np.array(boxes, np.float32).reshape(-1, 4)
    if rng.random() < kind.neighbours:
        _neighbour_lines(rng, writers, hand, ink, origin[1])
    if rng.random() < kind.slivers and not pitch:
        _slivers(rng, writers, hand, ink, origin[1])
    darkness = float(rng.uniform(0.14, 0.35) if rng.random() < 0.15 else rng.uniform(0.35, 0.97))
    paper = Paper(chosen(rng, kind.papers), frame, pitch, float(origin[0]), float(origin[1]), height, darkness)
    light = paper_light(rng, paper, ink.shape, moved)
    if rng.random() < kind.stamps:
        _stamp(rng, light, height)
    light *= 1 - darkness * _grain(rng, ink) * (ink.astype(np.float32) * np.float32(1 / 255))
    if photo:
        light, moved = tilted(rng, light, moved, height)
    grey = photograph(rng, light, height, photo)
    return LinePage(grey, written, moved, is_apart(inks, hand.height) and is_seen(grey, written, moved))


def _grain(rng: np.random.Generator, ink: Ink) -> NDArray[np.float32] | float:
    """Return the fraction of the ink per pixel: a pencil or a dry pen leaves gaps."""
    if rng.random() > 0.3:
        return 1.0
    grain = rng.random(ink.shape, np.float32)
    if rng.random() < 0.5:
        grain = np.asarray(cv2.GaussianBlur(grain, (0, 0), 1.0), np.float32) * 1.4 - 0.2
    return np.asarray(1 - rng.uniform(0.1, 0.55) * grain.clip(0, 1), np.float32)


def _lay(sheet: Ink, ink: Ink, x: int, y: int) -> tuple[int, int, int, int]:
    """Put the part of the ink that fits on the sheet, and return the box of its dark pixels."""
    part, left, top = lay(sheet, ink, x, y)
    inner_x, inner_y, wide, high = ink_box(part)
    return left + inner_x, top + inner_y, wide, high


def _neighbour_lines(
    rng: np.random.Generator, writers: tuple[Writer, Writer], hand: Hand, ink: Ink, base: int
) -> None:
    """Write parts of lines above and below that come close or cross."""
    height = hand.height
    for side in (-1, 1):
        if rng.random() < 0.6:
            continue
        style = any_style(rng)
        count = max(1, int(ink.shape[1] / (0.9 * height) * rng.uniform(0.3, 1.0)))
        line = place(rng, *writers, hand, style, Text(digits(rng, min(count, 14))))
        away = rng.uniform(1.15, 1.9) * height
        start = rng.uniform(-0.5, max(0.1, ink.shape[1] - line.right))
        for drawn, x, y in line.inks:
            _lay(ink, drawn, round(x + start), round(base + side * away + y))


def _slivers(rng: np.random.Generator, writers: tuple[Writer, Writer], hand: Hand, ink: Ink, base: int) -> None:
    """Write a digit across the left or the right edge, with less than half of it on the page."""
    drawn = writers[0].write(rng, digits(rng, 1), hand)
    width, visible = drawn.ink.shape[1], rng.uniform(0.1, 0.45)
    x = (visible - 1) * width if rng.random() < 0.5 else ink.shape[1] - visible * width
    _lay(ink, drawn.ink, round(x), round(base + drawn.drop + rng.normal(0, 0.15) * hand.height - len(drawn.ink)))


def _stamp(rng: np.random.Generator, light: NDArray[np.float32], letter: float) -> None:
    """Stamp part of the page, or leave the ring of a cup."""
    height, width = light.shape
    drawn = np.zeros(light.shape, np.uint8)
    middle = (int(rng.uniform(0, width)), int(rng.uniform(0, height)))
    thickness = int(rng.integers(1, max(2, round(letter / 8)) + 1))
    for _ in range(int(rng.integers(1, 3))):
        if rng.random() < 0.6:
            reach = int(rng.uniform(0.6, 2.5) * letter)
            cv2.circle(drawn, middle, reach, 255, thickness, cv2.LINE_AA)
        else:
            size = rng.uniform(0.5, 2.5, 2) * letter * (2, 1)
            cv2.polylines(drawn, [turned_box(middle, size, rng.uniform(-30, 30))], True, 255, thickness, cv2.LINE_AA)
    light *= 1 - rng.uniform(0.06, 0.3) * (drawn.astype(np.float32) * np.float32(1 / 255))


def told_apart(characters: str, inks: Sequence[Ink], height: float, pen: float, slant: float) -> bool:
    """Tell whether each mark is distinct: no slash like a 1, no comma, dash or colon like a dot."""
    written = [(character, tight(ink)) for character, ink in zip(characters, inks, strict=True)]
    ones = [lean(ink) for character, ink in written if character == "1"]
    lean_of_ones = max(ones) if ones else math.atan(slant)
    leans = _LEANS if ones else _LEANS_ALONE
    return all(
        {
            "/": lean(ink) - lean_of_ones >= (_LONGER_LEANS if len(ink) > _LONGER * height else leans),
            ".": max(ink.shape) <= pen + _DOT * height,
            ",": len(ink) >= pen + _COMMA * height,
            ":": _has_two_dots(ink, height),
            "-": ink.shape[1] >= max(pen + _DASH * height, len(ink)),
        }.get(character, True)
        for character, ink in written
    )


def _has_two_dots(ink: Ink, height: float) -> bool:
    """Tell whether a colon has two separate dots; some recordings have only one."""
    if not ink.size:  # OpenCV would crash
        return False
    _, _, _, centres = cv2.connectedComponentsWithStats((ink > INKED).astype(np.uint8))
    y = centres[1:, 1]  # the first is the paper
    return len(y) > 1 and float(np.ptp(y)) >= _COLON * height


def lean(ink: Ink) -> float:
    """Return how far a stroke leans to the right, in radians from upright."""
    y, x = np.nonzero(ink > 127)
    if len(x) < 2:
        return 0.0
    covariance = np.cov(np.stack([x, y]))
    _, axes = np.linalg.eigh(covariance)
    horizontal, vertical = axes[:, 1]
    return float(math.atan2(-horizontal * math.copysign(1, vertical), abs(vertical)))


def is_apart(placed: Sequence[PlacedInk], height: float) -> bool:
    """Tell whether no character lies on others, and no small one, such as a dot, touches them."""
    if len(placed) < 2:
        return True
    left, top, right, bottom = extent(placed)
    layers = np.zeros((bottom - top + 2, right - left + 2), np.uint8)
    parts = []
    for ink, x, y in placed:
        dark = (np.pad(ink, 1) > INKED).astype(np.uint8)
        box = np.s_[y - top : y - top + len(ink) + 2, x - left : x - left + ink.shape[1] + 2]
        layers[box] += dark
        parts.append((dark, box))
    for dark, box in parts:
        others = layers[box] - dark > 0
        _, _, wide, high = cv2.boundingRect(dark)
        if max(wide, high) < _SMALL * height:
            near, max_fraction = cv2.dilate(dark, np.ones((3, 3), np.uint8)), _MAX_TOUCHED
        else:
            near, max_fraction = dark, _MAX_HIDDEN
        if np.count_nonzero(near.astype(bool) & others) > max_fraction * np.count_nonzero(near):
            return False
    return True


def is_seen(grey: NDArray[np.uint8], text: str, boxes: NDArray[np.float32]) -> bool:
    """Tell whether a picture, uint8 (h, w), still shows each character whole, and marks against paper and lines."""
    height, width = grey.shape
    if not len(boxes):
        return True
    ends = boxes[:, :2] + boxes[:, 2:]
    if boxes[:, :2].min() < -1 or (ends - (width, height)).max() > 1 or boxes[:, 2:].min() <= 0:
        return False
    marks = [index for index, character in enumerate(text) if character in MARKS]
    if not marks:
        return True
    contrast = contrast_map(grey).astype(np.float32) - PAPER
    digits = [index for index, character in enumerate(text) if character in DIGITS] or range(len(text))
    usual = float(np.median([_strongest(contrast, boxes[index]) for index in digits]))
    letter = float(np.median(boxes[list(digits), 3]))
    paper = np.ones(contrast.shape, np.uint8)
    for box in boxes:
        x, y, right, bottom = _corners(box, 2, contrast.shape)
        paper[y:bottom, x:right] = 0
    for index in marks:
        x, y, right, bottom = _corners(boxes[index], _AROUND * letter, contrast.shape)
        around = contrast[y:bottom, x:right][paper[y:bottom, x:right] > 0]
        contrast_around = float(np.percentile(around, 97)) if around.size else 0.0
        if _strongest(contrast, boxes[index]) < max(_DARK * usual, _AGAINST_PAPER * contrast_around):
            return False
    return True


def _strongest(contrast: NDArray[np.float32], box: NDArray[np.float32]) -> float:
    x, y, right, bottom = _corners(box, 0, contrast.shape)
    part = cv2.blur(np.ascontiguousarray(contrast[y:bottom, x:right]), (2, 2))
    return float(np.percentile(part, 90))


def _corners(box: NDArray[np.float32], rim: float, size: tuple[int, ...]) -> tuple[int, int, int, int]:
    x, y, wide, high = box.tolist()
    left, top = min(max(0, round(x - rim)), size[1] - 1), min(max(0, round(y - rim)), size[0] - 1)
    return left, top, max(left + 1, round(x + wide + rim)), max(top + 1, round(y + high + rim))

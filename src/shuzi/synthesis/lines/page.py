"""A text becomes a page: one writer's characters on paper, as a camera sees them, with the box of each."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.models.tasks import SIGN
from shuzi.synthesis.camera import photograph, tilted
from shuzi.synthesis.lines.crossings import cross_out
from shuzi.synthesis.lines.handwriting import Ink
from shuzi.synthesis.lines.joins import join
from shuzi.synthesis.lines.kinds import Kind
from shuzi.synthesis.lines.layout import INKED, any_hand, any_style, place
from shuzi.synthesis.lines.legible import is_apart, is_seen, told_apart
from shuzi.synthesis.lines.papers import Paper, paper_light, print_word
from shuzi.synthesis.lines.texts import Text, digits, target
from shuzi.synthesis.lines.writers import FromImages, Hand, Writer

_NO_BOXES = np.empty((0, 4), np.float32)


@dataclass(frozen=True)
class LinePage:
    """A picture of one line of writing, and its content.

    Parameters
    ----------
    grey
        uint8 (h, w).
    text
        Digits and marks as they are, `SIGN` for each other character.
    boxes
        float32 (k, 4): x, y, width, height of the ink of each character of `text`, in pixels.
    legible
        Whether the text is legible; see `synthesis.lines.legible`.
    """

    grey: NDArray[np.uint8]
    text: str
    boxes: NDArray[np.float32]
    legible: bool = True


def compose(rng: np.random.Generator, writers: tuple[Writer, Writer], kind: Kind) -> LinePage:
    """Compose a page of a kind.

    Parameters
    ----------
    rng
        The source of randomness.
    writers
        The writers of the digits and of everything else.
    kind
        The kind of page.
    """
    writer, others = writers
    height = float(np.exp(rng.uniform(math.log(kind.smallest), math.log(kind.largest))))
    hand, style = any_hand(rng, height, isinstance(writer, FromImages)), any_style(rng)
    text, photo = kind.text(rng), rng.random() < kind.photos
    frame = kind.frame(rng)
    pitch = height * rng.uniform(1.05, 1.7) if frame == "comb" else 0.0
    placed = place(rng, writer, others, hand, style, text, pitch)
    written = target(text.characters)
    inks = list(placed.inks)
    apart = told_apart(written, [ink for ink, _, _, _ in inks], height, hand.pen.width, hand.slant)
    if style.joins and not pitch:
        inks = join(rng, written, inks, hand, zeros_only=style.joins == "zeros")
    if kind.crossed_out and rng.random() < kind.crossed_out:
        written, inks = cross_out(rng, written, inks, hand)
    if rng.random() < kind.printed and not pitch:
        written, inks = _with_print(rng, height, written, inks)
    page = _page(rng, hand, (writer, others), kind, frame, pitch, (inks, written, photo))
    return page if apart else replace(page, legible=False)


def compose_sample(
    rng: np.random.Generator, writers: tuple[Writer, Writer], kind: Kind, ink: Ink, boxes: NDArray[np.float32],
    written: str, hand: Hand,
) -> LinePage:  # fmt: skip
    """Compose a page around a recorded number whose ink and boxes are known."""
    frame = kind.frame(rng)
    frame = "" if frame in ("comb", "cell") else frame
    page = _page(rng, hand, writers, kind, frame, 0.0, ([(ink, 0, -len(ink), True)], "", rng.random() < kind.photos))
    boxes = _shared_out(page.boxes, boxes, ink)
    return LinePage(page.grey, written, boxes, page.legible and is_seen(page.grey, written, boxes))


def _shared_out(whole: NDArray[np.float32], boxes: NDArray[np.float32], ink: Ink) -> NDArray[np.float32]:
    """Move the boxes of a sample's characters to the sample's position on the page."""
    if not len(whole):
        return _NO_BOXES
    x, y, width, height = whole[0]
    inner = cv2.boundingRect((ink > INKED).astype(np.uint8))
    scale = np.array([width / max(inner[2], 1), height / max(inner[3], 1)] * 2, np.float32)
    start = np.array([x, y, 0, 0], np.float32)
    return np.asarray((boxes - np.array([inner[0], inner[1], 0, 0], np.float32)) * scale + start, np.float32)


def _with_print(
    rng: np.random.Generator, height: float, written: str, inks: list[tuple[Ink, int, int, bool]]
) -> tuple[str, list[tuple[Ink, int, int, bool]]]:
    """Print a word before or after the writing."""
    letters = print_word(rng, max(8, round(height * rng.uniform(0.45, 1.0))))
    wide = sum(letter.shape[1] + 1 for letter in letters)
    before = rng.random() < 0.7
    left = min((x for _, x, _, _ in inks), default=0)
    right = max((x + ink.shape[1] for ink, x, _, _ in inks), default=0)
    gap = rng.uniform(0.25, 1.0) * height
    x = left - gap - wide if before else right + gap
    base = round(rng.normal(0, 0.1) * height)
    printed = []
    for letter in letters:
        printed.append((letter, round(x), base - len(letter), True))
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
    what: tuple[list[tuple[Ink, int, int, bool]], str, bool],
) -> LinePage:
    inks, written, photo = what
    height = hand.height
    left = min((x for _, x, _, _ in inks), default=0)
    right = max((x + ink.shape[1] for ink, x, _, _ in inks), default=round(rng.uniform(2, 8) * height))
    top = min([y for _, _, y, _ in inks] + [round(-height)])
    bottom = max([y + len(ink) for ink, _, y, _ in inks] + [0])
    margins = np.rint(rng.uniform(0.35, 2.0, 4) ** 1.3 * height).astype(int) + 2
    wide, high = right - left + margins[0] + margins[2], bottom - top + margins[1] + margins[3]
    origin = margins[0] - left, margins[1] - top
    ink = np.zeros((high, wide), np.uint8)
    boxes = []
    for drawn, x, y, counts in inks:
        part = _lay(ink, drawn, x + origin[0], y + origin[1])
        if counts:
            boxes.append(part)
    moved = np.array(boxes, np.float32).reshape(-1, 4)
    if rng.random() < kind.neighbours:
        _neighbour_lines(rng, writers, hand, ink, origin[1])
    if rng.random() < kind.slivers and not pitch:
        _slivers(rng, writers, hand, ink, origin[1])
    darkness = float(rng.uniform(0.14, 0.35) if rng.random() < 0.15 else rng.uniform(0.35, 0.97))
    paper = Paper(kind.paper(rng), frame, pitch, float(origin[0]), float(origin[1]), height, darkness)
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
    height, width = sheet.shape
    top, left = max(0, y), max(0, x)
    bottom, right = min(height, y + ink.shape[0]), min(width, x + ink.shape[1])
    if top >= bottom or left >= right:
        return min(max(x, 0), width), min(max(y, 0), height), 0, 0
    part = ink[top - y : bottom - y, left - x : right - x]
    np.maximum(sheet[top:bottom, left:right], part, out=sheet[top:bottom, left:right])
    inner_x, inner_y, wide, high = cv2.boundingRect((part > INKED).astype(np.uint8))
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
        other = place(rng, *writers, hand, style, Text(digits(rng, min(count, 14))))
        away = rng.uniform(1.15, 1.9) * height
        start = rng.uniform(-0.5, max(0.1, ink.shape[1] - other.right))
        for drawn, x, y, _ in other.inks:
            _lay(ink, drawn, round(x + start), round(base + side * away + y))


def _slivers(rng: np.random.Generator, writers: tuple[Writer, Writer], hand: Hand, ink: Ink, base: int) -> None:
    """Write a digit across the left or the right edge, with less than half of it on the page."""
    drawn = writers[0].write(rng, digits(rng, 1), hand)
    width, seen = drawn.ink.shape[1], rng.uniform(0.1, 0.45)
    x = (seen - 1) * width if rng.random() < 0.5 else ink.shape[1] - seen * width
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
            half = rng.uniform(0.5, 2.5, 2) * letter
            corners = cv2.boxPoints(((float(middle[0]), float(middle[1])), (float(half[0] * 2), float(half[1])),
                                     float(rng.uniform(-30, 30))))  # fmt: skip
            cv2.polylines(drawn, [np.rint(corners).astype(np.int32)], True, 255, thickness, cv2.LINE_AA)
    light *= 1 - rng.uniform(0.06, 0.3) * (drawn.astype(np.float32) * np.float32(1 / 255))

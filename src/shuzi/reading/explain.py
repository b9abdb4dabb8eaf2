"""A picture becomes an image that shows how it was read: digits found, ink, what the network saw, the evidence."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from shuzi.messages import language, say, speaking
from shuzi.pictures.open import Picture
from shuzi.reading.reader import Reader
from shuzi.reading.result import COLOURS, OK, Digit, Reading, how_sure
from shuzi.reading.values import Findings

PATCH = 5
"""The side of the patch in pixels: about the width of a stroke with its edges."""

Classify = Callable[[NDArray[np.uint8]], NDArray[np.float32]]


def what_counts(classify: Classify, image: NDArray[np.uint8], digit: int) -> NDArray[np.float32]:
    """Return how far the probability of a digit falls, float32 (28, 28), when each spot of an image is covered."""
    reach = PATCH // 2
    # a patch that covers no ink changes nothing
    rows, columns = np.nonzero(cv2.dilate(image, np.ones((PATCH, PATCH), np.uint8)))
    tried = np.repeat(image[None], len(rows) + 1, axis=0)
    for index, (row, column) in enumerate(zip(rows.tolist(), columns.tolist(), strict=True)):
        tried[index, max(row - reach, 0) : row + reach + 1, max(column - reach, 0) : column + reach + 1] = 0
    probabilities = classify(tried)[:, digit]
    falls = np.zeros(image.shape, np.float32)
    falls[rows, columns] = probabilities[-1] - probabilities[:-1]
    inside = cv2.blur(np.ones(image.shape, np.float32), (PATCH, PATCH), borderType=cv2.BORDER_CONSTANT)
    return np.asarray(cv2.blur(falls, (PATCH, PATCH), borderType=cv2.BORDER_CONSTANT) / inside, np.float32)


Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


class Letters(Protocol):
    """A font that can measure a text."""

    def getlength(self, text: str) -> float:
        """Return the length of a text."""


CHINESE = (
    "NotoSansCJK-Regular.ttc",
    "NotoSansCJKsc-Regular.otf",
    "NotoSansSC-Regular.otf",
    "SourceHanSansSC-Regular.otf",
    "SourceHanSansCN-Regular.otf",
    "wqy-microhei.ttc",
    "wqy-zenhei.ttc",
    "PingFang.ttc",
    "Hiragino Sans GB.ttc",
    "STHeiti Light.ttc",
    "Arial Unicode.ttf",
    "msyh.ttc",
    "simhei.ttf",
    "simsun.ttc",
    "Deng.ttf",
)
"""Chinese fonts of Linux, macOS and Windows by file name; Pillow knows where each system keeps its fonts."""


_ENDING = "，。、：；！？）》」』”’…,.:;!?)"  # punctuation that must not start a line


def drawn_language() -> str:
    """Return the language to draw in: the current one, or English if no font has its characters."""
    return "zh" if language() == "zh" and _chinese() else "en"


def font(size: int) -> Font:
    """Return a font for the current language, with letters `size` pixels high."""
    name = _chinese() if language() == "zh" else None
    return ImageFont.truetype(name, size) if name else ImageFont.load_default(size)


def font_of(text: str, size: int) -> Font | None:
    """Return a font that has the letters of a text, `size` pixels high; None if this machine has none."""
    name = None if text.isascii() else _chinese()
    return ImageFont.truetype(name, size) if name else ImageFont.load_default(size) if text.isascii() else None


def broken(text: str, letters: Letters, width: float) -> list[str]:
    """Break a text into lines of at most `width`, in the letters' unit, at spaces and between Chinese characters."""
    lines = [""]
    for piece in re.findall(rf"[⺀-鿿][{_ENDING}]*|[^\s⺀-鿿]+[{_ENDING}]*\s*|\s+", text):
        if lines[-1] and letters.getlength((lines[-1] + piece).rstrip()) > width:
            lines.append("")
        lines[-1] += piece
    return [line.rstrip() for line in lines]


@cache
def _chinese() -> str | None:
    """Find a font that has all the characters; a font draws the same empty box for every character it lacks.

    Some have Chinese but no digits, because they are meant as a fallback for another font.
    """
    for name in CHINESE:
        try:
            letters = ImageFont.truetype(name, 20)
        except OSError:
            continue
        missing, *shapes = (
            bytes(letters.getmask(character)) for character in "\U0010fffd数字墨，。、：；！？（）“”019%:Az"
        )
        if missing not in shapes:
            return name
    return None


MAX_DRAWN = 60
"""The maximum number of digits drawn one by one."""

_WIDTH, _MARGIN, _GAP = 1_000, 24, 12
_INSIDE = _WIDTH - 2 * _MARGIN
_TALLEST_PAGE = 1_600  # of a photograph
_TALLEST = 380  # of the picture and of its ink
_WIDE = 2.2  # a picture with a larger aspect ratio is drawn above its ink, not beside it
_SIDE = 140  # of a 28x28 image, enlarged five times
_CARD = (_INSIDE - 44) // 2
_PALE = 0.05  # smaller changes of the probability are not shown in full colour
_PAPER, _INK, _GREY, _LINE = "#fbfaf7", "#1f2937", "#6b7280", "#d6d3d1"
_FALLS, _RISES = np.array([29, 78, 216]), np.array([148, 80, 12])  # as on the page


@dataclass
class _Sheet:
    """A drawing that grows downwards as needed."""

    image: Image.Image
    y: int = _MARGIN

    @property
    def pen(self) -> ImageDraw.ImageDraw:
        return ImageDraw.Draw(self.image)

    def room(self, height: int) -> None:
        """Make room for `height` more pixels."""
        missing = self.y + height + _MARGIN - self.image.height
        if missing > 0:
            longer = Image.new("RGB", (_WIDTH, self.image.height + missing), _PAPER)
            longer.paste(self.image)
            self.image = longer

    def write(self, text: str, size: int, colour: str = _INK) -> None:
        """Write text across the whole width and move below it."""
        letters = font(size)
        for line in broken(text, letters, _INSIDE):
            self.room(round(size * 1.45))
            self.pen.text((_MARGIN, self.y), line, colour, letters)
            self.y += round(size * 1.45)


def explain(reader: Reader, picture: Picture) -> tuple[Reading, Image.Image]:
    """Read a picture and draw how it was read, with captions in the current language: an image 1,000 pixels wide."""
    findings = reader.recognise(picture)
    reading = reader.decide(findings)
    with speaking(drawn_language()):
        return reading, _drawn(reader, findings, reading)


def _drawn(reader: Reader, findings: Findings, reading: Reading) -> Image.Image:
    sheet = _Sheet(Image.new("RGB", (_WIDTH, _MARGIN), _PAPER))
    if findings.page:
        _draw_page(sheet, findings, reading)
        return sheet.image
    if reading.text:
        sheet.write(reading.text.replace("\n", " / "), 40)
    colour = COLOURS.get(reading.status, _GREY)
    sheet.write(reading.verdict, 20, colour)
    sheet.y += _GAP
    _draw_picture_and_ink(sheet, findings, reading)
    for start in range(0, min(len(reading.digits), MAX_DRAWN), 2):
        sheet.room(_SIDE + 60)
        for column, digit in enumerate(reading.digits[start : start + 2]):
            x = _MARGIN + column * (_INSIDE - _CARD)
            _draw_card(sheet, x, start + column + 1, digit, reader)
        sheet.y += _SIDE + 60
    if len(reading.digits) > MAX_DRAWN:
        sheet.write(say("explain.more", n=len(reading.digits) - MAX_DRAWN), 15, _GREY)
    if reading.digits:
        sheet.write(say("explain.legend"), 15, _GREY)
    sheet.room(0)
    return sheet.image


def _draw_page(sheet: _Sheet, findings: Findings, reading: Reading) -> None:
    """Draw a photograph with its numbers where they stand, and below it those to check."""
    sheet.write(reading.verdict, 20, COLOURS.get(reading.status, _GREY))
    height, width = findings.grey.shape
    factor = min(_INSIDE / width, _TALLEST_PAGE / height)
    sheet.room(round(height * factor) + _GAP)
    left, top = _MARGIN, sheet.y
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    small = Image.fromarray(findings.grey).resize(size, Image.Resampling.LANCZOS)
    sheet.image.paste(small, (left, top))
    letters = font(16)
    of_box = factor * width / findings.shape[1]
    for line in reading.lines:
        x, y, wide, high = (side * of_box for side in line.box)
        x, y, colour = left + x, top + y, COLOURS[line.status]
        sheet.pen.rectangle((x - 1, y - 1, x + wide, y + high), outline=colour, width=2)
        # below the number, where it hides less than above it
        edge = min(y + high + 1, top + small.height - 20)
        sheet.pen.rectangle((x - 1, edge, x + letters.getlength(line.text) + 6, edge + 19), fill=colour)
        sheet.pen.text((x + 2, edge), line.text, "white", letters)
    sheet.y = top + small.height + _GAP
    for line in [line for line in reading.lines if line.status != OK][:MAX_DRAWN]:
        sheet.write(f"{line.text}   {how_sure(line.status, line.confidence)}: {line.message}", 15)
    sheet.room(0)


def _draw_picture_and_ink(sheet: _Sheet, findings: Findings, reading: Reading) -> None:
    height, width = findings.grey.shape
    side_by_side = width < _WIDE * height
    widest = (_INSIDE - _GAP) // 2 if side_by_side else _INSIDE
    factor = min(widest / width, _TALLEST / height)
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    shown = [("explain.picture", findings.grey), ("explain.ink", np.asarray(255 - findings.ink))]
    for column, (caption, pixels) in enumerate(shown):
        x = _MARGIN + column * (widest + _GAP) * side_by_side
        sheet.room(size[1] + 40)
        sheet.pen.text((x, sheet.y), say(caption), _GREY, font(15))
        top = sheet.y + 24
        method = Image.Resampling.NEAREST if factor >= 2 else Image.Resampling.LANCZOS
        sheet.image.paste(Image.fromarray(pixels).resize(size, method), (x, top))
        sheet.pen.rectangle((x - 1, top - 1, x + size[0], top + size[1]), outline=_LINE)
        if not column:
            _draw_boxes(sheet.pen, (x, top), factor * findings.grey.shape[1] / findings.shape[1], reading)
        if column == len(shown) - 1 or not side_by_side:
            sheet.y = top + size[1] + 16


def _draw_boxes(pen: ImageDraw.ImageDraw, corner: tuple[int, int], factor: float, reading: Reading) -> None:
    letters = font(14)
    for position, digit in enumerate(reading.digits, start=1):
        x, y, width, height = (side * factor for side in digit.box)
        left, top = corner[0] + x, corner[1] + y
        colour = COLOURS[digit.status]
        pen.rectangle((left - 1, top - 1, left + width, top + height), outline=colour, width=2)
        # above the upper left corner, but inside the picture even for a digit at its upper edge
        label = f"{position}"
        end = left + letters.getlength(label) + 6
        pen.rectangle((left - 1, max(top - 18, corner[1]), end, max(top - 18, corner[1]) + 17), fill=colour)
        pen.text((left + 2, max(top - 18, corner[1])), label, "white", letters)


def _draw_card(sheet: _Sheet, x: int, position: int, digit: Digit, reader: Reader) -> None:
    """Draw a digit as the network saw it, its probabilities and the evidence, side by side."""
    pen, y, small = sheet.pen, sheet.y, font(13)
    colour = COLOURS[digit.status]
    label = f"{position}"
    end = x + font(14).getlength(label) + 6
    pen.rectangle((x, y + 2, end, y + 19), fill=colour)
    pen.text((x + 3, y + 2), label, "white", font(14))
    pen.text((end + 8, y - 2), f"{digit.digit}", _INK, font(20))
    pen.text((end + 30, y + 2), how_sure(digit.status, digit.probability), colour, font(15))
    bars, counted = x + _SIDE + _GAP, x + _CARD - _SIDE
    top = y + 46
    captions = ("explain.image", "explain.shares", "explain.counted")
    for left, caption in zip((x, bars, counted), captions, strict=True):
        pen.text((left, top - 19), say(caption, digit=digit.digit), _GREY, small)
    sheet.image.paste(_enlarged(digit.image), (x, top))
    _draw_bars(pen, (bars, top), counted - _GAP - bars, digit)
    heat = what_counts(reader.classify, digit.image, digit.digit)
    sheet.image.paste(_enlarged(_coloured(digit.image, heat)), (counted, top))


def _enlarged(pixels: NDArray[np.uint8]) -> Image.Image:
    return Image.fromarray(pixels).resize((_SIDE, _SIDE), Image.Resampling.NEAREST)


def _draw_bars(pen: ImageDraw.ImageDraw, corner: tuple[int, int], width: int, digit: Digit) -> None:
    x, top = corner
    small, row = font(12), _SIDE // 10
    longest = width - 14 - 38
    for label, probability in enumerate(digit.probabilities.tolist()):
        y, chosen = top + label * row, label == digit.digit
        pen.text((x, y - 1), str(label), _INK if chosen else _GREY, small)
        pen.rectangle((x + 14, y + 2, x + 14 + longest, y + row - 3), fill="#efece6")
        if probability * longest >= 0.5:
            colour = COLOURS[digit.status] if chosen else "#94a3b8"
            pen.rectangle((x + 14, y + 2, x + 14 + round(probability * longest), y + row - 3), fill=colour)
        if probability >= 0.0005:
            pen.text((x + 18 + longest, y - 1), f"{probability:.1%}", _INK if chosen else _GREY, small)


def _coloured(image: NDArray[np.uint8], heat: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Blend the heat map over a pale digit: uint8 (28, 28, 3)."""
    strength = np.abs(heat) / max(float(np.abs(heat).max()), _PALE)
    pale = 255 - 0.35 * image[..., None].astype(np.float32)
    colour = np.where(heat[..., None] > 0, _FALLS, _RISES)
    opacity = 0.85 * strength[..., None]
    return np.rint(pale * (1 - opacity) + colour * opacity).astype(np.uint8)

"""Composed lines and cells of real registers become strips for the line recogniser, with their texts as labels."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.data.registers import Cells
from shuzi.data.strokes import Strokes
from shuzi.ink.line_pictures import FRAMES, TextLine, frame_line, straighten
from shuzi.ink.paper import CONTRAST, PAPER, contrast_map, map_line
from shuzi.ink.strips import COLUMN, HEIGHT, LONGEST, cut_strip, frame_band, frame_whole
from shuzi.models.tasks import CLASSES, DIGITS
from shuzi.synthesis.composer import IMAGE_CELL
from shuzi.synthesis.line_pages import LinePage, page_of
from shuzi.synthesis.papers import by_magnitude
from shuzi.synthesis.photographs import ANY, compose
from shuzi.synthesis.texts import TRAINED, Kind, columns_of, target
from shuzi.synthesis.writers import Writers

Strip = tuple[NDArray[np.uint8], str]

_WORDS = 0.15  # fraction of the cells that hold words, if there are any
_TIGHT = 0.6  # fraction of strips framed by the ink, not by the edges in the table
_REACH = 0.35  # of a cell's height: the paper around the writing
_FEW, _MIN_INK_HEIGHT = 0.02, 0.35  # fraction of the ink beyond each edge, and of a box's height

LINES = 192_000
"""Lines in a whole training; a run that continues from its weights composes others."""

MAX_CHARACTERS = 64
"""The maximum number of characters in a row."""

_FROM_PHOTOGRAPHS = 0.35  # fraction of strips that are lines of photographed pages
_PHOTOGRAPH = 384, 640  # pixels: the height and width of such a photograph
_LETTERS = 11.0, 60.0  # pixels: the heights of its digits
_FROM_REGISTERS = 0.15  # fraction of strips, if there are any cells: none of seven registers is a tenth of all
_USUAL = 0.7  # fraction of these photographs that are as most are
_OFF = 0.08  # of a digit's height: how far off a line is found
_INKED, _SEEN = 0.97, 30  # of a strip's pixels, and levels of contrast: nobody reads paler writing
_PARTLY = 0.12  # fraction of strips that hold part of the line
_BETWEEN = 24  # pixels of paper between the strips of a row
_OPEN = 8  # rows waiting for a strip that fits


class RegisterCells:
    """Strips from cells; small registers are drawn less often than large ones, but their cells more often."""

    def __init__(self, cells: Cells) -> None:
        self._cells = cells
        is_number = np.array([any(character in DIGITS for character in text) for text in cells.texts], np.bool_)
        self._numbers, self._words = (
            _by_register(np.array(cells.registers), np.flatnonzero(kind)) for kind in (is_number, ~is_number)
        )

    def strip(self, rng: np.random.Generator) -> Strip:
        """Cut out a cell: uint8 (48, w), and its text, with `SIGN` for each letter."""
        groups = self._words if not self._numbers or (self._words and rng.random() < _WORDS) else self._numbers
        sizes = np.sqrt([len(group) for group in groups])
        group = groups[int(rng.choice(len(groups), p=sizes / sizes.sum()))]
        index = int(group[int(rng.integers(len(group)))])
        grey, (left, top, right, bottom) = _varied(rng, self._cells.picture(index), self._cells.boxes[index])
        contrast = contrast_map(grey)
        if rng.random() < _TIGHT:
            top, bottom = _ink(contrast, (left, top, right, bottom))
        high = bottom - top
        # as the band of the digits, or the ink from top to bottom, frames a line
        above, below = rng.uniform(-0.04, _REACH * (1.0 if rng.random() < 0.5 else 0.4), 2) * high
        margins = rng.uniform(0.0, _REACH, 2) * high
        frame = (left - margins[0], top - above, right - left + margins.sum(), high + above + below)
        return cut_strip(contrast, frame), target(self._cells.texts[index])


def _by_register(registers: NDArray[np.str_], indices: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    return [indices[registers[indices] == name] for name in np.unique(registers[indices])]


def _ink(contrast: NDArray[np.uint8], box: tuple[float, float, float, float]) -> tuple[float, float]:
    """Return the top and bottom edge of most ink in a box; those of the box if that is little of its height."""
    left, top, right, bottom = (round(edge) for edge in box)
    inside = contrast[max(0, top) : bottom, max(0, left) : right].astype(np.int64) - (PAPER + CONTRAST // 3)
    ink = np.cumsum(np.maximum(inside, 0).sum(axis=1))
    if not len(ink) or not ink[-1]:
        return box[1], box[3]
    first, last = np.searchsorted(ink, np.array([_FEW, 1 - _FEW]) * ink[-1])
    if last - first < _MIN_INK_HEIGHT * len(ink):
        return box[1], box[3]
    return max(0, top) + float(first), max(0, top) + float(last) + 1


def _varied(
    rng: np.random.Generator, grey: NDArray[np.uint8], box: NDArray[np.float32]
) -> tuple[NDArray[np.uint8], tuple[float, float, float, float]]:
    """Slant, rotate and stretch a cell, and change its tones and sharpness; return it with the writing's new box."""
    height, width = grey.shape
    slant, turn = rng.normal(0, 0.12), rng.normal(0, 0.02)
    wide, size = math.exp(rng.normal(0, 0.12)), math.exp(rng.normal(0, 0.2))
    middle = np.array([width / 2, height / 2])
    matrix = size * np.array([[wide, -slant], [turn, 1.0]])
    new_width, new_height = max(8, round(width * size * wide)), max(8, round(height * size))
    whole = np.column_stack([matrix, np.array([new_width, new_height]) / 2 - matrix @ middle])
    flags = cv2.INTER_AREA if size < 1 else cv2.INTER_LINEAR
    moved = cv2.warpAffine(grey, whole, (new_width, new_height), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    levels = moved.astype(np.float32)
    if rng.random() < 0.3:
        levels = np.asarray(cv2.GaussianBlur(levels, (0, 0), rng.uniform(0.3, 1.2)), np.float32)
    if rng.random() < 0.4:
        levels += rng.uniform(1, 8) * rng.standard_normal(levels.shape, np.float32)
    left, right = (float(whole[0] @ (x, (box[1] + box[3]) / 2, 1)) for x in (box[0], box[2]))
    top, bottom = (float(whole[1] @ ((box[0] + box[2]) / 2, y, 1)) for y in (box[1], box[3]))
    return np.asarray(np.clip(levels, 0, 255), np.uint8), (left, top, right, bottom)


def strip_of(rng: np.random.Generator, page: LinePage) -> Strip:
    """Cut a strip, uint8 (48, w), and its text out of a page as a reader does, never quite exactly."""
    contrast = contrast_map(page.grey)
    height, width = contrast.shape
    if not page.text:
        high = height * rng.uniform(0.4, 1.0)
        wide = min(width, high * rng.uniform(0.8, 6))
        frame = (rng.uniform(0, width - wide), rng.uniform(0, height - high), wide, high)
        return cut_strip(contrast, frame), ""
    text, boxes = page.text, page.boxes
    left_end, right_end = -math.inf, math.inf
    if len(text) > 1 and rng.random() < _PARTLY:
        first, last = sorted(rng.integers(0, len(text) + 1, 2).tolist())
        if last > first:
            left_end = _between(boxes, first)
            right_end = _between(boxes, last)
            text, boxes = text[first:last], boxes[first:last]
    digits = np.array([character in DIGITS for character in text])
    tall = boxes[digits] if digits.any() else boxes
    kind = rng.random()
    if kind < 0.55:
        frame = frame_band(tall.tolist())
    elif kind < 0.9:
        frame = frame_whole(boxes.tolist())
    else:
        frame = frame_whole(tall.tolist())
    _, top, _, high = frame
    letter = float(np.median(tall[:, 3]))
    top += rng.normal(0, 0.05) * high
    stretch = math.exp(rng.normal(0, 0.08))
    top, high = top - high * (stretch - 1) / 2, high * stretch
    margins = rng.uniform(0.05, 0.9, 2) * letter if rng.random() < 0.8 else rng.uniform(-0.02, 2.0, 2) * letter
    left = max(float(boxes[:, 0].min()) - margins[0], left_end)
    right = min(float((boxes[:, 0] + boxes[:, 2]).max()) + margins[1], right_end)
    return cut_strip(contrast, (left, top, max(right - left, 4.0), max(high, 4.0))), text


def _between(boxes: NDArray[np.float32], index: int) -> float:
    """Return the position of a cut between two neighbours."""
    if index == 0:
        return -math.inf
    if index == len(boxes):
        return math.inf
    return float(boxes[index - 1, 0] + boxes[index - 1, 2] + boxes[index, 0]) / 2


def photographed(rng: np.random.Generator, writers: Writers, drawn: float = 0.0) -> Iterator[Strip]:
    """Compose photographs of pages without end, and cut their lines out as a reader does, never quite exactly."""
    while True:
        letter = by_magnitude(rng, *_LETTERS)
        conditions = replace(ANY, usual=rng.random() < _USUAL)
        photo = compose(rng, writers, _PHOTOGRAPH, letter, conditions, drawn)
        height, width = photo.grey.shape
        for line in photo.lines:
            start, end = line.ends
            if min(start[0], start[1]) < 0 or end[0] > width or max(start[1], end[1]) > height:
                continue
            (x, y), (right, bottom) = (line.ends + rng.normal(0, _OFF, (2, 2)) * line.height * (1, 0.5)).tolist()
            letter = line.height * math.exp(rng.normal(0, _OFF))
            picture = straighten(photo.grey, TextLine((x, y), (right, bottom), letter, 1.0))
            _, contrast = map_line(picture.grey, picture.height)
            frame = frame_line(picture, float(rng.uniform(min(FRAMES) - 0.1, max(FRAMES) + 0.1)))
            strip = cut_strip(contrast, frame)
            dark = strip.astype(np.int16) - PAPER
            if np.quantile(dark, _INKED) >= _SEEN:
                yield strip, line.text


def compose_strips(
    rng: np.random.Generator,
    writers: Writers,
    kinds: Sequence[Kind] = TRAINED,
    drawn: float = 0.0,
    cells: RegisterCells | None = None,
) -> Iterator[Strip]:
    """Compose strips without end, of pages of some kinds, photographs and given cells; crowded ones are left out."""
    fractions = np.array([kind.fraction or 1.0 for kind in kinds])
    ends = np.cumsum(fractions / fractions.sum())
    photographs = photographed(rng, writers, drawn)
    while True:
        if rng.random() < _FROM_PHOTOGRAPHS:
            strip, text = next(photographs)
        elif cells is not None and rng.random() < _FROM_REGISTERS:
            strip, text = cells.strip(rng)
        else:
            kind = kinds[min(int(np.searchsorted(ends, rng.random(), side="right")), len(kinds) - 1)]
            strip, text = strip_of(rng, page_of(rng, writers, kind, drawn=drawn))
        if len(text) <= MAX_CHARACTERS and strip.shape[1] // COLUMN >= columns_of(text):
            yield strip, text


def packed(lines: Iterable[Strip], alone: bool = False) -> Iterator[list[Strip]]:
    """Pack strips side by side into rows: each joins the first row that has room for it, or is alone in its row."""
    open_rows: list[list[Strip]] = []
    for strip, text in lines:
        fitting = next((row for row in open_rows if _fits(row, strip, text)), None)
        if fitting is None or alone:
            open_rows.append([(strip, text)])
        else:
            fitting.append((strip, text))
        if len(open_rows) > _OPEN:
            yield open_rows.pop(0)
    yield from open_rows


def arrays(rows: Iterable[list[Strip]]) -> tuple[NDArray[np.uint8], NDArray[np.int8]]:
    """Turn rows of strips into uint8 (n, 48, 640), and their joined texts into classes, int8 (n, 64), or -1."""
    packed_rows = list(rows)
    images = np.full((len(packed_rows), HEIGHT, LONGEST), PAPER, np.uint8)
    labels = np.full((len(packed_rows), MAX_CHARACTERS), -1, np.int8)
    for index, row in enumerate(packed_rows):
        x = 0
        for strip, _ in row:
            images[index, :, x : x + strip.shape[1]] = strip
            x += strip.shape[1] + _BETWEEN
        text = "".join(text for _, text in row)
        labels[index, : len(text)] = [CLASSES.index(character) for character in text]
    return images, labels


def _fits(row: list[Strip], strip: NDArray[np.uint8], text: str) -> bool:
    wide = sum(image.shape[1] + _BETWEEN for image, _ in row) + strip.shape[1]
    return wide <= LONGEST and sum(len(content) for _, content in row) + len(text) <= MAX_CHARACTERS


def compose_part(
    images: NDArray[np.uint8],
    labels: NDArray[np.uint8],
    seed: Sequence[int],
    fraction: float,
    strokes: Strokes,
    alone: bool = False,
) -> tuple[NDArray[np.uint8], NDArray[np.int8]]:
    """Compose a fraction of a whole training's lines, several per row or each alone, as `arrays` returns them."""
    cv2.setNumThreads(1)
    writers = Writers(images, labels, strokes)
    rng = np.random.default_rng(list(seed))
    return arrays(packed(islice(compose_strips(rng, writers), max(1, round(LINES * fraction))), alone))


def lay_out(images: NDArray[np.uint8], labels: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.int8]]:
    """Lay images, uint8 (n, 28, 28), out unchanged in rows of twenty; return what `compose_part` does."""
    per_row = LONGEST // IMAGE_CELL
    count = -(-len(images) // per_row)
    cells = np.zeros((count * per_row, HEIGHT, IMAGE_CELL), np.float32)
    top, left = (HEIGHT - images.shape[1]) // 2, (IMAGE_CELL - images.shape[2]) // 2
    cells[: len(images), top : top + images.shape[1], left : left + images.shape[2]] = images
    maps = PAPER + cells.reshape(count, per_row, HEIGHT, IMAGE_CELL).swapaxes(1, 2) * (CONTRAST / 255)
    texts = np.full((count, MAX_CHARACTERS), -1, np.int8)
    padded = np.full(count * per_row, -1, np.int8)
    padded[: len(labels)] = labels
    texts[:, :per_row] = padded.reshape(count, per_row)
    return np.rint(maps.reshape(count, HEIGHT, LONGEST)).astype(np.uint8), texts

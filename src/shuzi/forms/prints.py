"""What is printed beside the fields of a blank form is looked for on a copy, which may be of another edition."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.forms.boxes import frame_around, pieces_of_frame
from shuzi.forms.flatten import SCALE
from shuzi.forms.layout import PlacedField
from shuzi.forms.trace_fields import prints_on
from shuzi.ink.boxes import Box

PRINT = "print"
"""The rule that a field breaks if what is printed beside it is not what the blank form has there."""

_GAP = (0.6, 1.9)  # millimetres between letters of a piece of print: above one another, and beside
_HEIGHT, _MIN_AREA = (1.2, 9.0), 1.0  # millimetres of a piece, and its square millimetres
_STRAIGHT = 15.0  # millimetres of a line of words that does not bend, however the paper does
_LINE = 6.0  # millimetres: what is as straight for longer is a line
_RIM = 0.6  # millimetres around a field, where its lines are, and of paper around a piece
_RIGHT = 15.0  # millimetres from a field to what is its own at its right
_LOOSE, _SWAY = 2.0, 0.4  # tolerance in millimetres of where a piece is, and of where a letter is in it
_LETTER = 1.2  # the width of a tile that is compared, in heights of the piece
_BLUR, _EVEN = 1.5, 12.0  # pixels of an average in which a sharper print is like a coarser one; levels of mere paper
# Threshold, relative to the page's median likeness. On five forms, filled in and photographed, no piece was below
# 0.96; 98 % of other pieces in its place were below 0.85.
_ALIKE = 0.88


class PrintsBeside:
    """What is printed beside each field of a blank form."""

    def __init__(self, blank: NDArray[np.uint8], fields: Sequence[PlacedField]) -> None:
        self._blank = _smooth(blank)
        words = prints_on(blank).dark
        words &= 1 - _lines(words)
        for placed in fields:
            for box in placed.boxes:
                words[box.scaled(SCALE).pixels(rim=_RIM * SCALE)] = 0
        joined = cv2.morphologyEx(words, cv2.MORPH_CLOSE, np.ones([round(gap * SCALE) | 1 for gap in _GAP], np.uint8))
        stats = cv2.connectedComponentsWithStats(joined, connectivity=8)[2][1:]
        low, high = (side * SCALE for side in _HEIGHT)
        self._pieces = [
            piece
            for left, top, wide, tall, area in stats.tolist()
            if low <= tall <= high and area >= _MIN_AREA * SCALE**2
            for piece in pieces_of_frame(Box(left, top, wide, tall), _STRAIGHT * SCALE)
        ]
        self._beside = [{*self._pieces_beside(placed)} for placed in fields]

    def differing(self, flat: NDArray[np.uint8]) -> frozenset[int]:
        """Return the indices of the fields beside which a flat copy, uint8 (h, w), has other print than the form."""
        copy = _smooth(flat)
        alike = [_likeness(self._blank, copy, piece) for piece in self._pieces]
        others = {index for index, own in enumerate(alike) if own < _ALIKE * float(np.median(alike))}
        return frozenset(index for index, pieces in enumerate(self._beside) if pieces & others)

    def _pieces_beside(self, placed: PlacedField) -> Iterator[int]:
        """Yield the indices of what is in the row of a field or heads its column, and what is near behind it."""
        frames = placed.boxes if placed.field.is_tick else (frame_around(placed.boxes),)
        for frame in (own.scaled(SCALE) for own in frames):
            heads = list[tuple[float, int]]()
            for index, piece in enumerate(self._pieces):
                if frame.y <= piece.y + piece.height / 2 <= frame.bottom:
                    if piece.right <= frame.x + SCALE or 0 <= piece.x - frame.right <= _RIGHT * SCALE:
                        yield index
                elif piece.bottom <= frame.y + SCALE:
                    shared = min(piece.right, frame.right) - max(piece.x, frame.x)
                    if shared >= min(piece.width, frame.width) / 2:
                        heads.append((piece.bottom, index))
            top = frame.y
            for bottom, index in sorted(heads, reverse=True):
                piece = self._pieces[index]
                if top < frame.y and top - bottom > piece.height:
                    break
                top = min(top, piece.y)
                yield index


def _lines(dark: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return what is longer and straighter than words are, as the lines of tables: uint8 (h, w), 0 or 1."""
    found, length = np.zeros_like(dark), round(_LINE * SCALE)
    for along, bends in (((1, length), (3, 1)), ((length, 1), (1, 3))):
        wide = cv2.dilate(dark, np.ones(bends, np.uint8))
        found |= np.asarray(cv2.morphologyEx(wide, cv2.MORPH_OPEN, np.ones(along, np.uint8)), np.uint8)
    return np.asarray(cv2.dilate(found, np.ones((3, 3), np.uint8)), np.uint8)


def _smooth(flat: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.asarray(cv2.GaussianBlur(flat, (0, 0), _BLUR), np.uint8)


def _likeness(blank: NDArray[np.uint8], copy: NDArray[np.uint8], piece: Box) -> float:
    """Return the lowest correlation of any letter of a piece with the same letter on a copy: -1 to 1."""
    rows, columns = piece.pixels(rim=_RIM * SCALE)
    wanted = blank[rows, columns]
    loose, sway = round(_LOOSE * SCALE), round(_SWAY * SCALE)
    edge = loose + sway
    around = cv2.copyMakeBorder(copy, edge, edge, edge, edge, cv2.BORDER_REPLICATE)[
        rows.start : rows.start + wanted.shape[0] + 2 * edge,
        columns.start : columns.start + wanted.shape[1] + 2 * edge,
    ]
    found = cv2.matchTemplate(around[sway:-sway, sway:-sway], wanted, cv2.TM_CCOEFF_NORMED)
    _, _, _, (right, down) = cv2.minMaxLoc(found)
    count = max(1, round(wanted.shape[1] / (_LETTER * wanted.shape[0])))
    alike = [1.0]
    for start, end in pairwise(np.linspace(0, wanted.shape[1], count + 1).round().astype(int).tolist()):
        letter = wanted[:, start:end]
        if letter.std() >= _EVEN:
            near = around[down : down + len(wanted) + 2 * sway, right + start : right + end + 2 * sway]
            alike.append(float(cv2.matchTemplate(near, letter, cv2.TM_CCOEFF_NORMED).max()))
    return min(alike)

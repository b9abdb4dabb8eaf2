"""What is printed beside or above a field, or at the head of its row and column, becomes its label and name."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shuzi.errors import require
from shuzi.forms.boxes import frame_around
from shuzi.forms.flatten import PAPER, SCALE
from shuzi.forms.kinds import Field
from shuzi.ink.boxes import Box

_SURE = 0.75  # the confidence from which words are taken
_MAX_LABEL_LENGTH = 60  # characters of a label; what is longer is a note
_NEAR, _FAR, _UPON = 15.0, 80.0, 6.0  # millimetres from a label to the field at its right, and to the one below
_RIM = 1.5  # millimetres by which places on a photographed form may be off
_INDENT = 3.0  # millimetres by which a label may begin or end beyond its field
_BEHIND, _NEARER = 5.0, 0.5  # millimetres from a field to what is its own at its right; of the way to the next one
_ONE_BOX = 1.3  # the width of a box for one digit or to tick, in its heights
_PART = 12.0  # millimetres between the parts of a date
_LARGER = 1.4  # the height of a title, in that of a label

_PARTS = frozenset("年月日时分秒")  # printed behind the parts of a date or a time
_UNITS = frozenset(
    re.split(
        r"\s+",
        """元 万元 千克 公斤 克 吨 米 厘米 毫米 平方米 立方米 升 毫升 度 千瓦时 人 个 岁 次 件 eur usd gbp rmb cny
        % ‰ ℃ °c kg g mg t m cm mm km m² m³ m2 m3 l ml kwh mwh kw wh
        mmol/l umol/l µmol/l μmol/l mg/dl g/l u/l""",
    )
)
_AROUND = " \t:：;；_…·•*—–=|、，,"  # what is printed around a label and is not of it
_NOTE = re.compile(r"[。！？]|[a-z]+ [a-z0-9]+\. [A-Z]")  # more than a number or "Tel. No."
_RUNNING = re.compile(r"[0-9]{1,2}\.?")  # the number of a row, which says less than the words behind it
_CHINESE = "[\u3400-\u9fff]"


@dataclass(frozen=True)
class Words:
    """A line of words printed on a form, or a part of it that stands alone."""

    text: str  # what it says
    box: Box  # where it is, in millimetres
    confidence: float  # the probability that it says so


def labelled(fields: Sequence[Field], words: Iterable[Words]) -> tuple[Field, ...]:
    """Name fields by what is printed beside or above them."""
    form = _Form([frame_around(field.at) for field in fields], words)
    labels = [form.label_of(frame) for frame in form.frames]
    taken = {field.name for field, label in zip(fields, labels, strict=True) if not label}
    named = []
    for field, label in zip(fields, labels, strict=True):
        name, count = label, 1
        while name in taken:
            count += 1
            name = f"{label} {count}"
        taken.add(name)
        named.append(replace(field, name=name, label=label) if label else field)
    return tuple(named)


class _Form:
    """The frames of a form's fields, and the words around them."""

    def __init__(self, frames: Sequence[Box], words: Iterable[Words]) -> None:
        self.frames = frames
        read = [replace(line, text=_cleaned(line.text)) for line in words]
        self._parts = [line for line in read if line.text in _PARTS]
        self._words = [line for line in read if _is_label(line.text)]

    def label_of(self, frame: Box) -> str:
        """Return the label of a field; "" if it has none that is sure."""
        if any(_touch(frame, other) for other in self.frames):  # a cell of a table
            first = frame
            while (before := self._before(first, _RIM)) is not None:
                first = before
            row = self._words_left_of(first, leftmost=True)
            return _joined([*row, *self._head_of(frame, row)])
        return _joined([*self._shared(frame), *self._behind(frame)])

    def _shared(self, frame: Box) -> list[Words]:
        """Return the label of a field; that of the one before it, if it follows as a date's month does its year."""
        left, above = self._words_left_of(frame), self._words_above(frame, _UPON)
        is_number = above and left and _RUNNING.fullmatch(left[0].text)
        if left and not is_number and frame.x - left[0].box.right <= _NEAR:
            return left
        before = self._before(frame, _PART)
        if above or left or before is None:
            return above or left
        gap = Box(before.right, frame.y, frame.x - before.right, frame.height)
        return [] if any(gap.holds_middle_of(line.box) for line in self._words) else self._shared(before)

    def _words_left_of(self, frame: Box, leftmost: bool = False) -> list[Words]:
        """Return the words at the left of a field, with no other field between, and not nearer to that one."""
        level = [other for other in self.frames if _is_level(other, frame) and other.right <= frame.x + _RIM]
        last = max(level, key=lambda other: other.right, default=None)
        barrier = -math.inf if last is None else last.right
        after_one_box = last is not None and last.width <= _ONE_BOX * last.height
        found = []
        for line in self._words:
            box = line.box
            gap, from_other = frame.x - box.right, box.x - barrier
            if not frame.y <= box.y + box.height / 2 <= frame.bottom or gap < -_RIM or from_other < -_RIM:
                continue
            is_of_other = from_other <= _BEHIND and from_other < _NEARER * gap and (after_one_box or gap > _NEAR)
            is_far = gap > _FAR or (gap > _NEAR and any(_is_upon(box, other, _UPON) for other in self.frames))
            if leftmost or not (is_of_other or is_far):
                found.append(line)
        if not found:
            return []
        if leftmost:
            found = [line for line in found if not _RUNNING.fullmatch(line.text)] or found
        chosen = min(found, key=lambda line: line.box.x if leftmost else -line.box.right)
        lines = sorted((line for line in found if _overlap(line.box, chosen.box) > 0), key=lambda line: line.box.y)
        middle = frame.y + frame.height / 2
        if abs((lines[0].box.y + lines[-1].box.bottom) / 2 - middle) <= _RIM:
            return lines
        return [min(lines, key=lambda line: abs(line.box.y + line.box.height / 2 - middle))]

    def _words_above(self, frame: Box, reach: float) -> list[Words]:
        """Return the words above a field, unless they are those of a field at their right."""
        above = [line for line in self._words if _is_upon(line.box, frame, reach)]
        line = max(above, key=lambda line: line.box.bottom, default=None)
        if line is None:
            return []
        middle = line.box.y + line.box.height / 2
        for other in self.frames:
            between = _overlap(other, frame) > 0 and middle < other.y and other.bottom <= frame.y + _RIM
            if between or (other.y <= middle <= other.bottom and -_RIM <= other.x - line.box.right <= _NEAR):
                return []
        return [line]

    def _head_of(self, frame: Box, row: Sequence[Words]) -> list[Words]:
        """Return the words at the head of a cell's column, unless they are larger than its row's, as a title."""
        top = frame
        while (above := next((other for other in self.frames if _is_stacked(other, top)), None)) is not None:
            top = above
        largest = _LARGER * row[0].box.height if row else top.height
        return [line for line in self._words_above(top, top.height) if line.box.height <= largest]

    def _before(self, frame: Box, reach: float) -> Box | None:
        """Return the field that ends so near at the left of another, if any."""
        near = [other for other in self.frames if _is_level(other, frame) and -_RIM <= frame.x - other.right <= reach]
        return max(near, key=lambda other: other.right, default=None)

    def _behind(self, frame: Box) -> list[Words]:
        """Return the part of a date that is printed behind a field."""
        return [
            line
            for line in self._parts
            if frame.y <= line.box.y + line.box.height / 2 <= frame.bottom
            and -_RIM <= line.box.x - frame.right <= _BEHIND
        ][:1]


def _cleaned(text: str) -> str:
    """Return the words of a label, without what is printed around them."""
    text = "".join(letter if letter.isprintable() else " " for letter in text)
    text = re.sub(r"\.{2,}", " ", text).strip(_AROUND)
    # what is read of brackets and gaps beside Chinese varies from line to line
    text = re.sub(rf"(?<={_CHINESE})\s*[(（]([^()（）]*)[)）]", r"（\1）", text)
    text = re.sub(rf"(?<=[A-Za-z]{{2}})(?={_CHINESE})|(?<={_CHINESE})(?=[A-Za-z]{{2}})", " ", text)
    return " ".join(text.split())


def _is_label(text: str) -> bool:
    # a capital alone is more often the head of a column than a unit
    is_unit = text in _PARTS or text in _UNITS or (len(text) > 1 and text.lower() in _UNITS)
    return len(text) <= _MAX_LABEL_LENGTH and any(map(str.isalnum, text)) and not is_unit and not _NOTE.search(text)


def _joined(lines: Sequence[Words]) -> str:
    """Return words as one label; "" if any of them are not sure."""
    if any(line.confidence < _SURE for line in lines):
        return ""
    return " ".join(line.text for line in lines)


def _overlap(first: Box, second: Box) -> float:
    """Return how far two boxes overlap from left to right."""
    return min(first.right, second.right) - max(first.x, second.x)


def _is_level(first: Box, second: Box) -> bool:
    shared = min(first.bottom, second.bottom) - max(first.y, second.y)
    return shared > min(first.height, second.height) / 2


def _is_upon(words: Box, frame: Box, reach: float) -> bool:
    """Tell whether words stand above a field, so near, and begin and end about where it does."""
    gap = frame.y - words.bottom
    within = frame.x - _INDENT <= words.x and words.x + words.width / 2 <= frame.right + _INDENT
    return -_RIM <= gap <= reach and within


def _is_stacked(upper: Box, lower: Box) -> bool:
    """Tell whether a cell lies upon another in the same column."""
    same = abs(upper.x - lower.x) <= _RIM and abs(upper.right - lower.right) <= _RIM
    return same and abs(lower.y - upper.bottom) <= _RIM


def _touch(first: Box, second: Box) -> bool:
    """Tell whether two cells lie side by side in the same row, or one upon the other in the same column."""
    same = abs(first.y - second.y) <= _RIM and abs(first.bottom - second.bottom) <= _RIM
    in_row = same and min(abs(second.x - first.right), abs(first.x - second.right)) <= _RIM
    return in_row or _is_stacked(first, second) or _is_stacked(second, first)


ENGINE, EXTRA, WANTED = "rapidocr", "ocr", "extra.ocr"
"""The library that reads print, the extra that installs it, and the key of the message for what it is needed for."""

_LINE_RIM = 0.75  # millimetres around a box: its lines are gone there


def can_read_words() -> bool:
    """Tell whether the engine is installed."""
    return find_spec(ENGINE) is not None


def read_words(flat: NDArray[np.uint8], fields: Sequence[Field]) -> list[Words]:
    """Read what is printed on a blank form, in Chinese and Latin letters."""
    # its models are in its package: it loads nothing
    library: Any = require(ENGINE, EXTRA, WANTED)
    print_alone = flat.copy()
    for field in fields:
        for box in field.at:
            print_alone[box.scaled(SCALE).pixels(rim=_LINE_RIM * SCALE)] = PAPER
    engine = library.RapidOCR(params={"Global.log_level": "critical", "Global.use_cls": False})
    seen = engine(np.repeat(print_alone[..., None], 3, axis=2))
    if seen.boxes is None:
        return []
    words = []
    for corners, text, confidence in zip(seen.boxes, seen.txts, seen.scores, strict=True):
        (left, top), (right, bottom) = np.min(corners, axis=0) / SCALE, np.max(corners, axis=0) / SCALE
        box = Box(float(left), float(top), float(right - left), float(bottom - top))
        words.append(Words(str(text), box, float(confidence)))
    return words

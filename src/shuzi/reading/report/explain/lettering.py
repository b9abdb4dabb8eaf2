"""Sentences become drawn lines of text, in a language that has a font.

Pillow comes with a font for English. For Chinese, a system font is used; shuzi ships none, since even a small one is
as large as all of its models. If the system has none, text is drawn in English, which is readable, unlike a row of
empty boxes.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Protocol

from PIL import ImageFont

from shuzi.messages import language

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
    """Break a text into lines of at most `width`, in the letters' unit, at spaces and between Chinese characters.

    >>> broken("one two three", ImageFont.load_default(20), 80)
    ['one two', 'three']
    """
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

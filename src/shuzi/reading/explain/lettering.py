"""Sentences become drawn lines, in a language for which there is a font.

Pillow brings a font for English. For Chinese, one of the machine's fonts is used; shuzi brings none, since even a
small one weighs as much as all of its models. Where the machine has none, what is drawn is in English: that can be
read, and a row of empty boxes cannot.
"""

from __future__ import annotations

import re
from functools import cache

from PIL import ImageFont

from shuzi.messages import language

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

# as Linux, macOS and Windows have them; Pillow knows where each keeps its fonts
_CHINESE = (
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


def drawn_language() -> str:
    """Return the language in which to draw: the one in use, or English where no font has its characters."""
    return "zh" if language() == "zh" and _chinese() else "en"


def font(size: int) -> Font:
    """Return a font for the language in use, its letters `size` pixels high."""
    name = _chinese() if language() == "zh" else None
    return ImageFont.truetype(name, size) if name else ImageFont.load_default(size)


def broken(text: str, letters: Font, width: float) -> list[str]:
    """Break a text into lines of at most `width` pixels, at spaces and between Chinese characters.

    >>> broken("one two three", ImageFont.load_default(20), 80)
    ['one two', 'three']
    """
    lines = [""]
    # punctuation that ends a piece must not lead a line
    for piece in re.findall(r"[⺀-鿿][,。、:;!?)”,.:;!?)]*|[^\s⺀-鿿]+\s*|\s+", text):
        if lines[-1] and letters.getlength((lines[-1] + piece).rstrip()) > width:
            lines.append("")
        lines[-1] += piece
    return [line.rstrip() for line in lines]


@cache
def _chinese() -> str | None:
    """Find a font that really has the characters; one that lacks any draws the same empty box for each that it lacks.

    Some have Chinese and no digits, since they are made to stand behind another font.
    """
    for name in _CHINESE:
        try:
            letters = ImageFont.truetype(name, 20)
        except OSError:
            continue
        missing, *shapes = (bytes(letters.getmask(each)) for each in "\U0010fffd数字墨,。、“”019%:Az")
        if missing not in shapes:
            return name
    return None

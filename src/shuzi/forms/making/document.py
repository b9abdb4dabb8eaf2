"""A PDF is begun with a font that has all its characters, and texts are written into boxes on its pages."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shuzi.errors import require
from shuzi.forms.layout import Text
from shuzi.forms.making.letters import typeface
from shuzi.forms.options import POINT
from shuzi.reading.report.explain.lettering import broken

_INK = 0  # the grey level of text
_LEADING, _SMALLEST = 1.15, 4.0  # the height of a line in sizes of its font; points


def begin_document(title: str, text: str, language: str, size: tuple[float, float], font: Path | None = None) -> Any:
    """Return an empty PDF of fpdf2, in millimetres.

    Parameters
    ----------
    title
        Of the document.
    text
        All that will be written.
    language
        "en" or "zh".
    size
        The width and height of a page.
    font
        A font file; None for one that is found on this machine.

    Raises
    ------
    DataError
        No font has all the characters.
    MissingExtra
        fpdf2 is not installed.
    """
    library: Any = require("fpdf", "forms", "extra.forms")
    pdf = library.FPDF(unit="mm", format=size)
    pdf.set_auto_page_break(False)
    pdf.set_title(title)
    pdf.set_lang("zh-CN" if language == "zh" else "en")
    face = typeface(text, language == "zh", font)
    if face is None:
        pdf.set_font("helvetica")
    else:
        pdf.add_font("sheet", fname=face.path, collection_font_number=face.number)
        pdf.set_font("sheet")
    return pdf


def write(pdf: Any, text: Text, grey: int = _INK) -> None:
    """Write a text into its box: on several lines if it is too long, then smaller, then cut anywhere."""
    pdf.set_text_color(grey)
    size = text.size
    while True:
        pdf.set_font_size(size)
        high = size * POINT * _LEADING
        lines = broken(text.text, _Letters(pdf), text.box.width)
        wide = max(map(pdf.get_string_width, lines))
        if (len(lines) * high <= text.box.height + 0.1 and wide <= text.box.width + 0.1) or size <= _SMALLEST:
            break
        size -= 0.5
    lines = [part for line in lines for part in _cut(pdf, line, text.box.width)]
    top = text.box.y + max(0.0, (text.box.height - len(lines) * high) / 2)
    for index, line in enumerate(lines):
        room = text.box.width - pdf.get_string_width(line)
        x = text.box.x + {"L": 0.0, "C": room / 2, "R": room}[text.align]
        pdf.text(x, top + index * high + 0.8 * high, line)


def _cut(pdf: Any, line: str, width: float) -> list[str]:
    """Cut a line that is still too long, such as a number of many digits."""
    parts = [""]
    for letter in line:
        if parts[-1] and pdf.get_string_width(parts[-1] + letter) > width + 0.1:
            parts.append("")
        parts[-1] += letter
    return parts


@dataclass(frozen=True)
class _Letters:
    """Measures text in millimetres."""

    pdf: Any

    def getlength(self, text: str) -> float:
        return float(self.pdf.get_string_width(text))

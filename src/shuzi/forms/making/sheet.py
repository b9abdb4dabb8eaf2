"""A spec becomes a PDF to print: its fields, four corner markers, and a QR code that names the page."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

from shuzi.atomic import replacing
from shuzi.errors import DataError
from shuzi.forms.code import Code, draw_code
from shuzi.forms.finding.markers import marker_modules
from shuzi.forms.layout import (
    CODE,
    EDGE,
    MARKER,
    Page,
    PlacedField,
    Text,
    code_box,
    marker_boxes,
    pages_of,
    separators,
)
from shuzi.forms.making.document import begin_document, write
from shuzi.forms.spec import COMB, Spec
from shuzi.messages import say

MOST_COPIES = 999

_INK, _LINE = 0, 110  # grey levels of text and of the boxes, which are paler than what is written
_THICK = 0.25  # millimetres
_TICK = 0.33  # of a box's height: the ticks of a comb


def make_sheet(spec: Spec, out: Path, copies: int = 1, font: Path | None = None) -> int:
    """Write the pages of a spec as a PDF.

    Parameters
    ----------
    spec
        The spec.
    out
        The PDF, which is replaced.
    copies
        How many sheets; each has a number of its own.
    font
        A font file; None for one that is found on this machine.

    Returns
    -------
    The number of pages.

    Raises
    ------
    DataError
        The fields do not fit on the paper, or no font has all the characters.
    MissingExtra
        fpdf2 is not installed.
    """
    if not 1 <= copies <= MOST_COPIES:
        raise DataError("error.form.copies", most=MOST_COPIES)
    if spec.blank:
        raise DataError("error.form.make_traced")
    pages = pages_of(spec)
    pdf = begin_document(spec.title, _all_text(spec, pages), spec.language, spec.size, font)
    for sheet, page in itertools.product(range(1, copies + 1), pages):
        pdf.add_page(format=spec.size)
        _head(pdf, spec, page, Code(spec.id, sheet, page.number), len(pages))
        for text in page.texts:
            write(pdf, text)
        for placed in page.fields:
            _draw(pdf, placed, spec.language)
    with replacing(out) as part:
        pdf.output(str(part))
    return copies * len(pages)


def _all_text(spec: Spec, pages: tuple[Page, ...]) -> str:
    texts = [text.text for page in pages for text in page.texts]
    signs = [sign.text for page in pages for placed in page.fields for sign in separators(placed, spec.language)]
    return "".join([spec.title, spec.note, _footer(spec, 1, 1, 1), "0123456789", *texts, *signs])


def _footer(spec: Spec, sheet: int, page: int, pages: int) -> str:
    return say("form.footer", spec.language, sheet=sheet, page=page, pages=pages, id=spec.id)


def _head(pdf: Any, spec: Spec, page: Page, code: Code, pages: int) -> None:
    pdf.set_fill_color(_INK)
    for corner, box in enumerate(marker_boxes(spec.size)):
        _squares(pdf, marker_modules(corner), box.x, box.y, MARKER)
    where = code_box(spec.size)
    _squares(pdf, draw_code(code), where.x, where.y, CODE)
    left = EDGE + MARKER + 5
    wide = where.x - left - 4
    write(pdf, Text(spec.title, where._replace(x=left, y=EDGE, width=wide, height=9), 16))
    if spec.note:
        write(pdf, Text(spec.note, where._replace(x=left, y=EDGE + 10, width=wide, height=10), 9))
    low = spec.size[1] - EDGE - 6
    footer = _footer(spec, code.sheet, page.number, pages)
    write(pdf, Text(footer, where._replace(x=left, y=low, width=spec.size[0] - 2 * left, height=5), 8, "C"))


def _squares(pdf: Any, black: Any, x: float, y: float, side: float) -> None:
    """Fill the black modules; each run of them is one rectangle, so that no hairlines show between."""
    module = side / len(black)
    for row, line in enumerate(black.tolist()):
        column = 0
        for is_black, run in itertools.groupby(line):
            length = len([*run])
            if is_black:
                pdf.rect(x + column * module, y + row * module, length * module, module + 0.01, style="F")
            column += length


def _draw(pdf: Any, placed: PlacedField, language: str) -> None:
    pdf.set_draw_color(_LINE)
    pdf.set_line_width(_THICK)
    for group in placed.groups:
        first, last = group[0], group[-1]
        pdf.rect(first.x, first.y, last.right - first.x, first.height)
        for box in group[1:]:
            start = box.y + box.height * (1 - _TICK) if placed.field.style == COMB else box.y
            pdf.line(box.x, start, box.x, box.bottom)
    for sign in separators(placed, language):
        write(pdf, sign)

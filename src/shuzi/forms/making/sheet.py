"""A spec becomes a PDF to print: its fields, four corner markers, and a QR code that names the page."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

from shuzi.atomic import replacing
from shuzi.errors import DataError, writing
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
from shuzi.forms.versions import sheets_of
from shuzi.messages import say

MOST_COPIES = 999
_MOST_SHEETS = 9_999  # that a code can number

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
        How many sheets, or of each version, which take turns; each sheet has a number of its own.
    font
        A font file; None for one that is found on this machine.

    Returns
    -------
    The number of pages.

    Raises
    ------
    DataError
        The fields do not fit on the paper, no font has all the characters, or the file cannot be written.
    MissingExtra
        fpdf2 is not installed.
    """
    sheets = [(sheet, pages_of(sheet)) for sheet in sheets_of(spec)]
    most = min(MOST_COPIES, _MOST_SHEETS // len(sheets))
    if not 1 <= copies <= most:
        raise DataError("error.form.copies", most=most)
    if spec.blank:
        raise DataError("error.form.make_traced")
    text = "".join(_all_text(sheet, pages) for sheet, pages in sheets)
    pdf = begin_document(spec.title, text, spec.language, spec.size, font)
    count = 0
    for number in range(1, copies * len(sheets) + 1):
        sheet, pages = sheets[(number - 1) % len(sheets)]
        count += len(pages)
        for page in pages:
            pdf.add_page(format=spec.size)
            _head(pdf, sheet, page, Code(sheet.id, number, page.number), len(pages))
            for printed in page.texts:
                write(pdf, printed)
            for placed in page.fields:
                _draw(pdf, placed, spec.language)
    with writing(out), replacing(out) as part:
        pdf.output(str(part))
    return count


def _all_text(spec: Spec, pages: tuple[Page, ...]) -> str:
    texts = [text.text for page in pages for text in page.texts]
    signs = [sign.text for page in pages for placed in page.fields for sign in separators(placed, spec.language)]
    return "".join([_title(spec), spec.note, _footer(spec, 1, 1, 1), "0123456789", *texts, *signs])


def _title(spec: Spec) -> str:
    if not spec.version:
        return spec.title
    return say("form.title_of_version", spec.language, title=spec.title, version=spec.version)


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
    write(pdf, Text(_title(spec), where._replace(x=left, y=EDGE, width=wide, height=9), 16))
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

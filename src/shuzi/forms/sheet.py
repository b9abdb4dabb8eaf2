"""A spec becomes a PDF to print: its fields, four corner markers, and a QR code that names the page."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import ImageFont

from shuzi.atomic import replacing
from shuzi.errors import DataError, ShuziError, require, writing
from shuzi.forms.flatten import Code, draw_code, marker_modules
from shuzi.forms.grammar import COMB
from shuzi.forms.layout import (
    CODE,
    EDGE,
    MARKER,
    POINT,
    TICK,
    Page,
    PlacedField,
    Text,
    code_box,
    marker_boxes,
    pages_of,
    separators,
)
from shuzi.forms.spec import Spec, sheets_of
from shuzi.messages import language, say
from shuzi.reading.explain import CHINESE, broken

MAX_COPIES = 999
_MAX_SHEETS = 9_999  # that a code can number

_INK, _LINE = 0, 110  # grey levels of text and of the boxes, which are paler than what is written
_THICK = 0.25  # millimetres


def make_sheet(spec: Spec, out: Path, copies: int = 1, font: Path | None = None) -> int:
    """Write the pages of a spec as a PDF."""
    sheets = [(sheet, pages_of(sheet)) for sheet in sheets_of(spec)]
    max_copies = min(MAX_COPIES, _MAX_SHEETS // len(sheets))
    if not 1 <= copies <= max_copies:
        raise DataError("error.form.copies", max=max_copies)
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
            start = box.y + box.height * (1 - TICK) if placed.field.style == COMB else box.y
            pdf.line(box.x, start, box.x, box.bottom)
    for sign in separators(placed, language):
        write(pdf, sign)


_LEADING, _MIN_FONT_SIZE = 1.15, 4.0  # the height of a line in sizes of its font; points


def begin_document(title: str, text: str, language: str, size: tuple[float, float], font: Path | None = None) -> Any:
    """Return an empty PDF of fpdf2, in millimetres."""
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
        if (len(lines) * high <= text.box.height + 0.1 and wide <= text.box.width + 0.1) or size <= _MIN_FONT_SIZE:
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


_LATIN = ("DejaVuSans.ttf", "LiberationSans-Regular.ttf", "Arial.ttf", "arial.ttf", "segoeui.ttf", "Helvetica.ttc")


@dataclass(frozen=True)
class Typeface:
    """A font file, and which of its fonts, if it is a collection."""

    path: Path
    number: int = 0


def typeface(text: str, chinese: bool, given: Path | None = None) -> Typeface | None:
    """Find a font that has every character of a text."""
    wanted = {character for character in text if not character.isspace()}
    if given is not None:
        missing = wanted - _characters(Typeface(given))
        if missing:
            raise DataError("error.font.lacks", path=given, characters="".join(sorted(missing)[:20]))
        return Typeface(given)
    for name in (*CHINESE, *_LATIN) if chinese else (*_LATIN, *CHINESE):
        try:
            path = Path(str(ImageFont.truetype(name, 10).path))
        except OSError:
            continue
        for face in _faces(path, chinese):
            try:
                if wanted <= _characters(face):
                    return face
            except DataError:  # a damaged font of the system is none
                continue
    if all(character.isascii() or character in _WESTERN for character in wanted):
        return None
    missing = {character for character in wanted if not character.isascii() and character not in _WESTERN}
    raise DataError("error.font.none", characters="".join(sorted(missing)[:20]))


_WESTERN = bytes(range(0xA1, 0x100)).decode("latin-1")  # what the fonts that each PDF viewer has can show


def _faces(path: Path, chinese: bool) -> list[Typeface]:
    """Return the fonts of a file, the simplified Chinese one first."""
    if path.suffix.lower() not in (".ttc", ".otc"):
        return [Typeface(path)]
    collection = require("fontTools.ttLib", "forms", "extra.forms").TTCollection(str(path), lazy=True)
    names = [str(font["name"].getDebugName(4)) for font in collection.fonts]
    collection.close()
    order = sorted(range(len(names)), key=lambda index: not (chinese and names[index].endswith((" SC", " CN"))))
    return [Typeface(path, index) for index in order]


def _characters(face: Typeface) -> set[str]:
    library: Any = require("fontTools.ttLib", "forms", "extra.forms")
    if face.path.exists() and not face.path.is_file():  # opening a pipe blocks until somebody writes to it
        raise DataError("error.data.unreadable", path=face.path, reason=ShuziError("file.special"))
    try:
        with library.TTFont(str(face.path), fontNumber=face.number, lazy=True) as font:
            return {chr(character) for character in font.getBestCmap() or {}}
    except OSError as problem:
        raise DataError("error.data.unreadable", path=face.path, reason=problem.strerror or problem) from problem
    except (library.TTLibError, KeyError, ValueError, AssertionError) as problem:
        raise DataError("error.font.unknown", path=face.path) from problem


FOLDER = Path(__file__).parent / "ready"
"""Holds each ready spec, and the PDF made from it, in both languages."""

READY = ("scores", "meters", "questionnaire")
"""Exam scores of a class, meter readings of a house, a questionnaire with numbers."""


def ready_spec(name: str) -> Path | None:
    """Return the path of a ready spec; None if there is none of that name.

    >>> ready_spec("scores").suffix, ready_spec("scores.toml")
    ('.toml', None)
    """
    return FOLDER / f"{name}.{language()}.toml" if name in READY else None


def spec_path(given: str | Path) -> Path:
    """Return the path of the spec that a person names: a file, or else a ready one."""
    path = Path(given)
    if path.exists():
        return path
    if ready := ready_spec(str(given)):
        return ready
    raise DataError("error.spec.nowhere", path=path, names=", ".join(READY))


def check_free(ready: Path, target: Path) -> None:
    """Raise a DataError if another file is where a ready spec is to be copied."""
    try:
        if target.exists() and target.read_bytes() != ready.read_bytes():
            raise DataError("error.form.spec_taken", path=target)
    except OSError as problem:
        raise DataError("error.data.unreadable", path=target, reason=problem.strerror or problem) from problem


def save_spec(ready: Path, target: Path) -> None:
    """Copy a ready-made spec, unless the file exists."""
    check_free(ready, target)
    content = ready.read_bytes()
    with writing(target), replacing(target) as part:
        part.write_bytes(content)

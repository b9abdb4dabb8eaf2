"""A table becomes the file that its ending names, in one step, or pages to print."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from shuzi.atomic import check_replaceable, replacing
from shuzi.errors import DataError, PictureError, ShuziError, require, writing
from shuzi.forms.grammar import PAPERS
from shuzi.forms.kinds import Field
from shuzi.forms.layout import Text
from shuzi.forms.result import Cell, Row, Table, earned_by, graded_in, heads_of, is_empty, name_of, texts_of
from shuzi.forms.sheet import begin_document, write
from shuzi.forms.xlsx import save_xlsx
from shuzi.ink.boxes import Box
from shuzi.messages import language, neutral, say, visible
from shuzi.pictures.open import Picture, open_picture

ENDINGS = (".csv", ".xlsx", ".json")
PDF = (".pdf",)


def check_target(path: Path, endings: Sequence[str] = ENDINGS) -> None:
    """Refuse a file that could not be written, before there is anything to lose."""
    if path.suffix.lower() not in endings:
        raise DataError("error.form.ending", path=path, endings=", ".join(endings))
    if path.suffix.lower() == ".xlsx":
        require("openpyxl", "forms", "extra.forms")
    if not path.parent.is_dir():
        raise DataError("error.data.no_folder", folder=path.parent)
    with writing(path):
        check_replaceable(path)


def save_table(table: Table, path: Path) -> None:
    """Write a table as CSV, XLSX or JSON; the file is replaced only when it is whole."""
    check_target(path)
    with writing(path), replacing(path) as part:
        if path.suffix.lower() == ".xlsx":
            file = io.BytesIO()  # a book that finds no room on the disk leaves a stray traceback
            save_xlsx(table, file)
            part.write_bytes(file.getbuffer())
        elif path.suffix.lower() == ".csv":
            part.write_text(as_csv(table), encoding="utf-8", newline="")
        else:
            with part.open("w", encoding="utf-8") as text:  # piece by piece: a stack makes tens of megabytes
                for piece in json.JSONEncoder(ensure_ascii=False, indent=1).iterencode(table.as_dict()):
                    text.write(piece.translate(_LONE))
                text.write("\n")


_LONE = {code: f"\\u{code:04x}" for code in range(0xD800, 0xE000)}  # of names that are not UTF-8


def as_csv(table: Table) -> str:
    """Return a table as CSV (RFC 4180), with a byte order mark so that spreadsheets see that it is UTF-8."""
    text = io.StringIO()
    text.write("\ufeff")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)  # some spreadsheets take ; for the end of a cell too
    version = [say("form.version")] if table.versions else []
    names = (neutral(name) for name in (*(field.name for field in table.fields), *version, *heads_of(table)))
    writer.writerow([*names, say("form.doubtful"), say("form.photo")])
    for row in table.rows:
        texts = [neutral(row.cells[field.name].text) if field.name in row.cells else "" for field in table.fields]
        own = [neutral(row.version)] if table.versions else []
        doubtful = " ".join(name for name, cell in row.cells.items() if cell.doubtful)
        writer.writerow([*texts, *own, *texts_of(table, row), neutral(doubtful), neutral(row.sources)])
    return text.getvalue()


PhotographOf = Callable[[str], NDArray[np.uint8] | None]
"""Opens a photograph by its name: uint8 (h, w); None if it cannot be had."""

_LEFT, _TOP, _BOTTOM, _LINE, _GAP = 15.0, 15.0, 282.0, 13.0, 2.0  # millimetres
_WIDE = 180.0
_LABEL, _WRITTEN, _READ, _KEY, _POINTS = (0.0, 44.0), (46.0, 60.0), (108.0, 28.0), (138.0, 25.0), (165.0, 15.0)
"""The columns: how far from the left they begin, and how wide they are."""
_PALE, _RULE = 110, 190  # grey levels of words beside the answers, and of the lines between them
_MARGIN = 0.15  # of a cell's box: what is written reaches beyond its lines
_MAX_PICTURE_HEIGHT = 160  # pixels of a picture: about 300 dots per inch


@dataclass(frozen=True)
class _Answer:
    """What a line of a page says of a cell."""

    label: str
    text: str
    doubt: str
    key: str
    points: str


def save_answer_pages(
    table: Table,
    out: Path,
    photograph_of: PhotographOf,
    font: Path | None = None,
    done: Callable[[], None] = lambda: None,
) -> int:
    """Write a PDF with a page for each row, more where its answers need them; rows with nothing written have none."""
    rows = [row for row in table.rows if not is_empty(row)]
    if not rows:
        raise DataError("error.form.nothing_to_print", path=out)
    pdf = begin_document(table.title, _all_text(table, rows), language(), PAPERS["A4"], font)
    for row in rows:
        _add_row(pdf, table, row, photograph_of)
        done()
    with writing(out), replacing(out) as part:
        pdf.output(str(part))
    return int(pdf.page_no())


def photographs_of(
    table: Table, folder: Path, named: Mapping[str, Picture], missing: dict[str, None]
) -> PhotographOf:
    """Return a function that opens a photograph of a table by its name: as named, else beside the table."""
    # in separate folders, several may have the same name
    given_files, files = (Counter(Path(name).name for name in names) for names in (named, table.sources))
    moved = {Path(name).name: picture for name, picture in named.items() if given_files[Path(name).name] == 1}

    @lru_cache(maxsize=2)  # the rows of a sheet follow each other
    def opened(name: str) -> NDArray[np.uint8] | None:
        file = Path(name).name
        given = named.get(name) or (moved.get(file) if files[file] == 1 else None)
        for picture in [given] if given else [name, str(folder / name)]:
            try:
                return open_picture(picture)
            except ShuziError:
                continue
        missing[name] = None
        return None

    return opened


def _add_row(pdf: Any, table: Table, row: Row, photograph_of: PhotographOf) -> None:
    y = _BOTTOM
    for number, (field, cell) in enumerate(_answered(table, row)):
        if y + _LINE > _BOTTOM:
            pdf.add_page()
            y = _head(pdf, table, row, is_first=number == 0)
        answer = _answer(table, row, field)
        high = _LINE - _GAP
        write(pdf, Text(answer.label, _at(_LABEL, y, high), 10))
        # the doubt stands below the text
        write(pdf, Text(answer.text, _at(_READ, y, 0.6 * high if answer.doubt else high), 13))
        write(
            pdf,
            Text(answer.doubt, _at((_READ[0], _KEY[0] + _KEY[1] - _READ[0]), y + 0.6 * high, 0.4 * high), 7),
            _PALE,
        )
        write(pdf, Text(answer.key, _at(_KEY, y, 0.6 * high if answer.doubt else high), 10))
        write(pdf, Text(answer.points, _at(_POINTS, y, high), 11, "R"))
        picture = _picture_of(cell, photograph_of)
        if picture is not None:
            _show(pdf, picture, _at(_WRITTEN, y, high))
        y += _LINE
        pdf.set_draw_color(_RULE)
        pdf.line(_LEFT, y - _GAP / 2, _LEFT + _WIDE, y - _GAP / 2)


def _at(column: tuple[float, float], y: float, high: float) -> Box:
    return Box(_LEFT + column[0], y, column[1], high)


def _head(pdf: Any, table: Table, row: Row, is_first: bool) -> float:
    """Write what stands above the answers of a row; return where these begin."""
    write(pdf, Text(table.title, Box(_LEFT, _TOP, _WIDE, 7), 10), _PALE)
    write(pdf, Text(_name_of(table, row), Box(_LEFT, _TOP + 7, 0.65 * _WIDE, 10), 18))
    if is_first:
        write(pdf, Text(_total(table, row), Box(_LEFT + 0.65 * _WIDE, _TOP + 7, 0.35 * _WIDE, 10), 16, "R"))
    y = _TOP + 22
    for column, key in _HEADS if graded_in(table) else _HEADS[:3]:
        write(pdf, Text(say(key), _at(column, y, 5), 8, "R" if column == _POINTS else "L"), _PALE)
    pdf.set_draw_color(_RULE)
    pdf.line(_LEFT, y + 6, _LEFT + _WIDE, y + 6)
    return y + 7


_HEADS = (
    (_LABEL, "form.print.question"),
    (_WRITTEN, "form.print.written"),
    (_READ, "form.print.read"),
    (_KEY, "form.print.key"),
    (_POINTS, "form.print.points"),
)


def _name_of(table: Table, row: Row) -> str:
    """Return whom a row is about, and its version."""
    named = name_of(table, row)
    return say("form.title_of_version", title=named, version=row.version) if row.version else named


def _answered(table: Table, row: Row) -> Iterator[tuple[Field, Cell]]:
    for field in table.fields_of(row):
        if not field.column and field.name in row.cells:
            yield field, row.cells[field.name]


def _answer(table: Table, row: Row, field: Field) -> _Answer:
    cell = row.cells[field.name]
    points = earned_by(field, cell) if field.points else None
    return _Answer(
        visible(field.label or field.name),
        visible(cell.text) or "–",
        visible(table.message_of(row, field.name)) if cell.doubtful else "",
        visible(say("form.list").join(field.key)),
        "" if points is None else f"{points:.10g} / {field.points:.10g}",
    )


def _total(table: Table, row: Row) -> str:
    maximum = sum(field.points for field in graded_in(table))
    points = texts_of(table, row)[-1] if maximum else ""
    return say("form.print.total", points=points, max=f"{maximum:.10g}") if points else ""


def _all_text(table: Table, rows: Iterable[Row]) -> str:
    texts = [table.title, *(say(key) for _, key in _HEADS), "0123456789 /.–"]
    for row in rows:
        texts += [_name_of(table, row), _total(table, row)]
        for field, _ in _answered(table, row):
            answer = _answer(table, row, field)
            texts += [answer.label, answer.text, answer.doubt, answer.key]
    return "".join(texts)


def _picture_of(cell: Cell, photograph_of: PhotographOf) -> NDArray[np.uint8] | None:
    photograph = photograph_of(cell.source) if cell.source and cell.box.width > 0 else None
    if photograph is not None:
        margin = _MARGIN * cell.box.height
        rows, columns = cell.box.pixels(margin)
        part = photograph[rows, columns]
        if part.size:
            return np.rot90(part, cell.turned)
    try:
        return open_picture(cell.picture) if cell.picture else None
    except PictureError:
        return None


def _show(pdf: Any, picture: NDArray[np.uint8], box: Box) -> None:
    image = Image.fromarray(picture)
    if image.height > _MAX_PICTURE_HEIGHT:
        image = image.resize((max(1, round(image.width * _MAX_PICTURE_HEIGHT / image.height)), _MAX_PICTURE_HEIGHT))
    scale = min(box.width / image.width, box.height / image.height)
    pdf.image(image, box.x, box.y, image.width * scale, image.height * scale)

"""A photograph of a ruled table becomes its rows and columns, without a spec."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from shuzi.errors import ShuziError
from shuzi.forms.code import Code
from shuzi.forms.finding.ruled import TableCell, find_table
from shuzi.forms.reading.page import PageRead, as_png
from shuzi.forms.reading.together import Named, in_order, read_each
from shuzi.forms.result import Cell, Problem, Row, Table
from shuzi.forms.spec import IDENTIFIER, Field
from shuzi.pictures.open import Picture, open_picture
from shuzi.reading.reader import Reader
from shuzi.reading.result import BLANK, OK, UNSURE


def read_tables(reader: Reader, photos: Named) -> Table:
    """Read ruled tables, one on each photograph, one below another.

    Parameters
    ----------
    reader
        Reads the cells.
    photos
        Each with its name, as `shuzi.forms.collect.photos_in` returns them.

    Returns
    -------
    The table, with columns A, B, C …; what could not be read is among its `problems`.
    """
    return joined_pages(in_order(read_each(try_table, reader, photos)))


def try_table(reader: Reader, picture: Picture | ShuziError, name: str) -> PageRead | Problem:
    """Read the ruled table on a photograph as a page, which a `Journal` keeps, or say what prevents it."""
    found = read_table(reader, 1, name, picture)
    return found if isinstance(found, Problem) else as_page(found, name)


def read_table(reader: Reader, number: int, name: str, picture: Picture | ShuziError) -> list[Row] | Problem:
    """Read the ruled table on a photograph, or say what prevents it; `number` is that of its sheet, from 1."""
    if isinstance(picture, ShuziError):
        return Problem(name, str(picture))
    try:
        found = find_table(open_picture(picture), name)
        cells = {(each.row, each.column): _read(each, reader, name) for each in found}
    except ShuziError as problem:
        return Problem(name, str(problem))
    return [
        Row(number, row, {column_name(column): cell for (at, column), cell in cells.items() if at == row})
        for row in range(1 + max(each.row for each in found))
    ]


def as_page(rows: list[Row], name: str) -> PageRead:
    """Return the rows of one table as a page."""
    cells = {(row.number, column): cell for row in rows for column, cell in row.cells.items()}
    return PageRead(name, Code("", 1, 1), cells)


def as_rows(page: PageRead, number: int) -> list[Row]:
    """Return the rows of the page that `as_page` made; `number` is that of its sheet.

    >>> seven, one = Cell("7", "ok", 1.0), Cell("1", "ok", 1.0)
    >>> rows = [Row(3, 0, {"A": seven, "B": one}), Row(3, 1, {"A": one})]
    >>> as_rows(as_page(rows, "a.jpg"), 3) == rows
    True
    """
    rows: dict[int, dict[str, Cell]] = {}
    for (row, column), cell in page.cells.items():
        rows.setdefault(row, {})[column] = cell
    return [Row(number, row, cells) for row, cells in rows.items()]


def joined_pages(pages: Iterable[PageRead | Problem]) -> Table:
    """Put the pages that `try_table` made of photographs, in their order, below one another."""
    numbered = enumerate(pages, start=1)
    return joined(each if isinstance(each, Problem) else as_rows(each, number) for number, each in numbered)


def joined(read: Iterable[list[Row] | Problem]) -> Table:
    """Put the tables of several photographs below one another."""
    found = [*read]
    rows = [row for each in found if not isinstance(each, Problem) for row in each]
    columns = max((len(row.cells) for row in rows), default=0)
    fields = tuple(Field(column_name(each), column_name(each), IDENTIFIER) for each in range(columns))
    return Table("", fields, tuple(rows), tuple(each for each in found if isinstance(each, Problem)))


def column_name(number: int) -> str:
    """Name a column as spreadsheets do.

    >>> column_name(0), column_name(25), column_name(26)
    ('A', 'Z', 'AA')
    """
    name = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def _read(found: TableCell, reader: Reader, name: str) -> Cell:
    if found.inside is None:
        return Cell("", BLANK, 1.0, box=found.box, source=name)
    reading = reader.read(np.pad(found.inside, found.inside.shape[0] // 8, constant_values=255))
    text = reading.text.replace("\n", " ")
    status = reading.status if reading.status in (OK, BLANK) else UNSURE
    picture = as_png(found.picture) if status == UNSURE else b""
    alternatives = tuple(reading.alternatives[:5])
    return Cell(text, status, reading.confidence, "", alternatives, box=found.box, source=name, picture=picture)

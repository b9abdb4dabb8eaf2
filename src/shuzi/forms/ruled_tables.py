"""A photograph of a ruled table becomes its rows and columns, without a spec."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from shuzi.errors import ShuziError
from shuzi.forms.code import Code
from shuzi.forms.decide import FAINT, merge_texts
from shuzi.forms.hands import as_png, strip_of
from shuzi.forms.kinds import IDENTIFIER, NUMBER, Field
from shuzi.forms.photographs import Named, in_order, read_photographs, refuse_empty, skipped, unread
from shuzi.forms.read import TOO_MUCH_INK, PageWork
from shuzi.forms.result import Cell, PageRead, Problem, Row, Skipped, Table, Unclear
from shuzi.forms.table_cells import ABOVE, COLUMN, LEFT, TableCell
from shuzi.forms.table_grid import UNKNOWN, Shape
from shuzi.forms.tables import find_table
from shuzi.messages import say
from shuzi.pictures.open import Picture, open_picture
from shuzi.reading.reader import Reader
from shuzi.reading.report.result import BLANK, OK, UNSURE, Reading

LINES = "lines"
"""The rule that a cell breaks if it may be none, or several, because its lines cannot be seen for sure."""

WORDS = "words"
"""The rule that a cell of a first row or column breaks if words seem to stand there."""

Cells = dict[tuple[int, str], Cell]
"""Cells by row and column."""

_LISTED = 5  # texts that a cell names
_NAMED = 6  # unclear lines that a sentence names
_FIRST = "A"
_WORD, _LIKELY = 0.7, 0.1  # probability of all that may be read in most words, and of what is worth choosing
_ZERO = re.compile("0[0-9]")
_APART = 1.5  # of a digit's height: digits farther apart may be in several cells


def read_tables(reader: Reader, photos: Named, shape: Shape = UNKNOWN) -> Table:
    """Read ruled tables, one on each photograph, one below another."""
    return join_pages(in_order(read_photographs(partial(try_table, shape=shape), reader, photos)))


def try_table(reader: Reader, picture: Picture | ShuziError, name: str, shape: Shape = UNKNOWN) -> PageRead | Problem:
    """Read the ruled table on a photograph as a page, which a `Journal` keeps, or say what prevents it."""
    if isinstance(picture, ShuziError):
        return Problem(name, str(picture))
    try:
        grey = open_picture(picture)
        refuse_empty(grey, name)
        found = find_table(grey, name, shape)
        work = PageWork(len(found))
        read = {(cell.row, column_name(cell.column)): _checked(cell, reader, work, name) for cell in found}
        cells = leave_words(read, {(cell.row, column_name(cell.column)): cell.picture for cell in found})
    except ShuziError as problem:
        return unread(name, problem)
    unclear = tuple(sorted({doubt for cell in found for doubt in cell.unclear}))
    return PageRead(name, Code("", 1, 1), cells, unclear=unclear)


def leave_words(cells: Cells, pictures: Mapping[tuple[int, str], NDArray[np.uint8]]) -> Cells:
    """Leave words in the first row and column to people: letters look like digits.

    `cells`: by row and column. `pictures`: of the same cells, for people: uint8 (h, w) each.

    >>> cells = {(0, "A"): Cell("101", OK, 1.0, alternatives=(("101", 1.0),)), (0, "B"): Cell("5", UNSURE, 0.1)}
    >>> cells |= {(0, "C"): Cell("8", UNSURE, 0.2)}
    >>> pictures = dict.fromkeys(cells, np.full((9, 9), 255, np.uint8))
    >>> [(cell.text, cell.status, cell.rule) for cell in leave_words(cells, pictures).values()]
    [('101', 'unsure', 'words'), ('', 'unsure', 'words'), ('', 'unsure', 'words')]
    """
    written = {key for key, cell in cells.items() if cell.rule != TOO_MUCH_INK and not _is_empty(cell)}
    row, column = {key for key in written if key[0] == 0}, {key for key in written if key[0] and key[1] == _FIRST}
    found = dict(cells)
    for head in (row, column):
        words = {key for key in head if _may_be_word(cells[key])}
        is_head = len(words) > 1 and 2 * len(words) > len(head)
        if is_head or (head is row and 2 * sum(cells[key].status == OK for key in head) < len(head)):
            found |= {key: _doubted(cells[key], as_png(pictures[key]), is_head) for key in head}
    return found


def _is_empty(cell: Cell) -> bool:
    """Tell whether nothing is written in a cell, though it may be several or none."""
    return cell.status == BLANK or (cell.rule == LINES and not cell.text and not cell.alternatives)


def _may_be_word(cell: Cell) -> bool:
    """Tell whether nothing that was read in a cell is likely, even together, as in a word."""
    return sum(probability for _, probability in cell.alternatives) < _WORD


def _doubted(cell: Cell, png: bytes, in_head: bool) -> Cell:
    """Return a cell of a first row or column as it is where words are, or where few numbers are sure."""
    cell = replace(cell, status=UNSURE, rule=cell.rule or (WORDS if in_head else ""), picture=cell.picture or png)
    if not (in_head and _may_be_word(cell)):
        return cell
    likely = tuple(alternative for alternative in cell.alternatives if alternative[1] >= _LIKELY)
    # its digits would teach how a word looks
    return replace(cell, text="", confidence=0.0, rule=WORDS, alternatives=likely, digits=b"")


def as_rows(page: PageRead, sheet: int) -> list[Row]:
    """Return the rows of the page that `try_table` made of the sheet of this number."""
    rows: dict[int, dict[str, Cell]] = {}
    for (row, column), cell in page.cells.items():
        rows.setdefault(row, {})[column] = cell
    return [Row(sheet, row, cells) for row, cells in rows.items()]


def join_pages(pages: Iterable[PageRead | Problem]) -> Table:
    """Put the pages that `try_table` made of photographs, in their order, below one another."""
    return join_tables(as_tables(pages))


def as_tables(pages: Iterable[PageRead | Problem]) -> list[list[Row] | Problem]:
    """Return the rows of each page that `try_table` made, and a problem where their number is doubtful.

    >>> page = PageRead("a.jpg", Code("", 1, 1), {(0, "A"): Cell("7", UNSURE, 0.5, LINES)}, unclear=((LEFT, 1),))
    >>> as_tables([page])[1].message.startswith("Unclear: the line at the right")
    True
    """
    pages = [*pages]
    found = list[list[Row] | Problem]()
    for sheet, page in enumerate((page for page in pages if not isinstance(page, Skipped)), start=1):
        if isinstance(page, Problem):
            found.append(page)
            continue
        rows = as_rows(page, sheet)
        found.append(rows)
        if any(cell.rule == LINES for cell in page.cells.values()):
            rows_and_columns = len(rows), max(len(row.cells) for row in rows)
            found.append(Problem(page.source, _doubt(page.unclear, *rows_and_columns)))
    return [*found, *skipped(pages)]


def _doubt(unclear: Iterable[Unclear], rows: int, columns: int) -> str:
    """Say which lines of a table cannot be made out."""
    ends = {ABOVE: rows, LEFT: columns}
    said = list[str]()
    for kind, index in unclear:
        side = {0: ".first", ends.get(kind): ".last"}.get(index, "") if kind in ends else ""
        before, after = (
            column_name(max(line, 0)) if kind in (LEFT, COLUMN) else str(line + 1) for line in (index - 1, index)
        )
        said.append(say(f"form.unclear.{kind}{side}", before=before, after=after))
    named = [*said[:_NAMED], *(["…"] if len(said) > _NAMED else [])]
    return say("form.shape", rows=rows, columns=columns, lines=say("form.list").join(named))


def join_tables(read: Iterable[list[Row] | Problem]) -> Table:
    """Put the tables of several photographs below one another."""
    found = [*read]
    rows = [row for rows in found if not isinstance(rows, Problem) for row in rows]
    columns = max((len(row.cells) for row in rows), default=0)
    fields = tuple(_column(column_name(index), rows) for index in range(columns))
    return Table("", fields, tuple(rows), tuple(problem for problem in found if isinstance(problem, Problem)))


def _column(name: str, rows: list[Row]) -> Field:
    sure = (row.cells[name].text for row in rows if name in row.cells and not row.cells[name].doubtful)
    return Field(name, name, IDENTIFIER if any(_ZERO.match(text) for text in sure) else NUMBER)


def column_name(index: int) -> str:
    """Name a column, counted from 0, as spreadsheets do."""
    name, left = "", index + 1
    while left:
        left, letter = divmod(left - 1, 26)
        name = chr(ord("A") + letter) + name
    return name


def _checked(found: TableCell, reader: Reader, work: PageWork, name: str) -> Cell:
    cell = _read(found, reader, work, name)
    if found.sure:
        return cell
    return replace(cell, status=UNSURE, rule=LINES, picture=as_png(found.picture))


def _read(found: TableCell, reader: Reader, work: PageWork, name: str) -> Cell:
    if found.inside is None and not found.doubtful:
        return Cell("", BLANK, 1.0, box=found.box, source=name)
    if found.inside is None:
        return Cell("", UNSURE, 1 - FAINT, box=found.box, source=name, picture=as_png(found.picture))
    cell = _read_ink(found.inside, reader, work)
    if found.kept is not None and not cell.rule:  # where ink may be a line, with it and without
        with_lines = _read_ink(found.kept, reader, work)
        if with_lines.rule:
            cell = with_lines
        elif with_lines.text != cell.text:
            cell = _either(cell, with_lines)
    if found.doubtful and cell.status == OK:
        cell = replace(cell, status=UNSURE)
    return replace(cell, box=found.box, source=name, picture=as_png(found.picture) if cell.status == UNSURE else b"")


def _read_ink(inside: NDArray[np.uint8], reader: Reader, work: PageWork) -> Cell:
    too_much = Cell("", UNSURE, 0.0, TOO_MUCH_INK)
    if work.is_used_up:
        return too_much
    findings = reader.recognise(np.pad(inside, inside.shape[0] // 8, constant_values=255), work.limit, as_page=False)
    reading = reader.decide(findings)
    work.spend(findings, reading)
    if findings.too_much is not None:
        return too_much
    text = reading.text.replace("\n", " ")
    status = reading.status if reading.status in (OK, BLANK) else UNSURE
    if text != reading.text or _is_apart(reading):
        status = UNSURE
    digits = strip_of([[digit.image] for digit in reading.digits])
    return Cell(text, status, reading.confidence, "", tuple(reading.alternatives[:_LISTED]), digits=digits)


def _either(first: Cell, second: Cell) -> Cell:
    """Return the cell that was read in two ways, each as probable as the other."""
    both = [cell.alternatives or ((cell.text, cell.confidence),) for cell in (first, second)]
    ranked = tuple(merge_texts((text, probability / 2) for texts in both for text, probability in texts)[:_LISTED])
    text, confidence = ranked[0]
    return Cell(text, UNSURE, confidence, "", ranked, digits=first.digits)


def _is_apart(reading: Reading) -> bool:
    """Tell whether digits are so far apart that they may be in several cells between which no line was seen."""
    boxes = sorted([*(digit.box for digit in reading.digits), *(mark.box for mark in reading.marks)])
    high = float(np.median([digit.box.height for digit in reading.digits])) if reading.digits else 0.0
    return any(right.x - left.right > _APART * high for left, right in pairwise(boxes))

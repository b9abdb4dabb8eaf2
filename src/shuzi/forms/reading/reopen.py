"""A table that was read becomes pages again, so that more photographs can be added to it."""

from __future__ import annotations

from dataclasses import replace

from shuzi.errors import DataError
from shuzi.forms.code import Code
from shuzi.forms.layout import pages_of
from shuzi.forms.reading.page_reader import PageRead
from shuzi.forms.reading.ruled_tables import column_name
from shuzi.forms.result import MISSING, Cell, Problem, Row, Table
from shuzi.forms.spec import Spec
from shuzi.forms.versions import sheets_of


def reopen_pages(spec: Spec, table: Table) -> list[PageRead | Problem]:
    """Return the pages that a table was collected from, for `shuzi.forms.collect.collect`.

    What pages were missing is not among them: they may be there now.

    Raises
    ------
    DataError
        The table is not of this spec, or pages would lose some of it: a row is there twice, or is none of the
        sheets, or a field that stands once on a page differs from row to row.

    Examples
    --------
    >>> from shuzi.forms.collect import collect
    >>> from shuzi.forms.spec import Field
    >>> spec = Spec("Scores", (Field("q", boxes=1),))
    >>> page = PageRead("a.jpg", Code(spec.id, 1, 1), {(0, "q"): Cell("7", "ok", 1.0, page=1, source="a.jpg")})
    >>> table = collect(spec, [page], [1])
    >>> collect(spec, reopen_pages(spec, table), [1]) == table
    True
    """
    _check_columns(spec, table)
    fields = {field.name: field for field in spec.fields}
    sheets = {sheet.version: sheet for sheet in sheets_of(spec)}
    positions = {
        (version, page.number, placed.row, placed.field.name)
        for version, sheet in sheets.items()
        for page in pages_of(sheet)
        for placed in page.fields
    }
    pages: dict[tuple[int, int, str], dict[tuple[int, str], Cell]] = {}
    seen: set[tuple[int, int]] = set()
    for row in table.rows:
        if (row.sheet, row.number) in seen:
            raise DataError("error.form.row_twice", sheet=row.sheet, row=row.number + 1)
        seen.add((row.sheet, row.number))
        for name, cell in row.cells.items():
            if fields[name].column:
                _check_printed(spec, row, name, cell)
                continue
            if cell.rule == MISSING:  # it may be there now
                continue
            # where a sheet is one row, nothing stands once on it
            key = (-1 if (row.version, cell.page, -1, name) in positions else row.number), name
            cells = pages.setdefault((row.sheet, cell.page, row.version), {})
            first = cells.setdefault(key, cell)
            # what stands once may have been confirmed in each row, at other times
            if (row.version, cell.page, *key) not in positions or replace(first, changes=()) != replace(
                cell, changes=()
            ):
                raise DataError("error.form.row_of_spec", sheet=row.sheet, row=row.number + 1, name=name)
    read = [
        PageRead(
            next(cell.source for cell in cells.values()), Code(sheets[version].id, sheet, page), cells, reopened=True
        )
        for (sheet, page, version), cells in sorted(pages.items())
    ]
    return [*read, *(problem for problem in table.problems if problem.source)]


def _check_columns(spec: Spec, table: Table) -> None:
    known = [field.name for field in spec.fields]
    named = [*(field.name for field in table.fields), *(name for row in table.rows for name in row.cells)]
    if unknown := [name for name in named if name not in known]:
        raise DataError("error.form.not_of_spec", name=unknown[0])
    if table.title != spec.title or [field.name for field in table.fields] != known:
        raise DataError("error.form.other_sheets", wanted=spec.title)


def _check_printed(spec: Spec, row: Row, name: str, cell: Cell) -> None:
    """Refuse another roster's table: its rows would get the names of this one."""
    printed = spec.roster[row.number][spec.field_named(name).column] if 0 <= row.number < len(spec.roster) else None
    if cell.text != printed:
        raise DataError("error.form.row_of_spec", sheet=row.sheet, row=row.number + 1, name=name)


def reopen_ruled(table: Table, read: list[list[Row] | Problem]) -> list[list[Row] | Problem]:
    """Put a table that was read from ruled tables before others, for `shuzi.forms.reading.ruled_tables.join_tables`.

    Raises
    ------
    DataError
        The table was read with a spec.
    """
    columns = [column_name(index) for index in range(max((len(row.cells) for row in table.rows), default=0))]
    for row in table.rows:
        if unknown := [name for name in row.cells if name not in columns]:
            raise DataError("error.form.not_of_spec", name=unknown[0])
    problems = [problem for problem in table.problems if problem.source]  # not blank pages, which have no number
    sheets = {row.sheet for row in table.rows}
    unread = [problem for problem in problems if problem.source not in table.sources]
    # one that could not be read before may be among the later ones now, and its number is free
    photographs = max(len(sheets) + len(unread), *sheets, 0)
    later = [
        rows if isinstance(rows, Problem) else [replace(row, sheet=row.sheet + photographs) for row in rows]
        for rows in read
    ]
    return [[*table.rows], *problems, *later]

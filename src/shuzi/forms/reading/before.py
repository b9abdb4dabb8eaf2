"""A table that was read becomes pages again, so that more photographs can be added to it."""

from __future__ import annotations

from dataclasses import replace

from shuzi.errors import DataError
from shuzi.forms.code import Code
from shuzi.forms.reading.page import PageRead
from shuzi.forms.reading.ruled import column_name
from shuzi.forms.result import Cell, Problem, Row, Table
from shuzi.forms.spec import Spec


def pages_before(spec: Spec, table: Table) -> list[PageRead | Problem]:
    """Return the pages that a table was collected from, for `shuzi.forms.collect.collect`.

    What pages were missing is not among them: they may be there now.

    Raises
    ------
    DataError
        The table is not of this spec.

    Examples
    --------
    >>> from shuzi.forms.collect import collect
    >>> from shuzi.forms.spec import Field
    >>> spec = Spec("Scores", (Field("q", boxes=1),))
    >>> page = PageRead("a.jpg", Code(spec.id, 1, 1), {(0, "q"): Cell("7", "ok", 1.0, source="a.jpg")})
    >>> table = collect(spec, [page], [1])
    >>> collect(spec, pages_before(spec, table), [1]) == table
    True
    """
    fields = {each.name: each for each in spec.fields}
    pages: dict[tuple[int, int], dict[tuple[int, str], Cell]] = {}
    for row in table.rows:
        for name, cell in row.cells.items():
            if name not in fields:
                raise DataError("error.form.not_of_spec", name=name)
            if not fields[name].column:
                cells = pages.setdefault((row.sheet, cell.page), {})
                cells[-1 if fields[name].once else row.number, name] = cell
    read = [
        PageRead(next(cell.source for cell in cells.values()), Code(spec.id, sheet, page), cells)
        for (sheet, page), cells in sorted(pages.items())
    ]
    return [*read, *(each for each in table.problems if each.source)]


def ruled_before(table: Table, read: list[list[Row] | Problem]) -> list[list[Row] | Problem]:
    """Put a table that was read from ruled tables before others, for `shuzi.forms.reading.ruled.joined`.

    Raises
    ------
    DataError
        The table was read with a spec.
    """
    columns = [column_name(number) for number in range(max((len(row.cells) for row in table.rows), default=0))]
    for row in table.rows:
        if unknown := [name for name in row.cells if name not in columns]:
            raise DataError("error.form.not_of_spec", name=unknown[0])
    photographs = len({row.sheet for row in table.rows}) + len(table.problems)
    later = [
        each if isinstance(each, Problem) else [replace(row, sheet=row.sheet + photographs) for row in each]
        for each in read
    ]
    return [[*table.rows], *table.problems, *later]

"""A CSV file becomes a roster: the people or things that a sheet asks about, one a row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from shuzi.data.tables import rows_of, trimmed
from shuzi.errors import DataError

MAX_ROWS = 10_000
"""Rows that a roster may have."""

MAX_COLUMNS = 200
"""Columns that a roster may have."""

MAX_BYTES = 10_000_000
"""Bytes that a roster may have."""


def roster_of(content: bytes, path: Path) -> tuple[dict[str, str], ...]:
    r"""Return the rows of a roster: the first row names the columns, which commas, semicolons or tabs separate.

    >>> roster_of(b"number;name\n007;Ada\n", Path("class.csv"))
    ({'number': '007', 'name': 'Ada'},)
    """
    numbered = rows_of(content, path, MAX_ROWS + 2)
    lines, rows = [line for line, _ in numbered], [trimmed(row) for _, row in numbered]
    if len(rows) < 2:
        raise DataError("error.roster.empty", path=path)
    if len(rows) > MAX_ROWS + 1:
        raise DataError("error.roster.many", path=path, most=MAX_ROWS)
    names = [name.strip() for name in rows[0]]
    if len(names) > MAX_COLUMNS:
        raise DataError("error.roster.wide", path=path, most=MAX_COLUMNS)
    if twice := _twice(names):
        raise DataError("error.roster.columns", path=path, names=", ".join(twice))
    for line, row in zip(lines, rows, strict=True):
        if len(row) > len(names):
            raise DataError("error.roster.row", path=path, line=line, found=len(row), wanted=len(names))
    return tuple(
        {name: cell.strip() for name, cell in zip(names, [*row, *[""] * len(names)], strict=False)}
        for row in rows[1:]
    )


def check_column(roster: Iterable[dict[str, str]], path: Path, column: str, unique: bool) -> None:
    """Check a column that is used."""
    rows = [*roster]
    if column not in rows[0]:
        raise DataError("error.roster.no_column", path=path, column=column, columns=", ".join(rows[0]))
    if not unique:
        return
    values = [row[column] for row in rows]
    if "" in values:
        raise DataError("error.roster.no_value", path=path, column=column, line=values.index("") + 2)
    if twice := _twice(values):
        raise DataError("error.roster.twice", path=path, column=column, values=", ".join(twice[:5]))


def _twice(values: list[str]) -> list[str]:
    return [value for value, count in Counter(values).items() if count > 1]

"""The bytes of a CSV file, as spreadsheets and people write it, become rows with line numbers."""

from __future__ import annotations

import csv
import io
from itertools import islice
from pathlib import Path

from shuzi.errors import DataError

Row = tuple[int, list[str]]
"""The number of the row's last line, from 1, and its cells."""

_ENCODINGS = ("utf-8-sig", "gb18030")  # encodings of spreadsheets; almost no text is valid in both


def rows_of(content: bytes, path: Path, most: int) -> list[Row]:
    r"""Return the rows that are not empty; commas, semicolons or tabs separate the cells.

    Parameters
    ----------
    content
        The file's bytes, in UTF-8 or GB18030.
    path
        Its name in errors.
    most
        The maximum number of rows to return.

    Raises
    ------
    DataError
        It is not text, or not CSV.

    Examples
    --------
    >>> rows_of(b"number;name\n\n007;Ada\n", Path("class.csv"), 10)
    [(1, ['number', 'name']), (3, ['007', 'Ada'])]
    """
    for encoding in _ENCODINGS:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        first = text.partition("\n")[0]
        separator = max(",;\t", key=first.count)
        try:
            reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
            filled = ((reader.line_num, row) for row in reader if any(cell.strip() for cell in row))
            return [*islice(filled, most)]
        except csv.Error as problem:
            raise DataError("error.data.unreadable", path=path, reason=problem) from problem
    raise DataError("error.table.encoding", path=path)


def trimmed(row: list[str]) -> list[str]:
    """Drop empty cells at the end: spreadsheets write them for columns that were once used.

    >>> trimmed(["7", "", " "])
    ['7']
    """
    return row[: max((count for count, cell in enumerate(row, start=1) if cell.strip()), default=0)]

"""Tables that people write: CSV becomes rows with the numbers of their lines, and `labels.csv` labelled pictures."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from shuzi.atomic import open_named
from shuzi.errors import DataError, PictureError
from shuzi.pictures.folders import pictures_in

TABLE = "labels.csv"
"""The file in the folder that lists pictures and their labels."""

MAX_LABELS = 1_000_000
"""The maximum number of labels in a table."""

Row = tuple[int, list[str]]
"""The number of the row's last line, from 1, and its cells."""

_ENCODINGS = ("utf-8-sig", "gb18030")  # encodings of spreadsheets; almost no text is valid in both
_MAX_TABLE = 100_000_000  # bytes
_COLUMNS = ("file", "label")


def read_bounded(path: Path, max_size: int, too_large: str) -> bytes:
    """Return the bytes of a file; the error for more than `max_size` has the key `too_large`."""
    try:
        with open_named(path) as file:
            content = file.read(max_size + 1)
    except OSError as problem:
        raise DataError("error.data.unreadable", path=path, reason=problem.strerror or problem) from problem
    check_size(content, path, max_size, too_large)
    return content


def check_size(content: bytes, path: Path, max_size: int, too_large: str) -> None:
    """Raise a DataError if content, which errors call `path`, has more than `max_size` bytes."""
    if len(content) > max_size:
        raise DataError(too_large, path=path, max=max_size)


def rows_of(content: bytes, path: Path, max_rows: int) -> list[Row]:
    """Return the filled rows of CSV, in UTF-8 or GB18030, separated by commas, semicolons or tabs."""
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
            return [*islice(filled, max_rows)]
        except csv.Error as problem:
            raise DataError("error.data.unreadable", path=path, reason=problem) from problem
    raise DataError("error.table.encoding", path=path)


def trimmed(row: list[str]) -> list[str]:
    """Drop empty cells at the end: spreadsheets write them for columns that were once used."""
    return row[: max((count for count, cell in enumerate(row, start=1) if cell.strip()), default=0)]


@dataclass(frozen=True)
class Labelled:
    """A picture and its label: digits and marks, or "" if it shows no number."""

    path: Path  # the picture
    label: str  # what is written on it
    line: int = field(default=0, compare=False)  # its line in the table, from 1; 0 without a table


def has_table(folder: Path) -> bool:
    """Tell whether a folder has a table of labels, readable or not."""
    return os.path.lexists(folder / TABLE)


def read_labels(folder: Path, characters: str | None = None) -> list[Labelled]:
    """Read a folder's `labels.csv`, with the columns `file` and `label`, which is empty without a number."""
    table = folder / TABLE
    rows = rows_of(read_bounded(table, _MAX_TABLE, "error.labels.large"), table, MAX_LABELS + 2)
    if len(rows) > MAX_LABELS + 1:
        raise DataError("error.labels.many", path=table, max=MAX_LABELS)
    line, head = rows[0] if rows else (1, [])
    names = [name.strip().casefold() for name in head]
    if any(names.count(name) != 1 for name in _COLUMNS):
        raise DataError("error.labels.head", path=table, line=line, head=", ".join(trimmed(head)))
    file_column, label_column = map(names.index, _COLUMNS)
    first: dict[str, int] = {}
    pictures = []
    for line, row in rows[1:]:
        if len(trimmed(row)) > len(names):
            raise DataError("error.labels.quotes", path=table, line=line)
        if len(row) <= max(file_column, label_column) or not row[file_column].strip():
            raise DataError("error.labels.cells", path=table, line=line)
        file, label = row[file_column].strip(), row[label_column].strip()
        picture = folder / file
        if not _is_file(picture):
            raise DataError("error.labels.missing", path=table, line=line, file=file)
        if characters is not None and not set(label) <= set(characters):
            raise DataError("error.labels.characters", path=table, line=line, label=label)
        real = os.path.realpath(picture)
        if real in first:
            raise DataError("error.labels.twice", path=table, line=line, file=file, first=first[real])
        first[real] = line
        pictures.append(Labelled(picture, label, line))
    return pictures


def unlabelled(folder: Path, labelled: Collection[Path]) -> Iterator[Path]:
    """Yield the pictures in a folder, in natural order, that are not among these."""
    known = {os.path.realpath(path) for path in labelled}
    try:
        inside = pictures_in(folder)
    except PictureError:  # there are none: the table names pictures elsewhere
        return
    yield from (path for path in inside if os.path.realpath(path) not in known)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # too long, or with a character that no name has
        return False

"""The table `labels.csv` in a folder becomes labelled pictures."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from shuzi.data.tables.bounded import read_bounded
from shuzi.data.tables.spreadsheet import rows_of, trimmed
from shuzi.errors import DataError, PictureError
from shuzi.pictures.folders import pictures_in

TABLE = "labels.csv"
"""The file in the folder that lists pictures and their labels."""

MOST_LABELS = 1_000_000
"""The maximum number of labels in a table."""

_LARGEST = 100_000_000  # bytes
_COLUMNS = ("file", "label")


@dataclass(frozen=True)
class Labelled:
    """A picture and its label: digits and marks, or "" if it shows no number.

    Parameters
    ----------
    path
        The picture.
    label
        What is written on it.
    line
        Its line in the table, from 1; 0 without a table.
    """

    path: Path
    label: str
    line: int = field(default=0, compare=False)


def has_table(folder: Path) -> bool:
    """Tell whether a folder has a table of labels, readable or not."""
    return os.path.lexists(folder / TABLE)


def read_labels(folder: Path, characters: str | None = None) -> list[Labelled]:
    r"""Read a folder's `labels.csv`, the first row of which names the columns `file` and `label`.

    Parameters
    ----------
    folder
        The folder of the table, to which its paths are relative.
    characters
        The characters that labels may have; None for any. An empty label means that there is no number.

    Raises
    ------
    DataError
        The table cannot be read, is too long or lacks a column, a file is missing or named twice, or a label has
        other characters; if a line is at fault, the error names it.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> (folder / "a.png").touch()
    >>> _ = (folder / "labels.csv").write_text("file;label\n\na.png;007\n", "utf-8")
    >>> [(picture.path.name, picture.label, picture.line) for picture in read_labels(folder)]
    [('a.png', '007', 3)]
    """
    table = folder / TABLE
    rows = rows_of(read_bounded(table, _LARGEST, "error.labels.large"), table, MOST_LABELS + 2)
    if len(rows) > MOST_LABELS + 1:
        raise DataError("error.labels.many", path=table, most=MOST_LABELS)
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

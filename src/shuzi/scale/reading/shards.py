"""A list of files becomes shards, each the work of one task, and a shard becomes its pictures."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from shuzi.errors import DataError, PictureError, ShuziError
from shuzi.pictures.folders import ENDINGS, single_pictures
from shuzi.pictures.open import Picture
from shuzi.pictures.pdf import Page
from shuzi.scale.reading.inputs import PARQUET, PICTURES, Input
from shuzi.scale.reading.location import Location

Shard = dict[str, Any]
"""The content of a shard, as JSON values: "files", or "file" with "groups" and "first"."""

Named = tuple[str, Picture | ShuziError]
"""The name of a picture, and the picture or the error in its place."""

_AT_ONCE = 16  # files whose ends are read at once, since each waits for the storage
_ROWS = 64  # of Parquet, decoded at once
_LARGEST = 256 << 20  # bytes of a picture in an archive: the largest that could be decoded


def shards_of(source: Input, rows: int, column: str | None) -> Iterator[tuple[Shard, int | None]]:
    """Divide an input into shards.

    Parameters
    ----------
    source
        The input.
    rows
        Pictures in a shard: exactly so many files, at least so many rows of Parquet if a file has them. An archive is
        always one shard.
    column
        The column of pictures in Parquet; None finds it.

    Yields
    ------
    A shard, and how many pictures it has, if that is known.

    Raises
    ------
    DataError
        A Parquet file is damaged, or has no such column.
    """
    names = [name for name, _ in source.files]
    if source.kind == PICTURES:
        for start in range(0, len(names), rows):
            yield {"files": names[start : start + rows]}, len(names[start : start + rows])
    elif source.kind == PARQUET:
        with ThreadPoolExecutor(_AT_ONCE) as threads:
            for name, groups in zip(
                names, threads.map(lambda name: _groups(source, name, column), names), strict=True
            ):
                yield from _of_groups(name, groups, rows)
    else:
        for name in names:
            yield {"file": name}, None


def pictures_of(kind: str, folder: Location, shard: Shard, column: str | None) -> Iterator[Named]:
    """Yield the pictures of a shard, in order, each with its name; the pages of a PDF one by one."""
    if kind == PICTURES:
        for name in shard["files"]:
            location = folder.child(name)
            yield from _pages(location.shown, Path(location.path) if location.is_local else _content(location))
    elif kind == PARQUET:
        for name, content in _rows(folder.child(shard["file"]), shard, column):
            yield from _pages(name, content)
    else:
        for name, content in _members(folder.child(shard["file"])):
            yield from _pages(name, content)


def _pages(name: str, picture: Picture | ShuziError) -> Iterator[Named]:
    if isinstance(picture, ShuziError):
        yield name, picture
        return
    for single in single_pictures(picture):
        yield (f"{name}#{single.number}" if isinstance(single, Page) else name), single


def _content(location: Location) -> Picture | ShuziError:
    try:
        return location.read()
    except DataError as problem:
        return problem


def _groups(source: Input, name: str, column: str | None) -> list[int]:
    """Return the number of rows in each row group of a Parquet file."""
    location = source.folder.child(name)
    with (
        _reading(location),
        location.filesystem.open_input_file(location.path) as file,
        pq.ParquetFile(file) as parquet,
    ):
        column_of_pictures(parquet.schema_arrow, column, location)
        described = parquet.metadata
        return [described.row_group(number).num_rows for number in range(described.num_row_groups)]


def _of_groups(name: str, groups: list[int], rows: int) -> Iterator[tuple[Shard, int]]:
    first = start = count = 0
    for number, more in enumerate(groups):
        count += more
        if count >= rows or number == len(groups) - 1:
            if count:
                yield {"file": name, "groups": [start, number + 1], "first": first}, count
            first, start, count = first + count, number + 1, 0


def column_of_pictures(schema: pa.Schema, column: str | None, location: Location) -> str:
    """Return the name of the column with the bytes of pictures.

    Raises
    ------
    DataError
        There is no such column, or none is given and there are several.
    """
    known = [field.name for field in schema if _holds_bytes(field.type)]
    if column in known or (column is None and len(known) == 1):
        return column or known[0]
    key = "error.scale.column" if column else "error.scale.columns"
    raise DataError(key, path=location.shown, column=column, known=", ".join(known) or "-")


def _holds_bytes(kind: pa.DataType) -> bool:
    if pa.types.is_struct(kind):  # as the Hugging Face libraries store pictures
        return any(field.name == "bytes" and _holds_bytes(field.type) for field in kind)
    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind))


def _rows(location: Location, shard: Shard, column: str | None) -> Iterator[tuple[str, Picture | ShuziError]]:
    number = shard["first"]
    try:
        with (
            _reading(location),
            location.filesystem.open_input_file(location.path) as file,
            pq.ParquetFile(file) as parquet,
        ):
            name = column_of_pictures(parquet.schema_arrow, column, location)
            for batch in parquet.iter_batches(_ROWS, row_groups=list(range(*shard["groups"])), columns=[name]):
                for value in batch.column(0):
                    content = value.as_py()
                    content = content.get("bytes") if isinstance(content, dict) else content
                    at = f"{location.shown}#{number}"
                    yield at, content or PictureError("error.picture.empty", path=at)
                    number += 1
    except DataError as problem:
        yield f"{location.shown}#{number}", problem


def _members(location: Location) -> Iterator[tuple[str, Picture | ShuziError]]:
    """Yield the pictures in a tar archive, which is read once from start to end and not unpacked."""
    try:
        with (
            _reading(location),
            location.filesystem.open_input_stream(location.path, compression=None) as file,
            tarfile.open(fileobj=file, mode="r|*") as archive,
        ):
            for member in archive:
                if not member.isfile() or not member.name.lower().endswith(ENDINGS):
                    continue
                name = f"{location.shown}/{member.name}"
                if member.size > _LARGEST:
                    yield name, PictureError("error.picture.long", path=name, most=_LARGEST)
                    continue
                content = archive.extractfile(member)
                data = b"" if content is None else content.read()
                yield name, data or PictureError("error.picture.empty", path=name)
    except DataError as problem:
        yield location.shown, problem


@contextmanager
def _reading(location: Location) -> Iterator[None]:
    """Turn errors of Arrow and tarfile about a damaged or missing file into a DataError."""
    try:
        yield
    except (OSError, ValueError, tarfile.TarError, EOFError) as problem:
        reason = str(problem).partition("\n")[0] or type(problem).__name__
        raise DataError("error.data.unreadable", path=location.shown, reason=reason) from problem

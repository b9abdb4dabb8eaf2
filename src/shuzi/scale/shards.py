"""An order becomes a manifest that lists shards, each the work of one task, and a shard becomes its pictures.

A shard is done when its Parquet file exists, which appears in one step. So the files alone record the progress of a
run, and a resumed run needs only the manifest: `_shards.jsonl`, one shard a line, and `_manifest.json`, which
is written after it. Readers of Parquet skip names that begin with an underscore.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
from array import array
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import fs

from shuzi.errors import DataError, PictureError, ShuziError
from shuzi.messages import speaking
from shuzi.pictures.decode import Page
from shuzi.pictures.folders import ENDINGS, single_pictures
from shuzi.pictures.open import Picture
from shuzi.scale.location import PARQUET, PICTURES, Input, Location, find

Shard = dict[str, Any]
"""The content of a shard, as JSON values: "files", or "file" with "groups" and "first"."""

Named = tuple[str, Picture | ShuziError]
"""The name of a picture, and the picture or the error in its place."""

_AT_ONCE = 16  # files whose ends are read at once, since each waits for the storage
_ROWS = 64  # of Parquet, decoded at once
_MAX_PICTURE = 256 << 20  # bytes of a picture in an archive: the largest that could be decoded


def shards_of(source: Input, rows: int, column: str | None) -> Iterator[tuple[Shard, int | None]]:
    """Divide an input into shards.

    `rows`: pictures in a shard: exactly so many files, at least so many rows of Parquet if a file has them. An
    archive is always one shard. `column`: the column of pictures in Parquet; None finds it.
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
    with _parquet(location) as parquet:
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
    """Return the name of the column with the bytes of pictures."""
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
        with _parquet(location) as parquet:
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
            location.reading(),
            location.filesystem.open_input_stream(location.path, compression=None) as file,
            tarfile.open(fileobj=file, mode="r|*") as archive,
        ):
            for member in archive:
                if not member.isfile() or not member.name.lower().endswith(ENDINGS):
                    continue
                name = f"{location.shown}/{member.name}"
                if member.size > _MAX_PICTURE:
                    yield name, PictureError("error.picture.long", path=name, max=_MAX_PICTURE)
                    continue
                content = archive.extractfile(member)
                data = b"" if content is None else content.read()
                yield name, data or PictureError("error.picture.empty", path=name)
    except DataError as problem:
        yield location.shown, problem


@contextmanager
def _parquet(location: Location) -> Iterator[pq.ParquetFile]:
    with (
        location.reading(),
        location.filesystem.open_input_file(location.path) as file,
        pq.ParquetFile(file) as parquet,
    ):
        yield parquet


MANIFEST, SHARDS = "_manifest.json", "_shards.jsonl"
FORMAT = 1


@dataclass(frozen=True)
class Manifest:
    """The input and the models that an output belongs to."""

    # the input as given, independent of where the command runs; its kind; and the name of its folder in rows
    input: str
    kind: str
    folder: str
    rows: int  # pictures in a shard, and the column of pictures in Parquet, if it was named
    column: str | None
    models: str  # the SHA-256 of the models that read, and of the settings that decide how they are used
    shards: int  # how many there are; pictures is None if only reading tells
    pictures: int | None
    sha256: str  # of `_shards.jsonl` and of the sizes of the files
    format: int = FORMAT


@dataclass(frozen=True)
class Order:
    """An input to read, and where to write the results."""

    input: str  # as they were given: paths or addresses
    output: str
    rows: int = 1_000  # pictures in a shard, and so in a file of the output
    column: str | None = None  # the column of pictures in Parquet; None finds it


def prepare(order: Order, models: str, language: str) -> tuple[Manifest, Location] | DataError:
    """List the input, and write the manifest or compare it with the existing one.

    Done on the cluster, where the input is, and not where the command runs: a list of files may need much memory.
    """
    with speaking(language):
        try:
            return _prepare(order, models)
        except DataError as problem:
            return problem


def _prepare(order: Order, models: str) -> tuple[Manifest, Location]:
    output = Location.of(order.output)
    output.remove_leftovers()
    known = _known(output)
    source = Location.of(order.input)
    if known is not None:
        _compare(known, order, source.identity, models, output)
    given = find(order.input, output)
    sizes = hashlib.sha256()
    for _, size in given.files:
        sizes.update(b"%d\n" % size)
    lines, count = io.BytesIO(), 0
    pictures: int | None = 0
    for shard, holds in shards_of(given, order.rows, order.column):
        lines.write(json.dumps(shard, separators=(",", ":")).encode("ascii") + b"\n")
        pictures = None if holds is None or pictures is None else pictures + holds
        count += 1
    content = lines.getvalue()
    if not count:
        raise DataError("error.scale.nothing", path=source.shown)
    sha256 = hashlib.sha256(content + sizes.digest()).hexdigest()
    if known is not None:
        if known.sha256 != sha256:
            raise DataError("error.scale.changed", path=source.shown, output=output.shown)
        return known, replace(given.folder, shown=known.folder)
    made = Manifest(
        input=source.identity,
        kind=given.kind,
        folder=given.folder.shown,
        rows=order.rows,
        column=order.column,
        models=models,
        shards=count,
        pictures=pictures,
        sha256=sha256,
    )
    output.child(SHARDS).put(content)
    output.child(MANIFEST).put(json.dumps(asdict(made), indent=1).encode("ascii"))
    return made, given.folder


def _known(output: Location) -> Manifest | None:
    """Return the manifest of an output, or None if it is new."""
    if output.kind() == fs.FileType.File:
        raise DataError("error.scale.output_file", path=output.shown)
    names = output.names()
    if MANIFEST not in names:
        foreign = [name for name in names if name != SHARDS and not name.startswith(".")]
        if foreign:
            raise DataError("error.scale.foreign", path=output.shown, name=min(foreign))
        return None
    try:
        values: dict[str, Any] = json.loads(output.child(MANIFEST).read())
        if values["format"] != FORMAT:
            raise DataError("error.scale.format", path=output.shown, format=values["format"], known=FORMAT)
        return Manifest(**values)
    except (ValueError, TypeError, KeyError) as problem:
        raise DataError("error.scale.manifest", path=output.child(MANIFEST).shown) from problem


def _compare(known: Manifest, order: Order, source: str, models: str, output: Location) -> None:
    asked: dict[str, Any] = {"input": source, "rows": order.rows, "column": order.column, "models": models}
    for name, value in asked.items():
        if getattr(known, name) != value:
            key = "error.scale.other_models" if name == "models" else "error.scale.other"
            option = {"input": "INPUT", "rows": "--rows-per-file", "column": "--column"}.get(name, "")
            raise DataError(key, path=output.shown, option=option, known=getattr(known, name), given=value)


def name_of_part(number: int) -> str:
    """Return the name of a shard's file.

    >>> name_of_part(17)
    'part-00000017.parquet'
    """
    return f"part-{number:08}.parquet"


def number_of_part(name: str) -> int | None:
    """Return the number of a shard whose file this is, or None."""
    stem, ending = os.path.splitext(name)  # noqa: PTH122 - of a name
    number = stem.removeprefix("part-")
    return int(number) if ending == ".parquet" and number.isdigit() and name == name_of_part(int(number)) else None


class Pending:
    """The shards still to be read: their numbers, and the offset of each description in `_shards.jsonl`."""

    def __init__(self, output: Location) -> None:
        done = {number for name in output.names() if (number := number_of_part(name)) is not None}
        self.done = len(done)
        self.numbers, self.starts, self.lengths = array("Q"), array("Q"), array("Q")
        start = 0
        described = output.child(SHARDS)
        with described.reading(), described.filesystem.open_input_stream(described.path) as file:
            for number, line in enumerate(io.TextIOWrapper(file, encoding="ascii", newline="\n")):
                if number not in done:
                    self.numbers.append(number)
                    self.starts.append(start)
                    self.lengths.append(len(line))
                start += len(line)

    def __len__(self) -> int:
        return len(self.numbers)

    def as_rows(self) -> list[dict[str, int]]:
        """Return one row per shard, with what a worker needs to know."""
        columns = zip(self.numbers, self.starts, self.lengths, strict=True)
        return [{"shard": number, "start": start, "length": length} for number, start, length in columns]


def described(output: Location, start: int, length: int) -> Shard:
    """Read the description of a shard."""
    shard: Shard = json.loads(output.child(SHARDS).read(start, length))
    return shard

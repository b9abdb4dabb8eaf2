"""An order becomes a manifest in the output, which lists the content of each shard.

A shard is done when its Parquet file exists, which appears in one step. So the files alone record the progress of a
run, and a resumed run needs only the manifest: `_shards.jsonl`, one shard a line, and `_manifest.json`, which
is written after it. Readers of Parquet skip names that begin with an underscore.
"""

from __future__ import annotations

import hashlib
import io
import json
from array import array
from dataclasses import asdict, dataclass, replace
from typing import Any

from pyarrow import fs

from shuzi.errors import DataError
from shuzi.messages import speaking
from shuzi.scale.reading.inputs import find
from shuzi.scale.reading.location import Location
from shuzi.scale.reading.parquet_rows import number_of_part
from shuzi.scale.reading.shards import Shard, shards_of

MANIFEST, SHARDS = "_manifest.json", "_shards.jsonl"
FORMAT = 1


@dataclass(frozen=True)
class Manifest:
    """The input and the models that an output belongs to.

    Parameters
    ----------
    input, kind, folder
        The input as given, independent of where the command runs; its kind; and the name of its folder in rows.
    rows, column
        Pictures in a shard, and the column of pictures in Parquet, if it was named.
    models
        The SHA-256 of the models that read, and of the settings that decide how they are used.
    shards, pictures
        How many there are; pictures is None if only reading tells.
    sha256
        Of `_shards.jsonl` and of the sizes of the files.
    """

    input: str
    kind: str
    folder: str
    rows: int
    column: str | None
    models: str
    shards: int
    pictures: int | None
    sha256: str
    format: int = FORMAT


@dataclass(frozen=True)
class Order:
    """An input to read, and where to write the results.

    Parameters
    ----------
    input, output
        As they were given: paths or addresses.
    rows
        Pictures in a shard, and so in a file of the output.
    column
        The column of pictures in Parquet; None finds it.
    """

    input: str
    output: str
    rows: int = 1_000
    column: str | None = None


def prepare(order: Order, models: str, language: str) -> tuple[Manifest, Location] | DataError:
    """List the input, and write the manifest or compare it with the existing one.

    Done on the cluster, where the input is, and not where the command runs: a list of files may need much memory.

    Returns
    -------
    The manifest and the folder of the files, called as it was when the work began; or why there is none.
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

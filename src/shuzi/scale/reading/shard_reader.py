"""A shard becomes a Parquet file, written by an actor with its own reading process.

A picture may crash that process; the actor then starts another, tries the picture once more, and writes the error in
its row. While it reads, the actor fetches what comes next.
"""

from __future__ import annotations

import pickle
import platform
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
from pyarrow import fs

from shuzi import __version__
from shuzi.errors import ClusterError, DataError, PictureError, ShuziError
from shuzi.messages import speaking
from shuzi.pictures.open import Picture
from shuzi.processes.pool import Pool
from shuzi.processes.pool_task import Crashed, Shared, Task, Unreadable
from shuzi.reading.parallel.calls import estimate_size, use_one_core
from shuzi.scale.reading.location import Location
from shuzi.scale.reading.manifest import Manifest, described
from shuzi.scale.reading.parquet_rows import ERROR, Part, Row, name_of_part, read_row, row_of
from shuzi.scale.reading.shards import Named, pictures_of

if TYPE_CHECKING:
    import ray

_AHEAD = 16  # pictures that are fetched before they are needed
_MOST = 64 << 20  # bytes of fetched pictures, except the first
_SENT = 2  # pictures sent ahead, so that the process never waits


@dataclass(frozen=True)
class Work:
    """The order that every actor gets.

    Parameters
    ----------
    manifest
        What is read.
    input, output
        The folder of the input files, and the folder of the results.
    reader
        A pickled Reader, in Ray's object store.
    language
        The language of errors.
    version
        The version of shuzi that gave the order.
    """

    manifest: Manifest
    input: Location
    output: Location
    reader: ray.ObjectRef[bytes]
    language: str
    version: str = __version__


class ShardReader:
    """Reads shards one after another, and writes a file for each."""

    def __init__(self, work: Work) -> None:
        import ray
        from ray.util.metrics import Counter, Histogram

        self._work = work
        self._problem = self._unfit()
        work.output.remove_leftovers()
        self._pool = Pool(1, _SENT, use_one_core)
        self._reader: Shared = self._pool.share(_Packed(ray.get(work.reader)))
        self._pictures = Counter("shuzi_pictures", "Pictures read, by the status of their reading", ("status",))
        boundaries = [1, 3, 10, 30, 100, 300, 1_000, 3_000]
        self._seconds = Histogram("shuzi_shard_seconds", "Seconds to read a shard", boundaries)

    def __call__(self, row: dict[str, Any]) -> dict[str, Any]:
        """Read a shard, unless that has been done.

        Returns
        -------
        The shard's number, how many rows its file has, how many of them are errors, and a pickled ShuziError that
        prevents all work, or b"".
        """
        number, rows, failed, problem = int(row["shard"]), 0, 0, b""
        try:
            if self._problem is not None:
                raise self._problem
            rows, failed = self._read(number, int(row["start"]), int(row["length"]))
        except ShuziError as found:
            problem = pickle.dumps(found)
        return {"shard": number, "rows": rows, "failed": failed, "problem": problem}

    def _unfit(self) -> ShuziError | None:
        """Return why this node cannot do the work, if so."""
        node = platform.node()
        if self._work.version != __version__:
            return ClusterError("error.cluster.shuzi", node=node, found=__version__, version=self._work.version)
        try:
            for location in (self._work.input, self._work.output):
                if location.kind() == fs.FileType.NotFound:
                    return DataError("error.scale.not_shared", path=location.shown, node=node)
        except DataError as problem:
            return problem
        return None

    def _read(self, number: int, start: int, length: int) -> tuple[int, int]:
        work, began = self._work, monotonic()
        target = work.output.child(name_of_part(number))
        if target.kind() == fs.FileType.File:  # written by an attempt whose answer was lost
            with target.filesystem.open_input_file(target.path) as file:
                return pq.read_metadata(file).num_rows, 0
        shard, part = described(work.output, start, length), Part()
        counts: dict[str, int] = {}
        for row in self._rows(pictures_of(work.manifest.kind, work.input, shard, work.manifest.column)):
            part.add(row)
            counts[row["status"]] = counts.get(row["status"], 0) + 1
        target.put(part.content())
        for status, count in counts.items():
            self._pictures.inc(count, {"status": status})
        self._seconds.observe(monotonic() - began)
        return sum(counts.values()), counts.get(ERROR, 0)

    def _rows(self, pictures: Iterator[Named]) -> Iterator[Row]:
        """Read pictures in the other process, and yield their rows in order."""
        waiting: deque[tuple[str, int, Task]] = deque()
        held = 0
        for source, picture in pictures:
            size = len(picture) if isinstance(picture, bytes) else 0
            while waiting and (len(waiting) >= _AHEAD or held + size > _MOST):
                held -= waiting[0][1]
                yield self._row(*waiting.popleft())
            waiting.append((source, size, self._submit(source, picture)))
            held += size
        while waiting:
            yield self._row(*waiting.popleft())

    def _submit(self, source: str, picture: Picture | ShuziError) -> Task:
        return self._pool.submit(
            read_row, source, picture, self._work.language, shared=self._reader, size=estimate_size(picture)
        )

    def _row(self, source: str, _: int, task: Task) -> Row:
        try:
            row: Row = self._pool.result(task)
        except (Crashed, Unreadable):
            with speaking(self._work.language):
                return row_of(source, PictureError("error.reading.crashed", path=source))
        return row


class _Packed:
    """A pickled object, which only the process that uses it unpacks."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def __reduce__(self) -> tuple[Any, ...]:
        return pickle.loads, (self._content,)  # noqa: S301 - from who gave the order

"""An order becomes a stream of finished shards, read with Ray Data by as many actors as a cluster has CPUs.

Each actor reads in a process of its own, and writes a Parquet file for each shard. A picture may crash that process;
the actor then starts another, tries the picture once more, and writes the error in its row. While it reads, the actor
fetches what comes next.
"""

from __future__ import annotations

import hashlib
import io
import json
import logging
import pickle
import platform
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from time import monotonic
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import fs

from shuzi import __version__
from shuzi.errors import ClusterError, DataError, PictureError, ShuziError
from shuzi.messages import language, speaking
from shuzi.pictures.open import Picture
from shuzi.processes.pool import Crashed, Pool, Shared, Task, Unreadable
from shuzi.reading.read_many import estimate_size, use_one_core
from shuzi.reading.reader import Reader
from shuzi.reading.result import Reading
from shuzi.scale.cluster import Cluster
from shuzi.scale.location import Location
from shuzi.scale.shards import Manifest, Named, Order, Pending, described, name_of_part, pictures_of, prepare

if TYPE_CHECKING:
    import ray


Row = dict[str, Any]

_BOX = pa.list_(pa.int32())
_DIGIT = pa.struct([("digit", pa.int8()), ("probability", pa.float64()), ("box", _BOX), ("status", pa.string())])
_ALTERNATIVE = pa.struct([("text", pa.string()), ("probability", pa.float64())])
_TEXTS = [pa.field(name, pa.string(), nullable=False) for name in ("source", "text", "digits_text", "status")]
_LISTS = [("digits", pa.list_(_DIGIT)), ("alternatives", pa.list_(_ALTERNATIVE))]

SCHEMA = pa.schema([*_TEXTS, ("confidence", pa.float64()), *_LISTS, ("error", pa.string())])
"""The columns. `status` is "error" where `error` says why a picture was not read; a box is x, y, width, height."""

ERROR = "error"


def row_of(source: str, found: Reading | ShuziError) -> Row:
    """Turn a reading, or the error in its place, into a row; errors are in the current language.

    >>> from shuzi.errors import PictureError
    >>> row_of("a.png", PictureError("error.picture.blank"))["status"]
    'error'
    """
    name = source.encode("utf-8", "backslashreplace").decode()  # a file's name may not be valid text
    if isinstance(found, ShuziError):
        nothing: Row = {"text": "", "digits_text": "", "confidence": None, "digits": [], "alternatives": []}
        return {"source": name, "status": ERROR, "error": str(found.with_path(source))} | nothing
    return {
        "source": name,
        "text": found.text,
        "digits_text": found.digits_text,
        "status": found.status,
        "confidence": found.confidence,
        "digits": [
            {"digit": digit.digit, "probability": digit.probability, "box": list(digit.box), "status": digit.status}
            for digit in found.digits
        ],
        "alternatives": [{"text": text, "probability": probability} for text, probability in found.alternatives],
        "error": None,
    }


def read_row(reader: Reader, source: str, picture: Picture | ShuziError, language: str) -> Row:
    """Read a picture in another process, which it may crash, and return its row."""
    with speaking(language):
        return row_of(source, reader.try_to_read(picture))


class Part:
    """A Parquet file under construction, held in memory until it is complete."""

    _TOGETHER = 1_000  # rows in a row group

    def __init__(self) -> None:
        self._file = io.BytesIO()
        self._writer = pq.ParquetWriter(self._file, SCHEMA, compression="zstd")
        self._rows: list[Row] = []

    def add(self, row: Row) -> None:
        """Add a row."""
        self._rows.append(row)
        if len(self._rows) >= self._TOGETHER:
            self._flush()

    def content(self) -> bytes:
        """Return the whole file; nothing can be added after that."""
        self._flush()
        self._writer.close()
        return self._file.getvalue()

    def _flush(self) -> None:
        if self._rows:
            self._writer.write_table(pa.Table.from_pylist(self._rows, SCHEMA))
        self._rows = []


_AHEAD = 16  # pictures that are fetched before they are needed
_MAX_AHEAD = 64 << 20  # bytes of fetched pictures, except the first
_SENT = 2  # pictures sent ahead, so that the process never waits


@dataclass(frozen=True)
class Work:
    """The order that every actor gets."""

    manifest: Manifest  # what is read
    input: Location  # the folder of the input files, and the folder of the results
    output: Location
    reader: ray.ObjectRef[bytes]  # a pickled Reader, in Ray's object store
    language: str  # the language of errors
    version: str = __version__  # the version of shuzi that gave the order


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
        """Read a shard, unless that has been done."""
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
            while waiting and (len(waiting) >= _AHEAD or held + size > _MAX_AHEAD):
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


_MAX_TASKS = 4_096
"""The maximum number of tasks, as each takes some of the driver's memory; with more shards, a task has several."""


@dataclass(frozen=True)
class Progress:
    """The progress of a run."""

    shards: int  # how many shards there are, and how many of them are done
    done: int
    pictures: int | None  # how many pictures there are, or None if only reading tells
    rows: int = 0  # how many pictures this run has read, and how many of them have an error in place of a reading
    failed: int = 0


def read(order: Order, reader: Reader, cluster: Cluster) -> Iterator[Progress]:
    """Read the shards of an order that are not done yet; yield the progress, first before anything is read."""
    import ray

    _silence_ray()
    if not cluster.cpus:
        raise ClusterError("error.cluster.no_cpus")
    models, output = identity(reader), Location.of(order.output)
    try:
        answer = ray.get(ray.remote(prepare).options(num_cpus=1).remote(order, models, language()))
    except ray.exceptions.RayError as problem:
        raise ClusterError("error.scale.lost", reason=_first_line(problem)) from problem
    if isinstance(answer, ShuziError):
        raise answer
    manifest, folder = answer
    work = Work(manifest, folder, output, ray.put(pickle.dumps(reader)), language())
    pending = Pending(output)
    progress = Progress(manifest.shards, pending.done, manifest.pictures)
    yield progress
    while len(pending):
        lost: BaseException | None = None
        try:
            for result in _results(work, pending, cluster.cpus):
                if result["problem"]:
                    raise pickle.loads(result["problem"])  # noqa: S301 - from our own actors
                progress = replace(
                    progress,
                    done=progress.done + 1,
                    rows=progress.rows + result["rows"],
                    failed=progress.failed + result["failed"],
                )
                yield progress
        except ray.exceptions.RayError as problem:
            lost = problem
        left = Pending(output)
        if len(left) >= len(pending):
            raise ClusterError("error.scale.lost", reason=_first_line(lost)) from lost
        pending, progress = left, replace(progress, done=left.done)


def identity(reader: Reader) -> str:
    """Return the SHA-256 of what decides how a reader reads: its models and the card of the first."""
    told = json.dumps([reader.card.to_json(), sorted(reader.partners.items())])
    return hashlib.sha256(told.encode()).hexdigest()


def _results(work: Work, pending: Pending, cpus: int) -> Iterator[dict[str, Any]]:
    """Have the actors read shards; each result arrives as soon as its task is done."""
    import ray.data

    rows = pending.as_rows()
    tasks = min(len(rows), _MAX_TASKS)
    shards = ray.data.from_items(rows, override_num_blocks=tasks)
    # actors are added and removed as the cluster grows and shrinks
    actors = ray.data.ActorPoolStrategy(min_size=1, max_size=tasks, initial_size=min(cpus, tasks))
    done = shards.map(ShardReader, fn_constructor_args=(work,), compute=actors, num_cpus=1)
    yield from done.iter_rows()


def _silence_ray() -> None:
    """Keep Ray Data from writing to the terminal."""
    import ray.data

    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    context.print_on_execution_start = False
    for name in ("ray.data", "ray"):
        logging.getLogger(name).setLevel(logging.ERROR)


def _first_line(problem: BaseException | None) -> str:
    return str(problem).strip().partition("\n")[0] if problem else "-"

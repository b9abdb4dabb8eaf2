"""An order becomes a stream of finished shards, read with Ray Data by as many actors as a cluster has CPUs."""

from __future__ import annotations

import hashlib
import json
import logging
import pickle
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from shuzi.errors import ClusterError, ShuziError
from shuzi.messages import language
from shuzi.reading.reader import Reader
from shuzi.scale.cluster import Cluster
from shuzi.scale.reading.location import Location
from shuzi.scale.reading.manifest import Order, Pending, prepare
from shuzi.scale.reading.shard_reader import ShardReader, Work

_MOST_TASKS = 4_096
"""The maximum number of tasks, as each takes some of the driver's memory; with more shards, a task has several."""


@dataclass(frozen=True)
class Progress:
    """The progress of a run.

    Parameters
    ----------
    shards, done
        How many shards there are, and how many of them are done.
    pictures
        How many pictures there are, or None if only reading tells.
    rows, failed
        How many pictures this run has read, and how many of them have an error in place of a reading.
    """

    shards: int
    done: int
    pictures: int | None
    rows: int = 0
    failed: int = 0


def read(order: Order, reader: Reader, cluster: Cluster) -> Iterator[Progress]:
    """Read the shards of an order that are not done yet; yield the progress, first before anything is read.

    A run that ends early can be continued: the same order reads the rest. The output holds each picture once.

    Parameters
    ----------
    order
        What to read, and where to write it.
    reader
        The reader, which is sent to the actors.
    cluster
        Where they work.

    Raises
    ------
    DataError
        The input cannot be found or has changed, the output belongs to another job, or cannot be written.
    ClusterError
        The cluster lost so many machines that no shard was finished.
    """
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
    tasks = min(len(rows), _MOST_TASKS)
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

"""The option --address names a cluster; a command that cannot reach it says so, and gives up in time."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from threading import Event, Thread
from typing import TYPE_CHECKING

import click

from shuzi.cli.localized import option
from shuzi.cli.terminal import waiting
from shuzi.errors import ClusterError
from shuzi.messages import say

if TYPE_CHECKING:
    from shuzi.scale.cluster import Cluster

_TELL, _GIVE_UP = 20.0, 120.0  # seconds: connecting from a busy machine takes up to a minute

address_option = option("--address", envvar="RAY_ADDRESS", metavar="ADDRESS", help="cli.scale.address")
"""`--address`, for each command that works on a cluster; Ray sets its variable for jobs."""


@contextmanager
def connected(address: str | None, cpus: int | None = None) -> Iterator[Cluster]:
    """Connect to a cluster, or start one, as `cluster` does; report a long wait, and end the process after a limit.

    Ray waits in C++ code, which no exception can interrupt, forever if a part of the cluster does not answer.
    """
    from shuzi.scale.cluster import cluster

    with ExitStack() as stack:
        with _patience(address), waiting(say("scale.starting")):
            there = stack.enter_context(cluster(address, cpus))
        yield there


@contextmanager
def _patience(address: str | None) -> Iterator[None]:
    """Report on the current stderr that the block is waiting, and end the process after a limit."""
    if address is None:
        yield
        return
    sys.stderr.flush()
    with os.fdopen(os.dup(2), "w", encoding=sys.stderr.encoding or "utf-8", errors="replace") as stderr:
        waits = say("scale.waits", address=address, tell=f"{_TELL:g}", seconds=f"{_GIVE_UP:g}")
        problem = ClusterError("error.cluster.silent", address=address, seconds=f"{_GIVE_UP:g}")
        error = say("cli.error", problem=problem)  # here: the thread below does not have this language
        done = Event()

        def watch() -> None:
            if done.wait(_TELL):
                return
            click.echo(waits, stderr)
            if done.wait(_GIVE_UP - _TELL):
                return
            click.echo(error, stderr)
            os._exit(1)

        watching = Thread(target=watch, daemon=True)
        watching.start()
        try:
            yield
        finally:
            done.set()
            watching.join()

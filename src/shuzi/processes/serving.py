"""Serve a function from a child process: jobs come on stdin, answers go to stdout (`child` is the other side)."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import IO

from shuzi.processes.job_limits import limit_job, limit_process, peak
from shuzi.processes.pipes import Bytes, Header, receive, send

Work = Callable[[Header, bytearray], tuple[Header, Bytes]]
_ANY = 1 << 62  # bytes: the sender of jobs is trusted


def serve(work: Work, limited: bool = True) -> None:
    """Work on jobs until stdin closes, which ends this process even in the middle of a job.

    Parameters
    ----------
    work
        Turns a job's header and bytes into those of the answer. Any exception ends the process.
    limited
        Whether to set the limits that come with a job.
    """
    comes, goes = pipes_of_this_process()
    if limited:
        limit_process()
    jobs: SimpleQueue[tuple[Header, bytearray]] = SimpleQueue()
    Thread(target=_take_in, args=(comes, jobs), daemon=True).start()
    with suppress(BrokenPipeError):
        send(goes, {"peak": peak(), "spent": time.process_time()})
        while True:
            order, body = jobs.get()
            if limited:
                limit_job(order["seconds"], order["memory"])
            header, answer = work(order["job"], body)
            del body
            send(goes, header | {"spent": time.process_time()}, answer)


def pipes_of_this_process() -> tuple[IO[bytes], IO[bytes]]:
    """Take stdin and stdout, unbuffered, for jobs and answers; what libraries print then goes to stderr."""
    comes, goes = os.fdopen(os.dup(0), "rb", 0), os.fdopen(os.dup(1), "wb", 0)
    os.dup2(2, 1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    return comes, goes


def resident() -> int:
    """Return this process's memory in bytes; 0 if the system does not report it."""
    held = 0
    if sys.platform != "win32":
        with suppress(OSError):
            pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
            held = pages * os.sysconf("SC_PAGE_SIZE")
    return held


def _take_in(comes: IO[bytes], jobs: SimpleQueue[tuple[Header, bytearray]]) -> None:
    """Read jobs as soon as they arrive: if both sides wrote without reading, both would wait forever."""
    with suppress(EOFError, OSError, ValueError, MemoryError):
        while True:
            jobs.put(receive(comes, _ANY))
    os._exit(0)  # the sender is gone, and the current job needs no answer

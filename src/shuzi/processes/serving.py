"""Serve a function from a child process: jobs come on stdin, answers go to stdout (`child` is the other side).

A message is two lengths, a JSON header and the bytes. Reading it runs no code from the message, so it may come from
an untrusted process; the reader sets the maximum length. Limits on a job are enforced by the system if possible.
"""

from __future__ import annotations

import json
import os
import signal
import struct
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import IO, Any

Header = dict[str, Any]
Bytes = bytes | bytearray | memoryview

_LENGTHS = struct.Struct("<IQ")
_MAX_HEADER = 65_536  # bytes
_AT_ONCE = 1 << 20  # bytes: larger pieces are no faster, and memory is allocated only for received data


def send(pipe: IO[bytes], header: Header, body: Bytes = b"") -> None:
    """Write a message to an unbuffered pipe."""
    packed = json.dumps(header).encode()
    write(pipe, _LENGTHS.pack(len(packed), len(body)) + packed)
    write(pipe, body)


def receive(pipe: IO[bytes], max_size: int) -> tuple[Header, bytearray]:
    """Read a message from an unbuffered pipe."""
    sizes = _LENGTHS.unpack(read(pipe, _LENGTHS.size))
    if sizes[0] > _MAX_HEADER or sizes[1] > max_size:
        raise ValueError(f"a message of {sizes} bytes")
    header = json.loads(read(pipe, sizes[0]))
    if not isinstance(header, dict):
        raise ValueError("a header that is no object")
    return header, read(pipe, sizes[1])


def write(pipe: IO[bytes], content: Bytes) -> None:
    """Write all of something to an unbuffered pipe."""
    left = memoryview(content)
    while left:
        left = left[pipe.write(left) :]


def read(pipe: IO[bytes], size: int) -> bytearray:
    """Read so many bytes from an unbuffered pipe; raises EOFError if it ends before."""
    parts = bytearray()
    while len(parts) < size:
        part = pipe.read(min(size - len(parts), _AT_ONCE))
        if not part:
            raise EOFError
        parts += part
    return parts


if sys.platform != "win32":
    import resource

SYSTEM_HOLDS_MEMORY = sys.platform not in ("win32", "darwin")
"""Whether the system enforces a limit on address space; macOS accepts the number and does nothing."""

SYSTEM_HOLDS_TIME = sys.platform != "win32"
"""Whether the system ends a process that has used up its CPU time."""


@dataclass(frozen=True)
class Limits:
    """The limits of a job."""

    cpu_seconds: float  # CPU time; wall-clock time may be `PATIENCE` times as long, since the machine may be busy
    memory: int  # bytes; if the system enforces it, all mapped memory counts, including the programs themselves


PATIENCE = 10.0  # a job that waits for its turn on a busy machine does not hang

TIME_IS_UP: int | None = None
"""The exit status of a process that has used up its time."""

if sys.platform != "win32":
    TIME_IS_UP = -signal.SIGPROF

PEAK_UNIT = 1 if sys.platform == "darwin" else 1_024
"""The unit in bytes of getrusage's peak memory."""


def peak() -> int:
    """Return this process's peak memory in bytes; 0 if the system does not report it.

    On Linux this includes the time before exec, when the process was as large as its parent.
    """
    memory = 0
    if sys.platform != "win32":
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * PEAK_UNIT
    return memory


def limit_process() -> None:
    """Forbid this process to write files or core dumps, which might contain a user's picture."""
    if sys.platform != "win32":
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def limit_job(cpu_seconds: float, memory: int) -> None:
    """Limit what this process may use from now on (memory 0 for no limit); replaces the previous job's limits.

    The timer counts CPU time and ends the process with SIGPROF, even if its parent is gone and nobody watches the
    clock. RLIMIT_CPU would count only whole seconds.
    """
    if sys.platform != "win32":
        signal.setitimer(signal.ITIMER_PROF, cpu_seconds)
        if memory:
            _, hard = resource.getrlimit(resource.RLIMIT_AS)  # a limit may have been set from outside
            resource.setrlimit(
                resource.RLIMIT_AS, (memory if hard == resource.RLIM_INFINITY else min(memory, hard), hard)
            )


Work = Callable[[Header, bytearray], tuple[Header, Bytes]]
_ANY = 1 << 62  # bytes: the sender of jobs is trusted


def serve(work: Work) -> None:
    """Work on jobs until stdin closes, which ends this process even in the middle of a job.

    `work` turns a job's header and bytes into those of the answer; any exception ends the process.
    """
    comes, goes = pipes_of_this_process()
    limit_process()
    jobs: SimpleQueue[tuple[Header, bytearray]] = SimpleQueue()
    Thread(target=_take_in, args=(comes, jobs), daemon=True).start()
    with suppress(BrokenPipeError):
        send(goes, {"peak": peak(), "spent": time.process_time()})
        while True:
            order, body = jobs.get()
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

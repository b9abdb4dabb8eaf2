"""Limits on a child, enforced by the system if possible."""

from __future__ import annotations

import signal
import sys
from dataclasses import dataclass

if sys.platform != "win32":
    import resource

SYSTEM_HOLDS_MEMORY = sys.platform not in ("win32", "darwin")
"""Whether the system enforces a limit on address space; macOS accepts the number and does nothing."""

SYSTEM_HOLDS_TIME = sys.platform != "win32"
"""Whether the system ends a process that has used up its CPU time."""


@dataclass(frozen=True)
class Limits:
    """The limits of a job.

    Parameters
    ----------
    seconds
        CPU time. Wall-clock time may be `PATIENCE` times as long, since the machine may be busy.
    memory
        Bytes. If the system enforces it, all mapped memory counts, including the programs themselves.
    """

    seconds: float
    memory: int


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
    most = 0
    if sys.platform != "win32":
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * PEAK_UNIT
    return most


def limit_process() -> None:
    """Forbid this process to write files or core dumps, which might contain a user's picture."""
    if sys.platform != "win32":
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def limit_job(seconds: float, memory: int) -> None:
    """Limit what this process may use from now on (memory 0 for no limit); replaces the previous job's limits.

    The timer counts CPU time and ends the process with SIGPROF, even if its parent is gone and nobody watches the
    clock. RLIMIT_CPU would count only whole seconds.
    """
    if sys.platform != "win32":
        signal.setitimer(signal.ITIMER_PROF, seconds)
        if memory:
            _, hard = resource.getrlimit(resource.RLIMIT_AS)  # a limit may have been set from outside
            resource.setrlimit(
                resource.RLIMIT_AS, (memory if hard == resource.RLIM_INFINITY else min(memory, hard), hard)
            )

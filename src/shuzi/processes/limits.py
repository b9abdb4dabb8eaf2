"""What a child may use becomes limits that the system holds, where it can."""

from __future__ import annotations

import signal
import sys
from dataclasses import dataclass

if sys.platform != "win32":
    import resource

SYSTEM_HOLDS_MEMORY = sys.platform not in ("win32", "darwin")
"""Whether the system holds a process to an address space; macOS takes the number and does nothing."""

SYSTEM_HOLDS_TIME = sys.platform != "win32"
"""Whether the system ends a process that has used up its time on the processor."""


@dataclass(frozen=True)
class Limits:
    """What a job may use.

    Parameters
    ----------
    seconds
        Of the processor. By the clock it may take `PATIENCE` times as long, since the machine may be busy.
    memory
        Bytes. Where the system holds it, all that is mapped counts, the programs themselves too.
    """

    seconds: float
    memory: int


PATIENCE = 10.0  # a job that waits for its turn on a busy machine does not hang

TIME_IS_UP = -signal.SIGPROF if sys.platform != "win32" else None
"""How a process ends that has used up its time."""


PEAK_UNIT = 1 if sys.platform == "darwin" else 1_024
"""Bytes in which getrusage tells how much memory a process had at most."""


def peak() -> int:
    """Return how many bytes of memory this process had at most; 0 where the system does not tell.

    On Linux what the process was before it became this program counts too: as much as its parent had.
    """
    return 0 if sys.platform == "win32" else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * PEAK_UNIT


def limit_process() -> None:
    """Let this process write no file and leave no dump of its memory, which may hold a person's picture."""
    if sys.platform != "win32":
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def limit_job(seconds: float, memory: int) -> None:
    """Let this process use no more than that from now on (0: any memory); each job takes the place of the one before.

    The timer counts the processor's time and ends the process by SIGPROF, also when its parent is gone and nobody
    looks at the clock. RLIMIT_CPU would count whole seconds only.
    """
    if sys.platform == "win32":
        return
    signal.setitimer(signal.ITIMER_PROF, seconds)
    if memory:
        _, hard = resource.getrlimit(resource.RLIMIT_AS)  # somebody else may have set that
        resource.setrlimit(
            resource.RLIMIT_AS, (memory if hard == resource.RLIM_INFINITY else min(memory, hard), hard)
        )

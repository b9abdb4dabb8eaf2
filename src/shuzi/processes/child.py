"""A Python module becomes a child process that does jobs one at a time, within limits."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import deque
from contextlib import suppress
from threading import Event, Lock, Thread
from time import monotonic
from typing import IO, Any

from shuzi.errors import ShuziError
from shuzi.processes.job_limits import PATIENCE, PEAK_UNIT, SYSTEM_HOLDS_MEMORY, SYSTEM_HOLDS_TIME, TIME_IS_UP, Limits
from shuzi.processes.launch import kill, start, untrusted
from shuzi.processes.pipes import Bytes, Header, receive, send

_START = 12.0  # seconds to start Python and import the module; by the clock, `PATIENCE` times as long
_LAST = 16  # chunks of a child's stderr that are kept
_PIECE = 4_096
_SETTLE = 1.0  # seconds
# of its limit: a child that crashed after using this much ran out of memory, since a growing list doubles its size
_MUCH = 0.4
_OFTEN = 0.05  # seconds between checks of a child's memory if the system does not limit it


class Ended(Exception):  # noqa: N818 - it is what happened
    """A child ended without an answer: it crashed, was killed from outside, or sent something invalid.

    Parameters
    ----------
    remarks
        The last lines it wrote to stderr.
    seconds
        The CPU time that the job took.
    """

    def __init__(self, remarks: str = "", seconds: float = 0.0) -> None:
        super().__init__(remarks)
        self.seconds = seconds


class OutOfTime(Ended):
    """A child was ended because its job took too long."""


class OutOfMemory(Ended):
    """A child was ended because its job used too much memory."""


class Cancelled(Ended):
    """A child was ended because its answer is no longer wanted."""


class Child:
    """A process that answers jobs one at a time (`serving`), used by one thread at a time.

    It is started by `start`, and any processes it starts can be ended with it. It ends when its stdin closes, for
    example because this process was killed. PR_SET_PDEATHSIG would not do: it is sent when the thread that started
    the child ends.

    Parameters
    ----------
    module
        The module to run.

    Raises
    ------
    ShuziError
        No process can be started here.
    """

    def __init__(self, module: str) -> None:
        self._process = start(module, untrusted(), errors=True)
        assert self._process.stdin is not None  # noqa: S101 - for the types
        assert self._process.stdout is not None  # noqa: S101 - for the types
        assert self._process.stderr is not None  # noqa: S101 - for the types
        self._goes, self._comes = self._process.stdin, self._process.stdout
        self._lock = Lock()
        self._cause: type[Ended] | None = None
        self._memory = self._peak = 0  # bytes: what the job may use, and what the system counted before the first job
        self._spent = self._total = 0.0  # CPU seconds since it started: before the job, and at its end
        self._remarks: deque[bytes] = deque(maxlen=_LAST)
        self._collecting = Thread(target=_collect, args=(self._process.stderr, self._remarks), daemon=True)
        self._collecting.start()
        self.jobs = 0
        try:
            ready, _ = self._exchange(None, b"", 0, Limits(_START, 0), watch_memory=False)
            self._peak = int(ready["peak"])
            self._count(ready["spent"])
        except BaseException as problem:
            self.close()
            if not isinstance(problem, Ended):
                raise
            reason = self.remarks.strip().rpartition("\n")[2] or "?"
            raise ShuziError("error.processes.start", reason=reason) from problem

    def __del__(self) -> None:
        if getattr(self, "_cause", Cancelled) is None:  # no further job can reach it
            self.close()

    @property
    def pid(self) -> int:
        """The id of its process."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it can take a job: it was not ended and, as far as the system knows, did not end by itself."""
        with self._lock:
            return self._cause is None and self._process.poll() is None

    @property
    def remarks(self) -> str:
        """The last lines it wrote to stderr."""
        return b"".join(self._remarks).decode(errors="replace")

    def ask(self, header: Header, body: Bytes, most: int, limits: Limits) -> tuple[Header, bytearray]:
        """Send it a job and wait for the answer.

        Parameters
        ----------
        header, body
            The job.
        most
            The maximum size of the answer's body in bytes.
        limits
            What the job may use. A child that uses more is ended.

        Returns
        -------
        The answer, with the job's CPU time as ``seconds`` in its header.

        Raises
        ------
        Ended
            It gave no answer. The subclass tells the reason, if known; the child cannot be used again.
        """
        self.jobs += 1
        self._memory = limits.memory
        job = {"job": header, "seconds": limits.seconds, "memory": limits.memory if SYSTEM_HOLDS_MEMORY else 0}
        answer, content = self._exchange(job, body, most, limits, watch_memory=not SYSTEM_HOLDS_MEMORY)
        return answer | {"seconds": self._count(answer.get("spent"))}, content

    def end(self, cause: type[Ended] = Cancelled) -> None:
        """End it and everything it started; nothing can be lost. Ending it twice is harmless."""
        with self._lock:
            if self._cause is not None:
                return
            self._cause = cause
            kill(self._process)
            self._total, used = _wait(self._process)
            # if it was already ending by itself, its own exit status counts
            if cause is Ended and self._process.returncode == TIME_IS_UP:
                self._cause = OutOfTime
            elif cause is Ended and used > max(_MUCH * self._memory, self._peak) > 0:
                self._cause = OutOfMemory

    def close(self) -> None:
        """End it and close its pipes; not during a job."""
        self.end()
        for pipe in (self._goes, self._comes):
            pipe.close()

    def forget(self) -> None:
        """Leave it to the parent that this process was forked from."""
        self._cause = Cancelled
        self._process.returncode = 0  # only the parent may wait for it
        for pipe in (self._goes, self._comes):
            pipe.close()

    def _count(self, total: object) -> float:
        """Return the seconds since the last call."""
        before, self._spent = self._spent, total if isinstance(total, float) else self._spent
        return max(0.0, self._spent - before)

    def _exchange(
        self, header: Header | None, body: Bytes, most: int, limits: Limits, watch_memory: bool
    ) -> tuple[Header, bytearray]:
        done = Event()
        # a thread, because not every system can wait for a pipe with a time limit
        watch = Thread(target=_watch, args=(self, done, limits, watch_memory), daemon=True)
        watch.start()
        try:
            if header is not None:
                send(self._goes, header, body)
            answer, content = receive(self._comes, most)
            if answer.get("last"):  # it takes no more jobs
                self.end()
            return answer, content
        except (OSError, EOFError, ValueError) as problem:
            self.end(Ended)
            self._collecting.join(_SETTLE)  # its last words may still be in the pipe
            raise (self._cause or Ended)(self.remarks, self._count(self._total)) from problem
        except BaseException:  # Ctrl-C: the child is in the middle of something
            self.end()
            raise
        finally:
            done.set()


def _wait(process: subprocess.Popen[bytes]) -> tuple[float, int]:
    """Wait until a process ends; return its CPU seconds and peak memory in bytes, or zeros if unknown."""
    spent, most = 0.0, 0
    if sys.platform != "win32" and process.returncode is None:
        with suppress(ChildProcessError):  # another thread has already reaped it
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            spent, most = used.ru_utime + used.ru_stime, used.ru_maxrss * PEAK_UNIT
    process.wait()
    return spent, most


def _watch(child: Child, done: Event, limits: Limits, watch_memory: bool) -> None:
    """End a child that exceeds its time, or its memory if the system does not enforce that."""
    ends = monotonic() + PATIENCE * limits.seconds
    measured = _measured(child.pid) if watch_memory else None
    while not done.wait(_OFTEN if measured else max(0.0, ends - monotonic())):
        if monotonic() >= ends:
            return child.end(OutOfTime)
        if measured is not None:
            memory, seconds = measured.use()
            if memory > limits.memory:
                return child.end(OutOfMemory)
            if not SYSTEM_HOLDS_TIME and seconds > limits.seconds:
                return child.end(OutOfTime)
    return None


class _Measured:
    """The resources of a process, measured by psutil."""

    def __init__(self, process: Any) -> None:
        self._process = process
        self._before = self._seconds()

    def use(self) -> tuple[int, float]:
        """Return its current memory in bytes, and its CPU seconds since measuring began."""
        try:
            return int(self._process.memory_info().rss), self._seconds() - self._before
        except Exception:  # noqa: BLE001 - psutil raises various exceptions once a process has ended
            return 0, 0.0

    def _seconds(self) -> float:
        times = self._process.cpu_times()
        return float(times.user + times.system)


def _measured(pid: int) -> _Measured | None:
    import psutil  # imported only where it is needed

    try:
        return _Measured(psutil.Process(pid))
    except psutil.Error:
        return None


def _collect(pipe: IO[bytes], remarks: deque[bytes]) -> None:
    with suppress(OSError, ValueError), pipe:
        while piece := pipe.read(_PIECE):
            remarks.append(piece)

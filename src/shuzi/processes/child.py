"""Start a module of shuzi as a child process, give it jobs within limits, and end it; nothing else starts processes.

`start` starts one. `Child` gives one a job at a time; `Children` gives jobs from any thread to a few children, which
are started and replaced as needed. `serving` is what runs in them.
"""

from __future__ import annotations

import asyncio
import atexit
import os
import signal
import subprocess
import sys
import weakref
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import nullcontext, suppress
from threading import Condition, Event, Lock, Thread
from time import monotonic
from typing import IO, Any, TypeVar

from shuzi.errors import ShuziError
from shuzi.processes.cores import cores
from shuzi.processes.serving import (
    PATIENCE,
    PEAK_UNIT,
    SYSTEM_HOLDS_MEMORY,
    SYSTEM_HOLDS_TIME,
    TIME_IS_UP,
    Bytes,
    Header,
    Limits,
    receive,
    send,
)

_NEEDED = (  # variables of the environment passed to an untrusted child; the rest may contain secrets
    *("PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "LANG", "LC_ALL", "LC_CTYPE"),
    *("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "PYTHONHOME", "PYTHONPYCACHEPREFIX", "PYTHONDONTWRITEBYTECODE"),
)

Process = subprocess.Popen[bytes]
LoopProcess = asyncio.subprocess.Process
Owner = TypeVar("Owner")

_Action = Callable[[Any], object]
_owners: weakref.WeakKeyDictionary[Any, tuple[_Action, _Action]] = weakref.WeakKeyDictionary()


def can_start() -> bool:
    """Tell whether this is an ordinary Python that can start another, not a program that embeds Python."""
    return bool(sys.executable) and not getattr(sys, "frozen", False)


def start(module: str, environment: Mapping[str, str], errors: bool, arguments: tuple[str, ...] = ()) -> Process:
    """Start a module as a program with pipes for stdin and stdout.

    It is a separate program rather than a `multiprocessing` child, so scripts need no ``if __name__ == "__main__"``,
    and nothing is imported from the working folder. Ctrl-C does not reach it: on POSIX it leads its own session, on
    Windows its own group of processes. `environment` is all of its environment; without a pipe for errors, its stderr
    is that of this process.
    """
    if not can_start():
        raise ShuziError("error.processes.python")
    # bufsize=0, because a process forked while a thread reads would wait for a buffer's lock
    try:
        return subprocess.Popen(  # noqa: S603 - a module of shuzi
            [*_command(module), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE if errors else None,
            bufsize=0,
            env=environment,
            **_apart(),
        )
    except OSError as problem:
        raise ShuziError("error.processes.start", reason=problem.strerror or problem) from problem


async def start_for_loop(
    module: str, arguments: tuple[str, ...], environment: Mapping[str, str], max_line: int
) -> LoopProcess:
    """Start a module like `start`, for an event loop that reads the lines it writes."""
    return await asyncio.create_subprocess_exec(
        *_command(module),
        *arguments,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        limit=max_line,
        env=os.environ | environment,
        **_apart(),
    )


def untrusted() -> dict[str, str]:
    """Return the environment of a child that may be taken over by what it reads: no secrets, one core."""
    kept = {name: value for name, value in os.environ.items() if name.upper() in _NEEDED}
    alone = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "1"}
    return kept | alone | {"PYTHONPATH": _paths(), "PYTHONUTF8": "1"}


def trusted() -> dict[str, str]:
    """Return the environment of a child that does this process's own work: all of it, and the same import path."""
    return os.environ | {"PYTHONPATH": _paths()}


def pipes(process: Process) -> tuple[IO[bytes], IO[bytes]]:
    """Return the pipes to a process and from it."""
    assert process.stdin is not None  # noqa: S101 - for the types
    assert process.stdout is not None  # noqa: S101 - for the types
    return process.stdin, process.stdout


def kill(process: Process | LoopProcess) -> None:
    """End a process, and on POSIX everything it started, if it has not been waited for yet."""
    if process.returncode is not None:  # by now its id may belong to a different process
        return
    with suppress(ProcessLookupError, PermissionError):
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)


def _command(module: str) -> list[str]:
    return [sys.executable, "-P", "-m", module]


def _apart() -> dict[str, Any]:
    """Return the Popen options that keep a terminal's Ctrl-C from a child; Windows ignores `start_new_session`."""
    apart: dict[str, Any]
    if sys.platform == "win32":
        apart = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    else:
        apart = {"start_new_session": True}
    return apart


def _paths() -> str:
    return os.pathsep.join(os.path.abspath(path) for path in sys.path if path)  # noqa: PTH100 - of text


def end_with_this_process(owner: Owner, end: Callable[[Owner], object], forget: Callable[[Owner], object]) -> None:
    """Register an object's processes to be ended when this one exits, and forgotten in its forks.

    At exit Python calls `end` with the object, unless it was collected earlier, and each fork `forget`, since the
    processes belong to the parent.
    """
    _owners[owner] = end, forget


def _end_all() -> None:
    for owner, (end, _) in list(_owners.items()):
        end(owner)


def _forget_all() -> None:
    for owner, (_, forget) in list(_owners.items()):
        forget(owner)


atexit.register(_end_all)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_all)


_START = 12.0  # seconds to start Python and import the module; by the clock, `PATIENCE` times as long
_LAST = 16  # chunks of a child's stderr that are kept
_PIECE = 4_096
_SETTLE = 1.0  # seconds
# of its limit: a child that crashed after using this much ran out of memory, since a growing list doubles its size
_MUCH = 0.4
_OFTEN = 0.05  # seconds between checks of a child's memory if the system does not limit it


class Ended(Exception):  # noqa: N818 - it is what happened
    """A child ended without an answer: it crashed, was killed from outside, or sent something invalid."""

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
    """

    def __init__(self, module: str) -> None:
        self._process = start(module, untrusted(), errors=True)
        self._goes, self._comes = pipes(self._process)
        assert self._process.stderr is not None  # noqa: S101 - for the types
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

    def ask(self, header: Header, body: Bytes, max_size: int, limits: Limits) -> tuple[Header, bytearray]:
        """Send it a job and wait for the answer."""
        self.jobs += 1
        self._memory = limits.memory
        job = {"job": header, "seconds": limits.cpu_seconds, "memory": limits.memory if SYSTEM_HOLDS_MEMORY else 0}
        answer, content = self._exchange(job, body, max_size, limits, watch_memory=not SYSTEM_HOLDS_MEMORY)
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
        self, header: Header | None, body: Bytes, max_size: int, limits: Limits, watch_memory: bool
    ) -> tuple[Header, bytearray]:
        done = Event()
        # a thread, because not every system can wait for a pipe with a time limit
        watch = Thread(target=_watch, args=(self, done, limits, watch_memory), daemon=True)
        watch.start()
        try:
            if header is not None:
                send(self._goes, header, body)
            answer, content = receive(self._comes, max_size)
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
    cpu_seconds, memory = 0.0, 0
    if sys.platform != "win32" and process.returncode is None:
        with suppress(ChildProcessError):  # another thread has already reaped it
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            cpu_seconds, memory = used.ru_utime + used.ru_stime, used.ru_maxrss * PEAK_UNIT
    process.wait()
    return cpu_seconds, memory


def _watch(child: Child, done: Event, limits: Limits, watch_memory: bool) -> None:
    """End a child that exceeds its time, or its memory if the system does not enforce that."""
    ends = monotonic() + PATIENCE * limits.cpu_seconds
    measured = _Measured(child.pid) if watch_memory else None
    while not done.wait(_OFTEN if measured else max(0.0, ends - monotonic())):
        if monotonic() >= ends:
            return child.end(OutOfTime)
        if measured is not None:
            memory, seconds = measured.use()
            if memory > limits.memory:
                return child.end(OutOfMemory)
            if not SYSTEM_HOLDS_TIME and seconds > limits.cpu_seconds:
                return child.end(OutOfTime)
    return None


class _Measured:
    """The resources of a process, measured by psutil."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._before = self._now()[1]

    def use(self) -> tuple[int, float]:
        """Return its current memory in bytes, and its CPU seconds since measuring began."""
        memory, seconds = self._now()
        return memory, seconds - self._before

    def _now(self) -> tuple[int, float]:
        import psutil  # imported only where it is needed

        try:
            process = psutil.Process(self._pid)
            times = process.cpu_times()
            return int(process.memory_info().rss), float(times.user + times.system)
        except Exception:  # noqa: BLE001 - psutil raises various exceptions once a process has ended
            return 0, 0.0


def _collect(pipe: IO[bytes], remarks: deque[bytes]) -> None:
    with suppress(OSError, ValueError), pipe:
        while piece := pipe.read(_PIECE):
            remarks.append(piece)


JOBS = 500
"""Jobs after which a child is replaced, in case a decoder leaks."""


class Children:
    """Child processes that run the same module: one per concurrent thread, at most one per core."""

    def __init__(self, module: str) -> None:
        self._module = module
        self._reset()
        end_with_this_process(self, Children.cancel, Children._forget)

    def _reset(self) -> None:
        self._changed = Condition()
        self._idle: list[Child] = []
        self._working: set[Child] = set()
        self._starting = 0
        self._alone = Lock()

    @property
    def pids(self) -> list[int]:
        """The ids of the current processes."""
        with self._changed:
            return [child.pid for child in (*self._idle, *self._working)]

    def ask(
        self, header: Header, body: Bytes, max_size: int, limits: Limits, alone: bool = False
    ) -> tuple[Header, bytearray]:
        """Give a child a job, like `Child.ask`; waiting for a free child does not count as time."""
        with self._alone if alone else nullcontext():
            while True:
                child = self._take()
                used = child.jobs > 0
                try:
                    return child.ask(header, body, max_size, limits)
                except Ended as problem:
                    # it may have ended between jobs, which the system can report a moment too late; a job
                    # that crashes children crashes a new one too
                    if not used or type(problem) is not Ended:
                        raise
                finally:
                    self._give_back(child)

    def cancel(self) -> None:
        """End all children at once. Callers waiting for an answer get `Cancelled`; later jobs start new children."""
        with self._changed:
            for child in self._idle:
                child.close()
            self._idle.clear()
            for child in self._working:
                child.end(Cancelled)

    def _take(self) -> Child:
        with self._changed:
            max_children = cores()
            while not self._idle and len(self._working) + self._starting >= max_children:
                self._changed.wait()
            while self._idle:
                child = self._idle.pop()
                if child.alive:
                    self._working.add(child)
                    return child
                child.close()
            self._starting += 1
        try:
            child = Child(self._module)
        except BaseException:
            with self._changed:
                self._starting -= 1
                self._changed.notify_all()
            raise
        with self._changed:
            self._starting -= 1
            self._working.add(child)
        return child

    def _give_back(self, child: Child) -> None:
        keep = child.alive and child.jobs < JOBS
        if not keep:
            child.close()
        with self._changed:
            self._working.discard(child)
            if keep:
                self._idle.append(child)
            self._changed.notify_all()

    def _forget(self) -> None:
        """Leave the children to the parent of this fork: two writers to one pipe would mix up their jobs."""
        for child in (*self._idle, *self._working):
            child.forget()
        self._reset()

"""One process of a pool: it is started, sent tasks, listened to until it ends, and ended."""

from __future__ import annotations

import pickle
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING, Any

from shuzi.errors import ShuziError
from shuzi.processes.frames import ANSWER, BEGIN, ERROR, READY, Frame, frame, frames, write
from shuzi.processes.limits import TIME_IS_UP
from shuzi.processes.start import Process, kill, start, trusted
from shuzi.processes.task import Crashed, Spent, Task, Unreadable

if TYPE_CHECKING:
    from shuzi.processes.pool import Pool

_MODULE = "shuzi.processes.worker"


class Slot:
    """A place for a process in a pool. What is not said to be otherwise is called while the pool is locked.

    Parameters
    ----------
    pool
        Whose it is.
    begin
        Called first in the process.
    seconds
        CPU seconds for a task; 0 for as many as it takes.
    """

    def __init__(self, pool: Pool, begin: Callable[[], object] | None, seconds: float) -> None:
        self._pool = pool
        self._begin = begin
        self._seconds = seconds
        self._process: Process | None = None
        self._known: set[int] = set()
        self._since = 0.0
        self._cause: type[Exception] | None = None  # what its task is told, once it was ended from here
        self.sent: deque[Task] = deque()
        self.load = 0  # the sizes of what was sent
        self.orders: deque[bytes] = deque()
        self.ready = False
        self.feeding = False

    @property
    def number(self) -> int:
        """Its process."""
        return self._process.pid if self._process else 0

    @property
    def busy_for(self) -> float:
        """Seconds that it has been at one task; 0 without one."""
        return monotonic() - self._since if self.sent else 0.0

    def take(self, task: Task) -> None:
        """Note that a task is its own from now on, and about to be sent."""
        if not self.sent:
            self._since = monotonic()
        self.feeding = True
        self.sent.append(task)
        self.load += task.size

    def send(self, tasks: list[Task]) -> None:
        """Send tasks to the process; not while the pool is locked, for it may take a while."""
        content: list[bytes] = []
        refused: list[tuple[Task, Unreadable]] = []
        try:
            while self.orders:
                content.append(self.orders.popleft())
            for task in tasks:
                try:
                    content.append(task.frames(self._known))
                except Unreadable as unreadable:
                    refused.append((task, unreadable))
            if refused:  # before the others can be answered
                with self._pool.changed:
                    for task, _ in refused:
                        self.sent.remove(task)
                        self.load -= task.size
            if self._process is not None and self._process.stdin is not None:
                write(self._process.stdin, b"".join(content))
        except (OSError, ValueError):
            pass  # it has ended, which `run` notices
        except BaseException:  # Ctrl-C: half a frame may have been sent
            with self._pool.changed:
                self.end()
            raise
        finally:
            with self._pool.changed:
                self.feeding = False
                self._pool.changed.notify_all()
        for task, problem in refused:
            self._pool.finish(task, problem=problem)

    def join(self) -> None:
        """Wait until the process, which was ended, is gone; not while the pool is locked."""
        if self._process is not None:
            self._process.wait()

    def end(self, cause: type[Exception] = Crashed) -> None:
        """End the process; it holds nothing that could be lost but its tasks, of which the pool takes care."""
        if self._cause is None:
            self._cause, self.ready = cause, False
            self._end_if_asked()

    def _end_if_asked(self) -> None:
        if self._process is not None and self._cause is not None:
            kill(self._process)

    def forget(self) -> None:
        """Leave the process to the one that this was forked from."""
        if self._process is not None:
            self._process.returncode = 0  # not ours to wait for
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe is not None:
                    pipe.close()

    def run(self) -> None:
        """Start the process and listen to it until it ends; in a thread of its own."""
        try:
            if self._cause is not None:
                raise ShuziError("error.processes.cancelled")
            process = start(_MODULE, trusted(), errors=False, arguments=(str(self._seconds),))
        except ShuziError as problem:
            self._pool.not_started(self, problem)
            return
        assert process.stdin is not None  # noqa: S101 - for the types
        assert process.stdout is not None  # noqa: S101 - for the types
        with self._pool.changed:
            self._process = process
            self._end_if_asked()
        began = False
        with suppress(OSError, ValueError, IndexError):  # it ended, or says what nobody has asked for
            if self._begin is not None:
                write(process.stdin, frame(BEGIN, 0, pickle.dumps((self._begin, ()))))
            for some in frames(process.stdout):
                if not began:  # the first is that it is ready, the second that it has begun
                    rest = [each for each in some if each[0] != READY]
                    began = self._begin is None or bool(rest)
                    some = rest[1:] if self._begin is not None else rest
                    if began:
                        with self._pool.changed:
                            self.ready = self._cause is None
                if began:
                    self._answered(some)
        kill(process)
        process.wait()
        with self._pool.changed:
            self.ready = False
            while self.feeding:  # who closed the pipe now would let another file have its number
                self._pool.changed.wait()
        for pipe in (process.stdin, process.stdout):
            with suppress(OSError):
                pipe.close()
        if began or self._cause is not None:
            ended = Spent if process.returncode == TIME_IS_UP else Crashed
            self._pool.lost(self, list(self.sent), self._cause or ended)
        else:
            self._pool.not_started(self, ShuziError("error.processes.start", reason=process.returncode))

    def _answered(self, some: list[Frame]) -> None:
        """Take in answers; what comes next is sent before anybody is told."""
        with self._pool.changed:
            tasks = [self.sent.popleft() for _ in some]
            self.load -= sum(each.size for each in tasks)
            self._since = monotonic()
        self._pool.feed()
        for task, (kind, _, packed) in zip(tasks, some, strict=True):
            value, problem = _unpacked(kind, packed)
            self._pool.finish(task, value, problem)


def _unpacked(kind: int, packed: memoryview) -> tuple[Any, Exception | None]:
    if kind not in (ANSWER, ERROR):
        return None, Unreadable()
    try:
        found = pickle.loads(packed)  # noqa: S301 - from a process started here
    except Exception:  # noqa: BLE001 - an object of any kind
        return None, Unreadable()
    return (None, found) if kind == ERROR else (found, None)

"""Run one process of a pool: start it, send it tasks, take its answers until it ends, or end it."""

from __future__ import annotations

import pickle
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING, Any

from shuzi.errors import ShuziError
from shuzi.processes.job_limits import TIME_IS_UP
from shuzi.processes.launch import Process, kill, start, trusted
from shuzi.processes.pipes import write
from shuzi.processes.pool_frames import ANSWER, BEGIN, ERROR, READY, Frame, frame, frames
from shuzi.processes.pool_task import SMALL, Crashed, Spent, Task, Unreadable

if TYPE_CHECKING:
    from shuzi.processes.pool import Pool

_MODULE = "shuzi.processes.pool_worker"
_BATCH = 8  # small tasks on their way to one process


class PoolProcess:
    """A process of a pool, from its start to its end.

    Unless noted, call these methods while holding the pool's lock.

    Parameters
    ----------
    pool
        Its pool, which is notified of each result and of its end.
    begin
        Called first in the process.
    seconds
        CPU seconds for a task; 0 for no limit.
    """

    def __init__(self, pool: Pool, begin: Callable[[], object] | None, seconds: float) -> None:
        self._pool = pool
        self._begin = begin
        self._seconds = seconds
        self._process: Process | None = None
        self._known: set[int] = set()  # keys of the shared objects that it has
        self._since = 0.0
        self._cause: type[Exception] | None = None  # the error of its task, once `end` was called
        self.sent: deque[Task] = deque()
        self.load = 0  # the sum of their sizes
        self.unsent: deque[bytes] = deque()  # frames that go before the next task
        self.ready = False  # whether it has started and can take tasks
        self.feeding = False  # whether a thread is about to send tasks to it

    @property
    def pid(self) -> int:
        """The id of the process; 0 before it has started."""
        return self._process.pid if self._process else 0

    @property
    def busy_for(self) -> float:
        """Seconds since it began its current task; 0 without a task."""
        return monotonic() - self._since if self.sent else 0.0

    def has_room(self, task: Task, ahead: int) -> bool:
        """Tell whether it can take a task now; `ahead` is how many large tasks it may have at once."""
        if not self.ready:
            return False
        if not self.sent:
            return True
        if task.alone or self.sent[-1].alone:
            return False
        if task.size <= SMALL:
            return len(self.sent) < _BATCH and self.load + task.size <= SMALL
        return len(self.sent) < ahead

    def take(self, task: Task) -> None:
        """Count a task as sent; `send` must follow."""
        if not self.sent:
            self._since = monotonic()
        self.feeding = True
        self.sent.append(task)
        self.load += task.size

    def send(self, tasks: list[Task]) -> None:
        """Send tasks to the process; call it without the lock, since it may take a while."""
        content: list[bytes] = []
        refused: list[tuple[Task, Unreadable]] = []
        try:
            # Pickle the tasks; one that cannot be pickled is taken back before the others can be answered.
            while self.unsent:
                content.append(self.unsent.popleft())
            for task in tasks:
                try:
                    content.append(task.frames(self._known))
                except Unreadable as unreadable:
                    refused.append((task, unreadable))
            if refused:
                with self._pool.changed:
                    for task, _ in refused:
                        self.sent.remove(task)
                        self.load -= task.size
            # Write it all at once.
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
        """Wait until the ended process is gone; call it without the lock."""
        if self._process is not None:
            self._process.wait()

    def end(self, cause: type[Exception] = Crashed) -> None:
        """End the process; its tasks fail with `cause`, or go to others (`Pool.lost`)."""
        if self._cause is None:
            self._cause, self.ready = cause, False
            self._end_if_asked()

    def _end_if_asked(self) -> None:
        if self._process is not None and self._cause is not None:
            kill(self._process)

    def forget(self) -> None:
        """Leave the process to the parent of this fork."""
        if self._process is not None:
            self._process.returncode = 0  # only the parent may wait for it
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe is not None:
                    pipe.close()

    def run(self) -> None:
        """Start the process and take its answers until it ends; in a thread of its own, without the lock."""
        # Start it.
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
        # Wait until it is ready, and has begun; then take its answers until its pipe closes.
        began = False
        with suppress(OSError, ValueError, IndexError):  # it ended, or sent an unexpected frame
            if self._begin is not None:
                write(process.stdin, frame(BEGIN, 0, pickle.dumps((self._begin, ()))))
            for arrived in frames(process.stdout):
                answers = arrived
                if not began:  # the first frame says that it is ready, the second answers `begin`
                    answers = [answer for answer in arrived if answer[0] != READY]
                    began = self._begin is None or bool(answers)
                    answers = answers if self._begin is None else answers[1:]
                    if began:
                        with self._pool.changed:
                            self.ready = self._cause is None
                if began:
                    self._finish(answers)
        # Clean up, and give its tasks back.
        kill(process)
        process.wait()
        with self._pool.changed:
            self.ready = False
            while self.feeding:  # its thread might write into another file that gets the closed pipe's descriptor
                self._pool.changed.wait()
        for pipe in (process.stdin, process.stdout):
            with suppress(OSError):
                pipe.close()
        if began or self._cause is not None:
            ended = Spent if process.returncode == TIME_IS_UP else Crashed
            self._pool.lost(self, list(self.sent), self._cause or ended)
        else:
            self._pool.not_started(self, ShuziError("error.processes.start", reason=process.returncode))

    def _finish(self, answers: list[Frame]) -> None:
        """Finish the oldest tasks with their answers; send the next tasks before notifying any waiter."""
        with self._pool.changed:
            tasks = [self.sent.popleft() for _ in answers]
            self.load -= sum(task.size for task in tasks)
            self._since = monotonic()
        self._pool.feed()
        for task, (kind, _, packed) in zip(tasks, answers, strict=True):
            value, problem = _unpacked(kind, packed)
            self._pool.finish(task, value, problem)


def _unpacked(kind: int, packed: memoryview) -> tuple[Any, Exception | None]:
    if kind not in (ANSWER, ERROR):
        return None, Unreadable()
    try:
        answer = pickle.loads(packed)  # noqa: S301 - from a process started here
    except Exception:  # noqa: BLE001 - an object of any kind
        return None, Unreadable()
    return (None, answer) if kind == ERROR else (answer, None)

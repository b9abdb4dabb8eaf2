"""Run calls from any thread in a few processes, which are started and replaced as needed.

`Pool` holds the queue and assigns tasks; `PoolProcess` starts one process, feeds it and takes its answers;
`pool_worker` is the program that runs in it.
"""

from __future__ import annotations

import io
import itertools
import pickle
import weakref
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from threading import Condition, Thread
from time import monotonic
from typing import Any

from shuzi.errors import ShuziError
from shuzi.processes.child import Process, end_with_this_process, kill, pipes, start, trusted
from shuzi.processes.pool_worker import ANSWER, CALL, ERROR, FORGET, INITIALIZE, KEEP, Frame, frame, receive
from shuzi.processes.queue import FairQueue, Turn
from shuzi.processes.serving import TIME_IS_UP, write

SMALL = 1 << 15
"""The maximum size of a small task: several go to a process at once, and fit into a pipe without waiting."""

BATCH = 8
"""Pieces of work that go to a process at once; a large task counts as so many."""


class Crashed(Exception):  # noqa: N818 - it is what happened
    """The process running a call ended, and so did the one that retried it; or all processes were ended."""


class Late(Exception):  # noqa: N818 - it is what happened
    """The process running a call was ended because it took too long."""


class Spent(Late):
    """The process running a call was ended because it used up its CPU seconds; a retry would cost as much."""


class Unreadable(Exception):  # noqa: N818 - it is what happened
    """A call, its arguments or its result cannot be sent between processes."""


class Shared:
    """An object shared by the calls of a pool; made by `Pool.share`.

    Its key names it in frames; the shared objects that it uses must still exist.
    """

    def __init__(self, key: int, thing: Any, uses: tuple[Shared, ...] = ()) -> None:
        self.key = key
        self.identity: int = id(thing)  # the object itself may be freed
        self.uses = uses
        file = io.BytesIO()
        _Pickler(file, {used.identity: used.key for used in uses}).dump(thing)
        self.packed = file.getvalue()

    def frames(self, known: set[int]) -> bytes:
        """Return the frames that a process needs before it can use the object, and add the object to `known`."""
        if self.key in known:
            return b""
        known.add(self.key)
        before = b"".join(used.frames(known) for used in self.uses)
        return before + frame(KEEP, self.key, self.packed)


class _Pickler(pickle.Pickler):
    def __init__(self, file: io.BytesIO, keys: dict[int, int]) -> None:
        super().__init__(file, pickle.HIGHEST_PROTOCOL)
        self._keys = keys

    def persistent_id(self, thing: Any) -> int | None:
        """Return the key of an object that is sent separately."""
        return self._keys.get(id(thing))


class Task(Turn):
    """A call and its outcome; made by `Pool.submit`, whose parameters it has."""

    __slots__ = ("alone", "arguments", "call", "done", "problem", "shared", "size", "then", "tries", "value")

    def __init__(
        self,
        call: Callable[..., Any],
        arguments: tuple[Any, ...],
        shared: Shared | None = None,
        size: int = 0,
        pieces: int = 0,
        client: str = "",
        then: Callable[[Task], object] | None = None,
    ) -> None:
        super().__init__(client, pieces or min(BATCH, max(1, -(-size * BATCH // SMALL))))
        self.call, self.arguments, self.shared, self.size, self.then = call, arguments, shared, size, then
        self.done = self.alone = False
        self.tries = 0  # how many processes ended while running it
        self.value: Any = None
        self.problem: Exception | None = None

    def frames(self, known: set[int]) -> bytes:
        """Return the frames that make a process run this, and add the objects sent with it to `known`."""
        try:
            packed = pickle.dumps((self.call, self.arguments), pickle.HIGHEST_PROTOCOL)
        except Exception as problem:
            raise Unreadable from problem
        if self.shared is None:
            return frame(CALL, 0, packed)
        return self.shared.frames(known) + frame(CALL, self.shared.key, packed)


_MODULE = "shuzi.processes.pool_worker"


class PoolProcess:
    """A process of a pool, from its start to its end.

    Unless noted, call these methods while holding the pool's lock.
    """

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._process: Process | None = None
        self._known: set[int] = set()  # keys of the shared objects that it has
        self._since = 0.0
        self._cause: type[Exception] | None = None  # the error of its task, once `end` was called
        self.sent: deque[Task] = deque()
        self.load = 0  # the sum of their pieces
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
        return self.load + task.pieces <= BATCH or (task.pieces == BATCH and len(self.sent) < ahead)

    def take(self, task: Task) -> None:
        """Count a task as sent; `send` must follow."""
        if not self.sent:
            self._since = monotonic()
        self.feeding = True
        self.sent.append(task)
        self.load += task.pieces

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
                        self.load -= task.pieces
            # Write it all at once.
            if self._process is not None:
                write(pipes(self._process)[0], b"".join(content))
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
            for pipe in pipes(self._process):
                pipe.close()

    def run(self) -> None:
        """Start the process and take its answers until it ends; in a thread of its own, without the lock."""
        # Start it.
        try:
            if self._cause is not None:
                raise ShuziError("error.processes.cancelled")
            process = start(_MODULE, trusted(), errors=False, arguments=(str(self._pool.cpu_seconds),))
        except ShuziError as problem:
            self._pool.not_started(self, problem)
            return
        goes, comes = pipes(process)
        with self._pool.changed:
            self._process = process
            self._end_if_asked()
        # Wait until it has begun; then take its answers until its pipe closes.
        initialized = False
        with suppress(EOFError, OSError, ValueError, IndexError):  # it ended, or sent an unexpected frame
            write(goes, frame(INITIALIZE, 0, pickle.dumps((self._pool.initializer, ()))))
            receive(comes)
            initialized = True
            with self._pool.changed:
                self.ready = self._cause is None
            self._pool.feed()
            while True:
                self._finish(receive(comes))
        # Clean up, and give its tasks back.
        kill(process)
        process.wait()
        with self._pool.changed:
            self.ready = False
            while self.feeding:  # its thread might write into another file that gets the closed pipe's descriptor
                self._pool.changed.wait()
        for pipe in (goes, comes):
            with suppress(OSError):
                pipe.close()
        if initialized or self._cause is not None:
            ended = Spent if process.returncode == TIME_IS_UP else Crashed
            self._pool.lost(self, list(self.sent), self._cause or ended)
        else:
            self._pool.not_started(self, ShuziError("error.processes.start", reason=process.returncode))

    def _finish(self, answer: Frame) -> None:
        """Finish the oldest task with its answer; send the next tasks before notifying any waiter."""
        with self._pool.changed:
            task = self.sent.popleft()
            self.load -= task.pieces
            self._since = monotonic()
            self._pool.queue.end(task)
        self._pool.feed()
        kind, _, packed = answer
        self._pool.finish(task, *_unpacked(kind, packed))


def _unpacked(kind: int, packed: bytearray) -> tuple[Any, Exception | None]:
    if kind not in (ANSWER, ERROR):
        return None, Unreadable()
    try:
        answer = pickle.loads(packed)  # noqa: S301 - from a process started here
    except Exception:  # noqa: BLE001 - an object of any kind
        return None, Unreadable()
    return (None, answer) if kind == ERROR else (answer, None)


class Pool:
    """Processes that run calls for this one (`pool_worker`), each on one core; used from any thread.

    A process that ends is replaced. Its current task is tried once more, and its other tasks go to other processes,
    so nothing is lost.

    Of large tasks, `ahead` are sent to a process at once: with two it never waits, with one the others stay for free
    processes. `initializer` is called first in each process; the default does nothing. A task that takes more than
    `cpu_seconds`, unless that is 0, ends its process and fails as `Spent`.

    >>> import math
    >>> pool = Pool(1)
    >>> pool.result(pool.submit(math.hypot, 3.0, 4.0))
    5.0
    >>> pool.close()
    """

    def __init__(
        self,
        max_workers: int,
        ahead: int = 1,
        initializer: Callable[[], object] = bool,
        cpu_seconds: float = 0.0,
    ) -> None:
        self.max_workers = max_workers
        self._ahead = ahead
        self.initializer = initializer
        self.cpu_seconds = cpu_seconds
        self._keys = itertools.count(1)
        self._unused: deque[int] = deque()  # keys of shared objects without references
        self._reset()
        end_with_this_process(self, Pool.close, Pool._forget)

    def _reset(self) -> None:
        self.changed = Condition()
        self.queue = FairQueue[Task]()
        self._processes: list[PoolProcess] = []
        self._closed = False
        self.replaced = 0

    @property
    def pids(self) -> list[int]:
        """The ids of the current processes."""
        with self.changed:
            return [process.pid for process in self._processes if process.ready]

    def share(self, thing: Any, *uses: Shared) -> Shared:
        """Make an object available to calls; each process receives it once, when it first needs it."""
        shared = Shared(next(self._keys), thing, uses)
        weakref.finalize(shared, self._unused.append, shared.key).atexit = False
        return shared

    def submit(
        self,
        call: Callable[..., Any],
        *arguments: Any,
        shared: Shared | None = None,
        size: int = 0,
        pieces: int = 0,
        client: str = "",
        then: Callable[[Task], object] | None = None,
        patient: bool = True,
    ) -> Task:
        """Queue a call for the next free process; clients take turns.

        `size` is how much work it is, in bytes or pixels, unless `pieces` says how many of the `BATCH` pieces that go
        to a process at once. `then` is called in some thread when the task is done, but not if it was cancelled
        before it began. A caller that is not `patient` does not wait until a free process has received a large task.
        """
        task = Task(call, arguments, shared, size, pieces, client, then)
        with self.changed:
            if not (closed := self._closed):
                self.queue.add(task)
                self.changed.notify_all()
        if closed:
            self.finish(task, problem=Crashed())
        else:
            self.feed(patient)
        return task

    def result(self, task: Task) -> Any:
        """Wait for a task and return its result, or raise its error."""
        with self.changed:
            while not task.done:
                self.changed.wait()
        if task.problem is not None:
            raise task.problem
        return task.value

    def take_until(self, wanted: Task) -> Task | None:
        """Take the next task out of the queue, to run it here and `finish` it; None as soon as `wanted` is done."""
        with self.changed:
            while not wanted.done:
                if self.queue.first() is not None:
                    return self.queue.take()
                self.changed.wait()
        return None

    def put_back(self, task: Task) -> None:
        """Return a task that was taken and not finished."""
        with self.changed:
            self.queue.put_back(task)
            self.changed.notify_all()

    def cancel(self, task: Task) -> bool:
        """Cancel a task; False if it is running or done. A task that was sent but has not begun gets no result."""
        with self.changed:
            if task.done or any(process.sent and process.sent[0] is task for process in self._processes):
                return False
            task.cancelled = True
            return True

    @property
    def waiting(self) -> float:
        """The longest time in seconds that a client has waited for its next turn, or 0."""
        with self.changed:
            return self.queue.waiting

    def blocked(self, seconds: float) -> bool:
        """Tell whether `max_workers` processes have each worked on one task for so long."""
        with self.changed:
            return len(self._busy(seconds)) >= self.max_workers

    def end_late(self, seconds: float, task: Task | None = None) -> int:
        """End processes that have worked on one task, or on the given one, for so long (`Late`); return how many."""
        with self.changed:
            late = [process for process in self._busy(seconds) if task is None or process.sent[0] is task]
            for process in late:
                process.end(Late)
        return len(late)

    def _busy(self, seconds: float) -> list[PoolProcess]:
        return [process for process in self._processes if process.busy_for > seconds]

    def warm(self) -> None:
        """Start all processes now."""
        with self.changed:
            while len(self._processes) < self.max_workers and not self._closed:
                self._start_one()

    def close(self) -> None:
        """End all processes at once; a task that is not done is `Crashed`."""
        with self.changed:
            self._closed = True
            waiting = self.queue.empty()
            processes = list(self._processes)
            for process in processes:
                process.end()
        for process in processes:
            process.join()
        for task in waiting:
            self.finish(task, problem=Crashed())

    def feed(self, patient: bool = True) -> None:
        """Send waiting tasks to processes with room; `patient` as in `submit`."""
        while True:
            with self.changed:
                batches = self._assign(patient)
            if not batches:
                return
            for process, tasks in batches.items():  # without the lock: a full pipe may take a while
                process.send(tasks)

    def _assign(self, patient: bool) -> dict[PoolProcess, list[Task]]:
        """Assign tasks; the chosen processes are `feeding` until the tasks have been sent."""
        # Tell all processes which shared objects they can forget.
        while self._unused:
            forget = frame(FORGET, self._unused.popleft())
            for process in self._processes:
                process.unsent.append(forget)
        # Give the next task to the process with the fewest tasks, until the queue is empty or no process has room.
        batches: dict[PoolProcess, list[Task]] = {}
        while (task := self.queue.first()) is not None:
            free = [
                process
                for process in self._processes
                if (not process.feeding or process in batches) and process.has_room(task, self._ahead)
            ]
            if not free:
                self._start_if_needed()
                break
            # A large task may fill the pipe; a caller that cannot wait leaves sending to another thread.
            if task.size > SMALL and not patient:
                Thread(target=self.feed, daemon=True, name="feed").start()
                break
            process = min(free, key=lambda free_one: len(free_one.sent))
            process.take(self.queue.take())
            batches.setdefault(process, []).append(task)
        return batches

    def _start_if_needed(self) -> None:
        starting = sum(not process.ready for process in self._processes)
        if len(self._processes) < self.max_workers and starting < len(self.queue) and not self._closed:
            self._start_one()

    def _start_one(self) -> None:
        process = PoolProcess(self)
        self._processes.append(process)
        Thread(target=process.run, daemon=True, name="pool").start()

    def lost(self, process: PoolProcess, sent: list[Task], cause: type[Exception]) -> None:
        """Take back the unanswered tasks of a process that ended; called by `process`, unlocked."""
        failed: list[Task] = []
        with self.changed:
            self._processes.remove(process)
            self.replaced += not self._closed
            # Blame its current task: retry it once, alone, so that it harms no other task; not if it was late.
            if sent:
                sent[0].tries += 1
                sent[0].alone = True
                if self._closed or issubclass(cause, Late) or sent[0].tries > 1:
                    failed.append(sent.pop(0))
            # Put all other tasks back at the head of the queue.
            if self._closed:
                failed += sent
            else:
                for task in reversed(sent):
                    self.queue.put_back(task)
                self._start_if_needed()
        for task in failed:
            self.finish(task, problem=cause())

    def not_started(self, process: PoolProcess, problem: ShuziError) -> None:
        """Fail all waiting tasks if no process could be started; called by `process`, unlocked."""
        with self.changed:
            self._processes.remove(process)
            failed = [] if self._processes else self.queue.empty()
        for task in failed:
            self.finish(task, problem=problem)

    def finish(self, task: Task, value: Any = None, problem: Exception | None = None) -> None:
        """Store the outcome of a task, and notify its waiters."""
        task.value, task.problem = value, problem
        then, task.then, task.shared = task.then, None, None  # the error may refer to the task, and to much else
        with self.changed:
            self.queue.end(task)
            task.done = True
            self.changed.notify_all()
        if then is not None:
            then(task)

    def _forget(self) -> None:
        """Leave the processes to the parent of this fork: two writers to one pipe would mix up their calls."""
        for process in self._processes:
            process.forget()
        self._reset()

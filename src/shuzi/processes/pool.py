"""Run calls from any thread in a few processes, which are started and replaced as needed.

`Pool` holds the queue and assigns tasks; `pool_process` starts one process, feeds it and takes its answers;
`pool_worker` is the program that runs in it.
"""

from __future__ import annotations

import itertools
import weakref
from collections import deque
from collections.abc import Callable
from threading import Condition, Thread
from time import monotonic
from typing import Any

from shuzi.errors import ShuziError
from shuzi.processes.launch import end_with_this_process
from shuzi.processes.pool_frames import FORGET, frame
from shuzi.processes.pool_process import PoolProcess
from shuzi.processes.pool_task import SMALL, Crashed, Late, Shared, Task, TaskQueue


class Pool:
    """Processes that run calls for this one (`pool_worker`), each on one core; used from any thread.

    A process that ends is replaced. Its current task is tried once more, and its other tasks go to other processes,
    so nothing is lost.

    Parameters
    ----------
    most
        The largest number of processes; it may be raised later.
    ahead
        Large tasks sent to a process at once: with two it never waits, with one the others stay for free processes.
    begin
        Called first in each process, without arguments.
    seconds
        CPU seconds after which a process is ended and its task fails as `Spent`; 0 for no limit.

    Examples
    --------
    >>> import math
    >>> pool = Pool(1)
    >>> pool.result(pool.submit(math.hypot, 3.0, 4.0))
    5.0
    >>> pool.close()
    """

    def __init__(
        self, most: int, ahead: int = 1, begin: Callable[[], object] | None = None, seconds: float = 0.0
    ) -> None:
        self.most = most
        self._ahead = ahead
        self._begin = begin
        self._seconds = seconds
        self._keys = itertools.count(1)
        self._unused: deque[int] = deque()  # keys of shared objects without references
        self._reset()
        end_with_this_process(self, Pool.close, Pool._forget)

    def _reset(self) -> None:
        self.changed = Condition()
        self._queue = TaskQueue()
        self._processes: list[PoolProcess] = []
        self._closed = False
        self.replaced = 0

    @property
    def pids(self) -> list[int]:
        """The ids of the current processes."""
        with self.changed:
            return [process.pid for process in self._processes if process.ready]

    def share(self, thing: Any, *uses: Shared) -> Shared:
        """Make an object available to calls; each process receives it once, when it first needs it.

        Parameters
        ----------
        thing
            An object that can be pickled.
        uses
            Shared objects that it refers to, which are not pickled again with it.

        Returns
        -------
        A stand-in for it; when the stand-in is collected, the processes forget the object.
        """
        shared = Shared(next(self._keys), thing, uses)
        weakref.finalize(shared, self._unused.append, shared.key).atexit = False
        return shared

    def submit(
        self,
        call: Callable[..., Any],
        *arguments: Any,
        shared: Shared | None = None,
        size: int = 0,
        then: Callable[[Task], object] | None = None,
        patient: bool = True,
    ) -> Task:
        """Queue a call for the next free process.

        Parameters
        ----------
        call, arguments
            A function of a module, and its arguments.
        shared
            A shared object to pass as its first argument.
        size
            How much work it is, in bytes or pixels. Small tasks go to a process several at a time.
        then
            Called in some thread when it is done; not for a task cancelled before it began.
        patient
            Whether to wait until a free process has received a large task.
        """
        task = Task(call, arguments, shared, size, then)
        with self.changed:
            if not (closed := self._closed):
                self._queue.add(task)
                self.changed.notify_all()
        if closed:
            self.finish(task, problem=Crashed())
        else:
            self.feed(patient)
        return task

    def result(self, task: Task) -> Any:
        """Wait for a task and return its result, or raise its error.

        Raises
        ------
        Crashed, Late, Unreadable
            It failed without a result.
        ShuziError
            No process can be started here.
        """
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
                if self._queue.first() is not None:
                    return self._queue.take()
                self.changed.wait()
        return None

    def put_back(self, task: Task) -> None:
        """Return a task that was taken and not finished."""
        with self.changed:
            self._queue.put_back([task])
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
        """Seconds that the oldest task has waited for a process, or 0."""
        with self.changed:
            oldest = self._queue.first()
            return monotonic() - oldest.since if oldest else 0.0

    def blocked(self, seconds: float) -> bool:
        """Tell whether `most` processes have each worked on one task for so long."""
        with self.changed:
            return len(self._busy(seconds)) >= self.most

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
            while len(self._processes) < self.most and not self._closed:
                self._start_one()

    def close(self) -> None:
        """End all processes at once; a task that is not done is `Crashed`."""
        with self.changed:
            self._closed = True
            waiting = self._queue.empty()
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
        # Give the oldest task to the process with the fewest tasks, until the queue is empty or no process has room.
        batches: dict[PoolProcess, list[Task]] = {}
        while (task := self._queue.first()) is not None:
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
            process.take(self._queue.take())
            batches.setdefault(process, []).append(task)
        return batches

    def _start_if_needed(self) -> None:
        starting = sum(not process.ready for process in self._processes)
        if len(self._processes) < self.most and starting < len(self._queue) and not self._closed:
            self._start_one()

    def _start_one(self) -> None:
        process = PoolProcess(self, self._begin, self._seconds)
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
                self._queue.put_back(sent)
                self._start_if_needed()
        for task in failed:
            self.finish(task, problem=cause())

    def not_started(self, process: PoolProcess, problem: ShuziError) -> None:
        """Fail all waiting tasks if no process could be started; called by `process`, unlocked."""
        with self.changed:
            self._processes.remove(process)
            failed = [] if self._processes else self._queue.empty()
        for task in failed:
            self.finish(task, problem=problem)

    def finish(self, task: Task, value: Any = None, problem: Exception | None = None) -> None:
        """Store the outcome of a task, and notify its waiters."""
        task.value, task.problem = value, problem
        then, task.then, task.shared = task.then, None, None  # the error may refer to the task, and to much else
        with self.changed:
            task.done = True
            self.changed.notify_all()
        if then is not None:
            then(task)

    def _forget(self) -> None:
        """Leave the processes to the parent of this fork: two writers to one pipe would mix up their calls."""
        for process in self._processes:
            process.forget()
        self._reset()

"""Calls from any thread become results, worked out in a few processes that are started and replaced as needed."""

from __future__ import annotations

import atexit
import os
import weakref
from collections import deque
from collections.abc import Callable
from threading import Condition, Thread
from time import monotonic
from typing import Any

from shuzi.errors import ShuziError
from shuzi.processes.frames import FORGET, frame
from shuzi.processes.slot import Slot
from shuzi.processes.task import SMALL, Crashed, Late, Shared, Task

_TOGETHER = 8  # small tasks on their way to one process


class Pool:
    """Processes that do calls of this one (`worker`), each on one core; used from any thread.

    A process that ends is replaced. What it was at is tried once more, and what else it had goes to others, so
    nothing is lost.

    Parameters
    ----------
    most
        How many processes there may be; it may be raised later.
    ahead
        Large tasks on their way to one process: with two it never waits, with one it leaves them to whoever is free.
    begin
        Called first in each process, without arguments.
    seconds
        CPU seconds after which a process is ended with its task, which is `Spent` then; 0 for as many as it takes.

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
        self._numbers = 0
        self._gone: deque[int] = deque()  # shared objects that nobody refers to any more
        self._reset()
        _all.add(self)

    def _reset(self) -> None:
        self.changed = Condition()
        self._queue: deque[Task] = deque()
        self._slots: list[Slot] = []
        self._closed = False
        self.replaced = 0

    @property
    def numbers(self) -> list[int]:
        """The ids of the current processes."""
        with self.changed:
            return [each.number for each in self._slots if each.ready]

    def share(self, thing: Any, *uses: Shared) -> Shared:
        """Make an object available to calls; each process is given it once, when it is first needed.

        Parameters
        ----------
        thing
            What can be pickled.
        uses
            Shared objects that it refers to, which are not packed with it again.

        Returns
        -------
        What stands for it; when that is gone, the processes forget the object.
        """
        with self.changed:
            self._numbers += 1
            shared = Shared(self._numbers, thing, uses)
        weakref.finalize(shared, self._gone.append, shared.number).atexit = False
        return shared

    def submit(
        self,
        call: Callable[..., Any],
        *given: Any,
        shared: Shared | None = None,
        size: int = 0,
        then: Callable[[Task], object] | None = None,
        patient: bool = True,
    ) -> Task:
        """Have a call done by the next process that is free.

        Parameters
        ----------
        call, given
            A function of a module, and its arguments.
        shared
            An object that it gets as its first argument.
        size
            How much work it is, in bytes or pixels. Small tasks go to a process several at a time.
        then
            Called in some thread when it is done; not for a task that was cancelled before it began.
        patient
            Whether to wait until a process that is free has taken in a large one.
        """
        task = Task(call, given, shared, size, then)
        with self.changed:
            closed = self._closed
            if not closed:
                self._queue.append(task)
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
            There is none.
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
        """Take the next task out of the queue, to do it here and `finish` it; None as soon as `wanted` is done."""
        with self.changed:
            while not wanted.done:
                self._skip_cancelled()
                if self._queue:
                    return self._queue.popleft()
                self.changed.wait()
        return None

    def put_back(self, task: Task) -> None:
        """Give a task back that was taken, and is not finished."""
        with self.changed:
            self._queue.appendleft(task)
            self.changed.notify_all()

    def cancel(self, task: Task) -> bool:
        """Give a task up; False where it is being done, or is done. One that is on its way has no result then."""
        with self.changed:
            if task.done or any(each.sent and each.sent[0] is task for each in self._slots):
                return False
            task.cancelled = True
            return True

    @property
    def waiting(self) -> float:
        """Seconds that the oldest task has waited for a process, or 0."""
        with self.changed:
            self._skip_cancelled()
            return monotonic() - self._queue[0].since if self._queue else 0.0

    def blocked(self, seconds: float) -> bool:
        """Tell whether each process that there may be has been at one task for so long."""
        with self.changed:
            return sum(each.busy_for > seconds for each in self._slots) >= self.most

    def end_late(self, seconds: float, task: Task | None = None) -> int:
        """End processes that have been at one task, or at this one, for so long: it is `Late`; return how many."""
        with self.changed:
            late = [
                slot for slot in self._slots if slot.busy_for > seconds and (task is None or slot.sent[0] is task)
            ]
            for each in late:
                each.end(Late)
        return len(late)

    def warm(self) -> None:
        """Start all processes now."""
        with self.changed:
            while len(self._slots) < self.most and not self._closed:
                self._start_one()

    def close(self) -> None:
        """End all processes at once; a task that is not done is `Crashed`."""
        with self.changed:
            self._closed = True
            waiting = [each for each in self._queue if not each.cancelled]
            self._queue.clear()
            slots = list(self._slots)
            for each in slots:
                each.end()
        for slot in slots:
            slot.join()
        for task in waiting:
            self.finish(task, problem=Crashed())

    def feed(self, patient: bool = True) -> None:
        """Hand waiting tasks to processes that have room.

        Parameters
        ----------
        patient
            Whether to wait until a process has taken in a large one; without, another thread does.
        """
        while True:
            with self.changed:
                plan = self._plan(patient)
            if not plan:
                return
            for slot, tasks in plan.items():
                slot.send(tasks)

    def _plan(self, patient: bool) -> dict[Slot, list[Task]]:
        """Choose who does what; those chosen are `feeding` until they have been sent it."""
        plan: dict[Slot, list[Task]] = {}
        while self._gone:
            gone = frame(FORGET, self._gone.popleft())
            for each in self._slots:
                each.orders.append(gone)
        while True:
            self._skip_cancelled()
            if not self._queue:
                break
            task = self._queue[0]
            # those chosen in this turn may be given more
            free = [each for each in self._slots if (not each.feeding or each in plan) and self._has_room(each, task)]
            if not free:
                self._start_if_needed()
                break
            if task.size > SMALL and not patient:
                Thread(target=self.feed, daemon=True, name="feed").start()
                break
            slot = min(free, key=lambda each: len(each.sent))
            self._queue.popleft()
            slot.take(task)
            plan.setdefault(slot, []).append(task)
        return plan

    def _has_room(self, slot: Slot, task: Task) -> bool:
        if not slot.ready:
            return False
        if not slot.sent:
            return True
        if task.alone or slot.sent[-1].alone:
            return False
        if task.size <= SMALL:
            return len(slot.sent) < _TOGETHER and slot.load + task.size <= SMALL
        return len(slot.sent) < self._ahead

    def _start_if_needed(self) -> None:
        starting = sum(not each.ready for each in self._slots)
        if len(self._slots) < self.most and starting < len(self._queue) and not self._closed:
            self._start_one()

    def _start_one(self) -> None:
        slot = Slot(self, self._begin, self._seconds)
        self._slots.append(slot)
        Thread(target=slot.run, daemon=True, name="pool").start()

    def _skip_cancelled(self) -> None:
        while self._queue and self._queue[0].cancelled:
            self._queue.popleft()

    def lost(self, slot: Slot, sent: list[Task], cause: type[Exception]) -> None:
        """Take note of a process that has ended, with tasks that it has not answered; called by its slot."""
        failed: list[Task] = []
        with self.changed:
            self._slots.remove(slot)
            self.replaced += not self._closed
            if sent:
                sent[0].tries += 1
                sent[0].alone = True  # so that it can do no harm to others
                if self._closed or issubclass(cause, Late) or sent[0].tries > 1:
                    failed.append(sent.pop(0))
            if self._closed:
                failed += sent
            else:
                for task in reversed(sent):
                    self._queue.appendleft(task)
                self._start_if_needed()
        for task in failed:
            self.finish(task, problem=cause())

    def not_started(self, slot: Slot, problem: ShuziError) -> None:
        """Take note that no process could be started: what waits cannot be done."""
        with self.changed:
            self._slots.remove(slot)
            failed = [] if self._slots else [each for each in self._queue if not each.cancelled]
            if failed:
                self._queue.clear()
        for task in failed:
            self.finish(task, problem=problem)

    def finish(self, task: Task, value: Any = None, problem: Exception | None = None) -> None:
        """Note what came of a task, and tell who waits."""
        task.value, task.problem = value, problem
        then, task.then, task.shared = task.then, None, None  # which may refer to the task, and to much else
        with self.changed:
            task.done = True
            self.changed.notify_all()
        if then is not None:
            then(task)

    def _after_fork(self) -> None:
        """Leave the processes to the parent: two that write to one pipe would mix up their calls."""
        for each in self._slots:
            each.forget()
        self._reset()


_all: weakref.WeakSet[Pool] = weakref.WeakSet()


def _close_all() -> None:
    for each in list(_all):
        each.close()


def _forget_all() -> None:
    for each in list(_all):
        each._after_fork()


atexit.register(_close_all)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_all)

"""A call and its arguments become a task, on its way from a pool's queue to a process and back."""

from __future__ import annotations

import io
import pickle
from collections import deque
from collections.abc import Callable
from time import monotonic
from typing import Any

from shuzi.processes.pool_frames import CALL, KEEP, frame

SMALL = 1 << 15
"""The maximum size of a small task: several go to a process at once, and fit into a pipe without waiting."""


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

    Parameters
    ----------
    key
        Names it in frames.
    thing
        The object.
    uses
        The shared objects that it refers to; they must still exist.
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


class Task:
    """A call and its outcome; made by `Pool.submit`, whose parameters it has."""

    __slots__ = (
        *("alone", "arguments", "call", "cancelled", "done"),
        *("problem", "shared", "since", "size", "then", "tries", "value"),
    )

    def __init__(
        self,
        call: Callable[..., Any],
        arguments: tuple[Any, ...],
        shared: Shared | None = None,
        size: int = 0,
        then: Callable[[Task], object] | None = None,
    ) -> None:
        self.call, self.arguments, self.shared, self.size, self.then = call, arguments, shared, size, then
        self.since = monotonic()
        self.done = self.cancelled = self.alone = False
        self.tries = 0  # how many processes ended while running it
        self.value: Any = None
        self.problem: Exception | None = None

    def frames(self, known: set[int]) -> bytes:
        """Return the frames that make a process run this, and add the objects sent with it to `known`.

        Raises
        ------
        Unreadable
            It cannot be packed.
        """
        try:
            packed = pickle.dumps((self.call, self.arguments), pickle.HIGHEST_PROTOCOL)
        except Exception as problem:
            raise Unreadable from problem
        if self.shared is None:
            return frame(CALL, 0, packed)
        return self.shared.frames(known) + frame(CALL, self.shared.key, packed)


class TaskQueue:
    """The tasks that wait for a process, without those that were cancelled."""

    def __init__(self) -> None:
        self._tasks: deque[Task] = deque()

    def __len__(self) -> int:
        return len(self._tasks)

    def add(self, task: Task) -> None:
        """Add a task at the end."""
        self._tasks.append(task)

    def put_back(self, tasks: list[Task]) -> None:
        """Put tasks back at the head, in their order."""
        self._tasks.extendleft(reversed(tasks))

    def first(self) -> Task | None:
        """Return the oldest task, and leave it in the queue; None if there is none."""
        while self._tasks and self._tasks[0].cancelled:
            self._tasks.popleft()
        return self._tasks[0] if self._tasks else None

    def take(self) -> Task:
        """Remove and return the task that `first` has returned."""
        return self._tasks.popleft()

    def empty(self) -> list[Task]:
        """Remove and return all tasks."""
        tasks = [task for task in self._tasks if not task.cancelled]
        self._tasks.clear()
        return tasks

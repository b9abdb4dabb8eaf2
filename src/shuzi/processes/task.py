"""A call and its arguments become a task, on its way from a pool's queue to a process and back."""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable
from time import monotonic
from typing import Any

from shuzi.processes.frames import CALL, KEEP, frame

SMALL = 1 << 15
"""Up to this size tasks are small: several of them go to a process at once, and fit into a pipe without waiting."""


class Crashed(Exception):  # noqa: N818 - it is what happened
    """The process that did a call ended, and so did the one that tried again; or all were ended."""


class Late(Exception):  # noqa: N818 - it is what happened
    """The process that did a call was ended, because it took too long."""


class Spent(Late):
    """The process that did a call was ended, because it used up its CPU seconds: another try would cost as much."""


class Unreadable(Exception):  # noqa: N818 - it is what happened
    """A call, its arguments or its result do not survive the way from one process to another."""


class Shared:
    """An object that the calls of a pool use; made by `Pool.share`.

    Parameters
    ----------
    number
        What it is called.
    thing
        The object.
    uses
        Those that it refers to; they must be there still.
    """

    def __init__(self, number: int, thing: Any, uses: tuple[Shared, ...] = ()) -> None:
        self.number = number
        self.identity: int = id(thing)  # the object itself may go
        self.uses = uses
        file = io.BytesIO()
        _Pickler(file, {each.identity: each.number for each in uses}).dump(thing)
        self.packed = file.getvalue()

    def frames(self, known: set[int]) -> bytes:
        """Return what a process must be sent before it can use the object, and note that it knows it then."""
        if self.number in known:
            return b""
        known.add(self.number)
        before = b"".join(each.frames(known) for each in self.uses)
        return before + frame(KEEP, self.number, self.packed)


class _Pickler(pickle.Pickler):
    def __init__(self, file: io.BytesIO, numbers: dict[int, int]) -> None:
        super().__init__(file, pickle.HIGHEST_PROTOCOL)
        self._numbers = numbers

    def persistent_id(self, thing: Any) -> int | None:
        """Return the number of an object that is sent by itself."""
        return self._numbers.get(id(thing))


class Task:
    """A call, and what came of it; made by `Pool.submit`, whose parameters it has."""

    __slots__ = (
        *("alone", "call", "cancelled", "done", "given"),
        *("problem", "shared", "since", "size", "then", "tries", "value"),
    )

    def __init__(
        self,
        call: Callable[..., Any],
        given: tuple[Any, ...],
        shared: Shared | None = None,
        size: int = 0,
        then: Callable[[Task], object] | None = None,
    ) -> None:
        self.call, self.given, self.shared, self.size, self.then = call, given, shared, size, then
        self.since = monotonic()
        self.done = self.cancelled = self.alone = False
        self.tries = 0  # processes that ended while they did it
        self.value: Any = None
        self.problem: Exception | None = None

    def frames(self, known: set[int]) -> bytes:
        """Return what a process is sent for this; `known` are the objects that it has, and become more.

        Raises
        ------
        Unreadable
            It cannot be packed.
        """
        try:
            packed = pickle.dumps((self.call, self.given), pickle.HIGHEST_PROTOCOL)
        except Exception as problem:
            raise Unreadable from problem
        if self.shared is None:
            return frame(CALL, 0, packed)
        return self.shared.frames(known) + frame(CALL, self.shared.number, packed)

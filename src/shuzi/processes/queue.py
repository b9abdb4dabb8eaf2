"""What waits for its turn, several clients' things in turns."""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable
from dataclasses import dataclass, field
from time import monotonic
from typing import Generic, TypeVar


class Turn:
    """Something that waits until it may begin, unless it is `cancelled`; `pieces` is how much work it is."""

    __slots__ = ("begun", "cancelled", "client", "pieces", "since")

    def __init__(self, client: Hashable = "", pieces: int = 1) -> None:
        self.client, self.pieces = client, pieces
        self.begun = self.cancelled = False
        self.since = monotonic()


T = TypeVar("T", bound=Turn)


@dataclass(slots=True, eq=False)
class _Line(Generic[T]):
    """One client's turns: those that wait, and the pieces of those that have begun."""

    begun: int = 0
    last: int = 0
    since: float = 0.0
    waiting: deque[T] = field(default_factory=deque)


class FairQueue(Generic[T]):
    """Turns of clients, without those that were cancelled; not thread-safe.

    The next turn is that of the client with the fewest pieces begun; of several, of the client whose last turn began
    first. Nothing overtakes it, so that a large one comes to its turn among small ones.

    >>> queue = FairQueue()
    >>> for client in ("a", "a", "b"):
    ...     queue.add(Turn(client))
    >>> [queue.take().client for _ in range(len(queue)) if queue.first()]
    ['a', 'b', 'a']
    """

    def __init__(self) -> None:
        self._lines: dict[Hashable, _Line[T]] = {}
        self._count = 0

    def __len__(self) -> int:
        return sum(len(line.waiting) for line in self._lines.values())

    @property
    def waiting(self) -> float:
        """The longest wait of a client's next turn, in seconds since its last one began or it came, or 0."""
        self.first()
        first = [max(line.since, line.waiting[0].since) for line in self._lines.values() if line.waiting]
        return monotonic() - min(first) if first else 0.0

    def add(self, turn: T) -> None:
        """Add a turn at the end of its client's."""
        self._lines.setdefault(turn.client, _Line()).waiting.append(turn)

    def put_back(self, turn: T) -> None:
        """Put a turn that has begun back before its client's others."""
        self._lines[turn.client].waiting.appendleft(turn)
        self.end(turn)

    def first(self) -> T | None:
        """Return the next turn, and leave it in the queue; None if there is none."""
        for line in self._lines.values():
            while line.waiting and line.waiting[0].cancelled:
                line.waiting.popleft()
        # a client that returns with one turn at a time queues behind those that wait
        first = min((line.last for line in self._lines.values() if line.waiting), default=self._count + 1)
        for client, line in list(self._lines.items()):
            if not (line.waiting or line.begun) and line.last < first:
                del self._lines[client]
        following = self._next()
        return following.waiting[0] if following else None

    def take(self) -> T:
        """Begin the turn that `first` has returned; `end` must follow."""
        line = self._next()
        assert line is not None  # noqa: S101 - for the types
        turn = line.waiting.popleft()
        self._count += 1
        line.last, line.since = self._count, monotonic()
        line.begun += turn.pieces
        turn.begun = True
        return turn

    def end(self, turn: T) -> None:
        """Stop counting a turn as begun; harmless if it is not."""
        if turn.begun:
            turn.begun = False
            self._lines[turn.client].begun -= turn.pieces

    def empty(self) -> list[T]:
        """Remove and return all turns that wait."""
        turns = [turn for line in self._lines.values() for turn in line.waiting if not turn.cancelled]
        for line in self._lines.values():
            line.waiting.clear()
        return turns

    def _next(self) -> _Line[T] | None:
        waiting = [line for line in self._lines.values() if line.waiting]
        return min(waiting, key=lambda line: (line.begun, line.last), default=None)

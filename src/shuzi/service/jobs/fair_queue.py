"""Take turns among clients, so that no client waits for more than one piece of another's work."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Hashable
from dataclasses import dataclass, field
from time import monotonic


@dataclass(slots=True, eq=False)
class _Line:
    """A client's running and waiting pieces: a future, the size and the start of waiting for each."""

    begun: int = 0
    last: int = 0
    waiting: deque[tuple[asyncio.Future[None], int, float]] = field(default_factory=deque)
    since: float = 0.0


class FairQueue:
    """A limited amount of work at once; the rest waits.

    The next piece is from the client with the least work running; of several, from the client whose last piece began
    first. No piece overtakes it, so that a large piece gets its turn among small ones.

    Parameters
    ----------
    room
        The total size of pieces that may run at once.

    Examples
    --------
    >>> async def story():
    ...     queue, order = FairQueue(1), []
    ...     async def work(client):
    ...         await queue.take(client, 1)
    ...         order.append(client)
    ...         await asyncio.sleep(0)
    ...         queue.give(client, 1)
    ...     await asyncio.gather(*map(work, ["a", "a", "a", "b"]))
    ...     return order
    >>> asyncio.run(story())
    ['a', 'b', 'a', 'a']
    """

    def __init__(self, room: int) -> None:
        self._free = room
        self._lines: dict[Hashable, _Line] = {}
        self._count = 0

    @property
    def waiting(self) -> float:
        """The longest wait of a client's next piece, in seconds since its last one began or it came, or 0."""
        first = [max(line.since, line.waiting[0][2]) for line in self._lines.values() if line.waiting]
        return monotonic() - min(first) if first else 0.0

    async def take(self, client: Hashable, size: int) -> None:
        """Wait until a piece of work may begin; `give` its room back when it has ended.

        Raises
        ------
        Exception
            The error given to `refuse`.
        """
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._lines.setdefault(client, _Line()).waiting.append((turn, size, monotonic()))
        self._begin()
        try:
            await turn
        except asyncio.CancelledError:
            if turn.cancelled():
                self._begin()
            elif turn.exception() is None:  # it got its turn meanwhile
                self.give(client, size)
            raise

    def give(self, client: Hashable, size: int) -> None:
        """Give back the room of a piece that has ended."""
        self._free += size
        self._lines[client].begun -= size
        self._begin()

    def refuse(self, problem: Exception) -> None:
        """Refuse everything that waits."""
        for line in self._lines.values():
            for turn, _, _ in line.waiting:
                if not turn.done():
                    turn.set_exception(problem)
        self._begin()

    def _begin(self) -> None:
        """Start as many pieces as there is room for, and forget cancelled ones."""
        for line in self._lines.values():
            while line.waiting and line.waiting[0][0].done():
                line.waiting.popleft()
        # a client that returns with one piece at a time queues behind those that wait
        first = min((line.last for line in self._lines.values() if line.waiting), default=self._count + 1)
        for client, line in list(self._lines.items()):
            if not (line.waiting or line.begun) and line.last < first:
                del self._lines[client]
        while lines := [line for line in self._lines.values() if line.waiting]:
            line = min(lines, key=lambda each: (each.begun, each.last))
            turn, size, _ = line.waiting[0]
            if size > self._free:
                return
            line.waiting.popleft()
            if turn.done():
                continue
            self._count += 1
            line.last, line.since = self._count, monotonic()
            line.begun += size
            self._free -= size
            turn.set_result(None)

"""Clients share the service fairly: turns for pieces of work, slots for requests, and a number of open streams."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from time import monotonic

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from shuzi.errors import ServiceError


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

    `room`: the total size of pieces that may run at once.

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
            line = min(lines, key=lambda waiting: (waiting.begun, waiting.last))
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


@dataclass(slots=True, eq=False)
class _Slot:
    client: Hashable
    until: asyncio.Timeout = field(default_factory=lambda: asyncio.timeout(None))
    left: asyncio.Event = field(default_factory=asyncio.Event)
    dropped: bool = False


class RequestSlots:
    """Slots for requests.

    A single client may hold all slots. If all are taken, the newest request of the client with the most slots is
    dropped in favour of a client that would have fewer.

    `full`: the error key for a request that gets no slot, or loses it.
    """

    def __init__(self, max_requests: int, full: str = "error.service.busy") -> None:
        self._max_requests = max_requests
        self._full = full
        self._count = 0
        self._taken: dict[_Slot, None] = {}  # in order of arrival
        self._held: Counter[Hashable] = Counter()

    def held(self, client: Hashable) -> int:
        """Return how many slots a client holds or waits for."""
        return self._held[client]

    @asynccontextmanager
    async def take(self, client: Hashable) -> AsyncIterator[None]:
        """Take a slot for a request of a client.

        Raises
        ------
        ServiceError
            All are taken, or the request was dropped for another client's.
        """
        slot = _Slot(client)
        before = self._newest_of_most(client) if self._count >= self._max_requests else None
        self._held[client] += 1  # before waiting, so that other requests see it
        self._count += before is None
        try:
            if before is not None:  # this request takes over its slot
                self._leave(before)
                before.dropped = True
                before.until.reschedule(0.0)  # a deadline in the past
                await before.left.wait()
            async with slot.until:
                self._taken[slot] = None
                yield
        except TimeoutError as problem:
            if not slot.until.expired():
                raise
            raise ServiceError(self._full) from problem
        finally:
            if not slot.dropped:
                self._leave(slot)
                self._count -= 1
            slot.left.set()

    def _leave(self, slot: _Slot) -> None:
        """Stop counting a slot as its client's."""
        self._taken.pop(slot, None)
        self._held[slot.client] -= 1
        self._held += Counter()  # forgets clients without slots

    def _newest_of_most(self, client: Hashable) -> _Slot:
        """Return the newest request of the client with the most slots, if it has more than this one would have."""
        most = max((self._held[slot.client] for slot in self._taken), default=0)
        if most <= self._held[client] + 1:
            raise ServiceError(self._full)
        return next(slot for slot in reversed(self._taken) if self._held[slot.client] == most)


class Streams:
    """The open event streams."""

    def __init__(self, max_streams: int) -> None:
        self._max_streams = max_streams
        self._open = 0

    def answer(self, lines: AsyncIterator[str], media_type: str, headers: dict[str, str]) -> StreamingResponse:
        """Count a stream until its response ends, even if it fails or never starts.

        Raises
        ------
        ServiceError
            Too many streams are open.
        """
        if self._open >= self._max_streams:
            raise ServiceError("error.service.streams")
        self._open += 1
        return _Counted(self, lines, media_type=media_type, headers=headers)

    def leave(self) -> None:
        """Remove one stream from the count."""
        self._open -= 1


class _Counted(StreamingResponse):
    def __init__(self, streams: Streams, lines: AsyncIterator[str], **options: object) -> None:
        super().__init__(lines, **options)  # type: ignore[arg-type] # as they come
        self._streams = streams

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._streams.leave()

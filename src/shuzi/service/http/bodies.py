"""Limits on request bodies: their size, their speed, and their total memory."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from time import monotonic

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shuzi.errors import ServiceError
from shuzi.service.http.limits import Limits
from shuzi.service.http.problems import BodyRefused
from shuzi.service.http.quotas import Quota

DISCARDED = 10
"""Times the body limit: what a refused client may still send, so that it can read the response."""

_SWALLOWED = 4  # times the body limit: read and dropped, since a client reads no response while it is sending


class Bodies:
    """Limits the bodies of all requests.

    A body that is too long is refused with 413, one that is too slow with 408, and one without room in memory
    with 429, whether the client declares the length or not.

    Room is shared fairly: each client has a limit, and when memory is full, an unfinished body is dropped if its
    client holds more than the one that needs room would.
    """

    def __init__(self, app: ASGIApp, limits: Limits) -> None:
        self._app = app
        self._limits = limits
        self._held = 0
        self._coming: dict[_Watched, None] = {}  # in order of arrival
        self._closing = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        watched = _Watched(self, scope, receive)
        try:
            await self._app(scope, watched, send)
        finally:
            self.release(watched)

    @property
    def limits(self) -> Limits:
        """The limits on requests."""
        return self._limits

    def close(self) -> None:
        """Stop waiting for bodies: unfinished requests are told that the service is shutting down."""
        self._closing = True
        for watched in list(self._coming):
            watched.give_up(ServiceError("error.service.closing"))

    def comes(self, watched: _Watched, comes: bool) -> None:
        """Note whether a body is still arriving or complete."""
        if not comes:
            self._coming.pop(watched, None)
        elif self._closing and watched.expected:
            watched.give_up(ServiceError("error.service.closing"))
        else:
            self._coming[watched] = None

    def hold(self, watched: _Watched, size: int) -> ServiceError | None:
        """Reserve memory for more bytes of a body, or return the reason for refusal."""
        quota = watched.quota
        if quota.held + size > self._limits.client_held:
            return ServiceError("error.service.held", most=self._limits.client_held // 1_000_000)
        while self._held + size > self._limits.held:
            most = max(self._coming, key=lambda each: (each.quota.held, each.held), default=None)
            if most is None or most.quota.held <= quota.held + size:
                return ServiceError("error.service.busy")
            most.give_up(ServiceError("error.service.busy"))
            self.release(most)
        self._held += size
        quota.held += size
        watched.held += size
        return None

    def release(self, watched: _Watched) -> None:
        """Release a body's memory; its bytes are dropped as soon as its request notices."""
        self._coming.pop(watched, None)
        self._held -= watched.held
        watched.quota.held -= watched.held
        watched.held = 0


class _Watched:
    """The `receive` of one request."""

    def __init__(self, bodies: Bodies, scope: Scope, receive: Receive) -> None:
        self._bodies = bodies
        names = {name for name, _ in scope["headers"]}
        self._announced = _announced(scope)
        self._asks = b"expect" in names
        self.expected = bool(self._announced) or b"transfer-encoding" in names
        self._receive = receive
        self._ends: float | None = None
        self._whole = False
        self._waits: asyncio.Timeout | None = None
        self._refusal: ServiceError | None = None
        self.quota: Quota = scope["quota"]
        self.held = 0

    def give_up(self, refusal: ServiceError) -> None:
        """Stop waiting, for the given reason."""
        self._refusal = refusal
        if self._waits is not None and not self._waits.expired():
            self._waits.reschedule(0.0)  # a deadline in the past

    async def __call__(self) -> Message:
        limits = self._bodies.limits
        if self._whole:
            return await self._receive()  # only a disconnect can follow
        if (self._announced or 0) > limits.body:
            await self._refuse_long()
        message = await self._next()
        size = len(message.get("body", b""))
        if self.held + size > limits.body:
            await self._refuse_long()
        if refusal := self._bodies.hold(self, size):
            raise BodyRefused(refusal, close=not self._whole)
        return message

    async def _next(self) -> Message:
        limits, now = self._bodies.limits, monotonic()
        self._ends = self._ends or now + limits.body_seconds
        self._bodies.comes(self, comes=True)
        try:
            async with asyncio.timeout(min(limits.pause_seconds, self._ends - now)) as self._waits:
                if self._refusal is not None:
                    raise TimeoutError
                message = await self._receive()
        except TimeoutError as problem:
            raise BodyRefused(self._refusal or ServiceError("error.service.slow"), close=True) from problem
        finally:
            self._waits = None
        self._whole = not message.get("more_body", False)
        if self._whole:
            self._bodies.comes(self, comes=False)
        return message

    async def _refuse_long(self) -> None:
        """Refuse a body, after reading the rest of it if it is already on its way and not excessively long."""
        most = self._bodies.limits.body
        left = 0 if self._asks and self._ends is None else _SWALLOWED * most
        if (self._announced or 0) <= left:
            while not self._whole and left > 0:
                left -= len((await self._next()).get("body", b""))
        raise BodyRefused(ServiceError("error.service.body", most=most // 1_000_000), close=not self._whole)


async def read_on(receive: Receive, limits: Limits) -> None:
    """Read and drop the rest of a refused body, within limits.

    A server that closes a connection with unread data resets it, and a client that is still sending loses the answer.
    """
    left = DISCARDED * limits.body
    with suppress(TimeoutError):
        async with asyncio.timeout(limits.body_seconds):
            while left > 0 and (message := await receive()).get("more_body"):
                left -= len(message["body"])


def _announced(scope: Scope) -> int | None:
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) if value.isdigit() else None
    return None

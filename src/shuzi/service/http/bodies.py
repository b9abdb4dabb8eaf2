"""The body of a request comes in no longer, no slower and no more at once than agreed."""

from __future__ import annotations

import asyncio
from time import monotonic

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shuzi.errors import ServiceError
from shuzi.service.http.limits import Limits
from shuzi.service.http.problems import BodyRefused

_SWALLOWED = 4  # times the longest body: so much is read and dropped, for a client reads no answer while it sends


class Bodies:
    """Watches over the bodies of all requests.

    A body that is too long is refused with 413, one that comes too slowly with 408, and one for which there is no
    room beside the others with 429. Whether the client tells the length or not makes no difference.
    """

    def __init__(self, app: ASGIApp, limits: Limits) -> None:
        self._app = app
        self._limits = limits
        self._held = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        watched = _Watched(self, scope, receive)
        try:
            await self._app(scope, watched, send)
        finally:
            self._held -= watched.held

    @property
    def limits(self) -> Limits:
        """What is taken at most."""
        return self._limits

    def hold(self, size: int) -> bool:
        """Make room for so many bytes more, if there is room."""
        if self._held + size > self._limits.held:
            return False
        self._held += size
        return True


class _Watched:
    """The `receive` of one request."""

    def __init__(self, bodies: Bodies, scope: Scope, receive: Receive) -> None:
        self._bodies = bodies
        self._announced = _announced(scope)
        self._asks = any(name == b"expect" for name, _ in scope["headers"])
        self._receive = receive
        self._ends: float | None = None
        self._whole = False
        self.held = 0

    async def __call__(self) -> Message:
        limits = self._bodies.limits
        if self._whole:
            return await self._receive()  # nothing but the end of the connection is to come
        if (self._announced or 0) > limits.body:
            await self._refuse_long()
        message = await self._next()
        size = len(message.get("body", b""))
        if self.held + size > limits.body:
            await self._refuse_long()
        if not self._bodies.hold(size):
            raise BodyRefused(ServiceError("error.service.busy"), close=not self._whole)
        self.held += size
        return message

    async def _next(self) -> Message:
        limits, now = self._bodies.limits, monotonic()
        self._ends = self._ends or now + limits.body_seconds
        try:
            async with asyncio.timeout(min(limits.pause_seconds, self._ends - now)):
                message = await self._receive()
        except TimeoutError as problem:
            raise BodyRefused(ServiceError("error.service.slow"), close=True) from problem
        self._whole = not message.get("more_body", False)
        return message

    async def _refuse_long(self) -> None:
        """Refuse a body; before that read the rest of one that is not all too long and is on its way already."""
        most = self._bodies.limits.body
        left = 0 if self._asks and self._ends is None else _SWALLOWED * most
        if (self._announced or 0) <= left:
            while not self._whole and left > 0:
                left -= len((await self._next()).get("body", b""))
        raise BodyRefused(ServiceError("error.service.body", most=most // 1_000_000), close=not self._whole)


def _announced(scope: Scope) -> int | None:
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) if value.isdigit() else None
    return None

"""What requests may cost: the limits of a service, each client's quota, and how limited bodies are received."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Iterable
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import lru_cache
from time import monotonic

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shuzi.errors import ServiceError
from shuzi.service.problems import BodyRefused


@dataclass(frozen=True)
class Limits:
    """The limits of a service."""

    body: int = 20_000_000  # bytes in a request's body
    held: int = 200_000_000  # bytes of all bodies in memory at once
    pictures: int = 32  # pictures in one request; each page of a PDF is one
    images: int = 1_000  # 28x28 images in one request
    cells: int = 50_000  # cells of a table that becomes a workbook
    # digits to explain in one picture, and in all pictures of a request: each costs some hundred classifications
    explained: int = 24
    explained_in_all: int = 48
    workers: int = 8  # reading processes; each takes about 150 MB, and the decoding child processes as much again
    queue: int = 64  # requests waiting for a core
    # requests with pictures that a child process decodes, which may take several seconds; plain ones do not wait
    # behind them
    decoded: int = 16
    connections: int = 1_000  # open connections; beyond that, the server itself answers 503
    streams: int = 32  # open event streams
    client_requests: int = 250  # per client: requests at once, and bytes of bodies
    client_held: int = 60_000_000
    client_explained: int = 240  # per client: explained digits at once, and how many more each second
    client_explained_rate: float = 4.0
    pause_seconds: float = 10.0  # between two pieces of a body, and for the whole body
    body_seconds: float = 60.0
    idle_seconds: float = 15.0  # from a response to the next request on a connection
    work_seconds: float = 60.0  # from the end of a request's body to its response
    training_seconds: float = 900.0  # for one training run
    piece_seconds: float = 30.0  # CPU seconds of reading one picture, after which it is ended with its process
    abandoned_seconds: float = 5.0  # the same if its client is gone, or was told that the request takes too long
    stuck_seconds: float = 90.0  # work that takes so long is ended with its process, and another one replaces it
    wait_seconds: float = 10.0  # waiting time of a picture after which /readyz fails
    # after the service is asked to stop: for running requests, and until the process exits in any case
    drain_seconds: float = 5.0
    exit_seconds: float = 9.0
    trainings: int = 8  # finished training runs kept, with their models


HEAD_BYTES = 32_768
"""The maximum size of a request's headers, including its URL, in bytes."""

PROBLEMS = 1_000
"""The maximum number of unread pictures in a table, each of which takes a row of a workbook."""


asking: ContextVar[str] = ContextVar("client", default="")
"""The client whose request is being answered, as `Quota.address` names it."""

_NETWORK = 64  # bits: one household or rented machine gets a whole IPv6 network of this size (RFC 6177)
_SWEPT = 4_096  # number of clients above which idle ones are forgotten


@dataclass(slots=True, eq=False)
class Quota:
    """The resources that one client is using; `allowance` counts digits and refills over time."""

    address: str
    limits: Limits
    requests: int = 0
    held: int = 0
    _allowance: float = field(init=False)
    _at: float = field(init=False)

    def __post_init__(self) -> None:
        self._allowance, self._at = float(self.limits.client_explained), monotonic()

    @property
    def idle(self) -> bool:
        """Return whether this can be forgotten without loss."""
        if self.requests or self.held:
            return False
        self._fill()
        return self._allowance >= self.limits.client_explained

    @property
    def wait(self) -> float:
        """Seconds until the client may ask for explanations again."""
        self._fill()
        return max(0.0, (1.0 - self._allowance) / self.limits.client_explained_rate)

    def explain(self, digits: int) -> None:
        """Subtract digits from the allowance, which may become negative."""
        self._fill()
        self._allowance -= digits

    def _fill(self) -> None:
        now = monotonic()
        grown = self._allowance + (now - self._at) * self.limits.client_explained_rate
        self._allowance, self._at = min(grown, float(self.limits.client_explained)), now


class Quotas:
    """The quotas of all clients.

    >>> quotas = Quotas(Limits(), ["10.0.0.2"])
    >>> quotas.client("192.0.2.7", "198.51.100.1"), quotas.client("10.0.0.2", "198.51.100.1, 192.0.2.9")
    ('192.0.2.7', '192.0.2.9')
    """

    def __init__(self, limits: Limits, proxies: Iterable[str] = ()) -> None:
        self._limits = limits
        self._proxies = [_network(proxy) for proxy in proxies]
        self._known: dict[str, Quota] = {}

    def trusts(self, address: str) -> bool:
        """Return whether an address is a trusted proxy's."""
        if not self._proxies:
            return False
        found = parsed(address)
        return found is not None and any(found in proxy for proxy in self._proxies)

    def client(self, peer: str, forwarded: str) -> str:
        """Return the client's address.

        `peer`: the other end of the connection. `forwarded`: The X-Forwarded-For header. Its last entry that is not a
        trusted proxy counts: each proxy appends what it has seen, and clients can forge everything before that.
        """
        if not forwarded or not self.trusts(peer):
            return peer
        for entry in reversed(forwarded.split(",")):
            name = entry.strip()
            if parsed(name) is None:
                return peer
            if not self.trusts(name):
                return name
        return peer

    def of(self, address: str) -> Quota:
        """Return the quota of an address; a whole 64-bit IPv6 network shares one."""
        key = _key(address)
        quota = self._known.get(key)
        if quota is None:
            if len(self._known) >= _SWEPT:
                self._known = {name: quota for name, quota in self._known.items() if not quota.idle}
            quota = self._known[key] = Quota(key, self._limits)
        return quota


_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    try:
        return ipaddress.ip_network(text.strip("[]"), strict=False)
    except ValueError as problem:
        raise ServiceError("error.service.proxy", address=text) from problem


def parsed(text: str) -> _Address | None:
    """Return an address, of IPv4 where it is one on a dual-stack socket; None for anything else."""
    try:
        address = ipaddress.ip_address(text.strip("[]").partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


@lru_cache(_SWEPT)
def _key(address: str) -> str:
    """Normalise an address to the key of its quota.

    >>> _key("192.0.2.1"), _key("::ffff:192.0.2.1"), _key("2001:db8::1") == _key("2001:db8::ffff:1")
    ('192.0.2.1', '192.0.2.1', True)
    """
    found = parsed(address)
    if isinstance(found, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((found, _NETWORK), strict=False))
    return str(found or address)


DISCARDED = 10
"""Times the body limit: what a refused client may still send, so that it can read the response."""


class Bodies:
    """Limits the bodies of all requests.

    A body that is too long is refused with 413, one that is too slow with 408, and one without room in memory
    with 429, whether the client declares the length or not.

    Room is shared fairly: each client has a limit, and when memory is full, an unfinished body is dropped if its
    client holds more than the one that needs room would.
    """

    def __init__(self, app: ASGIApp, limits: Limits) -> None:
        self._app = app
        self.limits = limits
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
        if quota.held + size > self.limits.client_held:
            return ServiceError("error.service.held", max=self.limits.client_held // 1_000_000)
        while self._held + size > self.limits.held:
            largest = max(self._coming, key=lambda body: (body.quota.held, body.held), default=None)
            if largest is None or largest.quota.held <= quota.held + size:
                return ServiceError("error.service.busy")
            largest.give_up(ServiceError("error.service.busy"))
            self.release(largest)
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
        headers = Headers(scope=scope)
        length = headers.get("content-length", "")
        self._announced = int(length) if length.isdecimal() else 0
        self.expected = self._announced > 0 or "transfer-encoding" in headers
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
        message: Message = {} if self._announced > limits.body else await self._next()
        size = len(message.get("body", b""))
        if not message or self.held + size > limits.body:
            raise BodyRefused(ServiceError("error.service.body", max=limits.body // 1_000_000))
        if refusal := self._bodies.hold(self, size):
            raise BodyRefused(refusal)
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
            raise BodyRefused(self._refusal or ServiceError("error.service.slow")) from problem
        finally:
            self._waits = None
        self._whole = not message.get("more_body", False)
        if self._whole:
            self._bodies.comes(self, comes=False)
        return message


def reading_on(send: Send, receive: Receive, limits: Limits) -> tuple[Send, Receive]:
    """Return a `send` and a `receive` that, before an answer closes the connection, read and drop the rest of a body.

    A server that closes a connection with unread data resets it, and a client that is still sending loses the answer.
    """
    closes = whole = False

    async def received() -> Message:
        nonlocal whole
        message = await receive()
        whole = not message.get("more_body")
        return message

    async def sending(message: Message) -> None:
        nonlocal closes
        if message["type"] == "http.response.start":
            closes = (b"connection", b"close") in message.get("headers", ())
        elif closes and not (whole or message.get("more_body")):
            await send({**message, "more_body": True})
            await read_on(received, limits)
            message = {"type": "http.response.body"}
        await send(message)

    return sending, received


async def read_on(receive: Receive, limits: Limits) -> None:
    """Read and drop the rest of a refused body, within limits."""
    left = DISCARDED * limits.body
    with suppress(TimeoutError):
        async with asyncio.timeout(limits.body_seconds):
            while left > 0:
                async with asyncio.timeout(limits.pause_seconds):
                    message = await receive()
                if not message.get("more_body"):
                    return
                left -= len(message["body"])

"""uvicorn's httptools protocol, with limits on slow clients, many connections and long headers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any, cast

import httptools
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol
from uvicorn.server import ServerState

from shuzi.errors import ServiceError
from shuzi.messages import speaking
from shuzi.service.access import SECURITY_HEADERS, Observe
from shuzi.service.limits import DISCARDED, HEAD_BYTES, HEADERS, Limits, Quota, Quotas
from shuzi.service.logs import REQUEST_ID, new_id
from shuzi.service.problems import MEDIA_TYPE, document, retry_after, status_of

_PARTING = 1.0  # minimum seconds to read it, and the maximum when the service is ending
_BEYOND = 64  # connections above a limit that get time to read their refusal; a flood is closed at once
_SCHEMES = (b"http", b"https")


def protocol(limits: Limits, quotas: Quotas, observe: Observe) -> type[asyncio.Protocol]:
    """Return the protocol class for uvicorn, with its limits and an observer for requests refused here."""
    return type("Protocol", (_Protocol,), {"limits": limits, "quotas": quotas, "observe": staticmethod(observe)})


class _Refused(Exception):  # noqa: N818 - nobody is told: it ends the parser
    """The request has already been answered, so the rest need not be parsed."""


class _Answering:
    """The transport for an answer, which closes only once the client can have read the answer."""

    def __init__(self, transport: asyncio.Transport, close: Callable[[], None]) -> None:
        self._transport = transport
        self.write, self.is_closing, self.close = transport.write, transport.is_closing, close

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


class _Protocol(HttpToolsProtocol):
    limits: Limits
    quotas: Quotas
    observe: Observe

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._waits: asyncio.TimerHandle | None = None
        self._writes: asyncio.TimerHandle | None = None
        self._taken = 0
        self._in_head = False
        self._refused = False
        self._discarding = 0.0  # until when; 0 while requests are read
        self._discarded = 0
        self._ending = False
        self._quota: Quota | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as in uvicorn
        super().connection_made(transport)
        peer = self.client[0] if self.client else ""
        if not self.quotas.trusts(peer):  # a proxy's connections carry many clients
            self._quota = self.quotas.of(peer)
            self._quota.connections += 1
        if len(self.connections) > self.limits.connections:
            self._refuse(ServiceError("error.service.busy"))
        elif self._quota and self._quota.connections > self.limits.client_connections:
            self._refuse(ServiceError("error.service.client", most=self.limits.client_connections))
        else:
            self._wait(self.limits.head_seconds)

    def connection_lost(self, exc: Exception | None) -> None:
        self._wait(None)
        self._taking(begins=False)
        if self._quota:
            self._quota.connections -= 1
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse received data; invalid HTTP is answered but not logged, since any client can send it."""
        if self._discarding:
            self._discard(len(data))
            return
        if self._refused or self.transport.is_closing():
            return
        self._unset_keepalive_if_required()
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            pass  # an upgrade was requested and declined, which HTTP allows
        except httptools.HttpParserError:
            if not self._refused and not self.transport.is_closing():
                self._refuse(ServiceError("error.service.http"))

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._taken = 0
        self._in_head = True
        self._wait(self.limits.head_seconds)

    def on_url(self, url: bytes) -> None:
        super().on_url(url)
        self._take(len(url))

    def on_header(self, name: bytes, value: bytes) -> None:
        super().on_header(name, value)
        if len(self.headers) > HEADERS:
            self._refuse(ServiceError("error.service.headers", most=HEADERS))
            raise _Refused
        self._take(len(name) + len(value))

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._wait(None)
        if self.transport.is_closing():
            return
        codings = [value.strip().lower() for name, value in self.headers if name == b"transfer-encoding"]
        if codings and codings != [b"chunked"]:  # other transfer codings would not be decoded
            self._refuse(ServiceError("error.service.coding"))
            raise _Refused
        if not self.url.startswith(b"/"):
            self._take_host()
        super().on_headers_complete()
        self.cycle.transport = cast("asyncio.Transport", _Answering(self.transport, self._part))

    def shutdown(self) -> None:
        """Let the current request be answered; end everything else."""
        self._ending = True
        if self._discarding:
            self._wait(_PARTING)
        else:
            super().shutdown()

    def on_response_complete(self) -> None:
        if self._discarding:  # what follows on this connection is not read any more
            self.pipeline.clear()
            self.server_state.total_requests += 1
            return
        super().on_response_complete()
        if self.cycle.response_complete and not self._in_head:  # no other request may follow
            # from here, only the next request extends the time-out: neither an unread body nor empty lines do
            self._wait(self.limits.idle_seconds, self._end)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._taking(begins=True)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._taking(begins=False)

    def _take_host(self) -> None:
        """Replace the Host header by the host of an absolute URL, as RFC 9112, 3.2.2, requires."""
        parsed = httptools.parse_url(self.url)
        if parsed.schema not in _SCHEMES or not parsed.host or parsed.userinfo:
            self._refuse(ServiceError("error.service.http"))
            raise _Refused
        host = b"[%s]" % parsed.host if b":" in parsed.host else parsed.host
        host += b":%d" % parsed.port if parsed.port else b""
        # the scope holds this very list
        self.headers[:] = [(b"host", host), *(header for header in self.headers if header[0] != b"host")]

    def _take(self, size: int) -> None:
        self._taken += size
        if self._taken > HEAD_BYTES and not self.transport.is_closing():
            self._refuse(ServiceError("error.service.head", most=HEAD_BYTES))
            raise _Refused

    def _wait(self, seconds: float | None, end: Callable[[], None] | None = None) -> None:
        """Close the connection after some seconds, unless called again before; None cancels that."""
        if self._waits is not None:
            self._waits.cancel()
        self._waits = None if seconds is None else self.loop.call_later(seconds, end or self.transport.abort)

    def _taking(self, begins: bool) -> None:
        """Start or stop waiting for a client to take its response, whatever it sends meanwhile."""
        if self._writes is not None:
            self._writes.cancel()
        self._writes = self.loop.call_later(self.limits.write_seconds, self.transport.abort) if begins else None

    def _end(self) -> None:
        """Close the connection once the client has taken the output, or after a time-out."""
        self.transport.close()
        self._wait(self.limits.write_seconds)

    def _part(self) -> None:
        """Close the connection after an answer, once the client has read it or has had the time to.

        Closing a socket with unread data resets the connection, and a client that is still sending loses the answer.
        """
        limits = self.limits
        ours, theirs = len(self.connections), self._quota.connections if self._quota else 0
        crowded = ours > limits.connections + _BEYOND or theirs > limits.client_connections + _BEYOND
        read = not (self._refused or self._in_head or self.pipeline or self.cycle.more_body)
        if read or crowded or not self.transport.can_write_eof():
            self.transport.close()
        elif not self.transport.is_closing():
            self.transport.write_eof()
            self._discarding = self.loop.time() + (_PARTING if self._ending else max(_PARTING, limits.body_seconds))
            self.flow.resume_reading()
            self._discard(0)

    def _discard(self, size: int) -> None:
        """Drop data of a client that has its answer, within limits."""
        self._discarded += size
        left = self._discarding - self.loop.time()
        if self._discarded > DISCARDED * self.limits.body or left <= 0:
            self.transport.abort()
        else:
            self._wait(min(left, max(_PARTING, self.limits.pause_seconds)))

    def _refuse(self, problem: ServiceError) -> None:
        """Answer a request that does not reach the app."""
        self._refused = True
        cycle = self.cycle
        if cycle is not None and not cycle.response_complete and (cycle.response_started or not cycle.more_body):
            self.pipeline.clear()  # an earlier request is still being answered
            cycle.keep_alive = False
            return
        status, name = status_of(problem), new_id()
        with speaking("en"):  # the requested language is not known yet
            content = json.dumps(document(problem.key, status, problem.sentence())).encode()
        address = self._quota.address if self._quota else ""
        self.observe({"type": "http", "method": "", "request_id": name, "from": address}, status, 0.0)
        headers = [
            *retry_after(problem),
            (b"content-type", MEDIA_TYPE.encode()),
            (b"content-length", b"%d" % len(content)),
            (b"cache-control", b"no-store"),
            (b"connection", b"close"),
            (REQUEST_ID, name.encode()),
            *SECURITY_HEADERS,
        ]
        lines = b"".join(b"%s: %s\r\n" % header for header in headers)
        self.transport.write(STATUS_LINE[status] + lines + b"\r\n" + content)
        self._part()

"""HTTP by httptools as uvicorn speaks it, with clients that are slow, many or long-winded sent away."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol
from uvicorn.server import ServerState

from shuzi.errors import ServiceError
from shuzi.messages import speaking
from shuzi.service.http.guard import SECURITY_HEADERS, Observe
from shuzi.service.http.limits import HEAD_BYTES, Limits
from shuzi.service.http.problems import MEDIA_TYPE, RETRY_AFTER, document, status_of


def protocol(limits: Limits, observe: Observe) -> type[asyncio.Protocol]:
    """Return the protocol that uvicorn is to speak, with the limits in it, and who counts what is refused here."""
    return type("Protocol", (_Protocol,), {"limits": limits, "observe": staticmethod(observe)})


class _Protocol(HttpToolsProtocol):
    limits: Limits
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

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as in uvicorn
        super().connection_made(transport)
        if len(self.connections) > self.limits.connections:
            self._refuse(ServiceError("error.service.busy"))
        else:
            self._wait(self.limits.head_seconds)

    def connection_lost(self, exc: Exception | None) -> None:
        self._wait(None)
        self._taking(begins=False)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if not self.transport.is_closing():
            super().data_received(data)

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
        self._take(len(name) + len(value))

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._wait(None)
        if not self.transport.is_closing():
            super().on_headers_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.cycle.response_complete and not self._in_head:  # and no other request is behind it
            # from here on nothing puts it off but the next request: neither a body that nobody reads nor empty lines
            self._wait(self.limits.idle_seconds, self._end)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._taking(begins=True)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._taking(begins=False)

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's words are in one language only
        if not self.transport.is_closing():
            self._refuse(ServiceError("error.service.http"))

    def _take(self, size: int) -> None:
        self._taken += size
        if self._taken > HEAD_BYTES and not self.transport.is_closing():
            self._refuse(ServiceError("error.service.head", most=HEAD_BYTES))

    def _wait(self, seconds: float | None, end: Callable[[], None] | None = None) -> None:
        """End the connection after some seconds, unless this is called again before; None lets it be."""
        if self._waits is not None:
            self._waits.cancel()
        self._waits = None if seconds is None else self.loop.call_later(seconds, end or self.transport.abort)

    def _taking(self, begins: bool) -> None:
        """Wait for a client to take what it was sent, whatever it sends meanwhile; or wait no longer."""
        if self._writes is not None:
            self._writes.cancel()
        self._writes = self.loop.call_later(self.limits.write_seconds, self.transport.abort) if begins else None

    def _end(self) -> None:
        """End the connection, once what was written has been taken, or after the time for that."""
        self.transport.close()
        self._wait(self.limits.write_seconds)

    def _refuse(self, problem: ServiceError) -> None:
        """Answer a request that reaches no app."""
        status = status_of(problem)
        with speaking("en"):  # what language was asked for is not known yet
            content = json.dumps(document(problem.key, status, problem.sentence())).encode()
        self.observe({"method": "", "type": "http"}, status, 0.0)
        wait = RETRY_AFTER.get(problem.key)
        headers = [
            *([] if wait is None else [(b"retry-after", b"%d" % wait)]),
            (b"content-type", MEDIA_TYPE.encode()),
            (b"content-length", b"%d" % len(content)),
            (b"cache-control", b"no-store"),
            (b"connection", b"close"),
            *SECURITY_HEADERS,
        ]
        lines = b"".join(b"%s: %s\r\n" % header for header in headers)
        self.transport.write(STATUS_LINE[status] + lines + b"\r\n" + content)
        self.transport.close()

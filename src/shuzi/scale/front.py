"""A middleware in Ray Serve's proxies: limits on bodies as they arrive, and answers in place of Ray's own errors.

A replica answers through `shuzi.service`, with all its headers. Ray answers by itself if all replicas are busy, if
one dies with a request, or if a request takes too long: in plain text, without Retry-After, or with status 500.
That is replaced by the service's own answer: 503 with Retry-After, in the client's language.
"""

from __future__ import annotations

import logging
from typing import Any

from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shuzi import messages
from shuzi.errors import ServiceError, ShuziError
from shuzi.service.access import SECURITY_HEADERS
from shuzi.service.limits import Bodies, Limits, Quotas, reading_on
from shuzi.service.logs import REQUEST_ID, new_id
from shuzi.service.problems import BodyRefused, asked_language, problem_response

log = logging.getLogger("shuzi.service")

_OF_RAY = "/-/"  # Ray's own paths: health and routes
_OURS = SECURITY_HEADERS[0][0]  # every answer of the service has this header
# headers by which a client would change how Ray treats its request
_DROPPED = (b"x-request-timeout-seconds", b"x-request-disconnect-disabled", b"x-session-id")


def middlewares() -> list[Middleware]:
    """Return the middlewares of Ray Serve's proxies."""
    return [Middleware(Front)]


class Front:
    """Passes requests to Ray's proxy, and its answers on."""

    def __init__(self, app: ASGIApp, limits: Limits | None = None) -> None:
        self._app = app
        self._limits = limits or Limits()
        self._quotas = Quotas(self._limits)
        self._bodies = Bodies(self._inner, self._limits)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http" or scope["path"].startswith(_OF_RAY):
            await self._app(scope, receive, send)
            return
        headers = [header for header in scope["headers"] if header[0] not in _DROPPED]
        client = scope["client"][0] if scope.get("client") else ""
        quota = self._quotas.of(client)
        send, receive = reading_on(send, receive, self._limits)
        answer = _Answer(send)
        messages.use(asked_language(scope["query_string"], Headers(raw=headers).get("accept-language", "")))
        quota.requests += 1
        try:
            await self._bodies({**scope, "headers": headers, "quota": quota, "refused": answer}, receive, answer.send)
        except Exception as problem:
            log.error("%s %s", scope["method"], scope["path"], exc_info=problem)
        finally:
            quota.requests -= 1
        if not answer.started:
            response = problem_response(answer.refusal or ServiceError("error.service.no_answer"), close=True)
            response.headers[REQUEST_ID.decode()] = new_id()
            for name, value in SECURITY_HEADERS:
                response.headers[name.decode()] = value.decode()

            await response(scope, receive, send)

    async def _inner(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on the parts of a request that Ray can send to a replica."""
        answer: _Answer = scope["refused"]

        async def watched() -> Message:
            try:
                return await receive()
            except BodyRefused as problem:
                answer.refusal = problem.problem
                raise

        await self._app({k: v for k, v in scope.items() if k not in {"quota", "refused"}}, watched, send)


class _Answer:
    """The answer to one request, of which only the service's own is passed on."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.started = False
        self.refusal: ShuziError | None = None

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers: list[Any] = list(message.get("headers", ()))
            if not any(name == _OURS for name, _ in headers):
                return
            self.started = True
            message = {**message, "headers": _once(headers)}
        if self.started:
            await self._send(message)


def _once(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Keep the service's id of the request, to which Ray appends its own."""
    first = next((header for header in headers if header[0].lower() == REQUEST_ID), None)
    others = [header for header in headers if header[0].lower() != REQUEST_ID]
    return others if first is None else [*others, first]

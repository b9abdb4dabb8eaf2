"""The outermost layer for every request: access control, language, and security headers on the response."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterable
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shuzi import messages
from shuzi.errors import ServiceError
from shuzi.service.http.access import Hosts, Origins, Tokens, is_closed
from shuzi.service.http.language import asked_language
from shuzi.service.http.problems import fault, problem_response
from shuzi.service.http.quotas import Quota, Quotas, asking
from shuzi.service.request_id import REQUEST_ID, current, new_id, proxy_id

log = logging.getLogger("shuzi.service")

_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self' 'wasm-unsafe-eval'",  # WebAssembly, not eval: the page reads by itself
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "connect-src 'self'",
        "font-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
SECURITY_HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (b"content-security-policy", _POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(self), microphone=(), geolocation=(), payment=(), usb=(), serial=(), hid=()"),
)
"""The security headers of every response."""

_NOT_KEPT = (b"cache-control", b"no-store")
_BY_LANGUAGE = (b"vary", b"accept-language")

# how browsers describe a request's origin, even without Origin (https://www.w3.org/TR/fetch-metadata/)
_FETCH = (b"sec-fetch-site", b"sec-fetch-mode", b"sec-fetch-dest")
_OWN = (b"same-origin", b"none")  # none: a person typed the address

Observe = Callable[[Scope, int, float], None]


class Guard:
    """Admits a request if host, origin and token are valid, and adds headers to every response.

    Parameters
    ----------
    app
        The app to protect.
    hosts
        The accepted host names.
    origins
        The other sites whose pages may use the service.
    quotas
        The clients' quotas; also knows which proxies to trust.
    tokens
        The tokens that open protected paths; None if everything is open.
    observe
        Called with the scope, status and duration in seconds of each finished request.
    """

    def __init__(
        self,
        app: ASGIApp,
        hosts: Hosts,
        origins: Origins,
        quotas: Quotas,
        tokens: Tokens | None,
        observe: Observe,
    ) -> None:
        self._app = app
        self._hosts = hosts
        self._origins = origins
        self._quotas = quotas
        self._tokens = tokens
        self._observe = observe
        self._closing = False

    def close(self) -> None:
        """Tell cancelled requests from now on that the service is shutting down."""
        self._closing = True

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status, started = time.perf_counter(), 500, False
        asked, head = scope["method"], _Head(scope["headers"])
        quota, name = self._identify(scope, head)
        if asked == "HEAD":
            scope = {**scope, "method": "GET", "asked": "HEAD"}

        async def guarded(message: Message) -> None:
            nonlocal status, started
            if message["type"] == "http.response.start":
                status, started = message["status"], True
                message = {**message, "headers": _with_headers(message.get("headers", ()), name)}
            elif asked == "HEAD":
                if message.get("more_body"):
                    return
                message = {"type": "http.response.body"}
            await send(message)

        quota.requests += 1
        try:
            refusal = self._refusal(scope, head, quota)
            if refusal is not None:
                await problem_response(refusal, close=True)(scope, receive, guarded)
            else:
                await self._app(scope, receive, guarded)
        except asyncio.CancelledError:
            if not self._closing:
                raise
            if not started:
                await problem_response(ServiceError("error.service.closing"), close=True)(scope, receive, guarded)
        except Exception as problem:
            if not started:  # otherwise it was logged and answered below, and is raised again for the server
                log.error("%s %s", scope["method"], scope["path"], exc_info=problem)
                await problem_response(fault(), close=True)(scope, receive, guarded)
        finally:
            quota.requests -= 1
            self._observe(scope, status, time.perf_counter() - began)

    def _identify(self, scope: Scope, head: _Head) -> tuple[Quota, str]:
        """Store the client and the request id in the scope."""
        peer = scope["client"][0] if scope.get("client") else ""
        named = proxy_id(head.request_id) if head.request_id and self._quotas.trusts(peer) else None
        scope["from"] = self._quotas.client(peer, head.forwarded)
        scope["quota"] = quota = self._quotas.of(scope["from"])
        scope["request_id"] = name = named or new_id()
        current.set(name)
        asking.set(quota.address)
        return quota, name

    def _refusal(self, scope: Scope, head: _Head, quota: Quota) -> ServiceError | None:
        """Choose the language, and return the reason if the request is refused."""
        messages.use(asked_language(scope["query_string"], head.language))
        server, hosts = scope.get("server"), head.hosts
        if len(hosts) != 1:
            return ServiceError("error.service.no_host")
        if not self._hosts.allow(hosts[0], server[0] if server else None):
            return ServiceError("error.service.host", host=hosts[0])
        if (problem := self._of_another_site(scope["method"], head)) is not None:
            return problem
        if self._tokens and is_closed(scope["path"]) and not self._tokens.allow(head.authorization):
            return ServiceError("error.service.token")
        if (
            quota.requests > quota.limits.client_connections
        ):  # for a client behind a proxy, which shares the proxy's connections
            return ServiceError("error.service.client", most=quota.limits.client_connections)
        return None

    def _of_another_site(self, method: str, head: _Head) -> ServiceError | None:
        """Return the reason for refusal if the request is from another site's page."""
        if head.origin is not None and self._origins.allow(head.origin):
            return None
        if head.origin is not None and head.origin.partition("://")[2].lower() != head.hosts[0].lower():
            return ServiceError("error.service.origin", origin=head.origin)
        if head.fetch.get(b"sec-fetch-site", b"none") not in _OWN and not _is_visit(method, head.fetch):
            return ServiceError("error.service.site")
        return None


class _Head:
    """The headers with the client, the target and the language, collected in one pass."""

    __slots__ = ("authorization", "fetch", "forwarded", "hosts", "language", "origin", "request_id")

    def __init__(self, headers: Iterable[tuple[bytes, bytes]]) -> None:
        self.hosts: list[str] = []
        self.fetch: dict[bytes, bytes] = {}
        self.origin: str | None = None
        self.language = self.authorization = self.request_id = b""
        self.forwarded = ""
        for name, value in headers:
            if name == b"host":
                self.hosts.append(value.decode("latin-1"))
            elif name == b"accept-language":
                self.language = value
            elif name == b"origin":
                self.origin = value.decode("latin-1")
            elif name == b"authorization":
                self.authorization = value
            elif name == b"x-forwarded-for":  # repeated headers form one list, in order
                self.forwarded += ("," if self.forwarded else "") + value.decode("latin-1")
            elif name == REQUEST_ID:
                self.request_id = value
            elif name in _FETCH:
                self.fetch[name] = value


def _is_visit(method: str, fetch: dict[bytes, bytes]) -> bool:
    """Return whether a person follows a link to here: any page may link, since none can read the response."""
    found = fetch.get(b"sec-fetch-mode"), fetch.get(b"sec-fetch-dest")
    return method == "GET" and found == (b"navigate", b"document")


def _with_headers(headers: Iterable[tuple[bytes, bytes]], request_id: str) -> list[tuple[bytes, bytes]]:
    given: list[Any] = list(headers)
    if not any(name == b"cache-control" for name, _ in given):
        given += (_NOT_KEPT, _BY_LANGUAGE)
    given.append((REQUEST_ID, request_id.encode()))
    given += SECURITY_HEADERS
    return given

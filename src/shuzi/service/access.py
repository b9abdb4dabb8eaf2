"""Access to the service: host names, origins, tokens, and the outermost layer of every request, which checks them."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shuzi import messages
from shuzi.atomic import open_named
from shuzi.errors import ServiceError, ShuziError
from shuzi.service.limits import Quota, Quotas, asking, parsed, reading_on
from shuzi.service.logs import REQUEST_ID, current_id, new_id, proxy_id
from shuzi.service.problems import asked_language, fault, problem_response

_MIN_TOKEN = 16  # the minimum length of a token, beyond guessing
_MAX_SIZE = 10_000  # the maximum size of the file, in bytes
_CLOSED = ("/v1", "/metrics")  # the page and the documentation are open, since they contain nobody's data
_SCHEME = "bearer "
_ANYWHERE = {"0.0.0.0", "::"}  # noqa: S104 - where a service may listen, and no name by which it is called
_NAME = re.compile(r"[a-z0-9_]([a-z0-9_.-]{0,251}[a-z0-9_])?")
_ORIGIN = re.compile(r"(https?)://(\[[0-9a-f:.]+\]|[^\s/:@?#\[\]]+)(:\d{1,5})?/?")
_REMEMBERED = 256  # Host headers whose verdict is cached


class Hosts:
    """The host names that the service accepts.

    Another site can point its own name at this machine (DNS rebinding), so unknown names are refused.

    >>> hosts = Hosts(["digits.example.org"])
    >>> hosts.allow("localhost:8000", None), hosts.allow("digits.example.org", None), hosts.allow("evil.test", None)
    (True, True, False)
    """

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._names = set(map(_given, names)) - _ANYWHERE
        self.allow = lru_cache(_REMEMBERED)(self._allow)

    def _allow(self, host: str, server: str | None) -> bool:
        """Return whether a Host header is one of ours; `server` is the address that received the request."""
        name = _name(host)
        return bool(name) and (name in self._names or is_loopback(name) or name == _bare(server or ""))


def origins_of(written: Iterable[str]) -> frozenset[str]:
    """Return other sites, whose pages may use the service, as browsers name them in Origin headers.

    >>> sorted(origins_of(["https://Example.org", "http://localhost:3000/"]))
    ['http://localhost:3000', 'https://example.org']
    """
    return frozenset(map(_origin, written))


def _origin(written: str) -> str:
    """Write an origin as browsers send it: without a slash at its end and without the usual port.

    >>> _origin("https://数字.测试:443"), _origin("http://[::1]:80")
    ('https://xn--p8sv8u.xn--0zwm56d', 'http://[::1]')
    """
    found = _ORIGIN.fullmatch(written.strip().lower())
    if found is None:
        raise ServiceError("error.service.allow_origin", origin=written)
    scheme, host, port = found.groups()
    try:
        name = _given(host)
    except ServiceError as problem:
        raise ServiceError("error.service.allow_origin", origin=written) from problem
    usual = {"http": ":80", "https": ":443"}[scheme]
    return f"{scheme}://{f'[{name}]' if ':' in name else name}{'' if port == usual else port or ''}"


def is_loopback(name: str) -> bool:
    """Return whether a host name or address is this machine's loopback.

    >>> is_loopback("127.0.0.1"), is_loopback("::1"), is_loopback("a.localhost"), is_loopback("0.0.0.0")
    (True, True, True, False)
    """
    address = parsed(name)
    return address.is_loopback if address else name == "localhost" or name.endswith(".localhost")


def _given(host: str) -> str:
    """Normalise a name given by the operator to the form that browsers send.

    >>> _given("Digits.example.org:8000"), _given("::1"), _given("数字.测试")
    ('digits.example.org', '::1', 'xn--p8sv8u.xn--0zwm56d')
    """
    name = _bare(host)
    if ":" in name and not parsed(name):
        name = _name(host)
    if parsed(name):
        return name
    try:
        name = name.encode("idna").decode()
    except UnicodeError:
        name = ""
    if not _NAME.fullmatch(name):
        raise ServiceError("error.service.allow_host", host=host)
    return name


def _bare(name: str) -> str:
    """Normalise a name or an address.

    >>> _bare("Example.org."), _bare("[FD00:0::2]"), _bare("::ffff:192.0.2.2")
    ('example.org', 'fd00::2', '192.0.2.2')
    """
    name = name.lower().strip("[]").rstrip(".")
    return str(parsed(name) or name)


def _name(host: str) -> str:
    """Remove the port from a Host header.

    >>> _name("[::1]:8000"), _name("Example.org:80"), _name("a:b:c")
    ('::1', 'example.org', '')
    """
    name, colon, port = host.rpartition(":")
    if not colon or host.endswith("]"):
        name = host
    elif not (port.isascii() and port.isdigit()) or (":" in name and not name.endswith("]")):
        return ""
    return _bare(name)


class Tokens:
    """The accepted tokens; a request sends one as `Authorization: Bearer …`.

    >>> tokens = Tokens(["correct horse battery"])
    >>> tokens.allow("Bearer correct horse battery"), tokens.allow("Bearer wrong"), tokens.allow("")
    (True, False, False)
    """

    def __init__(self, tokens: list[str]) -> None:
        self._digests = [_digest(token) for token in tokens]

    @classmethod
    def read(cls, path: Path) -> Tokens:
        """Read a file with one token per line, so that a new one can be added before the old one is removed."""
        try:
            with open_named(path) as file:
                text = file.read(_MAX_SIZE + 1).decode("ascii")
        except (OSError, UnicodeDecodeError) as problem:
            reason = getattr(problem, "strerror", None) or ShuziError("service.token.ascii")
            raise ServiceError("error.service.token_file", path=path, reason=reason) from problem
        tokens = [line.strip() for line in text.splitlines() if line.strip()]
        if not tokens or len(text) > _MAX_SIZE or min(map(len, tokens)) < _MIN_TOKEN:
            raise ServiceError("error.service.token_short", path=path, min=_MIN_TOKEN)
        return cls(tokens)

    def allow(self, authorization: str) -> bool:
        """Return whether an Authorization header holds an accepted token, in constant time.

        All tokens are compared, as SHA-256, by `hmac.compare_digest`, so timing reveals neither a correct prefix nor
        which token matched.
        """
        if authorization[: len(_SCHEME)].lower() != _SCHEME:
            return False
        shown = _digest(authorization[len(_SCHEME) :].strip())
        return any([hmac.compare_digest(shown, digest) for digest in self._digests])  # noqa: C419 - all of them, always


def is_closed(path: str) -> bool:
    """Return whether a path needs a token if the service has tokens.

    >>> is_closed("/v1/read"), is_closed("/metrics"), is_closed("/healthz"), is_closed("/v10")
    (True, True, False, False)
    """
    return any(path == closed or path.startswith(f"{closed}/") for closed in _CLOSED)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


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

Observe = Callable[[Scope, int, float], None]


@dataclass(eq=False)
class Guard:
    """Admits a request if host, origin and token are valid, and adds headers to every response."""

    app: ASGIApp
    hosts: Hosts
    origins: frozenset[str]  # of other sites, see `origins_of`
    quotas: Quotas
    tokens: Tokens | None  # None lets everyone in
    observe: Observe
    is_closing: bool = False  # then cancelled requests are told that the service is shutting down

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, status, started = time.perf_counter(), 500, False
        asked, head = scope["method"], Headers(scope=scope)
        quota, name = self._identify(scope, head)
        if asked == "HEAD":
            scope = {**scope, "method": "GET", "asked": "HEAD"}

        ending, receive = reading_on(send, receive, quota.limits)

        async def guarded(message: Message) -> None:
            nonlocal status, started
            if message["type"] == "http.response.start":
                status, started = message["status"], True
                message = {**message, "headers": _with_headers(message.get("headers", ()), name)}
            elif asked == "HEAD":
                if message.get("more_body"):
                    return
                message = {"type": "http.response.body"}
            await ending(message)

        quota.requests += 1
        try:
            refusal = self._refusal(scope, head, quota)
            if refusal is not None:
                await problem_response(refusal, close=True)(scope, receive, guarded)
            else:
                await self.app(scope, receive, guarded)
        except asyncio.CancelledError:
            if not self.is_closing:
                raise
            if not started:
                await problem_response(ServiceError("error.service.closing"), close=True)(scope, receive, guarded)
        except Exception as problem:
            if not started:  # otherwise it was logged and answered below, and is raised again for the server
                log.error("%s %s", scope["method"], scope["path"], exc_info=problem)
                await problem_response(fault(), close=True)(scope, receive, guarded)
        finally:
            quota.requests -= 1
            self.observe(scope, status, time.perf_counter() - began)

    def _identify(self, scope: Scope, head: Headers) -> tuple[Quota, str]:
        """Store the client and the request id in the scope."""
        peer = scope["client"][0] if scope.get("client") else ""
        given = head.get(REQUEST_ID.decode())
        named = proxy_id(given) if given and self.quotas.trusts(peer) else None
        scope["from"] = self.quotas.client(peer, ",".join(head.getlist("x-forwarded-for")))
        scope["quota"] = quota = self.quotas.of(scope["from"])
        scope["request_id"] = name = named or new_id()
        current_id.set(name)
        asking.set(quota.address)
        return quota, name

    def _refusal(self, scope: Scope, head: Headers, quota: Quota) -> ServiceError | None:
        """Choose the language, and return the reason if the request is refused."""
        messages.use(asked_language(scope["query_string"], head.get("accept-language", "")))
        server, hosts = scope.get("server"), head.getlist("host")
        if len(hosts) != 1:
            return ServiceError("error.service.no_host")
        if not self.hosts.allow(hosts[0], server[0] if server else None):
            return ServiceError("error.service.host", host=hosts[0])
        if (problem := self._of_another_site(scope["method"], head)) is not None:
            return problem
        if self.tokens and is_closed(scope["path"]) and not self.tokens.allow(head.get("authorization", "")):
            return ServiceError("error.service.token")
        if quota.requests > quota.limits.client_requests:
            return ServiceError("error.service.client", max=quota.limits.client_requests)
        return None

    def _of_another_site(self, method: str, head: Headers) -> ServiceError | None:
        """Return the reason for refusal if the request is from another site's page."""
        origin = head.get("origin")
        if origin is not None and origin.lower() in self.origins:
            return None
        if origin is not None and origin.partition("://")[2].lower() != head["host"].lower():
            return ServiceError("error.service.origin", origin=origin)
        # how browsers describe a request's origin, even without Origin (https://www.w3.org/TR/fetch-metadata/);
        # "none" is an address that a person typed. Any page may link to here, since none can read the response
        visit = head.get("sec-fetch-mode"), head.get("sec-fetch-dest")
        is_visit = method == "GET" and visit == ("navigate", "document")
        if head.get("sec-fetch-site", "none") not in ("same-origin", "none") and not is_visit:
            return ServiceError("error.service.site")
        return None


def _with_headers(headers: Iterable[tuple[bytes, bytes]], request_id: str) -> list[tuple[bytes, bytes]]:
    given: list[Any] = list(headers)
    if not any(name == b"cache-control" for name, _ in given):
        given += (_NOT_KEPT, _BY_LANGUAGE)
    given.append((REQUEST_ID, request_id.encode()))
    given += SECURITY_HEADERS
    return given

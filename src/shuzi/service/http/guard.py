"""Every request passes here first, and every answer last: who may ask, in which language, and with which headers."""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shuzi import messages
from shuzi.errors import ServiceError
from shuzi.service.http.language import asked_language
from shuzi.service.http.problems import problem_response

_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
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
"""What tells a browser to let nothing in, out or around: every answer carries these."""

_NOT_KEPT = (b"cache-control", b"no-store")
_BY_LANGUAGE = (b"vary", b"accept-language")

_ANYWHERE = {"0.0.0.0", "::"}  # noqa: S104 - where a service may listen, and no name by which it is called
_REMEMBERED = 256  # Host headers for which the answer is known

# what browsers tell of who asks, of requests without an Origin too (https://www.w3.org/TR/fetch-metadata/)
_FETCH = (b"sec-fetch-site", b"sec-fetch-mode", b"sec-fetch-dest")
_OWN = (b"same-origin", b"none")  # none: a person has typed the address

Observe = Callable[[Scope, int, float], None]


class Hosts:
    """The names by which the service may be called.

    A page of another site can let its own name lead to this machine (DNS rebinding), so a name that was not agreed on
    is refused.

    Examples
    --------
    >>> hosts = Hosts(["digits.example.org"])
    >>> hosts.allow("localhost:8000", None), hosts.allow("digits.example.org", None), hosts.allow("evil.test", None)
    (True, True, False)
    """

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._names = {_bare(name) for name in names} - _ANYWHERE
        self.allow = lru_cache(_REMEMBERED)(self._allow)

    def _allow(self, host: str, server: str | None) -> bool:
        """Tell whether a Host header is one of ours; `server` is the address at which the request came in."""
        name = _name(host)
        return bool(name) and (name in self._names or is_loopback(name) or name == _bare(server or ""))


def is_loopback(name: str) -> bool:
    """Tell whether a host's name or address means this machine and is reached from nowhere else.

    >>> is_loopback("127.0.0.1"), is_loopback("::1"), is_loopback("a.localhost"), is_loopback("0.0.0.0")
    (True, True, True, False)
    """
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost" or name.endswith(".localhost")


def _bare(name: str) -> str:
    """Write a name or an address in one way, however it is written.

    >>> _bare("Example.org."), _bare("[FD00:0::2]"), _bare("::ffff:192.0.2.2")
    ('example.org', 'fd00::2', '192.0.2.2')
    """
    name = name.lower().strip("[]").rstrip(".")
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return name
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None  # where a socket hears both
    return str(mapped or address)


def _name(host: str) -> str:
    """Take the port away from a Host header.

    >>> _name("[::1]:8000"), _name("Example.org:80"), _name("a:b:c")
    ('::1', 'example.org', '')
    """
    name, colon, port = host.rpartition(":")
    if not colon or host.endswith("]"):
        name = host
    elif not (port.isascii() and port.isdigit()) or (":" in name and not name.endswith("]")):
        return ""
    return _bare(name)


class Guard:
    """Lets a request in when host and origin are right, and sends no answer without the headers that it needs.

    Parameters
    ----------
    app
        What answers.
    hosts
        The names by which it may be called.
    observe
        Told the scope, the status and the seconds of each request when it is over.
    """

    def __init__(self, app: ASGIApp, hosts: Hosts, observe: Observe) -> None:
        self._app = app
        self._hosts = hosts
        self._observe = observe

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status, started = time.perf_counter(), 500, False
        asked = scope["method"]
        if asked == "HEAD":
            scope = {**scope, "method": "GET", "asked": "HEAD"}

        async def guarded(message: Message) -> None:
            nonlocal status, started
            if message["type"] == "http.response.start":
                status, started = message["status"], True
                message = {**message, "headers": _with_headers(message.get("headers", ()))}
            elif asked == "HEAD":
                if message.get("more_body"):
                    return
                message = {"type": "http.response.body"}
            await send(message)

        try:
            refusal = self._refusal(scope)
            if refusal is not None:
                await problem_response(refusal, close=True)(scope, receive, guarded)
            else:
                await self._app(scope, receive, guarded)
        except Exception:
            if not started:
                raise
            # what failed has been logged and answered below, where it is raised again for servers that know no better
        finally:
            self._observe(scope, status, time.perf_counter() - began)

    def _refusal(self, scope: Scope) -> ServiceError | None:
        """Choose the language, and return why the request is refused, if it is."""
        hosts, origin, accepted = [], None, b""
        fetch = {}
        for name, value in scope["headers"]:
            if name == b"host":
                hosts.append(value.decode("latin-1"))
            elif name == b"origin":
                origin = value.decode("latin-1")
            elif name == b"accept-language":
                accepted = value
            elif name in _FETCH:
                fetch[name] = value
        messages.use(asked_language(scope["query_string"], accepted))
        server = scope.get("server")
        if len(hosts) != 1 or not self._hosts.allow(hosts[0], server[0] if server else None):
            return ServiceError("error.service.host", host=", ".join(hosts))
        if origin is not None and origin.partition("://")[2].lower() != hosts[0].lower():
            return ServiceError("error.service.origin", origin=origin)
        if fetch.get(b"sec-fetch-site", b"none") not in _OWN and not _is_visit(scope["method"], fetch):
            return ServiceError("error.service.site")
        return None


def _is_visit(method: str, fetch: dict[bytes, bytes]) -> bool:
    """Tell whether a person follows a link to here, which any page may have, and no page reads the answer."""
    found = fetch.get(b"sec-fetch-mode"), fetch.get(b"sec-fetch-dest")
    return method in ("GET", "HEAD") and found == (b"navigate", b"document")


def _with_headers(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    given: list[Any] = list(headers)
    if not any(name == b"cache-control" for name, _ in given):
        given += (_NOT_KEPT, _BY_LANGUAGE)
    given += SECURITY_HEADERS
    return given

"""Access control: the host names of the service, and the tokens for its API."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from shuzi.errors import ServiceError, ShuziError
from shuzi.named import open_named

SHORTEST = 16
"""The minimum length of a token, beyond guessing."""

_MOST = 10_000  # the maximum size of the file, in bytes
_CLOSED = ("/v1", "/metrics")  # the page and the documentation are open, since they contain nobody's data
_SCHEME = b"bearer "
_ANYWHERE = {"0.0.0.0", "::"}  # noqa: S104 - where a service may listen, and no name by which it is called
_NAME = re.compile(r"[a-z0-9_]([a-z0-9_.-]{0,251}[a-z0-9_])?")
_ORIGIN = re.compile(r"(https?)://(\[[0-9a-f:.]+\]|[^\s/:@?#\[\]]+)(:\d{1,5})?/?")
_REMEMBERED = 256  # Host headers whose verdict is cached


class Hosts:
    """The host names that the service accepts.

    Another site can point its own name at this machine (DNS rebinding), so unknown names are refused.

    Parameters
    ----------
    names
        Each a name or an address, with or without a port.

    Raises
    ------
    ServiceError
        One of them is invalid.

    Examples
    --------
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


class Origins:
    """The other sites whose pages may use the service.

    Parameters
    ----------
    origins
        A scheme, a host and any unusual port for each, as browsers write them.

    Raises
    ------
    ServiceError
        An origin is invalid, such as a bare name or an address with a path.

    Examples
    --------
    >>> origins = Origins(["https://Example.org", "http://localhost:3000/"])
    >>> sorted(origins.all)
    ['http://localhost:3000', 'https://example.org']
    >>> origins.allow("https://example.org"), origins.allow("https://evil.test"), origins.allow("null")
    (True, False, False)
    """

    def __init__(self, origins: Iterable[str] = ()) -> None:
        self.all = frozenset(map(_origin, origins))

    def allow(self, origin: str) -> bool:
        """Return whether an Origin header is of one of these sites."""
        return origin.lower() in self.all


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
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost" or name.endswith(".localhost")


def _given(host: str) -> str:
    """Normalise a name given by the operator to the form that browsers send.

    >>> _given("Digits.example.org:8000"), _given("::1"), _given("数字.测试")
    ('digits.example.org', '::1', 'xn--p8sv8u.xn--0zwm56d')
    """
    name = _bare(host)
    if ":" in name and not _is_address(name):
        name = _name(host)
    if _is_address(name):
        return name
    try:
        name = name.encode("idna").decode()
    except UnicodeError:
        name = ""
    if not _NAME.fullmatch(name):
        raise ServiceError("error.service.allow_host", host=host)
    return name


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _bare(name: str) -> str:
    """Normalise a name or an address.

    >>> _bare("Example.org."), _bare("[FD00:0::2]"), _bare("::ffff:192.0.2.2")
    ('example.org', 'fd00::2', '192.0.2.2')
    """
    name = name.lower().strip("[]").rstrip(".")
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return name
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None  # on a dual-stack socket
    return str(mapped or address)


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

    Parameters
    ----------
    tokens
        The tokens; all open the same paths.

    Examples
    --------
    >>> tokens = Tokens(["correct horse battery"])
    >>> tokens.allow(b"Bearer correct horse battery"), tokens.allow(b"Bearer wrong"), tokens.allow(b"")
    (True, False, False)
    """

    def __init__(self, tokens: list[str]) -> None:
        self._digests = [_digest(each.encode()) for each in tokens]

    @classmethod
    def read(cls, path: Path) -> Tokens:
        """Read a file with one token per line, so that a new one can be added before the old one is removed.

        Raises
        ------
        ServiceError
            The file cannot be read or is empty, or a token is too short.
        """
        try:
            with open_named(path) as file:
                text = file.read(_MOST + 1).decode("ascii")
        except (OSError, UnicodeDecodeError) as problem:
            reason = getattr(problem, "strerror", None) or ShuziError("service.token.ascii")
            raise ServiceError("error.service.token_file", path=path, reason=reason) from problem
        tokens = [line.strip() for line in text.splitlines() if line.strip()]
        if not tokens or len(text) > _MOST or min(map(len, tokens)) < SHORTEST:
            raise ServiceError("error.service.token_short", path=path, least=SHORTEST)
        return cls(tokens)

    def allow(self, authorization: bytes) -> bool:
        """Return whether an Authorization header holds an accepted token, in constant time.

        All tokens are compared, as SHA-256, by `hmac.compare_digest`, so timing reveals neither a correct prefix nor
        which token matched.
        """
        if authorization[: len(_SCHEME)].lower() != _SCHEME:
            return False
        shown = _digest(authorization[len(_SCHEME) :].strip())
        return any([hmac.compare_digest(shown, each) for each in self._digests])  # noqa: C419 - all of them, always


def is_closed(path: str) -> bool:
    """Return whether a path needs a token if the service has tokens.

    >>> is_closed("/v1/read"), is_closed("/metrics"), is_closed("/healthz"), is_closed("/v10")
    (True, True, False, False)
    """
    return any(path == each or path.startswith(f"{each}/") for each in _CLOSED)


def _digest(token: bytes) -> bytes:
    return hashlib.sha256(token).digest()

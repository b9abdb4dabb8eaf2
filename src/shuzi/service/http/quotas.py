"""A client's address becomes its quota: its open connections, memory and explained digits."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import lru_cache
from threading import Lock
from time import monotonic

from shuzi.errors import ServiceError
from shuzi.service.http.limits import Limits

asking: ContextVar[str] = ContextVar("client", default="")
"""The client whose request is being answered, as `Quota.address` names it."""

_NETWORK = 64  # bits: one household or rented machine gets a whole IPv6 network of this size (RFC 6177)
_SWEPT = 4_096  # number of clients above which idle ones are forgotten


@dataclass(slots=True, eq=False)
class Quota:
    """The resources that one client is using; `allowance` counts digits and refills over time."""

    address: str
    limits: Limits
    connections: int = 0
    requests: int = 0
    held: int = 0
    _allowance: float = field(init=False)
    _at: float = field(init=False)
    _lock: Lock = field(init=False, default_factory=Lock)

    def __post_init__(self) -> None:
        self._allowance, self._at = float(self.limits.client_explained), monotonic()

    @property
    def idle(self) -> bool:
        """Return whether this can be forgotten without loss."""
        if self.connections or self.requests or self.held:
            return False
        with self._lock:
            self._fill()
            return self._allowance >= self.limits.client_explained

    @property
    def wait(self) -> float:
        """Seconds until the client may ask for explanations again."""
        with self._lock:
            self._fill()
            return max(0.0, (1.0 - self._allowance) / self.limits.client_explained_rate)

    def explain(self, digits: int) -> None:
        """Subtract digits from the allowance, which may become negative; thread-safe."""
        with self._lock:
            self._fill()
            self._allowance -= digits

    def _fill(self) -> None:
        now = monotonic()
        grown = self._allowance + (now - self._at) * self.limits.client_explained_rate
        self._allowance, self._at = min(grown, float(self.limits.client_explained)), now


class Quotas:
    """The quotas of all clients.

    Parameters
    ----------
    limits
        The limits per client.
    proxies
        Addresses or networks of reverse proxies that are trusted to name the client.

    Raises
    ------
    ServiceError
        One of them is not a valid address.

    Examples
    --------
    >>> quotas = Quotas(Limits(), ["10.0.0.2"])
    >>> quotas.client("192.0.2.7", "198.51.100.1"), quotas.client("10.0.0.2", "198.51.100.1, 192.0.2.9")
    ('192.0.2.7', '192.0.2.9')
    """

    def __init__(self, limits: Limits, proxies: Iterable[str] = ()) -> None:
        self._limits = limits
        self._proxies = [_network(each) for each in proxies]
        self._known: dict[str, Quota] = {}

    def trusts(self, address: str) -> bool:
        """Return whether an address is a trusted proxy's."""
        if not self._proxies:
            return False
        parsed = _parsed(address)
        return parsed is not None and any(parsed in each for each in self._proxies)

    def client(self, peer: str, forwarded: str) -> str:
        """Return the client's address.

        Parameters
        ----------
        peer
            The other end of the connection.
        forwarded
            The X-Forwarded-For header. Its last entry that is not a trusted proxy counts: each proxy appends what it
            has seen, and clients can forge everything before that.
        """
        if not forwarded or not self.trusts(peer):
            return peer
        for entry in reversed(forwarded.split(",")):
            name = entry.strip()
            if _parsed(name) is None:
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
                self._known = {name: each for name, each in self._known.items() if not each.idle}
            quota = self._known[key] = Quota(key, self._limits)
        return quota


_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    try:
        return ipaddress.ip_network(text.strip("[]"), strict=False)
    except ValueError as problem:
        raise ServiceError("error.service.proxy", address=text) from problem


def _parsed(text: str) -> _Address | None:
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
    parsed = _parsed(address)
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((parsed, _NETWORK), strict=False))
    return str(parsed or address)

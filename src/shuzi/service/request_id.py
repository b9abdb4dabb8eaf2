"""Each request has a name, which its answer carries and the log repeats."""

from __future__ import annotations

import re
import secrets
from contextvars import ContextVar

REQUEST_ID = b"x-request-id"
current: ContextVar[str] = ContextVar("request_id", default="")
"""The id of the request that is being answered; "" outside of any."""

_SOUND = re.compile(rb"[\w.:-]{1,64}", re.ASCII)


def new_id() -> str:
    """Make up an id that nobody has had or can guess."""
    return secrets.token_hex(8)


def proxy_id(value: bytes) -> str | None:
    """Return the id that a proxy has given a request, None where it could not stand in a log as it is.

    >>> proxy_id(b"7f3a-09"), proxy_id(b"a b")
    ('7f3a-09', None)
    """
    return value.decode("ascii") if _SOUND.fullmatch(value) else None

"""Give each request an id, which its response and the log carry."""

from __future__ import annotations

import re
import secrets
from contextvars import ContextVar

REQUEST_ID = b"x-request-id"
current: ContextVar[str] = ContextVar("request_id", default="")
"""The id of the current request; "" outside of any."""

_SOUND = re.compile(rb"[\w.:-]{1,64}", re.ASCII)


def new_id() -> str:
    """Return a new, unguessable id."""
    return secrets.token_hex(8)


def proxy_id(value: bytes) -> str | None:
    """Return the id given by a proxy; None if it is unsafe to log.

    >>> proxy_id(b"7f3a-09"), proxy_id(b"a b")
    ('7f3a-09', None)
    """
    return value.decode("ascii") if _SOUND.fullmatch(value) else None

"""Log records become lines on stderr, for people or for programs, with the id that each request has."""

from __future__ import annotations

import json
import logging
import re
import secrets
import time
from contextvars import ContextVar
from typing import Any

from starlette.types import Scope

from shuzi.messages import visible

REQUEST_ID = b"x-request-id"
current_id: ContextVar[str] = ContextVar("request_id", default="")
"""The id of the current_id request; "" outside of any."""

_SOUND = re.compile(r"[\w.:-]{1,64}", re.ASCII)


def new_id() -> str:
    """Return a new, unguessable id."""
    return secrets.token_hex(8)


def proxy_id(value: str) -> str | None:
    """Return the id given by a proxy; None if it is unsafe to log.

    >>> proxy_id("7f3a-09"), proxy_id("a b")
    ('7f3a-09', None)
    """
    return value if _SOUND.fullmatch(value) else None


access = logging.getLogger("shuzi.service.access")

_FIELDS = ("client", "method", "path", "status", "milliseconds")


def configure(as_json: bool, requests: bool) -> None:
    """Send the service's logs to stderr."""
    handler = logging.StreamHandler()
    handler.setFormatter(_Json() if as_json else _Text())
    handler.addFilter(_name_request)
    logger = logging.getLogger("shuzi.service")
    logger.handlers[:] = [handler]
    logger.setLevel(logging.INFO)
    logger.propagate = False
    access.setLevel(logging.INFO if requests else logging.CRITICAL)


def note_request(scope: Scope, status: int, seconds: float) -> None:
    """Log a finished request, if enabled."""
    if not access.isEnabledFor(logging.INFO):
        return
    fields = {
        "client": scope.get("from", ""),
        "method": scope.get("asked", scope["method"]),
        "path": scope.get("path", ""),
        "status": status,
        "milliseconds": round(1_000 * seconds, 1),
        "request": scope.get("request_id", ""),
    }
    access.info("request", extra=fields)


def _name_request(record: logging.LogRecord) -> bool:
    """Add the current request's id to a record that has none."""
    if not hasattr(record, "request"):
        record.request = current_id.get()
    return True


def _values(record: logging.LogRecord) -> dict[str, Any]:
    """Return a record's own values, in order."""
    return {name: getattr(record, name) for name in _FIELDS if hasattr(record, name)}


def _time(record: logging.LogRecord) -> str:
    return f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(record.created))}.{int(record.msecs):03d}Z"


class _Text(logging.Formatter):
    r"""One line per record; clients' text can neither start a line nor control a terminal.

    >>> record = logging.LogRecord("", logging.ERROR, "", 0, "POST %s", ("/a\n2026 forged",), None)
    >>> _Text().format(record)[24:]
    ' ERROR POST /a\\n2026 forged'
    """

    def format(self, record: logging.LogRecord) -> str:
        said = " ".join(str(value) for value in _values(record).values()) or record.getMessage()
        name = getattr(record, "request", "")
        line = f"{_time(record)} {record.levelname} {visible(said)}" + (f" request={name}" if name else "")
        if record.exc_info:
            # indented, so that no line can pass for a record
            line += "".join(f"\n    {visible(text)}" for text in self.formatException(record.exc_info).splitlines())
        return line


class _Json(logging.Formatter):
    """One JSON object per record."""

    def format(self, record: logging.LogRecord) -> str:
        said = {"time": _time(record), "level": record.levelname.lower(), "message": record.getMessage()}
        said |= _values(record)
        if name := getattr(record, "request", ""):
            said["request"] = name
        if record.exc_info:
            said["exception"] = self.formatException(record.exc_info)
        return json.dumps(said, ensure_ascii=True)

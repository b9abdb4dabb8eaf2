"""A file becomes the tokens that open the API; a request shows one as `Authorization: Bearer …`."""

from __future__ import annotations

import hashlib
import hmac
from pathlib import Path

from shuzi.errors import ServiceError, ShuziError

SHORTEST = 16
"""Characters that a token has at least: of random letters so many cannot be guessed."""

_MOST = 10_000  # bytes of the file
_CLOSED = ("/v1", "/metrics")  # the page and the documents are open, for they hold nothing that is anyone's
_SCHEME = b"bearer "


class Tokens:
    """What is accepted as a token.

    Parameters
    ----------
    tokens
        Each opens the same.

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
        """Read a file with a token on each line, so that a new one can be accepted before the old one goes.

        Raises
        ------
        ServiceError
            It cannot be read, is empty, or a token in it is short.
        """
        try:
            with path.open("rb") as file:
                text = file.read(_MOST + 1).decode("ascii")
        except (OSError, UnicodeDecodeError) as problem:
            reason = getattr(problem, "strerror", None) or ShuziError("service.token.ascii")
            raise ServiceError("error.service.token_file", path=path, reason=reason) from problem
        tokens = [line.strip() for line in text.splitlines() if line.strip()]
        if not tokens or len(text) > _MOST or min(map(len, tokens)) < SHORTEST:
            raise ServiceError("error.service.token_short", path=path, least=SHORTEST)
        return cls(tokens)

    def allow(self, authorization: bytes) -> bool:
        """Tell whether a header Authorization shows a token, in a time that does not depend on which.

        All are compared, as SHA-256, by `hmac.compare_digest`: neither how far one is right nor which of them was
        right shows in the time.
        """
        if authorization[: len(_SCHEME)].lower() != _SCHEME:
            return False
        shown = _digest(authorization[len(_SCHEME) :].strip())
        return any([hmac.compare_digest(shown, each) for each in self._digests])  # noqa: C419 - all of them, always


def is_closed(path: str) -> bool:
    """Tell whether a path needs a token, where there is one.

    >>> is_closed("/v1/read"), is_closed("/metrics"), is_closed("/healthz"), is_closed("/v10")
    (True, True, False, False)
    """
    return any(path == each or path.startswith(f"{each}/") for each in _CLOSED)


def _digest(token: bytes) -> bytes:
    return hashlib.sha256(token).digest()

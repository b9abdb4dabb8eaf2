"""A file becomes the tokens that open the API; a request sends one as `Authorization: Bearer …`."""

from __future__ import annotations

import hashlib
import hmac
from pathlib import Path

from shuzi.errors import ServiceError, ShuziError
from shuzi.named import open_named

SHORTEST = 16
"""The minimum length of a token: so many random letters cannot be guessed."""

_MOST = 10_000  # the maximum size of the file, in bytes
_CLOSED = ("/v1", "/metrics")  # the page and the documentation are open, since they contain nobody's data
_SCHEME = b"bearer "


class Tokens:
    """The accepted tokens.

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
    """Return whether a path needs a token, if there are any.

    >>> is_closed("/v1/read"), is_closed("/metrics"), is_closed("/healthz"), is_closed("/v10")
    (True, True, False, False)
    """
    return any(path == each or path.startswith(f"{each}/") for each in _CLOSED)


def _digest(token: bytes) -> bytes:
    return hashlib.sha256(token).digest()

"""A limit on the number of open event streams."""

from __future__ import annotations

from collections.abc import AsyncIterator

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from shuzi.errors import ServiceError


class Streams:
    """The open event streams.

    Parameters
    ----------
    most
        The maximum number.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._open = 0

    def answer(self, lines: AsyncIterator[str], media_type: str, headers: dict[str, str]) -> StreamingResponse:
        """Count a stream until its response ends, even if it fails or never starts.

        Raises
        ------
        ServiceError
            Too many streams are open.
        """
        if self._open >= self._most:
            raise ServiceError("error.service.streams")
        self._open += 1
        return _Counted(self, lines, media_type=media_type, headers=headers)

    def leave(self) -> None:
        """Remove one stream from the count."""
        self._open -= 1


class _Counted(StreamingResponse):
    def __init__(self, streams: Streams, lines: AsyncIterator[str], **options: object) -> None:
        super().__init__(lines, **options)  # type: ignore[arg-type] # as they come
        self._streams = streams

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._streams.leave()

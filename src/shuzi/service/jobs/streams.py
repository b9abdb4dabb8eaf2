"""Streams of events are counted, so that there are never too many."""

from __future__ import annotations

from collections.abc import AsyncIterator

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from shuzi.errors import ServiceError


class Streams:
    """The streams that are open.

    Parameters
    ----------
    most
        So many may be.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._open = 0

    def answer(self, lines: AsyncIterator[str], media_type: str, headers: dict[str, str]) -> StreamingResponse:
        """Count a stream from now until its answer ends, whether it has ended well or not, or never begun.

        Raises
        ------
        ServiceError
            There are too many.
        """
        if self._open >= self._most:
            raise ServiceError("error.service.streams")
        self._open += 1
        return _Counted(self, lines, media_type=media_type, headers=headers)

    def leave(self) -> None:
        """Count one less."""
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

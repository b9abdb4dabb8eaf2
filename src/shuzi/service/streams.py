"""Streams of events are counted, so that there are never too many."""

from __future__ import annotations

from collections.abc import AsyncIterator

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

    def check(self) -> None:
        """Refuse another one when there are too many.

        Raises
        ------
        ServiceError
            There are.
        """
        if self._open >= self._most:
            raise ServiceError("error.service.streams")

    async def counted(self, lines: AsyncIterator[str]) -> AsyncIterator[str]:
        """Pass on a stream's lines, and count it while it is open."""
        self._open += 1
        try:
            async for each in lines:
                yield each
        finally:
            self._open -= 1

"""The pictures of one request become the JSON of their readings, several at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from shuzi.errors import PictureError, ServiceError, ShuziError
from shuzi.messages import language
from shuzi.pictures.open import open_picture
from shuzi.pictures.pdf import Page
from shuzi.pictures.plain import kind_of
from shuzi.processes.pool_task import SMALL
from shuzi.reading.parallel.calls import estimate_size
from shuzi.reading.reader import Reader
from shuzi.service.api import answers
from shuzi.service.api.answers import Asked, Decoded, Read, Source, Special
from shuzi.service.limits import Quota
from shuzi.service.parts import Parts

# Bytes and pixels: reading a digit of 28x28 takes less time than sending it. A hostile picture of 32x32
# costs 4 photographs of six digits at most, by its size, so that eight cost no more than one picture may.
_TINY = 1_024
_TOGETHER = 8  # tiny pictures sent to a process at once


class Pictures:
    """Reads the pictures of one request.

    Parameters
    ----------
    parts
        Of the service.
    reader
        Reads.
    quota
        The quota charged for explanations; None without explanations.
    marks
        Whether marks are part of the text.
    pattern
        The pattern that texts must fit; "" for any text.
    """

    def __init__(
        self, parts: Parts, reader: Reader, quota: Quota | None, marks: bool = True, pattern: str = ""
    ) -> None:
        self._parts = parts
        self._shared = parts.pool.shared(reader, *parts.readers.helpers)
        self._quota = quota
        self._language = language()
        self._marks = marks
        self._pattern = pattern

    async def all(self, sources: list[Source]) -> list[bytes]:
        """Read pictures; once one ends the request, no other is begun.

        Returns
        -------
        A Reading for each picture or, among several pictures, an Unread, as JSON.

        Raises
        ------
        ShuziError
            The only picture cannot be read.
        ServiceError
            The service is ending or too busy.
        """
        explained = None
        if self._quota is not None:
            limits = self._quota.limits
            explained = min(limits.explained, max(1, limits.explained_in_all // max(1, len(sources))))
        asked = Asked(self._language, explained, self._marks, self._pattern)
        if len(sources) == 1:
            (read,) = await self._together(sources, asked)
            if isinstance(read.said, ShuziError):
                raise read.said
            return [read.said]
        room = asyncio.Semaphore(self._parts.pool.workers)
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [
                    group.create_task(self._in_turn(each, asked, room))
                    for each in _grouped(sources, self._parts.pool.workers, explained is not None)
                ]
        except* ServiceError as problems:
            raise problems.exceptions[0] from None
        found = [read.said for task in tasks for read in task.result()]
        return [
            answers.failed(name, each, self._language) if isinstance(each, ShuziError) else each
            for (name, _), each in zip(sources, found, strict=True)
        ]

    async def _in_turn(self, sources: list[Source], asked: Asked, room: asyncio.Semaphore) -> list[Read]:
        if len(sources) > 1:
            return await self._together(sources, asked)
        async with room:
            return await self._together(sources, asked)

    async def _together(self, sources: list[Source], asked: Asked) -> list[Read]:
        """Read several pictures in one reading process."""
        pictures: list[Decoded] = []
        size = 0
        for name, picture in sources:
            try:
                if isinstance(picture, bytes) and len(picture) > _TINY and kind_of(picture) is None:
                    # sending it would copy megabytes for the same result
                    raise PictureError("error.picture.unknown", path=name)
                decoded = picture if isinstance(picture, bytes) else await self._decoded(picture)
            except ServiceError:
                raise
            except ShuziError as problem:
                return [Read(problem.with_path(name))]  # a picture in another format is sent alone
            pictures.append((name, decoded))
            work = estimate_size(decoded)
            # a potentially expensive picture, however small, takes its own turn
            size += SMALL // _TOGETHER if work <= _TINY else max(work, SMALL + 1)
        if asked.explained is not None:  # however small it is
            size = max(size, SMALL + 1)
        run = partial(self._parts.pool.run, answers.read, pictures, asked, shared=self._shared, size=size)
        if asked.explained is None:
            found: list[Read] = await run()
        else:
            found = await self._charged(run, asked.explained * len(pictures))
        self._parts.metrics.pictures.inc(sum(isinstance(read.said, bytes) for read in found))
        return found

    async def _charged(self, run: Callable[[], Awaitable[list[Read]]], most: int) -> list[Read]:
        """Charge for the maximum number of explanations first, and refund the difference later.

        A client that leaves early gets no refund: the work is done.
        """
        assert self._quota is not None  # noqa: S101 - for the types
        self._quota.explain(most)
        found = await run()
        self._quota.explain(sum(read.explained for read in found) - most)
        return found

    async def _decoded(self, picture: Special | Page | ShuziError) -> NDArray[np.uint8]:
        if isinstance(picture, ShuziError):
            raise picture
        file = picture.content if isinstance(picture, Special) else picture
        return await self._parts.decoders.run(partial(open_picture, file))


def _grouped(sources: list[Source], workers: int, explain: bool) -> list[list[Source]]:
    r"""Group consecutive tiny pictures, so that each process has some; all others stay alone.

    >>> tiny = b"\x89PNG\r\n\x1a\n" + bytes(20)
    >>> [len(each) for each in _grouped([("", tiny)] * 9 + [("", b"GIF89a")], 1, False)]
    [5, 4, 1]
    """
    tiny = [isinstance(each, bytes) and estimate_size(each) <= _TINY and not explain for _, each in sources]
    most = min(_TOGETHER, -(-sum(tiny) // (2 * workers)))
    groups: list[list[Source]] = []
    room = 0
    for source, small in zip(sources, tiny, strict=True):
        if small and room:
            groups[-1].append(source)
            room -= 1
        else:
            groups.append([source])
            room = most - 1 if small else 0
    return groups

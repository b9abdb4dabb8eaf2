"""Many pictures are read at once, by this process and by others, since threads would wait for each other's Python.

Until the others are ready, and while they work, this process reads too.
"""

from __future__ import annotations

import os
import struct
import weakref
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from shuzi.errors import ShuziError
from shuzi.models import session
from shuzi.pictures.decode import PNG, Page, kind_of
from shuzi.pictures.folders import as_many, single_pictures
from shuzi.pictures.open import Picture, Source, open_picture, source_of
from shuzi.processes.child import can_start
from shuzi.processes.cores import cores
from shuzi.processes.pool import SMALL, Crashed, Pool, Shared, Task, Unreadable
from shuzi.reading.result import Reading

_UNKNOWN = SMALL + 1


def use_one_core() -> None:
    """Let this process use one core: the others have processes of their own."""
    cv2.setNumThreads(1)
    session.most_threads = 1


def read_from(reader: PictureReader, folder: str, picture: Picture | ShuziError) -> Reading | ShuziError:
    """Read a picture, or return the error that prevents it.

    `folder` is the working folder of whoever named the picture; "" where its name does not depend on it.
    """
    named = picture
    if folder and os.getcwd() != folder:  # noqa: PTH109 - compared as it was noted
        if isinstance(picture, Page):
            named = Page(Path(folder, str(picture.document)), picture.number)
        else:
            named = Path(folder, str(picture))
    reading = reader.try_to_read(named)
    return replace(reading, source=source_of(picture)) if isinstance(reading, Reading) else reading


def name_folder(picture: Picture | ShuziError) -> str:
    """Return the working folder, where a picture's path depends on it; "" elsewhere."""
    named = picture.document if isinstance(picture, Page) else picture
    if isinstance(named, str | Path) and not os.path.isabs(named):  # noqa: PTH117 - a name too long is no path
        return os.getcwd()  # noqa: PTH109 - sent as text
    return ""


def estimate_size(picture: Picture | ShuziError) -> int:
    """Return how much work a picture is: its bytes or its pixels, whichever are more; much where it is not known.

    >>> estimate_size(np.zeros((28, 28), np.uint8)), estimate_size(b"GIF89a") > SMALL, estimate_size("a.png") > SMALL
    (784, True, True)
    """
    if isinstance(picture, np.ndarray):
        return picture.nbytes
    if isinstance(picture, bytes) and len(picture) > 24 and kind_of(picture[:16]) == PNG:
        width, height = struct.unpack_from(">II", picture, 16)
        return int(max(len(picture), width * height))
    return _UNKNOWN


_A_FEW = 8  # pictures: so many are read before another process would be ready
_AHEAD = 8  # pictures for each process that are taken before they are needed
_LITTLE = 1_000_000  # bytes or pixels: with no more in hand, twice as many, so that none waits for the other
_ON_THE_WAY = 2  # pictures to a process, which thus never waits for the next one


class ReadingProcesses:
    """The other processes of a reader: started when there is enough to do, and kept until the reader is gone."""

    def __init__(self) -> None:
        self.pool: Pool | None = None
        self._shared: Shared | None = None
        self._owner = 0

    def read(self, reader: PictureReader, pictures: Iterator[Picture | ShuziError]) -> Iterator[Reading | ShuziError]:
        """Yield the readings in the order of the pictures, which are taken as they are needed, a few ahead."""
        pool, shared = self._open(reader)
        waiting: deque[Task] = deque()
        count = helping = 0
        try:
            while True:
                ahead = _AHEAD * (1 + helping)
                if helping and sum(task.size for task in waiting) < _LITTLE:
                    ahead *= 2
                for picture in islice(pictures, max(0, ahead - len(waiting))):
                    waiting.append(_submit(pool, shared, picture))
                    count += 1
                if not waiting:
                    return
                if count > _A_FEW and shared is not None and helping < min(cores() - 1, count // _A_FEW):
                    helping = min(cores() - 1, count // _A_FEW)
                    pool.max_workers = max(pool.max_workers, helping)
                    pool.warm()
                yield _answer(pool, reader, waiting.popleft())
        finally:
            for task in waiting:
                pool.cancel(task)

    def _open(self, reader: PictureReader) -> tuple[Pool, Shared | None]:
        """Return the pool of this process, and what stands for the reader in it: None where nobody can help."""
        if self.pool is None or self._owner != os.getpid():  # a process that was forked has one of its own
            self.pool, self._shared, self._owner = Pool(0, _ON_THE_WAY, use_one_core), None, os.getpid()
            weakref.finalize(self, self.pool.close)
            # no other process knows what a script has defined
            if can_start() and type(reader).__module__ != "__main__":
                self._shared = self.pool.share(reader)
        return self.pool, self._shared


class PictureReader(ABC):
    """What reads pictures; copies of it work in other processes."""

    def __init__(self) -> None:
        self._processes = ReadingProcesses()

    @abstractmethod
    def read(self, picture: Source) -> Reading:
        """Read a picture."""

    def try_to_read(self, picture: Picture | ShuziError) -> Reading | ShuziError:
        """Read a picture, or return the error that prevents it; an error passed in is returned as it is."""
        if isinstance(picture, ShuziError):
            return picture
        try:
            return self.read(picture)
        except ShuziError as problem:
            return problem

    def read_many(self, pictures: Iterable[Source] | Source) -> Iterator[Reading | ShuziError]:
        """Read pictures on all cores and yield the readings in order.

        A picture that cannot be read yields its error instead, and the others are still read. With more than a few
        pictures, other processes help; they live as long as the reader.

        Parameters
        ----------
        pictures
            Each as for `read`, or a folder, which yields a reading for each picture in it, as a PDF does for each
            page (see `shuzi.pictures.folders.single_pictures`). They are consumed as needed, a few in advance. A
            single name is one picture, one folder, or a pattern such as ``"scans/*.png"``.
        """
        coming = (picture for named in as_many(pictures) for picture in single_pictures(named))
        yield from self._processes.read(self, coming)


def _submit(pool: Pool, shared: Shared | None, picture: Picture | ShuziError) -> Task:
    if isinstance(picture, Image.Image):  # it may be a file not decoded yet, and knows more than its pixels
        try:
            picture = open_picture(picture)
        except ShuziError as problem:
            picture = problem
    return pool.submit(read_from, name_folder(picture), picture, shared=shared, size=estimate_size(picture))


def _answer(pool: Pool, reader: PictureReader, task: Task) -> Reading | ShuziError:
    """Return the reading of a picture, and read others until it is known."""
    while (following := pool.take_until(task)) is not None:
        try:
            pool.finish(following, read_from(reader, *following.arguments))
        except Exception as problem:  # noqa: BLE001 - whatever it is, it is for who asked
            pool.finish(following, problem=problem)
        except BaseException:  # Ctrl-C
            pool.put_back(following)
            raise
    if task.problem is None:
        reading: Reading | ShuziError = task.value
        return reading
    if isinstance(task.problem, Crashed | Unreadable | ShuziError):  # nobody else could read it
        return read_from(reader, *task.arguments)
    raise task.problem

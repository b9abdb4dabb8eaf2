"""Many pictures are read at once, by this process and by others, since threads would wait for each other's Python.

The others are started as programs of their own rather than through `multiprocessing`, so that a script that reads
many pictures needs no `if __name__ == "__main__"`. Until they are ready, and while they work, this process reads too.
"""

from __future__ import annotations

import os
import weakref
from collections import deque
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from threading import Condition
from typing import TYPE_CHECKING

from PIL import Image

from shuzi.errors import ShuziError
from shuzi.pictures.open import Picture, open_picture
from shuzi.pictures.pdf import Page
from shuzi.processes.cores import cores
from shuzi.reading.parallel.other_process import Answer, Fault, Helper, Unreadable, attempt
from shuzi.reading.result import Reading

if TYPE_CHECKING:
    from shuzi.reading.reader import Reader

_A_FEW = 8  # pictures: so many are read before another process would be ready
_AHEAD = 8  # pictures for each process that are taken before they are needed


class Helpers:
    """The other processes of a reader: started when there is enough to do, and kept until the reader is gone."""

    def __init__(self) -> None:
        self._all: list[Helper] = []
        self._owner = os.getpid()

    def read(self, reader: Reader, pictures: Iterator[Picture | ShuziError]) -> Iterator[Reading | ShuziError]:
        """Hand out what is read, in the order of the pictures.

        Parameters
        ----------
        reader
            Reads them, here and in the other processes.
        pictures
            Taken as they are needed, a few ahead.
        """
        desk = Desk(reader)
        waiting: deque[Task] = deque()
        helping: list[Helper] = []
        count = 0
        try:
            while True:
                for picture in islice(pictures, _AHEAD * (1 + len(helping)) - len(waiting)):
                    waiting.append(desk.put(picture))
                    count += 1
                if not waiting:
                    return
                if count > _A_FEW and len(helping) < min(cores() - 1, count // _A_FEW):
                    helping = self._call(desk, min(cores() - 1, count // _A_FEW))
                yield desk.answer(waiting.popleft())
        finally:
            desk.close()

    def _call(self, desk: Desk, wanted: int) -> list[Helper]:
        """Let so many others read what is on a desk too; those who read for another desk come when they have done."""
        if self._owner != os.getpid():  # a process that was forked has none of its own
            self._all, self._owner = [], os.getpid()
        self._all = [each for each in self._all if each.alive]
        while len(self._all) < wanted:
            helper = Helper.start(desk.reader)
            if helper is None:
                break
            self._all.append(helper)
            weakref.finalize(self, helper.end)
        for each in self._all[:wanted]:
            each.call_to(desk)
        return self._all[:wanted]


class Task:
    """A picture, and what came of it.

    Parameters
    ----------
    picture
        What to read.
    folder
        From which a relative path leads on; "" where nothing does.
    """

    def __init__(self, picture: Picture | ShuziError, folder: str) -> None:
        self.picture = picture
        self.folder = folder
        self.answer: Answer | None = None

    def read_here(self, reader: Reader) -> Reading | ShuziError | Fault:
        """Read it in this process, whose folder may be another one by now."""
        picture = self.picture
        if self.folder and self.folder != os.getcwd():  # noqa: PTH109 - compared as it was noted
            picture = _from(self.folder, picture)
        return attempt(reader, picture)


class Desk:
    """Pictures that nobody reads yet, for whoever has time."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self._open: deque[Task] = deque()
        self._helped = 0
        self._closed = False
        self._changed = Condition()

    def put(self, picture: Picture | ShuziError) -> Task:
        """Lay a picture on the desk."""
        if isinstance(
            picture, Image.Image
        ):  # it may be a file that is not decoded yet, and knows more than its pixels
            try:
                picture = open_picture(picture)
            except ShuziError as problem:
                picture = problem
        task = Task(picture, _folder_of(picture))
        with self._changed:
            self._open.append(task)
            self._changed.notify_all()
        return task

    def put_back(self, tasks: deque[Task]) -> None:
        """Lay pictures back that will not be read where they went."""
        with self._changed:
            self._open.extendleft(reversed(tasks))
            self._changed.notify_all()

    def take(self, wait: bool) -> Task | None:
        """Take the picture that is needed first; None when there is none, or none any more."""
        with self._changed:
            while wait and not self._open and not self._closed:
                self._changed.wait()
            return self._open.popleft() if self._open and not self._closed else None

    def finish(self, task: Task, answer: Answer) -> None:
        """Note what came of a picture."""
        with self._changed:
            task.answer = answer
            self._changed.notify_all()

    def answer(self, task: Task) -> Reading | ShuziError:
        """Return what came of a picture, and read what lies on the desk until it is known."""
        while task.answer is None:
            other = self.take(wait=False)
            if other is not None:
                self.finish(other, other.read_here(self.reader))
                continue
            with self._changed:
                while task.answer is None and not self._open:
                    self._changed.wait()
        answer = task.answer
        if isinstance(answer, Unreadable):
            answer = task.read_here(self.reader)
        if isinstance(answer, Fault):
            raise answer.problem
        return answer

    def enter(self) -> bool:
        """Begin to help; not at a desk that is closed."""
        with self._changed:
            self._helped += not self._closed
            return not self._closed

    def leave(self) -> None:
        """Help no more."""
        with self._changed:
            self._helped -= 1
            self._changed.notify_all()

    def close(self) -> None:
        """Let nobody begin with what is left, and wait for what was begun."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
            while self._helped:
                self._changed.wait()


def _folder_of(picture: Picture | ShuziError) -> str:
    """Return the working folder, where a picture's path depends on it."""
    named = picture.document if isinstance(picture, Page) else picture
    if isinstance(named, str | Path) and not os.path.isabs(named):  # noqa: PTH117 - a name too long is no path
        return os.getcwd()  # noqa: PTH109 - sent as text
    return ""


def _from(folder: str, picture: Picture | ShuziError) -> Picture | ShuziError:
    if isinstance(picture, Page):
        return Page(Path(folder, str(picture.document)), picture.number)
    return Path(folder, str(picture))

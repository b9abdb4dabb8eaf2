"""Many pictures are read at once, by this process and by others, since threads would wait for each other's Python.

The others are started as programs of their own rather than through `multiprocessing`, so that a script that reads
many pictures needs no `if __name__ == "__main__"`. Until they are ready, and while they work, this process reads too.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import weakref
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from threading import Condition, Lock, Thread
from typing import TYPE_CHECKING

from shuzi.errors import ShuziError
from shuzi.ink.image import Picture
from shuzi.reading.result import Reading

if TYPE_CHECKING:
    from shuzi.reading.reader import Reader

_ALONE = 8  # pictures: fewer are read before another process would be ready
_AHEAD = 8  # pictures for each process that are taken before they are needed
_AT_ONCE = 3  # pictures on their way to a process, which thus never waits for the next one


@dataclass(frozen=True)
class Fault:
    """An error that is no answer, to be raised where the answer is asked for."""

    problem: Exception


Answer = Reading | ShuziError | Fault


def cores() -> int:
    """Count the cores that this process may use, which are fewer than the machine's where it is told so."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def attempt(reader: Reader, picture: Picture | ShuziError) -> Answer:
    """Read a picture; whatever goes wrong is returned."""
    try:
        return reader.try_to_read(picture)
    except Exception as problem:  # noqa: BLE001 - whatever it is, it is for who asked
        return Fault(problem)


class Helpers:
    """The other processes of a reader: started when there is enough to do, and kept until the reader is gone."""

    def __init__(self) -> None:
        self._processes: list[subprocess.Popen[bytes]] = []
        self._owner = os.getpid()
        self._taken = Lock()

    def read(self, reader: Reader, pictures: Iterator[Picture | ShuziError]) -> Iterator[Reading | ShuziError]:
        """Hand out what is read, in the order of the pictures.

        Parameters
        ----------
        reader
            Reads them, here and in the other processes.
        pictures
            Taken as they are needed, a few ahead.
        """
        desk = _Desk(reader)
        waiting: deque[_Task] = deque()
        threads: list[Thread] | None = None
        count = 0
        try:
            while True:
                # errors that stand in for pictures need no reading, but keep their place
                for picture in islice(pictures, _AHEAD * cores() - len(waiting)):
                    waiting.append(desk.put(picture))
                    count += 1
                if not waiting:
                    return
                if threads is None and count >= _ALONE:
                    threads = self._help(desk)
                yield desk.answer(waiting.popleft())
        finally:
            desk.close()
            if threads:
                for each in threads:
                    each.join()
                self._taken.release()

    def _help(self, desk: _Desk) -> list[Thread]:
        """Let a thread hand pictures to each of the other processes; a second reading at a time does without."""
        if cores() == 1 or not self._taken.acquire(blocking=False):
            return []
        if self._owner != os.getpid():  # a process that was forked has none of its own
            self._processes, self._owner = [], os.getpid()
        self._processes = [each for each in self._processes if each.poll() is None]
        threads = [Thread(target=_hand_over, args=(each, desk), daemon=True) for each in self._processes]
        while len(threads) < cores() - 1:
            process = _start()
            if process is None:
                break
            self._processes.append(process)
            weakref.finalize(self, _end, process)
            threads.append(Thread(target=_hand_over, args=(process, desk, desk.reader), daemon=True))
        for each in threads:
            each.start()
        if not threads:
            self._taken.release()
        return threads


class _Task:
    """A picture, and what came of it."""

    def __init__(self, picture: Picture | ShuziError) -> None:
        self.picture = picture
        self.folder = os.getcwd()  # noqa: PTH109 - a path may lead on from here
        self.answer: Answer | None = None


class _Desk:
    """Pictures that nobody reads yet, for whoever has time."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self._open: deque[_Task] = deque()
        self._closed = False
        self._changed = Condition()

    def put(self, picture: Picture | ShuziError) -> _Task:
        """Lay a picture on the desk."""
        task = _Task(picture)
        with self._changed:
            self._open.append(task)
            self._changed.notify_all()
        return task

    def put_back(self, tasks: deque[_Task]) -> None:
        """Lay pictures back that will not be read where they went."""
        with self._changed:
            self._open.extendleft(reversed(tasks))
            self._changed.notify_all()

    def take(self, wait: bool) -> _Task | None:
        """Take the picture that is needed first; None when there is none, or none any more."""
        with self._changed:
            while wait and not self._open and not self._closed:
                self._changed.wait()
            return self._open.popleft() if self._open and not self._closed else None

    def finish(self, task: _Task, answer: Answer) -> None:
        """Note what came of a picture."""
        with self._changed:
            task.answer = answer
            self._changed.notify_all()

    def answer(self, task: _Task) -> Reading | ShuziError:
        """Return what came of a picture, and read what lies on the desk until it is known."""
        while task.answer is None:
            other = self.take(wait=False)
            if other is not None:
                self.finish(other, attempt(self.reader, other.picture))
                continue
            with self._changed:
                while task.answer is None and not self._open:
                    self._changed.wait()
        if isinstance(task.answer, Fault):
            raise task.answer.problem
        return task.answer

    def close(self) -> None:
        """Let nobody begin with what is left."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()


def _start() -> subprocess.Popen[bytes] | None:
    """Start a process that reads; None where this one is no plain Python that could."""
    if not sys.executable or getattr(sys, "frozen", False):
        return None
    paths = os.pathsep.join(path for path in sys.path if path)
    try:
        return subprocess.Popen(
            [sys.executable, "-m", "shuzi.reading.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": paths},
        )
    except OSError:
        return None


def _end(process: subprocess.Popen[bytes]) -> None:
    """Tell a process that nothing comes any more."""
    with suppress(OSError):
        process.stdin.close()  # type: ignore[union-attr] # it was asked for
    process.stdout.close()  # type: ignore[union-attr] # likewise
    process.wait()


def _hand_over(process: subprocess.Popen[bytes], desk: _Desk, reader: Reader | None = None) -> None:
    """Hand pictures to a process until nothing is left; to a new one, the reader first."""
    goes, comes = process.stdin, process.stdout
    sent: deque[_Task] = deque()
    try:
        if reader is not None:
            pickle.dump(reader, goes, pickle.HIGHEST_PROTOCOL)  # type: ignore[arg-type] # it was asked for
            goes.flush()  # type: ignore[union-attr] # likewise
            pickle.load(comes)  # type: ignore[arg-type] # noqa: S301 - that it is ready
        while True:
            while len(sent) < _AT_ONCE and (task := desk.take(wait=not sent)) is not None:
                try:
                    packed = pickle.dumps((task.folder, task.picture), pickle.HIGHEST_PROTOCOL)
                except Exception:  # noqa: BLE001 - what cannot travel is read here
                    desk.finish(task, attempt(desk.reader, task.picture))
                    continue
                sent.append(task)
                goes.write(packed)  # type: ignore[union-attr] # likewise
                goes.flush()  # type: ignore[union-attr] # likewise
            if not sent:
                return
            answer = pickle.load(comes)  # type: ignore[arg-type] # noqa: S301 - from a process started here
            desk.finish(sent.popleft(), answer)
    except (OSError, EOFError, pickle.UnpicklingError):  # it was ended from outside
        process.kill()
        desk.put_back(sent)

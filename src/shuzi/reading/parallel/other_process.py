"""Another process that reads pictures (`worker`), seen from the one that has them.

A reader goes to its stdin, then pictures; answers come from its stdout. Each is a pickle with its length in front.
"""

from __future__ import annotations

import os
import pickle
import struct
import subprocess
import sys
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Thread
from typing import IO, TYPE_CHECKING, Any

from shuzi.errors import ShuziError
from shuzi.pictures.open import Picture
from shuzi.reading.result import Reading

if TYPE_CHECKING:
    from shuzi.reading.parallel.together import Desk, Task
    from shuzi.reading.reader import Reader

_AT_ONCE = 2  # pictures on their way to a process, which thus never waits for the next one
_LENGTH = struct.Struct("<Q")


@dataclass(frozen=True)
class Fault:
    """An error that is no answer, to be raised where the answer is asked for."""

    problem: Exception


@dataclass(frozen=True)
class Unreadable:
    """A picture, or its answer, does not survive the way from one process to another."""


Answer = Reading | ShuziError | Fault | Unreadable


def attempt(reader: Reader, picture: Picture | ShuziError) -> Reading | ShuziError | Fault:
    """Read a picture; whatever goes wrong is returned."""
    try:
        return reader.try_to_read(picture)
    except Exception as problem:  # noqa: BLE001 - whatever it is, it is for who asked
        return Fault(problem)


class Helper:
    """A process that reads, and the thread that hands pictures to it."""

    def __init__(self, process: subprocess.Popen[bytes], reader: bytes) -> None:
        self._process = process
        self._owner = os.getpid()
        self._desks: SimpleQueue[Desk | None] = SimpleQueue()
        self._thread = Thread(target=self._work, args=(reader,), daemon=True)
        self._thread.start()

    @classmethod
    def start(cls, reader: Reader) -> Helper | None:
        """Start a process for a reader; None where this one is no plain Python that could, or the reader's own."""
        if not sys.executable or getattr(sys, "frozen", False) or type(reader).__module__ == "__main__":
            return None
        packed = pickle.dumps(reader, pickle.HIGHEST_PROTOCOL)
        paths = os.pathsep.join(os.path.abspath(path) for path in sys.path if path)  # noqa: PTH100 - of text
        # in a session of its own, for Ctrl-C is for who started it; nothing is imported from the working folder
        try:
            process = subprocess.Popen(
                [sys.executable, "-P", "-m", "shuzi.reading.parallel.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                bufsize=0,  # a process that is forked while a thread reads would wait for a buffer's lock
                env=os.environ | {"PYTHONPATH": paths},
                start_new_session=True,
            )
        except OSError:
            return None
        return cls(process, packed)

    @property
    def alive(self) -> bool:
        """Whether it reads, or will as soon as it is ready."""
        return self._thread.is_alive()

    @property
    def number(self) -> int:
        """Its process."""
        return self._process.pid

    def call_to(self, desk: Desk) -> None:
        """Let it read what lies on a desk, until that is closed."""
        self._desks.put(desk)

    def end(self) -> None:
        """End the process; it holds nothing that could be lost."""
        if self._owner == os.getpid():  # and not a child that was forked
            self._process.kill()
            self._process.wait()
            self._desks.put(None)

    def _work(self, reader: bytes) -> None:
        with suppress(OSError), self._process as process:
            try:
                self._serve(reader)
            except (OSError, EOFError):  # it was ended from outside, and is no help any more
                process.kill()

    def _serve(self, reader: bytes) -> None:
        goes, comes = self._process.stdin, self._process.stdout
        if goes is None or comes is None:
            return
        send(goes, reader)
        receive(comes)  # that it is ready
        while True:
            desk = self._desks.get()
            if desk is None:
                return
            if desk.enter():
                try:
                    _hand_over(desk, goes, comes)
                finally:
                    desk.leave()
            del desk  # it knows the reader, which would never be gone


def _hand_over(desk: Desk, goes: IO[bytes], comes: IO[bytes]) -> None:
    """Hand pictures to the process until the desk is closed."""
    sent: deque[Task] = deque()
    try:
        while True:
            while len(sent) < _AT_ONCE and (task := desk.take(wait=not sent)) is not None:
                sent.append(task)
                try:
                    packed = pickle.dumps((task.folder, task.picture), pickle.HIGHEST_PROTOCOL)
                except Exception:  # noqa: BLE001 - an object of any kind
                    desk.finish(sent.pop(), Unreadable())
                    continue
                send(goes, packed)
            if not sent:
                return
            answer = _unpacked(receive(comes))
            desk.finish(sent.popleft(), answer)
    finally:
        desk.put_back(sent)


def _unpacked(packed: bytes) -> Any:
    try:
        return pickle.loads(packed)  # noqa: S301 - from a process started here
    except Exception:  # noqa: BLE001 - an error of any kind
        return Unreadable()


def send(goes: IO[bytes], packed: bytes) -> None:
    """Write a pickle and its length."""
    left = memoryview(_LENGTH.pack(len(packed)) + packed)
    while left:
        left = left[goes.write(left) :]


def receive(comes: IO[bytes]) -> bytes:
    """Return what comes next; EOFError when nothing does, or only a part."""
    (size,) = _LENGTH.unpack(_exactly(comes, _LENGTH.size))
    return _exactly(comes, size)


def _exactly(comes: IO[bytes], size: int) -> bytes:
    parts = bytearray()
    while len(parts) < size:
        part = comes.read(size - len(parts))
        if not part:
            raise EOFError
        parts += part
    return bytes(parts)

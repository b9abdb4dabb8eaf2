"""A run folder belongs to one process at a time; another one is told which.

The lock is the kernel's, so it ends with its holder, however that ends. What a killed holder leaves, `.lock` and
`.holder.json`, keeps nobody out.
"""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from shuzi.atomic import replacing
from shuzi.errors import RunError


class RunLock:
    """The lock of one run folder.

    Parameters
    ----------
    folder
        The run folder; it must be there when the lock is taken.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = folder / ".lock"
        self._holder = folder / ".holder.json"  # Windows lets nobody read the locked file itself
        self._lock = FileLock(self._file, timeout=0, thread_local=False)
        self._inside = False

    @property
    def files(self) -> set[Path]:
        """What may lie in the folder because of the lock."""
        return {self._file, self._holder}

    def take(self) -> None:
        """Take the lock, unless this object has it already.

        Raises
        ------
        RunError
            Another process has it, or another object in this one; or the folder cannot be written.
        """
        if self._lock.is_locked:
            return
        try:
            self._lock.acquire()
        except Timeout:
            raise self._in_use() from None
        except OSError as problem:
            raise RunError("error.data.unwritable", path=self._file, reason=problem.strerror or problem) from problem
        since = datetime.now().astimezone().isoformat(" ", "seconds")
        try:
            with replacing(self._holder) as part:
                part.write_text(
                    json.dumps({"pid": os.getpid(), "host": socket.gethostname(), "since": since}), encoding="utf-8"
                )
        except OSError as problem:
            self.give_back()
            raise RunError(
                "error.data.unwritable", path=self._holder, reason=problem.strerror or problem
            ) from problem

    def give_back(self) -> None:
        """Give the lock back, if this object has it, and leave nothing of it in the folder."""
        if not self._lock.is_locked:
            return
        # while it is held: whoever waits for a file that is gone looks for a new one (filelock counts its names)
        for file in (self._holder, self._file):
            with suppress(OSError):  # Windows removes no file that is open
                file.unlink()
        self._lock.release()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the lock inside a with block; it is given back at the end of the outermost one.

        Raises
        ------
        RunError
            As `take`.
        """
        self.take()
        outermost, self._inside = not self._inside, True
        try:
            yield
        finally:
            if outermost:
                self._inside = False
                self.give_back()

    def refuse_if_held(self) -> None:
        """Raise what `take` raises where another one holds the lock; make no file where there was none."""
        if self._file.exists():
            with self.held():
                pass

    def _in_use(self) -> RunError:
        try:
            holder = json.loads(self._holder.read_text(encoding="utf-8"))
            known = {name: str(holder[name]) for name in ("pid", "host", "since")}
        except (OSError, ValueError, LookupError, TypeError):
            return RunError("error.run.in_use", path=self._folder)  # the holder has only just taken it
        return RunError("error.run.in_use_by", path=self._folder, **known)

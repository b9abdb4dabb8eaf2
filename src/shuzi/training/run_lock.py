"""A lock lets one process at a time use a run folder; an error tells others which one has it.

The kernel keeps the lock, so it ends with its holder, however that ends. The files that a killed holder leaves
behind, `.lock` and `.holder.json`, block nobody.
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
        The run folder; it must exist when the lock is taken.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = folder / ".lock"
        self._holder = folder / ".holder.json"  # on Windows, the locked file itself cannot be read
        self._lock = FileLock(self._file, timeout=0, thread_local=False)
        self._inside = False

    @property
    def files(self) -> set[Path]:
        """The files that the lock may leave in the folder."""
        return {self._file, self._holder}

    def take(self) -> None:
        """Take the lock, unless this object already has it.

        Raises
        ------
        RunError
            Another process or another object has it, or the folder cannot be written.
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
        """Release the lock, if this object has it, and remove its files from the folder."""
        if not self._lock.is_locked:
            return
        # while it is held: a waiter whose file is gone opens a new one (filelock checks the link count)
        for file in (self._holder, self._file):
            with suppress(OSError):  # Windows cannot remove an open file
                file.unlink()
        self._lock.release()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the lock inside a with block; it is released at the end of the outermost one.

        Raises
        ------
        RunError
            As for `take`.
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
        """Raise what `take` would raise if the lock is held elsewhere, without creating any file."""
        if self._file.exists():
            with self.held():
                pass

    def _in_use(self) -> RunError:
        try:
            holder = json.loads(self._holder.read_text(encoding="utf-8"))
            values = {name: str(holder[name]) for name in ("pid", "host", "since")}
        except (OSError, ValueError, LookupError, TypeError):
            return RunError("error.run.in_use", path=self._folder)  # the holder has just taken it
        return RunError("error.run.in_use_by", path=self._folder, **values)

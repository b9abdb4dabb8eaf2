"""Files are written in one step, beside their target, then renamed; and opened by any name without blocking."""

from __future__ import annotations

import errno
import io
import os
import re
import secrets
import selectors
import shutil
import socket
import stat
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import BinaryIO, cast

from shuzi.errors import ShuziError

NO_ROOM = (errno.ENOSPC, errno.EFBIG, errno.EIO, *([errno.EDQUOT] if hasattr(errno, "EDQUOT") else []))
"""Reasons why a write can fail although the data is fine."""

_PART = re.compile(r"\..+\.([0-9a-f]{8})-([0-9]+)-[0-9a-f]{8}\.part(\..*)?")
_CAN_ASK = sys.platform != "win32"  # where a signal, even 0, ends a process
_AT_ONCE = 0
if sys.platform != "win32":
    _AT_ONCE = os.O_NONBLOCK  # without it, opening a pipe waits for its other end
_WAIT, _AGAIN = 2.0, 0.02  # seconds to wait for a pipe's other end, and between tries
_HAS_PIPES = sys.platform != "win32"  # among files that have a name
_MAX_BYTES = 256 << 20  # bytes that come from a pipe
_LONG = 86_400.0  # seconds after which a partial file of another machine counts as abandoned


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """Yield a temporary path in the target's folder and rename it to the target at the end.

    The block creates a file there, or a folder; a folder replaces only an empty folder or nothing. The target's
    parent folder is created if missing. If the block fails, its output is removed and the target stays as it was. A
    pipe or a device is never replaced: the whole file is written into it instead, once a program reads from it.
    """
    if _is_stream(target):
        with TemporaryDirectory() as folder:
            part = Path(folder) / target.name
            yield part
            _pour(part, target)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    # keeps the extension, from which libraries choose the format
    token = f"{_machine()}-{os.getpid()}-{secrets.token_hex(4)}"
    part = target.with_name(f".{target.stem}.{token}.part{target.suffix}")
    try:
        yield part
        for path in [part, *part.rglob("*")]:
            if path.is_file():
                # Windows flushes only writable handles
                with path.open("r+b") as written:
                    os.fsync(written.fileno())
        if part.is_dir() and target.exists():
            target.rmdir()  # Windows cannot rename a folder over another, not even an empty one
        part.replace(target)
    except OSError as problem:
        # callers do not know the temporary part, and a failed write names no file at all
        if problem.filename == str(part) or (problem.filename is None and problem.errno in NO_ROOM):
            problem.filename, problem.filename2 = str(target), None
        raise
    finally:
        with suppress(OSError):  # if nothing could be written, nothing can be removed either
            _remove(part)


def check_replaceable(target: Path) -> None:
    """Check before long work that `replacing` can write a file there; the target's folder is created if needed."""
    if _is_stream(target):
        return
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(target))
    target.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryFile(dir=target.parent):
        pass


def is_part(path: Path) -> bool:
    """Tell whether a path is the temporary path of a file or folder being written."""
    return _PART.fullmatch(path.name) is not None


def remove_leftovers(folder: Path, alone: bool = False) -> None:
    """Remove partial files of killed processes in a folder; if `alone` in it, all that are there."""
    with suppress(OSError):
        for path in folder.iterdir():
            if (named := _PART.fullmatch(path.name)) and (alone or _is_left(path, named[1], int(named[2]))):
                with suppress(OSError):
                    _remove(path)


def _remove(part: Path) -> None:
    if part.is_dir():
        shutil.rmtree(part)
    else:
        part.unlink(missing_ok=True)


def _is_left(part: Path, machine: str, process: int) -> bool:
    if machine != _machine() or not _CAN_ASK:
        return time.time() - part.stat().st_mtime > _LONG
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    except OSError:  # it belongs to another user
        pass
    return False


@cache
def _machine() -> str:
    """Return an id of this boot of the machine and of its process namespace: a container has its own."""
    try:
        name = Path("/proc/sys/kernel/random/boot_id").read_text("ascii") + str(Path("/proc/self/ns/pid").readlink())
    except OSError:  # not on Linux
        name = socket.gethostname()
    return sha256(name.encode()).hexdigest()[:8]


def _is_stream(target: Path) -> bool:
    """Return whether a target exists and is neither a file nor a folder: root could rename a file over /dev/null."""
    try:
        mode = target.stat().st_mode
    except OSError:
        return False
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        return True
    # /dev/stdout and /proc/self/fd/1 are links that may point to an open file
    parent = target.parent.resolve()
    return target.is_symlink() and any(parent.is_relative_to(folder) for folder in ("/dev", "/proc"))


def _pour(part: Path, target: Path) -> None:
    if part.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(target))
    with part.open("rb") as source, os.fdopen(_opened(target), "wb") as out:
        shutil.copyfileobj(source, out)


def _opened(target: Path) -> int:
    """Open a pipe or a device for writing; our own standard output continues at its current position."""
    try:
        if os.path.samestat(os.fstat(1), target.stat()):
            return os.dup(1)
    except OSError:  # standard output is closed
        pass
    if sys.platform == "win32":
        descriptor = os.open(target, os.O_WRONLY)
    else:
        descriptor = _opened_at_once(target)
        os.set_blocking(descriptor, True)
    return descriptor


def _opened_at_once(target: Path) -> int:
    """Open a pipe or a device for writing; raises OSError if no program begins to read from the pipe."""
    last = time.monotonic() + _WAIT
    while True:
        try:
            return os.open(target, os.O_WRONLY | _AT_ONCE)
        except OSError as problem:
            if problem.errno != errno.ENXIO:
                raise
            if time.monotonic() >= last:
                raise OSError(errno.ENXIO, ShuziError("file.unread_pipe"), str(target)) from problem
        time.sleep(_AGAIN)


def open_named(path: Path, max_bytes: int = _MAX_BYTES) -> BinaryIO:
    """Open a file for reading; what a program writes to a pipe, at most `max_bytes`, is read to its end at once."""
    if not _HAS_PIPES:
        return path.open("rb")
    descriptor = os.open(path, os.O_RDONLY | _AT_ONCE)
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISREG(mode):  # not to wait makes no difference to it
        return os.fdopen(descriptor, "rb")
    try:
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        if not stat.S_ISFIFO(mode):
            raise _refused(errno.ENODEV, path, "file.special")
        return io.BytesIO(_piped(descriptor, path, max_bytes))
    finally:
        os.close(descriptor)


def _piped(descriptor: int, path: Path, max_bytes: int) -> bytes:
    with os.fdopen(descriptor, "rb", closefd=False) as pipe, selectors.DefaultSelector() as waiting:
        waiting.register(descriptor, selectors.EVENT_READ)
        came = waiting.select(_WAIT)
        # b"" if no program has it open, None if one has but is not writing yet
        first = cast("bytes | None", pipe.read(1))
        if not came and first == b"":
            raise _refused(errno.EPIPE, path, "file.pipe")
        if sys.platform != "win32":
            os.set_blocking(descriptor, True)
        content = (first or b"") + pipe.read(max_bytes)
    if len(content) > max_bytes:
        raise _refused(errno.EFBIG, path, "file.long_pipe", max=max_bytes)
    return content


def _refused(code: int, path: Path, key: str, **values: int) -> OSError:
    return OSError(code, ShuziError(key, **values), str(path))

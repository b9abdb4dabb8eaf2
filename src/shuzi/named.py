"""A path that a person named becomes an open file; what is no file, or a pipe without a writer, never blocks."""

from __future__ import annotations

import errno
import io
import os
import selectors
import stat
import sys
from pathlib import Path
from typing import BinaryIO, cast

from shuzi.errors import ShuziError

_AT_ONCE = 0
if sys.platform != "win32":
    _AT_ONCE = os.O_NONBLOCK  # without it, opening waits for a writer
_HAS_PIPES = sys.platform != "win32"  # among files that have a name
_WAIT = 2.0  # seconds for a program to start writing to a pipe
_MAX_BYTES = 256 << 20  # bytes that come from a pipe


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
        raise _refused(errno.EFBIG, path, "file.long_pipe", most=max_bytes)
    return content


def _refused(code: int, path: Path, key: str, **values: int) -> OSError:
    return OSError(code, ShuziError(key, **values), str(path))

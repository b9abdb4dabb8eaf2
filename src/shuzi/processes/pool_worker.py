"""The program in a pool's process, which runs one call after another.

It is started as ``python -P -m shuzi.processes.pool_worker SECONDS``. Calls arrive on stdin and answers leave on
stdout; `pool` is the other side. A frame is a length, its kind, the key of an object, and a pickle. Only shuzi itself
reads what it has written; a child that opens untrusted files speaks as in `serving` instead.
"""

from __future__ import annotations

import io
import os
import pickle
import struct
import sys
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue
from threading import Thread
from typing import IO, Any

from shuzi.processes.serving import limit_job, pipes_of_this_process, read, write

CALL, KEEP, FORGET, ANSWER, ERROR, UNREADABLE, INITIALIZE = range(7)
"""The kinds of frames. To a process: a call, an object to keep or to forget, a first call without a time limit
(`INITIALIZE`). From it: a result, an error, a note that neither could be pickled."""

Frame = tuple[int, int, bytearray]

_HEAD = struct.Struct("<QBQ")


def frame(kind: int, key: int = 0, packed: bytes = b"") -> bytes:
    """Return a frame."""
    return _HEAD.pack(len(packed), kind, key) + packed


def receive(pipe: IO[bytes]) -> Frame:
    """Read a frame from an unbuffered pipe: its kind, its key and the pickle; raises EOFError at the pipe's end."""
    size, kind, key = _HEAD.unpack(read(pipe, _HEAD.size))
    return kind, key, read(pipe, size)


_kept: dict[int, Any] = {}


def main() -> None:
    """Run calls until stdin closes, which ends this process even during a call."""
    calls, answers = pipes_of_this_process()
    seconds = float(sys.argv[1])
    arrived: SimpleQueue[Frame] = SimpleQueue()
    Thread(target=_read, args=(calls, arrived), daemon=True).start()
    with suppress(BrokenPipeError):
        while True:
            kind, key, packed = arrived.get()
            if kind in (INITIALIZE, CALL):
                limit_job(seconds if kind == CALL else 0.0, 0)
                write(answers, _answer(key, packed))
            elif kind == KEEP:
                _kept[key] = _Packed(packed)  # unpickled on demand, so that an error belongs to its call
            else:
                _kept.pop(key, None)
            del packed


def _read(calls: IO[bytes], arrived: SimpleQueue[Frame]) -> None:
    """Read calls as soon as they arrive: if both sides wrote without reading, both would wait forever."""
    with suppress(EOFError, OSError, MemoryError):
        while True:
            arrived.put(receive(calls))
    os._exit(0)  # the caller is gone, and the current call needs no answer


def _answer(key: int, packed: bytearray) -> bytes:
    call: Callable[..., Any]
    try:
        call, arguments = pickle.loads(packed)  # noqa: S301 - from the process that started this one
        first = (_object(key),) if key else ()
    except Exception:  # noqa: BLE001 - an object of any kind
        return frame(UNREADABLE)
    try:
        result = call(*first, *arguments)
    except Exception as problem:  # noqa: BLE001 - whatever it is, the caller gets it
        return _error(problem)
    try:
        return frame(ANSWER, 0, pickle.dumps(result, pickle.HIGHEST_PROTOCOL))
    except Exception:  # noqa: BLE001 - an object of any kind
        return frame(UNREADABLE)


def _error(problem: Exception) -> bytes:
    try:
        packed = pickle.dumps(problem, pickle.HIGHEST_PROTOCOL)
        pickle.loads(packed)  # noqa: S301 - some errors can be packed, but not unpacked
    except Exception:  # noqa: BLE001 - an error of any kind
        return frame(UNREADABLE)
    return frame(ERROR, 0, packed)


def _object(key: int) -> Any:
    kept = _kept[key]
    if isinstance(kept, _Packed):
        kept = _kept[key] = _Unpickler(io.BytesIO(kept)).load()
    return kept


class _Packed(bytes):
    """A pickled object that no call has needed yet."""


class _Unpickler(pickle.Unpickler):  # noqa: S301 - what comes is from the process that started this one
    """Unpickles an object that refers to other kept objects."""

    def persistent_load(self, key: Any) -> Any:
        """Return a kept object."""
        return _object(key)


if __name__ == "__main__":
    main()

"""The process that does a pool's calls, one after the other: ``python -P -m shuzi.processes.worker SECONDS``.

Calls come in by stdin, answers go out by stdout (`frames`); `pool` is the other side.
"""

from __future__ import annotations

import io
import os
import pickle
import sys
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue
from threading import Thread
from typing import IO, Any

from shuzi.processes.frames import ANSWER, BEGIN, CALL, ERROR, KEEP, READY, UNREADABLE, Frame, frame, frames, write
from shuzi.processes.limits import limit_job
from shuzi.processes.serving import pipes_of_this_process

_kept: dict[int, Any] = {}


def main() -> None:
    """Do calls until stdin closes, which ends this process even in the middle of one."""
    comes, goes = pipes_of_this_process()
    seconds = float(sys.argv[1])
    coming: SimpleQueue[Frame] = SimpleQueue()
    Thread(target=_take_in, args=(comes, coming), daemon=True).start()
    with suppress(BrokenPipeError):
        write(goes, frame(READY))
        while True:
            kind, number, packed = coming.get()
            if kind in (BEGIN, CALL):
                limit_job(seconds if kind == CALL else 0.0, 0)
                write(goes, _answer(number, packed))
            elif kind == KEEP:
                _kept[number] = _Packed(packed)  # unpacked when it is needed, so that an error meets who needs it
            else:
                _kept.pop(number, None)
            del packed


def _take_in(comes: IO[bytes], coming: SimpleQueue[Frame]) -> None:
    """Read calls as soon as they arrive: if both sides wrote without reading, both would wait for ever."""
    with suppress(OSError, MemoryError):
        for some in frames(comes):
            for each in some:
                coming.put(each)
    os._exit(0)  # who asked is gone, so nobody wants the answer to the current call


def _answer(number: int, packed: memoryview) -> bytes:
    call: Callable[..., Any]
    try:
        call, given = pickle.loads(packed)  # noqa: S301 - from the process that started this one
        first = (_object(number),) if number else ()
    except Exception:  # noqa: BLE001 - an object of any kind
        return frame(UNREADABLE)
    try:
        result = call(*first, *given)
    except Exception as problem:  # noqa: BLE001 - whatever it is, it is for who asked
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


def _object(number: int) -> Any:
    kept = _kept[number]
    if isinstance(kept, _Packed):
        kept = _kept[number] = _Unpickler(io.BytesIO(kept)).load()
    return kept


class _Packed(bytes):
    """An object as it came."""


class _Unpickler(pickle.Unpickler):  # noqa: S301 - what comes is from the process that started this one
    """Unpacks an object that refers to others that are kept here too."""

    def persistent_load(self, number: Any) -> Any:
        """Return one of them."""
        return _object(number)


if __name__ == "__main__":
    main()

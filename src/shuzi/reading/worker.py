"""A process that reads pictures for another: a reader comes in by stdin, then pictures; answers go out by stdout.

python -m shuzi.reading.worker
"""

from __future__ import annotations

import os
import pickle
import signal
from queue import SimpleQueue
from threading import Thread
from typing import Any, BinaryIO

import cv2

from shuzi.reading.together import Answer, Fault, attempt


def main(comes: BinaryIO, goes: BinaryIO) -> None:
    """Say that the reader is ready, and read whatever comes until nothing comes any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who started it ends it, by closing its stdin
    cv2.setNumThreads(1)
    reader = pickle.load(comes)  # noqa: S301 - from the process that started this one
    _say(goes, pickle.dumps(None))
    here: SimpleQueue[Any] = SimpleQueue()
    # taken in at once: if both sides wrote without reading, both would wait for ever
    Thread(target=_take_in, args=(comes, here), daemon=True).start()
    while (task := here.get()) is not None:
        folder, picture = task
        os.chdir(folder)
        _say(goes, _packed(attempt(reader, picture)))


def _take_in(comes: BinaryIO, here: SimpleQueue[Any]) -> None:
    try:
        while True:
            here.put(pickle.load(comes))  # noqa: S301 - from the process that started this one
    except EOFError:
        here.put(None)


def _packed(answer: Answer) -> bytes:
    try:
        return pickle.dumps(answer, pickle.HIGHEST_PROTOCOL)
    except Exception:  # noqa: BLE001 - a fault may hold anything
        return pickle.dumps(Fault(RuntimeError(repr(answer))))


def _say(goes: BinaryIO, packed: bytes) -> None:
    goes.write(packed)
    goes.flush()


if __name__ == "__main__":
    before, after = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what libraries print is no answer
    main(before, after)

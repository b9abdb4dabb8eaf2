"""A process that reads pictures for another: a reader comes in by stdin, then pictures; answers go out by stdout.

    python -P -m shuzi.reading.parallel.worker

It is started by `other_process`, which tells how each is packed.
"""

from __future__ import annotations

import os
import pickle
from contextlib import suppress
from queue import SimpleQueue
from threading import Thread
from typing import IO

import cv2

from shuzi.models import session
from shuzi.reading.parallel.other_process import Unreadable, attempt, receive, send
from shuzi.reading.reader import Reader


def main(comes: IO[bytes], goes: IO[bytes]) -> None:
    """Say that the reader is ready, and read whatever comes until nothing comes any more."""
    cv2.setNumThreads(1)
    session.most_threads = 1  # the other cores have processes of their own
    reader = pickle.loads(receive(comes))  # noqa: S301 - from the process that started this one
    send(goes, b"ready")
    here: SimpleQueue[bytes | None] = SimpleQueue()
    # taken in at once: if both sides wrote without reading, both would wait for ever
    Thread(target=_take_in, args=(comes, here), daemon=True).start()
    while (packed := here.get()) is not None:
        send(goes, _answer(reader, packed))


def _take_in(comes: IO[bytes], here: SimpleQueue[bytes | None]) -> None:
    try:
        with suppress(EOFError, OSError):
            while True:
                here.put(receive(comes))
    finally:
        here.put(None)


def _answer(reader: Reader, packed: bytes) -> bytes:
    try:
        folder, picture = pickle.loads(packed)  # noqa: S301 - from the process that started this one
        if folder:
            os.chdir(folder)
        answer = pickle.dumps(attempt(reader, picture), pickle.HIGHEST_PROTOCOL)
        pickle.loads(answer)  # noqa: S301 - some errors can be packed, but not unpacked
    except Exception:  # noqa: BLE001 - a picture or an error may be an object of any kind
        return pickle.dumps(Unreadable())
    return answer


if __name__ == "__main__":
    before, after = os.fdopen(os.dup(0), "rb", 0), os.fdopen(os.dup(1), "wb", 0)
    os.dup2(2, 1)  # what libraries print is no answer
    with suppress(EOFError, BrokenPipeError):  # who asked is gone
        main(before, after)

"""Frame pickles for the pipes of a pool's worker, and take such frames apart.

A frame is a length, its kind, the key of an object, and a pickle. Only shuzi itself reads what it has written; a
child that opens untrusted files speaks in `pipes` instead.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import IO

CALL, KEEP, FORGET, ANSWER, ERROR, UNREADABLE, READY, BEGIN = range(8)
"""The kinds of frames. To a process: a call, an object to keep or to forget, a first call without a time limit
(`BEGIN`). From it: a result, an error, a note that neither could be pickled, a note that it has started."""

Frame = tuple[int, int, memoryview]

_HEAD = struct.Struct("<QBQ")
_AT_ONCE = 1 << 16  # bytes: what a pipe holds


def frame(kind: int, key: int = 0, packed: bytes = b"") -> bytes:
    """Return a frame.

    Parameters
    ----------
    kind
        One of the constants above.
    key
        The object that is kept, forgotten or used by a call; 0 for none.
    packed
        A pickle.

    Examples
    --------
    >>> taken = Frames()
    >>> sent = frame(CALL, 3, b"abc") + frame(READY)
    >>> [(kind, key, bytes(packed)) for kind, key, packed in taken.add(sent[:20])]
    [(0, 3, b'abc')]
    >>> len(list(taken.add(sent[20:])))
    1
    """
    return _HEAD.pack(len(packed), kind, key) + packed


def frames(pipe: IO[bytes]) -> Iterator[list[Frame]]:
    """Yield the frames from an unbuffered pipe until its end, in groups as they arrive."""
    taken = Frames()
    while piece := pipe.read(_AT_ONCE):
        if found := list(taken.add(piece)):
            yield found


class Frames:
    """Takes a stream of bytes apart into frames."""

    def __init__(self) -> None:
        self._part = bytearray()  # bytes of an unfinished frame

    def add(self, piece: bytes) -> Iterator[Frame]:
        """Yield the frames that end in the next piece of the stream."""
        if self._part:
            self._part += piece
            if len(self._part) < _HEAD.size or len(self._part) < _HEAD.size + _HEAD.unpack_from(self._part)[0]:
                return
            piece, self._part = self._part, bytearray()  # type: ignore[assignment] # bytes of either kind
        view, start = memoryview(piece), 0
        while len(view) - start >= _HEAD.size:
            size, kind, key = _HEAD.unpack_from(view, start)
            if len(view) - start - _HEAD.size < size:
                break
            yield kind, key, view[start + _HEAD.size : start + _HEAD.size + size]
            start += _HEAD.size + size
        self._part += view[start:]

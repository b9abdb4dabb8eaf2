"""Send a header and raw bytes over a pipe as a message, and receive such messages.

A message is two lengths, a JSON header and the bytes. Reading it runs no code from the message, so it may come from
an untrusted process; the reader sets the maximum length.
"""

from __future__ import annotations

import json
import struct
from typing import IO, Any

Header = dict[str, Any]
Bytes = bytes | bytearray | memoryview

_LENGTHS = struct.Struct("<IQ")
_MOST_HEADER = 65_536  # bytes
_AT_ONCE = 1 << 20  # bytes: larger pieces are no faster, and memory is allocated only for received data


def send(pipe: IO[bytes], header: Header, body: Bytes = b"") -> None:
    """Write a message to an unbuffered pipe.

    Raises
    ------
    OSError
        The reader has gone.
    """
    packed = json.dumps(header).encode()
    write(pipe, _LENGTHS.pack(len(packed), len(body)) + packed)
    write(pipe, body)


def receive(pipe: IO[bytes], most: int) -> tuple[Header, bytearray]:
    """Read a message from an unbuffered pipe.

    Parameters
    ----------
    pipe
        Where it comes from.
    most
        The maximum size of the body in bytes.

    Raises
    ------
    EOFError
        The other side is gone, or sent only a part.
    ValueError
        The data is not a message, or is too long.
    """
    sizes = _LENGTHS.unpack(_read(pipe, _LENGTHS.size))
    if sizes[0] > _MOST_HEADER or sizes[1] > most:
        raise ValueError(f"a message of {sizes} bytes")
    header = json.loads(_read(pipe, sizes[0]))
    if not isinstance(header, dict):
        raise ValueError("a header that is no object")
    return header, _read(pipe, sizes[1])


def write(pipe: IO[bytes], content: Bytes) -> None:
    """Write all of something to an unbuffered pipe.

    Raises
    ------
    OSError
        The reader has gone.
    """
    left = memoryview(content)
    while left:
        left = left[pipe.write(left) :]


def _read(pipe: IO[bytes], size: int) -> bytearray:
    parts = bytearray()
    while len(parts) < size:
        part = pipe.read(min(size - len(parts), _AT_ONCE))
        if not part:
            raise EOFError
        parts += part
    return parts

"""Read and write arrays as IDX files; damaged files are rejected.

The format, as MNIST's authors describe it: two zero bytes, a type code, the number of dimensions, the size of
each dimension as a big-endian unsigned 32-bit number, then the values, big-endian, last dimension fastest.
Files named .gz are compressed. Errors give positions in the uncompressed content.
"""

from __future__ import annotations

import gzip
import hashlib
import math
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from shuzi.atomic import replacing
from shuzi.errors import IdxError
from shuzi.named import open_named

TYPES: dict[int, np.dtype[Any]] = {
    0x08: np.dtype(">u1"),
    0x09: np.dtype(">i1"),
    0x0B: np.dtype(">i2"),
    0x0C: np.dtype(">i4"),
    0x0D: np.dtype(">f4"),
    0x0E: np.dtype(">f8"),
}
LARGEST = 2**30
"""The largest body that is read unless the caller allows more, in bytes."""

_CODES = {dtype.newbyteorder("="): code for code, dtype in TYPES.items()}
_MAX_DIMENSIONS = 64  # numpy's own limit
_DEFLATE_RATIO = 1032  # the highest compression ratio of deflate (zlib's technical details)
_PIECE = 2**20


@dataclass(frozen=True)
class Header:
    """The type and shape declared at the start of an IDX file."""

    dtype: np.dtype[Any]
    shape: tuple[int, ...]

    @property
    def start(self) -> int:
        """The offset of the values, in bytes."""
        return 4 + 4 * len(self.shape)

    @property
    def body(self) -> int:
        """The size of the values, in bytes."""
        return math.prod(self.shape) * self.dtype.itemsize


def read_header(path: str | Path) -> Header:
    """Read only the header of an IDX file and check it against the file's size."""
    path = Path(path)
    with _opened(path) as stream:
        return _header(stream, path, LARGEST)


def read_idx(path: str | Path, largest: int = LARGEST) -> NDArray[Any]:
    """Read an IDX file, compressed if its name ends in .gz, of at most `largest` bytes; byte order becomes native."""
    path = Path(path)
    with _opened(path) as stream:
        header = _header(stream, path, largest)
        body = bytearray()
        while len(body) < header.body:
            piece = _read(stream, min(_PIECE, header.body - len(body)), path, header.start + len(body))
            if not piece:
                end = header.start + len(body)
                raise IdxError("error.idx.short", path=path, byte=end, expected=header.start + header.body)
            body += piece
        if _read(stream, 1, path, header.start + header.body):
            raise IdxError("error.idx.long", path=path, byte=header.start + header.body)
    values = np.frombuffer(body, dtype=header.dtype).reshape(header.shape)
    return values.astype(header.dtype.newbyteorder("="), copy=False)


def write_idx(path: str | Path, array: NDArray[Any]) -> None:
    """Write an array as an IDX file, compressed if the name ends in .gz; the same array gives the same bytes."""
    path = Path(path)
    head, body = _encode(array, path)
    with replacing(path) as part:
        if path.suffix == ".gz":
            with part.open("wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as stream:
                stream.write(head)
                stream.write(body.data)
        else:
            with part.open("wb") as plain:
                plain.write(head)
                plain.write(body.data)


def sha256(array: NDArray[Any]) -> str:
    """Return the SHA-256, in hexadecimal, of this array as an uncompressed IDX file."""
    head, body = _encode(array, Path("memory"))
    digest = hashlib.sha256(head)
    digest.update(body.data)
    return digest.hexdigest()


def _encode(array: NDArray[Any], path: Path) -> tuple[bytes, NDArray[np.uint8]]:
    code = _CODES.get(array.dtype.newbyteorder("="))
    if code is None:
        raise IdxError("error.idx.type_to_write", path=path, dtype=array.dtype)
    if max(array.shape, default=0) >= 2**32:
        raise IdxError("error.idx.shape_to_write", path=path, shape=array.shape)
    head = bytes([0, 0, code, array.ndim]) + np.array(array.shape, dtype=">u4").tobytes()
    values = np.ascontiguousarray(array, dtype=TYPES[code])
    return head, values.reshape(-1).view(np.uint8)


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    try:
        file = open_named(path)
    except OSError as problem:
        raise IdxError("error.data.unreadable", path=path, reason=problem.strerror) from problem
    with file:
        yield cast("BinaryIO", gzip.GzipFile(fileobj=file)) if path.suffix == ".gz" else file


def _read(stream: BinaryIO, count: int, path: Path, at: int) -> bytes:
    try:
        return stream.read(count)
    except EOFError as problem:
        raise IdxError("error.idx.gzip_short", path=path, byte=at) from problem
    except (gzip.BadGzipFile, zlib.error) as problem:
        raise IdxError("error.idx.gzip", path=path, byte=at, reason=str(problem)) from problem
    except OSError as problem:
        raise IdxError("error.data.unreadable", path=path, reason=problem.strerror or problem) from problem


def _header(stream: BinaryIO, path: Path, largest: int) -> Header:
    magic = _read(stream, 4, path, 0)
    if len(magic) < 4:
        raise IdxError("error.idx.short", path=path, byte=len(magic), expected=4)
    if magic[:2] != b"\0\0":
        raise IdxError("error.idx.magic", path=path, byte=0 if magic[0] else 1, found=magic.hex(" "))
    if magic[2] not in TYPES:
        codes = ", ".join(f"{code:02x}" for code in TYPES)
        raise IdxError("error.idx.type", path=path, found=f"{magic[2]:02x}", codes=codes)
    if magic[3] > _MAX_DIMENSIONS:
        raise IdxError("error.idx.dimensions", path=path, found=magic[3], most=_MAX_DIMENSIONS)
    sizes = _read(stream, 4 * magic[3], path, 4)
    if len(sizes) < 4 * magic[3]:
        raise IdxError("error.idx.short", path=path, byte=4 + len(sizes), expected=4 + 4 * magic[3])
    header = Header(TYPES[magic[2]], tuple(int(size) for size in np.frombuffer(sizes, ">u4")))
    _check_size(header, path, largest)
    return header


def _check_size(header: Header, path: Path, largest: int) -> None:
    shape = "x".join(map(str, header.shape))
    # even an empty array has strides, which overflow if the other sizes are absurd
    without_zeros = math.prod(size for size in header.shape if size) * header.dtype.itemsize
    if header.body > largest or without_zeros > max(largest, LARGEST):
        raise IdxError("error.idx.large", path=path, shape=shape, bytes=header.body, largest=largest)
    there = path.stat().st_size
    if path.suffix == ".gz":
        if header.start + header.body > there * _DEFLATE_RATIO:
            raise IdxError("error.idx.cannot_hold", path=path, shape=shape, bytes=header.body, there=there)
    elif there < header.start + header.body:
        raise IdxError("error.idx.short", path=path, byte=there, expected=header.start + header.body)
    elif there > header.start + header.body:
        raise IdxError("error.idx.long", path=path, byte=header.start + header.body)

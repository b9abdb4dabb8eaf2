"""Arrays and datasets become files, and files arrays and datasets: IDX as MNIST has it, and npz.

IDX, as MNIST's authors describe it: two zero bytes, a type code, the number of dimensions, the size of each dimension
as a big-endian unsigned 32-bit number, then the values, big-endian, last dimension fastest. Files named .gz are
compressed. Errors give positions in the uncompressed content. A dataset is a folder of two such files, without an
extension, or an npz file. What is read has its size checked before memory is allocated, and nothing is unpickled.
"""

from __future__ import annotations

import gzip
import hashlib
import math
import struct
import tokenize
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from shuzi.atomic import open_named, replacing
from shuzi.data.dataset import Dataset
from shuzi.errors import DataError, IdxError, writing

TYPES: dict[int, np.dtype[Any]] = {
    0x08: np.dtype(">u1"),
    0x09: np.dtype(">i1"),
    0x0B: np.dtype(">i2"),
    0x0C: np.dtype(">i4"),
    0x0D: np.dtype(">f4"),
    0x0E: np.dtype(">f8"),
}
MAX_BYTES = 2**30
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
        return _header(stream, path, MAX_BYTES)


def read_idx(path: str | Path, max_bytes: int = MAX_BYTES) -> NDArray[Any]:
    """Read an IDX file, compressed if its name ends in .gz, at most `max_bytes`; byte order becomes native."""
    path = Path(path)
    with _opened(path) as stream:
        header = _header(stream, path, max_bytes)
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


def _header(stream: BinaryIO, path: Path, max_bytes: int) -> Header:
    magic = _read(stream, 4, path, 0)
    if len(magic) < 4:
        raise IdxError("error.idx.short", path=path, byte=len(magic), expected=4)
    if magic[:2] != b"\0\0":
        raise IdxError("error.idx.magic", path=path, byte=0 if magic[0] else 1, found=magic.hex(" "))
    if magic[2] not in TYPES:
        codes = ", ".join(f"{code:02x}" for code in TYPES)
        raise IdxError("error.idx.type", path=path, found=f"{magic[2]:02x}", codes=codes)
    if magic[3] > _MAX_DIMENSIONS:
        raise IdxError("error.idx.dimensions", path=path, found=magic[3], max=_MAX_DIMENSIONS)
    sizes = _read(stream, 4 * magic[3], path, 4)
    if len(sizes) < 4 * magic[3]:
        raise IdxError("error.idx.short", path=path, byte=4 + len(sizes), expected=4 + 4 * magic[3])
    header = Header(TYPES[magic[2]], tuple(int(size) for size in np.frombuffer(sizes, ">u4")))
    _check_size(header, path, max_bytes)
    return header


def _check_size(header: Header, path: Path, max_bytes: int) -> None:
    shape = "x".join(map(str, header.shape))
    # even an empty array has strides, which overflow if the other sizes are absurd
    without_zeros = math.prod(size for size in header.shape if size) * header.dtype.itemsize
    if header.body > max_bytes or without_zeros > max(max_bytes, MAX_BYTES):
        raise IdxError("error.idx.large", path=path, shape=shape, bytes=header.body, max=max_bytes)
    there = path.stat().st_size
    if path.suffix == ".gz":
        if header.start + header.body > there * _DEFLATE_RATIO:
            raise IdxError("error.idx.cannot_hold", path=path, shape=shape, bytes=header.body, there=there)
    elif there < header.start + header.body:
        raise IdxError("error.idx.short", path=path, byte=there, expected=header.start + header.body)
    elif there > header.start + header.body:
        raise IdxError("error.idx.long", path=path, byte=header.start + header.body)


IDX_IMAGES, IDX_LABELS = "images-idx3-ubyte.gz", "labels-idx1-ubyte.gz"
NAMES = ("images", "labels")
"""The arrays of a dataset."""

DAMAGED = (
    *(OSError, ValueError, EOFError, TypeError, RuntimeError, MemoryError, OverflowError, SyntaxError),
    *(AttributeError, LookupError, struct.error, tokenize.TokenError, zipfile.BadZipFile, zlib.error),
)
"""The errors of zipfile and NumPy for a file that is damaged or of another kind."""

_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # NumPy's own; others can pack far more into a few bytes
_HEADERS = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}


def read_npz(path: Path, names: Sequence[str] | None = None, max_bytes: int = MAX_BYTES) -> dict[str, NDArray[Any]]:
    """Read the named arrays of an npz file, or all, of at most `max_bytes` bytes together."""
    try:
        # zipfile does not close a file that it opened itself and found damaged
        with open_named(path) as raw:
            return arrays_in(raw, path, names, max_bytes)
    except OSError as problem:
        raise DataError("error.data.unreadable", path=path, reason=_reason(problem)) from problem


def arrays_in(
    raw: IO[bytes], path: Path, names: Sequence[str] | None = None, max_bytes: int = MAX_BYTES
) -> dict[str, NDArray[Any]]:
    """Read arrays of an open npz file; `path` names it in errors, which are those of `read_npz`."""
    arrays, left = {}, max_bytes
    try:
        with zipfile.ZipFile(raw) as archive:
            members = {member.filename.removesuffix(".npy"): member for member in archive.infolist()}
            for name in members if names is None else names:
                if name not in members:
                    raise DataError("error.data.no_arrays", path=path, reason=name)
                with archive.open(members[name]) as stream:
                    arrays[name] = _array(stream, members[name], path, left)
                left -= arrays[name].nbytes
    except DAMAGED as problem:
        raise DataError("error.data.unreadable", path=path, reason=_reason(problem)) from problem
    return arrays


def _array(stream: IO[bytes], member: zipfile.ZipInfo, path: Path, max_bytes: int) -> NDArray[Any]:
    if member.compress_type not in _METHODS:
        raise ValueError(f"{member.filename}: compression {member.compress_type}")
    version = npy.read_magic(stream)
    if version not in _HEADERS:
        raise ValueError(f"{member.filename}: version {version}")
    shape, by_columns, dtype = _HEADERS[version](stream)
    if dtype.hasobject or min(shape, default=0) < 0:
        raise ValueError(f"{member.filename}: {dtype} {shape}")
    size = math.prod(shape, start=dtype.itemsize)
    if size > max_bytes:
        raise DataError("error.data.large", path=path, name=member.filename, bytes=size, max=max_bytes)
    body = stream.read(size + 1)  # read to the end, where zipfile compares checksums
    if len(body) != size:
        raise ValueError(f"{member.filename}: {len(body)} bytes for {size}")
    return np.frombuffer(body, dtype).reshape(shape, order="F" if by_columns else "C").copy(order="K")


def _reason(problem: BaseException) -> str:
    if isinstance(problem, OSError) and problem.strerror:
        return problem.strerror
    return str(problem) or type(problem).__name__


def save_dataset(path: str | Path, dataset: Dataset) -> None:
    """Write images and labels to `.npz`, or without an extension to a folder of two IDX files."""
    path = Path(path)
    check_ending(path)
    with writing(path):
        if path.suffix == ".npz":
            with replacing(path) as part:
                np.savez_compressed(part, images=dataset.images, labels=dataset.labels)
        else:
            with replacing(path) if _is_free(path) else nullcontext(path) as part:
                write_idx(part / IDX_IMAGES, dataset.images)
                write_idx(part / IDX_LABELS, dataset.labels)


def _is_free(path: Path) -> bool:
    return not path.exists() or (path.is_dir() and not any(path.iterdir()))


def load_dataset(path: str | Path, seed: int = 0) -> Dataset:
    """Read what `save_dataset` wrote."""
    path = Path(path)
    check_ending(path)
    if not path.exists():
        raise DataError("error.data.no_file", path=path)
    if path.is_dir():
        if not (path / IDX_IMAGES).is_file():
            raise DataError("error.data.pictures", path=path)
        return Dataset(read_idx(path / IDX_IMAGES), read_idx(path / IDX_LABELS), seed)
    arrays = read_npz(path, NAMES)
    return Dataset(arrays["images"], arrays["labels"], seed)


def check_ending(path: Path) -> None:
    """Reject a name with an unknown extension before any work is done."""
    if path.suffix not in ("", ".npz") and not path.is_dir():
        raise DataError("error.data.ending", path=path, ending=path.suffix)

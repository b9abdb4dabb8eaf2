"""Read arrays from npz files: check sizes before allocating memory, and unpickle nothing."""

from __future__ import annotations

import math
import struct
import tokenize
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from shuzi.data.idx import LARGEST
from shuzi.errors import DataError
from shuzi.named import open_named

NAMES = ("images", "labels")
"""The arrays of a dataset."""

DAMAGED = (
    *(OSError, ValueError, EOFError, TypeError, RuntimeError, MemoryError, OverflowError, SyntaxError),
    *(AttributeError, LookupError, struct.error, tokenize.TokenError, zipfile.BadZipFile, zlib.error),
)
"""The errors of zipfile and NumPy for a file that is damaged or of another kind."""

_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # NumPy's own; others can pack far more into a few bytes
_HEADERS = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}


def read_npz(path: Path, names: Sequence[str] | None = None, largest: int = LARGEST) -> dict[str, NDArray[Any]]:
    """Read arrays of an npz file.

    Parameters
    ----------
    path
        The file.
    names
        Which arrays; None for all.
    largest
        The maximum total size in bytes.

    Raises
    ------
    DataError
        An array is missing, they are too large, or the file is damaged or holds anything but plain arrays.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "counts.npz"
    >>> np.savez(path, counts=np.array([1, 2]))
    >>> read_npz(path)
    {'counts': array([1, 2])}
    """
    try:
        # zipfile does not close a file that it opened itself and found damaged
        with open_named(path) as raw:
            return arrays_in(raw, path, names, largest)
    except OSError as problem:
        raise DataError("error.data.unreadable", path=path, reason=_reason(problem)) from problem


def arrays_in(
    raw: IO[bytes], path: Path, names: Sequence[str] | None = None, largest: int = LARGEST
) -> dict[str, NDArray[Any]]:
    """Read arrays of an open npz file; `path` names it in errors, which are those of `read_npz`.

    >>> import io
    >>> file = io.BytesIO()
    >>> np.savez(file, counts=np.array([1, 2]))
    >>> arrays_in(file, Path("counts.npz"))
    {'counts': array([1, 2])}
    """
    arrays, left = {}, largest
    try:
        with zipfile.ZipFile(raw) as archive:
            members = {each.filename.removesuffix(".npy"): each for each in archive.infolist()}
            for name in members if names is None else names:
                if name not in members:
                    raise DataError("error.data.no_arrays", path=path, reason=name)
                with archive.open(members[name]) as stream:
                    arrays[name] = _array(stream, members[name], path, left)
                left -= arrays[name].nbytes
    except DAMAGED as problem:
        raise DataError("error.data.unreadable", path=path, reason=_reason(problem)) from problem
    return arrays


def _array(stream: IO[bytes], member: zipfile.ZipInfo, path: Path, largest: int) -> NDArray[Any]:
    if member.compress_type not in _METHODS:
        raise ValueError(f"{member.filename}: compression {member.compress_type}")
    version = npy.read_magic(stream)
    if version not in _HEADERS:
        raise ValueError(f"{member.filename}: version {version}")
    shape, by_columns, dtype = _HEADERS[version](stream)
    if dtype.hasobject or min(shape, default=0) < 0:
        raise ValueError(f"{member.filename}: {dtype} {shape}")
    size = math.prod(shape, start=dtype.itemsize)
    if size > largest:
        raise DataError("error.data.large", path=path, name=member.filename, bytes=size, largest=largest)
    body = stream.read(size + 1)  # read to the end, where zipfile compares checksums
    if len(body) != size:
        raise ValueError(f"{member.filename}: {len(body)} bytes for {size}")
    return np.frombuffer(body, dtype).reshape(shape, order="F" if by_columns else "C").copy(order="K")


def _reason(problem: BaseException) -> str:
    if isinstance(problem, OSError) and problem.strerror:
        return problem.strerror
    return str(problem) or type(problem).__name__

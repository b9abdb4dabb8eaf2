"""A dataset becomes a file, and a file a dataset: npz, or IDX (a folder of two files) without an extension.

What is read from npz has its size checked before memory is allocated, and nothing is unpickled.
"""

from __future__ import annotations

import math
import struct
import tokenize
import zipfile
import zlib
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from shuzi.atomic import replacing
from shuzi.data import idx
from shuzi.data.dataset import Dataset
from shuzi.data.idx import LARGEST
from shuzi.errors import DataError, writing
from shuzi.named import open_named

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


def read_npz(path: Path, names: Sequence[str] | None = None, largest: int = LARGEST) -> dict[str, NDArray[Any]]:
    """Read the named arrays of an npz file, or all, of at most `largest` bytes together."""
    try:
        # zipfile does not close a file that it opened itself and found damaged
        with open_named(path) as raw:
            return arrays_in(raw, path, names, largest)
    except OSError as problem:
        raise DataError("error.data.unreadable", path=path, reason=_reason(problem)) from problem


def arrays_in(
    raw: IO[bytes], path: Path, names: Sequence[str] | None = None, largest: int = LARGEST
) -> dict[str, NDArray[Any]]:
    """Read arrays of an open npz file; `path` names it in errors, which are those of `read_npz`."""
    arrays, left = {}, largest
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
                idx.write_idx(part / IDX_IMAGES, dataset.images)
                idx.write_idx(part / IDX_LABELS, dataset.labels)


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
        return Dataset(idx.read_idx(path / IDX_IMAGES), idx.read_idx(path / IDX_LABELS), seed)
    arrays = read_npz(path, NAMES)
    return Dataset(arrays["images"], arrays["labels"], seed)


def check_ending(path: Path) -> None:
    """Reject a name with an unknown extension before any work is done."""
    if path.suffix not in ("", ".npz") and not path.is_dir():
        raise DataError("error.data.ending", path=path, ending=path.suffix)

"""Write images and labels as an HDF5 file, and read them back.

The HDF5 library crashes when a disk is full, so a file is assembled in memory and written as a whole. Crafted files
also make it crash, follow links to other files or allocate any amount of memory, so a child process with limits reads
them.
"""

from __future__ import annotations

from importlib.util import find_spec
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shuzi.data.idx import LARGEST
from shuzi.errors import DataError, MissingExtra, ShuziError, require
from shuzi.processes.child import Child, Ended, OutOfMemory, OutOfTime
from shuzi.processes.job_limits import Limits

NAMES = ("images", "labels")
_MEMORY = 1_000_000_000  # bytes
_SECONDS, _PER_BYTE = 10.0, 1e-6  # MNIST, 60,000 images in 17 MB, takes 0.5 s on one 2020s core
_ERRORS = ("no_arrays", "large", "elsewhere", "memory", "unreadable")  # errors that the child may report
_PLAIN = "biuf"  # kinds of numbers
_LONGEST = 200  # characters of the child's message


def hdf5_of(images: NDArray[Any], labels: NDArray[Any]) -> bytes:
    """Return the content of an HDF5 file with two datasets, "images", compressed, and "labels".

    Raises
    ------
    MissingExtra
        h5py is not installed.
    """
    h5py = require("h5py", "train", "extra.hdf5")
    with h5py.File("memory", "w", driver="core", backing_store=False) as file:
        file.create_dataset("images", data=images, compression="gzip")
        file.create_dataset("labels", data=labels)
        file.flush()
        return bytes(file.id.get_file_image())


def read_hdf5(path: Path) -> tuple[NDArray[Any], NDArray[Any]]:
    """Read the two datasets of an HDF5 file; together they may have `LARGEST` bytes.

    Raises
    ------
    DataError
        The file is damaged, lacks a dataset, links to one in another file, or takes too much memory or time.
    MissingExtra
        h5py is not installed.
    """
    if find_spec("h5py") is None:
        raise MissingExtra("error.missing_extra", module="h5py", extra="train", wanted="extra.hdf5")
    if path.exists() and not path.is_file():  # opening a pipe blocks until a program writes to it
        raise DataError("error.data.unreadable", path=path, reason=ShuziError("file.special"))
    try:
        with path.open("rb"):
            seconds = _SECONDS + _PER_BYTE * path.stat().st_size
    except OSError as problem:
        raise DataError("error.data.unreadable", path=path, reason=problem.strerror or problem) from problem
    job = {"path": str(path.absolute()), "largest": LARGEST}
    broken = DataError("error.data.unreadable", path=path, reason=ShuziError("picture.broken"))
    try:
        child = Child("shuzi.data.hdf5_child")
        try:
            header, body = child.ask(job, b"", LARGEST, Limits(seconds, _MEMORY))
        finally:
            child.close()
    except OutOfTime as cause:
        raise DataError("error.data.slow", path=path, seconds=f"{seconds:.3g}") from cause
    except OutOfMemory as cause:
        raise DataError("error.data.memory", path=path) from cause
    except Ended as cause:
        raise DataError("error.data.unreadable", path=path, reason=ShuziError("picture.crashed")) from cause
    if "error" in header:
        raise _problem(header, path)
    arrays, start = [], 0
    for name in NAMES:
        array, start = _array(header.get(name), body, start) or (None, 0)
        if array is None:
            raise broken
        arrays.append(array)
    return arrays[0], arrays[1]


def _array(answer: Any, body: bytearray, start: int) -> tuple[NDArray[Any], int] | None:
    """Take an array out of the child's answer, which a crafted file may control."""
    match answer:
        case {"dtype": str(code), "shape": [*shape]} if all(type(each) is int and each >= 0 for each in shape):
            if len(code) > 3 or code[1:2] not in _PLAIN:
                return None
            try:
                dtype = np.dtype(code)
                end = start + prod(shape) * dtype.itemsize
                return np.frombuffer(body[start:end], dtype).reshape(shape), end
            except (TypeError, ValueError):
                return None
    return None


def _problem(header: dict[str, Any], path: Path) -> DataError:
    kind, reason, size = header.get("error"), header.get("reason"), header.get("bytes")
    text = reason[:_LONGEST] if isinstance(reason, str) and reason else ShuziError("picture.broken")
    values = {"path": path, "reason": text, "name": text, "largest": LARGEST}
    if kind not in _ERRORS or (kind == "large" and not isinstance(size, int)):
        kind = "unreadable"
    return DataError(f"error.data.{kind}", **values | {"bytes": size})

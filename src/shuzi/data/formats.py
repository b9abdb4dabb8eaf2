"""A dataset becomes a file, and a file a dataset: IDX (a folder of two files), npz or HDF5, by file extension."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shuzi.atomic import replacing
from shuzi.data import idx
from shuzi.data.dataset import Dataset
from shuzi.errors import DataError, require

IDX_IMAGES, IDX_LABELS = "images-idx3-ubyte.gz", "labels-idx1-ubyte.gz"
_HDF5 = (".h5", ".hdf5")
_DAMAGED = (OSError, ValueError, EOFError, TypeError, RuntimeError, MemoryError, zipfile.BadZipFile, zlib.error)
"""What zipfile, NumPy and h5py raise between them for a file that is damaged or of another kind."""


def save_dataset(path: str | Path, dataset: Dataset) -> None:
    """Write images and labels to `.npz` or `.h5`/`.hdf5`, or without an extension to a folder of two IDX files.

    Raises
    ------
    DataError
        The extension is unknown, or the folder cannot be written.
    MissingExtra
        The format is HDF5 and h5py is not installed.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "mine.npz"
    >>> save_dataset(path, Dataset(np.zeros((2, 28, 28), np.uint8), np.array([3, 5], np.uint8)))
    >>> load_dataset(path).labels
    array([3, 5], dtype=uint8)
    """
    path = Path(path)
    check_ending(path)
    try:
        if path.suffix == ".npz":
            with replacing(path) as part:
                np.savez_compressed(part, images=dataset.images, labels=dataset.labels)
        elif path.suffix in _HDF5:
            h5py = require("h5py", "train", "extra.hdf5")
            with replacing(path) as part, h5py.File(part, "w") as file:
                file.create_dataset("images", data=dataset.images, compression="gzip")
                file.create_dataset("labels", data=dataset.labels)
        else:
            idx.write_idx(path / IDX_IMAGES, dataset.images)
            idx.write_idx(path / IDX_LABELS, dataset.labels)
    except OSError as problem:
        raise DataError("error.data.unwritable", path=path, reason=problem.strerror or problem) from problem


def load_dataset(path: str | Path, seed: int = 0) -> Dataset:
    """Read what `save_dataset` wrote.

    Raises
    ------
    DataError
        The file is missing or damaged, or does not hold images (n, 28, 28) and labels (n,).
    MissingExtra
        The format is HDF5 and h5py is not installed.
    """
    path = Path(path)
    check_ending(path)
    if not path.exists():
        raise DataError("error.data.no_file", path=path)
    if path.is_dir():
        if not (path / IDX_IMAGES).is_file():
            raise DataError("error.data.pictures", path=path)
        return Dataset(idx.read_idx(path / IDX_IMAGES), idx.read_idx(path / IDX_LABELS), seed)
    images, labels = _arrays(path)
    return Dataset(images, labels, seed)


def check_ending(path: Path) -> None:
    """Reject a name with an unknown extension before any work is done.

    Raises
    ------
    DataError
        The extension is not `.npz`, `.h5` or `.hdf5`.
    """
    if path.suffix not in ("", ".npz", *_HDF5) and not path.is_dir():
        raise DataError("error.data.ending", path=path, ending=path.suffix)


def _arrays(path: Path) -> tuple[NDArray[Any], NDArray[Any]]:
    try:
        if path.suffix == ".npz":
            # np.load does not close a file that it opened itself and found damaged
            with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
                return file["images"], file["labels"]
        h5py = require("h5py", "train", "extra.hdf5")
        with h5py.File(path, "r") as file:
            return file["images"][:], file["labels"][:]
    except KeyError as problem:
        raise DataError("error.data.no_arrays", path=path, reason=problem.args[0]) from problem
    except _DAMAGED as problem:
        raise DataError("error.data.unreadable", path=path, reason=problem) from problem

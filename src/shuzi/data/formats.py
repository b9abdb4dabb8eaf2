"""A dataset becomes a file, and a file a dataset: npz, or IDX (a folder of two files) without an extension."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

import numpy as np

from shuzi.atomic import replacing
from shuzi.data import idx
from shuzi.data.dataset import Dataset
from shuzi.data.npz import NAMES, read_npz
from shuzi.errors import DataError, writing

IDX_IMAGES, IDX_LABELS = "images-idx3-ubyte.gz", "labels-idx1-ubyte.gz"


def save_dataset(path: str | Path, dataset: Dataset) -> None:
    """Write images and labels to `.npz`, or without an extension to a folder of two IDX files.

    Raises
    ------
    DataError
        The extension is unknown, or the folder cannot be written.

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
    """Read what `save_dataset` wrote.

    Raises
    ------
    DataError
        The file is missing, damaged or larger than `idx.LARGEST`, or does not hold images (n, 28, 28) and labels
        (n,).
    """
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
    """Reject a name with an unknown extension before any work is done.

    Raises
    ------
    DataError
        There is an extension, and it is not `.npz`.
    """
    if path.suffix not in ("", ".npz") and not path.is_dir():
        raise DataError("error.data.ending", path=path, ending=path.suffix)

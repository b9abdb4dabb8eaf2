"""The four MNIST files become a training, a validation and a test split.

They are searched for in the package, then in the user's cache, then on the mirrors, from which they are downloaded
into the cache. If a folder is given, by `data_dir` or SHUZI_DATA, only that is searched. Every file's SHA-256 is
checked each time it is read.
"""

from __future__ import annotations

import hashlib
import http.client
import os
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from numpy.typing import NDArray
from platformdirs import user_cache_path

from shuzi.atomic import replacing
from shuzi.data import formats
from shuzi.data.dataset import Dataset, Splits
from shuzi.errors import DataError, DownloadError, ShuziError

MIRRORS = (
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://raw.githubusercontent.com/fgnt/mnist/master/",
)
Progress = Callable[[str, int, int | None], None]
"""Called with a file's name, the bytes so far, and the total or None."""

PACKAGED = Path(__file__).parent / "files"
VALIDATION = 5_000
"""The first 5,000 training images are for validation, the other 55,000 for training."""

_PATIENCE = 20.0  # seconds without a byte before giving up on a mirror
_PIECE = 2**16
# the label, and how the SHA-256 of the image's bytes starts; of the validation images, those that the classifier
# misread were inspected one by one, in isolation; accuracy is measured with all
_DOUBTFUL = frozenset({
    "1 3ab2c24ea729", "1 c98f5ce03f4f", "1 ef5703dc5118", "2 03b257d17d66", "2 288bdbe4fea6", "5 97f52bfcd1bf",
    "6 b708957347eb", "7 3f6b7de52297", "7 4151aa7fb2b7", "7 ddfa928d21e6", "8 4a4aae803668", "9 0f430c0e125b",
})  # fmt: skip


@dataclass(frozen=True)
class File:
    """One of the four files, uncompressed: its name, size in bytes and SHA-256."""

    name: str
    bytes: int
    sha256: str

    def names(self) -> tuple[str, ...]:
        """Return its possible names: compressed or plain, and with the dot that some mirrors use."""
        dotted = self.name.replace("-idx", ".idx")
        return (f"{self.name}.gz", self.name, f"{dotted}.gz", dotted)


TRAIN_IMAGES = File(
    "train-images-idx3-ubyte", 47_040_016, "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"
)
TRAIN_LABELS = File(
    "train-labels-idx1-ubyte", 60_008, "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"
)
TEST_IMAGES = File(
    "t10k-images-idx3-ubyte", 7_840_016, "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"
)
TEST_LABELS = File(
    "t10k-labels-idx1-ubyte", 10_008, "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"
)
FILES = (TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS)


@dataclass(frozen=True)
class Places:
    """The folders and mirrors to search if no folder is named; tests replace them."""

    packaged: Path = PACKAGED
    cache: Path = user_cache_path("shuzi") / "mnist"
    mirrors: Sequence[str] = MIRRORS


def no_progress(name: str, done: int, total: int | None) -> None:
    """Show nothing."""


def load_mnist(
    data_dir: str | Path | None = None, seed: int = 0, progress: Progress = no_progress, places: Places | None = None
) -> Splits:
    """Load MNIST: 55,000 images for training, 5,000 for validation, 10,000 for testing.

    Parameters
    ----------
    data_dir
        A folder with the four files, .gz or plain; nothing else is searched. None: the folder in SHUZI_DATA, or
        else the package, the user's cache and the mirrors in turn.
    seed
        Decides the order in which `next_batch` returns the images.
    progress
        Called during a download with the file's name, the bytes so far and the total (None if unknown).
    places
        Where to look instead of the usual places.

    Returns
    -------
    Splits with images uint8 (n, 28, 28), background 0 and ink 255, and labels uint8 (n,).

    Raises
    ------
    DataError
        A file is missing or damaged. If every place failed, a DownloadError that lists what was tried.

    Examples
    --------
    >>> mnist = load_mnist()
    >>> mnist.test.images.shape, mnist.test.labels[:5].tolist()
    ((10000, 28, 28), [7, 2, 1, 0, 4])
    """
    arrays = {file: read_file(file, data_dir, progress, places)[1] for file in FILES}
    images, labels = arrays[TRAIN_IMAGES], arrays[TRAIN_LABELS]
    return Splits(
        train=Dataset(images[VALIDATION:], labels[VALIDATION:], seed),
        validation=Dataset(images[:VALIDATION], labels[:VALIDATION], seed),
        test=Dataset(arrays[TEST_IMAGES], arrays[TEST_LABELS], seed),
    )


def clear_images(digits: Dataset) -> Dataset:
    """Leave out images with doubtful labels before calibration: reading them as people do would count as wrong."""
    clear = [
        f"{label} {hashlib.sha256(image.tobytes()).hexdigest()[:12]}" not in _DOUBTFUL
        for image, label in zip(digits.images, digits.labels, strict=True)
    ]
    return Dataset(digits.images[clear], digits.labels[clear], digits.seed)


def named_folder(data_dir: str | Path | None) -> Path | None:
    """Return the folder given by the argument, else by SHUZI_DATA, else None."""
    named = data_dir or os.environ.get("SHUZI_DATA")
    return Path(named) if named else None


def read_file(
    file: File, data_dir: str | Path | None = None, progress: Progress = no_progress, places: Places | None = None
) -> tuple[Path, NDArray[Any]]:
    """Find one of the four files, check its hash, and return its path and contents."""
    if folder := named_folder(data_dir):
        path = find(file, folder)
        return path, _checked(file, path)
    places = places or Places()
    tried: list[ShuziError] = []
    for folder in (places.packaged, places.cache):
        try:
            path = find(file, folder)
            return path, _checked(file, path)
        except DataError as problem:
            tried.append(problem)
    target = places.cache / f"{file.name}.gz"
    for mirror in places.mirrors:
        try:
            download(mirror, target, file.bytes, progress, check=lambda part: _checked(file, part))
            return target, _checked(file, target)
        except DownloadError as problem:
            tried.append(problem)
    raise DownloadError("error.mirrors.all", name=file.name, tried=tried)


def find(file: File, folder: Path) -> Path:
    """Return the path of one of the four files in a folder, under any of its names."""
    if not folder.is_dir():
        raise DataError("error.data.no_folder", folder=folder)
    for name in file.names():
        if (folder / name).is_file():
            return folder / name
    raise DataError("error.data.missing", folder=folder, names=", ".join(file.names()[:2]))


def download(mirror: str, target: Path, max_bytes: int, progress: Progress, check: Callable[[Path], Any]) -> None:
    """Download `target.name` from a mirror, a folder's address, to `target` once it has passed `check`."""
    address = mirror + target.name
    if not address.startswith(("http://", "https://")):
        raise DownloadError("error.mirror.address", address=address)
    try:
        with replacing(target) as part:
            with urllib.request.urlopen(address, timeout=_PATIENCE) as answer, part.open("wb") as out:  # noqa: S310
                _copy(answer, out, max_bytes, lambda done, total: progress(target.name, done, total))
            with part.open("rb") as fetched:
                start = fetched.read(512).lstrip().lower()
            if start.startswith(b"<"):
                raise DownloadError("error.mirror.page", address=address)
            check(part)
    except DownloadError:
        raise
    except DataError as problem:
        raise DownloadError("error.mirror.content", address=address, reason=problem) from problem
    except urllib.error.HTTPError as problem:
        problem.close()
        raise DownloadError("error.mirror.status", address=address, status=problem.code) from problem
    except (OSError, http.client.HTTPException) as problem:
        if isinstance(problem, OSError) and problem.filename:  # the cache failed, not the network
            raise DownloadError("error.data.unwritable", path=target, reason=problem.strerror) from problem
        reason = getattr(problem, "reason", None) or problem
        raise DownloadError("error.mirror.connection", address=address, reason=reason) from problem


def _copy(answer: Any, out: IO[bytes], max_bytes: int, progress: Callable[[int, int | None], None]) -> None:
    promised = answer.headers.get("Content-Length", "")
    total = int(promised) if promised.isdigit() else None
    done = 0
    while piece := answer.read(_PIECE):
        done += len(piece)
        if done > max_bytes:
            raise DownloadError("error.mirror.large", address=answer.url, max=max_bytes)
        out.write(piece)
        progress(done, total)
    if total is not None and done != total:
        raise DownloadError("error.mirror.cut", address=answer.url, done=done, total=total)


def _checked(file: File, path: Path) -> NDArray[Any]:
    array = formats.read_idx(path, max_bytes=file.bytes)
    sha256 = formats.sha256(array)
    if sha256 != file.sha256:
        raise DataError("error.data.hash", path=path, found=sha256, expected=file.sha256)
    return array

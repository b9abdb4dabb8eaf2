"""A folder of your own pictures, or a file of digits that you corrected, becomes a dataset like MNIST.

A picture's label stands in the folder's `labels.csv`. Without that table it is the name of the picture's folder
(`7/anything.png`), or else its own name up to the first underscore (`7_anything.png`). In a folder named after a
digit, a number at the start of a file name means nothing.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from filelock import FileLock
from numpy.typing import NDArray

from shuzi.data.dataset import MAX_EXAMPLES, Dataset, Splits
from shuzi.data.formats import NAMES, arrays_in, load_dataset, save_dataset
from shuzi.data.tables import TABLE, has_table, read_labels, unlabelled
from shuzi.errors import DataError, ShuziError, writing
from shuzi.ink.normalize import normalize
from shuzi.ink.paper import map_ink_and_contrast
from shuzi.pictures.folders import EXPLAINED
from shuzi.pictures.open import open_picture

MIN_TO_SPLIT = 10
"""The smallest number of pictures that is split."""

MAX_BYTES = 64_000_000  # maximum size of the arrays in bytes: several times that of 10,000 digits


@dataclass(frozen=True)
class Imported:
    """The result of an import: the dataset, the picture of each of its digits, and why others were skipped."""

    dataset: Dataset
    pictures: tuple[Path, ...]
    left_out: tuple[ShuziError, ...]


Cut = Callable[[Path, str], Sequence[NDArray[np.uint8]]]
"""Cuts the digits of a labelled number out of a picture, uint8 (28, 28) each, or raises a ShuziError."""


def import_pictures(folder: str | Path, cut: Cut | None = None) -> Imported:
    """Read a folder's labelled pictures, each of one digit, and skip unusable ones; `cut` cuts whole numbers up."""
    folder = Path(folder)
    if not folder.is_dir():
        raise DataError("error.data.no_folder", folder=folder)
    images, labels, pictures, left_out = [], [], [], []
    for path, label in _in_table(folder, cut) if has_table(folder) else _by_name(folder):
        try:
            if isinstance(label, ShuziError):
                raise label
            if cut is None or _is_digit(label):
                digits = [normalize(map_ink_and_contrast(open_picture(path))[0])]
            else:
                digits = [*cut(path, label)]
        except ShuziError as problem:
            has_path = "path" in problem.values
            left_out.append(problem if has_path else DataError("error.own.picture", path=path, reason=problem))
            continue
        images += digits
        labels += [int(character) for character in label if _is_digit(character)]
        pictures += [path] * len(digits)
    if not images:
        raise DataError("error.own.nothing", folder=folder, reasons=list(left_out[:10]))
    dataset = Dataset(np.stack(images), np.array(labels, np.uint8))
    return Imported(dataset, tuple(pictures), tuple(left_out))


def split(own: Dataset) -> Splits:
    """Split pictures, always alike, into eight, one and one tenth; fewer than ten are all of the three splits."""
    if len(own) < MIN_TO_SPLIT:
        return Splits(own, own, own, unsplit=True)
    shuffled = np.random.default_rng(0).permutation(len(own))
    tenth = len(own) // 10

    def part(chosen: np.ndarray[tuple[int], np.dtype[np.int64]]) -> Dataset:
        return Dataset(own.images[chosen], own.labels[chosen], own.seed)

    return Splits(part(shuffled[2 * tenth :]), part(shuffled[:tenth]), part(shuffled[tenth : 2 * tenth]))


def unsplit(own: Dataset) -> Splits:
    """Return all pictures for training, which is then cross-validated."""
    return Splits(own, own, own)


def _in_table(folder: Path, cut: Cut | None) -> Iterator[tuple[Path, str | ShuziError]]:
    table = folder / TABLE
    pictures = read_labels(folder)
    for picture in pictures:
        path, label = picture.path, picture.label
        values = {"path": path, "table": table, "line": picture.line, "label": label}
        is_taken = _is_digit(label) or (cut is not None and any(map(_is_digit, label)))
        yield path, label if is_taken else DataError("error.own.no_digit", **values)
    for path in unlabelled(folder, [picture.path for picture in pictures]):
        yield path, DataError("error.own.unlabelled", path=path, table=table)


def _by_name(folder: Path) -> Iterator[tuple[Path, str | ShuziError]]:
    for path in sorted(folder.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if path.is_file() and not hidden and not path.name.endswith(EXPLAINED):
            name, underscore, _ = path.stem.partition("_")
            named = (path.parent.name if path.parent != folder else "", name if underscore else "")
            yield path, next(filter(_is_digit, named), None) or DataError("error.own.label", path=path)


def _is_digit(label: str) -> bool:
    return len(label) == 1 and label in "0123456789"


def load_hand(path: str | Path) -> Dataset:
    """Read corrected digits, in the format that `shuzi train --data` takes."""
    file = Path(path)
    _check(file)
    if not file.exists():
        raise DataError("error.hand.missing", path=file)
    return load_dataset(file)


def hand_of(content: bytes, path: Path) -> Dataset:
    """Return the corrected digits in a file's bytes; `path` names it in errors, which are those of `load_hand`."""
    arrays = arrays_in(io.BytesIO(content), path, NAMES, MAX_BYTES)
    return Dataset(arrays["images"], arrays["labels"])


def add_to_hand(path: str | Path, images: NDArray[np.uint8], labels: NDArray[np.uint8]) -> int:
    """Add corrected digits to a file, where the new label of an image counts; return how many it holds now."""
    file = Path(path)
    _check(file)
    with _alone(file):
        if file.exists():
            old = load_dataset(file)
            # the latest label of the same ink counts
            new = {image.tobytes() for image in images}
            kept = np.array([image.tobytes() not in new for image in old.images], np.bool_)
            images = np.concatenate([old.images[kept], images])
            labels = np.concatenate([old.labels[kept], labels])
        if len(images) > MAX_EXAMPLES:
            raise DataError("error.hand.many", n=len(images), max=MAX_EXAMPLES)
        save_dataset(file, Dataset(images, labels))
    return len(images)


def forget(path: str | Path, indices: list[int]) -> int:
    """Remove corrected digits by their indices, from 0; return how many are left."""
    _check(Path(path))
    if not Path(path).exists():
        raise DataError("error.hand.missing", path=path)
    with _alone(Path(path)):
        old = load_hand(path)
        if wrong := [index for index in indices if not 0 <= index < len(old)]:
            raise DataError("error.hand.place", place=wrong[0] + 1, n=len(old))
        kept = np.setdiff1d(np.arange(len(old)), indices)
        if len(kept):
            save_dataset(path, Dataset(old.images[kept], old.labels[kept]))
        else:
            Path(path).unlink()
    return len(kept)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Lock a file for one process at a time, so that no correction is lost."""
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(path.with_name(f".{path.name}.lock"))
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def _check(path: Path) -> None:
    if path.suffix != ".npz":
        raise DataError("error.hand.ending", path=path)

"""A folder of your own pictures becomes a dataset like MNIST.

A picture's label is the name of its folder (`7/anything.png`), or else its own name up to the first underscore
(`7_anything.png`). In a folder named after a digit, a number at the start of a file name means nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from shuzi.data.dataset import Dataset, Splits
from shuzi.errors import DataError, ShuziError
from shuzi.ink.normalize import normalize
from shuzi.ink.paper import ink_map
from shuzi.pictures.folders import EXPLAINED
from shuzi.pictures.open import open_picture

LEAST_TO_SPLIT = 10
"""The smallest number of pictures that is split."""


@dataclass(frozen=True)
class Imported:
    """The result of an import: the dataset, its pictures in the same order, and why others were skipped."""

    dataset: Dataset
    pictures: tuple[Path, ...]
    left_out: tuple[ShuziError, ...]


def import_pictures(folder: str | Path) -> Imported:
    """Read every labelled picture in a folder, each showing one digit of any size and polarity.

    Unusable pictures are skipped, each with a reason; hidden files are ignored.

    Raises
    ------
    DataError
        The folder is missing, or nothing in it is usable.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise DataError("error.data.no_folder", folder=folder)
    images, labels, pictures, left_out = [], [], [], []
    for path in _files(folder):
        try:
            label = _label(path, folder)
            images.append(normalize(ink_map(open_picture(path))))
        except ShuziError as problem:
            left_out.append(_with_path(problem, path))
            continue
        labels.append(label)
        pictures.append(path)
    if not images:
        raise DataError("error.own.nothing", folder=folder, reasons=list(left_out[:10]))
    dataset = Dataset(np.stack(images), np.array(labels, np.uint8))
    return Imported(dataset, tuple(pictures), tuple(left_out))


def split(own: Dataset) -> Splits:
    """Split pictures, always in the same way: a tenth for validation, a tenth for testing, the rest for training.

    Fewer than ten are not split: all three splits are then the same pictures, and accuracy on them shows only that
    they were memorised.

    >>> digits = Dataset(np.zeros((25, 28, 28), np.uint8), np.zeros(25, np.uint8))
    >>> parts = split(digits)
    >>> len(parts.train), len(parts.validation), len(parts.test)
    (21, 2, 2)
    """
    if len(own) < LEAST_TO_SPLIT:
        return Splits(own, own, own, unsplit=True)
    shuffled = np.random.default_rng(0).permutation(len(own))
    tenth = len(own) // 10

    def part(chosen: np.ndarray[tuple[int], np.dtype[np.int64]]) -> Dataset:
        return Dataset(own.images[chosen], own.labels[chosen], own.seed)

    return Splits(part(shuffled[2 * tenth :]), part(shuffled[:tenth]), part(shuffled[tenth : 2 * tenth]))


def unsplit(own: Dataset) -> Splits:
    """Return all pictures for training, which is then cross-validated."""
    return Splits(own, own, own)


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if path.is_file() and not hidden and not path.name.endswith(EXPLAINED):
            yield path


def _label(path: Path, folder: Path) -> int:
    name, underscore, _ = path.stem.partition("_")
    for candidate in (path.parent.name if path.parent != folder else "", name if underscore else ""):
        if len(candidate) == 1 and candidate in "0123456789":
            return int(candidate)
    raise DataError("error.own.label", path=path)


def _with_path(problem: ShuziError, path: Path) -> ShuziError:
    if "path" in problem.values:
        return problem
    return DataError("error.own.picture", path=path, reason=problem)

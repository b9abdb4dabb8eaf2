"""Read the pictures of a folder with their labels."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from shuzi.data.tables import Labelled, has_table, read_labels
from shuzi.errors import DataError, ShuziError
from shuzi.models.tasks import DIGITS, MARKS
from shuzi.pictures.folders import single_pictures


def labelled_pictures(folder: str | Path) -> list[Labelled]:
    """Return the labelled pictures of a folder.

    Parameters
    ----------
    folder
        It holds `labels.csv` with the columns `file` and `label`; an empty label says that there is no number.
        Without that file, a picture's label is its name up to the first underscore: ``10234_anna.png``.

    Raises
    ------
    DataError
        It is not a folder, no picture in it has a label, or the table has a mistake.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise DataError("error.data.no_folder", folder=folder)
    pictures = read_labels(folder, DIGITS + MARKS) if has_table(folder) else [*_named(folder)]
    if not any(picture.label for picture in pictures):
        raise DataError("error.compare.nothing", folder=folder)
    return pictures


def _named(folder: Path) -> Iterator[Labelled]:
    for picture in single_pictures(folder):
        if isinstance(picture, ShuziError):
            raise picture
        if isinstance(picture, Path):
            label, underscore, _ = picture.stem.partition("_")
            if underscore and label and set(label) <= set(DIGITS):
                yield Labelled(picture, label)

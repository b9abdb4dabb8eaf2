"""A folder of pictures becomes pictures with the text that is written on each."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from shuzi.errors import DataError, PictureError, ShuziError
from shuzi.models.tasks import DIGITS, MARKS
from shuzi.pictures.folders import pictures_in, single_pictures

LABELS = "labels.csv"
"""The file in the folder that names pictures and their labels."""


@dataclass(frozen=True)
class Labelled:
    """A picture and what is written on it: digits and marks, or "" where there is no number."""

    path: Path
    label: str


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
        It is no folder, no picture in it has a label, a file is missing or named twice, or a label has other
        characters than digits and marks.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise DataError("error.data.no_folder", folder=folder)
    listed = folder / LABELS
    pictures = list(_listed(listed) if listed.exists() else _named(folder))
    if not any(picture.label for picture in pictures):
        raise DataError("error.compare.nothing", folder=folder)
    return pictures


def unlabelled(folder: Path, pictures: Sequence[Labelled], montage: Path | None = None) -> list[str]:
    """Return the pictures in a folder that have no label, by their names in it.

    Parameters
    ----------
    folder
        What `labelled_pictures` was given.
    pictures
        What it returned.
    montage
        A picture that is to be written, and may be there already.
    """
    labelled = {picture.path.resolve() for picture in pictures} | ({montage.resolve()} if montage else set())
    try:
        inside = pictures_in(folder)
    except PictureError:  # there are none: the table names pictures elsewhere
        return []
    return [str(path.relative_to(folder)) for path in inside if path.resolve() not in labelled]


def _named(folder: Path) -> Iterator[Labelled]:
    for picture in single_pictures(folder):
        if isinstance(picture, ShuziError):
            raise picture
        if isinstance(picture, Path):
            label, underscore, _ = picture.stem.partition("_")
            if underscore and label and set(label) <= set(DIGITS):
                yield Labelled(picture, label)


def _listed(path: Path) -> Iterator[Labelled]:
    try:
        table = csv.DictReader(path.read_text("utf-8-sig").splitlines())
        rows = [(table.line_num, row) for row in table]
    except (OSError, UnicodeDecodeError, csv.Error) as problem:
        raise DataError("error.data.unreadable", path=path, reason=problem) from problem
    first: dict[Path, int] = {}
    for line, row in rows:
        file, label = row.get("file"), row.get("label")
        if row.get(None):
            raise DataError("error.compare.quotes", path=path, line=line)
        if not file or label is None:
            raise DataError("error.compare.columns", path=path, line=line)
        picture, text = path.parent / file, label.strip()
        if not picture.is_file():
            raise DataError("error.compare.missing", path=path, line=line, file=file)
        if not set(text) <= set(DIGITS + MARKS):
            raise DataError("error.compare.label", path=path, line=line, label=text)
        if picture in first:
            raise DataError("error.compare.twice", path=path, line=line, file=file, first=first[picture])
        first[picture] = line
        yield Labelled(picture, text)

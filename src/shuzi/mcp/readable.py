"""Resolve paths that an assistant names to files in the readable folders."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from shuzi.errors import DataError, PictureError, ShuziError
from shuzi.pictures.decode import Page
from shuzi.pictures.folders import pictures_in, single_pictures
from shuzi.pictures.open import Picture, page_named

MOST_PICTURES = 200
"""The maximum number of pictures or pages in one answer."""


@dataclass(frozen=True)
class Readable:
    """The folders that may be read, with links resolved; a relative path is in the first.

    Raises
    ------
    DataError
        A path is not a folder.

    Examples
    --------
    >>> Readable.of(["."]).path("../note.txt")
    Traceback (most recent call last):
        ...
    shuzi.errors.DataError: ...
    """

    folders: tuple[Path, ...]

    @staticmethod
    def of(folders: Sequence[str | Path]) -> Readable:
        """Allow reading everything in these folders."""
        for folder in folders:
            if not str(folder) or not Path(folder).is_dir():
                raise DataError("error.mcp.folder", path=folder)
        return Readable(tuple(Path(folder).resolve() for folder in folders))

    def path(self, name: str | Path) -> Path:
        """Return the path that a name refers to, with links resolved.

        Raises
        ------
        DataError
            It is outside the folders, or not a valid path.
        """
        try:
            path = (self.folders[0] / Path(name).expanduser()).resolve()
        except (OSError, RuntimeError, ValueError) as problem:
            raise DataError("error.data.unreadable", path=name, reason=problem) from problem
        if not any(path.is_relative_to(folder) for folder in self.folders):
            raise DataError("error.mcp.outside", path=name, folders=", ".join(map(str, self.folders)))
        return path

    def pictures(self, names: Sequence[str]) -> list[tuple[str, Picture | ShuziError]]:
        """Return the pictures that names of files, pages and folders refer to, each with its name.

        An error takes the place of any that may not or cannot be read.

        Raises
        ------
        PictureError
            There are more than `MOST_PICTURES`.
        """
        found: list[tuple[str, Picture | ShuziError]] = []
        for name in names:
            for picture in self._expand(name):
                found.append((_name(picture, name), picture))
                if len(found) > MOST_PICTURES:
                    raise PictureError("error.mcp.pictures", most=MOST_PICTURES)
        return found

    def _expand(self, name: str) -> Iterator[Picture | ShuziError]:
        try:
            page = page_named(str(self.folders[0] / name))
            if page is not None and isinstance(page.document, Path):
                yield Page(self.path(page.document), page.number)
                return
            path = self.path(name)
            for file in pictures_in(path) if path.is_dir() else [path]:
                yield from self._open(file)
        except ShuziError as problem:
            yield problem

    def _open(self, file: Path) -> Iterator[Picture | ShuziError]:
        """Yield a file's pictures, or an error if it is a link that leads out of the readable folders."""
        try:
            yield from single_pictures(self.path(file))
        except ShuziError as problem:
            yield problem


def _name(picture: Picture | ShuziError, name: str) -> str:
    if isinstance(picture, ShuziError):
        return str(picture.values.get("path", name))
    return str(picture)

"""A folder becomes the pictures in it, and a PDF or TIFF its pages.

`Arrivals` finds files that a scanner or a phone puts into a folder, once they are completely written.
"""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from PIL import Image

from shuzi.errors import PictureError, ShuziError
from shuzi.pictures.decode import HEAD, JPEG, PDF, PNG, TIFF, Page, kind_of, name_of
from shuzi.pictures.decoder import count_pages
from shuzi.pictures.open import ArrayLike, BinaryFile, Picture, Source, accept, is_one_picture

ENDINGS = (
    *(".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".webp", ".gif", ".bmp", ".dib", ".tif", ".tiff"),
    *(".heic", ".heif", ".hif", ".pdf"),
)
"""The extensions of files that are read from a folder."""


_WITH_PAGES = (PDF, TIFF)

EXPLAINED = ".explained.png"
"""The suffix of explanation images, which are not read."""


def single_pictures(named: Source) -> Iterator[Picture | ShuziError]:
    """Expand a folder, a pattern of names, a PDF or a TIFF into single pictures, or an error in their place.

    A folder yields the pictures in it and in its subfolders, recognised by file extension, in natural order; hidden
    ones are skipped. A pattern such as ``"scans/*.png"`` that is not itself a name yields what it matches. Other
    inputs stay as they are.
    """
    try:
        named = accept(named)
        if isinstance(named, str) and (matches := _matches(named)):
            for path in matches:
                yield from single_pictures(path)
        elif isinstance(named, str | Path) and os.path.isdir(named):  # noqa: PTH112 - a name too long is no folder
            for path in pictures_in(Path(named)):
                if path.exists() and not path.is_file():  # opening a pipe blocks until a program writes to it
                    reason = ShuziError("file.special")
                    yield PictureError("error.data.unreadable", path=path, reason=reason)
                else:
                    yield from single_pictures(path)
        elif (document := _document(named)) is None or not (pages := _pages(document)):
            yield named
        else:
            yield from pages
    except ShuziError as problem:
        if "path" in problem.values or not isinstance(named, str | Path | bytes):
            yield problem
        else:
            yield PictureError("error.own.picture", path=name_of(named), reason=problem)


def as_many(named: Iterable[Source] | Source) -> Iterable[Source]:
    """Return several pictures as they are, and a single one as a list of one.

    A name is a sequence of characters too, and the last one of "scans/" is the root folder; a file is a sequence of
    lines, an array of rows.
    """
    single = str | Path | bytes | bytearray | memoryview | Page | Image.Image | BinaryFile
    if isinstance(named, single) or (isinstance(named, ArrayLike) and is_one_picture(named)):
        return [named]
    return named if isinstance(named, Iterable) else [named]


def in_counting_order(path: Path) -> list[list[str | int]]:
    """Return a sort key for natural order, in which 9.png comes before 10.png."""
    return [
        [int(piece) if index % 2 else piece for index, piece in enumerate(re.split(r"([0-9]+)", part.casefold()))]
        for part in path.parts
    ]


def _matches(pattern: str) -> list[Path]:
    """Return the files that a pattern matches, none if it has no wildcard or is the name of a file."""
    if not set("*?") & set(pattern) or os.path.lexists(pattern):
        return []
    paths = {Path(path) for path in glob.glob(pattern, recursive=True)}  # noqa: PTH207
    files = [path for path in paths if not path.is_dir() and not path.name.endswith(EXPLAINED)]
    return sorted(files, key=in_counting_order)


def pictures_in(folder: Path, skip: Callable[[PictureError], None] | None = None) -> list[Path]:
    """Return the files named like pictures in a folder and below, in natural order; `skip` gets folders' errors."""

    def unreadable(problem: OSError) -> None:
        error = PictureError("error.data.unreadable", path=problem.filename, reason=problem.strerror)
        if skip is None:
            raise error from problem
        skip(error)

    paths = []
    # os.walk does not follow links to folders, which may lead back
    for inside, folders, files in os.walk(folder, onerror=unreadable):
        folders[:] = [name for name in folders if not name.startswith(".")]
        paths += [
            Path(inside, name)
            for name in files
            if not name.startswith(".") and Path(name).suffix.lower() in ENDINGS and not name.endswith(EXPLAINED)
        ]
    if not paths:
        raise PictureError("error.picture.none", path=folder)
    return sorted(paths, key=in_counting_order)


def _pages(document: tuple[Path | bytes, str]) -> list[Page]:
    """Return the pages of a PDF, or of a TIFF that has several; none of one that is a single picture."""
    file, kind = document
    pages = count_pages(file)
    return [] if kind == TIFF and pages == 1 else [Page(file, number) for number in range(1, pages + 1)]


def _document(named: Picture) -> tuple[Path | bytes, str] | None:
    """Return the PDF or TIFF that a name refers to and its kind, if any."""
    if isinstance(named, bytes):
        return (named, kind) if (kind := kind_of(named)) in _WITH_PAGES else None
    if not isinstance(named, str | Path):
        return None
    try:
        if not Path(named).is_file():  # a pipe can be read only once
            return None
        with Path(named).open("rb") as file:
            kind = kind_of(file.read(HEAD))
        return (Path(named), kind) if kind in _WITH_PAGES else None
    except (OSError, ValueError):
        return None  # opening it as a picture explains why


_QUIET, _PATIENT = 1.5, 10.0
"""Seconds that a file must stay unchanged: if it ends as its format requires, and if not, as it may be broken or
incomplete."""

_ENDS = {PDF: b"%%EOF", JPEG: b"\xff\xd9", PNG: b"IEND"}
_TAIL = 1_024  # bytes at the end of a file that show whether it is complete

State = tuple[int, int]
"""The size of a file in bytes, and when it was written, in nanoseconds."""


class Arrivals:
    """Checks a folder and its subfolders repeatedly for files with names of pictures."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._taken: dict[Path, State] = {}
        self._seen: dict[Path, tuple[State, float]] = {}
        self._unreadable: dict[str, PictureError] = {}

    @property
    def waiting(self) -> list[Path]:
        """The files that were seen and not returned yet."""
        return [*self._seen]

    @property
    def unreadable(self) -> list[PictureError]:
        """The errors of folders that could not be read, each once; the others are still checked."""
        return [*self._unreadable.values()]

    def look(self, now: float) -> list[Path]:
        """Return the files that are complete and new, or have changed, in natural order; `now` is in seconds."""
        try:
            paths = pictures_in(self._folder, self._note)
        except PictureError:
            paths = []
        before, self._seen = self._seen, {}
        ready = []
        for path in paths:
            state = state_of(path)
            if state is None or self._taken.get(path) == state:
                continue
            last, since = before.get(path, (state, now))
            since = since if last == state else now
            if now - since >= (_QUIET if _is_whole(path) else _PATIENT):
                self._taken[path] = state
                ready.append(path)
            else:
                self._seen[path] = state, since
        return ready

    def _note(self, error: PictureError) -> None:
        self._unreadable.setdefault(str(error.values["path"]), error)


def state_of(path: Path) -> State | None:
    """Return the state of a file, which changes when it is written; None if it does not exist."""
    try:
        about = path.stat()
    except OSError:
        return None
    return about.st_size, about.st_mtime_ns


def _is_whole(path: Path) -> bool:
    """Tell whether a file ends as its format requires; other formats cannot be checked."""
    try:
        if not path.is_file():  # opening a pipe blocks until a program writes to it
            return False
        with path.open("rb") as file:
            end = _ENDS.get(kind_of(file.read(HEAD)) or "")
            file.seek(max(0, path.stat().st_size - _TAIL))
            return end is not None and end in file.read()
    except OSError:
        return False

"""A path or an address becomes a location, whatever stores it, and an input the list of its files there."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tarfile import TarError

from fsspec.utils import glob_translate
from pyarrow import fs

from shuzi.atomic import remove_leftovers, replacing
from shuzi.errors import DataError
from shuzi.pictures.folders import ENDINGS, EXPLAINED

_WHOLE = ("s3", "gcs", "abfs")  # object stores: an object appears once it is fully written, never in part


@dataclass(frozen=True)
class Location:
    """A file or a folder in some file system."""

    filesystem: fs.FileSystem  # the file system; it can be sent to other machines, which need their own access to it
    path: str  # its path there
    shown: str  # its name for people: the path as given, or the address without options and secrets

    @classmethod
    def of(cls, text: str) -> Location:
        """Return the location that a path, or an address such as ``s3://bucket/folder``, names; it need not exist.

        >>> Location.of("photos/").shown, Location.of("photos").is_local
        ('photos', True)
        """
        if "://" not in text:
            path = Path(text)
            return cls(fs.LocalFileSystem(), path.absolute().as_posix(), path.as_posix())
        try:
            filesystem, path_there = fs.FileSystem.from_uri(text)
        except (ValueError, OSError) as problem:  # Arrow's own errors are ValueErrors
            raise DataError("error.scale.address", path=_without_secrets(text), reason=_reason(problem)) from problem
        path_there = path_there.rstrip("/")
        shown = path_there if _is_local(filesystem) else f"{text.partition('://')[0]}://{path_there}"
        return cls(filesystem, path_there, shown)

    @property
    def is_local(self) -> bool:
        """Whether it is in the local file system, which may be the same on all machines."""
        return _is_local(self.filesystem)

    @property
    def identity(self) -> str:
        """Its name, which is the same wherever the command is run."""
        return f"{self.filesystem.type_name}:{self.path}"

    def child(self, name: str) -> Location:
        """Return the location of a name in this folder."""
        return replace(self, path=f"{self.path}/{name}", shown=f"{self.shown}/{name}")

    def parent(self) -> Location:
        """Return the folder that this is in."""
        return replace(self, path=self.path.rpartition("/")[0] or "/", shown=self.shown.rpartition("/")[0] or ".")

    def kind(self) -> fs.FileType:
        """Tell whether there is a file, a folder or nothing; raises DataError if that cannot be told."""
        with self.reading():
            return self.filesystem.get_file_info(self.path).type

    def names(self) -> list[str]:
        """Return the names of the files in this folder, and not of those in its subfolders; none if it is missing."""
        with self.reading():
            there = self.filesystem.get_file_info(fs.FileSelector(self.path, allow_not_found=True))
        return [info.base_name for info in there if info.type == fs.FileType.File]

    def walk(self) -> Iterator[tuple[str, int]]:
        """Yield the path below this folder, and the size, of each file that is not hidden, in no particular order."""
        if self.is_local:
            yield from self._walk_here()
            return
        with self.reading():
            there = self.filesystem.get_file_info(fs.FileSelector(self.path, recursive=True))
        for info in there:
            name = info.path.removeprefix(self.path).lstrip("/")
            if info.type == fs.FileType.File and not any(part.startswith(".") for part in name.split("/")):
                yield name, info.size

    def _walk_here(self) -> Iterator[tuple[str, int]]:
        def unreadable(problem: OSError) -> None:
            raise DataError("error.data.unreadable", path=problem.filename, reason=problem.strerror) from problem

        # os.walk does not follow links to folders, which may lead back
        for folder, folders, files in os.walk(self.path, onerror=unreadable):
            folders[:] = [name for name in folders if not name.startswith(".")]
            below = os.path.relpath(folder, self.path)
            for name in files:
                if not name.startswith("."):
                    path = os.path.join(folder, name)  # noqa: PTH118 - of many files
                    size = os.lstat(path).st_size
                    yield (name if below == "." else f"{Path(below).as_posix()}/{name}"), size

    def read(self, start: int = 0, length: int | None = None) -> bytes:
        """Return the content of this file, or a part of it; raises DataError."""
        with self.reading(), self.filesystem.open_input_file(self.path) as file:
            if start:
                file.seek(start)
            return bytes(file.read(length))

    def remove_leftovers(self) -> None:
        """Remove partial files of processes of this machine that were killed while writing into this folder."""
        if self.is_local:
            remove_leftovers(Path(self.path))

    def put(self, content: bytes) -> None:
        """Write this file in one step: it appears complete or not at all."""
        try:
            if self.is_local:
                with replacing(Path(self.path)) as part:
                    part.write_bytes(content)
            elif self.filesystem.type_name in _WHOLE:
                self._write(self.path, content)
            else:
                self.filesystem.create_dir(self.parent().path, recursive=True)
                part_of_it = f"{self.parent().path}/.{os.urandom(4).hex()}.part"
                self._write(part_of_it, content)
                self.filesystem.move(part_of_it, self.path)
        except OSError as problem:
            raise DataError("error.data.unwritable", path=self.shown, reason=_reason(problem)) from problem

    def _write(self, path: str, content: bytes) -> None:
        with self.filesystem.open_output_stream(path) as file:
            file.write(content)

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Turn errors of the block, of Arrow or tarfile, into a DataError about this location."""
        try:
            yield
        except (OSError, ValueError, EOFError, TarError) as problem:
            raise DataError("error.data.unreadable", path=self.shown, reason=_reason(problem)) from problem


def _is_local(filesystem: fs.FileSystem) -> bool:
    return isinstance(filesystem, fs.LocalFileSystem)


def _reason(problem: Exception) -> str:
    """Return the system's reason, or the first line of Arrow's."""
    if isinstance(problem, OSError) and problem.errno and problem.strerror and not problem.strerror.count(" Detail:"):
        return problem.strerror
    if isinstance(problem, OSError) and problem.errno:
        return os.strerror(problem.errno)
    return str(problem).partition("\n")[0].partition(". Detail:")[0] or type(problem).__name__


def _without_secrets(address: str) -> str:
    """Remove keys and options from an address.

    >>> _without_secrets("s3://me:secret@bucket/folder?endpoint_override=here")
    's3://bucket/folder'
    """
    return re.sub(r"://[^/@]*@", "://", address).partition("?")[0]


PICTURES, PARQUET, WEBDATASET = "pictures", "parquet", "webdataset"
KINDS = {PICTURES: ENDINGS, PARQUET: (".parquet", ".pq"), WEBDATASET: (".tar", ".tar.gz", ".tgz")}
"""The endings of the files of each kind of input."""

_WILD = re.compile(r"[*?\[]")


@dataclass(frozen=True)
class Input:
    """The files to read."""

    kind: str  # PICTURES, PARQUET or WEBDATASET
    folder: Location  # the folder that they are in
    # the path of each file below the folder, and its size in bytes, in order of the paths
    files: list[tuple[str, int]]


def find(text: str, apart: Location | None = None) -> Input:
    """Find the files that an input names.

    `text`: a folder, which is searched with its subfolders; a file; or a glob with ``*``, ``?``, ``[...]`` and
    ``**``. Each a path or an address such as ``s3://bucket/folder``. `apart`: a folder that is not searched.
    """
    location = Location.of(text)
    kind = location.kind()
    if kind == fs.FileType.NotFound and _WILD.search(location.path):
        location, pattern = _split(location)
        try:
            matches = re.compile(glob_translate(pattern)).match
        except ValueError as problem:  # ** beside other characters
            raise DataError("error.scale.missing", path=Location.of(text).shown) from problem
        found = [(name, size) for name, size in location.walk() if matches(name)]
    elif kind == fs.FileType.NotFound:
        raise DataError("error.scale.missing", path=location.shown)
    elif kind == fs.FileType.Directory:
        found = list(location.walk())
    else:
        name = location.path.rpartition("/")[2]
        found, location = [(name, location.filesystem.get_file_info(location.path).size)], location.parent()
    if apart is not None and apart.identity.startswith(f"{location.identity}/"):
        inside = apart.path.removeprefix(f"{location.path}/") + "/"
        found = [file for file in found if not file[0].startswith(inside)]
    found = [file for file in found if not file[0].endswith(EXPLAINED)]
    kinds = {kind: [file for file in found if file[0].lower().endswith(ends)] for kind, ends in KINDS.items()}
    used = [kind for kind, files in kinds.items() if files]
    if len(used) != 1:
        raise DataError("error.scale.mixed" if used else "error.scale.nothing", path=Location.of(text).shown)
    return Input(used[0], location, sorted(kinds[used[0]]))


def _split(location: Location) -> tuple[Location, str]:
    """Return the folder before the first wildcard, and the rest."""
    parts = location.path.split("/")
    count = next(number for number, part in enumerate(parts) if _WILD.search(part))
    for _ in parts[count:]:
        location = location.parent()
    if location.kind() != fs.FileType.Directory:
        raise DataError("error.scale.missing", path=location.shown)
    return location, "/".join(parts[count:])

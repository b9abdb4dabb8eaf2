"""Input names become a list of files of one kind: pictures, Parquet, or WebDataset archives."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pyarrow import fs

from shuzi.errors import DataError
from shuzi.pictures.folders import ENDINGS, EXPLAINED
from shuzi.scale.reading.location import Location

PICTURES, PARQUET, WEBDATASET = "pictures", "parquet", "webdataset"
KINDS = {PICTURES: ENDINGS, PARQUET: (".parquet", ".pq"), WEBDATASET: (".tar", ".tar.gz", ".tgz")}
"""The endings of the files of each kind of input."""

_WILD = re.compile(r"[*?\[]")


@dataclass(frozen=True)
class Input:
    """The files to read.

    Parameters
    ----------
    kind
        PICTURES, PARQUET or WEBDATASET.
    folder
        The folder that they are in.
    files
        The path of each file below the folder, and its size in bytes, in order of the paths.
    """

    kind: str
    folder: Location
    files: list[tuple[str, int]]


def find(text: str, apart: Location | None = None) -> Input:
    """Find the files that an input names.

    Parameters
    ----------
    text
        A folder, which is searched with its subfolders; a file; or a glob with ``*``, ``?``, ``[...]`` and ``**``.
        Each a path or an address such as ``s3://bucket/folder``.
    apart
        A folder that is not searched.

    Raises
    ------
    DataError
        Nothing is there, or files of several kinds.
    """
    location = Location.of(text)
    kind = location.kind()
    if kind == fs.FileType.NotFound and _WILD.search(location.path):
        location, pattern = _split(location)
        matches = re.compile(translate(pattern)).fullmatch
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
    kinds = {kind: [file for file in found if _is(kind, file[0])] for kind in KINDS}
    used = [kind for kind, files in kinds.items() if files]
    if len(used) != 1:
        raise DataError("error.scale.mixed" if used else "error.scale.nothing", path=Location.of(text).shown)
    return Input(used[0], location, sorted(kinds[used[0]]))


def translate(pattern: str) -> str:
    """Turn a glob into a regular expression for paths: ``*`` stays within a folder, ``**`` does not.

    >>> import re
    >>> bool(re.fullmatch(translate("*.png"), "a.png")), bool(re.fullmatch(translate("*.png"), "b/a.png"))
    (True, False)
    >>> bool(re.fullmatch(translate("**/[ab].png"), "c/d/a.png")), bool(re.fullmatch(translate("**/?.png"), "a.png"))
    (True, True)
    """
    pieces = re.findall(r"\*\*/|\*\*|\*|\?|\[[^\]]+\]|[^*?\[]+|\[", pattern)
    known = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return "".join(
        known.get(piece) or (_set(piece) if piece.startswith("[") and len(piece) > 1 else re.escape(piece))
        for piece in pieces
    )


def _set(piece: str) -> str:
    inside = piece[1:-1].replace("\\", "\\\\").replace("^", "\\^")
    return f"[^/{inside[1:]}]" if inside.startswith("!") else f"[{inside}]"


def _split(location: Location) -> tuple[Location, str]:
    """Return the folder before the first wildcard, and the rest."""
    parts = location.path.split("/")
    count = next(number for number, part in enumerate(parts) if _WILD.search(part))
    for _ in parts[count:]:
        location = location.parent()
    if location.kind() != fs.FileType.Directory:
        raise DataError("error.scale.missing", path=location.shown)
    return location, "/".join(parts[count:])


def _is(kind: str, name: str) -> bool:
    return name.lower().endswith(KINDS[kind]) and not name.endswith(EXPLAINED)

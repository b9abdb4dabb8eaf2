"""Files that a scanner or a phone puts into a folder become known once nobody writes to them any more."""

from __future__ import annotations

from pathlib import Path

from shuzi.errors import PictureError
from shuzi.pictures.folders import pictures_in
from shuzi.pictures.plain import HEAD, JPEG, PDF, PNG, kind_of

_QUIET, _PATIENT = 1.5, 10.0
"""Seconds that a file must have stayed as it is: one that ends as its format does, and any other, which may be broken
or have a part missing."""

_ENDS = {PDF: b"%%EOF", JPEG: b"\xff\xd9", PNG: b"IEND"}
_TAIL = 1_024  # bytes at the end of a file in which that stands

State = tuple[int, int]
"""The size of a file in bytes, and when it was written, in nanoseconds."""


class Arrivals:
    """Looks at a folder again and again for files with names of pictures, also in its subfolders.

    Parameters
    ----------
    folder
        The folder. While it cannot be read, as on a network that is gone, there is nothing new in it.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     arrivals = Arrivals(Path(folder))
    ...     _ = Path(folder, "1.pdf").write_bytes(b"%PDF-1.7 half")
    ...     print([path.name for path in arrivals.look(0.0)], [path.name for path in arrivals.waiting])
    ...     _ = Path(folder, "1.pdf").write_bytes(b"%PDF-1.7 whole %%EOF")
    ...     print([[path.name for path in arrivals.look(now)] for now in (5.0, 7.0, 9.0)])
    [] ['1.pdf']
    [[], ['1.pdf'], []]
    """

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
        """Why folders could not be read, each once; the others are looked at all the same."""
        return [*self._unreadable.values()]

    def look(self, now: float) -> list[Path]:
        """Return the files that are complete and new, or have changed since they were returned, in natural order.

        Parameters
        ----------
        now
            Seconds on any clock that only goes forward.
        """
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
    """Return what changes when a file is written; None if it is not there."""
    try:
        about = path.stat()
    except OSError:
        return None
    return about.st_size, about.st_mtime_ns


def _is_whole(path: Path) -> bool:
    """Tell whether a file ends as its format does; of other formats nobody can tell."""
    try:
        if not path.is_file():  # opening a pipe blocks until somebody writes to it
            return False
        with path.open("rb") as file:
            end = _ENDS.get(kind_of(file.read(HEAD)) or "")
            file.seek(max(0, path.stat().st_size - _TAIL))
            return end is not None and end in file.read()
    except OSError:
        return False

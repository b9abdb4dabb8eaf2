"""Find files that a scanner or a phone puts into a folder, once they are completely written."""

from __future__ import annotations

from pathlib import Path

from shuzi.errors import PictureError
from shuzi.pictures.folders import pictures_in
from shuzi.pictures.plain import HEAD, JPEG, PDF, PNG, kind_of

_QUIET, _PATIENT = 1.5, 10.0
"""Seconds that a file must stay unchanged: if it ends as its format requires, and if not, as it may be broken or
incomplete."""

_ENDS = {PDF: b"%%EOF", JPEG: b"\xff\xd9", PNG: b"IEND"}
_TAIL = 1_024  # bytes at the end of a file that show whether it is complete

State = tuple[int, int]
"""The size of a file in bytes, and when it was written, in nanoseconds."""


class Arrivals:
    """Checks a folder and its subfolders repeatedly for files with names of pictures.

    Parameters
    ----------
    folder
        The folder. While it cannot be read, as after a network failure, it has nothing new.

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
        """The errors of folders that could not be read, each once; the others are still checked."""
        return [*self._unreadable.values()]

    def look(self, now: float) -> list[Path]:
        """Return the files that are complete and new, or have changed since they were returned, in natural order.

        Parameters
        ----------
        now
            Seconds on any monotonic clock.
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

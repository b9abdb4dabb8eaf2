"""Read files written by people whole, unless they are implausibly large."""

from __future__ import annotations

from pathlib import Path

from shuzi.errors import DataError
from shuzi.named import open_named


def read_bounded(path: Path, most: int, too_large: str) -> bytes:
    r"""Return the bytes of a file.

    Parameters
    ----------
    path
        The file.
    most
        Its maximum size in bytes.
    too_large
        The key of the error if it has more.

    Raises
    ------
    DataError
        It cannot be read, or has more bytes.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "class.csv"
    >>> _ = path.write_bytes(b"number\n007\n")
    >>> read_bounded(path, 1_000, "error.roster.large")
    b'number\n007\n'
    """
    try:
        with open_named(path) as file:
            content = file.read(most + 1)
    except OSError as problem:
        raise DataError("error.data.unreadable", path=path, reason=problem.strerror or problem) from problem
    check_size(content, path, most, too_large)
    return content


def check_size(content: bytes, path: Path, most: int, too_large: str) -> None:
    """Raise a DataError if content, which errors call `path`, has more than `most` bytes."""
    if len(content) > most:
        raise DataError(too_large, path=path, most=most)

"""The name of a ready spec becomes the spec that comes with shuzi, in the current language."""

from __future__ import annotations

from pathlib import Path

from shuzi.atomic import replacing
from shuzi.errors import DataError, writing
from shuzi.messages import language

FOLDER = Path(__file__).parents[1] / "ready"
"""Holds each ready spec, and the PDF made from it, in both languages."""

READY = ("scores", "meters", "questionnaire")
"""Exam scores of a class, meter readings of a house, a questionnaire with numbers."""


def ready_spec(name: str) -> Path | None:
    """Return the path of a ready spec; None if there is none of that name.

    >>> ready_spec("scores").suffix, ready_spec("scores.toml")
    ('.toml', None)
    """
    return FOLDER / f"{name}.{language()}.toml" if name in READY else None


def spec_path(given: str | Path) -> Path:
    """Return the path of the spec that a person names: a file, or else a ready one.

    Raises
    ------
    DataError
        It is neither.
    """
    path = Path(given)
    if path.exists():
        return path
    if ready := ready_spec(str(given)):
        return ready
    raise DataError("error.spec.nowhere", path=path, names=", ".join(READY))


def check_free(ready: Path, target: Path) -> None:
    """Raise a DataError if another file is where a ready spec is to be copied."""
    try:
        if target.exists() and target.read_bytes() != ready.read_bytes():
            raise DataError("error.form.spec_taken", path=target)
    except OSError as problem:
        raise DataError("error.data.unreadable", path=target, reason=problem.strerror or problem) from problem


def save_spec(ready: Path, target: Path) -> None:
    """Copy a ready-made spec, unless the file exists.

    Raises
    ------
    DataError
        Another file of that name is there, or it cannot be written.
    """
    check_free(ready, target)
    content = ready.read_bytes()
    with writing(target), replacing(target) as part:
        part.write_bytes(content)

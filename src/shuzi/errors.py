"""An error is a message key with values; it becomes a sentence where it is shown.

ShuziError                 everything that shuzi reports to people
├── DataError              data are missing, damaged or invalid
│   ├── IdxError           a file is not a valid IDX file
│   └── DownloadError      one mirror, or every place, could not provide an MNIST file
├── PictureError           something is not a picture, or not a usable one
├── RecipeError            a recipe is unknown, or has an invalid value
├── RunError               a run folder is missing, not empty, damaged or already finished
├── TrainingError          the training itself failed
├── ModelError             a model is missing, damaged or of an unknown kind
├── ClusterError           a cluster of machines cannot be used
├── ServiceError           the HTTP service cannot do what a request asks, or not now
└── MissingExtra           a part of shuzi is not installed
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, Self

from shuzi import messages


class ShuziError(Exception):
    """The base of all errors that shuzi reports.

    Parameters
    ----------
    key
        The key of a sentence in the catalogues of `shuzi.messages`, such as ``"error.idx.magic"``.
    values
        What the sentence mentions: paths, numbers, other ShuziErrors.

    Examples
    --------
    >>> error = RecipeError("error.recipe.unknown", name="sofmax", known="softmax, mlp")
    >>> error.key, error.values["name"]
    ('error.recipe.unknown', 'sofmax')
    >>> print(error.sentence("en"))
    Unknown recipe "sofmax". Choose one of: softmax, mlp.
    """

    def __init__(self, key: str, **values: Any) -> None:
        super().__init__(key, values)
        self.key = key
        self.values = values

    def sentence(self, language: str | None = None) -> str:
        """Return the error message in `language` ("zh" or "en"; None is the current one)."""
        return messages.say(self.key, language, **self.values)

    def with_path(self, path: object) -> Self:
        """Return the same error with another name of the file that it is about; itself if it names none."""
        return type(self)(self.key, **self.values | {"path": path}) if "path" in self.values else self

    def __str__(self) -> str:
        return self.sentence()

    def __reduce__(self) -> tuple[Any, ...]:
        # so that an error can be pickled and sent from another process
        return partial(type(self), self.key, **self.values), ()


class DataError(ShuziError):
    """Data are missing, damaged or invalid."""


class IdxError(DataError):
    """A file is not a valid IDX file."""


class DownloadError(DataError):
    """One mirror, or every place, could not provide an MNIST file."""


class PictureError(ShuziError):
    """Something is not a picture, or not a usable one."""


class RecipeError(ShuziError):
    """A recipe is unknown, or has an invalid value."""


class RunError(ShuziError):
    """A run folder is missing, not empty, damaged or already finished."""


class TrainingError(ShuziError):
    """The training itself failed."""


class ModelError(ShuziError):
    """A model is missing, damaged or of an unknown kind."""


class ClusterError(ShuziError):
    """A cluster of machines cannot be used."""


class ServiceError(ShuziError):
    """The HTTP service cannot do what a request asks, or not now."""


class MissingExtra(ShuziError):  # noqa: N818 - it names what is missing
    """A part of shuzi is not installed; the value `wanted` is the key of what it is needed for."""

    def sentence(self, language: str | None = None) -> str:
        """Return the message in `language`: what is missing and what it is needed for."""
        wanted = messages.say(self.values["wanted"], language)
        return messages.say(self.key, language, **self.values | {"wanted": wanted})


_PACKAGES = {
    "fontTools": "fonttools",
    "fpdf": "fpdf2",
    "grpc": "grpcio",
    "pillow_heif": "pillow-heif",
    "tomli_w": "tomli-w",
}
"""Libraries that are not installed by the name by which they are imported."""


def require(module: str, extra: str, wanted_for: str) -> Any:
    """Import an optional library, or raise a MissingExtra: which extra installs it, and what it is wanted for."""
    try:
        return import_module(module)
    except ModuleNotFoundError as missing:
        library = module.split(".")[0]
        if missing.name is None or missing.name.split(".")[0] != library:
            raise
        package = _PACKAGES.get(library, library)
        raise MissingExtra("error.missing_extra", module=package, extra=extra, wanted=wanted_for) from missing


@contextmanager
def writing(path: Path, kind: type[ShuziError] = DataError) -> Iterator[None]:
    """Raise an OSError of the block as an error of a kind: which file cannot be written, and why."""
    try:
        yield
    except OSError as problem:
        raise kind("error.data.unwritable", path=path, reason=problem.strerror or problem) from problem

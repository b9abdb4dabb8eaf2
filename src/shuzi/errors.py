"""What goes wrong, as a tree of errors; each is a key and values, put into words where it is shown.

ShuziError                 everything that shuzi reports to a person
├── DataError              data are missing, damaged or not what they should be
│   ├── IdxError           a file is not a sound IDX file
│   └── DownloadError      one place, or all places, could not hand out a file of MNIST
├── PictureError           something is no picture, or one that cannot be used
├── RecipeError            a recipe is unknown, or a value in it makes no sense
├── RunError               a run folder is missing, taken, damaged or already finished
├── TrainingError          the training itself failed
├── ModelError             a model is missing, damaged or of a kind that is not understood
├── ServiceError           the HTTP service cannot do what a request asks for, or not now
└── MissingExtra           a part of shuzi is not installed
"""

from __future__ import annotations

from functools import partial
from importlib import import_module
from typing import Any

from shuzi import messages


class ShuziError(Exception):
    """The base of all errors that shuzi reports.

    Parameters
    ----------
    key
        The sentence in the catalogues of `shuzi.messages`, such as ``"error.idx.magic"``.
    values
        What the sentence names: paths, numbers, other ShuziErrors.

    Examples
    --------
    >>> error = RecipeError("error.recipe.unknown", name="sofmax", known="softmax, mlp")
    >>> error.key, error.values["name"]
    ('error.recipe.unknown', 'sofmax')
    >>> print(error.sentence("en"))
    There is no recipe "sofmax". Choose one of: softmax, mlp.
    """

    def __init__(self, key: str, **values: Any) -> None:
        super().__init__(key, values)
        self.key = key
        self.values = values

    def sentence(self, language: str | None = None) -> str:
        """Say what went wrong in `language` ("zh" or "en"; None is the current one)."""
        return messages.say(self.key, language, **self.values)

    def __str__(self) -> str:
        return self.sentence()

    def __reduce__(self) -> tuple[Any, ...]:
        # lets an error come back from another process
        return partial(type(self), self.key, **self.values), ()


class DataError(ShuziError):
    """Data are missing, damaged or not what they should be."""


class IdxError(DataError):
    """A file is not a sound IDX file."""


class DownloadError(DataError):
    """One place, or all places, could not hand out a file of MNIST."""


class PictureError(ShuziError):
    """Something is no picture, or one that cannot be used."""


class RecipeError(ShuziError):
    """A recipe is unknown, or a value in it makes no sense."""


class RunError(ShuziError):
    """A run folder is missing, taken, damaged or already finished."""


class TrainingError(ShuziError):
    """The training itself failed."""


class ModelError(ShuziError):
    """A model is missing, damaged or of a kind that is not understood."""


class ServiceError(ShuziError):
    """The HTTP service cannot do what a request asks for, or not now."""


class MissingExtra(ShuziError):  # noqa: N818 - it names what is missing
    """A part of shuzi is not installed; its value `wanted` is the key of what it is wanted for."""

    def sentence(self, language: str | None = None) -> str:
        """Say what is missing, and what it is wanted for, in `language`."""
        wanted = messages.say(self.values["wanted"], language)
        return messages.say(self.key, language, **self.values | {"wanted": wanted})


def require(module: str, extra: str, wanted_for: str) -> Any:
    """Import an optional library, or say which extra brings it.

    Parameters
    ----------
    module
        The library's import name, such as ``"h5py"``.
    extra
        The extra of shuzi that installs it, such as ``"train"``.
    wanted_for
        The key of a message that says what it is wanted for.

    Raises
    ------
    MissingExtra
        The library is not installed.
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as missing:
        if missing.name is None or missing.name.split(".")[0] != module.split(".")[0]:
            raise
        raise MissingExtra("error.missing_extra", module=module, extra=extra, wanted=wanted_for) from missing

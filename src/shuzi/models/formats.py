"""The formats a model can be exported to, and their file extensions."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from shuzi.errors import ModelError

FORMATS: Mapping[str, str] = {"onnx": ".onnx", "savedmodel": "", "keras": ".keras", "litert": ".tflite"}
"""Each format with its file extension; a SavedModel is a folder and has none."""


def check_target(form: str, target: Path) -> None:
    """Reject a target that has the wrong extension for its format or already exists.

    Raises
    ------
    ModelError
        The format is unknown, the extension is wrong, or the target exists.

    Examples
    --------
    >>> check_target("litert", Path("new/digits.tflite"))
    >>> check_target("keras", Path("digits.h5"))
    Traceback (most recent call last):
    shuzi.errors.ModelError: digits.h5 should end in .keras.
    """
    if form not in FORMATS:
        raise ModelError("error.model.form", form=form, known=", ".join(FORMATS))
    ending = FORMATS[form]
    if ending and target.suffix != ending:
        raise ModelError("error.model.ending_of_form", path=target, ending=ending)
    if not ending and target.suffix in FORMATS.values() and target.suffix:
        raise ModelError("error.model.folder", path=target, form=form)
    if target.exists() and not (not ending and target.is_dir() and not any(target.iterdir())):
        raise ModelError("error.model.taken", path=target)

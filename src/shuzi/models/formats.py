"""What a model can be written as, and how such a file ends."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from shuzi.errors import ModelError

FORMATS: Mapping[str, str] = {"onnx": ".onnx", "savedmodel": "", "keras": ".keras", "litert": ".tflite"}
"""Each format and the ending of its file; a SavedModel is a folder, and has none."""


def check_target(form: str, target: Path) -> None:
    """Refuse a target that does not end as its format does, or where something already is.

    Raises
    ------
    ModelError
        The format is not known, the ending is another one, or the target is taken.

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

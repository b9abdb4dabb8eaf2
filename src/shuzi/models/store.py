"""A model's name or path, as a person gives it, becomes the path of its file; a path to export to is checked."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from shuzi.declared import closest
from shuzi.errors import ModelError

IN_A_RUN = "model.onnx"
START = "start.onnx"
"""In a run folder, the model from which the training started, if any."""
OF_AN_END = (IN_A_RUN, "model.keras", "card.json")
"""The files that exist in a run folder only after training has ended."""

DEFAULT, DETECTOR, LINE_DETECTOR, LINE = "default", "detector", "line-detector", "line"
DISPLAY = "display"
"""The model that reads displays and counters, alone."""

PARTNERS = (DETECTOR, LINE_DETECTOR, LINE, DISPLAY)
"""Models that read no handwriting by themselves: they assist another model, or read displays."""

SHIPPED = Path(__file__).parent
"""The folder of the models that come with shuzi."""

FORMATS: Mapping[str, str] = {"onnx": ".onnx", "savedmodel": "", "keras": ".keras", "litert": ".tflite"}
"""The formats a model can be exported to, with their file extensions; a SavedModel is a folder and has none."""


def shipped() -> dict[str, Path]:
    """Return the models that come with shuzi, the default one first: their names and .onnx files."""
    return {path.stem: path for path in sorted(SHIPPED.glob("*.onnx"), key=lambda path: (path.stem != DEFAULT, path))}


def find_model(name: str | Path) -> Path:
    """Find the .onnx file of a shipped model or a run folder; return the path of an .onnx file as it is.

    A string that names a shipped model always means that model, whatever is in the working folder. A `Path` is always
    a path, and so is a string like "./tiny".
    """
    models = shipped()
    if isinstance(name, str) and name in models:
        return models[name]
    path = Path(name)
    if path.is_dir():
        if (path / IN_A_RUN).is_file():
            return path / IN_A_RUN
        if (path / "recipe.toml").is_file():
            raise ModelError(_what_is_missing(path), path=path, name=IN_A_RUN)
        raise ModelError("error.model.no_run", path=path)
    if not path.is_file():
        readers = [model for model in models if model not in PARTNERS]  # the user rarely means a partner model
        similar = closest(str(name), readers)
        key = "error.model.missing_like" if similar else "error.model.missing"
        raise ModelError(key, path=path, known=", ".join(readers), similar=similar)
    if path.suffix != ".onnx":
        raise ModelError("error.model.ending", path=path)
    return path


def _what_is_missing(run: Path) -> str:
    """Return why a run folder has no model: the run is not finished, or the model has since been lost."""
    if not any((run / name).exists() for name in OF_AN_END):  # a resumed run removes them
        return "error.model.unfinished"
    return "error.model.gone" if any(run.glob("checkpoints/step-*.npz")) else "error.model.lost"


def check_target(form: str, target: Path) -> None:
    """Reject a target that has the wrong extension for its format or already exists."""
    if form not in FORMATS:
        raise ModelError("error.model.form", form=form, known=", ".join(FORMATS))
    ending = FORMATS[form]
    if ending and target.suffix != ending:
        raise ModelError("error.model.ending_of_form", path=target, ending=ending)
    if not ending and target.suffix in FORMATS.values() and target.suffix:
        raise ModelError("error.model.folder", path=target, form=form)
    if target.exists() and not (not ending and target.is_dir() and not any(target.iterdir())):
        raise ModelError("error.model.taken", path=target)

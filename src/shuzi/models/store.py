"""What a person names as a model becomes the path of its .onnx file."""

from __future__ import annotations

from pathlib import Path

from shuzi.errors import ModelError

IN_A_RUN = "model.onnx"


def find_model(name: str | Path) -> Path:
    """Find the .onnx of a run folder, or take the path of an .onnx file as it is.

    Raises
    ------
    ModelError
        There is nothing by that name, the training in the folder has not come to its end, or the file is no .onnx.
    """
    path = Path(name)
    if path.is_dir():
        if (path / IN_A_RUN).is_file():
            return path / IN_A_RUN
        if (path / "recipe.toml").is_file():
            raise ModelError("error.model.unfinished", path=path)
        raise ModelError("error.model.no_run", path=path)
    if not path.is_file():
        raise ModelError("error.model.missing", path=path)
    if path.suffix != ".onnx":
        raise ModelError("error.model.ending", path=path)
    return path

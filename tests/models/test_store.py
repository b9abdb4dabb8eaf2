import pytest

from shuzi.errors import ModelError
from shuzi.models.store import find_model


@pytest.fixture
def run(tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "recipe.toml").write_text("")
    (tmp_path / "run" / "model.onnx").write_bytes(b"")
    return tmp_path / "run"


@pytest.mark.parametrize("kind", [str, lambda path: path])
def test_a_run_folder_stands_for_its_model_and_a_file_for_itself(run, kind):
    assert find_model(kind(run)) == run / "model.onnx"
    assert find_model(kind(run / "model.onnx")) == run / "model.onnx"


@pytest.mark.parametrize(
    ("lost", "name", "told"),
    [
        ("model.onnx", "", "has not come to its end.*--resume"),
        ("", "none", "There is no model"),
        ("", "none.onnx", "There is no model"),
        ("", "recipe.toml", r"is no \.onnx file"),
        ("", "..", "holds no model"),
    ],
)
def test_what_is_no_model_is_an_error_that_says_why(run, lost, name, told):
    if lost:
        (run / lost).unlink()
    with pytest.raises(ModelError, match=told):
        find_model(run / name)

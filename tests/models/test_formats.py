from pathlib import Path

import pytest

from shuzi.errors import ModelError
from shuzi.models.store import FORMATS, check_target


@pytest.mark.parametrize("form", FORMATS)
def test_a_place_where_nothing_is_will_do(form, tmp_path):
    check_target(form, tmp_path / "deep" / f"digits{FORMATS[form]}")


@pytest.mark.parametrize(
    ("form", "name", "told"),
    [
        ("onnx", "digits", r"should end in \.onnx"),
        ("onnx", "digits.keras", r"should end in \.onnx"),
        ("keras", "digits.h5", r"should end in \.keras"),
        ("litert", "digits.litert", r"should end in \.tflite"),
        ("savedmodel", "digits.onnx", "will be a folder"),
        ("pickle", "digits.pkl", "Unknown format pickle. Choose one of: onnx, savedmodel, keras, litert"),
    ],
)
def test_a_target_that_ends_otherwise_is_refused(form, name, told):
    with pytest.raises(ModelError, match=told):
        check_target(form, Path(name))


@pytest.mark.parametrize("form", FORMATS)
def test_what_is_there_is_not_overwritten(form, tmp_path):
    target = tmp_path / f"digits{FORMATS[form]}"
    target.write_text("mine", "utf-8")
    with pytest.raises(ModelError, match="already exists"):
        check_target(form, target)


def test_an_empty_folder_is_free_and_another_is_not(tmp_path):
    check_target("savedmodel", tmp_path)
    (tmp_path / "mine").touch()
    with pytest.raises(ModelError, match="already exists"):
        check_target("savedmodel", tmp_path)

import os
import subprocess
import sys

import pytest
from PIL import Image

import shuzi
from shuzi import errors
from shuzi.data.dataset import Dataset
from shuzi.data.formats import save_dataset

SLOW = ("tensorflow", "keras", "h5py", "jinja2", "matplotlib", "ray")
NAMES_LOADED = "print('LOADED', *{name.partition('.')[0] for name in sys.modules})"
COMMAND = f"""
import atexit, sys
atexit.register(lambda: {NAMES_LOADED})
from shuzi.cli import main
main(sys.argv[1:])
"""


def _loaded(script, *arguments):
    surroundings = os.environ | {"PYTHONUTF8": "1"}
    done = subprocess.run(
        [sys.executable, "-c", script, *map(str, arguments)],
        env=surroundings,
        check=True,
        capture_output=True,
        encoding="utf-8",
    )
    return set(done.stdout.rpartition("LOADED ")[2].split())


def test_importing_shuzi_imports_nothing_else():
    loaded = _loaded(f"import sys, shuzi; {NAMES_LOADED}")
    assert "shuzi" in loaded
    assert loaded.isdisjoint({*SLOW, "numpy", "cv2", "PIL", "onnxruntime", "click"})


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["--lang", "zh", "train", "--help"],
        ["evaluate", "--help"],
        ["serve", "--help"],
        ["scale", "--help"],
        ["data", "info"],
        ["models"],
        ["models", "describe", "softmax"],
    ],
    ids=" ".join,
)
def test_a_command_that_learns_nothing_does_not_wait_for_tensorflow(arguments):
    loaded = _loaded(COMMAND, *arguments)
    assert "click" in loaded
    assert loaded.isdisjoint(SLOW)


@pytest.mark.parametrize("options", [[], ["--json"], ["--csv"]], ids="".join)
def test_reading_a_picture_imports_little(options, tmp_path):
    Image.new("L", (40, 40), 255).save(tmp_path / "a.png")
    loaded = _loaded(COMMAND, "read", *options, tmp_path / "a.png")
    assert "onnxruntime" in loaded
    assert loaded.isdisjoint({*SLOW, "rich", "platformdirs", "onnx", "pillow_heif", "pypdfium2"})


def test_evaluating_does_not_wait_for_tensorflow_even_with_a_report(finished_run, mnist, tmp_path):
    save_dataset(tmp_path / "few.npz", Dataset(mnist.test.images[:50], mnist.test.labels[:50]))
    loaded = _loaded(COMMAND, "evaluate", finished_run(), "--data", tmp_path / "few.npz", "--report", tmp_path)
    assert (tmp_path / "index.html").is_file()
    assert "onnxruntime" in loaded
    assert loaded.isdisjoint({"tensorflow", "keras"})


def test_the_public_names_are_these_and_can_be_had():
    assert shuzi.__all__ == [
        "Box",
        "ClusterError",
        "DataError",
        "Dataset",
        "Digit",
        "DownloadError",
        "IdxError",
        "MissingExtra",
        "ModelError",
        "PictureError",
        "Reader",
        "Reading",
        "RecipeError",
        "RunError",
        "ServiceError",
        "ShuziError",
        "Splits",
        "TrainingError",
        "available_models",
        "load",
        "load_mnist",
        "to_dataframe",
    ]
    for name in shuzi.__all__:
        assert getattr(shuzi, name).__name__ == name
    assert set(shuzi.__all__) <= set(dir(shuzi))


def test_every_error_can_be_caught_by_a_public_name():
    kinds = {name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, Exception)}
    assert kinds <= set(shuzi.__all__)


def test_every_available_model_can_be_loaded(mnist):
    assert shuzi.available_models()[0] == "default"
    assert {"softmax", "tiny"} < set(shuzi.available_models())
    for name in shuzi.available_models():
        assert shuzi.load(name).classify(mnist.test.images[:1]).argmax() == mnist.test.labels[0]


def test_a_digit_shows_its_probability_its_alternatives_and_its_box(mnist):
    (digit,) = shuzi.load().read(255 - mnist.test.images[0]).digits
    assert digit.digit == mnist.test.labels[0]
    assert 0.9 < digit.probability <= 1
    assert digit.box.width < digit.box.height <= 28
    others, probabilities = zip(*digit.alternatives, strict=True)
    assert sorted([digit.digit, *others]) == list(range(10))
    assert list(probabilities) == sorted(probabilities, reverse=True)
    assert sum(probabilities) + digit.probabilities[digit.digit] == pytest.approx(1, abs=1e-5)
    assert digit.as_dict()["probability"] == round(digit.probability, 4)


def test_a_name_that_shuzi_does_not_have_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = shuzi.no_such_name

import subprocess
import sys

import numpy as np
import pytest

import shuzi
from shuzi.errors import ModelError
from shuzi.models.store import shipped


@pytest.mark.parametrize("kind", [str, lambda path: path])
def test_a_run_folder_and_its_model_read_alike(finished_run, mnist, kind):
    images = mnist.test.images[:100]
    by_folder = shuzi.load(kind(finished_run())).classify(images)
    by_file = shuzi.load(kind(finished_run() / "model.onnx")).classify(images)
    np.testing.assert_array_equal(by_folder, by_file)
    assert np.mean(by_folder.argmax(axis=1) == mnist.test.labels[:100]) > 0.85


def test_a_reader_shows_the_card_of_its_model(finished_run):
    card = shuzi.load(finished_run()).card
    assert (card.name, card.parameters, card.recipe["steps"]) == ("softmax", 7850, 2_000)


@pytest.mark.skipif("default" not in shipped(), reason="the default model is not made yet")
def test_without_a_name_it_is_the_default_model(mnist):
    reader = shuzi.load()
    assert reader.card == shuzi.load("default").card
    assert np.mean(reader.classify(mnist.test.images[:1_000]).argmax(axis=1) == mnist.test.labels[:1_000]) > 0.98


def test_what_is_not_there_is_an_error(tmp_path):
    with pytest.raises(ModelError, match="There is no model"):
        shuzi.load(tmp_path / "none")


def test_reading_never_waits_for_tensorflow(finished_run):
    program = """
import sys, numpy, shuzi
print(shuzi.load(sys.argv[1]).classify(numpy.zeros((3, 28, 28), numpy.uint8)).shape)
assert not {"tensorflow", "keras", "onnx", "click", "rich", "jinja2", "matplotlib"} & set(sys.modules), sys.modules
"""
    done = subprocess.run(
        [sys.executable, "-c", program, finished_run()], capture_output=True, check=True, encoding="utf-8"
    )
    assert done.stdout == "(3, 10)\n"
    assert done.stderr == ""

"""The mean of two models of one network has the mean of their weights, and a card that says where it comes from."""

from dataclasses import replace
from importlib import util
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from shuzi.models.card import Source
from shuzi.models.onnx_file import read_card
from shuzi.models.store import find_model

TOOL = Path(__file__).parents[2] / "tools" / "average.py"

pytestmark = pytest.mark.skipif(not TOOL.exists(), reason="a source distribution has no tools")


@pytest.fixture(scope="module")
def tool():
    spec = util.spec_from_file_location("average_tool", TOOL)
    module = util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def line():
    return onnx.load(str(find_model("line")))


def weights(graph):
    return {each.name: numpy_helper.to_array(each) for each in graph.graph.initializer}


def test_each_weight_is_the_mean(tool, line):
    other = onnx.ModelProto()
    other.CopyFrom(line)
    for each in other.graph.initializer:
        own = numpy_helper.to_array(each)
        if own.dtype.kind == "f":
            each.CopyFrom(numpy_helper.from_array(own + np.float32(1), each.name))
    before, found = weights(line), weights(tool.mean(line, other, 0.25))
    assert before.keys() == found.keys()
    for name, each in before.items():
        np.testing.assert_allclose(found[name], each + (0.25 if each.dtype.kind == "f" else 0), atol=1e-5)


def test_other_networks_are_refused(tool, line):
    with pytest.raises(ValueError, match="different networks"):
        tool.mean(line, onnx.load(str(find_model("detector"))), 0.5)


def test_only_a_model_and_what_was_trained_from_it_have_a_mean(tool):
    path = find_model("line")
    one = read_card(path.read_bytes(), path)
    child = replace(one, weights="ab" * 32, data=(Source("model line", {"weights": one.weights}, "Apache-2.0"),))
    card = tool.card_of(one, child, "python tools/average.py …")
    assert [each.sha256["weights"] for each in card.data] == [one.weights, child.weights]
    assert card.scores == {}
    with pytest.raises(ValueError, match="not trained from"):
        tool.card_of(child, one, "python tools/average.py …")


def test_the_text_of_the_columns_has_no_repetitions_and_no_blanks(tool):
    columns = np.full((6, 17), -9, np.float32)
    for place, best in enumerate((1, 1, 16, 1, 2, 16)):
        columns[place, best] = 0
    assert tool.greedy(columns) == "112"

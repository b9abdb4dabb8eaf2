"""A model's card is checked against the inputs and outputs of its graph."""

import numpy as np
import onnx
import pytest

from shuzi.errors import ModelError
from shuzi.models.onnx_file import read_card, with_card
from shuzi.models.session import Session, _fits
from shuzi.models.store import shipped
from shuzi.models.tasks import Tensor


def lying(tmp_path, change):
    """Change the graph of softmax.onnx and rewrite the card to match the new weights."""
    content = shipped()["softmax"].read_bytes()
    card = read_card(content, "softmax.onnx")
    proto = onnx.load_from_string(content)
    change(proto.graph)
    path = tmp_path / "lying.onnx"
    path.write_bytes(with_card(proto.SerializeToString(), card, path)[0])
    return path


def renamed(graph):
    graph.output[0].name = graph.node[-1].output[0] = "logits"


def of_other_sides(graph):
    graph.input[0].type.tensor_type.shape.dim[1].dim_value = 27


def with_more_inputs(graph):
    graph.input.append(onnx.helper.make_tensor_value_info("more", onnx.TensorProto.FLOAT, (1,)))


def of_halves(graph):
    graph.output[0].type.tensor_type.elem_type = onnx.TensorProto.FLOAT16
    cast = onnx.helper.make_node("Cast", ["before"], [graph.output[0].name], to=onnx.TensorProto.FLOAT16)
    graph.node[-1].output[0] = "before"
    graph.node.append(cast)


@pytest.mark.parametrize("change", [renamed, of_other_sides, with_more_inputs, of_halves])
def test_a_graph_that_its_card_does_not_describe_is_refused_by_name(tmp_path, change):
    with pytest.raises(ModelError, match=r"lying\.onnx"):
        Session(lying(tmp_path, change))


def test_an_answer_of_another_shape_is_an_error_and_not_taken(tmp_path):
    def transposed(graph):
        last = graph.output[0].name
        graph.node[-1].output[0] = "before"
        graph.node.append(onnx.helper.make_node("Transpose", ["before"], ["turned"], perm=(1, 0)))
        shape = onnx.numpy_helper.from_array(np.array([-1, 10], np.int64), "shape")
        graph.initializer.append(shape)
        graph.node.append(onnx.helper.make_node("Concat", ["turned", "turned"], ["twice"], axis=1))
        graph.node.append(onnx.helper.make_node("Reshape", ["twice", "shape"], [last]))

    path = lying(tmp_path, transposed)
    with pytest.raises(ModelError, match=r"lying\.onnx does not match its card"):
        Session(path)  # it is tested first
    session = Session(path, path.read_bytes())
    with pytest.raises(ModelError, match=r"lying\.onnx does not match its card"):
        session.run(np.zeros((4, 28, 28), np.float32))


def test_only_what_is_asked_for_is_given(mnist):
    session = Session(shipped()["default"])
    pixels = mnist.test.images[:3].astype(np.float32)
    everything = session.run(pixels)
    assert [each.shape for each in everything] == [(3, 10), (3, 1), (3, 384)]
    (features,) = session.run(pixels, outputs=["features"])
    np.testing.assert_array_equal(features, everything[2])


def test_values_fit_a_tensor_of_their_type_and_fixed_sizes():
    images = Tensor("images", ("n", 28, 28))
    shapes = ((1, 28, 28), ("n", 28, 28), (1, 28))
    assert [_fits(images, "float32", shape) for shape in shapes] == [True, True, False]
    assert not _fits(images, "float64", shapes[0])

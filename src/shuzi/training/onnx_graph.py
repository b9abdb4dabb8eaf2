"""A Keras network becomes an ONNX graph, layer by layer, and such a graph's weights go back into a network.

Each weight keeps its value and its Keras name, so nothing is lost; other converters fold batch normalisation into the
convolutions. Only Keras's layers are read, so any backend works.

Pictures are (n, height, width, channels) in Keras and (n, channels, height, width) in ONNX.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from keras import layers
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from shuzi.errors import ModelError
from shuzi.models.card import Card
from shuzi.models.onnx_file import with_card

OPSET, IR = 17, 8
"""The opset: old enough for every ONNX Runtime that shuzi allows, new enough for all of its networks."""

_TO_ONNX, _TO_KERAS = (3, 2, 0, 1), (2, 3, 1, 0)  # a kernel's (height, width, in, out) and (out, in, height, width)


def write_onnx(model: Any, card: Card, path: Path) -> Card:
    """Write a network and its card as one .onnx file; return the card with the SHA-256 of the weights."""
    graph = _Graph()
    names = layer_names(model)
    for layer in model.layers:
        graph.add(layer, names[layer.name])
    outputs = [graph.end(value, output.name) for value, output in zip(model.outputs, card.outputs, strict=True)]
    images = helper.make_tensor_value_info(card.input.name, TensorProto.FLOAT, card.input.shape)
    proto = helper.make_model(
        helper.make_graph(graph.nodes, card.name, [images], outputs, graph.constants),
        producer_name="shuzi",
        producer_version=card.versions.get("shuzi", ""),
        doc_string=f"{card.name}: {card.input} -> {', '.join(map(str, card.outputs))}",
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR,
    )
    onnx.checker.check_model(proto, full_check=True)
    content, card = with_card(proto.SerializeToString(), card, path)
    path.write_bytes(content)
    return card


def read_weights(path: Path, model: Any) -> None:
    """Load the weights of an .onnx file written by `write_onnx` into a network with the same layers."""
    if name := mismatch(path, model):
        raise ModelError("error.model.weights", path=path, name=name)
    stored = _stored(path)
    for name, variable in named_weights(model).items():
        variable.assign(stored[name])


def mismatch(path: Path, model: Any) -> str | None:
    """Return the name of a weight that the .onnx file lacks or has in another shape; None if all match."""
    stored = _stored(path)
    for name, variable in named_weights(model).items():
        if name not in stored or stored[name].shape != tuple(variable.shape):
            return name
    return None


def _stored(path: Path) -> dict[str, NDArray[Any]]:
    """Read the weights of an .onnx file in Keras's shapes."""
    try:
        stored = {weight.name: numpy_helper.to_array(weight) for weight in onnx.load(path).graph.initializer}
    except Exception as problem:
        raise ModelError("error.model.damaged", path=path, reason=problem) from problem
    return {name: weight.transpose(_TO_KERAS) if weight.ndim == 4 else weight for name, weight in stored.items()}


def named_weights(model: Any) -> dict[str, Any]:
    """Return the network's variables by layer and name, such as "conv2d_1/kernel"."""
    names = layer_names(model)
    return {f"{names[layer.name]}/{variable.name}": variable for layer in model.layers for variable in layer.weights}


def layer_names(model: Any) -> dict[str, str]:
    """Return each layer's name as if this network were the first whose layers Keras numbers in a process."""
    count: Counter[str] = Counter()
    names = {}
    for layer in model.layers:
        stem = re.sub(r"_\d+$", "", layer.name)
        names[layer.name] = f"{stem}_{count[stem]}" if count[stem] else stem
        count[stem] += 1
    return names


class _Graph:
    """Nodes and constants as they are added, and the name of each Keras tensor in the graph."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.constants: list[Any] = []
        self._values: dict[int, str] = {}

    def add(self, layer: Any, name: str) -> None:
        """Add the nodes of a layer."""
        if isinstance(layer, layers.InputLayer):
            self._name, value = name, "images"
            if len(layer.output.shape) == 4:
                value = self.node("Unsqueeze", value, self.constant("axes", (1,), np.int64))
            self._values[id(layer.output)] = value
            return
        inputs = layer.input if isinstance(layer.input, list) else [layer.input]
        if type(layer) not in _LAYERS or not all(id(value) in self._values for value in inputs):
            raise ModelError("error.model.layer", name=layer.name, kind=type(layer).__name__)
        self._name = name
        names = [self._values[id(value)] for value in inputs]
        self._values[id(layer.output)] = _LAYERS[type(layer)](self, layer, *names)

    def end(self, output: Any, name: str) -> Any:
        """Name an output and return its value info."""
        last, shape = self._values[id(output)], ("n", *(side or "columns" for side in output.shape[1:]))
        if len(shape) == 4:
            self._name = name
            last, shape = self.node("Transpose", last, perm=(0, 2, 3, 1)), ("n", "rows", "columns", shape[3])
        if any(last in node.input for node in self.nodes):  # other nodes use it under its current name
            self._name = name
            last = self.node("Identity", last)
        for node in self.nodes:
            node.output[:] = [name if value == last else value for value in node.output]
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)

    def node(self, operation: str, *inputs: str, part: str = "", **attributes: Any) -> str:
        """Add a node of the current layer, and return the name of its output."""
        name = f"{self._name}/{part or operation.lower()}"
        self.nodes.append(helper.make_node(operation, inputs, [f"{name}:0"], name, **attributes))
        return f"{name}:0"

    def constant(self, part: str, values: Any, dtype: Any = np.float32) -> str:
        """Add a constant of the current layer, and return its name."""
        name = f"{self._name}/{part}"
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(values, dtype), name))
        return name

    def weight(self, variable: Any) -> str:
        """Add a weight of the current layer, and return its name."""
        values: NDArray[Any] = np.asarray(variable.numpy())
        return self.constant(variable.name, values.transpose(_TO_ONNX) if values.ndim == 4 else values)

    def activate(self, layer: Any, value: str) -> str:
        """Add a layer's activation function."""
        kind = layer.activation.__name__
        if kind == "linear":
            return value
        if kind not in _ACTIVATIONS:
            raise ModelError("error.model.layer", name=layer.name, kind=kind)
        attributes: dict[str, Any] = {"axis": -1} if kind.endswith("softmax") else {}
        return self.node(_ACTIVATIONS[kind], value, **attributes)


def _plain(operation: str, **attributes: Any) -> Callable[..., str]:
    """Return what adds a single node for a layer, of all that goes into it."""
    return lambda graph, _, *x: graph.node(operation, *x, **attributes)


def _reshape(graph: _Graph, layer: Any, images: str) -> str:
    if len(layer.input.shape) == 4 and layer.input.shape[1] == 1 and layer.target_shape == (-1, layer.input.shape[3]):
        columns = graph.node("Squeeze", images, graph.constant("axes", (2,), np.int64))
        return graph.node("Transpose", columns, perm=(0, 2, 1))
    height, width, channels = layer.target_shape
    if len(layer.input.shape) != 3 or channels != 1:
        raise ModelError("error.model.layer", name=layer.name, kind="Reshape")
    return graph.node("Reshape", images, graph.constant("shape", (-1, channels, height, width), np.int64))


def _rescaling(graph: _Graph, layer: Any, x: str) -> str:
    x = graph.node("Mul", x, graph.constant("scale", layer.scale))
    return graph.node("Add", x, graph.constant("offset", layer.offset)) if layer.offset else x


def _flatten(graph: _Graph, layer: Any, x: str) -> str:
    if len(layer.input.shape) == 4:
        x = graph.node("Transpose", x, perm=(0, 2, 3, 1))
    return graph.node("Flatten", x, axis=1)


def _dense(graph: _Graph, layer: Any, x: str) -> str:
    x = graph.node("MatMul", x, graph.weight(layer.kernel))
    if layer.use_bias:
        x = graph.node("Add", x, graph.weight(layer.bias))
    return graph.activate(layer, x)


def _conv2d(graph: _Graph, layer: Any, x: str) -> str:
    weights = [graph.weight(weight) for weight in layer.weights]
    x = graph.node(
        "Conv",
        x,
        *weights,
        strides=layer.strides,
        dilations=layer.dilation_rate,
        group=layer.groups,
        **_padding(layer),
    )
    return graph.activate(layer, x)


def _max_pooling(graph: _Graph, layer: Any, x: str) -> str:
    return graph.node("MaxPool", x, kernel_shape=layer.pool_size, strides=layer.strides, **_padding(layer))


def _up_sampling(graph: _Graph, layer: Any, x: str) -> str:
    if layer.interpolation != "nearest":
        raise ModelError("error.model.layer", name=layer.name, kind="UpSampling2D")
    scales = graph.constant("scales", (1, 1, *layer.size))
    steps = {"coordinate_transformation_mode": "asymmetric", "mode": "nearest", "nearest_mode": "floor"}
    return graph.node("Resize", x, "", scales, **steps)


def _padding(layer: Any) -> dict[str, Any]:
    dilation = getattr(layer, "dilation_rate", (1, 1))
    if layer.padding == "same" and dilation != (1, 1):  # ONNX Runtime cannot infer the padding of these
        reach = [step * (size - 1) // 2 for step, size in zip(dilation, layer.kernel_size, strict=True)]
        return {"pads": reach * 2}
    return {"auto_pad": {"same": "SAME_UPPER", "valid": "VALID"}[layer.padding]}


def _batch_normalization(graph: _Graph, layer: Any, x: str) -> str:
    if not (layer.scale and layer.center):
        raise ModelError("error.model.layer", name=layer.name, kind="BatchNormalization")
    weights = [graph.weight(weight) for weight in (layer.gamma, layer.beta, layer.moving_mean, layer.moving_variance)]
    return graph.node("BatchNormalization", x, *weights, epsilon=layer.epsilon)


def _relu(graph: _Graph, layer: Any, x: str) -> str:
    if layer.max_value is not None or layer.negative_slope or layer.threshold:
        raise ModelError("error.model.layer", name=layer.name, kind="ReLU")
    return graph.node("Relu", x)


_ACTIVATIONS = {"relu": "Relu", "softmax": "Softmax", "log_softmax": "LogSoftmax", "sigmoid": "Sigmoid"}

_LAYERS: Mapping[type, Callable[..., str]] = {
    layers.Reshape: _reshape,
    layers.Rescaling: _rescaling,
    layers.Flatten: _flatten,
    layers.Dense: _dense,
    layers.Conv2D: _conv2d,
    layers.MaxPooling2D: _max_pooling,
    layers.BatchNormalization: _batch_normalization,
    layers.ReLU: _relu,
    layers.Concatenate: _plain("Concat", axis=1),
    layers.Average: _plain("Mean"),
    layers.Softmax: _plain("Softmax", axis=-1),
    layers.Activation: _Graph.activate,
    layers.Add: _plain("Sum"),
    layers.UpSampling2D: _up_sampling,
}

"""The weights of an .onnx file, read and replaced without the `onnx` library."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from shuzi.models.onnx_file import damaged, field, fields, varint

_GRAPH = 7  # field of a ModelProto
_NODE, _INITIALIZER = 1, 5  # fields of a GraphProto
_OPERATION = 4  # field of a NodeProto
_DIMENSIONS, _TYPE, _NAME, _RAW = 1, 2, 8, 9  # fields of a TensorProto
_FLOAT = 1


def weights_of(content: bytes, path: object) -> dict[str, NDArray[np.float32]]:
    """Read the float32 constants of a graph, by name.

    Raises
    ------
    ModelError
        The file is damaged.

    Examples
    --------
    >>> from shuzi.models.store import shipped
    >>> weights_of(shipped()["tiny"].read_bytes(), "tiny.onnx")["output/kernel"].shape
    (40, 10)
    """
    weights = {}
    for tensor in _initializers(content, path):
        name, kind, shape, raw = _tensor(tensor, path)
        if kind != _FLOAT:
            continue
        if math.prod(shape) * 4 != len(raw):
            raise damaged(path)
        weights[name] = np.frombuffer(raw, "<f4").reshape(shape)
    return weights


def operations_of(content: bytes, path: object) -> list[str]:
    """Return the operations of a graph in their order, such as ``["Conv", "Relu"]``."""
    return [
        str(part, "utf-8", "replace")
        for graph in _graphs(content, path)
        for number, node, _ in fields(graph, path)
        if number == _NODE
        for key, part, _ in fields(node, path)
        if key == _OPERATION
    ]


def with_weights(content: bytes, weights: Mapping[str, NDArray[np.float32]], path: object) -> bytes:
    """Replace constants of a graph by others of the same shapes; everything else stays the same, byte for byte."""
    parts = []
    for number, graph, whole in fields(memoryview(content), path):
        parts.append(field(_GRAPH, _with_weights(graph, weights, path)) if number == _GRAPH else bytes(whole))
    return b"".join(parts)


def _with_weights(graph: memoryview, weights: Mapping[str, NDArray[np.float32]], path: object) -> bytes:
    parts = []
    for number, tensor, whole in fields(graph, path):
        name = _tensor(tensor, path)[0] if number == _INITIALIZER else ""
        if name in weights:
            kept = [bytes(part) for key, _, part in fields(tensor, path) if key != _RAW]
            raw = np.ascontiguousarray(weights[name], "<f4").tobytes()
            parts.append(field(_INITIALIZER, b"".join([*kept, field(_RAW, raw)])))
        else:
            parts.append(bytes(whole))
    return b"".join(parts)


def _graphs(content: bytes, path: object) -> Iterator[memoryview]:
    return (part for number, part, _ in fields(memoryview(content), path) if number == _GRAPH)


def _initializers(content: bytes, path: object) -> Iterator[memoryview]:
    for graph in _graphs(content, path):
        yield from (part for number, part, _ in fields(graph, path) if number == _INITIALIZER)


def _tensor(tensor: memoryview, path: object) -> tuple[str, int, tuple[int, ...], memoryview]:
    """Return a tensor's name, type, shape and bytes."""
    name, kind, shape, raw = "", 0, [], memoryview(b"")
    for number, part, _ in fields(tensor, path):
        if number == _NAME:
            name = str(part, "utf-8", "replace")
        elif number == _TYPE:
            kind = varint(part, 0, path)[0]
        elif number == _DIMENSIONS:
            position = 0
            while position < len(part):  # one dimension, or all of them packed
                side, position = varint(part, position, path)
                shape.append(side)
        elif number == _RAW:
            raw = part
    return name, kind, tuple(shape), raw

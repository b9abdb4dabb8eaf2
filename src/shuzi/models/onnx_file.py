"""The bytes of an .onnx file become its card, checked against the weights; a card can also be written into them.

An .onnx file is a Protocol Buffers message. Only its outermost fields are parsed, so readers do not need the `onnx`
library, and nothing in an untrusted file is run or believed before its card has been checked.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from shuzi.atomic import replacing
from shuzi.errors import ModelError, ShuziError
from shuzi.models.card import METADATA_KEY, Card
from shuzi.models.store import IN_A_RUN

_GRAPH, _METADATA, _FUNCTION = 7, 14, 25  # fields of a ModelProto
_NODE = 1  # field of a GraphProto
_OPERATION, _ATTRIBUTE = 4, 5  # fields of a NodeProto
_SUBGRAPHS = (6, 11)  # fields of an AttributeProto
_KEY, _VALUE = 1, 2  # fields of a metadata entry
_VARINT, _EIGHT_BYTES, _WITH_LENGTH, _FOUR_BYTES = 0, 1, 2, 5
_MAX_VARINT = 10
_MAX_FIELDS = 10_000  # fields of a message; ONNX files have a few dozen
_MAX_SIZE = 1 << 28  # bytes: shuzi's own models have 3 million

CARD_FILE = "card.json"


def read_content(path: Path) -> bytes:
    """Read an .onnx file."""
    try:
        if path.stat().st_size > _MAX_SIZE:
            raise ModelError("error.model.damaged", path=path, reason=ShuziError("models.large", max=_MAX_SIZE))
        return path.read_bytes()
    except OSError as problem:
        raise ModelError("error.model.damaged", path=path, reason=problem.strerror) from problem


def read_card(content: bytes, path: object) -> Card:
    """Read the card of an .onnx file and check that it belongs to the weights in the file."""
    if not content:
        raise ModelError("error.model.damaged", path=path, reason=ShuziError("models.empty"))
    card = Card.from_json(_metadata(content, path).get(METADATA_KEY, ""), path)
    if card.weights != weights_sha256(content, path):
        raise ModelError("error.model.changed", path=path)
    return card


def weights_sha256(content: bytes, path: object) -> str:
    """Return the SHA-256, in hexadecimal, of the graph in an .onnx file, weights included."""
    graphs = [part for number, part, _ in _fields(memoryview(content), path) if number == _GRAPH]
    if len(graphs) != 1:
        raise _damaged(path)
    return hashlib.sha256(graphs[0]).hexdigest()


def control_flow(content: bytes, path: object) -> str:
    """Return the first operation that has a graph of its own, such as Loop, and may run forever, if any."""
    for number, part, _ in _fields(memoryview(content), path):
        if number == _FUNCTION:
            return "function"
        for key, node, _ in _fields(part, path) if number == _GRAPH else ():
            if key == _NODE and (name := _with_subgraphs(node, path)):
                return name
    return ""


def _with_subgraphs(node: memoryview, path: object) -> str:
    name, has_subgraph = "?", False
    for number, part, _ in _fields(node, path):
        if number == _OPERATION:
            name = str(part, "utf-8", "replace")
        elif number == _ATTRIBUTE:
            has_subgraph = has_subgraph or any(key in _SUBGRAPHS for key, _, _ in _fields(part, path))
    return name if has_subgraph else ""


def with_card(content: bytes, card: Card, path: object) -> tuple[bytes, Card]:
    """Return an .onnx file with another card, its graph as it was, and the card with the SHA-256 of the weights."""
    card = replace(card, weights=weights_sha256(content, path))
    entry = _field(_KEY, METADATA_KEY.encode()) + _field(_VALUE, card.to_json().encode())
    kept = []
    for number, part, whole in _fields(memoryview(content), path):
        if not (number == _METADATA and _entry(part, path)[0] == METADATA_KEY):
            kept.append(bytes(whole))
    return b"".join([*kept, _field(_METADATA, entry)]), card


def replace_card(path: Path, card: Card) -> Card:
    """Replace the card in an .onnx file, and in a run's card.json beside it; return it as written."""
    content, card = with_card(read_content(path), card, path)
    with replacing(path) as part:
        part.write_bytes(content)
    copy = path.with_name(CARD_FILE)
    if path.name == IN_A_RUN and copy.is_file():
        with replacing(copy) as part:
            part.write_text(card.to_json(indent=2) + "\n", encoding="utf-8")
    return card


def _metadata(content: bytes, path: object) -> dict[str, str]:
    return dict(_entry(part, path) for number, part, _ in _fields(memoryview(content), path) if number == _METADATA)


def _entry(part: memoryview, path: object) -> tuple[str, str]:
    values = {number: value for number, value, _ in _fields(part, path)}
    try:
        return str(values.get(_KEY, b""), "utf-8"), str(values.get(_VALUE, b""), "utf-8")
    except UnicodeDecodeError as problem:
        raise _damaged(path) from problem


def _fields(content: memoryview, path: object) -> Iterator[tuple[int, memoryview, memoryview]]:
    """Split a message into its fields: the number, the value and the raw bytes of each."""
    position = count = 0
    while position < len(content):
        start, count = position, count + 1
        tag, position = _varint(content, position, path)
        kind = tag & 7
        if kind == _VARINT:
            begin = position
            _, position = _varint(content, position, path)
        elif kind == _WITH_LENGTH:
            length, begin = _varint(content, position, path)
            position = begin + length
        elif kind in (_EIGHT_BYTES, _FOUR_BYTES):
            begin, position = position, position + (8 if kind == _EIGHT_BYTES else 4)
        else:
            raise _damaged(path)
        if position > len(content) or tag < 8 or count > _MAX_FIELDS:
            raise _damaged(path)
        yield tag >> 3, content[begin:position], content[start:position]


def _varint(content: memoryview, position: int, path: object) -> tuple[int, int]:
    """Read a whole number of variable length; return it and the position after it."""
    value = 0
    for count in range(_MAX_VARINT):
        if position + count >= len(content):
            raise _damaged(path)
        byte = content[position + count]
        value |= (byte & 0x7F) << (7 * count)
        if byte < 0x80:
            return value, position + count + 1
    raise _damaged(path)


def _field(number: int, value: bytes) -> bytes:
    """Write a field whose value has a length: bytes, a text or a message."""
    return _as_varint(number << 3 | _WITH_LENGTH) + _as_varint(len(value)) + value


def _damaged(path: object) -> ModelError:
    """Return the error for a file that is not a valid message."""
    return ModelError("error.model.damaged", path=path, reason=ShuziError("models.broken"))


def _as_varint(value: int) -> bytes:
    parts = []
    while value > 0x7F:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*parts, value])

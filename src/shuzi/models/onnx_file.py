"""The bytes of an .onnx file become its card, checked against the weights; a card can also be written into them.

An .onnx file is a Protocol Buffers message. Only its outermost fields are parsed, so readers do not need the `onnx`
library, and nothing in an untrusted file is run or believed before its card has been checked.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

from shuzi.atomic import replacing
from shuzi.errors import ModelError, ShuziError
from shuzi.models.card import METADATA_KEY, Card
from shuzi.models.protobuf import damaged, field, fields, text_field
from shuzi.models.store import IN_A_RUN

_GRAPH, _METADATA, _FUNCTION = 7, 14, 25  # fields of a ModelProto
_NODE = 1  # field of a GraphProto
_OPERATION, _ATTRIBUTE = 4, 5  # fields of a NodeProto
_SUBGRAPHS = (6, 11)  # fields of an AttributeProto
_KEY, _VALUE = 1, 2  # fields of a metadata entry
_LARGEST = 1 << 28  # bytes: shuzi's own models have 3 million

CARD_FILE = "card.json"


def read_content(path: Path) -> bytes:
    """Read an .onnx file.

    Raises
    ------
    ModelError
        The file cannot be read, or is larger than any plausible model.
    """
    try:
        if path.stat().st_size > _LARGEST:
            raise ModelError("error.model.damaged", path=path, reason=ShuziError("models.large", most=_LARGEST))
        return path.read_bytes()
    except OSError as problem:
        raise ModelError("error.model.damaged", path=path, reason=problem.strerror) from problem


def read_card(content: bytes, path: object) -> Card:
    """Read the card of an .onnx file and check that it belongs to the weights in the file.

    Raises
    ------
    ModelError
        The file is damaged, or its card is missing or invalid.
    """
    if not content:
        raise ModelError("error.model.damaged", path=path, reason=ShuziError("models.empty"))
    card = Card.from_json(_metadata(content, path).get(METADATA_KEY, ""), path)
    if card.weights and card.weights != weights_sha256(content, path):
        raise ModelError("error.model.changed", path=path)
    return card


def weights_sha256(content: bytes, path: object) -> str:
    """Return the SHA-256, in hexadecimal, of the graph in an .onnx file, weights included.

    Raises
    ------
    ModelError
        The file is damaged.
    """
    graphs = [part for number, part, _ in fields(memoryview(content), path) if number == _GRAPH]
    if len(graphs) != 1:
        raise damaged(path)
    return hashlib.sha256(graphs[0]).hexdigest()


def control_flow(content: bytes, path: object) -> str:
    """Return the first operation in an .onnx file that may run for ever on some inputs only.

    Operations such as Loop and If have graphs of their own, and functions may hide them. shuzi writes neither.

    Returns
    -------
    Its name, or "" if there is none.

    Raises
    ------
    ModelError
        The file is damaged.
    """
    for number, part, _ in fields(memoryview(content), path):
        if number == _FUNCTION:
            return "function"
        for key, node, _ in fields(part, path) if number == _GRAPH else ():
            if key == _NODE and (name := _with_subgraphs(node, path)):
                return name
    return ""


def _with_subgraphs(node: memoryview, path: object) -> str:
    name, has_subgraph = "?", False
    for number, part, _ in fields(node, path):
        if number == _OPERATION:
            name = str(part, "utf-8", "replace")
        elif number == _ATTRIBUTE:
            has_subgraph = has_subgraph or any(key in _SUBGRAPHS for key, _, _ in fields(part, path))
    return name if has_subgraph else ""


def with_card(content: bytes, card: Card, path: object) -> tuple[bytes, Card]:
    """Write a card into an .onnx file, replacing any other; the graph stays the same, byte for byte.

    Returns
    -------
    The new content, and the card with the SHA-256 of the weights.
    """
    card = replace(card, weights=weights_sha256(content, path))
    entry = text_field(_KEY, METADATA_KEY) + text_field(_VALUE, card.to_json())
    kept = []
    for number, part, whole in fields(memoryview(content), path):
        if not (number == _METADATA and _entry(part, path)[0] == METADATA_KEY):
            kept.append(bytes(whole))
    return b"".join([*kept, field(_METADATA, entry)]), card


def replace_card(path: Path, card: Card) -> Card:
    """Replace the card in an .onnx file, and in the card.json beside it if it is the model of a run folder.

    Returns
    -------
    The card as written.
    """
    content, card = with_card(read_content(path), card, path)
    with replacing(path) as part:
        part.write_bytes(content)
    copy = path.with_name(CARD_FILE)
    if path.name == IN_A_RUN and copy.is_file():
        with replacing(copy) as part:
            part.write_text(card.to_json(indent=2) + "\n", encoding="utf-8")
    return card


def _metadata(content: bytes, path: object) -> dict[str, str]:
    return dict(_entry(part, path) for number, part, _ in fields(memoryview(content), path) if number == _METADATA)


def _entry(part: memoryview, path: object) -> tuple[str, str]:
    values = {number: value for number, value, _ in fields(part, path)}
    try:
        return str(values.get(_KEY, b""), "utf-8"), str(values.get(_VALUE, b""), "utf-8")
    except UnicodeDecodeError as problem:
        raise damaged(path) from problem

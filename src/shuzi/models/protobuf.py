"""The outermost fields of a Protocol Buffers message, read and written without its schema."""

from __future__ import annotations

from collections.abc import Iterator

from shuzi.errors import ModelError, ShuziError

_VARINT, _EIGHT_BYTES, _WITH_LENGTH, _FOUR_BYTES = 0, 1, 2, 5
_LONGEST_VARINT = 10
_MOST_FIELDS = 10_000  # fields of a message; ONNX files have a few dozen


def fields(content: memoryview, path: object) -> Iterator[tuple[int, memoryview, memoryview]]:
    """Split a message into its fields: the number, the value and the raw bytes of each.

    Raises
    ------
    ModelError
        The message is damaged; `path` names its file.

    Examples
    --------
    >>> [(number, bytes(value)) for number, value, _ in fields(memoryview(field(7, b"graph")), "model.onnx")]
    [(7, b'graph')]
    """
    position = count = 0
    while position < len(content):
        start, count = position, count + 1
        tag, position = varint(content, position, path)
        kind = tag & 7
        if kind == _VARINT:
            begin = position
            _, position = varint(content, position, path)
        elif kind == _WITH_LENGTH:
            length, begin = varint(content, position, path)
            position = begin + length
        elif kind in (_EIGHT_BYTES, _FOUR_BYTES):
            begin, position = position, position + (8 if kind == _EIGHT_BYTES else 4)
        else:
            raise damaged(path)
        if position > len(content) or tag < 8 or count > _MOST_FIELDS:
            raise damaged(path)
        yield tag >> 3, content[begin:position], content[start:position]


def varint(content: memoryview, position: int, path: object) -> tuple[int, int]:
    """Read a whole number of variable length; return it and the position after it."""
    value = 0
    for count in range(_LONGEST_VARINT):
        if position + count >= len(content):
            raise damaged(path)
        byte = content[position + count]
        value |= (byte & 0x7F) << (7 * count)
        if byte < 0x80:
            return value, position + count + 1
    raise damaged(path)


def field(number: int, value: bytes) -> bytes:
    """Write a field whose value has a length: bytes, a text or a message."""
    return _as_varint(number << 3 | _WITH_LENGTH) + _as_varint(len(value)) + value


def text_field(number: int, value: str) -> bytes:
    """Write a field that holds a text."""
    return field(number, value.encode())


def damaged(path: object) -> ModelError:
    """Return the error for a file that is no sound message."""
    return ModelError("error.model.damaged", path=path, reason=ShuziError("models.broken"))


def _as_varint(value: int) -> bytes:
    parts = []
    while value > 0x7F:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*parts, value])

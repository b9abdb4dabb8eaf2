"""The bytes of a network in a QR code: format 1, checked field by field when they are read.

| bytes          | content                                                                        |
| -------------- | ------------------------------------------------------------------------------ |
| 2              | "SZ"                                                                           |
| 1, 1           | the format, 1; the network's shape, 1 for that of `tiny`                       |
| 4              | CRC-32 of all that follows, the highest byte first                             |
| 1, n           | the length of the name, 0 to 40; the name in UTF-8                             |
| 1, 26 times m  | the number of digits, 0 to 10; each a label and 14 x 14 pixels of 1 bit in rows |
| 112, 112       | scales, then biases, of all channels: half precision, the lowest byte first    |
| 2,316          | weights of 4 bits in two's complement, the first in the upper half of a byte   |
"""

from __future__ import annotations

import unicodedata
import zlib
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from shuzi.data.dataset import Dataset
from shuzi.errors import ModelError, ShuziError
from shuzi.models.qr.rounding import SHAPES, Layer

FORMAT = 1
MOST_NAME = 40
"""The maximum length of a name, in bytes of UTF-8."""

MOST_DIGITS, SIDE = 10, 14
"""The number of digits that a code can hold, and their height and width in pixels."""

_MAGIC, _OF_TINY = b"SZ", 1
_HEAD = 8
_INK = 96  # mean of four pixels: a thin stroke does not break
_CHANNELS = sum(channels for channels, _ in SHAPES)
_WEIGHTS = sum(channels * count for channels, count in SHAPES)
_DIGIT = 1 + -(-SIDE * SIDE // 8)


@dataclass(frozen=True)
class QrNetwork:
    """The content of a QR code.

    Parameters
    ----------
    layers
        The rounded network.
    name
        The name of its owner; "" for none.
    images, labels
        Some digits of this person: bool (n, 14, 14), True for ink, and uint8 (n,).
    """

    layers: tuple[Layer, ...]
    name: str = ""
    images: NDArray[np.bool_] = field(default_factory=lambda: np.zeros((0, SIDE, SIDE), np.bool_))
    labels: NDArray[np.uint8] = field(default_factory=lambda: np.zeros(0, np.uint8))

    def digits(self) -> Dataset | None:
        """Return this person's digits as images, twice as large; None if there are none."""
        if not len(self.labels):
            return None
        return Dataset(self.images.repeat(2, axis=1).repeat(2, axis=2).astype(np.uint8) * 255, self.labels)


def shrunk(images: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Halve images, uint8 (n, 28, 28), into masks of ink: bool (n, 14, 14)."""
    quarters = images.reshape(len(images), SIDE, 2, SIDE, 2).mean(axis=(2, 4))
    return np.asarray(quarters >= _INK)


def packed(network: QrNetwork) -> bytes:
    """Return the bytes of a network.

    Raises
    ------
    ModelError
        The name is too long or holds characters that cannot be shown, or there are too many digits.
    """
    name = network.name.encode()
    if len(name) > MOST_NAME or not _is_printable(network.name):
        raise ModelError("error.qr.name", name=network.name, most=MOST_NAME)
    if len(network.images) > MOST_DIGITS:
        raise ModelError("error.qr.digits", n=len(network.images), most=MOST_DIGITS)
    digits = b"".join(
        bytes([label]) + np.packbits(image).tobytes()
        for image, label in zip(network.images, network.labels, strict=True)
    )
    numbers = [np.concatenate([getattr(layer, part) for layer in network.layers]) for part in ("scale", "bias")]
    weights = np.concatenate([layer.weights.ravel() for layer in network.layers]).astype(np.uint8) & 15
    body = b"".join(
        (
            bytes([len(name)]), name,
            bytes([len(network.images)]), digits,
            *(part.astype("<f2").tobytes() for part in numbers),
            (weights[::2] << 4 | weights[1::2]).tobytes(),
        )
    )  # fmt: skip
    return _MAGIC + bytes([FORMAT, _OF_TINY]) + zlib.crc32(body).to_bytes(4) + body


def unpacked(content: bytes, path: object) -> QrNetwork:
    """Read the bytes of a network.

    Raises
    ------
    ModelError
        They hold something else, a later format, or are damaged; `path` names where they come from.
    """
    if content[:2] != _MAGIC or len(content) < _HEAD:
        raise ModelError("error.qr.foreign", path=path)
    if content[2] != FORMAT or content[3] != _OF_TINY:
        raise ModelError("error.qr.format", path=path, found=content[2], known=FORMAT)
    body = content[_HEAD:]
    if zlib.crc32(body) != int.from_bytes(content[4:_HEAD]):
        raise _damaged(path, "qr.checksum")
    reader = _Reader(body, path)
    name = reader.text(reader.count(MOST_NAME))
    digits = np.frombuffer(reader.take(_DIGIT * (count := reader.count(MOST_DIGITS))), np.uint8).reshape(
        count, _DIGIT
    )
    scales, biases = (reader.numbers(_CHANNELS) for _ in range(2))
    halves = np.frombuffer(reader.take(_WEIGHTS // 2), np.uint8)
    reader.end()
    labels, bits = digits[:, 0], np.unpackbits(digits[:, 1:], axis=1)
    if (labels > 9).any() or bits[:, SIDE * SIDE :].any():
        raise _damaged(path, "qr.field")
    images = bits[:, : SIDE * SIDE].reshape(count, SIDE, SIDE).astype(np.bool_)
    nibbles = np.stack([halves >> 4, halves & 15], axis=1).ravel().astype(np.int8)
    return QrNetwork(_layers(np.where(nibbles > 7, nibbles - 16, nibbles), scales, biases), name, images, labels)


def _layers(weights: NDArray[np.int8], scales: NDArray[np.float32], biases: NDArray[np.float32]) -> tuple[Layer, ...]:
    layers, channel, position = [], 0, 0
    for channels, count in SHAPES:
        own = weights[position : position + channels * count].reshape(channels, count).astype(np.int8)
        layers.append(Layer(own, scales[channel : channel + channels], biases[channel : channel + channels]))
        channel, position = channel + channels, position + channels * count
    return tuple(layers)


class _Reader:
    """Takes one field after another from unchecked bytes."""

    def __init__(self, content: bytes, path: object) -> None:
        self._content, self._path, self._position = content, path, 0

    def take(self, count: int) -> bytes:
        start, self._position = self._position, self._position + count
        if self._position > len(self._content):
            raise _damaged(self._path, "qr.short")
        return self._content[start : self._position]

    def count(self, most: int) -> int:
        (value,) = self.take(1)
        if value > most:
            raise _damaged(self._path, "qr.field")
        return value

    def text(self, count: int) -> str:
        try:
            text = self.take(count).decode()
        except UnicodeDecodeError as problem:
            raise _damaged(self._path, "qr.field") from problem
        if not _is_printable(text):
            raise _damaged(self._path, "qr.field")
        return text

    def numbers(self, count: int) -> NDArray[np.float32]:
        values = np.frombuffer(self.take(2 * count), "<f2").astype(np.float32)
        if not np.isfinite(values).all():
            raise _damaged(self._path, "qr.field")
        return values

    def end(self) -> None:
        if self._position != len(self._content):
            raise _damaged(self._path, "qr.field")


def _is_printable(text: str) -> bool:
    return not any(unicodedata.category(character).startswith(("C", "Z")) and character != " " for character in text)


def _damaged(path: object, reason: str) -> ModelError:
    return ModelError("error.model.damaged", path=path, reason=ShuziError(reason))

"""Encode bytes in the 45 characters that a QR code stores in 5.5 bits each (RFC 9285)."""

from __future__ import annotations

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_VALUES = {character: value for value, character in enumerate(_ALPHABET)}
_BASE = len(_ALPHABET)


def encode(content: bytes) -> str:
    """Write two bytes as three characters, a single last one as two.

    >>> encode(b"ietf!")
    'QED8WEX0'
    """
    characters = []
    for start in range(0, len(content), 2):
        pair = content[start : start + 2]
        value = int.from_bytes(pair)
        for _ in range(len(pair) + 1):
            value, digit = divmod(value, _BASE)
            characters.append(_ALPHABET[digit])
    return "".join(characters)


def decode(text: str) -> bytes:
    """Read what `encode` wrote.

    Raises
    ------
    ValueError
        A character is not among the 45, or a group encodes no bytes.

    Examples
    --------
    >>> decode("QED8WEX0")
    b'ietf!'
    """
    content = bytearray()
    for start in range(0, len(text), 3):
        group = text[start : start + 3]
        try:
            value = sum(_VALUES[character] * _BASE**index for index, character in enumerate(group))
            content += value.to_bytes(len(group) - 1)
        except (KeyError, OverflowError) as problem:
            raise ValueError(group) from problem
        if len(group) == 1:
            raise ValueError(group)
    return bytes(content)

"""Decide from a file's bytes whether it is plain enough to decode in this process, or needs a child.

A plain file decodes within about a second and 150 MB, whatever its content: PNG, JPEG and uncompressed BMP of
ordinary size and structure. Other files may be just as harmless, but they take the longer route.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

MOST_PIXELS = 16_500_000
"""A phone's photo: 12 megapixels, some have 16. Decoding takes at most 8 bytes for each."""

MOST_GREY = 24_000_000
"""The limit for a grey PNG, at a byte per pixel: the blank form of the largest traced paper has 23 million."""

MOST_BYTES = 32_000_000

HEAD = 1_024
"""The number of bytes that identify a file's format."""

PNG, JPEG, BMP, GIF, WEBP, TIFF, HEIC, PDF = "PNG", "JPEG", "BMP", "GIF", "WEBP", "TIFF", "HEIC", "PDF"

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_BEGINNINGS = {
    SIGNATURE: PNG,
    b"\xff\xd8\xff": JPEG,
    b"BM": BMP,
    **dict.fromkeys((b"GIF87a", b"GIF89a"), GIF),
    **dict.fromkeys((b"II*\0", b"MM\0*", b"II\0*", b"MM*\0", b"II+\0", b"MM\0+"), TIFF),
}
_HEIC = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
_PDF = b"%PDF-"  # anywhere in the head

_MOST_CHUNKS = 4_096  # libpng writes one for every 8 KB
_MOST_TEXTS = 64
_MOST_SEGMENTS = 256  # each has at most 64 KB; a long XMP takes dozens
_MOST_SCANS = 32  # scans: a progressive JPEG has about ten
_MOST_FIELDS = 256  # of EXIF: Pillow copies up to 64 KB for each
TEXTS = (b"tEXt", b"zTXt", b"iTXt")
_ANIMATED = (b"acTL", b"fcTL", b"fdAT")
_FRAMES = range(0xC0, 0xD0)  # markers that begin a frame, except three
_NO_FRAMES = (0xC4, 0xC8, 0xCC)
_PLAIN_FRAMES = (0xC0, 0xC1, 0xC2)  # Huffman codes, sequential or progressive
_DIB_HEADERS = (12, 40, 52, 56, 108, 124)


def name_of(source: str | Path | bytes) -> str:
    """Return the name of a picture for errors: a path, or its size in bytes."""
    return f"{len(source)} bytes" if isinstance(source, bytes) else str(source)


def kind_of(content: bytes) -> str | None:
    """Return the format that the first `HEAD` bytes of a file suggest; None if it is not a supported one.

    >>> kind_of(b"%PDF-1.7"), kind_of(b"GIF89a made from %PDF-1.7"), kind_of(b"<svg>")
    ('PDF', 'GIF', None)
    """
    head = content[:HEAD]
    for beginning, kind in _BEGINNINGS.items():
        if head.startswith(beginning):
            return kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return WEBP
    if head[4:8] == b"ftyp" and head[8:12] in _HEIC:
        return HEIC
    return PDF if _PDF in head else None


def is_plain(content: bytes, kind: str | None) -> bool:
    """Return whether a file is plain enough to decode in this process.

    Parameters
    ----------
    content
        The whole file.
    kind
        The result of `kind_of`.

    Examples
    --------
    >>> is_plain(b"GIF89a", GIF), is_plain(b"BM", BMP)
    (False, False)
    """
    if len(content) > MOST_BYTES:
        return False
    try:
        check = {PNG: _plain_png, JPEG: _plain_jpeg, BMP: _plain_bmp}.get(kind or "")
        return check is not None and check(content)
    except (struct.error, IndexError):
        return False  # the file is cut off


def read_chunks(content: bytes | memoryview) -> Iterator[tuple[bytes, memoryview, int]]:
    """Yield the type, content and checksum of each complete chunk of a PNG."""
    view, start = memoryview(content), len(SIGNATURE)
    while start + 12 <= len(view):
        (size,) = struct.unpack_from(">I", view, start)
        kind, end = bytes(view[start + 4 : start + 8]), start + 8 + size
        if end + 4 > len(view):
            return
        yield kind, view[start + 8 : end], struct.unpack_from(">I", view, end)[0]
        start = end + 4


def _plain_png(content: bytes) -> bool:
    width, height, depth, colour = struct.unpack_from(">IIBB", content, 16)
    most = MOST_GREY if (depth, colour) == (8, 0) else MOST_PIXELS
    texts = 0
    for count, (kind, data, _) in enumerate(read_chunks(content)):
        texts += kind in TEXTS
        if count == _MOST_CHUNKS or texts > _MOST_TEXTS or kind in _ANIMATED:
            return False
        if kind in TEXTS and bytes(data[:8]) == b"Raw prof":  # EXIF as text, of any size
            return False
        if kind == b"eXIf" and not _plain_fields(data):
            return False
        if kind == b"tRNS":  # compositing on white takes several bytes per pixel
            most = MOST_PIXELS
        if kind == b"IEND":
            break
    return bool(width * height <= most)


def _plain_jpeg(content: bytes) -> bool:
    """Walk through the segments up to the first scan, and count the scans if there may be several."""
    start, frames, fields = 2, list[tuple[int, int]](), 0
    for _ in range(_MOST_SEGMENTS):
        if content[start] != 0xFF:
            return False
        marker, size = struct.unpack_from(">BH", content, start + 1)
        data = memoryview(content)[start + 4 : start + 2 + size]
        if marker in _FRAMES and marker not in _NO_FRAMES:
            height, width, components = struct.unpack_from(">HHB", data, 1)
            if marker not in _PLAIN_FRAMES or width * height > MOST_PIXELS:
                return False
            frames.append((marker, components))
        elif marker == 0xE1 and bytes(data[:4]) == b"Exif":
            fields += 1
            if not _plain_fields(data[6:]):
                return False
        elif marker == 0xE2 and bytes(data[:4]) == b"MPF\0":
            if not _plain_fields(data[4:]):
                return False
        elif marker == 0xDA:
            if len(frames) != 1 or fields > 1:
                return False
            # the decoder stops after a scan of all components, unless the frame is progressive
            whole = frames[0][0] != 0xC2 and data[0] == frames[0][1]
            return whole or content.count(b"\xff\xda") <= _MOST_SCANS
        elif not 0xC0 <= marker < 0xFF or 0xD0 <= marker <= 0xD9:
            return False
        start += 2 + size
    return False


def _plain_fields(data: memoryview) -> bool:
    """Return whether EXIF, which is a small TIFF, has an ordinary number of fields."""
    order = {b"II": "<", b"MM": ">"}.get(bytes(data[:2]))
    if order is None or len(data) > 65_536:
        return False
    (start,) = struct.unpack_from(order + "I", data, 4)
    (count,) = struct.unpack_from(order + "H", data, start)
    return bool(count <= _MOST_FIELDS)


def _plain_bmp(content: bytes) -> bool:
    (size,) = struct.unpack_from("<I", content, 14)
    if size not in _DIB_HEADERS:
        return False
    width, height, _, bits = struct.unpack_from("<hhHH" if size == 12 else "<iiHH", content, 18)
    (compression,) = (0,) if size == 12 else struct.unpack_from("<I", content, 30)
    return compression == 0 and bits in (1, 4, 8, 16, 24, 32) and abs(width * height) <= MOST_PIXELS

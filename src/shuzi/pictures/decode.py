"""A picture file or a page of a PDF becomes a grey uint8 array, in this process.

Only files that are plain enough are decoded in the user's own process: PNG, JPEG and uncompressed BMP of ordinary
size and structure, which take about a second and 150 MB at most, whatever their content. Other files may be just as
harmless, but they take the longer route: `decoder` runs this module as a child process. PDFium, which is not
thread-safe and may crash the process that calls it, runs only there.
"""

from __future__ import annotations

import io
import math
import mmap
import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import IO, Any, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from shuzi.errors import PictureError, ShuziError, require
from shuzi.processes.serving import Bytes, resident, serve

MAX_PLAIN_PIXELS = 16_500_000
"""A phone's photo: 12 megapixels, some have 16. Decoding takes at most 8 bytes for each."""

MAX_PLAIN_GREY = 24_000_000
"""The limit for a grey PNG, at a byte per pixel: the blank form of the largest traced paper has 23 million."""

MAX_PLAIN_BYTES = 32_000_000
"""The size of a plain file."""

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

_MAX_CHUNKS = 4_096  # libpng writes one for every 8 KB
_MAX_TEXTS = 64
_MAX_SEGMENTS = 256  # each has at most 64 KB; a long XMP takes dozens
_MAX_SCANS = 32  # scans: a progressive JPEG has about ten
_MAX_FIELDS = 256  # of EXIF: Pillow copies up to 64 KB for each
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
    """Return the format that the first `HEAD` bytes of a file suggest; None if it is not a supported one."""
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
    """Return whether a file is plain enough to decode in this process."""
    if len(content) > MAX_PLAIN_BYTES:
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
    max_pixels = MAX_PLAIN_GREY if (depth, colour) == (8, 0) else MAX_PLAIN_PIXELS
    texts = 0
    for count, (kind, data, _) in enumerate(read_chunks(content)):
        texts += kind in TEXTS
        if count == _MAX_CHUNKS or texts > _MAX_TEXTS or kind in _ANIMATED:
            return False
        if kind in TEXTS and bytes(data[:8]) == b"Raw prof":  # EXIF as text, of any size
            return False
        if kind == b"eXIf" and not _plain_fields(data):
            return False
        if kind == b"tRNS":  # compositing on white takes several bytes per pixel
            max_pixels = MAX_PLAIN_PIXELS
        if kind == b"IEND":
            break
    return bool(width * height <= max_pixels)


def _plain_jpeg(content: bytes) -> bool:
    """Walk through the segments up to the first scan, and count the scans if there may be several."""
    start, frames, fields = 2, list[tuple[int, int]](), 0
    for _ in range(_MAX_SEGMENTS):
        if content[start] != 0xFF:
            return False
        marker, size = struct.unpack_from(">BH", content, start + 1)
        data = memoryview(content)[start + 4 : start + 2 + size]
        if marker in _FRAMES and marker not in _NO_FRAMES:
            height, width, components = struct.unpack_from(">HHB", data, 1)
            if marker not in _PLAIN_FRAMES or width * height > MAX_PLAIN_PIXELS:
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
            return whole or content.count(b"\xff\xda") <= _MAX_SCANS
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
    return bool(count <= _MAX_FIELDS)


def _plain_bmp(content: bytes) -> bool:
    (size,) = struct.unpack_from("<I", content, 14)
    if size not in _DIB_HEADERS:
        return False
    width, height, _, bits = struct.unpack_from("<hhHH" if size == 12 else "<iiHH", content, 18)
    (compression,) = (0,) if size == 12 else struct.unpack_from("<I", content, 30)
    return compression == 0 and bits in (1, 4, 8, 16, 24, 32) and abs(width * height) <= MAX_PLAIN_PIXELS


DPI = 200
"""Dots per inch at which a page is drawn, as scanners use for writing."""

_POINTS = 72  # points per inch in a PDF


@dataclass(frozen=True)
class Page:
    """A page of a PDF or TIFF, read like a picture."""

    document: Path | bytes  # the file: its path, or its bytes
    number: int  # from 1

    def __str__(self) -> str:
        return f"{name_of(self.document)}#{self.number}"


def count_pdf_pages(document: Path | bytes) -> int:
    """Count the pages of a PDF."""
    with _opened_pdf(document) as pdf:
        return len(pdf)


def draw_page(page: Page, max_pixels: int) -> Image.Image:
    """Draw a page in grey at 200 dots per inch, or coarser if that would give more than `max_pixels`."""
    with _opened_pdf(page.document) as pdf:
        if page.number > len(pdf):
            raise PictureError("error.picture.page", path=name_of(page.document), pages=len(pdf), number=page.number)
        sheet = pdf[page.number - 1]
        for width, height in _pictures_on(sheet):
            if width * height > max_pixels:
                size = {"width": width, "height": height, "max": max_pixels}
                raise PictureError("error.picture.large", path=page, **size)
        width, height = sheet.get_size()
        scale = min(DPI / _POINTS, math.sqrt(0.99 * max_pixels / max(width * height, 1)))
        drawn: Image.Image = (
            sheet.render(scale=scale, grayscale=True).to_pil().copy()
        )  # the PDF's memory goes with it
    return drawn


def _pictures_on(sheet: Any) -> Iterator[tuple[int, int]]:
    """Yield the sizes of the pictures on a page, which are decoded when it is drawn."""
    raw = require("pypdfium2.raw", "pictures", "extra.pdf")
    for image in sheet.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE]):
        yield image.get_px_size()


@contextmanager
def _opened_pdf(document: Path | bytes) -> Iterator[Any]:
    pdfium = require("pypdfium2", "pictures", "extra.pdf")
    name = name_of(document)
    try:
        with pdfium.PdfDocument(document) as pdf:
            yield pdf
    except pdfium.PdfiumError as problem:
        raise PictureError("error.picture.damaged", path=name, reason=str(problem).rstrip(". ")) from problem
    except OSError as problem:
        reason = problem.strerror or problem
        raise PictureError("error.data.unreadable", path=name, reason=reason) from problem


MAX_PIXELS = 50_000_000
FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")
"""The kinds of files that Pillow opens. Others, such as ICO and EPS, can hold more than they declare before decoding.
HEIC and the pages of a PDF come with the extra `pictures`."""

_WIDE = 1 << 20  # pixels at once, each of which takes 8 bytes
DARK = 128  # what is darker is ink on white, and what is more transparent is not seen
_ORIENTATION = 0x0112  # EXIF's tag
_SUBFILE, _NO_PAGE = 0x00FE, 0b101  # the field of TIFF, and its bits for a smaller copy and a mask
_SHORT = 3  # TIFF's number for the type of a value of two bytes
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# what Pillow raises for an invalid file
_OF_DECODERS = (
    *(OSError, ValueError, SyntaxError, EOFError, TypeError, RuntimeError, struct.error),
    *(IndexError, AssertionError),  # from Pillow 12: a PNG without pixels, and one without its palette
    *(KeyError, AttributeError, ArithmeticError),  # TIFFs whose fields have other types and sizes than they should
)


class TooLarge(MemoryError):  # noqa: N818 - it is what a picture is
    """A picture has more pixels than fit into the available memory; detected before it is decoded."""


def open_here(
    source: Path | bytes,
    name: object,
    max_pixels: int = MAX_PIXELS,
    kind: str | None = None,
    page: int = 1,
    colours: bool = False,
) -> NDArray[np.uint8]:
    """Open a file other than a PDF as `open_picture` does, here; the page is that of a TIFF, from 1."""
    with _complaints(name), _file(source) as (file, content):
        kind = kind or kind_of(bytes(content[:HEAD]))
        if page > 1:
            begins = _pages_of(content, kind)
            if page > len(begins):
                raise PictureError("error.picture.page", path=name, pages=len(begins), number=page)
            file = _FromPage(file, content, begins[page - 1])
        with _opened(file, content, kind, name) as picture:
            check_size(picture, name)
            if picture.width * picture.height > max_pixels:
                raise TooLarge
            if kind == PNG:
                _check_png(content, name)
            return decoded(picture, name, colours)


def count_frames(source: Path | bytes, name: object, kind: str | None) -> int:
    """Count the pages of a TIFF; any other picture has one, even an animation."""
    with _complaints(name), _file(source) as (file, content), _opened(file, content, kind, name):
        return len(_pages_of(content, kind))


def _pages_of(content: bytes | memoryview, kind: str | None) -> list[int]:
    """Return where the directory of each page of a TIFF begins, which takes Pillow hours for thousands of pages."""
    if kind != TIFF:
        return [0]
    order = "<" if content[:2] == b"II" else ">"
    count, size, start = ("Q", 8, 8) if _is_wide(content) else ("H", 4, 4)
    address, width = order + ("Q" if size == 8 else "I"), 4 + 2 * size  # of a field: tag, type, number, value
    pages, passed = list[int](), set[int]()
    (at,) = struct.unpack_from(address, content, start)
    while at and at not in passed:
        passed.add(at)
        first = at + struct.calcsize("=" + count)
        end = first + width * struct.unpack_from(order + count, content, at)[0]
        about = 0
        for field in range(first, end, width):
            tag, kind_of_value = struct.unpack_from(order + "HH", content, field)
            if tag == _SUBFILE:
                value = order + ("H" if kind_of_value == _SHORT else "I")
                (about,) = struct.unpack_from(value, content, field + width - size)
            if tag >= _SUBFILE:  # fields are in the order of their tags
                break
        if not (about & _NO_PAGE and pages):
            pages.append(at)
        (at,) = struct.unpack_from(address, content, end)
    return pages


def _is_wide(content: bytes | memoryview) -> bool:
    """Tell whether a TIFF's addresses have 8 bytes, as those of a BigTIFF."""
    return b"+" in bytes(content[2:4])


class _FromPage(io.BufferedReader):
    """A TIFF in whose header the directory of a given page is the first."""

    def __init__(self, file: IO[bytes], content: bytes | memoryview, begins: int) -> None:
        super().__init__(file)  # type: ignore[arg-type] # a file and bytes both can be read into a buffer
        end = 16 if _is_wide(content) else 8
        order: Literal["little", "big"] = "little" if content[:2] == b"II" else "big"
        self._header = bytes(content[: end // 2]) + begins.to_bytes(end // 2, order)

    def read(self, size: int | None = -1, /) -> bytes:
        at = self.tell()
        content = super().read(size)
        header = self._header[at:][: len(content)]
        return header + content[len(header) :]


@contextmanager
def _file(source: Path | bytes) -> Iterator[tuple[IO[bytes], bytes | memoryview]]:
    """Open a file once, for Pillow to read and for us to inspect."""
    if isinstance(source, bytes):
        yield io.BytesIO(source), source
        return
    with source.open("rb") as file:
        # not closed here: an error may still hold a view of it
        yield file, memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))


@contextmanager
def _complaints(name: object) -> Iterator[None]:
    """Turn Pillow's exceptions into errors, and silence its warnings."""
    with _quiet:
        try:
            yield
        except Image.DecompressionBombError as problem:
            raise PictureError("error.picture.huge", path=name, max=MAX_PIXELS) from problem
        except (UnidentifiedImageError, SyntaxError, ValueError) as problem:
            raise PictureError("error.picture.unknown", path=name) from problem
        except OSError as problem:
            if problem.strerror is None:  # the error comes from the decoder, not from the disk
                raise damaged(name, problem) from problem
            raise PictureError("error.data.unreadable", path=name, reason=problem.strerror) from problem
        except _OF_DECODERS as problem:
            raise damaged(name, problem) from problem


def damaged(name: object, problem: Exception) -> PictureError:
    """Return the error for a damaged picture, with the library's own explanation if that fits into a sentence."""
    said = str(problem).rstrip(". ")
    words = isinstance(problem, OSError | ValueError | SyntaxError | RuntimeError) and said
    return PictureError("error.picture.damaged", path=name, reason=said if words else ShuziError("picture.broken"))


def _opened(file: IO[bytes], content: bytes | memoryview, kind: str | None, name: object) -> Image.Image:
    if kind != HEIC:
        formats = (kind,) if kind in FORMATS else FORMATS
        try:
            return Image.open(file, formats=formats)
        except UnidentifiedImageError:
            if kind is None:
                raise
            reason = ShuziError("picture.broken")
            raise PictureError("error.picture.damaged", path=name, reason=reason) from None
        except ValueError:  # for a PNG with more metadata than Pillow accepts, and for some damaged ones
            if kind != PNG:
                raise
            return Image.open(io.BytesIO(_without_texts(content)), formats=formats)
    # the class itself, since `register_heif_opener` would change Pillow for the whole process
    heif = require("pillow_heif", "pictures", "extra.heic")
    try:
        picture: Image.Image = heif.HeifImageFile(file, str(name))
    except SyntaxError as problem:
        raise damaged(name, problem) from problem
    return picture


def _check_png(content: bytes | memoryview, name: object) -> None:
    """Reject a PNG that is truncated or has a chunk with a wrong checksum; Pillow would decode it."""
    for kind, data, checksum in read_chunks(content):
        if zlib.crc32(data, zlib.crc32(kind)) != checksum:
            break
        if kind == b"IEND":
            return
    raise PictureError("error.picture.damaged", path=name, reason=ShuziError("picture.broken"))


def _without_texts(content: bytes | memoryview) -> bytes:
    """Return a PNG without its text chunks, since Pillow accepts at most 64 MB of them and 1 MB each."""
    kept = [bytes(content[: len(SIGNATURE)])]
    for kind, data, checksum in read_chunks(content):
        if kind not in TEXTS:
            kept += (struct.pack(">I4s", len(data), kind), bytes(data), struct.pack(">I", checksum))
    return b"".join(kept)


class _Quiet:
    """Silences Pillow's warnings about broken EXIF, and disables its size limit, which is above ours.

    Warning filters are shared by all threads, and many threads read at once: the first to enter sets the filter, and
    the last to leave restores it.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._inside = 0
        self._silence: Any = None

    def __enter__(self) -> None:
        with self._lock:
            if not self._inside:
                self._silence = warnings.catch_warnings(action="ignore")
                self._silence.__enter__()
            self._inside += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._inside -= 1
            if not self._inside:
                self._silence.__exit__()


_quiet = _Quiet()


def check_size(picture: Image.Image, name: object) -> None:
    """Reject a picture with no pixels, or with more than the limit."""
    width, height = picture.size
    if width * height > MAX_PIXELS:
        raise PictureError("error.picture.large", path=name, width=width, height=height, max=MAX_PIXELS)
    if width * height == 0:
        raise PictureError("error.picture.unknown", path=name)


def decoded(picture: Image.Image, name: object, colours: bool = False) -> NDArray[np.uint8]:
    """Decode a picture opened by Pillow, make it grey or RGB, and rotate it according to its EXIF."""
    try:
        picture.load()
        check_size(picture, name)  # again, since a HEIC may be larger than it declares
        # Read this field alone: `ImageOps.exif_transpose` would read all of them. Grey first is less to turn.
        turn = _TURNS.get(picture.getexif().get(_ORIENTATION, 1))
        levels = as_array(picture, colours)
        return levels if turn is None else np.asarray(Image.fromarray(levels).transpose(turn))
    except _OF_DECODERS as problem:
        raise damaged(name, problem) from problem


def as_array(picture: Image.Image, colours: bool = False) -> NDArray[np.uint8]:
    """Return a decoded picture in grey, uint8 (h, w); if it has `colours` and they are asked for, in RGB, (h, w, 3).

    Transparency is put on white, or on black where all that can be seen is light.
    """
    if picture.mode.startswith("I;16") or picture.mode in ("I", "F"):
        return _deep(np.asarray(picture))
    if picture.has_transparency_data:
        coloured = picture if picture.mode == "RGBA" else picture.convert("RGBA")
        # grey first: the same except for rounding, with a third of the memory
        levels, opacity = coloured.convert("L"), coloured.getchannel("A")
        seen = np.asarray(levels)[np.asarray(opacity) >= DARK]
        ground = "black" if seen.size and seen.min() >= DARK else "white"
        paper = Image.new("L", picture.size, ground)
        bands = coloured.split()[:3] if colours else [levels]  # one after another, since four bytes a pixel are much
        laid = [np.asarray(Image.composite(band, paper, opacity)) for band in bands]
        return np.stack(laid, axis=2) if colours else laid[0]
    mode = "L" if not colours or picture.mode in ("1", "L") else "RGB"
    return np.asarray(picture if picture.mode == mode else picture.convert(mode))


def _deep(values: NDArray[Any]) -> NDArray[np.uint8]:
    """Scale integers of 8, 12 or 16 bits, or floats of any range, to 0..255, a few rows at a time."""
    if np.issubdtype(values.dtype, np.floating):
        low, high = float(values.min()), float(values.max())
        if not np.isfinite(high - low):
            finite = values[np.isfinite(values)]
            low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
        high = high if high > low else low + 1
    else:
        # 12 or 8 bits of a camera are stored in 16 without scaling
        low, high = 0.0, next((float(top) for top in (255, 4_095) if values.max() <= top), 65_535.0)
    grey = np.empty(values.shape, np.uint8)
    rows = max(1, _WIDE // values.shape[1])
    for start in range(0, len(values), rows):
        part = values[start : start + rows].astype(np.float64)
        np.nan_to_num(part, copy=False, nan=low, posinf=high, neginf=low)
        part -= low
        part /= high - low
        np.clip(part, 0, 1, out=part)
        part *= 255
        grey[start : start + rows] = np.rint(part, out=part)
    return grey


_MAX_IDLE = 200_000_000  # bytes that a child may keep between jobs


def work(job: dict[str, Any], body: bytearray) -> tuple[dict[str, Any], Bytes]:
    """Decode a picture, draw a page or count pages; errors are returned as answers.

    ``do`` is "decode", "draw" or "count"; ``path`` is the file, or it is in `body`; ``kind`` is its format; ``page``
    is the one to draw; ``max_pixels`` is the number of pixels for which there is memory; ``colours`` asks for them.
    The answer has ``shape`` and the pixels; or ``pages``; or ``error``, its key's last word, and its ``values``; or
    ``memory``; ``last`` says that this process does no more jobs.
    """
    source = bytes(body) if "path" not in job else Path(job["path"])
    try:
        header, answer = _done(job, source)
    except TooLarge:
        return {"memory": True}, b""
    except MemoryError:
        return {"memory": True, "last": True}, b""
    except ShuziError as problem:
        values = {key: value for key, value in problem.values.items() if isinstance(value, int | str)}
        header, answer = {"error": problem.key.rpartition(".")[2], "values": values}, b""
    except Exception:  # noqa: BLE001 - a decoder may raise anything where a file is not as it should be
        header, answer = {"error": "damaged", "values": {}}, b""
    return header | ({"last": True} if resident() > _MAX_IDLE else {}), answer


def _done(job: dict[str, Any], source: Path | bytes) -> tuple[dict[str, Any], Bytes]:
    kind, page = job["kind"], job.get("page", 1)
    if job["do"] == "count":
        return {"pages": count_pdf_pages(source) if kind == PDF else count_frames(source, "", kind)}, b""
    if job["do"] == "draw" and kind == PDF:
        pixels = as_array(draw_page(Page(source, page), MAX_PIXELS))
    else:
        pixels = open_here(source, "", job["max_pixels"], kind, page, job["colours"])
    return {"shape": pixels.shape}, np.ascontiguousarray(pixels).data.cast("B")


if __name__ == "__main__":
    serve(work)

"""A picture file becomes a grey uint8 array, in this process.

Only `plain` files are decoded in the user's own process, all others in a child process (`decoder`).
"""

from __future__ import annotations

import io
import mmap
import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from shuzi.errors import PictureError, ShuziError, require
from shuzi.pictures.plain import HEAD, HEIC, PNG, SIGNATURE, TEXTS, TIFF, kind_of, read_chunks

MOST_PIXELS = 50_000_000
FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")
"""The kinds of files that Pillow opens. Others, such as ICO and EPS, can hold more than they declare before decoding.
HEIC and the pages of a PDF come with the extra `pictures`."""

_WIDE = 1 << 20  # pixels at once, each of which takes 8 bytes
_ORIENTATION = 0x0112  # EXIF's tag
_SUBFILE, _NO_PAGE = 0x00FE, 0b101  # the field of TIFF, and its bits for a smaller copy and a mask
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
    source: Path | bytes, name: object, most: int = MOST_PIXELS, kind: str | None = None, page: int = 1
) -> NDArray[np.uint8]:
    """Open a picture file other than a PDF and make it grey, as `open_picture` does.

    Parameters
    ----------
    source
        The file.
    name
        The name to use in errors.
    most
        The number of pixels that fit into memory.
    kind
        The result of `kind_of`; None if not known yet.
    page
        Of a TIFF, from 1.

    Raises
    ------
    PictureError, MissingExtra
        As for `open_picture`.
    MemoryError
        It needs more memory than is available.
    """
    with _complaints(name), _file(source) as (file, content):
        kind = kind or kind_of(bytes(content[:HEAD]))
        with _opened(file, content, kind, name) as picture:
            if page > 1:
                frames = _frames_of(picture, kind, name)
                if page > len(frames):
                    raise PictureError("error.picture.page", path=name, pages=len(frames), number=page)
                picture.seek(frames[page - 1])
            check_size(picture, name)
            if picture.width * picture.height > most:
                raise TooLarge
            if kind == PNG:
                _check_png(content, name)
            return decoded(picture, name)


def count_frames(source: Path | bytes, name: object, kind: str | None) -> int:
    """Count the pages of a TIFF; any other picture has one, even an animation.

    Raises
    ------
    PictureError
        It cannot be opened, or one of its pages cannot be found.
    """
    with _complaints(name), _file(source) as (file, content), _opened(file, content, kind, name) as picture:
        return len(_frames_of(picture, kind, name))


def _frames_of(picture: Image.Image, kind: str | None, name: object) -> list[int]:
    """Return which frames of a picture are pages: some programs add a thumbnail or a mask."""
    frames = [0]
    try:
        for frame in range(1, getattr(picture, "n_frames", 1) if kind == TIFF else 1):
            picture.seek(frame)
            if not getattr(picture, "tag_v2", {}).get(_SUBFILE, 0) & _NO_PAGE:
                frames.append(frame)
    except _OF_DECODERS as problem:
        raise damaged(name, problem) from problem
    return frames


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
            raise PictureError("error.picture.huge", path=name, most=MOST_PIXELS) from problem
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
    """Reject a PNG that is truncated or has a chunk with a wrong checksum; Pillow would decode it.

    Raises
    ------
    PictureError
        It is damaged.
    """
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
    if width * height > MOST_PIXELS:
        raise PictureError("error.picture.large", path=name, width=width, height=height, most=MOST_PIXELS)
    if width * height == 0:
        raise PictureError("error.picture.unknown", path=name)


def decoded(picture: Image.Image, name: object) -> NDArray[np.uint8]:
    """Decode a picture opened by Pillow, make it grey, and rotate it according to its EXIF."""
    try:
        picture.load()
        check_size(picture, name)  # again, since a HEIC may be larger than it declares
        # Read this field alone: `ImageOps.exif_transpose` would read all of them. Grey first is less to turn.
        turn = _TURNS.get(picture.getexif().get(_ORIENTATION, 1))
        levels = grey(picture)
        return levels if turn is None else np.asarray(Image.fromarray(levels).transpose(turn))
    except _OF_DECODERS as problem:
        raise damaged(name, problem) from problem


def grey(picture: Image.Image) -> NDArray[np.uint8]:
    """Make a decoded picture grey: transparency on white, black 0, white 255."""
    if picture.mode.startswith("I;16") or picture.mode in ("I", "F"):
        return _deep(np.asarray(picture))
    if picture.has_transparency_data:
        coloured = picture if picture.mode == "RGBA" else picture.convert("RGBA")
        # grey first: the same except for rounding, with a third of the memory
        return np.asarray(
            Image.composite(coloured.convert("L"), Image.new("L", picture.size, 255), coloured.getchannel("A"))
        )
    return np.asarray(picture if picture.mode == "L" else picture.convert("L"))


def _deep(values: NDArray[Any]) -> NDArray[np.uint8]:
    """Scale integers of 8, 12 or 16 bits, or floats of any range, to 0..255, a few rows at a time."""
    if np.issubdtype(values.dtype, np.floating):
        finite = values[np.isfinite(values)]
        low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
        high = high if high > low else low + 1
    else:
        # 12 or 8 bits of a camera are stored in 16 without scaling
        low, high = 0.0, next((float(top) for top in (255, 4_095) if values.max() <= top), 65_535.0)
    grey = np.empty(values.shape, np.uint8)
    rows = max(1, _WIDE // values.shape[1])
    for start in range(0, len(values), rows):
        part = np.nan_to_num(values[start : start + rows].astype(np.float64), nan=low, posinf=high, neginf=low)
        grey[start : start + rows] = np.rint(np.clip((part - low) / (high - low), 0, 1) * 255)
    return grey

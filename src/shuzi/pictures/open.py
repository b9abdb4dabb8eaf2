"""Anything that a person hands in as a picture becomes a grey uint8 array."""

from __future__ import annotations

import io
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from shuzi.errors import PictureError, ShuziError, require
from shuzi.pictures.pdf import Page, draw_page, is_pdf, name_of, page_named

MOST_PIXELS = 50_000_000
FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")
"""The kinds of files that Pillow opens. Others, such as ICO and EPS, can hold more than they say before decoding.
HEIC and the pages of a PDF come with the extra `pictures`."""

_HEIF = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
_HEAD = 1_024  # bytes that tell what a file is
_PNG, _PNG_HEAD = b"\x89PNG\r\n\x1a\n", 24  # how a PNG begins, and the bytes up to the end of its size
_BEGINNINGS = (_PNG, b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"II*\0", b"MM\0*")  # PNG, JPEG, GIF, TIFF
# what Pillow raises where a file is not as it should be
_OF_DECODERS = (
    *(OSError, ValueError, SyntaxError, EOFError, TypeError, RuntimeError, struct.error),
    *(IndexError, AssertionError),  # from Pillow 12: a PNG without pixels, and one without its palette
)
_WIDE = 1 << 20  # pixels at once of which each takes 8 bytes

Picture = str | Path | bytes | Page | Image.Image | NDArray[np.uint8]


def open_picture(source: Picture) -> NDArray[np.uint8]:
    """Open a picture and make it grey: turned as EXIF says, transparency laid on white, the first frame or page only.

    Parameters
    ----------
    source
        A path, a file's bytes, a page of a PDF (a `Page`, or a path like ``"scan.pdf#2"``), a PIL image, or a uint8
        array (h, w), (h, w, 3) in RGB or (h, w, 4) with alpha.

    Returns
    -------
    uint8 (h, w), black 0 and white 255.

    Raises
    ------
    PictureError
        It is no picture, is damaged, cut off or empty, or has more than 50 million pixels (found before decoding).
    MissingExtra
        It is a HEIC picture or a PDF, and the library that opens it is not installed.

    Examples
    --------
    >>> open_picture(np.full((2, 3, 3), 255, np.uint8))
    array([[255, 255, 255],
           [255, 255, 255]], dtype=uint8)
    """
    if isinstance(source, np.ndarray):
        return _grey(_from_array(source))
    if isinstance(source, Image.Image):
        _check_size(source, "PIL")
        return _decoded(source, "PIL", owned=False)
    if isinstance(source, Page):
        return _grey(draw_page(source, MOST_PIXELS))
    if not isinstance(source, str | Path | bytes):
        raise PictureError("error.picture.kind", kind=type(source).__name__)
    if not isinstance(source, bytes) and (page := page_named(source)) is not None:
        return _grey(draw_page(page, MOST_PIXELS))
    return _from_file(source, name_of(source))


def count_pixels(content: bytes) -> int:
    """Count the pixels that opening a picture will decode, without decoding it.

    Parameters
    ----------
    content
        A file's bytes. Each page of a PDF counts as the most that are drawn of one.

    Raises
    ------
    PictureError, MissingExtra
        As `open_picture`.

    Examples
    --------
    >>> file = io.BytesIO()
    >>> Image.new("L", (60, 40)).save(file, "PNG")
    >>> count_pixels(file.getvalue())
    2400
    """
    if content[:8] == _PNG and content[12:16] == b"IHDR" and len(content) >= _PNG_HEAD:
        width, height = struct.unpack(">II", content[16:24])
        return int(width * height)
    if is_pdf(content[:_HEAD]):
        return MOST_PIXELS
    with _complaints(name_of(content)), _opened(content, name_of(content)) as picture:
        return picture.width * picture.height


def _from_file(source: str | Path | bytes, name: str) -> NDArray[np.uint8]:
    with _complaints(name), _opened(source, name) as picture:
        _check_size(picture, name)
        if picture.format == "PNG":
            _verify(source, name)
        return _decoded(picture, name, owned=True)


def _verify(source: str | Path | bytes, name: str) -> None:
    """Refuse a PNG that ends too early or holds a part whose sum does not fit: Pillow would decode it."""
    try:
        with _opened(source, name) as picture:
            picture.verify()
    except _OF_DECODERS as problem:
        raise PictureError("error.picture.damaged", path=name, reason=_reason(problem)) from problem


def _reason(problem: Exception) -> str | ShuziError:
    """Return what a library says of a file, or that it is broken, to fit into a sentence."""
    if isinstance(problem, IndexError | AssertionError) or not str(problem):
        return ShuziError("picture.broken")
    return str(problem).rstrip(". ")


@contextmanager
def _complaints(name: str) -> Iterator[None]:
    """Turn what Pillow complains of while it opens a picture into errors, and its remarks into nothing."""
    with _quiet:
        try:
            yield
        except Image.DecompressionBombError as problem:
            raise PictureError("error.picture.huge", path=name, most=MOST_PIXELS) from problem
        except (UnidentifiedImageError, SyntaxError, ValueError) as problem:
            raise PictureError("error.picture.unknown", path=name) from problem
        except OSError as problem:
            if problem.strerror is None:  # it comes from the decoder and not from the disk
                raise PictureError("error.picture.damaged", path=name, reason=_reason(problem)) from problem
            raise PictureError("error.data.unreadable", path=name, reason=problem.strerror) from problem


def _opened(source: str | Path | bytes, name: str) -> Image.Image:
    file = io.BytesIO(source) if isinstance(source, bytes) else source
    try:
        return Image.open(file, formats=FORMATS)
    except UnidentifiedImageError:
        head = source[:_HEAD] if isinstance(source, bytes) else _head(source)
        if not head:
            raise PictureError("error.picture.empty", path=name) from None
        if is_pdf(head):
            return draw_page(Page(source if isinstance(source, bytes) else Path(source), 1), MOST_PIXELS)
        if head.startswith(_BEGINNINGS):
            reason = ShuziError("picture.broken")
            raise PictureError("error.picture.damaged", path=name, reason=reason) from None
        if head[4:8] != b"ftyp" or head[8:12] not in _HEIF:
            raise
    # the class itself and not `register_heif_opener`, which would change what Pillow opens for others too
    heif = require("pillow_heif", "pictures", "extra.heic")
    try:
        picture: Image.Image = heif.HeifImageFile(file, name)
    except SyntaxError as problem:
        raise PictureError("error.picture.damaged", path=name, reason=_reason(problem)) from problem
    return picture


def _head(path: str | Path) -> bytes:
    with Path(path).open("rb") as file:
        return file.read(_HEAD)


class _Quiet:
    """Silences Pillow's remarks on broken EXIF, and its limit on size, which is above the one here.

    Many threads read at once, and what silences warnings is one for all of them: the first to come sets it up, and
    the last to go takes it back.
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


def _from_array(array: NDArray[Any]) -> Image.Image:
    channels = array.shape[2] if array.ndim == 3 else 1
    if array.dtype != np.uint8 or array.ndim not in (2, 3) or channels not in (1, 3, 4) or not array.size:
        shape = "x".join(map(str, array.shape))
        raise PictureError("error.picture.array", shape=shape, dtype=array.dtype)
    if array.shape[0] * array.shape[1] > MOST_PIXELS:  # before anything is copied
        height, width = array.shape[:2]
        raise PictureError("error.picture.large", path="array", width=width, height=height, most=MOST_PIXELS)
    return Image.fromarray(array[:, :, 0] if array.ndim == 3 and channels == 1 else array)


def _check_size(picture: Image.Image, name: object) -> None:
    width, height = picture.size
    if width * height > MOST_PIXELS:
        raise PictureError("error.picture.large", path=name, width=width, height=height, most=MOST_PIXELS)
    if width * height == 0:
        raise PictureError("error.picture.unknown", path=name)


def _decoded(picture: Image.Image, name: object, owned: bool) -> NDArray[np.uint8]:
    try:
        picture.load()
        _check_size(picture, name)  # again, since a HEIC may turn out to be larger than it says
        if owned:
            ImageOps.exif_transpose(picture, in_place=True)  # the other way makes a copy even when nothing is turned
            return _grey(picture)
        return _grey(ImageOps.exif_transpose(picture))
    except _OF_DECODERS as problem:
        raise PictureError("error.picture.damaged", path=name, reason=_reason(problem)) from problem


def _grey(picture: Image.Image) -> NDArray[np.uint8]:
    if picture.mode.startswith("I;16") or picture.mode in ("I", "F"):
        return _deep(np.asarray(picture))
    if picture.has_transparency_data:
        coloured = picture if picture.mode == "RGBA" else picture.convert("RGBA")
        # grey first, which is the same but for rounding, and takes a third of the memory
        return np.asarray(
            Image.composite(coloured.convert("L"), Image.new("L", picture.size, 255), coloured.getchannel("A"))
        )
    return np.asarray(picture.convert("L"))


def _deep(values: NDArray[Any]) -> NDArray[np.uint8]:
    """Bring whole numbers of 8, 12 or 16 bits, or floats of any range, to 0..255; some rows at a time."""
    if np.issubdtype(values.dtype, np.floating):
        finite = values[np.isfinite(values)]
        low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
        high = high if high > low else low + 1
    else:
        # a camera's 12 bits, or 8, are stored in 16 as they are
        low, high = 0.0, next((float(top) for top in (255, 4_095) if values.max() <= top), 65_535.0)
    grey = np.empty(values.shape, np.uint8)
    rows = max(1, _WIDE // values.shape[1])
    for start in range(0, len(values), rows):
        part = np.nan_to_num(values[start : start + rows].astype(np.float64), nan=low, posinf=high, neginf=low)
        grey[start : start + rows] = np.rint(np.clip((part - low) / (high - low), 0, 1) * 255)
    return grey

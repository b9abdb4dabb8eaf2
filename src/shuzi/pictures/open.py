"""Anything a user passes in as a picture becomes a grey uint8 array."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from shuzi.atomic import open_named
from shuzi.errors import PictureError
from shuzi.pictures import decoder
from shuzi.pictures.decode import (
    MAX_PIXELS,
    MAX_PLAIN_BYTES,
    PDF,
    Page,
    as_array,
    check_size,
    decoded,
    is_plain,
    kind_of,
    name_of,
    open_here,
)

EXAMPLE = str(Path(__file__).with_name("example.jpg"))
"""The path of an example picture: a number of MNIST's digits on composed paper."""

Picture = str | Path | bytes | Page | Image.Image | NDArray[np.uint8]
"""A picture of a kind that can be opened."""


@runtime_checkable
class BinaryFile(Protocol):
    """An open file or file-like object."""

    def read(self, size: int, /) -> bytes:
        """Return at most so many bytes."""


@runtime_checkable
class ArrayLike(Protocol):
    """An object that converts itself to an array, such as a tensor on the CPU."""

    def __array__(self) -> NDArray[Any]:
        """Return it as an array."""


Source = Picture | bytearray | memoryview | BinaryFile | ArrayLike | NDArray[Any]
"""The inputs of `Reader.read`."""

_ADDRESSES = ("http://", "https://", "ftp://")
MAX_READ = 256 << 20
"""The maximum number of bytes of an open file: enough for the largest picture of 50 megapixels."""


def open_picture(source: Source, colours: bool = False) -> NDArray[np.uint8]:
    """Open a picture and make it grey, uint8 (h, w): upright by its EXIF, transparency on white, first page only.

    If `colours` are asked for, a coloured picture becomes RGB, uint8 (h, w, 3), unless memory is too short;
    pages of a PDF stay grey.

    A source is a path, a page of a PDF or TIFF (a `Page`, or a path like ``"scan.pdf#2"``), the bytes of a file, a
    file opened in binary mode, a PIL image, or an array or tensor (h, w), (h, w, 1), (h, w, 3) in RGB or (h, w, 4)
    with alpha; white is 255 in integers, 1 in floats, True in bools. A `PictureError` says what is wrong with it.
    """
    source = accept(source)
    if isinstance(source, np.ndarray):
        return as_array(Image.fromarray(source[:, :, 0] if source.shape[2:] == (1,) else source), colours)
    if isinstance(source, Image.Image):
        check_size(source, "PIL")
        return decoded(source, "PIL", colours)
    if not isinstance(source, bytes) and (page := page_named(source)) is not None:
        return decoder.draw(page, colours=colours)
    assert not isinstance(source, Page)  # noqa: S101 - for the types
    if source == "":
        raise PictureError("error.picture.nameless", path="")
    return _from_file(source, colours)


def accept(source: Source) -> Picture:
    """Return a source of `open_picture` as one of the kinds that can be opened: files as bytes, arrays as uint8."""
    if isinstance(source, str) and source.lower().startswith(_ADDRESSES):
        raise PictureError("error.picture.address", path=source)
    if isinstance(source, str | Path | bytes | Page | Image.Image):
        return source
    if isinstance(source, bytearray | memoryview):
        return _as_contents(source)
    if isinstance(source, np.ndarray):
        return _as_bytes(source)
    if isinstance(source, BinaryFile):
        return _contents(source)
    if isinstance(source, ArrayLike):
        return _as_bytes(_as_array(source))
    raise PictureError("error.picture.kind", kind=type(source).__name__)


def page_named(source: object) -> Page | None:
    """Return the page that a path such as ``"scan.pdf#2"`` refers to, or None."""
    if isinstance(source, Page):
        return source
    if not isinstance(source, str | Path):
        return None
    named = re.fullmatch(r"(.+\.(?:pdf|tiff?))#([1-9][0-9]{0,5})", str(source), re.IGNORECASE | re.DOTALL)
    if not named or os.path.exists(source):  # noqa: PTH110 - a name too long is not there
        return None
    return Page(Path(named[1]), int(named[2]))


def source_of(picture: object) -> str | None:
    """Return the path of a picture or page that is in a file, None for any other."""
    file = picture.document if isinstance(picture, Page) else picture
    return str(picture) if isinstance(file, str | Path) else None


def _from_file(source: str | Path | bytes, colours: bool) -> NDArray[np.uint8]:
    content = source if isinstance(source, bytes) else _content(source)
    name = name_of(source)
    if not content:
        raise PictureError("error.picture.empty", path=name)
    if (kind := kind_of(content)) is None:
        raise PictureError("error.picture.unknown", path=name)
    if is_plain(content, kind):
        try:
            return open_here(content, name, kind=kind, colours=colours)
        except MemoryError as problem:
            raise PictureError("error.picture.memory", path=name) from problem
    # use what was already read: the path may be a pipe, which cannot be read twice
    file = content if isinstance(source, bytes) or len(content) <= MAX_PLAIN_BYTES else Path(source)
    return decoder.draw(Page(file, 1), name) if kind == PDF else decoder.decode(file, name, colours)


def _content(path: str | Path) -> bytes:
    """Return the contents of a file, or only its start if it is too large to be plain."""
    try:
        with open_named(Path(path), MAX_PLAIN_BYTES) as file:
            # reads allocate the size they ask for, and 32 MB would cost more than decoding a small file
            size = file.seek(0, os.SEEK_END) or MAX_PLAIN_BYTES
            file.seek(0)
            return file.read(min(size, MAX_PLAIN_BYTES) + 1)
    except OSError as problem:
        raise PictureError("error.data.unreadable", path=path, reason=problem.strerror) from problem
    except ValueError as problem:  # not a possible file name
        raise PictureError("error.picture.unknown", path=path) from problem


def _contents(file: BinaryFile) -> bytes:
    name = str(getattr(file, "name", None) or type(file).__name__)
    content = b""
    while len(content) <= MAX_READ:
        try:
            piece = file.read(MAX_READ + 1 - len(content))
        except Exception as problem:  # closed, opened for writing, or whatever a library raises
            raise PictureError("error.data.unreadable", path=name, reason=problem) from problem
        if not isinstance(piece, bytes | bytearray):
            raise PictureError("error.picture.text", path=name)
        if not piece:
            break
        content += piece
    if len(content) > MAX_READ:
        raise PictureError("error.picture.long", path=name, max=MAX_READ)
    if not content:
        raise PictureError("error.picture.read", path=name)
    return content


def _as_contents(source: bytearray | memoryview) -> bytes:
    try:
        return bytes(source)
    except ValueError as problem:  # a memoryview that was released
        raise PictureError("error.data.unreadable", path=type(source).__name__, reason=problem) from problem


def is_one_picture(source: ArrayLike) -> bool:
    """Tell whether an array or tensor has the shape of a single picture."""
    shape = tuple(getattr(source, "shape", ()))
    return len(shape) < 3 or (len(shape) == 3 and shape[2] in (1, 3, 4))


def _as_array(source: ArrayLike) -> NDArray[Any]:
    try:
        return np.asarray(source)
    except Exception as problem:  # whatever a library raises, such as for a tensor on a GPU
        raise PictureError("error.picture.convert", kind=type(source).__name__, reason=problem) from problem


def _as_bytes(array: NDArray[Any]) -> NDArray[np.uint8]:
    """Return an array as uint8, white 255."""
    check_shape(array)
    if array.dtype == np.bool_:
        return array.astype(np.uint8) * np.uint8(255)
    if array.dtype.kind in "iu" and array.max() == 1 and array.min() == 0:
        raise PictureError("error.picture.mask", dtype=array.dtype)
    if array.dtype == np.uint8:
        return array
    if array.dtype.kind not in "iuf":
        raise PictureError("error.picture.dtype", dtype=array.dtype)
    is_float, lowest, highest = array.dtype.kind == "f", float(array.min()), float(array.max())
    if not 0 <= lowest <= highest <= (1 if is_float else 255):  # NaN is refused too
        key = "error.picture.floats" if is_float else "error.picture.integers"
        raise PictureError(key, dtype=array.dtype, min=f"{lowest:g}", max=f"{highest:g}")
    return np.rint(array * 255.0).astype(np.uint8) if is_float else array.astype(np.uint8)


def check_shape(array: NDArray[Any]) -> None:
    """Check that an array has the shape and the size of a picture, before anything is copied."""
    shape = "x".join(map(str, array.shape))
    if array.ndim == 3 and array.shape[2] not in (1, 3, 4) and array.shape[0] in (1, 3, 4):
        raise PictureError("error.picture.channels", shape=shape)
    if array.ndim not in (2, 3) or (array.ndim == 3 and array.shape[2] not in (1, 3, 4)) or not array.size:
        raise PictureError("error.picture.array", shape=shape)
    height, width = array.shape[:2]
    if height * width > MAX_PIXELS:
        raise PictureError("error.picture.large", path="array", width=width, height=height, max=MAX_PIXELS)

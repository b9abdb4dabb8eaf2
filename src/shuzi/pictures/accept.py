"""Whatever a person passes as a picture becomes a path, a page, bytes, an image or a uint8 array."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from shuzi.errors import PictureError
from shuzi.pictures.decode import MOST_PIXELS
from shuzi.pictures.pdf import Page

Picture = str | Path | bytes | Page | Image.Image | NDArray[np.uint8]
"""A picture in one of the kinds that are opened."""


@runtime_checkable
class BinaryFile(Protocol):
    """An open file, or what can be read like one."""

    def read(self, size: int, /) -> bytes:
        """Return at most so many bytes."""


@runtime_checkable
class ArrayLike(Protocol):
    """What turns itself into an array, such as a tensor on the CPU."""

    def __array__(self) -> NDArray[Any]:
        """Return it as an array."""


Source = Picture | bytearray | memoryview | BinaryFile | ArrayLike | NDArray[Any]
"""What `Reader.read` takes."""

_ADDRESSES = ("http://", "https://", "ftp://")
MOST_READ = 256 << 20
"""The maximum number of bytes of an open file: enough for the largest picture of 50 megapixels."""


def accept(source: Source) -> Picture:
    """Return a picture in one of the kinds that are opened.

    Parameters
    ----------
    source
        A path, a page, the bytes of a file (bytes, bytearray or memoryview), a file opened in binary mode, a PIL
        image, or an array or tensor: (h, w), (h, w, 1), (h, w, 3) in RGB or (h, w, 4) with alpha; white is 255 in
        integers, 1 in floats, True in bools.

    Returns
    -------
    The picture; a file's contents as bytes, and arrays as uint8 with white 255.

    Raises
    ------
    PictureError
        It is something else, the address of a web page, an empty file, or an array of another shape or other values,
        such as integers that are only 0 and 1: nobody can tell which of them is ink.

    Examples
    --------
    >>> accept(np.array([[0.0, 0.5, 1.0]]))
    array([[  0, 128, 255]], dtype=uint8)
    """
    if isinstance(source, str) and source.lower().startswith(_ADDRESSES):
        raise PictureError("error.picture.address", address=source)
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


def _contents(file: BinaryFile) -> bytes:
    name = str(getattr(file, "name", None) or type(file).__name__)
    content = b""
    while len(content) <= MOST_READ:
        try:
            piece = file.read(MOST_READ + 1 - len(content))
        except Exception as problem:  # closed, opened for writing, or whatever a library raises
            raise PictureError("error.data.unreadable", path=name, reason=problem) from problem
        if not isinstance(piece, bytes | bytearray):
            raise PictureError("error.picture.text", path=name)
        if not piece:
            break
        content += piece
    if len(content) > MOST_READ:
        raise PictureError("error.picture.long", path=name, most=MOST_READ)
    if not content:
        raise PictureError("error.picture.read", path=name)
    return content


def _as_contents(source: bytearray | memoryview) -> bytes:
    try:
        return bytes(source)
    except ValueError as problem:  # a memoryview that was released
        raise PictureError("error.data.unreadable", path=type(source).__name__, reason=problem) from problem


def is_one_picture(source: ArrayLike) -> bool:
    """Tell whether an array or tensor has the shape of one picture, not of several.

    >>> is_one_picture(np.zeros((9, 9, 3))), is_one_picture(np.zeros((9, 28, 28)))
    (True, False)
    """
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
    is_float, least, most = array.dtype.kind == "f", float(array.min()), float(array.max())
    if not 0 <= least <= most <= (1 if is_float else 255):  # NaN is refused too
        key = "error.picture.floats" if is_float else "error.picture.integers"
        raise PictureError(key, dtype=array.dtype, least=f"{least:g}", most=f"{most:g}")
    return np.rint(array * 255.0).astype(np.uint8) if is_float else array.astype(np.uint8)


def check_shape(array: NDArray[Any]) -> None:
    """Check that an array has the shape and the size of a picture, before anything is copied.

    Raises
    ------
    PictureError
        It has another shape, no pixels, or more than 50 million.
    """
    shape = "x".join(map(str, array.shape))
    if array.ndim == 3 and array.shape[2] not in (1, 3, 4) and array.shape[0] in (1, 3, 4):
        raise PictureError("error.picture.channels", shape=shape)
    if array.ndim not in (2, 3) or (array.ndim == 3 and array.shape[2] not in (1, 3, 4)) or not array.size:
        raise PictureError("error.picture.array", shape=shape)
    height, width = array.shape[:2]
    if height * width > MOST_PIXELS:
        raise PictureError("error.picture.large", path="array", width=width, height=height, most=MOST_PIXELS)

"""Anything that a person hands in as a picture becomes a grey uint8 array."""

from __future__ import annotations

import io
import struct
import warnings
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from shuzi.errors import PictureError

MOST_PIXELS = 50_000_000
FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")
"""The kinds of files that are opened. Others, such as ICO and EPS, can hold more than they say before decoding."""

Picture = str | Path | bytes | Image.Image | NDArray[np.uint8]


def open_picture(source: Picture) -> NDArray[np.uint8]:
    """Open a picture and make it grey: turned as EXIF says, transparency laid on white, the first frame only.

    Parameters
    ----------
    source
        A path, a file's bytes, a PIL image, or a uint8 array (h, w), (h, w, 3) in RGB or (h, w, 4) with alpha.

    Returns
    -------
    uint8 (h, w), black 0 and white 255.

    Raises
    ------
    PictureError
        It is no picture, is cut off, is empty, or has more than 50 million pixels (found before decoding).

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
        return _decoded(source, "PIL")
    name = source if isinstance(source, str | Path) else f"{len(source)} bytes"
    file = io.BytesIO(source) if isinstance(source, bytes) else source
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # remarks on broken EXIF, and a limit on size that is above the one here
        try:
            picture = Image.open(file, formats=FORMATS)
        except Image.DecompressionBombError as problem:
            raise PictureError("error.picture.huge", path=name, most=MOST_PIXELS) from problem
        except (UnidentifiedImageError, SyntaxError, ValueError) as problem:
            raise PictureError("error.picture.unknown", path=name) from problem
        except OSError as problem:
            if problem.strerror is None:  # it comes from the decoder and not from the disk
                raise PictureError("error.picture.damaged", path=name, reason=problem) from problem
            raise PictureError("error.data.unreadable", path=name, reason=problem.strerror) from problem
        with picture:
            _check_size(picture, name)
            return _decoded(picture, name)


def _from_array(array: NDArray[Any]) -> Image.Image:
    channels = array.shape[2] if array.ndim == 3 else 1
    if array.dtype != np.uint8 or array.ndim not in (2, 3) or channels not in (1, 3, 4) or not array.size:
        shape = "x".join(map(str, array.shape))
        raise PictureError("error.picture.array", shape=shape, dtype=array.dtype)
    picture = Image.fromarray(array[:, :, 0] if array.ndim == 3 and channels == 1 else array)
    _check_size(picture, "array")
    return picture


def _check_size(picture: Image.Image, name: object) -> None:
    width, height = picture.size
    if width * height > MOST_PIXELS:
        raise PictureError("error.picture.large", path=name, width=width, height=height, most=MOST_PIXELS)
    if width * height == 0:
        raise PictureError("error.picture.unknown", path=name)


def _decoded(picture: Image.Image, name: object) -> NDArray[np.uint8]:
    try:
        return _grey(ImageOps.exif_transpose(picture))
    except (OSError, ValueError, SyntaxError, EOFError, TypeError, struct.error) as problem:
        raise PictureError("error.picture.damaged", path=name, reason=problem) from problem


def _grey(picture: Image.Image) -> NDArray[np.uint8]:
    if picture.mode.startswith("I;16") or picture.mode in ("I", "F"):
        return _deep(np.asarray(picture))
    if picture.has_transparency_data:
        coloured = picture.convert("RGBA")
        white = Image.new("RGBA", coloured.size, "white")
        picture = Image.alpha_composite(white, coloured)
    return np.asarray(picture.convert("L"))


def _deep(values: NDArray[Any]) -> NDArray[np.uint8]:
    """Bring 16-bit whole numbers, or floats of any range, to 0..255."""
    wide = values.astype(np.float64)
    if np.issubdtype(values.dtype, np.floating) and (low := np.nanmin(wide)) < (high := np.nanmax(wide)):
        scaled = (np.nan_to_num(wide, nan=float(low)) - low) / (high - low)
    else:
        scaled = np.clip(np.nan_to_num(wide) / 65535, 0, 1)
    return np.rint(scaled * 255).astype(np.uint8)

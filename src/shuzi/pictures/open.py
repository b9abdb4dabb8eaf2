"""Anything a user passes in as a picture becomes a grey uint8 array."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from shuzi.errors import PictureError
from shuzi.named import open_named
from shuzi.pictures import decoder
from shuzi.pictures.accept import Picture as Picture
from shuzi.pictures.accept import Source, accept
from shuzi.pictures.decode import check_size, decoded, grey, open_here
from shuzi.pictures.pdf import Page, name_of, page_named
from shuzi.pictures.plain import MOST_BYTES, PDF, is_plain, kind_of


def open_picture(source: Source) -> NDArray[np.uint8]:
    """Open a picture and make it grey: rotated according to EXIF, transparency on white, first frame or page only.

    Plain PNG, JPEG and BMP files of ordinary size, arrays and PIL images are decoded here. Everything else is decoded
    in a child process with limits of 950 MB and a few seconds, depending on file size (`shuzi.pictures.decoder`).

    Parameters
    ----------
    source
        A path, a page of a PDF or TIFF (a `Page`, or a path like ``"scan.pdf#2"``), the bytes of a file, a file
        opened in binary mode, a PIL image, or an array or tensor (h, w), (h, w, 1), (h, w, 3) in RGB or (h, w, 4)
        with alpha; white is 255 in integers, 1 in floats (`shuzi.pictures.accept`).

    Returns
    -------
    uint8 (h, w), black 0 and white 255.

    Raises
    ------
    PictureError
        It is not a picture, is damaged, truncated or empty, has more than 50 million pixels (checked before
        decoding), or needs too much time or memory to decode.
    MissingExtra
        It is a HEIC picture or a PDF, and the library to open it is not installed.

    Examples
    --------
    >>> open_picture(np.full((2, 3, 3), 255, np.uint8))
    array([[255, 255, 255],
           [255, 255, 255]], dtype=uint8)
    """
    source = accept(source)
    if isinstance(source, np.ndarray):
        return grey(Image.fromarray(source[:, :, 0] if source.shape[2:] == (1,) else source))
    if isinstance(source, Image.Image):
        check_size(source, "PIL")
        return decoded(source, "PIL")
    if not isinstance(source, bytes) and (page := page_named(source)) is not None:
        return decoder.draw(page)
    assert not isinstance(source, Page)  # noqa: S101 - for the types
    if source == "":
        raise PictureError("error.picture.nameless", path="")
    return _from_file(source, name_of(source))


def _from_file(source: str | Path | bytes, name: str) -> NDArray[np.uint8]:
    content = source if isinstance(source, bytes) else _content(Path(source), name)
    if not content:
        raise PictureError("error.picture.empty", path=name)
    if (kind := kind_of(content)) is None:
        raise PictureError("error.picture.unknown", path=name)
    if is_plain(content, kind):
        try:
            return open_here(content, name, kind=kind)
        except MemoryError as problem:
            raise PictureError("error.picture.memory", path=name) from problem
    # use what was already read: the path may be a pipe, which cannot be read twice
    file = content if isinstance(source, bytes) or len(content) <= MOST_BYTES else Path(source)
    return decoder.draw(Page(file, 1), name) if kind == PDF else decoder.decode(file, name)


def _content(path: Path, name: str) -> bytes:
    """Return the contents of a file, or only its start if it is too large to be plain."""
    try:
        with open_named(path, MOST_BYTES) as file:
            # reads allocate the size they ask for, and 32 MB would cost more than decoding a small file
            size = file.seek(0, os.SEEK_END) or MOST_BYTES
            file.seek(0)
            return file.read(min(size, MOST_BYTES) + 1)
    except OSError as problem:
        raise PictureError("error.data.unreadable", path=name, reason=problem.strerror) from problem
    except ValueError as problem:  # not a possible file name
        raise PictureError("error.picture.unknown", path=name) from problem

"""The calls that another process makes to read many pictures, and how much work a picture is."""

from __future__ import annotations

import os
import struct
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from shuzi.errors import ShuziError
from shuzi.models import session
from shuzi.pictures.decode import PNG, Page, kind_of
from shuzi.pictures.open import Picture, source_of
from shuzi.processes.pool import SMALL
from shuzi.reading.report.result import Reading

if TYPE_CHECKING:
    from shuzi.reading.reader import Reader

_UNKNOWN = SMALL + 1


def use_one_core() -> None:
    """Let this process use one core: the others have processes of their own."""
    cv2.setNumThreads(1)
    session.most_threads = 1


def read_from(reader: Reader, folder: str, picture: Picture | ShuziError) -> Reading | ShuziError:
    """Read a picture, or return the error that prevents it.

    Parameters
    ----------
    reader
        Reads it.
    folder
        The working folder of whoever named the picture; "" where its name does not depend on it.
    picture
        What to read.
    """
    named = picture
    if folder and os.getcwd() != folder:  # noqa: PTH109 - compared as it was noted
        if isinstance(picture, Page):
            named = Page(Path(folder, str(picture.document)), picture.number)
        else:
            named = Path(folder, str(picture))
    reading = reader.try_to_read(named)
    return replace(reading, source=source_of(picture)) if isinstance(reading, Reading) else reading


def name_folder(picture: Picture | ShuziError) -> str:
    """Return the working folder, where a picture's path depends on it; "" elsewhere."""
    named = picture.document if isinstance(picture, Page) else picture
    if isinstance(named, str | Path) and not os.path.isabs(named):  # noqa: PTH117 - a name too long is no path
        return os.getcwd()  # noqa: PTH109 - sent as text
    return ""


def estimate_size(picture: Picture | ShuziError) -> int:
    """Return how much work a picture is: its bytes or its pixels, whichever are more; much where it is not known.

    >>> estimate_size(np.zeros((28, 28), np.uint8)), estimate_size(b"GIF89a") > SMALL, estimate_size("a.png") > SMALL
    (784, True, True)
    """
    if isinstance(picture, np.ndarray):
        return picture.nbytes
    if isinstance(picture, bytes) and len(picture) > 24 and kind_of(picture[:16]) == PNG:
        width, height = struct.unpack_from(">II", picture, 16)
        return int(max(len(picture), width * height))
    return _UNKNOWN

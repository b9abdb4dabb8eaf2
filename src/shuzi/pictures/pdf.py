"""A page of a PDF becomes a picture, by PDFium.

PDFium is not thread-safe and may crash the process that calls it, so drawing and counting are done in a child
process (`decoder`).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from shuzi.errors import PictureError, require
from shuzi.pictures.plain import name_of

DPI = 200
"""Dots per inch at which a page is drawn, as scanners use for writing."""

_POINTS = 72  # points per inch in a PDF


@dataclass(frozen=True)
class Page:
    """A page of a PDF or TIFF, read like a picture.

    Parameters
    ----------
    document
        The file: its path, or its bytes.
    number
        1 is the first page.

    Examples
    --------
    >>> str(Page(Path("scan.pdf"), 2))
    'scan.pdf#2'
    """

    document: Path | bytes
    number: int

    def __str__(self) -> str:
        return f"{name_of(self.document)}#{self.number}"


def count_pages(document: Path | bytes) -> int:
    """Count the pages of a PDF.

    Raises
    ------
    PictureError
        It cannot be opened.
    MissingExtra
        pypdfium2 is not installed.
    """
    with _opened(document) as pdf:
        return len(pdf)


def draw_page(page: Page, most_pixels: int) -> Image.Image:
    """Draw a page in grey at 200 dots per inch, or coarser if that would give more than `most_pixels`.

    Raises
    ------
    PictureError
        It cannot be opened or drawn, there is no such page, or a picture on it has more than `most_pixels`.
    MissingExtra
        pypdfium2 is not installed.
    """
    with _opened(page.document) as pdf:
        if page.number > len(pdf):
            raise PictureError("error.picture.page", path=name_of(page.document), pages=len(pdf), number=page.number)
        sheet = pdf[page.number - 1]
        for width, height in _pictures_on(sheet):
            if width * height > most_pixels:
                size = {"width": width, "height": height, "most": most_pixels}
                raise PictureError("error.picture.large", path=page, **size)
        width, height = sheet.get_size()
        scale = min(DPI / _POINTS, math.sqrt(0.99 * most_pixels / max(width * height, 1)))
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
def _opened(document: Path | bytes) -> Iterator[Any]:
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

"""A reading becomes the HTML that a notebook shows: the picture, its digits in boxes, text and status."""

from __future__ import annotations

import base64
import io
from html import escape
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from shuzi.errors import ShuziError
from shuzi.pictures.open import open_picture, page_named
from shuzi.reading.report.result import COLOURS, Reading, percent

_WIDEST, _HIGHEST = 640, 320  # pixels as shown
_LARGEST = 3.0  # enlargement, so that a 28x28 image is not shown larger than its pixels deserve


def as_html(reading: Reading) -> str:
    """Return a picture, opened again if it is a file, with a box around each digit, and below it text and advice."""
    words = f"<strong>{escape(reading.text)}</strong> <span>{escape(reading.verdict)}</span>".replace("\n", "<br>")
    grey = _picture(reading)
    return f"<div>{'' if grey is None else _drawn(reading, grey)}{words}</div>"


def _picture(reading: Reading) -> NDArray[np.uint8] | None:
    if reading.source is not None and _is_file(reading.source):
        try:
            return open_picture(reading.source)
        except ShuziError:
            pass  # changed since it was read
    if not reading.digits:
        return None
    right = max(round(digit.box[0] + digit.box[2]) for digit in reading.digits)
    bottom = max(round(digit.box[1] + digit.box[3]) for digit in reading.digits)
    grey = np.full((bottom + 4, right + 4), 255, np.uint8)
    for digit in reading.digits:
        x, y, width, height = map(round, digit.box)
        rows, columns = np.nonzero(digit.image)
        if len(rows) and width and height:
            ink = digit.image[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
            grey[y : y + height, x : x + width] = 255 - np.asarray(Image.fromarray(ink).resize((width, height)))
    return grey


def _is_file(source: str) -> bool:
    """Tell whether a source is a file, or a page of one; a pipe can be read only once."""
    page = page_named(source)
    return Path(source if page is None else str(page.document)).is_file()


def _drawn(reading: Reading, grey: NDArray[np.uint8]) -> str:
    height, width = grey.shape
    scale = min(_WIDEST / width, _HIGHEST / height, _LARGEST)
    small = (max(1, round(width * scale)), max(1, round(height * scale)))
    png = io.BytesIO()
    Image.fromarray(grey).resize(small, Image.Resampling.LANCZOS).save(png, "PNG")
    boxes = "".join(
        f'<rect x="{x}" y="{y}" width="{w}" height="{h}" fill="none" stroke="{COLOURS[digit.status]}"'
        f' stroke-width="{1.5 / scale:.3g}"><title>{digit.digit}: {percent(digit.probability)}</title></rect>'
        for digit in reading.digits
        for x, y, w, h in [digit.box]
    )
    return (
        f'<svg viewBox="0 0 {width} {height}" width="{small[0]}" height="{small[1]}" style="display:block"'
        f' role="img" aria-label="{escape(reading.text)}">'
        f'<image href="data:image/png;base64,{base64.b64encode(png.getvalue()).decode()}" width="{width}"'
        f' height="{height}" preserveAspectRatio="none"/>{boxes}</svg>'
    )

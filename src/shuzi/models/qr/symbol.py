"""Draw a text as a QR code, and read the text in a picture of a code."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from shuzi.errors import ModelError, require
from shuzi.pictures.open import Source, open_picture

PREFIX = "SHUZI:"
"""The prefix of the text in shuzi's codes."""

_MODULE = 6  # pixels


def drawn(text: str) -> NDArray[np.uint8]:
    """Draw a code: uint8 (h, w), with the margin that readers need."""
    zxing = require("zxingcpp", "qr", "extra.qr")
    barcode = zxing.create_barcode(text, zxing.BarcodeFormat.QRCode)
    return np.array(barcode.to_image(scale=_MODULE), np.uint8)


def text_in(picture: Source, path: str | Path) -> str:
    """Return the text of shuzi's code in a picture, without its prefix.

    Raises
    ------
    ModelError
        The picture shows no readable code, or none of shuzi's.
    PictureError
        It is not a picture.
    """
    zxing = require("zxingcpp", "qr", "extra.qr")
    codes = zxing.read_barcodes(open_picture(picture), zxing.BarcodeFormat.QRCode)
    texts: list[str] = [code.text for code in codes if code.valid]
    if not texts:
        raise ModelError("error.qr.none", path=path)
    ours = [text for text in texts if text.startswith(PREFIX)]
    if not ours:
        raise ModelError("error.qr.foreign", path=path)
    if len(set(ours)) > 1:
        raise ModelError("error.qr.several", path=path, n=len(set(ours)))
    return ours[0].removeprefix(PREFIX)

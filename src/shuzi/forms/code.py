"""The identity of a page becomes a QR code, and its picture the identity again."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

MODULES = 25
"""Modules along a side: version 2, which holds 29 characters at quality Q."""

_QUIET = 2  # modules of margin that OpenCV adds
_TOGETHER = 8  # pixels of a module when a code is drawn to be decoded
_SHIFTS = (0.0, -0.3, 0.3, -0.6, 0.6)  # modules by which the code may lie off its place


@dataclass(frozen=True)
class Code:
    """What a page says of itself.

    Parameters
    ----------
    spec
        The id of the spec.
    sheet
        The number of the sheet, if several copies were made; from 1.
    page
        The number of the page; from 1.

    Examples
    --------
    >>> Code("0123456789", 1, 2).text
    'SHUZI/0123456789/001/02'
    >>> Code.of("SHUZI/0123456789/001/02"), Code.of("https://shuzi.invalid")
    (Code(spec='0123456789', sheet=1, page=2), None)
    """

    spec: str
    sheet: int
    page: int

    @property
    def text(self) -> str:
        """What the QR code holds."""
        return f"SHUZI/{self.spec}/{self.sheet:03}/{self.page:02}"

    @staticmethod
    def of(text: str) -> Code | None:
        """Return what a QR code says; None if it is not one of shuzi's."""
        found = re.fullmatch("SHUZI/([0-9A-F]{10})/([0-9]{3,4})/([0-9]{2,3})", text)
        return Code(found[1], int(found[2]), int(found[3])) if found else None


def drawn(code: Code) -> NDArray[np.bool_]:
    """Draw a QR code: bool (25, 25), true where it is black.

    >>> drawn(Code("0123456789", 1, 1))[:7, :7].sum()
    np.int64(33)
    """
    settings: Any = vars(cv2)["QRCodeEncoder_Params"]()  # OpenCV publishes no type of it
    settings.version, settings.correction_level = 2, cv2.QRCodeEncoder_CORRECT_LEVEL_Q
    settings.mode = cv2.QRCodeEncoder_MODE_ALPHANUMERIC
    image = cv2.QRCodeEncoder.create(settings).encode(code.text)
    return np.asarray(image[_QUIET:-_QUIET, _QUIET:-_QUIET] < 128)


def decoded(picture: NDArray[np.uint8], module: float) -> Code | None:
    """Read the QR code whose place is known.

    Its modules are sampled and drawn anew, because what finds codes anywhere gives up on a blurred one.

    Parameters
    ----------
    picture
        uint8 (h, w): the code in the middle, upright, with a margin of at least two modules.
    module
        The side of a module in pixels.

    Returns
    -------
    What it says; None if it cannot be read.

    Examples
    --------
    >>> code = Code("0123456789", 12, 1)
    >>> picture = np.where(np.kron(np.pad(drawn(code), 3), np.ones((6, 6))), 30, 220).astype(np.uint8)
    >>> decoded(picture, 6.0) == code, decoded(picture * 0 + 200, 6.0)
    (True, None)
    """
    smooth = cv2.GaussianBlur(picture, (0, 0), max(module * 0.25, 0.3))
    middle = (np.array(picture.shape) - 1) / 2
    steps = (np.arange(MODULES) - (MODULES - 1) / 2) * module
    for down in _SHIFTS:
        for right in _SHIFTS:
            x, y = np.meshgrid(middle[1] + right * module + steps, middle[0] + down * module + steps)
            levels = cv2.remap(smooth, x.astype(np.float32), y.astype(np.float32), cv2.INTER_LINEAR)
            if np.ptp(levels) < 24:
                continue
            if (found := _read(np.asarray(levels, np.uint8))) is not None:
                return found
    return None


def _read(levels: NDArray[np.uint8]) -> Code | None:
    """Read a code from the level of each module; a threshold that follows the light separates black from white."""
    local = cv2.blur(levels.astype(np.float32), (9, 9), borderType=cv2.BORDER_REFLECT)
    black = levels < local
    corners = [black[:7, :7], black[:7, -7:], black[-7:, :7]]
    # the three squares of a code have known modules; without them there is none here
    if sum(int((each == _SQUARE).sum()) for each in corners) < 3 * 49 - 15:
        return None
    for place in ((slice(0, 7), slice(0, 7)), (slice(0, 7), slice(-7, None)), (slice(-7, None), slice(0, 7))):
        black[place] = _SQUARE
    image = np.where(np.kron(np.pad(black, 4), np.ones((_TOGETHER, _TOGETHER), bool)), 0, 255).astype(np.uint8)
    return Code.of(cv2.QRCodeDetector().detectAndDecode(image)[0])


_SQUARE = np.zeros((7, 7), bool)
_SQUARE[[0, -1]] = _SQUARE[:, [0, -1]] = _SQUARE[2:5, 2:5] = True

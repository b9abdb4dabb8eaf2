"""The identity of a page becomes a QR code, and its picture the identity again."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    pass

MODULES = 25
"""Modules along a side: version 2, which holds 29 characters at quality Q."""

_QUIET = 2  # modules of margin that OpenCV adds
_TOGETHER, _MARGIN = 8, 4  # pixels of a module, and modules around the code, when it is drawn to be decoded
_SHIFTS = np.linspace(-2, 2, 11).tolist()  # modules by which the code may lie off its place
_MIN_CONTRAST = 24  # grey levels between black and white
_NEAR = (0.0, -0.2, 0.2)  # modules around that place


@dataclass(frozen=True)
class Code:
    """A page's identification."""

    spec: str  # the id of the spec
    sheet: int  # the number of the sheet, if several copies were made; from 1
    page: int  # the number of the page; from 1

    @property
    def text(self) -> str:
        """The content of the QR code."""
        return f"SHUZI/{self.spec}/{self.sheet:03}/{self.page:02}"

    @staticmethod
    def of(text: str) -> Code | None:
        """Return what a QR code says; None if it is not one of shuzi's."""
        found = re.fullmatch("SHUZI/([0-9A-F]{10})/([0-9]{3,4})/([0-9]{2,3})", text)
        return Code(found[1], int(found[2]), int(found[3])) if found else None


def draw_code(code: Code) -> NDArray[np.bool_]:
    """Draw a QR code: bool (25, 25), true where it is black."""
    settings: Any = vars(cv2)["QRCodeEncoder_Params"]()  # OpenCV publishes no type of it
    settings.version, settings.correction_level = 2, cv2.QRCodeEncoder_CORRECT_LEVEL_Q
    settings.mode = cv2.QRCodeEncoder_MODE_ALPHANUMERIC
    image = cv2.QRCodeEncoder.create(settings).encode(code.text)
    return np.asarray(image[_QUIET:-_QUIET, _QUIET:-_QUIET] < 128)


def read_code(picture: NDArray[np.uint8], module: float) -> Code | None:
    """Read the QR code whose place is known.

    `picture`: uint8 (h, w): the code in the middle, upright, with a margin of at least two modules. `module`: the
    side of a module in pixels.
    """
    smooth = np.asarray(cv2.GaussianBlur(picture, (0, 0), max(module * 0.25, 0.3)), np.uint8)
    if np.ptp(smooth) < _MIN_CONTRAST:
        return None
    rows, columns = np.mgrid[:MODULES, :MODULES].astype(np.float64)
    # paper bends: each of the three squares shows how far its corner of the code lies off its place
    shifts = [_shift(smooth, module, square) for square in _SQUARES]
    first, right, below = (np.array(shift) for shift in shifts)
    across, down = (columns - 3) / (MODULES - 7), (rows - 3) / (MODULES - 7)
    shift = first[:, None, None] + (right - first)[:, None, None] * across + (below - first)[:, None, None] * down
    for more in _NEAR:
        levels = _sampled(smooth, module, rows + shift[0] + more, columns + shift[1] + more)
        # a threshold that follows the light
        black = levels < cv2.blur(levels, (9, 9), borderType=cv2.BORDER_REFLECT)
        if (found := _read(black)) is not None:
            return found
    return Code.of(cv2.QRCodeDetector().detectAndDecode(picture)[0])


def _shift(smooth: NDArray[np.uint8], module: float, square: tuple[slice, slice]) -> tuple[float, float]:
    """Return by how many modules a square of the code lies below and to the right of its place."""
    rows, columns = (axis[square] for axis in np.mgrid[:MODULES, :MODULES])
    best, found = -1.0, (0.0, 0.0)
    for down in _SHIFTS:
        for right in _SHIFTS:
            levels = _sampled(smooth, module, rows + down, columns + right)
            # the difference of the mean levels of what must be white and what must be black
            fits = float(levels[~_SQUARE].mean() - levels[_SQUARE].mean()) - abs(down) - abs(right)
            if fits > best:
                best, found = fits, (down, right)
    return found


def _sampled(
    smooth: NDArray[np.uint8], module: float, rows: NDArray[np.floating[Any]], columns: NDArray[np.floating[Any]]
) -> NDArray[np.float32]:
    """Return the grey level at rows and columns of modules, which may be fractions."""
    middle = (np.array(smooth.shape) - 1) / 2
    y, x = middle[0] + (rows - (MODULES - 1) / 2) * module, middle[1] + (columns - (MODULES - 1) / 2) * module
    found = cv2.remap(smooth, x.astype(np.float32), y.astype(np.float32), cv2.INTER_LINEAR)
    return np.asarray(found, np.float32)


def _read(black: NDArray[np.bool_]) -> Code | None:
    """Read a code from its modules: bool (25, 25)."""
    for square in _SQUARES:
        black[square] = _SQUARE
    image = np.where(np.kron(np.pad(black, _MARGIN), np.ones((_TOGETHER, _TOGETHER), bool)), 0, 255).astype(np.uint8)
    first, last = _MARGIN * _TOGETHER, (_MARGIN + MODULES) * _TOGETHER
    corners = np.array([[(first, first), (last, first), (last, last), (first, last)]], np.float32)
    # each way fails on about one code in a hundred, however sharp, but each on others
    readers = (
        lambda: cv2.QRCodeDetector().decode(image, corners),
        lambda: cv2.QRCodeDetector().detectAndDecode(image),
        lambda: cv2.QRCodeDetectorAruco().detectAndDecode(image),
    )
    return next((code for reader in readers if (code := Code.of(reader()[0])) is not None), None)


_SQUARE = np.zeros((7, 7), bool)
_SQUARE[[0, -1]] = _SQUARE[:, [0, -1]] = _SQUARE[2:5, 2:5] = True
_SQUARES = [(slice(0, 7), slice(0, 7)), (slice(0, 7), slice(-7, None)), (slice(-7, None), slice(0, 7))]

"""A photograph of a sheet with markers becomes the sheet, flat, upright and evenly lit, and says which page it is."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.errors import PictureError
from shuzi.forms.layout import marker_boxes
from shuzi.ink.paper import resize

_SIDE = 7  # modules of a marker, with its black rim
_SEARCHED = 1_600  # pixels of the longer side at which markers are sought first
_MAX_OFFSET = 1.5  # millimetres that a corner may lie off the sheet's plane
_MIN_MARKERS = 3  # of the four in the corners: one may be covered
_MAX_SIDE = 4_200  # pixels of the longer side at which they are sought again: photographs have 12 million
_MAX_WORK = 16_000_000  # pixels of outlines followed in all attempts: sheets have up to 13 million
_OUTLINE = 20  # pixels: to begin an outline takes as long as to follow so many
_CROSS = np.asarray(cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3)), np.uint8)
_BEFORE = (np.arange(9) < 4).astype(np.uint8).reshape(3, 3)  # the neighbours above and at the left of a pixel
_MAX_QUADRILATERALS = 5_000  # each is compared with every other; sheets have up to 1,100


@dataclass(frozen=True)
class Sheet:
    """Where a sheet lies on a photograph."""

    homography: NDArray[np.float64]  # maps x, y in millimetres of the paper to pixels: float64 (3, 3)
    markers: int  # how many of the four corner markers were found


@cache
def _dictionary() -> Any:
    return cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_5X5_50)


def marker_modules(corner: int) -> NDArray[np.bool_]:
    """Draw the marker of a corner, 0 to 3 clockwise from the upper left one: bool (7, 7), true where it is black."""
    return np.asarray(_dictionary().generateImageMarker(corner, _SIDE) < 128)


def find_sheet(grey: NDArray[np.uint8], size: tuple[float, float], name: str) -> Sheet:
    """Find the sheet on a photograph, whichever way up."""
    found: dict[int, NDArray[np.float64]] = {}
    work = 0
    for picture, scale in _attempts(grey):
        work += _work(picture)
        if work > _MAX_WORK:
            break
        if _quadrilaterals(picture) > _MAX_QUADRILATERALS:
            continue
        for corner, points in _markers(picture).items():
            found.setdefault(corner, points / scale)
        if len(found) == 4:
            break
    if len(found) < _MIN_MARKERS:
        raise PictureError("error.form.markers", path=name, n=len(found))
    homography = _fitted(found, size)
    if homography is None:
        raise PictureError("error.form.bent", path=name)
    return Sheet(homography, len(found))


def _attempts(grey: NDArray[np.uint8]) -> Any:
    """Yield the photograph in ways in which markers may be found, with the scale of each: the quick way first."""
    scale = min(1.0, _SEARCHED / max(grey.shape))
    small = resize(grey, scale)
    scale = small.shape[1] / grey.shape[1]
    yield small, scale
    if scale < 1:
        large = resize(grey, min(1.0, _MAX_SIDE / max(grey.shape)))
        yield large, large.shape[1] / grey.shape[1]
    yield cv2.createCLAHE(4.0, (8, 8)).apply(small), scale
    yield cv2.resize(small, None, fx=1.5, fy=1.5, interpolation=cv2.INTER_CUBIC), scale * 1.5


@cache
def _settings() -> Any:
    settings = cv2.aruco.DetectorParameters()
    settings.cornerRefinementMethod = cv2.aruco.CORNER_REFINE_SUBPIX
    settings.cornerRefinementWinSize = 4
    settings.minMarkerPerimeterRate = 0.02
    return settings


def _darker(grey: NDArray[np.uint8]) -> Iterator[NDArray[np.uint8]]:
    """Yield what is darker than its surroundings, 1, for each size of these: as the detector does."""
    own = _settings()
    for side in range(own.adaptiveThreshWinSizeMin, own.adaptiveThreshWinSizeMax + 1, own.adaptiveThreshWinSizeStep):
        mean, dark = cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV
        yield np.asarray(cv2.adaptiveThreshold(grey, 1, mean, dark, side, own.adaptiveThreshConstant), np.uint8)


def _work(grey: NDArray[np.uint8]) -> int:
    """Estimate what it takes to follow all outlines, in pixels; that is far more than to count what begins one."""
    pixels = outlines = 0
    for dark in _darker(grey):
        pixels += cv2.countNonZero(dark) - cv2.countNonZero(cv2.erode(dark, _CROSS))
        dark = _without_specks(dark)
        for layer, before in ((dark, _BEFORE), (1 - dark, _BEFORE & _CROSS)):
            outlines += cv2.countNonZero(layer) - cv2.countNonZero(cv2.min(layer, cv2.dilate(layer, before)))
    return pixels + _OUTLINE * outlines


def _without_specks(dark: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Remove the grain: dark pixels with less than two others around them, of which no closed line has any."""
    around = cv2.boxFilter(dark, -1, (3, 3), normalize=False, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(cv2.min(dark, np.asarray(around > 2, np.uint8)), np.uint8)


def _quadrilaterals(grey: NDArray[np.uint8]) -> int:
    """Count the outlines with four corners that are long enough to be a marker's."""
    own, count = _settings(), 0
    min_length = own.minMarkerPerimeterRate * max(grey.shape)
    for dark in _darker(grey):
        outlines, _ = cv2.findContours(_without_specks(dark), cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
        for outline in outlines:
            if len(outline) >= min_length:
                corners = cv2.approxPolyDP(outline, own.polygonalApproxAccuracyRate * len(outline), True)
                count += len(corners) == 4 and cv2.isContourConvex(corners)
    return count


def _markers(grey: NDArray[np.uint8]) -> dict[int, NDArray[np.float64]]:
    seen: Any = cv2.aruco.ArucoDetector(_dictionary(), _settings()).detectMarkers(grey)
    corners, ids, _ = seen
    if ids is None:
        return {}
    found: dict[int, NDArray[np.float64]] = {}
    for points, marker in zip(corners, np.asarray(ids).ravel().tolist(), strict=True):
        if marker < 4:
            # two sheets on a photograph: the larger one is meant
            mine = np.asarray(points, np.float64).reshape(4, 2)
            if marker not in found or cv2.contourArea(mine.astype(np.float32)) > cv2.contourArea(
                found[marker].astype(np.float32)
            ):
                found[marker] = mine
    return found


def _fitted(found: dict[int, NDArray[np.float64]], size: tuple[float, float]) -> NDArray[np.float64] | None:
    boxes = marker_boxes(size)
    paper = np.concatenate([boxes[corner].corners for corner in found])
    pixels = np.concatenate([*found.values()])
    homography: Any = cv2.findHomography(paper, pixels)[0]  # None where there is none, whatever its type says
    back: Any = cv2.findHomography(pixels, paper)[0]
    if homography is None or back is None:
        return None
    away = cv2.perspectiveTransform(pixels[None], back)[0] - paper
    turned = cv2.contourArea(cv2.perspectiveTransform(paper[None, :4], homography).astype(np.float32), oriented=True)
    # a negative area would be a sheet seen from behind
    return np.asarray(homography, np.float64) if np.abs(away).max() <= _MAX_OFFSET and turned > 0 else None


SCALE = 8.0
"""Pixels of a flat sheet to a millimetre."""

PAPER = 255
"""The level of paper on a flat sheet; ink is darker."""

_MIN_SCALE = 2.2  # pixels to a millimetre: at this size a digit is as small as the networks' own images
_AROUND = 9  # millimetres: more than the width of any stroke or printed letter
_SMOOTH = 6.0  # millimetres over which light changes little


def flatten(
    grey: NDArray[np.uint8], homography: NDArray[np.float64], size: tuple[float, float], name: str
) -> NDArray[np.uint8]:
    """Cut a sheet out of a photograph.

    `homography`: maps millimetres of the paper to pixels: float64 (3, 3). `size`: width and height of the paper in
    millimetres.

    Returns: uint8 (8 * height, 8 * width): paper 255, ink darker.
    """
    scale = _scale(homography, size)
    if scale < _MIN_SCALE:
        raise PictureError("error.form.small", path=name, dpi=round(scale * 25.4), min=round(_MIN_SCALE * 25.4))
    width, height = (round(side * SCALE) for side in size)
    to_photo = homography @ np.array([[1 / SCALE, 0, 0.5 / SCALE], [0, 1 / SCALE, 0.5 / SCALE], [0, 0, 1]])
    source = grey
    if scale > 1.7 * SCALE:  # average first, so that thin strokes do not fall between the pixels
        shrink = 1.2 * SCALE / scale
        source = np.asarray(cv2.resize(grey, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA), np.uint8)
        to_photo = np.diag([source.shape[1] / grey.shape[1], source.shape[0] / grey.shape[0], 1.0]) @ to_photo
    # pixel centres lie half a pixel further than their numbers
    to_photo = np.array([[1, 0, -0.5], [0, 1, -0.5], [0, 0, 1]]) @ to_photo
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    flat = cv2.warpPerspective(source, to_photo, (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return even_light(np.asarray(flat, np.uint8))


def even_light(flat: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Divide a flat sheet by the light on it: uint8 (h, w) becomes the same with paper at 255."""
    coarse = cv2.resize(flat, None, fx=1 / SCALE, fy=1 / SCALE, interpolation=cv2.INTER_AREA)
    paper = cv2.dilate(cv2.medianBlur(coarse, 3), np.ones((_AROUND, _AROUND), np.uint8))
    paper = cv2.erode(paper, np.ones((_AROUND, _AROUND), np.uint8))
    paper = cv2.GaussianBlur(paper, (0, 0), _SMOOTH / 2)
    whole = cv2.resize(paper, (flat.shape[1], flat.shape[0]), interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.divide(flat, np.maximum(whole, 20), scale=PAPER), np.uint8)


def in_photo(homography: NDArray[np.float64], points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return where points of the paper, (n, 2) in millimetres, are on the photograph: float64 (n, 2) in pixels."""
    return np.asarray(cv2.perspectiveTransform(points[None].astype(np.float64), homography)[0])


def clockwise(corners: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return four corners (4, 2), clockwise from the upper left one."""
    order = np.argsort(np.arctan2(*(corners - corners.mean(axis=0)).T[::-1]))
    return np.roll(corners[order], -int(corners[order].sum(axis=1).argmin()), axis=0)


def quarter_turns(homography: NDArray[np.float64], size: tuple[float, float]) -> int:
    """Return how many quarter turns counter-clockwise make a photographed sheet upright.

    >>> quarter_turns(np.eye(3), (210, 297)), quarter_turns(np.diag([-1.0, -1.0, 1.0]), (210, 297))
    (0, 2)
    """
    middle = np.array(size) / 2
    start, end = in_photo(homography, np.array([middle, middle - (0, 1)]))
    right, down = end - start  # where the top of the sheet is
    return round(math.atan2(right, -down) / (math.pi / 2)) % 4


def _scale(homography: NDArray[np.float64], size: tuple[float, float]) -> float:
    """Return the pixels to a millimetre where the sheet is smallest on the photograph."""
    steps = np.array([[[x, y], [x + 1, y], [x, y + 1]] for x in (15, size[0] - 15) for y in (15, size[1] - 15)])
    placed = in_photo(homography, steps.reshape(-1, 2)).reshape(-1, 3, 2)
    return float(np.linalg.norm(placed[:, 1:] - placed[:, :1], axis=2).min())


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
_FIRST, _LAST = slice(len(_SQUARE)), slice(-len(_SQUARE), None)
_SQUARES = [(_FIRST, _FIRST), (_FIRST, _LAST), (_LAST, _FIRST)]

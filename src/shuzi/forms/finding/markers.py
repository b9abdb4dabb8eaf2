"""A photograph becomes the place of a sheet on it: the homography from millimetres of the paper to pixels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.errors import PictureError
from shuzi.forms.layout import marker_boxes
from shuzi.ink.resize import resize

_SIDE = 7  # modules of a marker, with its black rim
_SEARCHED = 1_600  # pixels of the longer side at which markers are sought first
_FURTHEST = 1.5  # millimetres that a corner may lie off the sheet's plane
_LEAST_MARKERS = 3
_LARGEST = 4_200  # pixels of the longer side at which they are sought again: photographs have 12 million
_MOST_WORK = 16_000_000  # pixels of outlines followed in all attempts: sheets have up to 13 million
_OUTLINE = 20  # pixels: to begin an outline takes as long as to follow so many
_CROSS = np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]], np.uint8)
_BEFORE, _BESIDE = (np.array([top, [1, 0, 0], [0, 0, 0]], np.uint8) for top in ([1, 1, 1], [0, 1, 0]))
_MOST_QUADRILATERALS = 5_000  # each is compared with every other; sheets have up to 1,100


@dataclass(frozen=True)
class Sheet:
    """Where a sheet lies on a photograph.

    Parameters
    ----------
    homography
        Maps x, y in millimetres of the paper to pixels: float64 (3, 3).
    markers
        How many of the four corner markers were found.
    """

    homography: NDArray[np.float64]
    markers: int


@cache
def _dictionary() -> Any:
    return cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_5X5_50)


def marker_modules(corner: int) -> NDArray[np.bool_]:
    """Draw the marker of a corner, 0 to 3 clockwise from the upper left one: bool (7, 7), true where it is black.

    >>> marker_modules(0).shape, bool(marker_modules(0)[0].all())
    ((7, 7), True)
    """
    return np.asarray(_dictionary().generateImageMarker(corner, _SIDE) < 128)


def find_sheet(grey: NDArray[np.uint8], size: tuple[float, float], name: str) -> Sheet:
    """Find the sheet on a photograph, whichever way up.

    Parameters
    ----------
    grey
        uint8 (h, w).
    size
        Width and height of the paper in millimetres.
    name
        Of the photograph, for errors.

    Raises
    ------
    PictureError
        Fewer than three of its corner markers can be seen, or they do not lie as on this paper.
    """
    found: dict[int, NDArray[np.float64]] = {}
    work = 0
    for picture, scale in _attempts(grey):
        work += _work(picture)
        if work > _MOST_WORK:
            break
        if _quadrilaterals(picture) > _MOST_QUADRILATERALS:
            continue
        for corner, points in _markers(picture).items():
            found.setdefault(corner, points / scale)
        if len(found) == 4:
            break
    if len(found) < _LEAST_MARKERS:
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
        large = resize(grey, min(1.0, _LARGEST / max(grey.shape)))
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
        for layer, before in ((dark, _BEFORE), (1 - dark, _BESIDE)):
            outlines += cv2.countNonZero(layer) - cv2.countNonZero(cv2.min(layer, cv2.dilate(layer, before)))
    return pixels + _OUTLINE * outlines


def _without_specks(dark: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Remove the grain: dark pixels with less than two others around them, of which no closed line has any."""
    around = cv2.boxFilter(dark, -1, (3, 3), normalize=False, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(cv2.min(dark, np.asarray(around > 2, np.uint8)), np.uint8)


def _quadrilaterals(grey: NDArray[np.uint8]) -> int:
    """Count the outlines with four corners that are long enough to be a marker's."""
    own, count = _settings(), 0
    least = own.minMarkerPerimeterRate * max(grey.shape)
    for dark in _darker(grey):
        outlines, _ = cv2.findContours(_without_specks(dark), cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
        for outline in outlines:
            if len(outline) >= least:
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
    paper = np.concatenate(
        [
            [[x, y], [x + wide, y], [x + wide, y + high], [x, y + high]]
            for x, y, wide, high in (boxes[corner] for corner in found)
        ]
    ).astype(np.float64)
    pixels = np.concatenate([*found.values()])
    homography: Any = cv2.findHomography(paper, pixels)[0]  # None where there is none, whatever its type says
    back: Any = cv2.findHomography(pixels, paper)[0]
    if homography is None or back is None:
        return None
    away = cv2.perspectiveTransform(pixels[None], back)[0] - paper
    turned = cv2.contourArea(cv2.perspectiveTransform(paper[None, :4], homography).astype(np.float32), oriented=True)
    # a negative area would be a sheet seen from behind
    return np.asarray(homography, np.float64) if np.abs(away).max() <= _FURTHEST and turned > 0 else None

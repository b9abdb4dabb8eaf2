"""A photograph becomes the place of a sheet on it: the homography from millimetres of the paper to pixels."""

from __future__ import annotations

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
    for picture, scale in _attempts(grey):
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
        yield grey, 1.0
    yield cv2.createCLAHE(4.0, (8, 8)).apply(small), scale
    yield cv2.resize(small, None, fx=1.5, fy=1.5, interpolation=cv2.INTER_CUBIC), scale * 1.5


def _markers(grey: NDArray[np.uint8]) -> dict[int, NDArray[np.float64]]:
    settings = cv2.aruco.DetectorParameters()
    settings.cornerRefinementMethod = cv2.aruco.CORNER_REFINE_SUBPIX
    settings.cornerRefinementWinSize = 4
    settings.minMarkerPerimeterRate = 0.02
    seen: Any = cv2.aruco.ArucoDetector(_dictionary(), settings).detectMarkers(grey)
    corners, ids, _ = seen
    if ids is None:
        return {}
    found: dict[int, NDArray[np.float64]] = {}
    for points, number in zip(corners, np.asarray(ids).ravel().tolist(), strict=True):
        if number < 4:
            # two sheets on a photograph: the larger one is meant
            mine = np.asarray(points, np.float64).reshape(4, 2)
            if number not in found or cv2.contourArea(mine.astype(np.float32)) > cv2.contourArea(
                found[number].astype(np.float32)
            ):
                found[number] = mine
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

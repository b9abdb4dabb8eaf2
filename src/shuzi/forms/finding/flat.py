"""A photograph and the place of a sheet on it become the sheet, flat, upright and evenly lit."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.errors import PictureError

SCALE = 8.0
"""Pixels of a flat sheet to a millimetre."""

PAPER = 255
"""The level of paper on a flat sheet; ink is darker."""

_COARSEST = 2.2  # pixels to a millimetre: at this size a digit is as small as the networks' own images
_AROUND = 9  # millimetres: more than the width of any stroke or printed letter
_SMOOTH = 6.0  # millimetres over which light changes little


def flatten(
    grey: NDArray[np.uint8], homography: NDArray[np.float64], size: tuple[float, float], name: str
) -> NDArray[np.uint8]:
    """Cut a sheet out of a photograph.

    Parameters
    ----------
    grey
        uint8 (h, w).
    homography
        Maps millimetres of the paper to pixels: float64 (3, 3).
    size
        Width and height of the paper in millimetres.
    name
        Of the photograph, for errors.

    Returns
    -------
    uint8 (8 * height, 8 * width): paper 255, ink darker.

    Raises
    ------
    PictureError
        The sheet is too small on the photograph to be read.

    Examples
    --------
    >>> photo = np.full((300, 300), 120, np.uint8)
    >>> photo[100:200, 140:160] = 30
    >>> flat = flatten(photo, np.diag([5.0, 5.0, 1.0]), (50.0, 50.0), "photo.jpg")
    >>> flat.shape, int(flat[80, 80]), bool(flat[200, 240] < 100)
    ((400, 400), 255, True)
    """
    scale = _scale(homography, size)
    if scale < _COARSEST:
        raise PictureError("error.form.small", path=name, dpi=round(scale * 25.4), least=round(_COARSEST * 25.4))
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

    Examples
    --------
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

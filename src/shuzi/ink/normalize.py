"""The ink of one digit becomes a 28x28 image, normalised as in MNIST.

The aspect ratio is kept, the longer side becomes 20 pixels, and the centre of mass moves to the middle of 28x28.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.errors import PictureError
from shuzi.ink.paper import resize

VERSION = 1
"""Changes whenever the same ink would give a different image; a card names the version its model was trained with."""

SIDE, LONGER = 28, 20
SPECK = 0.03  # a component with less than this fraction of the ink is a speck, not a stroke
MIN_INK = 4.0  # full pixels; a crop with less ink is too empty to classify
THINNEST = 1.6  # pixels at the final size; thinner strokes fade when they are shrunk


def normalize(ink: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Normalise the ink of one digit, uint8 (h, w), paper 0, as in MNIST: uint8 (28, 28), background 0, ink 255."""
    strokes = _boxed(_without_specks(ink))
    height, width = strokes.shape
    scale = LONGER / max(height, width)
    if scale < 1:
        strokes = _not_too_thin(strokes, scale)
        height, width = strokes.shape
        scale = LONGER / max(height, width)
    small = resize(strokes, scale).astype(np.float32)
    if not small.max():  # the ink is so pale and so thin that shrinking leaves none
        raise PictureError("error.picture.blank")
    small *= 255 / small.max()
    return _centred(np.rint(small).astype(np.uint8))


def cut_out(ink: NDArray[np.uint8], pixels: tuple[slice, slice]) -> NDArray[np.uint8] | None:
    """Normalise these rows and columns of an ink map: uint8 (28, 28), or None if there is hardly any ink."""
    part = ink[pixels]
    if not part.size or part.sum() < MIN_INK * 255:
        return None
    try:
        return normalize(part)
    except PictureError:
        return None


def _without_specks(ink: NDArray[np.uint8]) -> NDArray[np.uint8]:
    count, pieces = cv2.connectedComponents((ink > 0).astype(np.uint8), connectivity=8)
    if count == 1:
        raise PictureError("error.picture.blank")
    if count == 2:  # the paper, and all the ink in one component
        return ink.astype(np.uint8, copy=False)
    weights = np.bincount(pieces.ravel(), weights=ink.ravel(), minlength=count)
    strokes = weights >= min(SPECK * weights.sum(), weights.max())  # a dotted digit has nothing larger
    strokes[0] = False
    return np.where(strokes[pieces], ink, 0).astype(np.uint8)


def _boxed(ink: NDArray[np.uint8]) -> NDArray[np.uint8]:
    x, y, width, height = cv2.boundingRect(ink)
    return ink[y : y + height, x : x + width]


def _not_too_thin(strokes: NDArray[np.uint8], scale: float) -> NDArray[np.uint8]:
    """Widen strokes that would be thinner than MNIST's after shrinking."""
    solid = (strokes >= 128).astype(np.uint8)
    distances = cv2.distanceTransform(cv2.copyMakeBorder(solid, 1, 1, 1, 1, cv2.BORDER_CONSTANT), cv2.DIST_L2, 3)
    inside = distances[distances > 0]
    if not inside.size:
        return strokes
    thickness = 4 * float(inside.mean())  # in a bar of width s, the mean distance to the edge is s/4
    missing = round(THINNEST / scale - thickness)
    if missing < 1:
        return strokes
    room = missing // 2 + 1
    roomy = cv2.copyMakeBorder(strokes, room, room, room, room, cv2.BORDER_CONSTANT)
    pen = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (missing + 1, missing + 1))
    return _boxed(np.asarray(cv2.dilate(roomy, pen), dtype=np.uint8))


def _centred(small: NDArray[np.uint8]) -> NDArray[np.uint8]:
    height, width = small.shape
    moments = cv2.moments(small)
    centre_y, centre_x = moments["m01"] / moments["m00"], moments["m10"] / moments["m00"]
    top = min(max(round(SIDE / 2 - centre_y), 0), SIDE - height)
    left = min(max(round(SIDE / 2 - centre_x), 0), SIDE - width)
    image = np.zeros((SIDE, SIDE), np.uint8)
    image[top : top + height, left : left + width] = small
    return image

"""The picture of a blank form, a scan or a photograph, becomes the form: flat, upright and evenly lit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.errors import PictureError
from shuzi.forms.finding.flat import clockwise, flatten, in_photo
from shuzi.ink.boxes import Box
from shuzi.ink.resize import resize

_SEARCHED = 900  # pixels of the longer side at which the outline is sought
_LEAST_AREA, _MOST_AREA = 0.25, 0.97  # of the picture that a sheet takes on a photograph
_FILLED = 0.95  # of a four-sided outline that is paper
_PROPORTION = 0.04  # by which a scan may be wider or narrower than its paper
_ALONG = 0.3  # of an edge of the picture that the sheet may touch, on one side
_BRIGHTER = 25  # grey levels: by so much paper is brighter than what it lies on


@dataclass(frozen=True)
class Form:
    """A blank form.

    Parameters
    ----------
    flat
        uint8 (8 * height, 8 * width), paper 255.
    size
        Width and height of the paper in millimetres.
    homography
        Maps millimetres to pixels of the picture that it was taken from: float64 (3, 3).
    """

    flat: NDArray[np.uint8]
    size: tuple[float, float]
    homography: NDArray[np.float64]

    def in_millimetres(self, box: Box) -> Box:
        """Return where a box in the picture's pixels is on the paper."""
        corners = [[box.x, box.y], [box.right, box.y], [box.right, box.bottom], [box.x, box.bottom]]
        points = in_photo(np.asarray(np.linalg.inv(self.homography), np.float64), np.array(corners, np.float64))
        (left, top), (right, bottom) = points.min(axis=0).tolist(), points.max(axis=0).tolist()
        return Box(left, top, right - left, bottom - top)


def find_form(grey: NDArray[np.uint8], paper: tuple[float, float], name: str) -> Form:
    """Find the sheet on the picture of a blank form.

    Parameters
    ----------
    grey
        uint8 (h, w): a scan of the whole sheet, or a photograph of it on something darker; upright.
    paper
        The two sides of the paper in millimetres; which one is horizontal, the picture shows.
    name
        Of the picture, for errors.

    Raises
    ------
    PictureError
        The outline of the sheet cannot be seen, and the picture has not its proportions; or it is too small.

    Examples
    --------
    >>> photo = np.full((400, 300), 60, np.uint8)
    >>> photo[40:337, 30:240] = 230
    >>> find_form(photo, (70.0, 99.0), "photo.jpg").flat.shape
    (792, 560)
    """
    corners = _outline(grey)
    if corners is None:
        high, wide = grey.shape
        proportion = max(wide, high) / min(wide, high) / (max(paper) / min(paper))
        if abs(proportion - 1) > _PROPORTION:
            raise PictureError("error.trace.outline", path=name, width=paper[0], height=paper[1])
        corners = np.array([[0, 0], [wide, 0], [wide, high], [0, high]], np.float64)
    sides = np.linalg.norm(corners - np.roll(corners, -1, axis=0), axis=1)
    short, long = sorted(paper)
    size = (long, short) if sides[0] + sides[2] > sides[1] + sides[3] else (short, long)
    wide, high = size
    millimetres = np.array([[0, 0], [wide, 0], [wide, high], [0, high]], np.float32)
    homography = np.asarray(cv2.getPerspectiveTransform(millimetres, corners.astype(np.float32)), np.float64)
    return Form(flatten(grey, homography, size, name), size, homography)


def _outline(grey: NDArray[np.uint8]) -> NDArray[np.float64] | None:
    """Return the corners of bright paper on a darker ground, clockwise from the upper left: float64 (4, 2)."""
    scale = min(1.0, _SEARCHED / max(grey.shape))
    small = np.asarray(cv2.medianBlur(resize(grey, scale), 9), np.uint8)
    closed = np.asarray(cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((15, 15), np.uint8)), np.uint8)
    level, bright = cv2.threshold(closed, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    edges = [bright[0], bright[-1], bright[:, 0], bright[:, -1]]
    if sum((edge > 0).mean() > _ALONG for edge in edges) > 1:  # a scan, on which something dark is printed
        return None
    ground, paper = closed[closed <= level], closed[closed > level]
    if not (len(ground) and len(paper)) or float(paper.mean() - ground.mean()) < _BRIGHTER:
        return None
    found: Any = cv2.findContours(bright, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0]
    contour = max(found, key=cv2.contourArea)
    hull = cv2.convexHull(contour)
    area = cv2.contourArea(hull)
    shape = cv2.approxPolyDP(hull, 0.02 * cv2.arcLength(hull, True), True).reshape(-1, 2).astype(np.float64)
    if len(shape) != 4 or not _LEAST_AREA < area / small.size < _MOST_AREA:
        return None
    if min(cv2.contourArea(contour), area) < _FILLED * cv2.contourArea(shape.astype(np.float32)):
        return None
    sides = _straight(contour.reshape(-1, 2).astype(np.float64), shape)
    return np.asarray((clockwise(sides) + 0.5) * (grey.shape[1] / small.shape[1]), np.float64)


def _straight(outline: NDArray[np.float64], corners: NDArray[np.float64]) -> NDArray[np.float64]:
    """Make corners exact: each is where lines through the points of its two sides meet."""
    lines = []
    for start, end in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        along = (end - start) / np.linalg.norm(end - start)
        away = (outline - start) @ np.array([-along[1], along[0]])
        place = (outline - start) @ along / np.linalg.norm(end - start)
        near = outline[(np.abs(away) < 4) & (place > 0.05) & (place < 0.95)]
        if len(near) < 10:
            near = np.array([start, end])
        vx, vy, x, y = cv2.fitLine(near.astype(np.float32), cv2.DIST_HUBER, 0, 0.01, 0.01).ravel().tolist()
        lines.append((np.array([-vy, vx]), float(-vy * x + vx * y)))
    found = []
    for (one, first), (other, second) in zip([lines[-1], *lines[:-1]], lines, strict=True):
        found.append(np.linalg.solve(np.array([one, other]), np.array([first, second])))
    return np.array(found)
